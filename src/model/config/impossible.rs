//! `impossible.toml`: which codes of different dimensions cannot stand together, because of how the world is. Comes in:
//! TOML. Goes out: rules that name codes. Deliberately absent: counts; what exports say is never a reason for a rule.
//!
//! An early years setting takes early-years children, and a council district lies in one borough. Everybody knows that, so
//! a cell in which such codes meet is known to be empty whatever is printed there, and what is known of it bounds its
//! neighbours.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::config::codes::{CodeEntry, CodeList};
use crate::config::dimension::{Derivation, Dimension, Dimensions, NESTED, OTHER};
use crate::config::error::{ConfigError, Document};

/// The file's name.
pub const FILE: &str = "impossible.toml";

/// Codes of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Codes {
    /// These, with all below them.
    These(BTreeSet<String>),
    /// All but these, what is below them, and what is not recorded.
    AllBut(BTreeSet<String>),
}

impl Codes {
    /// Whether a code is one of them, by its own name and those of the levels above it.
    #[must_use]
    pub fn hold<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        match self {
            Self::These(codes) => names.any(|name| codes.contains(name)),
            Self::AllBut(codes) => !names.any(|name| codes.contains(name)),
        }
    }
}

/// Codes that cannot stand together: no case has one of each dimension's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible {
    /// A sentence for readers; `release.json` states it, and later releases know the rule by it.
    pub says: String,
    /// By dimension, two or more. In a case that contradicts the rule the first is not taken for recorded.
    pub codes: Vec<(String, Codes)>,
}

