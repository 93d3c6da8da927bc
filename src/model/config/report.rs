//! `reports/*.toml`: which tables a report holds, for whom, in which order. Comes in: TOML. Goes out: table plans.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::dimension::{Dimension, Dimensions, Measure, Unit};
use crate::config::error::{ConfigError, Document};
use crate::config::method::{self, Against, RawMethod};
use crate::config::service::Service;
use crate::method::Method;
use crate::ptable::PTable;
use crate::release::{ChartKind, Zeros};

/// Which months a table that has no period among its dimensions counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The report's own period.
    Period,
    /// The twelve months that end with the report's period.
    TwelveMonths,
    /// From the beginning of the service's year to the end of the report's period.
    YearToDate,
    /// The newest of the service's years that has ended with the report's period or before: the same figures in every report
    /// until the next year has ended, so that no two of them overlap and nothing can be subtracted.
    CompleteYear,
}

/// How cases are shown of which a table's dimension is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRecorded {
    /// In a row of their own.
    #[default]
    Row,
    /// In the total alone: a row that is mostly zero takes a figure with it each time it is small.
    InTotal,
}

/// One dimension of a table: `issue`, or `issue:group` where the table stops at a coarser level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableDimension {
    /// A dimension of `dimensions.toml` down to a level; `depth` levels are shown below the total.
    Coded {
        /// Its name.
        name: String,
        /// How many levels below the total are shown, at least 1.
        depth: usize,
    },
    /// Periods as long as the report's, the last of them its own.
    Period {
        /// How many.
        last: usize,
    },
}

/// Distributions over a dimension whose total is of few are hidden whole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowTotal {
    /// A dimension of the table.
    pub over: String,
    /// Totals of fewer protected units are low.
    pub below: u64,
}

/// One table of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePlan {
    /// `T09`.
    pub id: String,
    /// For people.
    pub title: String,
    /// What is counted: a measure's name.
    pub measure: String,
    /// The last makes the columns.
    pub dims: Vec<TableDimension>,
    /// Months counted where the period is not among the dimensions.
    pub over: Over,
    /// The longest report that has this table, in months; none where every report has it. A table of many small cells
    /// appears by the quarter or by the year, not both: whoever has both can subtract.
    pub longest_months: Option<i32>,
    /// The shortest report that has this table, in months; none where every report has it. 12 leaves it to the year's.
    pub shortest_months: Option<i32>,
    /// Cases that the service had at least, and at most, in the twelve months up to the report's end (in as many as there are, brought
    /// to twelve), for the report to have this table: totals that every report publishes, so that the choice tells nothing.
    pub cases: (Option<u64>, Option<u64>),
    /// Whether what is not recorded has a row.
    pub not_recorded: NotRecorded,
    /// Audience identifiers.
    pub audiences: Vec<String>,
    /// Whether zeros are published.
    pub zeros: Zeros,
    /// Where totals of few hide what they are the sum of.
    pub low_total: Option<LowTotal>,
    /// Whether and how it is drawn.
    pub chart: Option<ChartKind>,
    /// Printed under the title.
    pub notes: Vec<String>,
}

impl TablePlan {
    /// Whether a report of so many months has this table.
    #[must_use]
    pub fn is_in_report_of(&self, months: i32) -> bool {
        self.longest_months.is_none_or(|longest| months <= longest)
            && self.shortest_months.is_none_or(|shortest| shortest <= months)
    }

    /// Whether a service of so many cases in twelve months has this table.
    #[must_use]
    pub fn is_for_service_of(&self, cases: u64) -> bool {
        self.cases.0.is_none_or(|least| least <= cases) && self.cases.1.is_none_or(|most| cases <= most)
    }
}

