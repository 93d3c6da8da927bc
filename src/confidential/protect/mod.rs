//! Makes frequency tables safe to publish: primary rules, the linear system, secondary suppression, certificates; and
//! seals the release. Comes in: planned cells, earlier published cells, a counter. Goes out: what may be shown.
//! Deliberately absent: the store and polars.

mod board;
mod bound;
mod certificate;
mod chance;
mod cost;
mod cube;
mod error;
mod flow;
mod grain;
mod impossible;
mod improve;
mod insider;
mod joint;
mod last_resort;
mod layers;
mod lineage;
mod lone;
mod means;
mod overlap;
mod parts;
mod pattern;
mod perturb;
mod play;
mod primary;
mod relations;
mod route;
pub mod rules;
mod search;
mod secondary;
mod slice;
mod start;
mod system;
#[cfg(test)]
mod tests;
mod told;
mod touched;
mod variables;
mod vertices;
mod witness;

use std::collections::{HashMap, HashSet};

use model::method::{Method, RoundingKind, SmallCounts};
use model::release::{Precision, Release, ReleaseParts, SealError, Zeros};

use crate::tabulate::{Counter, Key};
use perturb::Resort;

pub use error::ProtectError;
pub use impossible::{Impossible, closed};
pub use joint::JointCell;
pub use perturb::Form;
pub use relations::Relation;
pub use rules::dominance::Dominance;
pub use rules::{LowTotal, Rules, Sensitive};

/// One dimension of the release's space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Its name, `district`.
    pub name: String,
    /// Codes by index.
    pub codes: Vec<String>,
    /// Index of the total.
    pub total: u32,
    /// `(parent, children)`: in every cell the parent's count is the sum of the children's.
    pub sums: Vec<(u32, Vec<u32>)>,
}

/// The cells that one table will publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTable {
    /// `T09`, for messages.
    pub id: String,
    /// `MinimumFrequency(threshold)`: the highest among the audiences that get the table.
    pub threshold: u64,
    /// Whether zeros are published.
    pub zeros: Zeros,
    /// Every cell that is neither impossible nor unavailable.
    pub cells: Vec<Key>,
    /// Cells that cannot occur: published as `z`, known to be 0.
    pub impossible: Vec<Key>,
}

/// How a cell was published before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlierForm {
    /// An exact count: fixed for ever.
    Count(u64),
    /// Rounded: between two counts for ever.
    Rounded(Form),
    /// Hidden: stays hidden for ever.
    Suppressed,
    /// Impossible.
    StructuralZero,
}

/// A cell of an earlier release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierCell {
    /// In the same space as the planned cells.
    pub key: Key,
    /// How it was published.
    pub form: EarlierForm,
    /// The zeros rule of its table.
    pub zeros: Zeros,
    /// The threshold under which it was published.
    pub threshold: u64,
    /// Name of its release, for messages.
    pub release: String,
}

/// What a reader may learn of a hidden zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HiddenZeros {
    /// It could be a count at the threshold, for all that a reader can tell: then no hidden cell of a release is known,
    /// and whoever attacks it without the truth can say so.
    #[default]
    Protected,
    /// It may turn out to be zero. Hides less; the standard of a minimum frequency rule alone.
    Unprotected,
}

/// Whether a family that is a cell's only contributor is among the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Insiders {
    /// It knows its own cell, and every other one must be safe from it too.
    #[default]
    Considered,
    /// Strangers only.
    Ignored,
}

/// What the least is lost of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// Information as a reader of a report feels it: ln(1 + count), totals and groups dearer, headlines last.
    #[default]
    Information,
    /// Every cell alike: the fewest cells.
    Cells,
    /// A cell's own count: the smallest sum.
    Sum,
}

