//! "What safe means", read off the design once more. Comes in: a problem, its pattern, the truth. Goes out: every cell
//! of which a reader who tries every table learns too much. Deliberately absent: the needs and the equations of
//! `protect`; whatever it forgot to ask for is found here.
//!
//! A cell with n cases of f families, m of them the most that one family holds, is safe when tables that agree with
//! everything published exist in which it is at least the threshold, others in which it is at least max(threshold, m)
//! lower than that, and, where zeros are hidden, one in which it is at most n - m. A family that is a cell's only
//! contributor knows that cell and all below it, every other such cell, and its own cases among those of others; it knows
//! that itself is not absent from the cells above.

use std::collections::{BTreeMap, BTreeSet};

use super::oracle::{Capped, Reader, Said, signed};
use super::*;

/// What one check came to.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Protected cells that were looked at, once for strangers and once an insider.
    pub checked: usize,
    /// Those among them of which the search could not tell in time: never a pass.
    pub capped: usize,
    /// In words, one a breach.
    pub breaches: Vec<String>,
    /// The same of cells that fall short, with the end of their range that does.
    pub short: Vec<(String, i64)>,
}

/// What a cell must allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    threshold: i64,
    counted: i64,
    largest: i64,
    /// How many cases could be absent: those of any one family.
    absent: i64,
    is_deniable: bool,
}

/// A cell under protection.
#[derive(Clone)]
pub(super) struct Protected {
    pub key: Key,
    pub inside: Vec<usize>,
    pub wanted: Wanted,
}

/// Looks at every cell with every reader. `revised`: of a period's codes, what only a correction tells.
pub(super) fn judge(problem: &Problem, pattern: &Pattern, counter: &dyn Counter, revised: &[Key]) -> Verdict {
    let mut reader = Reader::new(problem, pattern, counter);
    let mut verdict = Verdict::default();
    for (key, said) in &reader.published {
        let counts = counter.count(std::slice::from_ref(key))[0];
        if !said.holds(&reader.truth) {
            verdict.breaches.push(format!("{key:?} is not what the release says of it"));
        }
        let threshold = threshold(problem, key).unwrap_or(0);
        if said.least == said.most && counts.protected > 0 && counts.protected < threshold {
            verdict.breaches.push(format!("{key:?} is published"));
        }
    }
    let (protected, single) = protected(problem, &reader, counter, revised);
    for cell in &protected {
        verdict.look(&mut reader, cell, &[], "a stranger");
    }
    if problem.insiders == Insiders::Ignored {
        return verdict;
    }
    for Family { known, inside, mine } in families(problem, counter, &reader, &single) {
        let exact = inside.iter().map(|&at| Said::exactly(vec![at], reader.true_sum(&[at])));
        let at_least = mine.iter().filter(|(at, _)| !inside.contains(at));
        let knows: Vec<Said> =
            exact.chain(at_least.map(|(&at, &own)| Said::between(vec![at], own, i64::MAX / 4))).collect();
        let inside = &inside;
        // Whatever lies below it is the same family's, and so is what every reader knows to be the same figure.
        let own = possible(&reader, inside);
        let is_own = |cell: &Protected| possible(&reader, &cell.inside).iter().all(|at| own.contains(at));
        let others: Vec<&Protected> = protected.iter().filter(|cell| !is_own(cell)).collect();
        for cell in others {
            // Only somebody else could be absent.
            let (alone, open): (Vec<usize>, Vec<usize>) = cell.inside.iter().partition(|at| inside.contains(at));
            let own = reader.true_sum(&alone) + open.iter().filter_map(|at| mine.get(at)).sum::<i64>();
            let absent = cell.wanted.absent.min(cell.wanted.counted - own);
            let wanted = Wanted { absent, ..cell.wanted };
            verdict.look(&mut reader, &Protected { wanted, ..cell.clone() }, &knows, &format!("who knows {known:?}"));
        }
    }
    verdict
}

/// What a family brings to a release in which it is alone somewhere.
struct Family {
    /// A cell that it is alone in.
    known: Key,
    /// All finest cells below those that it is alone in: what they hold is its own.
    inside: Vec<usize>,
    /// Its cases by finest cell, with those that are among others' everywhere.
    mine: BTreeMap<usize, i64>,
}

