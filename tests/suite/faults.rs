//! Planted faults. Each is a copy of the demo's public release in which one thing was put that must not be there, with the
//! digests in `release.json` made again, so that only the attack can notice. The program itself is run on the folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model::digest::sha256;
use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::demo::{files, workspace};

const RELEASE: &str = "2025-26-Q4-public-r1";
/// The table that the faults are planted in, its page section and its sheet; some of its cells are hidden.
const TABLE: &str = "T02";
const CSV: &str = "data/t02.csv";
const PAGE: &str = "index.html";
const BOOK: &str = "tables.xlsx";
const ODS: &str = "tables.ods";
const BARS: &str = "charts/t02.svg";
const LINE: &str = "charts/t01.svg";

/// A copy of the release that a test may damage.
struct Copy {
    _home: TempDir,
    folder: PathBuf,
}

/// What the program said of a folder.
#[derive(Debug)]
struct Said {
    exit: Option<i32>,
    /// Attack, kind and file of every finding.
    findings: BTreeSet<(String, String, String)>,
}

/// Whoever has the store sees that the manifest, with its new digests, is not the one that was approved.
const CHANGED: (&str, &str, &str) = ("manifest", "not_as_approved", "release.json");

impl Said {
    /// The program must end with exit 6 and find exactly this.
    fn finds(&self, expected: &[(&str, &str, &str)]) {
        let owned = |&(attack, kind, file): &(&str, &str, &str)| (attack.to_owned(), kind.to_owned(), file.to_owned());
        // A release written again differs from each of them too; here the attack meant for the fault must find it by itself.
        let by_reading = self.findings.iter().filter(|(attack, _, _)| attack != "rendering").cloned();
        assert_eq!(by_reading.collect::<BTreeSet<_>>(), expected.iter().map(owned).collect::<BTreeSet<_>>());
        assert_eq!(self.exit, Some(6));
    }

    /// The same where 3 need not be the true count, so that the figures may contradict each other besides, or say too
    /// much of the cells that are still hidden.
    fn finds_unless_infeasible(mut self, expected: &[(&str, &str, &str)]) {
        self.findings.retain(|(_, kind, _)| kind != "infeasible" && kind != "suppressed_small_among");
        self.finds(expected);
    }

    fn passes(&self) {
        assert_eq!((self.exit, &self.findings), (Some(0), &BTreeSet::new()));
    }
}

