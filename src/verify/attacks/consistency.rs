//! Whether all files of a release say the same, and nothing beside it. Comes in: a folder and its tables. Goes out:
//! findings by file and place. Deliberately absent: what the figures give away; every file is held against the tidy table.

use std::collections::{BTreeMap, BTreeSet};

use model::claim::Tried;
use model::manifest::{Expectation, TableEntry};
use model::{Attack, Finding};

use crate::attacks::chart;
use crate::attacks::frame::Frame;
use crate::attacks::order;
use crate::attacks::picture::{Easel, Seen};
use crate::readers::csv::{Reading, Table, whole_number};
use crate::readers::folder::{Folder, MANIFEST};
use crate::readers::html::{self, Page, PageTable};
use crate::readers::microdata::metadata_file;
use crate::readers::png::{self, Fault};
use crate::readers::workbook::{self, Book, Sheet};
use crate::readers::{csvw, expectation, ods, svg, xml};

/// The symbols of cells without a value, as people see them.
const SYMBOLS: [&str; 3] = ["[c]", "[z]", "[x]"];

/// What the files came to.
#[derive(Debug, Default)]
pub struct Checked {
    /// What must not be released.
    pub findings: Vec<Finding>,
    /// How far the checks got.
    pub tried: Vec<Tried>,
    /// What cannot be checked.
    pub not_run: Vec<String>,
    /// Sentences with numbers of their own that stand in several files alike: the report's notes, as far as a stranger
    /// can tell.
    pub declared: BTreeSet<String>,
    texts: BTreeMap<String, Vec<(String, String)>>,
    compared: u64,
    charts: u64,
}

/// What a cell of any other file must say.
#[must_use]
pub fn shown(reading: &Reading) -> String {
    match reading {
        Reading::Count(count) => count.to_string(),
        Reading::Marker(_) | Reading::Between(..) => "[c]".to_owned(),
        Reading::Impossible => "[z]".to_owned(),
        Reading::NotAvailable => "[x]".to_owned(),
    }
}

/// Letters without a width, and those that turn the direction of reading.
const fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Counts without their separators; everything else as it is.
pub(crate) fn plain(text: &str) -> String {
    let text = text.trim();
    let digits: String = text.chars().filter(|letter| *letter != ',').collect();
    whole_number(&digits).map_or_else(|| text.to_owned(), |count| count.to_string())
}

/// Reads every file of `folder` and holds it against the tables.
#[must_use]
pub fn check(folder: &Folder, tables: &[Table], easel: &mut Easel) -> Checked {
    let mut checked = Checked::default();
    checked.findings.extend(order::check(&folder.manifest, tables));
    let expectations = folder.manifest.derived.iter().filter_map(|derived| derived.expectation.as_ref());
    let files = folder.manifest.tables.iter().map(|entry| &entry.file).chain(expectations.map(|one| &one.file));
    let own: BTreeSet<&str> = files.map(String::as_str).collect();
    let is_rows = |file: &str| {
        let extract = folder.manifest.extract.iter();
        extract.clone().any(|extract| extract.file == file) || extract.map(metadata_file).any(|own| own == file)
    };
    for (file, bytes) in folder.files.iter().filter(|(file, _)| !own.contains(file.as_str()) && !is_rows(file)) {
        match file.rsplit('.').next().unwrap_or_default() {
            "html" => checked.page(folder, tables, file, bytes),
            "xlsx" => checked.book(folder, tables, file, workbook::read(bytes)),
            "ods" => checked.book(folder, tables, file, ods::read(bytes)),
            "svg" => checked.drawing(folder, tables, file, bytes),
            "png" => checked.picture(folder, easel, file, bytes),
            "json" => checked.metadata(folder, tables, file, bytes),
            _ => checked.find(Attack::Folder, "unknown_format", file, "", "a file that no reader knows"),
        }
    }
    checked.closed_world(folder, tables);
    checked.tried.push(Tried {
        attack: Attack::Consistency,
        scope: format!("{} cells of other files against the tidy tables", checked.compared),
        not_shown: 0,
    });
    if checked.charts > 0 {
        checked.tried.push(Tried {
            attack: Attack::Chart,
            scope: format!("{} charts read back from their coordinates", checked.charts),
            not_shown: 0,
        });
    }
    checked
}

