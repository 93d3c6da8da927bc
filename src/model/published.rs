//! What a published value says: the one reader of figures that people and other programs wrote. Comes in: the text of a cell.
//! Goes out: a count, a range, a sign that says nothing, or that it cannot be told. Deliberately absent: what a release's own
//! markers say, and any guess: text that may be a figure and cannot be read is never taken for a hidden cell.
//!
//! A figure with a footnote is a figure: `3*`, `3 (p)`, `12,003` and `３` tell a reader as much as `3`. Both sides of the wall
//! read with this, and decide apart what to do where it is [`Said::Unclear`].

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A count.
    Count(u64),
    /// Any count from the first to the second; none: no upper end is told.
    Between(u64, Option<u64>),
    /// Empty, or a usual sign for a hidden or missing figure.
    Nothing,
    /// A number that is no count: `7.5`, `-3`.
    NotACount,
    /// Neither of these.
    Unclear,
}

/// A value as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub said: Said,
    /// It is written as programs write: digits and nothing beside them, or empty.
    pub is_plain: bool,
}

/// Counts beyond this cannot be told from their neighbours by programs that keep numbers as fractions.
const LARGEST: u64 = 1_000_000_000_000_000_000;

/// Signs that say that there is no figure, and nothing of its size.
const NOTHING: [&str; 15] =
    ["c", "[c]", "(c)", "x", "[x]", "..", "...", ".", ":", "*", "**", "na", "n/a", "nan", "suppressed"];

/// The first digit of each script's ten, beyond ASCII.
const ZEROS: [u32; 42] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1FBF0,
];

/// Numbers as people write them out.
pub const WORDS: [(&str, u64); 14] = [
    ("nil", 0),
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
];

/// Reads a value.
///
/// | text | says |
/// |---|---|
/// | `3`, ` 3 `, `3*`, `3 (p)`, `3r`, `(3)`, `３`, `3.0`, `three` | 3 |
/// | `12,003`, `12 003`, `1.234.567` | 12003, 1234567 |
/// | `<5`, `1-4`, `fewer than 5`, `10+` | 0 to 4, 1 to 4, 0 to 4, 10 or more |
/// | empty, `[c]`, `..` | nothing |
/// | `7.5`, `-3`, `1e3` | a number that is no count |
/// | `~3`, `3%`, `12 (3)`, `some` | cannot be told |
#[must_use]
pub fn read(text: &str) -> Published {
    let clean = clean(text);
    let is_digits = clean.bytes().all(|byte| byte.is_ascii_digit()) && !(clean.len() > 1 && clean.starts_with('0'));
    let is_plain = clean == text && is_digits;
    Published { said: said(&clean), is_plain }
}

fn said(clean: &str) -> Said {
    if clean.is_empty() || NOTHING.contains(&clean) {
        return Said::Nothing;
    }
    let told = figure(clean).or_else(|| range(clean)).or_else(|| figure(without_notes(clean)));
    told.or_else(|| range(without_notes(clean))).unwrap_or(Said::Unclear)
}

/// The text in lower case with ASCII digits, signs and blanks, and nothing that cannot be seen.
fn clean(text: &str) -> String {
    let one = |letter: char| match letter {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        '‐' | '‑' | '‒' | '–' | '—' | '−' | '﹣' => Some('-'),
        '’' | '‘' | 'ʼ' | '´' | '`' => Some('\''),
        '٬' => Some(','),
        '٫' => Some('.'),
        _ if letter.is_whitespace() || letter.is_control() => Some(' '),
        _ => Some(digit(letter).unwrap_or_else(|| narrow(letter))),
    };
    let text: String = text.chars().filter_map(one).flat_map(char::to_lowercase).collect();
    let text = text.replace('≤', "<=").replace('≥', ">=").replace('…', "...");
    text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(" ")
}

/// The ASCII digit of a decimal digit of any script.
fn digit(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let ten = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - ten, 10)
}