impl Copy {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join(RELEASE);
        for (name, bytes) in files(&workspace().join("reports").join(RELEASE)) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of our own");
            fs::write(path, bytes).expect("a file of our own");
        }
        Self { _home: home, folder }
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("a text of the release")
    }

    /// Writes `file` again and leaves its digest as it was.
    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.join(file), bytes).expect("a file of our own");
    }

    /// Changes a text and leaves its digest as it was; `find` must stand in it.
    fn replace(&self, file: &str, find: &str, put: &str) {
        let text = self.text(file);
        assert!(text.contains(find), "{file} has no {find}");
        self.write(file, text.replacen(find, put, 1));
    }

    /// Makes every digest of `release.json` again.
    fn with_new_digests(self) -> Self {
        let mut manifest: Value = serde_json::from_str(&self.text("release.json")).expect("JSON");
        for (file, digest) in manifest["files"].as_object_mut().expect("the list of files") {
            let bytes = fs::read(self.folder.join(file)).expect("a listed file");
            *digest = sha256(&bytes).into();
        }
        // As the program writes it: another order of keys would be a finding of its own.
        let manifest: model::Manifest = serde_json::from_value(manifest).expect("a manifest");
        self.write("release.json", serde_json::to_string_pretty(&manifest).expect("JSON") + "\n");
        self
    }

    /// `takeup verify` as a stranger.
    fn verified(&self) -> Said {
        self.run(&[])
    }

    /// `takeup verify` by whoever has the store too.
    fn verified_with_the_store(&self) -> Said {
        let (folder, passphrase) = (workspace(), workspace().join("keys/passphrase"));
        self.run(&["-C", plain(folder), "--passphrase-file", plain(&passphrase)])
    }

    fn run(&self, globals: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.args(globals).args(["verify", "--json", plain(&self.folder)]).stdin(Stdio::null());
        let output = command.output().expect("the program starts");
        let verdict: Value = serde_json::from_slice(&output.stdout).expect("a verdict");
        let text = |finding: &Value, name: &str| finding[name].as_str().expect("a text").to_owned();
        let findings = verdict["findings"].as_array().expect("a list").iter();
        Said {
            exit: output.status.code(),
            // Beside earlier releases a file is named with its release's name before it.
            findings: findings
                .map(|one| {
                    (text(one, "attack"), text(one, "kind"), text(one, "file").replace(&format!("{RELEASE}/"), ""))
                })
                .collect(),
        }
    }

    /// Changes parts of the workbook; the archive is written as plainly as the program writes it.
    fn rewrite_book(&self, change: impl Fn(&str, String) -> String, more: &[(&str, &str)]) {
        self.rewrite(BOOK, change, more);
    }

    fn rewrite(&self, file: &str, change: impl Fn(&str, String) -> String, more: &[(&str, &str)]) {
        let bytes = fs::read(self.folder.join(file)).expect("the workbook");
        let mut from = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
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
            to.start_file(name, SimpleFileOptions::default()).expect("a part can be added");
            to.write_all(text.as_bytes()).expect("a part can be written");
        }
        self.write(file, to.finish().expect("an archive can be closed").into_inner());
    }

    /// A part of the workbook.
    fn part(&self, name: &str) -> String {
        let bytes = fs::read(self.folder.join(BOOK)).expect("the workbook");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let mut text = String::new();
        archive.by_name(name).expect("a part").read_to_string(&mut text).expect("XML");
        text
    }

    /// The part that is the sheet of the faults' table.
    fn sheet(&self) -> String {
        let book = self.part("xl/workbook.xml");
        let mut sheets = book.split("<sheet name=\"").skip(1);
        let at = sheets.position(|sheet| sheet.starts_with(&format!("{TABLE}\""))).expect("a sheet a table");
        format!("xl/worksheets/sheet{}.xml", at + 1)
    }

    /// Puts `value` back for hidden cell number `at` of the table's CSV.
    fn put_back_in_csv(&self, at: usize, value: u64) {
        let text = self.text(CSV);
        let (start, _) = text.match_indices(",,c\n").nth(at).expect("so many are hidden");
        self.write(CSV, format!("{},{value},\n{}", &text[..start], &text[start + 4..]));
    }

    /// The same on the page.
    fn put_back_on_page(&self, at: usize, value: u64) {
        const HIDDEN: &str = "<td class=\"symbol\">[c]</td>";
        let text = self.text(PAGE);
        let section = text.find(&format!("id=\"{}\"", TABLE.to_lowercase())).expect("a section a table");
        let (start, _) = text[section..].match_indices(HIDDEN).nth(at).expect("so many are hidden");
        let (before, after) = text.split_at(section + start);
        self.write(PAGE, format!("{before}<td>{value}</td>{}", &after[HIDDEN.len()..]));
    }

    /// The same in the workbook.
    fn put_back_in_book(&self, at: usize, value: u64) {
        let sheet = self.sheet();
        let strings = self.part("xl/sharedStrings.xml");
        let (before, _) = strings.split_once("<si><t>[c]</t></si>").expect("a symbol for hidden cells");
        let hidden = format!(" t=\"s\"><v>{}</v>", before.matches("<si>").count());
        let put = |part: &str, text: String| {
            if part != sheet {
                return text;
            }
            let (start, _) = text.match_indices(&hidden).nth(at).expect("so many are hidden");
            format!("{}><v>{value}</v>{}", &text[..start], &text[start + hidden.len()..])
        };
        self.rewrite_book(put, &[]);
    }
}

