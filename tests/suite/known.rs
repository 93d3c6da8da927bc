//! Figures that readers know anyway (`config/known/`): a release is safe from a reader who takes them off, and the attack that uses
//! them wins against a release that was made without. The real program, on cases that can be counted by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::corrections::{Made, plain, takeup};

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Boroughs"
dims = ["borough", "period"]
last = 1
audiences = ["public", "council"]
"#;

/// Three cases in the Bronx are to be hidden, and one more borough with them.
const CASES: [(&str, usize); 5] =
    [("Bronx", 3), ("Brooklyn", 7), ("Manhattan", 20), ("Queens", 30), ("Staten Island", 41)];

fn office() -> Made {
    let made = Made::new();
    fs::write(made.folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
    let mut text = "unique_key,account,opendate,closedate,complaint_type,descriptor,borough\n".to_owned();
    for (borough, cases) in CASES {
        // All of them have rows by the quarter before.
        let before = (0..20).map(|case| (case, "2017-11-15"));
        for (case, day) in before.chain((20..20 + cases).map(|case| (case, "2018-02-15"))) {
            let key = format!("{}-{case}", borough.replace(' ', ""));
            writeln!(text, "{key},NYCC01,{day},,Housing,General,{borough}").expect("a string");
        }
    }
    made.ingest_text(&text);
    made
}

fn knows(made: &Made, figures: &str) {
    let folder = made.folder.join("config/known");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("council.csv"), figures).expect("the workspace can be written");
}

/// Boroughs without a figure in the public release.
fn hidden(made: &Made) -> Vec<String> {
    let text = fs::read_to_string(made.reports().join("2018-Q1-public-r1/data/c01.csv")).expect("a table");
    let hidden = text.lines().filter(|line| line.ends_with(",c"));
    hidden.map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
}

fn attacked(made: &Made, knowing: &Path) -> Output {
    let release = made.reports().join("2018-Q1-public-r1");
    takeup(&["verify", plain(&release), "--config", plain(knowing)])
}

#[test]
fn who_knows_a_figure_anyway_takes_it_off() {
    let plain_office = office();
    plain_office.report(&["2018-Q1"]);
    let second = hidden(&plain_office).into_iter().find(|borough| borough != "Bronx").expect("one more is hidden");
    let cases = CASES.iter().find(|(borough, _)| *borough == second).expect("a borough").1;
    let figures = format!("period,borough,count\n2018-Q1,{second},{cases}\n");

    let wiser = office();
    knows(&wiser, &figures);
    wiser.report(&["2018-Q1"]);
    let others = hidden(&wiser).into_iter().filter(|borough| *borough != "Bronx" && *borough != second);
    assert!(others.count() > 0, "somebody else has to be hidden with the Bronx");

    let config = wiser.folder.join("config");
    assert_eq!(attacked(&wiser, &config).status.code(), Some(0));
    // Nobody outside knows that of no case the borough is not recorded; the store does.
    let release = plain_office.reports().join("2018-Q1-public-r1");
    let won = plain_office.takeup(&["verify", plain(&release), "--config", plain(&config)]);
    let said = String::from_utf8_lossy(&won.stdout).into_owned();
    assert_eq!(won.status.code(), Some(6), "{said}");
    assert!(said.contains("Bronx"), "{said}");
}

#[test]
fn what_some_know_of_few_is_told_to_nobody_else() {
    let made = office();
    knows(&made, "period,borough,count\n2018-Q1,Bronx,3\n2018-Q1,Queens,30\n");
    made.report(&["2018-Q1"]);
    assert!(hidden(&made).contains(&"Bronx".to_owned()), "hidden: {:?}", hidden(&made));
    assert_eq!(attacked(&made, &made.folder.join("config")).status.code(), Some(0));
    assert_eq!(made.takeup(&["verify", plain(&made.reports().join("2018-Q1-public-r1"))]).status.code(), Some(0));
}

#[test]
fn a_figure_that_is_not_so_and_a_code_that_is_none_are_said_with_their_lines() {
    let made = office();
    for (figures, says) in [
        ("period,borough,count\n2018-Q1,Queens,29\n", "known/council.csv, line 2: the store counts another number"),
        (
            "period,borough,count\n\n2018-Q1,Quens,30\n",
            "known/council.csv, line 3: the dimension \"borough\" has no code \"Quens\"",
        ),
        ("period,borough,count\n2018-Q9,Queens,30\n", "line 2: the dimension \"period\" has no code \"2018-Q9\""),
    ] {
        knows(&made, figures);
        let output = made.takeup(&["report", "--period", "2018-Q1"]);
        let said = String::from_utf8_lossy(&output.stderr).replace(['\n', '│'], " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(says), "{said}");
    }
    // Of a time that is not counted yet nothing is asked.
    knows(&made, "period,borough,count\n2018-Q2,Queens,30\n");
    made.report(&["2018-Q1"]);
}
