//! Finds the header row. Comes in: a sheet and a source. Goes out: which column is which field, and what is wrong with
//! the header. A title above, and a header of two rows with merged parents, are found, not assumed. A row with a number or
//! a date in it is no header, whatever words it has.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use model::config::fold::fold_header;
use model::config::source::{Kind, Source};

use crate::ingest::date;
use crate::ingest::decorated::readings;
use crate::ingest::error::IngestError;
use crate::ingest::table::{Cell, Export, Merged, Sheet};

/// Rows from the top among which the header is looked for: the more where the fewer have none.
const SEARCHED: [usize; 2] = [60, 1_000];
/// Rows under a header that say whether it lacks a name.
const HEARD: usize = 60;

/// What a column is to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Position of the field.
    Field(usize),
    /// Known and not wanted.
    Ignored,
    /// Nothing stands in the header.
    Unnamed,
    /// A name that the source does not know.
    Undescribed,
}

/// A header, sound or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// One row, or two that were joined.
    pub(super) rows: Vec<u64>,
    /// Name and role of each column.
    pub(super) columns: Vec<(String, Role)>,
    /// Distinct fields found.
    pub(super) matched: usize,
    /// The row that follows and looks like a header too.
    pub(super) second: Option<u64>,
    /// Cells that its row has, blank ones included.
    pub(super) width: usize,
}

struct Row {
    number: u64,
    cells: Vec<String>,
    /// Whether a date cell stands in it: no column is called that.
    has_date: bool,
    /// Whether a number or a date stands in it.
    has_value: bool,
}

/// Every header word that the sources know, as they are compared.
pub(super) fn words<'s>(sources: impl IntoIterator<Item = &'s Source>) -> BTreeSet<String> {
    let columns = |source: &'s Source| source.fields.iter().flat_map(|field| &field.columns).chain(&source.ignore);
    sources.into_iter().flat_map(columns).map(|column| fold_header(column)).collect()
}

/// The header of a sheet: the first that has all that a case must have, else the one with most columns of the source; none
/// where no row has two of them, or the better part of its own.
pub(super) fn find(sheet: &Sheet, source: &Source) -> Result<Option<Header>, IngestError> {
    for searched in SEARCHED {
        let rows = head(sheet, searched)?;
        if let Some(mut header) = found(&rows, sheet.merged.as_deref(), source) {
            if has_row_names(sheet, &header, source)? {
                header.columns.insert(0, (String::new(), Role::Unnamed));
                header.width += 1;
            }
            return Ok(Some(header));
        }
        if rows.len() < searched {
            break;
        }
    }
    Ok(None)
}

fn found(rows: &[Row], merged: Option<&[Merged]>, source: &Source) -> Option<Header> {
    let names = &Names::of(source);
    let mut best: Option<(usize, Header)> = None;
    for (at, row) in rows.iter().enumerate() {
        let single = header(vec![row.number], row.cells.clone(), names);
        // A case may say words that are names of columns, too; it says values beside them.
        let named = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        if row.has_date || row.has_value && single.matched * 2 <= named {
            continue;
        }
        let mut found = (at, single);
        if let Some(child) = rows.get(at + 1) {
            let joined = header(vec![row.number, child.number], joined(row, child, merged), names);
            let alone = header(vec![child.number], child.cells.clone(), names);
            if joined.matched > found.1.matched.max(alone.matched) {
                found = (at + 1, joined);
            }
        }
        // One that stands further down, with more columns, is that of another export put under this one.
        let is_whole = is_header(&found.1, source) && has_required(&found.1, source);
        if best.as_ref().is_none_or(|(_, other)| found.1.matched > other.matched) {
            best = Some(found);
        }
        if is_whole {
            break;
        }
    }
    let (last, mut header) = best.filter(|(_, header)| is_header(header, source))?;
    header.second = rows.get(last + 1).filter(|next| !next.has_value).and_then(|next| second(&header, next, names));
    Some(header)
}

