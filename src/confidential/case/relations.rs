//! Relations as a description or a release states them. Comes in: factors and named cells. Goes out: the same in the case's
//! space. Deliberately absent: whether they hold; protect counts that.

use model::manifest;

use super::Case;
use super::error::DescriptionFault;
use crate::protect::{Relation, Space};
use crate::tabulate::Key;

/// No relation of counts has factors beyond this.
const LARGEST: u64 = 1_000_000;

impl Case {
    /// A relation whose cells stand at `base` in what they do not name.
    pub(super) fn relation(&self, stated: &manifest::Relation, base: &Key) -> Result<Relation, DescriptionFault> {
        relation(&self.spaces, stated, base)
    }
}

/// A relation whose cells stand at `base` in what they do not name.
pub(super) fn relation(
    spaces: &[Space],
    stated: &manifest::Relation,
    base: &Key,
) -> Result<Relation, DescriptionFault> {
    let is_equal = match stated.is.as_str() {
        "=" => true,
        "<=" => false,
        is => return Err(DescriptionFault::RelationIs { is: is.to_owned() }),
    };
    let mut terms: Vec<(i64, Key)> = Vec::with_capacity(stated.terms.len());
    for (factor, at) in &stated.terms {
        if *factor == 0 || factor.unsigned_abs() > LARGEST {
            return Err(DescriptionFault::Factor { limit: LARGEST });
        }
        let mut key = base.clone();
        for (name, code) in at {
            let known = || spaces.iter().map(|space| space.name.as_str()).collect::<Vec<_>>().join(", ");
            let dimension = spaces.iter().position(|space| space.name == *name);
            let dimension =
                dimension.ok_or_else(|| DescriptionFault::UnknownDimension { name: name.clone(), known: known() })?;
            let place = spaces[dimension].codes.iter().position(|known| known == code);
            let unknown = || DescriptionFault::UnknownCode { dimension: name.clone(), code: code.clone() };
            key[dimension] = place.and_then(|at| u32::try_from(at).ok()).ok_or_else(unknown)?;
        }
        if terms.iter().any(|(_, other)| *other == key) {
            return Err(DescriptionFault::Twice { name: "a cell of the relation".to_owned() });
        }
        terms.push((*factor, key));
    }
    if terms.is_empty() { Err(DescriptionFault::Factor { limit: LARGEST }) } else { Ok(Relation { terms, is_equal }) }
}
