//! The models that are asked for, by the names of columns. Comes in: parameters, microdata. Goes out: [`Model`]s. Deliberately
//! absent: a built-in k, l or t.

use super::hierarchy::Hierarchy;
use super::microdata::{Microdata, Sensitive};
use super::model::{Closeness, Distance, Model, ModelError};

/// Which diversity is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Diversity {
    /// So many values.
    Distinct,
    /// An entropy as of so many equal values.
    Entropy,
    /// Recursive, with this `c`.
    Recursive {
        /// Above 0.
        c: f64,
    },
}

/// Which distance closeness is measured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// All values differ alike.
    Equal,
    /// By places in their order: as numbers, else as in the attribute's hierarchy.
    Ordered,
    /// By the level at which they come together in the attribute's hierarchy.
    Hierarchical,
}

/// Models by their parameters. What is none is not asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// k-anonymity.
    pub k: Option<u64>,
    /// k-map.
    pub k_map: Option<u64>,
    /// Diversity of every sensitive attribute.
    pub diversity: Option<(Diversity, f64)>,
    /// Closeness of every sensitive attribute.
    pub closeness: Option<(Ground, f64)>,
    /// Lowest and highest presence.
    pub presence: Option<(f64, f64)>,
    /// Average risk.
    pub average_risk: Option<f64>,
    /// Highest risk.
    pub highest_risk: Option<f64>,
}

impl Wanted {
    /// The models. `hierarchies`: those of sensitive attributes, where there are any.
    ///
    /// # Errors
    /// [`ModelError`] where a parameter is out of range, or needs what is not there.
    pub fn models(&self, microdata: &Microdata, hierarchies: &[Hierarchy]) -> Result<Vec<Model>, ModelError> {
        let mut models = Vec::new();
        if let Some(k) = self.k {
            at_least_two("k-anonymity", "k", k)?;
            models.push(Model::KAnonymity { k });
        }
        if let Some(k) = self.k_map {
            at_least_two("k-map", "k", k)?;
            models.push(Model::KMap { k });
        }
        if let Some((low, high)) = self.presence {
            if !(0.0..=1.0).contains(&low) || !(low..=1.0).contains(&high) {
                return Err(range("delta-presence", "its limits", "from 0 to 1, the lower first"));
            }
            models.push(Model::DeltaPresence { low, high });
        }
        if (self.k_map.is_some() || self.presence.is_some()) && microdata.distinct.population.is_empty() {
            let model = if self.k_map.is_some() { "k-map" } else { "delta-presence" };
            return Err(ModelError::NoPopulation { model });
        }
        for (model, most) in [("average risk", self.average_risk), ("highest risk", self.highest_risk)] {
            let Some(most) = most else { continue };
            if !(most > 0.0 && most <= 1.0) {
                return Err(range(model, "the threshold", "above 0 and at most 1"));
            }
        }
        models.extend(self.average_risk.map(|most| Model::AverageRisk { most }));
        models.extend(self.highest_risk.map(|most| Model::HighestRisk { most }));
        self.of_sensitive(microdata, hierarchies, &mut models)?;
        if models.is_empty() { Err(ModelError::None) } else { Ok(models) }
    }

    fn of_sensitive(
        &self,
        microdata: &Microdata,
        hierarchies: &[Hierarchy],
        models: &mut Vec<Model>,
    ) -> Result<(), ModelError> {
        let asked = if self.diversity.is_some() { "diversity" } else { "closeness" };
        match microdata.sensitive.first() {
            None if self.diversity.is_some() || self.closeness.is_some() => {
                return Err(ModelError::NoAttribute { model: asked });
            }
            Some(attribute) if self.diversity.is_none() && self.closeness.is_none() => {
                return Err(ModelError::Unprotected { column: attribute.name.clone() });
            }
            Some(_) | None => {}
        }
        for (attribute, sensitive) in microdata.sensitive.iter().enumerate() {
            if let Some((diversity, l)) = self.diversity {
                models.push(diverse(attribute, diversity, l)?);
            }
            if let Some((ground, t)) = self.closeness {
                if !(0.0..=1.0).contains(&t) {
                    return Err(range("t-closeness", "t", "from 0 to 1"));
                }
                let hierarchy = hierarchies.iter().find(|hierarchy| hierarchy.column() == sensitive.name);
                let distance = distance(sensitive, ground, hierarchy)?;
                let overall = microdata.units_by_value(attribute);
                models.push(Model::TCloseness(Closeness { attribute, t, distance, overall }));
            }
        }
        Ok(())
    }
}

