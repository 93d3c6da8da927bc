//! What the labels of a column cover. Comes in: a hierarchy of the manifest, the labels of a file. Goes out: sets of values,
//! so that labels of different levels, files and cells of tables can be compared. Deliberately absent: rows.

use std::collections::{BTreeMap, BTreeSet};

use model::Hierarchy;
use model::extract::SUPPRESSED;

/// A set of values, by their numbers, in order.
pub type Cover = Vec<u32>;

/// The values of a column and what each code covers of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Domain {
    values: BTreeMap<String, u32>,
    covers: BTreeMap<String, Cover>,
}

impl Domain {
    /// The domain of a hierarchy; of one that states nothing, `labels` are its values.
    #[must_use]
    pub fn new(hierarchy: Option<&Hierarchy>, labels: &[String]) -> Self {
        let leaves: Vec<&str> = hierarchy.map(Hierarchy::leaves).unwrap_or_default();
        let mut domain = Self::default();
        let flat = labels.iter().map(String::as_str).filter(|label| *label != SUPPRESSED);
        let values: Vec<&str> = if leaves.is_empty() { flat.collect() } else { leaves };
        for (value, number) in values.iter().zip(0..) {
            domain.values.insert((*value).to_owned(), number);
            domain.covers.insert((*value).to_owned(), vec![number]);
        }
        let all: Cover = (0..).take(values.len()).collect();
        if let Some(hierarchy) = hierarchy {
            for (parent, _) in &hierarchy.sums {
                let below = domain.below(hierarchy, parent);
                domain.covers.insert(parent.clone(), below);
            }
            domain.covers.insert(hierarchy.total.clone(), all.clone());
        }
        domain.covers.insert(SUPPRESSED.to_owned(), all);
        domain
    }

    /// The values below `code`, whatever way the sums lead to them.
    fn below(&self, hierarchy: &Hierarchy, code: &str) -> Cover {
        let (mut open, mut met) = (vec![code], BTreeSet::new());
        let mut below = BTreeSet::new();
        while let Some(code) = open.pop() {
            // A foreign manifest may lead in circles.
            if !met.insert(code) {
                continue;
            }
            below.extend(self.values.get(code));
            let children = hierarchy.sums.iter().filter(|(parent, _)| parent == code);
            open.extend(children.flat_map(|(_, children)| children).map(String::as_str));
        }
        below.into_iter().collect()
    }

    /// What `label` covers: a value, a code of the hierarchy, `*`, or an interval of numbers such as `30-39`; none where it
    /// is nothing of these.
    #[must_use]
    pub fn cover(&self, label: &str) -> Option<Cover> {
        if let Some(cover) = self.covers.get(label) {
            return Some(cover.clone());
        }
        let (lowest, highest) = interval(label)?;
        let inside = |value: &str| value.parse::<f64>().is_ok_and(|number| number >= lowest && number <= highest);
        let cover: BTreeSet<u32> =
            self.values.iter().filter(|(value, _)| inside(value)).map(|(_, number)| *number).collect();
        (!cover.is_empty()).then(|| cover.into_iter().collect())
    }

    /// The number of a value.
    #[must_use]
    pub fn value(&self, value: &str) -> Option<u32> {
        self.values.get(value).copied()
    }

    /// The names of the values that `label` covers.
    #[must_use]
    pub fn names(&self, label: &str) -> BTreeSet<&str> {
        let cover = self.cover(label).unwrap_or_default();
        let inside = |(_, number): &(&String, &u32)| cover.binary_search(number).is_ok();
        self.values.iter().filter(inside).map(|(name, _)| name.as_str()).collect()
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether a code of a table covers all values.
    #[must_use]
    pub fn is_whole(&self, cover: &[u32]) -> bool {
        cover.len() == self.values.len()
    }
}

/// `30-39` and `-5-5`: lowest and highest number.
fn interval(label: &str) -> Option<(f64, f64)> {
    let hyphens = label.char_indices().filter(|(at, letter)| *at > 0 && *letter == '-');
    let split = |(at, _): (usize, char)| {
        let (lowest, highest) = (label.get(..at)?.trim().parse().ok()?, label.get(at + 1..)?.trim().parse().ok()?);
        (lowest <= highest).then_some((lowest, highest))
    };
    hyphens.filter_map(split).next()
}

/// Whether all of `inner` is in `outer`; both are in order.
#[must_use]
pub fn is_inside(inner: &[u32], outer: &[u32]) -> bool {
    inner.iter().all(|value| outer.binary_search(value).is_ok())
}

/// Whether they share a value; both are in order.
#[must_use]
pub fn meet(one: &[u32], other: &[u32]) -> bool {
    one.iter().any(|value| other.binary_search(value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain() -> Domain {
        let sums = |parent: &str, children: &[&str]| {
            (parent.to_owned(), children.iter().map(|child| (*child).to_owned()).collect())
        };
        let hierarchy = Hierarchy {
            total: "*".to_owned(),
            sums: vec![sums("*", &["young", "31", "40"]), sums("young", &["0", "17"]), sums("0", &["young"])],
        };
        Domain::new(Some(&hierarchy), &[])
    }

    #[test]
    fn a_label_covers_what_the_sums_below_it_say_even_where_they_go_in_circles() {
        let domain = domain();
        assert_eq!(domain.len(), 3, "17, 31 and 40");
        let values = |label: &str| domain.cover(label).map(|cover| cover.len());
        assert_eq!((values("young"), values("*"), values("31")), (Some(1), Some(3), Some(1)));
        assert_eq!(values("nowhere"), None);
    }

    #[test]
    fn an_interval_covers_the_numbers_in_it() {
        let domain = domain();
        let both = domain.cover("31-40").expect("an interval");
        assert_eq!(both.len(), 2);
        assert!(
            is_inside(&domain.cover("40").expect("a value"), &both)
                && !meet(&domain.cover("17").expect("a value"), &both)
        );
        assert_eq!(domain.cover("50-60"), None, "it covers nobody that the file knows");
        assert_eq!(interval("-5-5"), Some((-5.0, 5.0)));
    }
}
