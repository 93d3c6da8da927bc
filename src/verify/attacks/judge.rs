//! Runs the attacks on one system and says what they mean at one threshold. Comes in: releases. Goes out: findings,
//! claims for the referee inside the wall, counts by the names of the outside judge, and how far each attack got.
//! Deliberately absent: the truth, so a hidden cell that is narrow but not proven small is a claim, not a finding.

use std::collections::BTreeMap;

use linear::Bounds;
use model::claim::Tried;
use model::{Attack, Claim, Finding};

use crate::attacks::extract::tables;
use crate::attacks::groups::{Describes, OUTSIDE, Watched, groups, watch};
use crate::attacks::interval::{Range, Wanted, ranges};
use crate::attacks::narrow::hold_a_small_count;
use crate::attacks::reconstruction::{Forced, reconstruct};
use crate::attacks::subtraction::determined;
use crate::attacks::system::{Cells, Part, State, build};
use crate::error::VerifyError;

/// What the attacks at one threshold came to.
#[derive(Debug, Default)]
pub struct Judged {
    /// What must not be released.
    pub findings: Vec<Finding>,
    /// Hidden cells that are narrower than the threshold, or known to lie below it.
    pub claims: Vec<Claim>,
    /// Combinations that overlapping tables force to be few; each is a finding too.
    pub forced: Vec<Forced>,
    /// How far each attack got.
    pub tried: Vec<Tried>,
    /// By the names of the outside judge.
    pub counts: BTreeMap<String, u64>,
    /// What could not be linked.
    pub notes: Vec<String>,
}

