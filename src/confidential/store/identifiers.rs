//! Who is in the store. Comes in: stored cases and what their fields are. Goes out, to the referee only: every spelling
//! by which somebody could be recognised, and how sure a hit is. Deliberately absent: narratives, and looking at a file.
//!
//! Spellings are folded words with one space between them; the referee decides what may stand between words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::config::source::{Class, Field, Kind, Source};
use model::period::Month;

use crate::ingest::reference::canonical;
use crate::referee::views::fold;
use crate::store::{Store, StoreError};

/// What somebody could be recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// The reference of a case.
    CaseReference,
    /// The reference of a family.
    FamilyReference,
    /// A name, or a part of one.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A full postcode.
    Postcode,
    /// An address, or another identifying text of several words.
    Address,
    /// A date of birth.
    BirthDate,
    /// A container that could not be looked into, so that nobody knows.
    NotInspected,
}

/// How sure it is that a hit names somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// One alone says nothing; two of one person close together do.
    Weak,
    /// One is too many, unless the configuration itself uses the word.
    Medium,
    /// One is too many.
    Strong,
}

/// One spelling of one person.
pub(crate) struct Identifier {
    /// The number of the case that names the person.
    pub(crate) person: u64,
    pub(crate) kind: IdentifierKind,
    pub(crate) strength: Strength,
    /// Folded words, one space between them; of a phone number, its digits.
    pub(crate) spelling: String,
}

/// A surname that more families than this bear is weak.
const RARE_SURNAME_MAX: usize = 3;
/// Shorter words are no names to look for: initials stand in every text.
const NAME_LETTERS_MIN: usize = 3;
const SURNAME_LETTERS_MIN: usize = 4;
/// Digits alone that are fewer are counts.
const DIGITS_MIN: usize = 7;
/// Letters and digits together that are fewer are codes.
const REFERENCE_MIN: usize = 6;
const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "dr", "prof", "rev", "sir"];

/// Names that are English words, months and places too. Such a surname is weak however rare, and two such words close
/// together are no evidence: `young people will`.
pub(crate) const ORDINARY: &str = "abbey amber april august autumn baker banks barber bell best bill bird bishop black blue bolt bond booth \
    bridge bright brook brooks brown burns bush butler care carol carpenter carter case castle chance christian \
    church clay clerk cliff close coast cole constance cook cooper county court cross crystal daisy dale daly \
    dawn day dean drew earl east english eve faith farmer field fields finch fisher flower ford forest fox \
    france frank french frost gale gate gene glass glen gold good grace grant gray green grey guy hall hand \
    harding hardy harmony head heath heather high hill holiday holland holly home hood hope house hunt hunter \
    ireland iris ivy jack jasmine jewel joy june kent king knight lake lamb lane law lawn lily little lock long \
    love major march mark marks marsh mason may mead melody mercy miles mill miller mills moon moor more moss \
    needs noble north olive page paris park parks parsons pat patience pearl penny perry piper place pool poole \
    pope porter post pound power price prince prudence ray read reader reed rice rich ridge rivers road robin \
    rock rose ruby rule sale sandy school sea sharp shaw shepherd short silver singer small smart smith snow \
    south speed spring stafford stage star steel stone street strong sue summer summers swan table tailor taylor \
    temple thorn total tower town trees turner vale victor violet waite walker wall ward warden waters way \
    weaver webb weeks wells west white will wills winter wise wood woods wright year york young";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Case,
    Family,
    Postcode,
    BirthDate,
    Name,
    Surname,
    Text,
}

