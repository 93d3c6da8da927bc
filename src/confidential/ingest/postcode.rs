//! Reads UK postcodes. Comes in: text. Goes out: `ST16 1AA`, and whether a character had to be exchanged. Only safe
//! exchanges are made: O and 0, I or L and 1, and only where one form of a postcode fits better than all others.

/// The forms of a postcode's first half: `A` a letter, `9` a digit.
const OUTWARD: [&str; 6] = ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"];

/// The postcode in its usual form, and whether it was repaired.
pub(super) fn read(text: &str) -> Option<(String, bool)> {
    let raw: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_uppercase()).collect();
    let odd = text.chars().any(|one| !one.is_ascii_alphanumeric() && !model::config::fold::blank(one));
    if odd || !(5..=7).contains(&raw.len()) {
        return None;
    }
    let (outward, inward) = raw.split_at(raw.len() - 3);
    let (inward, inward_swaps) = fitted(inward, "9AA")?;
    let mut fits: Vec<(String, usize)> =
        OUTWARD.iter().filter(|form| form.len() == outward.len()).filter_map(|form| fitted(outward, form)).collect();
    fits.sort_by_key(|(_, swaps)| *swaps);
    let (outward, swaps) = match fits.as_slice() {
        [] => return None,
        [(_, first), (_, second), ..] if first == second => return None,
        [best, ..] => best.clone(),
    };
    Some((format!("{outward} {inward}"), swaps + inward_swaps > 0))
}

fn fitted(characters: &[char], form: &str) -> Option<(String, usize)> {
    let mut swaps = 0;
    let fitted = characters.iter().zip(form.bytes()).map(|(character, wanted)| {
        let swapped = match (character, wanted) {
            (_, b'A') if character.is_ascii_alphabetic() => return Some(*character),
            (_, b'9') if character.is_ascii_digit() => return Some(*character),
            ('O', b'9') => '0',
            ('I' | 'L', b'9') => '1',
            ('0', b'A') => 'O',
            ('1', b'A') => 'I',
            _ => return None,
        };
        swaps += 1;
        Some(swapped)
    });
    fitted.collect::<Option<String>>().map(|text| (text, swaps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_case_are_put_right() {
        assert_eq!(read("st161aa"), Some(("ST16 1AA".to_owned(), false)));
        assert_eq!(read("ST16  1AA"), Some(("ST16 1AA".to_owned(), false)));
        assert_eq!(read("b1 1bb"), Some(("B1 1BB".to_owned(), false)));
    }

    #[test]
    fn only_safe_exchanges_are_made() {
        assert_eq!(read("STI6 1AA"), Some(("ST16 1AA".to_owned(), true)));
        assert_eq!(read("ST16 OAA"), Some(("ST16 0AA".to_owned(), true)));
        assert_eq!(read("ST16"), None);
        assert_eq!(read("STX6 1AA"), None);
        assert_eq!(read("n/k"), None);
    }
}
