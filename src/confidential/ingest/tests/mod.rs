//! Ingest from outside: exports of `fixtures/ingest`, read by the source that ships with `config/advice`.

mod casework;
mod doubts;
mod faults;
mod kinds;
mod made;
mod proposals;
mod second_reader;
mod traits;
mod workbooks;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use model::config::{CodeList, Document, Source};
use model::period::Calendar;

use crate::ingest::{IngestError, Reading, read};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture(path: &str) -> PathBuf {
    root().join("fixtures/ingest").join(path)
}

fn configured(template: &str, name: &str) -> (Source, BTreeMap<String, CodeList>) {
    let folder = root().join("config").join(template);
    let mut codes = BTreeMap::new();
    for entry in fs::read_dir(folder.join("codes")).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
        let document = Document::new(&stem, &fs::read_to_string(&path).expect("a code list"));
        codes.insert(stem, CodeList::read(&document, Calendar { year_starts_in: 4 }).expect("a sound code list"));
    }
    let text = fs::read_to_string(folder.join(format!("sources/{name}.toml"))).expect("a source");
    let source = Source::read(name, &Document::new(name, &text), &codes).expect("a sound source");
    (source, codes)
}

/// The shipped source, in Britain; a fixture of three rows may lose one.
fn advice() -> (Source, BTreeMap<String, CodeList>) {
    let (mut source, codes) = configured("advice", "cases");
    source.dates.zone = Some("Europe/London".to_owned());
    source.reject_at_most = 1.0;
    (source, codes)
}

fn attempt(path: &str) -> Result<Reading, IngestError> {
    let (source, codes) = advice();
    read(&[fixture(path)], &source, &codes, &|_| {})
}

/// A fixture as read; whatever was odd, its rows add up.
fn taken(path: &str) -> Taken {
    let reading = attempt(path).expect(path);
    assert!(reading.report.adds_up(), "{path}: {:?}", reading.report.rows);
    Taken { reading, source: advice().0 }
}

struct Taken {
    reading: Reading,
    source: Source,
}

impl Taken {
    /// A field of every recording; `-` where blank.
    fn column(&self, field: &str) -> Vec<&str> {
        let at = self.source.position(field).expect(field);
        let values = self.reading.recordings.iter().map(|recording| recording.values.expose_identified());
        values.map(|values| values.get(at).unwrap_or("-")).collect()
    }

    /// Times that a check was noted, in all fields.
    fn times(&self, check: &str) -> u64 {
        self.reading.report.checks.iter().filter(|found| found.check == check).map(|found| found.count).sum()
    }

    /// The first place of a check, without the file.
    fn place(&self, check: &str) -> String {
        let found = self.reading.report.checks.iter().find(|found| found.check == check).expect(check);
        let place = found.first[0].place.to_string();
        place.split_once(", ").map_or(place.clone(), |(_, rest)| rest.to_owned())
    }

    fn skipped(&self, reason: &str) -> u64 {
        self.reading.report.rows.skipped.get(reason).copied().unwrap_or(0)
    }

    fn rejected(&self, check: &str) -> u64 {
        self.reading.report.rows.rejected.get(check).copied().unwrap_or(0)
    }
}
