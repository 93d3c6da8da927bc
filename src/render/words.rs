//! What the page, the workbook and the metadata say in the same words.
//!
//! Comes in: the release's threshold, symbols and names. Goes out: sentences. Deliberately absent: anything about a
//! single hidden cell.

use model::ReleasedCell;
use model::release::{Precision, ReleaseParts, ReleasedTable, Zeros};

/// Each symbol as it stands in a cell, and what it means.
pub(crate) const SYMBOLS: [(&str, &str); 3] = [
    ("[c]", "hidden, so that nobody can be recognised"),
    ("[z]", "not applicable: this combination cannot occur"),
    ("[x]", "not available: not collected in this period, or not known for it"),
];

/// What a hidden figure does and does not say.
pub(crate) const HIDDEN: &str = "A figure marked [c] may be small, or may be hidden only because a small one could be \
    worked out from it, or because it is zero. The symbol is the same in every case, so it does not say which.";

/// The warning that belongs wherever figures stand beside hidden ones.
pub(crate) const ADDING_UP: &str = "Rows may not be added up where cells are hidden: the shown figures of a group are then \
    less than the group. Use the totals that are printed.";

/// What stands behind charts and sentences.
pub(crate) const FROM_RELEASED: &str = "Charts and sentences are made of the published figures only. A hidden figure leaves \
    a gap, marked [c], and rows keep their order whatever their size.";

/// The rule and the method, which are public.
pub(crate) fn protection(parts: &ReleaseParts) -> Vec<String> {
    let threshold = parts.threshold;
    let rounds_small = |table: &ReleasedTable| match table.precision {
        Precision::Nearest { least, .. } | Precision::Neighbour { least, .. } | Precision::Near { least, .. } => {
            least.is_none()
        }
        Precision::CellKey { least, .. } => least < threshold,
        Precision::Exact => false,
    };
    if parts.tables.iter().any(rounds_small) {
        return rounded(parts);
    }
    let mut paragraphs = vec![
        format!(
            "A figure is shown only where at least {threshold} separate families stand behind it, or {threshold} separate \
             cases where families are not recorded. One family counts once, however many cases it has."
        ),
        "Where a hidden figure could be worked out from others (by subtraction, from another table or chart, or from an \
         earlier report), more figures are hidden until it cannot. Before publication the report was attacked as a \
         stranger would attack it, and passed."
            .to_owned(),
    ];
    paragraphs.extend(together(parts));
    paragraphs
}

/// The same where small figures are rounded with the others.
fn rounded(parts: &ReleaseParts) -> Vec<String> {
    let threshold = parts.threshold;
    let is_changed = |table: &ReleasedTable| match table.precision {
        Precision::CellKey { .. } => true,
        Precision::Exact | Precision::Nearest { .. } | Precision::Neighbour { .. } | Precision::Near { .. } => false,
    };
    let are = if parts.tables.iter().any(is_changed) { "changed" } else { "rounded" };
    let mut paragraphs = vec![format!(
        "Figures are {are} so far that nobody can tell one of fewer than {threshold} families from one of {threshold}, \
         neither from the figure nor from others (by subtraction, from another table or chart, or from an earlier report). \
         Before publication the report was attacked as a stranger would attack it, and passed."
    )];
    paragraphs.extend(together(parts));
    paragraphs
}

fn together(parts: &ReleaseParts) -> Option<String> {
    let names: Vec<&str> = parts.earlier.keys().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("It was protected together with these earlier reports: {}.", names.join(", ")))
}

/// That the release corrects another, and why.
pub(crate) fn correction(parts: &ReleaseParts) -> Option<String> {
    let corrects = parts.corrects.as_ref()?;
    let reason = corrects.reason.trim_end_matches('.');
    let corrected = format!("This release corrects {}: {reason}.", corrects.release);
    let Some(scope) = &corrects.scope else { return Some(corrected) };
    let label = |name: &str| {
        let mut dims = parts.tables.iter().flat_map(|table| &table.dims);
        dims.find(|dim| dim.name == name).map(|dim| dim.label.to_lowercase())
    };
    let (touched, threshold) = (scope.words(label), parts.threshold);
    let others = if scope.cases { "" } else { " All other figures are as they were." };
    Some(format!(
        "{corrected} It may have changed {touched}: of these, one that differs by fewer than {threshold} families, \
         or by none, is marked [c].{others}"
    ))
}

/// What a hidden cell of this table leaves open, where it differs from the rule.
pub(crate) fn zeros(table: &ReleasedTable) -> Option<&'static str> {
    let hides = table.cells.contains(&ReleasedCell::Suppressed);
    match table.zeros {
        Zeros::Hidden if hides => Some("Zeros are hidden like small figures: [c] may stand for none."),
        Zeros::Shown if hides => Some("Zeros are shown in this table: [c] stands for one or more."),
        Zeros::Hidden | Zeros::Shown => None,
    }
}

/// How the figures of this table were perturbed.
fn perturbed(most: u64, least: u64) -> String {
    let small = if least > 1 { "" } else { " A 0 stands for none or a few." };
    format!(
        "Figures are changed by chance, by {most} at most.{small} The same cases are changed alike wherever and whenever they \
         are counted, so asking again or another way tells no more. Figures need not add up to their total."
    )
}

/// How the figures of this table were rounded or perturbed, where they were.
pub(crate) fn precision(table: &ReleasedTable) -> Option<String> {
    let (base, least, way) = match table.precision {
        Precision::Exact => return None,
        Precision::CellKey { most, least } => return Some(perturbed(most, least)),
        Precision::Nearest { base, least } => (base, least, "to the nearest multiple of".to_owned()),
        Precision::Neighbour { base, least, adds_up: false } => {
            (base, least, "up or down by chance to a multiple of".to_owned())
        }
        Precision::Neighbour { base, least, adds_up: true } => {
            (base, least, "up or down, so that they add up, to a multiple of".to_owned())
        }
        Precision::Near { base, least } => {
            (base, least, "so that they add up, by less than twice the base, to a multiple of".to_owned())
        }
    };
    let sums = match table.precision {
        Precision::Neighbour { adds_up: true, .. }
        | Precision::Near { .. }
        | Precision::CellKey { .. }
        | Precision::Exact => "",
        Precision::Nearest { .. } | Precision::Neighbour { .. } => {
            " Rounded figures need not add up to their rounded total."
        }
    };
    let small = match least {
        Some(_) => String::new(),
        None => " A 0 stands for none or a few.".to_owned(),
    };
    Some(format!("Figures are rounded {way} {base}.{small}{sums}"))
}

/// A text with its first letter small, unless the word is in capitals.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// For the start of a sentence.
pub(crate) fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
