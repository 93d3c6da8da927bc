//! A folder with a manifest and one table: what comes before the first zero byte is `release.json`, the rest `t.csv`. All attacks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("release.json"), &data[..end]).expect("ours");
    std::fs::write(home.path().join("t.csv"), data.get(end + 1..).unwrap_or_default()).expect("ours");
    let _ = verify::verify(&[home.path().to_owned()]);
});
