//! Which codes of an open list have a row. Comes in: a frame with the codes as they were recorded, what was recorded before the
//! period, what was published. Goes out: the frame with rare codes folded into "Other, rarely used", and the codes that no table
//! shows. Deliberately absent: any count of the period.
//!
//! A code list that grows with the data is itself a table: a row that exists says that somebody is in it. So a code has a row
//! where so many used it *before* the period that it would not be small in one like it, or where it was published before; what is
//! not recorded and what is rare as well, which until then is counted in the totals of its group alone. A first report without a past
//! goes by all that is recorded: a row there says that the threshold was reached, and no more.
//!
//! How often is usual, and not whether it ever came to the threshold: a code of two cases a quarter comes to any threshold in time, is
//! small in every quarter that follows, and hides another with it. Counted on twenty quarters of casework with 200,000 cases and
//! lists that only grew: 254 rows and none of them small in the first, 528 rows and half of them small in the sixteenth.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::config::Configuration;
use model::config::dimension::Derivation;

use crate::tabulate::derive::NESTED;
use crate::tabulate::frame::{Frame, OWN_UNIT, ancestor};

pub use model::config::dimension::OTHER;

/// By dimension and group: months.
pub type Months = BTreeMap<(String, String), BTreeSet<i32>>;

/// What decides about rows.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The fewest protected units that give a code a row where there is no `before`.
    pub threshold: u64,
    /// By dimension: the codes that had a row before.
    pub published: &'a BTreeMap<String, HashSet<String>>,
    /// The time before the period; none where there is none, and all that is recorded decides.
    pub before: Option<&'a Past>,
}

/// What says how often a code is usually used.
///
/// Which codes have a row is public, and says so much of each: that it was used often, or not. A code without a row was counted with
/// others that are rare; where a release hides these, this one among them, a row would bound what it hides. So only months count in
/// which earlier releases told what was rare in the group, and those before everything that any release shows.
#[derive(Debug, Clone)]
pub struct Past {
    /// What was recorded before the period, in its own codes.
    pub frame: Frame,
    /// The event whose uses count.
    pub event: String,
    /// Months before everything that this or an earlier release shows, the newest first.
    pub unseen: Vec<i32>,
    /// Months in which earlier releases told what is rare in a group.
    pub told: Months,
    /// So many months a report has at least.
    pub shortest: usize,
    /// So many protected units a code has in an average report of this length.
    pub usual: u64,
}

/// A whole year, so that every season is in it once.
const YEAR: usize = 12;

impl Past {
    /// The newest year of those months in which dimension `at` was collected whose uses of the codes of `group` count.
    pub(crate) fn months_of(&self, at: usize, group: &str) -> BTreeSet<i32> {
        let (name, unavailable) = self.frame.dims.get(at).map_or(("", &[][..]), |dim| (&dim.name, &dim.unavailable));
        let told = self.told.get(&(name.to_owned(), group.to_owned()));
        let months: BTreeSet<i32> = told.into_iter().flatten().chain(&self.unseen).copied().collect();
        let was_collected = |month: &i32| !unavailable.iter().any(|(start, end)| (*start..*end).contains(month));
        months.into_iter().rev().filter(was_collected).take(YEAR).collect()
    }

    /// The fewest uses in so many months that give a code a row; more than there can be where that is less than a report has.
    pub(crate) fn least(&self, months: usize) -> u64 {
        if months < self.shortest {
            return u64::MAX;
        }
        (months as u64 * self.usual).div_ceil(self.shortest.max(1) as u64)
    }
}

impl Frame {
    /// Folds the rare leaves of open dimensions into "Other", gives what is missing and what is rare a leaf in every group,
    /// whether anybody is in it or not, and notes which of these no table shows.
    pub fn fold_rare(&mut self, configuration: &Configuration, listing: Listing) {
        for (at, dimension) in configuration.dimensions.dimensions.iter().enumerate() {
            if matches!(dimension.derivation, Derivation::Nested { .. }) && at < self.dims.len() {
                self.fold(at, (dimension.levels.len(), &dimension.missing), listing);
            }
        }
    }

