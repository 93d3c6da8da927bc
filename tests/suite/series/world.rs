//! Small services and their schedules, invented from a seed. Comes in: a seed. Goes out: a configuration of a few codes and a few
//! tables, and steps in words: exports, reports, corrections, erasures, late cases. Deliberately absent: the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter, Write as _};

use super::office::{Ask, ask};
use crate::leaks::base::Dice;

/// The months of three years, from January 2023 on.
pub const MONTHS: usize = 36;
pub const AUDIENCES: [&str; 2] = ["public", "authority"];
const REASON: &str = "Cases were recorded in a wrong district";

/// A case as an export has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub reference: usize,
    /// None where the parent gave no name.
    pub family: Option<usize>,
    /// From 0, January 2023.
    pub month: usize,
    pub district: usize,
    pub need: usize,
    pub channel: usize,
}

/// What a service does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Cases come in; the word says which.
    Ingest(&'static str, Vec<Case>),
    /// Cases of some families are recorded otherwise.
    Amend(Vec<Case>),
    Release(Ask),
    Erase(usize),
}

impl Display for Step {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ingest(what, cases) => write!(out, "{} {what} cases of {} come in", cases.len(), months(cases)),
            Self::Amend(cases) => {
                let families: BTreeSet<_> = cases.iter().map(|case| case.family).collect();
                write!(out, "{} cases of {} families in {} are amended", cases.len(), families.len(), months(cases))
            }
            Self::Release(ask) => write!(out, "report {ask}"),
            Self::Erase(family) => write!(out, "family {family} is erased"),
        }
    }
}

fn months(cases: &[Case]) -> String {
    let months: BTreeSet<usize> = cases.iter().map(|case| case.month).collect();
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => format!("{} to {}", month_name(*first), month_name(*last)),
        (Some(first), _) => month_name(*first),
        _ => "no month".to_owned(),
    }
}

/// `2023-M01`.
pub fn month_name(month: usize) -> String {
    format!("{}-M{:02}", 2023 + month / 12, month % 12 + 1)
}

/// `2023-Q1`, from 0.
pub fn quarter_name(quarter: usize) -> String {
    format!("{}-Q{}", 2023 + quarter / 4, quarter % 4 + 1)
}

/// A service: what its configuration says.
#[derive(Debug, Clone)]
pub struct Service {
    pub districts: usize,
    pub needs: usize,
    pub sensitive: bool,
    pub thresholds: [u64; 2],
    /// Each as its TOML.
    pub tables: Vec<String>,
    pub cases_per_month: usize,
}

/// A service and what it does.
#[derive(Debug, Clone)]
pub struct Series {
    pub seed: u64,
    pub service: Service,
    pub steps: Vec<Step>,
}

impl Display for Series {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Service { districts, needs, sensitive, thresholds, tables, cases_per_month } = &self.service;
        let [public, authority] = thresholds;
        write!(out, "seed {}: {districts} districts, {needs} needs", self.seed)?;
        write!(out, "{}, thresholds {public} and {authority}", if *sensitive { " (sensitive)" } else { "" })?;
        writeln!(out, ", about {cases_per_month} cases a month")?;
        tables.iter().try_for_each(|table| writeln!(out, "  table {}", table.replace('\n', " ").trim()))?;
        self.steps.iter().enumerate().try_for_each(|(at, step)| writeln!(out, "  {:>2}. {step}", at + 1))
    }
}

const TABLES: [&str; 11] = [
    "dims = [\"district\", \"period\"]\nlast = 2",
    "dims = [\"district\", \"period\"]\nlast = 4",
    "dims = [\"need\", \"period\"]\nlast = 2",
    "dims = [\"need:group\", \"district\"]",
    "dims = [\"need\", \"district\"]\nlongest_months = 3",
    "dims = [\"need:group\", \"district\"]\nover = \"twelve_months\"",
    "dims = [\"need\", \"channel\"]\nover = \"year_to_date\"",
    "dims = [\"district\"]\nover = \"year_to_date\"",
    "dims = [\"channel\", \"district\"]\nover = \"twelve_months\"",
    "dims = [\"need:group\"]\nover = \"twelve_months\"",
    "dims = [\"channel\", \"period\"]\nlast = 4",
];

