//! Reads `case.json`: threshold, hierarchies, columns, tables. Comes in: a path. Goes out: dimensions and tables that
//! agree with each other, or the place of what does not. Deliberately absent: the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::config::report::LowTotal as LowTotalOf;
use model::hierarchy::Hierarchy;
use model::manifest::{LARGEST_THRESHOLD, LEAST_THRESHOLD};
use serde::Deserialize;

use super::CaseTable;
use super::codes::Dimension;
use super::error::{CaseError, DescriptionFault};

use super::impossible::impossible;
use super::magnitude::Magnitude;
use super::relations::relation;
use crate::protect::{Dominance, Impossible, LowTotal, Relation, Rules, Sensitive};
use crate::tabulate::Key;

/// The description's name in every case.
pub(super) const FILE: &str = "case.json";

/// A table with more cells is no table that anybody reads; it would only fill the memory.
const CELLS: usize = 5_000_000;

/// A released table's identifier is at most this long.
const ID_LETTERS: usize = 31;

/// A case without its counts.
#[derive(Debug)]
pub(super) struct Description {
    pub name: String,
    pub threshold: u64,
    /// Those that some table uses, by name.
    pub dimensions: Vec<Dimension>,
    pub tables: Vec<CaseTable>,
    pub rules: Rules,
    /// As written, and in the space.
    pub relations: Vec<(model::manifest::Relation, Relation)>,
    /// Codes that cannot stand together, as stated and in the space.
    pub impossible: Vec<(model::manifest::Impossible, Impossible)>,
    /// The column of record keys, where there is one.
    pub record_key: Option<String>,
    /// What is summed in place of counting.
    pub magnitude: Option<Magnitude>,
    /// The column of counts, where it has a name of its own.
    pub count: Option<String>,
    /// Columns that are nothing to this case.
    pub ignored: Vec<String>,
    /// Columns of all hierarchies, those included that no table uses.
    pub known: BTreeSet<String>,
    /// Whether lines of one combination are added up.
    pub adds_repeated: bool,
}

/// A key that nothing here knows is an error: it may be meant to protect. Those that only describe are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    name: String,
    threshold: u64,
    hierarchies: BTreeMap<String, WrittenHierarchy>,
    #[serde(default)]
    cols: BTreeMap<String, Vec<String>>,
    tables: Vec<WrittenTable>,
    #[serde(default)]
    sensitive: Vec<String>,
    group_below: Option<u64>,
    #[serde(default)]
    relations: Vec<model::manifest::Relation>,
    #[serde(default)]
    impossible: Vec<model::manifest::Impossible>,
    record_key: Option<String>,
    magnitude: Option<WrittenMagnitude>,
    count: Option<String>,
    #[serde(default)]
    ignore: Vec<String>,
    repeated: Option<WrittenRepeated>,
    /// How other tools spell the tables; `tables` says it here.
    #[serde(default, rename = "formula")]
    _formula: serde::de::IgnoredAny,
    #[serde(default, rename = "description")]
    _description: serde::de::IgnoredAny,
    #[serde(default, rename = "source")]
    _source: serde::de::IgnoredAny,
}

/// What becomes of lines of one combination.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenRepeated {
    Add,
}

/// `{"column": "minutes", "unit": "family", "p": 10}`, or `"n": 2, "k": 85` for p.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMagnitude {
    column: String,
    unit: String,
    p: Option<u64>,
    n: Option<usize>,
    k: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHierarchy {
    total: String,
    sums: Vec<(String, Vec<String>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    file: String,
    dims: Vec<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    fixed: BTreeMap<String, String>,
    low_total: Option<LowTotalOf>,
}

/// Reads and checks the description at `path`.
pub(super) fn read(path: &Path) -> Result<Description, CaseError> {
    if !disk::is_file(path)? {
        return Err(CaseError::Missing { path: path.to_owned() });
    }
    let bytes = disk::read_all_given(path).map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })?;
    let written: Written = serde_json::from_slice(&bytes).map_err(|error| CaseError::NotJson {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
        what: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    })?;
    checked(written).map_err(|(place, fault)| CaseError::Description { path: path.to_owned(), place, fault })
}

/// A place in the description, and what is wrong there.
type Wrong = (String, Box<DescriptionFault>);

fn wrong(place: impl Into<String>, fault: DescriptionFault) -> Wrong {
    (place.into(), Box::new(fault))
}

