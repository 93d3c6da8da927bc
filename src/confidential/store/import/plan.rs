//! What an import would do. Comes in: a batch, the store as it is. Goes out: the cases to store and to update, and the rows that
//! change nothing, each with its reason. Deliberately absent: writing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use hmac::{Hmac, KeyInit, Mac};
use model::config::rule::Rule;
use model::config::source::Level;
use rusqlite::{Connection, params};
use sha2::Sha256;

use crate::identified::Identified;
use crate::ingest::Recording;
use crate::ingest::reference::without_zeros;
use crate::ingest::rules::Rules;
use crate::ingest::state::{is_other_person, is_same_person, later};
use crate::store::StoreError;
use crate::store::import::families::Families;
use crate::store::import::known::{Frozen, Known, KnownCases, frozen, known_cases, last_day};
use crate::store::import::layout::{Layout, Read, Stored};
use crate::store::import::otherwise::{Facts, are_many, under_another_reference};
use crate::store::import::{Batch, ImportOutcome};
use crate::store::keys::KEY_BYTES;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Store,
    Update,
}

/// A recording that changes the store.
pub(super) struct Change<'a> {
    pub(super) recording: Cow<'a, Recording>,
    pub(super) act: Act,
    pub(super) id: i64,
    /// The canonical form.
    pub(super) case_key: String,
    pub(super) family: Option<i64>,
    pub(super) dates: [Option<String>; 2],
    pub(super) counted: [Option<i32>; 2],
    pub(super) content: [u8; 16],
    /// The day of its opening.
    pub(super) first_day: Option<i32>,
}

/// A file of the batch: its digest, and a digest of what was read from it.
pub(super) struct ReadFile {
    pub(super) digest: String,
    pub(super) content: Hmac<Sha256>,
    pub(super) known: bool,
}

pub(super) struct Plan<'a> {
    pub(super) changes: Vec<Change<'a>>,
    pub(super) files: BTreeMap<&'a str, (ReadFile, Vec<u8>)>,
    pub(super) outcome: ImportOutcome,
    /// Whether nothing may be stored.
    pub(super) stops: bool,
}

/// Decides what becomes of every recording.
pub(super) fn plan<'a>(
    connection: &Connection,
    key: &[u8; KEY_BYTES],
    batch: Batch<'a>,
) -> Result<Plan<'a>, StoreError> {
    let layout = Layout::of(batch.source)?;
    let read = batch.recordings.iter().map(|recording| layout.read(key, Cow::Borrowed(recording)));
    let mut read = read.collect::<Result<Vec<_>, _>>()?;
    let files = read_files(connection, key, batch, &read)?;
    // In order of reference, so that the order of rows in an export shows nowhere in the store, and so that the index
    // grows at its end. Several recordings of one case stay in the order read.
    read.sort_by(|one, other| one.case_key.cmp(&other.case_key));
    let KnownCases { by_reference: known, last_day: last_stored } = known_cases(connection, batch.source)?;
    let zeros =
        known.iter().map(|(key, case)| (without_zeros(key), case.id)).filter(|(key, _)| !key.is_empty()).collect();
    let last_read = last_day(read.iter().flat_map(|row| row.days).flatten().collect());
    let mut planner = Planner {
        key,
        batch,
        layout,
        rules: Rules::new(batch.source, batch.codes),
        frozen: frozen(connection, &batch.source.name, batch.today_month)?,
        stored: Stored::of(connection, batch.source)?,
        zeros,
        families: Families::of(connection, key),
        next_id: connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM cases", [], |row| row.get(0))?,
        knows_later_days: last_read > last_stored,
        seen: HashSet::new(),
        facts: Facts::of(batch.source),
        forward: 0,
        back: Vec::new(),
        plan: Plan { changes: Vec::new(), files, outcome: ImportOutcome::default(), stops: false },
    };
    // What was planned last is the only one that the next may be about again.
    let mut last: Option<Known> = None;
    for row in read {
        let changed = planner.plan.changes.last();
        let again = last.as_ref().filter(|_| changed.is_some_and(|change| change.case_key == row.case_key));
        let now = match again.or_else(|| known.get(&row.case_key)) {
            None => planner.new_case(row)?,
            Some(old) => planner.known_case(row, old, again.is_some())?,
        };
        last = now.or(last);
    }
    planner.go_back()?;
    planner.look_at_all(&known)?;
    Ok(planner.plan.finished())
}

