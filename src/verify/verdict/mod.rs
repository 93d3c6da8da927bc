//! A verdict as text for people. Comes in: a verdict. Goes out: what was tried, how far it got, what was found by file
//! and place, and the counts. Deliberately absent: a value from a file; a claim's bounds are what anyone can work out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Attack, Finding, Verdict};

pub mod page;
pub mod risks;
pub mod trust;

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
        Attack::Rendering => "rendering",
        Attack::Identifier => "identifier",
        Attack::Manifest => "manifest",
        Attack::Reconstruction => "reconstruction",
        Attack::Uniqueness => "uniqueness",
        Attack::Linkage => "linkage",
        Attack::Inference => "inference",
    }
}

/// What a verdict that is not clean comes to, after "verify": ways to learn more, faults of the release, or what it left open.
#[must_use]
pub fn found(verdict: &Verdict) -> String {
    let ways = verdict.findings.iter().filter(|finding| finding.attack.learns()).count();
    let ways_said = format!("{ways} {} to learn more than the release says", if ways == 1 { "way" } else { "ways" });
    let faults = verdict.findings.len() - ways;
    let faults_said = format!("{faults} {} in the release", if faults == 1 { "fault" } else { "faults" });
    match (ways, faults) {
        (0, 0) => {
            let open: u64 = verdict.tried.iter().map(|tried| tried.not_shown).sum();
            format!("found nothing, but could not show {open} cells or files to be safe")
        }
        (_, 0) => format!("found {ways_said}"),
        (0, _) => format!("found {faults_said}"),
        (_, _) => format!("found {ways_said}, and {faults_said}"),
    }
}

/// The verdict without anything that was worked out: kind, file and place of each finding, a cell by its codes.
///
/// For a release that never left: what its attack proves of a cell is a true count, and a terminal and its log are no place
/// for one. Of a released folder anyone can work it out.
#[must_use]
pub fn places_only(verdict: &Verdict) -> Verdict {
    let place = |finding: &Finding| match &finding.claim {
        Some(claim) if !claim.cell.is_empty() && claim.cell != finding.place => {
            [finding.place.as_str(), claim.cell.as_str()].join(", ").trim_start_matches(", ").to_owned()
        }
        Some(_) | None => finding.place.clone(),
    };
    let mut bare = verdict.clone();
    for finding in &mut bare.findings {
        finding.place = place(finding);
        finding.message.clear();
        finding.claim = None;
    }
    bare.risks.iter_mut().for_each(|risk| risk.worst.clear());
    bare.narrowest = None;
    bare
}

/// The verdict as a page of text.
#[must_use]
pub fn to_text(verdict: &Verdict) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_all(&mut text, verdict);
    text
}

fn write_trusted(text: &mut String, verdict: &Verdict) -> std::fmt::Result {
    if !verdict.trusted.is_empty() {
        writeln!(text, "Taken on trust, on the word of its release.json")?;
    }
    for (release, words) in &verdict.trusted {
        writeln!(text, "  {release}")?;
        words.iter().try_for_each(|words| writeln!(text, "    {words}"))?;
    }
    Ok(())
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
    write_trusted(text, verdict)?;
    if !verdict.findings.is_empty() {
        writeln!(text, "Found")?;
    }
    for finding in &verdict.findings {
        let place: Vec<&str> =
            [finding.file.as_str(), finding.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        write!(text, "  {:<14} {}: ", words(finding.attack), place.join(", "))?;
        match finding.message.as_str() {
            "" => write!(text, "{}", finding.kind)?,
            message => write!(text, "{message} ({})", finding.kind)?,
        }
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
        if risk.open > 0 {
            write!(text, ", {} left open", risk.open)?;
        }
        match risk.worst.as_str() {
            "" => writeln!(text)?,
            worst => writeln!(text, "; {worst}")?,
        }
    }
    let open: u64 = verdict.tried.iter().map(|tried| tried.not_shown).sum();
    match (verdict.findings.len(), open) {
        (0, 0) if verdict.trusted.is_empty() => writeln!(text, "Nothing was found, and nothing was left open."),
        (0, 0) => {
            writeln!(text, "Nothing was found, and nothing was left open. That holds if what was taken on trust does.")
        }
        (0, open) => writeln!(text, "Not shown to be safe: {open} cells or files were left open."),
        (found, _) => writeln!(text, "Not fit for release: {found} findings."),
    }
}

#[cfg(test)]
mod tests {
    use model::Claim;

    use super::*;

    #[test]
    fn a_fault_of_the_release_is_no_way_to_learn() {
        let finding = |attack| Finding {
            attack,
            kind: String::new(),
            file: "release.json".to_owned(),
            place: String::new(),
            message: String::new(),
            claim: None,
        };
        let said = |attacks: &[Attack]| {
            let findings = attacks.iter().map(|attack| finding(*attack)).collect();
            found(&Verdict { findings, ..Verdict::default() })
        };
        assert_eq!(said(&[Attack::Folder, Attack::Manifest]), "found 2 faults in the release");
        assert_eq!(said(&[Attack::Subtraction]), "found 1 way to learn more than the release says");
        let both = "found 2 ways to learn more than the release says, and 1 fault in the release";
        assert_eq!(said(&[Attack::Interval, Attack::Folder, Attack::Interval]), both);
        assert_eq!(said(&[]), "found nothing, but could not show 0 cells or files to be safe");
    }

    #[test]
    fn places_alone_say_nothing_that_was_worked_out() {
        let claim = Claim { cell: "area=County less Town".to_owned(), lowest: 2, highest: Some(3) };
        let found = |attack, kind: &str, place: &str, message: &str, claim| Finding {
            attack,
            kind: kind.to_owned(),
            file: String::new(),
            place: place.to_owned(),
            message: message.to_owned(),
            claim,
        };
        let mut verdict = Verdict {
            findings: vec![
                found(Attack::Interval, "derived_small_bounded", "in no table", "it follows", Some(claim.clone())),
                found(Attack::Interval, "small_count_narrow", &claim.cell, "too close", Some(claim.clone())),
                found(Attack::Manifest, "rounding_narrow", "line 7", "says 2 to 3", None),
            ],
            narrowest: Some(claim),
            ..Verdict::default()
        };
        conclude(&mut verdict);
        assert!(to_text(&verdict).contains("lies in 2 to 3"), "a released folder may be told about");
        let bare = places_only(&verdict);
        let places: Vec<&str> = bare.findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["in no table, area=County less Town", "area=County less Town", "line 7"]);
        let said = [to_text(&bare), serde_json::to_string(&bare).expect("plain data")];
        for said in said {
            assert!(!said.contains("2 to 3") && !said.contains("highest") && !said.contains("lies in"), "{said}");
            assert!(said.contains("derived_small_bounded") && said.contains("area=County less Town"), "{said}");
        }
    }
}
