//! Reads a case-level file, written without a look at how it is made. Comes in: bytes and the manifest's entry. Goes out: labels
//! by column and row, what each label covers, and what is wrong with the file. Deliberately absent: who is alike to whom.

use std::collections::{BTreeMap, BTreeSet};

use model::extract::{ExtractColumn, ExtractEntry, Role, SUPPRESSED};
use model::{Attack, Finding, formula};

use crate::readers::csvw;
use crate::readers::domain::Domain;
use crate::readers::folder::Folder;

/// Rows beyond this are not read: no service has as many cases.
const MOST_ROWS: usize = 2_000_000;

/// A column as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it tells; none where the manifest does not list it.
    pub role: Option<Role>,
    /// The dimension of tables with the same codes.
    pub dimension: String,
    /// Labels in order of appearance.
    pub labels: Vec<String>,
    /// What they cover.
    pub domain: Domain,
}

/// A case-level file.
#[derive(Debug, Clone, PartialEq)]
pub struct Microdata {
    /// What the manifest says of it.
    pub entry: ExtractEntry,
    /// In the order of the file.
    pub columns: Vec<Column>,
    /// A label's number for each column, in the order of the file.
    pub rows: Vec<Vec<u32>>,
    /// The lines as they are written, for their order alone.
    pub lines: Vec<String>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
}

impl Microdata {
    /// Positions of the columns with a role.
    #[must_use]
    pub fn with(&self, role: Role) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| self.columns[*at].role == Some(role)).collect()
    }

    /// The label of a row in a column.
    #[must_use]
    pub fn label(&self, row: usize, column: usize) -> &str {
        let code = self.rows.get(row).and_then(|row| row.get(column));
        let labels = self.columns.get(column).map(|column| &column.labels);
        code.zip(labels).and_then(|(code, labels)| labels.get(*code as usize)).map_or("", String::as_str)
    }

    /// Whether nothing of a row's quasi-identifiers is said.
    #[must_use]
    pub fn is_suppressed(&self, row: usize) -> bool {
        let mut quasi = (0..self.columns.len()).filter(|at| self.columns[*at].role == Some(Role::Quasi));
        quasi.all(|column| self.label(row, column) == SUPPRESSED)
    }

    fn find(&mut self, kind: &str, line: u64, message: &str) {
        self.findings.push(Finding {
            attack: Attack::Leftover,
            kind: kind.to_owned(),
            file: self.entry.file.clone(),
            place: if line == 0 { String::new() } else { format!("line {line}") },
            message: message.to_owned(),
            claim: None,
        });
    }

    fn header(&mut self, names: &[String]) {
        for name in names {
            let known = self.entry.columns.iter().find(|column| column.name == *name);
            let (role, dimension) = known
                .map_or((None, String::new()), |column: &ExtractColumn| (Some(column.role), column.dimension.clone()));
            let (labels, domain) = (Vec::new(), Domain::default());
            self.columns.push(Column { name: name.clone(), role, dimension, labels, domain });
        }
        if self.columns.iter().any(|column| column.role.is_none()) {
            self.find("extract_undeclared_column", 1, "a column that release.json does not list");
        }
        let declared: Vec<String> = self.entry.columns.iter().map(|column| column.name.clone()).collect();
        let mut seen = BTreeSet::new();
        if names.iter().any(|name| !seen.insert(name)) || declared.iter().any(|name| !names.contains(name)) {
            self.find("extract_columns", 1, "the columns are not those that release.json lists");
        }
    }

    /// Labels become numbers; a label that no hierarchy knows covers nothing that can be attacked.
    fn finish(&mut self) {
        for at in 0..self.columns.len() {
            let hierarchy = self.entry.hierarchies.get(&self.columns[at].name);
            let domain = Domain::new(hierarchy, &self.columns[at].labels);
            let unknown = self.columns[at].labels.iter().any(|label| domain.cover(label).is_none());
            self.columns[at].domain = domain;
            if unknown && self.columns[at].role.is_some() {
                self.find("extract_unknown_label", 0, "a label that the column's hierarchy does not have");
            }
        }
        let suppressed = (0..self.rows.len()).filter(|row| self.is_suppressed(*row)).count() as u64;
        if self.rows.len() as u64 != self.entry.rows || suppressed < self.entry.suppressed {
            self.find("extract_count", 0, "the file has other rows than release.json says");
        }
    }
}

