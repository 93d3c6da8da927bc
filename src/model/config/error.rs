//! Configuration errors that point at the value. Comes in: a document and a span. Goes out: file, line, column, what is
//! wrong, what is allowed, the nearest match.

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use thiserror::Error;
use toml::Spanned;

/// A text of the configuration with its path, shared by the errors that point into it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Path relative to `config/`.
    pub path: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

/// What is wrong in the configuration, and where.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The file and its text; the text is empty where the file is missing.
    pub document: Document,
    /// Bytes of the text; none where the whole file is meant.
    pub span: Option<Range<usize>>,
    /// The fact.
    pub message: String,
    /// What is allowed, and the nearest match.
    pub help: Option<String>,
}

impl Document {
    /// A document from its path and text.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Parses the document as TOML.
    ///
    /// # Errors
    /// [`ConfigError`] with the place of the first fault.
    pub fn toml<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|error| {
            let message = error.message().to_owned();
            let help = nearest_of_message(&message);
            ConfigError { document: self.clone(), span: error.span(), message, help }
        })
    }

    /// An error at `span`.
    #[must_use]
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError { document: self.clone(), span: Some(span), message: message.into(), help: None }
    }

    /// An error at a value that is not one of `allowed`.
    #[must_use]
    pub fn not_one_of<'a>(
        &self,
        what: &str,
        value: &Spanned<String>,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> ConfigError {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        let mut error = self.error(value.span(), format!("there is no {what} called {:?}", value.get_ref()));
        error.help = Some(match nearest(value.get_ref(), allowed.iter().copied()) {
            Some(near) => format!("did you mean {near:?}? Allowed: {}", listed(&allowed)),
            None => format!("allowed: {}", listed(&allowed)),
        });
        error
    }
}

impl ConfigError {
    /// A file that must be there and is not.
    #[must_use]
    pub fn missing_file(path: &str) -> Self {
        Self {
            document: Document::new(path, ""),
            span: None,
            message: format!("the configuration has no file {path}"),
            help: Some("`takeup init` writes a complete configuration to start from".to_owned()),
        }
    }

    /// A file that no part of the configuration reads.
    #[must_use]
    pub fn unknown_file(path: &str) -> Self {
        Self {
            document: Document::new(path, ""),
            span: None,
            message: format!("nothing reads the file {path}"),
            help: Some(
                "allowed: service.toml, dimensions.toml, impossible.toml, issues.toml, sources/*.toml, codes/*.csv, ptables/*.csv, reports/*.toml, profiles/*.toml; move it elsewhere"
                    .to_owned(),
            ),
        }
    }

    /// The same error with a next step.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Line and column of the fault, both from 1; (1, 1) where the whole file is meant.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        let at = self.span.as_ref().map_or(0, |span| span.start.min(self.document.text.len()));
        let before = &self.document.text.as_bytes()[..at];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
    }
}

/// The one of `allowed` that `value` was probably meant to be, where one is close enough.
#[must_use]
pub fn nearest<'a>(value: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = value.to_lowercase();
    allowed
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(value.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// At most twelve names, and how many more there are.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

/// The nearest name in a parser's own message "unknown field `a`, expected one of `b`, `c`".
fn nearest_of_message(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (value, allowed) = quoted.split_first()?;
    nearest(value, allowed.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[allow(dead_code, reason = "only its name is read")]
        threshold: u64,
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_place_and_the_nearest_one() {
        let document = Document::new("service.toml", "# a comment\n  thresold = 5\n");
        let error = document.toml::<Example>().expect_err("the key is misspelt");
        assert_eq!(error.line_and_column(), (2, 3));
        assert_eq!(error.help.as_deref(), Some("did you mean `threshold`?"));
    }

    #[test]
    fn nothing_is_near_to_a_wholly_different_name() {
        assert_eq!(nearest("district", ["need", "issue"]), None);
        assert_eq!(nearest("distrct", ["need", "district"]), Some("district"));
    }
}
