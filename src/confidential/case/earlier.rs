//! Releases that readers already have: folders with `release.json`, whoever wrote them. Comes in: folders, the case's space.
//! Goes out: their cells, which nothing changes any more, and what they are called. Deliberately absent: the attack; that
//! is the other side's, and reads the same folders with code of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use disk::Kind;
use model::Manifest;
use model::digest::sha256;
use model::lines::{LineEnds, line_of};
use model::manifest::{TableEntry, without_mark};
use model::published::{self, Said};
use model::release::Zeros;

use super::Case;
use super::error::{CaseError, EarlierFault};
use crate::protect::{EarlierCell, EarlierForm, Form, Relation};
use crate::tabulate::Key;

/// A table of a million cells is smaller.
const MOST_BYTES: u64 = 64 << 20;

/// The file that describes a release.
const MANIFEST: &str = "release.json";

/// What was published before.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Every cell of every table.
    pub cells: Vec<EarlierCell>,
    /// What those releases state beyond their sums.
    pub relations: Vec<Relation>,
    /// Name and digest of each, as a later release states them.
    pub releases: BTreeMap<String, String>,
}

/// A release's manifest, its name, and the case's code for the total of each dimension.
struct Release<'a> {
    folder: &'a Path,
    name: String,
    manifest: Manifest,
    base: Key,
}

/// The columns of a table's file.
struct Columns {
    /// Column and dimension of the case.
    dims: Vec<(usize, usize)>,
    value: usize,
    symbol: Option<usize>,
}

impl Case {
    /// Reads the releases in `folders`.
    ///
    /// # Errors
    /// [`CaseError`] names the file, the line and what is wrong there; a code that the case does not know is an error,
    /// because what cannot be placed cannot be taken into account.
    pub fn earlier(&self, folders: &[PathBuf]) -> Result<Earlier, CaseError> {
        let mut earlier = Earlier::default();
        for folder in folders {
            let path = folder.join(MANIFEST);
            let bytes = read(folder, MANIFEST)?;
            let manifest =
                Manifest::read(&bytes).map_err(|error| wrong(&path, error.line() as u64, EarlierFault::NotRelease))?;
            each_once(&manifest).map_err(|fault| wrong(&path, 0, fault))?;
            let whole = disk::whole(folder).unwrap_or_else(|_| folder.clone());
            let name = match manifest.release.as_str() {
                "" => whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
                name => name.to_owned(),
            };
            let digest = sha256(&bytes);
            if earlier.releases.values().any(|known| *known == digest) {
                return Err(wrong(&path, 0, EarlierFault::Twice { name }));
            }
            let name = told_apart(&earlier.releases, name, &digest);
            earlier.releases.insert(name.clone(), digest);
            let base = self.totals(&manifest).map_err(|fault| wrong(&path, 0, fault))?;
            let release = Release { folder, name, manifest, base };
            for relation in &release.manifest.relations {
                let relation =
                    self.relation(relation, &release.base).map_err(|_| wrong(&path, 0, EarlierFault::Relation))?;
                earlier.relations.push(relation);
            }
            for entry in &release.manifest.tables {
                earlier.cells.extend(self.table(&release, entry)?);
            }
        }
        Ok(earlier)
    }

    /// The cell at which all of a release stands that a table does not name.
    fn totals(&self, manifest: &Manifest) -> Result<Key, EarlierFault> {
        let total = |at: usize| match manifest.hierarchies.get(&self.spaces[at].name) {
            Some(hierarchy) => self.place(at, &hierarchy.total),
            None => Ok(self.spaces[at].total),
        };
        (0..self.spaces.len()).map(total).collect()
    }

    fn place(&self, dimension: usize, code: &str) -> Result<u32, EarlierFault> {
        let space = &self.spaces[dimension];
        let at = |code: &str| space.codes.iter().position(|known| known == code);
        // Blanks around a code are seen by no reader.
        let at = at(code).or_else(|| at(code.trim()));
        let unknown = || EarlierFault::UnknownCode { dimension: space.name.clone(), code: code.to_owned() };
        at.and_then(|at| u32::try_from(at).ok()).ok_or_else(unknown)
    }

