//! The demo's planted signals, followed quarter by quarter without its exports. Comes in: a seed. Goes out: what was listed.

use std::collections::BTreeSet;

use confidential::issues::{Finding, KnownSeason, Naming, Panel, Series, Status, findings, quality};

/// Issues with a season that the advice configuration knows.
const SEASONS: [&str; 6] = ["TRN", "ADM", "TRA", "REV", "EXF", "EXP"];
/// Issues that a signal raises.
const RAISED: [&str; 3] = ["EXF", "EHT", "ATT"];

/// What was said of one seed.
pub struct Followed {
    /// S1: the county's suspensions listed in quarter 21 or 22.
    pub sudden: bool,
    /// S2: delays listed in one of the quarters 18 to 21.
    pub sustained: bool,
    /// S3: attendance listed in the last quarter.
    pub trend: bool,
    /// S4: transport called recurring in its peak of quarter 22.
    pub seasonal: bool,
    /// S5: a shift in how cases are recorded reported in quarter 15.
    pub artefact: bool,
    /// S6: issues without a signal that were listed in the last quarter.
    pub nulls: BTreeSet<String>,
}

/// The demo's panel of a seed.
pub fn panel(seed: u64) -> Panel {
    let series = takeup::demo::issue_counts(seed).into_iter().map(|(code, quarters)| {
        let counts: Vec<u64> = quarters.iter().map(|(cases, _)| *cases).collect();
        let families: Vec<u64> = quarters.iter().map(|(_, families)| *families).collect();
        let season = if SEASONS.contains(&code.as_str()) { KnownSeason::Known } else { KnownSeason::Unknown };
        let naming = if code == "OTH" { Naming::Unnamed } else { Naming::Named };
        Series { season, naming, families, ..Series::of_cases(&code, &counts) }
    });
    Panel::new(4, 0, series.collect()).expect("all issues have the same quarters")
}

/// Follows a seed.
pub fn follow(seed: u64) -> Followed {
    let panel = panel(seed);
    let known_at = |quarter: usize| findings(&panel.up_to(quarter));
    let is_up = |finding: &Finding| matches!(finding.status, Status::Emerging | Status::Growing);
    let status = |findings: &[Finding], code: &str| findings.iter().find(|one| one.code == code).map(|one| one.status);
    let rises = |quarter: usize, code: &str| known_at(quarter).iter().any(|one| one.code == code && is_up(one));
    let last = known_at(24);
    let listed = last.iter().filter(|one| is_up(one) || one.status == Status::Easing);
    Followed {
        sudden: (21..=22).any(|quarter| rises(quarter, "EXF")),
        sustained: (18..=21).any(|quarter| rises(quarter, "EHT")),
        trend: last.iter().any(|one| one.code == "ATT" && is_up(one)),
        seasonal: status(&known_at(22), "TRN") == Some(Status::Recurring),
        artefact: quality::unnamed("issue", "Issue", &panel.up_to(15)).iter().any(|alarm| alarm.code == "OTH"),
        nulls: listed.map(|one| one.code.clone()).filter(|code| !RAISED.contains(&code.as_str())).collect(),
    }
}
