//! A reader who knows every sum and has all the time there is. Comes in: what was published, now and before. Goes out:
//! a whole-numbered table that agrees with all of it and meets a wish, or the certainty that there is none. Deliberately
//! absent: any equation of `protect`; here a cell is nothing but the sum of the finest cells below it.
//!
//! Tables are found by bounding and branching: every value that could still be is tried, those that a sum rules out are
//! not. `every_table` tries those too, and must find the same.

use super::*;

/// A search that outlasts this is a failure, never a pass.
const NODES: usize = 100_000;

/// Something known of a sum of finest cells.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub inside: Vec<usize>,
    /// Finest cells that are taken off: only what a relation says of two sums has any.
    pub less: Vec<usize>,
    pub least: i64,
    pub most: i64,
}

/// The search took too long to say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capped;

/// What a reader knows, and the tables found so far.
pub(super) struct Reader {
    /// The finest cells.
    pub atoms: Vec<Key>,
    /// Their true counts: where the search starts, and what an insider knows.
    pub truth: Vec<i64>,
    /// The published cells, shown and hidden.
    pub published: Vec<(Key, Said)>,
    /// What ties sums together.
    related: Vec<Said>,
    /// Whether some table publishes its zeros, now or before.
    pub shows_zeros: bool,
    /// No finest cell is tried beyond this.
    pub most: i64,
    found: Vec<Vec<i64>>,
}

impl Reader {
    /// Everything that `pattern` and the earlier releases of `problem` tell.
    pub(super) fn new(problem: &Problem, pattern: &Pattern, counter: &dyn Counter) -> Self {
        let atoms = product(&problem.spaces.iter().map(leaves).collect::<Vec<_>>());
        let truth: Vec<i64> = counter.count(&atoms).iter().map(|counts| signed(counts.counted)).collect();
        let all = truth.iter().sum::<i64>();
        // Room for a width of all that one family holds above all that there is.
        let most = all + all.max(20);
        let shows_zeros =
            pattern.zeros.contains(&Zeros::Shown) || problem.earlier.iter().any(|cell| cell.zeros == Zeros::Shown);
        let mut reader = Self {
            found: vec![truth.clone()],
            atoms,
            truth,
            published: Vec::new(),
            related: Vec::new(),
            shows_zeros,
            most,
        };
        for (table, zeros) in problem.tables.iter().zip(&pattern.zeros) {
            for key in table.cells.iter().chain(&table.impossible) {
                reader.hear(&problem.spaces, key, said(pattern.cells[key], *zeros));
            }
        }
        for cell in &problem.earlier {
            reader.hear(&problem.spaces, &cell.key, said_before(cell));
        }
        let is_empty = |at: &usize| problem.impossible.iter().any(|rule| rule.holds(&reader.atoms[*at]));
        let empty: Vec<usize> = (0..reader.atoms.len()).filter(is_empty).collect();
        reader.related.extend(empty.into_iter().map(|at| Said::between(vec![at], 0, 0)));
        for relation in &problem.relations {
            reader.relate(&problem.spaces, relation);
        }
        reader
    }

    fn relate(&mut self, spaces: &[Space], relation: &Relation) {
        let of = |sign: i64| {
            let terms = relation.terms.iter().filter(|(factor, _)| *factor == sign);
            terms.flat_map(|(_, key)| self.inside(spaces, key)).collect::<Vec<usize>>()
        };
        let least = if relation.is_equal { 0 } else { i64::MIN / 4 };
        assert!(relation.terms.iter().all(|(factor, _)| factor.abs() == 1), "drawn so");
        self.related.push(Said { inside: of(1), less: of(-1), least, most: 0 });
    }

    /// Everything said, and `wishes`.
    fn all<'a>(&'a self, wishes: &'a [Said]) -> impl Iterator<Item = &'a Said> {
        self.published.iter().map(|(_, said)| said).chain(&self.related).chain(wishes)
    }

    fn hear(&mut self, spaces: &[Space], key: &Key, (least, most): (i64, Option<i64>)) {
        let most = most.unwrap_or(i64::MAX / 4);
        let inside = self.inside(spaces, key);
        self.published.push((key.clone(), Said::between(inside, least, most)));
    }

    /// The finest cells below `key`.
    pub(super) fn inside(&self, spaces: &[Space], key: &Key) -> Vec<usize> {
        let is_below =
            |atom: &Key| atom.iter().zip(key).zip(spaces).all(|((&leaf, &code), space)| under(space, code, leaf));
        (0..self.atoms.len()).filter(|&at| is_below(&self.atoms[at])).collect()
    }

