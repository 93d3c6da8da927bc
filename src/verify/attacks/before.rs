//! What was told before. Comes in: what is known of cells now, and the place of every release in time. Goes out: which of it
//! the releases before had told already. Deliberately absent: an excuse for the release that told it; there the cell was one,
//! or would have been had anybody asked.
//!
//! A release may make a cell of something that earlier ones had narrowed: a rolling window, what is left of a year, a hidden
//! cell of a new table. It cannot widen that again, so its duty is only not to narrow it further. For a cell that is known too
//! closely let `t` be the first time at which it is one: the closure of all releases up to `t` has it, and that of those
//! before `t` has not. Its range from the releases before `t` alone, in the same variables and sums, is what was told before.
//! Where the range from all releases is no narrower than that, nothing was told by making a cell of it. A narrower one is a
//! finding, whichever release narrowed it: the one that made the cell, or one after it.
//!
//! Worked example: the first release says 20 for the year and 17 for its first quarter; a second has a table in which the
//! other three quarters are one hidden cell. It is 3, and was before the second release, which is not at fault. Had the first
//! said 16 to 18 for the quarter, the cell would have been 2 to 4 before, and a third release that says 17 narrows it to 3: a
//! finding. And where the second release has the 17 itself, nothing was told before, and the 3 are its finding.
//!
//! Time is what manifests prove of it: a release that states another's digest was made after it. Times are cut only where
//! every release after the cut states, or rests on, every one before it. Rows make no cells; whenever they were passed on,
//! they are taken to come last.

use std::collections::BTreeMap;

use crate::attacks::codes::Codes;
use crate::attacks::groups::{Describes, Watched};
use crate::attacks::interval::{Range, Ranges, Wanted, ranges_near};
use crate::attacks::narrow::hold_a_small_count;
use crate::attacks::scene::Scene;
use crate::attacks::system::{Cells, Part, build};

/// What something is known of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// One variable: a cell, or a rest.
    Cell(usize),
    /// How a category describes a group.
    Group(Watched),
    /// Cells that are not all zero.
    Among(Vec<usize>),
}

/// The cells up to a time, where they can be numbered.
type Prefixes = BTreeMap<usize, Option<Cells>>;

/// For each of `abouts` the time before which it was told, where it was; `found`: the ranges from all releases.
pub(super) fn told(scene: &Scene<'_, '_>, found: &Ranges, abouts: &[About]) -> Vec<Option<usize>> {
    let mut told = vec![None; abouts.len()];
    let times = scene.parts.iter().map(|part| part.time);
    if times.clone().min() == times.max() {
        return told;
    }
    let mut prefixes = Prefixes::new();
    let mut by_time: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, about) in abouts.iter().enumerate() {
        by_time.entry(born(scene, about, &mut prefixes)).or_default().push(at);
    }
    let first = scene.parts.iter().map(|part| part.time).min().unwrap_or(0);
    for (time, own) in by_time.into_iter().filter(|(time, _)| *time > first) {
        let own: Vec<(usize, &About)> = own.into_iter().map(|at| (at, &abouts[at])).collect();
        for at in told_before(scene, found, &own, time) {
            told[at] = Some(time);
        }
    }
    told
}

/// The time at which all that `about` names are cells.
fn born(scene: &Scene<'_, '_>, about: &About, prefixes: &mut Prefixes) -> usize {
    let mut latest = |cells: &[usize]| cells.iter().map(|&at| born_at(scene, at, prefixes)).max().unwrap_or(0);
    match about {
        About::Cell(at) => match scene.rest_at(*at) {
            // A rest is one as soon as tables show all that it is made of.
            Some(rest) => {
                let shown = |at: &usize| scene.cells.since.get(*at).copied().unwrap_or(0);
                rest.parts.iter().chain([&rest.whole]).map(shown).max().unwrap_or(0)
            }
            None => latest(&[*at]),
        },
        About::Group(group) => latest(&[group.whole, group.category]),
        About::Among(cells) => latest(cells),
    }
}

/// The first time at which the closure of the releases so far has a cell.
fn born_at(scene: &Scene<'_, '_>, at: usize, prefixes: &mut Prefixes) -> usize {
    let mut times: Vec<usize> = scene.parts.iter().map(|part| part.time).collect();
    times.sort_unstable();
    times.dedup();
    let shown = scene.cells.since.get(at).copied();
    let last = shown.and_then(|time| times.binary_search(&time).ok()).unwrap_or(times.len() - 1);
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = usize::midpoint(low, high);
        let prefix = prefixes.entry(times[middle]).or_insert_with(|| up_to(scene.parts, times[middle]));
        // Where cells cannot be numbered, nothing is excused.
        if prefix.as_ref().is_none_or(|prefix| has(prefix, &scene.cells.codes, scene.cells.known.keys[at])) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    times[low]
}

