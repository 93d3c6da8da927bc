//! A chart as drawn. Comes in: an SVG. Goes out: the values that its coordinates show, the texts beside them, and what
//! a drawing should not carry. Deliberately absent: the table; what it should show is another module's question.

use crate::readers::png::Fault;
use crate::readers::xml::{Document, Element};

/// Elements that draw or describe; nothing that runs, links or embeds.
const ELEMENTS: [&str; 12] =
    ["svg", "title", "desc", "g", "rect", "line", "polyline", "polygon", "circle", "path", "text", "tspan"];

/// Attributes that place and paint.
const ATTRIBUTES: [&str; 38] = [
    "xmlns",
    "role",
    "aria-labelledby",
    "id",
    "class",
    "width",
    "height",
    "viewBox",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "dx",
    "dy",
    "d",
    "points",
    "fill",
    "stroke",
    "stroke-width",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "transform",
    "dominant-baseline",
    "stroke-linejoin",
    "stroke-linecap",
    "stroke-dasharray",
    "xml:space",
];

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// One entry a drawn bar.
    pub bars: Vec<Bar>,
    /// One entry a drawn line: the values of its circles, by the place of their column.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// Texts that stand for cells without a value, of a line chart.
    pub hidden: usize,
    /// Title and description.
    pub words: Vec<String>,
    /// Every text that is drawn, those of the axis excepted.
    pub texts: Vec<String>,
    /// The value at which the axis ends.
    pub end: f64,
    /// The distance between two marks of the axis that a round one would have: a fifth of its end at least.
    pub step: f64,
    /// The texts of the axis.
    pub axis: Vec<String>,
}

/// A row of a bar chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The row's name.
    pub label: String,
    /// What is printed beside the bar.
    pub text: String,
    /// What the bar's length says; none where none is drawn.
    pub value: Option<f64>,
}

/// What is drawn that should not be.
#[must_use]
pub fn faults(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    if document.unseen > 0 {
        faults.push(("svg_unseen", "a comment, an instruction or a document type"));
    }
    for element in document.root.all() {
        if !ELEMENTS.contains(&element.name.as_str()) {
            faults.push(("svg_element", "an element that a chart does not need"));
        }
        for (name, value) in &element.attributes {
            if !ATTRIBUTES.contains(&name.as_str()) {
                faults.push(("svg_attribute", "an attribute that a chart does not need"));
            }
            if value.contains("url(") || value.contains("data:") || value.contains("javascript:") {
                faults.push(("svg_link", "an attribute that leads elsewhere"));
            }
        }
        if is_invisible(element) {
            faults.push(("svg_hidden", "something that is drawn but cannot be seen"));
        }
    }
    if document.root.has_words_outside(&["title", "desc", "text", "tspan"]) {
        faults.push(("svg_hidden", "words between the elements of a drawing"));
    }
    if !is_of_known_layers(&document.root) {
        faults.push(("svg_mark", "something drawn that is no part of a chart"));
    }
    faults.sort_unstable();
    faults.dedup();
    faults
}

/// Whether it has elements of a chart alone, so that drawing it uses nothing twice, loads nothing and ends.
#[must_use]
pub fn is_plain(document: &Document) -> bool {
    document.unseen == 0 && document.root.all().iter().all(|element| ELEMENTS.contains(&element.name.as_str()))
}

/// The layers of a chart and what is drawn in each; only these are read back, so nothing else may be drawn.
const LAYERS: [(&str, &[&str]); 11] = [
    ("ground", &["rect"]),
    ("title", &["text"]),
    ("axis", &["polyline", "text"]),
    ("columns", &["text"]),
    ("labels", &["text"]),
    ("strokes", &["polyline"]),
    ("marks", &["rect", "circle"]),
    ("markers", &["circle"]),
    ("hidden", &["text"]),
    ("values", &["text"]),
    ("source", &["text"]),
];

