//! Along which dimensions a correction moved cases. Comes in: what it takes out and brings in, a scope that the service named.
//! Goes out: what lies outside of it, or the scope of whoever names none. Deliberately absent: which cases.
//!
//! A change lies within some dimensions where, without their codes, as much is taken out as is brought in: then no figure that
//! names no code of theirs can have changed.

use std::collections::{BTreeMap, BTreeSet};

use model::config::dimension::{Derivation, Dimension};
use model::config::{CodeEntry, Configuration};
use model::scope::Scope;

use crate::tabulate::axes::groups;
use crate::tabulate::correction::Change;
use crate::tabulate::derive::NESTED;
use crate::tabulate::frame::Frame;

/// What makes a named scope none of this change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// No dimension of that name.
    NoDimension(String),
    /// The dimension has no such code.
    NoCode {
        /// The dimension.
        dimension: String,
        /// As named.
        code: String,
    },
    /// Cases moved along these dimensions as well, or beyond the codes named.
    More(Vec<String>),
    /// Nothing changes but what was corrected, and described, before.
    Corrected,
    /// Cases came or went.
    Cases,
}

impl Change {
    /// The smallest scope by dimensions that holds it. It tells where a single case moved, so it is nobody's business outside.
    fn least_scope(&self) -> Scope {
        let all: Vec<usize> = (0..self.removed.dims.len()).collect();
        let moved = all.iter().copied().filter(|&at| !self.is_even(&[at], |_, _| true));
        let mut moved: BTreeSet<usize> = moved.collect();
        let is_within = |moved: &BTreeSet<usize>| {
            let others: Vec<usize> = all.iter().copied().filter(|at| !moved.contains(at)).collect();
            self.is_even(&others, |_, _| true)
        };
        if !is_within(&moved) {
            moved.extend(&all);
        }
        match is_within(&moved) {
            true => self.along(moved),
            false => Scope { dimensions: BTreeMap::new(), cases: true },
        }
    }

    /// The scope of whoever names none: along every dimension, and where cases came or went any figure at all.
    #[must_use]
    pub fn widest_scope(&self) -> Scope {
        let all = self.along((0..self.removed.dims.len()).collect());
        if self.least_scope().cases { Scope { dimensions: BTreeMap::new(), cases: true } } else { all }
    }

    fn along(&self, dims: BTreeSet<usize>) -> Scope {
        let name = |at: usize| (self.removed.dims[at].name.clone(), Vec::new());
        Scope { dimensions: dims.into_iter().map(name).collect(), cases: false }
    }

    /// What of it lies outside of `scope`; none where nothing does.
    #[must_use]
    pub fn outside(&self, configuration: &Configuration, scope: &Scope) -> Option<Outside> {
        let dims = &self.removed.dims;
        let mut named: BTreeMap<usize, &[String]> = BTreeMap::new();
        for (name, codes) in &scope.dimensions {
            match dims.iter().position(|dim| dim.name == *name) {
                Some(at) => named.insert(at, codes),
                None => return Some(Outside::NoDimension(name.clone())),
            };
        }
        let least = self.least_scope();
        if least.cases {
            return Some(Outside::Cases);
        }
        let is_named = |name: &&String| scope.dimensions.contains_key(*name);
        let mut more: Vec<String> = least.dimensions.keys().filter(|name| !is_named(name)).cloned().collect();
        for (&at, codes) in named.iter().filter(|(_, codes)| !codes.is_empty()) {
            let others: Vec<usize> =
                (0..dims.len()).filter(|other| *other == at || !named.contains_key(other)).collect();
            let holds = |leaf: &str| codes.iter().any(|code| is_in(configuration, &dims[at].name, leaf, code));
            if !self.is_even(&others, |frame, row| !holds(&frame.dims[at].leaves[frame.codes[at][row] as usize])) {
                more.push(dims[at].name.clone());
            }
        }
        (!more.is_empty()).then_some(Outside::More(more))
    }

