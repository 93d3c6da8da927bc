//! The configuration of a service, parsed from TOML and CSV with the place of every value.
//!
//! Comes in: the texts of the files of `config/`, by relative path. Goes out: a checked [`Configuration`], or a
//! [`ConfigError`] that points at the value. Deliberately absent: opening files, and any built-in threshold.

pub mod codes;
pub mod dates;
pub mod dimension;
pub mod error;
pub mod fold;
pub mod impossible;
pub mod issues;
pub mod known;
mod method;
pub mod profile;
pub mod report;
pub mod rule;
pub mod service;
pub mod source;

use std::collections::BTreeMap;

pub use codes::{CodeEntry, CodeList};
pub use dimension::{Dimension, Dimensions};
pub use error::{ConfigError, Document};
pub use impossible::Impossible;
pub use issues::IssuesPlan;
pub use known::KnownFigure;
pub use profile::Profile;
pub use report::{ExpectationPlan, Report, TablePlan};
pub use service::{Audience, Service};
pub use source::Source;

/// Everything that `config/` says.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// `service.toml`.
    pub service: Service,
    /// `sources/*.toml`, by file stem.
    pub sources: BTreeMap<String, Source>,
    /// `codes/*.csv`, by file stem.
    pub codes: BTreeMap<String, CodeList>,
    /// `dimensions.toml`, in its order.
    pub dimensions: Dimensions,
    /// `impossible.toml`, where there is one: codes that cannot stand together.
    pub impossible: Vec<Impossible>,
    /// `known/*.csv`, in order of file and line: figures that readers know anyway.
    pub known: Vec<KnownFigure>,
    /// `reports/*.toml`, by file stem.
    pub reports: BTreeMap<String, Report>,
    /// `issues.toml`, where there is one.
    pub issues: Option<IssuesPlan>,
    /// `profiles/*.toml`, by file stem.
    pub profiles: BTreeMap<String, Profile>,
}

impl Configuration {
    /// Reads a whole configuration.
    ///
    /// `files`: text by path relative to `config/`, with forward slashes. Files of other kinds are refused by name.
    ///
    /// # Errors
    /// The first [`ConfigError`], in the order service, codes, sources, dimensions, impossible, known, ptables, reports, profiles, issues.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let document = |path: &str| files.get(path).map(|text| Document::new(path, text));
        let required = |path: &str| document(path).ok_or_else(|| ConfigError::missing_file(path));
        let under = |folder: &str, ending: &str| {
            let (folder, ending) = (format!("{folder}/"), format!(".{ending}"));
            files
                .iter()
                .filter_map(|(path, text)| {
                    let stem = path.strip_prefix(&folder)?.strip_suffix(&ending)?;
                    Some((stem.to_owned(), Document::new(path, text)))
                })
                .collect::<Vec<_>>()
        };
        for path in files.keys() {
            let known = path == "service.toml"
                || path == "dimensions.toml"
                || path == "issues.toml"
                || path == impossible::FILE
                || (["codes/", "ptables/", known::FOLDER].iter().any(|folder| path.starts_with(folder))
                    && path.ends_with(".csv"))
                || (["sources/", "reports/", "profiles/"].iter().any(|folder| path.starts_with(folder))
                    && path.ends_with(".toml"));
            if !known {
                return Err(ConfigError::unknown_file(path));
            }
        }
        let service = Service::read(&required("service.toml")?)?;
        let mut codes = BTreeMap::new();
        for (name, document) in under("codes", "csv") {
            codes.insert(name, CodeList::read(&document, service.calendar)?);
        }
        let mut sources = BTreeMap::new();
        for (name, document) in under("sources", "toml") {
            let mut source = Source::read(&name, &document, &codes)?;
            source.dates.zone.clone_from(&service.time_zone);
            sources.insert(name, source);
        }
        let dimensions = dimension::read(&required("dimensions.toml")?, &codes, &sources, service.group_below)?;
        let impossible = document(impossible::FILE)
            .map(|document| impossible::read(&document, &dimensions, &codes))
            .transpose()?
            .unwrap_or_default();
        let mut figures = Vec::new();
        for (name, document) in under("known", "csv") {
            figures.extend(known::read(&format!("{}{name}.csv", known::FOLDER), &document, &dimensions)?);
        }
        for source in sources.values_mut() {
            source.rules.extend(impossible.iter().map(|rule| rule::Rule::impossible(rule, &dimensions)));
        }
        let mut p_tables = BTreeMap::new();
        for (name, document) in under("ptables", "csv") {
            p_tables.insert(name, method::p_table(&document)?);
        }
        let mut reports = BTreeMap::new();
        for (name, document) in under("reports", "toml") {
            reports.insert(name, Report::read(&document, &service, &dimensions, &p_tables)?);
        }
        let issues = document("issues.toml")
            .map(|document| IssuesPlan::read(&document, &dimensions, &codes, &sources))
            .transpose()?;
        let mut profiles = BTreeMap::new();
        for (name, document) in under("profiles", "toml") {
            profiles.insert(name, Profile::read(&document, &service, &dimensions)?);
        }
        let known = figures;
        Ok(Self { service, sources, codes, dimensions, impossible, known, reports, issues, profiles })
    }
}
