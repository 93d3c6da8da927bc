//! The charts read back by the formulas that the module states.

use resvg::usvg::roxmltree::{Document, Node};

use super::*;
use crate::example::{code, dimension, districts, release, table};
use model::ReleasedCell::{self, Count, NotAvailable, StructuralZero, Suppressed};

fn drawn(table: ReleasedTable) -> String {
    let release = release(vec![table]);
    let parts = release.parts();
    draw(parts, &parts.tables[0]).expect("it can be drawn").expect("it asks for a chart")
}

fn layers<'a>(svg: &'a Document<'a>, class: &str) -> Vec<Node<'a, 'a>> {
    svg.root_element().children().filter(|node| node.attribute("class") == Some(class)).collect()
}

fn children<'a>(layer: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    layer.children().filter(move |node| node.has_tag_name(name))
}

fn texts(layer: Node<'_, '_>) -> Vec<String> {
    children(layer, "text").map(|node| node.text().unwrap_or_default().trim().to_owned()).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).expect(name).parse().expect("a number")
}

/// Start and end of the value axis, and the value at its end.
fn axis(svg: &Document<'_>) -> ([f64; 4], f64) {
    let layer = layers(svg, "axis")[0];
    let line = children(layer, "polyline").next().expect("an axis").attribute("points").expect("points");
    let place: Vec<f64> = line.split([',', ' ']).filter_map(|text| text.parse().ok()).collect();
    let end = texts(layer).last().expect("an axis end").replace(',', "").parse().expect("a number");
    assert_eq!(texts(layer)[0], "0");
    ([place[0], place[1], place[2], place[3]], end)
}

fn counts_of_bars(svg: &str) -> Vec<f64> {
    let svg = Document::parse(svg).expect("well formed");
    let ([x1, _, x2, _], end) = axis(&svg);
    let bars = children(layers(&svg, "marks")[0], "rect");
    bars.map(|bar| {
        assert!((number(bar, "x") - x1).abs() < 0.5, "every bar starts at zero");
        (number(bar, "width") * end / (x2 - x1)).round()
    })
    .collect()
}

fn bars(cells: Vec<ReleasedCell>) -> ReleasedTable {
    let codes: Vec<_> = (0..cells.len()).map(|number| code(&format!("R{number}"), 1)).collect();
    table("T1", &[dimension("place", &codes), dimension("period", &[code("Q1", 0)])], cells)
}

fn line(cells: Vec<ReleasedCell>) -> ReleasedTable {
    let codes: Vec<_> = (0..cells.len()).map(|number| code(&format!("Q{number}"), 0)).collect();
    let dims = [dimension("measure", &[code("cases", 0)]), dimension("period", &codes)];
    ReleasedTable { chart: Some(ChartKind::Lines), ..table("T1", &dims, cells) }
}

#[test]
fn the_length_of_a_bar_gives_back_the_published_count_and_nothing_else() {
    for counts in [vec![5, 6, 7], vec![84, 301, 12], vec![19_999, 20_000, 5], vec![1_234_567, 1_234_568, 999]] {
        let svg = drawn(bars(counts.iter().copied().map(Count).collect()));
        let expected: Vec<f64> = counts.iter().map(|&count| f64::from(u32::try_from(count).expect("small"))).collect();
        assert_eq!(counts_of_bars(&svg), expected);
    }
}

#[test]
fn a_hidden_row_has_its_symbol_at_the_axis_and_no_bar() {
    let svg = drawn(bars(vec![Count(40), Suppressed, NotAvailable, StructuralZero, Count(30)]));
    assert_eq!(counts_of_bars(&svg), [40.0, 30.0]);
    let svg = Document::parse(&svg).expect("well formed");
    assert_eq!(texts(layers(&svg, "values")[0]), ["40", "[c]", "[x]", "[z]", "30"]);
    let ([x1, ..], _) = axis(&svg);
    let hidden = children(layers(&svg, "values")[0], "text").nth(1).expect("the hidden row");
    let pixel = number(svg.root_element(), "width") / 72_000.0;
    assert!((number(hidden, "x") - x1) * pixel < 8.0, "at the axis");
}

