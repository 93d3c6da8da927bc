//! The published cells of several releases as one system of equations. Comes in: manifests and tables as read. Goes
//! out: cells with the bounds a reader has, the equations among them, and figures that contradict each other.
//! Deliberately absent: any look at how the tables were protected; this side builds its equations from `release.json`.

use std::collections::BTreeMap;

use linear::System;
use model::manifest::TableEntry;
use model::{Attack, Finding, Manifest};

use crate::attacks::closure::{Hierarchies, Known, bit};
use crate::attacks::codes::{Codes, Key};
use crate::attacks::extract::tables::tighten;
use crate::attacks::relations;
use crate::attacks::rests::{Left, Rest, rests};
use crate::error::VerifyError;
use crate::readers::csv::{Reading, Row, Table};
use crate::readers::microdata::Microdata;

/// How a cell is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// In no table: follows, if at all, from others.
    Derived,
    /// Hidden in every table that has it.
    Suppressed,
    /// Rounded where it is published.
    Rounded,
    /// Published as it is.
    Published,
}

/// Where a cell stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Index of the release.
    pub release: usize,
    /// Index of the table in its manifest.
    pub table: usize,
    /// Line of its file.
    pub line: u64,
}

/// One release's part of the system.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What comes before a file's name in findings: empty, or the release's name and a slash.
    pub prefix: &'a str,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its tables, one for each entry of the manifest.
    pub tables: &'a [Table],
    /// Its rows, where it is an extract.
    pub microdata: Option<&'a Microdata>,
}

/// All cells and equations.
#[derive(Debug, Default)]
pub struct Cells {
    /// The packing of cells.
    pub codes: Codes,
    /// The cells.
    pub known: Known,
    /// How each is known.
    pub states: Vec<State>,
    /// Where each stands first; none for derived cells.
    pub origins: Vec<Option<Origin>>,
    /// What is left where cells are taken off others further up: cells that have no code, after all that have one.
    pub rests: Vec<Rest>,
    /// Lines whose rests were left out, because there were too many.
    pub left_out: u64,
    /// Bounds and equations; the first variables are the cells, in their order, slack variables of relations follow.
    pub system: System,
    /// How many of the rows are sums; those of rests and of relations follow.
    pub sums: usize,
    /// How many of the rows are those of rests.
    pub taken_off: usize,
    /// The figure of each cell that is perturbed by keys of its cases: the same wherever and whenever it is published.
    pub perturbed: BTreeMap<usize, u64>,
    /// Published figures that contradict each other.
    pub findings: Vec<Finding>,
    /// Published and hidden entries, a cell counted in every table that has it.
    pub entries: (u64, u64),
    /// What could not be linked.
    pub notes: Vec<String>,
}

