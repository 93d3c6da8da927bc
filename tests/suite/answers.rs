//! Tables of several answers to a case in the demo's releases: what they say, and what ties them.

use std::collections::BTreeMap;
use std::fs;

use model::Manifest;

use crate::demo::workspace;

type Cells = BTreeMap<String, Option<u64>>;

/// Published counts by the code of the first column, where the second, if there is one, stands at its total; none where a cell is hidden.
fn cells(release: &str, file: &str) -> Cells {
    let text = fs::read_to_string(workspace().join("reports").join(release).join(file)).expect("a table of the demo");
    let cell = |line: &str| {
        let parts: Vec<String> = line.split(',').map(str::to_owned).collect();
        let count = parts[parts.len() - 2].parse().ok();
        (parts.len() == 3 || parts[1] == "Total").then(|| (parts[0].clone(), count))
    };
    text.lines().skip(1).filter_map(cell).collect()
}

#[test]
fn issues_raised_are_no_fewer_than_main_issues_and_no_more_than_the_cases() {
    for release in ["2025-26-Q4-public-r1", "2025-26-Q4-authority-r1"] {
        let (raised, main) = (cells(release, "data/t07-raised.csv"), cells(release, "data/t09-year.csv"));
        let total = raised["Total"].expect("the cases of a year");
        let mut compared = 0;
        for (code, count) in raised.iter().filter_map(|(code, count)| Some((code, (*count)?))) {
            assert!(count <= total, "{code}");
            if let Some(Some(alone)) = main.get(code) {
                assert!(*alone <= count, "{code}");
                // Who raised it but not as the main issue is nobody, or five families at least.
                assert!(count == *alone || count - alone >= 5, "{code}");
                compared += 1;
            }
        }
        assert!(compared > 5, "only {compared} figures stand in both tables");
        let sum: u64 = raised.values().filter_map(|count| *count).sum();
        assert!(sum > 2 * total, "further issues are counted");
    }
}

#[test]
fn a_release_says_that_answers_do_not_add_up_and_states_what_ties_them() {
    let folder = workspace().join("reports/2025-26-Q4-public-r1");
    for file in ["index.html", "data/t07-raised-metadata.json"] {
        let text = fs::read_to_string(folder.join(file)).expect("a file of the demo");
        assert!(text.contains("the rows do not add up"), "{file}");
    }
    let text = fs::read_to_string(folder.join("release.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_str(&text).expect("a manifest");
    let has = |is: &str| {
        let related = manifest.relations.iter().filter(|relation| relation.is == is);
        related.filter(|relation| relation.terms.iter().any(|(_, cell)| cell.contains_key("raised"))).count()
    };
    assert!(has("=") > 0 && has("<=") > 0, "{} and {}", has("="), has("<="));
    let sums = &manifest.hierarchies["raised"].sums;
    assert!(sums.iter().all(|(_, children)| children.len() == 2), "an answer and all others: {sums:?}");
}
