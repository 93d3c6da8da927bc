//! What earlier releases show to go together almost always. Comes in: cells as they were published. Goes out: pairs of codes
//! of which somebody should say whether it could be otherwise. Deliberately absent: the cases, today's and those behind the
//! releases: a proposal says nothing but what every reader of them could have found.

use std::collections::{BTreeMap, BTreeSet};

use crate::protect::{EarlierCell, EarlierForm, Impossible};
use crate::tabulate::axes::{Axes, Source};
use crate::tabulate::{Key, moved};

/// Of so many in a hundred published cases of a code all but these few have the same other code.
const MOST_APART_PERCENT: u64 = 2;
/// So few published cases show nothing.
const LEAST: u64 = 20;
/// What most cases have anyway goes with everything.
const MOST_OF_ALL_PERCENT: u64 = 80;

/// A code that published figures show with hardly any other code of another dimension than this.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usual {
    /// Its dimension.
    pub dimension: String,
    /// The code.
    pub code: String,
    /// The other dimension.
    pub other: String,
    /// The code there.
    pub with: String,
    /// Published cases of the code.
    pub of: u64,
    /// Published cases of both.
    pub together: u64,
}

/// The pairs in `earlier` that no rule of `known` is about.
pub(super) fn usual(axes: &Axes, earlier: &[EarlierCell], known: &[Impossible]) -> Vec<Usual> {
    let counts: BTreeMap<&Key, u64> = earlier
        .iter()
        .filter_map(|cell| match cell.form {
            EarlierForm::Count(count) => Some((&cell.key, count)),
            EarlierForm::Rounded(_) | EarlierForm::Suppressed | EarlierForm::StructuralZero => None,
        })
        .collect();
    let coded: Vec<usize> = (0..axes.axes.len()).filter(|&at| is_coded(axes, at)).collect();
    let mut found = BTreeSet::new();
    for &one in &coded {
        for &other in coded.iter().filter(|&&other| other != one) {
            found.extend(pairs(axes, &counts, (one, other), known));
        }
    }
    found.into_iter().collect()
}

/// A dimension of codes that adds up, one code to a case.
fn is_coded(axes: &Axes, at: usize) -> bool {
    let axis = &axes.axes[at];
    matches!(axis.source, Source::Leaves(_)) && axis.answers.is_none() && !axis.space.sums.is_empty()
}

fn pairs(axes: &Axes, counts: &BTreeMap<&Key, u64>, (one, other): (usize, usize), known: &[Impossible]) -> Vec<Usual> {
    let total = |at: usize| axes.axes[at].space.total;
    // By code of the one and of the other: published cases of both, of the one where both are published, of the other, of all.
    let mut tally: BTreeMap<(u32, u32), [u64; 4]> = BTreeMap::new();
    for (key, &both) in counts.iter().filter(|(key, _)| key[one] != total(one) && key[other] != total(other)) {
        let of = |key: &Key| counts.get(key).copied();
        let (of_one, of_other) = (moved(key, other, total(other)), moved(key, one, total(one)));
        let all = moved(&of_one, one, total(one));
        let (Some(of_one), Some(of_other), Some(all)) = (of(&of_one), of(&of_other), of(&all)) else { continue };
        let sums = tally.entry((key[one], key[other])).or_default();
        for (sum, count) in sums.iter_mut().zip([both, of_one, of_other, all]) {
            *sum += count;
        }
    }
    let is_usual = |&(_, [both, of_one, of_other, all]): &(&(u32, u32), &[u64; 4])| {
        *of_one >= LEAST
            && (of_one - both) * 100 <= of_one * MOST_APART_PERCENT
            && of_other * 100 < all * MOST_OF_ALL_PERCENT
    };
    let is_known = |&(&(code, _), _): &(&(u32, u32), &[u64; 4])| {
        known.iter().any(|rule| {
            rule.codes.get(&one).is_some_and(|codes| codes.contains(&code)) && rule.codes.contains_key(&other)
        })
    };
    let name = |at: usize, code: u32| axes.axes[at].space.codes[code as usize].clone();
    let usual = |(&(code, with), sums): (&(u32, u32), &[u64; 4])| Usual {
        dimension: axes.axes[one].space.name.clone(),
        code: name(one, code),
        other: axes.axes[other].space.name.clone(),
        with: name(other, with),
        of: sums[1],
        together: sums[0],
    };
    tally.iter().filter(is_usual).filter(|pair| !is_known(pair)).map(usual).collect()
}

#[cfg(test)]
mod tests {
    use model::release::Zeros;

    use super::*;
    use crate::tabulate::example::example;

    /// Needs by district as they were published: of North's 40 cases so many have need MLD; South has both.
    fn found(together: u64, known: &[Impossible]) -> Vec<String> {
        let (mut axes, _) = example();
        // A second dimension of the same codes.
        let mut need = axes.axes[axes.position("district").expect("an axis")].clone();
        need.space.name = "need".to_owned();
        axes.axes.push(need);
        let key = |named: &[(&str, &str)]| {
            let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
            for (dimension, code) in named {
                let axis = axes.position(dimension).expect("an axis");
                key[axis] = axes.axes[axis].find(code).expect("a code");
            }
            key
        };
        let (district, other) = (("district", "North"), ("need", "N1"));
        let cells = [(key(&[]), 100), (key(&[district]), 40), (key(&[other]), 60), (key(&[district, other]), together)];
        let cell = |(key, count)| EarlierCell {
            key,
            form: EarlierForm::Count(count),
            zeros: Zeros::Hidden,
            threshold: 5,
            release: "r1".to_owned(),
        };
        let earlier: Vec<EarlierCell> = cells.into_iter().map(cell).collect();
        let words = |usual: Usual| format!("{} {} {} {}", usual.dimension, usual.code, usual.other, usual.with);
        usual(&axes, &earlier, known).into_iter().map(words).collect()
    }

    #[test]
    fn what_was_published_together_almost_always_is_proposed() {
        assert_eq!(found(40, &[]), ["district North need N1"]);
        assert_eq!(found(39, &[]), Vec::<String>::new(), "one of forty is more than two in a hundred");
    }
}