fn is_of_known_layers(root: &Element) -> bool {
    // The drawing's title and description stand outside the layers; one within a layer would be a mark's tooltip.
    let draws = |element: &Element| !matches!(element.name.as_str(), "g" | "tspan");
    let is_known = |element: &Element| ELEMENTS.contains(&element.name.as_str());
    let of_layer = |layer: &Element| {
        let class = layer.attribute("class").unwrap_or_default();
        let own = LAYERS.iter().find(|(name, _)| *name == class).map(|(_, own)| *own);
        layer.all().into_iter().filter(|drawn| is_known(drawn) && draws(drawn)).all(|drawn| {
            let is_leaf = layer.children.iter().any(|child| std::ptr::eq(child, drawn));
            is_leaf && own.is_some_and(|own| own.contains(&drawn.name.as_str()))
        })
    };
    let grounds = root.named("g").filter(|layer| is_layer(layer, "ground"));
    let ground: usize = grounds.map(|layer| layer.children.len()).sum();
    let has_bars = root.named("g").any(|layer| is_layer(layer, "marks") && layer.named("rect").next().is_some());
    let has_dots = root.named("g").any(|layer| is_layer(layer, "marks") && layer.named("circle").next().is_some());
    // Bars or dots: only one kind is read back.
    let is_told = ground <= 1 && !(has_bars && has_dots);
    let stands_there = |child: &&Element| is_known(child) && !matches!(child.name.as_str(), "g" | "title" | "desc");
    let at_the_root = root.children.iter().filter(stands_there).count();
    is_told && at_the_root == 0 && root.named("g").all(of_layer)
}

fn is_layer(element: &Element, class: &str) -> bool {
    element.attribute("class") == Some(class)
}

/// A text nobody can see is a message to whoever opens the source.
fn is_invisible(element: &Element) -> bool {
    let is = |name: &str, values: &[&str]| element.attribute(name).is_some_and(|value| values.contains(&value.trim()));
    let unpainted = is("opacity", &["0", "0.0"]) || is("fill-opacity", &["0", "0.0"]) || is("font-size", &["0"]);
    let on_white = is("fill", &["none", "transparent", "#FFFFFF", "#ffffff", "#FFF", "#fff", "white"]);
    element.name == "text" && !element.whole_text().trim().is_empty() && (unpainted || on_white)
}

/// Reads the chart back, by the places of its marks between the ends of its axis.
///
/// The value axis is the first line of the group `axis`; `0` and its end are the first and the last text there. Bars are
/// rectangles of the group `marks`, each beside the text of the group `values` at its height; lines have a group `marks` each.
/// None where the drawing has no such axis.
#[must_use]
pub fn read(document: &Document) -> Option<Chart> {
    let groups =
        |class: &'static str| document.root.named("g").filter(move |group| group.attribute("class") == Some(class));
    let mut chart = Chart {
        words: document
            .root
            .children
            .iter()
            .filter(|child| matches!(child.local(), "title" | "desc"))
            .map(Element::whole_text)
            .collect(),
        texts: document.root.all().into_iter().filter(|element| element.name == "text").map(text).collect(),
        ..Chart::default()
    };
    let axis = groups("axis").next()?;
    let line = axis.named("polyline").next().and_then(|line| line.attribute("points")).map(points)?;
    let [from, .., to] = line.as_slice() else { return None };
    let end: f64 = axis.named("text").last().map(text)?.replace(',', "").parse().ok()?;
    chart.end = end;
    chart.step = round_step(end);
    chart.axis = axis.named("text").map(text).collect();
    chart.is_traced(document)?;
    let is_bars = (from.1 - to.1).abs() < f64::EPSILON;
    if is_bars {
        let length = to.0 - from.0;
        let marks: Vec<&Element> = groups("marks").flat_map(|group| group.named("rect")).collect();
        let labels: Vec<String> =
            groups("labels").map(|group| group.named("text").map(text).collect::<Vec<_>>().join(" ")).collect();
        let values: Vec<&Element> = groups("values").flat_map(|group| group.named("text")).collect();
        if labels.len() != values.len() || length <= 0.0 {
            return None;
        }
        for (label, value) in labels.into_iter().zip(values) {
            let height = number(value, "y")?;
            let own = marks.iter().find(|mark| spans(mark, height));
            let drawn =
                own.and_then(|mark| Some((number(mark, "x")? + number(mark, "width")? - from.0) * end / length));
            chart.bars.push(Bar { label, text: text(value), value: drawn });
        }
        if chart.bars.iter().filter(|bar| bar.value.is_some()).count() != marks.len() {
            return None;
        }
    } else {
        let length = from.1 - to.1;
        for group in groups("marks") {
            let place = |mark: &Element| Some((number(mark, "cx")?, (from.1 - number(mark, "cy")?) * end / length));
            chart.lines.push(group.named("circle").map(place).collect::<Option<Vec<(f64, f64)>>>()?);
        }
        chart.hidden = groups("hidden").flat_map(|group| group.named("text")).count();
    }
    Some(chart)
}

