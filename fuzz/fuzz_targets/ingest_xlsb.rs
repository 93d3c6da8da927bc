//! The parts of an XLSB workbook in a package that is sound: looks, texts and a sheet, one behind the other.
#![no_main]

const RELATIONS: &[u8] = br#"<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>"#;
const PARTS: &[u8] = br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.bin"/><Relationship Id="rId2" Type="x/styles" Target="styles.bin"/><Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.bin"/></Relationships>"#;
/// One sheet, called S, whose part is rId1.
const WORKBOOK: &[u8] = &[
    0x9C, 0x01, 26, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, b'r', 0, b'I', 0, b'd', 0, b'1', 0, 1, 0, 0, 0, b'S', 0,
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The first two bytes say where one part ends and the next begins.
    let (cut, rest) = bytes.split_at(bytes.len().min(2));
    let at = |byte: usize| rest.len() * usize::from(cut.get(byte).copied().unwrap_or(0)) / 256;
    let (first, second) = (at(0).min(at(1)), at(0).max(at(1)));
    let parts: [(&str, &[u8]); 6] = [
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.bin", WORKBOOK),
        ("xl/_rels/workbook.bin.rels", PARTS),
        ("xl/styles.bin", &rest[..first]),
        ("xl/sharedStrings.bin", &rest[first..second]),
        ("xl/worksheets/sheet1.bin", &rest[second..]),
    ];
    ingest_readers::workbook(&ingest_readers::package(&parts));
});