impl Copy {
    /// The same in the OpenDocument workbook.
    fn put_back_in_ods(&self, at: usize, value: u64) {
        const HIDDEN: &str = "office:value-type=\"string\"><text:p>[c]</text:p>";
        let put = |part: &str, text: String| {
            if part != "content.xml" {
                return text;
            }
            let sheet = text.find(&format!("table:name=\"{TABLE}\"")).expect("a sheet a table");
            let rows = sheet + text[sheet..].find("</table:table-header-rows>").expect("a header");
            let (start, _) = text[rows..].match_indices(HIDDEN).nth(at).expect("so many are hidden");
            let (before, after) = text.split_at(rows + start);
            let cell = format!("office:value-type=\"float\" office:value=\"{value}\"><text:p>{value}</text:p>");
            format!("{before}{cell}{}", &after[HIDDEN.len()..])
        };
        self.rewrite(ODS, put, &[]);
    }
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// The last hidden cell that no chart shows: its period is not the last. It is one of the cases of which nobody recorded
/// the district, so few that 3 may be the truth.
fn hidden_before_the_last_period(copy: &Copy) -> usize {
    let text = copy.text(CSV);
    let last = text.trim_end().lines().last().and_then(|line| line.split(',').nth(1)).expect("a period");
    let hidden: Vec<&str> = text.lines().filter(|line| line.ends_with(",,c")).collect();
    hidden.iter().rposition(|line| !line.contains(last)).expect("a hidden cell of an earlier period")
}

/// The chart with its first bar or point moved by one unit of the axis; whatever touches a point moves with it.
fn one_unit_higher(svg: &str) -> String {
    let between = |text: &str, before: &str, after: &str| {
        let (_, rest) = text.split_once(before).expect(before);
        rest.split(after).next().expect("a text has a beginning").to_owned()
    };
    let axis = between(svg, "<g class=\"axis\">", "</g>");
    let places: Vec<f64> = between(&axis, "points=\"", "\"")
        .split([',', ' '])
        .filter(|text| !text.is_empty())
        .map(|text| text.parse().expect("a number"))
        .collect();
    let last = axis.trim_end().trim_end_matches("</text>").trim_end();
    let end: f64 =
        last.rsplit(['>', '\n']).next().expect("the axis end").trim().replace(',', "").parse().expect("a number");
    let marks = between(svg, "<g class=\"marks\">", "</g>");
    if marks.contains("<rect") {
        let unit = (places[2] - places[0]) / end;
        let width = between(&marks, "width=\"", "\"");
        let wider = (width.parse::<f64>().expect("a number") + unit).round();
        let moved = marks.replacen(&format!("width=\"{width}\""), &format!("width=\"{wider}\""), 1);
        svg.replacen(&marks, &moved, 1)
    } else {
        let unit = (places[1] - places[3]) / end;
        let (x, y) = (between(&marks, "cx=\"", "\""), between(&marks, "cy=\"", "\""));
        let higher = (y.parse::<f64>().expect("a number") - unit).round();
        let strokes = svg.replace(&format!("{x},{y} "), &format!("{x},{higher} "));
        strokes.replace(&format!("cx=\"{x}\" cy=\"{y}\""), &format!("cx=\"{x}\" cy=\"{higher}\""))
    }
}

/// A parent of the demo, as the exports name her.
fn a_parent() -> String {
    let path = workspace().join("exports/cases-2020-21.csv");
    let text = String::from_utf8_lossy(&fs::read(path).expect("an export of the demo")).into_owned();
    let mut lines = text.lines();
    let at = lines.next().and_then(|line| line.split(';').position(|name| name == "parent_name"));
    let name = lines.next().and_then(|line| line.split(';').nth(at.expect("a column of names")));
    name.expect("a first case").trim().to_owned()
}

#[test]
fn an_untouched_release_passes_with_and_without_the_store() {
    Copy::new().verified().passes();
    Copy::new().verified_with_the_store().passes();
}

#[test]
fn a_workbook_packed_again_with_new_digests_is_only_not_what_the_figures_make() {
    let copy = Copy::new();
    copy.rewrite_book(|_, text| text, &[]);
    copy.with_new_digests().verified().finds(&[]);
}

#[test]
fn a_hidden_value_put_back_in_one_csv_is_found() {
    let copy = Copy::new();
    copy.put_back_in_csv(hidden_before_the_last_period(&copy), 3);
    copy.with_new_digests().verified().finds_unless_infeasible(&[
        ("subtraction", "small_counts_published", CSV),
        ("consistency", "inconsistent_cell", PAGE),
        ("consistency", "inconsistent_cell", BOOK),
        ("consistency", "inconsistent_cell", ODS),
    ]);
}

#[test]
fn a_hidden_value_put_back_on_the_page_alone_is_found() {
    let copy = Copy::new();
    copy.put_back_on_page(hidden_before_the_last_period(&copy), 3);
    copy.with_new_digests().verified().finds(&[("consistency", "inconsistent_cell", PAGE)]);
}

#[test]
fn a_hidden_value_put_back_in_the_workbook_alone_is_found() {
    let copy = Copy::new();
    copy.put_back_in_book(hidden_before_the_last_period(&copy), 3);
    copy.with_new_digests().verified().finds(&[("consistency", "inconsistent_cell", BOOK)]);
}

#[test]
fn a_hidden_value_put_back_in_every_file_alike_is_found_by_its_size() {
    let copy = Copy::new();
    let at = hidden_before_the_last_period(&copy);
    copy.put_back_in_csv(at, 3);
    copy.put_back_on_page(at, 3);
    copy.put_back_in_book(at, 3);
    copy.put_back_in_ods(at, 3);
    copy.with_new_digests().verified().finds_unless_infeasible(&[("subtraction", "small_counts_published", CSV)]);
}

#[test]
fn a_hidden_sheet_with_a_name_is_found() {
    let copy = Copy::new();
    let put = |part: &str, text: String| match part {
        "xl/workbook.xml" => text
            .replace("</sheets>", "<sheet name=\"Callers\" sheetId=\"99\" state=\"hidden\" r:id=\"rId99\"/></sheets>"),
        "xl/_rels/workbook.xml.rels" => text.replace(
            "</Relationships>",
            "<Relationship Id=\"rId99\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/\
             worksheet\" Target=\"worksheets/sheet99.xml\"/></Relationships>",
        ),
        "[Content_Types].xml" => text.replace(
            "</Types>",
            "<Override PartName=\"/xl/worksheets/sheet99.xml\" ContentType=\"application/vnd.openxmlformats-\
             officedocument.spreadsheetml.worksheet+xml\"/></Types>",
        ),
        _ => text,
    };
    let sheet = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats\
         .org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>\
         </sheetData></worksheet>",
        a_parent()
    );
    copy.rewrite_book(put, &[("xl/worksheets/sheet99.xml", &sheet)]);
    let copy = copy.with_new_digests();
    copy.verified().finds(&[("leftover", "hidden_sheet", BOOK)]);
    copy.verified_with_the_store().finds(&[("leftover", "hidden_sheet", BOOK), ("identifier", "name", BOOK), CHANGED]);
}

