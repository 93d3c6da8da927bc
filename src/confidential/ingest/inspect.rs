//! Looks at a file before anything is read of it. Comes in: a path and the sources. Goes out: sheets, headers, and the
//! fields that the best source proposes. Deliberately absent: any value under a header.

use std::collections::BTreeMap;
use std::path::Path;

use model::config::Source;
use model::config::source::{Class, Kind};
use serde::Serialize;

use crate::ingest::error::IngestError;
use crate::ingest::format;
use crate::ingest::header::{self, Header, Role};
use crate::ingest::table::{Export, Visibility};
use crate::ingest::visible;

/// What a file shows of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// Its name, without its folder.
    pub file: String,
    /// How it would be read.
    pub format: String,
    /// Of text files.
    pub encoding: Option<String>,
    /// Of text files.
    pub delimiter: Option<String>,
    /// The source that fits best; none where none does.
    pub source: Option<String>,
    /// Other sources that fit as well.
    pub others: Vec<String>,
    /// In the file's order.
    pub sheets: Vec<InspectedSheet>,
    /// Comments in the workbook.
    pub comments: u64,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InspectedSheet {
    /// Empty for text files.
    pub sheet: String,
    /// `visible`, `hidden` or `very hidden`.
    pub visibility: &'static str,
    /// The header's rows; two would be joined.
    pub header_rows: Vec<u64>,
    /// A row after the header that looks like a second one.
    pub second_header: Option<u64>,
    /// The columns of the header.
    pub columns: Vec<InspectedColumn>,
    /// Columns that the source requires and the sheet lacks.
    pub missing: Vec<String>,
    /// Rows that are hidden.
    pub hidden_rows: u64,
    /// Columns that are hidden.
    pub hidden_columns: u64,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InspectedColumn {
    /// Its header.
    pub column: String,
    /// The field that would read it.
    pub field: Option<String>,
    /// What the field holds.
    pub kind: Option<Kind>,
    /// What the field may do.
    pub class: Option<Class>,
    /// Whether the source lists it as not wanted.
    pub ignored: bool,
}

/// Looks at a file.
///
/// # Errors
/// [`IngestError`] where the file does not open.
pub fn inspect(file: &Path, sources: &BTreeMap<String, Source>) -> Result<Inspection, IngestError> {
    let export = format::open(file, &header::words(sources.values()))?;
    let mut names = best(&export, sources)?.into_iter();
    let source = names.next();
    let described = source.as_ref().and_then(|name| sources.get(name));
    let mut sheets = Vec::new();
    for sheet in &export.sheets {
        let header = match described {
            Some(source) if sheet.visibility == Visibility::Visible => header::find(sheet, source)?,
            Some(_) | None => None,
        };
        let (columns, missing) = match (&header, described) {
            (Some(header), Some(source)) => described_columns(header, source),
            (None, _) | (_, None) => (Vec::new(), Vec::new()),
        };
        sheets.push(InspectedSheet {
            sheet: sheet.name.clone(),
            visibility: visible(sheet),
            second_header: header.as_ref().and_then(|header| header.second),
            header_rows: header.map(|header| header.rows).unwrap_or_default(),
            columns,
            missing,
            hidden_rows: sheet.hidden_rows,
            hidden_columns: sheet.hidden_columns,
        });
    }
    Ok(Inspection {
        file: export.file.clone(),
        format: export.format.to_owned(),
        encoding: export.encoding.map(str::to_owned),
        delimiter: export.delimiter.map(str::to_owned),
        source,
        others: names.collect(),
        sheets,
        comments: export.comments,
    })
}

/// A file that was opened; nobody outside sees into it.
pub struct Opened(pub(super) Export);

/// The one source that describes a file's columns best, and the file, opened.
///
/// # Errors
/// [`IngestError::NoSource`] where none fits, [`IngestError::SeveralSources`] where several fit alike, and where the
/// file does not open.
pub fn matching_source(file: &Path, sources: &BTreeMap<String, Source>) -> Result<(String, Opened), IngestError> {
    let export = format::open(file, &header::words(sources.values()))?;
    let mut names = best(&export, sources)?;
    match names.len() {
        0 => Err(IngestError::NoSource { file: export.file }),
        1 => Ok((names.remove(0), Opened(export))),
        _ => Err(IngestError::SeveralSources { file: export.file, sources: names }),
    }
}

/// The sources with the most fields in a header of the file, in the order of their names.
fn best(export: &Export, sources: &BTreeMap<String, Source>) -> Result<Vec<String>, IngestError> {
    let mut best: (usize, Vec<String>) = (0, Vec::new());
    for (name, source) in sources {
        let mut matched = 0;
        for sheet in export.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Visible) {
            matched = matched.max(header::find(sheet, source)?.map_or(0, |header| header.matched));
        }
        if matched > best.0 {
            best = (matched, vec![name.clone()]);
        } else if matched == best.0 && matched > 0 {
            best.1.push(name.clone());
        }
    }
    Ok(best.1)
}

fn described_columns(header: &Header, source: &Source) -> (Vec<InspectedColumn>, Vec<String>) {
    let column = |(name, role): &(String, Role)| {
        let field = match role {
            Role::Field(field) => Some(&source.fields[*field]),
            Role::Ignored | Role::Unnamed | Role::Undescribed => None,
        };
        InspectedColumn {
            column: name.clone(),
            field: field.map(|field| field.name.clone()),
            kind: field.map(|field| field.kind),
            class: field.map(|field| field.class),
            ignored: *role == Role::Ignored,
        }
    };
    let columns: Vec<InspectedColumn> = header.columns.iter().map(column).collect();
    let has = |name: &String| columns.iter().any(|column| column.field.as_ref() == Some(name));
    let lacking = source.fields.iter().filter(|field| field.required && !has(&field.name));
    let missing = lacking.map(|field| field.columns[0].clone()).collect();
    (columns, missing)
}