#[test]
fn each_figure_stands_at_the_height_of_its_bar() {
    let svg = drawn(bars(vec![Count(40), Count(30)]));
    let svg = Document::parse(&svg).expect("well formed");
    let figures = children(layers(&svg, "values")[0], "text");
    for (bar, figure) in children(layers(&svg, "marks")[0], "rect").zip(figures) {
        let (top, y) = (number(bar, "y"), number(figure, "y"));
        assert!(top < y && y < top + number(bar, "height"));
    }
}

#[test]
fn totals_are_left_out_of_bars_and_rows_keep_their_order() {
    let svg = drawn(districts());
    let svg = Document::parse(&svg).expect("well formed");
    let labels: Vec<String> = layers(&svg, "labels").into_iter().flat_map(texts).collect();
    assert_eq!(labels, ["North", "South"]);
    assert_eq!(texts(layers(&svg, "values")[0]), ["[z]", "[c]"]);
}

#[test]
fn the_height_of_a_point_gives_back_the_published_count() {
    let svg = drawn(line(vec![Count(281), Suppressed, Count(266), Count(19_999)]));
    let svg = Document::parse(&svg).expect("well formed");
    let ([_, y1, _, y2], end) = axis(&svg);
    let points = children(layers(&svg, "marks")[0], "circle");
    let counts: Vec<f64> = points.map(|point| ((y1 - number(point, "cy")) * end / (y1 - y2)).round()).collect();
    assert_eq!(counts, [281.0, 266.0, 19_999.0]);
}

/// A table by period alone: each row is a point.
fn periods(cells: Vec<ReleasedCell>) -> ReleasedTable {
    let codes: Vec<_> = (0..cells.len()).map(|number| code(&format!("Q{number}"), 0)).collect();
    ReleasedTable { chart: Some(ChartKind::Lines), ..table("T1", &[dimension("period", &codes)], cells) }
}

#[test]
fn a_table_by_period_is_one_line_whose_rows_have_a_group_each() {
    let cells = vec![Count(281), Count(270), Count(266), Suppressed, Count(400), Count(410)];
    let svg = drawn(periods(cells));
    let svg = Document::parse(&svg).expect("well formed");
    let ([_, y1, _, y2], end) = axis(&svg);
    let points = layers(&svg, "marks").into_iter().map(|row| children(row, "circle").next());
    let counts: Vec<Option<f64>> =
        points.map(|point| Some(((y1 - number(point?, "cy")) * end / (y1 - y2)).round())).collect();
    assert_eq!(counts, [Some(281.0), Some(270.0), Some(266.0), None, Some(400.0), Some(410.0)]);
    assert_eq!(children(layers(&svg, "strokes")[0], "polyline").count(), 2, "with a gap where a figure is hidden");
    assert_eq!(texts(layers(&svg, "columns")[0]), ["Q0", "Q1", "Q2", "Q3", "Q4", "Q5"]);
    assert_eq!(texts(layers(&svg, "hidden")[0]), ["[c]"]);
}

#[test]
fn of_many_periods_every_second_or_third_is_named_and_the_last_always() {
    let mut table = periods(vec![Count(40); 24]);
    for (at, code) in table.dims[0].codes.iter_mut().enumerate() {
        code.label = format!("2025-26-M{at:02}");
    }
    let svg = drawn(table);
    let svg = Document::parse(&svg).expect("well formed");
    let named = texts(layers(&svg, "columns")[0]);
    assert!(named.len() < 13 && named.last().is_some_and(|last| last == "2025-26-M23"), "{named:?}");
    assert_eq!(layers(&svg, "marks").len(), 24);
}