    fn dimension(&self, name: &str) -> Result<usize, EarlierFault> {
        let at = self.spaces.iter().position(|space| space.name == name);
        at.ok_or_else(|| EarlierFault::UnknownDimension { name: name.to_owned() })
    }

    fn table(&self, release: &Release<'_>, entry: &TableEntry) -> Result<Vec<EarlierCell>, CaseError> {
        let inside = Path::new(&entry.file).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(wrong(&release.folder.join(MANIFEST), 0, EarlierFault::FileName));
        }
        let path = release.folder.join(&entry.file);
        let mut base = release.base.clone();
        for (name, code) in &entry.fixed {
            let code = self.dimension(name).and_then(|at| Ok((at, self.place(at, code)?)));
            let (at, code) = code.map_err(|fault| wrong(&path, 0, fault))?;
            base[at] = code;
        }
        let bytes = read(release.folder, &entry.file)?;
        let text = LineEnds::new(without_mark(&bytes));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        let mut columns = None;
        let mut found: Vec<(Key, EarlierForm)> = Vec::new();
        let mut codes: HashMap<(usize, String), u32> = HashMap::new();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|_| wrong(&path, 0, EarlierFault::NotCsv))? {
            let line = line_of(reader.position().line(), record.iter());
            let Some(columns) = &columns else {
                columns = Some(self.columns(release, &record).map_err(|fault| wrong(&path, line, fault))?);
                continue;
            };
            let cell = self.cell(entry, (columns, &base), &record, &mut codes);
            found.extend(cell.map_err(|fault| wrong(&path, line, fault))?);
        }
        let zeros = zeros(entry, &found);
        let (threshold, release) = (release.manifest.threshold, &release.name);
        let cell = |(key, form)| EarlierCell { key, form, zeros, threshold, release: release.clone() };
        Ok(found.into_iter().map(cell).collect())
    }

    fn columns(&self, release: &Release<'_>, header: &csv::StringRecord) -> Result<Columns, EarlierFault> {
        let at = |wanted: &str| header.iter().position(|name| name.trim() == wanted);
        let mut columns = Columns { dims: Vec::new(), value: 0, symbol: at("symbol") };
        columns.value = at("value").ok_or(EarlierFault::NotCsv)?;
        for (column, name) in header.iter().enumerate() {
            match name.trim() {
                "value" | "symbol" => {}
                name if release.manifest.hierarchies.contains_key(name) => {
                    columns.dims.push((column, self.dimension(name)?));
                }
                name => return Err(EarlierFault::UnknownDimension { name: name.to_owned() }),
            }
        }
        Ok(columns)
    }

    fn cell(
        &self,
        entry: &TableEntry,
        (columns, base): (&Columns, &Key),
        record: &csv::StringRecord,
        codes: &mut HashMap<(usize, String), u32>,
    ) -> Result<Option<(Key, EarlierForm)>, EarlierFault> {
        let mut key = base.clone();
        for &(column, dimension) in &columns.dims {
            let code = record.get(column).unwrap_or_default();
            let known = codes.get(&(dimension, code.to_owned())).copied();
            let at = known.map_or_else(|| self.place(dimension, code), Ok)?;
            codes.insert((dimension, code.to_owned()), at);
            key[dimension] = at;
        }
        let value = record.get(columns.value).unwrap_or_default();
        let symbol = columns.symbol.and_then(|column| record.get(column)).unwrap_or_default();
        let form = said(entry, (value, symbol.trim()), columns)?;
        Ok(form.map(|form| (key, form)))
    }
}

