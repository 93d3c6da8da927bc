//! A table of expectations (T24) as an audience has it. Comes in: the folder of a release, opened as a stranger would. Goes out:
//! observed, expected, limits and flag, or a symbol. Deliberately absent: the store, and computing: the release has the figures.

use std::fmt::Write as _;
use std::path::Path;

use ::verify::readers::expectation;
use ::verify::readers::folder;
use serde::Serialize;

use crate::pipeline::Error;

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasedIssues {
    /// The release that has it.
    pub release: String,
    /// Its identifier there.
    pub table: String,
    /// Its title.
    pub title: String,
    /// How its figures follow from released ones.
    pub how: String,
    /// In the order of the table that it comes from.
    pub issues: Vec<ReleasedIssue>,
}

/// One issue, in the words of the released file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasedIssue {
    /// As released.
    pub code: String,
    /// As released.
    pub label: String,
    /// Where the count is not published; then there is nothing else.
    pub symbol: Option<String>,
    /// The released count.
    pub observed: Option<String>,
    /// What released counts let expect.
    pub expected: Option<String>,
    /// Fewer would have been unusual.
    pub lower: Option<String>,
    /// More would have been unusual.
    pub upper: Option<String>,
    /// What a reader may say of it.
    pub flag: Option<String>,
}

/// The first table of expectations of the release in `path`; none where it has none.
///
/// # Errors
/// [`Error::Verify`] where the folder cannot be read.
pub fn released_issues(path: &Path) -> Result<Option<ReleasedIssues>, Error> {
    let folder = folder::open(path)?;
    let found = folder.manifest.derived.iter().find_map(|one| Some((one, one.expectation.as_ref()?)));
    let Some((derived, stated)) = found else { return Ok(None) };
    let rows = folder.files.get(&stated.file).and_then(|bytes| expectation::read(&stated.dim, bytes));
    let labels = folder.manifest.labels.get(&stated.dim);
    let issue = |row: expectation::Row| {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let [observed, expected, lower, upper, flag] = row.figures.map(given);
        let label = labels.and_then(|labels| labels.get(&row.code)).unwrap_or(&row.code).clone();
        ReleasedIssue { label, code: row.code, symbol: given(row.symbol), observed, expected, lower, upper, flag }
    };
    Ok(Some(ReleasedIssues {
        release: folder.name.clone(),
        table: derived.table.clone(),
        title: stated.title.clone(),
        how: derived.how.clone(),
        issues: rows.unwrap_or_default().into_iter().map(issue).collect(),
    }))
}

impl ReleasedIssues {
    /// For a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}, {}\n{}\n\n", self.table, self.title, self.release, self.how);
        for issue in &self.issues {
            let label: String = issue.label.chars().take(44).collect();
            // Writing to a string cannot fail.
            let _ = write!(text, "{label:<44} ");
            match (&issue.observed, &issue.flag) {
                (Some(observed), Some(flag)) => {
                    let _ = write!(text, "{observed:>6}");
                    if let (Some(expected), Some(lower), Some(upper)) = (&issue.expected, &issue.lower, &issue.upper) {
                        let _ = write!(text, "  expected {expected:>6} (usual {lower} to {upper})");
                    }
                    let _ = writeln!(text, "  {flag}");
                }
                (Some(_), None) | (None, _) => {
                    let _ = writeln!(text, "   [{}]", issue.symbol.as_deref().unwrap_or("c"));
                }
            }
        }
        text
    }
}
