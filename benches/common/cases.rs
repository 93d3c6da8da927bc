//! Cases to protect: the folders of a data folder, and cases made of its microdata. `TAKEUP_TABLES=/path/to/tables` names
//! the data folder; without it the small cases of `fixtures/` are taken.

#![allow(dead_code, reason = "each bench uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use confidential::case::Case;
use confidential::protect::{
    EarlierCell, EarlierForm, HiddenZeros, Insiders, Pattern, Problem, Shown, Weight, suppress,
};
use confidential::tabulate::Counter;
use flate2::read::GzDecoder;
use model::release::Zeros;
use serde_json::{Value, json};

/// What others reached: a slow greedy search ("probe") with zeros hidden and shown, and the best of the peers' tools.
pub struct Bar {
    pub probe_hidden: &'static str,
    pub probe_shown: &'static str,
    pub peers: &'static str,
}

const NONE: Bar = Bar { probe_hidden: "-", probe_shown: "-", peers: "-" };

/// A case to measure.
pub struct Row {
    pub name: &'static str,
    pub folder: PathBuf,
    pub truth: PathBuf,
    pub bar: Bar,
}

/// The data folder, where the environment names one.
pub fn data() -> Option<PathBuf> {
    std::env::var_os("TAKEUP_TABLES").map(PathBuf::from)
}

/// Every case, those made of microdata in `scratch`.
pub fn rows(scratch: &Path) -> Vec<Row> {
    let Some(data) = data() else {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tables");
        let row = |name: &'static str| with_truth(name, fixtures.join(name), scratch, NONE);
        return ["grouped_linked", "overlapping_areas"].map(row).into();
    };
    let bar = |probe_hidden, probe_shown, peers| Bar { probe_hidden, probe_shown, peers };
    let ready = |name: &'static str, bar: Bar| {
        let folder = data.join(name);
        Row { name, truth: folder.join("truth.csv.gz"), folder, bar }
    };
    let made = |name: &'static str, file: &str, dims: &[(&str, Option<&str>)], bar: Bar| {
        let folder = scratch.join(name);
        case_of_microdata(&data.join(file), &folder, dims);
        with_truth(name, folder, scratch, bar)
    };
    let need = ("need", Some("need_grp"));
    let three = [("district", None), need, ("quarter", None)];
    let four = [("district", None), need, ("issue", Some("issue_grp")), ("phase", None)];
    vec![
        ready("s3k_2d", bar("6, or 46", "13 / 144", "none safe for the honest reader")),
        ready("pub_d2", bar("9 / 64", "21 / 173", "none")),
        ready("pub_nursery", NONE),
        made(
            "micro_s3k",
            "micro_s3k.csv.gz",
            &three,
            bar("66, or 67 / 582", "155 / 1649", "83 / 705 leaves 209 narrow"),
        ),
        ready("s3k_linked", bar("151, or 158 / 1600", "309, or 314 / 3631", "897 / 21120")),
        ready("s30k_4d", bar("did not finish", "did not finish", "872 unsafe")),
        made("micro_s1m", "micro_s1m_counts.csv.gz", &four, bar("-", "-", "no answer in 300 s")),
    ]
}

