//! `[method]` of `reports/*.toml`: how the counts of a report are protected. Comes in: TOML, the tables and who gets them,
//! perturbation tables. Goes out: a method that can protect them. Deliberately absent: a method for a single table. Tables
//! share cells, and a cell in two forms says more than either, so all tables of a report, which are one system, have one
//! method.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::{ConfigError, Document};
use crate::config::report::TablePlan;
use crate::config::service::Service;
use crate::method::{CellKey, Method, MethodError, Rounding, RoundingKind, SmallCounts};
use crate::ptable::{PTable, PTableError};
use crate::release::Zeros;

/// As written: what rounds, or what perturbs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMethod {
    round: Option<Spanned<String>>,
    base: Option<Spanned<u64>>,
    perturb: Option<Spanned<String>>,
    p_table: Option<Spanned<String>>,
    deviation: Option<Spanned<u64>>,
    variance: Option<Spanned<f64>>,
    no_figures_to: Option<Spanned<u64>>,
    small: Option<Spanned<String>>,
}

/// What a method is checked against.
pub(super) struct Against<'a> {
    pub service: &'a Service,
    pub tables: &'a [TablePlan],
    pub p_tables: &'a BTreeMap<String, PTable>,
}

/// Reads `ptables/*.csv`.
pub(super) fn p_table(document: &Document) -> Result<PTable, ConfigError> {
    PTable::from_csv(&document.text).map_err(|fault| {
        let lines = document.text.split_inclusive('\n');
        let before = match fault {
            PTableError::Line { line, .. } => lines.take(line - 1).map(str::len).sum(),
            PTableError::Empty
            | PTableError::ZeroMoves
            | PTableError::Missing { .. }
            | PTableError::Sum { .. }
            | PTableError::Bias { .. }
            | PTableError::Negative { .. }
            | PTableError::Variance { .. }
            | PTableError::Gap { .. }
            | PTableError::TooQuiet { .. }
            | PTableError::Deviation => 0,
        };
        document.error(before..before, fault.to_string())
    })
}

/// Reads a method and checks that it protects the tables.
pub(super) fn read(
    document: &Document,
    raw: &Spanned<RawMethod>,
    against: &Against<'_>,
) -> Result<Method, ConfigError> {
    let written = raw.get_ref();
    match (&written.round, &written.perturb) {
        (Some(round), None) => rounding(document, written, round, against),
        (None, Some(perturb)) => cell_key(document, written, perturb, against),
        (Some(_), Some(other)) => {
            Err(document.error(other.span(), "a report rounds its figures or perturbs them, not both"))
        }
        (None, None) => Err(document
            .error(raw.span(), "a method rounds or perturbs")
            .with_help("`round = \"nearest\"` and `base = 10`, or `perturb = \"cell-key\"` and by how much")),
    }
}

fn rounding(
    document: &Document,
    written: &RawMethod,
    round: &Spanned<String>,
    against: &Against<'_>,
) -> Result<Method, ConfigError> {
    let how = match round.get_ref().as_str() {
        "nearest" => RoundingKind::Nearest,
        "random" => RoundingKind::Random,
        "controlled" => RoundingKind::Controlled,
        _ => return Err(document.not_one_of("way to round", round, ["nearest", "random", "controlled"])),
    };
    let RawMethod { p_table, deviation, variance, no_figures_to, .. } = written;
    let spans = [
        p_table.as_ref().map(Spanned::span),
        deviation.as_ref().map(Spanned::span),
        variance.as_ref().map(Spanned::span),
        no_figures_to.as_ref().map(Spanned::span),
    ];
    if let Some(span) = spans.into_iter().flatten().next() {
        return Err(document.error(span, "a report that rounds has a base; this belongs to `perturb`"));
    }
    let small = small(document, written.small.as_ref(), "rounded")?;
    let Some(base) = &written.base else {
        return Err(document.error(round.span(), "a report that rounds says to multiples of what, `base = 10`"));
    };
    let rounding = Rounding { how, base: *base.get_ref(), small };
    let (_, threshold) = thresholds(against);
    rounding.check(threshold).map_err(|fault| document.error(base.span(), fault.to_string()))?;
    shows_zeros(document, round, small, "rounded", against)?;
    Ok(Method::Round(rounding))
}

