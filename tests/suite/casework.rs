//! Real casework, a sample of it: a source that the program was not made for, from its export to its report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::approval::approve;
use crate::demo::files;
use crate::founded::workspace;
use crate::small_office::{BUILD, MANAGER, Office, Stage, sample_path};

/// A workspace of the casework template.
struct Made {
    _home: TempDir,
    folder: PathBuf,
    passphrase: PathBuf,
}

impl Made {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("office");
        let passphrase = workspace(&folder, "casework", None);
        Self { _home: home, folder, passphrase }
    }

    fn takeup(&self, arguments: &[&str]) -> Output {
        let globals = ["-C", plain(&self.folder), "--passphrase-file", plain(&self.passphrase)];
        takeup(&[&globals, arguments].concat())
    }

    /// Reads the sample and gives the lines of the data-quality report.
    fn ingest(&self) -> String {
        done(&self.takeup(&["ingest", plain(&sample_path()), "--source", "casework"]))
    }

    /// The file of the report, and what it says of its first tables: enough where it does not matter which there are.
    fn short_plan(&self) -> (PathBuf, String) {
        let plan = self.folder.join("config/reports/quarterly.toml");
        let whole = fs::read_to_string(&plan).expect("the template's report");
        (plan, whole.split("\n[[table]]").take(4).collect::<Vec<_>>().join("\n[[table]]"))
    }

    /// Writes the report and gives its folders.
    fn report(&self, period: &str) -> Vec<PathBuf> {
        let said = done(&self.takeup(&["report", "--period", period]));
        approve(&self.folder);
        let released = |line: &str| self.folder.join("reports").join(Path::new(line).file_name().expect("a folder"));
        said.lines().map(released).filter(|path| path.is_dir()).collect()
    }
}

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

/// What a command that must succeed said.
fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

#[test]
fn a_sample_of_real_casework_becomes_a_report_that_passes_its_attack_and_is_never_made_twice() {
    let made = Made::new();
    let first = made.ingest();
    assert!(first.contains("5000 read = 5000 stored + 0 updated + 0 unchanged"), "{first}");
    let second = made.ingest();
    assert!(second.contains("5000 read = 0 stored + 0 updated + 5000 unchanged"), "{second}");

    // The same cases and all tables; other tests go on from this release too.
    let office = Office::with_all_tables(Stage::Released);
    let reports = office.folder.join("reports");
    let before = files(&reports);
    let folders = ["2018-Q3-public-r1", "2018-Q3-council-r1"].map(|name| reports.join(name));
    assert_eq!(fs::read_dir(&reports).expect("a folder").count(), 2, "one an audience: {:?}", before.keys());
    for folder in &folders {
        done(&takeup(&["verify", plain(folder)]));
    }
    assert!(before.keys().any(|name| name.ends_with("/data/c07.csv")), "{:?}", before.keys());

    let again = office.exits(MANAGER, &BUILD, 0);
    for folder in &folders {
        assert!(again.lines().any(|line| Path::new(line) == folder), "{again}");
    }
    assert!(!office.folder.join("staging").exists() && files(&reports) == before, "a released report changed");
}

#[test]
fn what_a_killed_run_left_in_staging_is_removed_by_the_next_command_that_changes_anything() {
    let made = Made::new();
    made.ingest();
    let (plan, short) = made.short_plan();
    fs::write(plan, short).expect("the workspace can be written");
    let reports = made.folder.join("reports");
    let half = made.folder.join("staging/2018-Q3-public-r1");
    fs::create_dir_all(half.join("data")).expect("the workspace can be written");
    fs::write(half.join("data/c01.csv"), "period,value,symbol\n2018-Q3,12").expect("the workspace can be written");
    done(&made.takeup(&["plan", "--period", "2018-Q3"]));
    assert!(half.exists(), "who only reads removes nothing: another command may be at work");
    made.ingest();
    assert!(!made.folder.join("staging").exists());
    assert!(files(&reports).is_empty(), "a half release was left");
    assert_eq!(made.report("2018-Q3").len(), 2, "and the report can still be made");
}

