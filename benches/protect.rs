//! What protecting costs: every case with zeros hidden and shown, for the fewest cells and for the smallest sum, beside
//! what a slow search and other tools reached; then the casework's quarter.
//!
//! `cargo bench --bench protect [-- NAME...]` with, in the environment: `TAKEUP_TABLES`, the folder of the cases (else the
//! small ones of `fixtures/`); `TAKEUP_ATTACKER`, a program in Python that attacks a release from outside with the truth
//! beside it (else no verdict); `TAKEUP_BENCH_SECONDS`, after which a case is stopped (else 120).

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

#[path = "common/cases.rs"]
mod cases;
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use confidential::case::Earlier;
use model::release::Zeros;
use serde_json::Value;

use cases::Row;
use confidential::case::Case;
use confidential::protect::{HiddenZeros, Weight};
use confidential::tabulate::Counter;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let home = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:<18} {:<6} {:<5} {:>6} {:>7} {:>6} {:>9} {:>8} {:>8} {:>8} {:>6}  {:<20} {:<32} attacker",
        "case",
        "zeros",
        "least",
        "cells",
        "primary",
        "zeros",
        "secondary",
        "sum",
        "bound",
        "seconds",
        "MB",
        "probe",
        "peers"
    );
    for row in cases::rows(home.path()).iter().filter(|row| is_wanted(row.name)) {
        if row.name == "micro_s1m" {
            counting(row);
        }
        for zeros in ["hidden", "shown"] {
            for weight in ["count", "sum"] {
                protect(row, home.path(), zeros, weight);
            }
        }
    }
    if let Some(data) = cases::data().filter(|_| is_wanted("temporal_ytd")) {
        for (word, zeros) in [("hidden", Zeros::Hidden), ("shown", Zeros::Shown)] {
            for (least, weight) in [("count", Weight::Cells), ("sum", Weight::Sum)] {
                quarters(&data, home.path(), (word, zeros), (least, weight));
            }
        }
    }
    if is_wanted("casework") {
        casework();
    }
}

/// Every cell of the largest case, before anything is decided.
fn counting(row: &Row) {
    let case = common::measure("micro_s1m, read", 3, || Case::read(&row.folder).expect("a sound case"));
    let problem = case.problem(Zeros::Hidden, HiddenZeros::Unprotected, Weight::Cells);
    let cells = &problem.tables[0].cells;
    let counts = common::measure("micro_s1m, count every cell", 3, || case.count(cells));
    println!("{} cells", counts.len());
}

/// Runs the program itself, so that its memory is its own and a limit can stop it.
fn protect(row: &Row, home: &Path, zeros: &str, weight: &str) {
    let (out, report) = (home.join(format!("{}-{zeros}-{weight}", row.name)), home.join("report.json"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command
        .arg("protect")
        .args(["--tie-key", "fixtures/protect.key"])
        .arg(&row.folder)
        .arg("--out")
        .arg(&out)
        .arg("--report")
        .arg(&report)
        .arg("--quiet");
    command
        .args(["--zeros", zeros, "--weight", weight, "--insiders", "off", "--force"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let limit = std::env::var("TAKEUP_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    let (is_done, kilobytes) = run(&mut command, Duration::from_secs(limit));
    let probe = if zeros == "hidden" { row.bar.probe_hidden } else { row.bar.probe_shown };
    let named = format!("{:<18} {zeros:<6} {weight:<5}", row.name);
    if !is_done {
        println!("{named} no answer in {limit} s; probe {probe}, peers {}", row.bar.peers);
        return;
    }
    let told: Value = serde_json::from_slice(&fs::read(&report).expect("a report")).expect("JSON");
    let number = |name: &str| told[name].as_u64().unwrap_or(0);
    println!(
        "{named} {:>6} {:>7} {:>6} {:>9} {:>8} {:>8} {:>8.2} {:>6}  {probe:<20} {:<32} {}",
        number("cells"),
        number("primary"),
        number("zeros_hidden"),
        number("secondary"),
        number("secondary_sum"),
        number("lower_bound"),
        told["seconds"].as_f64().unwrap_or(0.0),
        kilobytes / 1024,
        row.bar.peers,
        attacked(&out, &row.truth),
    );
}

/// Whether the command ended well within `limit`, and the most memory it held.
fn run(command: &mut Command, limit: Duration) -> (bool, u64) {
    let mut child = command.spawn().expect("the program starts");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let start = Instant::now();
    let mut most = 0;
    loop {
        // Where the system has no such file the memory stays 0.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        most = most.max(peak.unwrap_or(0));
        if let Some(ended) = child.try_wait().expect("a child of ours") {
            return (ended.success(), most);
        }
        if start.elapsed() > limit {
            child.kill().and_then(|()| child.wait()).expect("a child of ours");
            return (false, most);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The outside attacker's verdict, where the environment names one.
fn attacked(out: &Path, truth: &Path) -> String {
    let Some(tool) = std::env::var_os("TAKEUP_ATTACKER") else { return "-".to_owned() };
    let mut command = Command::new("python3");
    command.arg(tool).arg(out.join("release.json")).arg("--truth").arg(truth).arg("--full");
    let output = command.output().expect("Python starts");
    // A solver may print its own name first.
    let answer = output.stdout.iter().position(|&byte| byte == b'{').map_or(&[][..], |at| &output.stdout[at..]);
    let Ok(verdict) = serde_json::from_slice::<Value>(answer) else { return "did not answer".to_owned() };
    let because: Vec<&str> = verdict["because"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let found: Vec<String> = because.iter().map(|kind| format!("{} {kind}", verdict[kind])).collect();
    let text = format!("{} {}", verdict["verdict"].as_str().unwrap_or("unknown"), found.join(", "));
    text.trim_end().to_owned()
}

fn quarters(data: &Path, home: &Path, zeros: (&str, Zeros), weight: (&str, Weight)) {
    let (case, pattern, seconds) = cases::quarters(data, home, zeros.1, weight.1);
    let out = home.join(format!("temporal_ytd-{}-{}", zeros.0, weight.0));
    for file in render::render_tables(&case.release(&pattern, &Earlier::default()).expect("parts that hold together"))
        .expect("files")
    {
        let path = out.join(file.path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
        fs::write(path, file.bytes).expect("a file of our own");
    }
    let statistics = pattern.statistics;
    println!(
        "{:<18} {:<6} {:<5} {:>6} {:>7} {:>6} {:>9} {:>8} {:>8} {seconds:>8.2} {:>6}  {:<20} {:<32} {}",
        "temporal_ytd",
        zeros.0,
        weight.0,
        statistics.cells,
        statistics.primary,
        statistics.zeros,
        statistics.secondary,
        case.loss(&pattern).secondary_sum,
        "-",
        "-",
        "-",
        "125 narrow, 46 exact",
        attacked(&out, &data.join("temporal_ytd/truth.csv")),
    );
}

fn casework() {
    let configuration = common::configuration();
    let (_home, store) = common::filled(&configuration);
    let draft = common::draft(&configuration, &store);
    let pattern =
        common::measure("casework, count, suppress and prove", 5, || draft.protect().expect("a safe pattern"));
    println!("{:?}", pattern.statistics);
}
