//! One system over all planned tables and all earlier releases. Comes in: a problem and a counter. Goes out: variables
//! with their true counts, and the sums among them. Deliberately absent: any decision about what to hide.
//!
//! A cell common to two tables is one variable; which sums are taken in is `variables`'. Relations follow the sums, each with a cell for
//! what it leaves (`relations`).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::ProtectError;
use super::lone::{self, Lone};
use super::primary::Need;
use super::rules::dominance::Contributions;
use super::rules::group::Watched;
use super::variables::Variables;
use super::{EarlierForm, Insiders, Problem, impossible, overlap, relations, touched};
use crate::tabulate::{Counter, Counts, Key};

/// Sparse lists of `(index, coefficient)`, one list a line.
#[derive(Debug, Default)]
pub(super) struct Lists {
    start: Vec<usize>,
    entries: Vec<(u32, i64)>,
}

impl Lists {
    fn new(lines: impl Iterator<Item = Vec<(u32, i64)>>) -> Self {
        let mut lists = Self { start: vec![0], entries: Vec::new() };
        for line in lines {
            lists.entries.extend(line);
            lists.start.push(lists.entries.len());
        }
        lists
    }
    pub(super) fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }
    pub(super) fn of(&self, line: u32) -> &[(u32, i64)] {
        let line = line as usize;
        &self.entries[self.start[line]..self.start[line + 1]]
    }
}

/// Where a variable was met.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    /// Planned tables that will publish it, by index, rising.
    pub tables: Vec<u32>,
    /// Planned tables in which it cannot occur.
    pub impossible: Vec<u32>,
    /// Empty because of how the world is, whether a table has it or not.
    pub is_empty: bool,
    /// Earlier cells, by index, rising.
    pub earlier: Vec<u32>,
    /// Only in a table behind overlapping ones, for the sake of a cell that they force: nobody is told of it.
    pub is_joint: bool,
    /// As an earlier release left it, whatever is published now (`touched`).
    pub is_settled: bool,
}

impl Origin {
    /// Whether it exists only as a difference.
    pub(super) fn is_derived(&self) -> bool {
        self.tables.is_empty() && self.impossible.is_empty() && self.earlier.is_empty()
    }
}

/// Variables in an order that a key of the store decides, so that no choice among equals speaks of the truth or of the
/// order of tables and codes.
pub(super) struct System<'a> {
    pub problem: &'a Problem,
    pub keys: Vec<Key>,
    pub origins: Vec<Origin>,
    pub counts: Vec<Counts>,
    /// Sums: the parent at -1, the children at 1, right-hand side 0. Relations after them: their terms and their room.
    pub rows: Lists,
    /// Whether a row says of what a cell is made up: a sum, or that one cell is part of another.
    pub adds_up: Vec<bool>,
    /// The rows of each variable.
    pub rows_of: Lists,
    /// Groups that a category describes, where a rule watches them.
    pub watched: Vec<Watched>,
    /// Cells in which one unit weighs too much, and what they need, where something is summed.
    pub dominated: Vec<(u32, Need)>,
    /// What units contribute to each variable, where something is summed.
    pub contributions: Vec<Contributions>,
    /// The cases of every cell that a single protected unit is counted in, where insiders are considered.
    pub lone: Vec<Lone>,
    /// Joint tables behind overlapping ones whose cells are variables, and how many are too large for it.
    pub joint: (usize, usize),
}