fn text_of(path: &Path) -> Vec<Vec<String>> {
    let file = File::open(path).expect("the data folder has it");
    let mut text = String::new();
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let mut reader: Box<dyn std::io::Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    reader.read_to_string(&mut text).expect("UTF-8");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Makes a case of microdata: a table over `dims`, each with the column of its groups.
fn case_of_microdata(file: &Path, folder: &Path, dims: &[(&str, Option<&str>)]) {
    let lines = text_of(file);
    let place = |name: &str| lines[0].iter().position(|have| have == name).expect("the microdata have the column");
    let (mut hierarchies, mut columns) = (BTreeMap::new(), BTreeMap::new());
    for &(name, group) in dims {
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for line in &lines[1..] {
            groups.entry(group.map_or("Total", |group| &line[place(group)])).or_default().insert(&line[place(name)]);
        }
        let mut sums: Vec<Value> = groups.iter().map(|(group, codes)| json!([group, codes])).collect();
        if group.is_some() {
            sums.insert(0, json!(["Total", groups.keys().collect::<Vec<_>>()]));
        }
        hierarchies.insert(name, json!({"total": "Total", "sums": sums}));
        columns.insert(name, group.into_iter().chain([name]).collect::<Vec<_>>());
    }
    let names: Vec<&str> = dims.iter().map(|&(name, _)| name).collect();
    let tables = json!([{"file": "table1.csv", "dims": names}]);
    let case = json!({"threshold": 5, "hierarchies": hierarchies, "cols": columns, "tables": tables});
    fs::create_dir_all(folder).expect("a folder of our own");
    fs::write(folder.join("case.json"), case.to_string()).expect("a file of our own");
    fs::copy(file, folder.join("inner.csv.gz")).expect("a copy");
}

/// Counts every cell of the case for the outside attacker.
fn with_truth(name: &'static str, folder: PathBuf, scratch: &Path, bar: Bar) -> Row {
    let case = Case::read(&folder).expect("a sound case");
    let problem = case.problem(Zeros::Hidden, HiddenZeros::Unprotected, Weight::Cells);
    let truth = scratch.join(format!("{name}-truth.csv"));
    write_truth(&case, &problem, &truth);
    Row { name, folder, truth, bar }
}

fn write_truth(case: &Case, problem: &Problem, path: &Path) {
    let mut file = std::io::BufWriter::new(File::create(path).expect("a file of our own"));
    let names = problem.spaces.iter().map(|space| space.name.as_str());
    writeln!(file, "{}", names.chain(["count"]).collect::<Vec<_>>().join(",")).expect("a file of our own");
    for table in &problem.tables {
        for (key, counts) in table.cells.iter().zip(case.count(&table.cells)) {
            let codes = problem.spaces.iter().zip(key).map(|(space, &code)| space.codes[code as usize].clone());
            let line: Vec<String> = codes.chain([counts.counted.to_string()]).collect();
            writeln!(file, "{}", line.join(",")).expect("a file of our own");
        }
    }
}

/// Year-to-date tables of four quarters, each protected when it is due, with those before it as they were published:
/// the case, all four patterns in one, and the seconds it took. The truth is the data folder's own.
pub fn quarters(data: &Path, scratch: &Path, zeros: Zeros, weight: Weight) -> (Case, Pattern, f64) {
    let source = data.join("temporal_ytd");
    let manifest: Value =
        serde_json::from_slice(&fs::read(source.join("release.json")).expect("a manifest")).expect("JSON");
    let tables: Vec<Value> = manifest["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|table| json!({"file": table["file"], "fixed": table["fixed"], "dims": ["district", "need"]}))
        .collect();
    let description = json!({"threshold": 5, "hierarchies": manifest["hierarchies"], "tables": tables});
    let folder = scratch.join("temporal_ytd");
    fs::create_dir_all(&folder).expect("a folder of our own");
    fs::write(folder.join("case.json"), description.to_string()).expect("a file of our own");
    let sums = |dimension: &str| {
        let sums = manifest["hierarchies"][dimension]["sums"].as_array().expect("sums").clone();
        sums.iter().map(|sum| sum[0].as_str().expect("a parent").to_owned()).collect::<BTreeSet<String>>()
    };
    let groups = ["district", "need", "period"].map(sums);
    let truth = text_of(&source.join("truth.csv"));
    let is_finest = |line: &&Vec<String>| line.iter().zip(&groups).all(|(code, groups)| !groups.contains(code));
    let inner: String = truth[1..].iter().filter(is_finest).map(|line| line.join(",") + "\n").collect();
    fs::write(folder.join("inner.csv"), format!("district,need,period,freq\n{inner}")).expect("a file of our own");
    let case = Case::read(&folder).expect("a sound case");
    let all = Problem {
        insiders: Insiders::Ignored,
        effort: 20_000_000,
        ..case.problem(zeros, HiddenZeros::Unprotected, weight)
    };
    let start = std::time::Instant::now();
    let (mut earlier, mut whole): (Vec<EarlierCell>, Pattern) = Default::default();
    for table in &all.tables {
        let problem = Problem { tables: vec![table.clone()], earlier: earlier.clone(), ..all.clone() };
        let pattern = suppress(&problem, &case).expect("a safe pattern");
        for key in &table.cells {
            let form = match pattern.cells[key] {
                Shown::Count(count) => EarlierForm::Count(count),
                Shown::Rounded(form, _) => EarlierForm::Rounded(form),
                Shown::Hidden(_) => EarlierForm::Suppressed,
                Shown::Impossible => EarlierForm::StructuralZero,
            };
            let (threshold, release) = (table.threshold, table.id.clone());
            earlier.push(EarlierCell { key: key.clone(), form, zeros: pattern.zeros[0], threshold, release });
        }
        whole.statistics.cells += pattern.statistics.cells;
        whole.statistics.primary += pattern.statistics.primary;
        whole.statistics.zeros += pattern.statistics.zeros;
        whole.statistics.secondary += pattern.statistics.secondary;
        whole.statistics.derived += pattern.statistics.derived;
        whole.statistics.by_witness += pattern.statistics.by_witness;
        whole.statistics.by_programme += pattern.statistics.by_programme;
        whole.zeros.extend(pattern.zeros);
        whole.cells.extend(pattern.cells);
    }
    (case, whole, start.elapsed().as_secs_f64())
}
