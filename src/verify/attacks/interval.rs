//! How tightly the published cells bound each hidden one. Comes in: the system and the threshold of each cell. Goes
//! out: a range a cell. Deliberately absent: integers beyond rounding a bound inwards.
//!
//! Witnesses first: every point that is passed on the way shows, for every cell of its component at once, a value that
//! the cell may have. A cell that was seen wide enough is cleared without a search of its own. Each other is pushed up
//! and down from vertex to vertex until it is, or until its end is proven. Programmes of their own are asked only for what
//! is left where the search ran out of pivots, or where rounding made it lose its way.

use linear::{Answer, Bounds, Component, Programme, Push, Simplex, System};

/// A solver's point may be off by this much.
const TOLERANCE: f64 = 1e-6;

/// Components of more rows than this take their first vertex from an interior point.
const LARGE: usize = 300;

/// Cells times programmes before the attack gives up and says so.
const WORK: u64 = 1_500_000;

/// Pivots a row of a component to find its first vertex.
const START: u64 = 6;

/// The same where an interior point led to none.
const LONG_START: u64 = 60;

/// Pivots for one push: few at first, then as many as it takes to prove an end.
const PUSH: [u64; 2] = [60, 3_000];

/// Searches of one component from the start, where rounding made one lose its way.
const STARTS: usize = 4;

/// Pivots times the size of their component before what is left is turned over to programmes: some ten minutes.
const PIVOTS: u64 = 20_000_000_000;

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
    /// Possibly fewer or more than these; where not, its ends.
    Beyond(i64, Option<i64>),
    /// Possibly both of these.
    Spans(i64, Option<i64>),
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
    /// A point that agrees with them, where one was met.
    pub point: Vec<f64>,
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
    /// A point that is likely to agree with the equations; nothing rests on it.
    near: &'a [f64],
    point: Vec<f64>,
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
    ranges_near(&[], system, bounds, wanted)
}

/// The same where a point is known that agreed with more equations than these, and the search can begin there: in large systems
/// the way to a first vertex is the longest.
#[must_use]
pub fn ranges_near(near: &[f64], system: &System, bounds: &Bounds, wanted: &[Wanted]) -> Ranges {
    let size = system.len();
    let mut attack = Attack {
        system,
        bounds,
        wanted,
        near,
        point: bounds.lower.iter().map(|&lower| float(lower)).collect(),
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
        point: attack.point,
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
            Wanted::Beyond(lowest, highest) => {
                least <= float(lowest) - 1.0 + TOLERANCE
                    || highest.is_some_and(|highest| most >= float(highest) + 1.0 - TOLERANCE)
            }
            Wanted::Spans(lowest, highest) => {
                least <= float(lowest) + TOLERANCE && most >= highest.map_or(f64::INFINITY, float) - TOLERANCE
            }
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
            Wanted::Beyond(..) => return most >= upper - TOLERANCE && least <= lower + TOLERANCE,
            Wanted::Spans(lowest, highest) => {
                return lower > float(lowest) + TOLERANCE || upper < highest.map_or(f64::INFINITY, float) - TOLERANCE;
            }
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
            self.point[at] = value;
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
        if self.is_infeasible || targets.iter().all(|&at| self.is_cleared(at) || self.is_settled(at)) {
            return;
        }
        let mut programme = Programme::new(self.system, self.bounds, component);
        for &at in &targets {
            self.ends(&mut programme, at, component.variables.len());
        }
    }

    /// Each open cell pushed up and down from vertex to vertex; its ends where it goes no further.
    fn vertices(&mut self, component: &Component, targets: &[usize]) {
        for _ in 0..STARTS {
            let mut simplex = Simplex::new(self.system, self.bounds, component);
            if !self.first_vertex(&mut simplex, component) {
                return;
            }
            if let Some(point) = simplex.news() {
                self.note(&point);
            }
            let is_sound = PUSH.iter().all(|&pivots| targets.iter().all(|&at| self.push(&mut simplex, at, pivots)));
            self.pivots += simplex.pivots;
            if is_sound {
                return;
            }
        }
    }

    fn first_vertex(&mut self, simplex: &mut Simplex, component: &Component) -> bool {
        let rows = component.rows.len();
        if rows <= LARGE && simplex.start(START * rows as u64) {
            return true;
        }
        let near = |&at: &usize| self.near.get(at).map(|&value| (at, value));
        let near: Option<Vec<(usize, f64)>> = component.variables.iter().map(near).collect();
        if near.is_some_and(|near| self.starts_at(simplex, component, &near)) {
            return true;
        }
        let mut programme = Programme::new(self.system, self.bounds, component);
        if let Answer::Solved(inside) = self.ask(&mut programme, &[], component.variables.len())
            && self.starts_at(simplex, component, &inside.point)
        {
            return true;
        }
        // From where the interior point led nowhere, the long way round; what is infeasible is known by now.
        *simplex = Simplex::new(self.system, self.bounds, component);
        !self.is_infeasible && simplex.start(LONG_START * rows as u64)
    }

    fn starts_at(&self, simplex: &mut Simplex, component: &Component, point: &[(usize, f64)]) -> bool {
        *simplex = Simplex::new(self.system, self.bounds, component);
        simplex.start_at(point)
    }

    /// Pushes one cell both ways until it is cleared; false where rounding made the search lose its way.
    fn push(&mut self, simplex: &mut Simplex, at: usize, pivots: u64) -> bool {
        for sense in [1.0, -1.0] {
            if self.is_cleared(at) || self.is_settled(at) || self.turned > PIVOTS {
                break;
            }
            let started = simplex.pivots;
            let push = simplex.push(at, sense, pivots, self.goal(at, sense));
            self.turned += (simplex.pivots - started) * simplex.size();
            match push {
                Push::End(Some(end)) if sense > 0.0 => self.upper[at] = self.upper[at].min(end),
                Push::End(Some(end)) => self.lower[at] = self.lower[at].max(end),
                Push::Unlimited if sense > 0.0 => self.most[at] = f64::INFINITY,
                Push::Lost => return false,
                Push::Reached | Push::End(None) | Push::Unlimited | Push::Unknown => {}
            }
            if let Some(point) = simplex.news() {
                self.note(&point);
            }
        }
        true
    }

    /// As far as a cell must go, given what was seen of it, to be cleared.
    fn goal(&self, at: usize, sense: f64) -> f64 {
        let (least, most) = (self.least[at], self.most[at]);
        match self.wanted[at] {
            Wanted::Width(threshold) if sense > 0.0 => count(threshold).max(least + count(threshold)),
            Wanted::Width(threshold) => most - count(threshold),
            Wanted::NotSmall(threshold) if sense > 0.0 => count(threshold),
            Wanted::Reaches(wanted) if sense > 0.0 => count(wanted),
            Wanted::Beyond(_, highest) if sense > 0.0 => highest.map_or(f64::INFINITY, |highest| float(highest) + 1.0),
            Wanted::Beyond(lowest, _) => float(lowest) - 1.0,
            Wanted::Spans(_, highest) if sense > 0.0 => highest.map_or(f64::INFINITY, float),
            Wanted::Spans(lowest, _) => float(lowest),
            Wanted::Nothing | Wanted::NotSmall(_) | Wanted::Reaches(_) => 0.0,
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
