//! Which cells are variables, and the sums among them. Comes in: a problem. Goes out: cells with where each was met, in the order in
//! which they were found, and every sum on the way from one to another. Deliberately absent: counts.
//!
//! A sum is taken in where a variable lies at or above its parent and another at or below one of its children, whatever levels or
//! periods lie between: all its cells become variables, because a reader can work them out, and bring further sums in until there
//! are none (`lineage`). So does a child of two parents that are variables: `first = kept + removed` and `revised = kept + added`
//! bound all three.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::error::ProtectError;
use super::lineage::Lineage;
use super::system::Origin;
use super::{EarlierForm, Problem, Space, relations};
use crate::tabulate::Key;

/// A relation among variables.
pub(super) struct Related {
    pub terms: Vec<(u32, i64)>,
    pub room: u32,
    pub is_equal: bool,
}

#[derive(Default)]
pub(super) struct Variables {
    pub keys: Vec<Key>,
    pub origins: Vec<Origin>,
    index: HashMap<Key, u32>,
}

impl Variables {
    fn intern(&mut self, key: &[u32]) -> u32 {
        if let Some(&at) = self.index.get(key) {
            return at;
        }
        let at = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key.into());
        self.origins.push(Origin::default());
        self.index.insert(key.into(), at);
        at
    }

    /// Takes every cell of every table in, this release's and the earlier ones'.
    pub(super) fn collect(&mut self, problem: &Problem) -> Result<(), ProtectError> {
        let inside = |key: &Key| is_inside(problem, key);
        for (at, table) in (0_u32..).zip(&problem.tables) {
            for (keys, is_planned) in [(&table.cells, true), (&table.impossible, false)] {
                for key in keys {
                    if !inside(key) {
                        return Err(ProtectError::OutsideSpace { table: table.id.clone() });
                    }
                    let variable = self.intern(key) as usize;
                    let origin = &mut self.origins[variable];
                    let list = if is_planned { &mut origin.tables } else { &mut origin.impossible };
                    if list.last() != Some(&at) {
                        list.push(at);
                    }
                }
            }
        }
        if problem.relations.iter().flat_map(|relation| &relation.terms).any(|(_, key)| !inside(key)) {
            return Err(ProtectError::OutsideSpace { table: "a relation".to_owned() });
        }
        for (at, cell) in (0_u32..).zip(&problem.earlier) {
            if !inside(&cell.key) {
                return Err(ProtectError::OutsideSpace { table: cell.release.clone() });
            }
            let variable = self.intern(&cell.key) as usize;
            self.origins[variable].earlier.push(at);
        }
        Ok(())
    }

    /// Makes variables of cells that stand in an equation with one: they can be worked out.
    pub(super) fn relate(&mut self, problem: &Problem) {
        for relation in problem.relations.iter().filter(|relation| relation.is_equal) {
            if relation.terms.iter().any(|(_, key)| self.index.contains_key(key)) {
                for (_, key) in &relation.terms {
                    self.intern(key);
                }
            }
        }
    }

    /// The relations that say something of variables, with a variable for what each leaves.
    pub(super) fn related(&mut self, problem: &Problem) -> Vec<Related> {
        let related = |(code, relation): (u32, &relations::Relation)| {
            let terms = relations::among(relation, &self.index)?;
            let room = self.intern(&relations::room(relation, code)?);
            Some(Related { terms, room, is_equal: relation.is_equal })
        };
        (1_u32..).zip(&problem.relations).filter_map(related).collect()
    }

    /// Makes variables of the cells `behind` overlapping tables, of forced ones, and of what ties them to others, and gives all
    /// sums.
    pub(super) fn join(&mut self, problem: &Problem, behind: &[Key]) -> Result<Vec<(u32, Vec<u32>)>, ProtectError> {
        let plain = self.keys.len();
        for cell in &problem.joint {
            if !is_inside(problem, &cell.key) {
                return Err(ProtectError::OutsideSpace { table: "a joint table".to_owned() });
            }
            for key in cell.with_ancestors(&problem.spaces) {
                self.intern(&key);
            }
        }
        behind.iter().for_each(|key| {
            self.intern(key);
        });
        let sums = self.close(problem);
        for origin in self.origins.iter_mut().skip(plain) {
            origin.is_joint = true;
        }
        Ok(sums)
    }

    /// Makes variables of the children that `key` has in common with another parent that is a variable, unless other
    /// sums explain both: then what differs between the two shows among their parts. Of a parent that is only known to be 0 every
    /// part is, and what the other has more is all of it.
    fn add_shared(
        &mut self,
        problem: &Problem,
        shared: &[HashMap<u32, Vec<(u32, u32)>>],
        key: &[u32],
        known_zero: &[bool],
    ) {
        for (dimension, shared) in shared.iter().enumerate() {
            for &(other, common) in shared.get(&key[dimension]).into_iter().flatten() {
                let mut at = key.to_vec();
                at[dimension] = other;
                let is_explained =
                    |parent: u32| self.is_explained(&problem.spaces[dimension], dimension, &at, (parent, common));
                let is_there = self.index.get(at.as_slice()).is_some_and(|&at| !is_zero(known_zero, at as usize));
                if is_there && !(is_explained(other) && is_explained(key[dimension])) {
                    at[dimension] = common;
                    self.intern(&at);
                }
            }
        }
    }

    /// Whether a sum of `parent` without `common` has a child that is a variable.
    fn is_explained(&self, space: &Space, dimension: usize, key: &[u32], (parent, common): (u32, u32)) -> bool {
        let mut at = key.to_vec();
        let others = space.sums.iter().filter(|(own, children)| *own == parent && !children.contains(&common));
        others.flat_map(|(_, children)| children).any(|&child| {
            at[dimension] = child;
            self.index.contains_key(at.as_slice())
        })
    }

    /// Every sum on the way from one variable down to another, as `(parent, children)`; what it needs is added as variables,
    /// which may bring further sums in.
    ///
    /// A cell that is only known to be 0 brings none of those above it: it says nothing of its siblings.
    pub(super) fn close(&mut self, problem: &Problem) -> Vec<(u32, Vec<u32>)> {
        let known_zero: Vec<bool> = self.origins.iter().map(|origin| is_unlisted(problem, origin)).collect();
        let shared: Vec<HashMap<u32, Vec<(u32, u32)>>> = problem.spaces.iter().map(shared).collect();
        let mut lineages: Vec<Lineage> = problem.spaces.iter().map(Lineage::new).collect();
        let mut lines = Lines::default();
        let mut seen: HashSet<(u32, usize, usize)> = HashSet::new();
        let mut sums = Vec::new();
        let mut at = 0;
        while at < self.keys.len() {
            let key = self.keys[at].clone();
            let brings_sums = !is_zero(&known_zero, at);
            if brings_sums {
                self.add_shared(problem, &shared, &key, &known_zero);
            }
            for (dimension, space) in problem.spaces.iter().enumerate().filter(|(_, space)| !space.sums.is_empty()) {
                let lineage = &mut lineages[dimension];
                for (upper, lower) in self.pairs(&mut lines, lineage, (dimension, &key), brings_sums) {
                    let mut cell = key.to_vec();
                    cell[dimension] = upper;
                    for &sum in lineage.untold(self.intern(&cell), upper, lower) {
                        cell[dimension] = space.sums[sum].0;
                        let parent = self.intern(&cell);
                        if seen.insert((parent, dimension, sum)) {
                            let children = space.sums[sum].1.iter().map(|&code| {
                                cell[dimension] = code;
                                self.intern(&cell)
                            });
                            sums.push((parent, children.collect()));
                        }
                    }
                }
            }
            at += 1;
        }
        sums
    }

    /// The pairs of codes, one above the other, that a cell makes with the variables on its line: those above it, and those
    /// below it that came before.
    fn pairs(
        &self,
        lines: &mut Lines,
        lineage: &Lineage,
        (dimension, key): (usize, &Key),
        brings_sums: bool,
    ) -> Vec<(u32, u32)> {
        let code = key[dimension];
        let mut cell = key.to_vec();
        let mut pairs = Vec::new();
        for &upper in lineage.above(code).iter().filter(|_| brings_sums) {
            cell[dimension] = upper;
            if self.index.contains_key(cell.as_slice()) {
                pairs.push((upper, code));
            }
        }
        cell[dimension] = u32::MAX;
        let is_parent = lineage.is_parent(code);
        if is_parent || !lineage.above(code).is_empty() {
            let line = lines.entry((dimension, cell.into_boxed_slice())).or_default();
            if is_parent {
                pairs.extend(line.iter().filter(|&&lower| lineage.is_above(code, lower)).map(|&lower| (code, lower)));
            }
            if brings_sums {
                line.push(code);
            }
        }
        pairs
    }
}

