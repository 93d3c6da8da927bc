//! One issue from within: its cases by district, phase or need, with the same tests. Comes in: an issue's code. Goes out:
//! findings by dimension. A code is compared with the issue's other cases, so what is found is where the issue moved.

use super::analysis::{Finding, findings};
use super::counting::{Counting, IssuesError, Level};
use super::series::{Naming, Panel};

/// An issue by one dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The dimension's label.
    pub dimension: String,
    /// The most pressing first.
    pub findings: Vec<Finding>,
    /// The counts.
    pub panel: Panel,
}

/// The cases of the issue `code` by each dimension that the configuration names for it.
///
/// # Errors
/// [`IssuesError::NoSuchIssue`]
pub fn inside(counting: &Counting<'_>, code: &str) -> Result<Vec<Inside>, IssuesError> {
    let missing = || IssuesError::NoSuchIssue { code: code.to_owned() };
    let place = counting.place(&counting.plan.dimension, code).ok_or_else(missing)?;
    let mut all = Vec::new();
    for name in counting.plan.by.iter().filter(|name| counting.is_available(name)) {
        let codes = counting.codes(name, Level::Group);
        let panel = counting.panel(name, &codes, &[place])?;
        let label = counting.configuration.dimensions.find(name).map_or(name.clone(), |found| found.label.clone());
        let mut findings = findings(&panel);
        findings
            .retain(|finding| panel.series().get(finding.series).is_some_and(|series| series.naming == Naming::Named));
        all.push(Inside { dimension: label, findings, panel });
    }
    Ok(all)
}