#[test]
fn a_report_that_rounds_says_so_and_passes_its_attack_quarter_after_quarter() {
    let made = Made::new();
    made.ingest();
    let (plan, exact) = made.short_plan();
    let with = |method: &str| {
        let text = exact.replacen("\n[[table]]", &format!("\n[method]\n{method}\n\n[[table]]"), 1);
        fs::write(&plan, text).expect("the workspace can be written");
    };
    with("round = \"nearest\"\nbase = 5\nsmall = \"rounded\"");
    let refused = made.takeup(&["plan", "--period", "2018-Q3"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("a base of 10 or more"), "{said}");

    with("round = \"random\"\nbase = 5");
    for period in ["2018-Q3", "2018-Q4"] {
        for folder in made.report(period) {
            done(&takeup(&["verify", plain(&folder)]));
            let page = fs::read_to_string(folder.join("index.html")).expect("a page");
            assert!(page.contains("Figures are rounded up or down by chance to a multiple of 5."), "{period}");
            let table = fs::read_to_string(folder.join("data/c03.csv")).expect("a table");
            let values = table.lines().skip(1).filter_map(|line| line.rsplit(',').nth(1)?.parse::<u64>().ok());
            assert!(values.clone().count() > 5 && values.clone().all(|value| value % 5 == 0), "{table}");
        }
    }
}

#[test]
fn a_report_that_perturbs_says_so_and_gives_a_quarter_the_same_figure_in_every_report() {
    let made = Made::new();
    made.ingest();
    let (plan, exact) = made.short_plan();
    let with = |method: &str| {
        let text =
            exact.replacen("\n[[table]]", &format!("\n[method]\nperturb = \"cell-key\"\n{method}\n\n[[table]]"), 1);
        fs::write(&plan, text).expect("the workspace can be written");
    };
    for (method, said) in [
        ("deviation = 5\nvariance = 4", "a count of 5 changed by 5 is published as 0"),
        ("deviation = 4\nvariance = 2.5\nsmall = \"perturbed\"", "only by up to 5 or more"),
        ("deviation = 4", "the largest change and the variance"),
        ("p_table = \"d4\"", "there is no perturbation table called"),
    ] {
        with(method);
        let refused = made.takeup(&["plan", "--period", "2018-Q3"]);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        let words: Vec<&str> =
            text.split(|letter: char| letter.is_whitespace() || matches!(letter, '│' | '|')).collect();
        let text = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        assert_eq!(refused.status.code(), Some(3), "{text}");
        assert!(text.contains(said), "{text}");
    }
    let tables = made.folder.join("config/ptables");
    fs::create_dir(&tables).expect("the workspace can be written");
    let table = "i,v,p\n0,0,1\n1,-1,0.25\n1,0,0.5\n1,1,0.25\n";
    fs::write(tables.join("mild.csv"), table.replace("0,0,1\n", "0,0,1\n0,1\n")).expect("the workspace can be written");
    with("p_table = \"mild\"");
    let refused = made.takeup(&["plan", "--period", "2018-Q3"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ptables/mild.csv:3"), "a line with two fields");
    fs::write(tables.join("mild.csv"), table).expect("the workspace can be written");
    done(&made.takeup(&["plan", "--period", "2018-Q3"]));
    with("deviation = 4\nvariance = 2.5");
    let mut figures: Vec<String> = Vec::new();
    for period in ["2018-Q3", "2018-Q4"] {
        for folder in made.report(period) {
            done(&takeup(&["verify", plain(&folder)]));
            let page = fs::read_to_string(folder.join("index.html")).expect("a page");
            assert!(page.contains("Figures are changed by chance, by 4 at most."), "{period}");
            assert!(page.contains("Figures need not add up to their total."), "{period}");
            let manifest = fs::read_to_string(folder.join("release.json")).expect("a manifest");
            assert!(
                manifest.contains("\"method\": \"cell-key\"") && manifest.contains("\"deviation\": 4"),
                "{manifest}"
            );
            let table = fs::read_to_string(folder.join("data/c01.csv")).expect("a table");
            figures.extend(table.lines().find(|line| line.starts_with("2018-Q3,")).map(str::to_owned));
        }
    }
    assert_eq!(figures.len(), 4, "two audiences, two reports: {figures:?}");
    assert!(figures.iter().all(|line| *line == figures[0] && line.ends_with(',')), "one figure, shown: {figures:?}");
}