/// Attacks all `parts` together; a count from 1 to `threshold - 1` is small.
///
/// # Errors
/// [`VerifyError`] where the cells cannot be numbered.
pub fn attack(parts: &[Part<'_>], threshold: u64) -> Result<Judged, VerifyError> {
    let mut cells = build(parts)?;
    let mut judged = Judged {
        findings: std::mem::take(&mut cells.findings),
        notes: std::mem::take(&mut cells.notes),
        ..Judged::default()
    };
    judged.count_cells(&cells, parts);
    let known: Vec<bool> = (0..cells.system.len()).map(|at| cells.states.get(at) == Some(&State::Published)).collect();
    let linear = determined(&cells.system, &known);
    let unknown = known.iter().take(cells.len()).filter(|known| !**known).count();
    let further = |count: usize, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
    let rests = further(cells.taken_off, "differences through levels between");
    let relations = further(cells.system.rows.len() - cells.sums - cells.taken_off, "relations");
    judged.tried.push(Tried {
        attack: Attack::Subtraction,
        scope: format!("{unknown} cells that no table publishes, {} sums{rests}{relations}", cells.sums),
        not_shown: cells.left_out + if linear.is_none() { unknown as u64 } else { 0 },
    });
    judged.small_published(&cells, parts, threshold);
    judged.findings.extend(tables::rests(&cells, parts, threshold));
    let linear = linear.unwrap_or_else(|| vec![false; cells.system.len()]);
    let mut bounds = cells.system.propagate();
    let mut watched = Vec::new();
    if let Ok(known) = &bounds {
        watched = watch(&mut cells, parts, known);
        if !watched.is_empty() {
            bounds = cells.system.propagate();
        }
    }
    match bounds {
        Ok(bounds) => {
            judged.intervals(&cells, parts, &bounds, &linear, (threshold, &watched));
            judged.reconstruction(&cells, parts, &bounds, threshold);
        }
        Err(_) => judged.infeasible(&cells),
    }
    Ok(judged)
}

fn file_of(cells: &Cells, parts: &[Part<'_>], at: usize) -> (String, String) {
    match cells.origins[at] {
        Some(origin) => {
            let part = &parts[origin.release];
            let file = format!("{}{}", part.prefix, part.manifest.tables[origin.table].file);
            (file, format!("line {}", origin.line))
        }
        None => (String::new(), "in no table".to_owned()),
    }
}

impl Judged {
    fn count(&mut self, name: &str, count: u64) {
        *self.counts.entry(name.to_owned()).or_default() += count;
    }

    fn count_cells(&mut self, cells: &Cells, parts: &[Part<'_>]) {
        let of = |state: State| cells.states.iter().filter(|&&other| other == state).count() as u64;
        self.count("releases", parts.len() as u64);
        self.count("cells_in_tables", of(State::Published) + of(State::Suppressed) + of(State::Rounded));
        self.count("published", of(State::Published));
        self.count("suppressed", of(State::Suppressed));
        self.count("rounded_or_noisy", of(State::Rounded));
        self.count("derived_cells", of(State::Derived));
        let found = |kind: &str| self.findings.iter().filter(|finding| finding.kind == kind).count() as u64;
        let (inconsistent, broken) = (found("inconsistent_published"), found("relation_broken"));
        self.count("inconsistent_published", inconsistent);
        self.count("relation_broken", broken);
        for name in NAMES {
            self.count(name, 0);
        }
    }

    fn small_published(&mut self, cells: &Cells, parts: &[Part<'_>], threshold: u64) {
        for (at, state) in cells.states.iter().enumerate() {
            let value = u64::try_from(cells.system.lower[at]).unwrap_or(0);
            if *state == State::Published && value > 0 && value < threshold {
                let range = Range { lowest: cells.system.lower[at], highest: cells.system.upper[at], ..NOTHING };
                let message = format!("a count below {threshold} is published");
                self.find(cells, parts, at, range, Attack::Subtraction, "small_counts_published", message);
            }
        }
    }

    fn infeasible(&mut self, cells: &Cells) {
        self.count("infeasible", 1);
        self.findings.push(Finding {
            attack: Attack::Consistency,
            kind: "infeasible".to_owned(),
            file: String::new(),
            place: String::new(),
            message: "no table of counts agrees with everything that is published".to_owned(),
            claim: None,
        });
        let hidden = cells.states.iter().filter(|&&state| state != State::Published).count() as u64;
        self.count("unattacked", hidden);
        self.tried.push(Tried {
            attack: Attack::Interval,
            scope: "nothing: the published figures contradict each other".to_owned(),
            not_shown: hidden,
        });
    }

    fn intervals(
        &mut self,
        cells: &Cells,
        parts: &[Part<'_>],
        bounds: &Bounds,
        linear: &[bool],
        (threshold, watched): (u64, &[Watched]),
    ) {
        let mut wanted: Vec<Wanted> = (0..cells.system.len())
            .map(|at| match cells.states.get(at) {
                Some(State::Suppressed) => Wanted::Width(threshold),
                Some(State::Rounded) => wanted_of_rounded(bounds, at, threshold),
                Some(State::Derived) => Wanted::NotSmall(threshold),
                Some(State::Published) | None => Wanted::Nothing,
            })
            .collect();
        for group in watched {
            wanted[group.outside] = Wanted::Reaches(OUTSIDE);
        }
        let found = ranges(&cells.system, bounds, &wanted);
        if found.is_infeasible {
            self.infeasible(cells);
            return;
        }
        let mut open = 0;
        for (at, &state) in cells.states.iter().enumerate() {
            let range = found.ranges[at];
            open += u64::from(range.is_open);
            match state {
                State::Published => {}
                State::Suppressed => self.suppressed(cells, parts, at, range, linear[at], threshold),
                State::Derived => self.derived(cells, parts, at, range, linear[at], threshold),
                State::Rounded => self.rounded(cells, parts, at, range, threshold),
            }
        }
        self.count("unattacked", open);
        self.narrow(cells, parts, bounds, &found.ranges, threshold);
        open += watched.iter().filter(|group| found.ranges[group.outside].is_open).count() as u64;
        self.groups(cells, parts, &found.ranges, watched);
        // Relations, and what lies outside a category, have rows of their own after those of the tables.
        let groups = groups(&cells.system.rows[..cells.sums], &found.ranges, threshold);
        self.count("group_100pct", groups.all);
        self.count("group_100pct_total_below_2T", groups.all_of_few);
        self.count("group_all_but_one", groups.all_but_one);
        let attacked = wanted.iter().filter(|&&wanted| wanted != Wanted::Nothing).count();
        self.tried.push(Tried {
            attack: Attack::Interval,
            scope: format!(
                "{attacked} cells at threshold {threshold}, {} connected parts, {} simplex steps, {} interior point programmes",
                found.components, found.pivots, found.programmes
            ),
            not_shown: open,
        });
    }

    /// Combinations of no table that overlapping tables force to be few.
    fn reconstruction(&mut self, cells: &Cells, parts: &[Part<'_>], bounds: &Bounds, threshold: u64) {
        let found = reconstruct(cells, parts, bounds, threshold);
        if found.tables > 0 {
            self.tried.push(Tried {
                attack: Attack::Reconstruction,
                scope: format!("{} cells of {} tables behind overlapping ones", found.cells, found.tables),
                not_shown: 0,
            });
        }
        if found.left_out > 0 {
            self.notes.push(format!(
                "{} tables behind overlapping ones were too large to be followed cell by cell",
                found.left_out
            ));
        }
        for forced in found.forced {
            let claim = forced.claim.clone();
            self.forced.push(forced);
            let is_exact = claim.highest == Some(claim.lowest);
            let kind = if is_exact { "joint_small_exact" } else { "joint_small_bounded" };
            self.count(kind, 1);
            self.findings.push(Finding {
                attack: Attack::Reconstruction,
                kind: kind.to_owned(),
                file: String::new(),
                place: "in no table".to_owned(),
                message: format!("overlapping tables force a combination to lie between 1 and {}", threshold - 1),
                claim: Some(claim),
            });
        }
    }

    /// Small groups of which everybody, or everybody but one, is known to be in one category of a sensitive dimension.
    fn groups(&mut self, cells: &Cells, parts: &[Part<'_>], ranges: &[Range], watched: &[Watched]) {
        for group in watched {
            let (kind, whom) = match group.describes(ranges) {
                Some(Describes::All) => ("sensitive_group_all", "everybody"),
                Some(Describes::AllButOne) => ("sensitive_group_all_but_one", "everybody but one"),
                None => continue,
            };
            self.count(kind, 1);
            let message = format!(
                "a group of fewer than {} is described: {whom} of {} is in this category",
                group.below,
                match cells.name(group.whole) {
                    name if name.is_empty() => "the total".to_owned(),
                    name => name,
                }
            );
            let category = group.category;
            self.find(cells, parts, category, ranges[category], Attack::Interval, kind, message);
        }
    }

    fn suppressed(
        &mut self,
        cells: &Cells,
        parts: &[Part<'_>],
        at: usize,
        range: Range,
        is_linear: bool,
        threshold: u64,
    ) {
        let Some(highest) = range.highest else { return };
        let (width, limit) = (highest - range.lowest, signed(threshold));
        let is_small = range.lowest >= 1 && highest < limit;
        self.count("suppressed_linear_exact", u64::from(is_linear));
        self.count("suppressed_interval_exact", u64::from(width <= 0));
        self.count("suppressed_narrow", u64::from(width > 0 && width < limit));
        self.count("suppressed_known_small_nonzero", u64::from(is_small));
        if width < limit || highest < limit {
            self.claims.push(claim(cells, at, range));
        }
        if is_small {
            let (attack, kind) = match (is_linear, width <= 0) {
                (true, _) => (Attack::Subtraction, "suppressed_linear_exact"),
                (false, true) => (Attack::Interval, "suppressed_interval_exact"),
                (false, false) => (Attack::Interval, "suppressed_known_small_nonzero"),
            };
            let message = format!("a hidden cell is known to lie between 1 and {}", threshold - 1);
            self.find(cells, parts, at, range, attack, kind, message);
        }
    }

    /// Cells that cannot reach the threshold and may be zero: all of them at once?
    fn narrow(&mut self, cells: &Cells, parts: &[Part<'_>], bounds: &Bounds, ranges: &[Range], threshold: u64) {
        let is_narrow = |at: &usize| {
            let range = ranges[*at];
            let is_below = range.highest.is_some_and(|highest| highest < signed(threshold));
            cells.states[*at] == State::Suppressed && range.lowest < 1 && is_below
        };
        let narrow: Vec<usize> = (0..cells.states.len()).filter(is_narrow).collect();
        for set in hold_a_small_count(&cells.system, bounds, &narrow) {
            self.count("suppressed_small_among", 1);
            let message = format!(
                "{} hidden cells lie below {threshold} and cannot all be zero, so a small count is among them",
                set.len()
            );
            self.find(cells, parts, set[0], ranges[set[0]], Attack::Interval, "suppressed_small_among", message);
        }
        if !narrow.is_empty() {
            self.notes.push(format!(
                "{} hidden cells are known to lie below {threshold}; if they are zeros, which only the truth tells, \
                 nothing is lost",
                narrow.len()
            ));
        }
    }

    fn derived(&mut self, cells: &Cells, parts: &[Part<'_>], at: usize, range: Range, is_linear: bool, threshold: u64) {
        let Some(highest) = range.highest else { return };
        if range.lowest < 1 || highest >= signed(threshold) {
            return;
        }
        let is_exact = highest <= range.lowest;
        let kind = if is_exact { "derived_small_exact" } else { "derived_small_bounded" };
        self.count(kind, 1);
        let attack = if is_linear { Attack::Subtraction } else { Attack::Interval };
        let message =
            format!("a cell that no table shows follows from others and lies between 1 and {}", threshold - 1);
        self.find(cells, parts, at, range, attack, kind, message);
    }

    fn rounded(&mut self, cells: &Cells, parts: &[Part<'_>], at: usize, range: Range, threshold: u64) {
        let Some(highest) = range.highest else { return };
        let limit = signed(threshold);
        if range.lowest < limit && (highest < limit || highest - range.lowest < limit) {
            self.claims.push(claim(cells, at, range));
        }
        if range.lowest >= 1 && highest < limit {
            let is_exact = highest <= range.lowest;
            let kind = if is_exact { "rounded_small_exact" } else { "rounded_small_bounded" };
            self.count(kind, 1);
            let message = format!("a rounded count is known to lie between 1 and {}", threshold - 1);
            self.find(cells, parts, at, range, Attack::Interval, kind, message);
        }
    }

    #[allow(clippy::too_many_arguments)] // One finding has that many facts.
    fn find(
        &mut self,
        cells: &Cells,
        parts: &[Part<'_>],
        at: usize,
        range: Range,
        attack: Attack,
        kind: &str,
        message: String,
    ) {
        if kind == "small_counts_published" {
            self.count(kind, 1);
        }
        let (file, place) = file_of(cells, parts, at);
        let claim = Some(claim(cells, at, range));
        self.findings.push(Finding { attack, kind: kind.to_owned(), file, place, message, claim });
    }
}

/// A rounded count that is no small one asks for nothing; where its form alone is narrower than the threshold, only
/// whether it is known to be small is to be found out.
fn wanted_of_rounded(bounds: &Bounds, at: usize, threshold: u64) -> Wanted {
    let (lower, limit) = (bounds.lower[at], signed(threshold));
    match bounds.upper[at] {
        _ if lower >= limit => Wanted::Nothing,
        Some(upper) if upper - lower < limit => Wanted::NotSmall(threshold),
        Some(_) | None => Wanted::Width(threshold),
    }
}

/// Names that are counted even where nothing was found, so that a program finds them.
const NAMES: [&str; 18] = [
    "infeasible",
    "small_counts_published",
    "suppressed_linear_exact",
    "suppressed_interval_exact",
    "suppressed_narrow",
    "suppressed_known_small_nonzero",
    "derived_small_exact",
    "derived_small_bounded",
    "joint_small_exact",
    "joint_small_bounded",
    "rounded_small_exact",
    "suppressed_small_among",
    "group_100pct",
    "group_100pct_total_below_2T",
    "group_all_but_one",
    "sensitive_group_all",
    "sensitive_group_all_but_one",
    "unattacked",
];

const NOTHING: Range = Range { lowest: 0, highest: None, is_cleared: false, is_open: false };

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn claim(cells: &Cells, at: usize, range: Range) -> Claim {
    let positive = |bound: i64| u64::try_from(bound).unwrap_or(0);
    Claim { cell: cells.name(at), lowest: positive(range.lowest), highest: range.highest.map(positive) }
}
