//! Invented people in a store, and their identifiers put into the files of releases in every dress. Comes in: a number of
//! people. Goes out: a referee that knows them, and texts that name one of them.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use confidential::Identified;
use confidential::ingest::{Origin, Recording, Values};
use confidential::referee::Referee;
use confidential::store::Store;
use confidential::store::import::Batch;
use confidential::store::keys::{self, WorkFactor};
use model::config::source::{Class, Dates, Field, Kind, Source, Unknown};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::base::Dice;

const FIRST: [&str; 20] = [
    "May",
    "Grace",
    "Hope",
    "Rose",
    "April",
    "June",
    "Summer",
    "Faith",
    "Holly",
    "Dale",
    "Jane",
    "Oluwaseun",
    "Zoë",
    "Siân",
    "Mehmet",
    "Katarzyna",
    "Thandiwe",
    "Björn",
    "Aoife",
    "Rhys",
];
const SYLLABLES: [&str; 24] = [
    "ab", "bel", "cro", "dun", "el", "far", "gor", "hal", "is", "jor", "kes", "lan", "mor", "nes", "or", "pen", "qui",
    "ros", "sel", "tor", "un", "vel", "wy", "zan",
];
/// Every tenth family is called like a place or a month.
const ORDINARY: [&str; 8] = ["Stafford", "Young", "West", "Marsh", "Summer", "Dale", "Chase", "Wood"];

/// One of the store's people, by field.
pub struct Person {
    pub fields: Vec<String>,
}

const FIELDS: [(&str, Kind); 7] = [
    ("case_ref", Kind::Text),
    ("family_ref", Kind::Text),
    ("parent_name", Kind::Text),
    ("child_dob", Kind::Date),
    ("postcode", Kind::Postcode),
    ("phone", Kind::Text),
    ("email", Kind::Text),
];

/// Invents people.
pub fn invent(count: usize, seed: u64) -> Vec<Person> {
    let mut dice = Dice::new(seed);
    (0..count).map(|at| person(at, &mut dice)).collect()
}

fn person(at: usize, dice: &mut Dice) -> Person {
    let first = *dice.pick(&FIRST);
    let surname = if at.is_multiple_of(10) {
        (*dice.pick(&ORDINARY)).to_owned()
    } else {
        let mut name: String = (0..3).map(|_| *dice.pick(&SYLLABLES)).collect();
        name[..1].make_ascii_uppercase();
        name
    };
    let (one, two) = (dice.below(26) as u8, dice.below(26) as u8);
    let letters = [b'A' + one, b'A' + two].map(char::from);
    let fields = vec![
        format!("PPS-2026-{:05}", at + 10_000),
        format!("F{:06}", at + 100_000),
        format!("{first} {surname}"),
        format!("20{:02}-{:02}-{:02}", 6 + dice.below(14), 1 + dice.below(12), 1 + dice.below(28)),
        format!("ZZ{} {}{}{}", 10 + dice.below(80), dice.below(10), letters[0], letters[1]),
        format!("07700 9{:05}", at % 100_000),
        format!("{}.{at}@example.org", surname.to_lowercase()),
    ];
    Person { fields }
}

fn source() -> Source {
    let field = |&(name, kind): &(&str, Kind)| Field {
        name: name.to_owned(),
        columns: vec![name.to_owned()],
        kind,
        class: Class::Direct,
        required: false,
        codes: None,
        unknown: Unknown::Stop,
        aliases: BTreeMap::new(),
        blanks: Vec::new(),
        pad: None,
        fill_down: false,
        former: BTreeMap::new(),
        review: BTreeMap::new(),
        separators: Vec::new(),
        rest: None,
        fold: None,
        colon: None,
        number: None,
    };
    Source {
        name: "advice".to_owned(),
        label: "Advice".to_owned(),
        case: "case_ref".to_owned(),
        family: Some("family_ref".to_owned()),
        events: BTreeMap::new(),
        without_closing: model::config::source::WithoutClosing::default(),
        fields: FIELDS.iter().map(field).collect(),
        ignore: Vec::new(),
        checks: BTreeMap::new(),
        reject_at_most: 0.0,
        deleted: None,
        later: Vec::new(),
        dates: Dates {
            first: "1900-01-01".to_owned(),
            last: "2099-12-31".to_owned(),
            two_digit_from: 1930,
            placeholders: Vec::new(),
            order: None,
            zone: None,
        },
        footnotes: Vec::new(),
        rules: Vec::new(),
        totals: Vec::new(),
    }
}

