//! Linkage with an outside register. Comes in: a case-level file; people as somebody outside knows them. Goes out: how often
//! each of three intruders is right. The prosecutor knows that a person is in the file and guesses the row; the journalist
//! takes a row and guesses the person, whoever it is; the marketer links all rows and counts how many are right. Deliberately
//! absent: which person has which row; nobody outside knows it, so success is what a guess among equals gives.
//!
//! Source: El Emam and Dankar (2008), Protecting privacy using k-anonymity; El Emam (2013), Guide to the de-identification of
//! personal health information.

use std::collections::BTreeMap;

use model::Attack;
use model::extract::Role;

use super::Found;
use super::classes::{Class, classes};
use super::inference::told;
use crate::readers::domain::{Cover, meet};
use crate::readers::microdata::Microdata;
use crate::readers::register::Register;

/// People who look alike from outside.
struct Group<'a> {
    /// A value for each column that both have.
    values: Vec<&'a str>,
    people: u64,
    /// People by their own value of each sensitive column that the register has.
    own: Vec<BTreeMap<&'a str, u64>>,
}

/// The columns that both have: position in the file, position in the register.
struct Shared {
    quasi: Vec<(usize, usize)>,
    sensitive: Vec<(usize, usize)>,
}

impl Shared {
    fn new(data: &Microdata, register: &Register) -> Self {
        let of = |role| {
            let place = |at: &usize| register.columns.iter().position(|name| *name == data.columns[*at].name);
            data.with(role).into_iter().filter_map(|at| Some((at, place(&at)?))).collect()
        };
        Self { quasi: of(Role::Quasi), sensitive: of(Role::Sensitive) }
    }
}

/// Whether the register says anything about a quasi-identifier of the file.
#[must_use]
pub fn is_about(data: &Microdata, register: &Register) -> bool {
    !Shared::new(data, register).quasi.is_empty()
}

/// What the intruders come to.
#[derive(Default)]
struct Success {
    matched: u64,
    unmatched: u64,
    /// Fewest rows that anybody fits.
    rows_min: Option<u64>,
    singled_out: u64,
    /// People all of whose rows have one sensitive value.
    certain: u64,
    /// People whose sensitive value is the commonest of their rows, and those of whom the register knows it.
    inferred: (u64, u64),
}

/// Links `register` with the file.
#[must_use]
pub fn attack(data: &Microdata, register: &Register) -> Found {
    let shared = Shared::new(data, register);
    let classes = classes(data);
    let groups = groups(register, &shared);
    let fits = Fits::new(data, &shared, &classes);
    let mut success = Success::default();
    let mut people_of: Vec<u64> = vec![0; classes.len()];
    for group in &groups {
        let fitting = fits.of(data, &shared, group);
        let rows: u64 = fitting.iter().map(|class| classes[*class].rows.len() as u64).sum();
        for class in &fitting {
            people_of[*class] += group.people;
        }
        success.take(data, &shared, group, (&classes, &fitting), rows);
    }
    success.report(data, register.people.len(), &classes, &people_of)
}

fn groups<'a>(register: &'a Register, shared: &Shared) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<Vec<&str>, Group<'_>> = BTreeMap::new();
    let value = |person: &'a [String], at: usize| person.get(at).map_or("", String::as_str);
    for person in &register.people {
        let values: Vec<&str> = shared.quasi.iter().map(|(_, at)| value(person, *at)).collect();
        let group = groups.entry(values.clone()).or_insert_with(|| Group {
            values,
            people: 0,
            own: vec![BTreeMap::new(); shared.sensitive.len()],
        });
        group.people += 1;
        for (own, (_, at)) in group.own.iter_mut().zip(&shared.sensitive) {
            *own.entry(value(person, *at)).or_default() += 1;
        }
    }
    groups.into_values().collect()
}

/// What the classes' labels cover, column by column.
struct Fits {
    /// `[shared column][class]`; none where nothing is known to be covered.
    covers: Vec<Vec<Option<Cover>>>,
    suppressed: Vec<usize>,
}

impl Fits {
    fn new(data: &Microdata, shared: &Shared, classes: &[Class]) -> Self {
        let cover = |column: usize, class: &Class| {
            let row = class.rows.first()?;
            data.columns[column].domain.cover(data.label(*row, column))
        };
        let covers = shared
            .quasi
            .iter()
            .map(|(column, _)| classes.iter().map(|class| cover(*column, class)).collect())
            .collect();
        let suppressed = (0..classes.len()).filter(|class| classes[*class].is_suppressed).collect();
        Self { covers, suppressed }
    }