#[test]
fn a_parents_name_on_the_page_is_found_by_whoever_has_the_store() {
    let copy = Copy::new();
    copy.replace(PAGE, "</h1>", &format!("</h1><p>Thanks to {}.</p>", a_parent()));
    let copy = copy.with_new_digests();
    // A stranger sees that the page is not what the figures make, and not whose name it is.
    copy.verified().finds(&[]);
    copy.verified_with_the_store().finds(&[("identifier", "name", PAGE), CHANGED]);
}

#[test]
fn a_parents_name_in_a_comment_of_the_page_is_found_without_the_store_too() {
    let copy = Copy::new();
    copy.replace(PAGE, "</h1>", &format!("</h1><!-- {} -->", a_parent()));
    let copy = copy.with_new_digests();
    copy.verified().finds(&[("leftover", "html_comment", PAGE)]);
    copy.verified_with_the_store().finds(&[("leftover", "html_comment", PAGE), ("identifier", "name", PAGE), CHANGED]);
}

#[test]
fn a_bar_one_unit_too_high_is_found_in_the_drawing() {
    let copy = Copy::new();
    let svg = copy.text(BARS);
    let higher = one_unit_higher(&svg);
    assert_ne!(svg, higher);
    copy.write(BARS, &higher);
    copy.replace(PAGE, &svg, &higher);
    copy.with_new_digests()
        .verified()
        .finds(&[("chart", "chart_value", BARS), ("chart", "picture_differs", "charts/t02.png")]);
}

