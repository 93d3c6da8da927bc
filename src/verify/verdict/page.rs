//! A verdict as a page to file. Comes in: a verdict. Goes out: HTML in one file, marked as not for release. Deliberately
//! absent: a clock and a name; who filed it when is the file's own business.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::Verdict;

use super::risks::{meaning, said};
use super::{risks, words};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#141b22;max-width:62rem;margin:0 auto;padding:2rem 1.5rem}\
    .mark{background:#a8071a;color:#fff;font-weight:600;padding:.6rem 1rem;margin:0 0 2rem}\
    h1{font-size:1.8rem;line-height:1.2;margin:0 0 .4rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}\
    p{margin:.3rem 0;max-width:70ch}.safe{color:#0b5d2a;font-weight:600}.unsafe{color:#a8071a;font-weight:600}\
    table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem \
    .4rem 0;border-bottom:1px solid #d9dee3}small{font-weight:400}td.n{text-align:right;font-variant-numeric:tabular-nums}\
    ul{padding-left:1.2rem;max-width:70ch}li{margin:.25rem 0}code{font-size:.85em;overflow-wrap:anywhere}\
    @page{size:A4;margin:16mm}@media print{body{padding:0;font-size:10pt}tr{break-inside:avoid}}";

/// The page for the releases of these names.
#[must_use]
pub fn to_html(verdict: &Verdict, releases: &[String]) -> String {
    let title = format!("Verdict on {}", if releases.is_empty() { "a folder".to_owned() } else { releases.join(", ") });
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
                p.mark { "Internal. Not for release: keep it with the evidence, never beside a report." }
                h1 { (title) }
                (conclusion(verdict))
                (three_risks(verdict))
                (tried(verdict))
                (trusted(verdict))
                (found(verdict))
                (evidence(verdict))
            }
        }
    }
    .into_string()
}

fn conclusion(verdict: &Verdict) -> Markup {
    let open: u64 = verdict.tried.iter().map(|tried| tried.not_shown).sum();
    html! {
        @match (verdict.findings.len(), open) {
            (0, 0) => p.safe { "Every attack below was run to its end and found nothing." },
            (0, open) => p.unsafe { "Not shown to be safe: " (open) " cells or files were left open." },
            (found, _) => p.unsafe { "Not fit for release: " (found) " findings." },
        }
        p { "The attacks read the released files as a stranger would, together with every earlier release that lies beside \
             them, and know nothing of how figures were protected." }
    }
}

fn three_risks(verdict: &Verdict) -> Markup {
    html! {
        h2 { "The three risks" }
        table {
            thead { tr { th { "Risk" } th { "Attacks" } th { "Found" } th { "Worst case" } } }
            tbody {
                @for risk in &verdict.risks {
                    tr {
                        th scope="row" { (risks::words(risk.name)) br; small { (meaning(risk.name)) } }
                        td { (risk.tried.iter().map(|attack| words(*attack)).collect::<Vec<_>>().join(", ")) }
                        td.n { (risk.findings) }
                        td { (risk.worst) }
                    }
                }
            }
        }
    }
}

fn tried(verdict: &Verdict) -> Markup {
    html! {
        h2 { "What was tried, and how far it got" }
        table {
            thead { tr { th { "Attack" } th { "On what" } th { "Left open" } } }
            tbody {
                @for tried in &verdict.tried {
                    tr { th scope="row" { (words(tried.attack)) } td { (tried.scope) } td.n { (tried.not_shown) } }
                }
            }
        }
        @if !verdict.not_run.is_empty() {
            h2 { "What was not tried, and what to know beside it" }
            ul { @for reason in &verdict.not_run { li { (reason) } } }
        }
    }
}

fn trusted(verdict: &Verdict) -> Markup {
    html! {
        @if !verdict.trusted.is_empty() {
            h2 { "What was taken on trust" }
            p { "On the word of each " code { "release.json" } "; nobody else was asked." }
            @for (release, words) in &verdict.trusted {
                p { (release) }
                ul { @for words in words { li { (words) } } }
            }
        }
    }
}

fn found(verdict: &Verdict) -> Markup {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &verdict.findings {
        *kinds.entry(&finding.kind).or_default() += 1;
    }
    html! {
        @if !verdict.findings.is_empty() {
            h2 { "What was found" }
            table {
                thead { tr { th { "Kind" } th { "How often" } } }
                tbody { @for (kind, count) in &kinds { tr { td { code { (kind) } } td.n { (count) } } } }
            }
            table {
                thead { tr { th { "Attack" } th { "Where" } th { "What" } } }
                tbody {
                    @for finding in verdict.findings.iter().take(MOST_LISTED) {
                        tr {
                            td { (words(finding.attack)) }
                            td { code { (finding.file) } " " (finding.place) }
                            td { (finding.message) @if let Some(claim) = &finding.claim { "; " (said(claim)) } }
                        }
                    }
                }
            }
            @if verdict.findings.len() > MOST_LISTED { p { "And " (verdict.findings.len() - MOST_LISTED) " more." } }
        }
    }
}

/// A page is for people; a program reads the JSON.
const MOST_LISTED: usize = 200;

fn evidence(verdict: &Verdict) -> Markup {
    html! {
        h2 { "Evidence" }
        p { "The verdict is about exactly these bytes: each digest is that of a " code { "release.json" } ", which holds the \
             digests of all other files of its release. Anyone with the folders can repeat it with " code { "takeup verify" } "." }
        table {
            thead { tr { th { "Release" } th { "SHA-256 of release.json" } } }
            tbody { @for (name, digest) in &verdict.releases { tr { td { (name) } td { code { (digest) } } } } }
        }
        table {
            thead { tr { th { "Count" } th { "Number" } } }
            tbody {
                @for (name, count) in verdict.counts.iter().filter(|(_, count)| **count > 0) {
                    tr { td { code { (name) } } td.n { (count) } }
                }
            }
        }
    }
}
