//! Settles what only all rows together can tell. Comes in: the recordings of an import. Goes out: each case once, open
//! codes in one spelling each, and remarks on cases that may be one. A case is the same under every spelling of its
//! reference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::config::fold::fold;
use model::config::rule::RuleKind;
use model::config::source::{Kind, Level, Source, Unknown};

use crate::identified::Identified;
use crate::ingest::Recording;
use crate::ingest::intake::{Intake, MISSING};
use crate::ingest::place::Place;
use crate::ingest::report::FieldReport;
use crate::ingest::{reference, state};

/// Settles all of it; what is left in the intake's recordings goes to the store.
pub(super) fn settle(intake: &mut Intake<'_>) -> Vec<FieldReport> {
    forget(intake);
    for field in 0..intake.source.fields.len() {
        if intake.source.fields[field].unknown == Unknown::Add && intake.source.fields[field].kind == Kind::Code {
            one_spelling(intake, field);
        }
    }
    one_each(intake);
    lost_zeros(intake);
    near_duplicates(intake);
    intake.counts.accepted = intake.recordings.len() as u64;
    filled(intake)
}

/// A case whose deletion one row asks for is forgotten in all rows.
fn forget(intake: &mut Intake<'_>) {
    if intake.deletions.is_empty() {
        return;
    }
    let case = intake.source.position(&intake.source.case).unwrap_or(0);
    let before = intake.recordings.len();
    let deletions = std::mem::take(&mut intake.deletions);
    let keys = Keys::of(intake.source);
    intake.recordings.retain(|recording| !deletions.contains_key(&keys.of_field(case, recording)));
    intake.deletions = deletions;
    for _ in intake.recordings.len()..before {
        intake.skip("deletion_requested");
    }
}

/// Of several spellings of an open code the most frequent is taken, of equals the first in the alphabet, so that the
/// order of rows decides nothing.
fn one_spelling(intake: &mut Intake<'_>, field: usize) {
    let mut spellings: HashMap<&str, (u64, usize)> = HashMap::new();
    for (at, recording) in intake.recordings.iter().enumerate() {
        if let Some(value) = recording.values.expose_identified().get(field) {
            spellings.entry(value).or_insert((0, at)).0 += 1;
        }
    }
    let mut codes: BTreeMap<String, Vec<(&str, u64, usize)>> = BTreeMap::new();
    for (spelling, (count, first)) in spellings {
        codes.entry(fold(spelling)).or_default().push((spelling, count, first));
    }
    let mut chosen: HashMap<String, String> = HashMap::new();
    let (mut added, mut doubled) = (Vec::new(), Vec::new());
    for spellings in codes.values_mut() {
        spellings.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let code = spellings[0].0;
        if !intake.readers[field].knows(code) {
            let first = spellings.iter().map(|spelling| spelling.2).min().unwrap_or(0);
            added.push((first, code.chars().count()));
        }
        for (spelling, _, first) in &spellings[1..] {
            chosen.insert((*spelling).to_owned(), code.to_owned());
            doubled.push((*first, spelling.chars().count()));
        }
    }
    for (check, mut found) in [("added_code", added), ("two_spellings", doubled)] {
        found.sort_unstable();
        for (at, length) in found {
            let recording = &intake.recordings[at];
            intake.tally.note(check, Some(field), Some(length), || place(recording));
        }
    }
    if chosen.is_empty() {
        return;
    }
    for recording in &mut intake.recordings {
        let values = recording.values.expose_identified();
        if let Some(code) = values.get(field).and_then(|value| chosen.get(value)) {
            recording.values = Identified::new(values.with(field, code));
        }
    }
}

/// References in their canonical form.
struct Keys<'s> {
    source: &'s Source,
}

impl<'s> Keys<'s> {
    const fn of(source: &'s Source) -> Self {
        Self { source }
    }

    /// The canonical form.
    fn of_field(&self, field: usize, recording: &Recording) -> String {
        let fold = self.source.fields[field].fold.unwrap_or(true);
        let written = recording.values.expose_identified().get(field).unwrap_or_default();
        reference::canonical(written, fold)
    }

