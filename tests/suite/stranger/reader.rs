//! What a reader has who opens released folders and knows nothing of the program: cells, what the tables say of each, and every
//! sum and relation among them. Comes in: folders. Goes out: integer variables and rows that come to 0. Shares no code with
//! either side of the wall: JSON and CSV are read here, and sums are closed here, by going through all of them until nothing is
//! new, which is slow and has nothing to get wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// One code a dimension, as numbers.
type Key = Vec<u16>;

/// Releases, by their place in the list of folders.
type Releases = BTreeSet<usize>;

/// A sum of a dimension, and the releases that state it.
struct Sum {
    parent: u16,
    children: BTreeSet<u16>,
    by: Releases,
    /// All that explain the parent explain it so, or it is a sum of periods, which are the same months everywhere.
    is_general: bool,
}

#[derive(Default)]
struct Dimension {
    name: String,
    total: u16,
    codes: Vec<String>,
    sums: Vec<Sum>,
}

/// What was read.
#[derive(Default)]
pub struct Reader {
    dimensions: Vec<Dimension>,
    keys: Vec<Key>,
    places: HashMap<Key, usize>,
    /// By cell: the releases in whose tables it is, or whose sums made it.
    releases: Vec<Releases>,
    /// By cell: whether it stands in a table and every table that has it hides it.
    hidden: Vec<bool>,
    /// Lowest value a variable; slack variables of inequalities come after the cells.
    pub lower: Vec<i64>,
    /// Highest; none where nothing bounds it.
    pub upper: Vec<Option<i64>>,
    /// `sum of factor x variable = 0`.
    pub rows: Vec<Vec<(usize, i64)>>,
    /// Cells that stand in tables come first.
    shown: usize,
    pub threshold: i64,
}

/// What a table says of a cell.
struct Said {
    key: Key,
    lower: i64,
    upper: Option<i64>,
    is_hidden: bool,
}

impl Reader {
    /// Reads folders that one person has, in the order in which the stranger under test was given them.
    pub fn open(folders: &[PathBuf]) -> Self {
        let read = |folder: &PathBuf| {
            let bytes = fs::read(folder.join("release.json")).expect("a release");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        let manifests: Vec<Value> = folders.iter().map(read).collect();
        let mut reader = Self::default();
        for (release, manifest) in manifests.iter().enumerate() {
            reader.dimensions_of(release, manifest);
        }
        reader.settle();
        for (release, (manifest, folder)) in manifests.iter().zip(folders).enumerate() {
            for table in array(&manifest["tables"]) {
                let text = fs::read_to_string(folder.join(word(&table["file"]))).expect("a table");
                reader.table(release, manifest, table, &text);
            }
            reader.threshold = reader.threshold.max(manifest["threshold"].as_i64().expect("a threshold"));
        }
        reader.shown = reader.keys.len();
        let relations: Vec<(usize, &Value, &Value)> = manifests
            .iter()
            .enumerate()
            .flat_map(|(release, manifest)| array(&manifest["relations"]).map(move |one| (release, manifest, one)))
            .collect();
        for &(release, manifest, relation) in relations.iter().filter(|(.., relation)| relation["is"] == "=") {
            let terms = reader.terms(manifest, relation);
            if terms.iter().any(|(key, _)| reader.places.contains_key(key)) {
                for (key, _) in terms {
                    reader.cell(key, &Releases::from([release]));
                }
            }
        }
        reader.close();
        let mut seen = BTreeSet::new();
        for (_, manifest, relation) in relations {
            let mut terms = reader.terms(manifest, relation);
            terms.sort();
            if seen.insert((terms.clone(), word(&relation["is"]))) {
                reader.relation(&terms, relation["is"] == "=");
            }
        }
        reader
    }

    /// Cells in tables that no table shows, with their names: `dimension=code` off the totals.
    pub fn hidden(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        (0..self.shown).filter(|&at| self.hidden[at]).map(|at| (at, self.name(at)))
    }

    fn name(&self, at: usize) -> String {
        let mut named: Vec<String> = (self.dimensions.iter().zip(&self.keys[at]))
            .filter(|(dimension, code)| **code != dimension.total)
            .map(|(dimension, code)| format!("{}={}", dimension.name, dimension.codes[usize::from(*code)]))
            .collect();
        named.sort();
        named.join(", ")
    }

    fn dimension(&mut self, name: &str) -> usize {
        self.dimensions.iter().position(|dimension| dimension.name == name).unwrap_or_else(|| {
            self.dimensions.push(Dimension { name: name.to_owned(), ..Dimension::default() });
            self.dimensions.len() - 1
        })
    }

    fn code(&mut self, dimension: usize, code: &str) -> u16 {
        let codes = &mut self.dimensions[dimension].codes;
        let place = codes.iter().position(|known| known == code).unwrap_or_else(|| {
            codes.push(code.to_owned());
            codes.len() - 1
        });
        u16::try_from(place).expect("fewer codes")
    }

    fn dimensions_of(&mut self, release: usize, manifest: &Value) {
        for (name, hierarchy) in object(&manifest["hierarchies"]) {
            let dimension = self.dimension(name);
            // The first release that has a dimension names its total, which is then code 0.
            self.code(dimension, word(&hierarchy["total"]));
            for sum in array(&hierarchy["sums"]) {
                let parent = self.code(dimension, word(&sum[0]));
                let children = array(&sum[1]).map(|child| self.code(dimension, word(child))).collect();
                let sums = &mut self.dimensions[dimension].sums;
                match sums.iter_mut().find(|sum| sum.parent == parent && sum.children == children) {
                    Some(sum) => drop(sum.by.insert(release)),
                    None => sums.push(Sum { parent, children, by: Releases::from([release]), is_general: false }),
                }
            }
        }
    }

    fn settle(&mut self) {
        for dimension in &mut self.dimensions {
            let explained = |parent: u16| -> Releases {
                dimension.sums.iter().filter(|sum| sum.parent == parent).flat_map(|sum| sum.by.clone()).collect()
            };
            let is_agreed = |sum: &Sum| {
                let all = explained(sum.parent);
                dimension.sums.iter().filter(|other| other.parent == sum.parent).all(|other| other.by == all)
            };
            let is_general: Vec<bool> =
                dimension.sums.iter().map(|sum| dimension.name == "period" || is_agreed(sum)).collect();
            for (sum, is_general) in dimension.sums.iter_mut().zip(is_general) {
                sum.is_general = is_general;
            }
        }
    }

    /// Every dimension that is not named stands at the manifest's total, or at the common one.
    fn key<'a>(&mut self, manifest: &Value, at: impl Iterator<Item = (&'a str, &'a str)>) -> Key {
        let mut key: Key = self.dimensions.iter().map(|dimension| dimension.total).collect();
        for (name, hierarchy) in object(&manifest["hierarchies"]) {
            let dimension = self.dimension(name);
            key[dimension] = self.code(dimension, word(&hierarchy["total"]));
        }
        for (name, code) in at {
            let dimension = self.dimension(name);
            assert!(dimension < key.len(), "a dimension without a hierarchy: {name}");
            key[dimension] = self.code(dimension, code);
        }
        key
    }

