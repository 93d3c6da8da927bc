//! A table of expectations on the page.
//!
//! Comes in: the table. Goes out: a section. Deliberately absent: cells that span others, since a program reads them back.

use maud::{Markup, html};
use model::release::ExpectationTable;

use crate::expectation::{COLUMNS, Said, cells, how};
use crate::words::lower_first;

/// The section of `table`.
pub(super) fn section(table: &ExpectationTable) -> Markup {
    let id = table.id.to_lowercase();
    html! {
        section.table id=(id) aria-labelledby=(format!("{id}-title")) {
            h3 id=(format!("{id}-title")) { span.number { (table.id) } " " (table.title) }
            p.when { (table.subtitle) }
            div.scroll role="region" tabindex="0" aria-labelledby=(format!("{id}-caption")) {
                table {
                    caption id=(format!("{id}-caption")) {
                        "Table " (table.id) ". " (table.unit) " by " (lower_first(&table.dim.label))
                        ", beside what earlier figures let expect"
                    }
                    thead {
                        tr {
                            th scope="col" { (table.dim.label) }
                            @for (_, title) in COLUMNS { th.n scope="col" { (title) } }
                        }
                    }
                    tbody {
                        @for (code, row) in table.dim.codes.iter().zip(&table.rows) {
                            tr {
                                th scope="row" { (code.label) }
                                @for said in cells(row) { (cell(&said)) }
                            }
                        }
                    }
                }
            }
            ul.notes {
                @for line in how(table) { li { (line) } }
                @for note in &table.notes { li { (note) } }
            }
            p.files { "Table " (table.id) " as " a href=(table.file()) { "CSV" } }
        }
    }
}

fn cell(said: &Said) -> Markup {
    match said {
        Said::Count(_) | Said::Tenths(_) | Said::Word(_) => html! { td { (said.text()) } },
        Said::Symbol(_) => html! { td.symbol { (said.text()) } },
    }
}
