//! Nobody is found in a release by chance: what looks like somebody's in the bytes that every release has. The real program, on a year
//! of the demo whose families live where the typeface of the page seems to say.

use std::fs;
use std::process::{Command, Stdio};

use crate::demo::workspace;

/// Words of the shape of a postcode in base 64 of the typeface: `L74ft`, bounded by other signs.
fn postcodes(page: &str) -> Vec<String> {
    let is_postcode = |word: &&str| {
        let inward = word.len().checked_sub(3).filter(|at| (2..=4).contains(at));
        let Some((outward, inward)) = inward.and_then(|at| word.split_at_checked(at)) else { return false };
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
        letters(&outward[..1])
            && outward.ends_with(|end: char| end.is_ascii_digit())
            && inward.as_bytes()[0].is_ascii_digit()
            && letters(&inward[1..])
    };
    let faces = page.split("base64,").skip(1).filter_map(|rest| rest.split(')').next());
    let words = faces.flat_map(|face| face.split(['+', '/', '='])).filter(is_postcode);
    let mut words: Vec<String> = words.map(str::to_uppercase).collect();
    words.sort();
    words.dedup();
    words
}

#[test]
fn families_that_live_where_the_typeface_of_the_page_seems_to_say_have_their_reports() {
    let demo = workspace();
    let page = fs::read_to_string(demo.join("reports/2025-26-Q4-public-r1/index.html")).expect("a page");
    let found = postcodes(&page);
    assert!(found.contains(&"L74FT".to_owned()), "{found:?}");
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("service");
    let passphrase = crate::founded::workspace(&folder, "advice", None);
    let takeup = |arguments: &[&std::ffi::OsStr], expected: i32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.arg("-C").arg(&folder).arg("--passphrase-file").arg(&passphrase).args(arguments);
        let output = command.stdin(Stdio::null()).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(expected), "{said}");
    };
    // Every case of the year has one of these postcodes.
    let export = fs::read(demo.join("exports/cases-2020-21.csv")).expect("an export");
    let mut at = 0;
    let mut text: Vec<u8> = Vec::new();
    for line in export.split_inclusive(|byte| *byte == b'\n') {
        let mut cells: Vec<&[u8]> = line.split(|byte| *byte == b';').collect();
        let is_case = line.starts_with(b"PPS-") && cells.len() > 30;
        if is_case {
            cells[6] = found[at % found.len()].as_bytes();
            at += 1;
        }
        text.extend(cells.join(&b';'));
    }
    assert!(at > 500, "{at} cases");
    let file = home.path().join("cases-2020-21.csv");
    fs::write(&file, text).expect("a temporary folder");
    takeup(&["ingest".as_ref(), file.as_os_str(), "--source".as_ref(), "cases".as_ref()], 0);
    takeup(&["report".as_ref(), "--period".as_ref(), "2020-21-Q4".as_ref()], 0);
    assert!(folder.join("staging/2020-21-Q4-public-r1/index.html").exists());
}
