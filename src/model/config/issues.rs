//! `issues.toml`: which issues `takeup issues` follows, and what it must know of them. Comes in: TOML. Goes out: a plan whose
//! names exist.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::dimension::Dimensions;
use crate::config::error::{ConfigError, Document};
use crate::config::source::Source;
use crate::config::{CodeList, Dimension};

/// What the issue list follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuesPlan {
    /// The dimension whose codes are the issues.
    pub dimension: String,
    /// Codes that name no issue, beside the dimension's code of what is not recorded.
    pub unnamed: Vec<String>,
    /// Codes that are known to have a season of their own.
    pub seasons: Vec<String>,
    /// The dimension of the funnel.
    pub district: Option<String>,
    /// The dimension that says who recorded a case.
    pub recorder: Option<String>,
    /// Dimensions by which an issue's cases can be looked at.
    pub by: Vec<String>,
    /// Keyword tags of free text.
    pub tags: Option<Tags>,
}

/// Keyword tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// A text field of the sources.
    pub field: String,
    /// Tags with the words that make one, in the file's order.
    pub tags: Vec<Tag>,
}

/// One keyword tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// As printed.
    pub name: String,
    /// Any of these words or phrases makes it; a `*` at the end stands for any ending.
    pub words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    dimension: Spanned<String>,
    #[serde(default)]
    unnamed: Vec<Spanned<String>>,
    #[serde(default)]
    seasons: Vec<Spanned<String>>,
    district: Option<Spanned<String>>,
    recorder: Option<Spanned<String>>,
    #[serde(default)]
    by: Vec<Spanned<String>>,
    tag_field: Option<Spanned<String>>,
    #[serde(default)]
    tag: Vec<Spanned<Tag>>,
}

impl IssuesPlan {
    /// Reads the plan against the dimensions, code lists and sources it names.
    ///
    /// # Errors
    /// [`ConfigError`] at the name that does not exist.
    pub fn read(
        document: &Document,
        dimensions: &Dimensions,
        codes: &BTreeMap<String, CodeList>,
        sources: &BTreeMap<String, Source>,
    ) -> Result<Self, ConfigError> {
        let raw: RawPlan = document.toml()?;
        let dimension = |name: &Spanned<String>| -> Result<String, ConfigError> {
            let names = || dimensions.dimensions.iter().map(|dimension| dimension.name.as_str());
            match dimensions.find(name.get_ref()) {
                Some(found) if found.has_answers() => Err(document
                    .error(name.span(), "issues are judged beside all others, which several answers do not make up")),
                Some(found) => Ok(found.name.clone()),
                None => Err(document.not_one_of("dimension", name, names())),
            }
        };
        let name = dimension(&raw.dimension)?;
        let list = dimensions.find(&name).and_then(|issues| Some((issues, codes.get(issues.codes.as_ref()?)?)));
        let known = |code: &Spanned<String>| check_code(document, code, list);
        Ok(Self {
            unnamed: raw.unnamed.iter().map(known).collect::<Result<_, _>>()?,
            seasons: raw.seasons.iter().map(known).collect::<Result<_, _>>()?,
            district: raw.district.as_ref().map(dimension).transpose()?,
            recorder: raw.recorder.as_ref().map(dimension).transpose()?,
            by: raw.by.iter().map(dimension).collect::<Result<_, _>>()?,
            tags: tags(document, raw.tag_field.as_ref(), &raw.tag, sources)?,
            dimension: name,
        })
    }
}

/// A code of a closed list, or the name of one of its groups; any text where the list is open.
fn check_code(
    document: &Document,
    code: &Spanned<String>,
    list: Option<(&Dimension, &CodeList)>,
) -> Result<String, ConfigError> {
    let Some((dimension, list)) = list else { return Ok(code.get_ref().clone()) };
    let groups = || list.entries.iter().flat_map(|entry| dimension.levels.iter().map(|level| &entry.columns[level]));
    let is_known = list.find(code.get_ref()).is_some() || groups().any(|group| group == code.get_ref());
    if is_known {
        return Ok(code.get_ref().clone());
    }
    Err(document.not_one_of("issue", code, list.entries.iter().map(|entry| entry.code.as_str())))
}

fn tags(
    document: &Document,
    field: Option<&Spanned<String>>,
    tags: &[Spanned<Tag>],
    sources: &BTreeMap<String, Source>,
) -> Result<Option<Tags>, ConfigError> {
    let Some(field) = field else {
        return match tags.first() {
            None => Ok(None),
            Some(tag) => Err(document.error(tag.span(), "`tag_field` says in which field the words are looked for")),
        };
    };
    let names = || sources.values().flat_map(|source| source.fields.iter().map(|field| field.name.as_str()));
    if names().all(|name| name != field.get_ref()) {
        return Err(document.not_one_of("field", field, names()));
    }
    for (at, tag) in tags.iter().enumerate() {
        let blank = |word: &String| word.trim().trim_end_matches('*').is_empty();
        if tag.get_ref().words.is_empty() || tag.get_ref().words.iter().any(blank) {
            return Err(document.error(tag.span(), "a tag has at least one word, and none is blank"));
        }
        if tags[..at].iter().any(|other| other.get_ref().name == tag.get_ref().name) {
            return Err(document.error(tag.span(), "this tag comes twice"));
        }
    }
    let tags = tags.iter().map(|tag| tag.get_ref().clone()).collect();
    Ok(Some(Tags { field: field.get_ref().clone(), tags }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_that_does_not_exist_is_named_with_its_place() {
        let document = Document::new("issues.toml", "\ndimension = \"isue\"\n");
        let dimension = Dimension {
            name: "issue".to_owned(),
            label: "Issue".to_owned(),
            derivation: crate::config::dimension::Derivation::Nested { fields: vec!["type".to_owned()] },
            codes: None,
            levels: Vec::new(),
            missing: "NR".to_owned(),
            missing_label: "Not recorded".to_owned(),
            sensitive: false,
        };
        let dimensions = Dimensions { measures: Vec::new(), dimensions: vec![dimension] };
        let none = (BTreeMap::new(), BTreeMap::new());
        let error = IssuesPlan::read(&document, &dimensions, &none.0, &none.1).expect_err("misspelt");
        assert_eq!(error.line_and_column(), (2, 13));
        assert!(error.help.is_some_and(|help| help.contains("issue")));
    }
}
