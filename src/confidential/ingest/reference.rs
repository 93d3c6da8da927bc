//! References of cases and families in their canonical form. Comes in: a reference as somebody wrote it or a program did.
//! Goes out: the one form by which it is found again, or that a spreadsheet left only a part of it. The written form is
//! kept beside it, for people. Deliberately absent: what field it stands in, and the store.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::ingest::date;
use model::config::fold::{blank, dash};
use std::borrow::Cow;

/// The canonical form; empty where nothing is left. The same for every spelling that a program or a keyboard makes:
///
/// | written | canonical, with `fold` |
/// |---|---|
/// | `sp–00001 ` | `SP-00001` |
/// | `="00001"`, `'00001`, U+202A 00001 U+202C | `00001` |
/// | `1001.0`, `1,001.00` | `1001` |
///
/// Without `fold`, letter case and the kind of a dash stay as they are. A canonical form is its own canonical form.
pub(crate) fn canonical(written: &str, fold: bool) -> String {
    /// What folding makes of a sign may be a space or a digit, which is looked at again; twice is enough for all but made ones.
    const ROUNDS: usize = 8;
    let mut form = folded_once(written, fold);
    for _ in 0..ROUNDS {
        let again = folded_once(&form, fold);
        if again == form {
            break;
        }
        form = again;
    }
    form
}

fn folded_once(written: &str, fold: bool) -> String {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let sound = !written.is_empty() && written.bytes().all(plain);
    if sound {
        // Most are: no sign in them could be another in another spelling.
        return written.to_owned();
    }
    let shown: String = written.nfc().filter(|character| !hidden(*character)).collect();
    let words = shown.split(blank).filter(|word| !word.is_empty());
    let spaced = words.collect::<Vec<_>>().join(" ");
    let bare = number(unwrapped(&spaced));
    if !fold {
        return bare;
    }
    let folded: String = bare
        .nfkc()
        .map(|character| if dash(character) { '-' } else { character })
        .flat_map(char::to_uppercase)
        .nfc()
        .collect();
    folded.replace(" - ", "-")
}

/// A canonical reference that is a number, without the zeros in front; nothing for others.
pub(crate) fn without_zeros(canonical: &str) -> &str {
    if canonical.bytes().all(|byte| byte.is_ascii_digit()) { canonical.trim_start_matches('0') } else { "" }
}

/// What a canonical reference is made of, whatever stands between: runs of letters, and of digits without the zeros in front.
/// `SP-00001`, `SP 00001`, `SP/1` and `SP00001` are `SP-1`. Nothing where it has no digit.
pub(crate) fn parts(canonical: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut before = None;
    for sign in canonical.chars() {
        let is_digit = sign.is_ascii_digit();
        match parts.last_mut().filter(|_| before == Some(is_digit)) {
            _ if !sign.is_alphanumeric() => before = None,
            Some(part) => part.push(sign),
            None => parts.push(sign.to_string()),
        }
        if sign.is_alphanumeric() {
            before = Some(is_digit);
        }
    }
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().any(|part| is_number(part)) {
        return String::new();
    }
    let bare = |part: &String| if is_number(part) { part.trim_start_matches('0') } else { part }.to_owned();
    parts.iter().map(bare).collect::<Vec<_>>().join("-")
}

/// `as_written`: what looks like a date is none, as the column or the kind of file says. Whether only a part of a reference is left, so that it cannot be told from others: by a spreadsheet, or by somebody who
/// wrote that it is the same as above.
pub(super) fn is_lost(written: &str, as_written: bool) -> bool {
    if is_ditto(written) {
        return true;
    }
    // What is neither a power nor a date has none of these signs.
    if !written.bytes().any(|byte| matches!(byte, b'e' | b'E' | b'-' | b'/' | b' ')) {
        return false;
    }
    let text: String = written.chars().filter(|character| !hidden(*character)).collect();
    let text = unwrapped(text.trim());
    scientific(text) || !as_written && made_a_date(text)
}

