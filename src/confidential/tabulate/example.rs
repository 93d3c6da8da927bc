//! A service small enough for a pencil, for tests. Goes out: axes and a frame. Deliberately absent: a store.

use std::collections::BTreeMap;

use model::config::Configuration;
use model::edition::{Editions, Figures};
use model::period::{Month, Period};

use super::Axes;
use super::frame::{Frame, FrameDimension, UNKNOWN_FAMILY};

const SOURCE: &str = r#"
    label = "Cases"
    case = "ref"
    family = "family"
    reject_at_most = 0.1
    field = [
        { name = "ref", columns = ["ref"], kind = "text", class = "direct", required = true },
        { name = "family", columns = ["family"], kind = "text", class = "direct" },
        { name = "day", columns = ["day"], kind = "date", class = "quasi", required = true },
        { name = "end", columns = ["end"], kind = "date", class = "quasi" },
        { name = "district", columns = ["district"], kind = "code", class = "quasi", codes = "district" },
    ]
    [events]
    opened = "day"
    closed = "end"
    [dates]
    first = "2000-01-01"
    last = "2099-12-31"
    two_digit_from = 2000
    [checks]
"#;

const MEASURES: &str = r#"
    [[measure]]
    name = "cases"
    label = "Cases"
    event = "opened"
    unit = "case"
    [[measure]]
    name = "families"
    label = "Families"
    event = "opened"
    unit = "family"
"#;

const STOCK: &str = r#"
    [[measure]]
    name = "closed"
    label = "Cases closed"
    event = "closed"
    unit = "case"
    [[measure]]
    name = "open"
    label = "Cases open at the end"
    event = "opened"
    less = "closed"
    unit = "case"
"#;

const DIMENSIONS: &str = r#"
    [[dimension]]
    name = "district"
    label = "District"
    field = "district"
    codes = "district"
    levels = ["region"]
    missing = "S"
"#;

/// January, February and the whole of 2026.
const PERIODS: [(u8, i32); 3] = [(1, 1), (2, 1), (1, 12)];

fn axes(measures: &str, frame: &Frame, editions: &Editions) -> Axes {
    let dimensions = format!("{measures}{DIMENSIONS}");
    let files = [
        ("service.toml", "name = 'Test'\nyear_starts_in = 1\naudience = []"),
        ("codes/district.csv", "code,label,region\nN1,North one,North\nN2,North two,North\nS,South,Southern\n"),
        ("sources/cases.toml", SOURCE),
        ("dimensions.toml", dimensions.as_str()),
    ];
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let configuration = Configuration::read(&files).expect("a sound configuration");
    let figures = PERIODS.map(|(month, months)| Figures::first(Period::starting(Month::new(2026, month), months)));
    Axes::new(&configuration, frame, &figures, editions)
}

/// Two districts in one region, cases of January and February 2026, opened; family 7 in both months.
pub fn example() -> (Axes, Frame) {
    let january = Month::new(2026, 1);
    let leaves = ["N1", "N2", "S"].map(str::to_owned).to_vec();
    let frame = Frame {
        events: vec!["opened".into()],
        dims: vec![FrameDimension { leaves, ..FrameDimension::named("district") }],
        event: vec![0; 5],
        month: vec![january.0, january.0, january.0, january.0 + 1, january.0 + 1],
        unit: vec![7, 7, 8, 7, UNKNOWN_FAMILY],
        codes: vec![vec![0, 1, 1, 1, 2]],
        count: vec![2, 1, 1, 1, 3],
        ..Frame::default()
    };
    (axes(MEASURES, &frame, &Editions::default()), frame)
}

/// The example with closings: in January the two cases of family 7 in N1, in February the one of family 8.
pub fn example_with_stocks(editions: &Editions) -> (Axes, Frame) {
    let (_, mut frame) = example();
    frame.events.push("closed".into());
    let january = Month::new(2026, 1).0;
    for (month, unit, district, count) in [(january, 7, 0, 2), (january + 1, 8, 1, 1)] {
        frame.event.push(1);
        frame.month.push(month);
        frame.unit.push(unit);
        frame.codes[0].push(district);
        frame.count.push(count);
    }
    (axes(&format!("{MEASURES}{STOCK}"), &frame, editions), frame)
}