/// `[[table]]` as TOML.
pub fn table(at: usize, body: &str, audiences: &[&str]) -> String {
    let audiences: Vec<String> = audiences.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[[table]]\nid = \"S{at:02}\"\ntitle = \"Table {at}\"\n{body}\naudiences = [{}]\n", audiences.join(", "))
}

impl Service {
    fn random(dice: &mut Dice) -> Self {
        let mut tables = vec![table(1, "dims = [\"period\"]\nlast = 4", &AUDIENCES)];
        let mut left: Vec<&str> = TABLES.to_vec();
        // Half of them are small enough for the oracle.
        let few = dice.below(2);
        for at in 0..1 + few + dice.below(1 + 2 * few) {
            let body = left.remove(dice.below(left.len()));
            let audiences = *dice.pick(&[&AUDIENCES[..], &AUDIENCES[..], &AUDIENCES[..1], &AUDIENCES[1..]]);
            tables.push(table(at + 2, body, audiences));
        }
        Self {
            districts: 2 + dice.below(1 + 2 * few),
            needs: 2 + dice.below(2 + few),
            sensitive: dice.below(3) == 0,
            thresholds: *dice.pick(&[[5, 3], [5, 5], [4, 3]]),
            tables,
            cases_per_month: *dice.pick(&[4, 10, 20, 40, 80]),
        }
    }