/// Whoever is alone somewhere, with all that it knows. Where the counter does not know whose a case is, whoever is alone in
/// two cells that share one is one family, and has no other cases.
fn families(problem: &Problem, counter: &dyn Counter, reader: &Reader, single: &[Single]) -> Vec<Family> {
    let rows = counter.rows(&single.iter().map(|(key, _)| key.clone()).collect::<Vec<Key>>());
    let unit =
        |at: usize| rows.iter().find(|row| row.of.contains(&u32::try_from(at).expect("few"))).and_then(|r| r.unit);
    let mut families: Vec<(Option<u64>, Family)> = Vec::new();
    for (at, (key, inside)) in single.iter().enumerate() {
        let unit = unit(at);
        let mut own: BTreeSet<usize> = inside.iter().copied().collect();
        let is_same = |(of, other): &(Option<u64>, Family), own: &BTreeSet<usize>| {
            of.is_some() && *of == unit || other.inside.iter().any(|at| reader.truth[*at] > 0 && own.contains(at))
        };
        while let Some(at) = families.iter().position(|other| is_same(other, &own)) {
            own.extend(families.swap_remove(at).1.inside);
        }
        let inside = own.into_iter().collect();
        families.push((unit, Family { known: key.clone(), inside, mine: BTreeMap::new() }));
    }
    let leaf = |(space, holders): (&Space, &Vec<u32>)| {
        let leaves = leaves(space);
        holders.iter().copied().find(|code| leaves.contains(code)).expect("each case is somewhere")
    };
    for (unit, family) in families.iter_mut().filter(|(unit, _)| unit.is_some()) {
        for row in rows.iter().filter(|row| row.unit == *unit) {
            let atom: Key = problem.spaces.iter().zip(&row.holders).map(leaf).collect();
            let at = reader.atoms.iter().position(|other| *other == atom).expect("a finest cell");
            *family.mine.entry(at).or_default() += signed(row.cases);
        }
    }
    families.into_iter().map(|(_, family)| family).collect()
}

/// Finest cells that are not known to be zero.
fn possible(reader: &Reader, inside: &[usize]) -> Vec<usize> {
    let zero = |at: &usize| reader.published.iter().any(|(_, said)| said.most == 0 && said.inside.contains(at));
    inside.iter().copied().filter(|at| !zero(at)).collect()
}

impl Verdict {
    fn look(&mut self, reader: &mut Reader, cell: &Protected, knows: &[Said], who: &str) {
        self.checked += 1;
        match fault(reader, &cell.inside, cell.wanted, knows) {
            Ok(None) => {}
            Ok(Some(fault)) => {
                let range = reader.range(&cell.inside, knows);
                self.breaches.push(format!("{:?} {:?} for {who}: {fault}, {range:?}", cell.key, cell.wanted));
                // How far it goes in the direction in which it should go further.
                let (low, high) = range.unwrap_or_default();
                let reached = match fault {
                    REACHES => high,
                    ABSENT => -low,
                    _ => high - low,
                };
                self.short.push((format!("{:?} for {who}: {fault}", cell.key), reached));
            }
            Err(Capped) => self.capped += 1,
        }
    }
}

const REACHES: &str = "it never reaches the threshold";
const ABSENT: &str = "no family could be absent";

impl Verdict {
    /// The breaches that are not as far told when nothing new is shown: what was told before stays told, and is no narrower.
    pub(super) fn new_breaches(&self, all_hidden: &Self) -> Vec<String> {
        let is_told = |(what, reached): &(String, i64)| {
            all_hidden.short.iter().any(|(told, before)| told == what && before <= reached)
        };
        let others = self.breaches.iter().filter(|breach| !breach.contains(" for ")).cloned();
        let short = self.short.iter().filter(|short| !is_told(short));
        others.chain(short.map(|(what, reached)| format!("{what}, {reached}"))).collect()
    }
}

/// Which of the three conditions fails.
fn fault(
    reader: &mut Reader,
    inside: &[usize],
    wanted: Wanted,
    knows: &[Said],
) -> Result<Option<&'static str>, Capped> {
    let mut can_be =
        |least: i64, most: i64| reader.can_be(&[knows, &[Said::between(inside.to_vec(), least, most)]].concat());
    let top = i64::MAX / 4;
    if !can_be(wanted.threshold, top)? {
        return Ok(Some(REACHES));
    }
    if wanted.is_deniable && !can_be(0, wanted.counted - wanted.absent)? {
        return Ok(Some(ABSENT));
    }
    let width = wanted.threshold.max(wanted.largest);
    // Wide enough around the truth in most cases; otherwise as wide as it gets.
    for low in [0, wanted.counted - wanted.absent] {
        if can_be(0, low)? && can_be((low + width).max(wanted.threshold), top)? {
            return Ok(None);
        }
    }
    let (low, high) = reader.range(inside, knows)?;
    Ok((high < wanted.threshold || high - low < width).then_some("its range is narrow"))
}

/// Whether `tables` alone leave the cell as open as the definition wants it.
pub(super) fn is_open(tables: &[&Vec<i64>], cell: &Protected) -> bool {
    let sums = || tables.iter().map(|table| cell.inside.iter().map(|&at| table[at]).sum::<i64>());
    let (low, high) = (sums().min().unwrap_or(0), sums().max().unwrap_or(0));
    let wanted = cell.wanted;
    high >= wanted.threshold
        && high - low >= wanted.threshold.max(wanted.largest)
        && (!wanted.is_deniable || low <= wanted.counted - wanted.absent)
}

/// A cell that an insider knows, and the finest cells below it.
type Single = (Key, Vec<usize>);

