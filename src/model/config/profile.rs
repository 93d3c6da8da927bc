//! `profiles/*.toml`: case-level extracts, each for a named recipient under agreement. Comes in: TOML. Goes out: profiles.
//! Deliberately absent: fields; an extract has dimensions, so a direct identifier cannot be named.

use serde::Deserialize;
use toml::Spanned;

use crate::config::dimension::{Dimensions, Measure};
use crate::config::error::{ConfigError, Document};
use crate::config::service::Service;

/// The quasi-identifier that is the month of the case, with quarter and year above it.
pub const MONTH: &str = "month";

/// What must hold of a sensitive dimension in each class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// At least so many values, counted by family.
    pub l: Option<u64>,
    /// No further than this from the distribution in all records.
    pub t: Option<f64>,
}

/// What becomes of sensitive values that fewer families have than any audience's threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rare {
    /// They are written as `*`, at least as many families together.
    #[default]
    LeftOut,
    /// As they are; the attack finds them.
    Kept,
}

/// An extract for a recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Who gets it. Never an audience of the reports.
    pub recipient: String,
    /// The agreement under which they get it.
    pub agreement: String,
    /// The measure whose event decides which cases are in a period.
    pub measure: String,
    /// Dimensions, and [`MONTH`].
    pub quasi: Vec<String>,
    /// Dimensions that a reader must not learn of anybody.
    pub sensitive: Vec<String>,
    /// What must hold of them.
    pub sensitivity: Sensitivity,
    /// Families in each class, at least.
    pub k: u64,
    /// The share of cases that may be suppressed.
    pub suppress: f64,
    /// The share of the population that the families in the data are, for the risk report.
    pub sampling_fraction: Option<f64>,
    /// What becomes of rare sensitive values.
    pub rare: Rare,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProfile {
    recipient: Spanned<String>,
    agreement: Spanned<String>,
    measure: Spanned<String>,
    quasi: Vec<Spanned<String>>,
    #[serde(default)]
    sensitive: Vec<Spanned<String>>,
    k: Spanned<u64>,
    l: Option<Spanned<u64>>,
    t: Option<Spanned<f64>>,
    suppress: Spanned<f64>,
    sampling_fraction: Option<Spanned<f64>>,
    #[serde(default)]
    rare: Rare,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`ConfigError`] where a dimension does not exist or comes twice, a number is out of range, or the recipient is an
    /// audience of the reports.
    pub fn read(document: &Document, service: &Service, dimensions: &Dimensions) -> Result<Self, ConfigError> {
        let raw: RawProfile = document.toml()?;
        recipient(document, &raw.recipient, service)?;
        if raw.agreement.get_ref().trim().is_empty() {
            return Err(document.error(raw.agreement.span(), "an extract needs an agreement"));
        }
        if dimensions.measure(raw.measure.get_ref()).is_none_or(Measure::is_stock) {
            let flows = dimensions.measures.iter().filter(|measure| !measure.is_stock());
            let allowed = flows.map(|measure| measure.name.as_str());
            return Err(document.not_one_of("measure", &raw.measure, allowed));
        }
        names(document, &raw, dimensions)?;
        if *raw.k.get_ref() < 3 {
            let message = "a class of fewer than 3 protects nobody: two families in it know each other";
            return Err(document.error(raw.k.span(), message).with_help("the usual choices are 5 and 10"));
        }
        if let Some(l) = raw.l.as_ref().filter(|l| *l.get_ref() < 2) {
            return Err(document.error(l.span(), "`l` is 2 or more"));
        }
        if let Some(t) = raw.t.as_ref().filter(|t| !(0.0..=1.0).contains(t.get_ref())) {
            return Err(document.error(t.span(), "`t` is from 0 to 1"));
        }
        if let (Some(first), None, None) = (raw.sensitive.first(), &raw.l, &raw.t) {
            return Err(document.error(first.span(), "a sensitive dimension needs `l` or `t`"));
        }
        if !(0.0..1.0).contains(raw.suppress.get_ref()) {
            return Err(document.error(raw.suppress.span(), "`suppress` is a share: 0 or more, and below 1"));
        }
        let no_share = |share: &&Spanned<f64>| !(*share.get_ref() > 0.0 && *share.get_ref() <= 1.0);
        if let Some(share) = raw.sampling_fraction.as_ref().filter(no_share) {
            return Err(document.error(share.span(), "`sampling_fraction` is a share: above 0, and at most 1"));
        }
        let texts = |names: Vec<Spanned<String>>| names.into_iter().map(Spanned::into_inner).collect();
        Ok(Self {
            recipient: raw.recipient.into_inner(),
            agreement: raw.agreement.into_inner(),
            measure: raw.measure.into_inner(),
            quasi: texts(raw.quasi),
            sensitive: texts(raw.sensitive),
            sensitivity: Sensitivity { l: raw.l.map(Spanned::into_inner), t: raw.t.map(Spanned::into_inner) },
            k: raw.k.into_inner(),
            suppress: raw.suppress.into_inner(),
            sampling_fraction: raw.sampling_fraction.map(Spanned::into_inner),
            rare: raw.rare,
        })
    }
}

