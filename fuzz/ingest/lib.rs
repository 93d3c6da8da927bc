//! The readers of exports for fuzzing: the same files as in `src/confidential`. What they read leaves none of the functions
//! that targets call.

#[path = "../../src/confidential/identified.rs"]
mod identified;
#[path = "../../src/confidential/ingest/mod.rs"]
pub mod ingest;

use std::io::{Cursor, Write};

/// Reads a workbook as the reading process does; its cells go nowhere.
pub fn workbook(bytes: &[u8]) {
    ingest::serve(bytes, std::io::sink()).expect("a sink takes all");
}

/// A package of parts, none of them packed, so that what is changed in one arrives.
#[must_use]
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(*name, options).expect("memory");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

/// A compound file with one stream.
#[must_use]
pub fn compound(stream: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    file.create_stream(stream).expect("memory").write_all(bytes).expect("memory");
    file.into_inner().into_inner()
}
