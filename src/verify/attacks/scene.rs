//! One system at one threshold, made ready for attack. Comes in: cells, releases. Goes out: bounds that follow at once, further
//! variables for what is to be bounded, and the parts that nothing new touches. Deliberately absent: judging.

use std::collections::{BTreeSet, HashMap};

use linear::{Bounds, System};

use crate::attacks::closure::bit;
use crate::attacks::groups::{Watched, watch};
use crate::attacks::rests::{Rest, Taken};
use crate::attacks::subtraction::determined;
use crate::attacks::system::{Cells, Part, State};

/// What is attacked.
pub(super) struct Scene<'a, 'b> {
    pub(super) cells: Cells,
    pub(super) parts: &'a [Part<'b>],
    pub(super) threshold: u64,
    /// What follows by sums taken one at a time.
    pub(super) bounds: Bounds,
    /// Rests that may be small.
    pub(super) taken: Vec<Taken>,
    /// Groups that may be described.
    pub(super) watched: Vec<Watched>,
    /// By variable: no given release says anything of it or of what it is joined to.
    pub(super) is_untouched: Vec<bool>,
}

impl<'a, 'b> Scene<'a, 'b> {
    /// Makes the scene; where the figures contradict each other, the cells come back.
    pub(super) fn new(mut cells: Cells, parts: &'a [Part<'b>], threshold: u64) -> Result<Self, Box<Cells>> {
        let Ok(mut bounds) = cells.system.propagate() else { return Err(Box::new(cells)) };
        let taken = cells.take_off(&bounds, threshold);
        let watched = watch(&mut cells, parts, &bounds);
        if !taken.is_empty() || !watched.is_empty() {
            match cells.system.propagate() {
                Ok(tighter) => bounds = tighter,
                Err(_) => return Err(Box::new(cells)),
            }
        }
        let is_untouched = vec![false; cells.system.len()];
        let mut scene = Self { cells, parts, threshold, bounds, taken, watched, is_untouched };
        if parts.iter().any(|part| !part.is_given) {
            scene.is_untouched = scene.untouched();
        }
        Ok(scene)
    }

    /// The threshold as a bound.
    pub(super) fn limit(&self) -> i64 {
        i64::try_from(self.threshold).unwrap_or(i64::MAX)
    }

    /// The rest whose variable this is.
    pub(super) fn rest_at(&self, at: usize) -> Option<&Rest> {
        let first = self.taken.first()?.at;
        self.taken.get(at.checked_sub(first)?).map(|taken| &self.cells.rests[taken.rest])
    }

    /// The name of a cell or rest.
    pub(super) fn name(&self, at: usize) -> String {
        self.rest_at(at).map_or_else(|| self.cells.name(at), |rest| self.cells.name_of(rest))
    }

    /// Which variables follow by adding and subtracting alone; none where the work was used up.
    pub(super) fn determined(&self) -> Option<Vec<bool>> {
        let published = |at: usize| self.cells.states.get(at) == Some(&State::Published);
        let known: Vec<bool> = (0..self.cells.system.len()).map(published).collect();
        if !self.is_untouched.contains(&true) {
            return determined(&self.cells.system, &known);
        }
        let mut system = self.cells.system.clone();
        system.rows.retain(|row| row.terms.iter().any(|&(at, _)| !self.is_untouched[at]));
        determined(&system, &known)
    }

    /// Joins variables by all rows, but for those that are known without the given releases, and leaves out every part in which
    /// one of these has a cell, a relation or a sum of its own.
    fn untouched(&self) -> Vec<bool> {
        let size = self.cells.system.len();
        let mut system = self.cells.seen_by(self.parts, &|part| !part.is_given);
        let new_sums = self.new_sums();
        new_sums.iter().for_each(|&row| system.rows[row].terms.clear());
        let has_rows = self.parts.iter().any(|part| part.is_given && part.microdata.is_some());
        let Some(bounds) = system.propagate().ok().filter(|_| !has_rows) else { return vec![false; size] };
        let is_touched = self.touched(&system, &new_sums);
        let mut is_untouched: Vec<bool> = is_touched.iter().map(|touched| !touched).collect();
        for component in system.components(&bounds) {
            if component.variables.iter().any(|&at| is_touched[at]) {
                component.variables.iter().for_each(|&at| is_untouched[at] = false);
            }
        }
        is_untouched
    }

    /// Rows of sums that given releases alone state.
    fn new_sums(&self) -> Vec<usize> {
        let known = self.parts.iter().enumerate().filter(|(_, part)| !part.is_given);
        let known = known.fold(0, |all, (at, _)| all | bit(at));
        let stated = self.cells.stated_by.iter().enumerate();
        stated.filter(|(_, by)| *by & known == 0).map(|(row, _)| row).collect()
    }

    /// The terms of new sums, but for those that a sum known before has already: a list of codes that has become longer says of a
    /// past quarter only that nobody was in the codes which it has more.
    fn said_anew(&self, new_sums: &[usize]) -> impl Iterator<Item = usize> {
        let (cells, new) = (&self.cells, new_sums.iter().copied().collect::<BTreeSet<usize>>());
        let terms = |row: usize| &cells.system.rows[row].terms;
        let mut known: HashMap<usize, Vec<usize>> = HashMap::new();
        for row in (0..cells.sums).filter(|row| !new.contains(row)) {
            parents(terms(row)).for_each(|parent| known.entry(parent).or_default().push(row));
        }
        let mut anew = BTreeSet::new();
        for row in new {
            let all: BTreeSet<(usize, i64)> = terms(row).iter().copied().collect();
            let others = parents(terms(row)).filter_map(|parent| known.get(&parent)).flatten();
            let shorter = others.filter(|&&other| terms(other).iter().all(|term| all.contains(term)));
            let before: BTreeSet<usize> = shorter.flat_map(|&other| terms(other)).map(|&(at, _)| at).collect();
            anew.extend(all.into_iter().map(|(at, _)| at).filter(|at| !before.contains(at)));
        }
        anew.into_iter()
    }

    /// Variables of which a given release says something that `before`, the system without the given ones, does not: a figure of
    /// a past quarter that is printed once more says nothing.
    fn touched(&self, before: &System, new_sums: &[usize]) -> Vec<bool> {
        let cells = &self.cells;
        let mut is_touched = cells.shown_by(self.parts, &|part| part.is_given);
        let was_shown = cells.shown_by(self.parts, &|part| !part.is_given);
        for (at, is_touched) in is_touched.iter_mut().enumerate() {
            let is_as_before = before.lower[at] == cells.system.lower[at] && before.upper[at] == cells.system.upper[at];
            *is_touched &= !(was_shown[at] && is_as_before);
        }
        is_touched.resize(cells.system.len(), false);
        let is_new = |by: &Vec<usize>| by.iter().all(|&part| self.parts[part].is_given);
        let relations = cells.relations.iter().enumerate().filter(|(_, by)| is_new(by));
        let relations = relations.map(|(number, _)| cells.first_relation + number);
        for row in relations {
            cells.system.rows[row].terms.iter().for_each(|&(at, _)| is_touched[at] = true);
        }
        self.said_anew(new_sums).for_each(|at| is_touched[at] = true);
        for taken in &self.taken {
            let rest = &cells.rests[taken.rest];
            is_touched[taken.at] = rest.parts.iter().chain([&rest.whole]).any(|&at| is_touched[at]);
        }
        for group in &self.watched {
            is_touched[group.outside] = is_touched[group.whole] || is_touched[group.category];
        }
        is_touched
    }
}

/// The cell that a sum adds up to.
fn parents(terms: &[(usize, i64)]) -> impl Iterator<Item = usize> {
    terms.iter().filter(|(_, factor)| *factor < 0).map(|&(at, _)| at)
}
