//! A workbook of a release, ODS.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = verify::readers::ods::read(data);
});
