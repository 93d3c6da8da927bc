//! Random releases: invented cases of a district service, counted, protected, sealed and written down by the program's own
//! code. Comes in: a seed. Goes out: the files of a release and the truth behind them. Labels are names of people and
//! months too.

use std::collections::{BTreeMap, BTreeSet};

use confidential::protect::{HiddenZeros, Insiders, PlannedTable, Problem, Reason, Shown, Space, Weight, suppress};
use confidential::tabulate::{Counter, Counts, Key, Row};
use model::Hierarchy;
use model::release::{
    ChartKind, Precision, Release, ReleaseParts, ReleasedCell, ReleasedCode, ReleasedDimension, ReleasedTable, Zeros,
};

/// Numbers from a seed: splitmix64, the same on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678))
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut state = self.0;
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^ (state >> 31)
    }
    /// 0 to `end - 1`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Places, months and first names at once.
pub const PLACES: [&str; 14] = [
    "May Bank",
    "Stafford",
    "Grace Vale",
    "Hope",
    "Summer Hill",
    "Rose",
    "West Young",
    "Faith Lane",
    "April Cross",
    "June Heath",
    "Chase",
    "Marsh End",
    "Dale",
    "Holly Wood",
];
const NEEDS: [&str; 7] =
    ["Hearing", "Sight", "Speech", "Autism spectrum", "Grace and favour", "May be later", "Other need"];

/// A cell of a table as it was counted, and why it is hidden.
#[derive(Clone, Copy)]
pub struct Cell {
    pub truth: u64,
    pub reason: Option<Reason>,
}

/// A release in memory.
#[derive(Clone)]
pub struct Base {
    pub name: String,
    pub files: BTreeMap<String, Vec<u8>>,
    /// By table identifier, in the order of its rows.
    pub truth: BTreeMap<String, Vec<Cell>>,
    pub labels: Vec<String>,
}

struct Cases {
    /// Codes by dimension, totals left out, and the family.
    rows: Vec<([u32; 4], u64)>,
    spaces: Vec<Space>,
}

impl Cases {
    fn new(dice: &mut Dice) -> Self {
        let places = 3 + dice.below(4);
        let needs = 4 + dice.below(3);
        let spaces = vec![
            flat("place", "Total", &(0..places).map(|at| format!("E{at:02}")).collect::<Vec<_>>()),
            grouped(needs),
            flat("sex", "Total", &["F".to_owned(), "M".to_owned()]),
            flat("period", "2026-H1", &["2026-Q1".to_owned(), "2026-Q2".to_owned()]),
        ];
        let cases = 250 + dice.below(500);
        let mut rows = Vec::new();
        let mut family = 0;
        // The first of two throws the lower: the last places and needs are rare.
        let rare = |dice: &mut Dice, first: u32, count: usize| {
            first + u32::try_from(dice.below(count).min(dice.below(count + 1)).min(count - 1)).expect("a small list")
        };
        while rows.len() < cases {
            family += 1;
            let codes = [
                rare(dice, 1, places),
                rare(dice, u32::try_from(spaces[1].codes.len() - needs).expect("a short list"), needs),
                1 + u32::try_from(dice.below(5) / 3).expect("0 or 1"),
                1 + u32::try_from(dice.below(2)).expect("0 or 1"),
            ];
            // Now and then three siblings, who are one family.
            for _ in 0..if dice.below(20) == 0 { 3 } else { 1 } {
                rows.push((codes, family));
            }
        }
        Self { rows, spaces }
    }

    /// Whether `code` of dimension `dim` covers `leaf`.
    fn covers(&self, dim: usize, code: u32, leaf: u32) -> bool {
        code == leaf
            || code == self.spaces[dim].total
            || self.spaces[dim].sums.iter().any(|(parent, children)| *parent == code && children.contains(&leaf))
    }
}

impl Counter for Cases {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let count = |key: &Key| {
            let mut families: BTreeMap<u64, u64> = BTreeMap::new();
            for (codes, family) in &self.rows {
                if (0..4).all(|dim| self.covers(dim, key[dim], codes[dim])) {
                    *families.entry(*family).or_default() += 1;
                }
            }
            Counts {
                counted: families.values().sum(),
                protected: families.len() as u64,
                largest: families.values().copied().max().unwrap_or(0),
            }
        };
        keys.iter().map(count).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let row = |(codes, family): &([u32; 4], u64)| {
            let holding = |dim: usize| {
                let all = 0..u32::try_from(self.spaces[dim].codes.len()).expect("a short list");
                all.filter(|&code| self.covers(dim, code, codes[dim])).collect::<Vec<u32>>()
            };
            let holders: Vec<Vec<u32>> = (0..4).map(holding).collect();
            let is_in = |key: &Key| key.iter().zip(&holders).all(|(code, holders)| holders.contains(code));
            let of: Vec<u32> = (0_u32..).zip(keys).filter(|(_, key)| is_in(key)).map(|(at, _)| at).collect();
            Row { unit: Some(*family), holders, cases: 1, of }
        };
        let mut rows: Vec<Row> = self.rows.iter().map(row).collect();
        let there: BTreeSet<Option<u64>> = rows.iter().filter(|row| !row.of.is_empty()).map(|row| row.unit).collect();
        rows.retain(|row| there.contains(&row.unit));
        rows
    }
}

