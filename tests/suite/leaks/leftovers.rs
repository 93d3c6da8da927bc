//! What programs leave in files, as far as the lists of other plants do not have it: L2 to L22 of the study of leaks.
//! L1 and L21 are identifiers, which `people` plants; L16 to L18 are figures, in `figures`.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::Plant;
use super::books::part;
use super::pack::{BARS, CSV, ODS, PAGE, Pack, XLSX};

const PNG: &str = "charts/t02.png";

pub fn plants() -> Vec<Plant> {
    let mut plants = folder();
    plants.extend(workbooks());
    plants.extend(drawings());
    plants.extend(pictures());
    plants.extend(tables());
    plants
}

/// A change of one text of a workbook.
fn rewritten(pack: &mut Pack, file: &str, part: &str, find: &str, put: &str) -> bool {
    pack.rewrite_part(file, part, find, put);
    true
}

/// A change of one text of a file.
fn replaced(pack: &mut Pack, file: &str, find: &str, put: &str) -> bool {
    pack.replace(file, find, put);
    true
}

/// L2, L13, L20.
fn folder() -> Vec<Plant> {
    let listed: [(&'static str, &'static str, super::Put); 4] = [
        ("portable document", "report.pdf", |pack| listed(pack, "report.pdf", "%PDF-1.7 /JavaScript /EmbeddedFile")),
        ("thumbnails", "charts/Thumbs.db", |pack| listed(pack, "charts/Thumbs.db", "t02")),
        ("seed or key", "takeup.seed", |pack| listed(pack, "takeup.seed", "20260630")),
        ("end of the program", "panic.txt", |pack| listed(pack, "panic.txt", "index 3 out of range")),
    ];
    let plant = |(kind, file, put)| Plant { kind, format: "folder", file, finds: &["unknown_format"], put };
    listed.into_iter().map(plant).collect()
}

fn listed(pack: &mut Pack, file: &str, text: &str) -> bool {
    pack.add_listed(file, text);
    true
}

/// L3 to L9.
fn workbooks() -> Vec<Plant> {
    let times: &[&str] = &["zip_time"];
    let parts: &[&str] = &["workbook_part"];
    let properties: &[&str] = &["document_property"];
    let hidden: &[&str] = &["hidden_column"];
    vec![
        Plant { kind: "time in the archive", format: "xlsx", file: XLSX, finds: times, put: |pack| timed(pack, XLSX) },
        Plant { kind: "time in the archive", format: "ods", file: ODS, finds: times, put: |pack| timed(pack, ODS) },
        Plant {
            kind: "column without width",
            format: "xlsx",
            file: XLSX,
            finds: hidden,
            put: |pack| {
                let sheet = pack.sheet();
                let text = pack.part(XLSX, &sheet);
                let Some((_, after)) = text.split_once("<col ") else { return false };
                let width = super::pack::between(after, "width=\"", "\"");
                rewritten(pack, XLSX, &sheet, &format!("width=\"{width}\""), "width=\"0\"")
            },
        },
        Plant {
            kind: "column without width",
            format: "ods",
            file: ODS,
            finds: hidden,
            put: |pack| {
                let text = pack.part(ODS, "content.xml");
                let width = super::pack::between(&text, "style:column-width=\"", "\"");
                let find = format!("style:column-width=\"{width}\"");
                rewritten(pack, ODS, "content.xml", &find, "style:column-width=\"0.01mm\"")
            },
        },
        Plant {
            kind: "data model",
            format: "xlsx",
            file: XLSX,
            finds: &["workbook_part", "not_a_workbook"],
            put: |pack| part(pack, XLSX, "xl/model/item.data", "<x/>"),
        },
        Plant {
            kind: "part outside the archive",
            format: "xlsx",
            file: XLSX,
            finds: parts,
            put: |pack| part(pack, XLSX, "../cases.xml", "<x/>"),
        },
        Plant {
            kind: "part outside the archive",
            format: "ods",
            file: ODS,
            finds: parts,
            put: |pack| part(pack, ODS, "../cases.xml", "<x/>"),
        },
        Plant {
            kind: "words between elements",
            format: "xlsx",
            file: XLSX,
            finds: &["workbook_string"],
            put: |pack| {
                let sheet = pack.sheet();
                rewritten(pack, XLSX, &sheet, "</sheetData>", "Ann Smith</sheetData>")
            },
        },
        Plant {
            kind: "words between elements",
            format: "ods",
            file: ODS,
            finds: &["workbook_string"],
            put: |pack| rewritten(pack, ODS, "content.xml", "</table:table>", "Ann Smith</table:table>"),
        },
        Plant {
            kind: "company",
            format: "xlsx",
            file: XLSX,
            finds: properties,
            put: |pack| {
                let company = "<Company>Example Council</Company></Properties>";
                rewritten(pack, XLSX, "docProps/app.xml", "</Properties>", company)
            },
        },
        Plant {
            kind: "last modified by",
            format: "xlsx",
            file: XLSX,
            finds: properties,
            put: |pack| {
                let by = "<cp:lastModifiedBy>Ann Smith</cp:lastModifiedBy></cp:coreProperties>";
                rewritten(pack, XLSX, "docProps/core.xml", "</cp:coreProperties>", by)
            },
        },
        Plant {
            kind: "template",
            format: "ods",
            file: ODS,
            finds: properties,
            put: |pack| {
                let template = "<meta:template xlink:title=\"Ann's\"/></office:meta>";
                rewritten(pack, ODS, "meta.xml", "</office:meta>", template)
            },
        },
        Plant {
            kind: "edit time",
            format: "ods",
            file: ODS,
            finds: properties,
            put: |pack| {
                let time = "<meta:editing-duration>PT3H</meta:editing-duration></office:meta>";
                rewritten(pack, ODS, "meta.xml", "</office:meta>", time)
            },
        },
    ]
}