impl Checked {
    fn find(&mut self, attack: Attack, kind: &str, file: &str, place: &str, message: &str) {
        self.findings.push(Finding {
            attack,
            kind: kind.to_owned(),
            file: file.to_owned(),
            place: place.to_owned(),
            message: message.to_owned(),
            claim: None,
        });
    }

    fn leftovers(&mut self, file: &str, faults: &[Fault]) {
        for (kind, message) in faults {
            self.find(Attack::Leftover, kind, file, "", message);
        }
    }

    fn say(&mut self, file: &str, place: &str, text: &str) {
        self.texts.entry(file.to_owned()).or_default().push((place.to_owned(), text.to_owned()));
    }

    /// A picture must be its drawing, pixel by pixel: then the drawing's attack is the picture's too.
    fn picture(&mut self, folder: &Folder, easel: &mut Easel, file: &str, bytes: &[u8]) {
        self.leftovers(file, &png::faults(bytes));
        let drawing = file.strip_suffix("png").and_then(|stem| folder.files.get(&format!("{stem}svg")));
        match easel.compare(drawing.map(Vec::as_slice), bytes) {
            Seen::Same => {}
            Seen::Differs => {
                let message = "a picture that is not the drawing of its name";
                self.find(Attack::Chart, "picture_differs", file, "", message);
            }
            Seen::Alone => {
                let message = "a picture without a drawing to hold it against";
                self.find(Attack::Chart, "picture_alone", file, "", message);
            }
        }
    }

    fn drawing(&mut self, folder: &Folder, tables: &[Table], file: &str, bytes: &[u8]) {
        let Some(document) = xml::parse(bytes) else {
            self.find(Attack::Folder, "not_svg", file, "", "is no well-formed drawing");
            return;
        };
        self.leftovers(file, &svg::faults(&document));
        let entry = folder.manifest.tables.iter().zip(tables).find(|(entry, _)| is_named_for(entry, file));
        let (Some(chart), Some((entry, table))) = (svg::read(&document), entry) else {
            self.find(
                Attack::Chart,
                "chart_unread",
                file,
                "",
                "a drawing that cannot be read back as a chart of a table",
            );
            return;
        };
        self.charts += 1;
        for (place, message) in chart::compare(&chart, &folder.manifest, entry, table) {
            self.find(Attack::Chart, "chart_value", file, &place, message);
        }
        for text in chart.words.iter().chain(&chart.texts) {
            // The end of the axis is a round number beyond the largest bar; it is held against the bars instead.
            if !chart.axis.contains(text) {
                self.say(file, "text", text);
            }
        }
    }

    fn metadata(&mut self, folder: &Folder, tables: &[Table], file: &str, bytes: &[u8]) {
        let Some(metadata) = csvw::read(bytes) else {
            self.find(Attack::Folder, "unknown_format", file, "", "JSON that describes no table");
            return;
        };
        self.leftovers(file, &metadata.faults);
        for text in &metadata.texts {
            self.say(file, "text", text);
        }
        let below = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = if below.is_empty() { metadata.url.clone() } else { format!("{below}/{}", metadata.url) };
        match folder.manifest.tables.iter().zip(tables).find(|(entry, _)| entry.file == own) {
            Some((_, table)) => {
                let dims: Vec<&str> = table.dims.iter().map(String::as_str).chain(["value", "symbol"]).collect();
                if metadata.columns != dims {
                    self.find(Attack::Consistency, "metadata", file, "", "describes other columns than the table has");
                }
            }
            None => {
                let mut expectations =
                    folder.manifest.derived.iter().filter_map(|derived| derived.expectation.as_ref());
                let columns = expectations.find(|one| one.file == own).map(|one| {
                    std::iter::once(one.dim.as_str()).chain(expectation::COLUMNS).map(str::to_owned).collect::<Vec<_>>()
                });
                if columns != Some(metadata.columns) {
                    self.find(Attack::Consistency, "metadata", file, "", "describes no table of release.json");
                }
            }
        }
    }

