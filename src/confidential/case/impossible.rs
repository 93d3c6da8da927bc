//! Codes that cannot stand together, as a description states them. Comes in: names. Goes out: the same in the case's space.
//! Deliberately absent: whether the counts hold to it; protect sees that.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest;

use super::error::DescriptionFault;
use crate::protect::{Impossible, Space, closed};

/// A rule in the space, groups of which all codes are named included; and as `release.json` states it.
pub(super) fn impossible(
    spaces: &[Space],
    stated: &manifest::Impossible,
) -> Result<(manifest::Impossible, Impossible), DescriptionFault> {
    let mut sets = BTreeMap::new();
    for (name, codes) in &stated.codes {
        let known = || spaces.iter().map(|space| space.name.as_str()).collect::<Vec<_>>().join(", ");
        let unknown = || DescriptionFault::UnknownDimension { name: name.clone(), known: known() };
        let dimension = spaces.iter().position(|space| space.name == *name).ok_or_else(unknown)?;
        let place = |code: &String| {
            let at = spaces[dimension].codes.iter().position(|known| known == code);
            let unknown = || DescriptionFault::UnknownCode { dimension: name.clone(), code: code.clone() };
            at.and_then(|at| u32::try_from(at).ok()).ok_or_else(unknown)
        };
        let named = codes.iter().map(place).collect::<Result<BTreeSet<u32>, _>>()?;
        sets.insert(dimension, closed(&spaces[dimension], named));
    }
    if sets.len() < 2 || sets.values().any(BTreeSet::is_empty) {
        return Err(DescriptionFault::NotTwo);
    }
    let words = |(&dimension, codes): (&usize, &BTreeSet<u32>)| {
        let space = &spaces[dimension];
        (space.name.clone(), codes.iter().map(|&code| space.codes[code as usize].clone()).collect())
    };
    let stated = manifest::Impossible { says: stated.says.clone(), codes: sets.iter().map(words).collect() };
    Ok((stated, Impossible { codes: sets }))
}
