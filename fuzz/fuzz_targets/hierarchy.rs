//! A hierarchy of values for microdata, and the values of its first level through it.
#![no_main]

use inside_readers::extract::hierarchy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("a_hierarchy_age.csv");
    std::fs::write(&path, data).expect("ours");
    let _ = hierarchy::find(home.path(), &["age"], &["age"]).expect("it is there");
    let _ = hierarchy::read("age", &path);
});
