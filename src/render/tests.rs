//! The files as their readers find them: what a cell says must be the same in every format, and nothing else may be said.

use std::io::{Cursor, Read};

use calamine::{Data, DataType, Ods, Reader, Xlsx};
use model::ReleasedCell::{self, Count, NotAvailable, StructuralZero, Suppressed};
use model::digest::sha256;
use model::release::{ReleasedTable, Zeros};
use model::{Manifest, Release};
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use scraper::{Html, Selector};

use crate::example::{code, dimension, districts, release, table};
use crate::{RenderError, RenderedFile, render};

fn file<'a>(files: &'a [RenderedFile], path: &str) -> &'a [u8] {
    &files.iter().find(|file| file.path == path).expect(path).bytes
}

fn files(release: &Release) -> Vec<RenderedFile> {
    render(release).expect("the example can be written down")
}

/// The texts of the body cells of table `id` on the page, a list a row.
fn on_page(page: &str, id: &str) -> Vec<Vec<String>> {
    let page = Html::parse_document(page);
    let rows = Selector::parse(&format!("section#{id} tbody tr")).expect("a selector");
    let cells = Selector::parse("td").expect("a selector");
    page.select(&rows).map(|row| row.select(&cells).map(|cell| cell.text().collect()).collect()).collect()
}

fn said(cell: &Data) -> String {
    cell.get_float().map_or_else(|| cell.to_string(), |count| format!("number {count}"))
}

/// The rows of sheet `name` below the table's header, its row headers left out.
fn in_workbook(bytes: &[u8], name: &str, header: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let range = book.worksheet_range(name).expect("a sheet a table");
    let below = range.rows().skip_while(|row| row[0].get_string() != Some(header)).skip(1);
    below.map(|row| row[1..].iter().map(said).collect()).collect()
}

#[test]
fn a_hidden_cell_is_the_same_cell_on_the_page_in_the_workbook_and_in_the_csv() {
    let files = files(&release(vec![districts()]));
    let page = String::from_utf8(file(&files, "index.html").to_vec()).expect("UTF-8");
    assert_eq!(on_page(&page, "t02"), [["1,204", "31"], ["1,190", "[z]"], ["[x]", "[c]"]]);
    let rows = in_workbook(file(&files, "tables.xlsx"), "T02", "District");
    assert_eq!(rows, [["number 1204", "number 31"], ["number 1190", "[z]"], ["[x]", "[c]"]]);
    let mut book: Ods<_> = Ods::new(Cursor::new(file(&files, "tables.ods").to_vec())).expect("a workbook");
    let sheet = book.worksheet_range("T02").expect("a sheet a table");
    let below = sheet.rows().skip_while(|row| row[0].get_string() != Some("District")).skip(1);
    let rows: Vec<Vec<String>> = below.map(|row| row[1..].iter().map(said).collect()).collect();
    assert_eq!(rows, [["number 1204", "number 31"], ["number 1190", "[z]"], ["[x]", "[c]"]]);
    let csv = String::from_utf8(file(&files, "data/t02.csv").to_vec()).expect("UTF-8");
    assert!(csv.ends_with("South,2026-Q1,,x\nSouth,2026-Q2,,c\n"), "{csv}");
}

#[test]
fn the_same_release_gives_the_same_bytes() {
    assert_eq!(files(&release(vec![districts()])), files(&release(vec![districts()])));
}

#[test]
fn the_manifest_comes_last_and_has_the_digest_of_every_other_file() {
    let files = files(&release(vec![districts()]));
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let expected = ["charts/t02.png", "charts/t02.svg", "data/t02-metadata.json", "data/t02.csv", "index.html"];
    assert_eq!(paths[..5], expected);
    assert_eq!(paths[5..], ["tables.ods", "tables.xlsx", "release.json"]);
    let manifest: Manifest = serde_json::from_slice(file(&files, "release.json")).expect("a manifest");
    assert_eq!(manifest.files.len(), 7);
    for (path, digest) in &manifest.files {
        assert_eq!(digest, &sha256(file(&files, path)), "{path}");
    }
    assert_eq!(manifest.tables[0].markers[""], (0, None));
}

#[test]
fn a_table_that_shows_zeros_says_that_a_hidden_cell_is_none_of_them() {
    let shown = ReleasedTable { zeros: Zeros::Shown, ..districts() };
    let files = files(&release(vec![shown]));
    let manifest: Manifest = serde_json::from_slice(file(&files, "release.json")).expect("a manifest");
    assert_eq!(manifest.tables[0].markers[""], (1, None));
    let page = String::from_utf8_lossy(file(&files, "index.html")).into_owned();
    assert!(page.contains("Zeros are shown in this table: [c] stands for one or more."));
}

#[test]
fn the_page_holds_the_chart_byte_for_byte_and_fetches_nothing() {
    let files = files(&release(vec![districts()]));
    let page = String::from_utf8_lossy(file(&files, "index.html")).into_owned();
    assert!(page.contains(&*String::from_utf8_lossy(file(&files, "charts/t02.svg"))));
    assert!(
        !page.contains("<script") && !page.contains("<link") && !page.contains("<img") && !page.contains("@import")
    );
    let addresses = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://"));
}

