//! What is left of a cell when one further down is taken off. Comes in: a problem. Goes out: the same problem with a code for
//! each such rest, and a counter that counts it. Deliberately absent: rests that are codes already; where a cell and its part
//! stand in one sum, the sum has what is left.
//!
//! Worked example: the county has 10 cases, its only town 8, and no table shows the area in which the town lies. Whoever has both
//! figures knows of 2 cases outside the town, though no sum of three cells says so.
//!
//! Its attack: the same subtraction (`verify/attacks/closure`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lineage::Lineage;
use super::{EarlierForm, Problem, Space};
use crate::tabulate::{Counter, Counts, Key, Row};

/// A code and what is taken off it, rising.
type Rest = (u32, Vec<u32>);

/// A problem with codes for rests.
pub(super) struct Widened<'a> {
    pub problem: Cow<'a, Problem>,
    /// By dimension and code of a rest.
    rests: BTreeMap<(usize, u32), Rest>,
}

/// The problem with a code for each rest; none where there is none.
pub(super) fn widened(problem: &Problem) -> Option<Widened<'_>> {
    let cells = cells(problem);
    let mut rests: BTreeMap<(usize, u32), Rest> = BTreeMap::new();
    let mut spaces = problem.spaces.clone();
    for (dimension, space) in spaces.iter_mut().enumerate() {
        for (parent, parts) in of_dimension(space, dimension, &cells) {
            let code = u32::try_from(space.codes.len()).unwrap_or(u32::MAX);
            let names: Vec<&str> = parts.iter().map(|&part| space.codes[part as usize].as_str()).collect();
            // The name of what nobody publishes; its place among the ties follows from it.
            space.codes.push(format!("{} less {}", space.codes[parent as usize], names.join(" ")));
            space.sums.push((parent, parts.iter().copied().chain([code]).collect()));
            rests.insert((dimension, code), (parent, parts));
        }
    }
    let problem = Cow::Owned(Problem { spaces, ..problem.clone() });
    (!rests.is_empty()).then_some(Widened { problem, rests })
}

/// The cells that tables have now or had before; those that are only known to be none leave nothing.
fn cells(problem: &Problem) -> Vec<&Key> {
    let planned = problem.tables.iter().flat_map(|table| &table.cells);
    let earlier = problem.earlier.iter().filter(|cell| cell.form != EarlierForm::StructuralZero);
    planned.chain(earlier.map(|cell| &cell.key)).collect()
}

/// The rests along one dimension: of each cell without one further down that no sum joins to it, and without all of the topmost
/// ones below it, where these do not overlap.
fn of_dimension(space: &Space, dimension: usize, cells: &[&Key]) -> BTreeSet<Rest> {
    let mut found = BTreeSet::new();
    let lineage = Lineage::new(space);
    if !(0..space.codes.len()).any(|code| is_deep(&lineage, code)) {
        return found;
    }
    let mut lines: HashMap<Key, BTreeSet<u32>> = HashMap::new();
    for key in cells {
        let mut line = (*key).clone();
        line[dimension] = u32::MAX;
        lines.entry(line).or_default().insert(key[dimension]);
    }
    let sets: BTreeSet<&BTreeSet<u32>> = lines.values().filter(|codes| codes.len() > 1).collect();
    let mut leaves = Leaves::new(space);
    for codes in sets {
        for &parent in codes.iter().filter(|&&code| lineage.is_parent(code)) {
            let below: Vec<u32> = codes.iter().copied().filter(|&code| lineage.is_above(parent, code)).collect();
            let far: Vec<u32> = below.iter().copied().filter(|&code| !lineage.is_child(space, parent, code)).collect();
            found.extend(far.iter().map(|&code| (parent, vec![code])));
            let is_top = |code: &u32| !below.iter().any(|&other| lineage.is_above(other, *code));
            let top: Vec<u32> = below.iter().copied().filter(is_top).collect();
            if top.len() > 1 && top.iter().any(|code| far.contains(code)) && leaves.are_apart(&top) {
                found.insert((parent, top));
            }
        }
    }
    // What a sum has already, or what nothing is left of, is no new cell.
    found.retain(|(parent, parts)| !leaves.is_whole(*parent, parts));
    found
}

