//! The published cells of several releases as one system of equations. Comes in: manifests and tables as read. Goes
//! out: cells with the bounds a reader has, the equations among them, and figures that contradict each other.
//! Deliberately absent: any look at how the tables were protected; this side builds its equations from `release.json`.

use std::collections::BTreeMap;

use linear::{Bounds, System};
use model::manifest::TableEntry;
use model::{Attack, Finding, Manifest};

use crate::attacks::closure::{Hierarchies, Known, Releases, bit};
use crate::attacks::codes::{Codes, Key};
use crate::attacks::extract::tables::tighten;
use crate::attacks::rests::{Left, Rest, Taken, rests};
use crate::attacks::{impossible, overlap, relations, scope};
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
    /// Its place in time: releases of a lower one are surely earlier.
    pub time: usize,
    /// It is to be judged, and not only known.
    pub is_given: bool,
    /// Nobody published it: readers know it anyway.
    pub is_known_anyway: bool,
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
    /// The time at which a table first has each of the cells that tables have, which come first.
    pub since: Vec<usize>,
    /// By row of a sum: the releases that state the sum.
    pub stated_by: Vec<Releases>,
    /// What is left where cells are taken off others further up, and is no cell with a code. That none is below zero
    /// follows from the sums, so those are variables only where one is to be bounded.
    pub rests: Vec<Rest>,
    /// Lines whose rests were left out, because there were too many.
    pub left_out: u64,
    /// Bounds and equations; the first variables are the cells, in their order, slack variables of relations follow.
    pub system: System,
    /// How many of the rows are sums; those of rests that are cells, of relations, and of rests that are none follow.
    pub sums: usize,
    /// The releases that state each relation, by its row.
    pub relations: Vec<Vec<usize>>,
    /// The row of the first relation.
    pub first_relation: usize,
    /// The figure of each cell that is perturbed by keys of its cases: the same wherever and whenever it is published.
    pub perturbed: BTreeMap<usize, u64>,
    /// Published figures that contradict each other.
    pub findings: Vec<Finding>,
    /// Published and hidden entries, a cell counted in every table that has it.
    pub entries: (u64, u64),
    /// Joint tables behind circles of tables, and how many of them were too large to be followed.
    pub joint: (usize, usize),
    /// Cells in which codes meet that cannot: every reader knows them to be empty.
    pub empty: Vec<usize>,
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

/// Notes further bounds of a variable.
fn tighter(system: &mut System, at: usize, lower: i64, upper: Option<i64>) {
    system.lower[at] = system.lower[at].max(lower);
    system.upper[at] = match (system.upper[at], upper) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
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
        Reading::Between(lowest, highest) => ((*lowest).max(least), *highest, State::Suppressed),
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
        cells.stated_by.push(equation.stated_by);
        let terms = equation.children.into_iter().map(|child| (child, 1)).chain([(equation.parent, -1)]);
        cells.system.equation(terms, 0);
    }
    cells.sums = cells.system.rows.len();
    cells.find_rests(&hierarchies, shown);
    impossible::empty(&mut cells, parts);
    cells.first_relation = cells.system.rows.len();
    relations::add(&mut cells, parts, &stated);
    impossible::between(&mut cells, parts);
    scope::unchanged(&mut cells, parts);
    cells.joint = overlap::add(&mut cells, parts);
    for (at, lowest, highest) in tighten(&cells, parts, &|_| true) {
        tighter(&mut cells.system, at, lowest, highest);
    }
    Ok(cells)
}

