//! Extracts against tables. Comes in: the cells of all tables, the rows of all extracts. Goes out: narrower bounds of cells,
//! because the rows with a cell's codes are among its cases; and small rests of published cells that hold an extract's months
//! and others. Deliberately absent: what the bounds come to; the linear attack that follows takes them for published.
//!
//! A row whose labels lie inside a cell's codes is surely in the cell, one whose labels only meet them may be. Where the cell
//! is of the extract's months, no case is in it that has no row.

use std::collections::{BTreeMap, BTreeSet};

use model::{Attack, Claim, Finding};

use crate::attacks::codes::{Key, PERIOD};
use crate::attacks::system::{Cells, Part, State};
use crate::readers::domain::{is_inside, meet};
use crate::readers::microdata::Microdata;

/// What is open at the end of a period, which no rows of a period make up.
const ENDS: &str = "period_end";
const MEASURE: &str = "measure";

/// What an extract says of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    surely: u64,
    perhaps: u64,
    /// The cell has cases of other months too, who have no row.
    is_wider: bool,
}

/// How labels of a column stand to one code: surely inside, perhaps inside.
type Standing = Vec<(bool, bool)>;

/// The rows of one extract as the cells of tables see them.
struct Rows<'a> {
    data: &'a Microdata,
    /// By dimension: codes at which a table stands that leaves it out.
    totals: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Period codes that hold the extract's period and more.
    wider: BTreeSet<&'a str>,
    standing: BTreeMap<(usize, String), Option<Standing>>,
    projected: BTreeMap<Vec<usize>, Vec<(Vec<u32>, u64)>>,
}

impl<'a> Rows<'a> {
    fn new(data: &'a Microdata, parts: &[Part<'a>]) -> Self {
        let mut totals: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut sums: Vec<(&str, &[String])> = Vec::new();
        for part in parts {
            for (name, hierarchy) in &part.manifest.hierarchies {
                totals.entry(name).or_default().insert(&hierarchy.total);
                if name == PERIOD {
                    sums.extend(hierarchy.sums.iter().map(|(parent, children)| (parent.as_str(), children.as_slice())));
                }
            }
        }
        let mut wider: BTreeSet<&str> = BTreeSet::new();
        loop {
            let holds = |code: &String| *code == data.entry.period || wider.contains(code.as_str());
            let new: Vec<&str> = sums
                .iter()
                .filter(|(parent, children)| children.iter().any(holds) && *parent != data.entry.period)
                .map(|(parent, _)| *parent)
                .filter(|parent| !wider.contains(parent))
                .collect();
            if new.is_empty() {
                break;
            }
            wider.extend(new);
        }
        Self { data, totals, wider, standing: BTreeMap::new(), projected: BTreeMap::new() }
    }

    /// What the rows say of the cell at `key`; none where they say nothing.
    fn said(&mut self, cells: &Cells, key: Key) -> Option<Said> {
        let mut at: Vec<(usize, String)> = Vec::new();
        let (mut is_wider, mut has_others) = (false, false);
        for place in 0..cells.codes.dimensions.len() {
            let name = cells.codes.dimensions[place].name.as_str();
            let code = cells.codes.text(place, cells.codes.at(key, place));
            let is_total = self.totals.get(name).is_some_and(|totals| totals.contains(code));
            let column = self.data.columns.iter().position(|column| column.role.is_some() && column.dimension == name);
            if name == MEASURE {
                if code != self.data.entry.measure {
                    return None;
                }
                continue;
            }
            let is_wide = name == PERIOD && self.wider.contains(code);
            is_wider |= is_wide;
            let is_whole = if name == PERIOD { code == self.data.entry.period } else { is_total };
            if !is_wide && !is_whole {
                match column {
                    Some(column) => at.push((column, code.to_owned())),
                    // Distinct families, and other months, are not counted in rows.
                    None if name == PERIOD || name == ENDS || name.ends_with("_families") => return None,
                    None => has_others = true,
                }
            }
        }
        let (surely, perhaps) = self.count(&at)?;
        Some(Said { surely: if has_others { 0 } else { surely }, perhaps, is_wider })
    }

    /// Rows that are surely and that may be at all of these codes; none where a code is unknown to the file.
    fn count(&mut self, at: &[(usize, String)]) -> Option<(u64, u64)> {
        let mut standings = Vec::with_capacity(at.len());
        for (column, code) in at {
            let data = self.data;
            let standing =
                self.standing.entry((*column, code.clone())).or_insert_with(|| standing(data, *column, code));
            standings.push(standing.clone()?);
        }
        let columns: Vec<usize> = at.iter().map(|(column, _)| *column).collect();
        let data = self.data;
        let projected = self.projected.entry(columns).or_insert_with_key(|columns| project(data, columns));
        let (mut surely, mut perhaps) = (0, 0);
        for (labels, count) in projected.iter() {
            let stands =
                |(standing, label): (&Standing, &u32)| standing.get(*label as usize).copied().unwrap_or((false, true));
            let all = standings.iter().zip(labels).map(stands);
            let (inside, meets) = all.fold((true, true), |all, one| (all.0 && one.0, all.1 && one.1));
            surely += if inside { *count } else { 0 };
            perhaps += if meets { *count } else { 0 };
        }
        Some((surely, perhaps))
    }
}