/// Whether a code lies two or more sums below another.
fn is_deep(lineage: &Lineage, code: usize) -> bool {
    lineage.above(u32::try_from(code).unwrap_or(u32::MAX)).len() > 1
}

/// The finest codes in each code.
struct Leaves<'a> {
    space: &'a Space,
    known: HashMap<u32, BTreeSet<u32>>,
}

impl<'a> Leaves<'a> {
    fn new(space: &'a Space) -> Self {
        Self { space, known: HashMap::new() }
    }

    /// By the first sum of each parent: all sums of one parent split the same.
    fn of(&mut self, code: u32) -> BTreeSet<u32> {
        if let Some(known) = self.known.get(&code) {
            return known.clone();
        }
        let children = self.space.sums.iter().find(|(parent, _)| *parent == code).map(|(_, children)| children.clone());
        let leaves = match children {
            None => BTreeSet::from([code]),
            Some(children) => children.into_iter().flat_map(|child| self.of(child)).collect(),
        };
        self.known.insert(code, leaves.clone());
        leaves
    }

    fn are_apart(&mut self, codes: &[u32]) -> bool {
        let sets: Vec<BTreeSet<u32>> = codes.iter().map(|&code| self.of(code)).collect();
        sets.iter().map(BTreeSet::len).sum::<usize>() == sets.into_iter().flatten().collect::<BTreeSet<u32>>().len()
    }

    /// Whether the parts make up all of a code.
    fn is_whole(&mut self, code: u32, parts: &[u32]) -> bool {
        let inside: BTreeSet<u32> = parts.iter().flat_map(|&part| self.of(part)).collect();
        inside == self.of(code)
    }
}

impl Widened<'_> {
    /// A counter of rests over one that does not know them.
    pub(super) fn counter<'a>(&'a self, counter: &'a dyn Counter) -> WithRests<'a> {
        WithRests { counter, rests: &self.rests }
    }
}

/// Counts rests by what lies in the whole and in none of the parts.
pub(super) struct WithRests<'a> {
    counter: &'a dyn Counter,
    rests: &'a BTreeMap<(usize, u32), Rest>,
}

impl WithRests<'_> {
    /// The dimensions in which a key stands at a rest; each is counted by its whole.
    fn rest_of(&self, key: &Key) -> Vec<(usize, &Rest)> {
        let of = |(dimension, &code): (usize, &u32)| Some((dimension, self.rests.get(&(dimension, code))?));
        key.iter().enumerate().filter_map(of).collect()
    }

    fn whole(&self, key: &Key) -> Key {
        let mut whole = key.clone();
        for (dimension, (parent, _)) in self.rest_of(key) {
            whole[dimension] = *parent;
        }
        whole
    }

    /// Whether what is counted in the whole of a key is in its rest.
    fn is_left(&self, key: &Key, holders: &[Vec<u32>]) -> bool {
        self.rest_of(key).iter().all(|(dimension, (_, parts))| parts.iter().all(|part| !holders[*dimension].contains(part)))
    }

    /// Counts of the keys at these places, which stand at rests.
    fn count_rests(&self, keys: &[Key], places: &[usize]) -> Vec<Counts> {
        let wholes: Vec<Key> = places.iter().map(|&at| self.whole(&keys[at])).collect();
        let all = self.counter.count(&wholes);
        let mut found = vec![(0_u64, BTreeMap::<u64, u64>::new(), 0_u64); places.len()];
        for row in self.counter.rows(&wholes) {
            for &at in &row.of {
                let (counted, units, nobody) = &mut found[at as usize];
                if self.is_left(&keys[places[at as usize]], &row.holders) {
                    *counted += row.cases;
                    match row.unit {
                        Some(unit) => *units.entry(unit).or_default() += row.cases,
                        None => *nobody += row.cases,
                    }
                }
            }
        }
        let counts = |((counted, units, nobody), whole): ((u64, BTreeMap<u64, u64>, u64), Counts)| {
            // Cases without a known family are families of their own where the whole has as many as it has cases; else they
            // may all be of one.
            let are_own = whole.protected == whole.counted && whole.largest <= 1;
            let known = units.len() as u64;
            Counts {
                counted,
                protected: known + if are_own { nobody } else { nobody.min(1) },
                largest: units.into_values().chain([if are_own { nobody.min(1) } else { nobody }]).max().unwrap_or(0),
            }
        };
        found.into_iter().zip(all).map(counts).collect()
    }
}

