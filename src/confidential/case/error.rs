//! What is wrong with a case. Comes in: places. Goes out: facts. Deliberately absent: a value of a record; codes of the
//! description may be named, what stands in the counts may not.

use std::path::PathBuf;

use thiserror::Error;

/// A case that cannot be read.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Neither description nor counts.
    #[error("{path} is not there", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Which of the two is meant?
    #[error("{folder} has both inner.csv and inner.csv.gz", folder = folder.display())]
    TwoInner {
        /// The case.
        folder: PathBuf,
    },
    /// The disk refused, or the file is not what its name says.
    #[error("{path} cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The description is no JSON, or has a key or a type that it should not.
    #[error("{path} line {line}, column {column}: {what}", path = path.display())]
    NotJson {
        /// The description.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What the parser says.
        what: String,
    },
    /// The description contradicts itself.
    #[error("{path}, {place}: {fault}", path = path.display())]
    Description {
        /// The description.
        path: PathBuf,
        /// `hierarchies.need.sums[2]`.
        place: String,
        /// What is wrong there.
        fault: Box<DescriptionFault>,
    },
    /// An earlier release cannot be placed in the case.
    #[error("{path}{}: {fault}", at_line(*line), path = path.display())]
    Earlier {
        /// Its `release.json`, or a table of it.
        path: PathBuf,
        /// Counted from 1; 0 where no line is meant.
        line: u64,
        /// What is wrong there.
        fault: Box<EarlierFault>,
    },
    /// A file in the place of the key is none.
    #[error("{path} is no key: it holds 64 hexadecimal digits on one line", path = path.display())]
    Key {
        /// The file.
        path: PathBuf,
    },
    /// The counts are not as the description says.
    #[error("{path} line {line}: {fault}", path = path.display())]
    Inner {
        /// The counts.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong there.
        fault: InnerFault,
    },
}

impl From<disk::Failed> for CaseError {
    fn from(disk::Failed { path, source, doing: _ }: disk::Failed) -> Self {
        Self::Unreadable { path, source }
    }
}

fn at_line(line: u64) -> String {
    if line == 0 { String::new() } else { format!(" line {line}") }
}

/// Why an earlier release cannot be taken into account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EarlierFault {
    /// No manifest.
    #[error("it is not a release manifest")]
    NotRelease,
    /// Given twice.
    #[error("the release {name:?} is named twice")]
    Twice {
        /// Its name.
        name: String,
    },
    /// A file outside the folder.
    #[error("it names a table outside its folder")]
    FileName,
    /// A relation among cells that the case does not have.
    #[error("it states a relation that the hierarchies of case.json cannot express")]
    Relation,
    /// No table of a release.
    #[error("it is not a table of a release: a header with `value` and as many fields in every line")]
    NotCsv,
    /// A column that is no dimension of both.
    #[error("case.json has no dimension {name:?} in any table, so this column cannot be placed")]
    UnknownDimension {
        /// As given.
        name: String,
    },
    /// A code that the hierarchy does not have.
    #[error("the hierarchy {dimension:?} of case.json has no code {code:?}")]
    UnknownCode {
        /// The dimension.
        dimension: String,
        /// As given.
        code: String,
    },
    /// A number that counts nothing.
    #[error("column {column}: a value that is a number and no count")]
    NotACount {
        /// Counted from 1.
        column: usize,
    },
    /// Neither a figure nor a sign that the release explains.
    #[error(
        "column {column}: a value that is neither a figure nor a sign that release.json explains; it may be either"
    )]
    Unclear {
        /// Counted from 1.
        column: usize,
    },
    /// A figure where a symbol says that there is none, or a symbol that nobody knows.
    #[error("column {column}: the symbol does not go with the value beside it")]
    Symbol {
        /// Counted from 1.
        column: usize,
    },
    /// A sum of a release that cannot be one of this case.
    #[error("it lists the file {file:?} as two tables")]
    TableTwice {
        /// As given.
        file: String,
    },
    /// A link, a pipe, or a file of no sensible size.
    #[error("it is a link, no file, or far too large for a release; it was not read")]
    NotRead,
}

