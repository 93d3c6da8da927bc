//! What ties cells beyond the sums: families are no more than cases, the answers of several to a case. Comes in: a problem
//! with relations. Goes out: the same problem with a cell more for each relation, whose room it is. Deliberately absent:
//! search and proof; an inequality is an equation with one more cell, hidden, of 0 or more, and they treat it as such.
//!
//! These cells lie in a dimension of their own behind the others, so that nothing takes them for cells of a table. Their
//! codes are made of what the relation says, not of its place in a list, so that the order of the list changes nothing.
//!
//! Worked example: 20 cases, of which 16 in North by 16 families and 4 in South. Hidden are South and, for its sake, North.
//! If the 16 families are published, `families <= cases` leaves North 16 to 20 cases, and South 0 to 4: it is known to be
//! small. So the families of North are hidden too.
//!
//! Its attack: `verify/attacks/relations`.

use std::collections::HashMap;

use model::release::Zeros;

use super::error::ProtectError;
use super::system::{System, signed};
use super::{EarlierCell, EarlierForm, Pattern, Problem, Space};
use crate::tabulate::{Counter, Counts, Key, Row};

/// `sum of factor x cell` compared with 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// Factors and cells, no cell twice and no factor 0.
    pub terms: Vec<(i64, Key)>,
    /// Equal to 0; else at most 0.
    pub is_equal: bool,
}

/// The name of the dimension in which the room of each relation lies; no configuration can give a dimension this name.
pub(super) const ROOM: &str = "";

/// The problem with a dimension more; none where nothing is related.
pub(super) fn widened(problem: &Problem) -> Option<Problem> {
    if problem.relations.is_empty() {
        return None;
    }
    let mut named: Vec<(String, Relation)> =
        problem.relations.iter().map(|relation| canonical(&problem.spaces, relation)).collect();
    named.sort_unstable();
    named.dedup();
    let mut widened = problem.clone();
    widened.relations.clear();
    let lengthen = |key: &mut Key| *key = longer(key, 0);
    for table in &mut widened.tables {
        table.cells.iter_mut().chain(&mut table.impossible).for_each(lengthen);
    }
    widened.earlier.iter_mut().for_each(|cell| lengthen(&mut cell.key));
    widened.joint.iter_mut().for_each(|cell| lengthen(&mut cell.key));
    widened.reserved = problem.reserved.iter().map(|key| longer(key, 0)).collect();
    widened.withheld = problem.withheld.iter().map(|key| longer(key, 0)).collect();
    let mut codes = vec![String::new()];
    for (code, (name, mut relation)) in (1_u32..).zip(named) {
        relation.terms.iter_mut().for_each(|(_, key)| lengthen(key));
        if relation.is_equal {
            widened.earlier.extend(room(&relation, code).map(no_room));
        }
        codes.push(name);
        widened.relations.push(relation);
    }
    widened.spaces.push(Space { name: ROOM.to_owned(), codes, total: 0, sums: Vec::new() });
    Some(widened)
}

fn longer(key: &[u32], code: u32) -> Key {
    key.iter().copied().chain([code]).collect()
}

/// The cell that takes up what a relation leaves, beside the first cell on its smaller side.
pub(super) fn room(relation: &Relation, code: u32) -> Option<Key> {
    let (_, key) = relation.terms.first()?;
    Some(key.iter().copied().take(key.len() - 1).chain([code]).collect())
}

/// The room of the relation that a row is; none where it is a sum.
pub(super) fn room_of(system: &System, row: u32) -> Option<u32> {
    let last = system.problem.spaces.last().filter(|space| space.name == ROOM)?;
    // The room second: so rows are built.
    let &(room, _) = system.rows.of(row).get(1)?;
    system.keys[room as usize].last().filter(|&&code| code != last.total).map(|_| room)
}

/// An equation leaves nothing, and everybody knows it.
fn no_room(key: Key) -> EarlierCell {
    let release = "the relations".to_owned();
    EarlierCell { key, form: EarlierForm::StructuralZero, zeros: Zeros::Hidden, threshold: 0, release }
}

/// The relation in words of its codes, and with its terms in their order, what is on the smaller side first.
fn canonical(spaces: &[Space], relation: &Relation) -> (String, Relation) {
    let term = |(factor, key): &(i64, Key)| {
        let named = spaces.iter().zip(key).filter(|(space, code)| space.total != **code);
        let code = |(space, &code): (&Space, &u32)| {
            format!("{}={}", space.name, space.codes.get(code as usize).map_or("", String::as_str))
        };
        let mut names: Vec<String> = named.map(code).collect();
        names.sort_unstable();
        (*factor < 0, *factor, names.join(","))
    };
    let mut terms: Vec<_> = relation.terms.iter().map(|pair| (term(pair), pair.clone())).collect();
    terms.sort_unstable();
    let words = terms.iter().map(|((_, factor, names), _)| format!("{factor} {names}"));
    let name = format!("{} {}", words.collect::<Vec<_>>().join("; "), if relation.is_equal { "=" } else { "<=" });
    let terms = terms.into_iter().map(|(_, pair)| pair).collect();
    (name, Relation { terms, ..relation.clone() })
}