fn checked(written: Written) -> Result<Description, Wrong> {
    if !(LEAST_THRESHOLD..=LARGEST_THRESHOLD).contains(&written.threshold) {
        return Err(wrong("threshold", DescriptionFault::Threshold { threshold: written.threshold }));
    }
    if written.tables.is_empty() {
        return Err(wrong("tables", DescriptionFault::NoTables));
    }
    let unknown = |name: &String| {
        let known: Vec<&str> = written.hierarchies.keys().map(String::as_str).collect();
        DescriptionFault::UnknownDimension { name: name.clone(), known: known.join(", ") }
    };
    if let Some(name) = written.cols.keys().find(|name| !written.hierarchies.contains_key(*name)) {
        return Err(wrong("cols", unknown(name)));
    }
    let mut used = BTreeSet::new();
    for (at, table) in written.tables.iter().enumerate() {
        for (part, names) in
            [("dims", table.dims.iter().collect::<Vec<_>>()), ("fixed", table.fixed.keys().collect::<Vec<_>>())]
        {
            for name in names {
                if !written.hierarchies.contains_key(name) {
                    return Err(wrong(format!("tables[{at}].{part}"), unknown(name)));
                }
                used.insert(name.clone());
            }
        }
    }
    let known = written.hierarchies.keys().chain(written.cols.values().flatten()).cloned().collect();
    let mut dimensions = Vec::new();
    for (name, hierarchy) in written.hierarchies {
        if !used.contains(&name) {
            continue;
        }
        let columns = written.cols.get(&name).filter(|columns| !columns.is_empty()).cloned();
        let columns = columns.unwrap_or_else(|| vec![name.clone()]);
        let hierarchy = Hierarchy { total: hierarchy.total, sums: hierarchy.sums };
        let dimension = Dimension::new(&name, hierarchy, columns).map_err(|(sum, fault)| {
            let sum = sum.map(|sum| format!(".sums[{sum}]")).unwrap_or_default();
            wrong(format!("hierarchies.{name}{sum}"), fault)
        })?;
        dimensions.push(dimension);
    }
    check_size(&dimensions)?;
    let mut rules = rules(&dimensions, &written.sensitive, written.group_below, &written.tables)?;
    let magnitude = written.magnitude.map(|magnitude| of_sums(magnitude, &mut rules)).transpose()?;
    let mut ids = BTreeSet::new();
    let mut tables = Vec::new();
    for (at, table) in written.tables.iter().enumerate() {
        let table =
            case_table(&dimensions, table).map_err(|(part, fault)| wrong(format!("tables[{at}].{part}"), fault))?;
        if !ids.insert(table.id.to_lowercase()) {
            return Err(wrong(format!("tables[{at}].file"), DescriptionFault::Twice { name: table.title }));
        }
        tables.push(table);
    }
    let relations = relations(&dimensions, written.relations)?;
    let spaces: Vec<_> = dimensions.iter().map(|dimension| dimension.space.clone()).collect();
    let placed = |(at, stated)| impossible(&spaces, stated).map_err(|fault| wrong(format!("impossible[{at}]"), fault));
    let impossible = written.impossible.iter().enumerate().map(placed).collect::<Result<Vec<_>, _>>()?;
    let (name, threshold, record_key) = (written.name, written.threshold, written.record_key);
    let (count, ignored, adds_repeated) = (written.count, written.ignore, written.repeated.is_some());
    let described = Description {
        name,
        threshold,
        dimensions,
        tables,
        rules,
        relations,
        impossible,
        record_key,
        magnitude,
        count,
        ignored,
        known,
        adds_repeated,
    };
    Ok(described)
}

/// What is summed, and when one unit weighs too much in it.
fn of_sums(written: WrittenMagnitude, rules: &mut Rules) -> Result<Magnitude, Wrong> {
    let is_percent = |percent: u64| (1..=100).contains(&percent);
    rules.dominance = Some(match (written.p, written.n, written.k) {
        (Some(percent), None, None) if is_percent(percent) => Dominance::Percent { percent },
        (None, Some(units @ 1..=10), Some(percent)) if is_percent(percent) => Dominance::Share { units, percent },
        (Some(_) | None, ..) => return Err(wrong("magnitude", DescriptionFault::Dominance)),
    });
    // Groups are described by how many, not by how much.
    if !rules.sensitive.is_empty() {
        return Err(wrong("magnitude", DescriptionFault::Dominance));
    }
    Ok(Magnitude { column: written.column, unit: written.unit })
}