    /// The true count of a sum.
    pub(super) fn true_sum(&self, inside: &[usize]) -> i64 {
        inside.iter().map(|&at| self.truth[at]).sum()
    }

    /// Whether a table agrees with everything published and with `wishes`.
    pub(super) fn can_be(&mut self, wishes: &[Said]) -> Result<bool, Capped> {
        let holds = |table: &Vec<i64>| wishes.iter().all(|wish| wish.holds(table));
        if self.found.iter().any(holds) {
            return Ok(true);
        }
        let found = self.search(wishes, &mut |_| true)?;
        Ok(found)
    }

    /// The least and the most of a sum, given what an insider `knows`.
    pub(super) fn range(&mut self, inside: &[usize], knows: &[Said]) -> Result<(i64, i64), Capped> {
        let truth = self.true_sum(inside);
        let (mut low, mut high) = ((0, truth), (truth, self.most));
        while low.0 < low.1 {
            let middle = (low.0 + low.1) / 2;
            let can = self.can_be(&[knows, &[Said::between(inside.to_vec(), 0, middle)]].concat())?;
            if can { low.1 = middle } else { low.0 = middle + 1 }
        }
        while high.0 < high.1 {
            let middle = (high.0 + high.1 + 1) / 2;
            let wish = Said::between(inside.to_vec(), middle, i64::MAX / 4);
            if self.can_be(&[knows, &[wish]].concat())? { high.0 = middle } else { high.1 = middle - 1 }
        }
        Ok((low.0, high.0))
    }

    /// Every table, if there are no more than `limit` and nothing is without bounds.
    pub(super) fn every_table(&mut self, limit: usize) -> Option<Vec<Vec<i64>>> {
        let mut tables = Vec::new();
        let bounds = self.bounds(&[])?;
        if bounds.iter().any(|&(_, high)| high >= self.most) {
            return None;
        }
        let outcome = self.search(&[], &mut |table| {
            tables.push(table.to_vec());
            tables.len() > limit
        });
        (outcome == Ok(false)).then_some(tables)
    }

    fn bounds(&self, wishes: &[Said]) -> Option<Vec<(i64, i64)>> {
        let said: Vec<&Said> = self.all(wishes).collect();
        let mut bounds = vec![(0, self.most); self.atoms.len()];
        narrow(&said, &mut bounds).then_some(bounds)
    }

    /// Finest cells that everything said treats alike, so that only their sum matters.
    fn classes(&self, wishes: &[Said]) -> Vec<Vec<usize>> {
        let said: Vec<&Said> = self.all(wishes).collect();
        let mut classes: std::collections::BTreeMap<Vec<[bool; 2]>, Vec<usize>> = std::collections::BTreeMap::new();
        for at in 0..self.atoms.len() {
            let role = said.iter().map(|said| [said.inside.contains(&at), said.less.contains(&at)]).collect();
            classes.entry(role).or_default().push(at);
        }
        classes.into_values().collect()
    }

    /// Calls `stop` with each table until it says so; gives whether it did. What nothing tells apart stands in one cell.
    fn search(&mut self, wishes: &[Said], stop: &mut dyn FnMut(&[i64]) -> bool) -> Result<bool, Capped> {
        let classes = self.classes(wishes);
        let of_classes = |said: &Said| {
            let of = |list: &Vec<usize>| (0..classes.len()).filter(|&at| list.contains(&classes[at][0])).collect();
            Said { inside: of(&said.inside), less: of(&said.less), ..said.clone() }
        };
        let all: Vec<Said> = self.all(wishes).map(of_classes).collect();
        let said: Vec<&Said> = all.iter().collect();
        let truth: Vec<i64> = classes.iter().map(|class| self.true_sum(class)).collect();
        let mut bounds = vec![(0, self.most); classes.len()];
        let mut stack = Vec::new();
        if narrow(&said, &mut bounds) {
            stack.push(bounds);
        }
        let mut nodes = 0;
        while let Some(bounds) = stack.pop() {
            nodes += 1;
            if nodes > NODES {
                return Err(Capped);
            }
            let open = (0..bounds.len()).filter(|&at| bounds[at].0 < bounds[at].1);
            let Some(at) = open.min_by_key(|&at| (bounds[at].1 - bounds[at].0, at)) else {
                let mut table = vec![0; self.atoms.len()];
                for (class, bound) in classes.iter().zip(&bounds) {
                    table[class[0]] = bound.0;
                }
                if stop(&table) {
                    if self.found.len() < 4_000 {
                        self.found.push(table);
                    }
                    return Ok(true);
                }
                continue;
            };
            // Near the truth first, for that is where tables are; all others afterwards.
            let (low, high) = bounds[at];
            let first = truth[at].clamp(low, high);
            for part in [(low, first - 1), (first + 1, high), (first, first)] {
                if part.0 <= part.1 {
                    let mut bounds = bounds.clone();
                    bounds[at] = part;
                    if narrow(&said, &mut bounds) {
                        stack.push(bounds);
                    }
                }
            }
        }
        Ok(false)
    }
}

