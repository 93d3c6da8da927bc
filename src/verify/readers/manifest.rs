//! Reads `release.json` as a stranger's: everything in it is a claim. Comes in: bytes. Goes out: the manifest, and each key
//! that this program does not know or that stands twice. Deliberately absent: whether what it says is so.
//!
//! Keys are looked for while the text is read and nothing of them is kept, so neither depth nor size hides one.

use std::collections::BTreeSet;
use std::fmt;

use model::Manifest;
use model::manifest::without_mark;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A manifest as read.
#[derive(Debug)]
pub struct Read {
    /// What it says.
    pub manifest: Manifest,
    /// Keys beyond those that are understood, with their places: a foreign release may state, say, how it was sampled.
    pub not_understood: Vec<String>,
    /// Names that stand twice in one place; another reader may take the other.
    pub twice: Vec<String>,
    /// A byte order mark stands in front.
    pub has_mark: bool,
    /// It is written as its content is: no other blanks, orders or spellings.
    pub is_plain: bool,
    /// It has every key that a manifest of this program has, so it claims to be one.
    pub is_own: bool,
    /// It states its threshold itself.
    pub states_threshold: bool,
}

/// What may stand in a place.
enum Shape {
    /// Anything; the typed reader judges it.
    Any,
    /// Names of the release's own, each with the same below it.
    Names(&'static Shape),
    /// A list of the same.
    List(&'static Shape),
    /// These keys and no others.
    Keys(&'static [(&'static str, &'static Shape)]),
}

const ANY: &Shape = &Shape::Any;
const NAMES: &Shape = &Shape::Names(ANY);
const HIERARCHIES: &Shape = &Shape::Names(&Shape::Keys(&[("total", ANY), ("sums", ANY)]));
const TABLES: &Shape = &Shape::List(&Shape::Keys(&[
    ("id", ANY),
    ("title", ANY),
    ("file", ANY),
    ("dims", ANY),
    ("fixed", NAMES),
    ("markers", NAMES),
    ("rounding", &Shape::Keys(&[("base", ANY), ("mode", ANY), ("ties", ANY), ("least", ANY)])),
    ("perturbation", &Shape::Keys(&[("method", ANY), ("deviation", ANY), ("least", ANY)])),
    ("noise", ANY),
]));
const EXPECTATION: &Shape = &Shape::Keys(&[
    ("title", ANY),
    ("file", ANY),
    ("from", ANY),
    ("dim", ANY),
    ("left_out", ANY),
    ("periods", ANY),
    ("releases", ANY),
]);
const EXTRACT: &Shape = &Shape::Keys(&[
    ("file", ANY),
    ("recipient", ANY),
    ("agreement", ANY),
    ("measure", ANY),
    ("period", ANY),
    ("unit", ANY),
    ("columns", &Shape::List(&Shape::Keys(&[("name", ANY), ("role", ANY), ("dimension", ANY)]))),
    ("hierarchies", HIERARCHIES),
    ("rows", ANY),
    ("suppressed", ANY),
    ("k", ANY),
    ("l", ANY),
    ("t", ANY),
]);
const PRESENTATION: &Shape = &Shape::Keys(&[
    ("format", ANY),
    ("service", ANY),
    ("title", ANY),
    ("introduction", ANY),
    ("period", ANY),
    ("period_end", ANY),
    ("audience", ANY),
    ("dimensions", NAMES),
    (
        "tables",
        &Shape::Names(&Shape::Keys(&[
            ("subtitle", ANY),
            ("unit", ANY),
            ("notes", ANY),
            ("chart", ANY),
            ("depths", NAMES),
            ("labels", &Shape::Names(NAMES)),
            ("adds_up", ANY),
        ])),
    ),
]);
const MANIFEST: &Shape = &Shape::Keys(&[
    ("release", ANY),
    ("period", ANY),
    ("audience", ANY),
    ("threshold", ANY),
    ("hierarchies", HIERARCHIES),
    ("labels", &Shape::Names(NAMES)),
    ("tables", TABLES),
    ("relations", &Shape::List(&Shape::Keys(&[("says", ANY), ("terms", ANY), ("is", ANY)]))),
    ("impossible", &Shape::List(&Shape::Keys(&[("says", ANY), ("codes", NAMES)]))),
    ("derived", &Shape::List(&Shape::Keys(&[("table", ANY), ("how", ANY), ("expectation", EXPECTATION)]))),
    ("files", NAMES),
    ("earlier", NAMES),
    (
        "corrects",
        &Shape::Keys(&[
            ("release", ANY),
            ("reason", ANY),
            ("scope", &Shape::Keys(&[("dimensions", &Shape::Names(ANY)), ("cases", ANY)])),
        ]),
    ),
    ("sensitive", ANY),
    ("group_below", ANY),
    ("extract", EXTRACT),
    ("presentation", PRESENTATION),
]);

/// Keys that this program writes into every manifest beside `files`; a foreign one needs two.
const OWN: [&str; 10] = [
    "release",
    "period",
    "audience",
    "threshold",
    "hierarchies",
    "labels",
    "tables",
    "relations",
    "derived",
    "earlier",
];

/// Names told in the verdict; the thousandth says no more than the first.
const MOST_NAMED: usize = 50;

/// Reads a manifest.
///
/// # Errors
/// What the parser says, with line and column.
pub fn read(bytes: &[u8]) -> Result<Read, serde_json::Error> {
    let text = without_mark(bytes);
    let manifest = Manifest::read(text)?;
    let mut seen = Seen::default();
    let look = Look { shape: MANIFEST, place: "release.json".to_owned(), seen: &mut seen };
    look.deserialize(&mut serde_json::Deserializer::from_slice(text))?;
    let own = serde_json::to_string_pretty(&manifest)?;
    Ok(Read {
        is_plain: bytes.strip_suffix(b"\n") == Some(own.as_bytes()),
        manifest,
        not_understood: seen.foreign,
        twice: seen.twice,
        has_mark: text.len() < bytes.len(),
        is_own: OWN.iter().all(|key| seen.top.contains(*key)),
        states_threshold: seen.top.contains("threshold"),
    })
}

#[derive(Default)]
struct Seen {
    foreign: Vec<String>,
    twice: Vec<String>,
    top: BTreeSet<String>,
}

/// One place of the text, and what may stand there.
struct Look<'a> {
    shape: &'static Shape,
    place: String,
    seen: &'a mut Seen,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.shape {
            Shape::Any => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ()),
            Shape::Names(_) | Shape::List(_) | Shape::Keys(_) => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a part of a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut known = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let below = match self.shape {
                Shape::Keys(keys) => keys.iter().find(|(name, _)| *name == key).map(|(_, below)| *below),
                Shape::Names(below) => Some(*below),
                Shape::Any | Shape::List(_) => Some(ANY),
            };
            if self.place == "release.json" && OWN.contains(&key.as_str()) {
                self.seen.top.insert(key.clone());
            }
            let Some(below) = below else {
                note(&mut self.seen.foreign, &key, &self.place);
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let place = match below {
                Shape::Any => String::new(),
                Shape::List(_) => format!("{} {}", key.trim_end_matches('s'), self.place),
                Shape::Names(_) | Shape::Keys(_) => format!("{} of {}", named(&key), self.place),
            };
            map.next_value_seed(Look { shape: below, place, seen: &mut *self.seen })?;
            if known.contains(&key) {
                note(&mut self.seen.twice, &key, &self.place);
            }
            known.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let below = if let Shape::List(below) = self.shape { *below } else { ANY };
        let (kind, above) = self.place.split_once(' ').unwrap_or(("entry", &self.place));
        for number in 1.. {
            let place = format!("{kind} {number} of {above}");
            if list.next_element_seed(Look { shape: below, place, seen: &mut *self.seen })?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

fn note(names: &mut Vec<String>, key: &str, place: &str) {
    if names.len() < MOST_NAMED {
        names.push(format!("{} of {place}", named(key)));
    }
}

/// A key as the verdict may print it: a foreign manifest may hold anything.
fn named(key: &str) -> String {
    let is_plain = key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_plain && !key.is_empty() { format!("{key:?}") } else { "a key".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(more: &str) -> Read {
        let text = format!(
            r#"{{"hierarchies": {{"need": {{"total": "Total", "sums": []}}}}, "tables": [{{"file": "t.csv"}}]{more}}}"#
        );
        read(text.as_bytes()).expect("a manifest")
    }

    #[test]
    fn no_depth_hides_a_key() {
        let deep = format!(r#", "truth": {{"b": 2}}, "x": {}{}"#, "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(of(&deep).not_understood, [r#""truth" of release.json"#, r#""x" of release.json"#]);
    }

    #[test]
    fn a_key_is_named_with_its_place_however_far_down() {
        let read =
            of(r#", "relations": [{"terms": [], "is": "=", "why": 3}], "labels": {"need": {"A": "a", "A": "b"}}"#);
        assert_eq!(read.not_understood, [r#""why" of relation 1 of release.json"#]);
        assert_eq!(read.twice, [r#""A" of "need" of "labels" of release.json"#]);
        assert!(!read.states_threshold);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_and_noted() {
        let text = "\u{feff}{\"threshold\": 4, \"hierarchies\": {}, \"tables\": []}";
        let read = read(text.as_bytes()).expect("a manifest");
        assert!(read.has_mark && read.states_threshold && read.manifest.threshold == 4);
    }
}