/// What a description can get wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DescriptionFault {
    /// As in `service.toml`.
    #[error(
        "a threshold of {threshold} protects nobody or hides everything: it is 3 to 1,000,000; the usual choices are 5 and 10"
    )]
    Threshold {
        /// As given.
        threshold: u64,
    },
    /// A sensitive dimension without a size, or a size that protects no group.
    #[error("sensitive dimensions need `group_below`, 3 to 1,000,000: groups of fewer are small; 20 is a usual choice")]
    GroupBelow,
    /// Sums without a rule for who weighs too much in them.
    #[error(
        "sums need a rule: \"p\" from 1 to 100, or \"n\" from 1 to 10 and \"k\" from 1 to 100; and sensitive dimensions are \
         of counts, not of sums"
    )]
    Dominance,
    /// Nothing to do.
    #[error("there is no table to protect")]
    NoTables,
    /// Nothing to publish.
    #[error("the table has no dimensions")]
    NoDimensions,
    /// A name that `hierarchies` does not have.
    #[error("no hierarchy is called {name:?}; there are {known}")]
    UnknownDimension {
        /// As given.
        name: String,
        /// What there is.
        known: String,
    },
    /// The same twice.
    #[error("{name:?} stands there twice")]
    Twice {
        /// As given.
        name: String,
    },
    /// A table's dimension varies or stands still, not both.
    #[error("{name:?} is a dimension of the table and fixed in it")]
    FixedDimension {
        /// The dimension.
        name: String,
    },
    /// A code that the hierarchy does not have.
    #[error("the hierarchy {dimension:?} has no code {code:?}")]
    UnknownCode {
        /// The dimension.
        dimension: String,
        /// As given.
        code: String,
    },
    /// A rule about what is impossible that names fewer than two dimensions, or no code of one.
    #[error("codes that cannot stand together are of two dimensions at least, each with codes")]
    NotTwo,
    /// A relation that compares in another way.
    #[error("a relation `is` \"<=\" or \"=\" against 0, not {is:?}")]
    RelationIs {
        /// As given.
        is: String,
    },
    /// A relation of nothing, or of absurd size.
    #[error("a relation has terms, each with a factor other than 0 and of {limit} at most")]
    Factor {
        /// The limit.
        limit: u64,
    },
    /// A parent without children.
    #[error("{parent:?} is a sum of nothing")]
    NoChildren {
        /// The parent.
        parent: String,
    },
    /// A sum that comes back to itself.
    #[error("{code:?} is below itself: {path}")]
    Cycle {
        /// Where the cycle was met.
        code: String,
        /// The codes from there to itself.
        path: String,
    },
    /// A code that one sum reaches by two ways.
    #[error("the sum of {parent:?} counts {code:?} twice; a code may have two parents only where no sum holds both")]
    CountedTwice {
        /// The parent.
        parent: String,
        /// What it would count twice.
        code: String,
    },
    /// Two sums of one parent.
    #[error("{parent:?} has two sums that hold different codes: {code:?} is in one of them only")]
    DifferentSums {
        /// The parent.
        parent: String,
        /// Which.
        code: String,
    },
    /// A parent that nothing puts below the total, most often a misspelt one.
    #[error("{code:?} is not below the total {total:?}{}", parent.as_ref().map(|parent| format!(": no sum leads from there to its parent {parent:?}")).unwrap_or_default())]
    NotBelowTotal {
        /// The code.
        code: String,
        /// The total.
        total: String,
        /// Its topmost parent, where it has one.
        parent: Option<String>,
    },
    /// A word that has a meaning of its own in a released table.
    #[error("{name:?} cannot name a dimension: it is a column of every released table")]
    ReservedName {
        /// The dimension.
        name: String,
    },
    /// What a spreadsheet would run.
    #[error("{text:?} begins as a formula does: a spreadsheet would run it")]
    Formula {
        /// Code or name.
        text: String,
    },
    /// A file name that no released table can have.
    #[error("{file:?} cannot name a table: up to 31 letters, digits and hyphens beside the ending .csv")]
    FileName {
        /// As given.
        file: String,
    },
    /// More than memory should hold.
    #[error("the table has more than {limit} cells")]
    TooManyCells {
        /// The limit.
        limit: usize,
    },
    /// More than a combination's number can hold.
    #[error("the dimensions have more combinations than can be counted")]
    TooManyCombinations,
}