    /// Whether two references are one only because letter case is no difference.
    fn differ_in_letters(&self, field: usize, one: &Recording, other: &Recording) -> bool {
        let [one, other] =
            [one, other].map(|recording| recording.values.expose_identified().get(field).unwrap_or_default());
        reference::canonical(one, false) != reference::canonical(other, false)
            && one.to_uppercase() == other.to_uppercase()
    }

    /// Whether two rows say the same, however they spell their references.
    fn alike(&self, one: &Recording, other: &Recording) -> bool {
        let pairs = one.values.expose_identified().iter().zip(other.values.expose_identified().iter());
        let mut pairs = pairs.zip(&self.source.fields).enumerate();
        pairs.all(|(at, ((value, same), field))| {
            let has_no_column = |recording: &Recording| recording.absent.contains(&at);
            value == same
                || has_no_column(one)
                || has_no_column(other)
                || (field.fold.is_some() && value.is_some() == same.is_some())
                    && self.of_field(at, one) == self.of_field(at, other)
        })
    }
}

/// Each case once: the same row again is dropped; of different rows the later is taken, and where no date tells, the last. What
/// a row has no column for is kept from the other, and rules are asked about both together.
fn one_each(intake: &mut Intake<'_>) {
    let case = intake.source.position(&intake.source.case).unwrap_or(0);
    let keys = Keys::of(intake.source);
    let recordings = std::mem::take(&mut intake.recordings);
    let mut places: HashMap<String, usize> = HashMap::with_capacity(recordings.len());
    let mut kept: Vec<Recording> = Vec::with_capacity(recordings.len());
    let mut completed: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for recording in recordings {
        let key = keys.of_field(case, &recording);
        match places.get(&key) {
            None => {
                places.insert(key, kept.len());
                kept.push(recording);
            }
            Some(&at) => {
                if kept[at].absent != recording.absent {
                    let said = [&kept[at], &recording].into_iter().flat_map(|row| intake.broken(row));
                    completed.entry(at).or_default().extend(said);
                }
                again(intake, &keys, &mut kept[at], recording);
            }
        }
    }
    intake.recordings = kept;
    keep_rules(intake, &completed);
}

/// A case that comes again.
fn again(intake: &mut Intake<'_>, keys: &Keys<'_>, kept: &mut Recording, mut recording: Recording) {
    if keys.alike(kept, &recording) {
        kept.complete_from(&recording);
        intake.skip("exact_duplicate");
        return;
    }
    if state::is_other_person(keys.source, kept, &recording) {
        intake.tally.note("other_person", None, None, || place(&recording));
        if intake.tally.level("other_person", None) != Level::Warn {
            intake.reject(place(&recording), "other_person");
            return;
        }
    }
    let case = keys.source.position(&keys.source.case).unwrap_or(0);
    if keys.differ_in_letters(case, kept, &recording) {
        intake.tally.note("reference_differs_in_case", None, None, || place(&recording));
    }
    intake.tally.note("repeated_case", None, None, || place(&recording));
    recording.complete_from(kept);
    kept.complete_from(&recording);
    match state::later(keys.source, kept, &recording) {
        Some(true) => {
            intake.tally.note("later_row_earlier", None, None, || place(&recording));
            intake.skip("superseded_by_later_date");
            return;
        }
        Some(false) => {}
        None => intake.tally.note("undecided_case", None, None, || place(&recording)),
    }
    intake.skip("superseded_by_later_row");
    *kept = recording;
}

/// Asks the rules about rows that were completed from others; what each broke alone was said.
fn keep_rules(intake: &mut Intake<'_>, completed: &BTreeMap<usize, BTreeSet<&str>>) {
    let mut left_out = BTreeSet::new();
    for (at, said) in completed {
        let row = intake.recordings[*at].clone();
        for rule in intake.broken(&row).into_iter().filter(|rule| !said.contains(rule)) {
            intake.tally.note(rule, None, None, || place(&row));
            if intake.tally.level(rule, None) != Level::Warn && left_out.insert(*at) {
                intake.reject(place(&row), rule);
            }
        }
    }
    let mut at = 0..;
    intake.recordings.retain(|_| at.next().is_none_or(|at| !left_out.contains(&at)));
}

