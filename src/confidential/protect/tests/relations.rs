//! Cells that hang together beyond the sums: whatever is published of families, nobody learns too much of cases, and the
//! other way round. Here families have a dimension of their own, a code for each cell whose families are counted, because
//! they add up over nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::definition::judge;
use super::random::{Drawn, Shape, Tables, margin, system};
use super::*;
use crate::protect::rules::insider;

/// Cases by the dimensions of `cases`; and behind them the families of each of `cells`.
struct Both<'a> {
    cases: Families<'a>,
    cells: Vec<Key>,
}

impl Counter for Both<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "no cell is asked for twice");
        let count = |key: &Key| {
            let (&code, short) = key.split_last().expect("a dimension of families at least");
            let Some(cell) = (code as usize).checked_sub(1).map(|at| &self.cells[at]) else {
                return self.cases.count(&[short.into()])[0];
            };
            // All of them in the first of the finest cells, so that they add up like everything else.
            let first =
                |(space, &code): (&Space, &u32)| leaves(space).first().is_some_and(|&leaf| under(space, code, leaf));
            let families = self.cases.count(std::slice::from_ref(cell))[0].protected;
            match self.cases.spaces.iter().zip(short).all(first) {
                true => Counts { counted: families, protected: families, largest: families.min(1) },
                false => Counts::default(),
            }
        };
        keys.iter().map(count).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        // A cell of families is made of the rows of its cases.
        let short = |key: &Key| {
            let (&code, short) = key.split_last().expect("a dimension of families at least");
            (code as usize).checked_sub(1).map_or_else(|| short.into(), |at| self.cells[at].clone())
        };
        let mut rows = self.cases.rows(&keys.iter().map(short).collect::<Vec<Key>>());
        for row in &mut rows {
            let holds = |cell: &Key| cell.iter().zip(&row.holders).all(|(code, holders)| holders.contains(code));
            let families = (1_u32..).zip(&self.cells).filter(|(_, cell)| holds(cell)).map(|(code, _)| code);
            let families = std::iter::once(0).chain(families).collect();
            row.holders.push(families);
        }
        rows
    }
}

/// A problem with a table of the families of `cells`, and every relation that holds.
fn with_families(problem: &Problem, cells: &[Key]) -> Problem {
    let mut wide = problem.clone();
    let long = |key: &Key, code: u32| -> Key { key.iter().copied().chain([code]).collect() };
    for table in &mut wide.tables {
        table.cells.iter_mut().chain(&mut table.impossible).for_each(|key| *key = long(key, 0));
    }
    let totals: Key = problem.spaces.iter().map(|space| space.total).collect();
    let families = |cell: &Key| {
        let at = cells.iter().position(|other| other == cell)?;
        Some(long(&totals, u32::try_from(at + 1).expect("a handful")))
    };
    let codes = (0..=cells.len()).map(|code| format!("f{code}")).collect();
    wide.spaces.push(Space { name: "families".to_owned(), codes, total: 0, sums: Vec::new() });
    let own = cells.iter().filter_map(families).collect();
    wide.tables.push(PlannedTable { threshold: 5, ..table("F", own, problem.tables[0].zeros) });
    let published: BTreeSet<Key> = problem.tables.iter().flat_map(|table| table.cells.iter().cloned()).collect();
    let mut relate = |terms: Vec<(i64, Key)>| wide.relations.push(Relation { terms, is_equal: false });
    for cell in cells {
        let Some(own) = families(cell) else { continue };
        if published.contains(cell) {
            relate(vec![(1, own.clone()), (-1, long(cell, 0))]);
        }
        for (at, space) in problem.spaces.iter().enumerate() {
            for (_, children) in space.sums.iter().filter(|(parent, _)| *parent == cell[at]) {
                let part = |code: &u32| {
                    let mut key = cell.clone();
                    key[at] = *code;
                    families(&key)
                };
                let parts: Vec<Key> = children.iter().filter_map(part).collect();
                parts.iter().for_each(|part| relate(vec![(1, part.clone()), (-1, own.clone())]));
                if parts.len() == children.len() {
                    relate([vec![(1, own.clone())], parts.into_iter().map(|part| (-1, part)).collect()].concat());
                }
            }
        }
    }
    wide
}

/// Codes, family, cases.
type Cases = (Vec<u32>, u32, u64);

/// Sixteen families in North with a case each, four in South: 20 cases, 20 families.
fn two_places() -> (Vec<Space>, Vec<Cases>) {
    let rows = (0..20).map(|family| (vec![if family < 16 { 1 } else { 2 }], family, 1)).collect();
    (vec![flat("place", 2)], rows)
}

fn key(codes: [u32; 2]) -> Key {
    codes.into()
}