    fn fold(&mut self, at: usize, (groups, missing): (usize, &str), listing: Listing) {
        let published = listing.published.get(&self.dims[at].name);
        // A dimension that was never published and has no past is judged by what is there, as all are in a first report.
        let has_past = |past: &&Past| published.is_some() || past.months_of(at, "").len() >= past.shortest;
        let mut past = listing.before.filter(has_past).cloned();
        // What was used before and by nobody today has its row too.
        let mut there: HashSet<String> = self.dims[at].leaves.iter().cloned().collect();
        for leaf in past.iter().flat_map(|past| &past.frame.dims[at].leaves) {
            if there.insert(leaf.clone()) {
                self.dims[at].leaves.push(leaf.clone());
            }
        }
        let is_published = |code: &str| published.is_some_and(|codes| codes.contains(code));
        for depth in (1..=groups + 1).rev() {
            let used = self.usual(past.as_ref(), (at, depth), listing.threshold);
            let is_rare = |code: &str| !used.contains(code) && !is_published(code) && !is_rest(code, missing);
            self.fold_level(at, depth, is_rare);
            if let Some(past) = &mut past {
                past.frame.fold_level(at, depth, is_rare);
            }
        }
        self.add_rests(at, groups, missing);
        let used: Vec<HashSet<String>> =
            (1..=groups + 1).map(|depth| self.usual(past.as_ref(), (at, depth), listing.threshold)).collect();
        let reaches = |code: &String| used.iter().any(|used| used.contains(code));
        let rests = self.dims[at].leaves.iter().filter(|code| is_rest(code, missing));
        self.dims[at].unlisted = rests.filter(|code| !is_published(code) && !reaches(code)).cloned().collect();
    }

    /// The codes of dimension `at`, of `depth` parts, that are used often enough for a row: in the past, or in all that is recorded.
    fn usual(&self, past: Option<&Past>, (at, depth): (usize, usize), threshold: u64) -> HashSet<String> {
        let Some(past) = past else {
            let used = self.units_at((at, depth), None, |_, _| true);
            return used.into_iter().filter(|(_, units)| *units >= threshold).map(|(code, _)| code).collect();
        };
        let leaves = &past.frame.dims[at].leaves;
        let groups: BTreeSet<&str> = leaves.iter().map(|leaf| group_of(ancestor(leaf, depth))).collect();
        let months: HashMap<&str, BTreeSet<i32>> =
            groups.into_iter().map(|group| (group, past.months_of(at, group))).collect();
        let counts = |group: &str, month: i32| months.get(group).is_some_and(|months| months.contains(&month));
        let used = past.frame.units_at((at, depth), Some(&past.event), counts);
        let least = |code: &str| past.least(months.get(group_of(code)).map_or(0, BTreeSet::len));
        used.into_iter().filter(|(code, units)| *units >= least(code)).map(|(code, _)| code).collect()
    }

    /// Gives what is missing and what is rare a leaf in every group.
    fn add_rests(&mut self, at: usize, groups: usize, missing: &str) {
        let leaves = &mut self.dims[at].leaves;
        let mut there: HashSet<String> = leaves.iter().cloned().collect();
        let of_depth = |depth: usize| leaves.iter().filter(move |leaf| leaf.matches(NESTED).count() >= depth);
        let prefixes = (1..=groups).flat_map(|depth| of_depth(depth).map(move |leaf| ancestor(leaf, depth)));
        let prefixes: BTreeSet<String> = prefixes.filter(|code| !is_rest(code, missing)).map(str::to_owned).collect();
        let inside = prefixes.iter().flat_map(|group| [missing, OTHER].map(|last| format!("{group}{NESTED}{last}")));
        let wanted: Vec<String> = [missing.to_owned(), OTHER.to_owned()].into_iter().chain(inside).collect();
        leaves.extend(wanted.into_iter().filter(|leaf| there.insert(leaf.clone())));
    }

