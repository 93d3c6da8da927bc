//! What a reader of all folders can bound, beside the truth. Comes in: an office that has released. Goes out: every cell of too few
//! families that is known more closely than it may be. Every count of the released tables at the finest months that they tell
//! apart is an unknown of its own; ranges are exact, in whole numbers. Shares no code with protection and verification.
//!
//! A cell is as it may be where it can reach the threshold, be lower than that by the threshold and by its largest family, and
//! be without any one family; or where it is known no more closely than before the step that made it a cell.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use confidential::assemble::Draft;
use confidential::tabulate::{Counter, Key, Row};

use super::folders::{Cell, Folders, Published, View};
use super::office::Office;
use super::simplex::{Equation, Most, Ranges};

/// More unknowns than this are left alone.
const UNKNOWNS_MAX: usize = 400;
/// Programmes looked at for one end of a range.
const BRANCHES: usize = 60;

/// What the oracle came to.
#[derive(Debug, Default)]
pub struct Checked {
    pub cells: usize,
    /// Cells that are known too closely, but no more closely than before they were cells.
    pub known_before: usize,
    pub open: usize,
    /// 1 where the series has too many unknowns, or a month was corrected twice.
    pub left_alone: usize,
    /// What sort of cell it is, and what is known of it.
    pub faults: Vec<(&'static str, String)>,
}

const TABLE: &str = "a cell of a table";
const PART: &str = "a part of months that no table has";
const DIFFERENCE: &str = "a period less one inside it";

/// A month as it was counted at first, or its share that a correction kept, took out or brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    Whole,
    Kept,
    Removed,
    Added,
}

type Atom = (i32, Share);

/// A cell to judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Suspect {
    view: View,
    codes: Vec<String>,
    blocks: Vec<usize>,
    threshold: i64,
    /// For people.
    name: String,
    sort: &'static str,
}

/// The periods of a view, and the parts into which they cut the months.
#[derive(Debug, Default)]
struct Cut {
    periods: BTreeMap<String, BTreeSet<Atom>>,
    /// By block: the periods that hold it, and a name.
    blocks: Vec<BTreeSet<String>>,
}

/// What is counted in a cell, and the most of one family.
#[derive(Debug, Clone, Copy, Default)]
struct Truth {
    cases: i64,
    families: i64,
    largest: i64,
}

struct Oracle {
    folders: Folders,
    cuts: BTreeMap<View, Cut>,
    /// View, codes, block to its place among the unknowns.
    unknowns: HashMap<(View, Vec<String>, usize), usize>,
    /// Cases of each family in each unknown.
    families: Vec<BTreeMap<Option<u64>, i64>>,
}

/// Judges every cell of too few families in what the office has released; says of a fault which figures it follows from
/// where that is asked for, which takes a while.
pub fn check(office: &Office, says_why: bool) -> Checked {
    let folders = Folders::read(&office.releases());
    let mut checked = Checked::default();
    let Some(oracle) = Oracle::new(office, folders) else {
        checked.left_alone = 1;
        return checked;
    };
    let steps = oracle.folders.published.iter().map(|one| one.step + 1).max().unwrap_or(0);
    let suspects: Vec<Suspect> =
        oracle.suspects(steps).into_iter().filter(|suspect| oracle.is_small(suspect)).collect();
    let Some(all) = oracle.ranges(steps) else {
        checked.faults.push((TABLE, "what was published is not what is counted".to_owned()));
        return checked;
    };
    let mut before: BTreeMap<usize, Option<Ranges>> = BTreeMap::new();
    for suspect in suspects {
        checked.cells += 1;
        let terms = oracle.terms(&suspect);
        let now = range(&all, &terms);
        if oracle.is_safe(&suspect, now) {
            continue;
        }
        let made = (1..=steps).find(|step| oracle.suspects_of(*step, &suspect)).unwrap_or(steps);
        let earlier = before.entry(made - 1).or_insert_with(|| oracle.ranges(made - 1)).as_ref();
        let earlier = earlier.map_or((Most::Whole(0), Most::Unbounded), |ranges| range(ranges, &terms));
        match (now, earlier) {
            ((Most::Open, _) | (_, Most::Open), _) | (_, (Most::Open, _) | (_, Most::Open)) => checked.open += 1,
            _ if is_within(earlier, now) => checked.known_before += 1,
            _ => {
                let why = if says_why { oracle.because(steps, &suspect).join("; ") } else { String::new() };
                let said = oracle.said(&suspect, now, (made, earlier));
                checked.faults.push((suspect.sort, if says_why { format!("{said}, because {why}") } else { said }));
            }
        }
    }
    checked
}

