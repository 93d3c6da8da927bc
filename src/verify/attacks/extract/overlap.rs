//! Classes of two extracts that overlap. Comes in: two case-level files of the same months. Goes out: pairs of classes that share
//! so few sensitive values that whoever is in both is known better than either promises; and classes of which too few are left
//! once the smaller classes of the other file inside them are taken away. Deliberately absent: overlaps of which neither lies
//! inside the other; how many are in those no file says.
//!
//! Source: Ganta, Kasiviswanathan and Smith (2008), Composition attacks and auxiliary information in data privacy.

use std::collections::BTreeSet;

use model::Attack;
use model::extract::{Role, SUPPRESSED};

use super::Found;
use super::classes::{Class, classes};
use super::sequence::{common, names};
use crate::readers::microdata::Microdata;

/// How the labels of two files lie, column by column that both have.
struct Lie {
    /// Position among the quasi-identifiers of one and of the other, pairs of labels that cover a value in common, and those
    /// of which the other's covers nothing that the one's does not.
    columns: Vec<(usize, usize, Pairs, Pairs)>,
}

type Pairs = BTreeSet<(u32, u32)>;

impl Lie {
    fn new(one: &Microdata, other: &Microdata) -> Self {
        let place = |data: &Microdata, column: usize| data.with(Role::Quasi).iter().position(|at| *at == column);
        let column = |(at, other_at): (usize, usize)| {
            let (mut meets, mut inside) = (Pairs::new(), Pairs::new());
            let finest = |data: &Microdata, column: usize| -> Vec<BTreeSet<String>> {
                data.columns[column].labels.iter().map(|label| names(data, column, label)).collect()
            };
            let (own, others) = (finest(one, at), finest(other, other_at));
            for (names, number) in own.iter().zip(0..) {
                for (others, other) in others.iter().zip(0..) {
                    if !names.is_disjoint(others) {
                        meets.insert((number, other));
                    }
                    if others.is_subset(names) {
                        inside.insert((number, other));
                    }
                }
            }
            Some((place(one, at)?, place(other, other_at)?, meets, inside))
        };
        Self { columns: common(one, other, Role::Quasi).into_iter().filter_map(column).collect() }
    }

    /// Whether somebody can be in both.
    fn meet(&self, one: &Class, other: &Class) -> bool {
        self.columns.iter().all(|(at, other_at, meets, _)| meets.contains(&(one.labels[*at], other.labels[*other_at])))
    }

    /// Whether everybody of the other is of the one, as far as labels say.
    fn is_inside(&self, one: &Class, other: &Class) -> bool {
        self.columns
            .iter()
            .all(|(at, other_at, _, inside)| inside.contains(&(one.labels[*at], other.labels[*other_at])))
    }
}

fn telling(data: &Microdata) -> Vec<Class> {
    classes(data).into_iter().filter(|class| !class.is_suppressed).collect()
}

/// Pairs of classes that one person can be in, and the values that both say: one of those is the person's.
pub(super) fn composed(one: &Microdata, other: &Microdata, found: &mut Found) {
    let Some(l) = one.entry.l.into_iter().chain(other.entry.l).max() else { return };
    let lie = Lie::new(one, other);
    let (first, second) = (telling(one), telling(other));
    for (own, others) in common(one, other, Role::Sensitive) {
        let says = |data: &Microdata, classes: &[Class], column: usize| -> Vec<Option<BTreeSet<String>>> {
            classes.iter().map(|class| values(data, class, column)).collect()
        };
        let (own_values, other_values) = (says(one, &first, own), says(other, &second, others));
        let mut few = 0_u64;
        for (class, values) in first.iter().zip(&own_values) {
            for (_, others) in second.iter().zip(&other_values).filter(|(other, _)| lie.meet(class, other)) {
                let (Some(values), Some(others)) = (values, others) else { continue };
                let both = values.intersection(others).count() as u64;
                // No value in common: nobody is in both.
                few += u64::from(both >= 1 && both < l);
            }
        }
        if few > 0 {
            let name = &one.columns[own].name;
            let message =
                format!("{few} pairs of classes of two extracts have fewer than {l} values of {name} in common");
            found.find(Attack::Inference, "extracts_composed", &one.entry.file, None, message);
        }
    }
}

/// The values that a class says, by the finest names; none where a row keeps its own to itself.
fn values(data: &Microdata, class: &Class, column: usize) -> Option<BTreeSet<String>> {
    let labels: BTreeSet<&str> = class.rows.iter().map(|row| data.label(*row, column)).collect();
    (!labels.contains(SUPPRESSED)).then(|| labels.into_iter().flat_map(|label| names(data, column, label)).collect())
}

/// Classes of `one` of which too few are left without the classes of `other` that lie inside them.
pub(super) fn rests(one: &Microdata, other: &Microdata, found: &mut Found) {
    let (lie, itself) = (Lie::new(one, other), Lie::new(one, one));
    let (first, second) = (telling(one), telling(other));
    let silent = (0..one.rows.len()).filter(|row| one.is_suppressed(*row)).count();
    let k = usize::try_from(one.entry.k.max(other.entry.k)).unwrap_or(usize::MAX);
    let is_few = |class: &&Class| {
        let inside: usize =
            second.iter().filter(|other| lie.is_inside(class, other)).map(|other| other.rows.len()).sum();
        let left = class.rows.len().saturating_sub(inside);
        // Where classes of one file overlap, those inside may be of another class.
        let is_alone = || first.iter().filter(|other| itself.meet(class, other)).count() == 1;
        inside > 0 && left >= 1 && left + silent < k && is_alone()
    };
    let few = first.iter().filter(is_few).count();
    if few > 0 {
        let message = format!("{few} classes have fewer than {k} rows outside the smaller classes of another extract");
        found.find(Attack::Linkage, "extracts_overlap", &one.entry.file, None, message);
    }
}