/// Whether each row of a text has a cell more than its header, in front: statistics programs write the names of rows there, and
/// nothing over them. The dates tell, which stand one column further on.
fn has_row_names(sheet: &Sheet, header: &Header, source: &Source) -> Result<bool, IngestError> {
    let width = header.columns.len();
    if header.width != width || sheet.rows.usual_cells() != Some(width + 1) {
        return Ok(false);
    }
    let is_date = |role: &Role| matches!(role, Role::Field(field) if source.fields[*field].kind == Kind::Date);
    // Where several stand side by side, the first of them.
    let is_first = |at: &usize| is_date(&header.columns[*at].1) && (*at == 0 || !is_date(&header.columns[at - 1].1));
    let dates: Vec<usize> = (0..width).filter(is_first).collect();
    let last = header.rows.last().copied().unwrap_or(0);
    let (mut heard, mut own, mut next) = (0, 0, 0);
    sheet.rows.walk(&mut |number, cells| {
        if number > last && cells.len() == width + 1 {
            heard += 1;
            let dated = |at: usize| matches!(cells.get(at), Some(Cell::Text(text)) if is_value(text.trim()));
            own += dates.iter().filter(|at| dated(**at)).count();
            next += dates.iter().filter(|at| dated(**at + 1)).count();
        }
        Ok(if heard < HEARD { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(next > own)
}

/// The header that stands in a row among the cases: known words in most of its cells, and no value.
pub(super) fn among(number: u64, cells: &[Cell<'_>], names: &Names, source: &Source) -> Option<Header> {
    let first = cells.iter().find(|cell| **cell != Cell::Blank)?;
    // Most rows are cases, and end here.
    if !matches!(first, Cell::Text(name) if names.may_be(name) && names.role(name) != Role::Undescribed) {
        return None;
    }
    let row = row(number, cells);
    let named = row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let header = header(vec![number], row.cells, names);
    (!row.has_value && header.matched * 2 > named && is_header(&header, source)).then_some(header)
}

/// The most columns of the source that one row of the sheet has, for the message that there is no header.
pub(super) fn most_matched(sheet: &Sheet, source: &Source) -> Result<usize, IngestError> {
    let names = Names::of(source);
    let matched = |row: Row| header(vec![row.number], row.cells, &names).matched;
    Ok(head(sheet, SEARCHED[0])?.into_iter().map(matched).max().unwrap_or(0))
}

impl Header {
    /// Position of each field's column; the faults of the header first.
    pub(super) fn positions(
        &self,
        export: &Export,
        sheet: &Sheet,
        source: &Source,
    ) -> Result<Vec<Option<usize>>, IngestError> {
        let row = self.rows.last().copied().unwrap_or(0);
        let place = |column: usize| Box::new(export.place(sheet, row, Some(column + 1)));
        let source_name = source.name.clone();
        if let Some(second) = self.second {
            return Err(IngestError::TwoHeaderRows { first: Box::new(export.place(sheet, row, None)), second });
        }
        let mut positions: Vec<Option<usize>> = vec![None; source.fields.len()];
        for (at, (name, role)) in self.columns.iter().enumerate() {
            match role {
                Role::Field(field) => match positions[*field].replace(at) {
                    None => {}
                    Some(other) => {
                        let field = source.fields[*field].name.clone();
                        return Err(IngestError::DoubleColumn { first: place(other), second: place(at), field });
                    }
                },
                Role::Undescribed => {
                    let column = self.told(at, name);
                    return Err(IngestError::UndescribedColumn { column, place: place(at), source_name });
                }
                Role::Ignored | Role::Unnamed => {}
            }
        }
        for (field, position) in source.fields.iter().zip(&positions) {
            if field.required && position.is_none() {
                let (place, column) = (Box::new(export.place(sheet, row, None)), field.columns[0].clone());
                return Err(IngestError::MissingColumn { place, column, source_name });
            }
        }
        Ok(positions)
    }
}

impl Header {
    /// A header as a message may tell it: where it stands apart from the table, or is a sentence, it may hold anything.
    fn told(&self, at: usize, name: &str) -> String {
        const WORDS: usize = 6;
        let is_apart = at > 0 && self.columns[at - 1].1 == Role::Unnamed;
        if is_apart || name.split(' ').count() > WORDS {
            return format!("({} characters)", name.chars().count());
        }
        name.chars().take(60).collect()
    }
}

fn head(sheet: &Sheet, searched: usize) -> Result<Vec<Row>, IngestError> {
    let mut rows = Vec::new();
    sheet.rows.walk(&mut |number, cells| {
        let row = row(number, cells);
        if row.cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
        Ok(if rows.len() < searched { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(rows)
}

fn row(number: u64, cells: &[Cell<'_>]) -> Row {
    let value = |cell: &Cell<'_>| cell.is_typed() || matches!(cell, Cell::Text(text) if is_value(text.trim()));
    Row {
        number,
        cells: cells.iter().map(|cell| text(*cell)).collect(),
        has_date: cells.iter().any(|cell| matches!(cell, Cell::Serial(_))),
        has_value: cells.iter().any(value),
    }
}

/// Whether a text is a number or a date, which names no column.
fn is_value(text: &str) -> bool {
    let figures = |character: char| {
        character.is_ascii_digit() || matches!(character, '.' | ',' | '/' | '-' | ':' | ' ' | 'T' | 'Z')
    };
    let digit = text.starts_with(|character: char| character.is_ascii_digit());
    digit && (text.chars().all(figures) || date::in_words(text))
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Cell::Number(number) => number.to_string(),
        Cell::Shown(_, text) => text.to_owned(),
        // A date or a fault is no name; a sign keeps the cell from counting as blank.
        Cell::Serial(_) | Cell::Length(_) | Cell::Truth(_) | Cell::Fault | Cell::NoResult => "?".to_owned(),
        Cell::Blank => String::new(),
    }
}

fn header(rows: Vec<u64>, mut cells: Vec<String>, names: &Names) -> Header {
    let width = cells.len();
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    let (mut matched, mut roles) = names.roles(&cells);
    if matched * 2 < cells.len() {
        for reading in readings(&cells) {
            let (more, others) = names.roles(&reading);
            if more > matched.max(1) {
                (matched, roles) = (more, others);
            }
        }
    }
    Header { rows, columns: cells.into_iter().zip(roles).collect(), matched, second: None, width }
}

/// Every name that the source knows, folded once.
pub(super) struct Names {
    known: BTreeMap<String, Role>,
    has_digits: bool,
    fields: usize,
}

impl Names {
    pub(super) fn of(source: &Source) -> Self {
        let mut roles: BTreeMap<String, Role> =
            source.ignore.iter().map(|column| (fold_header(column), Role::Ignored)).collect();
        for (at, field) in source.fields.iter().enumerate() {
            roles.extend(field.columns.iter().map(|column| (fold_header(column), Role::Field(at))));
        }
        let has_digits = roles.keys().any(|name| name.bytes().any(|byte| byte.is_ascii_digit()));
        Self { known: roles, has_digits, fields: source.fields.len() }
    }

    /// Quickly no for most references, which have digits where no name of a column has.
    fn may_be(&self, name: &str) -> bool {
        self.has_digits || !name.bytes().any(|byte| byte.is_ascii_digit())
    }

    /// The roles of a row's names, and how many distinct fields are among them.
    fn roles(&self, cells: &[String]) -> (usize, Vec<Role>) {
        let roles: Vec<Role> = cells.iter().map(|name| self.role(name)).collect();
        let mut found = vec![false; self.fields];
        for role in &roles {
            if let Role::Field(field) = role {
                found[*field] = true;
            }
        }
        (found.into_iter().filter(|found| *found).count(), roles)
    }

    fn role(&self, name: &str) -> Role {
        if name.is_empty() {
            return Role::Unnamed;
        }
        self.known.get(&fold_header(name)).copied().unwrap_or(Role::Undescribed)
    }
}

/// Whether a header is another table's beside that of the cases, which `best` columns of the source tell: a list of workers may
/// have a name and a telephone too.
pub(super) fn is_of_another_table(header: &Header, source: &Source, best: usize) -> bool {
    header.matched * 2 < best && !has_required(header, source)
}

fn has_required(header: &Header, source: &Source) -> bool {
    let found = |at: usize| header.columns.iter().any(|(_, role)| *role == Role::Field(at));
    source.fields.iter().enumerate().all(|(at, field)| !field.required || found(at))
}

fn is_header(header: &Header, source: &Source) -> bool {
    let named = header.columns.iter().filter(|(_, role)| *role != Role::Unnamed).count();
    header.matched >= 2 && (header.matched * 2 >= named || has_required(header, source))
}

fn second(found: &Header, next: &Row, names: &Names) -> Option<u64> {
    let matched = header(vec![next.number], next.cells.clone(), names).matched;
    (matched >= 2 && matched * 2 >= found.matched).then_some(next.number)
}

/// Parent and child of each column in one name. A parent reaches as far as its merged cells do; where the format does
/// not say, as far as the next parent.
fn joined(parent: &Row, child: &Row, merged: Option<&[Merged]>) -> Vec<String> {
    let mut above = String::new();
    // Of very many blocks only those of this row are looked at for every column.
    let in_row = |blocks: &[Merged]| -> Vec<Merged> {
        blocks.iter().filter(|block| (block.rows.0..=block.rows.1).contains(&parent.number)).copied().collect()
    };
    let merged = merged.map(in_row);
    (0..parent.cells.len().max(child.cells.len()))
        .map(|at| {
            let own = parent.cells.get(at).cloned().unwrap_or_default();
            let below = child.cells.get(at).cloned().unwrap_or_default();
            let reaches = |block: &Merged| (block.columns.0..=block.columns.1).contains(&(at + 1));
            if !own.is_empty() {
                above = own;
            } else if merged.as_ref().is_some_and(|blocks| !blocks.iter().any(reaches)) {
                above.clear();
            }
            [above.as_str(), below.as_str()].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}
