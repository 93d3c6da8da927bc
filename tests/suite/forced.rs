//! A report whose tables force what none of them shows. The real program, on invented cases that can be counted by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::approval::approve;
use crate::demo::files;
use crate::founded::workspace;

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Offices by borough"
dims = ["borough", "office"]
audiences = ["public"]
[[table]]
id = "C02"
title = "Issues by borough"
dims = ["issue:complaint_type", "borough"]
audiences = ["public"]
[[table]]
id = "C03"
title = "Issues by office"
dims = ["issue:complaint_type", "office"]
audiences = ["public"]
"#;

/// Borough, office, and cases of housing, schools and transport. Every pair has 5 or more; the Bronx and the second office
/// have between 1 and 4 cases of schools, whatever the truth.
const CASES: [(&str, &str, [usize; 3]); 4] = [
    ("Bronx", "NYCC01", [6, 4, 12]),
    ("Bronx", "NYCC02", [0, 2, 6]),
    ("Queens", "NYCC01", [12, 1, 2]),
    ("Queens", "NYCC02", [8, 8, 6]),
];

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn export() -> String {
    let mut text = String::from(
        "unique_key,account,opendate,closedate,complaint_type,descriptor,zip,borough,city,council_dist,community_board\n",
    );
    let mut number = 0;
    for (borough, office, counts) in CASES {
        for (issue, count) in ["Housing", "Schools", "Transport"].into_iter().zip(counts) {
            for _ in 0..count {
                number += 1;
                writeln!(text, "KEY-{number:05},{office},2018-05-15,,{issue},General,,{borough},,,").expect("a string");
            }
        }
    }
    text
}

#[test]
fn a_report_is_built_again_until_its_tables_force_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("office");
    let passphrase = workspace(&folder, "casework", None);
    fs::write(folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
    let file = home.path().join("export.csv");
    fs::write(&file, export()).expect("a temporary folder can be written");
    let globals = ["-C", plain(&folder), "--passphrase-file", plain(&passphrase)];
    done(&takeup(&[&globals[..], &["ingest", plain(&file), "--source", "casework"]].concat()));
    done(&takeup(&[&globals[..], &["report", "--period", "2018-Q2"]].concat()));
    approve(&folder);

    let release = folder.join("reports/2018-Q2-public-r1");
    let tables = files(&release.join("data")).into_iter().filter(|(name, _)| name.ends_with(".csv"));
    let hidden: usize = tables.map(|(_, bytes)| String::from_utf8_lossy(&bytes).matches(",,c\n").count()).sum();
    assert!(hidden > 0, "no figure is small, and yet some are hidden");
    let output = takeup(&["verify", "--json", plain(&release)]);
    let verdict: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &verdict["findings"]), (Some(0), &serde_json::json!([])));
    let tried = verdict["tried"].as_array().expect("a list");
    assert!(tried.iter().any(|tried| tried["attack"] == "reconstruction"), "{tried:?}");
}
