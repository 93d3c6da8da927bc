//! How workers type what is true. Comes in: clean cases and a style. Goes out: cells as exports hold them, with the messy
//! traits at their shares. Deliberately absent: file formats.

use jiff::civil::{Date, date};

use crate::demo::case::Case;
use crate::demo::dice::Dice;
use crate::demo::marginals::Figures;
use crate::demo::spellings;

/// The columns of an export, in their order.
pub const COLUMNS: [&str; 40] = [
    "case_ref",
    "family_ref",
    "parent_name",
    "child_name",
    "child_dob",
    "address",
    "postcode",
    "phone",
    "email",
    "anonymous_caller",
    "deletion_requested",
    "consent_share",
    "date_first_contact",
    "date_first_response",
    "date_closed",
    "case_status",
    "contact_type",
    "caller_relationship",
    "referral_source",
    "contact_channel",
    "intervention_level",
    "issue_primary",
    "issues_other",
    "need_primary",
    "needs_other",
    "sen_stage",
    "child_sex",
    "year_group",
    "ethnicity",
    "looked_after",
    "school_name",
    "school_phase",
    "school_type",
    "district",
    "caseworker",
    "worker_role",
    "minutes_spent",
    "outcome",
    "satisfaction",
    "notes",
];

/// Position of the case reference in [`COLUMNS`].
pub const CASE_REF: usize = 0;
/// Position of the district in [`COLUMNS`].
const DISTRICT: usize = 33;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text as typed.
    Text(String),
    /// A number of a workbook.
    Number(f64),
    /// A date that the workbook knows to be one.
    Date(Date),
    /// A formula that failed.
    Error,
}

/// The habits of one file.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether cells have types.
    pub workbook: bool,
    /// How yes and no are typed.
    pub yes_no: (&'static str, &'static str),
    /// `01/04/20`.
    pub two_digit_years: bool,
    /// Telephone numbers lose their first zero.
    pub phone_is_number: bool,
}

