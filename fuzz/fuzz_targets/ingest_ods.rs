//! The content of an ODS spreadsheet, in a package that is sound.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| {
    let kind = b"application/vnd.oasis.opendocument.spreadsheet";
    ingest_readers::workbook(&ingest_readers::package(&[("mimetype", kind), ("content.xml", content)]));
});
