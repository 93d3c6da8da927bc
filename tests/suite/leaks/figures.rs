//! Leaks of the figures themselves: hidden values put back, and what follows from figures that are each fit to publish.

use std::collections::BTreeMap;

use model::digest::sha256;
use serde_json::{Value, json};

use super::Plant;
use super::base::{Base, Dice};
use super::pack::{CSV, MANIFEST, ODS, PAGE, Pack, XLSX};

pub fn plants() -> Vec<Plant> {
    let mut plants = put_back();
    plants.extend(follows());
    plants.extend(releases());
    plants
}

/// A small hidden count, and how it is put back.
fn small(pack: &mut Pack, put: impl Fn(&mut Pack, usize, &str)) -> bool {
    let Some(row) = pack.small() else { return false };
    let truth = pack.truth(row).to_string();
    put(pack, row, &truth);
    true
}

fn put_back() -> Vec<Plant> {
    let kind = "hidden value put back";
    let differs: &[&str] = &["inconsistent_cell"];
    let size: &[&str] = &["small_counts_published"];
    vec![
        Plant { kind, format: "csv", file: CSV, finds: size, put: |pack| small(pack, Pack::put_in_csv) },
        Plant { kind, format: "html", file: PAGE, finds: differs, put: |pack| small(pack, Pack::put_on_page) },
        Plant { kind, format: "xlsx", file: XLSX, finds: differs, put: |pack| small(pack, Pack::put_in_xlsx) },
        Plant { kind, format: "ods", file: ODS, finds: differs, put: |pack| small(pack, Pack::put_in_ods) },
        Plant { kind, format: "every format", file: CSV, finds: size, put: |pack| small(pack, Pack::put_everywhere) },
        Plant {
            kind: "hidden value shown as zero",
            format: "every format",
            file: CSV,
            finds: &["zeros_shown"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                pack.put_everywhere(row, "0");
                true
            },
        },
        Plant {
            kind: "three siblings (K6)",
            format: "every format",
            file: CSV,
            finds: size,
            put: |pack| {
                let (small, _) = pack.hidden();
                let Some(row) = small.into_iter().find(|&row| pack.truth(row) == 3) else { return false };
                pack.put_everywhere(row, "3");
                true
            },
        },
    ]
}

fn follows() -> Vec<Plant> {
    let exact: &[&str] = &["suppressed_linear_exact", "derived_small_exact"];
    vec![
        Plant {
            kind: "the last of a total (K4)",
            format: "every format",
            file: "",
            finds: &["suppressed_linear_exact"],
            put: |pack| {
                // Everything but the small cells, and all but one of those: it is the total less the rest.
                let Some(kept) = pack.small() else { return false };
                let (small, others) = pack.hidden();
                for row in others.into_iter().chain(small).filter(|&row| row != kept) {
                    let truth = pack.truth(row).to_string();
                    pack.put_everywhere(row, &truth);
                }
                true
            },
        },
        Plant {
            kind: "hidden in one table, shown in another",
            format: "two tables",
            file: "",
            finds: &["suppressed_linear_exact"],
            put: |pack| {
                // Hidden a, b; the group of both is 40, and the other table counts all but b.
                let few = 1 + pack.dice.next() % 4;
                let rest = 20 + pack.dice.next() % 30;
                tiny(pack, "r1", "public", &[("all", Some(few + rest)), ("a", None), ("b", None)], &[]);
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("b", Some(rest))], &[]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "three traits together (K1)",
            format: "csv",
            file: "data/k.csv",
            finds: &["small_counts_published"],
            put: |pack| {
                tiny(pack, "r1", "public", &[("all", Some(60)), ("a", Some(59)), ("b", Some(1))], &[]);
                true
            },
        },
        Plant {
            kind: "one outcome for all (K2)",
            format: "csv",
            file: "data/k.csv",
            finds: &["sensitive_group_all"],
            put: |pack| {
                let all = 5 + pack.dice.next() % 25;
                tiny(pack, "r1", "public", &[("all", Some(all)), ("a", Some(all)), ("b", None)], &[]);
                pack.manifest(|value| {
                    value["sensitive"] = json!(["kind"]);
                    value["group_below"] = json!(60);
                });
                true
            },
        },
        Plant {
            kind: "all but one of a group",
            format: "csv",
            file: "data/k.csv",
            finds: &["sensitive_group_all_but_one"],
            put: |pack| {
                let all = 7 + pack.dice.next() % 25;
                tiny(pack, "r1", "public", &[("all", Some(all)), ("a", Some(all - 1)), ("b", None)], &[]);
                pack.manifest(|value| {
                    value["sensitive"] = json!(["kind"]);
                    value["group_below"] = json!(60);
                });
                true
            },
        },
        Plant {
            kind: "a range that is too narrow",
            format: "csv",
            file: "",
            finds: &["suppressed_known_small_nonzero", "suppressed_small_among"],
            put: |pack| {
                // Rounded to 2 with small counts hidden: all is 32 or 33, a is 30 or 31, so b is 1 to 3.
                tiny(pack, "r1", "public", &[("all", Some(34)), ("a", Some(32)), ("b", None)], &[]);
                pack.manifest(|value| {
                    value["tables"][0]["rounding"] = json!({"base": 2, "mode": "nearest", "ties": "down", "least": 5})
                });
                true
            },
        },
        Plant {
            kind: "figures that contradict each other",
            format: "csv",
            file: "",
            finds: &["infeasible"],
            put: |pack| {
                tiny(pack, "r1", "public", &[("all", Some(60)), ("a", Some(30)), ("b", Some(31))], &[]);
                true
            },
        },
        Plant {
            kind: "a combination behind three tables",
            format: "three tables",
            file: "",
            finds: &["joint_small_exact", "joint_small_bounded"],
            put: |pack| {
                overlapping(pack);
                true
            },
        },
        Plant {
            kind: "parts that a relation ties",
            format: "release.json",
            file: "",
            finds: exact,
            put: |pack| {
                // Families are at most cases: b is hidden, and the relation says b = a - 57.
                tiny(pack, "r1", "public", &[("a", Some(60)), ("b", None), ("c", Some(57))], &[]);
                let cell = |code: &str| json!({"kind": code});
                pack.manifest(|value| {
                    value["hierarchies"]["kind"]["sums"] = json!([]);
                    value["relations"] =
                        json!([{"terms": [[1, cell("b")], [1, cell("c")], [-1, cell("a")]], "is": "="}]);
                });
                true
            },
        },
    ]
}

