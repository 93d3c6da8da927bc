//! What was written is written again alike from its folder alone, and what was changed in the folder is not.

use model::presentation::FORMAT;
use model::release::{ChartKind, ExpectationTable, Precision, Release, ReleasedCell, ReleasedTable, Zeros};
use model::{Manifest, ReleasedCell::Approximate};
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::example::{self, code, dimension, districts, release, table};
use crate::render;

fn folder(release: &Release) -> (Manifest, BTreeMap<String, Vec<u8>>) {
    let files = render(release).expect("the example can be written down");
    let mut files: BTreeMap<String, Vec<u8>> = files.into_iter().map(|file| (file.path, file.bytes)).collect();
    let manifest = Manifest::read(&files.remove("release.json").expect("a manifest")).expect("our own manifest");
    (manifest, files)
}

/// Paths of the files that are not written again as they were.
fn differing(release: &Release) -> Vec<String> {
    let (manifest, files) = folder(release);
    let again = render_again(&manifest, &files).expect("our own release");
    let is_compared = |file: &RenderedFile| file.path != "release.json" && !file.path.ends_with(".png");
    let first: Vec<RenderedFile> = render(release).expect("it was before").into_iter().filter(is_compared).collect();
    // Without pictures `release.json` has no digests of them; what else it says must be the same.
    let own = again.iter().find(|file| file.path == "release.json").expect("a manifest");
    let own = Manifest { files: manifest.files.clone(), ..Manifest::read(&own.bytes).expect("our own manifest") };
    assert_eq!(own, manifest);
    let again: Vec<RenderedFile> = again.into_iter().filter(is_compared).collect();
    assert_eq!(first.len(), again.len());
    let pairs = first.into_iter().zip(again);
    pairs.filter(|(first, again)| first != again).map(|(first, _)| first.path).collect()
}

fn expectation() -> ExpectationTable {
    ExpectationTable {
        left_out: vec!["OTH".into()],
        releases: vec!["2026-Q1-public-r1".into()],
        notes: vec!["Of all districts.".into()],
        ..example::expectation()
    }
}

/// Every kind of table: exact, with zeros, rounded in each way, changed by keys; labels of their own, notes, lines and bars.
fn tables() -> Vec<ReleasedTable> {
    let ways = [
        Precision::Nearest { base: 10, least: Some(5) },
        Precision::Neighbour { base: 10, least: None, adds_up: false },
        Precision::Neighbour { base: 10, least: Some(5), adds_up: true },
        Precision::Near { base: 10, least: Some(5) },
        Precision::CellKey { most: 4, least: 5 },
    ];
    let mut tables = vec![districts()];
    for (at, precision) in ways.into_iter().enumerate() {
        let mut level = dimension("level", &[code("Total", 0), code("L, 1", 1), code("L1a", 2)]);
        level.codes[1].label = format!("Level \"{at}\"");
        let cells = vec![Approximate(120), Approximate(20), ReleasedCell::Suppressed];
        let mut table = table(&format!("R{at}"), &[level], cells);
        table.precision = precision;
        table.zeros = if at % 2 == 0 { Zeros::Shown } else { Zeros::Hidden };
        table.notes = vec![format!("Note {at}."), "A second one.".into()];
        table.chart = (at != 2).then_some(ChartKind::Lines);
        tables.push(table);
    }
    tables
}

#[test]
fn every_kind_of_table_is_written_again_from_its_folder_alone() {
    let mut release = release(tables());
    release.add_expectations(vec![expectation()]);
    assert_eq!(differing(&release), [""; 0]);
}

#[test]
fn words_that_stand_on_the_page_alone_are_not_written_again() {
    let release = release(tables());
    let (manifest, mut files) = folder(&release);
    let page = files.get_mut("index.html").expect("a page");
    page.extend(b"<p>Three families in Tamworth.</p>");
    let again = render_again(&manifest, &files).expect("our own release");
    let page = again.iter().find(|file| file.path == "index.html").expect("a page");
    assert_ne!(page.bytes, files["index.html"]);
}

#[test]
fn what_no_version_of_ours_wrote_says_why_it_is_not_written_again() {
    let (manifest, files) = folder(&release(vec![districts()]));
    let foreign = Manifest { presentation: None, ..manifest.clone() };
    assert_eq!(render_again(&foreign, &files), Err(NotAgain::NoPresentation));
    let mut later = manifest.clone();
    later.presentation.as_mut().expect("words").format = FORMAT + 1;
    assert_eq!(render_again(&later, &files), Err(NotAgain::OtherFormat { format: FORMAT + 1 }));
    let mut torn = files.clone();
    let lines = torn.get_mut("data/t02.csv").expect("a table");
    lines.extend(b"South,2026-Q3,,c\n");
    let what = "a table whose rows are not all combinations of its codes";
    assert_eq!(render_again(&manifest, &torn), Err(NotAgain::NoRelease { what }));
    let mut long = manifest;
    long.presentation.as_mut().expect("words").introduction = "a ".repeat(LONGEST_TEXT_BYTES);
    assert!(matches!(render_again(&long, &files), Err(NotAgain::NoRelease { .. })));
}

fn cells() -> impl Strategy<Value = Vec<ReleasedCell>> {
    let cell = prop_oneof![
        (5_u64..2_000_000).prop_map(ReleasedCell::Count),
        proptest::prelude::Just(ReleasedCell::Suppressed),
        proptest::prelude::Just(ReleasedCell::StructuralZero),
        proptest::prelude::Just(ReleasedCell::NotAvailable),
    ];
    proptest::collection::vec(cell, 12)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn any_cells_under_any_labels_are_written_again_alike(
        cells in cells(), words in proptest::collection::vec("[A-Za-z &<>\"',é]{1,40}", 4), lines in any::<bool>()
    ) {
        let mut need = dimension("need", &[code("Total", 0), code("A", 1), code("B", 1), code("B1", 2)]);
        for (code, label) in need.codes.iter_mut().zip(&words) {
            code.label.clone_from(label);
        }
        let period = dimension("period", &[code("2026-Q1", 0), code("2026-Q2", 0), code("2026-Q3", 0)]);
        let mut table = table("T1", &[need, period], cells);
        table.notes = words;
        table.chart = Some(if lines { ChartKind::Lines } else { ChartKind::Bars });
        prop_assert_eq!(differing(&release(vec![table])), Vec::<String>::new());
    }
}