fn range(model: &'static str, parameter: &'static str, allowed: &'static str) -> ModelError {
    ModelError::Range { model, parameter, allowed }
}

fn at_least_two(model: &'static str, parameter: &'static str, value: u64) -> Result<(), ModelError> {
    if value >= 2 { Ok(()) } else { Err(range(model, parameter, "2 or more")) }
}

fn diverse(attribute: usize, diversity: Diversity, l: f64) -> Result<Model, ModelError> {
    let whole =
        || (2_u32..=u32::MAX).contains(&to_whole(l)).then(|| u64::from(to_whole(l))).filter(|_| l.fract() == 0.0);
    match diversity {
        Diversity::Distinct => match whole() {
            Some(l) => Ok(Model::DistinctDiversity { attribute, l }),
            None => Err(range("distinct l-diversity", "l", "a whole number, 2 or more")),
        },
        Diversity::Entropy if l > 1.0 && l.is_finite() => Ok(Model::EntropyDiversity { attribute, l }),
        Diversity::Entropy => Err(range("entropy l-diversity", "l", "above 1")),
        Diversity::Recursive { c } => match whole() {
            Some(l) if c > 0.0 && c.is_finite() => Ok(Model::RecursiveDiversity { attribute, c, l }),
            Some(_) | None => Err(range("recursive (c,l)-diversity", "c and l", "c above 0, l whole and 2 or more")),
        },
    }
}

/// Saturates, so what is out of range stays out of it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn to_whole(number: f64) -> u32 {
    number as u32
}

fn distance(sensitive: &Sensitive, ground: Ground, hierarchy: Option<&Hierarchy>) -> Result<Distance, ModelError> {
    let column = || sensitive.name.clone();
    let codes = |hierarchy: &Hierarchy| -> Option<Vec<u32>> {
        sensitive.values.iter().map(|value| hierarchy.code(value)).collect()
    };
    match (ground, hierarchy) {
        (Ground::Equal, _) => Ok(Distance::Equal),
        (Ground::Ordered, hierarchy) => {
            let number = |value: &String| value.parse().ok().filter(|number: &f64| number.is_finite());
            let numbers: Option<Vec<f64>> = sensitive.values.iter().map(number).collect();
            let places = || hierarchy.and_then(codes).map(|codes| codes.into_iter().map(f64::from).collect());
            let places: Vec<f64> = numbers.or_else(places).ok_or_else(|| ModelError::NoOrder { column: column() })?;
            let mut order: Vec<u32> = (0..).take(places.len()).collect();
            order.sort_by(|a, b| places[*a as usize].total_cmp(&places[*b as usize]));
            Ok(Distance::Ordered(order))
        }
        (Ground::Hierarchical, hierarchy) => {
            let hierarchy = hierarchy.ok_or_else(|| ModelError::NoHierarchy { column: column() })?;
            let codes = codes(hierarchy).ok_or_else(|| ModelError::NoHierarchy { column: column() })?;
            let level =
                |level: &super::hierarchy::Level| codes.iter().map(|code| level.codes[*code as usize]).collect();
            let own = (0..).take(codes.len()).collect();
            let above = hierarchy.levels().iter().skip(1).map(level);
            Ok(Distance::Hierarchical(std::iter::once(own).chain(above).collect()))
        }
    }
}