    /// The files of `config/`.
    pub fn config(&self) -> BTreeMap<String, String> {
        let [public, authority] = self.thresholds;
        let service = format!(
            "name = \"Small service\"\nyear_starts_in = 1\ngroup_below = 10\n[[audience]]\nid = \"public\"\n\
             label = \"The public\"\nthreshold = {public}\n[[audience]]\nid = \"authority\"\n\
             label = \"The authority\"\nthreshold = {authority}\n"
        );
        let codes = |count: usize, letter: char| -> String {
            (0..count).fold("code,label,group\n".to_owned(), |mut text, at| {
                // The first two codes are one group, the rest another.
                let group = if at < 2 { "Common" } else { "Rare" };
                writeln!(text, "{letter}{at},Label {letter}{at},{group}").expect("a string");
                text
            })
        };
        let missing = |text: String| text + "NR,Not recorded,Not said\n";
        let report = format!("title = \"Small report\"\n{}", self.tables.concat());
        [
            ("service.toml", service),
            ("dimensions.toml", dimensions(self.sensitive)),
            ("sources/cases.toml", source()),
            ("codes/district.csv", missing(codes(self.districts, 'D'))),
            ("codes/need.csv", missing(codes(self.needs, 'N'))),
            ("codes/channel.csv", missing(codes(2, 'C'))),
            ("reports/quarterly.toml", report),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect()
    }

    fn case(&self, dice: &mut Dice, (reference, month): (usize, usize), families: &mut usize) -> Case {
        let family = match dice.below(10) {
            0 => None,
            // A family that came before, more likely one of the last.
            1 | 2 if *families > 0 => Some(*families - 1 - dice.below((*families).min(12))),
            _ => {
                *families += 1;
                Some(*families - 1)
            }
        };
        // The first codes are common, the last ones rare.
        let mut few = |count: usize| dice.below(count).min(dice.below(count + 1));
        let (district, need, channel) = (few(self.districts), few(self.needs), few(2));
        Case { reference, family, month, district, need, channel }
    }
}

fn dimensions(sensitive: bool) -> String {
    let mut text =
        "[[measure]]\nname = \"cases\"\nlabel = \"Cases opened\"\nevent = \"opened\"\nunit = \"case\"\n".to_owned();
    for (name, more) in [("district", ""), ("need", "levels = [\"group\"]\n"), ("channel", "")] {
        let sensitive = if sensitive && name == "need" { "sensitive = true\n" } else { "" };
        write!(
            text,
            "[[dimension]]\nname = \"{name}\"\nlabel = \"The {name}\"\nfield = \"{name}\"\ncodes = \"{name}\"\n{more}\
             missing = \"NR\"\n{sensitive}"
        )
        .expect("a string");
    }
    text
}

fn source() -> String {
    let mut text = "label = \"Cases\"\ncase = \"case_ref\"\nfamily = \"family_ref\"\nreject_at_most = 0.0\n\
         [events]\nopened = \"opened\"\n[dates]\nfirst = \"2000-01-01\"\nlast = \"2040-12-31\"\ntwo_digit_from = 1980\n\
         [checks]\nrepeated_case = \"warn\"\n"
        .to_owned();
    let field = |name: &str, rest: &str| format!("[[field]]\nname = \"{name}\"\ncolumns = [\"{name}\"]\n{rest}\n");
    text += &field("case_ref", "kind = \"text\"\nclass = \"direct\"\nrequired = true");
    text += &field("family_ref", "kind = \"text\"\nclass = \"direct\"");
    text += &field("opened", "kind = \"date\"\nclass = \"quasi\"\nrequired = true");
    for name in ["district", "need", "channel"] {
        text += &field(name, &format!("kind = \"code\"\nclass = \"quasi\"\ncodes = \"{name}\"\nunknown = \"stop\""));
    }
    text
}

/// An export of these cases.
pub fn export(cases: &[Case]) -> String {
    let mut text = "case_ref,family_ref,opened,district,need,channel\n".to_owned();
    for Case { reference, family, month, district, need, channel } in cases {
        let family = family.map(family_name).unwrap_or_default();
        let day = format!("{}-{:02}-15", 2023 + month / 12, month % 12 + 1);
        writeln!(text, "CASE-{reference:05},{family},{day},D{district},N{need},C{channel}").expect("a string");
    }
    text
}

pub fn family_name(family: usize) -> String {
    format!("FAMILY-{family:05}")
}

/// What a service has recorded so far.
struct Records {
    dice: Dice,
    cases: Vec<Case>,
    families: usize,
    steps: Vec<Step>,
}

impl Records {
    fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), cases: Vec::new(), families: 0, steps: Vec::new() }
    }

    /// Cases of a month, about as many as the service has.
    fn month(&mut self, service: &Service, month: usize) -> Vec<Case> {
        let mean = service.cases_per_month;
        let count = 1 + mean / 2 + self.dice.below(mean);
        self.some(service, month, count)
    }

    fn some(&mut self, service: &Service, month: usize, count: usize) -> Vec<Case> {
        let first = self.cases.len();
        for at in first..first + count {
            let case = service.case(&mut self.dice, (at, month), &mut self.families);
            self.cases.push(case);
        }
        self.cases[first..].to_vec()
    }

    /// The cases of so many families in `from..to` move on by a district and a need.
    fn amend(&mut self, service: &Service, (from, to): (usize, usize), families: usize) {
        let there = |case: &&mut Case| (from..to).contains(&case.month);
        let mut known: Vec<usize> = self.cases.iter_mut().filter(there).filter_map(|case| case.family).collect();
        known.sort_unstable();
        known.dedup();
        while known.len() > families {
            known.remove(self.dice.below(known.len()));
        }
        let mut amended = Vec::new();
        for case in self.cases.iter_mut().filter(there) {
            if case.family.is_some_and(|family| known.contains(&family)) {
                case.district = (case.district + 1) % service.districts;
                if self.dice.below(2) == 0 {
                    case.need = (case.need + 1) % service.needs;
                }
                amended.push(case.clone());
            }
        }
        self.steps.push(Step::Amend(amended));
    }

    fn erase(&mut self) {
        let Some(family) = self.families.checked_sub(1).map(|last| last - self.dice.below(last.min(30) + 1)) else {
            return;
        };
        // Whoever is erased is in no later export.
        self.cases.iter_mut().filter(|case| case.family == Some(family)).for_each(|case| case.month = MONTHS);
        self.steps.push(Step::Erase(family));
    }

    fn release(&mut self, ask: Ask) {
        self.steps.push(Step::Release(ask));
    }
}

/// How a service releases: to whom when, and which periods.
#[derive(Clone, Copy)]
struct Habits {
    /// Each audience has a report of its own.
    apart: bool,
    /// The public gets a quarter when the next is out.
    public_later: bool,
    months: bool,
    years: bool,
}

