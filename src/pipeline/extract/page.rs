//! The risk report as a page, for the service and the recipient's data-protection officer. Comes in: a report. Goes out: one HTML file
//! that loads nothing. Deliberately absent: a row, a value or a label; it names columns and counts.

mod attributes;
mod figures;

use confidential::extract::risk::{Estimate, Ground, Risk, Risks, Side};
use confidential::extract::words::percent;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::ExtractReport;
use figures::{chance, count, key_figures, sizes};

const STYLE: &str = include_str!("page/style.css");

/// For a browser; only a heading where the risk was not measured.
pub(super) fn to_html(report: &ExtractReport) -> String {
    let title = "Risk report on a case-level extract";
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                p.mark {
                    "Internal. For the service and the recipient’s data-protection officer, not for release. It holds no row and \
                     no value of anybody."
                }
                main {
                    h1 { (title) }
                    p.lead {
                        (count(report.records as u64)) " records, " (report.qi.len()) " quasi-identifiers: " (report.qi.join(", "))
                        ". Recoding is " (report.model) "."
                    }
                    @if let Some(risk) = &report.risk { (body(report, risk)) }
                }
            }
        }
    }
    .into_string()
}

fn body(report: &ExtractReport, risk: &Risk) -> Markup {
    html! {
        (key_figures(risk))
        h2 { "In words" }
        @for sentence in in_words(risk) { p { (sentence) } }
        (attacks(risk))
        (sizes(risk))
        (population(risk))
        @if let (Some(before), Some(after)) = (&risk.before.subsets, &risk.after.subsets) {
            (attributes::subsets(risk, before, after))
        }
        h2 { "What was lost" }
        @for sentence in report.loss_in_words.iter().take(1) { p { (sentence) } }
        ul { @for sentence in report.loss_in_words.iter().skip(1) { li { (sentence) } } }
        (reading(risk))
    }
}

/// What is counted: families where they are known.
pub(super) fn noun(risk: &Risk) -> &'static str {
    if risk.families_known { "families" } else { "records" }
}

/// The risk of what is protected.
pub(super) fn protected(side: &Side) -> &Risks {
    side.families.as_ref().map_or(&side.risk, |families| &families.risk)
}

fn in_words(risk: &Risk) -> Vec<String> {
    let (before, after) = (protected(&risk.before), protected(&risk.after));
    let noun = noun(risk);
    let mut told = Vec::new();
    if risk.after.records == 0 {
        told.push("Every record is suppressed: nobody can be looked for in what goes out.".to_owned());
        return told;
    }
    told.push(format!(
        "Somebody who knows all quasi-identifiers of a person, and that the person is in the data, picks the right one of these \
         {noun} with a chance of {} at most; before it was {}. Of all, {} would be found in this way, where it was {}.",
        chance(after.prosecutor.highest),
        chance(before.prosecutor.highest),
        percent(after.prosecutor.average),
        percent(before.prosecutor.average),
    ));
    if let (Some(threshold), Some(was), Some(is)) =
        (risk.threshold, before.prosecutor.at_risk, after.prosecutor.at_risk)
    {
        let held = if is == 0.0 { "None is" } else { "The rule is not kept:" };
        let is = if is == 0.0 { String::new() } else { format!(" {} are", percent(is)) };
        let threshold = chance(threshold);
        told.push(format!(
            "{held}{is} above the chance of {threshold} that was set as the limit; before, {} were.",
            percent(was)
        ));
    }
    if risk.after.suppressed > 0 {
        let chance = risk.after.suppressed_highest.map_or_else(String::new, |highest| {
            format!(" Who knows that a person is among them picks the right one with a chance of {}.", chance(highest))
        });
        told.push(format!(
            "{} records are suppressed: they show no quasi-identifier, are no class, and are in none of the figures after \
             recoding.{chance}",
            count(risk.after.suppressed)
        ));
    }
    told
}

fn attacks(risk: &Risk) -> Markup {
    html! {
        h2 { "Who might look, and how likely they are right" }
        @if let (Some(before), Some(after)) = (&risk.before.families, &risk.after.families) {
            (attack_table("Families, each in the smallest class it is in", &before.risk, &after.risk, risk))
        }
        (attack_table("Records", &risk.before.risk, &risk.after.risk, risk))
    }
}

