//! A release in memory that can be damaged. Comes in: a base. Goes out: changed files, with the digests of `release.json`
//! made again, so that only an attack can notice; and what the program's attacks say of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use model::Manifest;
use model::config::KnownFigure;
use model::digest::sha256;
use serde_json::Value;
use tempfile::TempDir;
use verify::Outside;
use verify::attacks::picture::Easel;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::base::{Base, Dice};

pub const PAGE: &str = "index.html";
pub const XLSX: &str = "tables.xlsx";
pub const ODS: &str = "tables.ods";
pub const MANIFEST: &str = "release.json";
/// The table that faults are planted in: two dimensions, bars, many hidden cells.
pub const TABLE: &str = "T02";
pub const CSV: &str = "data/t02.csv";
pub const BARS: &str = "charts/t02.svg";
pub const LINES: &str = "charts/t04.svg";

thread_local! {
    /// Most plants leave the charts of their release alone, which are drawn once.
    static EASEL: RefCell<Easel> = RefCell::default();
}

/// A release on its way to be damaged.
pub struct Pack {
    pub base: Base,
    pub dice: Dice,
    /// Other releases that lie beside it, by name.
    pub beside: Vec<Base>,
    /// Digests stay as they were: the damage is that they are wrong.
    pub keeps_digests: bool,
    /// A link in the folder, to nothing in particular.
    pub link: bool,
    /// What the stranger knows beside the folders.
    pub known: Vec<KnownFigure>,
}

