//! The command line as its users meet it: exit codes, and errors that name the fact, the place and the next step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::small_office::private;

/// Runs the program without a terminal.
fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A new workspace of the advice template, with the file of its passphrase.
struct Made {
    _home: TempDir,
    folder: PathBuf,
    passphrase: PathBuf,
}

impl Made {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (folder, passphrase) = (home.path().join("service"), home.path().join("pass.txt"));
        private(&passphrase, "a passphrase for tests");
        let made = Self { _home: home, folder, passphrase };
        let output = takeup(&["init", text(&made.folder), "--passphrase-file", text(&made.passphrase)]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        made
    }

    /// Runs a command on the workspace.
    fn takeup(&self, arguments: &[&str]) -> Output {
        let globals = ["-C", text(&self.folder), "--passphrase-file", text(&self.passphrase)];
        takeup(&[&globals, arguments].concat())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.with_file_name(name);
        write(&path, content);
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn write(path: &Path, content: &str) {
    fs::write(path, content).expect("a temporary folder can be written");
}

const COMMANDS: [&str; 15] = [
    "demo", "init", "inspect", "ingest", "plan", "report", "approve", "issues", "verify", "compare", "explain", "keys",
    "store", "protect", "extract",
];

#[test]
fn help_shows_every_command_and_every_exit_code() {
    let output = takeup(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = stdout(&output);
    for expected in COMMANDS.into_iter().chain(["Examples:", "8 disk or system"]) {
        assert!(help.contains(expected), "{expected} is missing from\n{help}");
    }
}

#[test]
fn every_command_has_examples() {
    for command in COMMANDS {
        let output = takeup(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(stdout(&output).contains("Examples:\n  takeup "), "{command}");
    }
}

#[test]
fn wrong_usage_is_exit_2() {
    for arguments in [&["plan"][..], &["ingest"], &["verify"], &["conjure"], &["report", "--period"]] {
        let output = takeup(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("(exit 2)"), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = takeup(&["init", text(&home.path().join("service"))]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--passphrase-file"), "{}", stderr(&output));
    assert!(!home.path().join("service").exists());
}

#[test]
fn an_empty_passphrase_is_refused() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = home.path().join("pass.txt");
    private(&file, "");
    let output = takeup(&["init", text(&home.path().join("service")), "--passphrase-file", text(&file)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the passphrase is empty"), "{}", stderr(&output));
}

#[test]
fn a_workspace_is_never_made_over_another() {
    let made = Made::new();
    let key = fs::read(made.folder.join("keys/data-key.age")).expect("init made a key");
    let output = takeup(&["init", text(&made.folder), "--force", "--passphrase-file", text(&made.passphrase)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read(made.folder.join("keys/data-key.age")).expect("it is still there"), key);
}

#[test]
fn a_misspelt_key_of_the_configuration_is_shown_with_a_caret_and_the_right_one() {
    let made = Made::new();
    let path = made.folder.join("config/service.toml");
    let sound = fs::read_to_string(&path).expect("init wrote it");
    write(&path, &sound.replacen("\nthreshold = 5", "\nthresold = 5", 1));
    let line = sound.lines().position(|line| line == "threshold = 5").expect("the template has a threshold") + 1;

    let output = made.takeup(&["plan", "--period", "2025-26-Q4"]);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains(&format!("config/service.toml:{line}:1")), "{error}");
    assert!(error.contains("^^^^|^^^"), "{error}");
    assert!(error.contains("did you mean `threshold`?"), "{error}");
    assert!(error.contains("(exit 3)"), "{error}");
}

#[test]
fn a_table_for_an_unknown_audience_names_the_nearest_one() {
    let made = Made::new();
    let path = made.folder.join("config/reports/take-up.toml");
    let sound = fs::read_to_string(&path).expect("init wrote it");
    write(&path, &sound.replacen("\"authority\"", "\"authorty\"", 1));
    let error = stderr(&made.takeup(&["plan", "--period", "2025-26-Q4"]));
    assert!(error.contains("did you mean \"authority\"?") && error.contains("(exit 3)"), "{error}");
}

#[test]
fn an_export_that_is_none_is_exit_4_and_named() {
    let made = Made::new();
    for (name, content) in [("empty.csv", ""), ("letter.csv", "Dear all,\n"), ("photo.xlsx", "not a workbook")] {
        let file = made.file(name, content);
        let output = made.takeup(&["ingest", "--source", "cases", text(&file)]);
        assert_eq!(output.status.code(), Some(4), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains(name) && stderr(&output).contains("(exit 4)"), "{}", stderr(&output));
    }
}

#[test]
fn a_wrong_passphrase_is_exit_7() {
    let made = Made::new();
    write(&made.passphrase, "another one\n");
    let output = made.takeup(&["plan", "--period", "2025-26-Q4"]);
    assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    assert!(!stderr(&output).contains("another one"));
}

#[test]
fn a_report_without_cases_releases_nothing() {
    let made = Made::new();
    let output = made.takeup(&["report", "--period", "2025-26-Q4"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let reports = fs::read_dir(made.folder.join("reports")).map_or(0, |entries| entries.count());
    assert_eq!(reports, 0);
}

#[test]
fn a_folder_that_is_no_release_cannot_be_verified() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = takeup(&["verify", text(home.path())]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_passphrase_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let made = Made::new();
    fs::set_permissions(&made.passphrase, fs::Permissions::from_mode(0o644)).expect("our own file");
    let refused = made.takeup(&["keys", "list"]);
    let open = stderr(&refused);
    assert!(refused.status.code() == Some(2) && open.contains("chmod 600"), "{open}");
    fs::set_permissions(&made.passphrase, fs::Permissions::from_mode(0o600)).expect("our own file");
    assert_eq!(made.takeup(&["keys", "list"]).status.code(), Some(0));
}

const ADVICE: &str = "Case ref,Date of first contact,Case status,Contact channel,Primary issue,Deletion requested\n";

#[test]
fn a_deletion_that_is_asked_for_is_never_answered_by_the_store_has_it_already() {
    let made = Made::new();
    let cases =
        made.file("cases.csv", &format!("{ADVICE}1001,2025-04-07,OPEN,TEL,EHA,\n1002,2025-04-08,OPEN,TEL,EHA,\n"));
    assert_eq!(made.takeup(&["ingest", text(&cases)]).status.code(), Some(0));
    // Another spelling of a case that is there, and one that nobody has.
    let asked = made
        .file("asked.csv", &format!("{ADVICE}'1001.0,2025-04-07,OPEN,TEL,EHA,Yes\n7,2025-04-07,OPEN,TEL,EHA,Yes\n"));
    let output = made.takeup(&["ingest", text(&asked)]);
    let (said, report) = (stderr(&output), stdout(&output));
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("has all of it already"), "{said}");
    assert!(said.contains("1 case is restricted and due to be erased") && said.contains("asked.csv, line 2"), "{said}");
    assert!(report.contains("deletion_due once") && report.contains("deletion_unknown once"), "{report}");
    assert!(report.contains("asked.csv, line 3") && !report.contains("1001"), "{report}");
    let again = made.takeup(&["ingest", text(&cases)]);
    assert!(stderr(&again).contains("due to be erased"), "it is said until it is done: {}", stderr(&again));
}

/// The key and names would stand in it.
#[cfg(target_os = "linux")]
#[test]
fn the_program_leaves_no_image_of_its_memory() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let allowed = "ulimit -c unlimited; exec \"$0\" demo --quiet --out \"$1\"";
    let mut demo = Command::new("sh");
    demo.args(["-c", allowed, env!("CARGO_BIN_EXE_takeup"), text(&out.path().join("demo"))]);
    let mut demo = demo.spawn().expect("it starts");
    let limits = format!("/proc/{}/limits", demo.id());
    let is_off = |limits: &str| {
        let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
        core.is_some_and(|core| core.split_whitespace().take(2).all(|limit| limit == "0"))
    };
    let is_shut = (0..1_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        fs::read_to_string(&limits).is_ok_and(|limits| is_off(&limits))
    });
    demo.kill().expect("it runs");
    demo.wait().expect("it ends");
    assert!(is_shut, "the limit of core files was never 0");
}
