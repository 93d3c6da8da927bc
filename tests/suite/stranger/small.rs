//! Small random releases: invented cases, protected by the program and written down here as anybody would. Comes in: a seed. Goes
//! out: a folder, and the truth of its hidden cells. Small enough that every table of whole numbers can be tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use confidential::protect::{HiddenZeros, Insiders, PlannedTable, Problem, Reason, Shown, Space, Weight, suppress};
use confidential::tabulate::{Counter, Counts, Key, Row};
use model::release::Zeros;
use serde_json::{Value, json};

use crate::leaks::base::Dice;

/// A hidden cell as it was counted.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    pub count: i64,
    /// The most of one family.
    pub largest: i64,
    /// Hidden by a rule, and not for the sake of others.
    pub is_protected: bool,
}

/// What was written, and what it hides.
pub struct Small {
    /// By name: `dimension=code` off the totals.
    pub hidden: BTreeMap<String, Truth>,
}

struct Cases {
    spaces: Vec<Space>,
    /// Codes and family.
    rows: Vec<(Vec<u32>, u64)>,
}

impl Cases {
    fn is_under(&self, dimension: usize, code: u32, leaf: u32) -> bool {
        let parts = self.spaces[dimension].sums.iter().filter(|(parent, _)| *parent == code);
        code == leaf || parts.flat_map(|(_, children)| children).any(|&child| self.is_under(dimension, child, leaf))
    }

    fn is_in(&self, key: &Key, codes: &[u32]) -> bool {
        codes.iter().enumerate().all(|(dimension, &leaf)| self.is_under(dimension, key[dimension], leaf))
    }

    fn holders(&self, codes: &[u32]) -> Vec<Vec<u32>> {
        let holding = |(dimension, &leaf): (usize, &u32)| {
            let all = (0..).take(self.spaces[dimension].codes.len());
            all.filter(|&code| self.is_under(dimension, code, leaf)).collect()
        };
        codes.iter().enumerate().map(holding).collect()
    }
}

impl Counter for Cases {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let of_key = |key: &Key| {
            let mut families: BTreeMap<u64, u64> = BTreeMap::new();
            for (_, family) in self.rows.iter().filter(|(codes, _)| self.is_in(key, codes)) {
                *families.entry(*family).or_default() += 1;
            }
            Counts {
                counted: families.values().sum(),
                protected: families.len() as u64,
                largest: families.values().copied().max().unwrap_or(0),
            }
        };
        keys.iter().map(of_key).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let row = |(codes, family): &(Vec<u32>, u64)| {
            let of = (0..).zip(keys).filter(|(_, key)| self.is_in(key, codes)).map(|(at, _)| at).collect();
            Row { unit: Some(*family), holders: self.holders(codes), cases: 1, of }
        };
        let all: Vec<Row> = self.rows.iter().map(row).collect();
        let is_asked = |row: &Row| all.iter().any(|other| other.unit == row.unit && !other.of.is_empty());
        all.iter().filter(|row| is_asked(row)).cloned().collect()
    }
}

/// A total above leaves, or above a group of two leaves and other leaves.
fn space(name: &str, dice: &mut Dice) -> Space {
    let leaves = 2 + dice.below(3);
    let code = |at: u32| format!("{name}{at}");
    if leaves > 2 && dice.below(2) == 0 {
        let size = u32::try_from(leaves).expect("four at most") + 1;
        let sums = vec![(0, (1..=size - 2).collect()), (1, vec![size - 1, size])];
        return Space { name: name.to_owned(), codes: (0..=size).map(code).collect(), total: 0, sums };
    }
    let size = u32::try_from(leaves).expect("four at most");
    let sums = vec![(0, (1..=size).collect())];
    Space { name: name.to_owned(), codes: (0..=size).map(code).collect(), total: 0, sums }
}

fn cases(dice: &mut Dice) -> Cases {
    let names = ["area", "need", "sex"];
    let spaces: Vec<Space> = names.iter().take(2 + dice.below(2)).map(|name| space(name, dice)).collect();
    let leaves: Vec<Vec<u32>> = spaces
        .iter()
        .map(|space| {
            let is_leaf = |code: &u32| space.sums.iter().all(|(parent, _)| parent != code);
            (0..).take(space.codes.len()).filter(is_leaf).collect()
        })
        .collect();
    let (mut rows, mut family) = (Vec::new(), 0);
    for _ in 0..20 + dice.below(60) {
        family += u64::from(dice.below(5) > 0);
        rows.push((leaves.iter().map(|leaves| *dice.pick(leaves)).collect(), family));
    }
    Cases { spaces, rows }
}

