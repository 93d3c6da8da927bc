//! What cannot be, from an export to the release: a case in a district of another borough.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::approval::approve;
use crate::founded::workspace;

fn takeup(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    let passphrase = folder.join("pass.txt");
    command.arg("-C").arg(folder.join("office")).arg("--passphrase-file").arg(&passphrase);
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

/// What a command that must succeed said.
fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Cases of two boroughs with a district each, and some that a district of the one and the other borough have.
fn export(contradicting: usize) -> String {
    let mut text = "unique_key,account,opendate,complaint_type,descriptor,borough,council_dist\n".to_owned();
    let groups =
        [("Manhattan", "NYCC01", 40), ("Bronx", "NYCC11", 30), ("Bronx", "NYCC01", contradicting), ("", "", 20)];
    let mut number = 0;
    for (borough, district, cases) in groups {
        for _ in 0..cases {
            number += 1;
            text.push_str(&format!("{number},A,2018-02-0{},Housing,Repairs,{borough},{district}\n", number % 9 + 1));
        }
    }
    text
}

/// The value of a district in the table by district, as the council gets it.
fn district(office: &Path, code: &str) -> String {
    let table = fs::read_to_string(office.join("reports/2018-Q1-council-r1/data/c06.csv")).expect("a table");
    let line = table.lines().find(|line| line.starts_with(&format!("{code},2018-Q1,"))).expect("a row");
    line.to_owned()
}

#[test]
fn a_case_that_cannot_be_counts_as_not_recorded_and_the_rule_is_true_of_every_figure() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path();
    let office = folder.join("office");
    workspace(&office, "casework", None);
    fs::write(folder.join("cases.csv"), export(6)).expect("a file");
    let said =
        done(&takeup(folder, &["ingest", folder.join("cases.csv").to_str().expect("plain"), "--source", "casework"]));
    assert!(said.contains("impossible_combination"), "{said}");
    let built = takeup(folder, &["report", "--period", "2018-Q1"]);
    done(&built);
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(said.contains("6 times a stored case contradicts a rule"), "{said}");
    approve(&office);
    assert_eq!(district(&office, "NYCC01"), "NYCC01,2018-Q1,40,", "the six of the Bronx are not among them");
    assert_eq!(district(&office, "NR"), "NR,2018-Q1,26,");
    let manifest = fs::read_to_string(office.join("reports/2018-Q1-council-r1/release.json")).expect("a manifest");
    assert!(manifest.contains("A council district lies in one borough."));
    // The rule becomes another without another sentence: what was frozen contradicts it.
    let rules = office.join("config/impossible.toml");
    let text = fs::read_to_string(&rules).expect("rules");
    fs::write(&rules, text.replace("\"NYCC11\", ", "").replace("Manhattan = [", "Manhattan = [\"NYCC11\", "))
        .expect("a file");
    let refused = takeup(folder, &["plan", "--period", "2018-Q1"]);
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another sentence"));
}

#[test]
fn a_rule_about_a_code_that_is_written_otherwise_is_asked_about() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path();
    let office = folder.join("office");
    workspace(&office, "casework", None);
    fs::write(folder.join("cases.csv"), export(0)).expect("a file");
    done(&takeup(folder, &["ingest", folder.join("cases.csv").to_str().expect("plain"), "--source", "casework"]));
    let asked = "borough \"Manhatten\" (\"Manhattan\"?)";
    let plan = || done(&takeup(folder, &["plan", "--period", "2018-Q1"]));
    // Districts that no case has are in the rules, and nobody takes them for others.
    assert!(!plan().contains("much like one"), "{}", plan());
    let rules = office.join("config/impossible.toml");
    let text = fs::read_to_string(&rules).expect("the rules");
    fs::write(&rules, text.replace("Manhattan = [", "Manhatten = [")).expect("the workspace can be written");
    assert!(plan().contains(asked), "{}", plan());
}
