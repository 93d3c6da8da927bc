//! One dimension's codes and sums, found consistent. Comes in: a total and `[parent, [children]]`. Goes out: a space, and
//! what stands above each finest code. Deliberately absent: files.
//!
//! A code may have several parents (districts in a county and in a catchment) and several sums (a quarter of months and of
//! weeks). What may not be is a sum that counts something twice, or two sums of one parent that hold different codes:
//! then no table of counts could be added up by them.

use std::collections::{HashMap, HashSet};

use model::formula;
use model::hierarchy::Hierarchy;

use super::error::DescriptionFault;
use crate::protect::Space;

/// A dimension of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dimension {
    /// Codes in the order in which a reader expects them: the total, then each group before its members.
    pub space: Space,
    /// As the description states it.
    pub hierarchy: Hierarchy,
    /// Columns of the counts, the coarsest first.
    pub columns: Vec<String>,
    /// By code: itself and every code above it, rising; empty for a code that is a sum of others.
    pub above: Vec<Vec<u32>>,
}

/// Something wrong, and which sum says it (none: the dimension).
pub(super) type Found = (Option<usize>, DescriptionFault);

impl Dimension {
    /// Checks the sums and numbers the codes.
    pub(super) fn new(name: &str, hierarchy: Hierarchy, columns: Vec<String>) -> Result<Self, Found> {
        check_words(name, &hierarchy)?;
        let codes = ordered(&hierarchy);
        let index: HashMap<&str, u32> = codes.iter().copied().zip(0..).collect();
        let number = |code: &String| index[code.as_str()];
        let sums: Vec<(u32, Vec<u32>)> = hierarchy
            .sums
            .iter()
            .map(|(parent, children)| (number(parent), children.iter().map(number).collect()))
            .collect();
        let space =
            Space { name: name.to_owned(), codes: codes.iter().map(|&code| code.to_owned()).collect(), total: 0, sums };
        let below = below(&space)?;
        let above = above(&space, &below)?;
        Ok(Self { space, hierarchy, columns, above })
    }
}

fn check_words(name: &str, hierarchy: &Hierarchy) -> Result<(), Found> {
    if ["value", "symbol", "lower", "upper"].contains(&name) {
        return Err((None, DescriptionFault::ReservedName { name: name.to_owned() }));
    }
    let formula = |text: &str| DescriptionFault::Formula { text: text.to_owned() };
    if let Some(text) = [name, &hierarchy.total].into_iter().find(|text| formula::runs(text)) {
        return Err((None, formula(text)));
    }
    for (at, (parent, children)) in hierarchy.sums.iter().enumerate() {
        if children.is_empty() {
            return Err((Some(at), DescriptionFault::NoChildren { parent: parent.clone() }));
        }
        if let Some(text) = children.iter().chain([parent]).find(|text| formula::runs(text)) {
            return Err((Some(at), formula(text)));
        }
        let mut seen = HashSet::with_capacity(children.len());
        for child in children {
            if !seen.insert(child) {
                return Err((Some(at), DescriptionFault::Twice { name: child.clone() }));
            }
        }
    }
    Ok(())
}

/// The total, then each code before what its sums hold; codes that the total does not reach come last.
fn ordered(hierarchy: &Hierarchy) -> Vec<&str> {
    let mut sums: HashMap<&str, Vec<&str>> = HashMap::new();
    for (parent, children) in &hierarchy.sums {
        sums.entry(parent).or_default().extend(children.iter().map(String::as_str));
    }
    let mut seen = HashSet::new();
    let mut codes = Vec::new();
    let others = hierarchy.sums.iter().map(|(parent, _)| parent.as_str());
    for start in [hierarchy.total.as_str()].into_iter().chain(others) {
        let mut open = vec![start];
        while let Some(code) = open.pop() {
            if seen.insert(code) {
                codes.push(code);
                open.extend(sums.get(code).into_iter().flatten().rev());
            }
        }
    }
    codes
}

