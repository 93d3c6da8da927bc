//! The table behind overlapping tables. Comes in: the cells of all tables and what is known of them. Goes out: combinations
//! that no table shows and that must hold from one case to one below the threshold all the same. Deliberately absent: a
//! search for all tables that fit; bounds are followed through the joint table's sums, for as long as the counted work lasts.
//!
//! North has 30 cases, 26 of them A, and 27 of them F. No table shows A and F together: at least 26 + 27 - 30 = 23 cases are
//! both. With a third table, of A by F, less is left open, and figures that are each fit to publish can force a small count.
//! Source: Buzzigoli and Giusti (1999), the shuttle algorithm; Dobra and Fienberg (2000) for the bounds it reaches.

use std::collections::{BTreeMap, BTreeSet};

use linear::{Bounds, System};
use model::claim::Claim;

use crate::attacks::codes::Key;
use crate::attacks::system::{Cells, Part};

/// A joint table of more cells is left out.
const LARGEST: usize = 20_000;
/// Cells of joint tables that are worked on altogether.
const WORK: usize = 100_000;

/// A combination that no table shows and that others force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forced {
    /// What follows.
    pub claim: Claim,
    /// Its code in every dimension.
    pub at: BTreeMap<String, String>,
    /// The dimensions of the joint table.
    pub varies: BTreeSet<String>,
}

/// What reconstruction came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconstructed {
    /// Combinations of no table that hold from one case to one below the threshold.
    pub forced: Vec<Forced>,
    /// Joint tables that were followed.
    pub tables: usize,
    /// Their cells.
    pub cells: usize,
    /// Joint tables left out because they, or all together, were too large.
    pub left_out: usize,
}

/// A joint table: the dimensions that vary, with their codes and sums, and one cell of it.
pub(super) struct Joint {
    pub(super) start: Key,
    pub(super) axes: Vec<Axis>,
}

pub(super) struct Axis {
    pub(super) place: usize,
    codes: Vec<u32>,
    /// Parent and children, as places in `codes`.
    sums: Vec<(usize, Vec<usize>)>,
}

impl Joint {
    /// Every sum among so many cells, the last axis fastest: places of cells with their factors.
    pub(super) fn rows(&self, cells: usize) -> Vec<Vec<(usize, i64)>> {
        let mut rows = Vec::new();
        let mut stride = cells;
        for axis in &self.axes {
            let outer = stride;
            stride /= axis.codes.len();
            for block in (0..cells).step_by(outer) {
                for inner in 0..stride {
                    let at = |code: usize| block + code * stride + inner;
                    for (parent, children) in &axis.sums {
                        rows.push(children.iter().map(|&child| (at(child), 1)).chain([(at(*parent), -1)]).collect());
                    }
                }
            }
        }
        rows
    }
}