fn attack_table(caption: &str, before: &Risks, after: &Risks, risk: &Risk) -> Markup {
    let kinds = [
        ("Prosecutor", "knows that the person is in the data", before.prosecutor, after.prosecutor),
        ("Journalist", "does not know whether the person is in it", before.journalist, after.journalist),
    ];
    html! {
        table {
            caption { (caption) }
            thead { tr {
                th scope="col" { "Who" } th scope="col" { "Measure" }
                th.n scope="col" { "Before" } th.n scope="col" { "After" }
            } }
            @for (name, meaning, before, after) in kinds {
                tbody {
                    tr {
                        th scope="rowgroup" rowspan=(if risk.threshold.is_some() { 3 } else { 2 }) {
                            (name) br; small { (meaning) }
                        }
                        td { "Highest chance" } td.n { (chance(before.highest)) } td.n { (chance(after.highest)) }
                    }
                    tr { td { "Average" } td.n { (percent(before.average)) } td.n { (percent(after.average)) } }
                    @if let (Some(threshold), Some(before), Some(after)) = (risk.threshold, before.at_risk, after.at_risk) {
                        tr {
                            td { "Share above " (chance(threshold)) } td.n { (percent(before)) } td.n { (percent(after)) }
                        }
                    }
                }
            }
            tbody { tr {
                th scope="row" { "Marketer" br; small { "links everybody, cares for nobody in particular" } }
                td { "Linked rightly" } td.n { (percent(before.marketer)) } td.n { (percent(after.marketer)) }
            } }
        }
    }
}

fn population(risk: &Risk) -> Markup {
    let (before, after) = (&risk.before.population_uniques, &risk.after.population_uniques);
    let models = [
        ("Zayatz", "Bayes’ rule with the class sizes of the data", before.zayatz, after.zayatz),
        ("Pitman", "Pitman’s sampling formula", before.pitman, after.pitman),
        ("SNB", "slide negative binomial", before.snb, after.snb),
    ];
    let said = |estimate: &Estimate| match (estimate.uniques, estimate.share, estimate.why_not) {
        (Some(uniques), Some(share), _) => {
            html! { (percent(share)) br; small { (figures::about(uniques)) " of them" } }
        }
        (_, _, why_not) => html! { "no answer" br; small { (why_not.unwrap_or_default()) } },
    };
    html! {
        h2 { "Alone in the population" }
        p {
            "The data are taken to be " (percent(risk.sampling_fraction)) " of a population of " (count(before.population)) " "
            (noun(risk)) @match risk.population {
                Ground::Table => ", as the population table has it.",
                Ground::Estimated => ". A higher share would be more cautious.",
            }
            " Who is alone in the data need not be alone in the population; these models estimate how many are."
        }
        table {
            caption { "Estimated share of the population that is unique" }
            thead { tr { th scope="col" { "Model" } th.n scope="col" { "Before" } th.n scope="col" { "After" } } }
            tbody {
                @for (name, meaning, before, after) in &models {
                    tr {
                        th scope="row" { (name) br; small { (meaning) } }
                        td.n { (said(before)) } td.n { (said(after)) }
                    }
                }
                tr.sum {
                    th scope="row" { "Taken" br; small { "rule of Dankar and others" } }
                    td.n { (said(&before.estimate)) small { "; " (before.picked.name()) } }
                    td.n { (said(&after.estimate)) small { "; " (after.picked.name()) } }
                }
            }
        }
    }
}

fn reading(risk: &Risk) -> Markup {
    html! {
        h2 { "How to read this" }
        dl {
            dt { "Class" }
            dd { "Records that are alike on all quasi-identifiers. Suppressed records are no class." }
            dt { "Chance" }
            dd {
                "Prosecutor: one over the size of the class. Journalist and marketer: one over the people of the population who \
                 are alike" @match risk.population {
                    Ground::Table => {
                        ", as the population table counts them"
                        @if risk.families_known { "; families are in no such table, and their population is estimated" }
                        "."
                    }
                    Ground::Estimated => ", as they are expected to be, given the class and the share of the population that \
                                          the data are (Benedetti and Franconi 1998).",
                }
            }
            dt { "Distinction, separation" }
            dd { "Classes per member; the share of pairs of members that differ (Motwani and Xu 2007)." }
            dt { "Not in these figures" }
            dd {
                "What a class tells about everybody in it. Diversity and closeness of sensitive attributes limit that, where \
                 they were asked for. Nor what a reader knows beside the quasi-identifiers."
            }
            dt { "Sources" }
            dd {
                "El Emam (2013), Guide to the De-Identification of Personal Health Information. Zayatz (1991). Hoshino (2001). Chen \
                 and McNulty (1998). Dankar, El Emam, Neisa and Roffey (2012)."
            }
        }
    }
}