/// Bounds that one table's row gives.
struct Said {
    lower: i64,
    upper: Option<i64>,
    state: State,
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What a row tells an honest reader: in a table that publishes zeros a hidden cell is at least 1, whatever its marker
/// claims.
fn said(entry: &TableEntry, row: &Row, least: u64) -> Option<Said> {
    let (mut lower, mut upper, state) = match &row.reading {
        Reading::NotAvailable => return None,
        Reading::Impossible => (0, Some(0), State::Published),
        Reading::Marker(marker) => {
            let (lowest, highest) = entry.markers.get(marker).copied().unwrap_or((0, None));
            (lowest.max(least), highest, State::Suppressed)
        }
        Reading::Count(count) => {
            let (lowest, highest) = entry.says(*count);
            // A form that leaves one count is that count.
            (lowest, Some(highest), if lowest < highest { State::Rounded } else { State::Published })
        }
    };
    if let Some(bound) = row.bounds.0 {
        lower = lower.max(bound);
    }
    if let Some(bound) = row.bounds.1 {
        upper = Some(upper.map_or(bound, |upper| upper.min(bound)));
    }
    Some(Said { lower: signed(lower), upper: upper.map(signed), state })
}

/// Builds the system of all `parts`.
///
/// # Errors
/// [`VerifyError::TooManyCodes`] where cells cannot be numbered.
pub fn build(parts: &[Part<'_>]) -> Result<Cells, VerifyError> {
    let mut cells = Cells::default();
    let mut hierarchies = Hierarchies::default();
    cells.name_codes(parts, &mut hierarchies);
    cells.codes.seal()?;
    for (release, part) in parts.iter().enumerate() {
        for (at, (entry, table)) in part.manifest.tables.iter().zip(part.tables).enumerate() {
            cells.add_table(part, entry, table, Origin { release, table: at, line: 0 });
        }
    }
    for (dimension, count) in hierarchies.differing(&cells.codes) {
        cells.notes.push(format!(
            "the releases explain {count} codes of {dimension} by different sums; each was used for its own cells only"
        ));
    }
    let shown = cells.len();
    let stated = relations::stated(&mut cells, parts);
    relations::add_derived(&mut cells, &stated);
    let equations = hierarchies.close(&cells.codes, &mut cells.known);
    cells.grow();
    for equation in equations {
        let terms = equation.children.into_iter().map(|child| (child, 1)).chain([(equation.parent, -1)]);
        cells.system.equation(terms, 0);
    }
    cells.sums = cells.system.rows.len();
    cells.take_off(&hierarchies, shown);
    relations::add(&mut cells, parts, &stated);
    tighten(&mut cells, parts);
    Ok(cells)
}

impl Cells {
    /// Number of cells, derived ones and rests included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// A cell's name: `dimension=code` for every dimension that does not stand at its total.
    #[must_use]
    pub fn name(&self, at: usize) -> String {
        match self.known.keys.get(at) {
            Some(&key) => self.codes.name(key),
            None => self.rests.get(at - self.known.keys.len()).map_or_else(String::new, |rest| self.name_of(rest)),
        }
    }

    fn name_of(&self, rest: &Rest) -> String {
        let code = |&part: &usize| self.codes.at(self.known.keys[part], rest.dimension);
        let taken: Vec<u32> = rest.parts.iter().map(code).collect();
        self.codes.name_less(self.known.keys[rest.whole], rest.dimension, &taken)
    }

    fn name_codes(&mut self, parts: &[Part<'_>], hierarchies: &mut Hierarchies) {
        for (release, part) in parts.iter().enumerate() {
            for (name, hierarchy) in &part.manifest.hierarchies {
                self.codes.dimension(name, &hierarchy.total);
                let Some(place) = self.codes.place(name) else { continue };
                let own = self.codes.number(place, &hierarchy.total);
                if own != self.codes.dimensions[place].total && name != "period" {
                    self.notes.push(format!(
                        "{} gives {name} another total than the others; its tables were not linked through it",
                        part.manifest.release
                    ));
                }
                for (parent, children) in &hierarchy.sums {
                    hierarchies.add(&mut self.codes, place, parent, children, release);
                }
            }
            self.name_table_codes(part);
        }
    }

    fn name_table_codes(&mut self, part: &Part<'_>) {
        let relations = part.manifest.relations.iter().flat_map(|relation| &relation.terms);
        let fixed = part.manifest.tables.iter().map(|table| &table.fixed);
        for at in fixed.chain(relations.map(|(_, at)| at)) {
            for (name, code) in at {
                if let Some(place) = self.codes.place(name) {
                    self.codes.number(place, code);
                }
            }
        }
        for table in part.tables {
            let places: Vec<Option<usize>> = table.dims.iter().map(|dim| self.codes.place(dim)).collect();
            for row in &table.rows {
                for (place, code) in places.iter().zip(&row.codes) {
                    if let Some(place) = place {
                        self.codes.number(*place, code);
                    }
                }
            }
        }
    }

    /// The cell at `at`, every other dimension at the total that `manifest` states (none: at the common one).
    pub(super) fn key(&self, manifest: Option<&Manifest>, at: &BTreeMap<String, String>) -> Key {
        let mut key = self.codes.totals();
        for (name, hierarchy) in manifest.iter().flat_map(|manifest| &manifest.hierarchies) {
            key = self.moved(key, name, &hierarchy.total);
        }
        for (name, code) in at {
            key = self.moved(key, name, code);
        }
        key
    }

    fn moved(&self, key: Key, name: &str, code: &str) -> Key {
        let Some(place) = self.codes.place(name) else { return key };
        self.codes.known(place, code).map_or(key, |code| self.codes.moved(key, place, code))
    }

    fn add_table(&mut self, part: &Part<'_>, entry: &TableEntry, table: &Table, origin: Origin) {
        let base = self.key(Some(part.manifest), &entry.fixed);
        let places: Vec<Option<usize>> = table.dims.iter().map(|dim| self.codes.place(dim)).collect();
        let least = u64::from(table.shows_zeros() && entry.says(0) == (0, 0));
        for row in &table.rows {
            let Some(said) = said(entry, row, least) else { continue };
            let mut key = base;
            for (place, code) in places.iter().zip(&row.codes) {
                if let Some(place) = *place
                    && let Some(code) = self.codes.known(place, code)
                {
                    key = self.codes.moved(key, place, code);
                }
            }
            match said.state {
                State::Published => self.entries.0 += 1,
                State::Suppressed => self.entries.1 += 1,
                State::Rounded | State::Derived => {}
            }
            let origin = Origin { line: row.line, ..origin };
            let file = format!("{}{}", part.prefix, entry.file);
            let at = self.add_cell(key, said, origin, &file);
            if let (Some(_), &Reading::Count(figure)) = (&entry.perturbation, &row.reading)
                && *self.perturbed.entry(at).or_insert(figure) != figure
            {
                let message = format!(
                    "{} is published with other noise elsewhere: several draws of one count are averaged out",
                    self.codes.name(key)
                );
                self.contradicts("noise_drawn_anew", origin, &file, message);
            }
        }
    }

    fn contradicts(&mut self, kind: &str, origin: Origin, file: &str, message: String) {
        self.findings.push(Finding {
            attack: Attack::Consistency,
            kind: kind.to_owned(),
            file: file.to_owned(),
            place: format!("line {}", origin.line),
            message,
            claim: None,
        });
    }

    fn add_cell(&mut self, key: Key, said: Said, origin: Origin, file: &str) -> usize {
        let (at, is_new) = self.known.add(key, bit(origin.release));
        if is_new {
            self.system.variable(said.lower, said.upper);
            self.states.push(said.state);
            self.origins.push(Some(origin));
            return at;
        }
        if self.states[at] == State::Published && said.state == State::Published && self.system.lower[at] != said.lower
        {
            let message = format!("{} is published with another value elsewhere", self.codes.name(key));
            self.contradicts("inconsistent_published", origin, file, message);
            return at;
        }
        self.system.lower[at] = self.system.lower[at].max(said.lower);
        self.system.upper[at] = match (self.system.upper[at], said.upper) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.states[at] = self.states[at].max(said.state);
        at
    }

    /// Makes a variable of every cell that the closure added.
    fn grow(&mut self) {
        while self.states.len() < self.known.keys.len() {
            self.derive();
        }
    }

    fn derive(&mut self) -> usize {
        self.states.push(State::Derived);
        self.origins.push(None);
        self.system.variable(0, None)
    }

    /// Adds what is left of each of the first `shown` cells when others further down are taken off.
    fn take_off(&mut self, hierarchies: &Hierarchies, shown: usize) {
        let (found, left_out) = rests(hierarchies, &self.codes, &self.known, shown);
        self.left_out = left_out;
        for rest in found {
            let left = match rest.left {
                Left::New => Some(self.derive()),
                Left::Is(cell) => Some(cell),
                Left::Nothing => None,
            };
            let terms = rest.parts.iter().copied().chain(left).map(|part| (part, 1)).chain([(rest.whole, -1)]);
            self.system.equation(terms.collect::<Vec<_>>(), 0);
            self.taken_off += 1;
            if rest.left == Left::New {
                self.rests.push(rest);
            }
        }
    }
}
