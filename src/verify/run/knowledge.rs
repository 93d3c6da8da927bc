//! Figures that readers know anyway. Comes in: counts by codes. Goes out: tables like those of a release, which is judged by nobody.
//! Deliberately absent: how they came to know.

use std::collections::BTreeMap;

use model::Manifest;
use model::config::KnownFigure;
use model::manifest::TableEntry;

use super::Opened;
use crate::attacks::system::Part;
use crate::readers::csv::{Reading, Row, Table};

/// The figures of one file along the same dimensions.
#[derive(Debug)]
pub(super) struct Knowledge {
    manifest: Manifest,
    tables: Vec<Table>,
}

impl Knowledge {
    pub(super) fn part(&self) -> Part<'_> {
        Part {
            prefix: "",
            manifest: &self.manifest,
            tables: &self.tables,
            microdata: None,
            time: 0,
            is_given: false,
            is_known_anyway: true,
        }
    }
}

/// The figures as tables, and what is said of those along dimensions that no release has.
pub(super) fn figures(opened: &[Opened], known: &[KnownFigure]) -> (Vec<Knowledge>, Option<String>) {
    let has = |name: &String| opened.iter().any(|opened| opened.folder.manifest.hierarchies.contains_key(name));
    let mut tables: BTreeMap<(&str, Vec<&String>), Vec<Row>> = BTreeMap::new();
    let mut unused: usize = 0;
    for figure in known {
        if !figure.codes.keys().all(has) {
            unused += 1;
            continue;
        }
        let row = Row {
            codes: figure.codes.values().cloned().collect(),
            reading: Reading::Count(figure.count),
            bounds: (None, None),
            line: figure.line,
        };
        tables.entry((&figure.file, figure.codes.keys().collect())).or_default().push(row);
    }
    let found = tables.into_iter().map(|((file, dims), rows)| {
        let dims: Vec<String> = dims.into_iter().cloned().collect();
        let entry = TableEntry { file: file.to_owned(), dims: dims.clone(), ..TableEntry::default() };
        Knowledge {
            manifest: Manifest { tables: vec![entry], ..Manifest::default() },
            tables: vec![Table { dims, rows, ..Table::default() }],
        }
    });
    let words = format!("{unused} known figures are along dimensions that no release has, and were not used");
    (found.collect(), (unused > 0).then_some(words))
}
