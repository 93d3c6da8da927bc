//! Whether two attackers that share no code agree: `verify` and a program in Python, on the patterns of other tools and on
//! releases in time, count by count.
//!
//! `TAKEUP_TABLES=/path/to/tables TAKEUP_ATTACKER=/path/to/attack_tables.py cargo bench --bench peers [-- NAME...]`. Both
//! attack what a stranger has, without the truth. It ends with 1 where they differ.
//!
//! `TAKEUP_PATTERNS=/path` names a folder of further patterns, such as `benches/peers/tau_argus.py TABLES /path` makes. With
//! `TAKEUP_OURS=1` this program's own pattern of each case is attacked beside them.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

/// The counts that both give, but for those that say how the work was done.
const NAMES: [&str; 15] = [
    "cells_in_tables",
    "published",
    "suppressed",
    "rounded_or_noisy",
    "derived_cells",
    "inconsistent_published",
    "suppressed_linear_exact",
    "suppressed_interval_exact",
    "suppressed_narrow",
    "suppressed_known_small_nonzero",
    "derived_small_exact",
    "derived_small_bounded",
    "group_100pct",
    "group_100pct_total_below_2T",
    "group_all_but_one",
];

/// How many of these count cells only.
const OF_CELLS: usize = 6;

fn main() {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let (Some(data), Some(attacker)) = (variable("TAKEUP_TABLES"), variable("TAKEUP_ATTACKER")) else {
        println!("TAKEUP_TABLES and TAKEUP_ATTACKER name the data folder and the other attacker");
        return;
    };
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let home = tempfile::tempdir().expect("a temporary folder");
    let (mut patterns, mut differences) = (0, 0);
    let further = variable("TAKEUP_PATTERNS");
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    for (name, folder) in folders(&data, further.as_deref(), home.path(), &is_wanted) {
        patterns += 1;
        differences += compared(&name, &folder, &attacker);
    }
    println!("{patterns} patterns, {differences} differences");
    if differences > 0 {
        std::process::exit(1);
    }
}