/// The cells of a table over `dims`, the others at their totals.
fn keys(spaces: &[Space], dims: &[usize]) -> Vec<Key> {
    let mut keys: Vec<Key> = vec![spaces.iter().map(|space| space.total).collect()];
    for &dim in dims {
        let with = |key: &Key, code: u32| {
            let mut key = key.clone();
            key[dim] = code;
            key
        };
        let codes = || (0..).take(spaces[dim].codes.len());
        keys = keys.iter().flat_map(|key| codes().map(|code| with(key, code)).collect::<Vec<_>>()).collect();
    }
    keys
}

/// Writes the release of a seed; None where the program refuses it.
pub fn write(seed: u64, folder: &Path) -> Option<Small> {
    let mut dice = Dice::new(seed);
    let cases = cases(&mut dice);
    let dims: Vec<Vec<usize>> = match (cases.spaces.len(), dice.below(2)) {
        (2, _) => vec![vec![0, 1]],
        (_, 0) => vec![vec![0, 1], vec![1, 2]],
        _ => vec![vec![0, 1, 2]],
    };
    let threshold = 3 + dice.next() % 3;
    let tables: Vec<PlannedTable> = (0..)
        .zip(&dims)
        .map(|(number, dims)| PlannedTable {
            id: format!("t{number}"),
            threshold,
            zeros: Zeros::Hidden,
            cells: keys(&cases.spaces, dims),
            impossible: Vec::new(),
        })
        .collect();
    let problem = Problem {
        spaces: cases.spaces.clone(),
        tables,
        hidden_zeros: HiddenZeros::Protected,
        insiders: Insiders::Considered,
        weight: Weight::Cells,
        effort: 50_000,
        tie_key: [u8::try_from(seed % 251).expect("below 251"); 32],
        ..Problem::default()
    };
    let shown = suppress(&problem, &cases).ok()?.cells;
    let mut hidden = BTreeMap::new();
    fs::create_dir_all(folder).expect("a folder of our own");
    for (table, dims) in problem.tables.iter().zip(&dims) {
        let header: Vec<&str> = dims.iter().map(|&dim| cases.spaces[dim].name.as_str()).collect();
        let mut text = format!("{},value,symbol\n", header.join(","));
        for (key, counts) in table.cells.iter().zip(cases.count(&table.cells)) {
            let codes: Vec<&str> =
                dims.iter().map(|&dim| cases.spaces[dim].codes[key[dim] as usize].as_str()).collect();
            let value = match shown[key] {
                Shown::Count(count) => format!("{count},"),
                Shown::Hidden(reason) => {
                    hidden.insert(name(&cases.spaces, key), truth(counts, reason));
                    ",c".to_owned()
                }
                Shown::Rounded(..) | Shown::Impossible => unreachable!("no table rounds, and every cell can occur"),
            };
            text += &format!("{},{value}\n", codes.join(","));
        }
        fs::write(folder.join(format!("{}.csv", table.id)), text).expect("a folder of our own");
    }
    let manifest = manifest(&cases.spaces, threshold, dims.len());
    fs::write(folder.join("release.json"), manifest.to_string()).expect("a folder of our own");
    Some(Small { hidden })
}

fn truth(counts: Counts, reason: Reason) -> Truth {
    let whole = |count: u64| i64::try_from(count).expect("few cases");
    Truth {
        count: whole(counts.counted),
        largest: whole(counts.largest),
        is_protected: matches!(reason, Reason::MinimumFrequency | Reason::HiddenZero),
    }
}

fn name(spaces: &[Space], key: &Key) -> String {
    let is_off = |(space, code): &(&Space, &u32)| **code != space.total;
    let named = spaces.iter().zip(key).filter(is_off);
    let mut named: Vec<String> =
        named.map(|(space, &code)| format!("{}={}", space.name, space.codes[code as usize])).collect();
    named.sort();
    named.join(", ")
}

fn manifest(spaces: &[Space], threshold: u64, tables: usize) -> Value {
    let code = |space: &Space, at: u32| space.codes[at as usize].clone();
    let hierarchy = |space: &Space| {
        let below = |children: &[u32]| children.iter().map(|&child| code(space, child)).collect::<Vec<_>>();
        let sums: Vec<_> =
            space.sums.iter().map(|(parent, children)| (code(space, *parent), below(children))).collect();
        json!({"total": code(space, space.total), "sums": sums})
    };
    let hierarchies: BTreeMap<&str, Value> =
        spaces.iter().map(|space| (space.name.as_str(), hierarchy(space))).collect();
    let table = |number: usize| json!({"file": format!("t{number}.csv"), "markers": {"": [0, null]}});
    json!({
        "threshold": threshold,
        "hierarchies": hierarchies,
        "tables": (0..tables).map(table).collect::<Vec<_>>(),
    })
}
