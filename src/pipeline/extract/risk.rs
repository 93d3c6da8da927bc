//! The risk of an extract, for its report. Comes in: a recoding. Goes out: the report with its risk.
//! Deliberately absent: how risk is measured.

use confidential::extract::recode::{Prepared, Recoded, Request};
use confidential::extract::risk::{Risk, Terms, WORK};
use confidential::extract::words;

use super::ExtractReport;

/// Measures the risk before and after. `fraction`: the share of the population that the data are; `subsets`: whether all subsets
/// of the quasi-identifiers are wanted.
pub(super) fn measure(
    report: &mut ExtractReport,
    prepared: &Prepared,
    request: &Request,
    recoded: &Recoded,
    fraction: f64,
    subsets: bool,
) {
    let start = disk::clock::start();
    let terms = Terms { threshold: threshold(request), fraction, work: subsets.then_some(WORK) };
    report.risk = Some(Risk::new(&prepared.microdata, &recoded.classes, recoded.levels.as_deref(), &terms));
    report.risk_seconds = Some(start.elapsed().as_secs_f64());
}

/// One over the least size of a class that was asked for, or the highest risk that was.
#[allow(clippy::cast_precision_loss)]
fn threshold(request: &Request) -> Option<f64> {
    let wanted = &request.wanted;
    wanted.k.map(|k| 1.0 / k as f64).or(wanted.highest_risk).or(wanted.k_map.map(|k| 1.0 / k as f64))
}

/// What was lost: over all columns first, then by column.
pub(super) fn loss_in_words(prepared: &Prepared, recoded: &Recoded) -> Vec<String> {
    let (microdata, classes, loss) = (&prepared.microdata, &recoded.classes, &recoded.loss);
    let columns = words::by_column(microdata, classes, loss).into_iter().map(|column| column.words);
    std::iter::once(words::overall(microdata, classes, loss)).chain(columns).collect()
}