impl Store {
    /// Every spelling of everybody in the store, of the sources given.
    pub(crate) fn identifiers(&self, sources: &BTreeMap<String, Source>) -> Result<Vec<Identifier>, StoreError> {
        let mut found = Found::default();
        for (name, source) in sources {
            let roles: Vec<(&str, Role)> =
                source.fields.iter().filter_map(|field| Some((field.name.as_str(), role(source, field)?))).collect();
            let fields: Vec<&str> = roles.iter().map(|(field, _)| *field).collect();
            self.scan_all(name, &fields, &mut |case| {
                let values = roles.iter().zip(case.values).filter_map(|((_, role), value)| Some((*role, (*value)?)));
                found.person(case.case, case.family.unwrap_or(case.case), values);
            })?;
        }
        Ok(found.finished())
    }
}

/// What a field tells about somebody; none where nothing that is looked for.
fn role(source: &Source, field: &Field) -> Option<Role> {
    if field.name == source.case {
        return Some(Role::Case);
    }
    if source.family.as_ref() == Some(&field.name) {
        return Some(Role::Family);
    }
    let direct = field.class == Class::Direct;
    match field.kind {
        Kind::Postcode => Some(Role::Postcode),
        Kind::Date if direct => Some(Role::BirthDate),
        Kind::Text | Kind::Int if direct && field.name.contains("name") => {
            let last = ["surname", "last", "family"].iter().any(|part| field.name.contains(part));
            Some(if last { Role::Surname } else { Role::Name })
        }
        Kind::Text | Kind::Int if direct => Some(Role::Text),
        Kind::Text
        | Kind::Date
        | Kind::Bool
        | Kind::Int
        | Kind::Minutes
        | Kind::Code
        | Kind::Multi
        | Kind::FreeText => None,
    }
}

#[derive(Default)]
struct Found {
    identifiers: Vec<Identifier>,
    /// Surname, its families, its persons.
    surnames: HashMap<String, (BTreeSet<u64>, Vec<u64>)>,
    /// Person, initial of the first name, surname.
    initials: Vec<(u64, char, String)>,
}

impl Found {
    fn push(&mut self, person: u64, kind: IdentifierKind, strength: Strength, spelling: String) {
        self.identifiers.push(Identifier { person, kind, strength, spelling });
    }

