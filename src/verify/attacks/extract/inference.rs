//! Attribute inference: what a class tells about everybody in it, whoever they are. Comes in: a file and its classes. Goes out:
//! classes with fewer values than promised, with one value, with one but for a single row, and classes further from all rows
//! than promised. Deliberately absent: what families do to a distribution; see `classes`.
//!
//! Source: Machanavajjhala et al. (2007), l-Diversity: privacy beyond k-anonymity; Li et al. (2007), t-Closeness.

use std::collections::BTreeMap;

use model::Attack;
use model::extract::{Role, SUPPRESSED, Unit};

use super::Found;
use super::classes::Class;
use crate::readers::microdata::Microdata;

/// What a class says of one sensitive attribute.
pub(super) struct Told<'a> {
    /// Rows by label.
    pub(super) values: BTreeMap<&'a str, u64>,
    /// Rows that keep theirs to themselves. Each may be a value of its own.
    pub(super) silent: u64,
}

/// What `rows` say in `column`.
pub(super) fn told<'a>(data: &'a Microdata, rows: &[usize], column: usize) -> Told<'a> {
    let mut told = Told { values: BTreeMap::new(), silent: 0 };
    for row in rows {
        match data.label(*row, column) {
            SUPPRESSED => told.silent += 1,
            label => *told.values.entry(label).or_default() += 1,
        }
    }
    told
}

impl Told<'_> {
    fn distinct(&self) -> u64 {
        self.values.len() as u64 + self.silent
    }

    fn rows(&self) -> u64 {
        self.values.values().sum::<u64>() + self.silent
    }

    fn commonest(&self) -> u64 {
        self.values.values().copied().max().unwrap_or(0)
    }
}

/// Holds what classes tell against the promise.
pub(super) fn check(data: &Microdata, classes: &[Class], found: &mut Found) {
    for column in data.with(Role::Sensitive) {
        let name = data.columns[column].name.as_str();
        let of: Vec<(Option<usize>, Told<'_>)> =
            classes.iter().map(|class| (class.rows.first().copied(), told(data, &class.rows, column))).collect();
        diversity(data, name, &of, found);
        homogeneous(data, name, &of, found);
        closeness(data, name, &of, found);
        let worst = of.iter().map(|(_, told)| per_mille(told.commonest(), told.rows())).max().unwrap_or(0);
        found.tried(
            Attack::Inference,
            format!(
                "{name} in {} classes; whoever guesses the commonest value of a class is right in at most {}.{} %",
                of.len(),
                worst / 10,
                worst % 10
            ),
        );
    }
}

fn per_mille(part: u64, whole: u64) -> u64 {
    (part * 1000).checked_div(whole).unwrap_or(0)
}

fn diversity(data: &Microdata, name: &str, of: &[(Option<usize>, Told<'_>)], found: &mut Found) {
    let Some(l) = data.entry.l else { return };
    let below: Vec<_> = of.iter().filter(|(_, told)| told.distinct() < l).collect();
    found.count("extract_classes_below_l", below.len() as u64);
    if let Some((row, _)) = below.first() {
        let message = format!("{} classes have fewer than {l} values of {name}", below.len());
        found.find(Attack::Inference, "extract_diversity", &data.entry.file, *row, message);
    }
}

/// Somebody who is the one in the class with another value knows it of all others.
fn homogeneous(data: &Microdata, name: &str, of: &[(Option<usize>, Told<'_>)], found: &mut Found) {
    let all: Vec<_> = of.iter().filter(|(_, told)| told.commonest() == told.rows() && told.rows() > 0).collect();
    let but_one = of.iter().filter(|(_, told)| told.rows() > 2 && told.commonest() + 1 == told.rows());
    let but_one: Vec<_> = but_one.collect();
    found.count("extract_classes_homogeneous", all.len() as u64);
    found.count("extract_classes_nearly_homogeneous", but_one.len() as u64);
    let file = data.entry.file.as_str();
    if let Some((row, _)) = all.first() {
        let message = format!("{} classes have one value of {name}, which is everybody's", all.len());
        found.find(Attack::Inference, "extract_class_homogeneous", file, *row, message);
    }
    // Two values are what a promise of two allows.
    if let (Some((row, _)), true) = (but_one.first(), data.entry.l != Some(2)) {
        let message = format!("{} classes have one value of {name} but for one row", but_one.len());
        found.find(Attack::Inference, "extract_class_nearly_homogeneous", file, *row, message);
    }
}

fn closeness(data: &Microdata, name: &str, of: &[(Option<usize>, Told<'_>)], found: &mut Found) {
    let Some(t) = data.entry.t else { return };
    let is_silent = of.iter().any(|(_, told)| told.silent > 0);
    if is_silent || data.entry.unit == Unit::Family {
        let why = if is_silent { "some rows keep it to themselves" } else { "it counts families, which no file shows" };
        found.not_run.push(format!("closeness of {name}: {why}"));
        return;
    }
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    for (value, count) in of.iter().flat_map(|(_, told)| &told.values) {
        *all.entry(value).or_default() += count;
    }
    let rows: u64 = all.values().sum();
    let far = |told: &Told<'_>| {
        let own = told.rows();
        let of = |value: &str| told.values.get(value).copied().unwrap_or(0);
        // Half the sum of |own share - share in all|, times own rows times all rows so that it is whole.
        let sum: u64 = all.iter().map(|(value, count)| (of(value) * rows).abs_diff(count * own)).sum();
        own > 0 && share(sum, 2 * own * rows) > t + 1e-9
    };
    let beyond: Vec<_> = of.iter().filter(|(_, told)| far(told)).collect();
    found.count("extract_classes_beyond_t", beyond.len() as u64);
    if let Some((row, _)) = beyond.first() {
        let message = format!("{} classes are further than {t} from all rows in {name}", beyond.len());
        found.find(Attack::Inference, "extract_closeness", &data.entry.file, *row, message);
    }
}

#[allow(clippy::cast_precision_loss)]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