/// Whether a reference is a year, a month and a number that counts on, and no date: `2025/04/113`, or `2025/04/3`, of which no
/// spreadsheet fills up the month and not the day.
pub(super) fn is_running(written: &str) -> bool {
    const DAYS: u32 = 31;
    let written = written.trim();
    if !written.starts_with(|sign: char| sign.is_ascii_digit()) {
        return false;
    }
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = written.split(['-', '/']).filter(digits).collect();
    let counts_on = |number: &str| number.len() != 2 || number.parse().is_ok_and(|day: u32| day == 0 || day > DAYS);
    let is_month = |month: &str| month.len() == 2 && month.parse().is_ok_and(|month: u32| (1..=12).contains(&month));
    match parts.as_slice() {
        [year, month, number] | [number, month, year] if year.len() == 4 && number.len() < 4 => {
            written.len() == year.len() + month.len() + number.len() + 2 && is_month(month) && counts_on(number)
        }
        _ => false,
    }
}

/// Whether a cell has several references, as where somebody keeps siblings in one row: `SP-1; SP-2`, one a line.
pub(super) fn is_several(written: &str) -> bool {
    let has_digit = |part: &&str| part.bytes().any(|byte| byte.is_ascii_digit());
    let parts = |written: &str| written.trim().split([';', '&', '\n', '\r']).filter(has_digit).count();
    written.bytes().any(|byte| matches!(byte, b';' | b'&' | b'\n' | b'\r')) && parts(written) > 1
}

/// `"`, `''`, `〃`, `-"-`, `ditto`.
fn is_ditto(written: &str) -> bool {
    const LONGEST: usize = 8;
    if written.len() > LONGEST {
        return false;
    }
    let text = written.trim();
    let sign = |character: char| matches!(character, '"' | '\'' | '”' | '“' | '’' | '〃' | '″' | '-' | ' ');
    let marks =
        |text: &str| text.chars().all(sign) && text.contains(|character: char| character != '-' && sign(character));
    (!text.is_empty() && marks(text)) || text.eq_ignore_ascii_case("ditto")
}