/// The series of a seed.
pub fn series(seed: u64) -> Series {
    let mut records = Records::new(seed);
    let service = Service::random(&mut records.dice);
    let chance = |records: &mut Records, one_in: usize| records.dice.below(one_in) == 0;
    let habits = Habits {
        apart: chance(&mut records, 4),
        public_later: chance(&mut records, 5),
        months: chance(&mut records, 5),
        years: !chance(&mut records, 6),
    };
    let quarters = 4 + records.dice.below(5);
    for quarter in 0..quarters {
        let mut cases: Vec<Case> =
            (quarter * 3..quarter * 3 + 3).flat_map(|month| records.month(&service, month)).collect();
        // Some are recorded after their quarter is out.
        let late =
            if chance(&mut records, 3) { cases.split_off(cases.len() - 2.min(cases.len() - 1)) } else { Vec::new() };
        records.steps.push(Step::Ingest("new", cases));
        if habits.months && chance(&mut records, 2) {
            (quarter * 3..quarter * 3 + 3).for_each(|month| records.release(ask(&month_name(month))));
        }
        quarter_of(&mut records, habits, quarter);
        if !late.is_empty() {
            records.steps.push(Step::Ingest("late", late));
        }
        if chance(&mut records, 5) {
            records.erase();
        }
        if chance(&mut records, 4) {
            correction(&mut records, &service, habits, quarter);
        }
        if habits.years && quarter % 4 == 3 {
            records.release(ask(&(2023 + quarter / 4).to_string()));
        }
    }
    Series { seed, service, steps: records.steps }
}

/// The reports of a quarter, as the service is used to.
fn quarter_of(records: &mut Records, habits: Habits, quarter: usize) {
    let to =
        |audience: &str, quarter: usize| Ask { audience: Some(audience.to_owned()), ..ask(&quarter_name(quarter)) };
    if habits.public_later {
        records.release(to("authority", quarter));
        if let Some(last) = quarter.checked_sub(1) {
            records.release(to("public", last));
        }
    } else if habits.apart {
        let first = records.dice.below(2);
        [first, 1 - first].into_iter().for_each(|audience| records.release(to(AUDIENCES[audience], quarter)));
    } else {
        records.release(ask(&quarter_name(quarter)));
    }
}

/// A quarter, or a year that is out, is corrected.
fn correction(records: &mut Records, service: &Service, habits: Habits, quarter: usize) {
    let families = 1 + records.dice.below(12);
    let year = (habits.years && quarter >= 4 && records.dice.below(3) == 0).then(|| quarter / 4 - 1);
    let (period, from, to) = match year {
        Some(year) => ((2023 + year).to_string(), year * 12, year * 12 + 12),
        None => {
            let back = quarter - records.dice.below(quarter.min(4) + 1);
            (quarter_name(back), back * 3, back * 3 + 3)
        }
    };
    records.amend(service, (from, to), families);
    records.release(correct(&period));
}

/// A correction of a period for all who have it.
pub fn correct(period: &str) -> Ask {
    Ask { correct: Some(REASON.to_owned()), ..ask(period) }
}

/// A part of a schedule that is written by hand.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// A quarter's cases come in, from 0.
    Quarter(usize),
    Report(&'static str),
    /// A report to one audience.
    To(&'static str, &'static str),
    /// So many families of a quarter are amended, and a period is corrected.
    Correct(usize, usize, &'static str),
}

/// A service with the usual tables, and a schedule of hand.
pub fn named(seed: u64, acts: &[Act]) -> Series {
    let bodies = [TABLES[0], TABLES[3], TABLES[5], TABLES[7]];
    let headline = table(1, "dims = [\"period\"]\nlast = 4", &AUDIENCES);
    let others = bodies.iter().enumerate().map(|(at, body)| table(at + 2, body, &AUDIENCES));
    let tables = [headline].into_iter().chain(others).collect();
    let service = Service { districts: 3, needs: 3, sensitive: false, thresholds: [5, 3], tables, cases_per_month: 20 };
    let mut records = Records::new(seed);
    for act in acts {
        match *act {
            Act::Quarter(quarter) => {
                let cases = (quarter * 3..quarter * 3 + 3).flat_map(|month| records.month(&service, month)).collect();
                records.steps.push(Step::Ingest("new", cases));
            }
            Act::Report(period) => records.release(ask(period)),
            Act::To(audience, period) => records.release(Ask { audience: Some(audience.to_owned()), ..ask(period) }),
            Act::Correct(families, quarter, period) => {
                records.amend(&service, (quarter * 3, quarter * 3 + 3), families);
                records.release(correct(period));
            }
        }
    }
    Series { seed, service, steps: records.steps }
}
