//! What the choice of the hidden cells tells. Comes in: a system and its pattern. Goes out: which protected cells are
//! narrower for a reader who has the program and its key, and keeps only tables that would have given the same pattern.
//! Deliberately absent: a promise; nothing is promised to such a reader, and the share is reported.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::definition::{is_open, protected};
use super::oracle::Reader;
use super::random::{Drawn, Shape, Tables, system};
use super::*;

/// Systems with more tables than this are left out: each table is protected anew.
const TABLES: usize = 1_500;

/// Shares, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Told {
    /// Systems looked at, and those with too many tables.
    systems: usize,
    left_out: usize,
    /// Tables that agree with what was published; those that also give the pattern.
    tables: usize,
    kept: usize,
    /// Protected cells; those no longer as open as the definition wants; those known exactly.
    cells: usize,
    narrowed: usize,
    exact: usize,
}

/// What was published of a cell, without the reason.
fn forms(pattern: &Pattern) -> Vec<(&Key, Option<u64>)> {
    let form = |shown: &Shown| match shown {
        Shown::Count(count) => Some(*count),
        Shown::Impossible => Some(0),
        Shown::Rounded(form, _) => Some(form.value),
        Shown::Hidden(_) => None,
    };
    let mut forms: Vec<_> = pattern.cells.iter().map(|(key, shown)| (key, form(shown))).collect();
    forms.sort_unstable();
    forms
}

/// Each case is its own unit, so that a table of counts is all there is to protect.
fn told(drawn: &Drawn) -> Told {
    let (problem, counter) = (&drawn.problem, drawn.counter());
    let pattern = suppress(problem, &counter).expect("nothing was published before");
    let mut reader = Reader::new(problem, &pattern, &counter);
    let Some(tables) = reader.every_table(TABLES) else { return Told { left_out: 1, ..Told::default() } };
    let gives_the_same = |table: &&Vec<i64>| {
        let cells = reader.atoms.iter().zip(table.iter());
        let inner = cells.map(|(key, count)| (key.to_vec(), u64::try_from(*count).expect("no count is negative")));
        let other = Pencil { spaces: &problem.spaces, inner: inner.collect() };
        suppress(problem, &other).is_ok_and(|other| forms(&other) == forms(&pattern) && other.zeros == pattern.zeros)
    };
    let kept: Vec<&Vec<i64>> = tables.iter().filter(gives_the_same).collect();
    assert!(kept.contains(&&reader.truth), "the same input gives the same pattern");
    let (cells, _) = protected(problem, &reader, &counter, &[]);
    let sum = |table: &Vec<i64>, inside: &[usize]| inside.iter().map(|&at| table[at]).sum::<i64>();
    let is_exact = |inside: &[usize]| kept.iter().all(|table| sum(table, inside) == sum(kept[0], inside));
    let all: Vec<&Vec<i64>> = tables.iter().collect();
    assert!(cells.iter().all(|cell| is_open(&all, cell)), "the choice aside, every cell is safe");
    Told {
        systems: 1,
        left_out: 0,
        tables: tables.len(),
        kept: kept.len(),
        cells: cells.len(),
        narrowed: cells.iter().filter(|cell| !is_open(&kept, cell)).count(),
        exact: cells.iter().filter(|cell| is_exact(&cell.inside)).count(),
    }
}

fn of_seed(shape: &'static [Shape], weight: Weight, systems: usize) -> Told {
    let mut runner = TestRunner::deterministic();
    let strategy = system(shape, &[Tables::Whole]);
    let mut all = Told::default();
    for _ in 0..systems {
        let mut drawn = strategy.new_tree(&mut runner).expect("the strategy refuses nothing").current();
        for (case, row) in (0..).zip(&mut drawn.rows) {
            row.1 = case;
        }
        drawn.problem.weight = weight;
        drawn.problem.hidden_zeros = HiddenZeros::Protected;
        drawn.problem.insiders = Insiders::Ignored;
        let one = told(&drawn);
        all.systems += one.systems;
        all.left_out += one.left_out;
        all.tables += one.tables;
        all.kept += one.kept;
        all.cells += one.cells;
        all.narrowed += one.narrowed;
        all.exact += one.exact;
    }
    all
}

#[test]
fn the_choice_of_hidden_cells_tells_no_more_than_was_measured() {
    let told = of_seed(&[Shape::Flat], Weight::Information, 40);
    assert!(told.cells >= 40, "{told:?}");
    assert!(told.narrowed * 100 <= told.cells * NARROWED_PERCENT, "{told:?}");
}

/// What `report_of_choices` measured for the small tables of the test above, rounded up.
const NARROWED_PERCENT: usize = 25;

/// Prints the shares that ARCHITECTURE.md holds.
#[test]
#[ignore = "a report"]
fn report_of_choices() {
    use std::io::Write;
    let shapes: [(&str, &'static [Shape]); 4] = [
        ("3 x 2", &[Shape::Flat]),
        ("3 in groups x 2", &[Shape::Grouped]),
        ("3 x 3 in groups", &[Shape::TwoGroups]),
        ("2 x 2 x 2", &[Shape::Cube]),
    ];
    for (name, shape) in shapes {
        for weight in [Weight::Information, Weight::Cells, Weight::Sum] {
            let told = of_seed(shape, weight, 300);
            writeln!(std::io::stdout(), "{name}, {weight:?}: {told:?}").expect("stdout is open");
        }
    }
}
