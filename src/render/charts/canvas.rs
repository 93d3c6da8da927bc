//! A drawing made of named layers, with text that is measured before it is placed.
//!
//! Comes in: shapes in pixels of the design. Goes out: an SVG with a title, a description and a group a layer; the drawing
//! library writes neither of the three. Deliberately absent: any number that does not come from the caller.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use thiserror::Error;

use crate::fonts::{self, STACK};

/// Near black, for text.
pub(super) const INK: RGBColor = RGBColor(0x14, 0x1B, 0x22);
/// For what stands back; 6.9 to 1 on white.
pub(super) const GREY: RGBColor = RGBColor(0x50, 0x5A, 0x5F);
/// Axis and grid.
pub(super) const FAINT: RGBColor = RGBColor(0xD9, 0xDE, 0xE3);
/// The ground.
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// The series, in order: dark blue, orange, turquoise, dark pink. Each also has a marker of its own.
pub(super) const SERIES: [RGBColor; 4] =
    [RGBColor(0x12, 0x43, 0x6D), RGBColor(0xF4, 0x6A, 0x25), RGBColor(0x28, 0xA1, 0x97), RGBColor(0x80, 0x16, 0x50)];

/// Why the drawing library gave up, in its own words.
#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Fault(String);

impl From<DrawingAreaErrorKind<std::io::Error>> for Fault {
    fn from(fault: DrawingAreaErrorKind<std::io::Error>) -> Self {
        Self(fault.to_string())
    }
}

/// How wide every chart is, in pixels of the design.
pub(super) const WIDTH: i32 = 720;
/// White on all sides, for a picture that travels alone.
pub(super) const MARGIN: i32 = 20;

/// Size, weight and colour of a text.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub px: i32,
    pub bold: bool,
    pub colour: RGBColor,
}

/// The chart's own title.
pub(super) const TITLE: Type = Type { px: 17, bold: true, colour: INK };
/// Below it.
pub(super) const SUBTITLE: Type = Type { px: 13, bold: false, colour: GREY };
/// Names of rows and columns.
pub(super) const LABEL: Type = Type { px: 13, bold: false, colour: INK };
/// Figures.
pub(super) const VALUE: Type = Type { px: 13, bold: true, colour: INK };
/// Axis figures and the source line.
pub(super) const SMALL: Type = Type { px: 11, bold: false, colour: GREY };

impl Type {
    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    fn font(self, zoom: i32) -> FontDesc<'static> {
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        // The library takes 1.24 off what it is given.
        FontDesc::new(FontFamily::Name(STACK), f64::from(self.px * zoom) * 1.24, style)
    }

    /// How wide `text` is, in whole pixels of the design, never too little: a fortieth is for who draws it with other letters.
    pub(super) fn width(self, text: &str) -> Result<i32, Fault> {
        let cut = if self.bold { fonts::BOLD } else { fonts::REGULAR };
        let em = fonts::width_in_em(cut, text).ok_or_else(|| Fault("the typeface cannot be read".to_owned()))?;
        Ok((f64::from(em) * f64::from(self.px) * 1.0248) as i32 + 1)
    }

    /// `text` in lines that are at most `width` wide where its words allow it.
    pub(super) fn wrap(self, text: &str, width: i32) -> Result<Vec<String>, Fault> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match (longer, lines.last_mut()) {
                (Some(longer), Some(line)) if self.width(&longer)? <= width => *line = longer,
                _ => lines.push(word.to_owned()),
            }
        }
        Ok(lines)
    }

    /// From one line to the next.
    pub(super) const fn leading(self) -> i32 {
        self.px + self.px / 3
    }
}

/// How many lines a text has.
pub(super) fn count(lines: &[String]) -> i32 {
    i32::try_from(lines.len()).unwrap_or(0)
}

/// Where a text stands to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in the making. All places are in coordinates: pixels of the design times the zoom.
pub(super) struct Canvas {
    zoom: i32,
    height: i32,
    body: String,
}

/// One layer of it, open for drawing.
pub(super) struct Layer<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    zoom: i32,
}

impl Canvas {
    /// An empty drawing on white, `height` pixels of the design high.
    pub(super) fn new(zoom: i32, height: i32) -> Result<Self, Fault> {
        let mut canvas = Self { zoom, height, body: String::new() };
        canvas.layer("ground", |layer| layer.rect((0, 0), (WIDTH * zoom, height * zoom), WHITE))?;
        Ok(canvas)
    }