#[test]
fn every_header_has_a_scope_every_table_a_caption_and_headings_descend_in_order() {
    let files = files(&release(vec![districts()]));
    let page = Html::parse_document(&String::from_utf8_lossy(file(&files, "index.html")));
    let all = |selector: &str| page.select(&Selector::parse(selector).expect("a selector")).count();
    assert_eq!((all("th"), all("th[scope]")), (6, 6));
    assert_eq!((all("table"), all("table > caption")), (1, 1));
    assert_eq!((all("h1"), all("main"), all("nav"), all("a.skip[href='#report']")), (1, 1, 1, 1));
    let headings = Selector::parse("h1, h2, h3, h4").expect("a selector");
    let levels: Vec<u8> = page.select(&headings).map(|heading| heading.value().name().as_bytes()[1] - b'0').collect();
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn labels_are_text_and_never_markup() {
    let mut table = districts();
    table.dims[0].codes[1].label = "<script>alert(1)</script> & sons".into();
    let files = files(&release(vec![table]));
    for path in ["index.html", "charts/t02.svg"] {
        let text = String::from_utf8_lossy(file(&files, path)).into_owned();
        assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{path}");
    }
}

#[test]
fn the_workbook_names_no_author_and_carries_the_last_day_of_the_period() {
    let files = files(&release(vec![districts()]));
    let mut parts = zip::ZipArchive::new(Cursor::new(file(&files, "tables.xlsx"))).expect("a package");
    let mut part = |name: &str| {
        let mut text = String::new();
        parts.by_name(name).expect(name).read_to_string(&mut text).expect("UTF-8");
        text
    };
    let core = part("docProps/core.xml");
    assert!(core.contains("<dc:title>Take-up report, April to June 2026</dc:title>"), "{core}");
    assert!(core.contains("<dc:creator></dc:creator>") && core.contains("<cp:lastModifiedBy></cp:lastModifiedBy>"));
    assert!(core.contains(">2026-06-30T00:00:00Z</dcterms:created>"));
    assert!(core.contains(">2026-06-30T00:00:00Z</dcterms:modified>"));
    let sheet = part("xl/worksheets/sheet4.xml");
    assert!(
        !sheet.contains("mergeCell") && !sheet.contains("pane") && !sheet.contains("hidden") && !sheet.contains("<f>")
    );
    let marked = part("xl/tables/table3.xml");
    assert!(marked.contains("displayName=\"table_T02\"") && !marked.contains("autoFilter"), "{marked}");
    let names: Vec<String> = parts.file_names().map(|name| name.expect("UTF-8").into_owned()).collect();
    assert!(
        !names.iter().any(|name| name.contains("calcChain") || name.contains("comments") || name.contains("external"))
    );
}

#[test]
fn a_picture_has_pixels_and_no_words() {
    let files = files(&release(vec![districts()]));
    let picture = file(&files, "charts/t02.png");
    let (mut at, mut kinds) = (8, Vec::new());
    while at < picture.len() {
        let length = u32::from_be_bytes([picture[at], picture[at + 1], picture[at + 2], picture[at + 3]]) as usize;
        kinds.push(String::from_utf8_lossy(&picture[at + 4..at + 8]).into_owned());
        at += 12 + length;
    }
    kinds.dedup();
    assert_eq!(kinds, ["IHDR", "IDAT", "IEND"]);
}

#[test]
fn identifiers_that_would_break_a_file_or_a_sheet_are_refused() {
    let named = |id: &str| render(&release(vec![ReleasedTable { id: id.into(), ..districts() }]));
    for id in ["", "../T1", "T 1", "T_1", "T-12345678901234567890123456789012"] {
        assert_eq!(named(id), Err(RenderError::Identifier { table: id.into() }));
    }
    assert_eq!(named("notes"), Err(RenderError::SameIdentifier { table: "notes".into() }));
    let twice = release(vec![districts(), ReleasedTable { id: "t02".into(), ..districts() }]);
    assert_eq!(render(&twice), Err(RenderError::SameIdentifier { table: "t02".into() }));
}

#[test]
fn a_long_table_is_closed_until_it_is_opened_and_still_whole() {
    let codes: Vec<_> = (0..100).map(|number| code(&format!("P{number}"), 1)).collect();
    let long = table("T1", &[dimension("place", &codes)], vec![Count(7); 100]);
    let page = crate::page::write(release(vec![long]).parts(), &std::collections::BTreeMap::new());
    assert!(page.contains("<summary>All 100 rows by place, from P0 to P99</summary>"));
    assert_eq!(on_page(&page, "t1").len(), 100);
}

fn cell() -> impl Strategy<Value = ReleasedCell> {
    prop_oneof![
        any::<u32>().prop_map(|count| Count(u64::from(count) + 5)),
        Just(Suppressed),
        Just(StructuralZero),
        Just(NotAvailable)
    ]
}

proptest! {
    #[test]
    fn no_digit_stands_where_a_cell_has_no_count(cells in proptest::collection::vec(cell(), 12)) {
        let rows = dimension("level", &[code("Total", 0), code("L1", 1), code("L2", 1), code("L3", 2)]);
        let columns = dimension("period", &[code("Q1", 0), code("Q2", 0), code("Q3", 0)]);
        let release = release(vec![table("T1", &[rows, columns], cells.clone())]);
        let page = crate::page::write(release.parts(), &std::collections::BTreeMap::new());
        let shown: Vec<String> = on_page(&page, "t1").concat();
        let csv = crate::csv::write(&release.parts().tables[0]).expect("no formula");
        for ((cell, text), line) in cells.iter().zip(&shown).zip(csv.lines().skip(1)) {
            let counted = matches!(cell, Count(_));
            prop_assert_eq!(text.chars().any(|letter| letter.is_ascii_digit()), counted);
            prop_assert_eq!(text.replace(',', "").parse::<u64>().is_ok(), counted);
            prop_assert_eq!(line.split(',').nth(2).expect("a value field").is_empty(), !counted);
        }
    }
}
