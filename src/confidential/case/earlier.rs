//! Releases that readers already have: folders with `release.json`, whoever wrote them. Comes in: folders, the case's space.
//! Goes out: their cells, which nothing changes any more, and what they are called. Deliberately absent: the attack; that
//! is the other side's, and reads the same folders with code of its own.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

use model::Manifest;
use model::digest::sha256;
use model::lines::{LineEnds, line_of};
use model::manifest::TableEntry;
use model::release::Zeros;

use super::Case;
use super::error::{CaseError, EarlierFault};
use crate::protect::{EarlierCell, EarlierForm, Form, Relation};
use crate::tabulate::Key;

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
            let bytes = read(&path)?;
            let manifest: Manifest = serde_json::from_slice(&bytes)
                .map_err(|error| wrong(&path, error.line() as u64, EarlierFault::NotRelease))?;
            let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
            let name = match manifest.release.as_str() {
                "" => whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
                name => name.to_owned(),
            };
            if earlier.releases.insert(name.clone(), sha256(&bytes)).is_some() {
                return Err(wrong(&path, 0, EarlierFault::Twice { name }));
            }
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
        let at = space.codes.iter().position(|known| known == code);
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
        let bytes = read(&path)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(LineEnds::new(bytes.as_slice()));
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
        let at = |wanted: &str| header.iter().position(|name| name == wanted);
        let mut columns = Columns { dims: Vec::new(), value: 0, symbol: at("symbol") };
        columns.value = at("value").ok_or(EarlierFault::NotCsv)?;
        for (column, name) in header.iter().enumerate() {
            match name {
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
        let form = match columns.symbol.and_then(|column| record.get(column)) {
            Some("x") => return Ok(None),
            Some("z") => EarlierForm::StructuralZero,
            Some(_) | None => match value.parse::<u64>() {
                Ok(count) => form(entry, count),
                Err(_) if value.parse::<f64>().is_ok() => return Err(EarlierFault::NotACount),
                Err(_) => EarlierForm::Suppressed,
            },
        };
        Ok(Some((key, form)))
    }
}

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

fn read(path: &Path) -> Result<Vec<u8>, CaseError> {
    if !path.is_file() {
        return Err(CaseError::Missing { path: path.to_owned() });
    }
    fs::read(path).map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })
}

fn wrong(path: &Path, line: u64, fault: EarlierFault) -> CaseError {
    CaseError::Earlier { path: path.to_owned(), line, fault: Box::new(fault) }
}
