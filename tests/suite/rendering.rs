//! Releases written again: what no table and no word of `release.json` says is found, wherever it was put.

use std::collections::BTreeSet;
use std::path::Path;

use model::Verdict;
use takeup::pipeline;

use crate::leaks::base::base;
use crate::leaks::pack::{MANIFEST, PAGE, Pack};
use crate::leaks::rendered::{CHANGES, swap_heads, words_in_drawing_and_page};

/// A change of `release.json`.
type Edit = fn(&mut serde_json::Value);

/// What somebody finds who has the program and the folder, and no store.
fn stranger(pack: Pack) -> Verdict {
    let (_home, folders, _) = pack.on_disk();
    pipeline::verify(&folders, None, None, None).expect("a folder that can be read")
}

fn places(verdict: &Verdict, kind: &str) -> Vec<(String, String)> {
    let of = verdict.findings.iter().filter(|finding| finding.kind == kind);
    of.map(|finding| (finding.file.clone(), finding.place.clone())).collect()
}

#[test]
fn what_no_table_says_is_found_by_writing_the_release_again_and_seldom_by_reading_it() {
    let clean = base(1);
    let untouched = stranger(Pack::new(&clean, 1));
    assert!(untouched.is_clean(), "{:?}", untouched.findings);
    let mut read = BTreeSet::new();
    for change in &CHANGES {
        let mut pack = Pack::new(&clean, 1);
        let part = change.put(&mut pack);
        let mut again = Pack::new(&clean, 1);
        change.put(&mut again);
        if !again.found().is_empty() {
            read.insert(change.kind);
        }
        let found = places(&stranger(pack), "rendering_differs");
        let is_it = |(file, place): &(String, String)| file == change.file && place.contains(&part);
        assert!(found.iter().any(is_it), "{} in {}: {found:?}", change.kind, change.file);
    }
    assert!(read.len() < CHANGES.len() / 3, "reading alone finds {} of {}: {read:?}", read.len(), CHANGES.len());
}

#[test]
fn heads_that_were_exchanged_and_words_that_two_files_share_are_found() {
    for put in [swap_heads, words_in_drawing_and_page] {
        let mut pack = Pack::new(&base(2), 2);
        put(&mut pack);
        let found = places(&stranger(pack), "rendering_differs");
        assert!(found.iter().any(|(file, _)| file == PAGE), "{found:?}");
    }
}

#[test]
fn a_finding_names_the_place_and_nothing_that_stands_there() {
    let mut pack = Pack::new(&base(1), 1);
    pack.replace(PAGE, "[c]</td>", "[c] Idris Draftington</td>");
    let verdict = stranger(pack);
    let [(file, place)] = places(&verdict, "rendering_differs").try_into().expect("one place");
    assert_eq!(file, PAGE);
    assert!(place.contains("line ") && place.contains(", in t0"), "{place}");
    assert!(!serde_json::to_string(&verdict).expect("plain data").contains("Draftington"));
}

#[test]
fn what_release_json_says_of_its_tables_is_written_again_too() {
    let changes: [(&str, Edit); 4] = [
        ("markers", |value| value["tables"][0]["markers"]["three"] = serde_json::json!([0, null])),
        ("a file's path", |value| value["tables"][0]["id"] = "T77".into()),
        ("what the page is called", |value| value["presentation"]["title"] = "Tamworth".into()),
        ("who it is for", |value| value["presentation"]["audience"] = "Ann Smith".into()),
    ];
    for (what, change) in changes {
        let mut pack = Pack::new(&base(1), 1);
        pack.manifest(change);
        let verdict = stranger(pack);
        let found = verdict.findings.iter().any(|finding| finding.kind.starts_with("rendering_"));
        assert!(found, "{what}: {:?}", verdict.findings);
    }
}

#[test]
fn a_release_that_does_not_say_its_words_is_left_open_and_says_so() {
    let changes: [Edit; 2] = [
        |value| drop(value.as_object_mut().expect("an object").remove("presentation")),
        |value| value["presentation"]["format"] = 999.into(),
    ];
    for change in changes {
        let mut pack = Pack::new(&base(1), 1);
        pack.replace(PAGE, "<main id=\"report\">", "<main id=\"report\"><p>Three families in Tamworth.</p>");
        pack.manifest(change);
        let verdict = stranger(pack);
        assert_eq!(verdict.findings, [], "reading alone finds no word");
        assert!(!verdict.is_clean());
        assert!(verdict.not_run.iter().any(|reason| reason.contains("again")), "{:?}", verdict.not_run);
        let said = pipeline::verdict_text(&verdict);
        assert!(said.contains("Not shown to be safe") && !said.contains("nothing was left open"), "{said}");
    }
}

#[test]
fn a_folder_without_a_list_of_files_leaves_open_what_was_not_read() {
    let mut pack = Pack::new(&base(1), 1);
    pack.keeps_digests = true;
    pack.replace(PAGE, "<main id=\"report\">", "<main id=\"report\"><p>Three families in Tamworth.</p>");
    pack.manifest(|value| drop(value.as_object_mut().expect("an object").remove("files")));
    let files = pack.base.files.len() as u64;
    let tables = pack.base.files.keys().filter(|file| file.ends_with(".csv")).count() as u64;
    let verdict = stranger(pack);
    let open: u64 = verdict.tried.iter().map(|tried| tried.not_shown).sum();
    assert_eq!((verdict.findings.len(), open), (0, files - tables - 1), "all but tables and {MANIFEST}");
}

#[test]
fn figures_in_the_words_of_release_json_are_found_by_key() {
    let changes: [(&str, Edit); 5] = [
        ("labels of \"need\"", |value| value["labels"]["need"]["Total"] = "Tamworth: 3 families".into()),
        ("tables, entry 1, title", |value| value["tables"][0]["title"] = "Take-up, three outside".into()),
        ("presentation, audience", |value| value["presentation"]["audience"] = "Two families in Tamworth".into()),
        ("audience", |value| value["audience"] = "public: three outside".into()),
        ("presentation, introduction", |value| value["presentation"]["introduction"] = "Tamworth \u{2462}".into()),
    ];
    for (key, change) in changes {
        let mut pack = Pack::new(&base(1), 1);
        pack.manifest(change);
        let found = places(&stranger(pack), "figure_in_words");
        assert!(found.iter().any(|(file, place)| file == MANIFEST && place.starts_with(key)), "{key}: {found:?}");
    }
}

#[test]
fn the_kept_release_is_what_this_program_writes() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/2025-26-Q4-public-r1");
    let verdict = pipeline::verify(&[kept], None, None, None).expect("the kept release");
    let again = verdict.tried.iter().find(|tried| tried.scope.contains("written again")).expect("it was written again");
    assert_eq!((again.not_shown, verdict.findings.len()), (0, 0), "{}", pipeline::verdict_text(&verdict));
    let said = pipeline::verdict_text(&verdict);
    assert!(said.contains("that its words name nobody"), "{said}");
    assert!(said.contains("the p % and (n, k) rules"), "{said}");
}