    fn page(&mut self, folder: &Folder, tables: &[Table], file: &str, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.find(Attack::Folder, "encoding", file, "", "not plain UTF-8");
            return;
        };
        let page = html::read(text);
        self.leftovers(file, &page.faults);
        for link in &page.links {
            let path = link.split('#').next().unwrap_or_default();
            if !folder.files.contains_key(path) && path != MANIFEST {
                self.find(Attack::Leftover, "html_link", file, "", "a link to a file that is not in the release");
            }
        }
        self.inline_drawings(folder, file, text, &page);
        let mut met = BTreeSet::new();
        for table in &page.tables {
            let entry = folder.manifest.tables.iter().zip(tables).find(|(entry, _)| is_page_table(entry, table));
            match entry {
                Some((entry, read)) => {
                    met.insert(entry.id.clone());
                    self.page_table(folder, entry, read, file, table);
                }
                None if self.expectation_on_page(folder, file, table, &mut met) => {}
                None => {
                    for text in table.rows.iter().flat_map(|row| row.heads.iter().chain(&row.cells)) {
                        self.say(file, "a table of no entry in release.json", text);
                    }
                }
            }
        }
        for id in ids(folder).filter(|id| !met.contains(*id)) {
            self.find(Attack::Consistency, "missing_on_page", file, id, "a table that the page does not have");
        }
        for text in &page.texts {
            self.say(file, "text", text);
        }
    }

    /// A drawing in the page is the one in `charts/`, byte for byte, so that reading that one is enough.
    fn inline_drawings(&mut self, folder: &Folder, file: &str, text: &str, page: &Page) {
        let files = folder.files.iter().filter(|(name, _)| name.ends_with(".svg"));
        let inside =
            files.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok()).filter(|drawing| text.contains(*drawing));
        if inside.count() != page.drawings {
            self.find(Attack::Chart, "inline_chart", file, "", "a drawing that is none of the release's charts");
        }
    }

    /// Whether a table of the page is one of expectations; then its cells must be those of its CSV.
    fn expectation_on_page(
        &mut self,
        folder: &Folder,
        file: &str,
        table: &PageTable,
        met: &mut BTreeSet<String>,
    ) -> bool {
        let is_own = |id: &str| table.ids.iter().any(|own| *own == id.to_lowercase());
        let Some((id, stated)) = expectations(folder).find(|(id, _)| is_own(id)) else { return false };
        met.insert(id.to_owned());
        let found: Vec<Vec<String>> = table
            .rows
            .iter()
            .filter(|row| !row.cells.is_empty())
            .map(|row| row.heads.iter().cloned().chain(row.cells.iter().map(|cell| plain_decimal(cell))).collect())
            .collect();
        let heads = table.rows.iter().filter(|row| row.cells.is_empty()).flat_map(|row| &row.heads);
        heads.for_each(|head| self.say(file, "header", head));
        self.say(file, "caption", &table.caption);
        self.expectation_cells(folder, (id, stated), file, &found);
        true
    }

    /// The same for a sheet: a row of it is the first name and five figures, symbols or flags.
    fn expectation_sheet(&mut self, folder: &Folder, file: &str, sheet: &Sheet, met: &mut BTreeSet<String>) -> bool {
        let Some((id, stated)) = expectations(folder).find(|(id, _)| *id == sheet.name) else { return false };
        met.insert(id.to_owned());
        let is_figure = |cell: &workbook::BookCell| cell.is_number || SYMBOLS.contains(&cell.text.as_str());
        let rows = sheet.rows.iter().filter(|row| row.iter().any(is_figure));
        let found: Vec<Vec<String>> =
            rows.map(|row| row.iter().map(|cell| plain_decimal(&cell.text)).collect()).collect();
        self.expectation_cells(folder, (id, stated), file, &found);
        true
    }

    fn expectation_cells(
        &mut self,
        folder: &Folder,
        (id, stated): (&str, &Expectation),
        file: &str,
        found: &[Vec<String>],
    ) {
        let rows = folder.files.get(&stated.file).and_then(|bytes| expectation::read(&stated.dim, bytes));
        let labels = folder.manifest.labels.get(&stated.dim);
        let label = |code: &String| labels.and_then(|labels| labels.get(code)).unwrap_or(code).clone();
        let expected: Vec<Vec<String>> = rows
            .unwrap_or_default()
            .iter()
            .map(|row| std::iter::once(label(&row.code)).chain(row.shown().map(|cell| plain_decimal(&cell))).collect())
            .collect();
        self.compared += found.iter().map(|row| row.len() as u64).sum::<u64>();
        if expected != found {
            let message = "a row that says something else than the tidy table";
            self.find(Attack::Consistency, "inconsistent_cell", file, id, message);
        }
    }

    fn page_table(&mut self, folder: &Folder, entry: &TableEntry, table: &Table, file: &str, page: &PageTable) {
        let found: Vec<(String, String)> = page
            .rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| {
                cells.cells.iter().map(move |cell| (format!("{}, row {}", entry.id, row), plain(cell)))
            })
            .collect();
        self.compare(file, &entry.id, table, &found);
        let heads: Vec<&[String]> =
            page.rows.iter().filter(|row| !row.cells.is_empty()).map(|row| row.heads.as_slice()).collect();
        self.heads(folder, entry, table, file, &heads);
        self.say(file, "caption", &page.caption);
    }

    /// Rows must carry the names of their codes: the same figures in another order are other statements.
    fn heads(&mut self, folder: &Folder, entry: &TableEntry, table: &Table, file: &str, found: &[&[String]]) {
        let rows_by = table.dims.len().saturating_sub(1).max(1);
        let mut expected: Vec<&[String]> =
            table.rows.iter().map(|row| &row.codes[..rows_by.min(row.codes.len())]).collect();
        expected.dedup();
        if expected.len() != found.len() {
            return;
        }
        for (codes, heads) in expected.iter().zip(found) {
            let known = |(dim, code): (&String, &String)| folder.manifest.labels.get(dim)?.get(code).cloned();
            let labels: Option<Vec<String>> = table.dims.iter().zip(codes.iter()).map(known).collect();
            if labels.is_some_and(|labels| labels != *heads) {
                self.find(Attack::Consistency, "header", file, &entry.id, "a row with another name than its code has");
                return;
            }
        }
    }

    fn compare(&mut self, file: &str, id: &str, table: &Table, found: &[(String, String)]) {
        self.compared += found.len() as u64;
        if found.len() != table.rows.len() {
            let message = "another number of cells than the tidy table";
            self.find(Attack::Consistency, "inconsistent_cells", file, id, message);
            return;
        }
        for (row, (place, text)) in table.rows.iter().zip(found) {
            if shown(&row.reading) != *text {
                let message = "a cell that says something else than the tidy table";
                self.find(Attack::Consistency, "inconsistent_cell", file, place, message);
            }
        }
    }

    fn book(&mut self, folder: &Folder, tables: &[Table], file: &str, book: Option<Book>) {
        let Some(book) = book else {
            self.find(Attack::Folder, "not_a_workbook", file, "", "is no workbook that can be read");
            return;
        };
        self.leftovers(file, &book.faults);
        self.sheets(folder, tables, file, &book);
        for text in &book.texts {
            self.say(file, "property", text);
        }
    }

    fn sheets(&mut self, folder: &Folder, tables: &[Table], file: &str, book: &Book) {
        let mut met = BTreeSet::new();
        for sheet in &book.sheets {
            let entry = folder.manifest.tables.iter().zip(tables).find(|(entry, _)| entry.id == sheet.name);
            let is_figure = |text: &str, is_number: bool| is_number || SYMBOLS.contains(&text);
            let is_expectation = self.expectation_sheet(folder, file, sheet, &mut met);
            if let Some((entry, table)) = entry {
                met.insert(entry.id.clone());
                self.sheet_table(folder, entry, table, file, sheet);
            }
            for cell in sheet.rows.iter().flatten() {
                let is_known = entry.is_some() || is_expectation;
                if !is_known || !is_figure(&cell.text, cell.is_number) {
                    self.say(file, &format!("{}!{}", sheet.name, cell.place), &cell.text);
                }
            }
        }
        for id in ids(folder).filter(|id| !met.contains(*id)) {
            self.find(Attack::Consistency, "missing_sheet", file, id, "a table that the workbook does not have");
        }
    }

    fn sheet_table(&mut self, folder: &Folder, entry: &TableEntry, table: &Table, file: &str, sheet: &Sheet) {
        let is_figure = |cell: &&workbook::BookCell| cell.is_number || SYMBOLS.contains(&cell.text.as_str());
        let found: Vec<(String, String)> = sheet
            .rows
            .iter()
            .flatten()
            .filter(is_figure)
            .map(|cell| (format!("{}!{}", sheet.name, cell.place), plain(&cell.text)))
            .collect();
        self.compare(file, &entry.id, table, &found);
        let heads: Vec<Vec<String>> = sheet
            .rows
            .iter()
            .filter(|row| row.iter().any(|cell| is_figure(&cell)))
            .map(|row| row.iter().filter(|cell| !is_figure(cell)).map(|cell| cell.text.clone()).collect())
            .collect();
        let heads: Vec<&[String]> = heads.iter().map(Vec::as_slice).collect();
        self.heads(folder, entry, table, file, &heads);
    }

    /// Letters that nobody sees, in a text of any file or in a label, can carry a word.
    fn unseen(&mut self, folder: &Folder) {
        let labels = folder.manifest.labels.values().flatten().flat_map(|(code, label)| [code, label]);
        let titles = folder.manifest.tables.iter().map(|entry| &entry.title);
        let mut files: BTreeSet<String> = BTreeSet::new();
        if labels.chain(titles).any(|text| text.contains(is_unseen)) {
            files.insert(MANIFEST.to_owned());
        }
        let texts = self.texts.iter().filter(|(_, texts)| texts.iter().any(|(_, text)| text.contains(is_unseen)));
        files.extend(texts.map(|(file, _)| file.clone()));
        for file in files {
            self.find(Attack::Leftover, "unseen_letters", &file, "", "letters that no reader sees");
        }
    }

    /// Every text says numbers of the tables or of their frame only, unless page and workbook carry the same sentence:
    /// then it is the report's own note.
    fn closed_world(&mut self, folder: &Folder, tables: &[Table]) {
        let frame = Frame::of(&folder.manifest, tables);
        self.unseen(folder);
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<&str>>().join(" ");
        let mut files_of: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (file, texts) in &self.texts {
            for (_, text) in texts {
                files_of.entry(squeeze(text)).or_default().insert(file);
            }
        }
        let mut found = Vec::new();
        for (file, texts) in &self.texts {
            for (place, text) in texts {
                if !frame.is_exceeded_by(text) {
                    continue;
                }
                let said = squeeze(text);
                if files_of.get(&said).is_none_or(|files| files.len() < 2) {
                    found.push((file.clone(), place.clone()));
                } else {
                    self.declared.insert(said);
                }
            }
        }
        found.dedup();
        for (file, place) in found {
            let message = "a number that is neither in the released tables nor in their frame";
            self.find(Attack::Consistency, "unexplained_number", &file, &place, message);
        }
    }
}