/// The ASCII sign of a wide one.
fn narrow(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// A count in digits or words, or a number that is none; none where the text is no number.
fn figure(text: &str) -> Option<Said> {
    if let Some((_, count)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(Said::Count(*count));
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Some(count) = whole(unsigned) {
        return Some(if count < LARGEST { Said::Count(count) } else { Said::NotACount });
    }
    let negative = text.strip_prefix('-').is_some_and(|rest| whole(rest.trim()).is_some());
    let is_number = text.ends_with(|last: char| last.is_ascii_digit()) && text.replace(',', ".").parse::<f64>().is_ok();
    // Twelve, or twelve thousand?
    let is_ambiguous = text.split_once('.').is_some_and(|(_, rest)| rest == "000");
    (negative || is_number).then_some(if is_ambiguous { Said::Unclear } else { Said::NotACount })
}

/// `12003`, `12,003`, `12 003`, `1.234.567`, `12,34,567`, `3.0`, `12,003.00`; none where it is no whole number.
fn whole(text: &str) -> Option<u64> {
    let is_separator = |letter: char| ",. '_".contains(letter);
    let parts: Vec<&str> = text.split(is_separator).collect();
    if parts.iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let signs: Vec<char> = text.chars().filter(|letter| is_separator(*letter)).collect();
    let grouped = |signs: &[char], parts: &[&str]| {
        let alike = signs.windows(2).all(|pair| pair[0] == pair[1]);
        let [first, between @ .., last] = parts else { return true };
        let middle = |size: usize| between.iter().all(|part| part.len() == size);
        alike && last.len() == 3 && (middle(3) || middle(2)) && first.len() <= 3
    };
    let number = |parts: &[&str]| parts.concat().parse::<u64>().ok().or(Some(u64::MAX));
    let is_one_point = signs == ['.'];
    if signs.is_empty() || grouped(&signs, &parts) && !is_one_point {
        return number(&parts);
    }
    // A fraction of nothing: `3.0`, `3,00`, `12,003.0`.
    let (fraction, before) = parts.split_last()?;
    let (point, others) = signs.split_last()?;
    let is_fraction =
        matches!(point, '.' | ',') && !others.contains(point) && fraction.bytes().all(|byte| byte == b'0');
    let is_thousand = fraction.len() == 3 && others.is_empty();
    (is_fraction && !is_thousand && (others.is_empty() || grouped(others, before))).then(|| number(before)).flatten()
}

/// Words before a number that make a range of it: whether it is the upper end, and whether the number is in it.
const BEFORE: [(&str, bool, bool); 19] = [
    ("<=", true, true),
    ("=<", true, true),
    (">=", false, true),
    ("=>", false, true),
    ("<", true, false),
    (">", false, false),
    ("fewer than", true, false),
    ("less than", true, false),
    ("no more than", true, true),
    ("no fewer than", false, true),
    ("more than", false, false),
    ("greater than", false, false),
    ("at least", false, true),
    ("at most", true, true),
    ("up to", true, true),
    ("under", true, false),
    ("below", true, false),
    ("over", false, false),
    ("above", false, false),
];
/// The same behind a number, which is in the range.
const AFTER: [(&str, bool); 9] = [
    ("or fewer", true),
    ("or less", true),
    ("or under", true),
    ("or more", false),
    ("or over", false),
    ("and over", false),
    ("and under", true),
    ("plus", false),
    ("+", false),
];

/// `<5`, `1-4`, `1 to 4`, `between 1 and 4`, `5 or fewer`; none where the text is no range.
fn range(text: &str) -> Option<Said> {
    let count = |text: &str| match figure(without_notes(text.trim()))? {
        Said::Count(count) => Some(count),
        Said::Between(..) | Said::Nothing | Said::NotACount | Said::Unclear => None,
    };
    for (words, is_upper, is_in) in BEFORE {
        if let Some(end) = text.strip_prefix(words).and_then(count) {
            return Some(match (is_upper, is_in) {
                // Fewer than none cannot be.
                (true, false) => end.checked_sub(1).map_or(Said::Unclear, |end| Said::Between(0, Some(end))),
                (true, true) => Said::Between(0, Some(end)),
                (false, is_in) => Said::Between(if is_in { end } else { end + 1 }, None),
            });
        }
    }
    for (words, is_upper) in AFTER {
        if let Some(end) = text.strip_suffix(words).and_then(count) {
            return Some(if is_upper { Said::Between(0, Some(end)) } else { Said::Between(end, None) });
        }
    }
    let text = text.strip_prefix("between ").or_else(|| text.strip_prefix("from ")).unwrap_or(text);
    [" to ", " and ", "...", "..", "-", "/"].into_iter().find_map(|sign| {
        let (lowest, highest) = text.split_once(sign)?;
        let (lowest, highest) = (count(lowest)?, count(highest)?);
        (lowest <= highest).then_some(Said::Between(lowest, Some(highest)))
    })
}

/// The text without marks of footnotes: stars and daggers, raised digits, notes in brackets, one or two letters behind a
/// figure, brackets and quotation marks around all.
fn without_notes(text: &str) -> &str {
    let is_mark = |letter: char| "*†‡§¶#^'\"¹²³⁰⁴⁵⁶⁷⁸⁹ª".contains(letter) || letter == ' ';
    let mut text = text;
    loop {
        let before = text;
        text = text.trim_matches(is_mark).trim_end_matches(['.', ';', ':', ',']);
        text = inside(text).unwrap_or(text);
        text = before_note(text).or_else(|| before_letters(text)).unwrap_or(text);
        if text == before {
            return text;
        }
    }
}

/// What stands within one pair of brackets.
fn inside(text: &str) -> Option<&str> {
    let within = [('(', ')'), ('[', ']'), ('{', '}')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))?;
    (!within.contains(['(', ')', '[', ']', '{', '}'])).then_some(within)
}

/// What stands before a note in brackets. A number in round ones may be a figure of its own, so that is no note.
fn before_note(text: &str) -> Option<&str> {
    let (before, note) = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (before, note) = text.strip_suffix(close)?.rsplit_once(open)?;
        let says_number = open == '(' && note.contains(|letter: char| letter.is_ascii_digit());
        (!says_number || note.starts_with("note")).then_some((before, note))
    })?;
    (!before.trim().is_empty() && !note.is_empty()).then_some(before.trim_end())
}

