//! The only code that knows both sides of the wall. Comes in: folders, files, periods. Goes out: releases that passed
//! their own attack. Maps every error to an exit code and a next step. Deliberately absent: printing.

mod again;
mod anchor;
mod approved;
mod attacked;
mod check;
mod demo;
mod error;
mod expectations;
mod explain;
mod extract;
mod files;
mod gate;
mod ingest;
mod init;
mod issues;
mod lock;
mod outside;
mod plan;
mod protect;
mod recover;
mod remedy;
mod report;
mod rounds;
mod shares;
mod template;
mod verify;
mod withhold;
mod workspace;

pub use check::Sound;
pub use demo::{DemoSummary, LAST_QUARTER, SECOND_PERSON, demo};
pub use error::Error;
pub use explain::Explanation;
pub use extract::{
    Diversity, ExtractOptions, ExtractReport, FRACTION, Ground, Metric, Ready, Recoding, Request, Roles, Wanted,
    extract,
};
pub use gate::Reported;
pub use ingest::{IngestSummary, Mode as IngestMode, inspect, propose, reading};
pub use init::init;
pub use issues::{IssueList, IssueOptions, Level, Method as IssueMethod};
pub use issues::{ReleasedIssue, ReleasedIssues};
pub use plan::{Kind, Plan, Proposal, Share, Suggestion, Suggestions, TableSummary, YearRow, lacking};
pub use protect::{
    CellKey, HiddenZeros, Insiders, Method, OwnAttack, PTable, PTableError, ProtectOptions, ProtectReport, Rounding,
    RoundingKind, SmallCounts, Weight, Zeros, protect,
};
pub use template::Template;
pub use verify::{compare, comparison_text, places_only, verdict_found, verdict_page, verdict_text, verify};
pub use workspace::{FIRST_PERSON, Passphrase, Workspace};
