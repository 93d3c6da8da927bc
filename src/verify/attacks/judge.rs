//! Runs the attacks on one system and says what they mean at one threshold. Comes in: releases. Goes out: findings,
//! claims for the referee inside the wall, counts by the names of the outside judge, and how far each attack got.
//! Deliberately absent: the truth, so a hidden cell that is narrow but not proven small is a claim, not a finding.

use std::collections::{BTreeMap, BTreeSet};

use linear::Bounds;
use model::claim::Tried;
use model::{Attack, Claim, Finding};

use crate::attacks::before::{About, told};
use crate::attacks::extract::tables;
use crate::attacks::groups::{Describes, OUTSIDE, groups};
use crate::attacks::interval::{Range, Ranges, Wanted, ranges};
use crate::attacks::narrow::hold_a_small_count;
use crate::attacks::reconstruction::{Forced, reconstruct};
use crate::attacks::scene::Scene;
use crate::attacks::system::{Cells, Part, State, build};
use crate::error::VerifyError;

/// What the attacks at one threshold came to.
#[derive(Debug, Default)]
pub struct Judged {
    /// What must not be released.
    pub findings: Vec<Finding>,
    /// Hidden cells that are narrower than the threshold, or known to lie below it.
    pub claims: Vec<Claim>,
    /// Those of which earlier releases had told as much before a release made cells of them.
    pub told: Vec<Claim>,
    /// Combinations that overlapping tables force to be few; each is a finding too.
    pub forced: Vec<Forced>,
    /// How far each attack got.
    pub tried: Vec<Tried>,
    /// By the names of the outside judge.
    pub counts: BTreeMap<String, u64>,
    /// What could not be linked.
    pub notes: Vec<String>,
    /// What is known of cells too closely, before it is asked who told it.
    flags: Vec<Flag>,
}

/// What is known of a cell, or of several.
#[derive(Debug)]
struct Flag {
    about: About,
    what: What,
}

#[derive(Debug)]
enum What {
    /// For everybody, and whether it is counted under its kind; some kinds are counted as facts about the system anyway.
    Finding(Box<Finding>, bool),
    /// For whoever knows the truth.
    Claim(Claim),
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
    judged.overlapping(cells.joint);
    judged.small_published(&cells, parts, threshold);
    judged.findings.extend(tables::rests(&cells, parts, threshold));
    match Scene::new(cells, parts, threshold) {
        Ok(scene) => {
            let linear = scene.determined();
            judged.subtraction(&scene.cells, &scene.is_untouched, linear.is_none());
            judged.intervals(&scene, &linear.unwrap_or_else(|| vec![false; scene.cells.system.len()]));
            judged.reconstruction(&scene);
        }
        Err(cells) => judged.infeasible(&cells),
    }
    Ok(judged)
}

impl Judged {
    fn count(&mut self, name: &str, count: u64) {
        *self.counts.entry(name.to_owned()).or_default() += count;
    }