/// Everything that decides a pattern.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// The dimensions, in the order of a key.
    pub spaces: Vec<Space>,
    /// The tables of this release, for all audiences.
    pub tables: Vec<PlannedTable>,
    /// Every cell of every earlier release.
    pub earlier: Vec<EarlierCell>,
    /// What ties cells beyond the sums.
    pub relations: Vec<Relation>,
    /// Codes that cannot stand together: everybody knows the cells in which they meet to be empty.
    pub impossible: Vec<Impossible>,
    /// Cells of no table that an attack found to be forced to a few.
    pub joint: Vec<JointCell>,
    /// Planned cells that are cheap to hide, for reasons that readers see as well: the releases before hid them too.
    pub reserved: HashSet<Key>,
    /// Planned cells that are hidden whatever they are.
    pub withheld: HashSet<Key>,
    /// How counts are protected, in all tables alike.
    pub method: Method,
    /// What a reader may learn of a hidden zero.
    pub hidden_zeros: HiddenZeros,
    /// Who reads.
    pub insiders: Insiders,
    /// Rules beyond the minimum frequency.
    pub rules: Rules,
    /// What the least shall be lost of.
    pub weight: Weight,
    /// Steps of search spent on a smaller loss once the pattern is safe; some 10 million a second.
    pub effort: u64,
    /// Steps spent on proving how little any pattern could cost; 0: not asked for.
    pub bound_effort: u64,
    /// Breaks ties, so that they do not speak of the truth.
    pub tie_key: [u8; 32],
}

/// Why a cell is hidden. Stays inside, in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Fewer protected units than the threshold.
    MinimumFrequency,
    /// A zero in a table that hides them.
    HiddenZero,
    /// It describes all of a small group, or all but one family.
    Group,
    /// Its distribution is of few.
    LowTotal,
    /// One unit contributes so much that another could tell how much.
    Dominance,
    /// So that another cannot be recovered.
    Secondary,
    /// Hidden in an earlier release.
    Earlier,
}

/// What may be shown of a planned cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The exact count.
    Count(u64),
    /// A count near it, and the reason for which it would be hidden were it not rounded.
    Rounded(Form, Option<Reason>),
    /// `c`.
    Hidden(Reason),
    /// `z`.
    Impossible,
}

/// The pattern of a release.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// Every planned cell.
    pub cells: HashMap<Key, Shown>,
    /// Whether each planned table publishes its zeros in the end: a table that would hide one of them, because another
    /// table or an earlier release does, hides all.
    pub zeros: Vec<Zeros>,
    /// How its counts are protected.
    pub method: Method,
    /// How it came about, in counts.
    pub statistics: Statistics,
}

/// A pattern in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Planned cells.
    pub cells: usize,
    /// Shown near their truth.
    pub rounded: usize,
    /// Hidden by a rule, zeros aside.
    pub primary: usize,
    /// Hidden zeros.
    pub zeros: usize,
    /// Hidden so that others cannot be recovered.
    pub secondary: usize,
    /// Cells that exist only as a difference and were protected too.
    pub derived: usize,
    /// Cells certified by a swap among hidden cells or a table found for another cell.
    pub by_witness: usize,
    /// Cells that needed a linear programme.
    pub by_programme: usize,
    /// Joint tables behind overlapping ones that certificates are tables of too.
    pub joint_tables: usize,
    /// Those too large for it: what is proven is so for a reader of their margins only.
    pub joint_left_out: usize,
    /// What secondary suppression cost, in thousandths of the weight's unit.
    pub cost: u64,
    /// No safe pattern costs less than this, proven; 0 where nothing was looked for.
    pub lower_bound: u64,
}

/// Decides what may be shown, and proves it.
///
/// After: every protected cell, those included that exist only as a difference, has two whole-numbered tables that agree
/// with everything published, now and before, and meet the definition of "safe".
///
/// # Errors
/// [`ProtectError`] where the counts contradict each other, or earlier releases leave no safe pattern.
pub fn suppress(problem: &Problem, counter: &dyn Counter) -> Result<Pattern, ProtectError> {
    let followed = impossible::followed(problem);
    let problem = followed.as_ref().unwrap_or(problem);
    match relations::widened(problem) {
        None => suppress_all(problem, counter),
        Some(widened) => {
            let dimensions = problem.spaces.len();
            let pattern = suppress_all(&widened, &relations::Narrow { counter, dimensions })?;
            Ok(relations::narrow(pattern, dimensions))
        }
    }
}

/// As [`suppress`], in a space in which every relation has a cell for what it leaves. Where zeros are shown a hidden cell
/// is 1 or more, and so may be a cell below it for a family that knows all beside it to be its own: then nothing that is
/// hidden makes anybody there deniable, unless zeros are hidden with it.
fn suppress_all(problem: &Problem, counter: &dyn Counter) -> Result<Pattern, ProtectError> {
    if problem.tables.iter().all(|table| table.zeros == Zeros::Hidden) {
        return attempt(problem, counter, Resort::Top);
    }
    let first = attempt(problem, counter, Resort::None);
    if !matches!(first, Err(ProtectError::Impossible { .. })) {
        return first;
    }
    let mut hidden = problem.clone();
    hidden.tables.iter_mut().for_each(|table| table.zeros = Zeros::Hidden);
    attempt(&hidden, counter, Resort::Top)
}

