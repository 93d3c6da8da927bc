//! A sealed release: everything published together, and nothing else. Render sees this and only this.
//!
//! Comes in: parts that `confidential/protect` made safe. Goes out: released cells. Which rule hid a cell is nobody's
//! business outside `confidential`, so no field here says it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::hierarchy::Hierarchy;
use crate::manifest::{Corrects, Impossible, Relation};

/// One published cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleasedCell {
    /// An exact count.
    Count(u64),
    /// A count near the truth; its table's [`Precision`] says how near.
    Approximate(u64),
    /// Impossible by definition, so printing it tells nothing: `[z]`.
    StructuralZero,
    /// Hidden, primary or secondary or a hidden zero: `[c]`, one symbol for all.
    Suppressed,
    /// Not collected in that period: `[x]`. Says nothing about a count.
    NotAvailable,
}

impl ReleasedCell {
    /// The symbol of the tidy CSV, empty beside a value.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Count(_) | Self::Approximate(_) => "",
            Self::StructuralZero => "z",
            Self::Suppressed => "c",
            Self::NotAvailable => "x",
        }
    }
}

/// Whether a table publishes its zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// A zero that is not impossible carries the symbol of a small count; a hidden cell says `[0, inf)`.
    Hidden,
    /// Zeros are printed; every hidden cell then says `[1, inf)`.
    Shown,
}

/// How near the published counts of a table are to the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// They are the truth.
    #[default]
    Exact,
    /// Multiples of `base`, the nearest one; half-way counts went down.
    Nearest {
        /// The base.
        base: u64,
        /// A published count other than 0 stands for at least this many; none where small counts are rounded too.
        least: Option<u64>,
    },
    /// Multiples of `base`, one of the two neighbours.
    Neighbour {
        /// The base.
        base: u64,
        /// As above.
        least: Option<u64>,
        /// Whether the published counts add up.
        adds_up: bool,
    },
    /// Multiples of `base`, less than two bases away, that add up.
    Near {
        /// The base.
        base: u64,
        /// As above.
        least: Option<u64>,
    },
    /// Changed by the keys of the cases, and a 0 is never made more.
    CellKey {
        /// No published count is further from the truth.
        most: u64,
        /// A published count other than 0 stands for at least this many: the threshold where smaller ones are hidden,
        /// else 1.
        least: u64,
    },
}

impl Precision {
    /// What every published count is a multiple of; 1 where of nothing else.
    #[must_use]
    pub const fn base(self) -> u64 {
        match self {
            Self::Exact | Self::CellKey { .. } => 1,
            Self::Nearest { base, .. } | Self::Neighbour { base, .. } | Self::Near { base, .. } => base,
        }
    }
}

/// One code of a released dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedCode {
    /// As in the CSV and the hierarchies.
    pub code: String,
    /// For people.
    pub label: String,
    /// 0 for the total, 1 for the coarsest level, and so on: how far a page indents it.
    pub depth: u8,
}

/// A dimension of a released table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedDimension {
    /// As in the CSV header and the hierarchies: `district`.
    pub name: String,
    /// For people: `District`.
    pub label: String,
    /// In the order in which the page shows them.
    pub codes: Vec<ReleasedCode>,
}

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Horizontal bars, one a row, of the last column.
    Bars,
    /// A line over the columns, at most four rows.
    Lines,
}

/// A table and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedTable {
    /// `T09`; file names are made of it, so it is letters, digits and hyphens.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// When and where: `January to March 2026, county and districts`.
    pub subtitle: String,
    /// What one unit of a count is: `Cases opened`.
    pub unit: String,
    /// The last dimension makes the columns, the ones before it the rows. One or more.
    pub dims: Vec<ReleasedDimension>,
    /// Dimensions that stand at one code in the whole table, `period` and `measure` among them.
    pub fixed: BTreeMap<String, String>,
    /// Row-major over `dims`: the last dimension varies fastest.
    pub cells: Vec<ReleasedCell>,
    /// Whether zeros are published.
    pub zeros: Zeros,
    /// How near its counts are to the truth.
    pub precision: Precision,
    /// Explanations, in order.
    pub notes: Vec<String>,
    /// Whether and how it is drawn.
    pub chart: Option<ChartKind>,
}

impl ReleasedTable {
    /// The index in `cells` of the cell at one code index a dimension.
    #[must_use]
    pub fn index(&self, codes: &[usize]) -> usize {
        self.dims.iter().zip(codes).fold(0, |at, (dim, code)| at * dim.codes.len() + code)
    }
    /// The path of its tidy CSV inside the release.
    #[must_use]
    pub fn file(&self) -> String {
        format!("data/{}.csv", self.id.to_lowercase())
    }
}

/// What a row of expectations says of a published count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Above the range.
    Emerging,
    /// Below it.
    Easing,
    /// Within, and among the largest again and again.
    Recurring,
    /// Within.
    Steady,
    /// Too little was published before to say.
    TooFew,
}

impl Flag {
    /// All.
    pub const ALL: [Self; 5] = [Self::Emerging, Self::Easing, Self::Recurring, Self::Steady, Self::TooFew];

    /// As printed, in every file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Emerging => "emerging",
            Self::Easing => "easing",
            Self::Recurring => "recurring",
            Self::Steady => "steady",
            Self::TooFew => "too few",
        }
    }
}

/// What the published past lets expect of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Tenths of a case.
    pub expected_tenths: u64,
    /// Fewer is easing.
    pub lower: u64,
    /// More is emerging.
    pub upper: u64,
}