/// A counter of the narrow space under the widened one; what is left of a relation counts no one.
pub(super) struct Narrow<'a> {
    pub counter: &'a dyn Counter,
    /// Dimensions that it knows.
    pub dimensions: usize,
}

impl Counter for Narrow<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let is_room = |key: &Key| key.get(self.dimensions).is_some_and(|&code| code != 0);
        // A room lies beside a cell and has its key but for the last code: asked for, it would be that cell once more.
        let cells = keys.iter().filter(|key| !is_room(key));
        let cells: Vec<Key> = cells.map(|key| key.iter().copied().take(self.dimensions).collect()).collect();
        let mut counts = self.counter.count(&cells).into_iter();
        let count = |key: &Key| if is_room(key) { None } else { counts.next() };
        keys.iter().map(count).map(Option::unwrap_or_default).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let is_room = |key: &Key| key.get(self.dimensions).is_some_and(|&code| code != 0);
        let (places, cells): (Vec<u32>, Vec<Key>) = (0_u32..)
            .zip(keys)
            .filter(|(_, key)| !is_room(key))
            .map(|(at, key)| (at, key.iter().copied().take(self.dimensions).collect()))
            .unzip();
        let mut rows = self.counter.rows(&cells);
        for row in &mut rows {
            row.holders.push(vec![0]);
            row.of.iter_mut().for_each(|at| *at = places[*at as usize]);
        }
        rows
    }

    fn cell_keys(&self, keys: &[Key]) -> Option<Vec<u32>> {
        // Of cells of tables only: rooms are in none.
        let cells: Vec<Key> = keys.iter().map(|key| key.iter().copied().take(self.dimensions).collect()).collect();
        self.counter.cell_keys(&cells)
    }

    fn contributions(&self, keys: &[Key]) -> Option<Vec<Vec<(u64, u64)>>> {
        let is_room = |key: &Key| key.get(self.dimensions).is_some_and(|&code| code != 0);
        let cells: Vec<Key> = keys.iter().map(|key| key.iter().copied().take(self.dimensions).collect()).collect();
        let mut all = self.counter.contributions(&cells)?;
        keys.iter().zip(&mut all).filter(|(key, _)| is_room(key)).for_each(|(_, of_room)| of_room.clear());
        Some(all)
    }
}

/// The pattern in the narrow space.
pub(super) fn narrow(mut pattern: Pattern, dimensions: usize) -> Pattern {
    let short = |key: &Key| key.iter().copied().take(dimensions).collect::<Key>();
    pattern.cells = pattern.cells.iter().map(|(key, shown)| (short(key), *shown)).collect();
    pattern
}

/// A pattern of the narrow space in the wide one.
pub(super) fn wide(pattern: &Pattern) -> Pattern {
    let cells = pattern.cells.iter().map(|(key, shown)| (longer(key, 0), *shown)).collect();
    Pattern { cells, ..pattern.clone() }
}

/// The terms by variable. Of an inequality, what stands on the smaller side and is no variable may be nothing; where such
/// a cell stands on the larger side the relation says nothing.
pub(super) fn among(relation: &Relation, index: &HashMap<Key, u32>) -> Option<Vec<(u32, i64)>> {
    let mut terms = Vec::with_capacity(relation.terms.len());
    for (factor, key) in &relation.terms {
        match index.get(key) {
            Some(&at) => terms.push((at, *factor)),
            None if !relation.is_equal && *factor > 0 => {}
            None => return None,
        }
    }
    (!terms.is_empty()).then_some(terms)
}

/// Whether a relation says that one cell is part of another: whoever is alone in the larger knows the smaller.
pub(super) fn is_part(terms: &[(u32, i64)]) -> bool {
    matches!(terms, [(_, 1), (_, -1)])
}

/// What a relation leaves: the count of its room.
///
/// # Errors
/// [`ProtectError::NotRelated`] where the counts break it.
pub(super) fn left(
    terms: &[(u32, i64)],
    is_equal: bool,
    counts: &[Counts],
    place: impl Fn(u32) -> String,
) -> Result<u64, ProtectError> {
    let term = |&(at, factor): &(u32, i64)| factor.checked_mul(signed(counts[at as usize].counted));
    let sum = terms.iter().map(term).try_fold(0_i64, |sum, term| sum.checked_add(term?));
    let left = sum.and_then(i64::checked_neg).and_then(|left| u64::try_from(left).ok());
    let broken = || ProtectError::NotRelated { place: terms.first().map_or_else(String::new, |&(at, _)| place(at)) };
    left.filter(|&left| left == 0 || !is_equal).ok_or_else(broken)
}