/// The largest of 1, 2, 5 times a power of ten that lets the axis have two to five steps; the axis ends at one of them.
fn round_step(end: f64) -> f64 {
    let mut step = 1.0;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if step * 5.0 >= end {
            break;
        }
        step *= factor;
    }
    step
}

impl Chart {
    /// What a line or a second marker touches must be a mark, or the drawing shows a point that is none.
    fn is_traced(&self, document: &Document) -> Option<()> {
        let in_groups = |classes: &'static [&'static str]| {
            let own = move |group: &&Element| group.attribute("class").is_some_and(|class| classes.contains(&class));
            document.root.named("g").filter(own).flat_map(|group| group.children.iter())
        };
        let centre = |mark: &Element| Some((number(mark, "cx")?, number(mark, "cy")?));
        let marks: Vec<(f64, f64)> = in_groups(&["marks"]).filter_map(centre).collect();
        let near = |(x, y): (f64, f64)| marks.iter().any(|mark| (mark.0 - x).abs() < 1.0 && (mark.1 - y).abs() < 1.0);
        let touched = in_groups(&["strokes", "markers"]).flat_map(|element| match element.attribute("points") {
            Some(line) => points(line),
            None => centre(element).into_iter().collect(),
        });
        touched.into_iter().all(near).then_some(())
    }
}

fn text(element: &Element) -> String {
    element.whole_text().split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn number(element: &Element, name: &str) -> Option<f64> {
    element.attribute(name)?.trim().parse().ok()
}

fn spans(mark: &Element, height: f64) -> bool {
    let range = number(mark, "y").zip(number(mark, "height"));
    range.is_some_and(|(top, extent)| top <= height && height <= top + extent)
}

fn points(text: &str) -> Vec<(f64, f64)> {
    let pair = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    text.split_whitespace().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::xml::parse;

    const BARS: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><title>Cases</title><desc>North 7; South [c]</desc>
<g class="axis"><polyline points="100,90 1100,90 " /><text x="0" y="99">0</text><text x="9" y="99">10</text></g>
<g class="marks"><rect x="100" y="10" width="700" height="20" fill="navy"/></g>
<g class="labels"><text x="0" y="20">North</text></g><g class="labels"><text x="0" y="60">South</text></g>
<g class="values"><text x="810" y="20">7</text><text x="107" y="60">[c]</text></g></svg>"#;

    #[test]
    fn a_bar_is_read_back_as_its_value_and_a_hidden_row_has_none() {
        let chart = read(&parse(BARS.as_bytes()).expect("well-formed")).expect("a chart");
        let bars: Vec<(&str, &str, Option<f64>)> =
            chart.bars.iter().map(|bar| (bar.label.as_str(), bar.text.as_str(), bar.value)).collect();
        assert_eq!(bars, [("North", "7", Some(7.0)), ("South", "[c]", None)]);
    }

    #[test]
    fn a_drawing_carries_nothing_that_cannot_be_seen() {
        let kinds = |find: &str, put: &str| -> Vec<&'static str> {
            let document = parse(BARS.replace(find, put).as_bytes()).expect("well-formed");
            faults(&document).into_iter().map(|(kind, _)| kind).collect()
        };
        assert_eq!(kinds("", ""), Vec::<&str>::new());
        assert_eq!(kinds("<title>", "<!-- Ann --><title>"), ["svg_unseen"]);
        assert_eq!(kinds("<title>", "<script/><title>"), ["svg_element"]);
        assert_eq!(kinds("<title>", "<g data-n='3'/><title>"), ["svg_attribute"]);
        assert_eq!(kinds("<title>", "<g>Ann</g><title>"), ["svg_hidden"]);
        assert_eq!(kinds("<text x=\"810\"", "<text fill='white' x=\"810\""), ["svg_hidden"]);
        for drawn in [
            "<circle r='2'/>",
            "<g class='dots'><circle r='2'/></g>",
            "<g class='marks'><circle r='2'/></g>",
            "<g class='marks'><title>3 cases</title></g>",
        ] {
            assert_eq!(kinds("<title>", &format!("{drawn}<title>")), ["svg_mark"], "{drawn}");
        }
        assert_eq!(kinds("fill=\"navy\"", "fill='url(http://a/b)'"), ["svg_link"]);
    }
}
