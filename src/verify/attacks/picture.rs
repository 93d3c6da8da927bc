//! Whether a picture is its drawing. Comes in: an SVG and a PNG. Goes out: the same or not, byte by byte. Deliberately
//! absent: reading bars or letters out of pixels; what the drawing says is another module's question.
//!
//! The drawing is drawn anew, with the typeface that the project's pages and charts carry inside them.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use model::digest::sha256;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree, fontdb};

use crate::readers::{svg, xml};

/// The typeface of charts; a data file, not code, of the side that draws.
const FONTS: [&[u8]; 2] =
    [include_bytes!("../../render/fonts/Inter-Regular.otf"), include_bytes!("../../render/fonts/Inter-SemiBold.otf")];

/// Pictures of more are not unpacked: each pixel takes four bytes, twice.
const MOST_PIXELS: u64 = 40_000_000;
/// Pictures more than this many times the size of their drawing are not compared.
const LARGEST_SCALE: u32 = 8;

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Every pixel is the drawing's, and none shines through.
    Same,
    /// Some pixel is not, or it cannot be drawn or opened.
    Differs,
    /// There is no drawing.
    Alone,
}

/// What it takes to draw, and the pictures that were their drawings: whoever attacks many folders that share charts
/// compares each once.
#[derive(Debug, Default)]
pub struct Easel {
    drawn: u64,
    /// Digests of drawing and picture.
    same: BTreeSet<(String, String)>,
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS_KNOWN: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut known = fontdb::Database::new();
        for font in FONTS {
            known.load_font_data(font.to_vec());
        }
        Arc::new(known)
    };
    FONTS_KNOWN.get_or_init(load).clone()
}

impl Easel {
    /// Draws `drawing` at the size of `picture`, and compares.
    pub fn compare(&mut self, drawing: Option<&[u8]>, picture: &[u8]) -> Seen {
        let Some(drawing) = drawing else { return Seen::Alone };
        let pair = (sha256(drawing), sha256(picture));
        if self.same.contains(&pair) {
            return Seen::Same;
        }
        self.drawn += 1;
        if same(drawing, picture) != Some(true) {
            return Seen::Differs;
        }
        self.same.insert(pair);
        Seen::Same
    }

    /// How many drawings were drawn.
    #[must_use]
    pub const fn drawn(&self) -> u64 {
        self.drawn
    }
}

fn same(drawing: &[u8], picture: &[u8]) -> Option<bool> {
    let (width, height) = sides(picture)?;
    let is_small = u64::from(width).checked_mul(u64::from(height))? <= MOST_PIXELS;
    if !is_small || !xml::parse(drawing).is_some_and(|document| svg::is_plain(&document)) {
        return None;
    }
    // A drawing of ours holds no picture. Another's may name one, and the library would open any file of this machine for it.
    let no_pictures =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options {
        fontdb: fonts(),
        font_family: "Inter".into(),
        image_href_resolver: no_pictures,
        ..Options::default()
    };
    let tree = Tree::from_data(drawing, &options).ok()?;
    let size = tree.size().to_int_size();
    let scale = width.checked_div(size.width()).filter(|scale| (1..=LARGEST_SCALE).contains(scale))?;
    if (size.width() * scale, size.height() * scale) != (width, height) {
        return Some(false);
    }
    let mut drawn = Pixmap::new(width, height)?;
    let scale = f32::from(u8::try_from(scale).ok()?);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut drawn.as_mut());
    // Under pixels that shine through, colours could be written that nobody sees and no comparison finds.
    let is_covered = drawn.pixels().iter().all(|pixel| pixel.is_opaque());
    // The same pixels can be packed in many ways, and which one is taken can carry a word: so the bytes are compared. Where they
    // are alike the pixels are, and unpacking the picture would only say so again.
    Some(is_covered && drawn.encode_png().ok()? == picture)
}

/// Width and height, as the picture's head says.
fn sides(picture: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from_be_bytes(picture.get(at..at + 4)?.try_into().ok()?));
    Some((side(16)?, side(20)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='10'><rect width='40' height='10' \
        fill='#fff'/><rect width='WIDE' height='5' fill='#12436d'/></svg>";

    fn picture(drawing: &str, scale: f32) -> Vec<u8> {
        let tree = Tree::from_str(drawing, &Options::default()).expect("a drawing");
        let size = tree.size().to_int_size().scale_by(scale).expect("a size");
        let mut pixels = Pixmap::new(size.width(), size.height()).expect("a size");
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().expect("a picture")
    }

    #[test]
    fn a_picture_that_shines_through_is_not_let_pass() {
        let covered = DRAWING.replace("WIDE", "7").replace("height='5'", "height='5' opacity='0.71'");
        let open = covered.replace("fill='#fff'", "fill='none'");
        let compare = |drawing: &str| Easel::default().compare(Some(drawing.as_bytes()), &picture(drawing, 2.0));
        assert_eq!((compare(&covered), compare(&open)), (Seen::Same, Seen::Differs));
    }

    #[test]
    fn a_picture_is_its_drawing_at_any_size_or_it_is_found() {
        let [short, long] = ["7", "8"].map(|wide| DRAWING.replace("WIDE", wide));
        let mut easel = Easel::default();
        let mut compare = |drawing: Option<&str>, picture: &[u8]| easel.compare(drawing.map(str::as_bytes), picture);
        let own = picture(&short, 1.0);
        assert_eq!(compare(Some(&short), &own), Seen::Same);
        assert_eq!(compare(Some(&short), &own), Seen::Same, "seen before");
        assert_eq!(compare(Some(&long), &own), Seen::Differs, "seen before, beside another drawing");
        assert_eq!(compare(Some(&short), &picture(&short, 2.0)), Seen::Same);
        assert_eq!(compare(Some(&short), &picture(&long, 2.0)), Seen::Differs, "a bar one unit too long");
        assert_eq!(compare(Some(&short), b"no picture"), Seen::Differs);
        assert_eq!(compare(None, &picture(&short, 1.0)), Seen::Alone);
    }
}
