//! Number formats: whether a number is a date, and what a person sees of it. Comes in: the code of a format as spreadsheets
//! write it. Goes out: what it makes of a number. Only what changes an identifier is carried out: text and zeros that a
//! format adds. Deliberately absent: decimals, grouping, percent, fractions and colours, which change no identifier.

use crate::ingest::stream::Value;

/// Days that differ from the next whole one by half a second or less; spreadsheets show them as that day.
const HALF_A_SECOND: f64 = 0.5 / 86_400.0;
/// Days between the two systems in which workbooks count days.
const DAYS_1904: f64 = 1462.0;
/// Numbers from here on have lost their last digits.
const EXACT: f64 = 1e15;

/// What a format makes of a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Format {
    /// Nothing that matters here.
    Plain,
    Date,
    /// A length of time: `[h]:mm`.
    Elapsed,
    /// Sections by the sign of the number, as far as they add text or zeros.
    Adds(Vec<Section>),
}

/// One section of a format; none where it is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    condition: Option<(Comparison, f64)>,
    tokens: Option<Vec<Token>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    MoreOrEqual,
    More,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Literal(char),
    /// A digit; whether a zero stands where there is none.
    Digit(bool),
    /// The number as it is.
    General,
}

/// The formats that have a number and no code.
pub(super) fn built_in(id: u32) -> Format {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Format::Date,
        46 => Format::Elapsed,
        _ => Format::Plain,
    }
}

impl Format {
    /// The format of a code such as `"SP-"00000`.
    pub(super) fn of(code: &str) -> Self {
        if let Some(time) = time(code) {
            return time;
        }
        let sections: Vec<Section> =
            sections(code).into_iter().take(4).map(|section| self::section(&section)).collect();
        if sections.iter().any(adds) { Self::Adds(sections) } else { Self::Plain }
    }

    /// The cell that a number with this format is.
    pub(super) fn cell<'t>(&self, number: f64, from_1904: bool, shown: &'t mut String) -> Value<'t> {
        match self {
            Self::Plain => Value::Number(number),
            Self::Elapsed => Value::Length(number),
            Self::Date if number < 1.0 => Value::Length(number),
            Self::Date => Value::Serial(rounded(if from_1904 { number + DAYS_1904 } else { number })),
            Self::Adds(sections) => {
                shown.clear();
                let is_shown = show(sections, number, shown);
                let seen = shown.trim();
                if is_shown && seen != number.to_string() { Value::Shown(number, seen) } else { Value::Number(number) }
            }
        }
    }
}

/// Days as spreadsheets show them: what lies just below midnight by calculation is the next day.
pub(super) fn rounded(days: f64) -> f64 {
    if days.ceil() - days <= HALF_A_SECOND { days.ceil() } else { days }
}

/// Whether a code is of a date or of a length of time.
fn time(code: &str) -> Option<Format> {
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => while characters.next().is_some_and(|character| character != '"') {},
            '\\' | '_' | '*' => drop(characters.next()),
            ';' => return None,
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                let lower = inside.to_lowercase();
                let unit = lower.chars().next().filter(|unit| matches!(unit, 'h' | 'm' | 's'));
                if unit.is_some_and(|unit| lower.chars().all(|other| other == unit)) {
                    return Some(Format::Elapsed);
                }
            }
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return Some(Format::Date),
            // The word for the format that is none.
            'G' | 'g' if characters.clone().take(6).collect::<String>().eq_ignore_ascii_case("eneral") => {
                characters.nth(5);
            }
            _ => {}
        }
    }
    None
}

/// A code parted at its semicolons, which are none within quotes or brackets.
fn sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    for character in code.chars() {
        if character == ';' && !quoted && !escaped && !bracket {
            sections.push(String::new());
            continue;
        }
        match character {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' | '_' | '*' if !quoted => escaped = true,
            '[' if !quoted => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
        // There is one section at least.
        if let Some(section) = sections.last_mut() {
            section.push(character);
        }
    }
    sections
}

fn section(code: &str) -> Section {
    let mut tokens = Vec::new();
    let (mut condition, mut carried_out) = (None, true);
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => tokens.extend(characters.by_ref().take_while(|character| *character != '"').map(Token::Literal)),
            '\\' => tokens.extend(characters.next().map(Token::Literal)),
            // A gap as wide as the next character, or as many of them as there is room for.
            '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                if let Some(sign) = inside.strip_prefix('$') {
                    tokens.extend(sign.split('-').next().unwrap_or_default().chars().map(Token::Literal));
                }
                condition = condition.or_else(|| comparison(&inside));
            }
            '0' => tokens.push(Token::Digit(true)),
            '#' | '?' => tokens.push(Token::Digit(false)),
            '.' | ',' | '/' | '%' | 'E' | 'e' | '@' => carried_out = false,
            'G' | 'g' if characters.clone().take(6).collect::<String>().eq_ignore_ascii_case("eneral") => {
                characters.nth(5);
                tokens.push(Token::General);
            }
            other => tokens.push(Token::Literal(other)),
        }
    }
    Section { condition, tokens: carried_out.then_some(tokens) }
}

fn comparison(inside: &str) -> Option<(Comparison, f64)> {
    const SIGNS: [(&str, Comparison); 6] = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::MoreOrEqual),
        ("<>", Comparison::NotEqual),
        ("<", Comparison::Less),
        (">", Comparison::More),
        ("=", Comparison::Equal),
    ];
    let (sign, comparison) = SIGNS.into_iter().find(|(sign, _)| inside.starts_with(sign))?;
    Some((comparison, inside[sign.len()..].trim().parse().ok()?))
}