/// Least, negated back, and most.
fn range(ranges: &Ranges, terms: &[(usize, i64)]) -> (Most, Most) {
    let negative: Vec<(usize, i64)> = terms.iter().map(|(at, factor)| (*at, -factor)).collect();
    let least = match ranges.most(&negative, BRANCHES) {
        Most::Whole(value) => Most::Whole(-value),
        other @ (Most::Unbounded | Most::Open) => other,
    };
    (least, ranges.most(terms, BRANCHES))
}

/// Whether every value of the first range is in the second.
fn is_within(one: (Most, Most), other: (Most, Most)) -> bool {
    let end = |most: Most| if let Most::Whole(value) = most { value } else { i64::MAX };
    end(other.0) <= end(one.0) && end(one.1) <= end(other.1)
}

impl Oracle {
    /// None where there are too many unknowns, or a month was corrected twice.
    fn new(office: &Office, folders: Folders) -> Option<Self> {
        let mut oracle = Self { folders, cuts: BTreeMap::new(), unknowns: HashMap::new(), families: Vec::new() };
        oracle.cut()?;
        let mut count = 0;
        for (view, cut) in &oracle.cuts {
            for codes in oracle.tuples(view) {
                for block in 0..cut.blocks.len() {
                    oracle.unknowns.insert((view.clone(), codes.clone(), block), count);
                    count += 1;
                }
            }
        }
        oracle.families = vec![BTreeMap::new(); count];
        (count <= UNKNOWNS_MAX).then(|| oracle.count(office))
    }

    /// Cuts the months of each view into the parts that its periods tell apart.
    fn cut(&mut self) -> Option<()> {
        let mut corrections: Vec<(usize, (i32, i32))> = Vec::new();
        for corrected in &self.folders.corrections {
            let months = months_of(&corrected.period);
            if corrections.iter().any(|(_, other)| other.0 < months.1 && months.0 < other.1) {
                return None;
            }
            corrections.push((corrected.step, months));
        }
        corrections.sort_unstable();
        let mut cuts: BTreeMap<View, Cut> = BTreeMap::new();
        for Published { cell, .. } in &self.folders.published {
            let cut = cuts.entry(cell.view.clone()).or_default();
            cut.periods.entry(cell.period.clone()).or_insert_with(|| atoms(&cell.period, &corrections));
        }
        for cut in cuts.values_mut() {
            let all: BTreeSet<Atom> = cut.periods.values().flatten().copied().collect();
            let holding = |atom: &Atom| {
                let holds = cut.periods.iter().filter(|(_, atoms)| atoms.contains(atom));
                holds.map(|(name, _)| name.clone()).collect::<BTreeSet<String>>()
            };
            let blocks: BTreeSet<BTreeSet<String>> = all.iter().map(holding).collect();
            cut.blocks = blocks.into_iter().collect();
        }
        self.cuts = cuts;
        Some(())
    }

    /// Every combination of the codes of a view.
    fn tuples(&self, view: &View) -> Vec<Vec<String>> {
        let mut tuples = vec![Vec::new()];
        for (dimension, depth) in view {
            let codes = self.folders.codes(dimension, *depth);
            let longer = |tuple: &Vec<String>| {
                let with = |code: &String| [tuple.as_slice(), std::slice::from_ref(code)].concat();
                codes.iter().map(with).collect::<Vec<_>>()
            };
            tuples = tuples.iter().flat_map(longer).collect();
        }
        tuples
    }

