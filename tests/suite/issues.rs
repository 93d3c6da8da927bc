//! The issue list: small simulations with known truth (the large ones are `cargo bench --bench issues`), the demo's planted
//! signals, and the command on a workspace.

use std::process::{Command, Output, Stdio};

use confidential::issues::{Direction, Window, judge};

#[path = "../../benches/common/planted.rs"]
mod planted;
#[path = "../../benches/common/simulation.rs"]
mod simulation;

use simulation::{Design, draw, repeat};

/// Another seed than the bench has.
const SEED: u64 = 4_711;

#[test]
fn where_nothing_is_raised_one_test_in_a_hundred_says_otherwise_and_few_quarters_list_anything() {
    let runs = 150;
    let tests = repeat(runs, |run| {
        let drawn = draw(&Design::default(), SEED, run);
        // A year that holds a spike is no quiet year.
        let quiet = judge(&drawn.panel).into_iter().zip(drawn.spiked).filter(|(_, spiked)| !spiked);
        quiet.map(|(tests, _)| tests).collect::<Vec<_>>()
    });
    let latest = || tests.iter().flatten().flatten().filter(|test| test.window == Window::Latest);
    let share = latest().filter(|test| test.p < 0.01).count() as f64 / latest().count() as f64;
    assert!(share < 0.018, "{share} of the tests are below 0.01");
    let lists = |issues: &&Vec<Vec<confidential::issues::Test>>| issues.iter().flatten().any(|test| test.is_listed);
    let quiet = tests.iter().filter(lists).count() as f64 / runs as f64;
    assert!(quiet < 0.18, "{quiet} of the quiet quarters list something");
}

#[test]
fn a_threefold_rise_of_a_common_issue_is_found_and_a_rise_of_the_whole_service_is_not() {
    let raised = Design { raised: (2, 3.0, 1), means: (15.0, 31.0), ..Design::default() };
    let up = |test: &&confidential::issues::Test| test.window == Window::Latest && test.direction == Direction::Up;
    let found = repeat(60, |run| {
        let drawn = draw(&raised, SEED, run);
        assert!(drawn.means.iter().all(|mean| *mean >= 15.0), "common issues");
        let tests = judge(&drawn.panel);
        let found = |issue: &usize| tests[*issue].iter().find(up).is_some_and(|test| test.p < 0.01);
        let told = |issue: &usize| drawn.told(*issue, Window::Latest, raised.dispersions.0) < 0.01;
        ((0..2).filter(found).count(), (0..2).filter(told).count())
    });
    let (found, told): (Vec<usize>, Vec<usize>) = found.into_iter().unzip();
    let (found, told) = (found.iter().sum::<usize>(), told.iter().sum::<usize>());
    assert!(found >= 114 && told >= found, "{found} of 120 are found, {told} by whoever is told everything");
    let service = Design { service: 1.3, ..Design::default() };
    let alerts = repeat(60, |run| {
        let tests = judge(&draw(&service, SEED, run).panel);
        tests.iter().flatten().filter(|test| up(test) && test.p < 0.01).count()
    });
    assert!(alerts.iter().sum::<usize>() <= 30, "{alerts:?} of 20 each");
}

#[test]
fn the_demo_lists_what_was_planted_and_hardly_anything_else() {
    let followed = repeat(10, |run| planted::follow(takeup::demo::default_seed() + 1_000 + run));
    let times = |is: &dyn Fn(&planted::Followed) -> bool| followed.iter().filter(|one| is(one)).count();
    assert_eq!(times(&|one| one.artefact), 10, "S5");
    assert!(times(&|one| one.seasonal) >= 9, "S4");
    assert!(times(&|one| one.trend) >= 5, "S3");
    assert!(times(&|one| one.sustained) >= 4, "S2");
    assert!(followed.iter().map(|one| one.nulls.len()).sum::<usize>() <= 8, "S6");
    // S1 is one district's tenth of the county: with 80 % power it could not be seen by any test of the county.
    assert!(times(&|one| one.sudden) <= 3, "S1 would be seen by chance only");
}

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

#[test]
fn the_list_of_a_workspace_has_the_promised_fields_and_writes_a_page() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("office");
    let pass = crate::founded::workspace(&folder, "casework", None);
    let plain = |path: &std::path::Path| path.to_str().expect("plain names").to_owned();
    let globals = ["-C".to_owned(), plain(&folder), "--passphrase-file".to_owned(), plain(&pass)];
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = globals.iter().map(String::as_str).chain(arguments.iter().copied()).collect();
        takeup(&all)
    };
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/casework_sample.csv.gz");
    assert_eq!(run(&["ingest", sample, "--source", "casework"]).status.code(), Some(0));
    let page = plain(&home.path().join("issues.html"));
    let output = run(&["issues", "--period", "2018-Q2", "--level", "group", "--json", "--html", &page]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(list["period"], "2018-Q2");
    assert!(list["data_quality"].is_array());
    let issues = list["issues"].as_array().expect("issues");
    let keys: Vec<&str> = issues[0].as_object().expect("an object").keys().map(String::as_str).collect();
    let promised =
        ["code", "expected", "label", "lower", "noticeable_factor", "observed", "p", "q", "status", "upper", "window"];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, promised);
    let housing = issues.iter().find(|issue| issue["code"] == "Housing and Buildings").expect("the largest group");
    assert!(housing["observed"].as_u64().is_some_and(|count| count > 20));
    let drawn = std::fs::read_to_string(&page).expect("the page");
    assert!(drawn.contains("Internal, not for release") && drawn.contains("<svg") && !drawn.contains("http"));
    let again = run(&["issues", "--period", "2018-Q2", "--html", &page]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten without --force");
    assert_eq!(run(&["issues", "--period", "2018"]).status.code(), Some(2), "a year is no quarter");
    assert_eq!(run(&["issues", "--period", "2031-Q1"]).status.code(), Some(4), "nothing was recorded");
    assert_eq!(run(&["issues", "--period", "2018-Q2", "--within", "Nothing"]).status.code(), Some(2));
    assert_eq!(
        run(&["issues", "--period", "2018-M02", "--method", "farrington"]).status.code(),
        Some(2),
        "three years"
    );
    assert_eq!(run(&["issues", "--period", "2018-M12", "--method", "farrington"]).status.code(), Some(0));
}