#[test]
fn lines_never_join_rows_that_are_not_periods() {
    let places = [code("A", 1), code("B", 1)];
    let table = table("T1", &[dimension("place", &places)], vec![Count(9), Count(12)]);
    assert_eq!(counts_of_bars(&drawn(ReleasedTable { chart: Some(ChartKind::Lines), ..table })), [9.0, 12.0]);
}

#[test]
fn no_name_of_a_line_stands_below_the_axis() {
    let rows: Vec<_> = (0..4).map(|number| code(&format!("A rather long name of line {number}"), 1)).collect();
    let dims = [dimension("place", &rows), dimension("period", &[code("Q1", 0), code("Q2", 0)])];
    let cells = [400, 400, 7, 7, 6, 6, 5, 5].map(Count).to_vec();
    let svg = drawn(ReleasedTable { chart: Some(ChartKind::Lines), ..table("T1", &dims, cells) });
    let svg = Document::parse(&svg).expect("well formed");
    let ([_, y1, ..], _) = axis(&svg);
    let pixel = number(svg.root_element(), "width") / 72_000.0;
    let lowest = children(layers(&svg, "values")[0], "text").map(|text| number(text, "y")).fold(0.0, f64::max);
    assert!((lowest - y1) * pixel < 10.0, "{lowest} is more than a few pixels below {y1}");
}

#[test]
fn no_stroke_crosses_a_hidden_point() {
    let svg = drawn(line(vec![Count(10), Count(12), Suppressed, Count(11), Count(9), Count(8)]));
    let svg = Document::parse(&svg).expect("well formed");
    let strokes = children(layers(&svg, "strokes")[0], "polyline");
    let lengths: Vec<usize> =
        strokes.map(|stroke| stroke.attribute("points").expect("points").split_whitespace().count()).collect();
    assert_eq!(lengths, [2, 3]);
    assert_eq!(texts(layers(&svg, "hidden")[0]), ["[c]"]);
}

#[test]
fn a_chart_has_a_role_a_title_and_a_description_of_the_released_cells() {
    let svg = drawn(bars(vec![Count(40), Suppressed]));
    let svg = Document::parse(&svg).expect("well formed");
    let root = svg.root_element();
    assert_eq!(
        (root.attribute("role"), root.attribute("aria-labelledby")),
        (Some("img"), Some("chart-t1-title chart-t1-desc"))
    );
    let said =
        |name: &'static str| children(root, name).next().and_then(|node| node.text()).unwrap_or_default().to_owned();
    assert_eq!(said("title"), "Title of T1");
    assert!(said("desc").contains("R0 40; R1 [c]."), "{}", said("desc"));
}

#[test]
fn a_chart_of_hidden_cells_only_is_drawn_and_shows_no_mark() {
    let svg = drawn(bars(vec![Suppressed, Suppressed]));
    assert_eq!(counts_of_bars(&svg), [0.0; 0]);
}

#[test]
fn more_bars_than_a_reader_can_use_are_not_drawn() {
    let release = release(vec![bars(vec![Count(9); 61])]);
    assert_eq!(draw(release.parts(), &release.parts().tables[0]), Ok(None));
}

#[test]
fn no_text_is_larger_than_a_browser_draws_it() {
    let svg = drawn(periods(vec![Count(15_068), Count(50_412)]));
    let svg = Document::parse(&svg).expect("well formed");
    let sizes = svg.descendants().filter(|node| node.has_tag_name("text")).map(|text| number(text, "font-size"));
    assert!(sizes.fold(0.0, f64::max) < 10_000.0);
}

#[test]
fn axes_end_at_round_numbers() {
    let ends: Vec<(u64, u64)> =
        [0, 4, 5, 6, 84, 301, 1204, 99_999].map(|largest| (largest, Scale::up_to(largest).end)).to_vec();
    assert_eq!(ends, [(0, 1), (4, 4), (5, 5), (6, 6), (84, 100), (301, 400), (1204, 1500), (99_999, 100_000)]);
    assert!(Scale::up_to(u64::MAX).end >= 1, "no count overflows the axis");
}
