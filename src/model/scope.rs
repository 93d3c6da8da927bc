//! What a correction says may have changed. Comes in: `borough=Queens,Brooklyn`, a word a dimension. Goes out: dimensions with the
//! codes among which cases may have moved, and a sentence for the page. Deliberately absent: what did change.
//!
//! Whoever holds both versions of a report sees which figures a correction hides. Were those hidden in which a few cases changed,
//! that would say where they changed. So what is hidden follows from the scope, which everybody may read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a correction says may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Dimensions along which cases may have moved, with the codes among which they did; none named: among all.
    pub dimensions: BTreeMap<String, Vec<String>>,
    /// Whether cases may have come or gone, too: then any figure may have changed.
    #[serde(default)]
    pub cases: bool,
}

/// Text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is no scope: a dimension, or `dimension=code,code` with at least two codes")]
pub struct ScopeError {
    /// As given.
    pub text: String,
}

impl Scope {
    /// Reads `borough` and `borough=Queens,Brooklyn`, one dimension a text.
    ///
    /// # Errors
    /// [`ScopeError`] where a text is neither, or a dimension comes twice.
    pub fn parse(texts: &[String]) -> Result<Self, ScopeError> {
        let mut scope = Self::default();
        for text in texts {
            let fault = || ScopeError { text: text.clone() };
            let (name, codes) = match text.split_once('=') {
                Some((name, codes)) => (name, codes.split(',').map(|code| code.trim().to_owned()).collect()),
                None => (text.as_str(), Vec::new()),
            };
            // Within one code alone nothing can have moved.
            if name.trim().is_empty() || codes.len() == 1 || codes.iter().any(String::is_empty) {
                return Err(fault());
            }
            if scope.dimensions.insert(name.trim().to_owned(), codes).is_some() {
                return Err(fault());
            }
        }
        Ok(scope)
    }

    /// What may have changed by the one or by the other.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.cases |= other.cases;
        for (name, codes) in &other.dimensions {
            let all = self.dimensions.entry(name.clone()).or_insert_with(|| codes.clone());
            // None named is every one.
            if all.is_empty() || codes.is_empty() {
                all.clear();
            } else {
                all.extend(codes.iter().filter(|code| !all.contains(code)).cloned().collect::<Vec<_>>());
            }
        }
        self
    }

    /// For people: `figures by borough (Queens, Brooklyn) and figures by district`; `label` gives the name for people of a dimension
    /// that the release has. One that it does not have touches nothing there.
    #[must_use]
    pub fn words(&self, label: impl Fn(&str) -> Option<String>) -> String {
        if self.cases {
            return "any figure".to_owned();
        }
        let named = |(name, codes): (&String, &Vec<String>)| {
            let label = label(name)?;
            Some(match codes.as_slice() {
                [] => format!("figures by {label}"),
                codes => format!("figures by {label} ({})", codes.join(", ")),
            })
        };
        let names: Vec<String> = self.dimensions.iter().filter_map(named).collect();
        if names.is_empty() { "no figure of this report".to_owned() } else { names.join(" and ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Result<Scope, ScopeError> {
        Scope::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_scope_names_dimensions_and_codes() {
        let scope = parsed(&["borough=Queens, Brooklyn", "district"]).expect("two dimensions");
        assert_eq!(scope.dimensions["borough"], ["Queens", "Brooklyn"]);
        assert!(scope.dimensions["district"].is_empty() && !scope.cases);
        assert_eq!(
            scope.words(|name| Some(name.to_uppercase())),
            "figures by BOROUGH (Queens, Brooklyn) and figures by DISTRICT"
        );
    }

    #[test]
    fn two_scopes_together_hold_what_either_holds() {
        let scope = |texts: &[&str]| parsed(texts).expect("a scope");
        let both = scope(&["borough=Queens,Bronx", "need"]).with(&scope(&["borough=Bronx,Brooklyn", "need=MLD,SLD"]));
        assert_eq!(both, scope(&["borough=Queens,Bronx,Brooklyn", "need"]));
        assert!(both.with(&Scope { cases: true, ..Scope::default() }).cases);
        assert_eq!(Scope::default().with(&scope(&["need"])), scope(&["need"]));
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for texts in [&["borough=Queens"][..], &["=a,b"], &["borough=a,,b"], &["borough", "borough"], &[""]] {
            assert!(parsed(texts).is_err(), "{texts:?}");
        }
    }
}