/// Decides under the zeros that the tables ask for.
fn attempt(problem: &Problem, counter: &dyn Counter, resort: Resort) -> Result<Pattern, ProtectError> {
    let mut sums: Vec<Vec<Key>> = Vec::new();
    loop {
        let (pattern, told) = with_sums(problem, counter, resort, &sums)?;
        if told.is_empty() {
            return Ok(pattern);
        }
        sums.extend(told);
        if sums.len() > told::MOST {
            return Err(ProtectError::ManySums);
        }
    }
}

/// A pattern in which `sums` of hidden cells are protected like cells, and what other sums of its hidden cells tell too much.
fn with_sums(
    problem: &Problem,
    counter: &dyn Counter,
    resort: Resort,
    sums: &[Vec<Key>],
) -> Result<(Pattern, Vec<Vec<Key>>), ProtectError> {
    let system = rules::dominance::judged(system::System::build(problem, counter)?, counter, sums)?;
    let groups = rules::group::described(&system);
    let widened = (!groups.is_empty()).then(|| rules::group::widened(&system, &groups));
    let system = match &widened {
        Some(widened) => rules::group::watch(system, widened, &groups),
        None => system,
    };
    let mut primary = primary::primary(&system);
    let (forms, method) = perturb::forms(&system, counter)?;
    perturb::apply(&system, &forms, &mut primary);
    let ((primary, outcome), lower_bound) = search_and_bound(&system, primary, &forms, resort)?;
    pattern::prove(&system, &primary, &outcome)?;
    let mut pattern = Pattern { method, ..pattern::pattern(&system, &primary, &outcome, &forms) };
    pattern.statistics.lower_bound = lower_bound;
    (pattern.statistics.joint_tables, pattern.statistics.joint_left_out) = system.joint;
    Ok((pattern, told::sums(&system, &primary, &outcome, sums)))
}

/// The pattern, and how little any could cost: neither waits for the other. Rounding may yet turn cells into hidden ones,
/// and with them what there is to bound; then the bound comes last.
fn search_and_bound(
    system: &system::System,
    primary: primary::Primary,
    forms: &[Option<Form>],
    resort: Resort,
) -> Result<((primary::Primary, secondary::Outcome), u64), ProtectError> {
    let effort = system.problem.bound_effort;
    if effort == 0 || system.problem.method != Method::Suppress {
        let found = perturb::audit(system, primary, forms, resort)?;
        let bound = if effort == 0 { 0 } else { bound::lower_bound(system, &found.0, effort) };
        return Ok((found, bound));
    }
    let bounded = primary.clone();
    std::thread::scope(|scope| {
        let bound = scope.spawn(|| bound::lower_bound(system, &bounded, effort));
        let found = perturb::audit(system, primary, forms, resort)?;
        // What did not come about is no bound.
        Ok((found, bound.join().unwrap_or(0)))
    })
}

/// What a release says of figures that were found under `method`, where smaller counts than `threshold` are hidden.
#[must_use]
pub fn precision(method: &Method, threshold: u64) -> Precision {
    let rounding = match method {
        Method::Suppress => return Precision::Exact,
        Method::Round(rounding) => *rounding,
        Method::CellKey(perturbation) => {
            let least = match perturbation.small {
                SmallCounts::Hidden => threshold,
                // Nothing is made of none.
                SmallCounts::Rounded => 1,
            };
            return Precision::CellKey { most: perturbation.table.most(), least };
        }
    };
    let base = rounding.base;
    let least = match rounding.small {
        SmallCounts::Hidden => Some(threshold),
        SmallCounts::Rounded => None,
    };
    match rounding.how {
        RoundingKind::Nearest => Precision::Nearest { base, least },
        RoundingKind::Random => Precision::Neighbour { base, least, adds_up: false },
        RoundingKind::Controlled => Precision::Neighbour { base, least, adds_up: true },
        RoundingKind::Widened => Precision::Near { base, least },
    }
}

/// Seals a release. The one caller of [`Release::seal`] in the program.
///
/// # Errors
/// [`SealError`] where the parts do not hold together.
pub fn seal(parts: ReleaseParts) -> Result<Release, SealError> {
    Release::seal(parts)
}