fn cell_key(
    document: &Document,
    written: &RawMethod,
    perturb: &Spanned<String>,
    against: &Against<'_>,
) -> Result<Method, ConfigError> {
    if perturb.get_ref() != "cell-key" {
        return Err(document.not_one_of("way to perturb", perturb, ["cell-key"]));
    }
    if let Some(base) = &written.base {
        return Err(document.error(base.span(), "a base belongs to `round`"));
    }
    let RawMethod { p_table, deviation, variance, no_figures_to, .. } = written;
    let never = no_figures_to.as_ref().map_or(0, |never| *never.get_ref());
    let (table, span) = match (p_table, deviation, variance) {
        (Some(name), None, None) if no_figures_to.is_none() => {
            let Some(table) = against.p_tables.get(name.get_ref()) else {
                let allowed = against.p_tables.keys().map(String::as_str);
                let help = "a table of the name lies in ptables/NAME.csv";
                return Err(document.not_one_of("perturbation table", name, allowed).with_help(help));
            };
            (table.clone(), name.span())
        }
        (None, Some(most), Some(variance)) => {
            let made = PTable::of_entropy(*most.get_ref(), *variance.get_ref(), never);
            (made.map_err(|fault| document.error(most.span(), fault.to_string()))?, most.span())
        }
        (Some(_), ..) | (None, None, _) | (None, Some(_), None) => {
            let message = "a report that perturbs says by how much: a table, or the largest change and the variance";
            let help = "`p_table = \"NAME\"` (ptables/NAME.csv), or `deviation = 4` and `variance = 2.5`";
            return Err(document.error(perturb.span(), message).with_help(help));
        }
    };
    let small = small(document, written.small.as_ref(), "perturbed")?;
    let method = CellKey { table, small };
    let (lowest, highest) = thresholds(against);
    method.check(lowest, highest).map_err(|fault| document.error(span, fault.to_string()))?;
    shows_zeros(document, perturb, small, "perturbed", against)?;
    Ok(Method::CellKey(method))
}

fn small(
    document: &Document,
    written: Option<&Spanned<String>>,
    like_others: &str,
) -> Result<SmallCounts, ConfigError> {
    match written.map(|small| (small, small.get_ref().as_str())) {
        None | Some((_, "hidden")) => Ok(SmallCounts::Hidden),
        Some((_, small)) if small == like_others => Ok(SmallCounts::Rounded),
        Some((small, _)) => Err(document.not_one_of("treatment of small counts", small, ["hidden", like_others])),
    }
}

/// The lowest and the highest threshold among those who get a table; 0 where nobody does.
fn thresholds(against: &Against<'_>) -> (u64, u64) {
    let gets_one = |id: &String| against.tables.iter().any(|table| table.audiences.contains(id));
    let audiences = against.service.audiences.iter().filter(|audience| gets_one(&audience.id));
    let thresholds = || audiences.clone().map(|audience| audience.threshold);
    (thresholds().min().unwrap_or(0), thresholds().max().unwrap_or(0))
}

fn shows_zeros(
    document: &Document,
    at: &Spanned<String>,
    small: SmallCounts,
    word: &str,
    against: &Against<'_>,
) -> Result<(), ConfigError> {
    match against.tables.iter().find(|table| small == SmallCounts::Rounded && table.zeros == Zeros::Hidden) {
        None => Ok(()),
        Some(table) => {
            let error = document.error(at.span(), format!("table {}: {}", table.id, MethodError::Zeros));
            Err(error.with_help(format!("add `zeros = \"shown\"` to the table, or leave `small = \"{word}\"` out")))
        }
    }
}