    /// Takes the truth from the store: whose cases are in which unknown.
    fn count(mut self, office: &Office) -> Self {
        let last = self.folders.published.last().map(|one| one.cell.period.clone()).unwrap_or_default();
        let (names, rows) = truth(office, &last);
        for row in rows {
            let holders: BTreeMap<&str, BTreeSet<&str>> = names
                .iter()
                .zip(&row.holders)
                .map(|((axis, codes), held)| {
                    (axis.as_str(), held.iter().map(|at| codes[*at as usize].as_str()).collect())
                })
                .collect();
            for (view, cut) in &self.cuts {
                let periods = &holders["period"];
                let held: BTreeSet<String> =
                    cut.periods.keys().filter(|name| periods.contains(name.as_str())).cloned().collect();
                if held.is_empty() {
                    continue;
                }
                let block = cut.blocks.iter().position(|block| *block == held).expect("a part that the periods make");
                let code = |(dimension, depth): &(String, usize)| {
                    let codes = self.folders.codes(dimension, *depth);
                    codes.into_iter().find(|code| holders[dimension.as_str()].contains(code.as_str()))
                };
                let codes: Vec<String> = view.iter().map(|one| code(one).expect("a code that is listed")).collect();
                let at = self.unknowns[&(view.clone(), codes, block)];
                *self.families[at].entry(row.unit).or_default() += i64::try_from(row.cases).expect("few cases");
            }
        }
        self
    }

    fn truth(&self, terms: &[(usize, i64)]) -> Truth {
        let mut families: BTreeMap<Option<u64>, i64> = BTreeMap::new();
        for (at, _) in terms {
            self.families[*at].iter().for_each(|(family, cases)| *families.entry(*family).or_default() += cases);
        }
        Truth {
            cases: families.values().sum(),
            families: families.len() as i64,
            largest: families.values().copied().max().unwrap_or(0),
        }
    }

    fn blocks(&self, view: &View, period: &str) -> Vec<usize> {
        let blocks = &self.cuts[view].blocks;
        (0..blocks.len()).filter(|block| blocks[*block].contains(period)).collect()
    }

    fn terms_of(&self, view: &View, codes: &[String], blocks: &[usize]) -> Vec<(usize, i64)> {
        blocks.iter().map(|block| (self.unknowns[&(view.clone(), codes.to_vec(), *block)], 1)).collect()
    }

    fn terms(&self, suspect: &Suspect) -> Vec<(usize, i64)> {
        self.terms_of(&suspect.view, &suspect.codes, &suspect.blocks)
    }

    fn is_small(&self, suspect: &Suspect) -> bool {
        let truth = self.truth(&self.terms(suspect));
        truth.families > 0 && truth.families < suspect.threshold
    }

    fn is_safe(&self, suspect: &Suspect, (least, most): (Most, Most)) -> bool {
        let truth = self.truth(&self.terms(suspect));
        let Most::Whole(least) = least else { return false };
        // What several cells make together is no smaller than any of them: each of these can be absent, and the reader of their sum
        // knows at most that some of them are not. So the sum is only asked to be no known handful.
        if suspect.sort == DIFFERENCE {
            return match most {
                Most::Whole(most) => most >= suspect.threshold,
                Most::Unbounded => true,
                Most::Open => false,
            };
        }
        let width = suspect.threshold.max(truth.largest);
        let reaches = |value: i64| value >= suspect.threshold && value - least >= width;
        let is_high = match most {
            Most::Whole(most) => reaches(most),
            Most::Unbounded => true,
            Most::Open => false,
        };
        is_high && least <= truth.cases - truth.largest
    }

    fn ranges(&self, steps: usize) -> Option<Ranges> {
        let equations: Vec<Equation> = self.equations(steps).into_iter().map(|(_, equation)| equation).collect();
        let counts: Vec<i64> = self.families.iter().map(|families| families.values().sum()).collect();
        let sum = |equation: &Equation| equation.terms.iter().map(|(at, factor)| counts[*at] * factor).sum::<i64>();
        // The truth is one of the tables, or figures were not counted as they were published.
        if equations.iter().any(|equation| sum(equation) != equation.right) {
            return None;
        }
        Ranges::new(self.families.len(), equations)
    }

    /// Every equation of the first `steps` steps: what was published and what a correction did not change, in words, and
    /// margins.
    fn equations(&self, steps: usize) -> Vec<(Option<String>, Equation)> {
        let mut equations = Vec::new();
        let mut seen = BTreeSet::new();
        for Published { cell, value, step, .. } in &self.folders.published {
            let Some(value) = value.filter(|_| *step < steps) else { continue };
            if seen.insert(cell) {
                let terms = self.terms_of(&cell.view, &cell.codes, &self.blocks(&cell.view, &cell.period));
                let says = format!("{} is {value}", named(&cell.view, &cell.codes, &cell.period));
                equations.push((Some(says), Equation { terms, right: value }));
            }
        }
        let mut margins = Vec::new();
        for (coarse, cut) in &self.cuts {
            for (fine, finer) in self.cuts.iter().filter(|(fine, _)| *fine != coarse && is_margin(coarse, fine)) {
                self.margins((coarse, cut), (fine, finer), &mut margins);
            }
        }
        equations.extend(margins.into_iter().map(|equation| (None, equation)));
        self.unchanged(steps, &mut equations);
        equations
    }