fn standing(data: &Microdata, column: usize, code: &str) -> Option<Standing> {
    let column = data.columns.get(column)?;
    let of_code = column.domain.cover(code)?;
    let of_label = |label: &String| {
        let cover = column.domain.cover(label)?;
        Some((is_inside(&cover, &of_code), meet(&cover, &of_code)))
    };
    // A label that nothing explains may be anywhere.
    Some(column.labels.iter().map(|label| of_label(label).unwrap_or((false, true))).collect())
}

fn project(data: &Microdata, columns: &[usize]) -> Vec<(Vec<u32>, u64)> {
    let mut counts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    for row in &data.rows {
        let labels = columns.iter().filter_map(|column| row.get(*column).copied()).collect();
        *counts.entry(labels).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The extracts of `parts` that have a role for every cell: those of a measure.
fn rows<'a>(parts: &[Part<'a>]) -> Vec<Rows<'a>> {
    parts.iter().filter_map(|part| Some(Rows::new(part.microdata?, parts))).collect()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Bounds of cells, by what the rows of those extracts among `parts` say for which `is_seen`: cell, lowest, highest.
pub(crate) fn tighten(
    cells: &Cells,
    parts: &[Part<'_>],
    is_seen: &dyn Fn(&Part<'_>) -> bool,
) -> Vec<(usize, i64, Option<i64>)> {
    let mut bounds = Vec::new();
    let seen = parts.iter().filter(|part| is_seen(part)).filter_map(|part| part.microdata);
    for mut rows in seen.map(|data| Rows::new(data, parts)) {
        for at in 0..cells.len() {
            if let Some(said) = rows.said(cells, cells.known.keys[at]) {
                bounds.push((at, signed(said.surely), (!said.is_wider).then(|| signed(said.perhaps))));
            }
        }
    }
    bounds
}

/// Published cells of more months than an extract's, of whose other months too few cases are left.
pub(crate) fn rests(cells: &Cells, parts: &[Part<'_>], threshold: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for mut rows in rows(parts) {
        for at in (0..cells.len()).filter(|at| cells.states[*at] == State::Published) {
            let Some(said) = rows.said(cells, cells.known.keys[at]).filter(|said| said.is_wider) else { continue };
            let whole = u64::try_from(cells.system.lower[at]).unwrap_or(0);
            let (lowest, highest) = (whole.saturating_sub(said.perhaps), whole.saturating_sub(said.surely));
            if lowest >= 1 && highest < threshold {
                findings.push(Finding {
                    attack: Attack::Linkage,
                    kind: "extract_rest_small".to_owned(),
                    file: rows.data.entry.file.clone(),
                    place: String::new(),
                    message: format!(
                        "a published count less the rows of this extract lies between 1 and {}",
                        threshold - 1
                    ),
                    claim: Some(Claim {
                        cell: format!("{} less {}", cells.codes.name(cells.known.keys[at]), rows.data.entry.period),
                        lowest,
                        highest: Some(highest),
                    }),
                });
            }
        }
    }
    findings
}