    fn count_cells(&mut self, cells: &Cells, parts: &[Part<'_>]) {
        let of = |state: State| cells.states.iter().filter(|&&other| other == state).count() as u64;
        self.count("releases", parts.iter().filter(|part| !part.is_known_anyway).count() as u64);
        self.count("cells_in_tables", of(State::Published) + of(State::Suppressed) + of(State::Rounded));
        self.count("published", of(State::Published));
        self.count("suppressed", of(State::Suppressed));
        self.count("rounded_or_noisy", of(State::Rounded));
        self.count("derived_cells", of(State::Derived) + cells.rests.len() as u64);
        let found = |kind: &str| self.findings.iter().filter(|finding| finding.kind == kind).count() as u64;
        let (inconsistent, broken) = (found("inconsistent_published"), found("relation_broken"));
        self.count("inconsistent_published", inconsistent);
        self.count("relation_broken", broken);
        for name in NAMES {
            self.count(name, 0);
        }
    }

    fn small_published(&mut self, cells: &Cells, parts: &[Part<'_>], threshold: u64) {
        let is_published = cells.published_by(parts, &|part| !part.is_known_anyway);
        for (at, state) in cells.states.iter().enumerate() {
            let value = u64::try_from(cells.system.lower[at]).unwrap_or(0);
            if *state == State::Published && is_published[at] && value > 0 && value < threshold {
                self.count("small_counts_published", 1);
                let (file, place) = cells.place_of(parts, at);
                self.findings.push(Finding {
                    attack: Attack::Subtraction,
                    kind: "small_counts_published".to_owned(),
                    file,
                    place,
                    message: format!("a count below {threshold} is published"),
                    claim: Some(claim(cells.name(at), cells.system.lower[at], cells.system.upper[at])),
                });
            }
        }
    }

    fn subtraction(&mut self, cells: &Cells, is_untouched: &[bool], is_given_up: bool) {
        let is_unknown = |at: &usize| cells.states[*at] != State::Published;
        let unknown = (0..cells.len()).filter(is_unknown).count() + cells.rests.len();
        let further = |count: usize, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
        let rests = further(cells.rests.len(), "differences through levels between");
        let relations = further(cells.relations.len(), "relations");
        self.tried.push(Tried {
            attack: Attack::Subtraction,
            scope: format!("{unknown} cells that no table publishes, {} sums{rests}{relations}", cells.sums),
            not_shown: cells.left_out + if is_given_up { unknown as u64 } else { 0 },
        });
        let skipped = (0..cells.len()).filter(|&at| is_unknown(&at) && is_untouched[at]).count();
        if skipped > 0 {
            self.tried.push(Tried {
                attack: Attack::Interval,
                scope: format!("not again: {skipped} cells in parts that no given release touches"),
                not_shown: 0,
            });
        }
    }

    /// How far hidden cells were bounded by the tables behind overlapping ones.
    fn overlapping(&mut self, (followed, left_out): (usize, usize)) {
        if followed > 0 {
            let scope = format!("hidden cells bounded by {followed} tables behind overlapping ones too");
            self.tried.push(Tried { attack: Attack::Reconstruction, scope, not_shown: 0 });
        }
        if left_out > 0 {
            self.notes.push(format!(
                "{left_out} tables behind overlapping ones were too large to bound hidden cells by; these were bounded by margins only"
            ));
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

    fn intervals(&mut self, scene: &Scene<'_, '_>, linear: &[bool]) {
        let wanted = wanted(scene);
        let found = ranges(&scene.cells.system, &scene.bounds, &wanted);
        if found.is_infeasible {
            self.infeasible(&scene.cells);
            return;
        }
        let is_attacked = |at: &usize| !scene.is_untouched[*at];
        for at in (0..scene.cells.len()).filter(is_attacked) {
            let range = found.ranges[at];
            match scene.cells.states[at] {
                State::Published => {}
                State::Suppressed => self.suppressed(scene, at, range, linear[at]),
                State::Derived => self.derived(scene, at, range, linear[at]),
                State::Rounded => self.rounded(scene, at, range),
            }
        }
        for at in scene.taken.iter().map(|taken| taken.at).filter(is_attacked) {
            self.derived(scene, at, found.ranges[at], linear[at]);
        }
        let open = found.ranges.iter().filter(|range| range.is_open).count() as u64;
        self.count("unattacked", open);
        self.narrow(scene, &found.ranges);
        self.groups(scene, &found.ranges);
        self.say_who_told(scene, &found);
        let attacked = wanted.iter().filter(|&&wanted| wanted != Wanted::Nothing).count();
        self.tried.push(Tried {
            attack: Attack::Interval,
            scope: format!(
                "{attacked} cells at threshold {}, {} connected parts, {} simplex steps, {} interior point programmes",
                scene.threshold, found.components, found.pivots, found.programmes
            ),
            not_shown: open,
        });
    }

    /// Combinations of no table that overlapping tables force to be few.
    fn reconstruction(&mut self, scene: &Scene<'_, '_>) {
        let found = reconstruct(&scene.cells, scene.parts, &scene.bounds, &scene.is_untouched, scene.threshold);
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
                message: format!("overlapping tables force a combination to lie between 1 and {}", scene.threshold - 1),
                claim: Some(claim),
            });
        }
    }

    /// Small groups of which everybody, or everybody but one, is known to be in one category of a sensitive dimension; and
    /// how many groups of any dimension are so, as far as a reader knows their figures.
    fn groups(&mut self, scene: &Scene<'_, '_>, found: &[Range]) {
        for group in scene.watched.iter().filter(|group| !scene.is_untouched[group.outside]) {
            let (kind, whom) = match group.describes(found) {
                Some(Describes::All) => ("sensitive_group_all", "everybody"),
                Some(Describes::AllButOne) => ("sensitive_group_all_but_one", "everybody but one"),
                None => continue,
            };
            let message = format!(
                "a group of fewer than {} is described: {whom} of {} is in this category",
                group.below,
                match scene.name(group.whole) {
                    name if name.is_empty() => "the total".to_owned(),
                    name => name,
                }
            );
            let finding = finding(scene, (group.category, found[group.category]), (Attack::Interval, kind), message);
            self.flag(About::Group(*group), What::Finding(finding, true));
        }
        // Relations, and what lies outside a category, have rows of their own after those of the tables.
        let groups = groups(&scene.cells.system.rows[..scene.cells.sums], found, scene.threshold);
        self.count("group_100pct", groups.all);
        self.count("group_100pct_total_below_2T", groups.all_of_few);
        self.count("group_all_but_one", groups.all_but_one);
    }

    fn suppressed(&mut self, scene: &Scene<'_, '_>, at: usize, range: Range, is_linear: bool) {
        let Some(highest) = range.highest else { return };
        let (width, limit) = (highest - range.lowest, scene.limit());
        let is_small = range.lowest >= 1 && highest < limit;
        self.count("suppressed_linear_exact", u64::from(is_linear));
        self.count("suppressed_interval_exact", u64::from(width <= 0));
        self.count("suppressed_narrow", u64::from(width > 0 && width < limit));
        self.count("suppressed_known_small_nonzero", u64::from(is_small));
        if width < limit || highest < limit {
            self.claim(scene, at, range);
        }
        if is_small {
            let (attack, kind) = match (is_linear, width <= 0) {
                (true, _) => (Attack::Subtraction, "suppressed_linear_exact"),
                (false, true) => (Attack::Interval, "suppressed_interval_exact"),
                (false, false) => (Attack::Interval, "suppressed_known_small_nonzero"),
            };
            let message = format!("a hidden cell is known to lie between 1 and {}", scene.threshold - 1);
            let finding = finding(scene, (at, range), (attack, kind), message);
            self.flag(About::Cell(at), What::Finding(finding, false));
        }
    }

    /// Cells that cannot reach the threshold and may be zero: all of them at once?
    fn narrow(&mut self, scene: &Scene<'_, '_>, found: &[Range]) {
        let threshold = scene.threshold;
        let is_narrow = |at: &usize| {
            let range = found[*at];
            let is_below = range.highest.is_some_and(|highest| highest < scene.limit());
            scene.cells.states[*at] == State::Suppressed && !scene.is_untouched[*at] && range.lowest < 1 && is_below
        };
        let narrow: Vec<usize> = (0..scene.cells.len()).filter(is_narrow).collect();
        for set in hold_a_small_count(&scene.cells.system, &scene.bounds, &narrow) {
            let message = format!(
                "{} hidden cells lie below {threshold} and cannot all be zero, so a small count is among them",
                set.len()
            );
            let kind = (Attack::Interval, "suppressed_small_among");
            let finding = finding(scene, (set[0], found[set[0]]), kind, message);
            self.flag(About::Among(set), What::Finding(finding, true));
        }
        if !narrow.is_empty() {
            self.notes.push(format!(
                "{} hidden cells are known to lie below {threshold}; if they are zeros, which only the truth tells, \
                 nothing is lost",
                narrow.len()
            ));
        }
    }

    fn derived(&mut self, scene: &Scene<'_, '_>, at: usize, range: Range, is_linear: bool) {
        let Some(highest) = range.highest else { return };
        if range.lowest < 1 || highest >= scene.limit() {
            return;
        }
        let is_exact = highest <= range.lowest;
        let kind = if is_exact { "derived_small_exact" } else { "derived_small_bounded" };
        let attack = if is_linear { Attack::Subtraction } else { Attack::Interval };
        let message =
            format!("a cell that no table shows follows from others and lies between 1 and {}", scene.threshold - 1);
        let finding = finding(scene, (at, range), (attack, kind), message);
        self.flag(About::Cell(at), What::Finding(finding, true));
    }

    fn rounded(&mut self, scene: &Scene<'_, '_>, at: usize, range: Range) {
        let Some(highest) = range.highest else { return };
        let limit = scene.limit();
        if range.lowest < limit && (highest < limit || highest - range.lowest < limit) {
            self.claim(scene, at, range);
        }
        if range.lowest >= 1 && highest < limit {
            let is_exact = highest <= range.lowest;
            let kind = if is_exact { "rounded_small_exact" } else { "rounded_small_bounded" };
            let message = format!("a rounded count is known to lie between 1 and {}", scene.threshold - 1);
            let finding = finding(scene, (at, range), (Attack::Interval, kind), message);
            self.flag(About::Cell(at), What::Finding(finding, true));
        }
    }

    fn claim(&mut self, scene: &Scene<'_, '_>, at: usize, range: Range) {
        self.flag(About::Cell(at), What::Claim(claim(scene.name(at), range.lowest, range.highest)));
    }

    fn flag(&mut self, about: About, what: What) {
        self.flags.push(Flag { about, what });
    }

    /// Makes findings and claims of what is flagged, but for what was told before a release made cells of it.
    fn say_who_told(&mut self, scene: &Scene<'_, '_>, found: &Ranges) {
        let flags = std::mem::take(&mut self.flags);
        let abouts: BTreeSet<About> = flags.iter().map(|flag| flag.about.clone()).collect();
        let abouts: Vec<About> = abouts.into_iter().collect();
        let told: BTreeMap<&About, usize> =
            abouts.iter().zip(told(scene, found, &abouts)).filter_map(|(about, time)| Some((about, time?))).collect();
        self.count("told_before", told.len() as u64);
        for time in told.values().copied().collect::<BTreeSet<usize>>() {
            let cells = told.values().filter(|other| **other == time).count();
            let by = names_before(scene.parts, time);
            self.notes.push(format!("{cells} cells were told already by {by}, before a release made cells of them"));
        }
        for Flag { about, what } in flags {
            match (what, told.contains_key(&about)) {
                (What::Finding(finding, is_counted), false) => {
                    self.count(&finding.kind, u64::from(is_counted));
                    self.findings.push(*finding);
                }
                (What::Claim(claim), false) => self.claims.push(claim),
                (What::Claim(claim), true) => self.told.push(claim),
                (What::Finding(..), true) => {}
            }
        }
    }
}

/// What is asked of each variable.
fn wanted(scene: &Scene<'_, '_>) -> Vec<Wanted> {
    let (cells, threshold) = (&scene.cells, scene.threshold);
    let of_cell = |at: usize| match cells.states.get(at) {
        _ if scene.is_untouched[at] => Wanted::Nothing,
        Some(State::Suppressed) => Wanted::Width(threshold),
        Some(State::Rounded) => wanted_of_rounded(&scene.bounds, at, threshold),
        Some(State::Derived) => Wanted::NotSmall(threshold),
        Some(State::Published) | None => Wanted::Nothing,
    };
    let mut wanted: Vec<Wanted> = (0..cells.system.len()).map(of_cell).collect();
    for taken in scene.taken.iter().filter(|taken| !scene.is_untouched[taken.at]) {
        wanted[taken.at] = Wanted::NotSmall(threshold);
    }
    for group in scene.watched.iter().filter(|group| !scene.is_untouched[group.outside]) {
        wanted[group.outside] = Wanted::Reaches(OUTSIDE);
    }
    wanted
}

/// The releases before a time, for people.
fn names_before(parts: &[Part<'_>], time: usize) -> String {
    const MOST: usize = 3;
    let mut named: Vec<(usize, &str)> = parts
        .iter()
        .filter(|part| part.time < time)
        .map(|part| (part.time, if part.prefix.is_empty() { "a release" } else { part.prefix.trim_end_matches('/') }))
        .collect();
    named.sort_unstable_by(|one, other| other.cmp(one));
    let mut names: Vec<String> = named.iter().take(MOST).map(|(_, name)| (*name).to_owned()).collect();
    if named.len() > MOST {
        names.push(format!("{} before them", named.len() - MOST));
    }
    names.join(" and ")
}

fn finding(
    scene: &Scene<'_, '_>,
    (at, range): (usize, Range),
    (attack, kind): (Attack, &str),
    message: String,
) -> Box<Finding> {
    let (file, place) = scene.cells.place_of(scene.parts, at);
    let claim = Some(claim(scene.name(at), range.lowest, range.highest));
    Box::new(Finding { attack, kind: kind.to_owned(), file, place, message, claim })
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
const NAMES: [&str; 19] = [
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
    "told_before",
    "unattacked",
];

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn claim(cell: String, lowest: i64, highest: Option<i64>) -> Claim {
    let positive = |bound: i64| u64::try_from(bound).unwrap_or(0);
    Claim { cell, lowest: positive(lowest), highest: highest.map(positive) }
}
