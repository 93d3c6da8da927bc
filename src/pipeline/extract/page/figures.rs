//! The figures at the head of the page, and the classes by size as bars. Comes in: risk. Goes out: HTML. Deliberately absent: a
//! picture; a bar is a cell of a table, so that it can be read aloud and printed.

use confidential::extract::risk::{Band, Risk, Side, Sizes};
use confidential::extract::words::{grouped, percent};
use maud::{Markup, html};

use super::{noun, protected};

/// `1 in 5`; a percentage where it is no such share.
pub(super) fn chance(risk: f64) -> String {
    let one_in = 1.0 / risk;
    if risk <= 0.0 {
        "none".to_owned()
    } else if risk >= 1.0 {
        "certain".to_owned()
    } else if (one_in - one_in.round()).abs() < 1e-6 {
        format!("1 in {}", grouped(&format!("{one_in:.0}")))
    } else {
        percent(risk)
    }
}

/// With a comma at each thousand.
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// An estimate to the nearest whole number.
pub(super) fn about(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

/// Classes in what is protected.
fn class_sizes(side: &Side) -> &Sizes {
    side.families.as_ref().map_or(&side.class_sizes, |families| &families.class_sizes)
}

pub(super) fn key_figures(risk: &Risk) -> Markup {
    let (before, after) = (&risk.before, &risk.after);
    let uniques = |side: &Side| side.population_uniques.estimate.share.map_or_else(|| "no answer".to_owned(), percent);
    let alone = |side: &Side| percent(class_sizes(side).uniqueness());
    let figures = [
        (
            "Highest chance to be found",
            chance(protected(before).prosecutor.highest),
            chance(protected(after).prosecutor.highest),
        ),
        ("Average chance", percent(protected(before).prosecutor.average), percent(protected(after).prosecutor.average)),
        ("Alone in the data", alone(before), alone(after)),
        ("Alone in the population, estimated", uniques(before), uniques(after)),
    ];
    html! {
        dl.key {
            @for (name, before, after) in figures {
                div {
                    dt { (name) }
                    dd { span.after { (after) } span.before { "before: " (before) } }
                }
            }
        }
    }
}

pub(super) fn sizes(risk: &Risk) -> Markup {
    let (before, after) = (class_sizes(&risk.before), class_sizes(&risk.after));
    let (was, is) = (before.bands(), after.bands());
    html! {
        h2 { "How many are alike" }
        table.bars {
            caption { "Share of " (noun(risk)) " by the size of their class" }
            thead { tr {
                th scope="col" { "Class of" }
                th.n scope="col" { "Before" } td {} th.n scope="col" { "After" } td {}
            } }
            tbody {
                @for at in 0..was.len().max(is.len()) {
                    tr {
                        th scope="row" { (was.get(at).or_else(|| is.get(at)).map_or_else(String::new, band)) }
                        (bar(was.get(at), "was")) (bar(is.get(at), "is"))
                    }
                }
            }
            tfoot {
                tr { th scope="row" { "Classes" } (total(before.classes())) (total(after.classes())) }
                tr { th scope="row" { "Smallest, largest" } (range(before)) (range(after)) }
            }
        }
    }
}

fn band(band: &Band) -> String {
    match band.to {
        Some(to) if to == band.from => count(to),
        Some(to) => format!("{} to {}", count(band.from), count(to)),
        None => format!("{} and more", count(band.from)),
    }
}

fn bar(band: Option<&Band>, class: &str) -> Markup {
    let share = band.map_or(0.0, |band| band.share);
    let width = format!("width:{:.2}%", share * 100.0);
    html! {
        td.n { (percent(share)) }
        td.bar { @if share > 0.0 { span class=(class) style=(width) {} } }
    }
}

fn total(number: u64) -> Markup {
    html! { td.n { (count(number)) } td {} }
}

fn range(sizes: &Sizes) -> Markup {
    html! { td.n { (count(sizes.smallest())) ", " (count(sizes.largest())) } td {} }
}

#[cfg(test)]
mod tests {
    use super::{chance, count};

    #[test]
    fn a_chance_is_one_in_so_many_where_it_is() {
        let told: Vec<String> = [0.0, 1.0, 0.2, 1.0 / 3.0, 0.693].into_iter().map(chance).collect();
        assert_eq!(told, ["none", "certain", "1 in 5", "1 in 3", "69.3 %"]);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([999, 1_000, 1_234_567].map(count), ["999", "1,000", "1,234,567"]);
    }
}