/// Twenty to ten in the morning, in the directory's entry of the first part.
fn timed(pack: &mut Pack, file: &str) -> bool {
    let mut bytes = pack.base.files[file].clone();
    let Some(at) = bytes.windows(4).position(|four| four == b"PK\x01\x02") else { return false };
    bytes[at + 12..at + 14].copy_from_slice(&(9_u16 << 11 | 40 << 5).to_le_bytes());
    pack.write(file, bytes);
    true
}

/// L10, L11, L14.
fn drawings() -> Vec<Plant> {
    let svg = "svg";
    let file = BARS;
    vec![
        Plant {
            kind: "page inside a drawing",
            format: svg,
            file,
            finds: &["svg_element"],
            put: |pack| replaced(pack, BARS, "</svg>", "<foreignObject><p>Ann</p></foreignObject></svg>"),
        },
        Plant {
            kind: "picture inside a drawing",
            format: svg,
            file,
            finds: &["svg_element", "svg_link"],
            put: |pack| replaced(pack, BARS, "</svg>", "<image href=\"data:image/png;base64,iVBORw0KGgo=\"/></svg>"),
        },
        Plant {
            kind: "tooltip",
            format: svg,
            file,
            finds: &["svg_mark"],
            put: |pack| {
                let text = pack.text(BARS);
                let Some((before, after)) = text.split_once("class=\"marks\">") else { return false };
                let text = format!("{before}class=\"marks\"><title>83,177 cases</title>{after}");
                pack.write(BARS, text);
                true
            },
        },
        Plant {
            kind: "words between elements",
            format: svg,
            file,
            finds: &["svg_hidden"],
            put: |pack| replaced(pack, BARS, "</svg>", "Ann Smith</svg>"),
        },
        Plant {
            kind: "dot a person",
            format: svg,
            file,
            finds: &["svg_mark"],
            put: |pack| replaced(pack, BARS, "</svg>", "<circle cx=\"40\" cy=\"40\" r=\"2\" fill=\"#12436d\"/></svg>"),
        },
        Plant {
            kind: "released cells as data",
            format: "html",
            file: PAGE,
            finds: &["html_element"],
            put: |pack| {
                replaced(pack, PAGE, "</body>", "<script type=\"application/json\">{\"T02\":[3,4]}</script></body>")
            },
        },
    ]
}