    /// What is enough to know the suspect too closely: published figures of which none can be left out.
    fn because(&self, steps: usize, suspect: &Suspect) -> Vec<String> {
        let terms = self.terms(suspect);
        let mut kept = self.equations(steps);
        let mut chunk = kept.len().div_ceil(2);
        loop {
            let mut at = 0;
            while at < kept.len() {
                let until = (at + chunk).min(kept.len());
                let is_left =
                    |place: usize, one: &(Option<String>, Equation)| !(at..until).contains(&place) || one.0.is_none();
                let fewer: Vec<_> = kept.iter().enumerate().filter(|(place, one)| is_left(*place, one)).collect();
                let fewer: Vec<_> = fewer.into_iter().map(|(_, one)| one.clone()).collect();
                let equations = fewer.iter().map(|(_, equation)| equation.clone()).collect();
                let known = Ranges::new(self.families.len(), equations).map(|ranges| range(&ranges, &terms));
                if fewer.len() < kept.len() && known.is_some_and(|known| !self.is_safe(suspect, known)) {
                    kept = fewer;
                } else {
                    at = until;
                }
            }
            if chunk == 1 {
                return kept.into_iter().filter_map(|(says, _)| says).collect();
            }
            chunk = chunk.div_ceil(2);
        }
    }

    /// A coarser view counts what the finer one counts, part by part.
    fn margins(&self, (coarse, cut): (&View, &Cut), (fine, finer): (&View, &Cut), equations: &mut Vec<Equation>) {
        let tuples = self.tuples(fine);
        for codes in self.tuples(coarse) {
            let below: Vec<&Vec<String>> =
                tuples.iter().filter(|tuple| self.is_below(tuple, fine, &codes, coarse)).collect();
            for (block, holders) in finer.blocks.iter().enumerate() {
                // The coarser view has all periods of the finer one: its parts are parts of this one.
                let of = |name: &&String| finer.periods.contains_key(name.as_str());
                let parts = cut.blocks.iter().enumerate().filter(|(_, held)| held.iter().filter(of).eq(holders.iter()));
                let parts: Vec<usize> = parts.map(|(at, _)| at).collect();
                let mut terms = self.terms_of(coarse, &codes, &parts);
                for tuple in &below {
                    terms.extend(self.terms_of(fine, tuple, &[block]).into_iter().map(|(at, _)| (at, -1)));
                }
                equations.push(Equation { terms, right: 0 });
            }
        }
    }

    fn is_below(&self, tuple: &[String], fine: &View, codes: &[String], coarse: &View) -> bool {
        coarse.iter().zip(codes).all(|((dimension, depth), code)| {
            let at = fine.iter().position(|(name, _)| name == dimension).expect("a margin");
            let own = if fine[at].1 > *depth { self.folders.group(dimension, &tuple[at]) } else { tuple[at].clone() };
            own == *code
        })
    }

    /// A reader is taken to know which cells a correction left as they were.
    fn unchanged(&self, steps: usize, equations: &mut Vec<(Option<String>, Equation)>) {
        for corrected in self.folders.corrections.iter().filter(|corrected| corrected.step < steps) {
            let months = months_of(&corrected.period);
            for (view, cut) in &self.cuts {
                for (period, atoms) in &cut.periods {
                    let of = |share: Share| {
                        let is_it = |atom: &&Atom| (months.0..months.1).contains(&atom.0) && atom.1 == share;
                        atoms.iter().filter(is_it).copied().collect::<BTreeSet<Atom>>()
                    };
                    if !of(Share::Removed).is_empty() {
                        let shares = [Share::Removed, Share::Added];
                        self.unchanged_in(view, (period, months), shares, equations);
                    }
                }
            }
        }
    }