/// Reads the extract of `folder`; none where its manifest has none.
#[must_use]
pub fn read(folder: &Folder) -> Option<Microdata> {
    let entry = folder.manifest.extract.clone()?;
    let mut data = Microdata { columns: Vec::new(), rows: Vec::new(), lines: Vec::new(), findings: Vec::new(), entry };
    if !folder.manifest.tables.is_empty() {
        data.find("extract_beside_tables", 0, "a release is tables or rows, so that each goes to its own readers");
    }
    match folder.files.get(&data.entry.file) {
        Some(bytes) => data.take(bytes),
        None => data.find("missing_table", 0, "the file of the rows is missing"),
    }
    if folder.is_listed && !folder.manifest.files.contains_key(&data.entry.file) {
        data.find("unlisted_table", 0, "a file of rows that release.json does not list");
    }
    data.metadata(folder);
    Some(data)
}

/// The file that describes the rows.
#[must_use]
pub fn metadata_file(entry: &ExtractEntry) -> String {
    format!("{}-metadata.json", entry.file.strip_suffix(".csv").unwrap_or(&entry.file))
}

impl Microdata {
    fn take(&mut self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.find("encoding", 0, "not plain UTF-8");
            return;
        };
        if text.starts_with('\u{feff}') || text.contains('\r') {
            self.find("encoding", 0, "a mark or line ends that a program of ours does not write");
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut known: Vec<BTreeMap<String, u32>> = Vec::new();
        for record in reader.records() {
            let Ok(record) = record else {
                self.find("not_csv", 0, "cannot be read as CSV");
                break;
            };
            let line = record.position().map_or(0, csv::Position::line);
            let fields: Vec<String> = record.iter().map(str::to_owned).collect();
            if self.columns.is_empty() {
                self.header(&fields);
                known = vec![BTreeMap::new(); fields.len()];
                continue;
            }
            if self.rows.len() >= MOST_ROWS {
                self.find("too_large", line, "more rows than an extract has; the rest was not read");
                break;
            }
            if fields.len() != self.columns.len() {
                self.find("ragged", line, "not as many fields as the header has");
                continue;
            }
            let mut row = Vec::with_capacity(fields.len());
            for ((field, column), known) in fields.into_iter().zip(&mut self.columns).zip(&mut known) {
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                row.push(*known.entry(field).or_insert_with_key(|label| {
                    column.labels.push(label.clone());
                    next
                }));
            }
            self.rows.push(row);
        }
        self.lines = text.lines().skip(1).take(MOST_ROWS).map(str::to_owned).collect();
        let runs = |column: &Column| column.labels.iter().chain([&column.name]).any(|text| formula::runs(text));
        if self.columns.iter().any(runs) {
            self.find("formula", 0, "a field that a spreadsheet would run as a formula");
        }
        if self.columns.is_empty() {
            self.find("not_csv", 0, "has no header");
        }
        self.finish();
    }

    /// The description beside the file says what the manifest says and nothing else.
    fn metadata(&mut self, folder: &Folder) {
        let file = metadata_file(&self.entry);
        let Some(bytes) = folder.files.get(&file) else { return };
        let mut wrong: Vec<(&str, &str)> = Vec::new();
        match csvw::read(bytes) {
            None => wrong.push(("unknown_format", "JSON that describes no table")),
            Some(metadata) => {
                wrong.extend(metadata.faults.iter().copied());
                let names: Vec<&str> = self.entry.columns.iter().map(|column| column.name.as_str()).collect();
                let own = self.entry.file.rsplit('/').next().unwrap_or_default();
                if metadata.columns != names || metadata.url != own {
                    wrong.push(("metadata", "describes other columns than release.json lists"));
                }
                let said: BTreeSet<&str> = names
                    .into_iter()
                    .chain([own, &self.entry.recipient, &self.entry.agreement, &folder.manifest.release])
                    .chain(["string", ",", "\n", "en"])
                    .collect();
                if metadata.texts.iter().any(|text| !said.contains(text.as_str())) {
                    wrong.push(("unexplained_text", "a text that release.json does not have"));
                }
            }
        }
        for (kind, message) in wrong {
            self.findings.push(Finding {
                attack: Attack::Leftover,
                kind: kind.to_owned(),
                file: file.clone(),
                place: String::new(),
                message: message.to_owned(),
                claim: None,
            });
        }
    }
}