/// Every cell that the definition protects, and every one that a single family knows.
pub(super) fn protected(
    problem: &Problem,
    reader: &Reader,
    counter: &dyn Counter,
    revised: &[Key],
) -> (Vec<Protected>, Vec<Single>) {
    let before = problem.earlier.iter();
    let highest =
        problem.tables.iter().map(|table| table.threshold).chain(before.map(|cell| cell.threshold)).max().unwrap_or(0);
    let span = Span::of(reader);
    let (mut all, mut single) = (Vec::new(), Vec::new());
    for key in every_cell(&problem.spaces) {
        let inside = reader.inside(&problem.spaces, &key);
        let counts = counter.count(std::slice::from_ref(&key))[0];
        let said: Vec<&Said> = reader.published.iter().filter(|(at, _)| *at == key).map(|(_, said)| said).collect();
        let is_published = !said.is_empty();
        if said.iter().any(|said| said.least == said.most) {
            continue;
        }
        if !is_published && !revised.contains(&key) && !span.holds(&inside) {
            continue;
        }
        if counts.protected == 1 {
            single.push((key.clone(), inside.clone()));
        }
        let threshold = threshold(problem, &key).unwrap_or(highest);
        let is_floored = said.iter().any(|said| said.least > 0);
        let is_small = counts.protected > 0 && counts.protected < threshold;
        let is_zero = counts.counted == 0 && is_published && problem.hidden_zeros == HiddenZeros::Protected;
        if is_small || is_zero {
            let [threshold, counted, largest] = [threshold, counts.counted, counts.largest].map(signed);
            let is_deniable = !is_floored && (is_published || !reader.shows_zeros);
            let wanted = Wanted { threshold, counted, largest, absent: largest, is_deniable };
            all.push(Protected { key, inside, wanted });
        }
    }
    (all, single)
}

/// The highest threshold under which a cell is or was published.
fn threshold(problem: &Problem, key: &Key) -> Option<u64> {
    let now = problem.tables.iter().filter(|table| table.cells.contains(key)).map(|table| table.threshold);
    let before = problem.earlier.iter().filter(|cell| cell.key == *key).map(|cell| cell.threshold);
    now.chain(before).max()
}

/// All cells that are differences and sums of published ones, however many steps it takes: the span of their rows.
struct Span {
    /// In echelon form, modulo a prime far above every coefficient that such rows bring.
    rows: Vec<Vec<i64>>,
    width: usize,
}

const PRIME: i64 = 2_147_483_647;

impl Span {
    fn of(reader: &Reader) -> Self {
        let mut span = Self { rows: Vec::new(), width: reader.atoms.len() };
        let distinct: BTreeSet<&Vec<usize>> = reader.published.iter().map(|(_, said)| &said.inside).collect();
        for inside in distinct {
            let row = span.reduced(inside);
            if let Some(lead) = row.iter().position(|&entry| entry != 0) {
                let inverse = power(row[lead], PRIME - 2);
                span.rows.push(row.iter().map(|entry| entry * inverse % PRIME).collect());
            }
        }
        span
    }

    fn reduced(&self, inside: &[usize]) -> Vec<i64> {
        let mut row = vec![0; self.width];
        for &at in inside {
            row[at] = 1;
        }
        for other in &self.rows {
            let lead = other.iter().position(|&entry| entry != 0).expect("no row of an echelon form is empty");
            let times = row[lead];
            for (entry, less) in row.iter_mut().zip(other) {
                *entry = (*entry + (PRIME - times) * less) % PRIME;
            }
        }
        row
    }

    fn holds(&self, inside: &[usize]) -> bool {
        self.reduced(inside).iter().all(|&entry| entry == 0)
    }
}

fn power(base: i64, exponent: i64) -> i64 {
    match exponent {
        0 => 1,
        odd if odd % 2 == 1 => base * power(base, odd - 1) % PRIME,
        even => power(base * base % PRIME, even / 2),
    }
}

/// 15 - 12 = 3: the definition must see what a reader sees when the partners of a small cell are shown.
#[test]
fn it_finds_each_way_in_which_the_pencil_table_can_be_unsafe() {
    let (spaces, counts) = pencil();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, tie_key: [1; 32], ..plain() };
    let safe = suppress(&problem, &counter).expect("three partners are enough");
    assert!(judge(&problem, &safe, &counter, &[]).breaches.is_empty());
    let show = |keys: &[[u32; 2]]| {
        let mut open = safe.clone();
        for key in keys {
            let key: Key = (*key).into();
            let count = counter.count(std::slice::from_ref(&key))[0].counted;
            open.cells.insert(key, Shown::Count(count));
        }
        judge(&problem, &open, &counter, &[]).breaches.join("; ")
    };
    assert!(show(&[[1, 1]]).contains("is published"));
    assert!(show(&[[1, 2], [2, 1], [2, 2]]).contains("(3, 3)"));
    let mut untrue = safe.clone();
    untrue.cells.insert([0, 0].into(), Shown::Count(45));
    assert!(judge(&problem, &untrue, &counter, &[]).breaches[0].contains("not what the release says"));
}