    /// Folds what is rare at one depth.
    fn fold_level(&mut self, at: usize, depth: usize, is_rare: impl Fn(&str) -> bool) {
        let mut leaves: Vec<String> = Vec::new();
        let mut index: HashMap<String, u32> = HashMap::new();
        let mut map = Vec::with_capacity(self.dims[at].leaves.len());
        for leaf in &self.dims[at].leaves {
            let code = ancestor(leaf, depth);
            let is_at_this_depth = code.matches(NESTED).count() + 1 == depth;
            let folded = if is_at_this_depth && is_rare(code) { rest_beside(code) } else { leaf.clone() };
            map.push(*index.entry(folded.clone()).or_insert_with(|| {
                leaves.push(folded);
                leaves.len() as u32 - 1
            }));
        }
        for code in &mut self.codes[at] {
            *code = map[*code as usize];
        }
        self.dims[at].leaves = leaves;
    }

    /// Protected units by the first `depth` parts of the codes of dimension `at`, in the months that count for their group; of one
    /// event, or of the one that has most.
    fn units_at(
        &self,
        (at, depth): (usize, usize),
        event: Option<&str>,
        counts: impl Fn(&str, i32) -> bool,
    ) -> HashMap<String, u64> {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut number = |leaf| {
            let next = numbers.len();
            *numbers.entry(ancestor(leaf, depth)).or_insert(next)
        };
        let numbered: Vec<usize> = self.dims[at].leaves.iter().map(|leaf| number(leaf)).collect();
        let events = self.events.len();
        let mut units = vec![0_u64; numbers.len() * events];
        let mut seen: HashSet<(usize, u64)> = HashSet::new();
        let event = event.map(|event| self.events.iter().position(|known| known == event));
        let groups: Vec<&str> = self.dims[at].leaves.iter().map(|leaf| group_of(ancestor(leaf, depth))).collect();
        for row in 0..self.count.len() {
            let is_of = event.is_none_or(|event| event == Some(self.event[row] as usize));
            if !is_of || !counts(groups[self.codes[at][row] as usize], self.month[row]) {
                continue;
            }
            let slot = numbered[self.codes[at][row] as usize] * events + self.event[row] as usize;
            if self.unit[row] == OWN_UNIT {
                units[slot] += u64::from(self.count[row]);
            } else if seen.insert((slot, self.unit[row])) {
                units[slot] += 1;
            }
        }
        let most = |number: usize| units[number * events..(number + 1) * events].iter().copied().max().unwrap_or(0);
        numbers.into_iter().map(|(code, number)| (code.to_owned(), most(number))).collect()
    }
}

/// Whether a code stands for what is not recorded, or rare, in its group.
fn is_rest(code: &str, missing: &str) -> bool {
    let last = code.rsplit(NESTED).next().unwrap_or(code);
    last == missing || last == OTHER
}

/// What a code is a part of; nothing for those of the first level.
pub(crate) fn group_of(code: &str) -> &str {
    code.rsplit_once(NESTED).map_or("", |(group, _)| group)
}

