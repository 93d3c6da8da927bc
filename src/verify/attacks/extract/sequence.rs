//! Two extracts of the same months. Comes in: two case-level files, whoever got them: recipients may talk. Goes out: groups of
//! fewer than k who are in one and not in the other. Deliberately absent: extracts without a month in common, and what two
//! overlapping classes say together; see `overlap`.
//!
//! Both files are brought to labels that cover the same values first: the finest that neither cuts. Source: Xiao and Tao
//! (2007), m-Invariance: towards privacy preserving re-publication of dynamic datasets.

use std::collections::{BTreeMap, BTreeSet};

use model::Attack;
use model::extract::Role;

use super::{Found, overlap};
use crate::attacks::codes::PERIOD;
use crate::readers::microdata::Microdata;

/// The column, or the hierarchy alone, that says which months a file is of.
const MONTH: &str = "month";

/// How the months of two files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Months {
    Apart,
    Same,
    /// The second file's are inside the first's.
    Inside,
    Overlap,
}

fn months(one: &Microdata, other: &Microdata) -> Option<Months> {
    let of = |data: &Microdata| -> Option<BTreeSet<String>> {
        let hierarchy = data.entry.hierarchies.get(MONTH)?;
        Some(hierarchy.leaves().into_iter().map(unversioned).map(str::to_owned).collect())
    };
    let (own, others) = (of(one), of(other));
    match (own, others) {
        (Some(own), Some(others)) if own.is_disjoint(&others) => Some(Months::Apart),
        (Some(own), Some(others)) if own == others => Some(Months::Same),
        (Some(own), Some(others)) if others.is_subset(&own) => Some(Months::Inside),
        (Some(_), Some(_)) => Some(Months::Overlap),
        (None, _) | (_, None) => (one.entry.period == other.entry.period).then_some(Months::Same),
    }
}

/// Attacks two files together.
#[must_use]
pub fn attack(one: &Microdata, other: &Microdata) -> Found {
    let mut found = Found::default();
    if one.entry.measure != other.entry.measure {
        return found;
    }
    match months(one, other) {
        Some(Months::Apart) => return found,
        Some(Months::Same) => {
            entered_or_left(one, other, &mut found, false);
            entered_or_left(other, one, &mut found, false);
        }
        Some(Months::Inside) => entered_or_left(one, other, &mut found, true),
        // The first's months may be inside the second's; where neither is, no group of one is a part of the other's.
        Some(Months::Overlap) if months(other, one) == Some(Months::Inside) => {
            entered_or_left(other, one, &mut found, true);
        }
        Some(Months::Overlap) => {}
        None => found.not_run.push("two extracts: one does not say which months it is of".to_owned()),
    }
    overlap::composed(one, other, &mut found);
    if months(one, other) == Some(Months::Same) {
        overlap::rests(one, other, &mut found);
        overlap::rests(other, one, &mut found);
    }
    found.tried(
        Attack::Linkage,
        format!("two extracts of {} and {} rows that share months", one.rows.len(), other.rows.len()),
    );
    found
}

