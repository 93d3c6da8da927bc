//! What readers know beside the releases: rules about how the world is, and figures. Comes in: a folder of configuration, release
//! folders. Goes out: the rules in the codes that those releases have, the figures as they stand. Deliberately absent: the store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ::verify::Outside;
use model::Manifest;
use model::config::impossible::{Codes, is_about};
use model::config::{Configuration, Impossible};
use model::manifest;

use super::Error;
use super::files::{read_manifest, read_texts};

/// Distinct families have dimensions of their own, with the same codes.
const TWINS: [&str; 2] = ["", "_families"];

/// What the configuration in `config` says that readers know: its rules, in the codes of what lies in `folders`, and its figures.
///
/// # Errors
/// [`Error::Config`] where the configuration is wrong.
pub(super) fn outside(config: &Path, folders: &[PathBuf]) -> Result<Outside, Error> {
    if !disk::is_file(&config.join("service.toml"))? {
        return Err(Error::NoConfiguration(config.to_owned()));
    }
    let configuration = Configuration::read(&read_texts(config)?)?;
    let codes = codes(folders)?;
    let mut rules = Vec::new();
    for rule in &configuration.impossible {
        rules.extend(TWINS.iter().map(|twin| in_words(&configuration, &codes, rule, twin)));
    }
    rules.retain(|rule| rule.codes.values().all(|codes| !codes.is_empty()));
    Ok(Outside { impossible: rules, known: configuration.known, ..Outside::default() })
}

fn in_words(
    configuration: &Configuration,
    codes: &BTreeMap<String, BTreeSet<String>>,
    rule: &Impossible,
    twin: &str,
) -> manifest::Impossible {
    let of = |(name, about): &(String, Codes)| {
        let named = format!("{name}{twin}");
        let is_one = |code: &&String| {
            let dimension = configuration.dimensions.find(name);
            dimension.is_some_and(|dimension| is_about(about, dimension, &configuration.codes, code))
        };
        let meant = codes.get(&named).into_iter().flatten().filter(is_one).cloned().collect();
        (named, meant)
    };
    manifest::Impossible { says: rule.says.clone(), codes: rule.codes.iter().map(of).collect() }
}

/// By dimension: the codes of all releases. A folder that cannot be read is the attack's finding.
fn codes(folders: &[PathBuf]) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in folders {
        let Some(bytes) = read_manifest(folder)? else { continue };
        let Ok(manifest) = Manifest::read(&bytes) else { continue };
        for (name, hierarchy) in manifest.hierarchies {
            let of_sums =
                hierarchy.sums.into_iter().flat_map(|(parent, children)| children.into_iter().chain([parent]));
            codes.entry(name).or_default().extend(of_sums.filter(|code| *code != hierarchy.total));
        }
    }
    Ok(codes)
}
