//! `release.json`, as the program and as a stranger reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = model::Manifest::read(data);
    let _ = verify::readers::manifest::read(data);
});