/// The authority and the public get reports. Rows are for somebody who has signed for them.
fn recipient(document: &Document, recipient: &Spanned<String>, service: &Service) -> Result<(), ConfigError> {
    let name = recipient.get_ref().trim().to_lowercase();
    if name.is_empty() {
        return Err(document.error(recipient.span(), "an extract needs a recipient"));
    }
    for audience in &service.audiences {
        let label = audience.label.to_lowercase();
        if name == audience.id.to_lowercase() || name.contains(label.trim_start_matches("the ")) {
            let message = format!("{:?} gets reports; an extract is for nobody who does", audience.label);
            return Err(document.error(recipient.span(), message).with_help("name the person or body under agreement"));
        }
    }
    Ok(())
}

fn names(document: &Document, raw: &RawProfile, dimensions: &Dimensions) -> Result<(), ConfigError> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, is_quasi) in
        raw.quasi.iter().map(|name| (name, true)).chain(raw.sensitive.iter().map(|name| (name, false)))
    {
        if dimensions.find(name.get_ref()).is_some_and(|dimension| dimension.has_answers()) {
            let message = "an extract has one code a case: name the dimension of the main answer";
            return Err(document.error(name.span(), message));
        }
        let known = dimensions.find(name.get_ref()).is_some() || (is_quasi && name.get_ref() == MONTH);
        if !known {
            let allowed = dimensions.dimensions.iter().map(|dimension| dimension.name.as_str());
            return Err(document.not_one_of("dimension", name, allowed.chain(is_quasi.then_some(MONTH))));
        }
        if seen.contains(&name.get_ref().as_str()) {
            return Err(document.error(name.span(), "this dimension comes twice"));
        }
        seen.push(name.get_ref());
    }
    if raw.quasi.is_empty() {
        return Err(document.error(0..0, "no quasi-identifier is named"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Profile;
    use crate::config::dimension::{Derivation, Dimension, Dimensions, Measure, Unit};
    use crate::config::error::Document;
    use crate::config::service::Service;

    const SOUND: &str = "recipient = \"Institute for Research\"\nagreement = \"DSA 14\"\nmeasure = \"cases\"\n\
                         quasi = [\"month\", \"district\"]\nsensitive = [\"need\"]\nk = 5\nl = 3\nsuppress = 0.05\n";

    fn read(text: &str) -> Result<Profile, String> {
        let service = "name = \"S\"\nyear_starts_in = 4\n[[audience]]\nid = \"authority\"\nlabel = \"The local authority\"\n\
                       threshold = 5\n";
        let service = Service::read(&Document::new("service.toml", service)).expect("a sound service");
        let dimension = |name: &str| Dimension {
            name: name.into(),
            label: name.into(),
            derivation: Derivation::Code { field: name.into() },
            codes: None,
            levels: Vec::new(),
            missing: "NR".into(),
            missing_label: "Not recorded".into(),
            sensitive: false,
        };
        let measure = Measure {
            name: "cases".into(),
            label: "Cases".into(),
            event: "opened".into(),
            less: None,
            unit: Unit::Case,
        };
        let dimensions =
            Dimensions { measures: vec![measure], dimensions: vec![dimension("district"), dimension("need")] };
        Profile::read(&Document::new("profiles/p.toml", text), &service, &dimensions).map_err(|error| error.message)
    }

    #[test]
    fn a_profile_names_recipient_agreement_and_dimensions() {
        let profile = read(SOUND).expect("a sound profile");
        assert_eq!((profile.k, profile.sensitivity.l, profile.quasi.len()), (5, Some(3), 2));
    }

    #[test]
    fn what_a_profile_must_not_say_is_refused() {
        let refused = |from: &str, to: &str| read(&SOUND.replace(from, to)).expect_err(to);
        assert!(refused("Institute for Research", "Our local authority").contains("gets reports"));
        assert!(refused("Institute for Research", "authority").contains("gets reports"));
        assert!(refused("DSA 14", " ").contains("agreement"));
        assert!(refused("\"district\"", "\"surname\"").contains("no dimension"));
        assert!(refused("[\"need\"]", "[\"district\"]").contains("twice"));
        assert!(refused("k = 5", "k = 2").contains("fewer than 3"));
        assert!(refused("l = 3\n", "").contains("needs `l` or `t`"));
        assert!(refused("0.05", "1.0").contains("share"));
        assert!(refused("k = 5", "k = 5\nsampling_fraction = 0.0").contains("share"));
    }
}