/// A number of more digits than a spreadsheet keeps; none where it has no more.
pub(super) fn longer_than_15_digits(written: &str) -> Option<String> {
    if written.len() < 16 {
        return None;
    }
    let text = number(unwrapped(written.trim()));
    (text.len() > 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Whether a number has only zeros where a spreadsheet keeps no digit.
pub(super) fn ends_in_zeros(number: &str) -> bool {
    number.bytes().skip(15).all(|byte| byte == b'0')
}

/// A text without the signs by which a spreadsheet was told to leave it alone, and without a mark that only opens.
pub(super) fn unguarded(text: &str) -> &str {
    match text.bytes().next() {
        // Most begin with what they say.
        Some(byte) if byte.is_ascii_alphanumeric() => text,
        Some(_) => unwrapped(text),
        None => text,
    }
}

/// What stands behind a quotation mark that opens a cell and that nothing in it closes.
pub(super) fn lone_mark(text: &str) -> Option<&str> {
    text.strip_prefix('"').filter(|rest| !rest.contains('"') && !rest.chars().all(blank))
}

/// A text as it is seen: without marks that show nothing, and composed. None where it is so already.
pub(super) fn seen(text: &str) -> Option<String> {
    // Line ends are layout and stay.
    let control = |byte: u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    if text.is_ascii() && !text.bytes().any(control) {
        return None;
    }
    let odd = |character: char| hidden(character) && character != '\u{200b}' && character != '\u{feff}';
    if !text.chars().any(odd) && is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return None;
    }
    Some(text.nfc().filter(|character| !odd(*character)).collect())
}

/// Words that a program writes where there is nothing, folded.
pub(super) fn is_nothing(folded: &str) -> bool {
    const WORDS: [&str; 22] = [
        "(blank)",
        "[null]",
        "null",
        "(null)",
        "<null>",
        "nan",
        "nat",
        "none",
        "nil",
        "n/a",
        "na",
        "<na>",
        "#n/a",
        "#na",
        "undefined",
        "\\n",
        "-",
        "--",
        "n/k",
        "not known",
        "?",
        ".",
    ];
    WORDS.contains(&folded)
}

/// Words that people write where something is not known, or not yet, folded.
const NOT_KNOWN: [&str; 10] = [
    "unknown",
    "not recorded",
    "not given",
    "none given",
    "not applicable",
    "pending",
    "tbc",
    "tba",
    "tbd",
    "withheld",
];

/// Whether people write it where there is no reference yet, folded: taken for one, it would make many families one. A
/// reference has a digit or is a word of its own.
pub(super) fn is_none_yet(folded: &str) -> bool {
    const WORDS: [&str; 17] = [
        "xxx",
        "xx",
        "x",
        "as above",
        "same as above",
        "see above",
        "see notes",
        "see note",
        "nr",
        "n/r",
        "no family",
        "no ref",
        "to follow",
        "awaited",
        "anon",
        "anonymous",
        "void",
    ];
    // `(none)`, `N.A.`, `tbc.`, `??`, `---`, `0000`.
    let bare = bare(folded);
    let joined: String = bare.chars().filter(|character| *character != '.').collect();
    let is_word = |word: &str| WORDS.contains(&word) || NOT_KNOWN.contains(&word) || is_nothing(word);
    let is_zero = !bare.is_empty() && bare.bytes().all(|byte| byte == b'0');
    is_sign_for_nothing(folded) || is_zero || is_word(bare) || is_word(&joined)
}

/// Whether people write it where there is no date, or none yet, folded.
pub(super) fn is_no_date_yet(folded: &str) -> bool {
    const WORDS: [&str; 24] = [
        "ongoing",
        "on-going",
        "on going",
        "open",
        "still open",
        "no",
        "not yet",
        "not closed",
        "current",
        "active",
        "continuing",
        "in progress",
        "live",
        "not stated",
        "not provided",
        "not disclosed",
        "prefer not to say",
        "refused",
        "declined",
        "n.k.",
        "not available",
        "no date",
        "blank",
        "missing",
    ];
    let is_word = |word: &str| WORDS.contains(&word) || NOT_KNOWN.contains(&word);
    let bare = bare(folded);
    is_sign_for_nothing(folded) || is_word(bare) || is_word(folded) || is_nothing(bare)
}

/// A text without the signs around it.
fn bare(folded: &str) -> &str {
    folded.trim_matches(|character: char| !character.is_alphanumeric())
}

/// `--`, `???`, `. . .`; marks of quotation say that it is the same as above.
fn is_sign_for_nothing(folded: &str) -> bool {
    let sign =
        |character: char| matches!(character, '-' | '?' | '.' | '_' | '*' | '/' | '(' | ')' | '#' | '!' | ' ' | ',');
    !folded.is_empty() && folded.chars().all(sign)
}

/// The text without spaces that have no width: they part no words of a reference.
pub(super) fn without_marks_of_no_width(text: &str) -> Cow<'_, str> {
    let none = ['\u{200b}', '\u{2060}', '\u{feff}'];
    if text.is_ascii() || !text.contains(none) { Cow::Borrowed(text) } else { Cow::Owned(text.replace(none, "")) }
}

/// Control characters, and marks that show nothing: directions, joiners, soft hyphens.
fn hidden(character: char) -> bool {
    let mark = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    mark || (character.is_control() && !blank(character))
}

/// Without `="..."`, guarding apostrophes and quotation marks around it.
fn unwrapped(text: &str) -> &str {
    let text = lone_mark(text.trim()).unwrap_or(text.trim());
    let inner = |open: &str, close: &str| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let marks = [("=\"", "\""), ("=T(\"", "\")"), ("=t(\"", "\")"), ("\"", "\""), ("“", "”"), ("'", "'"), ("‘", "’")];
    if let Some(inner) = marks.iter().find_map(|(open, close)| inner(open, close)) {
        return unwrapped(inner);
    }
    if let Some(shown) = shown_of_link(text) {
        return unwrapped(shown);
    }
    match text.strip_prefix(['\'', '’', '‘', '`']) {
        Some(rest) => unwrapped(rest),
        None => text,
    }
}

/// What a cell shows of `=HYPERLINK("https://...","SP-00001")`.
fn shown_of_link(text: &str) -> Option<&str> {
    let head = text.get(..11).filter(|head| head.eq_ignore_ascii_case("=hyperlink("))?;
    let arguments = text[head.len()..].strip_suffix(')')?.trim_end();
    let shown = arguments.strip_suffix('"')?;
    let (address, shown) = shown.rsplit_once('"')?;
    address.trim_end().ends_with([',', ';']).then_some(shown)
}