/// A corrected month is called after its version: it is the same month.
fn unversioned(period: &str) -> &str {
    period
        .rsplit_once("-v")
        .filter(|(_, version)| version.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(period, |(own, _)| own)
}

/// The finest names that a label covers, alike in all versions of a period.
pub(super) fn names(data: &Microdata, column: usize, label: &str) -> BTreeSet<String> {
    let column = &data.columns[column];
    let own = |name: &str| if column.dimension == PERIOD { unversioned(name) } else { name }.to_owned();
    column.domain.names(label).into_iter().map(own).collect()
}

/// Columns of the same dimension and role: position in one, position in the other.
pub(super) fn common(one: &Microdata, other: &Microdata, role: Role) -> Vec<(usize, usize)> {
    let place = |at: &usize| {
        let dimension = &one.columns[*at].dimension;
        other.with(role).into_iter().find(|at| other.columns[*at].dimension == *dimension)
    };
    one.with(role).into_iter().filter_map(|at| Some((at, place(&at)?))).collect()
}

/// A file's rows as blocks.
#[derive(Default)]
struct Blocks {
    rows: BTreeMap<Vec<u32>, u64>,
    /// Blocks that are one class: rows are suppressed by the class, so none of these is.
    whole: BTreeSet<Vec<u32>>,
    /// Suppressed rows, who may be of any other block.
    silent: u64,
}

impl Blocks {
    fn new(data: &Microdata, columns: &[usize], joined: &[Joined]) -> Self {
        let mut blocks = Self::default();
        let has_all = data.with(Role::Quasi).len() == columns.len();
        for row in 0..data.rows.len() {
            if data.is_suppressed(row) {
                blocks.silent += 1;
                continue;
            }
            let at = || columns.iter().zip(joined).map(|(column, joined)| (joined, data.label(row, *column)));
            let key: Vec<u32> = at().map(|(joined, label)| joined.block(label)).collect();
            if has_all && at().all(|(joined, label)| joined.whole.contains(label)) {
                blocks.whole.insert(key.clone());
            }
            *blocks.rows.entry(key).or_default() += 1;
        }
        blocks
    }

    /// Suppressed rows that may be of a block.
    fn silent(&self, key: &Vec<u32>) -> u64 {
        if self.whole.contains(key) { 0 } else { self.silent }
    }
}

/// Fewer than k who are in `one` and not in `other`. `wider`: the first is of more months, which are left out of account.
fn entered_or_left(one: &Microdata, other: &Microdata, found: &mut Found, wider: bool) {
    let shared = common(one, other, Role::Quasi);
    let shared: Vec<(usize, usize)> =
        shared.into_iter().filter(|(at, _)| !(wider && one.columns[*at].name == MONTH)).collect();
    let joined: Vec<Joined> = shared.iter().map(|(own, others)| Joined::new((one, *own), (other, *others))).collect();
    let columns: (Vec<usize>, Vec<usize>) = shared.into_iter().unzip();
    let (own, others) = (Blocks::new(one, &columns.0, &joined), Blocks::new(other, &columns.1, &joined));
    let k = one.entry.k.max(other.entry.k);
    let is_few = |(key, rows): &(&Vec<u32>, &u64)| {
        let there = others.rows.get(*key).copied().unwrap_or(0);
        let lowest = rows.saturating_sub(there + others.silent(key));
        let highest = (**rows + own.silent(key)).saturating_sub(there);
        lowest >= 1 && highest < k
    };
    let few = own.rows.iter().filter(is_few).count();
    if few > 0 {
        let message =
            format!("{few} groups have fewer than {k} who are in this extract and not in another of these months");
        found.find(Attack::Linkage, "extracts_difference", &one.entry.file, None, message);
    }
}

/// A column of two files, its values joined until no label of either cuts a block.
struct Joined {
    blocks: BTreeMap<String, u32>,
    /// Labels that cover the whole of their block.
    whole: BTreeSet<String>,
}

impl Joined {
    fn new(one: (&Microdata, usize), other: (&Microdata, usize)) -> Self {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut covers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (data, column) in [one, other] {
            // A suppressed row has all values, and says nothing.
            let told = (0..data.rows.len()).filter(|row| !data.is_suppressed(*row)).map(|row| data.label(row, column));
            for label in told.collect::<BTreeSet<&str>>() {
                for name in names(data, column, label) {
                    let next = numbers.len();
                    let number = *numbers.entry(name).or_insert(next);
                    covers.entry(label).or_default().insert(number);
                }
            }
        }
        let mut of: Vec<usize> = (0..numbers.len()).collect();
        for cover in covers.values() {
            for (one, next) in cover.iter().zip(cover.iter().skip(1)) {
                let (one, other) = (root(&of, *one), root(&of, *next));
                of[one.max(other)] = one.min(other);
            }
        }
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        (0..of.len()).for_each(|at| *sizes.entry(root(&of, at)).or_default() += 1);
        let mut joined = Self { blocks: BTreeMap::new(), whole: BTreeSet::new() };
        for (label, cover) in covers {
            let Some(root) = cover.first().map(|at| root(&of, *at)) else { continue };
            joined.blocks.insert(label.to_owned(), u32::try_from(root).unwrap_or(u32::MAX));
            if sizes.get(&root) == Some(&cover.len()) {
                joined.whole.insert(label.to_owned());
            }
        }
        joined
    }

    fn block(&self, label: &str) -> u32 {
        self.blocks.get(label).copied().unwrap_or(u32::MAX)
    }
}

fn root(of: &[usize], mut at: usize) -> usize {
    while of[at] != at {
        at = of[at];
    }
    at
}
