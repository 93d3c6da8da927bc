//! The three risks by name. Comes in: a verdict. Goes out: for each risk what was tried against it, what was found, and the
//! worst case. Deliberately absent: a new attack; and a number that would claim to be a probability.
//!
//! Source: Article 29 Working Party, Opinion 05/2014 on anonymisation techniques: singling out, linkability, inference; the
//! same three in the guidance of the Information Commissioner's Office on anonymisation (2025).

use model::claim::{Claim, Risk, RiskName};
use model::{Attack, Finding, Verdict};

/// What each risk is, for people.
#[must_use]
pub const fn meaning(risk: RiskName) -> &'static str {
    match risk {
        RiskName::SinglingOut => "a figure, name or mark that picks out one person or a few",
        RiskName::Linkability => "two tables, periods, audiences or files that say together what neither says alone",
        RiskName::Inference => "something learnt about a group, and so about everybody who is known to be in it",
    }
}

/// The risk's name, for people.
#[must_use]
pub const fn words(risk: RiskName) -> &'static str {
    match risk {
        RiskName::SinglingOut => "Singling out",
        RiskName::Linkability => "Linkability",
        RiskName::Inference => "Inference",
    }
}

/// What a finding is a case of.
#[must_use]
pub fn risk_of(finding: &Finding) -> RiskName {
    let kind = finding.kind.as_str();
    if kind.starts_with("sensitive_group") || kind == "unexplained_number" || kind == "undeclared_note" {
        return RiskName::Inference;
    }
    if kind.starts_with("derived") || kind.starts_with("inconsistent") || kind == "earlier_changed" {
        return RiskName::Linkability;
    }
    match finding.attack {
        Attack::Identifier | Attack::Leftover | Attack::Rendering | Attack::Subtraction | Attack::Interval => {
            RiskName::SinglingOut
        }
        Attack::Uniqueness => RiskName::SinglingOut,
        Attack::Reconstruction | Attack::Linkage => RiskName::Linkability,
        Attack::Inference => RiskName::Inference,
        Attack::Manifest => RiskName::SinglingOut,
        Attack::Chart => RiskName::Inference,
        Attack::Folder | Attack::Consistency => RiskName::Linkability,
    }
}

/// Attacks that bear on a risk.
const fn bears_on(attack: Attack, risk: RiskName) -> bool {
    match risk {
        RiskName::SinglingOut => matches!(
            attack,
            Attack::Subtraction
                | Attack::Interval
                | Attack::Identifier
                | Attack::Leftover
                | Attack::Rendering
                | Attack::Manifest
                | Attack::Uniqueness
        ),
        RiskName::Linkability => {
            matches!(
                attack,
                Attack::Subtraction | Attack::Interval | Attack::Reconstruction | Attack::Folder | Attack::Linkage
            )
        }
        RiskName::Inference => {
            matches!(attack, Attack::Interval | Attack::Chart | Attack::Consistency | Attack::Inference)
        }
    }
}

/// Says what the verdict means for each risk.
pub fn conclude(verdict: &mut Verdict) {
    verdict.risks = RiskName::ALL
        .into_iter()
        .map(|name| {
            let tried = verdict.tried.iter().filter(|tried| bears_on(tried.attack, name));
            let open = tried.clone().map(|tried| tried.not_shown).sum();
            let mut kinds: Vec<Attack> = tried.map(|tried| tried.attack).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let found: Vec<&Finding> = verdict.findings.iter().filter(|finding| risk_of(finding) == name).collect();
            Risk { name, tried: kinds, findings: found.len() as u64, open, worst: worst(name, &found, verdict) }
        })
        .collect();
}

fn worst(risk: RiskName, found: &[&Finding], verdict: &Verdict) -> String {
    let narrowest = found.iter().filter_map(|finding| Some((width(finding.claim.as_ref()?), *finding)));
    if let Some((_, finding)) = narrowest.min_by_key(|(width, _)| *width) {
        return finding.claim.as_ref().map_or_else(String::new, said);
    }
    if let Some(finding) = found.first() {
        let place: Vec<&str> =
            [finding.file.as_str(), finding.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        return format!("{}: {}", place.join(", "), finding.message);
    }
    match (&verdict.narrowest, risk) {
        (Some(claim), RiskName::SinglingOut) => {
            format!("nothing was found; most is known of a hidden cell that may be zero: {}", said(claim))
        }
        (None, RiskName::SinglingOut) => {
            "nothing was found; no hidden cell is known to lie below the threshold".to_owned()
        }
        (_, RiskName::Linkability | RiskName::Inference) => "nothing was found".to_owned(),
    }
}

const fn width(claim: &Claim) -> u64 {
    match claim.highest {
        Some(highest) => highest.saturating_sub(claim.lowest),
        None => u64::MAX,
    }
}

/// A claim as a sentence's end.
#[must_use]
pub fn said(claim: &Claim) -> String {
    match claim.highest {
        Some(highest) if highest == claim.lowest => format!("{} is {highest}", claim.cell),
        Some(highest) => format!("{} lies in {} to {highest}", claim.cell, claim.lowest),
        None => format!("{} is {} or more", claim.cell, claim.lowest),
    }
}

/// The claim that leaves least open of a cell that may be zero. A hidden cell that is known to be the threshold or more is
/// no risk, and one known to be small is a finding.
#[must_use]
pub fn narrowest(claims: &[Claim]) -> Option<Claim> {
    claims.iter().filter(|claim| claim.lowest == 0).min_by_key(|claim| (width(claim), &claim.cell)).cloned()
}

#[cfg(test)]
mod tests {
    use model::claim::Tried;

    use super::*;

    fn finding(attack: Attack, kind: &str, range: Option<(u64, u64)>) -> Finding {
        Finding {
            attack,
            kind: kind.to_owned(),
            file: "data/t01.csv".to_owned(),
            place: "line 3".to_owned(),
            message: "something is known".to_owned(),
            claim: range.map(|(lowest, highest)| Claim { cell: "place=N".to_owned(), lowest, highest: Some(highest) }),
        }
    }

    #[test]
    fn each_risk_has_its_attacks_its_findings_and_its_worst_case() {
        let tried = |attack| Tried { attack, scope: String::new(), not_shown: 0 };
        let mut verdict = Verdict {
            findings: vec![
                finding(Attack::Interval, "suppressed_known_small_nonzero", Some((1, 4))),
                finding(Attack::Interval, "suppressed_interval_exact", Some((3, 3))),
                finding(Attack::Interval, "sensitive_group_all", None),
            ],
            tried: vec![tried(Attack::Interval), tried(Attack::Folder)],
            ..Verdict::default()
        };
        conclude(&mut verdict);
        let counts: Vec<(RiskName, u64)> = verdict.risks.iter().map(|risk| (risk.name, risk.findings)).collect();
        let expected = [(RiskName::SinglingOut, 2), (RiskName::Linkability, 0), (RiskName::Inference, 1)];
        assert_eq!(counts, expected);
        assert_eq!(verdict.risks[0].worst, "place=N is 3");
        assert_eq!(verdict.risks[1].worst, "nothing was found");
        assert_eq!(verdict.risks[2].worst, "data/t01.csv, line 3: something is known");
    }
}