    fn person<'v>(&mut self, person: u64, family: u64, values: impl Iterator<Item = (Role, &'v str)>) {
        // One-word names of the same person: first name and surname in columns of their own.
        let mut single: Vec<(Role, String)> = Vec::new();
        for (role, value) in values {
            let words: Vec<String> = words_of(value);
            match role {
                Role::Case => self.both_forms(person, IdentifierKind::CaseReference, value, &words),
                Role::Family => self.both_forms(person, IdentifierKind::FamilyReference, value, &words),
                Role::Postcode => self.postcode(person, &words),
                Role::BirthDate => self.birth_date(person, value),
                Role::Text => self.text(person, value, &words),
                Role::Name | Role::Surname => {
                    let words: Vec<String> =
                        words.into_iter().filter(|word| !TITLES.contains(&word.as_str())).collect();
                    match words.as_slice() {
                        [] => {}
                        [word] => single.push((role, word.clone())),
                        words => self.full_name(person, family, words),
                    }
                }
            }
        }
        for (at, (role, word)) in single.iter().enumerate() {
            self.name_word(person, family, word, *role == Role::Surname);
            for (other_role, other) in single[at + 1..].iter().filter(|(_, other)| other != word) {
                self.both_orders(person, word, other);
                match (role, other_role) {
                    (Role::Surname, Role::Name) => self.initial(person, other, word),
                    (Role::Name, Role::Surname) => self.initial(person, word, other),
                    _ => {}
                }
            }
        }
    }

    fn full_name(&mut self, person: u64, family: u64, words: &[String]) {
        let [first, .., last] = words else { return };
        self.push(person, IdentifierKind::Name, Strength::Strong, words.join(" "));
        self.both_orders(person, first, last);
        self.initial(person, first, last);
        for (at, word) in words.iter().enumerate() {
            self.name_word(person, family, word, at + 1 == words.len());
        }
    }

    fn both_orders(&mut self, person: u64, first: &str, last: &str) {
        // An initial and a word stand together in many texts.
        if first.len() < 2 || last.len() < 2 {
            return;
        }
        for (one, other) in [(first, last), (last, first)] {
            self.push(person, IdentifierKind::Name, Strength::Strong, format!("{one} {other}"));
            if one.len() + other.len() > REFERENCE_MIN + 2 {
                self.push(person, IdentifierKind::Name, Strength::Strong, format!("{one}{other}"));
            }
        }
    }

    /// `A Smith` and `Smith, A.`, unless the surname is a word of the language: `a street` is nobody.
    fn initial(&mut self, person: u64, first: &str, last: &str) {
        let initial = first.chars().next().filter(|_| last.chars().count() >= SURNAME_LETTERS_MIN);
        if let Some(initial) = initial.filter(|initial| initial.is_alphabetic()) {
            self.initials.push((person, initial, last.to_owned()));
        }
    }

    fn name_word(&mut self, person: u64, family: u64, word: &str, is_last: bool) {
        if word.chars().count() < NAME_LETTERS_MIN || word.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        if is_last {
            let (families, persons) = self.surnames.entry(word.to_owned()).or_default();
            // The set is asked only whether the name is rare.
            if families.len() <= RARE_SURNAME_MAX {
                families.insert(family);
            }
            persons.push(person);
        } else {
            self.push(person, IdentifierKind::Name, Strength::Weak, word.to_owned());
        }
    }

    /// A reference as it was written, and as it is without what programs add to it.
    fn both_forms(&mut self, person: u64, kind: IdentifierKind, written: &str, words: &[String]) {
        self.reference(person, kind, words);
        let canonical = words_of(&canonical(written, true));
        if canonical != words {
            self.reference(person, kind, &canonical);
        }
    }

    fn reference(&mut self, person: u64, kind: IdentifierKind, words: &[String]) {
        let glued = words.concat();
        if is_distinctive(&glued) {
            self.push(person, kind, Strength::Strong, words.join(" "));
            if words.len() > 1 && glued.len() > DIGITS_MIN {
                self.push(person, kind, Strength::Strong, glued);
            }
        }
    }

    fn postcode(&mut self, person: u64, words: &[String]) {
        let glued = words.concat();
        // The outward part alone is a district of thousands.
        let (Some(at), true) = (glued.len().checked_sub(3), is_mixed(&glued)) else { return };
        if (5..=7).contains(&glued.len()) && glued.is_ascii() {
            let spaced = format!("{} {}", &glued[..at], &glued[at..]);
            self.push(person, IdentifierKind::Postcode, Strength::Medium, spaced);
            self.push(person, IdentifierKind::Postcode, Strength::Medium, glued);
        }
    }

    fn text(&mut self, person: u64, value: &str, words: &[String]) {
        let digits: String = words.concat();
        let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        if value.contains('@') && words.len() >= 3 {
            self.push(person, IdentifierKind::Email, Strength::Strong, words.join(" "));
        } else if only_digits && digits.len() >= DIGITS_MIN {
            self.push(person, IdentifierKind::Phone, Strength::Strong, national(&digits));
        } else if words.len() >= 3 {
            self.push(person, IdentifierKind::Address, Strength::Strong, words.join(" "));
            // `12 High Street` with whatever town behind it.
            if words[0].bytes().any(|byte| byte.is_ascii_digit()) {
                self.push(person, IdentifierKind::Address, Strength::Strong, words[..3].join(" "));
            }
        } else if is_distinctive(&digits) && is_mixed(&digits) {
            self.push(person, IdentifierKind::Address, Strength::Strong, words.join(" "));
        }
    }

    fn birth_date(&mut self, person: u64, iso: &str) {
        for spelling in dates(iso) {
            self.push(person, IdentifierKind::BirthDate, Strength::Strong, spelling);
        }
    }

    fn finished(mut self) -> Vec<Identifier> {
        let ordinary: BTreeSet<&str> = ORDINARY.split_whitespace().collect();
        for (person, initial, last) in std::mem::take(&mut self.initials) {
            if !ordinary.contains(last.as_str()) {
                for spelling in [format!("{initial} {last}"), format!("{last} {initial}")] {
                    self.push(person, IdentifierKind::Name, Strength::Medium, spelling);
                }
            }
        }
        let mut surnames: Vec<_> = self.surnames.drain().collect();
        surnames.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        for (word, (families, persons)) in surnames {
            let rare = families.len() <= RARE_SURNAME_MAX && word.chars().count() >= SURNAME_LETTERS_MIN;
            let strength = if rare && !ordinary.contains(word.as_str()) { Strength::Medium } else { Strength::Weak };
            for person in persons {
                // A rare one can be the half of a pair as well.
                self.push(person, IdentifierKind::Name, Strength::Weak, word.clone());
                if strength == Strength::Medium {
                    self.push(person, IdentifierKind::Name, strength, word.clone());
                }
            }
        }
        self.identifiers
    }
}

