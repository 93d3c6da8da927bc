//! Volumes, shares, dependence and planted structure of the synthetic cases. Comes in: the two embedded TOML files. Goes
//! out: numbers. Deliberately absent: any real case.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Shares by code, in the order of the code list.
pub type Shares = Vec<(String, f64)>;

/// `marginals.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Marginals {
    /// The seed of the demo.
    pub seed: u64,
    /// First day, ISO.
    pub start: String,
    /// How many quarters.
    pub quarters: usize,
    /// Cases a quarter.
    pub volume: Volume,
    /// Families.
    pub family: Family,
    /// Conditional shares.
    pub dependence: Dependence,
    /// Share blank, by column.
    pub missing: BTreeMap<String, f64>,
    /// Share of rows or cells with a messy trait, by its number.
    pub noise: BTreeMap<String, f64>,
    /// What an analyst should find.
    pub planted_signal: Vec<Signal>,
}

/// Cases a quarter.
#[derive(Debug, Clone, Deserialize)]
pub struct Volume {
    /// Mean of the first year.
    pub cases_per_quarter: f64,
    /// Growth of the mean, 0.06 for 6%.
    pub growth_per_year: f64,
    /// Factors of the quarters of a financial year.
    pub season_q1_q4: [f64; 4],
    /// Variance divided by mean.
    pub overdispersion: f64,
}

/// Families.
#[derive(Debug, Clone, Deserialize)]
pub struct Family {
    /// Share of families by number of cases.
    pub cases_per_family: BTreeMap<String, f64>,
    /// Share of families with a second child in the service.
    pub siblings_share: f64,
}

/// Shares that depend on another column: given code, then code.
#[derive(Debug, Clone, Deserialize)]
pub struct Dependence {
    /// By need.
    pub stage_given_need: BTreeMap<String, BTreeMap<String, f64>>,
    /// By need.
    pub sex_female_given_need: BTreeMap<String, f64>,
    /// By issue.
    pub level_given_issue: BTreeMap<String, BTreeMap<String, f64>>,
    /// By issue, then phase.
    pub issue_multiplier_by_phase: BTreeMap<String, BTreeMap<String, f64>>,
    /// By issue, then stage.
    pub issue_multiplier_by_stage: BTreeMap<String, BTreeMap<String, f64>>,
    /// Mean and spread of the logarithm, by level.
    pub minutes_lognormal: BTreeMap<String, [f64; 2]>,
    /// Mean and spread of the logarithm, by level.
    pub duration_days_lognormal: BTreeMap<String, [f64; 2]>,
    /// Share of cases by number of further issues.
    pub extra_issues_per_case: BTreeMap<String, f64>,
    /// Share of children with a second need.
    pub second_need_share: f64,
}

/// One planted signal.
#[derive(Debug, Clone, Deserialize)]
pub struct Signal {
    /// The issue it raises.
    pub issue: Option<String>,
    /// Only there.
    pub district: Option<String>,
    /// From this quarter on, the first quarter being 1.
    pub from_quarter: Option<usize>,
    /// By this factor.
    pub factor: Option<f64>,
    /// By this factor a year.
    pub per_year: Option<f64>,
}

/// `weights.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Weights {
    #[serde(flatten)]
    lists: BTreeMap<String, Shares>,
    season: BTreeMap<String, [f64; 4]>,
}

/// Both files.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Volumes and dependence.
    pub marginals: Marginals,
    /// Weights of the code lists.
    pub weights: Weights,
}

impl Figures {
    /// The embedded figures.
    #[must_use]
    pub fn embedded() -> Self {
        let marginals = toml::from_str(include_str!("marginals.toml")).expect("embedded, and a test reads it");
        let weights = toml::from_str(include_str!("weights.toml")).expect("embedded, and a test reads it");
        Self { marginals, weights }
    }

    /// The weights of a code list.
    #[must_use]
    pub fn shares(&self, list: &str) -> &[(String, f64)] {
        self.weights.lists.get(list).expect("every list that the generator names is embedded, and a test reads it")
    }

    /// The factor of an issue in a quarter of the financial year, 0 to 3.
    #[must_use]
    pub fn season(&self, issue: &str, quarter_of_year: usize) -> f64 {
        self.weights.season.get(issue).map_or(1.0, |season| season[quarter_of_year])
    }

    /// Share of blanks of a column; 0 where none is stated.
    #[must_use]
    pub fn missing(&self, column: &str) -> f64 {
        self.marginals.missing.get(column).copied().unwrap_or(0.0)
    }

    /// Share of a messy trait; 0 where none is stated.
    #[must_use]
    pub fn noise(&self, messy_trait: &str) -> f64 {
        self.marginals.noise.get(messy_trait).copied().unwrap_or(0.0)
    }
}

/// Shares of a TOML table, in the order of its keys.
#[must_use]
pub fn shares_of(table: &BTreeMap<String, f64>) -> Shares {
    table.iter().map(|(code, share)| (code.clone(), *share)).collect()
}