#[test]
fn a_bar_one_unit_too_high_is_found_in_the_page_alone() {
    let copy = Copy::new();
    let svg = copy.text(BARS);
    copy.replace(PAGE, &svg, &one_unit_higher(&svg));
    copy.with_new_digests().verified().finds(&[("chart", "inline_chart", PAGE)]);
}

#[test]
fn a_point_of_a_line_one_unit_too_high_is_found() {
    let copy = Copy::new();
    let svg = copy.text(LINE);
    let higher = one_unit_higher(&svg);
    assert_ne!(svg, higher);
    copy.write(LINE, &higher);
    copy.replace(PAGE, &svg, &higher);
    copy.with_new_digests()
        .verified()
        .finds(&[("chart", "chart_value", LINE), ("chart", "picture_differs", "charts/t01.png")]);
}

#[test]
fn a_changed_byte_is_found_by_its_digest() {
    let copy = Copy::new();
    copy.replace(PAGE, "Key figures", "Key Figures");
    copy.verified().finds(&[("folder", "digest", PAGE)]);
}

#[test]
fn a_file_that_the_manifest_does_not_list_is_found() {
    let copy = Copy::new();
    copy.write("data/more.csv", "nothing\n");
    copy.with_new_digests()
        .verified()
        .finds(&[("folder", "unlisted_file", "data/more.csv"), ("folder", "unknown_format", "data/more.csv")]);
}

#[test]
fn a_file_that_is_listed_and_missing_is_found() {
    let copy = Copy::new();
    fs::remove_file(copy.folder.join("charts/t02.png")).expect("a file of our own");
    let said = copy.verified();
    assert!(said.findings.iter().any(|(attack, _, file)| attack == "folder" && file == "charts/t02.png"), "{said:?}");
    assert_eq!(said.exit, Some(6));
}

/// The page, the workbook and the chart say something else then too, so only what the relation adds is looked at.
#[test]
fn more_families_than_cases_break_a_relation_of_the_release() {
    let copy = Copy::new();
    let manifest: Value = serde_json::from_str(&copy.text("release.json")).expect("JSON");
    let relations = manifest["relations"].as_array().expect("a list");
    let of_families = relations.iter().filter(|relation| relation["says"] == "families are no more than their cases");
    assert!(of_families.count() >= 9, "one a quarter at least");
    let families = copy.text("data/t01-families.csv");
    let last = families.lines().last().expect("nine quarters");
    let (quarter, _) = last.split_once(',').expect("a quarter and its families");
    copy.write("data/t01-families.csv", families.replace(last, &format!("{quarter},100000,")));
    let said = copy.with_new_digests().verified();
    let kinds: BTreeSet<&str> = said.findings.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert!(kinds.contains("relation_broken") && !kinds.contains("infeasible"), "{kinds:?}");
    assert_eq!(said.exit, Some(6));
}