#[test]
fn families_that_would_narrow_hidden_cases_are_hidden_with_them() {
    let (spaces, rows) = two_places();
    let tables = vec![table("T", every_cell(&spaces), Zeros::Hidden)];
    let plain = Problem { spaces: spaces.clone(), tables, tie_key: [1; 32], ..plain() };
    let cells = vec![Key::from([1].as_slice())];
    let counter = Both { cases: Families { spaces: &spaces, rows }, cells: cells.clone() };
    let related = with_families(&plain, &cells);
    assert_eq!(related.relations.len(), 1);
    let unrelated = Problem { relations: Vec::new(), ..related.clone() };
    // Without the relation the families of North stay: 16 or more of 20 cases in North, so South has 4 at most.
    let left_out = suppress(&unrelated, &counter).expect("two cells hidden");
    assert_eq!(left_out.cells[&key([0, 1])], Shown::Count(16));
    assert_eq!(left_out.cells[&key([2, 0])], Shown::Hidden(Reason::MinimumFrequency));
    let breaches = judge(&related, &left_out, &counter, &[]).breaches;
    assert!(breaches.iter().any(|breach| breach.contains("never reaches the threshold")), "{breaches:?}");
    // With it something else is hidden: the total in place of the cases of North, whose families stand beside.
    let safe = suppress(&related, &counter).expect("hiding everything would do");
    assert_eq!(judge(&related, &safe, &counter, &[]).breaches, Vec::<String>::new());
    assert_eq!(safe.cells.len(), 4, "the room of a relation is no cell of the pattern");
    assert_ne!(hidden(&safe), hidden(&left_out));
}

#[test]
fn an_equation_makes_a_cell_of_what_no_table_has() {
    // Three are open: 20 came, 17 went. Stock and flows are codes that add up over nothing.
    let codes = ["all", "opened", "closed", "open"].map(str::to_owned).to_vec();
    let spaces = vec![Space { name: "event".to_owned(), codes, total: 0, sums: Vec::new() }];
    let counts = [0, 20, 17, 3];
    struct Events([u64; 4]);
    impl Counter for Events {
        fn count(&self, keys: &[Key]) -> Vec<Counts> {
            let of = |key: &Key| self.0[key[0] as usize];
            keys.iter().map(|key| Counts { counted: of(key), protected: of(key), largest: of(key).min(1) }).collect()
        }

        /// Nobody inside is looked at here.
        fn rows(&self, _: &[Key]) -> Vec<Row> {
            Vec::new()
        }
    }
    let event = |code: u32| Key::from([code].as_slice());
    let tables = vec![table("T", vec![event(1), event(2)], Zeros::Hidden)];
    let stock = Relation { terms: vec![(1, event(3)), (-1, event(1)), (1, event(2))], is_equal: true };
    let problem = Problem { spaces, tables, relations: vec![stock], tie_key: [1; 32], ..plain() };
    let pattern = suppress(&problem, &Events(counts)).expect("one of the two hidden, or both");
    assert_eq!(pattern.statistics.derived, 1, "nobody publishes how many are open");
    assert_eq!(hidden(&pattern).len(), 1, "opened less closed is not told");
    let untrue = Events([0, 20, 17, 4]);
    let error = suppress(&problem, &untrue).expect_err("20 less 17 are not 4");
    assert!(matches!(error, ProtectError::NotRelated { .. }), "{error}");
}

#[test]
fn a_family_alone_in_its_cases_is_alone_among_the_families() {
    // One family in South with three cases: it knows that it is one, and that South has three cases.
    let spaces = vec![flat("place", 3)];
    let mut rows: Vec<(Vec<u32>, u32, u64)> = (0..14).map(|family| (vec![1 + family % 2], family, 1)).collect();
    rows.extend([(vec![3], 20, 3)]);
    let tables = vec![table("T", every_cell(&spaces), Zeros::Hidden)];
    let all = Problem { insiders: Insiders::Considered, ..plain() };
    let problem = Problem { spaces: spaces.clone(), tables, tie_key: [2; 32], ..all };
    let cells = every_cell(&spaces);
    let related = with_families(&problem, &cells);
    let counter = Both { cases: Families { spaces: &spaces, rows }, cells };
    let pattern = suppress(&related, &counter).expect("everything could be hidden");
    let insight = insider::attack(&related, &pattern, &counter).expect("it adds up");
    assert_eq!((insight.insiders, insight.open), (1, 0), "one family, not one of cases and one of families");
    assert_eq!((insight.by_strangers, insight.by_insiders), (Vec::new(), Vec::new()));
}

fn drawn() -> impl Strategy<Value = Drawn> {
    system(&[Shape::Flat, Shape::Grouped], &[Tables::Whole, Tables::Twice])
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 2_000, ..crate::draws::draws(60) })]

    #[test]
    fn nobody_learns_too_much_from_cases_and_families_together(drawn in drawn(), order in any::<u64>()) {
        let cells = margin(&drawn.problem.spaces, &[0]);
        let related = with_families(&drawn.problem, &cells);
        let counter = Both { cases: drawn.counter(), cells };
        let pattern = suppress(&related, &counter);
        prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
        let Ok(pattern) = pattern else { return Ok(()) };
        let verdict = judge(&related, &pattern, &counter, &[]);
        prop_assume!(verdict.capped == 0, "too many tables to try");
        prop_assert!(verdict.breaches.is_empty(), "{}\nhidden: {:?}", verdict.breaches.join("\n"), hidden(&pattern));
        // The order in which relations are stated decides nothing.
        let mut other = related.clone();
        let turns = usize::try_from(order % 7).expect("few") % other.relations.len();
        other.relations.rotate_left(turns);
        prop_assert_eq!(suppress(&other, &counter).map(|pattern| hidden(&pattern)), Ok(hidden(&pattern)));
    }
}