/// What is true, before it is typed.
enum Truth<'a> {
    Text(&'a str),
    Code(&'a str),
    Codes(&'a [String]),
    Date(Option<Date>),
    Bool(bool),
    Minutes(Option<u32>),
    Phone(&'a str),
    Postcode(&'a str),
}

/// The cells of a case, one a column.
pub fn typed_row(case: &Case, style: Style, figures: &Figures, dice: &mut Dice) -> Vec<Cell> {
    let columns = COLUMNS.iter().zip(truths(case));
    let mut row: Vec<Cell> = columns
        .map(|(column, truth)| {
            if dice.chance(figures.missing(column)) {
                return Cell::Blank;
            }
            typed(column, &truth, style, figures, dice)
        })
        .collect();
    // After all draws, so that nothing else of the file is typed otherwise.
    if let Some(code) = &case.amended_district {
        row[DISTRICT] = Cell::Text(code.clone());
    }
    row
}

fn truths(case: &Case) -> [Truth<'_>; 40] {
    use Truth::{Bool, Code, Codes, Minutes, Phone, Postcode, Text};
    let named = |text| if case.anonymous { Text("") } else { Text(text) };
    [
        Text(&case.reference),
        named(&case.family),
        named(&case.parent_name),
        named(&case.child_name),
        Truth::Date((!case.anonymous).then_some(case.born)),
        named(&case.address),
        if case.anonymous { Text("") } else { Postcode(&case.postcode) },
        if case.anonymous { Text("") } else { Phone(&case.phone) },
        named(&case.email),
        Bool(case.anonymous),
        Bool(case.deletion_requested),
        Bool(case.consent),
        Truth::Date(Some(case.opened)),
        Truth::Date(case.responded),
        Truth::Date(case.closed),
        Code(&case.status),
        Code(&case.contact_type),
        Code(&case.caller),
        Code(&case.referral),
        Code(&case.channel),
        Code(&case.level),
        Code(&case.issue),
        Codes(&case.issues_other),
        Code(&case.need),
        Codes(&case.needs_other),
        Code(&case.stage),
        Code(&case.sex),
        Code(&case.year_group),
        Code(&case.ethnicity),
        Bool(case.looked_after),
        Text(&case.school),
        Code(&case.phase),
        Code(&case.school_type),
        Code(&case.district),
        Text(&case.worker),
        Code(&case.role),
        Minutes(case.minutes),
        Code(&case.outcome),
        Code(&case.satisfaction),
        Text(&case.notes),
    ]
}

fn typed(column: &str, truth: &Truth<'_>, style: Style, figures: &Figures, dice: &mut Dice) -> Cell {
    let text = match truth {
        Truth::Text(text) => (*text).to_owned(),
        Truth::Code(code) => return typed_code(column, code, style, figures, dice),
        Truth::Codes(codes) => {
            let common = dice.chance(1.0 - figures.noise("M12"));
            let separator = if common { "; " } else { dice.pick(&["/", ", ", "\n", ";"]) };
            codes.join(separator)
        }
        Truth::Date(None) | Truth::Minutes(None) => return Cell::Blank,
        Truth::Date(Some(day)) => return typed_date(column, *day, style, figures, dice),
        Truth::Bool(yes) => (if *yes { style.yes_no.0 } else { style.yes_no.1 }).to_owned(),
        Truth::Minutes(Some(minutes)) => return typed_minutes(*minutes, style, figures, dice),
        Truth::Phone(phone) if style.phone_is_number => {
            let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
            return digits.parse().map_or(Cell::Blank, Cell::Number);
        }
        Truth::Phone(phone) => (*phone).to_owned(),
        Truth::Postcode(postcode) => typed_postcode(postcode, figures, dice),
    };
    if text.is_empty() { Cell::Blank } else { Cell::Text(text) }
}

/// A code as its code, its label or an old habit; with a space too many; with a footnote mark; or with words that belong
/// in the notes.
fn typed_code(column: &str, code: &str, style: Style, figures: &Figures, dice: &mut Dice) -> Cell {
    if code.is_empty() {
        return Cell::Blank;
    }
    if spellings::FREE_TEXT_COLUMN == column && dice.chance(figures.noise("M31")) {
        return Cell::Text("Other - see Mrs Mocksley".to_owned());
    }
    let mut text = code.to_owned();
    let habits = spellings::of(column, code);
    if !habits.is_empty() && dice.chance(figures.noise("M11")) {
        text = dice.pick(&habits).to_owned();
    }
    if dice.chance(figures.noise("M10")) {
        text.push_str(dice.pick(&[" ", "\u{a0}", "  "]));
    }
    // Workers mark doubtful needs; half a per cent of them.
    if style.workbook && column == "need_primary" && dice.chance(0.005) {
        text = format!("{}*", text.trim());
    }
    Cell::Text(text)
}

fn typed_date(column: &str, day: Date, style: Style, figures: &Figures, dice: &mut Dice) -> Cell {
    let day = match column {
        "child_dob" if dice.chance(figures.noise("M25")) => date(1900, 1, 1),
        "date_first_response" if dice.chance(figures.noise("M25")) => date(9999, 12, 31),
        _ => day,
    };
    let by_day = |four: bool| {
        let year = if four { format!("{:04}", day.year()) } else { format!("{:02}", day.year() % 100) };
        Cell::Text(format!("{:02}/{:02}/{year}", day.day(), day.month()))
    };
    let typed_as_text = dice.chance(figures.noise("M07"));
    let placeholder = !(1990..2100).contains(&day.year());
    match (style.workbook, typed_as_text) {
        (_, true) => by_day(!style.two_digit_years || placeholder),
        (false, false) => Cell::Text(day.to_string()),
        (true, false) if placeholder => by_day(true),
        (true, false) if dice.chance(figures.noise("M06") / (1.0 - figures.noise("M07"))) => Cell::Number(serial(day)),
        (true, false) => Cell::Date(day),
    }
}

/// The day as a workbook counts days.
fn serial(day: Date) -> f64 {
    day.since(date(1899, 12, 30)).map_or(0.0, |span| f64::from(span.get_days()))
}

fn typed_minutes(minutes: u32, style: Style, figures: &Figures, dice: &mut Dice) -> Cell {
    if style.workbook && dice.chance(figures.noise("M16")) {
        return Cell::Error;
    }
    // Units are mixed in a tenth of the cells.
    if dice.chance(0.1) {
        return Cell::Text(match dice.below(3) {
            0 if minutes >= 60 => format!("{}h{:02}", minutes / 60, minutes % 60),
            1 if minutes.is_multiple_of(30) => format!("{} hrs", f64::from(minutes) / 60.0),
            _ => format!("{minutes} min"),
        });
    }
    if style.workbook { Cell::Number(f64::from(minutes)) } else { Cell::Text(minutes.to_string()) }
}

fn typed_postcode(postcode: &str, figures: &Figures, dice: &mut Dice) -> String {
    if !dice.chance(figures.noise("M13")) {
        return postcode.to_owned();
    }
    match dice.below(3) {
        0 => postcode.replace(' ', "").to_lowercase(),
        1 => postcode.replace(' ', "  "),
        _ => postcode.replacen(" 0", " O", 1),
    }
}