/// A chunk as it stands in a picture; nobody reads its sum.
fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short chunk").to_be_bytes();
    [length.as_slice(), kind, body, &[0; 4]].concat()
}

/// L12: colours that no pixel has, and what stands behind the pixels.
fn pictures() -> Vec<Plant> {
    vec![
        Plant {
            kind: "colours of no pixel",
            format: "png",
            file: PNG,
            finds: &["png_chunk"],
            put: |pack| {
                let bytes = pack.base.files[PNG].clone();
                // After the signature and the head of 13 bytes.
                let (head, rest) = bytes.split_at(8 + 25);
                pack.write(PNG, [head, &chunk(b"PLTE", b"Ann Smith"), rest].concat());
                true
            },
        },
        Plant {
            kind: "rows below the picture",
            format: "png",
            file: PNG,
            finds: &["png_hidden"],
            put: |pack| {
                repacked(pack, |mut rows, mut packed| {
                    rows.extend_from_slice(b"Ann Smith, 3");
                    packed.write_all(&rows).expect("a vector takes all");
                    packed.finish().expect("a vector takes all")
                })
            },
        },
        Plant {
            kind: "data behind the pixels",
            format: "png",
            file: PNG,
            finds: &["png_hidden"],
            put: |pack| {
                repacked(pack, |rows, mut packed| {
                    packed.write_all(&rows).expect("a vector takes all");
                    let mut packed = packed.finish().expect("a vector takes all");
                    packed.extend_from_slice(b"Ann Smith, 3");
                    packed
                })
            },
        },
    ]
}

/// The picture with its rows packed anew.
fn repacked(pack: &mut Pack, put: impl Fn(Vec<u8>, ZlibEncoder<Vec<u8>>) -> Vec<u8>) -> bool {
    let bytes = pack.base.files[PNG].clone();
    let mut data = Vec::new();
    let mut at = 8;
    while let Some(length) = bytes[at..].first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if &bytes[at + 4..at + 8] == b"IDAT" {
            data.extend_from_slice(&bytes[at + 8..at + 8 + length]);
        }
        at += 12 + length;
    }
    let mut rows = Vec::new();
    ZlibDecoder::new(data.as_slice()).read_to_end(&mut rows).expect("rows of a picture");
    let data = put(rows, ZlibEncoder::new(Vec::new(), Compression::fast()));
    pack.write(PNG, [&bytes[..8 + 25], &chunk(b"IDAT", &data), &chunk(b"IEND", b"")].concat());
    true
}

/// L15: what a spreadsheet runs, and bytes that are no text.
fn tables() -> Vec<Plant> {
    fn begun(pack: &mut Pack, with: &[u8]) -> bool {
        let text = pack.text(CSV);
        let last = text.trim_end().rfind('\n').expect("more than a header") + 1;
        let bytes = [&text.as_bytes()[..last], with, &text.as_bytes()[last..]].concat();
        pack.write(CSV, bytes);
        true
    }
    let formula: &[&str] = &["formula"];
    let plant = |kind, finds, put| Plant { kind, format: "csv", file: CSV, finds, put };
    vec![
        plant("formula with an at", formula, |pack| begun(pack, b"@SUM(1)")),
        plant("formula with a plus", formula, |pack| begun(pack, b"+1+")),
        plant("formula with a minus", formula, |pack| begun(pack, b"-1-")),
        plant("formula after a tab", formula, |pack| begun(pack, b"\t=1")),
        plant("zero byte", formula, |pack| begun(pack, b"\0")),
        plant("bytes that are no text", &["encoding"], |pack| begun(pack, b"\xE9")),
    ]
}
