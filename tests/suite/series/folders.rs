//! Release folders as anybody can read them: which cell was published in which step, and how. Comes in: folders. Goes out: cells
//! by the names of their codes, and the codes below each. Deliberately absent: the store, and the program's own readers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The dimensions that a cell does not leave at their total, each with how deep its code stands: 1 below the total, 2 at the
/// leaves.
pub type View = Vec<(String, usize)>;

/// A cell of a view and a period, by its codes in the view's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub view: View,
    pub codes: Vec<String>,
    pub period: String,
}

/// A cell in a table of a release.
#[derive(Debug, Clone)]
pub struct Published {
    pub cell: Cell,
    /// The releases of one report are one step.
    pub step: usize,
    /// None where it is hidden.
    pub value: Option<i64>,
    pub threshold: i64,
    pub audience: String,
}

/// A correction of a period that came out in a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Corrected {
    pub step: usize,
    pub period: String,
}

/// All that the folders say.
#[derive(Debug, Default)]
pub struct Folders {
    pub published: Vec<Published>,
    pub corrections: BTreeSet<Corrected>,
    /// Codes below each code, by dimension; periods left out.
    children: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Folders {
    pub fn read(folders: &[PathBuf]) -> Self {
        let mut manifests: Vec<(usize, PathBuf, Value)> = folders.iter().map(|folder| manifest(folder)).collect();
        manifests.sort_by_key(|(earlier, ..)| *earlier);
        let mut read = Self::default();
        for (.., manifest) in &manifests {
            read.hierarchies(manifest);
        }
        let mut steps: Vec<usize> = manifests.iter().map(|(earlier, ..)| *earlier).collect();
        steps.dedup();
        for (earlier, folder, manifest) in &manifests {
            let step = steps.iter().position(|step| step == earlier).expect("it is among them");
            if manifest["corrects"].is_object() {
                read.corrections.insert(Corrected { step, period: text(&manifest["period"]) });
            }
            for table in manifest["tables"].as_array().into_iter().flatten() {
                read.table(folder, manifest, table, step);
            }
        }
        read
    }

    fn hierarchies(&mut self, manifest: &Value) {
        let hierarchies = manifest["hierarchies"].as_object().into_iter().flatten();
        for (dimension, hierarchy) in hierarchies.filter(|(name, _)| !["period", "measure"].contains(&name.as_str())) {
            let children = self.children.entry(dimension.clone()).or_default();
            for sum in hierarchy["sums"].as_array().into_iter().flatten() {
                let below = sum[1].as_array().into_iter().flatten().map(text).collect();
                children.insert(text(&sum[0]), below);
            }
        }
    }

    fn table(&mut self, folder: &Path, manifest: &Value, table: &Value, step: usize) {
        let file = fs::read_to_string(folder.join(text(&table["file"]))).expect("a table of the release");
        let mut lines = file.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        for line in lines {
            let (mut view, mut codes) = (View::new(), Vec::new());
            let mut period = text(&table["fixed"]["period"]);
            let mut columns: Vec<(&str, &str)> = header.iter().copied().zip(line.iter().copied()).collect();
            let (symbol, value) = (columns.pop().expect("a symbol"), columns.pop().expect("a value"));
            columns.sort_unstable();
            for (name, code) in columns {
                match (name, self.depth(name, code)) {
                    ("period", _) => period = code.to_owned(),
                    (_, 0) => {}
                    (name, depth) => {
                        view.push((name.to_owned(), depth));
                        codes.push(code.to_owned());
                    }
                }
            }
            // What is not available says nothing.
            let value = match (value.1, symbol.1) {
                (_, "x") => continue,
                (_, "z") => Some(0),
                ("", _) => None,
                (value, _) => Some(value.parse().expect("a count")),
            };
            let threshold = manifest["threshold"].as_i64().expect("a threshold");
            let audience = text(&manifest["audience"]);
            self.published.push(Published { cell: Cell { view, codes, period }, step, value, threshold, audience });
        }
    }

    /// How deep a code stands: 0 for the total.
    fn depth(&self, dimension: &str, code: &str) -> usize {
        let Some(children) = self.children.get(dimension) else { return 1 };
        match code {
            "Total" => 0,
            _ if children["Total"].iter().any(|child| child == code) => 1,
            _ => 2,
        }
    }

    /// The codes of a dimension that stand so deep; where a branch ends sooner, its end.
    pub fn codes(&self, dimension: &str, depth: usize) -> Vec<String> {
        let children = &self.children[dimension];
        let first = &children["Total"];
        let below = |code: &String| children.get(code).cloned().unwrap_or_else(|| vec![code.clone()]);
        if depth < 2 { first.clone() } else { first.iter().flat_map(below).collect() }
    }

    /// The code one level up.
    pub fn group(&self, dimension: &str, code: &str) -> String {
        let is_above =
            |(parent, below): &(&String, &Vec<String>)| *parent != "Total" && below.iter().any(|one| one == code);
        self.children[dimension].iter().find(is_above).map_or_else(|| code.to_owned(), |(parent, _)| parent.clone())
    }
}

/// A folder's manifest, after how many earlier releases it came.
fn manifest(folder: &Path) -> (usize, PathBuf, Value) {
    let text = fs::read(folder.join("release.json")).expect("a release");
    let manifest: Value = serde_json::from_slice(&text).expect("JSON");
    let earlier = manifest["earlier"].as_object().map_or(0, serde_json::Map::len);
    (earlier, folder.to_owned(), manifest)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