/// Whether a variable is one of those that were known to be 0 before any sum brought others.
fn is_zero(known_zero: &[bool], at: usize) -> bool {
    known_zero.get(at).copied().unwrap_or(false)
}

/// By dimension and key without its code there: the codes that are variables.
type Lines = HashMap<(usize, Key), Vec<u32>>;

fn is_inside(problem: &Problem, key: &Key) -> bool {
    key.len() == problem.spaces.len()
        && key.iter().zip(&problem.spaces).all(|(&code, space)| (code as usize) < space.codes.len())
}

/// By code: the other parents with which it has a child in common, and that child.
fn shared(space: &Space) -> HashMap<u32, Vec<(u32, u32)>> {
    let mut parents: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (parent, children) in &space.sums {
        for &child in children {
            parents.entry(child).or_default().insert(*parent);
        }
    }
    let mut shared: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
    for (child, parents) in parents {
        for &one in &parents {
            shared
                .entry(one)
                .or_default()
                .extend(parents.iter().filter(|&&other| other != one).map(|&other| (other, child)));
        }
    }
    shared
}

/// Whether all that is known of a cell is that it could not occur before.
fn is_unlisted(problem: &Problem, origin: &Origin) -> bool {
    let cannot_occur = |&at: &u32| problem.earlier[at as usize].form == EarlierForm::StructuralZero;
    origin.tables.is_empty()
        && origin.impossible.is_empty()
        && !origin.earlier.is_empty()
        && origin.earlier.iter().all(cannot_occur)
}
