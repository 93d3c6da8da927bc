//! Workbooks through the program itself: the process that reads them has limits, and whatever becomes of it becomes an
//! error of one file.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

/// A workspace to look at files in; nothing of it is ever written.
struct Made {
    home: TempDir,
}

impl Made {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let made = Self { home };
        crate::founded::workspace(&made.folder(), "advice", None);
        made
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("office")
    }

    fn inspect(&self, name: &str, bytes: &[u8]) -> Output {
        let path = self.home.path().join(name);
        fs::write(&path, bytes).expect("the folder can be written");
        takeup(&["-C", plain(&self.folder()), "inspect", plain(&path)])
    }
}

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fixture(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ingest").join(path)).expect("a fixture")
}

/// The sound workbook of a fixture with one part put in the place of another, or added.
fn with_part(workbook: &[u8], name: &str, content: &mut dyn FnMut(&mut dyn Write)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("a sound workbook");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).expect("a sound part");
        if entry.name().expect("a name") != name {
            writer.raw_copy_file(entry).expect("memory");
        }
    }
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file(name, options).expect("a new part");
    content(&mut writer);
    writer.finish().expect("memory").into_inner()
}

#[test]
#[cfg(target_os = "linux")]
fn a_workbook_that_needs_more_memory_than_there_is_ends_its_reader_and_no_one_else() {
    let made = Made::new();
    // One text of 1.2 GiB, which is 1.2 MiB on disk.
    let bomb = with_part(&fixture("M01_title_rows/cases.xlsx"), "xl/sharedStrings.xml", &mut |part| {
        part.write_all(b"<sst><si><t>").expect("memory");
        let block = vec![b'a'; 1 << 20];
        (0..1_200).for_each(|_| part.write_all(&block).expect("memory"));
        part.write_all(b"</t></si></sst>").expect("memory");
    });
    assert!(bomb.len() < 4 << 20, "{} bytes", bomb.len());
    let output = made.inspect("cases.xlsx", &bomb);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(
        said(&output).contains("cases.xlsx holds what needs very much memory, more than the 1 GiB"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    let made = Made::new();
    let bomb = with_part(&fixture("M01_title_rows/cases.xlsx"), "xl/worksheets/sheet1.xml", &mut |part| {
        part.write_all(b"<worksheet><sheetData>").expect("memory");
        // Rows that are long and hold nothing: of short ones 2 GiB take longer than a workbook may.
        let row = [&b"<row spans=\""[..], &[b'1'; 65_000], b"\"></row>"].concat();
        let block = row.repeat(16);
        (0..2_200).for_each(|_| part.write_all(&block).expect("memory"));
        part.write_all(b"</sheetData></worksheet>").expect("memory");
    });
    let output = made.inspect("cases.xlsx", &bomb);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("more than the 2 GiB"), "{}", said(&output));
}

/// The same of short rows, of which as many as fit into a second are read.
#[test]
#[cfg(unix)]
fn a_workbook_that_takes_longer_than_it_may_ends_its_reader() {
    use std::os::unix::process::ExitStatusExt;
    let bomb = with_part(&fixture("M01_title_rows/cases.xlsx"), "xl/worksheets/sheet1.xml", &mut |part| {
        part.write_all(b"<worksheet><sheetData>").expect("memory");
        let block = b"<row></row>".repeat(1 << 16);
        (0..1_600).for_each(|_| part.write_all(&block).expect("memory"));
        part.write_all(b"</sheetData></worksheet>").expect("memory");
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(["read-cells", "1"]).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = command.spawn().expect("the program starts");
    reader.stdin.take().expect("a pipe").write_all(&bomb).expect("it listens");
    let status = reader.wait().expect("it ends");
    assert_eq!(status.signal(), Some(24), "the signal of a process that has used up its time: {status:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_reading_process_confines_itself_before_it_reads_a_byte() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    let mut reader = command
        .args(["read-cells", "15"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let limits = PathBuf::from(format!("/proc/{}/limits", reader.id()));
    let most = |limits: &str, name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).expect("a limit");
        line[name.len()..].split_whitespace().next().expect("the limit").to_owned()
    };
    let started = Instant::now();
    let found = loop {
        let text = fs::read_to_string(&limits).expect("the process waits for its input");
        if most(&text, "Max core file size") == "0" && most(&text, "Max open files") == "3" {
            break text;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{text}");
        std::thread::sleep(Duration::from_millis(10));
    };
    let names = ["Max address space", "Max cpu time", "Max file size", "Max open files", "Max processes"];
    assert_eq!(names.map(|name| most(&found, name)), ["1073741824", "15", "0", "3", "0"]);
    reader.stdin.take().expect("a pipe").write_all(&fixture("M01_title_rows/cases.xlsx")).expect("it listens");
    let output = reader.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(output.stdout.starts_with(b"takeup cells 1\n"));
}

#[test]
fn nobody_is_shown_the_command_of_the_reading_process() {
    for arguments in [&["--help"][..], &["help"], &[]] {
        let output = takeup(arguments);
        let all = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&all).contains("read-cells"));
    }
}

#[test]
fn workbooks_that_were_changed_at_random_are_read_or_refused_and_harm_nobody() {
    const EACH: u64 = 40;
    let made = Made::new();
    let sound = [
        ("cases.xlsx", fixture("M05_hidden_rows/cases.xlsx")),
        ("cases.xls", fixture("M29_other_formats/cases.xls")),
        ("cases.xlsb", fixture("M29_other_formats/cases.xlsb")),
        ("cases.ods", fixture("M29_other_formats/cases.ods")),
    ];
    let (mut read, mut refused) = (0, 0);
    for (name, bytes) in &sound {
        for seed in 0..EACH {
            let started = Instant::now();
            let output = made.inspect(name, &changed(bytes, &mut ChaCha8Rng::seed_from_u64(seed)));
            match output.status.code() {
                Some(0) => read += 1,
                Some(4) => refused += 1,
                Some(_) | None => panic!("{name}, seed {seed}: {:?}, {}", output.status, said(&output)),
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{name}, seed {seed}");
        }
    }
    assert!(read > 20 && refused > 20, "{read} read and {refused} refused are too few to say anything");
}

/// One kind of harm: bits, a cut, or the content of a part of the archive, which is packed anew.
fn changed(bytes: &[u8], dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    match dice.random_range(0..4_u32) {
        0 => changed.truncate(dice.random_range(0..bytes.len())),
        1 => flip(&mut changed, dice),
        _ => {
            let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
                flip(&mut changed, dice);
                return changed;
            };
            let at = dice.random_range(0..archive.len());
            let mut part = Vec::new();
            let mut entry = archive.by_index(at).expect("a sound part");
            let name = entry.name().expect("a name").into_owned();
            std::io::copy(&mut entry, &mut part).expect("memory");
            drop(entry);
            flip(&mut part, dice);
            changed = with_part(bytes, &name, &mut |writer| writer.write_all(&part).expect("memory"));
        }
    }
    changed
}

/// Some bits, or some digits, which numbers and places are written in.
fn flip(bytes: &mut [u8], dice: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        return;
    }
    let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
    for _ in 0..dice.random_range(1..8_u32) {
        let at = dice.random_range(0..bytes.len());
        match digits.get(dice.random_range(0..digits.len().max(1))) {
            Some(digit) if dice.random_bool(0.5) => bytes[*digit] = b'0' + dice.random_range(0..10_u8),
            Some(_) | None => bytes[at] ^= 1 << dice.random_range(0..8_u32),
        }
    }
}