fn rest_beside(code: &str) -> String {
    code.rsplit_once(NESTED).map_or_else(|| OTHER.to_owned(), |(group, _)| format!("{group}{NESTED}{OTHER}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::tabulate::FrameDimension;

    const MISSING: &str = "Not recorded";

    /// Issues of the families 7 and 8 in two months; 8 came twice for repairs.
    pub(in crate::tabulate) fn frame() -> Frame {
        let leaves = ["Housing > Repairs", "Housing > Rats", "Schools > Places"].map(str::to_owned).to_vec();
        Frame {
            events: vec!["opened".into()],
            dims: vec![FrameDimension { leaves, ..FrameDimension::named("topic") }],
            event: vec![0; 4],
            month: vec![24_000, 24_000, 24_001, 24_001],
            unit: vec![7, 8, 7, 7],
            codes: vec![vec![0, 0, 1, 2]],
            count: vec![1, 2, 1, 1],
            ..Frame::default()
        }
    }

    fn folded(frame: Frame, threshold: u64, before: Option<&Frame>, published: &[&str]) -> Frame {
        let before = before.map(|before| past(before, threshold, &[24_000, 24_001]));
        folded_after(frame, threshold, before.as_ref(), published)
    }

    /// A past of months that no release is about.
    fn past(frame: &Frame, usual: u64, unseen: &[i32]) -> Past {
        let unseen = unseen.iter().rev().copied().collect();
        Past { frame: frame.clone(), event: "opened".to_owned(), unseen, told: Months::new(), shortest: 2, usual }
    }

    fn folded_after(mut frame: Frame, threshold: u64, before: Option<&Past>, published: &[&str]) -> Frame {
        let codes = published.iter().map(|code| (*code).to_owned()).collect();
        let published = BTreeMap::from([("topic".to_owned(), codes)]);
        frame.fold(0, (1, MISSING), Listing { threshold, published: &published, before });
        frame
    }

    /// Every code that a table may show.
    fn rows(frame: &Frame) -> BTreeSet<&str> {
        let dim = &frame.dims[0];
        dim.leaves.iter().filter(|leaf| !dim.unlisted.contains(*leaf)).map(String::as_str).collect()
    }

    /// The first so many rows of [`frame`].
    fn first(rows: usize) -> Frame {
        let mut frame = frame();
        [&mut frame.event, &mut frame.codes[0]].into_iter().for_each(|column| column.truncate(rows));
        frame.month.truncate(rows);
        frame.unit.truncate(rows);
        frame.count.truncate(rows);
        frame
    }

    #[test]
    fn a_code_that_only_one_family_ever_used_is_no_row_of_its_own() {
        let frame = folded(frame(), 2, None, &[]);
        assert_eq!(rows(&frame), BTreeSet::from(["Housing > Repairs"]), "one family used all of Schools, and rats");
        let leaf = |row: usize| frame.dims[0].leaves[frame.codes[0][row] as usize].as_str();
        assert_eq!([0, 2, 3].map(leaf), ["Housing > Repairs", "Housing > Other, rarely used", OTHER]);
    }

    #[test]
    fn no_case_of_today_makes_a_row() {
        let before = first(2);
        // Today nobody came, or one family with rats, or that and one about places at school.
        let all = [2, 3, 4].map(|rows| folded(first(rows), 2, Some(&before), &[]));
        assert!(all.iter().all(|frame| rows(frame) == rows(&all[0])));
        assert_eq!(rows(&all[0]), BTreeSet::from(["Housing > Repairs"]));
        let codes = |frame: &Frame| frame.dims[0].leaves.iter().cloned().collect::<BTreeSet<String>>();
        assert!(all.iter().all(|frame| codes(frame) == codes(&all[0])), "sums are stated over all codes");
    }

    #[test]
    fn what_is_rare_has_a_row_once_enough_used_it_before_or_it_was_published() {
        let rest = "Housing > Other, rarely used";
        let mut before = first(3);
        assert!(!rows(&folded(frame(), 2, Some(&before), &[])).contains(rest), "one family");
        before.unit[2] = 9;
        before.unit.push(7);
        before.event.push(0);
        before.month.push(24_001);
        before.count.push(1);
        before.codes[0].push(3);
        before.dims[0].leaves.push("Housing > Noise".to_owned());
        assert!(
            rows(&folded(frame(), 2, Some(&before), &[])).contains(rest),
            "two families, each with an issue of its own"
        );
        assert!(rows(&folded(frame(), 2, Some(&first(2)), &[rest])).contains(rest));
    }

    #[test]
    fn months_whose_rest_is_hidden_say_nothing_of_what_is_usual() {
        // Housing > Rats, of nobody's family, ten times in each month.
        let mut before = frame();
        before.dims[0].leaves.truncate(2);
        before.codes[0] = vec![0, 1, 0, 1];
        before.unit = vec![OWN_UNIT; 4];
        before.count = vec![10; 4];
        let rows_with = |told: &[i32], shortest| {
            let of_group = (("topic".to_owned(), "Housing".to_owned()), told.iter().copied().collect());
            let past = Past { shortest, told: Months::from([of_group]), ..past(&before, 10, &[]) };
            let folded = folded_after(before.clone(), 10, Some(&past), &["Housing"]);
            rows(&folded).contains("Housing > Rats")
        };
        assert!(rows_with(&[24_000, 24_001], 1) && rows_with(&[24_001], 1), "the other month is as good");
        assert!(!rows_with(&[24_001], 2), "a report has two months, and only one is told");
        assert!(!rows_with(&[], 1));
    }
}