impl Counter for WithRests<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let is_rest = |at: &usize| !self.rest_of(&keys[*at]).is_empty();
        let (rests, plain): (Vec<usize>, Vec<usize>) = (0..keys.len()).partition(is_rest);
        let mut counts = vec![Counts::default(); keys.len()];
        let cells: Vec<Key> = plain.iter().map(|&at| keys[at].clone()).collect();
        for (at, of_cell) in plain.into_iter().zip(self.counter.count(&cells)) {
            counts[at] = of_cell;
        }
        let of_rests = if rests.is_empty() { Vec::new() } else { self.count_rests(keys, &rests) };
        for (at, of_rest) in rests.into_iter().zip(of_rests) {
            counts[at] = of_rest;
        }
        counts
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let wholes: Vec<Key> = keys.iter().map(|key| self.whole(key)).collect();
        let mut rows = self.counter.rows(&wholes);
        for row in &mut rows {
            row.of.retain(|&at| self.is_left(&keys[at as usize], &row.holders));
            for (&(dimension, code), (parent, parts)) in self.rests {
                let holders = &row.holders[dimension];
                if holders.contains(parent) && parts.iter().all(|part| !holders.contains(part)) {
                    row.holders[dimension].push(code);
                }
            }
        }
        rows
    }

    fn cell_keys(&self, keys: &[Key]) -> Option<Vec<u32>> {
        // Of cells of tables only, and no table has a rest.
        let wholes: Vec<Key> = keys.iter().map(|key| self.whole(key)).collect();
        self.counter.cell_keys(&wholes)
    }

    fn contributions(&self, keys: &[Key]) -> Option<Vec<Vec<u64>>> {
        // Contributions name nobody, so those of a rest are not known: it is held to no rule of dominance.
        let is_rest: Vec<bool> = keys.iter().map(|key| !self.rest_of(key).is_empty()).collect();
        let wholes: Vec<Key> = keys.iter().map(|key| self.whole(key)).collect();
        let mut all = self.counter.contributions(&wholes)?;
        all.iter_mut().zip(is_rest).filter(|(_, is_rest)| *is_rest).for_each(|(own, _)| own.clear());
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use model::release::Zeros;

    use super::*;
    use crate::protect::PlannedTable;

    fn cell(code: u32) -> Key {
        Key::from([code].as_slice())
    }

    /// County = North + South, North = Town + Village; tables show County and Town.
    fn problem(cells: &[u32]) -> Problem {
        let codes = ["County", "North", "South", "Town", "Village"].map(str::to_owned).to_vec();
        let space = Space { name: "area".to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2]), (1, vec![3, 4])] };
        let cells = cells.iter().map(|&code| cell(code)).collect();
        let table = PlannedTable { id: "T".to_owned(), threshold: 5, zeros: Zeros::Hidden, cells, impossible: Vec::new() };
        Problem { spaces: vec![space], tables: vec![table], ..Problem::default() }
    }

    #[test]
    fn a_county_without_its_town_is_a_cell_where_no_table_shows_the_area_between() {
        let skipped = problem(&[0, 3]);
        let skipped = widened(&skipped).expect("County less Town");
        assert_eq!(skipped.problem.spaces[0].codes[5], "County less Town");
        assert_eq!(skipped.problem.spaces[0].sums[2], (0, vec![3, 5]));
        assert!(widened(&problem(&[0, 1, 2])).is_none(), "County and its areas stand in one sum");
    }

    #[test]
    fn all_topmost_parts_together_leave_a_rest_too() {
        let named = problem(&[0, 3, 4]);
        let named = widened(&named).expect("rests");
        assert_eq!(named.problem.spaces[0].codes[5..], ["County less Town", "County less Town Village", "County less Village"]);
    }
}