/// An import on its way.
struct Planner<'p, 'a> {
    key: &'p [u8; KEY_BYTES],
    batch: Batch<'a>,
    layout: Layout<'a>,
    rules: Rules<'a>,
    frozen: Frozen,
    stored: Stored<'p>,
    /// Cases of the store whose references are numbers, by these without the zeros in front.
    zeros: HashMap<&'p str, i64>,
    families: Families<'p>,
    next_id: i64,
    /// Whether the import has days of which the store knows nothing yet.
    knows_later_days: bool,
    /// Stored cases of which the import says something.
    seen: HashSet<i64>,
    facts: Facts,
    /// Rows with a later state than the stored one.
    forward: usize,
    /// Those with an earlier one.
    back: Vec<(Merged<'a>, Known)>,
    plan: Plan<'a>,
}

/// A row with what is kept of the stored case.
struct Merged<'a> {
    row: Read<'a>,
    /// How its family was kept.
    kept: Option<Kept>,
    /// Rules that the row alone keeps.
    broken: Vec<&'a Rule>,
    /// Facts that the row says otherwise than the store.
    differing: Vec<usize>,
}

/// Why the family of a stored case stays, where a row says another.
enum Kept {
    Blank,
    ZerosLost,
}

impl<'a> Planner<'_, 'a> {
    /// A case that the store does not have; gives what it will have then.
    fn new_case(&mut self, row: Read<'a>) -> Result<Option<Known>, StoreError> {
        if self.plan.files[&*row.recording.origin.file].0.known {
            // Whoever is not there any more was erased.
            self.plan.outcome.unchanged += 1;
            return Ok(None);
        }
        let person = match self.zeros.get(without_zeros(&row.case_key)) {
            Some(other) => is_same_person(self.batch.source, &self.stored.recording(*other)?, &row.recording),
            None => false,
        };
        if person || self.family_lost_zeros(&row)? {
            self.lost_zeros(&row);
        }
        let counted = row.months.map(|month| month.map(|month| self.frozen.counted(month)));
        self.plan.outcome.stored += 1;
        let now = self.change(row, (Act::Store, self.next_id), counted, [None; 2]);
        self.next_id += 1;
        Ok(Some(now))
    }

    fn lost_zeros(&mut self, row: &Read<'_>) {
        self.plan.outcome.zeros.push(row.recording.origin.clone());
        self.plan.stops |= self.batch.source.level("zeros_lost") != Level::Warn;
    }

    /// Whether the family of a row is new, and one of the store but for zeros in front.
    fn family_lost_zeros(&mut self, row: &Read<'_>) -> Result<bool, StoreError> {
        match self.layout.family_reference(&row.recording).filter(|_| !self.batch.replace) {
            Some(reference) => self.families.lost_zeros(&reference),
            None => Ok(false),
        }
    }

    /// A case that the store has, or that the row before was about (`again`); gives what it will have then, where it changes.
    fn known_case(&mut self, row: Read<'a>, old: &Known, again: bool) -> Result<Option<Known>, StoreError> {
        // Of two rows of one case the one read last decides.
        if let Some((last, _)) = self.back.pop_if(|(last, _)| last.row.case_key == row.case_key) {
            self.plan.outcome.older.push(last.row.recording.origin.clone());
        }
        self.seen.insert(old.id);
        if old.content == row.content {
            self.plan.outcome.unchanged += 1;
            self.facts.take(&row.recording, &[]);
            return Ok(None);
        }
        let before = match self.plan.changes.last().filter(|_| again) {
            Some(change) => change.recording.clone().into_owned(),
            None => self.stored.recording(old.id)?,
        };
        let source = self.batch.source;
        // By what the row itself says: what is kept from the stored case is the stored person's. Of somebody else's case
        // nobody can say which state is the later.
        let is_other = is_other_person(source, &before, &row.recording);
        let is_taken = !is_other || source.level("other_person") == Level::Warn;
        let mut merged = self.merged(row, &before, is_other)?;
        if !again && !is_other && !self.batch.replace {
            merged.differing = self.facts.differing(&before, &merged.row.recording);
        }
        if is_taken && old.content == merged.row.content {
            self.plan.outcome.unchanged += 1;
            self.facts.take(&merged.row.recording, &[]);
            self.say(&merged);
            return Ok(None);
        }
        match later(source, &before, &merged.row.recording).filter(|_| is_taken && !self.batch.replace) {
            Some(true) if again => {
                self.plan.outcome.older.push(merged.row.recording.origin.clone());
                return Ok(None);
            }
            Some(true) => {
                self.back.push((merged, *old));
                return Ok(None);
            }
            Some(false) => self.forward += 1,
            None => {}
        }
        if is_other {
            let level = source.level("other_person");
            self.plan.outcome.others.push(merged.row.recording.origin.clone());
            self.plan.stops |= level == Level::Stop;
            if level != Level::Warn {
                self.leave_out("other_person");
                return Ok(None);
            }
        }
        self.update(merged, old)
    }

    /// Rows with an earlier state than the stored one, as of cases that were opened again: they hold where the import as a whole
    /// is newer than the store, which is where it knows later days and moves as many cases forward as back.
    fn go_back(&mut self) -> Result<(), StoreError> {
        let is_newer = self.knows_later_days && self.back.len() <= self.forward + self.plan.outcome.stored;
        for (merged, old) in std::mem::take(&mut self.back) {
            let origin = merged.row.recording.origin.clone();
            if !is_newer {
                self.plan.outcome.older.push(origin);
            } else if self.update(merged, &old)?.is_some() {
                self.plan.outcome.back.push(origin);
            }
        }
        Ok(())
    }

    /// What only the whole import tells: cases that the store has under other references, facts that change in many cases, and
    /// open cases of which nothing is said any more.
    fn look_at_all(&mut self, known: &HashMap<String, Known>) -> Result<(), StoreError> {
        let source = self.batch.source;
        let unseen = known.iter().filter(|(_, case)| !self.seen.contains(&case.id));
        let unseen: HashMap<&str, &Known> = unseen.map(|(key, case)| (key.as_str(), case)).collect();
        let found = under_another_reference(source, &mut self.stored, &unseen, &self.plan.changes)?;
        let is_respelled = are_many(found.len(), self.plan.outcome.stored);
        let rows = found.into_iter().map(|at| self.plan.changes[at].recording.origin.clone()).collect();
        if is_respelled {
            self.plan.outcome.respelled = rows;
            self.plan.stops |= source.level("stored_under_other_references") != Level::Warn;
        } else {
            self.plan.outcome.perhaps_stored = rows;
        }
        let facts = std::mem::replace(&mut self.facts, Facts::of(source));
        let changed = facts.many().map(|(at, rows)| (source.fields[at].name.clone(), rows));
        self.plan.outcome.facts_changed = changed.collect();
        self.plan.stops |= !self.plan.outcome.facts_changed.is_empty() && source.level("facts_changed") != Level::Warn;
        self.plan.outcome.open_unseen = self.open_unseen(known, &unseen);
        Ok(())
    }

    /// How many stored cases are open, where the import knows later days and closings and has none of them: it lists other cases
    /// than those before it, and nobody hears of their closings.
    fn open_unseen(&self, known: &HashMap<String, Known>, unseen: &HashMap<&str, &Known>) -> usize {
        const FEWEST: usize = 5;
        let Some(closed) = self.layout.closed() else { return 0 };
        let knows_closings = self.batch.recordings.iter().any(|row| !row.absent.contains(&closed));
        let is_open = |case: &&Known| case.months[1].is_none();
        let open = known.values().filter(is_open).count();
        let none_seen = open == unseen.values().copied().filter(is_open).count();
        if self.knows_later_days && knows_closings && none_seen && open >= FEWEST { open } else { 0 }
    }

    /// A row with what the stored case says of fields for which its file has no column, and of a family that a row which is
    /// the same person's leaves blank or gives without its zeros.
    fn merged(&self, row: Read<'a>, before: &Recording, is_other: bool) -> Result<Merged<'a>, StoreError> {
        let kept = if is_other || self.batch.replace { None } else { self.kept(&row.recording, before) };
        if row.recording.absent.is_empty() && kept.is_none() {
            return Ok(Merged { row, kept, broken: Vec::new(), differing: Vec::new() });
        }
        let of = |recording: &Recording| {
            recording.values.expose_identified().iter().map(|value| value.map(str::to_owned)).collect::<Vec<_>>()
        };
        let known =
            self.rules.broken(&of(&row.recording), &row.recording.absent).map(|rule| &rule.name).collect::<Vec<_>>();
        let mut recording = row.recording.into_owned();
        recording.keep_from(|at| before.values.expose_identified().get(at));
        // What an earlier file had a column for, and left blank, is blank.
        recording.absent = recording.absent.iter().copied().filter(|at| before.absent.contains(at)).collect();
        if let (Some(_), Some(at)) = (&kept, self.layout.family) {
            let values = recording.values.expose_identified();
            let family = before.values.expose_identified().get(at).unwrap_or_default();
            recording.values = Identified::new(values.with(at, family));
        }
        let broken = self.rules.broken(&of(&recording), &[]).filter(|rule| !known.contains(&&rule.name)).collect();
        let row = self.layout.read(self.key, Cow::Owned(recording))?;
        Ok(Merged { row, kept, broken, differing: Vec::new() })
    }

    fn kept(&self, recording: &Recording, before: &Recording) -> Option<Kept> {
        let at = self.layout.family?;
        let stored = self.layout.family_reference(before)?;
        match self.layout.family_reference(recording) {
            None if recording.absent.contains(&at) => None,
            None => Some(Kept::Blank),
            Some(said) => {
                (said != stored && !without_zeros(&said).is_empty() && without_zeros(&said) == without_zeros(&stored))
                    .then_some(Kept::ZerosLost)
            }
        }
    }

    /// Says how the family of a row was kept.
    fn say(&mut self, merged: &Merged<'_>) {
        match merged.kept {
            Some(Kept::Blank) => self.plan.outcome.blank_families.push(merged.row.recording.origin.clone()),
            Some(Kept::ZerosLost) => self.lost_zeros(&merged.row),
            None => {}
        }
    }

    fn leave_out(&mut self, check: &str) {
        *self.plan.outcome.left_out.entry(check.to_owned()).or_default() += 1;
    }

    /// Plans a new state of a case, unless a rule is against it.
    fn update(&mut self, merged: Merged<'a>, old: &Known) -> Result<Option<Known>, StoreError> {
        self.say(&merged);
        let Merged { row, kept, broken, differing } = merged;
        for rule in &broken {
            self.plan.outcome.broken.entry(rule.name.clone()).or_default().push(row.recording.origin.clone());
            self.plan.stops |= self.batch.source.level(&rule.name) == Level::Stop;
        }
        if let Some(rule) = broken.iter().find(|rule| self.batch.source.level(&rule.name) != Level::Warn) {
            self.leave_out(&rule.name);
            return Ok(None);
        }
        if kept.is_none() && self.family_lost_zeros(&row)? {
            self.lost_zeros(&row);
        }
        self.facts.take(&row.recording, &differing);
        let counted = [0, 1].map(|at| self.frozen.recounted(row.months[at], old.months[at], old.counted[at]));
        self.plan.outcome.updated += 1;
        Ok(Some(self.change(row, (Act::Update, old.id), counted, old.counted)))
    }

    /// Plans a change; gives what the store will have then.
    fn change(
        &mut self,
        row: Read<'a>,
        (act, id): (Act, i64),
        counted: [Option<i32>; 2],
        was: [Option<i32>; 2],
    ) -> Known {
        let Read { recording, case_key, months, days: [first_day, _], content } = row;
        self.plan.outcome.late += usize::from((0..2).any(|at| counted[at] != months[at] && counted[at] != was[at]));
        let (family, dates) = (self.layout.family(self.key, &recording), self.layout.dates(&recording));
        self.plan.changes.push(Change { recording, act, id, case_key, family, dates, counted, content, first_day });
        Known { id, content, months, counted, first_day }
    }
}