/// What a file of counts can get wrong. Never says what stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InnerFault {
    /// Empty.
    #[error("there is no header")]
    NoHeader,
    /// The description names it.
    #[error("there is no column {column:?}, which the dimension {dimension:?} needs")]
    MissingColumn {
        /// As the description names it.
        column: String,
        /// The dimension.
        dimension: String,
    },
    /// Which of the two is meant?
    #[error("two columns are called {column:?}")]
    DoubleColumn {
        /// Its name.
        column: String,
    },
    /// Not CSV, or not UTF-8.
    #[error("it cannot be read as CSV in UTF-8 with {fields} fields a line")]
    NotCsv {
        /// Fields of the header.
        fields: usize,
    },
    /// A record of nobody would be one more unit.
    #[error("column {column:?} is empty, so nobody knows whose the record is")]
    NoUnit {
        /// The column.
        column: String,
    },
    /// A code that the hierarchy does not have.
    #[error("column {column:?} holds {letters} characters that are no code of the hierarchy {dimension:?}")]
    UnknownCode {
        /// The column.
        column: String,
        /// The dimension.
        dimension: String,
        /// Length of what stands there.
        letters: usize,
    },
    /// A row at a group or a total would be counted beside its parts.
    #[error(
        "column {column:?} holds a code of {dimension:?} that is a sum of others; a line is counted at the finest code"
    )]
    NotFinest {
        /// The column.
        column: String,
        /// The dimension.
        dimension: String,
    },
    /// Two columns of one dimension contradict each other.
    #[error("column {column:?} holds no code that stands above the one of column {finest:?}")]
    NotAbove {
        /// The coarser column.
        column: String,
        /// The finest column.
        finest: String,
    },
    /// The description names it as the column of keys, values or units.
    #[error("there is no column {column:?}, which {key:?} of case.json names")]
    NoColumn {
        /// As the description names it.
        column: String,
        /// Where it does.
        key: &'static str,
    },
    /// Not a record key, or not a value.
    #[error("column {column:?} holds {letters} characters that are no whole number, or one too large")]
    NotWhole {
        /// The column.
        column: String,
        /// Length of what stands there.
        letters: usize,
    },
    /// A line of several records has one unit and one value, so it says nothing of each.
    #[error("where a column is summed every line is one record; there is a column of counts")]
    CountOfSums,
    /// A loss, or a correction: what one contributor has of a sum of such says nothing of how well it can be told.
    #[error(
        "column {column:?} holds a number below zero, which the rules of who weighs too much do not cover; sum what is \
         paid in and what is paid out as two columns of their own"
    )]
    Negative {
        /// The column of values.
        column: String,
    },
    /// More than 64 bits can be sure to add up.
    #[error("column {column:?} adds up to more than {most} in all; give it in thousands or millions")]
    TooMuch {
        /// The column of values.
        column: String,
        /// The limit.
        most: u64,
    },
    /// Not a count.
    #[error("column {column:?} holds {letters} characters that are no whole number, or one too large")]
    NotACount {
        /// The column of counts.
        column: String,
        /// Length of what stands there.
        letters: usize,
    },
    /// More than people.
    #[error("the counts add up to more than {most} records")]
    TooMany {
        /// The limit.
        most: u64,
    },
    /// Each line would be counted as one record.
    #[error(
        "column {column:?} is called as counts are, and nothing says what it is; case.json does: \"count\": {column:?} where \
         each line stands for so many records, \"ignore\": [{column:?}] where it does not"
    )]
    CalledCounts {
        /// Its name.
        column: String,
    },
    /// The same where only the lines tell.
    #[error(
        "column {column:?} holds numbers and nothing says what they are, so each line would be one record; case.json says it: \
         \"count\": {column:?} where each line stands for so many, \"ignore\": [{column:?}] where it does not"
    )]
    Numbers {
        /// Its name.
        column: String,
    },
    /// Added up, or given twice?
    #[error(
        "all but the count stands there in a line before too; where both are to be added up case.json says \"repeated\": \"add\""
    )]
    Repeated,
}
