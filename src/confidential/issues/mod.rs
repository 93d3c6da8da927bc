//! Which issues are new, growing, easing or come back, and which cannot be judged, with the share of false alarms held down.
//!
//! Comes in: counts of cases and families by issue and period. Goes out: a finding an issue, alarms about recording.
//! Deliberately absent: rows, drawing, and any rule of thumb ("up 50 % on last quarter" is wrong three times in four here).
//!
//! The method, a file each: an issue's rate for one case of all others ([`offset`]), its dispersion drawn to the pool's
//! ([`dispersion`], [`mixture`]), its own season where it has one ([`season`]), past spikes weighted down ([`baseline`]); then how far out
//! in its predictive distribution ([`prediction`]) the latest quarter and the latest year lie ([`predict`]), all tests of all
//! issues together at a false discovery rate of 0.10 ([`judge`], [`multiple`]). Months of four years can be judged by the improved Farrington algorithm, too ([`farrington`], [`regression`]).

pub mod analysis;
pub mod baseline;
pub mod counting;
pub mod dispersion;
pub mod drill;
pub mod farrington;
pub mod funnel;
pub mod history;
pub mod judge;
pub mod mixture;
pub mod multiple;
pub mod noticeable;
mod number;
pub mod offset;
pub mod predict;
pub mod prediction;
pub mod quality;
pub mod reader;
pub mod recurring;
pub mod regression;
pub mod season;
pub mod series;

pub use analysis::{Finding, Status, findings, findings_by};
pub use counting::{Counting, IssuesError, Level, names_nothing};
pub use drill::{Inside, inside};
pub use funnel::{Outlier, funnel};
pub use history::{Band, history};
pub use judge::{Direction, Method, Test, judge, judge_by};
pub use predict::{Prediction, Window, predictions};
pub use quality::{Alarm, Change, alarms};
pub use recurring::Recurrence;
pub use series::{KnownSeason, Naming, Panel, PanelError, Series};