/// A referee that knows `people`, through a store.
pub fn referee(people: &[Person], vocabulary: &[String]) -> Referee {
    let source = source();
    let recordings: Vec<Recording> = people
        .iter()
        .map(|person| Recording {
            values: Identified::new(Values::of(person.fields.iter().map(Some))),
            origin: Origin { file: "a.csv".into(), ..Origin::default() },
            absent: [].into(),
        })
        .collect();
    let home = tempfile::tempdir().expect("a temporary folder");
    let key = keys::create(&home.path().join("k"), "p", WorkFactor::ForTests).expect("a key");
    let mut store = Store::create(&home.path().join("s"), &key).expect("a store");
    let digests = [("a.csv".to_owned(), "d".to_owned())];
    store
        .import(Batch {
            source: &source,
            codes: &BTreeMap::new(),
            recordings: &recordings,
            digests: &digests,
            today_month: None,
            replace: false,
        })
        .expect("an import");
    Referee::new(&store, &[("advice".to_owned(), source)].into(), vocabulary).expect("a referee")
}

/// How an identifier can be dressed inside a text.
pub const DRESSES: [&str; 9] =
    ["plain", "capitals", "entities", "percent", "soft hyphens", "base64", "hexadecimal", "two bytes", "comment"];

/// The bytes that say `word` in a dress.
pub fn dressed(word: &str, dress: &str) -> Vec<u8> {
    match dress {
        "capitals" => word.to_uppercase().into_bytes(),
        "entities" => word.chars().map(|letter| format!("&#{};", u32::from(letter))).collect::<String>().into_bytes(),
        "percent" => word.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>().into_bytes(),
        "soft hyphens" => word.chars().map(|letter| format!("{letter}\u{AD}")).collect::<String>().into_bytes(),
        "base64" => base64(format!("about {word} today").as_bytes()).into_bytes(),
        "hexadecimal" => {
            format!("about {word} today").bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
        }
        "two bytes" => format!("\0 {word} ").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "comment" => format!("<!-- {word} -->").into_bytes(),
        _ => word.as_bytes().to_vec(),
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(three);
        out.extend((0..=chunk.len()).map(|at| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63])));
    }
    out
}

/// Files that carry a text: their names and how it is carried.
pub const FORMATS: [&str; 8] = ["csv", "html", "svg", "json", "xlsx", "ods", "png", "name"];

/// A file of the format around the bytes of an identifier; `plain` is the same for people.
pub fn file(format: &str, word: &[u8], plain: &str) -> (String, Vec<u8>) {
    let around = |before: &str, after: &str| [before.as_bytes(), word, after.as_bytes()].concat();
    match format {
        "html" => {
            ("index.html".into(), around("<!DOCTYPE html><html><body><p>Seen: ", " and so on.</p></body></html>"))
        }
        "svg" => ("charts/t02.svg".into(), around("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>", "</desc></svg>")),
        "json" => ("data/t02-metadata.json".into(), around("{\"url\": \"", "\"}")),
        "xlsx" => ("tables.xlsx".into(), zipped("xl/sharedStrings.xml", &around("<sst><si><t>", "</t></si></sst>"))),
        "ods" => {
            ("tables.ods".into(), zipped("content.xml", &around("<office:body><text:p>", "</text:p></office:body>")))
        }
        "png" => ("charts/t02.png".into(), picture(word)),
        "name" => (format!("data/{plain}.csv"), b"place,value,symbol\n".to_vec()),
        _ => ("data/t02.csv".into(), around("place,value,symbol\n", ",7,\n")),
    }
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).expect("a part can be added");
    archive.write_all(bytes).expect("a part can be written");
    archive.finish().expect("an archive can be closed").into_inner()
}

fn picture(text: &[u8]) -> Vec<u8> {
    let body = [b"Comment\0".as_slice(), text].concat();
    let length = u32::try_from(body.len()).expect("a short text").to_be_bytes();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &length, b"tEXt", &body, &[0; 4]].concat()
}
