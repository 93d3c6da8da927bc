//! The configurations that are built into the program. Comes in: a name. Goes out: the files of `config/<name>`.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

static ADVICE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/advice");
static CASEWORK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/casework");

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
        let folder = match self {
            Self::Advice => &ADVICE,
            Self::Casework => &CASEWORK,
        };
        let mut files = BTreeMap::new();
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            open.extend(folder.dirs());
            for file in folder.files() {
                let path = file.path().to_string_lossy().replace('\\', "/");
                files.insert(path, String::from_utf8_lossy(file.contents()).into_owned());
            }
        }
        files
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