/// Periods of a year to date, and two versions of a quarter.
const PERIODS: &str =
    r#"[["2026", ["2026-Q1", "2026-Q2"]], ["2026-Q1", ["kept", "removed"]], ["2026-Q1-v2", ["kept", "added"]]]"#;

fn releases() -> Vec<Plant> {
    let derived: &[&str] = &["derived_small_exact", "derived_small_bounded"];
    vec![
        Plant {
            kind: "a year less its quarter (K3)",
            format: "two releases",
            file: "",
            finds: derived,
            put: |pack| {
                let (quarter, more) = (30 + pack.dice.next() % 40, 1 + pack.dice.next() % 4);
                tiny(pack, "r1", "public", &[("all", Some(quarter))], &[("period", "2026-Q1")]);
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("all", Some(quarter + more))], &[("period", "2026")]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "counted again after an erasure (K5)",
            format: "two releases",
            file: "",
            finds: &["inconsistent_published"],
            put: |pack| {
                let count = 30 + pack.dice.next() % 40;
                tiny(pack, "r1", "public", &[("all", Some(count))], &[("period", "2026-Q1")]);
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("all", Some(count - 1))], &[("period", "2026-Q1")]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "a correction of one (K5)",
            format: "two releases",
            file: "",
            finds: derived,
            put: |pack| {
                let count = 30 + pack.dice.next() % 40;
                tiny(pack, "r1", "public", &[("all", Some(count))], &[("period", "2026-Q1")]);
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("all", Some(count - 1))], &[("period", "2026-Q1-v2")]);
                // Nobody was added, as the reason says; so one was removed.
                pack.manifest(|value| {
                    value["relations"] = json!([{"terms": [[1, {"period": "added"}]], "is": "="}]);
                });
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "two audiences, two patterns",
            format: "two releases",
            file: "",
            finds: &["suppressed_linear_exact"],
            put: |pack| {
                let (few, one, other) =
                    (1 + pack.dice.next() % 4, 10 + pack.dice.next() % 20, 10 + pack.dice.next() % 20);
                let all = few + one + other;
                tiny(pack, "r1", "public", &[("all", Some(all)), ("a", None), ("b", Some(one)), ("c", None)], &[]);
                let first = pack.base.clone();
                tiny(pack, "r2", "council", &[("all", Some(all)), ("a", None), ("b", None), ("c", Some(other))], &[]);
                pack.beside.push(first);
                true
            },
        },
        Plant {
            kind: "two lists of areas",
            format: "two releases",
            file: "",
            finds: derived,
            put: |pack| {
                // Wards and districts overlap but for one strip of a few people.
                let (few, ward) = (1 + pack.dice.next() % 4, 20 + pack.dice.next() % 20);
                tiny(pack, "r1", "public", &[("ward", Some(ward))], &[]);
                let first = pack.base.clone();
                tiny(pack, "r2", "public", &[("district", Some(ward + few))], &[]);
                pack.manifest(|value| value["hierarchies"]["kind"]["sums"] = json!([["district", ["ward", "strip"]]]));
                pack.beside.push(first);
                true
            },
        },
    ]
}