impl Cells {
    /// Number of cells with codes, derived ones included.
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
        self.known.keys.get(at).map_or_else(String::new, |&key| self.codes.name(key))
    }

    /// The file and line in which a cell stands first.
    #[must_use]
    pub fn place_of(&self, parts: &[Part<'_>], at: usize) -> (String, String) {
        match self.origins.get(at).copied().flatten() {
            Some(origin) => {
                let part = &parts[origin.release];
                let file = format!("{}{}", part.prefix, part.manifest.tables[origin.table].file);
                (file, format!("line {}", origin.line))
            }
            None => (String::new(), "in no table".to_owned()),
        }
    }

    /// A rest's name.
    #[must_use]
    pub fn name_of(&self, rest: &Rest) -> String {
        let code = |&part: &usize| self.codes.at(self.known.keys[part], rest.dimension);
        let taken: Vec<u32> = rest.parts.iter().map(code).collect();
        self.codes.name_less(self.known.keys[rest.whole], rest.dimension, &taken)
    }

    /// Makes a variable of each rest that may, as far as `bounds` tell, hold from one case to one below `threshold`.
    pub fn take_off(&mut self, bounds: &Bounds, threshold: u64) -> Vec<Taken> {
        let mut taken = Vec::new();
        for (number, rest) in self.rests.iter().enumerate() {
            let (lowest, highest) = rest.span(bounds);
            if lowest < signed(threshold) && highest.is_none_or(|highest| highest >= 1) {
                let at = self.system.variable(0, None);
                let terms = rest.parts.iter().map(|&part| (part, 1)).chain([(at, 1), (rest.whole, -1)]);
                self.system.equation(terms, 0);
                taken.push(Taken { rest: number, at });
            }
        }
        taken
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

    /// What a table of `part` says of cells, row by row.
    fn said_by<'a>(&self, part: &Part<'_>, entry: &TableEntry, table: &'a Table) -> Vec<(Key, Said, &'a Row)> {
        let base = self.key(Some(part.manifest), &entry.fixed);
        let places: Vec<Option<usize>> = table.dims.iter().map(|dim| self.codes.place(dim)).collect();
        let least = u64::from(table.shows_zeros() && entry.says(0) == (0, 0));
        let of_row = |row: &'a Row| {
            let said = said(entry, row, least)?;
            let mut key = base;
            for (place, code) in places.iter().zip(&row.codes) {
                if let Some(place) = *place
                    && let Some(code) = self.codes.known(place, code)
                {
                    key = self.codes.moved(key, place, code);
                }
            }
            Some((key, said, row))
        };
        table.rows.iter().filter_map(of_row).collect()
    }

    fn add_table(&mut self, part: &Part<'_>, entry: &TableEntry, table: &Table, origin: Origin) {
        for (key, said, row) in self.said_by(part, entry, table) {
            match said.state {
                State::Published => self.entries.0 += 1,
                State::Suppressed => self.entries.1 += 1,
                State::Rounded | State::Derived => {}
            }
            let origin = Origin { line: row.line, ..origin };
            let file = format!("{}{}", part.prefix, entry.file);
            let at = self.add_cell(key, said, origin, &file);
            self.since.resize(self.len(), part.time);
            self.since[at] = self.since[at].min(part.time);
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

    /// The same variables and sums with the figures, rows of cases and relations of those `parts` alone for which `is_seen`.
    #[must_use]
    pub fn seen_by(&self, parts: &[Part<'_>], is_seen: &dyn Fn(&Part<'_>) -> bool) -> System {
        let mut system = self.system.clone();
        for at in 0..self.len() {
            (system.lower[at], system.upper[at]) = (0, None);
        }
        for part in parts.iter().filter(|part| is_seen(part)) {
            for (entry, table) in part.manifest.tables.iter().zip(part.tables) {
                for (key, said, _) in self.said_by(part, entry, table) {
                    if let Some(at) = self.known.get(key) {
                        tighter(&mut system, at, said.lower, said.upper);
                    }
                }
            }
        }
        for (at, lowest, highest) in tighten(self, parts, is_seen) {
            tighter(&mut system, at, lowest, highest);
        }
        self.empty.iter().for_each(|&at| system.upper[at] = Some(0));
        let is_stated = |by: &Vec<usize>| by.iter().any(|&part| is_seen(&parts[part]));
        let mut row: usize = 0;
        system.rows.retain(|_| {
            let relation = row.checked_sub(self.first_relation).and_then(|at| self.relations.get(at));
            row += 1;
            relation.is_none_or(is_stated)
        });
        system
    }

    /// Whether each of the cells that tables have is published as it is by one of those `parts` for which `is_seen`.
    #[must_use]
    pub fn published_by(&self, parts: &[Part<'_>], is_seen: &dyn Fn(&Part<'_>) -> bool) -> Vec<bool> {
        self.told_by(parts, is_seen, &|said| said.state == State::Published)
    }

    /// Whether each of the cells that tables have stands in a table of one of those `parts` for which `is_seen`.
    #[must_use]
    pub fn shown_by(&self, parts: &[Part<'_>], is_seen: &dyn Fn(&Part<'_>) -> bool) -> Vec<bool> {
        self.told_by(parts, is_seen, &|_| true)
    }

    fn told_by(
        &self,
        parts: &[Part<'_>],
        is_seen: &dyn Fn(&Part<'_>) -> bool,
        is_meant: &dyn Fn(&Said) -> bool,
    ) -> Vec<bool> {
        let mut told = vec![false; self.len()];
        for part in parts.iter().filter(|part| is_seen(part)) {
            for (entry, table) in part.manifest.tables.iter().zip(part.tables) {
                let meant = self.said_by(part, entry, table).into_iter().filter(|(_, said, _)| is_meant(said));
                for at in meant.filter_map(|(key, _, _)| self.known.get(key)) {
                    told[at] = true;
                }
            }
        }
        told
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
        tighter(&mut self.system, at, said.lower, said.upper);
        self.states[at] = self.states[at].max(said.state);
        at
    }

    /// Makes a variable of every cell that the closure added.
    fn grow(&mut self) {
        while self.states.len() < self.known.keys.len() {
            self.states.push(State::Derived);
            self.origins.push(None);
            self.system.variable(0, None);
        }
    }

    /// Finds what is left of each of the first `shown` cells when others further down are taken off.
    fn find_rests(&mut self, hierarchies: &Hierarchies, shown: usize) {
        let (found, left_out) = rests(hierarchies, &self.codes, &self.known, shown);
        self.left_out = left_out;
        for rest in found {
            match rest.left {
                Left::New => self.rests.push(rest),
                Left::Is(cell) => {
                    let parts = rest.parts.iter().copied().chain([cell]).map(|part| (part, 1));
                    self.system.equation(parts.chain([(rest.whole, -1)]), 0);
                }
                // The sums between say so already.
                Left::Nothing => {}
            }
        }
    }
}