/// Every folder with a `release.json` in the data, one for every pattern of another tool, and ours where that is asked for.
fn folders(
    data: &Path,
    further: Option<&Path>,
    home: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Vec<(String, PathBuf)> {
    let mut folders = Vec::new();
    for case in entries(data) {
        let name = named(&case);
        if case.join("release.json").is_file() {
            if is_wanted(&name) {
                folders.push((name, case));
            }
            continue;
        }
        let own = format!("{name} takeup");
        if std::env::var_os("TAKEUP_OURS").is_some() && case.join("case.json").is_file() && is_wanted(&own) {
            folders.extend(ours(&case, home).map(|folder| (own, folder)));
        }
        let kept = further.map(|further| entries(&further.join(&name).join("peers")));
        for pattern in entries(&case.join("peers")).into_iter().chain(kept.unwrap_or_default()) {
            if let Some(method) = named(&pattern).strip_suffix("_suppressed.csv.gz") {
                let (own, folder) = (format!("{name} {method}"), home.join(format!("{name}-{method}")));
                if is_wanted(&own) {
                    release(&case, &pattern, &folder);
                    folders.push((own, folder));
                }
            }
        }
    }
    folders
}

/// What this program makes of a case; none where it refuses it.
fn ours(case: &Path, home: &Path) -> Option<PathBuf> {
    let out = home.join(format!("{}-takeup", named(case)));
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(["protect", "--quiet", "--tie-key", "fixtures/protect.key"]).arg(case).arg("--out").arg(&out);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success()).then_some(out)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn named(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Lines of a packed table by column.
fn lines(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut text = String::new();
    GzDecoder::new(File::open(path).expect("a file of the data")).read_to_string(&mut text).expect("a text");
    // No code of the data has a comma.
    let mut lines = text.lines().map(|line| line.split(','));
    let header: Vec<&str> = lines.next().into_iter().flatten().collect();
    lines.map(|line| header.iter().map(|&name| name.to_owned()).zip(line.map(str::to_owned)).collect()).collect()
}

/// The tables of a case, in which what the pattern lists is hidden, as a folder that anyone can attack.
fn release(case: &Path, pattern: &Path, folder: &Path) {
    let read = fs::read(case.join("case.json")).expect("a case");
    let case_json: Value = serde_json::from_slice(&read).expect("JSON");
    let dims: Vec<&String> = case_json["hierarchies"].as_object().expect("hierarchies").keys().collect();
    let key = |line: &BTreeMap<String, String>| dims.iter().map(|dim| line[*dim].clone()).collect::<Vec<_>>();
    let hidden: BTreeSet<Vec<String>> = lines(pattern).iter().map(key).collect();
    let truth = lines(&case.join("truth.csv.gz"));
    fs::create_dir_all(folder).expect("a folder of our own");
    let mut tables = Vec::new();
    for (at, table) in case_json["tables"].as_array().expect("tables").iter().enumerate() {
        let own: Vec<&str> = table["dims"].as_array().expect("dims").iter().filter_map(Value::as_str).collect();
        let stands = |dim: &str, line: &BTreeMap<String, String>| {
            own.contains(&dim) || case_json["hierarchies"][dim]["total"] == line[dim].as_str()
        };
        let mut text = format!("{},value,symbol\n", own.join(","));
        for line in truth.iter().filter(|line| dims.iter().all(|dim| stands(dim, line))) {
            let codes: Vec<&str> = own.iter().map(|dim| line[*dim].as_str()).collect();
            let cell = if hidden.contains(&key(line)) { ",c".to_owned() } else { format!("{},", line["count"]) };
            text.push_str(&format!("{},{cell}\n", codes.join(",")));
        }
        let file = format!("t{at}.csv");
        fs::write(folder.join(&file), text).expect("a file of our own");
        tables.push(json!({"id": format!("T{at}"), "file": file, "dims": own, "markers": {"": [0, null]}}));
    }
    let manifest =
        json!({"threshold": case_json["threshold"], "hierarchies": case_json["hierarchies"], "tables": tables});
    fs::write(folder.join("release.json"), manifest.to_string()).expect("a file of our own");
}

/// How many counts differ.
fn compared(name: &str, folder: &Path, attacker: &Path) -> usize {
    let start = Instant::now();
    let ours = verify::attack(&[folder.to_owned()], &[]).expect("a folder that can be attacked").verdict;
    let seconds = start.elapsed().as_secs_f64();
    let mut command = Command::new("python3");
    command.arg(attacker).arg(folder.join("release.json")).args(["--full", "--integer"]);
    let output = command.output().expect("Python starts");
    // A solver may print its own name first.
    let answer = output.stdout.iter().position(|&byte| byte == b'{').map_or(&[][..], |at| &output.stdout[at..]);
    let Ok(theirs) = serde_json::from_slice::<Value>(answer) else {
        println!("{name:<40} the other attacker did not answer");
        return 1;
    };
    let mut differences = Vec::new();
    let is_infeasible = ours.counts.get("infeasible").is_some_and(|count| *count > 0);
    let are_both = is_infeasible && theirs["infeasible"].as_bool().unwrap_or(false);
    // Where no table agrees with what is published, what else follows of it has no meaning.
    let is_cut = theirs["timeout"].as_bool().unwrap_or(false);
    for (at, count) in NAMES.into_iter().enumerate().take(if are_both { OF_CELLS } else { NAMES.len() }) {
        let (own, other) = (ours.counts.get(count).copied().unwrap_or(0), theirs[count].as_u64().unwrap_or(0));
        // Where its time ran out it has not found all.
        let is_same = if is_cut && at >= OF_CELLS { own >= other } else { own == other };
        if !is_same {
            differences.push(format!("{count} {own}, other {other}"));
        }
    }
    if is_infeasible != theirs["infeasible"].as_bool().unwrap_or(false) {
        differences.push(format!("infeasible {is_infeasible}"));
    }
    let left: u64 = ours.tried.iter().map(|tried| tried.not_shown).sum();
    println!(
        "{name:<40} {:>6} hidden, {:>5} exact, {:>5} narrow, {left} open, {seconds:.2} s; other {} s; {}",
        ours.counts["suppressed"],
        ours.counts["suppressed_interval_exact"],
        ours.counts["suppressed_narrow"],
        theirs["seconds"],
        match (differences.is_empty(), are_both) {
            (true, false) if is_cut => "agree as far as the other's time went".to_owned(),
            (true, false) => "agree".to_owned(),
            (true, true) => "agree: the published figures contradict each other".to_owned(),
            (false, _) => differences.join("; "),
        },
    );
    differences.len()
}
