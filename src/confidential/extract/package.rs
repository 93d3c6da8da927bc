//! An extract of the store as a release: the rows, their description, and what `release.json` says of them. Comes in: rows in
//! the order of records, the profile, hierarchies. Goes out: bytes, and what the rows have broken of their promise when they
//! are counted again with their families. Deliberately absent: digests and folders.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Profile;
use model::config::profile::MONTH;
use model::extract::{ExtractColumn, ExtractEntry, Role, SUPPRESSED, Unit};
use serde_json::json;

use super::hierarchy::Hierarchy;
use super::stored::Stored;

/// Where the rows lie in a release.
pub const ROWS: &str = "data/extract.csv";
/// Where their description lies.
pub const METADATA: &str = "data/extract-metadata.json";

/// What the manifest says of the rows. `measure` and `period`: codes of tables.
#[must_use]
pub fn entry(profile: &Profile, stored: &Stored, period: &str, rows: &Written<'_>) -> ExtractEntry {
    let column = |name: &String, role| {
        let dimension = if name == MONTH { "period" } else { name.as_str() };
        ExtractColumn { name: name.clone(), role, dimension: dimension.to_owned() }
    };
    let quasi = stored.roles.quasi.iter().map(|name| column(name, Role::Quasi));
    let sensitive = stored.roles.sensitive.iter().map(|name| column(name, Role::Sensitive));
    let has_sensitive = !stored.roles.sensitive.is_empty();
    ExtractEntry {
        file: ROWS.to_owned(),
        recipient: profile.recipient.clone(),
        agreement: profile.agreement.clone(),
        measure: profile.measure.clone(),
        period: period.to_owned(),
        unit: if stored.units.is_some() { Unit::Family } else { Unit::Case },
        columns: quasi.chain(sensitive).collect(),
        hierarchies: stored.whole.iter().map(|whole| (whole.column().to_owned(), sums(whole))).collect(),
        rows: rows.lines.len() as u64,
        suppressed: rows.lines.iter().filter(|line| rows.is_suppressed(line)).count() as u64,
        k: profile.k,
        l: profile.sensitivity.l.filter(|_| has_sensitive),
        t: profile.sensitivity.t.filter(|_| has_sensitive),
    }
}

/// A hierarchy as a manifest states it. A label that stands on several levels is one code.
#[must_use]
pub fn sums(hierarchy: &Hierarchy) -> model::Hierarchy {
    let mut sums: Vec<(String, Vec<String>)> = Vec::new();
    for pair in hierarchy.levels().windows(2).rev() {
        let [below, above] = pair else { continue };
        for (label, number) in above.labels.iter().zip(0_u32..) {
            let own =
                below.labels.iter().zip(&below.parents).filter(|(child, parent)| **parent == number && *child != label);
            let children: Vec<String> = own.map(|(child, _)| child.clone()).collect();
            if !children.is_empty() {
                sums.push((label.clone(), children));
            }
        }
    }
    model::Hierarchy { total: SUPPRESSED.to_owned(), sums }
}

/// Rows as they were written, in the order of records.
#[derive(Clone)]
pub struct Written<'a> {
    header: &'a [u8],
    lines: Vec<Line<'a>>,
    quasi: usize,
}

/// A line and its fields.
#[derive(Clone)]
struct Line<'a> {
    bytes: &'a [u8],
    fields: Vec<String>,
}

impl std::fmt::Debug for Written<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Written({} rows)", self.lines.len())
    }
}

/// What the rows break of their promise, counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recount {
    /// Classes counted.
    pub classes: usize,
    /// Those of fewer than k units.
    pub few_units: usize,
    /// Those of fewer than l values, whether they are written or not.
    pub few_values: usize,
}

impl<'a> Written<'a> {
    /// Of a file: the columns of `stored` with the quasi-identifiers first.
    #[must_use]
    pub fn new(bytes: &'a [u8], stored: &Stored) -> Self {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let header = lines.next().unwrap_or_default();
        let fields = |line: &[u8]| {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
            let record = reader.records().next().and_then(Result::ok);
            record.map(|record| record.iter().map(str::to_owned).collect()).unwrap_or_default()
        };
        let lines = lines.map(|bytes| Line { bytes, fields: fields(bytes) }).collect();
        Self { header, lines, quasi: stored.roles.quasi.len() }
    }

    fn is_suppressed(&self, line: &Line<'_>) -> bool {
        line.fields.iter().take(self.quasi).all(|field| field == SUPPRESSED)
    }

    /// The file in an order that says nothing of when a case came in: that of what it shows.
    #[must_use]
    pub fn sorted(&self) -> Vec<u8> {
        let mut lines: Vec<&[u8]> =
            self.lines.iter().map(|line| line.bytes.strip_suffix(b"\n").unwrap_or(line.bytes)).collect();
        lines.sort_unstable();
        let mut bytes = self.header.to_vec();
        for line in lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        bytes
    }