/// Makes the pack a release of one table of one dimension, `kind`, whose sum is `all` of the codes that stand in it.
pub fn tiny(pack: &mut Pack, name: &str, audience: &str, rows: &[(&str, Option<u64>)], fixed: &[(&str, &str)]) {
    let csv: String = rows
        .iter()
        .map(|(code, count)| match count {
            Some(count) => format!("{code},{count},\n"),
            None => format!("{code},,c\n"),
        })
        .collect();
    let csv = format!("kind,value,symbol\n{csv}");
    let children: Vec<&str> =
        ["a", "b", "c"].into_iter().filter(|code| rows.iter().any(|row| row.0 == *code)).collect();
    let children = if children.len() < 2 { vec!["a", "b"] } else { children };
    let stands: BTreeMap<&str, &str> = fixed.iter().copied().collect();
    let sums: Value = serde_json::from_str(PERIODS).expect("JSON");
    let manifest = json!({
        "release": name, "period": "2026", "audience": audience, "threshold": 5,
        "hierarchies": {
            "kind": {"total": "all", "sums": [["all", children]]},
            "period": {"total": "2026", "sums": sums},
        },
        "tables": [{"id": "K", "file": "data/k.csv", "dims": ["kind"], "fixed": stands, "markers": {"": [0, null]}}],
        "files": {"data/k.csv": sha256(csv.as_bytes())},
    });
    let manifest = serde_json::to_string_pretty(&manifest).expect("JSON");
    let files = [("data/k.csv".to_owned(), csv.into_bytes()), (MANIFEST.to_owned(), manifest.into_bytes())];
    pack.base = Base { name: name.to_owned(), files: files.into(), truth: BTreeMap::new(), labels: Vec::new() };
    // The dice go on, so that the same seed gives the same release.
    pack.dice = Dice::new(pack.dice.next());
}

/// Makes the pack a release of three tables of pairs, every figure of which is the threshold or more, that together force a
/// combination which none of them shows to lie between 1 and 4. Its sides are turned by the seed.
fn overlapping(pack: &mut Pack) {
    /// Cases by place (2), sex (2) and need (3); the forced one is N, M, B.
    const CASES: [[[u64; 3]; 2]; 2] = [[[6, 4, 12], [0, 2, 6]], [[12, 1, 2], [8, 8, 6]]];
    let turned = pack.dice.below(2) == 1;
    let more = pack.dice.next() % 30;
    let count = |place: usize, sex: usize, need: usize| {
        let place = if turned { 1 - place } else { place };
        // More of a combination that is large already changes nothing of the forced one.
        CASES[place][sex][need] + if (place, sex, need) == (0, 0, 2) { more } else { 0 }
    };
    let all = |range: usize, at: usize| if at == 0 { 0..range } else { at - 1..at };
    let sum = |places: std::ops::Range<usize>, sexes: std::ops::Range<usize>, needs: std::ops::Range<usize>| -> u64 {
        let cells = places.flat_map(|place| sexes.clone().map(move |sex| (place, sex)));
        cells.flat_map(|(place, sex)| needs.clone().map(move |need| count(place, sex, need))).sum()
    };
    let (places, sexes, needs) = (["all", "N", "S"], ["all", "F", "M"], ["all", "A", "B", "C"]);
    let mut files = [
        ("data/k1.csv", "place,sex,value,symbol\n".to_owned()),
        ("data/k2.csv", "place,need,value,symbol\n".to_owned()),
        ("data/k3.csv", "sex,need,value,symbol\n".to_owned()),
    ];
    for (p, place) in places.iter().enumerate() {
        for (s, sex) in sexes.iter().enumerate() {
            files[0].1.push_str(&format!("{place},{sex},{},\n", sum(all(2, p), all(2, s), all(3, 0))));
        }
        for (n, need) in needs.iter().enumerate() {
            files[1].1.push_str(&format!("{place},{need},{},\n", sum(all(2, p), all(2, 0), all(3, n))));
        }
    }
    for (s, sex) in sexes.iter().enumerate() {
        for (n, need) in needs.iter().enumerate() {
            files[2].1.push_str(&format!("{sex},{need},{},\n", sum(all(2, 0), all(2, s), all(3, n))));
        }
    }
    let entry = |file: &str, dims: [&str; 2]| json!({"id": "", "file": file, "dims": dims, "markers": {"": [0, null]}});
    let flat = |codes: &[&str]| json!({"total": "all", "sums": [["all", codes[1..]]]});
    let digests: BTreeMap<&str, String> = files.iter().map(|(file, text)| (*file, sha256(text.as_bytes()))).collect();
    let manifest = json!({
        "release": "r1", "period": "2026", "audience": "public", "threshold": 5,
        "hierarchies": {"place": flat(&places), "need": flat(&needs), "sex": flat(&sexes)},
        "tables": [entry("data/k1.csv", ["place", "sex"]), entry("data/k2.csv", ["place", "need"]),
                   entry("data/k3.csv", ["sex", "need"])],
        "files": digests,
    });
    let manifest = serde_json::to_string_pretty(&manifest).expect("JSON").into_bytes();
    let files = files.into_iter().map(|(file, text)| (file.to_owned(), text.into_bytes()));
    let files = files.chain([(MANIFEST.to_owned(), manifest)]).collect();
    pack.base = Base { name: "r1".to_owned(), files, truth: BTreeMap::new(), labels: Vec::new() };
}