fn flat(name: &str, total: &str, leaves: &[String]) -> Space {
    let codes: Vec<String> = std::iter::once(total.to_owned()).chain(leaves.iter().cloned()).collect();
    let children = (1..).take(leaves.len()).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, children)] }
}

/// Needs in two groups: `Total`, `A`, `B`, then the needs.
fn grouped(needs: usize) -> Space {
    let mut codes: Vec<String> = ["Total", "A", "B"].map(str::to_owned).into();
    codes.extend((0..needs).map(|at| format!("N{at}")));
    let leaves: Vec<u32> = (3..).take(needs).collect();
    let (first, second) = leaves.split_at(2);
    Space {
        name: "need".to_owned(),
        codes,
        total: 0,
        sums: vec![(0, vec![1, 2]), (1, first.into()), (2, second.into())],
    }
}

/// Table, dimensions (indices), the period where it is fixed, chart.
type Plan = (&'static str, &'static str, &'static [usize], bool, Option<ChartKind>);

const PLANS: [Plan; 5] = [
    ("T01", "Take-up by quarter", &[3], false, Some(ChartKind::Bars)),
    ("T02", "Needs by place", &[1, 0], true, Some(ChartKind::Bars)),
    ("T03", "Places by sex", &[0, 2], true, Some(ChartKind::Bars)),
    ("T04", "Needs by quarter", &[1, 3], false, Some(ChartKind::Lines)),
    ("T05", "Sex by place", &[2, 0], true, None),
];

/// The second quarter: where a table leaves the period out.
const QUARTER: u32 = 2;

/// The codes that a table shows of a dimension: a chart of lines has at most four rows.
fn shown(space: &Space, dim: usize, chart: Option<ChartKind>) -> Vec<u32> {
    let all: Vec<u32> = (0..).take(space.codes.len()).collect();
    match (dim, chart) {
        (3, _) => vec![1, 2],
        (1, Some(ChartKind::Lines)) => all[..3].to_vec(),
        _ => all,
    }
}

fn keys(spaces: &[Space], plan: &Plan) -> (Vec<Vec<u32>>, Vec<Key>) {
    let (_, _, dims, fixed, chart) = *plan;
    let codes: Vec<Vec<u32>> = dims.iter().map(|&dim| shown(&spaces[dim], dim, chart)).collect();
    let mut start: Key = spaces.iter().map(|space| space.total).collect();
    if fixed {
        start[3] = QUARTER;
    }
    let mut keys = vec![start];
    for (dim, codes) in dims.iter().zip(&codes) {
        keys = keys
            .into_iter()
            .flat_map(|key| {
                codes.iter().map(move |&code| {
                    let mut key = key.clone();
                    key[*dim] = code;
                    key
                })
            })
            .collect();
    }
    (codes, keys)
}

/// A table, its codes by dimension, its cells.
type Planned = (&'static Plan, Vec<Vec<u32>>, Vec<Key>);

/// The release of a seed.
pub fn base(seed: u64) -> Base {
    let mut dice = Dice::new(seed);
    let cases = Cases::new(&mut dice);
    let labels = labels(&cases.spaces, &mut dice);
    let planned: Vec<Planned> = PLANS
        .iter()
        .map(|plan| {
            let (codes, keys) = keys(&cases.spaces, plan);
            (plan, codes, keys)
        })
        .collect();
    let problem = Problem {
        spaces: cases.spaces.clone(),
        tables: planned
            .iter()
            .map(|(plan, _, keys)| PlannedTable {
                id: plan.0.to_owned(),
                threshold: 5,
                zeros: Zeros::Hidden,
                cells: keys.clone(),
                impossible: Vec::new(),
            })
            .collect(),
        hidden_zeros: HiddenZeros::Protected,
        insiders: Insiders::Considered,
        weight: Weight::Information,
        effort: 200_000,
        ..Problem::default()
    };
    let pattern = suppress(&problem, &cases).expect("random tables of this kind can be protected");
    let mut truth = BTreeMap::new();
    let mut tables = Vec::new();
    for (plan, codes, keys) in &planned {
        let counts = cases.count(keys);
        let cells = keys.iter().map(|key| match pattern.cells[key] {
            Shown::Count(count) => ReleasedCell::Count(count),
            Shown::Rounded(form, _) => ReleasedCell::Approximate(form.value),
            Shown::Hidden(_) => ReleasedCell::Suppressed,
            Shown::Impossible => ReleasedCell::StructuralZero,
        });
        let known = keys.iter().zip(&counts).map(|(key, counts)| Cell {
            truth: counts.counted,
            reason: match pattern.cells[key] {
                Shown::Hidden(reason) => Some(reason),
                Shown::Count(_) | Shown::Rounded(..) | Shown::Impossible => None,
            },
        });
        truth.insert(plan.0.to_owned(), known.collect());
        tables.push(released(&cases.spaces, &labels, plan, codes, cells.collect()));
    }
    written(tables, &cases.spaces, labels, truth)
}

fn labels(spaces: &[Space], dice: &mut Dice) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut places = PLACES.to_vec();
    let mut labels: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for space in spaces {
        for (at, code) in space.codes.iter().enumerate() {
            let label = match (space.name.as_str(), at) {
                ("place", 1..) => places.remove(dice.below(places.len())).to_owned(),
                ("need", 1) => "Senses".to_owned(),
                ("need", 2) => "Other groups".to_owned(),
                ("need", 3..) => NEEDS[at - 3].to_owned(),
                ("sex", 1) => "Female".to_owned(),
                ("sex", 2) => "Male".to_owned(),
                ("period", _) => code.clone(),
                _ => "Total".to_owned(),
            };
            labels.entry(space.name.clone()).or_default().insert(code.clone(), label);
        }
    }
    labels
}

fn released(
    spaces: &[Space],
    labels: &BTreeMap<String, BTreeMap<String, String>>,
    plan: &Plan,
    codes: &[Vec<u32>],
    cells: Vec<ReleasedCell>,
) -> ReleasedTable {
    let (id, title, dims, fixed, chart) = *plan;
    let code = |space: &Space, at: u32| {
        let name = &space.codes[at as usize];
        let depth = if at == space.total {
            0
        } else if space.name == "need" && at > 2 {
            2
        } else {
            1
        };
        ReleasedCode { code: name.clone(), label: labels[&space.name][name].clone(), depth }
    };
    let mut stands = BTreeMap::from([("measure".to_owned(), "cases".to_owned())]);
    if fixed {
        stands.insert("period".to_owned(), spaces[3].codes[QUARTER as usize].clone());
    }
    ReleasedTable {
        id: id.to_owned(),
        title: title.to_owned(),
        subtitle: "April to June 2026".to_owned(),
        unit: "Cases opened".to_owned(),
        dims: dims
            .iter()
            .zip(codes)
            .map(|(&dim, codes)| ReleasedDimension {
                name: spaces[dim].name.clone(),
                label: spaces[dim].name[..1].to_uppercase() + &spaces[dim].name[1..],
                codes: codes.iter().map(|&at| code(&spaces[dim], at)).collect(),
            })
            .collect(),
        fixed: stands,
        cells,
        zeros: Zeros::Hidden,
        precision: Precision::Exact,
        notes: Vec::new(),
        chart,
    }
}

fn written(
    tables: Vec<ReleasedTable>,
    spaces: &[Space],
    mut labels: BTreeMap<String, BTreeMap<String, String>>,
    truth: BTreeMap<String, Vec<Cell>>,
) -> Base {
    let mut hierarchies: BTreeMap<String, Hierarchy> = spaces
        .iter()
        .map(|space| {
            let name = |code: &u32| space.codes[*code as usize].clone();
            let sums = space.sums.iter().map(|(parent, children)| (name(parent), children.iter().map(name).collect()));
            (space.name.clone(), Hierarchy { total: name(&space.total), sums: sums.collect() })
        })
        .collect();
    hierarchies.insert("measure".into(), Hierarchy::flat("cases"));
    labels.insert("measure".into(), BTreeMap::from([("cases".into(), "Cases opened".into())]));
    let vocabulary = labels.values().flat_map(|codes| codes.iter().flat_map(|(code, label)| [code, label])).cloned();
    let vocabulary = vocabulary.chain(tables.iter().map(|table| table.title.clone())).collect();
    let parts = ReleaseParts {
        name: "2026-Q2-public-r1".into(),
        service: "Example Advice Service".into(),
        title: "Take-up report".into(),
        introduction: "How families used the service.".into(),
        period: "2026-Q2".into(),
        period_words: "April to June 2026".into(),
        period_end: "2026-06-30".into(),
        audience: ("public".into(), "the public".into()),
        threshold: 5,
        hierarchies,
        labels,
        relations: Vec::new(),
        impossible: Vec::new(),
        tables,
        expectations: Vec::new(),
        earlier: BTreeMap::new(),
        sensitive: (Vec::new(), None),
        corrects: None,
    };
    let name = parts.name.clone();
    let release = Release::seal(parts).expect("cells of a safe pattern can be sealed");
    let files = render::render(&release).expect("the release can be written down");
    let files = files.into_iter().map(|file| (file.path, file.bytes)).collect();
    Base { name, files, truth, labels: vocabulary }
}