impl Plan<'_> {
    fn finished(mut self) -> Self {
        let ImportOutcome {
            older,
            back,
            others,
            zeros,
            blank_families,
            respelled,
            perhaps_stored,
            broken,
            facts_changed,
            ..
        } = &mut self.outcome;
        let rows = [older, back, others, zeros, blank_families, respelled, perhaps_stored];
        for places in rows.into_iter().chain(broken.values_mut()).chain(facts_changed.values_mut()) {
            // In the order of the files' rows, which says nothing of a reference.
            places.sort_by(|one, other| (&one.file, &one.sheet, one.row).cmp(&(&other.file, &other.sheet, other.row)));
        }
        self.outcome.already_imported =
            self.changes.is_empty() && !self.files.is_empty() && self.files.values().all(|(file, _)| file.known);
        self
    }
}

/// The files of the batch, and which of them were imported before and read as they did then. (A file that reads
/// otherwise, because a code list was corrected, is a new import.)
fn read_files<'a>(
    connection: &Connection,
    key: &[u8; KEY_BYTES],
    batch: Batch<'a>,
    read: &[Read<'_>],
) -> Result<BTreeMap<&'a str, (ReadFile, Vec<u8>)>, StoreError> {
    let mut files: BTreeMap<&str, ReadFile> = BTreeMap::new();
    for (name, digest) in batch.digests {
        let content = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
        let file = files.entry(name).or_insert_with(|| ReadFile { digest: String::new(), content, known: false });
        // Two files of one name in two folders are one thing here.
        file.digest.push_str(digest);
    }
    for Read { recording, content, .. } in read {
        let name = &*recording.origin.file;
        let file = files.get_mut(name).ok_or_else(|| StoreError::NoDigest { file: name.to_owned() })?;
        file.content.update(content);
    }
    let sql = "SELECT 1 FROM import_files JOIN imports ON imports.id = import JOIN sources ON sources.id = source
               WHERE digest = ?1 AND content = ?2 AND sources.name = ?3";
    let mut statement = connection.prepare(sql)?;
    let mut known = BTreeMap::new();
    for (name, mut file) in files {
        let content = file.content.clone().finalize().into_bytes().to_vec();
        file.known = statement.exists(params![file.digest, content, batch.source.name])?;
        known.insert(name, (file, content));
    }
    Ok(known)
}