/// By code: the finest codes below it, rising; a finest code has itself.
fn below(space: &Space) -> Result<Vec<Vec<u32>>, Found> {
    let mut sums_of: Vec<Vec<usize>> = vec![Vec::new(); space.codes.len()];
    for (at, (parent, _)) in space.sums.iter().enumerate() {
        sums_of[*parent as usize].push(at);
    }
    let mut below: Vec<Option<Vec<u32>>> = vec![None; space.codes.len()];
    for start in (0_u32..).take(space.codes.len()) {
        // Depth first without recursion: a code is left once everything below it is known.
        let mut trail: Vec<u32> = vec![start];
        while let Some(&code) = trail.last() {
            let children = sums_of[code as usize].iter().flat_map(|&sum| &space.sums[sum].1);
            let open = children.copied().find(|&child| below[child as usize].is_none());
            match open {
                Some(child) => {
                    if let Some(from) = trail.iter().position(|&passed| passed == child) {
                        return Err((sums_of[code as usize].first().copied(), cycle(space, &trail[from..])));
                    }
                    trail.push(child);
                }
                None => {
                    below[code as usize] = Some(settled(space, code, &sums_of[code as usize], &below)?);
                    trail.pop();
                }
            }
        }
    }
    Ok(below.into_iter().map(Option::unwrap_or_default).collect())
}

fn cycle(space: &Space, trail: &[u32]) -> DescriptionFault {
    let mut path: Vec<&str> = trail.iter().map(|&code| space.codes[code as usize].as_str()).collect();
    let first = path.first().copied().unwrap_or_default();
    path.push(first);
    DescriptionFault::Cycle { code: first.to_owned(), path: path.join(" > ") }
}

/// The finest codes below a code whose children are all known; every sum of it must hold the same, each once.
fn settled(space: &Space, code: u32, sums: &[usize], below: &[Option<Vec<u32>>]) -> Result<Vec<u32>, Found> {
    let name = |code: u32| space.codes[code as usize].clone();
    let mut first: Option<Vec<u32>> = None;
    for &sum in sums {
        let mut held: Vec<u32> =
            space.sums[sum].1.iter().flat_map(|&child| below[child as usize].iter().flatten().copied()).collect();
        held.sort_unstable();
        if let Some(pair) = held.windows(2).find(|pair| pair[0] == pair[1]) {
            let fault = DescriptionFault::CountedTwice { parent: name(code), code: name(pair[0]) };
            return Err((Some(sum), fault));
        }
        match &first {
            None => first = Some(held),
            Some(known) => {
                let only =
                    |one: &[u32], other: &[u32]| one.iter().copied().find(|code| other.binary_search(code).is_err());
                if let Some(differing) = only(known, &held).or_else(|| only(&held, known)) {
                    let fault = DescriptionFault::DifferentSums { parent: name(code), code: name(differing) };
                    return Err((Some(sum), fault));
                }
            }
        }
    }
    Ok(first.unwrap_or_else(|| vec![code]))
}

/// What stands above each finest code. Every one of them must be part of the total.
fn above(space: &Space, below: &[Vec<u32>]) -> Result<Vec<Vec<u32>>, Found> {
    let mut above: Vec<Vec<u32>> = vec![Vec::new(); space.codes.len()];
    for (code, held) in (0_u32..).zip(below) {
        for &finest in held {
            above[finest as usize].push(code);
        }
    }
    let outside = (0_u32..).zip(&above).find(|(_, over)| !over.is_empty() && !over.contains(&space.total));
    let Some((code, _)) = outside else { return Ok(above) };
    let is_child = |code: u32| space.sums.iter().any(|(_, children)| children.contains(&code));
    let top = above[code as usize].iter().copied().find(|&over| over != code && !is_child(over));
    let name = |code: u32| space.codes[code as usize].clone();
    let at = top.and_then(|top| space.sums.iter().position(|(parent, _)| *parent == top));
    let fault = DescriptionFault::NotBelowTotal { code: name(code), total: name(space.total), parent: top.map(name) };
    Err((at, fault))
}
