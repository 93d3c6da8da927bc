//! Text that a spreadsheet would run. Comes in: a field, a label, a name. Goes out: whether opening a file that holds it could
//! run it. Deliberately absent: mending; a quotation mark in front would make another code of it, so whoever writes refuses.
//!
//! One rule for every way out (codes, labels, values of extracts, headers) and for the stranger who reads them back.

/// Marks that begin a formula, the wide forms of East Asian keyboards among them.
const STARTS: [char; 6] = ['=', '@', '＝', '＠', '\0', '\u{feff}'];
/// Signs: what follows decides.
const SIGNS: [char; 5] = ['+', '-', '＋', '－', '−'];
/// A program that takes another separator than the writer's sees a new field behind each of these.
const SEPARATORS: [char; 4] = ['\t', '\r', '\n', ';'];

/// Whether a spreadsheet would run `text`, or a part of it that another separator makes a field of its own.
///
/// `=1+1`, `@SUM(A1)`, `-2+cmd|' /C calc'!A0`, ` =1` and `a;=1` run; `-9`, `-5-5`, `+44 20`, `-` and `1-4` do not: a number,
/// an interval or a dash is none.
#[must_use]
pub fn runs(text: &str) -> bool {
    // A tab or a line end that leads is a known way past a look at the first letter.
    text.starts_with(['\t', '\r', '\n']) || text.split(SEPARATORS).any(begins)
}

/// A name for a report that people read: with an apostrophe in front where a spreadsheet would else run it. Codes and values are
/// refused instead, because a mark makes others of them.
#[must_use]
pub fn inert(name: &str) -> String {
    if runs(name) { format!("'{}", name.replace(SEPARATORS, " ")) } else { name.to_owned() }
}

/// Whether one field begins as a formula does; blanks and quotation marks in front do not matter to every program.
fn begins(field: &str) -> bool {
    let field = field.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\u{200b}'));
    let Some(first) = field.chars().next() else { return false };
    let is_number = |rest: &str| rest.chars().all(|letter| letter.is_ascii_digit() || " .,-%".contains(letter));
    STARTS.contains(&first) || field.strip_prefix(SIGNS).is_some_and(|rest| !is_number(rest))
}

#[cfg(test)]
mod tests {
    use super::{inert, runs};

    #[test]
    fn a_name_in_a_report_is_made_inert() {
        for name in ["=1+1", "a;=1", "\t@x"] {
            assert!(!runs(&inert(name)), "{name:?}");
        }
        assert_eq!(inert("Cases 2026"), "Cases 2026");
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_told_from_numbers_and_dashes() {
        for text in [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n1",
            " =1",
            "\u{a0}=1",
            "\"=1",
            "＝1+1",
            "a;=1",
            "a\t-cmd",
            "-2+cmd|' /C calc'!A0",
            "-A1",
            "+HYPERLINK(\"x\")",
            "\u{feff}=1",
            "- none",
        ] {
            assert!(runs(text), "{text:?}");
        }
        for text in
            ["", "-", "-9", "-8.5", "+3", "-5-5", "1-4", "30-39", "+44 20 7946 0000", "A=1", "a, -b", "Total", "–"]
        {
            assert!(!runs(text), "{text:?}");
        }
    }
}