fn words_of(value: &str) -> Vec<String> {
    fold(value)
        .text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| !byte.is_ascii_digit())
}

/// Long enough, and of a shape, that it does not stand in a table by chance.
fn is_distinctive(glued: &str) -> bool {
    let digits = glued.bytes().filter(u8::is_ascii_digit).count();
    digits >= DIGITS_MIN || (is_mixed(glued) && digits >= 3 && glued.len() >= REFERENCE_MIN)
}

/// A phone number's digits as dialled inside the country.
pub(crate) fn national(digits: &str) -> String {
    let rest = digits.strip_prefix("0044").or_else(|| digits.strip_prefix("44").filter(|rest| rest.len() >= 9));
    match rest {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        // A spreadsheet took the number for one, and its leading zero with it.
        None if digits.len() == 10 && !digits.starts_with('0') => format!("0{digits}"),
        None => digits.to_owned(),
    }
}

/// The usual spellings of an ISO date; none where it is no date.
fn dates(iso: &str) -> Vec<String> {
    let parts: Vec<i32> = iso.split('-').filter_map(|part| part.parse().ok()).collect();
    let &[year, month, day] = parts.as_slice() else { return Vec::new() };
    let (Ok(month_number), true) = (u8::try_from(month), (1..=12).contains(&month)) else { return Vec::new() };
    let word = model::period::Period::starting(Month::new(year, month_number), 1).words().to_lowercase();
    let word = word.split(' ').next().unwrap_or_default().to_owned();
    let short = &word[..3];
    let ordinal = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let mut spellings = vec![
        format!("{year:04} {month:02} {day:02}"),
        format!("{day:02} {month:02} {year:04}"),
        format!("{day} {month} {year}"),
        format!("{month:02} {day:02} {year:04}"),
        format!("{day:02} {month:02} {:02}", year.rem_euclid(100)),
        format!("{year:04}{month:02}{day:02}"),
        format!("{day:02}{month:02}{year:04}"),
    ];
    for month in [word.as_str(), short] {
        for day in [format!("{day}"), format!("{day:02}"), format!("{day}{ordinal}")] {
            spellings.push(format!("{day} {month} {year}"));
            spellings.push(format!("{month} {day} {year}"));
        }
    }
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_abroad_and_a_number_that_lost_its_zero_are_the_number_at_home() {
        for digits in ["01785000000", "441785000000", "00441785000000", "4401785000000", "1785000000"] {
            assert_eq!(national(digits), "01785000000", "{digits}");
        }
        assert_eq!(national("4412345"), "4412345", "too short for a country code");
    }

    #[test]
    fn short_digits_and_codes_are_no_references() {
        for text in ["120345", "ab", "e09", "need12", "abcdef"] {
            assert!(!is_distinctive(text), "{text}");
        }
        for text in ["1203456", "nycc18501367", "f03318"] {
            assert!(is_distinctive(text), "{text}");
        }
    }
}
