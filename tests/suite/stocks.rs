//! What is open at the end of a quarter, beside what was opened and closed in it: that they agree whatever happens between two
//! releases. The real program, on the year of `corrections`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::corrections::{Case, Made, REASON, corrected, folders, in_quarter, verified, year};
use crate::demo::files;

/// A report of stock and flows, each of this quarter and the one before.
const STOCK: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Cases opened"
dims = ["period"]
last = 2
audiences = ["public", "council"]
[[table]]
id = "C02"
title = "Cases closed"
measure = "closed"
dims = ["period"]
last = 2
audiences = ["public", "council"]
[[table]]
id = "C03"
title = "Cases open at the end"
measure = "open"
dims = ["period"]
last = 2
audiences = ["public", "council"]
"#;

const OPEN: &str = r#"
[[measure]]
name = "open"
label = "Cases open at the end"
event = "opened"
less = "closed"
unit = "case"

[[dimension]]
"#;

/// A service that reports what is open, with two quarters released and a case erased between them.
fn with_stocks(cases: &[Case]) -> (Made, [usize; 2]) {
    let made = Made::new();
    let dimensions = made.folder.join("config/dimensions.toml");
    let own = fs::read_to_string(&dimensions).expect("the configuration");
    let measured = own.replacen("[[dimension]]", OPEN.trim_start(), 1);
    fs::write(dimensions, measured).expect("the workspace can be written");
    fs::write(made.folder.join("config/reports/quarterly.toml"), STOCK).expect("the workspace can be written");
    let [first, second] = [1, 2].map(|quarter| in_quarter(cases, quarter));
    // Whose number is a multiple of three is closed in the month in which it came.
    made.ingest_closed(&first, &|case| closed_at_once(case).then_some(case.month));
    made.report(&["2018-Q1"]);
    let erased = first.iter().find(|case| !closed_at_once(case)).expect("one that is open");
    made.erase(&erased.reference);
    made.ingest_closed(&second, &|case| closed_at_once(case).then_some(case.month));
    made.report(&["2018-Q2"]);
    let open = [&first, &second].map(|cases| cases.iter().filter(|case| !closed_at_once(case)).count());
    (made, open)
}

fn closed_at_once(case: &Case) -> bool {
    let digits = case.reference.trim_start_matches("KEY-");
    digits.parse::<usize>().is_ok_and(|number| number % 3 == 0)
}

#[test]
fn stock_and_flow_agree_through_an_erasure_and_a_late_closing_and_tell_nothing_after_a_correction() {
    let year = year();
    let (made, open) = with_stocks(&year);
    let at = |release: &str, quarter: &str| made.cell(release, "c03.csv", quarter);
    let (first, second) = (open[0], open[0] + open[1]);
    assert_eq!(at("2018-Q1-public-r1", "2018-Q1"), first.to_string());
    assert_eq!(at("2018-Q2-public-r1", "2018-Q2"), second.to_string(), "the erased case stays open in the figures");
    // Twelve of the first quarter were closed then already, which nobody had recorded.
    let erased = year.iter().find(|case| !closed_at_once(case)).expect("one that is open");
    let left =
        in_quarter(&year, 1).into_iter().filter(|case| !closed_at_once(case) && case.reference != erased.reference);
    made.ingest_closed(&left.take(12).collect::<Vec<_>>(), &|_| Some(3));
    let third = in_quarter(&year, 3);
    made.ingest(&third);
    made.report(&["2018-Q3"]);
    assert_eq!(at("2018-Q3-public-r1", "2018-Q2"), second.to_string());
    assert_eq!(at("2018-Q3-public-r1", "2018-Q3"), (second + third.len() - 12).to_string());
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));

    // One of the year before comes late: all of it is counted, though nobody came then. As nothing else happens, stock and flow
    // would both tell it.
    made.ingest_dated("KEY-88888", "2017-11-15");
    made.report(&["2018-Q4"]);
    assert_eq!(at("2018-Q4-public-r1", "2018-Q3"), (second + third.len() - 12).to_string());
    assert_eq!(at("2018-Q4-public-r1", "2018-Q4"), "");
    assert_eq!(made.cell("2018-Q4-public-r1", "c01.csv", "2018-Q4"), "");

    made.ingest_closed(&corrected(&in_quarter(&year, 2)), &|case| closed_at_once(case).then_some(case.month));
    made.report(&["2018-Q2", "--correct", REASON]);
    let text = fs::read_to_string(made.reports().join("2018-Q2-public-r2/data/c03.csv")).expect("a table");
    assert!(text.contains("2018-Q2-v2,,x"), "what was corrected changes the stock by nobody knows what: {text}");
    assert!(text.contains(&format!("2018-Q1,{first},")), "{text}");
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}

#[test]
fn a_stock_that_does_not_follow_from_the_flows_is_found() {
    let (made, open) = with_stocks(&year());
    let folder = made.home.path().join("changed/2018-Q2-public-r1");
    for (name, bytes) in files(&made.reports().join("2018-Q2-public-r1")) {
        let bytes = match (name.as_str(), String::from_utf8(bytes.clone())) {
            ("data/c03.csv", Ok(text)) => {
                let (told, other) = ((open[0] + open[1]).to_string(), (open[0] + open[1] + 7).to_string());
                assert!(text.contains(&told), "{text}");
                text.replace(&told, &other).into_bytes()
            }
            ("release.json", Ok(text)) => {
                let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
                manifest["files"] = serde_json::json!({});
                manifest.to_string().into_bytes()
            }
            _ => bytes,
        };
        if name == "release.json" || name.starts_with("data/") && name.ends_with(".csv") {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
            fs::write(path, bytes).expect("a file of our own");
        }
    }
    let (exit, kinds) = verified(std::slice::from_ref(&folder));
    assert_eq!((exit, kinds.get("relation_broken")), (Some(6), Some(&1)), "{kinds:?}");
}

#[test]
fn a_stock_by_category_or_without_its_flows_is_refused_with_its_place() {
    let made = Made::new();
    let dimensions = made.folder.join("config/dimensions.toml");
    let own = fs::read_to_string(&dimensions).expect("the configuration");
    let with = |open: &str| own.replacen("[[dimension]]", open.trim_start(), 1);
    let report = made.folder.join("config/reports/quarterly.toml");
    fs::write(&report, STOCK).expect("the workspace can be written");
    let refused = |open: String, report_text: &str, words: &str| {
        fs::write(&dimensions, open).expect("the workspace can be written");
        fs::write(&report, report_text).expect("the workspace can be written");
        let output = made.takeup(&["plan", "--period", "2018-Q2"]);
        let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(words), "{said}");
    };
    let by_borough = STOCK
        .replace("measure = \"open\"\ndims = [\"period\"]", "measure = \"open\"\ndims = [\"borough\", \"period\"]");
    refused(with(OPEN), &by_borough, "a stock stands in a table of periods alone");
    refused(with(&OPEN.replace("less = \"closed\"", "less = \"shut\"")), STOCK, "shut");
    refused(with(&OPEN.replace("less = \"closed\"", "less = \"opened\"")), STOCK, "same event");
    refused(with(&OPEN.replace("unit = \"case\"", "unit = \"family\"")), STOCK, "a stock is of cases");
    let without = with(OPEN).replacen("event = \"closed\"", "event = \"opened\"", 1);
    refused(without, STOCK, "no measure before this one counts the cases that were closed");
}
