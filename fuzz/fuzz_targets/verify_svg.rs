//! A drawing of a release.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::readers::{svg, xml};

fuzz_target!(|data: &[u8]| {
    if let Some(document) = xml::parse(data) {
        let _ = (svg::faults(&document), svg::is_plain(&document), svg::read(&document));
    }
});