/// References that are one but for zeros in front, which a spreadsheet takes off: of cases of one person, and of families. The ones
/// with fewer zeros are said.
fn lost_zeros(intake: &mut Intake<'_>) {
    let source = intake.source;
    let case = source.position(&source.case).unwrap_or(0);
    let family = source.family.as_deref().and_then(|family| source.position(family));
    for field in [Some(case), family].into_iter().flatten() {
        let keys = Keys::of(source);
        let value = |recording: &Recording| keys.of_field(field, recording);
        let bare =
            |reference: &str| Some(reference::without_zeros(reference).to_owned()).filter(|bare| !bare.is_empty());
        // The most zeros of each; few have any.
        let mut whole: HashMap<String, (usize, usize)> = HashMap::new();
        for (at, recording) in intake.recordings.iter().enumerate() {
            let written = recording.values.expose_identified().get(field).unwrap_or_default();
            if !written.contains('0') {
                continue;
            }
            let reference = value(recording);
            if let Some(bare) = bare(&reference).filter(|bare| bare.len() < reference.len()) {
                let most = whole.entry(bare).or_insert((reference.len(), at));
                *most = (*most).max((reference.len(), at));
            }
        }
        if whole.is_empty() {
            continue;
        }
        for recording in &intake.recordings {
            let reference = value(recording);
            let Some((most, other)) = bare(&reference).and_then(|bare| whole.get(&bare)) else { continue };
            let is_one = || field != case || state::is_same_person(source, recording, &intake.recordings[*other]);
            if reference.len() < *most && is_one() {
                intake.tally.note("zeros_lost", Some(field), None, || place(recording));
            }
        }
    }
}

/// Different cases that agree in everything that a rule names.
fn near_duplicates(intake: &mut Intake<'_>) {
    for rule in &intake.source.rules {
        let RuleKind::NearDuplicate { fields } = &rule.kind else {
            continue;
        };
        let positions: Vec<usize> = fields.iter().filter_map(|field| intake.source.position(field)).collect();
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        for (at, recording) in intake.recordings.iter().enumerate() {
            let values = recording.values.expose_identified();
            let key: Option<Vec<String>> = positions.iter().map(|position| values.get(*position).map(fold)).collect();
            let Some(key) = key else {
                continue;
            };
            // Both places are listed, so that a person finds the two and decides.
            match seen.get(&key) {
                None => {
                    seen.insert(key, at);
                }
                Some(&first) => {
                    intake.tally.note(&rule.name, None, None, || place(&intake.recordings[first]));
                    intake.tally.note(&rule.name, None, None, || place(recording));
                }
            }
        }
    }
}

fn filled(intake: &Intake<'_>) -> Vec<FieldReport> {
    let mut reports: Vec<FieldReport> = intake
        .source
        .fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let responses = (field.kind == Kind::Multi).then_some(0);
            let reasons = MISSING.iter().zip(intake.missing[at]).filter(|(_, count)| *count > 0);
            let missing = reasons.map(|(reason, count)| ((*reason).to_owned(), count)).collect();
            let (respelled, evidence) = (intake.respelled[at], intake.evidence[at].clone());
            FieldReport { field: field.name.clone(), responses, respelled, evidence, missing, ..FieldReport::default() }
        })
        .collect();
    for recording in &intake.recordings {
        for (report, value) in reports.iter_mut().zip(recording.values.expose_identified().iter()) {
            match value {
                Some(value) => {
                    report.filled += 1;
                    if let Some(responses) = &mut report.responses {
                        *responses += value.split(';').count() as u64;
                    }
                }
                None => report.blank += 1,
            }
        }
    }
    reports
}

fn place(recording: &Recording) -> Place {
    let origin = &recording.origin;
    Place { file: origin.file.to_string(), sheet: origin.sheet.to_string(), row: origin.row, column: None }
}
