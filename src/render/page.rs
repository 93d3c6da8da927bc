//! `index.html`: the report as one file that reads on screen, telephone and paper.
//!
//! Comes in: the release and its charts. Goes out: HTML with its style and font inside. Deliberately absent: scripts, the
//! network, and any number that is not a released cell (but the threshold, dates and the count of tables).

mod expectation;
mod figures;
mod table;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::release::ReleaseParts;

use crate::{fonts, words};

/// The look of the page; the fonts are added to it.
const STYLE: &str = include_str!("page/style.css");
/// Nothing may be loaded, also if a label should ever hold markup that slipped through.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/// The page. `drawings` has the SVG of each table that is drawn, by identifier.
pub(crate) fn write(parts: &ReleaseParts, drawings: &BTreeMap<String, String>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(parts))
            body {
                a.skip href="#report" { "Skip to the report" }
                (masthead(parts))
                div.frame {
                    (contents(parts))
                    main #report {
                        @if let Some(correction) = words::correction(parts) { p.lead { (correction) } }
                        @if !parts.introduction.trim().is_empty() { p.lead { (parts.introduction) } }
                        (figures::section(parts))
                        (reading(parts))
                        section aria-labelledby="tables" {
                            h2 #tables { "Tables and charts" }
                            @for table in &parts.tables {
                                (table::section(table, drawings.get(&table.id)))
                            }
                            @for table in &parts.expectations { (expectation::section(table)) }
                        }
                    }
                }
                (foot(parts))
            }
        }
    };
    let mut page = page.into_string();
    page.push('\n');
    page
}

fn head(parts: &ReleaseParts) -> Markup {
    let face = |bytes: &[u8], weight: &str| {
        format!(
            "@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/otf;base64,{}) format(\"opentype\")}}\n",
            fonts::base64(bytes)
        )
    };
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="color-scheme" content="light";
            title { (parts.title) ", " (parts.period_words) " – " (parts.service) }
            style { (PreEscaped(face(fonts::REGULAR, "400"))) (PreEscaped(face(fonts::BOLD, "600 700"))) (PreEscaped(STYLE)) }
        }
    }
}

fn masthead(parts: &ReleaseParts) -> Markup {
    html! {
        header.masthead {
            div.inner {
                p.service { (parts.service) }
                h1 { (parts.title) }
                p.period { (parts.period_words) }
                p.audience { "For: " (parts.audience.1) }
            }
        }
    }
}

fn contents(parts: &ReleaseParts) -> Markup {
    html! {
        nav.contents aria-labelledby="contents" {
            h2 #contents { "Contents" }
            ul {
                li { a href="#key-figures" { "Key figures" } }
                li { a href="#reading" { "How to read this report" } }
                li { a href="#protection" { "What protects people" } }
                @for table in &parts.tables {
                    li { a href=(format!("#{}", table.id.to_lowercase())) { (table.title) } }
                }
                @for table in &parts.expectations {
                    li { a href=(format!("#{}", table.id.to_lowercase())) { (table.title) } }
                }
            }
        }
    }
}

fn reading(parts: &ReleaseParts) -> Markup {
    html! {
        div.pair {
            section aria-labelledby="reading" {
                h2 #reading { "How to read this report" }
                dl.symbols {
                    @for (symbol, meaning) in words::SYMBOLS {
                        div { dt { (symbol) } dd { (meaning) } }
                    }
                }
                p { (words::HIDDEN) }
                p { strong { (words::ADDING_UP) } }
                p { (words::FROM_RELEASED) }
            }
            section aria-labelledby="protection" {
                h2 #protection { "What protects people" }
                @for paragraph in words::protection(parts) { p { (paragraph) } }
            }
        }
    }
}

fn foot(parts: &ReleaseParts) -> Markup {
    html! {
        footer.foot {
            div.inner {
                p { (parts.service) ". " (parts.title) ", " (parts.period_words) ". Release " (parts.name) "." }
                p {
                    "The same figures as "
                    a href="tables.xlsx" { "a workbook" }
                    " ("
                    a href="tables.ods" { "OpenDocument" }
                    ") and, for programs, as one CSV file a table, described in "
                    a href="release.json" { "release.json" }
                    "."
                }
            }
        }
    }
}
