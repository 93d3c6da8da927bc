//! A text export: encoding, delimiter, quotation marks, lines, header, cells.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_readers::ingest::fuzzed::text(bytes));
