//! Leaks that follow only with what readers are told beside the figures: rules of what cannot be, the scope of a correction, and what
//! they know anyway.

use std::collections::BTreeMap;

use model::config::KnownFigure;
use serde_json::json;

use super::Plant;
use super::figures::tiny;
use super::pack::Pack;

pub fn plants() -> Vec<Plant> {
    let exact: &[&str] = &["suppressed_linear_exact", "derived_small_exact"];
    vec![
        Plant {
            kind: "a figure where none can be",
            format: "release.json",
            file: "",
            finds: &["impossible_counted"],
            put: |pack| {
                let few = 6 + pack.dice.next() % 20;
                tiny(pack, "r1", "public", &[("all", Some(few + 40)), ("a", Some(40)), ("b", Some(few))], &[QUARTER]);
                none_can_be(pack, "b", "2026-Q1");
                true
            },
        },
        Plant {
            kind: "hidden beside what cannot be",
            format: "two releases",
            file: "",
            finds: exact,
            put: |pack| {
                // Of the year's b none is of the second quarter, so all are of the first, and its others are a.
                let (few, other) = (1 + pack.dice.next() % 4, 20 + pack.dice.next() % 20);
                let year = [("all", Some(other + 43)), ("a", Some(43)), ("b", Some(other))];
                tiny(pack, "r1", "public", &year, &[("period", "2026")]);
                none_can_be(pack, "b", "2026-Q2");
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("all", Some(other + few)), ("a", None), ("b", None)], &[QUARTER]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "hidden outside a correction's scope",
            format: "two releases",
            file: "",
            finds: exact,
            put: |pack| {
                // Cases moved between a and b, so c is in the second version what the first shows.
                let (few, one, other) =
                    (1 + pack.dice.next() % 4, 10 + pack.dice.next() % 20, 10 + pack.dice.next() % 20);
                let all = few + one + other;
                let first = [("all", Some(all)), ("a", None), ("b", None), ("c", Some(other))];
                tiny(pack, "r1", "public", &first, &[("period", "2026-Q1")]);
                let first = pack.base.clone();
                corrected(pack, &[("all", Some(all)), ("a", Some(one)), ("b", None), ("c", None)]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "changed outside a correction's scope",
            format: "two releases",
            file: "",
            finds: &["outside_scope"],
            put: |pack| {
                let other = 10 + pack.dice.next() % 20;
                let version = |other| [("all", Some(60)), ("a", None), ("b", None), ("c", Some(other))];
                tiny(pack, "r1", "public", &version(other), &[("period", "2026-Q1")]);
                let first = pack.base.clone();
                corrected(pack, &version(other + 7));
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "the rest of what readers know",
            format: "csv",
            file: "",
            finds: exact,
            put: |pack| {
                // Whoever knows a has b.
                let (few, known) = (1 + pack.dice.next() % 4, 20 + pack.dice.next() % 20);
                tiny(pack, "r1", "public", &[("all", Some(few + known)), ("a", None), ("b", None)], &[]);
                let codes = BTreeMap::from([("kind".to_owned(), "a".to_owned())]);
                pack.known.push(KnownFigure { file: "known/a.csv".to_owned(), line: 2, codes, count: known });
                true
            },
        },
    ]
}

const QUARTER: (&str, &str) = ("period", "2026-Q1");

/// States that no case of a kind is of a period.
fn none_can_be(pack: &mut Pack, kind: &str, period: &str) {
    let rule = json!({"codes": {"kind": [kind], "period": [period]}});
    pack.manifest(|value| value["impossible"] = json!([rule]));
}

/// The second version of the first quarter, by a correction of cases that moved between a and b.
fn corrected(pack: &mut Pack, rows: &[(&str, Option<u64>)]) {
    tiny(pack, "r2", "public", rows, &[("period", "2026-Q1-v2")]);
    let part = |word: &str| format!("2026-Q1-v1-v2-{word}");
    let versions = [["2026-Q1", "removed"], ["2026-Q1-v2", "added"]];
    let sums = versions.map(|[version, word]| json!([version, [part("kept"), part(word)]]));
    pack.manifest(|value| {
        value["period"] = "2026-Q1".into();
        value["hierarchies"]["period"]["sums"] = json!(sums);
        value["corrects"] =
            json!({"release": "r1", "reason": "wrong kinds", "scope": {"dimensions": {"kind": ["a", "b"]}}});
    });
}
