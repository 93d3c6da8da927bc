//! Codes that cannot stand together, held to in every row. Comes in: the configuration, the ledger, leaves of a case. Goes
//! out: leaves of which none contradict a rule, and from which month on each rule holds. Deliberately absent: deciding from
//! the rows whether a rule is true.
//!
//! A recording that contradicts a rule has a wrong code, nobody knows which. Left as it is, a cell that every reader knows to
//! be empty would hold a case, and what the readers conclude would be wrong; leaving the rule out for its sake would tell
//! that there is one. So the first of the rule's dimensions is taken for not recorded in such a case, which is an edit as
//! statistical offices make them (Fellegi and Holt 1976), and the rule is true of every figure.
//!
//! What was frozen before the rule was declared stays as it was counted. The rule holds for later months alone, and which
//! these are follows from what earlier releases state, not from what is in their cases.

use model::Manifest;
use model::config::impossible::is_about;
use model::config::{Configuration, Impossible};
use model::period::Month;

use crate::store::{Store, StoreError};
use crate::tabulate::derive::Deriver;

/// A rule, and where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// As configured.
    pub rule: Impossible,
    /// The first month of which no release says nothing of it; none where it holds for all.
    pub from: Option<Month>,
}

/// The rules of the configuration, each from the month on up to which no earlier release left it out.
///
/// # Errors
/// [`StoreError`] where the ledger cannot be read.
pub fn held(store: &Store, configuration: &Configuration) -> Result<Vec<Held>, StoreError> {
    if configuration.impossible.is_empty() {
        return Ok(Vec::new());
    }
    let mut stated: Vec<(i32, Vec<String>)> = Vec::new();
    for entry in store.ledger()? {
        let manifest = Manifest::read(entry.manifest_json.as_bytes()).ok();
        // Who got rows froze nothing.
        if manifest.as_ref().is_none_or(|manifest| manifest.extract.is_none()) {
            let rules = manifest.into_iter().flat_map(|manifest| manifest.impossible);
            stated.push((entry.period_end, rules.map(|rule| rule.says).collect()));
        }
    }
    let held = |rule: &Impossible| {
        let silent = stated.iter().filter(|(_, says)| !says.contains(&rule.says));
        Held { rule: rule.clone(), from: silent.map(|(end, _)| Month(*end)).max() }
    };
    Ok(configuration.impossible.iter().map(held).collect())
}

/// By dimension of a rule: the dimension's place, and whether the rule is about each leaf met so far.
type About = Vec<(usize, Vec<Option<bool>>)>;

/// The rules, ready for row after row.
pub(super) struct Edits<'a> {
    configuration: &'a Configuration,
    held: &'a [Held],
    about: Vec<About>,
    /// Cases that contradicted a rule so far, once in each month and event in which they count.
    pub(super) doubted: u64,
}

impl<'a> Edits<'a> {
    pub(super) fn new(configuration: &'a Configuration, held: &'a [Held]) -> Self {
        let place = |name: &str| configuration.dimensions.dimensions.iter().position(|one| one.name == name);
        let places =
            |held: &Held| held.rule.codes.iter().filter_map(|(name, _)| Some((place(name)?, Vec::new()))).collect();
        Self { configuration, held, about: held.iter().map(places).collect(), doubted: 0 }
    }

    /// The first rule that leaves counted in `month` contradict; none where they hold to all.
    pub(super) fn contradicted(&mut self, leaves: &[u32], month: i32, derivers: &[Deriver]) -> Option<&'a Held> {
        let (configuration, held) = (self.configuration, self.held);
        let is_broken = |(held, about): (&Held, &mut About)| {
            held.from.is_none_or(|from| from.0 <= month)
                && held.rule.codes.iter().zip(about).all(|((_, codes), (dimension, known))| {
                    let leaf = leaves[*dimension] as usize;
                    if known.len() <= leaf {
                        known.resize(leaf + 1, None);
                    }
                    *known[leaf].get_or_insert_with(|| {
                        let of = &configuration.dimensions.dimensions[*dimension];
                        is_about(codes, of, &configuration.codes, &derivers[*dimension].leaves[leaf])
                    })
                })
        };
        let at = held.iter().zip(&mut self.about).position(is_broken)?;
        held.get(at)
    }

    /// Takes for not recorded what contradicts a rule. A rule is about no code that is not recorded, so this ends.
    pub(super) fn apply(&mut self, leaves: &mut [u32], month: i32, derivers: &[Deriver]) {
        let mut is_first = true;
        while let Some(held) = self.contradicted(leaves, month, derivers) {
            self.doubted += u64::from(std::mem::replace(&mut is_first, false));
            let dimensions = &self.configuration.dimensions.dimensions;
            let Some(at) = dimensions.iter().position(|one| one.name == held.rule.doubted()) else { return };
            if leaves[at] == derivers[at].missing() {
                return;
            }
            leaves[at] = derivers[at].missing();
        }
    }
}
