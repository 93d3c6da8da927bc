//! The bytes of a workbook of any format, as they lie on disk.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_readers::workbook(bytes));
