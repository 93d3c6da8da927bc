//! The configurations that are built into the program. Comes in: a name. Goes out: the files of `config/<name>`.

use std::collections::BTreeMap;

// `ADVICE` and `CASEWORK`, files by path; `build.rs` lists them.
include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// A complete configuration to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// A parent advice service: special educational needs, England.
    Advice,
    /// Constituent casework: each case its own unit, open category lists.
    Casework,
}

impl Template {
    /// Text by path relative to `config/`.
    #[must_use]
    pub fn files(self) -> BTreeMap<String, String> {
        let files = match self {
            Self::Advice => ADVICE,
            Self::Casework => CASEWORK,
        };
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Configuration;

    #[test]
    fn both_templates_are_sound_configurations() {
        for template in [Template::Advice, Template::Casework] {
            let configuration = Configuration::read(&template.files());
            assert!(configuration.is_ok(), "{template:?}: {:?}", configuration.err());
        }
    }
}