/// One code of a table of expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectationRow {
    /// The published count, and the range where there is one.
    Counted {
        /// As published in the table that it comes from.
        observed: u64,
        /// None where too little was published before.
        range: Option<Range>,
        /// What it comes to.
        flag: Flag,
    },
    /// No count is published: the cell as it stands in that table, and nothing else.
    Blank(ReleasedCell),
}

/// A table that is computed from released cells alone: counts beside what a reader of all releases could have expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationTable {
    /// `T24`; as for any table.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// When.
    pub subtitle: String,
    /// What one unit of a count is.
    pub unit: String,
    /// The table whose last column is judged.
    pub from: String,
    /// Its codes are the rows: those of `from` that have none below them.
    pub dim: ReleasedDimension,
    /// Codes among those that name nothing, and are not judged.
    pub left_out: Vec<String>,
    /// Codes of the periods looked at, the judged one last.
    pub periods: Vec<String>,
    /// Earlier releases of the same audience that some of the counts stand in.
    pub releases: Vec<String>,
    /// One a code.
    pub rows: Vec<ExpectationRow>,
    /// Explanations, in order.
    pub notes: Vec<String>,
}

impl ExpectationTable {
    /// The path of its CSV inside the release.
    #[must_use]
    pub fn file(&self) -> String {
        format!("data/{}.csv", self.id.to_lowercase())
    }
}

/// Everything a sealed release is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseParts {
    /// The folder's name: `2026-Q3-public-r1`.
    pub name: String,
    /// The service's name.
    pub service: String,
    /// The report's title: `Take-up report`.
    pub title: String,
    /// A paragraph for the top of the page, from the configuration.
    pub introduction: String,
    /// The period's canonical name.
    pub period: String,
    /// The period in words.
    pub period_words: String,
    /// Last day of the period, ISO: the only date that documents carry.
    pub period_end: String,
    /// The audience's identifier and its name for people.
    pub audience: (String, String),
    /// `MinimumFrequency(threshold)`.
    pub threshold: u64,
    /// Every dimension with its sums, those of earlier releases included.
    pub hierarchies: BTreeMap<String, Hierarchy>,
    /// Dimension, code, label.
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// Linear relations beyond the sums.
    pub relations: Vec<Relation>,
    /// Codes that cannot stand together.
    pub impossible: Vec<Impossible>,
    /// In the report's order.
    pub tables: Vec<ReleasedTable>,
    /// Tables computed from those and from earlier releases.
    pub expectations: Vec<ExpectationTable>,
    /// Name and manifest digest of every earlier release that this one was protected with.
    pub earlier: BTreeMap<String, String>,
    /// Sensitive dimensions, and below which size a group is small.
    pub sensitive: (Vec<String>, Option<u64>),
    /// The release that it corrects.
    pub corrects: Option<Corrects>,
}

/// A set of parts that does not hold together.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SealError {
    /// Every cell of the product of the dimensions must be there once.
    #[error("table {table} has {cells} cells where its dimensions make {expected}")]
    Incomplete {
        /// The table's identifier.
        table: String,
        /// Cells given.
        cells: usize,
        /// Cells needed.
        expected: usize,
    },
    /// A published small count would be a hole in the seal itself.
    #[error("table {table} publishes a count below {threshold}")]
    SmallCount {
        /// The table's identifier.
        table: String,
        /// The rule.
        threshold: u64,
    },
    /// A figure of another form than its table's.
    #[error("table {table} publishes a figure that is not rounded as the table says")]
    Form {
        /// The table's identifier.
        table: String,
    },
    /// A zero stands in a table that says it hides them.
    #[error("table {table} hides zeros and publishes one")]
    ShownZero {
        /// The table's identifier.
        table: String,
    },
}

/// Everything published together. Only `confidential/protect` may seal one; a test keeps that.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    parts: ReleaseParts,
}

impl Release {
    /// Seals `parts` after checking what can be seen without the truth.
    ///
    /// # Errors
    /// [`SealError`] where a table is incomplete, publishes a small count, or shows a zero that it says it hides.
    pub fn seal(parts: ReleaseParts) -> Result<Self, SealError> {
        for table in &parts.tables {
            let expected = table.dims.iter().map(|dim| dim.codes.len()).product();
            if table.cells.len() != expected {
                return Err(SealError::Incomplete { table: table.id.clone(), cells: table.cells.len(), expected });
            }
            for cell in &table.cells {
                match *cell {
                    ReleasedCell::Count(0) if table.zeros == Zeros::Hidden => {
                        return Err(SealError::ShownZero { table: table.id.clone() });
                    }
                    ReleasedCell::Count(count) if count > 0 && count < parts.threshold => {
                        return Err(SealError::SmallCount { table: table.id.clone(), threshold: parts.threshold });
                    }
                    // In a table of rounded counts only a zero can be exact.
                    ReleasedCell::Count(count) if count > 0 && table.precision != Precision::Exact => {
                        return Err(SealError::Form { table: table.id.clone() });
                    }
                    ReleasedCell::Approximate(count)
                        if table.precision == Precision::Exact || !count.is_multiple_of(table.precision.base()) =>
                    {
                        return Err(SealError::Form { table: table.id.clone() });
                    }
                    ReleasedCell::Count(_)
                    | ReleasedCell::Approximate(_)
                    | ReleasedCell::StructuralZero
                    | ReleasedCell::Suppressed
                    | ReleasedCell::NotAvailable => {}
                }
            }
        }
        Ok(Self { parts })
    }

    /// Adds tables that say nothing but what released cells say already.
    pub fn add_expectations(&mut self, expectations: Vec<ExpectationTable>) {
        self.parts.expectations.extend(expectations);
    }

    /// What was sealed, to read.
    #[must_use]
    pub fn parts(&self) -> &ReleaseParts {
        &self.parts
    }
}