/// What ties cells beyond the sums.
fn relations(
    dimensions: &[Dimension],
    written: Vec<model::manifest::Relation>,
) -> Result<Vec<(model::manifest::Relation, Relation)>, Wrong> {
    let spaces: Vec<_> = dimensions.iter().map(|dimension| dimension.space.clone()).collect();
    let totals: Key = spaces.iter().map(|space| space.total).collect();
    let placed = |(at, stated): (usize, model::manifest::Relation)| {
        let found = relation(&spaces, &stated, &totals).map_err(|fault| wrong(format!("relations[{at}]"), fault))?;
        Ok((stated, found))
    };
    written.into_iter().enumerate().map(placed).collect()
}

/// The rules that the description asks for beyond the minimum frequency.
fn rules(
    dimensions: &[Dimension],
    sensitive: &[String],
    group_below: Option<u64>,
    tables: &[WrittenTable],
) -> Result<Rules, Wrong> {
    let known: Vec<&str> = dimensions.iter().map(|dimension| dimension.space.name.as_str()).collect();
    let place = |name: &String| {
        let unknown = || DescriptionFault::UnknownDimension { name: name.clone(), known: known.join(", ") };
        known.iter().position(|own| own == name).ok_or_else(unknown)
    };
    let mut rules = Rules::default();
    for name in sensitive {
        let group_below = group_below.filter(|below| (LEAST_THRESHOLD..=LARGEST_THRESHOLD).contains(below));
        let group_below = group_below.ok_or_else(|| wrong("group_below", DescriptionFault::GroupBelow))?;
        let dimension = place(name).map_err(|fault| wrong("sensitive", fault))?;
        rules.sensitive.push(Sensitive { dimension, group_below });
    }
    for (at, table) in tables.iter().enumerate() {
        let Some(low) = &table.low_total else { continue };
        let dimension = place(&low.over).map_err(|fault| wrong(format!("tables[{at}].low_total"), fault))?;
        rules.low_totals.push(LowTotal { table: at, dimension, below: low.below });
    }
    Ok(rules)
}

/// Combinations of codes are numbered.
fn check_size(dimensions: &[Dimension]) -> Result<(), Wrong> {
    let combinations =
        dimensions.iter().try_fold(1_u128, |size, dimension| size.checked_mul(dimension.space.codes.len() as u128));
    match combinations {
        Some(_) if dimensions.len() <= 64 => Ok(()),
        Some(_) | None => Err(wrong("hierarchies", DescriptionFault::TooManyCombinations)),
    }
}

fn case_table(dimensions: &[Dimension], written: &WrittenTable) -> Result<CaseTable, (&'static str, DescriptionFault)> {
    let place = |name: &String| dimensions.iter().position(|dimension| dimension.space.name == *name);
    if written.dims.is_empty() {
        return Err(("dims", DescriptionFault::NoDimensions));
    }
    let mut dims = Vec::new();
    for name in &written.dims {
        let dimension = place(name).unwrap_or_default();
        if dims.contains(&dimension) {
            return Err(("dims", DescriptionFault::Twice { name: name.clone() }));
        }
        dims.push(dimension);
    }
    let mut fixed = Vec::new();
    for (name, code) in &written.fixed {
        let dimension = place(name).unwrap_or_default();
        if dims.contains(&dimension) {
            return Err(("fixed", DescriptionFault::FixedDimension { name: name.clone() }));
        }
        let Some(at) = dimensions[dimension].space.codes.iter().position(|known| known == code) else {
            let (dimension, code) = (name.clone(), code.clone());
            return Err(("fixed", DescriptionFault::UnknownCode { dimension, code }));
        };
        fixed.push((dimension, u32::try_from(at).unwrap_or(u32::MAX)));
    }
    let cells = dims.iter().try_fold(1_usize, |cells, &at| cells.checked_mul(dimensions[at].space.codes.len()));
    if cells.is_none_or(|cells| cells > CELLS) {
        return Err(("dims", DescriptionFault::TooManyCells { limit: CELLS }));
    }
    let id = id(&written.file).ok_or_else(|| ("file", DescriptionFault::FileName { file: written.file.clone() }))?;
    let title = if written.title.is_empty() { written.file.clone() } else { written.title.clone() };
    Ok(CaseTable { id, title, dims, fixed })
}

/// `table_1.csv` becomes `table-1`.
fn id(file: &str) -> Option<String> {
    let stem = file.strip_suffix(".csv").unwrap_or(file);
    let letter = |letter: char| match letter {
        '-' | '_' | ' ' | '.' => Some('-'),
        letter => letter.is_ascii_alphanumeric().then_some(letter),
    };
    let id: Option<String> = stem.chars().map(letter).collect();
    id.filter(|id| !id.is_empty() && id.len() <= ID_LETTERS)
}
