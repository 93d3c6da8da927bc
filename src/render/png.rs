//! The same drawing as a picture, for where a drawing cannot go.
//!
//! Comes in: an SVG of ours. Goes out: a PNG of twice its size, with no chunk but IHDR, IDAT and IEND. Deliberately absent:
//! system fonts, text chunks, a time.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use model::release::ReleasedTable;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::{RenderError, fonts};

/// Pixels of the picture a pixel of the design.
const SCALE: f32 = 2.0;

/// Pictures that were drawn, by their drawings. The audiences of a report share most charts: whoever renders its releases one after
/// the other draws each once. Half of the time that a release takes is its pictures.
#[derive(Debug, Default)]
pub struct Drawn(BTreeMap<String, Vec<u8>>);

impl Drawn {
    /// The picture of `svg`, the chart of `table`.
    pub(crate) fn picture(&mut self, table: &ReleasedTable, svg: &str) -> Result<Vec<u8>, RenderError> {
        if let Some(picture) = self.0.get(svg) {
            return Ok(picture.clone());
        }
        let picture = draw(table, svg)?;
        self.0.insert(svg.to_owned(), picture.clone());
        Ok(picture)
    }
}

fn fonts() -> Arc<fontdb::Database> {
    static KNOWN: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut known = fontdb::Database::new();
        known.load_font_data(fonts::REGULAR.to_vec());
        known.load_font_data(fonts::BOLD.to_vec());
        Arc::new(known)
    };
    KNOWN.get_or_init(load).clone()
}

fn draw(table: &ReleasedTable, svg: &str) -> Result<Vec<u8>, RenderError> {
    let fault = |fault: String| RenderError::Chart { table: table.id.clone(), fault };
    let options = Options { fontdb: fonts(), font_family: "Inter".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| fault(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| fault("it has no size".into()))?;
    let mut picture =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| fault("it is too large for a picture".into()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().map_err(|error| fault(error.to_string()))
}