    fn unchanged_in(
        &self,
        view: &View,
        (period, months): (&str, (i32, i32)),
        shares: [Share; 2],
        equations: &mut Vec<(Option<String>, Equation)>,
    ) {
        let cut = &self.cuts[view];
        let first = &cut.periods[period];
        let inside: BTreeSet<i32> =
            first.iter().map(|(month, _)| *month).filter(|month| (months.0..months.1).contains(month)).collect();
        let wanted = |share: Share| inside.iter().map(|month| (*month, share)).collect::<BTreeSet<Atom>>();
        let parts: Vec<Option<Vec<usize>>> = shares.iter().map(|share| self.exactly(view, &wanted(*share))).collect();
        let [Some(removed), Some(added)] = parts.as_slice() else { return };
        for codes in self.tuples(view) {
            let terms = [removed, added].map(|blocks| self.terms_of(view, &codes, blocks));
            if terms.iter().all(|terms| self.truth(terms).cases == 0) {
                let says = Some(format!("{} did not change", named(view, &codes, period)));
                equations.extend(terms.into_iter().map(|terms| (says.clone(), Equation { terms, right: 0 })));
            }
        }
    }

    /// The blocks that hold these atoms and no others; none where the view does not tell them apart.
    fn exactly(&self, view: &View, atoms: &BTreeSet<Atom>) -> Option<Vec<usize>> {
        let cut = &self.cuts[view];
        let all: BTreeSet<Atom> = cut.periods.values().flatten().copied().collect();
        let block_of = |atom: &Atom| {
            let held: BTreeSet<String> =
                cut.periods.iter().filter(|(_, atoms)| atoms.contains(atom)).map(|(name, _)| name.clone()).collect();
            cut.blocks.iter().position(|block| *block == held)
        };
        let blocks: BTreeSet<usize> = atoms.iter().filter(|atom| all.contains(atom)).filter_map(block_of).collect();
        let others = all.difference(atoms).filter_map(block_of).any(|block| blocks.contains(&block));
        (!others && atoms.is_subset(&all)).then(|| blocks.into_iter().collect())
    }

    /// The cells of the first `steps` steps: those of tables; and for each audience the parts into which its periods cut the
    /// months, and the difference of any two.
    fn suspects(&self, steps: usize) -> BTreeSet<Suspect> {
        let mut suspects = BTreeSet::new();
        let mut told: BTreeMap<(&str, &View), (i64, BTreeSet<&str>)> = BTreeMap::new();
        for Published { cell, threshold, audience, .. } in self.folders.published.iter().filter(|one| one.step < steps)
        {
            let Cell { view, codes, period } = cell;
            suspects.insert(self.suspect(view, codes, self.blocks(view, period), (period, TABLE, *threshold)));
            let (of, periods) = told.entry((audience, view)).or_default();
            *of = *threshold;
            periods.insert(period);
        }
        for ((_, view), (threshold, periods)) in told {
            for (blocks, (name, sort)) in self.differences(view, &periods) {
                for codes in self.tuples(view) {
                    suspects.insert(self.suspect(view, &codes, blocks.clone(), (&name, sort, threshold)));
                }
            }
        }
        suspects
    }

