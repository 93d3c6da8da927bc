//! What the reading process sends, to the side that believes nothing of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_readers::ingest::fuzzed::stream(bytes));
