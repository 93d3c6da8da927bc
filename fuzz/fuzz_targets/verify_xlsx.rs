//! A workbook of a release, XLSX.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = verify::readers::workbook::read(data);
});