    /// Draws a group named `class` on top of what is there.
    pub(super) fn layer(
        &mut self,
        class: &str,
        draw: impl FnOnce(&Layer<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let size = ((WIDTH * self.zoom).unsigned_abs(), (self.height * self.zoom).unsigned_abs());
        let mut drawn = String::new();
        let layer = Layer { area: SVGBackend::with_string(&mut drawn, size).into_drawing_area(), zoom: self.zoom };
        draw(&layer)?;
        layer.area.present()?;
        drop(layer);
        // The library wraps each drawing in an element of its own; the layer is what lies within.
        let inner =
            drawn.split_once(">\n").and_then(|(_, rest)| rest.rsplit_once("</svg>")).map_or("", |(inner, _)| inner);
        self.body.push_str(&format!("<g class=\"{class}\">\n{inner}</g>\n"));
        Ok(())
    }

    /// Title and subtitle, as [`Self::headroom`] leaves room for.
    pub(super) fn headings(&mut self, title: &[String], subtitle: &[String]) -> Result<(), Fault> {
        let (x, first) = (MARGIN * self.zoom, (MARGIN + TITLE.px / 2) * self.zoom);
        let second = first + count(title) * TITLE.leading() * self.zoom;
        self.layer("title", |layer| {
            layer.lines(title, (x, first), Anchor::Start, TITLE)?;
            layer.lines(subtitle, (x, second), Anchor::Start, SUBTITLE)
        })
    }

    /// Where the headings end, in pixels.
    pub(super) fn headroom(title: &[String], subtitle: &[String]) -> i32 {
        MARGIN + count(title) * TITLE.leading() + count(subtitle) * SUBTITLE.leading()
    }

    /// The whole drawing. `id` makes the names in it unique on a page that holds several.
    pub(super) fn finish(self, id: &str, title: &str, description: &str) -> String {
        let (id, zoom) = (id.to_lowercase(), self.zoom);
        let (width, height) = (WIDTH * zoom, self.height * zoom);
        let markup = maud::html! {
            title id=(format!("chart-{id}-title")) { (title) }
            "\n"
            desc id=(format!("chart-{id}-desc")) { (description) }
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"chart-{id}-title chart-{id}-desc\" \
             width=\"{WIDTH}\" height=\"{}\" viewBox=\"0 0 {width} {height}\">\n{}\n{}</svg>\n",
            self.height,
            markup.into_string(),
            self.body,
        )
    }
}

impl Layer<'_> {
    /// A filled rectangle between two corners.
    pub(super) fn rect(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Result<(), Fault> {
        Ok(self.area.draw(&Rectangle::new([from, to], ShapeStyle::from(colour).filled()))?)
    }

    /// A line through points, `tenths` of a pixel wide.
    pub(super) fn path(&self, points: Vec<(i32, i32)>, tenths: i32, colour: RGBColor) -> Result<(), Fault> {
        let style = ShapeStyle::from(colour).stroke_width((self.zoom * tenths / 10).unsigned_abs());
        Ok(self.area.draw(&PathElement::new(points, style))?)
    }

    /// A disc, its radius in tenths of a pixel.
    pub(super) fn disc(&self, centre: (i32, i32), tenths: i32, colour: RGBColor) -> Result<(), Fault> {
        Ok(self.area.draw(&Circle::new(centre, self.zoom * tenths / 10, ShapeStyle::from(colour).filled()))?)
    }

    /// A text, its middle at the height of `at`.
    pub(super) fn text(&self, text: &str, at: (i32, i32), anchor: Anchor, kind: Type) -> Result<(), Fault> {
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The library centres small letters; figures and capitals look centred a twelfth lower.
        let at = (at.0, at.1 + kind.px * self.zoom / 12);
        let style = TextStyle::from(kind.font(self.zoom)).color(&kind.colour).pos(Pos::new(h_pos, VPos::Center));
        Ok(self.area.draw(&Text::new(text.to_owned(), at, style))?)
    }

    /// Lines of text below each other, the middle of the first at `at`.
    pub(super) fn lines(&self, lines: &[String], at: (i32, i32), anchor: Anchor, kind: Type) -> Result<(), Fault> {
        let mut y = at.1;
        for line in lines {
            self.text(line, (at.0, y), anchor, kind)?;
            y += kind.leading() * self.zoom;
        }
        Ok(())
    }
}
