//! The records of an XLS workbook, in a compound file that is sound.
#![no_main]

libfuzzer_sys::fuzz_target!(|records: &[u8]| ingest_readers::workbook(&ingest_readers::compound("/Workbook", records)));