impl Impossible {
    /// The dimension that is not taken for recorded in a case that contradicts the rule.
    #[must_use]
    pub fn doubted(&self) -> &str {
        self.codes.first().map_or("", |(dimension, _)| dimension)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    impossible: Vec<RawImpossible>,
    #[serde(default)]
    lies_in: Vec<RawLiesIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawImpossible {
    says: Spanned<String>,
    #[serde(rename = "where")]
    holds: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    #[serde(default)]
    unless: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLiesIn {
    says: Spanned<String>,
    dimension: Spanned<String>,
    #[serde(rename = "in")]
    outer: Spanned<String>,
    parts: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

/// What the names of a rule are checked against.
struct Known<'a> {
    document: &'a Document,
    dimensions: &'a Dimensions,
    lists: &'a BTreeMap<String, CodeList>,
}

/// Reads `impossible.toml` against the dimensions and code lists it names.
///
/// # Errors
/// [`ConfigError`] at a name that does not exist, at a rule of one dimension, at one that calls impossible what is not
/// recorded, and at a sentence that two rules share.
pub fn read(
    document: &Document,
    dimensions: &Dimensions,
    lists: &BTreeMap<String, CodeList>,
) -> Result<Vec<Impossible>, ConfigError> {
    let raw: RawFile = document.toml()?;
    let known = Known { document, dimensions, lists };
    let mut rules: Vec<Impossible> = Vec::new();
    let mut says = BTreeSet::new();
    let mut is_new = |sentence: &Spanned<String>| match says.insert(sentence.get_ref().clone()) {
        true if !sentence.get_ref().trim().is_empty() => Ok(()),
        _ => Err(document
            .error(sentence.span(), "each rule says in a sentence of its own what cannot be")
            .with_help("readers see it, and later releases know the rule by it")),
    };
    for raw in raw.impossible {
        is_new(&raw.says)?;
        rules.push(known.impossible(raw)?);
    }
    for raw in raw.lies_in {
        is_new(&raw.says)?;
        rules.extend(known.lies_in(raw)?);
    }
    Ok(rules)
}

impl Known<'_> {
    fn impossible(&self, raw: RawImpossible) -> Result<Impossible, ConfigError> {
        let mut codes = Vec::new();
        for (name, listed) in &raw.holds {
            codes.push((name.get_ref().clone(), Codes::These(self.codes(name, listed)?)));
        }
        if raw.unless.len() > 1 {
            let message = "`unless` names one dimension: write a rule for each";
            return Err(self.document.error(raw.says.span(), message));
        }
        for (name, listed) in &raw.unless {
            if raw.holds.contains_key(name) {
                return Err(self.document.error(name.span(), "a dimension of `where` cannot be in `unless` too"));
            }
            let but = self.codes(name, listed)?;
            codes.push((name.get_ref().clone(), self.all_but(name.get_ref(), but)));
        }
        if codes.len() < 2 {
            let message = "a rule is about two dimensions at least: a code that is not in use is not in its list";
            return Err(self.document.error(raw.says.span(), message));
        }
        Ok(Impossible { says: raw.says.into_inner(), codes })
    }

    /// A rule for all inner codes that lie in the same outer ones.
    fn lies_in(&self, raw: RawLiesIn) -> Result<Vec<Impossible>, ConfigError> {
        if raw.dimension.get_ref() == raw.outer.get_ref() {
            return Err(self.document.error(raw.outer.span(), "a dimension does not lie in itself"));
        }
        self.dimension(&raw.dimension)?;
        let outer: Vec<Spanned<String>> = raw.parts.keys().cloned().collect();
        self.codes(&raw.outer, &outer)?;
        let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (place, parts) in &raw.parts {
            for part in self.codes(&raw.dimension, parts)? {
                places.entry(part).or_default().insert(place.get_ref().clone());
            }
        }
        let mut alike: BTreeMap<BTreeSet<String>, BTreeSet<String>> = BTreeMap::new();
        for (part, places) in places {
            alike.entry(places).or_default().insert(part);
        }
        let (dimension, outer) = (raw.dimension.into_inner(), raw.outer.into_inner());
        let rule = |(places, parts): (BTreeSet<String>, BTreeSet<String>)| Impossible {
            says: raw.says.get_ref().clone(),
            codes: vec![(dimension.clone(), Codes::These(parts)), (outer.clone(), self.all_but(&outer, places))],
        };
        Ok(alike.into_iter().map(rule).collect())
    }

    fn dimension(&self, name: &Spanned<String>) -> Result<&Dimension, ConfigError> {
        let Some(dimension) = self.dimensions.find(name.get_ref()) else {
            let names = self.dimensions.dimensions.iter().map(|dimension| dimension.name.as_str());
            return Err(self.document.not_one_of("dimension", name, names));
        };
        match dimension.derivation {
            Derivation::Code { .. } | Derivation::Nested { .. } => Ok(dimension),
            Derivation::Band { .. }
            | Derivation::AgeYears { .. }
            | Derivation::WorkingDays { .. }
            | Derivation::Answers { .. } => {
                let message = "a rule is of codes that exports hold, one to a case";
                let help = "ages and numbers are checked by a [[rule]] of the source; several answers exclude nothing";
                Err(self.document.error(name.span(), message).with_help(help))
            }
        }
    }

    /// Codes of a dimension, or of its levels. An open list has any.
    fn codes(&self, name: &Spanned<String>, listed: &[Spanned<String>]) -> Result<BTreeSet<String>, ConfigError> {
        let dimension = self.dimension(name)?;
        let list = dimension.codes.as_ref().and_then(|list| self.lists.get(list));
        let mut codes = BTreeSet::new();
        for code in listed {
            if *code.get_ref() == dimension.missing {
                let message = "what is not recorded may be anything, so it is possible with every code";
                return Err(self.document.error(code.span(), message).with_help("leave it out"));
            }
            if let Some(list) = list {
                let levels = |entry: &'_ CodeEntry| -> Vec<String> {
                    dimension.levels.iter().filter_map(|level| entry.columns.get(level)).cloned().collect()
                };
                let of_levels = list.entries.iter().flat_map(levels);
                let known: BTreeSet<String> =
                    list.entries.iter().map(|entry| entry.code.clone()).chain(of_levels).collect();
                if !known.contains(code.get_ref()) {
                    return Err(self.document.not_one_of("code", code, known.iter().map(String::as_str)));
                }
            }
            codes.insert(code.get_ref().clone());
        }
        if codes.is_empty() {
            return Err(self.document.error(name.span(), "no code is named here"));
        }
        Ok(codes)
    }

    fn all_but(&self, name: &str, mut codes: BTreeSet<String>) -> Codes {
        codes.extend(self.dimensions.find(name).map(|dimension| dimension.missing.clone()));
        Codes::AllBut(codes)
    }
}

/// The names by which a rule may call a code: its own, and those of the levels above it.
pub fn names<'a>(
    dimension: &'a Dimension,
    lists: &'a BTreeMap<String, CodeList>,
    code: &'a str,
) -> impl Iterator<Item = &'a str> {
    let entry = dimension.codes.as_ref().and_then(|list| lists.get(list)?.find(code));
    let level = move |level: &'a String| entry.and_then(|entry| entry.columns.get(level)).map(String::as_str);
    let levels = dimension.levels.iter().filter_map(level);
    let above = code.match_indices(NESTED).map(|(end, _)| &code[..end]);
    std::iter::once(code).chain(levels).chain(above).filter(|name| !name.is_empty())
}