    /// Whether as many cases are taken out as are brought in of each month, event and combination of some dimensions, among the
    /// rows wanted.
    fn is_even(&self, dims: &[usize], is_wanted: impl Fn(&Frame, usize) -> bool) -> bool {
        let mut left: BTreeMap<(&str, i32, Vec<&str>), i64> = BTreeMap::new();
        for (frame, sign) in [(&self.removed, -1), (&self.added, 1)] {
            for row in (0..frame.count.len()).filter(|&row| is_wanted(frame, row)) {
                let leaf = |&at: &usize| frame.dims[at].leaves[frame.codes[at][row] as usize].as_str();
                let event = frame.events[frame.event[row] as usize].as_str();
                let name = (event, frame.month[row], dims.iter().map(leaf).collect());
                *left.entry(name).or_default() += sign * i64::from(frame.count[row]);
            }
        }
        left.values().all(|&count| count == 0)
    }
}

/// Whether a leaf of a dimension lies in a code, which may be a group.
fn is_in(configuration: &Configuration, dimension: &str, leaf: &str, code: &str) -> bool {
    let within = |entry: &CodeEntry, dimension: &Dimension| groups(dimension, entry).any(|group| group == code);
    let Some(dimension) = configuration.dimensions.find(dimension) else { return false };
    match &dimension.derivation {
        Derivation::Nested { .. } => {
            leaf == code || leaf.strip_prefix(code).is_some_and(|rest| rest.starts_with(NESTED))
        }
        Derivation::Code { .. }
        | Derivation::Band { .. }
        | Derivation::AgeYears { .. }
        | Derivation::WorkingDays { .. }
        | Derivation::Answers { .. } => {
            let list = dimension.codes.as_ref().and_then(|list| configuration.codes.get(list));
            leaf == code || list.and_then(|list| list.find(leaf)).is_some_and(|entry| within(entry, dimension))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabulate::FrameDimension;

    /// Cases of one month by district and need, each of one.
    fn cases(rows: &[(&str, &str)]) -> Frame {
        let leaves = [["North", "South", "West"], ["Autism", "Speech", "Other"]];
        let [districts, needs] = leaves.map(|names| names.map(str::to_owned).to_vec());
        let dim =
            |name: &str, leaves: &[String]| FrameDimension { leaves: leaves.to_vec(), ..FrameDimension::named(name) };
        let code = |leaves: &[String], name: &str| leaves.iter().position(|leaf| leaf == name).expect("a leaf") as u32;
        Frame {
            events: vec!["opened".into()],
            event: vec![0; rows.len()],
            month: vec![24_000; rows.len()],
            unit: (1..).take(rows.len()).collect(),
            count: vec![1; rows.len()],
            codes: vec![
                rows.iter().map(|(district, _)| code(&districts, district)).collect(),
                rows.iter().map(|(_, need)| code(&needs, need)).collect(),
            ],
            dims: vec![dim("district", &districts), dim("need", &needs)],
            ..Frame::default()
        }
    }

    fn change(removed: &[(&str, &str)], added: &[(&str, &str)]) -> Change {
        Change { removed: cases(removed), added: cases(added), named: None }
    }

    fn least(removed: &[(&str, &str)], added: &[(&str, &str)]) -> (Vec<String>, bool) {
        let scope = change(removed, added).least_scope();
        (scope.dimensions.into_keys().collect(), scope.cases)
    }

    #[test]
    fn the_least_scope_is_the_dimensions_along_which_cases_moved() {
        let both = || vec!["district".to_owned(), "need".to_owned()];
        assert_eq!(least(&[("North", "Autism")], &[("South", "Autism")]), (vec!["district".to_owned()], false));
        assert_eq!(least(&[("North", "Autism")], &[("South", "Speech")]), (both(), false));
        // Each margin is as it was, and yet the two changed places.
        let crossed = [("North", "Speech"), ("South", "Autism")];
        assert_eq!(least(&[("North", "Autism"), ("South", "Speech")], &crossed), (both(), false));
        assert_eq!(least(&[("North", "Autism")], &[]), (Vec::new(), true), "a case went");
    }
}
