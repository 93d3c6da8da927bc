//! Codes that cannot stand together. Comes in: a problem with such rules. Goes out: the cells that everybody knows to be
//! empty, and the same problem with the inequalities that follow between tables of which none shows both dimensions.
//! Deliberately absent: whether a rule is true; the counts must hold to it.
//!
//! A ward lies in one town. One table shows issues by ward, another issues by town, and no table wards by towns. Of each
//! issue the cases are a table of wards by towns all the same, in which most cells are known to be empty, and such a table
//! exists exactly where no wards hold more than the towns they can lie in together, cases without a town included, and no
//! towns more than their wards (Gale 1957, the theorem of supply and demand). These inequalities are relations like any other.
//! Those of one town are taken; those of several towns at once are as many as there are sets of towns, and hold by a wide
//! margin wherever places are seldom left out. The attack reckons with the whole table, so it would find what they missed.
//!
//! Worked example: of one issue one ward of Ash has 6, the other is hidden, Ash has 8, and of no case the town is not recorded.
//! Then the hidden ward has 2 at most, and where it has 1 or 2 Ash is hidden with it.
//!
//! Its attack: `verify/attacks/impossible`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::relations::{ROOM, Relation};
use super::{EarlierForm, Problem, Space};
use crate::tabulate::{Key, moved};

/// By dimension: codes of which no case has one of each, groups of which all codes are among them included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Impossible {
    /// Two dimensions or more, none without codes.
    pub codes: BTreeMap<usize, BTreeSet<u32>>,
}

impl Impossible {
    /// Whether a cell is empty because of the rule.
    #[must_use]
    pub fn holds(&self, key: &[u32]) -> bool {
        self.codes.iter().all(|(&dimension, codes)| key.get(dimension).is_some_and(|code| codes.contains(code)))
    }
}

/// The codes, and every group whose codes are all among them.
#[must_use]
pub fn closed(space: &Space, mut codes: BTreeSet<u32>) -> BTreeSet<u32> {
    loop {
        let is_inside = |(_, children): &&(u32, Vec<u32>)| children.iter().all(|child| codes.contains(child));
        let groups: Vec<u32> = space.sums.iter().filter(is_inside).map(|(parent, _)| *parent).collect();
        let known = codes.len();
        codes.extend(groups);
        if codes.len() == known {
            return codes;
        }
    }
}

/// Whether everybody knows that a cell is empty.
pub(super) fn is_empty(problem: &Problem, key: &[u32]) -> bool {
    // What a relation leaves lies beside a cell and is none.
    let is_room =
        problem.spaces.last().is_some_and(|space| space.name == ROOM) && key.last().is_some_and(|&code| code != 0);
    !is_room && problem.impossible.iter().any(|rule| rule.holds(key))
}

/// The problem with what follows between tables; none where nothing does.
pub(super) fn followed(problem: &Problem) -> Option<Problem> {
    if problem.impossible.is_empty() {
        return None;
    }
    let relations = Between::new(problem).relations();
    (!relations.is_empty())
        .then(|| Problem { relations: problem.relations.iter().cloned().chain(relations).collect(), ..problem.clone() })
}

/// Two dimensions that a rule is about.
type Pair = (usize, usize);

struct Between<'a> {
    problem: &'a Problem,
    /// Cells of tables, now and before.
    shown: HashSet<&'a Key>,
    /// Those of them that are known for good.
    known: HashSet<&'a Key>,
}

impl<'a> Between<'a> {
    fn new(problem: &'a Problem) -> Self {
        let planned = problem.tables.iter().flat_map(|table| table.cells.iter().chain(&table.impossible));
        let shown = planned.chain(problem.earlier.iter().map(|cell| &cell.key)).collect();
        let is_known = |form| matches!(form, EarlierForm::Count(_) | EarlierForm::StructuralZero);
        let known = problem.earlier.iter().filter(|cell| is_known(cell.form)).map(|cell| &cell.key).collect();
        Self { problem, shown, known }
    }

