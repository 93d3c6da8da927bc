//! What an extract costs, whole process: reading data and hierarchies, the search, writing. Beside it what ARX 3.9.2 took
//! on the same data with k = 5, Loss and the same limit of suppression, in processor seconds of a warm JVM. Then what the risk
//! report adds: all attribute subsets, before and after.
//!
//! `cargo bench --bench extract [-- NAME...]` with, in the environment: `TAKEUP_KANON`, a folder with a folder a data set,
//! `<set>/<set>.csv` or `.csv.gz` and `<set>/*_hierarchy_<column>.csv`; `TAKEUP_BENCH_RUNS`, runs a row (else 5). A set that
//! is not in the folder is left out. The quasi-identifiers are the first nine columns.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

/// A data set at a limit, and what ARX took for which loss and levels.
struct Row {
    set: &'static str,
    limit: &'static str,
    seconds: f64,
    loss: f64,
    levels: &'static str,
    checked: u32,
}

const fn row(
    set: &'static str,
    limit: &'static str,
    seconds: f64,
    loss: f64,
    levels: &'static str,
    checked: u32,
) -> Row {
    Row { set, limit, seconds, loss, levels, checked }
}

/// Measured on the machine that the figures of ARCHITECTURE are from.
const ARX: [Row; 16] = [
    row("adult", "0", 0.13, 0.573_151, "041132210", 181),
    row("adult", "0.02", 1.5, 0.313_713, "030221120", 1_245),
    row("adult", "0.1", 2.6, 0.220_412, "030021110", 2_158),
    row("adult", "1", 5.7, 0.220_412, "030021110", 4_749),
    row("mach2019", "0", 0.6, 0.499_735, "421221111", 395),
    row("mach2019", "0.02", 9.0, 0.285_769, "320013012", 3_055),
    row("mach2019", "0.1", 14.2, 0.225_640, "320012111", 4_726),
    row("mach2019", "1", 63.7, 0.225_640, "320012111", 15_950),
    row("creditcard", "0", 0.26, 0.523_150, "302241130", 316),
    row("creditcard", "0.02", 3.6, 0.227_903, "202131110", 2_487),
    row("creditcard", "0.1", 3.7, 0.167_770, "201131110", 3_208),
    row("creditcard", "1", 19.1, 0.167_770, "201131110", 12_207),
    row("atus_syn", "0", 4.5, 0.434_839, "050212220", 626),
    row("atus_syn", "0.02", 120.0, 0.259_963, "050200121", 2_867),
    row("ihis_syn", "0", 19.0, 0.300_664, "000321011", 911),
    row("ihis_syn", "0.02", 214.0, 0.246_007, "400231001", 1_461),
];

/// Local recoding of a set: what ARX took, and the arithmetic loss it reached.
const ARX_LOCAL: [(&str, f64, f64); 4] =
    [("adult", 67.0, 0.052_37), ("adult", 9.5, 0.059_08), ("mach2019", 91.0, 0.090_51), ("creditcard", 14.9, 0.050_59)];

/// The risk of attribute subsets, 511 a set: what ARX took in wall seconds. That of adult is from a quiet machine; while the others
/// were taken other work ran, and they are two to three times too long.
const ARX_SUBSETS: [(&str, f64); 3] = [("adult", 2.175), ("mach2019", 19.168), ("atus_syn", 119.028)];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let Some(data) = std::env::var_os("TAKEUP_KANON").map(PathBuf::from) else {
        println!("TAKEUP_KANON names no folder of data sets");
        return;
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:<10} {:>5} {:>8} {:>8} {:>6} {:>5} {:>9} {:>9} {:<10} {:<10} {:>7} {:>7} {:>7} {:>6} {:>6}",
        "set",
        "limit",
        "CPU s",
        "ARX's",
        "times",
        "MB",
        "loss",
        "ARX's",
        "levels",
        "ARX's",
        "checked",
        "ARX's",
        "lattice",
        "proven",
        "same"
    );
    let is_wanted = |set: &str| wanted.is_empty() || wanted.iter().any(|part| set.contains(part.as_str()));
    for row in ARX.iter().filter(|row| is_wanted(row.set)) {
        if let Some((folder, file)) = find(&data, row.set) {
            measure(row, &folder, &file, home.path());
        }
    }
    println!(
        "\n{:<10} {:>8} {:>8} {:>6} {:>5} {:>10} {:>10} {:>8} {:>8} {:>10}",
        "local", "CPU s", "ARX's", "times", "MB", "loss arith", "ARX's", "classes", "smallest", "suppressed"
    );
    for (set, seconds, loss) in ARX_LOCAL.iter().filter(|(set, _, _)| is_wanted(set)) {
        if let Some((folder, file)) = find(&data, set) {
            let (least, megabytes, told) = taken(&folder, &file, home.path(), &["--model", "local"], false);
            println!(
                "{set:<10} {least:>8.3} {seconds:>8.2} {:>6.0} {megabytes:>5} {:>10.6} {loss:>10.6} {:>8} {:>8} {:>10}",
                seconds / least,
                told["loss_arithmetic"].as_f64().unwrap_or(f64::NAN),
                told["classes"],
                told["smallest_class"],
                told["suppressed"],
            );
        }
    }
    println!(
        "\n{:<10} {:>8} {:>8} {:>8} {:>8} {:>5} {:>10} {:>8}",
        "risk", "subsets", "CPU s", "wall s", "ARX's", "MB", "classes", "after"
    );
    for (set, seconds) in ARX_SUBSETS.iter().filter(|(set, _)| is_wanted(set)) {
        if let Some((folder, file)) = find(&data, set) {
            risk(set, *seconds, &folder, &file, home.path());
        }
    }
}