/// What stands before one or two letters that make no other number of it: `3r`, `3 pe`, but not `3k` or `3m`.
fn before_letters(text: &str) -> Option<&str> {
    const OTHER: [&str; 11] = ["k", "m", "b", "t", "bn", "mn", "pc", "th", "st", "nd", "rd"];
    let figure = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let letters = &text[figure.len()..];
    let is_note = (1..=2).contains(&letters.len()) && !OTHER.contains(&letters);
    (is_note && figure.trim_end().ends_with(|last: char| last.is_ascii_digit())).then(|| figure.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{Said, read};

    #[test]
    fn a_figure_with_a_footnote_is_a_figure() {
        for text in [
            "3",
            " 3",
            "3 ",
            "3\u{a0}",
            "3*",
            "3 *",
            "*3",
            "(3)",
            "3 (p)",
            "3 (e)",
            "3r",
            "3 r",
            "3 pe",
            "'3",
            "３",
            "٣",
            "3.0",
            "3,0",
            "3.00",
            "03",
            "+3",
            "3†",
            "3¹",
            "3 [1]",
            "3 [note 1]",
            "3 (note 1)",
            "3.",
            "\u{200b}3",
            "3\t",
            "three",
            "Three",
            "𝟑",
            "[3]",
            "3 (provisional)",
            "3[r]*",
            "\u{202f}3",
        ] {
            assert_eq!(read(text).said, Said::Count(3), "{text:?}");
            assert_eq!(read(text).is_plain, text == "3", "{text:?}");
        }
        for text in [
            "12003",
            "12,003",
            "12 003",
            "12\u{a0}003",
            "12\u{2009}003",
            "12'003",
            "12’003",
            "12,003*",
            "12,003.0",
            "１２，００３",
        ] {
            assert_eq!(read(text).said, Said::Count(12_003), "{text:?}");
        }
        assert_eq!(read("1.234.567").said, Said::Count(1_234_567));
        assert_eq!(read("12,34,567").said, Said::Count(1_234_567));
        assert_eq!(read("20.0").said, Said::Count(20));
    }

    #[test]
    fn a_range_says_what_lies_in_it() {
        let cases = [
            ("<5", 0, Some(4)),
            ("< 5", 0, Some(4)),
            ("＜5", 0, Some(4)),
            ("<5*", 0, Some(4)),
            ("(<5)", 0, Some(4)),
            ("<=4", 0, Some(4)),
            ("≤4", 0, Some(4)),
            ("1-4", 1, Some(4)),
            ("1–4", 1, Some(4)),
            ("1 to 4", 1, Some(4)),
            ("between 1 and 4", 1, Some(4)),
            ("fewer than 5", 0, Some(4)),
            ("Fewer than five", 0, Some(4)),
            ("5 or fewer", 0, Some(5)),
            ("10+", 10, None),
            (">10", 11, None),
            ("1,000-1,999", 1_000, Some(1_999)),
        ];
        for (text, lowest, highest) in cases {
            assert_eq!(read(text).said, Said::Between(lowest, highest), "{text:?}");
        }
    }

    #[test]
    fn what_may_be_a_figure_and_cannot_be_read_is_not_nothing() {
        for text in ["", " ", "c", "[c]", "..", ":", "x", "NaN", "*", "suppressed"] {
            assert_eq!(read(text).said, Said::Nothing, "{text:?}");
        }
        for text in ["7.5", "-3", "1e3", "3,5", "12.003", "99999999999999999999"] {
            assert_eq!(read(text).said, Said::NotACount, "{text:?}");
        }
        for text in [
            "~3", "3%", "12 (3)", "some", "3k", "3rd", "4-1", "3 4", "c3", "½", "Ⅲ", "12.000", "-", "none", "3 cases",
            "<0", "£3", "z",
        ] {
            assert_eq!(read(text).said, Said::Unclear, "{text:?}");
        }
    }
}
