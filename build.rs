//! Lists the files of the configuration templates, so that the compiler puts them into the program.

#![allow(clippy::disallowed_methods, reason = "it runs when the program is compiled")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Paths below `folder`, sorted, with forward slashes.
fn files(folder: &Path, below: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| io::Error::other("a name that is not UTF-8"))?;
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            files(folder, &path, found)?;
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=config");
    let mut list = String::new();
    for (name, constant) in [("advice", "ADVICE"), ("casework", "CASEWORK")] {
        let mut found = Vec::new();
        files(&Path::new("config").join(name), "", &mut found)?;
        let lines = found.iter().fold(String::new(), |mut lines, path| {
            let place = format!("/config/{name}/{path}");
            // Writing into a string cannot fail.
            let _ = writeln!(lines, "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),");
            lines
        });
        list.push_str(&format!("static {constant}: &[(&str, &str)] = &[\n{lines}];\n"));
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo says where to write"))?);
    fs::write(out.join("templates.rs"), list)
}