/// Whether a code of a table, with all that it holds, is among those of a rule. What rare codes are folded into may hold
/// any of them.
#[must_use]
pub fn is_about(codes: &Codes, dimension: &Dimension, lists: &BTreeMap<String, CodeList>, code: &str) -> bool {
    let Some(list) = dimension.codes.as_ref().and_then(|list| lists.get(list)) else {
        let is_rest = code.rsplit(NESTED).next() == Some(OTHER);
        let has_others = match codes {
            Codes::These(_) => false,
            Codes::AllBut(but) => {
                but.iter().any(|one| one.strip_prefix(code).is_some_and(|rest| rest.starts_with(NESTED)))
            }
        };
        return !is_rest && !has_others && codes.hold(names(dimension, lists, code));
    };
    let is_held = |entry: &&CodeEntry| names(dimension, lists, &entry.code).any(|name| name == code);
    let mut held = list.entries.iter().filter(is_held).peekable();
    held.peek().is_some() && held.all(|entry| codes.hold(names(dimension, lists, &entry.code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Calendar;

    fn lists() -> BTreeMap<String, CodeList> {
        let list = |text: &str| {
            CodeList::read(&Document::new("codes/x.csv", text), Calendar { year_starts_in: 1 }).expect("a code list")
        };
        let types = "code,label,group\nPVI,Nursery,Early\nMS,Mainstream,School\nNR,Not recorded,\n";
        let phases = "code,label\nEY,Early years\nPRI,Primary\nSEC,Secondary\nNR,Not recorded\n";
        BTreeMap::from([("type".to_owned(), list(types)), ("phase".to_owned(), list(phases))])
    }

    fn dimension(name: &str, levels: &[&str], list: Option<&str>) -> Dimension {
        let fields = vec![name.to_owned()];
        let derivation = match list {
            Some(_) => Derivation::Code { field: name.to_owned() },
            None => Derivation::Nested { fields },
        };
        Dimension {
            name: name.to_owned(),
            label: name.to_owned(),
            derivation,
            codes: list.map(str::to_owned),
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
            missing: "NR".to_owned(),
            missing_label: "Not recorded".to_owned(),
            sensitive: false,
        }
    }

    fn read_text(text: &str) -> Result<Vec<Impossible>, ConfigError> {
        let age = Dimension {
            derivation: Derivation::AgeYears { from: "born".to_owned(), at: "seen".to_owned() },
            ..dimension("age", &[], Some("phase"))
        };
        let dimensions = Dimensions {
            measures: Vec::new(),
            dimensions: vec![
                dimension("type", &["group"], Some("type")),
                dimension("phase", &[], Some("phase")),
                dimension("ward", &[], None),
                dimension("town", &[], None),
                age,
            ],
        };
        read(&Document::new(FILE, text), &dimensions, &lists())
    }

    fn set(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn a_nursery_takes_early_years_and_what_is_not_recorded_may_be_anything() {
        let text = "[[impossible]]\nsays = \"Nurseries take small children.\"\nwhere = { type = [\"PVI\"] }\nunless = { phase = [\"EY\"] }\n";
        let rules = read_text(text).expect("a rule");
        assert_eq!(rules[0].doubted(), "type");
        assert_eq!(rules[0].codes[0].1, Codes::These(set(&["PVI"])));
        let phases = &rules[0].codes[1].1;
        let hold = |code: &str| phases.hold(std::iter::once(code));
        assert_eq!(["EY", "NR", "PRI", "SEC"].map(hold), [false, false, true, true]);
    }

    #[test]
    fn a_ward_on_a_border_lies_in_either_town() {
        let text = "[[lies_in]]\nsays = \"A ward lies in its town.\"\ndimension = \"ward\"\nin = \"town\"\n\
                    parts = { Ash = [\"1\", \"2\"], Elm = [\"2\", \"3\"] }\n";
        let rules = read_text(text).expect("rules");
        let told: Vec<(Codes, Codes)> =
            rules.iter().map(|rule| (rule.codes[0].1.clone(), rule.codes[1].1.clone())).collect();
        let pair = |wards: &[&str], towns: &[&str]| (Codes::These(set(wards)), Codes::AllBut(set(towns)));
        assert_eq!(
            told,
            [pair(&["1"], &["Ash", "NR"]), pair(&["2"], &["Ash", "Elm", "NR"]), pair(&["3"], &["Elm", "NR"]),]
        );
    }

    #[test]
    fn a_code_is_named_by_its_levels_too() {
        let (listed, open) = (dimension("type", &["group"], Some("type")), dimension("ward", &["a", "b"], None));
        let lists = lists();
        assert_eq!(names(&listed, &lists, "PVI").collect::<Vec<_>>(), ["PVI", "Early"]);
        assert_eq!(names(&listed, &lists, "NR").collect::<Vec<_>>(), ["NR"]);
        assert_eq!(names(&open, &lists, "A > B").collect::<Vec<_>>(), ["A > B", "A"]);
    }

    #[test]
    fn a_group_is_meant_where_all_its_codes_are() {
        let lists = lists();
        let (listed, open) = (dimension("type", &["group"], Some("type")), dimension("ward", &["a", "b"], None));
        let about = |codes: &Codes, of: &Dimension, code: &str| is_about(codes, of, &lists, code);
        let these = Codes::These(set(&["PVI"]));
        assert!(
            about(&these, &listed, "Early") && !about(&these, &listed, "School") && !about(&these, &listed, "Total")
        );
        let all_but = Codes::AllBut(set(&["A > B", "NR"]));
        assert!(about(&all_but, &open, "C") && about(&all_but, &open, "A > D"));
        assert!(!about(&all_but, &open, "A") && !about(&all_but, &open, "A > B") && !about(&all_but, &open, OTHER));
    }

    #[test]
    fn what_is_no_rule_is_refused_at_its_place() {
        let rule = |rest: &str| format!("[[impossible]]\nsays = \"So it is.\"\n{rest}");
        for (text, words) in [
            (rule("where = { typ = [\"PVI\"], phase = [\"PRI\"] }"), "there is no dimension called \"typ\""),
            (rule("where = { type = [\"PV\"], phase = [\"PRI\"] }"), "there is no code called \"PV\""),
            (rule("where = { type = [\"NR\"], phase = [\"PRI\"] }"), "what is not recorded may be anything"),
            (rule("where = { type = [\"PVI\"] }"), "about two dimensions at least"),
            (rule("where = { type = [\"PVI\"], age = [\"PRI\"] }"), "codes that exports hold"),
            (rule("where = { type = [], phase = [\"PRI\"] }"), "no code is named here"),
            (rule("where = { type = [\"PVI\"] }\nunless = { type = [\"MS\"] }"), "cannot be in `unless` too"),
            (
                "[[impossible]]\nsays = \"\"\nwhere = { type = [\"PVI\"], phase = [\"PRI\"] }".to_owned(),
                "a sentence of its own",
            ),
        ] {
            let error = read_text(&text).expect_err("a fault");
            assert!(error.message.contains(words), "{text}: {}", error.message);
        }
    }
}