    fn table(&mut self, release: usize, manifest: &Value, table: &Value, text: &str) {
        let is_exact = ["rounding", "perturbation", "noise"].iter().all(|method| table[method].is_null());
        assert!(is_exact, "this reader takes figures for counts");
        let lines: Vec<Vec<String>> = text.lines().map(fields).collect();
        let (header, lines) = lines.split_first().expect("a header");
        let (dims, value, symbol) = (header.len() - 2, header.len() - 2, header.len() - 1);
        assert_eq!([header[value].as_str(), header[symbol].as_str()], ["value", "symbol"]);
        let shows_zeros = lines.iter().any(|line| line[value] == "0");
        let marker = &table["markers"][""];
        for line in lines {
            let fixed = object(&table["fixed"]).map(|(name, code)| (name.as_str(), word(code)));
            let columns = header[..dims].iter().map(String::as_str).zip(line.iter().map(String::as_str));
            let key = self.key(manifest, fixed.chain(columns));
            let (lower, upper, is_hidden) = match (line[value].as_str(), line[symbol].as_str()) {
                (_, "x") => continue,
                (_, "z") => (0, Some(0), false),
                ("", _) => {
                    // Where zeros are published a hidden cell is none.
                    (marker[0].as_i64().unwrap_or(0).max(i64::from(shows_zeros)), marker[1].as_i64(), true)
                }
                (value, _) => {
                    let value = value.parse().expect("a count");
                    (value, Some(value), false)
                }
            };
            self.say(release, Said { key, lower, upper, is_hidden });
        }
    }

    fn say(&mut self, release: usize, said: Said) {
        let is_new = !self.places.contains_key(&said.key);
        let at = self.cell(said.key, &Releases::from([release]));
        self.lower[at] = self.lower[at].max(said.lower);
        self.upper[at] = self.upper[at].into_iter().chain(said.upper).min();
        self.hidden[at] = said.is_hidden && (is_new || self.hidden[at]);
    }

    /// The variable of a cell, a new one if need be.
    fn cell(&mut self, key: Key, releases: &Releases) -> usize {
        if let Some(&at) = self.places.get(&key) {
            // A cell of a table is its releases' alone.
            if self.shown == 0 || at >= self.shown {
                self.releases[at].extend(releases);
            }
            return at;
        }
        self.places.insert(key.clone(), self.keys.len());
        self.keys.push(key);
        self.releases.push(releases.clone());
        self.hidden.push(false);
        self.lower.push(0);
        self.upper.push(None);
        self.keys.len() - 1
    }