/// Whether a section adds text that shows, or zeros.
fn adds(section: &Section) -> bool {
    let Some(tokens) = &section.tokens else {
        return false;
    };
    let digits = tokens.iter().filter(|token| **token == Token::Digit(true)).count();
    let shows = |token: &Token| matches!(token, Token::Literal(character) if !character.is_whitespace());
    digits > 1 || tokens.iter().any(shows)
}

/// What a person sees of a whole number; false where the format is not carried out.
fn show(sections: &[Section], number: f64, shown: &mut String) -> bool {
    if number.fract() != 0.0 || number.abs() >= EXACT {
        return false;
    }
    let conditional = sections.iter().any(|section| section.condition.is_some());
    let chosen = if conditional {
        sections
            .iter()
            .take(3)
            .position(|section| section.condition.is_none_or(|(comparison, limit)| holds(comparison, number, limit)))
    } else {
        Some(match sections.len() {
            2.. if number < 0.0 => 1,
            3.. if number == 0.0 => 2,
            _ => 0,
        })
    };
    let Some((at, section)) = chosen.and_then(|at| sections.get(at).map(|section| (at, section))) else {
        return false;
    };
    let Some(tokens) = &section.tokens else {
        return false;
    };
    // A section of its own for negative numbers writes its own sign.
    if number < 0.0 && (at == 0 || conditional) {
        shown.push('-');
    }
    written(tokens, number.abs() as u64, shown);
    !shown.trim().is_empty()
}

fn holds(comparison: Comparison, number: f64, limit: f64) -> bool {
    match comparison {
        Comparison::Less => number < limit,
        Comparison::LessOrEqual => number <= limit,
        Comparison::Equal => number == limit,
        Comparison::NotEqual => number != limit,
        Comparison::MoreOrEqual => number >= limit,
        Comparison::More => number > limit,
    }
}

/// Digits fill their places from the right; what is too much stands before the first place.
fn written(tokens: &[Token], number: u64, shown: &mut String) {
    let digits = if number == 0 { String::new() } else { number.to_string() };
    let mut places = tokens.iter().filter(|token| matches!(token, Token::Digit(_))).count();
    let mut rest = digits.as_str();
    for token in tokens {
        match token {
            Token::Literal(character) => shown.push(*character),
            Token::General => shown.push_str(&number.to_string()),
            Token::Digit(zero) => {
                let now = rest.len().saturating_sub(places - 1);
                shown.push_str(&rest[..now]);
                if now == 0 && *zero {
                    shown.push('0');
                }
                rest = &rest[now..];
                places -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, number: f64) -> Option<String> {
        let mut text = String::new();
        let cell = Format::of(code).cell(number, false, &mut text);
        if let Value::Shown(_, text) = cell { Some(text.to_owned()) } else { None }
    }

    #[test]
    fn a_format_that_adds_text_or_zeros_shows_what_a_person_sees() {
        let shows = |code, number, text: &str| assert_eq!(shown(code, number).as_deref(), Some(text), "{code}");
        shows("\"SP-\"00000", 1.0, "SP-00001");
        shows("00000", 42.0, "00042");
        shows("000\\-000", 12345.0, "012-345");
        shows("000-0000", 12_345_678.0, "1234-5678");
        shows("\\F0000;\\-0000", -7.0, "-0007");
        shows("[Red]\"C\"0", 7.0, "C7");
        shows("[<=999]\"A\"000;\"B\"0000", 1000.0, "B1000");
        shows("[$SP/-809]General", 12.0, "SP/12");
        shows("0000", 0.0, "0000");
    }

    #[test]
    fn a_format_that_adds_nothing_to_an_identifier_leaves_the_number() {
        for code in ["General", "0", "#,##0", "0.00", "0%", "0.00E+00", "@", "\"£\"#,##0.00", "#,##0\\ _D_M", "# ?/?"]
        {
            assert_eq!(shown(code, 1234.0), None, "{code}");
        }
        assert_eq!(
            (shown("0_ ;[Red]\\-0\\ ", 5.0), shown("0_ ;[Red]\\-0\\ ", -5.0)),
            (None, None),
            "a sign is no text"
        );
        assert_eq!((shown("00000", 12.5), shown("00000", 1e15), shown("0;;", -3.0)), (None, None, None));
    }

    #[test]
    fn dates_and_lengths_of_time_are_known_by_their_letters() {
        for code in ["dd/mm/yyyy", "H:MM:SS;@", "[$-404]e\"x\"m\"x\"d", "m\"M\"d\"D\";@", "*-yyyy-mm-dd"] {
            assert_eq!(Format::of(code), Format::Date, "{code}");
        }
        for code in ["[h]:mm:ss", "[ss]", "[Blue]\\+[h]:mm;[Red]\\-[h]:mm", "[>=100][Magenta][s].00", "[MM]"] {
            assert_eq!(Format::of(code), Format::Elapsed, "{code}");
        }
        for code in ["#,##0.0####\" YMD\"", "#,##0*y", "[Magenta]General", "#,##0.00\\ _M\"H\"_)"] {
            assert_eq!(Format::of(code), Format::Plain, "{code}");
        }
    }

    #[test]
    fn a_day_that_a_calculation_missed_by_less_than_half_a_second_is_that_day() {
        assert_eq!((rounded(45_747.999_999_999), rounded(45_747.999_999)), (45_748.0, 45_748.0));
        assert_eq!((rounded(45_747.999_98), rounded(45_748.0)), (45_747.999_98, 45_748.0));
    }
}