    fn suspect(
        &self,
        view: &View,
        codes: &[String],
        blocks: Vec<usize>,
        (period, sort, threshold): (&str, &'static str, i64),
    ) -> Suspect {
        let name = named(view, codes, period);
        Suspect { view: view.clone(), codes: codes.to_vec(), blocks, threshold, name, sort }
    }

    /// Whether the suspect is a cell by that step.
    fn suspects_of(&self, steps: usize, suspect: &Suspect) -> bool {
        self.suspects(steps).iter().any(|one| {
            (&one.view, &one.codes, &one.blocks, one.threshold)
                == (&suspect.view, &suspect.codes, &suspect.blocks, suspect.threshold)
        })
    }

    /// What these periods leave of each other: the parts that they tell apart, and each less one inside it.
    fn differences(&self, view: &View, periods: &BTreeSet<&str>) -> BTreeMap<Vec<usize>, (String, &'static str)> {
        let cut = &self.cuts[view];
        let mut found = BTreeMap::new();
        let mut parts: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for (at, block) in cut.blocks.iter().enumerate() {
            let held: Vec<&str> = periods.iter().copied().filter(|name| block.contains(*name)).collect();
            if !held.is_empty() {
                parts.entry(held).or_default().push(at);
            }
        }
        for (held, blocks) in parts {
            let without: Vec<&str> = periods.iter().copied().filter(|name| !held.contains(name)).collect();
            found.insert(blocks, (format!("in {} and not in {}", held.join(" and "), without.join(", ")), PART));
        }
        for one in periods {
            let whole: BTreeSet<usize> = self.blocks(view, one).into_iter().collect();
            for other in periods.iter().filter(|other| *other != one) {
                let part: BTreeSet<usize> = self.blocks(view, other).into_iter().collect();
                if part.is_subset(&whole) && part != whole {
                    let left: Vec<usize> = whole.difference(&part).copied().collect();
                    found.entry(left).or_insert_with(|| (format!("{one} less {other}"), DIFFERENCE));
                }
            }
        }
        found
    }

    fn said(&self, suspect: &Suspect, now: (Most, Most), (made, before): (usize, (Most, Most))) -> String {
        let Truth { cases, families, largest } = self.truth(&self.terms(suspect));
        let end = |most: Most| if let Most::Whole(value) = most { value.to_string() } else { "any".to_owned() };
        format!(
            "{}, threshold {}: {cases} cases of {families} families, {largest} of one, known to be {} to {}; \
             before step {made} made it a cell {} to {}",
            suspect.name,
            suspect.threshold,
            end(now.0),
            end(now.1),
            end(before.0),
            end(before.1)
        )
    }
}

fn named(view: &View, codes: &[String], period: &str) -> String {
    let names = view.iter().zip(codes).map(|((dimension, _), code)| format!(", {dimension}={code}"));
    format!("period={period}{}", names.collect::<String>())
}

/// Whether the coarse view adds up what the fine one counts.
fn is_margin(coarse: &View, fine: &View) -> bool {
    let is_there =
        |(dimension, depth): &(String, usize)| fine.iter().any(|(name, deeper)| name == dimension && depth <= deeper);
    coarse.iter().all(is_there)
}

/// Every case that was counted, with the codes that hold it, and the codes of each axis.
fn truth(office: &Office, period: &str) -> (Vec<(String, Vec<String>)>, Vec<Row>) {
    let (configuration, store) = office.inside();
    let report = configuration.reports.values().next().expect("a report");
    let audiences: Vec<String> = configuration.service.audiences.iter().map(|one| one.id.clone()).collect();
    let name = period.split("-v").next().unwrap_or_default();
    let months =
        model::Period { start: model::period::Month(months_of(name).0), end: model::period::Month(months_of(name).1) };
    let draft = Draft::new(&configuration, report, &store, months, &audiences).expect("it was released");
    let all: Key = draft.axes.axes.iter().map(|axis| axis.space.total).collect();
    let rows = draft.tabulation().expect("it was counted").rows(&[all]);
    let names = draft.axes.axes.iter().map(|axis| (axis.space.name.clone(), axis.space.codes.clone())).collect();
    (names, rows)
}

/// The months of a period's name, without the version of its figures.
fn months_of(name: &str) -> (i32, i32) {
    let name = name.split("-v").next().unwrap_or_default();
    if let Some((first, last)) = name.split_once("..") {
        return (months_of(first).0, months_of(last).1);
    }
    let (year, part) = name.split_once('-').unwrap_or((name, ""));
    let year = 12 * year.parse::<i32>().expect("a year");
    let number = || part[1..].parse::<i32>().expect("a number");
    match part.as_bytes().first() {
        None => (year, year + 12),
        Some(b'Q') => (year + 3 * number() - 3, year + 3 * number()),
        Some(_) => (year + number() - 1, year + number()),
    }
}

/// What a figure counts: the newest version of each month after so many corrections of them.
fn atoms(name: &str, corrections: &[(usize, (i32, i32))]) -> BTreeSet<Atom> {
    let (start, end) = months_of(name);
    let version = name.split_once("-v").map_or(1, |(_, version)| version.parse::<usize>().expect("a version"));
    let own: Vec<(i32, i32)> =
        corrections.iter().map(|(_, months)| *months).filter(|months| months.0 < end && start < months.1).collect();
    let mut atoms = BTreeSet::new();
    for month in start..end {
        match own.iter().position(|months| (months.0..months.1).contains(&month)) {
            None => atoms.extend([(month, Share::Whole)]),
            Some(at) if at + 1 < version => atoms.extend([(month, Share::Kept), (month, Share::Added)]),
            Some(_) => atoms.extend([(month, Share::Kept), (month, Share::Removed)]),
        }
    }
    atoms
}
