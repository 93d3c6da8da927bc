//! The one typeface of page, charts and pictures: Inter, cut down to Latin letters (SIL Open Font License, `fonts/OFL.txt`).
//!
//! Comes in: nothing. Goes out: its bytes, for the drawing library, the picture and the page. Deliberately absent: the
//! fonts of the machine, which would make the same release differ from place to place.

use plotters::style::{FontStyle, register_font};

use crate::RenderError;

/// The regular cut.
pub(crate) const REGULAR: &[u8] = include_bytes!("fonts/Inter-Regular.otf");
/// The semi-bold cut, for headings, totals and values.
pub(crate) const BOLD: &[u8] = include_bytes!("fonts/Inter-SemiBold.otf");
/// What a chart asks for. A drawing opened where Inter is missing takes the next.
pub(crate) const STACK: &str = "Inter, Segoe UI, Helvetica, Arial, sans-serif";

/// Makes the font known to the drawing library, which measures text with it. Doing so again changes nothing.
pub(crate) fn register() -> Result<(), RenderError> {
    register_font(STACK, FontStyle::Normal, REGULAR).map_err(|_| RenderError::Font)?;
    register_font(STACK, FontStyle::Bold, BOLD).map_err(|_| RenderError::Font)
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
    fn base_64_agrees_with_the_examples_of_its_standard() {
        let examples = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in examples {
            assert_eq!(super::base64(plain.as_bytes()), coded);
        }
    }
}
