//! How tightly the published cells bound each hidden one. Comes in: the system and the threshold of each cell. Goes
//! out: a range a cell. Deliberately absent: integers beyond rounding a bound inwards.
//!
//! Witnesses first: every point that is passed on the way shows, for every cell of its component at once, a value that
//! the cell may have. A cell that was seen wide enough is cleared without a search of its own. Each other is pushed up
//! and down from vertex to vertex until it is, or until its end is proven. Programmes are asked only where that is not
//! possible: in components of too many rows, or where the search ran out of pivots.

use crate::attacks::nearby::Surroundings;
use crate::attacks::walk::Walker;
use linear::{Answer, Bounds, Component, Programme, Push, Simplex, System};

/// A solver's point may be off by this much.
const TOLERANCE: f64 = 1e-6;

/// Programmes a component may be asked about all of its open cells together.
const SWEEPS: usize = 4;

/// Components up to this many cells are small enough to be asked about as a whole.
const SMALL: usize = 64;

/// Sizes of the neighbourhoods that are searched before the whole of a larger component is.
const NEARBY: [usize; 2] = [40, 200];

/// Cells times programmes before the attack gives up and says so.
const WORK: u64 = 1_500_000;

/// Pivots a row of a component to find its first vertex.
const START: u64 = 6;

/// Pivots for one push: few at first, then as many as it takes to prove an end.
const PUSH: [u64; 2] = [60, 3_000];

/// Searches of one component from the start, where rounding made one lose its way.
const STARTS: usize = 4;

/// Pivots times the size of their component before what is left is turned over to programmes.
const PIVOTS: u64 = 200_000_000;

/// What is asked of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing: published, or no cell at all.
    Nothing,
    /// Wide by the threshold, and reaching it.
    Width(u64),
    /// Not known to be a small count: possibly zero, or possibly at the threshold.
    NotSmall(u64),
    /// Possibly this many.
    Reaches(u64),
}

/// What a reader can prove of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Lowest.
    pub lowest: i64,
    /// Highest; none where nothing bounds it.
    pub highest: Option<i64>,
    /// What was wanted was seen: the range is at least as wide as stated.
    pub is_cleared: bool,
    /// Neither cleared nor bounded to its ends.
    pub is_open: bool,
}

/// The ranges, and how much was asked.
#[derive(Debug, Default)]
pub struct Ranges {
    /// One a variable.
    pub ranges: Vec<Range>,
    /// Steps from vertex to vertex.
    pub pivots: u64,
    /// Programmes solved.
    pub programmes: u64,
    /// Components with cells to attack.
    pub components: u64,
    /// The equations have no solution at all.
    pub is_infeasible: bool,
}

#[allow(clippy::cast_precision_loss)]
fn float(value: i64) -> f64 {
    value as f64
}

#[allow(clippy::cast_precision_loss)]
fn count(value: u64) -> f64 {
    value as f64
}

/// Values are counts of people, far inside what an `i64` holds; the conversion saturates beyond.
#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i64 {
    value as i64
}

struct Attack<'a> {
    system: &'a System,
    bounds: &'a Bounds,
    wanted: &'a [Wanted],
    surroundings: Surroundings<'a>,
    walker: Walker,
    least: Vec<f64>,
    most: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    open: Vec<bool>,
    programmes: u64,
    pivots: u64,
    /// Pivots times the size of their component.
    turned: u64,
    work: u64,
    is_infeasible: bool,
}

/// Bounds every wanted cell of `system`, starting from the `bounds` that propagation proved.
#[must_use]
pub fn ranges(system: &System, bounds: &Bounds, wanted: &[Wanted]) -> Ranges {
    let size = system.len();
    let mut attack = Attack {
        system,
        bounds,
        wanted,
        surroundings: Surroundings::new(system, bounds),
        walker: Walker::new(system, bounds),
        least: vec![f64::INFINITY; size],
        most: vec![f64::NEG_INFINITY; size],
        lower: bounds.lower.iter().map(|&lower| float(lower)).collect(),
        upper: bounds.upper.iter().map(|upper| upper.map_or(f64::INFINITY, float)).collect(),
        open: vec![false; size],
        programmes: 0,
        pivots: 0,
        turned: 0,
        work: 0,
        is_infeasible: false,
    };
    let mut components = 0;
    for component in system.components(bounds) {
        if component.variables.iter().any(|&at| wanted[at] != Wanted::Nothing) {
            components += 1;
            attack.component(&component);
        }
    }
    let ranges = (0..size).map(|at| attack.range(at)).collect();
    Ranges {
        ranges,
        pivots: attack.pivots,
        programmes: attack.programmes,
        components,
        is_infeasible: attack.is_infeasible,
    }
}