    /// Finds every sum that holds, and the cells that follow.
    fn close(&mut self) {
        let mut found: BTreeSet<(usize, usize, Key)> = BTreeSet::new();
        loop {
            let before = (self.keys.len(), found.len(), self.releases.iter().map(Releases::len).sum::<usize>());
            for dimension in 0..self.dimensions.len() {
                for line in self.lines(dimension) {
                    self.follow(dimension, &line, &mut found);
                }
            }
            if before == (self.keys.len(), found.len(), self.releases.iter().map(Releases::len).sum::<usize>()) {
                break;
            }
        }
    }

    /// Cells alike in all but one dimension.
    fn lines(&self, dimension: usize) -> Vec<Vec<usize>> {
        let mut lines: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (at, key) in self.keys.iter().enumerate() {
            let mut rest = key.clone();
            rest[dimension] = 0;
            lines.entry(rest).or_default().push(at);
        }
        lines.into_values().collect()
    }

    /// A sum holds on a line where a cell lies at its parent or above, and one at a child or below; and where all children are
    /// cells.
    fn follow(&mut self, dimension: usize, line: &[usize], found: &mut BTreeSet<(usize, usize, Key)>) {
        for number in 0..self.dimensions[dimension].sums.len() {
            let sum = &self.dimensions[dimension].sums[number];
            let is_of = |at: &&usize| sum.is_general || !self.releases[**at].is_disjoint(&sum.by);
            let codes: Vec<(u16, usize)> =
                line.iter().filter(is_of).map(|&at| (self.keys[at][dimension], at)).collect();
            let above = self.reach(dimension, &BTreeSet::from([sum.parent]), true);
            let below = self.reach(dimension, &sum.children, false);
            let over: Vec<usize> = codes.iter().filter(|(code, _)| above.contains(code)).map(|&(_, at)| at).collect();
            let under: Vec<usize> = codes.iter().filter(|(code, _)| below.contains(code)).map(|&(_, at)| at).collect();
            let has_all = sum.children.iter().all(|child| codes.iter().any(|(code, _)| code == child));
            if under.is_empty() || over.is_empty() && !has_all {
                continue;
            }
            let mut releases: Releases = over.iter().chain(&under).flat_map(|&at| self.releases[at].clone()).collect();
            if !sum.is_general {
                releases = releases.intersection(&sum.by).copied().collect();
            }
            let (parent, children) = (sum.parent, sum.children.clone());
            let mut key = self.keys[line[0]].clone();
            key[dimension] = parent;
            let mut row = vec![(self.cell(key.clone(), &releases), -1)];
            for child in children {
                let mut part = key.clone();
                part[dimension] = child;
                row.push((self.cell(part, &releases), 1));
            }
            if found.insert((dimension, number, key)) {
                self.rows.push(row);
            }
        }
    }

    /// These codes and all above them, or all below.
    fn reach(&self, dimension: usize, from: &BTreeSet<u16>, upwards: bool) -> BTreeSet<u16> {
        let mut reached = from.clone();
        loop {
            let before = reached.len();
            for sum in &self.dimensions[dimension].sums {
                if upwards && !sum.children.is_disjoint(&reached) {
                    reached.insert(sum.parent);
                } else if !upwards && reached.contains(&sum.parent) {
                    reached.extend(&sum.children);
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn terms(&mut self, manifest: &Value, relation: &Value) -> Vec<(Key, i64)> {
        let mut terms = BTreeMap::new();
        for term in array(&relation["terms"]) {
            let at = object(&term[1]).map(|(name, code)| (name.as_str(), word(code)));
            *terms.entry(self.key(manifest, at)).or_default() += term[0].as_i64().expect("a factor");
        }
        terms.into_iter().filter(|(_, factor)| *factor != 0).collect()
    }

    /// A cell that is nobody's may be nothing on the smaller side of `<=`; on the larger it may be anything.
    fn relation(&mut self, terms: &[(Key, i64)], is_equal: bool) {
        let known = |(key, factor): &(Key, i64)| self.places.get(key).map(|&at| (at, *factor));
        let is_void = |term: &(Key, i64)| known(term).is_none() && (is_equal || term.1 < 0);
        let mut row: Vec<(usize, i64)> = terms.iter().filter_map(known).collect();
        if row.is_empty() || terms.iter().any(is_void) {
            return;
        }
        if !is_equal {
            self.lower.push(0);
            self.upper.push(None);
            row.push((self.lower.len() - 1, 1));
        }
        self.rows.push(row);
    }
}

/// The fields of one line; a quote inside a quoted field is doubled.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let field = fields.last_mut().expect("at least one");
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => field.push(letter),
        }
    }
    fields
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