/// What the risk report costs beside a run without one: everything that it has, before and after.
fn risk(set: &str, seconds: f64, folder: &Path, file: &Path, home: &Path) {
    let (without, _, _) = taken(folder, file, home, &["--suppress", "0.02"], false);
    let (with, megabytes, told) = taken(folder, file, home, &["--suppress", "0.02"], true);
    let subsets = |side: &str| told["risk"][side]["subsets"]["scope"]["examined"].as_u64().unwrap_or(0);
    let classes = |side: &str| told["risk"][side]["class_sizes"]["classes"].as_u64().unwrap_or(0);
    println!(
        "{set:<10} {:>8} {:>8.3} {:>8.3} {seconds:>8.2} {megabytes:>5} {:>10} {:>8}",
        subsets("before") + subsets("after"),
        with - without,
        told["risk_seconds"].as_f64().unwrap_or(f64::NAN),
        classes("before"),
        classes("after"),
    );
}

/// The folder and the file of a data set, where they are there.
fn find(data: &Path, set: &str) -> Option<(PathBuf, PathBuf)> {
    let folder = data.join(set);
    let file = ["csv", "csv.gz"]
        .map(|ending| folder.join(format!("{set}.{ending}")))
        .into_iter()
        .find(|file| file.is_file())?;
    Some((folder, file))
}

/// Processor seconds of the quickest run, megabytes of the largest, and what it told; with the risk where `risk` is wanted.
fn taken(folder: &Path, file: &Path, home: &Path, options: &[&str], risk: bool) -> (f64, u64, Value) {
    let quasi = columns(file);
    let (out, told, page) = (home.join("out.csv"), home.join("told.json"), home.join("risk.html"));
    let runs: u32 = std::env::var("TAKEUP_BENCH_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let (mut least, mut kilobytes) = (f64::INFINITY, 0);
    for _ in 0..runs {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.arg("extract").arg("--from").arg(file).arg("--hierarchies").arg(folder);
        command.arg("--out").arg(&out).args(["--qi", &quasi, "--k", "5", "--force"]);
        if risk {
            command.arg("--risk").arg(&page).args(["--sampling-fraction", "0.01"]);
        }
        let told = fs::File::create(&told).expect("a temporary folder can be written");
        command.args(options).args(["--quiet", "--json"]).stdin(Stdio::null()).stdout(told);
        let before = children_seconds();
        let peak = run(command.spawn().expect("the program starts"));
        least = least.min(children_seconds() - before);
        kilobytes = kilobytes.max(peak);
    }
    (least, kilobytes / 1024, serde_json::from_slice(&fs::read(&told).expect("a report")).expect("JSON"))
}

fn measure(row: &Row, folder: &Path, file: &Path, home: &Path) {
    let (least, megabytes, told) = taken(folder, file, home, &["--suppress", row.limit], false);
    let levels: String = told["levels"]
        .as_array()
        .expect("levels")
        .iter()
        .map(|level| level.as_u64().unwrap_or(0).to_string())
        .collect();
    let loss = told["loss"].as_f64().unwrap_or(f64::NAN);
    println!(
        "{:<10} {:>5} {:>8.3} {:>8.2} {:>6.0} {:>5} {:>9.6} {:>9.6} {:<10} {:<10} {:>7} {:>7} {:>7} {:>6} {:>6}",
        row.set,
        row.limit,
        least,
        row.seconds,
        row.seconds / least,
        megabytes,
        loss,
        row.loss,
        levels,
        row.levels,
        told["checked"],
        row.checked,
        told["lattice"],
        told["optimal"],
        (loss - row.loss).abs() < 1e-6 && levels == row.levels,
    );
}

/// The first nine columns, as `--qi` takes them.
fn columns(file: &Path) -> String {
    let table = confidential::extract::table::Table::read(file).expect("a data set");
    table.columns().iter().take(9).map(|column| column.name.as_str()).collect::<Vec<_>>().join(",")
}

/// Processor seconds of all children that have ended, in the kernel's ticks of 10 ms.
fn children_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}

/// Waits, and answers with the most memory seen.
fn run(mut child: Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        match child.try_wait().expect("a child of ours") {
            Some(status) => {
                assert!(status.success(), "the program failed");
                return peak;
            }
            None => sleep(Duration::from_millis(2)),
        }
    }
}