    /// Counts units and values of each class from what is written, past the code that formed the classes.
    #[must_use]
    pub fn recount(&self, stored: &Stored, profile: &Profile) -> Recount {
        let mut classes: BTreeMap<&[String], (BTreeSet<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            let unit = stored.units.as_ref().and_then(|units| units.get(at)).map_or(at, |unit| *unit as usize);
            let class = classes.entry(line.fields.get(..self.quasi).unwrap_or_default()).or_default();
            class.0.insert(unit);
            class.1.push(at);
        }
        let l = profile.sensitivity.l.unwrap_or(0);
        let is_poor = |rows: &Vec<usize>| {
            stored.roles.sensitive.iter().filter_map(|name| stored.table.column(name)).any(|column| {
                let values: BTreeSet<u32> = rows.iter().filter_map(|row| column.codes.get(*row).copied()).collect();
                (values.len() as u64) < l
            })
        };
        // Suppressed rows that together would tell too much do not tell at all.
        let tells = |key: &&[String], rows: &[usize]| {
            let silent = |row: &usize| {
                self.lines
                    .get(*row)
                    .is_some_and(|line| line.fields.iter().skip(self.quasi).all(|field| field == SUPPRESSED))
            };
            !(key.iter().all(|field| field == SUPPRESSED) && rows.iter().all(silent))
        };
        Recount {
            classes: classes.len(),
            few_units: classes.values().filter(|(units, _)| (units.len() as u64) < profile.k).count(),
            few_values: classes.iter().filter(|(key, (_, rows))| tells(key, rows) && is_poor(rows)).count(),
        }
    }
}

/// The description beside the rows: CSV on the Web (W3C 2015).
#[must_use]
pub fn metadata(entry: &ExtractEntry, release: &str) -> Vec<u8> {
    let column = |column: &ExtractColumn| json!({ "name": column.name, "titles": column.name, "datatype": "string" });
    let value = json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "url": ROWS.rsplit('/').next().unwrap_or(ROWS),
        "dc:title": release,
        "dc:description": entry.recipient,
        "dc:license": entry.agreement,
        "dialect": { "encoding": "utf-8", "delimiter": ",", "header": true, "lineTerminators": "\n" },
        "tableSchema": { "columns": entry.columns.iter().map(column).collect::<Vec<_>>() },
    });
    // A value of plain texts is always JSON.
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use model::config::profile::Sensitivity;

    use super::*;
    use crate::extract::microdata::Roles;
    use crate::extract::table::{Column, Table};

    /// Six cases of one class, of as many families as `units` names; needs A, B and C.
    fn stored(units: [u32; 6]) -> Stored {
        let column = |name: &str, values: &[&str], codes: [u32; 6]| Column {
            name: name.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            codes: codes.to_vec(),
        };
        let columns = vec![column("place", &["N"], [0; 6]), column("need", &["A", "B", "C"], [0, 1, 2, 0, 1, 2])];
        let (quasi, sensitive) = (vec!["place".to_owned()], vec!["need".to_owned()]);
        Stored {
            table: Table::of_columns(columns),
            hierarchies: Vec::new(),
            roles: Roles { quasi, sensitive, unit: Some("family".to_owned()) },
            whole: Vec::new(),
            units: Some(units.to_vec()),
            silent: Vec::new(),
        }
    }

    fn recount(units: [u32; 6], l: u64) -> (usize, usize) {
        let profile = Profile {
            recipient: "Institute".to_owned(),
            agreement: "DSA 1".to_owned(),
            measure: "cases".to_owned(),
            quasi: vec!["place".to_owned()],
            sensitive: vec!["need".to_owned()],
            sensitivity: Sensitivity { l: Some(l), t: None },
            k: 5,
            suppress: 0.0,
            sampling_fraction: None,
            rare: model::config::profile::Rare::LeftOut,
        };
        let stored = stored(units);
        let bytes = b"place,need\nN,C\nN,B\nN,A\nN,*\nN,*\nN,*\n";
        let told = Written::new(bytes, &stored).recount(&stored, &profile);
        (told.few_units, told.few_values)
    }

    #[test]
    fn six_cases_of_one_family_are_one_family() {
        assert_eq!(recount([0, 1, 2, 3, 4, 4], 3), (0, 0));
        assert_eq!(recount([0, 1, 2, 3, 3, 3], 3), (1, 0), "four families in a class of five");
        assert_eq!(recount([0, 1, 2, 3, 4, 4], 4), (0, 1), "three values where four are promised");
    }

    #[test]
    fn rows_are_written_in_the_order_of_what_they_show() {
        let stored = stored([0; 6]);
        let sorted = Written::new(b"place,need\nN,C\nN,A\nN,B\n", &stored).sorted();
        assert_eq!(sorted, b"place,need\nN,A\nN,B\nN,C\n");
    }

    #[test]
    fn a_label_of_several_levels_is_one_code_of_the_manifest() {
        let row = |cells: [&str; 3]| (1, cells.map(str::to_owned).to_vec());
        let rows = [row(["a", "A", "*"]), row(["b", "A", "*"]), row(["c", "c", "*"])];
        let hierarchy = Hierarchy::new("place", &rows).expect("levels that nest");
        let pair = |parent: &str, children: &[&str]| {
            (parent.to_owned(), children.iter().map(|child| (*child).to_owned()).collect::<Vec<String>>())
        };
        assert_eq!(sums(&hierarchy).sums, [pair("*", &["A", "c"]), pair("A", &["a", "b"])]);
    }
}
