//! The one typeface of page, charts and pictures: Inter, cut down to Latin letters (SIL Open Font License, `fonts/OFL.txt`).
//!
//! Comes in: nothing. Goes out: its bytes, for the picture and the page, and how wide a text is in it. Deliberately absent: the
//! fonts of the machine, which would make the same release differ from place to place.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// The regular cut.
pub(crate) const REGULAR: &[u8] = include_bytes!("fonts/Inter-Regular.otf");
/// The semi-bold cut, for headings, totals and values.
pub(crate) const BOLD: &[u8] = include_bytes!("fonts/Inter-SemiBold.otf");
/// What a chart asks for. A drawing opened where Inter is missing takes the next.
pub(crate) const STACK: &str = "Inter, Segoe UI, Helvetica, Arial, sans-serif";

/// How wide `text` is in a cut of the typeface, in parts of its size (em): the advance widths of its letters, none of them drawn nearer to
/// another. None where the cut is no font.
pub(crate) fn width_in_em(cut: &[u8], text: &str) -> Option<f32> {
    let font = FontRef::new(cut).ok()?;
    let (letters, units) = (font.charmap(), font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let widths = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    // What it has no letter for is drawn as its sign for that.
    let width = |letter| widths.advance_width(letters.map(letter).unwrap_or_default());
    Some(text.chars().filter_map(width).sum::<f32>() / f32::from(units))
}

/// Both cuts as they stand in every page: base 64 without its padding.
#[must_use]
pub fn faces() -> [String; 2] {
    [REGULAR, BOLD].map(|cut| base64(cut).trim_end_matches('=').to_owned())
}

/// `bytes` in base 64, for a font inside a style sheet.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= group.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_as_wide_as_its_letters_and_bold_is_wider() {
        let wide = |cut, text| super::width_in_em(cut, text).expect("a font");
        let (regular, bold) = (|text| wide(super::REGULAR, text), |text| wide(super::BOLD, text));
        assert!((regular("il") - regular("i") - regular("l")).abs() < 1e-6);
        assert!(regular("i") < 0.4 && regular("W") > 0.8 && bold("Total") > regular("Total"));
        // A letter that the cut lacks has a width too.
        assert!(regular("\u{10FFFD}") > 0.0 && super::width_in_em(b"no font", "i").is_none());
    }

    #[test]
    fn base_64_agrees_with_the_examples_of_its_standard() {
        let examples = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in examples {
            assert_eq!(super::base64(plain.as_bytes()), coded);
        }
    }
}
