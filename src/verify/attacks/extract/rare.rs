//! Rare sensitive values: whoever knows of the one person with this need finds the row that says it, and with it presence, month
//! and age. Comes in: a file and the threshold of its release. Goes out: values that fewer rows say, and rows left out that are
//! as few. Deliberately absent: classes, in which such a value is one of several.

use std::collections::BTreeMap;

use model::Attack;
use model::extract::{Role, SUPPRESSED};

use super::Found;
use crate::readers::microdata::Microdata;

/// Rows are at least as many as families, so fewer rows than the threshold are fewer families.
pub(super) fn check(data: &Microdata, threshold: u64, found: &mut Found) {
    for column in data.with(Role::Sensitive) {
        let name = data.columns[column].name.as_str();
        let mut rows: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
        for row in 0..data.rows.len() {
            rows.entry(data.label(row, column)).or_insert((0, row)).0 += 1;
        }
        let few: Vec<_> = rows.iter().filter(|(_, (count, _))| *count < threshold).collect();
        let shown: Vec<_> = few.iter().filter(|(label, _)| **label != SUPPRESSED).collect();
        found.count("extract_rare_values", few.len() as u64);
        found.tried(Attack::Inference, format!("{} values of {name} by how many rows have them", rows.len()));
        if let Some((_, (_, row))) = shown.first() {
            let message = format!("{} values of {name} stand in fewer than {threshold} rows of all", shown.len());
            found.find(Attack::Inference, "extract_rare_value", &data.entry.file, Some(*row), message);
        }
    }
}