impl Pack {
    pub fn new(base: &Base, seed: u64) -> Self {
        let (base, dice) = (base.clone(), Dice::new(seed));
        Self { base, dice, beside: Vec::new(), keeps_digests: false, link: false, known: Vec::new() }
    }

    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.base.files[file].clone()).expect("a text of the release")
    }

    pub fn write(&mut self, file: &str, bytes: impl Into<Vec<u8>>) {
        self.base.files.insert(file.to_owned(), bytes.into());
    }

    /// Changes the first place of `find`, which must stand in the file.
    pub fn replace(&mut self, file: &str, find: &str, put: &str) {
        let text = self.text(file);
        assert!(text.contains(find), "{file} has no {find}");
        self.write(file, text.replacen(find, put, 1));
    }

    /// Changes `release.json`.
    pub fn manifest(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value: Value = serde_json::from_str(&self.text(MANIFEST)).expect("JSON");
        change(&mut value);
        // As the program writes it, unless it has keys that the program does not know: only the attack meant for it may notice.
        let own: Option<Manifest> = serde_json::from_value(value.clone()).ok();
        let own = own.filter(|own| serde_json::to_value(own).is_ok_and(|own| own == value));
        let text = own.map_or_else(|| serde_json::to_string_pretty(&value), |own| serde_json::to_string_pretty(&own));
        self.write(MANIFEST, text.expect("JSON") + "\n");
    }

    /// A new file that `release.json` will list.
    pub fn add_listed(&mut self, file: &str, bytes: impl Into<Vec<u8>>) {
        self.write(file, bytes);
        self.manifest(|value| value["files"][file] = "".into());
    }

    fn digested(mut self) -> Self {
        if !self.keeps_digests {
            let files = self.base.files.clone();
            self.manifest(|value| {
                for (file, digest) in value["files"].as_object_mut().expect("the list of files") {
                    if let Some(bytes) = files.get(file) {
                        *digest = sha256(bytes).into();
                    }
                }
            });
        }
        self
    }

    /// The folder, and those beside it.
    pub fn on_disk(self) -> (TempDir, Vec<PathBuf>, Base) {
        let home = tempfile::tempdir().expect("a temporary folder");
        let pack = self.digested();
        let mut folders = Vec::new();
        for release in std::iter::once(&pack.base).chain(&pack.beside) {
            let folder = home.path().join(&release.name);
            for (file, bytes) in &release.files {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of our own");
                fs::write(path, bytes).expect("a file of our own");
            }
            folders.push(folder);
        }
        #[cfg(unix)]
        if pack.link {
            std::os::unix::fs::symlink("..", folders[0].join("data/more")).expect("a link of our own");
        }
        (home, folders, pack.base)
    }

    /// Attack, kind and file of every finding of the stranger.
    pub fn found(self) -> BTreeSet<(String, String)> {
        let outside = Outside { known: self.known.clone(), ..Outside::default() };
        let (_home, folders, _) = self.on_disk();
        let attacked = EASEL.with_borrow_mut(|easel| verify::attack_knowing(easel, &folders, &[], &outside));
        match attacked {
            Ok(attacked) => {
                let verdict = attacked.verdict;
                let prefix = format!("{}/", folders[0].file_name().expect("a name").to_string_lossy());
                let file = |file: &str| file.strip_prefix(&prefix).unwrap_or(file).to_owned();
                let mut found: BTreeSet<(String, String)> =
                    verdict.findings.iter().map(|finding| (finding.kind.clone(), file(&finding.file))).collect();
                if verdict.findings.is_empty() && !verdict.is_clean() {
                    found.insert(("left_open".to_owned(), String::new()));
                }
                found
            }
            Err(error) => BTreeSet::from([("refused".to_owned(), error.to_string())]),
        }
    }

    /// Parts of a workbook, changed; the archive is written as plainly as the program writes it.
    pub fn rewrite(&mut self, file: &str, change: impl Fn(&str, String) -> String, more: &[(&str, &str)]) {
        let mut from = ZipArchive::new(Cursor::new(self.base.files[file].clone())).expect("an archive");
        let mut to = ZipWriter::new(Cursor::new(Vec::new()));
        let mut parts: Vec<(String, String)> = Vec::new();
        for at in 0..from.len() {
            let mut part = from.by_index(at).expect("a part");
            let name = part.name().expect("a plain name").into_owned();
            let mut text = String::new();
            part.read_to_string(&mut text).expect("XML");
            parts.push((name.clone(), change(&name, text)));
        }
        parts.extend(more.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())));
        for (name, text) in parts {
            let method = if name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            to.start_file(name, SimpleFileOptions::default().compression_method(method)).expect("a part can be added");
            to.write_all(text.as_bytes()).expect("a part can be written");
        }
        self.write(file, to.finish().expect("an archive can be closed").into_inner());
    }

    /// One replacement in one part of a workbook; `find` must stand there.
    pub fn rewrite_part(&mut self, file: &str, part: &str, find: &str, put: &str) {
        let text = self.part(file, part);
        assert!(text.contains(find), "{part} of {file} has no {find}");
        self.rewrite(file, |name, text| if name == part { text.replacen(find, put, 1) } else { text }, &[]);
    }

    pub fn part(&self, file: &str, part: &str) -> String {
        let mut archive = ZipArchive::new(Cursor::new(self.base.files[file].clone())).expect("an archive");
        let mut text = String::new();
        archive.by_name(part).expect("a part").read_to_string(&mut text).expect("XML");
        text
    }

    /// The part of the XLSX that is the table's sheet.
    pub fn sheet(&self) -> String {
        let book = self.part(XLSX, "xl/workbook.xml");
        let at = book.split("<sheet name=\"").skip(1).position(|sheet| sheet.starts_with(&format!("{TABLE}\"")));
        format!("xl/worksheets/sheet{}.xml", at.expect("a sheet a table") + 1)
    }

    /// Rows of the table that are hidden for their own size, with true counts of 1 to 4, and all other hidden rows.
    pub fn hidden(&self) -> (Vec<usize>, Vec<usize>) {
        let cells = &self.base.truth[TABLE];
        let is_hidden = |at: &usize| cells[*at].reason.is_some();
        (0..cells.len()).filter(is_hidden).partition(|&at| (1..5).contains(&cells[at].truth))
    }

    /// One of the small hidden rows.
    pub fn small(&mut self) -> Option<usize> {
        let (small, _) = self.hidden();
        (!small.is_empty()).then(|| *self.dice.pick(&small))
    }

    pub fn truth(&self, row: usize) -> u64 {
        self.base.truth[TABLE][row].truth
    }

    /// Which of the table's hidden cells the row is, in the order of rows, in the files as they are.
    fn nth(&self, row: usize) -> usize {
        let text = self.text(CSV);
        text.lines().skip(1).take(row).filter(|line| line.ends_with(",,c")).count()
    }

    pub fn put_in_csv(&mut self, row: usize, value: &str) {
        let text = self.text(CSV);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = lines[row + 1].strip_suffix(",,c").expect("a hidden row").to_owned();
        lines[row + 1] = format!("{line},{value},");
        self.write(CSV, lines.join("\n") + "\n");
    }

    pub fn put_on_page(&mut self, row: usize, value: &str) {
        const HIDDEN: &str = "<td class=\"symbol\">[c]</td>";
        let (text, nth) = (self.text(PAGE), self.nth(row));
        let section = text.find(&format!("id=\"{}\"", TABLE.to_lowercase())).expect("a section a table");
        let (start, _) = text[section..].match_indices(HIDDEN).nth(nth).expect("so many are hidden");
        let (before, after) = text.split_at(section + start);
        self.write(PAGE, format!("{before}<td>{value}</td>{}", &after[HIDDEN.len()..]));
    }

    pub fn put_in_xlsx(&mut self, row: usize, value: &str) {
        let (sheet, nth) = (self.sheet(), self.nth(row));
        let strings = self.part(XLSX, "xl/sharedStrings.xml");
        let (before, _) = strings.split_once("<si><t>[c]</t></si>").expect("a symbol for hidden cells");
        let hidden = format!(" t=\"s\"><v>{}</v>", before.matches("<si>").count());
        let put = |part: &str, text: String| {
            if part != sheet {
                return text;
            }
            let (start, _) = text.match_indices(&hidden).nth(nth).expect("so many are hidden");
            format!("{}><v>{value}</v>{}", &text[..start], &text[start + hidden.len()..])
        };
        self.rewrite(XLSX, put, &[]);
    }

    pub fn put_in_ods(&mut self, row: usize, value: &str) {
        const HIDDEN: &str = "office:value-type=\"string\"><text:p>[c]</text:p>";
        let nth = self.nth(row);
        let put = |part: &str, text: String| {
            if part != "content.xml" {
                return text;
            }
            let sheet = text.find(&format!("table:name=\"{TABLE}\"")).expect("a sheet a table");
            let rows = sheet + text[sheet..].find("</table:table-header-rows>").expect("a header");
            let (start, _) = text[rows..].match_indices(HIDDEN).nth(nth).expect("so many are hidden");
            let (before, after) = text.split_at(rows + start);
            let cell = format!("office:value-type=\"float\" office:value=\"{value}\"><text:p>{value}</text:p>");
            format!("{before}{cell}{}", &after[HIDDEN.len()..])
        };
        self.rewrite(ODS, put, &[]);
    }

    /// In every format; the CSV last, because the others are found by it.
    pub fn put_everywhere(&mut self, row: usize, value: &str) {
        self.put_on_page(row, value);
        self.put_in_xlsx(row, value);
        self.put_in_ods(row, value);
        self.put_in_csv(row, value);
    }
}

/// The first text of `text` between two others.
pub fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).expect(before);
    rest.split(after).next().expect("a text has a beginning").to_owned()
}
