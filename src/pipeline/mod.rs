//! The only code that knows both sides of the wall. Comes in: folders, files, periods. Goes out: releases that passed
//! their own attack. Maps every error to an exit code and a next step. Deliberately absent: printing.

mod demo;
mod error;
mod extract;
mod files;
mod ingest;
mod plan;
mod protect;
mod recover;
mod remedy;
mod report;
mod shares;
mod template;
mod verify;
mod workspace;

pub use demo::{DemoSummary, LAST_QUARTER, demo};
pub use error::Error;
pub use extract::{
    Diversity, ExtractOptions, ExtractReport, Ground, Metric, Ready, Recoding, Request, Roles, Wanted, extract,
};
pub use ingest::{IngestSummary, inspect};
pub use plan::{Kind, Plan, Share, Suggestion, Suggestions, TableSummary, YearRow};
pub use protect::{
    HiddenZeros, Insiders, Method, ProtectOptions, ProtectReport, Rounding, RoundingKind, SmallCounts, Weight, Zeros,
    protect,
};
pub use template::Template;
pub use verify::{verdict_text, verify};
pub use workspace::{Passphrase, Workspace, init};
