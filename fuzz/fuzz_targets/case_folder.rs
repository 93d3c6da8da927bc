//! A statistician's folder: what comes before the first zero byte is `case.json`, the rest `inner.csv`.
#![no_main]

use inside_readers::case::Case;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("case.json"), &data[..end]).expect("ours");
    std::fs::write(home.path().join("inner.csv"), data.get(end + 1..).unwrap_or_default()).expect("ours");
    let _ = Case::read(home.path());
});