/// The joint tables of two overlapping tables of one release, each once: by the release and their size, the smaller first.
pub(super) fn joints(cells: &Cells, parts: &[Part<'_>]) -> Vec<((usize, usize), Joint)> {
    let mut joints: BTreeMap<(usize, Vec<usize>, Key), (usize, Joint)> = BTreeMap::new();
    for (release, part) in parts.iter().enumerate() {
        for joint in joints_of(cells, part) {
            let places = joint.axes.iter().map(|axis| axis.place).collect();
            joints.entry((size(&joint), places, joint.start)).or_insert((release, joint));
        }
    }
    joints.into_iter().map(|((size, _, _), (release, joint))| ((release, size), joint)).collect()
}

/// Follows the bounds through every joint table of two overlapping tables of one release. `is_untouched`: cells of which
/// nothing new is known; a joint table that has no others is left to those who followed it before.
#[must_use]
pub fn reconstruct(
    cells: &Cells,
    parts: &[Part<'_>],
    bounds: &Bounds,
    is_untouched: &[bool],
    threshold: u64,
) -> Reconstructed {
    let mut done = Reconstructed::default();
    let mut seen = BTreeSet::new();
    // The smaller ones first: they are followed whatever the larger ones would cost.
    for ((_, size), joint) in &joints(cells, parts) {
        if *size > LARGEST || done.cells + size > WORK {
            done.left_out += 1;
            continue;
        }
        let keys = keys(cells, joint);
        if keys.iter().filter_map(|&key| cells.known.get(key)).all(|at| is_untouched[at]) {
            continue;
        }
        done.tables += 1;
        done.cells += size;
        follow(cells, bounds, (joint, &keys), threshold, &mut seen, &mut done.forced);
    }
    done
}

pub(super) fn size(joint: &Joint) -> usize {
    joint.axes.iter().map(|axis| axis.codes.len()).fold(1, usize::saturating_mul)
}

/// A table of the release: where it stands still, and where it varies.
struct Shape {
    fixed: BTreeMap<usize, u32>,
    dims: BTreeSet<usize>,
}

fn joints_of(cells: &Cells, part: &Part<'_>) -> Vec<Joint> {
    let axes: BTreeMap<usize, Axis> = part
        .manifest
        .hierarchies
        .keys()
        .filter_map(|name| Some((cells.codes.place(name)?, axis(cells, part, name)?)))
        .collect();
    let shapes: Vec<Shape> = part
        .manifest
        .tables
        .iter()
        .zip(part.tables)
        .map(|(entry, table)| Shape {
            fixed: entry
                .fixed
                .iter()
                .filter_map(|(name, code)| {
                    let place = cells.codes.place(name)?;
                    Some((place, cells.codes.known(place, code)?))
                })
                .collect(),
            dims: table.dims.iter().filter_map(|name| cells.codes.place(name)).collect(),
        })
        .collect();
    let mut joints = Vec::new();
    for (at, one) in shapes.iter().enumerate() {
        for other in &shapes[at + 1..] {
            joints.extend(joint(cells, part, &axes, one, other));
        }
    }
    joints
}

/// The joint table of two tables, where one stands still the other's slice there; none where neither adds a dimension.
fn joint(cells: &Cells, part: &Part<'_>, axes: &BTreeMap<usize, Axis>, one: &Shape, other: &Shape) -> Option<Joint> {
    let mut fixed = one.fixed.clone();
    for (place, code) in &other.fixed {
        if fixed.insert(*place, *code).is_some_and(|known| known != *code) {
            return None;
        }
    }
    let free = |shape: &Shape| -> BTreeSet<usize> {
        shape.dims.iter().filter(|place| !fixed.contains_key(place)).copied().collect()
    };
    let (first, second) = (free(one), free(other));
    if first.is_subset(&second) || second.is_subset(&first) {
        return None;
    }
    let mut start = cells.codes.totals();
    for (name, hierarchy) in &part.manifest.hierarchies {
        let place = cells.codes.place(name)?;
        start = cells.codes.moved(start, place, cells.codes.known(place, &hierarchy.total)?);
    }
    for (place, code) in fixed {
        start = cells.codes.moved(start, place, code);
    }
    let union: Option<Vec<Axis>> = first.union(&second).map(|place| axes.get(place).map(Axis::again)).collect();
    Some(Joint { start, axes: union? })
}

impl Axis {
    fn again(&self) -> Self {
        Self { place: self.place, codes: self.codes.clone(), sums: self.sums.clone() }
    }
}

/// The codes that tables of the release show of a dimension with those beside them that no table shows, and the sums among
/// them; none where nothing adds up, so that nothing follows.
fn axis(cells: &Cells, part: &Part<'_>, name: &str) -> Option<Axis> {
    let place = cells.codes.place(name)?;
    let hierarchy = part.manifest.hierarchies.get(name)?;
    let number = |code: &String| cells.codes.known(place, code);
    let mut codes = BTreeSet::from([number(&hierarchy.total)?]);
    for table in part.tables {
        let column = table.dims.iter().position(|dim| dim == name);
        let shown = table.rows.iter().filter_map(|row| number(row.codes.get(column?)?));
        codes.extend(shown);
    }
    // What a total holds besides is known where everything else is shown.
    for (parent, children) in &hierarchy.sums {
        let is_shown = |code: &String| number(code).is_some_and(|code| codes.contains(&code));
        if is_shown(parent) && children.iter().any(is_shown) {
            let beside: Vec<u32> = children.iter().filter_map(number).collect();
            codes.extend(beside);
        }
    }
    let codes: Vec<u32> = codes.into_iter().collect();
    let at = |code: &String| codes.binary_search(&number(code)?).ok();
    let mut sums = Vec::new();
    for (parent, children) in &hierarchy.sums {
        let children: Option<Vec<usize>> = children.iter().map(at).collect();
        sums.extend(at(parent).zip(children));
    }
    (!sums.is_empty()).then_some(Axis { place, codes, sums })
}

/// The cells of a joint table, the last axis fastest.
pub(super) fn keys(cells: &Cells, joint: &Joint) -> Vec<Key> {
    let mut keys: Vec<Key> = vec![joint.start];
    for axis in &joint.axes {
        let codes = |key: Key| axis.codes.iter().map(move |code| cells.codes.moved(key, axis.place, *code));
        keys = keys.into_iter().flat_map(codes).collect();
    }
    keys
}

fn follow(
    cells: &Cells,
    bounds: &Bounds,
    (joint, keys): (&Joint, &[Key]),
    threshold: u64,
    seen: &mut BTreeSet<Key>,
    forced: &mut Vec<Forced>,
) {
    let mut system = System::default();
    let mut is_new = Vec::with_capacity(keys.len());
    for key in keys {
        let known = cells.known.get(*key);
        is_new.push(known.is_none());
        match known {
            Some(at) => system.variable(bounds.lower[at], bounds.upper[at]),
            None => system.variable(0, None),
        };
    }
    joint.rows(keys.len()).into_iter().for_each(|terms| system.equation(terms, 0));
    // Figures that contradict each other are another attack's finding.
    let Ok(found) = system.propagate() else { return };
    let limit = i64::try_from(threshold).unwrap_or(i64::MAX);
    for (at, key) in keys.iter().enumerate() {
        let Some(highest) = found.upper[at].filter(|&highest| is_new[at] && highest < limit) else { continue };
        if found.lower[at] >= 1 && seen.insert(*key) {
            let claim = Claim {
                cell: cells.codes.name(*key),
                lowest: u64::try_from(found.lower[at]).unwrap_or(0),
                highest: u64::try_from(highest).ok(),
            };
            let varies = joint.axes.iter().map(|axis| cells.codes.dimensions[axis.place].name.clone()).collect();
            forced.push(Forced { claim, at: cells.codes.codes_of(*key), varies });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::Manifest;

    use super::*;
    use crate::attacks::system::build;
    use crate::readers::csv::{Table, read};

    const MANIFEST: &str = r#"{"threshold": 5,
      "hierarchies": {"place": {"total": "All", "sums": [["All", ["N", "S"]]]},
                      "sex": {"total": "All", "sums": [["All", ["F", "M"]]]},
                      "need": {"total": "All", "sums": [["All", ["A", "B", "C"]]]}},
      "tables": [{"id": "T1", "file": "1.csv", "dims": ["place", "sex"]}, {"id": "T2", "file": "2.csv", "dims": ["place", "need"]},
                 {"id": "T3", "file": "3.csv", "dims": ["sex", "need"]}]}"#;

    fn table(dims: &str, rows: [&str; 3], columns: &[&str], values: &[u64]) -> String {
        let mut text = format!("{dims},value,symbol\n");
        for (at, value) in values.iter().enumerate() {
            text.push_str(&format!("{},{},{value},\n", rows[at / columns.len()], columns[at % columns.len()]));
        }
        text
    }

    fn attacked(place_sex: [u64; 9], place_need: [u64; 12], sex_need: [u64; 12]) -> Reconstructed {
        let manifest: Manifest = serde_json::from_str(MANIFEST).expect("a manifest");
        let dims = ["place", "need", "sex"].map(|dim| (dim, BTreeSet::new())).into();
        let (places, sexes, needs) = (["All", "N", "S"], ["All", "F", "M"], ["All", "A", "B", "C"]);
        let files = [
            table("place,sex", places, &sexes, &place_sex),
            table("place,need", places, &needs, &place_need),
            table("sex,need", sexes, &needs, &sex_need),
        ];
        let tables: Vec<Table> =
            manifest.tables.iter().zip(&files).map(|(entry, text)| read(entry, text.as_bytes(), &dims)).collect();
        let parts = [Part {
            prefix: "",
            manifest: &manifest,
            tables: &tables,
            microdata: None,
            time: 0,
            is_given: true,
            is_known_anyway: false,
        }];
        let cells = build(&parts).expect("cells that can be numbered");
        let bounds = cells.system.propagate().expect("figures that agree");
        reconstruct(&cells, &parts, &bounds, &vec![false; cells.len()], 5)
    }

    #[test]
    fn figures_that_are_each_fit_to_publish_force_a_combination_of_a_few() {
        // N: F 6 4 12, M 0 2 6; S: F 12 1 2, M 8 8 6. Of B, 5 are F and 10 M; N has 6 of B and 8 M, 14 of whom in both
        // places are A or C at most: between 1 and 4 cases are N, M and B.
        let found = attacked(
            [67, 37, 30, 30, 22, 8, 37, 15, 22],
            [67, 26, 15, 26, 30, 6, 6, 18, 37, 20, 9, 8],
            [67, 26, 15, 26, 37, 18, 5, 14, 30, 8, 10, 12],
        );
        assert_eq!((found.tables, found.cells, found.left_out), (1, 36, 0), "one table of three dimensions");
        let forced: Vec<(&str, u64, Option<u64>)> = found
            .forced
            .iter()
            .map(|Forced { claim, .. }| (claim.cell.as_str(), claim.lowest, claim.highest))
            .collect();
        assert_eq!(forced, [("need=B, place=N, sex=M", 1, Some(4))]);
    }

    #[test]
    fn ten_everywhere_may_be_anything() {
        let found = attacked(
            [120, 60, 60, 60, 30, 30, 60, 30, 30],
            [120, 40, 40, 40, 60, 20, 20, 20, 60, 20, 20, 20],
            [120, 40, 40, 40, 60, 20, 20, 20, 60, 20, 20, 20],
        );
        assert_eq!((found.tables, found.forced), (1, Vec::new()));
    }
}
