//! `[method]` of `reports/*.toml`: how the counts of a report are protected. Comes in: TOML, the tables and who gets them.
//! Goes out: a method that can protect them. Deliberately absent: a method for a single table. Tables share cells, and a
//! cell in two forms says more than either, so all tables of a report, which are one system, have one method.

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::{ConfigError, Document};
use crate::config::report::TablePlan;
use crate::config::service::Service;
use crate::method::{Method, MethodError, Rounding, RoundingKind, SmallCounts};
use crate::release::Zeros;

/// As written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMethod {
    round: Spanned<String>,
    base: Option<Spanned<u64>>,
    small: Option<Spanned<String>>,
}

/// Reads a method and checks that it protects `tables`.
pub(super) fn read(
    document: &Document,
    raw: &Spanned<RawMethod>,
    service: &Service,
    tables: &[TablePlan],
) -> Result<Method, ConfigError> {
    let RawMethod { round, base, small } = raw.get_ref();
    let how = match round.get_ref().as_str() {
        "nearest" => RoundingKind::Nearest,
        "random" => RoundingKind::Random,
        "controlled" => RoundingKind::Controlled,
        _ => return Err(document.not_one_of("way to round", round, ["nearest", "random", "controlled"])),
    };
    let small = match small.as_ref().map(|small| (small, small.get_ref().as_str())) {
        None | Some((_, "hidden")) => SmallCounts::Hidden,
        Some((_, "rounded")) => SmallCounts::Rounded,
        Some((small, _)) => return Err(document.not_one_of("treatment of small counts", small, ["hidden", "rounded"])),
    };
    let Some(base) = base else {
        return Err(document.error(round.span(), "a report that rounds says to multiples of what, `base = 10`"));
    };
    let rounding = Rounding { how, base: *base.get_ref(), small };
    let gets_one = |id: &String| tables.iter().any(|table| table.audiences.contains(id));
    let audiences = service.audiences.iter().filter(|audience| gets_one(&audience.id));
    let threshold = audiences.map(|audience| audience.threshold).max().unwrap_or(0);
    rounding.check(threshold).map_err(|fault| document.error(base.span(), fault.to_string()))?;
    if let Some(table) = tables.iter().find(|table| small == SmallCounts::Rounded && table.zeros == Zeros::Hidden) {
        let error = document.error(round.span(), format!("table {}: {}", table.id, MethodError::Zeros));
        return Err(error.with_help("add `zeros = \"shown\"` to the table, or leave `small = \"rounded\"` out"));
    }
    Ok(Method::Round(rounding))
}
