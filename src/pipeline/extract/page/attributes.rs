//! Which attributes single people out, as tables. Comes in: risk. Goes out: HTML. Deliberately absent: subsets that nobody would read;
//! the JSON has them all.

use confidential::extract::risk::{Risk, Singled, Subsets};
use confidential::extract::words::percent;
use maud::{Markup, html};

use super::figures::{chance, count};
use super::noun;

pub(super) fn subsets(risk: &Risk, before: &Subsets, after: &Subsets) -> Markup {
    html! {
        h2 { "Which attributes single people out" }
        p { (scope(before)) }
        (one_by_one(risk, before, after))
        (worst(risk, before, after))
    }
}

fn scope(subsets: &Subsets) -> String {
    let scope = &subsets.scope;
    let (examined, attributes) = (count(scope.examined), scope.attributes);
    if scope.complete_to == attributes {
        format!(
            "An intruder may know some of the attributes only. All {examined} subsets of the {attributes} were examined."
        )
    } else {
        format!(
            "An intruder may know some of the attributes only. Of the subsets of the {attributes}, {examined} were examined: all \
             of up to {}, and all attributes together. The others would have taken too long.",
            scope.complete_to
        )
    }
}

fn one_by_one(risk: &Risk, before: &Subsets, after: &Subsets) -> Markup {
    let without = |share: Option<f64>| share.map_or_else(|| "not examined".to_owned(), percent);
    html! {
        table {
            caption { "Attribute by attribute" }
            thead {
                tr {
                    th scope="col" rowspan="2" { "Attribute" }
                    th scope="colgroup" colspan="2" { "Different values" }
                    th scope="colgroup" colspan="2" { "Pairs of " (noun(risk)) " it separates" }
                    th.n scope="col" rowspan="2" { "Alone in the data" br; "without it, before" }
                }
                tr {
                    @for _ in 0..2 { th.n scope="col" { "Before" } th.n scope="col" { "After" } }
                }
            }
            tbody {
                @for (was, is) in before.attributes.iter().zip(&after.attributes) {
                    tr {
                        th scope="row" { (was.name) }
                        td.n { (count(was.classes)) } td.n { (count(is.classes)) }
                        td.n { (percent(was.separation)) } td.n { (percent(is.separation)) }
                        td.n { (without(was.uniqueness_without)) }
                    }
                }
            }
        }
    }
}

/// The worst of each number of attributes, before; beside it the same subset after.
fn worst(risk: &Risk, before: &Subsets, after: &Subsets) -> Markup {
    let by_number = before.most.chunk_by(|one, next| one.attributes.len() == next.attributes.len());
    html! {
        table {
            caption { "Of each number of attributes the subset that singled out most " (noun(risk)) " before" }
            thead {
                tr {
                    th.n scope="col" rowspan="2" { "Known" } th scope="col" rowspan="2" { "Attributes" }
                    th scope="colgroup" colspan="2" { "Before" }
                    th scope="colgroup" colspan="3" { "After" }
                }
                tr {
                    th.n scope="col" { "Alone" } th.n scope="col" { "Average" }
                    th.n scope="col" { "Alone" } th.n scope="col" { "Average" } th.n scope="col" { "Highest" }
                }
            }
            tbody {
                @for was in by_number.filter_map(|subsets| subsets.first()) {
                    tr {
                        td.n { (was.attributes.len()) } th scope="row" { (was.attributes.join(", ")) }
                        td.n { (percent(was.uniqueness)) } td.n { (percent(was.average)) }
                        @match same(after, was) {
                            Some(is) => {
                                td.n { (percent(is.uniqueness)) } td.n { (percent(is.average)) } td.n { (chance(is.highest)) }
                            }
                            None => { td.n colspan="3" { "not listed" } }
                        }
                    }
                }
            }
        }
    }
}

fn same<'s>(subsets: &'s Subsets, wanted: &Singled) -> Option<&'s Singled> {
    subsets.all.iter().chain(&subsets.most).find(|one| one.attributes == wanted.attributes)
}