/// A table of expectations, computed from what another table published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationPlan {
    /// `T24`.
    pub id: String,
    /// For people.
    pub title: String,
    /// The table whose last column is judged: one dimension by period.
    pub from: String,
    /// Audience identifiers, each of which has that table.
    pub audiences: Vec<String>,
    /// Printed under the title.
    pub notes: Vec<String>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// For people.
    pub title: String,
    /// A paragraph for the top of the page.
    pub introduction: String,
    /// How the counts of all its tables are protected.
    pub method: Method,
    /// In the order of the page.
    pub tables: Vec<TablePlan>,
    /// After them, in order.
    pub expectations: Vec<ExpectationPlan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReport {
    title: String,
    #[serde(default)]
    introduction: String,
    method: Option<Spanned<RawMethod>>,
    table: Vec<RawTable>,
    #[serde(default)]
    expectation: Vec<RawExpectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpectation {
    id: Spanned<String>,
    title: String,
    from: Spanned<String>,
    audiences: Vec<Spanned<String>>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    id: Spanned<String>,
    title: String,
    measure: Option<Spanned<String>>,
    dims: Spanned<Vec<Spanned<String>>>,
    last: Option<Spanned<usize>>,
    over: Option<Over>,
    longest_months: Option<Spanned<i32>>,
    shortest_months: Option<Spanned<i32>>,
    least_cases: Option<u64>,
    most_cases: Option<Spanned<u64>>,
    #[serde(default)]
    not_recorded: NotRecorded,
    audiences: Vec<Spanned<String>>,
    zeros: Option<RawZeros>,
    low_total: Option<Spanned<LowTotal>>,
    chart: Option<RawChart>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum RawZeros {
    Hidden,
    Shown,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum RawChart {
    Bars,
    Lines,
}

impl Report {
    /// Reads a report against the service's audiences, the dimensions, and perturbation tables by name.
    ///
    /// # Errors
    /// [`ConfigError`] at the first name that does not exist.
    pub fn read(
        document: &Document,
        service: &Service,
        dimensions: &Dimensions,
        p_tables: &BTreeMap<String, PTable>,
    ) -> Result<Self, ConfigError> {
        let raw: RawReport = document.toml()?;
        let mut tables: Vec<TablePlan> = Vec::new();
        for table in raw.table {
            check_id(document, &table.id, tables.iter().map(|other| other.id.as_str()))?;
            tables.push(read_table(document, table, service, dimensions)?);
        }
        let mut expectations: Vec<ExpectationPlan> = Vec::new();
        for one in raw.expectation {
            let taken = tables.iter().map(|other| &other.id).chain(expectations.iter().map(|other| &other.id));
            check_id(document, &one.id, taken.map(String::as_str))?;
            expectations.push(read_expectation(document, one, &tables, dimensions)?);
        }
        let against = Against { service, tables: &tables, p_tables };
        let method = raw.method.map_or(Ok(Method::Suppress), |raw| method::read(document, &raw, &against))?;
        Ok(Self { title: raw.title, introduction: raw.introduction, method, tables, expectations })
    }
}

fn check_id<'a>(
    document: &Document,
    id: &Spanned<String>,
    mut taken: impl Iterator<Item = &'a str>,
) -> Result<(), ConfigError> {
    let name = id.get_ref();
    let sound = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if sound && taken.all(|other| !other.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let message = format!("{name:?} cannot name a table: letters, digits and hyphens, each name once");
    Err(document.error(id.span(), message))
}

fn read_expectation(
    document: &Document,
    raw: RawExpectation,
    tables: &[TablePlan],
    dimensions: &Dimensions,
) -> Result<ExpectationPlan, ConfigError> {
    // A count is judged beside all others, which those of several answers to a case do not make up.
    let is_over_periods = |table: &&TablePlan| match table.dims.as_slice() {
        [TableDimension::Coded { name, .. }, TableDimension::Period { .. }] => {
            dimensions.find(name).is_some_and(|dimension| !dimension.has_answers())
        }
        _ => false,
    };
    let Some(from) = tables.iter().filter(is_over_periods).find(|table| table.id == *raw.from.get_ref()) else {
        let allowed = tables.iter().filter(is_over_periods).map(|table| table.id.as_str());
        return Err(document.not_one_of("table of one dimension by period", &raw.from, allowed));
    };
    for audience in &raw.audiences {
        if !from.audiences.contains(audience.get_ref()) {
            let allowed = from.audiences.iter().map(String::as_str);
            return Err(document.not_one_of("audience of that table", audience, allowed));
        }
    }
    Ok(ExpectationPlan {
        id: raw.id.into_inner(),
        title: raw.title,
        from: raw.from.into_inner(),
        audiences: raw.audiences.into_iter().map(Spanned::into_inner).collect(),
        notes: raw.notes,
    })
}

fn read_table(
    document: &Document,
    raw: RawTable,
    service: &Service,
    dimensions: &Dimensions,
) -> Result<TablePlan, ConfigError> {
    let measure = match raw.measure {
        None => dimensions.measures.first().map(|measure| measure.name.clone()).unwrap_or_default(),
        Some(name) if dimensions.measure(name.get_ref()).is_some() => name.into_inner(),
        Some(name) => {
            let allowed = dimensions.measures.iter().map(|measure| measure.name.as_str());
            return Err(document.not_one_of("measure", &name, allowed));
        }
    };
    for audience in &raw.audiences {
        if service.audience(audience.get_ref()).is_none() {
            let allowed = service.audiences.iter().map(|audience| audience.id.as_str());
            return Err(document.not_one_of("audience", audience, allowed));
        }
    }
    for months in [&raw.longest_months, &raw.shortest_months].into_iter().flatten() {
        if !(1..=12).contains(months.get_ref()) {
            return Err(document.error(months.span(), "a report is 1 to 12 months long"));
        }
    }
    if let (Some(longest), Some(shortest)) = (&raw.longest_months, &raw.shortest_months)
        && longest.get_ref() < shortest.get_ref()
    {
        return Err(document.error(shortest.span(), "no report is at once this long and as short as longest_months"));
    }
    if let (Some(least), Some(most)) = (raw.least_cases, &raw.most_cases)
        && *most.get_ref() < least
    {
        return Err(document.error(most.span(), "no service has at once this few cases and as many as least_cases"));
    }
    let mut dims = Vec::new();
    for name in raw.dims.get_ref() {
        dims.push(read_dimension(document, name, raw.last.as_ref(), dimensions)?);
    }
    if dims.is_empty() {
        return Err(document.error(raw.dims.span(), "a table has at least one dimension"));
    }
    check_rules(document, &dims, raw.low_total.as_ref(), dimensions)?;
    check_answers(&dims, dimensions).map_err(|message| document.error(raw.dims.span(), message))?;
    let is_stock = dimensions.measure(&measure).is_some_and(Measure::is_stock);
    if is_stock && (coded(&dims).next().is_some() || dims.len() != 1) {
        let message = "a stock stands in a table of periods alone: dims = [\"period\"]";
        let help =
            "the recording of a case may change while it is open, so stock and flow agree in total and not by category";
        return Err(document.error(raw.dims.span(), message).with_help(help));
    }
    let is_of_families = dimensions.measure(&measure).is_some_and(|measure| measure.unit == Unit::Family);
    if let (true, Some(low)) = (is_of_families, &raw.low_total) {
        let message = "a table of families has no distributions: distinct families do not add up";
        return Err(document.error(low.span(), message));
    }
    if is_of_families && coded(&dims).any(|name| dimensions.find(name).is_some_and(Dimension::has_answers)) {
        let message = "families cannot be counted by several answers to a case: count cases";
        return Err(document.error(raw.dims.span(), message));
    }
    let sensitive = coded(&dims).find(|name| dimensions.find(name).is_some_and(|dimension| dimension.sensitive));
    if let (true, Some(name)) = (is_of_families, sensitive) {
        let message = format!("families cannot be counted by {name:?}, which is sensitive");
        let help = "distinct families do not add up, so groups cannot be protected: count cases";
        return Err(document.error(raw.dims.span(), message).with_help(help));
    }
    Ok(TablePlan {
        low_total: raw.low_total.map(Spanned::into_inner),
        id: raw.id.into_inner(),
        title: raw.title,
        measure,
        dims,
        over: raw.over.unwrap_or(Over::Period),
        longest_months: raw.longest_months.map(Spanned::into_inner),
        shortest_months: raw.shortest_months.map(Spanned::into_inner),
        cases: (raw.least_cases, raw.most_cases.map(Spanned::into_inner)),
        not_recorded: raw.not_recorded,
        audiences: raw.audiences.into_iter().map(Spanned::into_inner).collect(),
        zeros: match raw.zeros {
            Some(RawZeros::Shown) => Zeros::Shown,
            Some(RawZeros::Hidden) | None => Zeros::Hidden,
        },
        chart: raw.chart.map(|chart| match chart {
            RawChart::Bars => ChartKind::Bars,
            RawChart::Lines => ChartKind::Lines,
        }),
        notes: raw.notes,
    })
}

fn coded(dims: &[TableDimension]) -> impl Iterator<Item = &str> {
    dims.iter().filter_map(|dim| match dim {
        TableDimension::Coded { name, .. } => Some(name.as_str()),
        TableDimension::Period { .. } => None,
    })
}

/// What several answers to a case can be crossed with: nothing that is one of these answers, and no others of several.
fn check_answers(dims: &[TableDimension], dimensions: &Dimensions) -> Result<(), String> {
    let used: Vec<&Dimension> = coded(dims).filter_map(|name| dimensions.find(name)).collect();
    for (at, answers) in used.iter().enumerate().filter(|(_, dimension)| dimension.has_answers()) {
        let fields = answers.fields();
        let mut others = used.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let tied =
            others.find(|other| other.has_answers() || other.fields().iter().any(|field| fields.contains(field)));
        if let Some(other) = tied {
            return Err(format!(
                "{:?} and {:?} cannot be crossed: what a reader knows of both together would not be protected",
                answers.name, other.name
            ));
        }
    }
    Ok(())
}

/// Whether the low totals are those of a dimension of the table that adds up.
fn check_rules(
    document: &Document,
    dims: &[TableDimension],
    low_total: Option<&Spanned<LowTotal>>,
    dimensions: &Dimensions,
) -> Result<(), ConfigError> {
    let Some(low) = low_total else { return Ok(()) };
    let adds_up = |name: &&str| dimensions.find(name).is_some_and(|dimension| !dimension.has_answers());
    let own = || coded(dims).filter(adds_up);
    if low.get_ref().below < 2 || own().all(|name| name != low.get_ref().over) {
        let message = "`low_total` names a dimension of the table and a number of families from 2";
        let help = format!("over = one of: {}; below = 20", own().collect::<Vec<_>>().join(", "));
        return Err(document.error(low.span(), message).with_help(&help));
    }
    Ok(())
}

fn read_dimension(
    document: &Document,
    name: &Spanned<String>,
    last: Option<&Spanned<usize>>,
    dimensions: &Dimensions,
) -> Result<TableDimension, ConfigError> {
    if name.get_ref() == "period" {
        let Some(last) = last.filter(|last| (1..=40).contains(last.get_ref())) else {
            let message = "a table by period says how many, `last = 5` (1 to 40)";
            return Err(document.error(name.span(), message));
        };
        return Ok(TableDimension::Period { last: *last.get_ref() });
    }
    let (base, level) =
        name.get_ref().split_once(':').map_or((name.get_ref().as_str(), None), |(base, level)| (base, Some(level)));
    let Some(dimension) = dimensions.find(base) else {
        let allowed = dimensions.dimensions.iter().map(|dimension| dimension.name.as_str()).chain(["period"]);
        return Err(document.not_one_of("dimension", name, allowed));
    };
    let depth = match level {
        None => dimension.levels.len() + 1 + dimension.levels_before(),
        Some(level) => match dimension.levels.iter().position(|candidate| candidate == level) {
            Some(position) => position + 1 + dimension.levels_before(),
            None => {
                let allowed: Vec<String> = dimension.levels.iter().map(|level| format!("{base}:{level}")).collect();
                return Err(document.not_one_of("level", name, allowed.iter().map(String::as_str)));
            }
        },
    };
    Ok(TableDimension::Coded { name: base.to_owned(), depth })
}