impl Attack<'_> {
    fn is_cleared(&self, at: usize) -> bool {
        let (least, most) = (self.least[at], self.most[at]);
        match self.wanted[at] {
            Wanted::Nothing => true,
            Wanted::Width(threshold) => {
                let threshold = count(threshold) - TOLERANCE;
                most - least >= threshold && most >= threshold
            }
            Wanted::NotSmall(threshold) => least <= TOLERANCE || most >= count(threshold) - TOLERANCE,
            Wanted::Reaches(wanted) => most >= count(wanted) - TOLERANCE,
        }
    }

    /// Nothing that a solver could add: what is proven and what was seen already say whether the cell is narrow, whether
    /// it is known to be none, whether it is known to be small, and whether it is known exactly.
    fn is_settled(&self, at: usize) -> bool {
        let (lower, upper) = (self.lower[at], self.upper[at]);
        let (least, most) = (self.least[at], self.most[at]);
        let threshold = match self.wanted[at] {
            Wanted::Nothing => return true,
            Wanted::Reaches(wanted) => return upper < count(wanted) - TOLERANCE,
            Wanted::Width(threshold) | Wanted::NotSmall(threshold) => count(threshold),
        };
        if upper - lower < 1.0 - TOLERANCE {
            return true;
        }
        let is_narrow = upper - lower < threshold - TOLERANCE || upper < threshold - TOLERANCE;
        let zero_known = lower >= 1.0 - TOLERANCE || least <= TOLERANCE;
        let small_known = upper < threshold - TOLERANCE || most >= threshold - TOLERANCE;
        is_narrow && zero_known && small_known && most - least >= 1.0
    }

    fn note(&mut self, point: &[(usize, f64)]) {
        for &(at, value) in point {
            self.least[at] = self.least[at].min(value);
            self.most[at] = self.most[at].max(value);
        }
    }

    fn ask(&mut self, programme: &mut Programme, cost: &[(usize, f64)], size: usize) -> Answer {
        self.programmes += 1;
        self.work += size as u64;
        let answer = programme.minimise(cost);
        match &answer {
            Answer::Solved(solution) => self.note(&solution.point),
            Answer::Infeasible => self.is_infeasible = true,
            Answer::Unlimited | Answer::Unknown => {}
        }
        answer
    }

    fn component(&mut self, component: &Component) {
        let targets: Vec<usize> =
            component.variables.iter().copied().filter(|&at| self.wanted[at] != Wanted::Nothing).collect();
        if component.rows.is_empty() {
            for at in targets {
                (self.least[at], self.most[at]) = (self.lower[at], self.upper[at]);
            }
            return;
        }
        self.vertices(component, &targets);
        if targets.iter().all(|&at| self.is_cleared(at) || self.is_settled(at)) {
            return;
        }
        let size = component.variables.len();
        let mut programme = Programme::new(self.system, self.bounds, component);
        let centre = match self.ask(&mut programme, &[], size) {
            Answer::Infeasible => return,
            Answer::Solved(solution) => Some(solution.point),
            Answer::Unlimited | Answer::Unknown => None,
        };
        if size > SMALL {
            if let Some(centre) = &centre {
                self.walk(centre, &targets);
            }
            self.sweep(&mut programme, &targets, size);
            if let Some(centre) = &centre {
                self.nearby(centre, &targets);
            }
        }
        for &at in &targets {
            self.ends(&mut programme, at, size);
        }
    }

    /// Each open cell pushed up and down from vertex to vertex; its ends where it goes no further.
    fn vertices(&mut self, component: &Component, targets: &[usize]) {
        for _ in 0..STARTS {
            let Some(mut simplex) = Simplex::new(self.system, self.bounds, component) else { return };
            if !simplex.start(START * component.rows.len() as u64) {
                return;
            }
            self.note(&simplex.point().collect::<Vec<_>>());
            let is_sound = PUSH.iter().all(|&pivots| targets.iter().all(|&at| self.push(&mut simplex, at, pivots)));
            self.pivots += simplex.pivots;
            if is_sound {
                return;
            }
        }
    }

    /// Pushes one cell both ways until it is cleared; false where rounding made the search lose its way.
    fn push(&mut self, simplex: &mut Simplex, at: usize, pivots: u64) -> bool {
        for sense in [1.0, -1.0] {
            if self.is_cleared(at) || self.is_settled(at) || self.turned > PIVOTS {
                break;
            }
            let mut before = Vec::new();
            let started = simplex.pivots;
            let end = simplex.push(at, sense, pivots, |point| {
                before.extend(point.iter().map(|&(at, _)| (at, self.least[at], self.most[at])));
                self.note(point);
                self.is_cleared(at) || self.is_settled(at)
            });
            self.turned += (simplex.pivots - started) * simplex.size();
            match end {
                Push::End(Some(end)) if sense > 0.0 => self.upper[at] = self.upper[at].min(end),
                Push::End(Some(end)) => self.lower[at] = self.lower[at].max(end),
                Push::Unlimited if sense > 0.0 => self.most[at] = f64::INFINITY,
                Push::Lost => {
                    for (at, least, most) in before.into_iter().rev() {
                        (self.least[at], self.most[at]) = (least, most);
                    }
                    return false;
                }
                Push::Stopped | Push::End(None) | Push::Unlimited | Push::Unknown => {}
            }
        }
        true
    }

    /// All open cells pushed down together, up together, then half of them each way, as long as that clears some.
    fn sweep(&mut self, programme: &mut Programme, targets: &[usize], size: usize) {
        for round in 0..SWEEPS {
            let open: Vec<usize> =
                targets.iter().copied().filter(|&at| !self.is_cleared(at) && !self.is_settled(at)).collect();
            if open.len() < SMALL {
                return;
            }
            let direction = |at: usize| match round {
                0 => 1.0,
                1 => -1.0,
                _ if (at.wrapping_mul(0x9E37_79B9) >> (round + 3)) & 1 == 0 => 1.0,
                _ => -1.0,
            };
            let cost: Vec<(usize, f64)> = open.iter().map(|&at| (at, direction(at))).collect();
            self.ask(programme, &cost, size);
        }
    }

    /// Each open cell pushed both ways from a point inside.
    fn walk(&mut self, inside: &[(usize, f64)], targets: &[usize]) {
        let mut centre = self.lower.clone();
        for &(at, value) in inside {
            centre[at] = value;
        }
        for &at in targets {
            let far = match self.wanted[at] {
                Wanted::Nothing => continue,
                Wanted::Width(threshold) | Wanted::NotSmall(threshold) | Wanted::Reaches(threshold) => {
                    2.0 * count(threshold)
                }
            };
            for sense in [-1.0, 1.0] {
                if !self.is_cleared(at) && !self.is_settled(at) {
                    let reached = self.walker.push(&mut centre, at, sense, far);
                    self.note(&reached);
                }
            }
        }
    }

    /// Moves near each open cell, from a point inside.
    fn nearby(&mut self, inside: &[(usize, f64)], targets: &[usize]) {
        let mut centre = self.lower.clone();
        for &(at, value) in inside {
            centre[at] = value;
        }
        for size in NEARBY {
            let (mut tried, mut cleared) = (0, 0);
            for &at in targets {
                if self.is_cleared(at) || self.is_settled(at) {
                    continue;
                }
                self.programmes += 2;
                for point in self.surroundings.ends(&centre, at, size) {
                    self.note(&point);
                }
                tried += 1;
                cleared += usize::from(self.is_cleared(at));
                // Where hardly any neighbourhood clears its cell, the cells are narrow, and only exact ends tell.
                if tried >= SMALL && cleared * 8 < tried {
                    break;
                }
            }
        }
    }

    /// The exact ends of one cell, unless it is cleared on the way.
    fn ends(&mut self, programme: &mut Programme, at: usize, size: usize) {
        for sense in [1.0, -1.0] {
            if self.is_cleared(at) || self.is_settled(at) {
                return;
            }
            if self.work > WORK {
                self.open[at] = true;
                return;
            }
            match self.ask(programme, &[(at, sense)], size) {
                Answer::Solved(solution) => {
                    let end = sense * solution.bound.unwrap_or(solution.value);
                    if sense > 0.0 {
                        self.lower[at] = self.lower[at].max(end);
                    } else {
                        self.upper[at] = self.upper[at].min(end);
                    }
                }
                // The first answer was a point of this component, so there is one, and the cost has no limit.
                Answer::Unlimited => self.most[at] = f64::INFINITY,
                Answer::Infeasible | Answer::Unknown => self.open[at] = true,
            }
        }
    }

    fn range(&self, at: usize) -> Range {
        let is_cleared = self.wanted[at] != Wanted::Nothing && self.is_cleared(at);
        let lowest = whole((self.lower[at] - TOLERANCE).ceil());
        let upper = self.upper[at];
        let highest = upper.is_finite().then(|| whole((upper + TOLERANCE).floor()));
        Range { lowest, highest, is_cleared, is_open: self.open[at] && !is_cleared }
    }
}