impl<'a> System<'a> {
    /// Builds the system and checks the truth against it.
    pub(super) fn build(problem: &'a Problem, counter: &dyn Counter) -> Result<Self, ProtectError> {
        let mut variables = Variables::default();
        variables.collect(problem)?;
        variables.relate(problem);
        let mut sums = variables.close(problem);
        let behind = overlap::joint(problem);
        if !problem.joint.is_empty() || !behind.cells.is_empty() {
            sums = variables.join(problem, &behind.cells)?;
        }
        let related = variables.related(problem);
        for (key, origin) in variables.keys.iter().zip(&mut variables.origins) {
            origin.is_empty = impossible::is_empty(problem, key);
        }
        let order = tie_order(problem, &variables.keys);
        let mut place = vec![0_u32; order.len()];
        for (new, &old) in (0_u32..).zip(&order) {
            place[old as usize] = new;
        }
        let mut rows: Vec<Vec<(u32, i64)>> = sums
            .into_iter()
            .map(|(parent, children)| {
                let mut row: Vec<(u32, i64)> = children.into_iter().map(|child| (place[child as usize], 1)).collect();
                row.sort_unstable();
                row.insert(0, (place[parent as usize], -1));
                row
            })
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let keys: Vec<Key> = order.iter().map(|&old| variables.keys[old as usize].clone()).collect();
        let origins = order.iter().map(|&old| std::mem::take(&mut variables.origins[old as usize])).collect();
        let mut counts: Vec<Counts> = counter.count(&keys).into_iter().map(honest).collect();
        let mut adds_up = vec![true; rows.len()];
        for related in related {
            let terms: Vec<(u32, i64)> =
                related.terms.iter().map(|&(at, factor)| (place[at as usize], factor)).collect();
            let room = place[related.room as usize];
            let named = |at: u32| self::place(problem, &keys[at as usize]);
            let counted = relations::left(&terms, related.is_equal, &counts, named)?;
            counts[room as usize] = Counts { counted, ..Counts::default() };
            adds_up.push(relations::is_part(&terms));
            // The room second: it lies beside the first, in the dimension of relations alone.
            rows.push(terms.iter().take(1).copied().chain([(room, 1)]).chain(terms.iter().skip(1).copied()).collect());
        }
        let joint = (behind.tables, behind.left_out);
        let system = Self { origins, adds_up, joint, ..Self::part(problem, keys, counts, rows) };
        system.check_truth()?;
        let system = touched::touched(system);
        let lone = match problem.insiders {
            Insiders::Considered => lone::lone(problem, counter, &system.keys, &system.counts),
            Insiders::Ignored => Vec::new(),
        };
        Ok(Self { lone, ..system })
    }

    /// The system with only the cells that are `kept`, and only `rows`, which have no others; those `settled` are as they were.
    pub(super) fn restricted(mut self, kept: &[bool], rows: &[u32], settled: &[bool]) -> Self {
        let mut place = vec![u32::MAX; self.len()];
        for (new, old) in (0_u32..).zip((0..self.len()).filter(|&cell| kept[cell])) {
            place[old] = new;
        }
        let lines = rows.iter().map(|&row| {
            let line = self.rows.of(row).iter();
            line.map(|&(cell, coefficient)| (place[cell as usize], coefficient)).collect()
        });
        let lines: Vec<Vec<(u32, i64)>> = lines.collect();
        let adds_up = rows.iter().map(|&row| self.adds_up[row as usize]).collect();
        let of_kept = |cell: &usize| kept[*cell];
        let keys = (0..self.len()).filter(of_kept).map(|cell| self.keys[cell].clone()).collect();
        let counts = (0..self.len()).filter(of_kept).map(|cell| self.counts[cell]).collect();
        let origin = |cell: usize| Origin { is_settled: settled[cell], ..std::mem::take(&mut self.origins[cell]) };
        let origins = (0..kept.len()).filter(of_kept).map(origin).collect();
        Self { origins, adds_up, joint: self.joint, ..Self::part(self.problem, keys, counts, lines) }
    }

