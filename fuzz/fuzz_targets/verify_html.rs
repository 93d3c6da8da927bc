//! The page of a release.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::readers::{html, nesting};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if nesting::is_bounded(text) {
        let _ = html::read(text);
    }
});