    fn relations(&self) -> Vec<Relation> {
        let mut pairs: BTreeSet<Pair> = BTreeSet::new();
        for rule in &self.problem.impossible {
            let dims: Vec<usize> = rule.codes.keys().copied().collect();
            let with = |at: usize| dims[at + 1..].iter().map(move |&other| (at, other));
            pairs.extend((0..dims.len()).flat_map(with).map(|(at, other)| (dims[at], other)));
        }
        let adds_up = |at: usize| !self.problem.spaces[at].sums.is_empty();
        let pairs = pairs.into_iter().filter(|&(one, other)| adds_up(one) && adds_up(other));
        let mut found: Vec<Relation> =
            pairs.flat_map(|pair| self.places(pair).into_iter().flat_map(move |place| self.at(pair, &place))).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Where both dimensions stand at their total and tables show codes of the one and of the other, but not of both together.
    /// What holds of all parts of a whole holds of the whole.
    fn places(&self, (one, other): Pair) -> BTreeSet<Key> {
        let total = |at: usize| self.problem.spaces[at].total;
        let (mut of_one, mut of_other, mut of_both) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for key in &self.shown {
            let mut place = (*key).clone();
            (place[one], place[other]) = (total(one), total(other));
            match (key[one] == total(one), key[other] == total(other)) {
                (false, true) => of_one.insert(place),
                (true, false) => of_other.insert(place),
                (false, false) => of_both.insert(place),
                (true, true) => false,
            };
        }
        let is_place =
            |place: &&Key| of_other.contains(*place) && !of_both.contains(*place) && self.shown.contains(*place);
        let places: BTreeSet<Key> = of_one.iter().filter(is_place).cloned().collect();
        let has_parts = |place: &Key| {
            self.problem.spaces.iter().enumerate().any(|(at, space)| {
                space
                    .sums
                    .iter()
                    .filter(|(parent, _)| *parent == place[at])
                    .any(|(_, children)| children.iter().all(|&child| places.contains(&moved(place, at, child))))
            })
        };
        places.iter().filter(|place| !has_parts(place)).cloned().collect()
    }

    /// The inequalities in one place.
    fn at(&self, (one, other): Pair, place: &Key) -> Vec<Relation> {
        let (ones, others) = (self.parts(one, place), self.parts(other, place));
        let is_open = |a: u32, b: u32| {
            let at = moved(&moved(place, one, a), other, b);
            !self.problem.impossible.iter().any(|rule| rule.holds(&at))
        };
        let (of_ones, of_others) =
            (restricted(&ones, &others, is_open), restricted(&others, &ones, |b, a| is_open(a, b)));
        let below = of_ones.iter().map(|kind| self.at_most(kind, place, (one, other)));
        below.chain(of_others.iter().map(|kind| self.at_most(kind, place, (other, one)))).flatten().collect()
    }

    /// Together codes are no more than what they can stand with; none where all of it is known.
    fn at_most(&self, kind: &Kind, place: &Key, (of_kind, with): Pair) -> Option<Relation> {
        let below = kind.codes.iter().map(|&code| (1, moved(place, of_kind, code)));
        let terms: Vec<(i64, Key)> =
            below.chain(kind.with.iter().map(|&code| (-1, moved(place, with, code)))).collect();
        (!terms.iter().all(|(_, key)| self.known.contains(key))).then_some(Relation { terms, is_equal: false })
    }

    /// The finest codes into which tables part a place along a dimension: together they are all of it.
    fn parts(&self, at: usize, place: &Key) -> Vec<u32> {
        let space = &self.problem.spaces[at];
        let is_shown = |code: u32| self.shown.contains(&moved(place, at, code));
        let mut shown_below: BTreeSet<u32> = (0_u32..).take(space.codes.len()).filter(|&code| is_shown(code)).collect();
        loop {
            let known = shown_below.len();
            let is_above = |(_, children): &&(u32, Vec<u32>)| children.iter().any(|child| shown_below.contains(child));
            let above: Vec<u32> = space.sums.iter().filter(is_above).map(|(parent, _)| *parent).collect();
            shown_below.extend(above);
            if shown_below.len() == known {
                break;
            }
        }
        let mut parts = Vec::new();
        let mut open = vec![space.total];
        while let Some(code) = open.pop() {
            let of_code = space.sums.iter().filter(|(parent, _)| *parent == code);
            let finer =
                of_code.map(|(_, children)| children).find(|all| all.iter().any(|one| shown_below.contains(one)));
            match finer {
                Some(children) => open.extend(children),
                None => parts.push(code),
            }
        }
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// Codes that can stand with the same codes of another dimension.
struct Kind {
    codes: BTreeSet<u32>,
    with: BTreeSet<u32>,
}

/// The codes that cannot stand with every one of `others`, by kind.
fn restricted(codes: &[u32], others: &[u32], is_open: impl Fn(u32, u32) -> bool) -> Vec<Kind> {
    let mut alike: BTreeMap<BTreeSet<u32>, BTreeSet<u32>> = BTreeMap::new();
    for &code in codes {
        let with: BTreeSet<u32> = others.iter().copied().filter(|&other| is_open(code, other)).collect();
        if with.len() < others.len() {
            alike.entry(with).or_default().insert(code);
        }
    }
    alike.into_iter().map(|(with, codes)| Kind { codes, with }).collect()
}
