//! Random systems small enough for a reader who tries every table. Goes out: spaces, tables and cases, as a strategy
//! that shrinks towards fewer and smaller counts. Deliberately absent: properties.

use proptest::prelude::*;

use super::*;

/// Everything that decides a pattern, and the truth.
#[derive(Clone)]
pub(super) struct Drawn {
    pub problem: Problem,
    pub rows: Vec<(Vec<u32>, u32, u64)>,
}

impl Drawn {
    pub(super) fn counter(&self) -> Families<'_> {
        Families { spaces: &self.problem.spaces, rows: self.rows.clone() }
    }
}

/// Few enough lines to redraw a failure with a pencil.
impl std::fmt::Debug for Drawn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Problem { spaces, tables, hidden_zeros, insiders, effort, tie_key, .. } = &self.problem;
        for space in spaces {
            writeln!(out, "{} sums {:?}", space.name, space.sums)?;
        }
        for PlannedTable { id, threshold, zeros, cells, impossible } in tables {
            let (cells, impossible) = (cells.len(), impossible.len());
            writeln!(out, "{id}: below {threshold}, zeros {zeros:?}, {cells} cells, {impossible} impossible")?;
        }
        writeln!(out, "zeros {hidden_zeros:?}, insiders {insiders:?}, effort {effort}, key {}", tie_key[0])?;
        let mut cases: std::collections::BTreeMap<&[u32], Vec<u32>> = std::collections::BTreeMap::new();
        for (codes, family, _) in &self.rows {
            cases.entry(codes).or_default().push(*family);
        }
        writeln!(out, "families of the cases: {cases:?}")
    }
}

/// How the tables lie in the space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tables {
    /// One with every cell.
    Whole,
    /// Two that share a margin; no table has all dimensions.
    Chain,
    /// The whole, and one margin again under rules of its own.
    Twice,
}

/// The space of one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Flat,
    Grouped,
    TwoGroups,
    Overlapping,
    Cube,
    GroupedCube,
    Tesseract,
}

/// Leaves 1, 2 and 3; areas 4 and 5 that share the second of them.
fn overlapping(name: &str) -> Space {
    let codes = (0..6).map(|code| format!("{name}{code}")).collect();
    let sums = vec![(0, vec![1, 2, 3]), (4, vec![1, 2]), (5, vec![2, 3])];
    Space { name: name.to_owned(), codes, total: 0, sums }
}

fn spaces(shape: Shape) -> Vec<Space> {
    match shape {
        Shape::Flat => vec![flat("need", 3), flat("district", 2)],
        Shape::Grouped => vec![grouped("need"), flat("district", 2)],
        Shape::TwoGroups => vec![grouped("need"), grouped("district")],
        Shape::Overlapping => vec![overlapping("area"), flat("need", 2)],
        Shape::Cube => vec![flat("need", 2), flat("district", 2), flat("age", 2)],
        Shape::GroupedCube => vec![grouped("need"), flat("district", 2), flat("age", 2)],
        Shape::Tesseract => vec![flat("need", 2), flat("district", 2), flat("age", 2), flat("half", 2)],
    }
}

/// Cells in which every dimension but `dims` stands at its total.
pub(super) fn margin(spaces: &[Space], dims: &[usize]) -> Vec<Key> {
    let stands = |key: &Key| (0..spaces.len()).all(|at| dims.contains(&at) || key[at] == spaces[at].total);
    every_cell(spaces).into_iter().filter(stands).collect()
}

fn planned(spaces: &[Space], tables: Tables, shown: [bool; 2], low: [bool; 2]) -> Vec<PlannedTable> {
    let every: Vec<usize> = (0..spaces.len()).collect();
    let cells = match tables {
        Tables::Whole => vec![every_cell(spaces)],
        Tables::Chain => vec![margin(spaces, &every[1..]), margin(spaces, &every[..every.len() - 1])],
        Tables::Twice => vec![every_cell(spaces), margin(spaces, &every[..1])],
    };
    cells
        .into_iter()
        .zip(shown.into_iter().zip(low))
        .enumerate()
        .map(|(at, (cells, (shown, low)))| PlannedTable {
            threshold: if low { 3 } else { 5 },
            ..table(&format!("T{at}"), cells, if shown { Zeros::Shown } else { Zeros::Hidden })
        })
        .collect()
}

/// Moves the cells of `code` of the first dimension among the impossible ones.
fn forbid(tables: &mut [PlannedTable], code: u32) {
    for table in tables {
        let (impossible, cells) = table.cells.drain(..).partition(|key| key[0] == code);
        (table.impossible, table.cells) = (impossible, cells);
    }
}

/// Splits counts among `pool` families, or gives each case its own.
pub(super) fn rows(
    spaces: &[Space],
    counts: &[u64],
    pool: Option<u32>,
    forbidden: Option<u32>,
) -> Vec<(Vec<u32>, u32, u64)> {
    let mut rows = Vec::new();
    let mut case = 0_u32;
    for (codes, count) in inner(spaces, counts) {
        if forbidden == Some(codes[0]) {
            continue;
        }
        for _ in 0..count {
            // Families come back at uneven distances, so that some hold one case of a cell and others three.
            let family = pool.map_or(case, |pool| (case * case / 3) % pool);
            rows.push((codes.clone(), family, 1));
            case += 1;
        }
    }
    rows
}

/// Counts of the finest cells: zeros, small ones, and some that no rule hides.
pub(super) fn counts(cells: usize) -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 1_u64..5, 3 => 5_u64..12], cells)
}

fn readers(insiders: Insiders) -> impl Strategy<Value = (HiddenZeros, Insiders)> {
    let zeros = prop_oneof![Just(HiddenZeros::Unprotected), Just(HiddenZeros::Protected)];
    (zeros, Just(insiders))
}

/// Systems of one of `shapes`, published in one of `ways`, for strangers.
pub(super) fn system(shapes: &'static [Shape], ways: &'static [Tables]) -> impl Strategy<Value = Drawn> {
    system_for(Insiders::Ignored, shapes, ways)
}

/// The same for readers of one's choice.
pub(super) fn system_for(
    insiders: Insiders,
    shapes: &'static [Shape],
    ways: &'static [Tables],
) -> impl Strategy<Value = Drawn> {
    let words = (proptest::sample::select(shapes), proptest::sample::select(ways));
    let rules = (any::<[bool; 2]>(), any::<[bool; 2]>(), proptest::option::weighted(0.2, Just(2_u32)));
    let pool = proptest::option::of(4_u32..20);
    (words, rules, readers(insiders), counts(16), pool, any::<u8>(), 0_u64..2).prop_map(
        |((shape, way), (shown, low, forbidden), (hidden_zeros, insiders), counts, pool, key, effort)| {
            let spaces = spaces(shape);
            let mut tables = planned(&spaces, way, shown, low);
            // A code that cannot occur makes figures of two tables one; the search gives up on some of those.
            let forbidden = forbidden.filter(|_| way != Tables::Chain);
            if let Some(code) = forbidden {
                forbid(&mut tables, code);
            }
            let rows = rows(&spaces, &counts, pool, forbidden);
            let (tie_key, effort) = ([key; 32], effort * 20_000);
            Drawn {
                problem: Problem { spaces, tables, hidden_zeros, insiders, tie_key, effort, ..Problem::default() },
                rows,
            }
        },
    )
}
