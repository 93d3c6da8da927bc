//! `config/`: the first byte says which file of the template the rest takes the place of.
#![no_main]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use model::config::Configuration;

fn below(folder: &Path, name: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the template").flatten() {
        let name = format!("{name}{}", entry.file_name().to_string_lossy());
        match entry.file_type().expect("a kind").is_dir() {
            true => below(&entry.path(), &(name + "/"), files),
            false => drop(files.insert(name, std::fs::read_to_string(entry.path()).expect("a text"))),
        }
    }
}

static FILES: OnceLock<BTreeMap<String, String>> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let files = FILES.get_or_init(|| {
        let mut files = BTreeMap::new();
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/casework"), "", &mut files);
        files
    });
    let mut files = files.clone();
    let name = files.keys().nth(usize::from(*first) % files.len()).expect("one of them").clone();
    files.insert(name, text.to_owned());
    let _ = Configuration::read(&files);
});