    /// The classes that a person of the group may be in. Whoever fits none is among the suppressed rows, if anywhere.
    fn of(&self, data: &Microdata, shared: &Shared, group: &Group<'_>) -> Vec<usize> {
        let known: Vec<Option<Cover>> = shared
            .quasi
            .iter()
            .zip(&group.values)
            .map(|((column, _), value)| data.columns[*column].domain.cover(value))
            .collect();
        let count = self.covers.first().map_or(0, Vec::len);
        let fits = |class: &usize| {
            !self.suppressed.contains(class)
                && self.covers.iter().zip(&known).zip(&shared.quasi).all(|((covers, known), (column, _))| {
                    match (&covers[*class], known) {
                        (Some(cover), Some(known)) => meet(cover, known),
                        // A value that the file's hierarchy does not have is under nothing but its top.
                        (Some(cover), None) => data.columns[*column].domain.is_whole(cover),
                        (None, _) => false,
                    }
                })
        };
        let fitting: Vec<usize> = (0..count).filter(fits).collect();
        if fitting.is_empty() { self.suppressed.clone() } else { fitting }
    }
}

impl Success {
    fn take(
        &mut self,
        data: &Microdata,
        shared: &Shared,
        group: &Group<'_>,
        (classes, fitting): (&[Class], &[usize]),
        rows: u64,
    ) {
        if rows == 0 {
            self.unmatched += group.people;
            return;
        }
        self.matched += group.people;
        self.rows_min = Some(self.rows_min.map_or(rows, |least| least.min(rows)));
        if rows < data.entry.k {
            self.singled_out += group.people;
        }
        let all: Vec<usize> = fitting.iter().flat_map(|class| classes[*class].rows.iter().copied()).collect();
        for column in data.with(Role::Sensitive) {
            let told = told(data, &all, column);
            if told.values.len() == 1 && told.silent == 0 {
                self.certain += group.people;
            }
            let place = shared.sensitive.iter().position(|(at, _)| *at == column);
            let guess = told.values.iter().max_by_key(|(value, count)| (**count, std::cmp::Reverse(**value)));
            if let (Some(place), Some((guess, _))) = (place, guess) {
                let guess = data.columns[column].domain.cover(guess).unwrap_or_default();
                let own = |value: &str| data.columns[column].domain.value(value);
                let right =
                    group.own[place].iter().filter(|(value, _)| own(value).is_some_and(|own| guess.contains(&own)));
                self.inferred.0 += right.map(|(_, people)| *people).sum::<u64>();
                self.inferred.1 += group.people;
            }
        }
    }

    fn report(self, data: &Microdata, people: usize, classes: &[Class], people_of: &[u64]) -> Found {
        let mut found = Found::default();
        let file = data.entry.file.as_str();
        let told = || classes.iter().zip(people_of).filter(|(class, people)| !class.is_suppressed && **people > 0);
        let people_min = told().map(|(_, people)| *people).min();
        let right: f64 = told().map(|(class, people)| of_rows(class.rows.len() as u64, *people)).sum();
        let rows = data.rows.len() as u64;
        found.count("register_people", people as u64);
        found.count("register_matched", self.matched);
        found.count("register_unmatched", self.unmatched);
        found.count("register_rows_min", self.rows_min.unwrap_or(0));
        found.count("register_people_min", people_min.unwrap_or(0));
        found.count("register_marketer_per_mille", thousandths(right, rows));
        found.count("register_inferred", self.inferred.0);
        found.count("register_inferred_of", self.inferred.1);
        let one_in =
            |count: Option<u64>| count.map_or_else(|| "nobody".to_owned(), |count| format!("at most 1 in {count}"));
        found.tried(
            Attack::Linkage,
            format!(
                "{people} people of an outside register, {} of them fit rows: the prosecutor is right {}, the journalist {}, \
                 the marketer about {} of {rows} rows",
                self.matched,
                one_in(self.rows_min),
                one_in(people_min),
                thousandths(right, 1000),
            ),
        );
        if self.inferred.1 > 0 {
            found.tried(
                Attack::Inference,
                format!(
                    "the sensitive value of {} people of an outside register guessed, {} rightly",
                    self.inferred.1, self.inferred.0
                ),
            );
        }
        if self.singled_out > 0 {
            let message = format!("{} people of the register fit fewer than {} rows", self.singled_out, data.entry.k);
            found.find(Attack::Linkage, "register_singled_out", file, None, message);
        }
        if self.certain > 0 {
            let message = format!("of {} people of the register all rows that they fit say the same", self.certain);
            found.find(Attack::Inference, "register_inferred", file, None, message);
        }
        found
    }
}

/// Rows of a class that are linked rightly where they are dealt out among the people who fit it: at most all.
#[allow(clippy::cast_precision_loss)]
fn of_rows(rows: u64, people: u64) -> f64 {
    (rows as f64 / people as f64).min(rows as f64)
}

/// 1000 times the share, rounded.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn thousandths(part: f64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { (part * 1000.0 / whole as f64).round() as u64 }
}
