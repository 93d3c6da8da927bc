//! Reads the counts of distinct combinations, or one record a line where there is no column of counts. Comes in: the case's
//! folder, its description. Goes out: counts by combination of finest codes, and sums of record keys where they are kept.
//! Deliberately absent: what a column is (`columns`), what is left open (`asked`), and what stands in a cell that is wrong;
//! its line, column and length are told.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::lines::{LineEnds, line_of};

use model::config::fold::fold;

use super::asked::Asked;
use super::columns::{Columned, columns};
use super::description::Description;
use super::error::{CaseError, InnerFault};
use super::magnitude::Sums;
use super::rollup::{Inner, Packing};

/// The counts of a case are not more than this together; far more than people.
const MOST: u64 = 1_000_000_000_000;
/// No value is more than this, 2 to the power of 53: every whole number up to it is one in floating point too.
const MOST_VALUE: u64 = 9_007_199_254_740_992;
/// All values are not more than this together, so that sums over sums of them stay within 64 bits.
const MOST_SUMMED: u64 = 1_000_000_000_000_000_000;

/// Opens `inner.csv.gz` or `inner.csv`.
fn open(folder: &Path) -> Result<(PathBuf, Box<dyn Read>), CaseError> {
    let (packed, plain) = (folder.join("inner.csv.gz"), folder.join("inner.csv"));
    let opened = |path: &Path| -> Result<_, CaseError> {
        let file = disk::open_given(path).map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    match (disk::is_file(&packed)?, disk::is_file(&plain)?) {
        (true, true) => Err(CaseError::TwoInner { folder: folder.to_owned() }),
        (true, false) => {
            let decoder = MultiGzDecoder::new(opened(&packed)?);
            Ok((packed, Box::new(decoder)))
        }
        (false, true) => {
            let reader = opened(&plain)?;
            Ok((plain, Box::new(reader)))
        }
        (false, false) => Err(CaseError::Missing { path: packed }),
    }
}

/// What the lines of a case come to.
pub(super) struct Lines {
    /// Records by combination.
    pub counts: Inner,
    /// Sums of record keys, where they are kept.
    pub record_keys: Option<Inner>,
    /// Sums of values by unit, where values are summed.
    pub sums: Option<Sums>,
    /// Lines read, the header aside.
    pub lines: u64,
}

/// What the lines so far come to.
#[derive(Default)]
struct Tally {
    lines: u64,
    records: u64,
    summed: u64,
    counts: HashMap<u128, u64>,
    record_keys: HashMap<u128, u64>,
    /// By unit and combination.
    values: HashMap<(u32, u128), u64>,
    units: HashMap<String, u32>,
}

/// Reads the counts of the case in `folder`.
pub(super) fn read(folder: &Path, description: &Description) -> Result<Lines, CaseError> {
    let (path, reader) = open(folder)?;
    let fault = |line: u64, fault: InnerFault| CaseError::Inner { path: path.clone(), line, fault };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(LineEnds::new(reader));
    let mut record = csv::StringRecord::new();
    let failed = |error: csv::Error, fields: usize| csv_fault(&path, error, fields);
    if !reader.read_record(&mut record).map_err(|error| failed(error, 0))? {
        return Err(fault(1, InnerFault::NoHeader));
    }
    let header: Vec<String> = record.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    let columned = columns(&header, description).map_err(|found| fault(1, found))?;
    let packing = Packing::new(description.dimensions.iter().map(|dimension| dimension.space.codes.len()));
    let (mut tally, mut asked) = (Tally::default(), Asked::new(description, &columned));
    while reader.read_record(&mut record).map_err(|error| failed(error, header.len()))? {
        let line = line_of(reader.position().line(), record.iter());
        tally.take(&columned, (&header, &record), &packing).map_err(|found| fault(line, found))?;
        asked.take(&columned, &record, line);
    }
    asked.done(&columned, &header).map_err(|(line, found)| fault(line, found))?;
    tally.lines(description, &columned, packing).ok_or_else(|| fault(0, InnerFault::NotCsv { fields: header.len() }))
}

impl Tally {
    /// Takes a line.
    fn take(
        &mut self,
        columned: &Columned<'_>,
        (header, record): (&[String], &csv::StringRecord),
        packing: &Packing,
    ) -> Result<(), InnerFault> {
        if record.len() != header.len() {
            return Err(InnerFault::NotCsv { fields: header.len() });
        }
        let mut combination = 0;
        for (at, columns) in columned.columns.iter().enumerate() {
            combination += packing.part(at, columns.finest(header, record)?);
        }
        let not_whole =
            |at: usize| InnerFault::NotWhole { column: header[at].clone(), letters: record[at].chars().count() };
        let letters =
            |at: usize| InnerFault::NotACount { column: header[at].clone(), letters: record[at].chars().count() };
        let more = match columned.count {
            None => 1,
            Some(at) => whole_number(&record[at], MOST).ok_or_else(|| letters(at))?,
        };
        self.lines += 1;
        self.records = self.records.saturating_add(more);
        if self.records > MOST {
            return Err(InnerFault::TooMany { most: MOST });
        }
        *self.counts.entry(combination).or_default() += more;
        if let Some(at) = columned.record_key {
            let key: u32 = record[at].parse().map_err(|_| not_whole(at))?;
            // As many keys as lines, of 32 bits each.
            *self.record_keys.entry(combination).or_default() += u64::from(key);
        }
        if let Some((value, unit)) = columned.sum {
            let next = u32::try_from(self.units.len()).unwrap_or(u32::MAX);
            // One name in two spellings would be two units, and a cell of one would be of several.
            let name = fold(&record[unit]);
            if name.is_empty() {
                return Err(InnerFault::NoUnit { column: header[unit].clone() });
            }
            let unit = *self.units.entry(name).or_insert(next);
            if is_negative(&record[value]) {
                return Err(InnerFault::Negative { column: header[value].clone() });
            }
            let more = whole_number(&record[value], MOST_VALUE).ok_or_else(|| not_whole(value))?;
            self.summed = self.summed.saturating_add(more);
            if self.summed > MOST_SUMMED {
                return Err(InnerFault::TooMuch { column: header[value].clone(), most: MOST_SUMMED });
            }
            *self.values.entry((unit, combination)).or_default() += more;
        }
        Ok(())
    }

    /// What all lines come to; none where there are too many units to number.
    fn lines(self, description: &Description, columned: &Columned<'_>, packing: Packing) -> Option<Lines> {
        let mut above: Vec<_> = description.dimensions.iter().map(|dimension| dimension.above.clone()).collect();
        let mut totals: Vec<u32> = description.dimensions.iter().map(|dimension| dimension.space.total).collect();
        let inner = |counts| Inner::new(packing.clone(), totals.clone(), above.clone(), counts);
        let record_keys = columned.record_key.map(|_| inner(self.record_keys));
        let (counts, lines) = (inner(self.counts), self.lines);
        let sums = match columned.sum {
            None => None,
            Some(_) => {
                let place = totals.len();
                let size = u128::try_from(self.units.len()).ok()?.max(1);
                packing.size().checked_mul(size).filter(|_| place < 63)?;
                let sizes = description.dimensions.iter().map(|dimension| dimension.space.codes.len());
                let packing = Packing::new(sizes.chain([self.units.len().max(1)]));
                let with_unit = |((unit, combination), sum)| (combination + packing.part(place, unit), sum);
                let values = self.values.into_iter().map(with_unit).collect();
                above.push((0..u32::try_from(self.units.len()).ok()?).map(|unit| vec![unit]).collect());
                totals.push(u32::MAX);
                Some(Sums::new(Inner::new(packing, totals, above, values), place))
            }
        };
        Some(Lines { counts, record_keys, sums, lines })
    }
}

fn csv_fault(path: &Path, error: csv::Error, fields: usize) -> CaseError {
    let line = error.position().map_or(0, csv::Position::line);
    if let csv::ErrorKind::Io(source) = error.into_kind() {
        return CaseError::Unreadable { path: path.to_owned(), source };
    }
    CaseError::Inner { path: path.to_owned(), line, fault: InnerFault::NotCsv { fields } }
}

/// Digits; tools that count in floating point also write `12.0` and `1e+05`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn whole_number(text: &str, most: u64) -> Option<u64> {
    if let Ok(count) = text.parse::<u64>() {
        return (count <= most).then_some(count);
    }
    let number: f64 = text.parse().ok()?;
    let is_whole = number.fract() == 0.0 && (0.0..=most as f64).contains(&number);
    is_whole.then_some(number as u64)
}

/// Less than nothing.
fn is_negative(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| number < 0.0)
}