    /// A system of `rows` over `keys`, whose cells were met nowhere.
    pub(super) fn part(problem: &'a Problem, keys: Vec<Key>, counts: Vec<Counts>, rows: Vec<Vec<(u32, i64)>>) -> Self {
        let mut rows_of = vec![Vec::new(); keys.len()];
        for (at, row) in (0_u32..).zip(&rows) {
            for &(cell, coefficient) in row {
                rows_of[cell as usize].push((at, coefficient));
            }
        }
        let origins = vec![Origin::default(); keys.len()];
        let adds_up = vec![true; rows.len()];
        let (rows, rows_of) = (Lists::new(rows.into_iter()), Lists::new(rows_of.into_iter()));
        let (watched, lone, dominated, contributions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let joint = (0, 0);
        Self { problem, keys, origins, counts, rows, adds_up, rows_of, watched, lone, dominated, contributions, joint }
    }

    /// The sums over one dimension, the parent first.
    pub(super) fn rows_along(&self, dimension: usize) -> impl Iterator<Item = &[(u32, i64)]> {
        let rows = (0_u32..).take(self.rows.len()).map(|row| self.rows.of(row));
        let code = move |&(cell, _): &(u32, i64)| self.keys[cell as usize][dimension];
        rows.filter(move |row| row.first().map(code) != row.get(1).map(code))
    }

    /// Number of variables.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The true count of a variable.
    pub(super) fn value(&self, cell: usize) -> i64 {
        signed(self.counts[cell].counted)
    }

    /// The codes of a cell that does not stand at the total, `district=E07000192, need=MLD`.
    pub(super) fn place(&self, cell: usize) -> String {
        place(self.problem, &self.keys[cell])
    }

    /// The table, or the earlier release, in which a cell was met first.
    pub(super) fn table(&self, cell: usize) -> String {
        let origin = &self.origins[cell];
        match (origin.tables.first().or(origin.impossible.first()), origin.earlier.first()) {
            (Some(&table), _) => self.problem.tables[table as usize].id.clone(),
            (None, Some(&earlier)) => self.problem.earlier[earlier as usize].release.clone(),
            (None, None) => "the difference of published tables".to_owned(),
        }
    }

    fn check_truth(&self) -> Result<(), ProtectError> {
        for row in 0..self.rows.len() {
            let line = self.rows.of(u32::try_from(row).unwrap_or(u32::MAX));
            let term = |&(cell, factor): &(u32, i64)| i128::from(factor) * i128::from(self.value(cell as usize));
            let sum: i128 = line.iter().map(term).sum();
            if sum != 0 {
                let parent = line[0].0 as usize;
                return Err(ProtectError::DoesNotAddUp { table: self.table(parent), place: self.place(parent) });
            }
        }
        for (cell, origin) in self.origins.iter().enumerate() {
            let counted = self.counts[cell].counted;
            if (origin.is_empty || !origin.impossible.is_empty()) && counted != 0 {
                return Err(ProtectError::ImpossibleCounted { table: self.table(cell), place: self.place(cell) });
            }
            for &earlier in &origin.earlier {
                let earlier = &self.problem.earlier[earlier as usize];
                let kept = match earlier.form {
                    EarlierForm::Count(published) => counted == published,
                    EarlierForm::StructuralZero => counted == 0,
                    EarlierForm::Rounded(form) => (form.lowest..=form.highest).contains(&counted),
                    EarlierForm::Suppressed => true,
                };
                if !kept {
                    let release = earlier.release.clone();
                    return Err(ProtectError::NotFrozen { release, place: self.place(cell) });
                }
            }
        }
        Ok(())
    }
}

/// Counts of people, far inside what an `i64` holds.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

/// Whoever is counted belongs to somebody: a counted cell holds at least one protected unit, and one of them the most.
fn honest(counts: Counts) -> Counts {
    if counts.counted == 0 {
        return Counts::default();
    }
    let protected = counts.protected.clamp(1, counts.counted);
    Counts { protected, largest: counts.largest.clamp(1, counts.counted), ..counts }
}

fn place(problem: &Problem, key: &Key) -> String {
    let named: Vec<String> = problem
        .spaces
        .iter()
        .zip(key)
        .filter(|(space, code)| space.total != **code)
        .map(|(space, &code)| format!("{}={}", space.name, space.codes[code as usize]))
        .collect();
    if named.is_empty() { "the total".to_owned() } else { named.join(", ") }
}

/// Variable indices in the order of a keyed hash of their codes' names.
fn tie_order(problem: &Problem, keys: &[Key]) -> Vec<u32> {
    let mut names: Vec<usize> = (0..problem.spaces.len()).collect();
    names.sort_by_key(|&dimension| &problem.spaces[dimension].name);
    let mut hashed: Vec<([u8; 32], u32)> = (0_u32..)
        .zip(keys)
        .map(|(at, key)| {
            // Any length is a valid HMAC key; an error here would only leave the order to the codes.
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&problem.tie_key) else { return ([0; 32], at) };
            // What lies in no room of a relation is called as if there were none.
            let is_called = |&&dimension: &&usize| {
                let space = &problem.spaces[dimension];
                space.name != relations::ROOM || key[dimension] != space.total
            };
            for &dimension in names.iter().filter(is_called) {
                let space = &problem.spaces[dimension];
                for word in [space.name.as_str(), space.codes[key[dimension] as usize].as_str()] {
                    mac.update(word.as_bytes());
                    mac.update(&[0]);
                }
            }
            (mac.finalize().into_bytes().into(), at)
        })
        .collect();
    hashed.sort_unstable();
    hashed.into_iter().map(|(_, at)| at).collect()
}
