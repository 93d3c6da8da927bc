//! `index.html`: the report as one file that reads on screen, telephone and paper.
//!
//! Comes in: the release and its charts. Goes out: HTML with its style and font inside. Deliberately absent: scripts, the
//! network, and any number that is not a released cell (but the threshold, dates and the count of tables).

mod table;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::release::ReleaseParts;

use crate::cell::{published, text};
use crate::grid::{Grid, Row};
use crate::{fonts, words};

/// The look of the page; the fonts are added to it.
const STYLE: &str = include_str!("page/style.css");
/// Nothing may be loaded, also if a label should ever hold markup that slipped through.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";
/// Headline figures beyond these are left to the first table.
const MOST_FIGURES: usize = 4;

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
                        @if !parts.introduction.trim().is_empty() { p.lead { (parts.introduction) } }
                        (figures(parts))
                        (reading(parts))
                        section aria-labelledby="tables" {
                            h2 #tables { "Tables and charts" }
                            @for table in &parts.tables {
                                (table::section(table, drawings.get(&table.id)))
                            }
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
            }
        }
    }
}

/// The last column of the first table, large; the column before it, small.
fn figures(parts: &ReleaseParts) -> Markup {
    let Some(first) = parts.tables.first() else { return html! {} };
    let grid = Grid::of(first);
    let column = grid.key_column();
    let periods = grid.columns_by.is_some_and(|dim| dim.name == "period");
    html! {
        section.figures aria-labelledby="key-figures" {
            h2 #key-figures { "Key figures" }
            dl {
                @for row in grid.rows.iter().take(MOST_FIGURES) {
                    div {
                        dt { (row.label()) }
                        dd.figure { (text(row.cells[column])) }
                        dd.beside { (beside(&grid, row, column, periods)) }
                    }
                }
            }
        }
    }
}

/// What stands under a headline figure: its period, and the figure of the period before it.
fn beside(grid: &Grid<'_>, row: &Row<'_>, column: usize, periods: bool) -> String {
    let now = &grid.columns[column];
    let shown = if published(row.cells[column]).is_some() { "In" } else { "Not shown in" };
    match column.checked_sub(1).filter(|_| periods) {
        Some(before) => format!("{shown} {now}; {} in {}", text(row.cells[before]), grid.columns[before]),
        None => format!("{shown} {now}"),
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
                    " and, for programs, as one CSV file a table, described in "
                    a href="release.json" { "release.json" }
                    "."
                }
            }
        }
    }
}