fn up_to(parts: &[Part<'_>], time: usize) -> Option<Cells> {
    let parts: Vec<Part<'_>> = parts.iter().filter(|part| part.time <= time).copied().collect();
    build(&parts).ok()
}

/// Whether `prefix` has the cell that is `key` by other `codes`; a dimension that it does not have stands at its total.
fn has(prefix: &Cells, codes: &Codes, key: u128) -> bool {
    let mut own = prefix.codes.totals();
    for (name, code) in codes.codes_of(key) {
        let Some(place) = prefix.codes.place(&name) else {
            let is_total =
                codes.place(&name).is_some_and(|place| codes.at(key, place) == codes.dimensions[place].total);
            if is_total { continue } else { return false }
        };
        let Some(code) = prefix.codes.known(place, &code) else { return false };
        own = prefix.codes.moved(own, place, code);
    }
    prefix.known.get(own).is_some()
}

/// Those of `own`, by their numbers, that the releases before `time` tell as closely as all do.
fn told_before(scene: &Scene<'_, '_>, all: &Ranges, own: &[(usize, &About)], time: usize) -> Vec<usize> {
    let found = &all.ranges;
    let system = scene.cells.seen_by(scene.parts, &|part| part.time < time);
    let Ok(bounds) = system.propagate() else { return Vec::new() };
    let mut wanted = vec![Wanted::Nothing; system.len()];
    for (_, about) in own {
        match about {
            About::Cell(at) if wanted[*at] == Wanted::Nothing => {
                wanted[*at] = Wanted::Beyond(found[*at].lowest, found[*at].highest);
            }
            About::Cell(_) => {}
            About::Group(group) => group.variables().into_iter().for_each(|at| wanted[at] = Wanted::Beyond(0, None)),
            About::Among(cells) => cells.iter().for_each(|&at| wanted[at] = Wanted::Beyond(0, None)),
        }
    }
    // What agrees with all releases agrees with those before.
    let before = ranges_near(&all.point, &system, &bounds, &wanted);
    if before.is_infeasible {
        return Vec::new();
    }
    let is_as_close = as_close(scene, all, &before.ranges, own);
    let is_told = |about: &About| match about {
        About::Cell(at) => is_as_close[*at],
        About::Group(group) => {
            let (then, now) = (group.describes(&before.ranges), group.describes(found));
            then.is_some() && (then == now || now == Some(Describes::AllButOne))
        }
        About::Among(cells) => {
            let is_below = |&at: &usize| before.ranges[at].highest.is_some_and(|highest| highest < scene.limit());
            cells.iter().all(is_below) && !hold_a_small_count(&system, &bounds, cells).is_empty()
        }
    };
    own.iter().filter(|(_, about)| is_told(about)).map(|(at, _)| *at).collect()
}

/// Whether each single cell of `own` is known no more closely now than `before`.
fn as_close(scene: &Scene<'_, '_>, all: &Ranges, before: &[Range], own: &[(usize, &About)]) -> Vec<bool> {
    let found = &all.ranges;
    let mut is_as_close = vec![false; found.len()];
    let mut wanted = vec![Wanted::Nothing; found.len()];
    for at in own.iter().filter_map(|(_, about)| if let About::Cell(at) = about { Some(*at) } else { None }) {
        let (then, now) = (before[at], found[at]);
        let is_within = then.lowest >= now.lowest
            && now.highest.is_none_or(|most| then.highest.is_some_and(|highest| highest <= most));
        if then.is_open || !is_within {
            continue;
        }
        if then.highest == Some(then.lowest) {
            is_as_close[at] = true;
        } else {
            wanted[at] = Wanted::Spans(then.lowest, then.highest);
        }
    }
    if wanted.iter().any(|&wanted| wanted != Wanted::Nothing) {
        let now = ranges_near(&all.point, &scene.cells.system, &scene.bounds, &wanted);
        for at in (0..wanted.len()).filter(|&at| wanted[at] != Wanted::Nothing) {
            is_as_close[at] = !now.is_infeasible && now.ranges[at].is_cleared;
        }
    }
    is_as_close
}