/// What a value and its symbol tell a reader; none where nothing was collected. What may be a figure and cannot be read stops
/// the run: taken for a hidden cell it would let a small count follow by subtraction.
fn said(
    entry: &TableEntry,
    (value, symbol): (&str, &str),
    columns: &Columns,
) -> Result<Option<EarlierForm>, EarlierFault> {
    let column = columns.value + 1;
    let stated = entry.markers.get(value).or_else(|| entry.markers.get(value.trim())).copied();
    let form = match (published::read(value).said, symbol) {
        (Said::Nothing, "x") => return Ok(None),
        (Said::Nothing, "z") => EarlierForm::StructuralZero,
        (Said::Nothing, "" | "c") => hidden(stated.unwrap_or((0, None))),
        (Said::Count(count), "" | "c") => form(entry, count),
        // Who reads the sign and what the manifest says of it knows both.
        (Said::Between(lowest, highest), "" | "c") => {
            let (least, most) = stated.unwrap_or((0, None));
            hidden((lowest.max(least), highest.into_iter().chain(most).min()))
        }
        (Said::Unclear, "" | "c") => hidden(stated.ok_or(EarlierFault::Unclear { column })?),
        (Said::NotACount, _) => return Err(EarlierFault::NotACount { column }),
        (Said::Nothing | Said::Count(_) | Said::Between(..) | Said::Unclear, _) => {
            return Err(EarlierFault::Symbol { column: columns.symbol.map_or(column, |symbol| symbol + 1) });
        }
    };
    Ok(Some(form))
}

/// A hidden cell of which readers know a range. That it is no zero is said of the whole table.
fn hidden((lowest, highest): (u64, Option<u64>)) -> EarlierForm {
    match highest {
        Some(highest) if highest <= lowest => EarlierForm::Count(lowest),
        Some(highest) => EarlierForm::Rounded(Form { value: lowest, lowest, highest }),
        None if lowest > 1 => EarlierForm::Rounded(Form { value: lowest, lowest, highest: MOST }),
        None => EarlierForm::Suppressed,
    }
}

/// No count is larger, so a range up to here has no upper end.
const MOST: u64 = 1 << 52;

/// What a published figure says.
fn form(entry: &TableEntry, value: u64) -> EarlierForm {
    let (lowest, highest) = entry.says(value);
    if lowest == highest { EarlierForm::Count(lowest) } else { EarlierForm::Rounded(Form { value, lowest, highest }) }
}

/// Whoever sees a zero, or is told that a hidden cell is none, knows it of every hidden cell of the table.
fn zeros(entry: &TableEntry, cells: &[(Key, EarlierForm)]) -> Zeros {
    let is_shown = cells.iter().any(|(_, form)| *form == EarlierForm::Count(0));
    let is_told = entry.markers.values().any(|&(lowest, _)| lowest > 0);
    if is_shown || is_told { Zeros::Shown } else { Zeros::Hidden }
}

/// A name that no other release has. Two runs often write into folders of one name; a path, which would tell them apart too, is
/// in no release, so the later one has the start of its digest, by which whoever has the folders finds it.
fn told_apart(known: &BTreeMap<String, String>, name: String, digest: &str) -> String {
    if known.contains_key(&name) { format!("{name}-{}", &digest[..8.min(digest.len())]) } else { name }
}

/// A file is one table; listed twice it would say two things of the same figures.
fn each_once(manifest: &Manifest) -> Result<(), EarlierFault> {
    let mut known = HashSet::new();
    match manifest.tables.iter().find(|entry| !known.insert(entry.file.as_str())) {
        Some(entry) => Err(EarlierFault::TableTwice { file: entry.file.clone() }),
        None => Ok(()),
    }
}

/// A file of a release that somebody else made: a link is not followed, a pipe not waited for, an endless file not read.
fn read(folder: &Path, file: &str) -> Result<Vec<u8>, CaseError> {
    let path = folder.join(file);
    let mut at = folder.to_owned();
    for part in Path::new(file).components() {
        at.push(part);
        let is_read = match disk::kind(&at)? {
            None => return Err(CaseError::Missing { path }),
            Some(Kind::Folder) => at != path,
            Some(Kind::File) => at == path && disk::length(&at)? <= MOST_BYTES,
            Some(Kind::Other) => false,
        };
        if !is_read {
            return Err(wrong(&path, 0, EarlierFault::NotRead));
        }
    }
    Ok(disk::read(&path)?)
}

fn wrong(path: &Path, line: u64, fault: EarlierFault) -> CaseError {
    CaseError::Earlier { path: path.to_owned(), line, fault: Box::new(fault) }
}
