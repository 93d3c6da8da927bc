//! The one place in which a released cell becomes text or a number.
//!
//! Comes in: a cell. Goes out: what a reader sees. Deliberately absent: a way to get a number out of a hidden cell.

use model::ReleasedCell;

/// What a person reads: `1,234`, `[c]`, `[z]` or `[x]`. Never empty, and never a digit for a cell without a count.
pub(crate) fn text(cell: ReleasedCell) -> String {
    match cell {
        ReleasedCell::Count(count) | ReleasedCell::Approximate(count) => thousands(count),
        ReleasedCell::StructuralZero | ReleasedCell::Suppressed | ReleasedCell::NotAvailable => {
            format!("[{}]", cell.symbol())
        }
    }
}

/// The count, where one is published. What has none can be neither drawn, compared nor added.
pub(crate) const fn published(cell: ReleasedCell) -> Option<u64> {
    match cell {
        ReleasedCell::Count(count) | ReleasedCell::Approximate(count) => Some(count),
        ReleasedCell::StructuralZero | ReleasedCell::Suppressed | ReleasedCell::NotAvailable => None,
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_by_commas() {
        assert_eq!([0, 7, 999, 1000, 1234567].map(thousands), ["0", "7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn only_a_count_has_a_number() {
        let cells = [ReleasedCell::StructuralZero, ReleasedCell::Suppressed, ReleasedCell::NotAvailable];
        assert_eq!(cells.map(text), ["[z]", "[c]", "[x]"]);
        assert_eq!(cells.map(published), [None; 3]);
        assert_eq!(published(ReleasedCell::Count(5)), Some(5));
    }
}