/// Draws every bound from every sum until none moves; false where nothing is left.
fn narrow(all: &[&Said], bounds: &mut [(i64, i64)]) -> bool {
    let mut moved = true;
    while moved {
        moved = false;
        for said in all {
            let of = |list: &[usize], end: fn((i64, i64)) -> i64| list.iter().map(|&at| end(bounds[at])).sum::<i64>();
            let low = of(&said.inside, |bound| bound.0) - of(&said.less, |bound| bound.1);
            let high = of(&said.inside, |bound| bound.1) - of(&said.less, |bound| bound.0);
            if low > said.most || high < said.least {
                return false;
            }
            let members = said.inside.iter().map(|&at| (at, true)).chain(said.less.iter().map(|&at| (at, false)));
            for (at, is_added) in members {
                let before = bounds[at];
                let after = if is_added {
                    (before.0.max(said.least - (high - before.1)), before.1.min(said.most - (low - before.0)))
                } else {
                    (before.0.max(low + before.1 - said.most), before.1.min(high + before.0 - said.least))
                };
                if after.0 > after.1 {
                    return false;
                }
                // `low` and `high` grow stale by this and are taken anew in the next round.
                moved |= after != before;
                bounds[at] = after;
            }
        }
    }
    true
}

impl Said {
    /// What somebody says who knows the sum.
    pub(super) fn exactly(inside: Vec<usize>, count: i64) -> Self {
        Self::between(inside, count, count)
    }

    /// What is said of a sum.
    pub(super) fn between(inside: Vec<usize>, least: i64, most: i64) -> Self {
        Self { inside, less: Vec::new(), least, most }
    }

    pub(super) fn holds(&self, table: &[i64]) -> bool {
        let of = |list: &[usize]| list.iter().map(|&at| table[at]).sum::<i64>();
        let sum = of(&self.inside) - of(&self.less);
        (self.least..=self.most).contains(&sum)
    }
}

pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).expect("a handful of cases")
}

/// What a published cell says: its least and, if anything, its most.
fn said(shown: Shown, zeros: Zeros) -> (i64, Option<i64>) {
    match (shown, zeros) {
        (Shown::Count(count), _) => (signed(count), Some(signed(count))),
        (Shown::Rounded(form, _), _) => (signed(form.lowest), Some(signed(form.highest))),
        (Shown::Impossible, _) => (0, Some(0)),
        (Shown::Hidden(_), Zeros::Shown) => (1, None),
        (Shown::Hidden(_), Zeros::Hidden) => (0, None),
    }
}

pub(super) fn said_before(cell: &EarlierCell) -> (i64, Option<i64>) {
    let shown = match cell.form {
        EarlierForm::Count(count) => Shown::Count(count),
        EarlierForm::StructuralZero => Shown::Impossible,
        EarlierForm::Rounded(form) => Shown::Rounded(form, None),
        EarlierForm::Suppressed => Shown::Hidden(Reason::Earlier),
    };
    said(shown, cell.zeros)
}

/// Four hidden cells, and a cell that no table has but every reader can bound.
#[test]
fn it_finds_what_trying_every_table_finds() {
    let (spaces, counts) = pencil();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, tie_key: [1; 32], ..plain() };
    let pattern = suppress(&problem, &counter).expect("three partners are enough");
    let plainly = every_table::ranges(&problem, &pattern, &counter);
    assert_eq!(plainly.len(), 4);
    let mut reader = Reader::new(&problem, &pattern, &counter);
    for (key, (low, high)) in plainly {
        let inside = reader.inside(&spaces, &key.into());
        assert_eq!(reader.range(&inside, &[]), Ok((signed(low), signed(high))));
    }
    // 3 + 12 = 15, so the corner can be anything from 0 to 12: thirteen tables.
    assert_eq!(reader.every_table(100).map(|tables| tables.len()), Some(13));
}