/// A whole number without the fraction and the separators that a program added.
fn number(text: &str) -> String {
    let text =
        text.strip_prefix('+').filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit())).unwrap_or(text);
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        // `1001,0`: three digits would be a group.
        None => text.rsplit_once(',').filter(|(_, fraction)| fraction.len() < 3).unwrap_or((text, "0")),
    };
    let zeros = fraction.bytes().all(|byte| byte == b'0');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if zeros && digits(whole) {
        return whole.to_owned();
    }
    let groups: Vec<&str> = whole.split([',', ' ']).collect();
    let grouped = groups.len() > 1 && groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    if zeros && grouped && groups.iter().all(|group| digits(group)) { groups.concat() } else { text.to_owned() }
}

/// `2.02504E+14`: one digit, perhaps more behind a point, and a power. `1E5` without a sign is somebody's reference.
fn scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let (sign, power) = match power.strip_prefix(['+', '-']) {
        Some(power) => (true, power),
        None => (false, power),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1 && digits(whole) && fraction.is_none_or(digits) && digits(power) && (sign || fraction.is_some())
}

/// `01-Jan`, `Mar-12`, `12-Mar-25`, `25/04/2025`, `2025-04-01 09:30:00`: what a spreadsheet makes of `1-1`, `3-12` and of
/// a time.
fn made_a_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', ' ']).collect();
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    // As spreadsheets write a month; `MAR-01` is somebody's reference.
    let cased = |text: &str| text.starts_with(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase);
    let word = |text: &str| text.len() >= 3 && cased(text) && date::month_in_words(text).is_some();
    let beyond = |from: usize| parts[from..].iter().all(|part| part.contains(':') || matches!(*part, "AM" | "PM"));
    match parts.as_slice() {
        [day, month] if digits(day, 2) && word(month) => true,
        [month, year] if word(month) && digits(year, 4) => matches!(year.len(), 2 | 4),
        [day, month, year, ..] if digits(day, 2) && word(month) && digits(year, 4) => beyond(3),
        [day, month, year, ..] if digits(day, 2) && digits(month, 2) && year.len() == 4 && digits(year, 4) => {
            text.contains('/') && date::is_day(year, month, day) | date::is_day(year, day, month) && beyond(3)
        }
        [year, month, day, ..] if year.len() == 4 && digits(year, 4) && month.len() == 2 => {
            let day = day.split_once('T').map_or(*day, |(day, _)| day);
            day.len() == 2 && date::is_day(year, month, day) && beyond(3)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_the_same_parts_are_the_same_whatever_stands_between() {
        for reference in ["SP-00001", "SP 00001", "SP/1", "SP00001", "SP_01"] {
            assert_eq!(parts(reference), "SP-1", "{reference}");
        }
        assert_ne!(parts("2025-1-11"), parts("2025-11-1"));
        assert_ne!(parts("SP-1/25"), parts("SP-125"));
        assert_eq!((parts("SP-0").as_str(), parts("NEW"), parts("")), ("SP-", String::new(), String::new()));
    }

    #[test]
    fn every_spelling_of_a_reference_has_one_canonical_form() {
        let same: [(&str, &[&str]); 5] = [
            (
                "SP-00001",
                &[
                    "sp-00001",
                    " SP-00001\u{a0}",
                    "SP–00001",
                    "SP\u{2011}00001",
                    "\u{202a}SP-00001\u{202c}",
                    "ＳＰ-00001",
                    "SP - 00001",
                    "SP-\u{3164}00001",
                ],
            ),
            (
                "00001",
                &["=\"00001\"", "'00001", "’00001", "\u{1f}00001", "\"00001\"", "\u{feff}00001", "=T(\"00001\")"],
            ),
            (
                "1001",
                &[
                    "1001.0",
                    "1001.00",
                    "1,001",
                    "'1001.0",
                    "1001\u{200e}",
                    "1 001",
                    "1\u{a0}001",
                    "1001.",
                    "1001,0",
                    "+1001",
                ],
            ),
            ("SP-2", &["=HYPERLINK(\"https://cases.invalid/2\",\"SP-2\")", "=hyperlink(\"x\"; \"sp-2\")"]),
            ("FÉ0", &["Fe\u{301}0", "fé0", "FÉ0"]),
        ];
        for (canonical_form, spellings) in same {
            for written in spellings.iter().chain([&canonical_form]) {
                assert_eq!(canonical(written, true), canonical_form, "{written:?}");
            }
        }
        assert_eq!(canonical("sp–1 \u{200b}", false), "sp–1", "without folding, marks alone go");
        assert_eq!(canonical("\u{202a}\u{202c}", true), "");
        for odd in ["¯1", "１００１．０", "\u{a0}¨x", "＂00001＂", "１，００１"] {
            let form = canonical(odd, true);
            assert_eq!(canonical(&form, true), form, "a canonical form is its own: {odd}");
        }
        assert_eq!(canonical("１００１．０", true), "1001");
        for other in ["00001", "1", "1001.5", "10,01", "1001,5", "SP 00001", "+SP"] {
            assert_eq!(canonical(other, true), other, "another reference");
        }
    }

    #[test]
    fn a_text_is_taken_as_it_is_seen() {
        assert_eq!(seen("\u{200e}01/04/2025").as_deref(), Some("01/04/2025"));
        assert_eq!(seen("Zoe\u{308}").as_deref(), Some("Zoë"));
        for text in ["Zoë", "plain", "two\nlines", "ASD\u{a0}or\u{200b}Autism", "👩\u{1f3fd}"] {
            assert_eq!(seen(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_left_a_part_of_is_no_reference() {
        let lost = [
            "2.02504E+14",
            "2e+14",
            "2,02504E+14",
            "'2.02504E+14",
            "01-Jan",
            "Mar-12",
            "12-Mar-2025",
            "01/04/2025 09:30",
            "2025-04-01",
            "2025-04-01T09:30:00",
            "2025-04-01 09:30:00",
            "3/12/2025",
        ];
        let kept = [
            "1E5",
            "12E3",
            "E07",
            "SP-1",
            "3-12",
            "2025-1-3",
            "2025/04",
            "99-12-31",
            "MAR-ABC",
            "2025-001",
            "D-Dec",
            "31/31/2025",
        ];
        let is_lost = |written| is_lost(written, false);
        assert_eq!(lost.map(is_lost), [true; 12], "{:?}", lost.map(is_lost));
        assert_eq!(kept.map(is_lost), [false; 12], "{:?}", kept.map(is_lost));
        let sound = ["MAR-001", "MAR-01", "1-DEC", "12-mar", "Mar-001", "Mar-1", "DEC-2025"];
        assert_eq!(sound.map(is_lost), [false; 7], "no spreadsheet writes a month so: {:?}", sound.map(is_lost));
        let same_as_above = ["\"", "''", "〃", "-\"-", "\" \"", "ditto"];
        assert_eq!(same_as_above.map(is_lost), [true; 6], "{:?}", same_as_above.map(is_lost));
        let running = ["2025/04/113", "2025/04/3", "2025-04-32", "113/04/2025", "2025/04/00"];
        assert_eq!(running.map(is_running), [true; 5], "a number that counts on within a month");
        let days =
            ["2025/04/30", "2025-04-03", "2025/4/3", "2025/13/113", "SP-04-113", "2025/04/1133", "2025/04/113/1"];
        assert_eq!(days.map(is_running), [false; 7]);
        assert!(!super::is_lost("2025/04/30", true) && super::is_lost("2.02504E+14", true));
        let long = ["202504000001234000", "202504000001234567", "202504000001234", "SP-2025040000012340"];
        let zeros = long.map(|written| longer_than_15_digits(written).map(|number| ends_in_zeros(&number)));
        assert_eq!(zeros, [Some(true), Some(false), None, None]);
    }

    #[test]
    fn what_guards_a_text_from_a_spreadsheet_is_no_part_of_it() {
        for written in ["'09/01/2025", "=\"09/01/2025\"", "\"09/01/2025", "’09/01/2025", "09/01/2025"] {
            assert_eq!(unguarded(written), "09/01/2025", "{written}");
        }
        assert_eq!(
            [lone_mark("\"unhappy"), lone_mark("\"a\" b"), lone_mark("\""), lone_mark("a\"")],
            [Some("unhappy"), None, None, None]
        );
    }
}