fn expectations(folder: &Folder) -> impl Iterator<Item = (&str, &Expectation)> {
    folder.manifest.derived.iter().filter_map(|one| Some((one.table.as_str(), one.expectation.as_ref()?)))
}

/// Every table that page and workbooks must have.
fn ids(folder: &Folder) -> impl Iterator<Item = &str> {
    let tables = folder.manifest.tables.iter().map(|entry| entry.id.as_str());
    tables.chain(expectations(folder).map(|(id, _)| id)).filter(|id| !id.is_empty())
}

/// Numbers without separators and with no more digits than they need; everything else as it is.
fn plain_decimal(text: &str) -> String {
    let text = text.trim();
    let digits: String = text.chars().filter(|letter| *letter != ',').collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match digits.parse::<f64>() {
        Ok(number) if is_number => number.to_string(),
        Ok(_) | Err(_) => text.to_owned(),
    }
}

/// `charts/t09.svg` is table T09's.
fn is_named_for(entry: &TableEntry, file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    !entry.id.is_empty() && name.split_once('.').is_some_and(|(stem, _)| stem == entry.id.to_lowercase())
}

fn is_page_table(entry: &TableEntry, table: &PageTable) -> bool {
    let id = entry.id.to_lowercase();
    !id.is_empty() && table.ids.iter().any(|own| *own == id || *own == format!("table-{id}"))
}
