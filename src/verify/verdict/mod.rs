//! A verdict as text for people. Comes in: a verdict. Goes out: what was tried, how far it got, what was found by file
//! and place, and the counts. Deliberately absent: a value from a file; a claim's bounds are what anyone can work out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Attack, Verdict};

pub mod page;
pub mod risks;

pub use page::to_html;
pub use risks::conclude;

/// The attack's name for people.
#[must_use]
pub const fn words(attack: Attack) -> &'static str {
    match attack {
        Attack::Folder => "folder",
        Attack::Consistency => "consistency",
        Attack::Subtraction => "subtraction",
        Attack::Interval => "interval",
        Attack::Chart => "chart",
        Attack::Leftover => "leftover",
        Attack::Identifier => "identifier",
        Attack::Manifest => "manifest",
        Attack::Reconstruction => "reconstruction",
        Attack::Uniqueness => "uniqueness",
        Attack::Linkage => "linkage",
        Attack::Inference => "inference",
    }
}

/// The verdict as a page of text.
#[must_use]
pub fn to_text(verdict: &Verdict) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_all(&mut text, verdict);
    text
}

fn write_all(text: &mut String, verdict: &Verdict) -> std::fmt::Result {
    writeln!(text, "Tried")?;
    for tried in &verdict.tried {
        write!(text, "  {:<14} {}", words(tried.attack), tried.scope)?;
        match tried.not_shown {
            0 => writeln!(text)?,
            open => writeln!(text, "; {open} left open, so nothing is shown about them")?,
        }
    }
    if !verdict.not_run.is_empty() {
        writeln!(text, "Not tried")?;
        for reason in &verdict.not_run {
            writeln!(text, "  {reason}")?;
        }
    }
    if !verdict.findings.is_empty() {
        writeln!(text, "Found")?;
    }
    for finding in &verdict.findings {
        let place: Vec<&str> =
            [finding.file.as_str(), finding.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        write!(text, "  {:<14} {}: {} ({})", words(finding.attack), place.join(", "), finding.message, finding.kind)?;
        if let Some(claim) = &finding.claim {
            write!(text, "; {}", risks::said(claim))?;
        }
        writeln!(text)?;
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &verdict.findings {
        *kinds.entry(&finding.kind).or_default() += 1;
    }
    if !kinds.is_empty() {
        writeln!(text, "Found by kind")?;
    }
    for (kind, count) in kinds {
        writeln!(text, "  {count:>6} {kind}")?;
    }
    writeln!(text, "Risks")?;
    for risk in &verdict.risks {
        write!(text, "  {:<12} {} found", risks::words(risk.name), risk.findings)?;
        match risk.open {
            0 => writeln!(text, "; {}", risk.worst)?,
            open => writeln!(text, ", {open} left open; {}", risk.worst)?,
        }
    }
    let open: u64 = verdict.tried.iter().map(|tried| tried.not_shown).sum();
    match (verdict.findings.len(), open) {
        (0, 0) => writeln!(text, "Nothing was found, and nothing was left open."),
        (0, open) => writeln!(text, "Not shown to be safe: {open} cells were left open."),
        (found, _) => writeln!(text, "Not fit for release: {found} findings."),
    }
}
