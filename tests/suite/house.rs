//! The house rules that the compiler does not keep, read from the source text: who may call what, and what is named where.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use model::config::Configuration;
use toml::{Table, Value};

use crate::demo::files;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file as the compiler takes it for the program: comments and tests left out.
struct Source {
    /// Below `src`, with forward slashes.
    path: String,
    code: String,
}

/// Every source file of `src/<folder>` that is part of the program.
fn sources(folder: &str) -> Vec<Source> {
    let is_test =
        |path: &str| path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "examples" | "example.rs"));
    let read = |(path, bytes): (String, Vec<u8>)| {
        let path = if folder.is_empty() { path } else { format!("{folder}/{path}") };
        let text = (path.ends_with(".rs") && !is_test(&path)).then(|| String::from_utf8(bytes).expect("UTF-8"))?;
        Some(Source { path, code: program(&text) })
    };
    let found: Vec<Source> = files(&root().join("src").join(folder)).into_iter().filter_map(read).collect();
    assert!(!found.is_empty(), "there is no source in src/{folder}");
    found
}

/// The text up to its inline tests, which are its last module, without lines that are comments.
fn program(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests =
        |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{');
    let end = lines.windows(2).position(opens_tests).unwrap_or(lines.len());
    let code = lines[..end].iter().filter(|line| !line.trim_start().starts_with("//"));
    code.copied().collect::<Vec<_>>().join("\n")
}

impl Source {
    /// Whether the code says `word`, as a name or as part of a text.
    fn says(&self, word: &str) -> bool {
        self.code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|said| said == word)
    }
}

fn paths_that(sources: &[Source], ask: impl Fn(&Source) -> bool) -> Vec<&str> {
    sources.iter().filter(|source| ask(source)).map(|source| source.path.as_str()).collect()
}

#[test]
fn only_protect_seals_a_release() {
    let all = sources("");
    let callers = paths_that(&all, |source| source.code.contains("Release::seal"));
    assert_eq!(callers, ["confidential/protect/mod.rs"]);
    // Nobody may give the type another name to seal under.
    assert_eq!(paths_that(&all, |source| source.code.contains("Release as ")), [""; 0]);
}

#[test]
fn cargos_dependency_lists_are_the_wall() {
    let ours = ["model", "linear", "disk", "confidential", "render", "verify", "takeup"];
    let expected: [(&str, &[&str]); 7] = [
        ("src/model", &[]),
        ("src/linear", &[]),
        ("src/disk", &[]),
        ("src/confidential", &["model", "linear", "disk"]),
        ("src/render", &["model"]),
        ("src/verify", &["model", "linear"]),
        (".", &["model", "disk", "confidential", "render", "verify"]),
    ];
    for (member, allowed) in expected {
        let text = fs::read_to_string(root().join(member).join("Cargo.toml")).expect("a member has a Cargo.toml");
        let manifest: Table = text.parse().expect("TOML");
        let mut found = BTreeSet::new();
        for list_name in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let list = manifest.get(list_name).and_then(Value::as_table);
            let names = list.into_iter().flat_map(|list| list.keys()).map(String::as_str);
            // `tests/highs` holds `linear` against another solver.
            let is_for_tests = |name: &&str| member == "." && list_name == "dev-dependencies" && *name == "linear";
            found.extend(names.filter(|name| ours.contains(name)).filter(|name| !is_for_tests(name)));
        }
        assert_eq!(found, allowed.iter().copied().collect(), "{member}");
        assert!(!text.contains("path = \".."), "{member} names a crate past the workspace's list");
    }
}

#[test]
fn nothing_of_the_program_names_the_solver_that_tests_hold_ours_against() {
    let all = sources("");
    assert_eq!(paths_that(&all, |source| source.says("highs")), [""; 0]);
}

#[test]
fn only_the_pipeline_knows_both_sides_of_the_wall() {
    let all = sources("");
    let is_outside =
        |source: &&Source| !["confidential/", "pipeline/"].iter().any(|folder| source.path.starts_with(folder));
    for source in all.iter().filter(is_outside) {
        // The command line prints what `takeup inspect` found in an export: its columns, never a value.
        let code = source.code.replace("use confidential::ingest::{InspectedSheet, Inspection};", "");
        assert!(!Source { path: String::new(), code }.says("confidential"), "{}", source.path);
        let draws = source.code.contains("render::render") || source.code.contains("::verify::attack");
        assert!(!draws, "{} calls render or verify past the pipeline", source.path);
    }
}

#[test]
fn inside_confidential_protect_knows_neither_the_store_nor_polars() {
    let protect = sources("confidential/protect");
    for word in ["store", "polars", "rusqlite"] {
        assert_eq!(paths_that(&protect, |source| source.says(word)), [""; 0], "{word}");
    }
}

#[test]
fn inside_confidential_a_case_needs_neither_the_store_nor_what_reads_it() {
    let case = sources("confidential/case");
    for word in ["crate::store", "crate::ingest", "crate::assemble", "Tabulation", "rusqlite"] {
        assert_eq!(paths_that(&case, |source| source.code.contains(word)), [""; 0], "{word}");
    }
}

#[test]
fn inside_confidential_ingest_does_not_know_the_store() {
    let ingest = sources("confidential/ingest");
    assert_eq!(paths_that(&ingest, |source| source.code.contains("crate::store")), [""; 0]);
    assert_eq!(paths_that(&ingest, |source| source.code.contains("rusqlite")), [""; 0]);
}

#[test]
fn only_tabulate_counts_with_polars_and_no_type_of_it_leaves_the_folder() {
    let all = sources("");
    let users = paths_that(&all, |source| source.says("polars"));
    assert!(!users.is_empty() && users.iter().all(|path| path.starts_with("confidential/tabulate/")), "{users:?}");
    for source in all.iter().filter(|source| source.says("polars")) {
        for line in source.code.lines().filter(|line| line.trim_start().starts_with("pub ")) {
            let told = ["DataFrame", "Series", "Column", "Polars", "polars"].iter().find(|name| line.contains(*name));
            assert_eq!(told, None, "{}: {line}", source.path);
        }
    }
}

#[test]
fn render_matches_every_kind_of_cell() {
    let cells = ["ReleasedCell::", "StructuralZero", "Suppressed", "NotAvailable"];
    for source in sources("render") {
        for (at, _) in source.code.match_indices("_ =>") {
            let block = enclosing_block(&source.code, at);
            let cell = cells.iter().find(|cell| block.contains(*cell));
            assert_eq!(cell, None, "{}: a `_` arm over cells hides tomorrow's leak:\n{block}", source.path);
        }
    }
}

/// The text between the braces around place `at`.
fn enclosing_block(code: &str, at: usize) -> &str {
    let mut depth = 0;
    let start = code[..at].rfind(|letter: char| {
        depth += match letter {
            '}' => 1,
            '{' => -1,
            _ => 0,
        };
        depth < 0
    });
    let mut depth = 0;
    let end = code[at..].find(|letter: char| {
        depth += match letter {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth < 0
    });
    &code[start.unwrap_or(0)..end.map_or(code.len(), |end| at + end)]
}

#[test]
fn render_opens_no_file_and_reads_no_clock() {
    let render = sources("render");
    for word in ["std::fs", "std::env", "std::net", "std::time", "SystemTime", "HashMap", "HashSet"] {
        assert_eq!(paths_that(&render, |source| source.code.contains(word)), [""; 0], "{word}");
    }
}

/// Every configuration that ships: its name and its files.
fn templates() -> Vec<(String, BTreeMap<String, String>)> {
    let mut templates: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, bytes) in files(&root().join("config")) {
        let (name, file) = path.split_once('/').expect("a configuration is a folder");
        let text = String::from_utf8(bytes).expect("a configuration is text");
        templates.entry(name.to_owned()).or_default().insert(file.to_owned(), text);
    }
    templates.into_iter().collect()
}

#[test]
fn every_configuration_that_ships_can_be_read() {
    let templates = templates();
    assert!(templates.len() >= 2, "a second, foreign source proves that nothing is hard-wired");
    for (name, files) in templates {
        let configuration = Configuration::read(&files);
        assert!(configuration.is_ok(), "{name}: {:?}", configuration.err());
    }
}

#[test]
fn nothing_of_a_configuration_is_named_inside_confidential() {
    let confidential = sources("confidential");
    let mut named = Vec::new();
    for (template, files) in templates() {
        let configuration = Configuration::read(&files).expect("it can be read");
        for name in names(&configuration) {
            let quoted = format!("\"{name}\"");
            let places = paths_that(&confidential, |source| source.code.contains(&quoted));
            named.extend(places.iter().map(|place| format!("{name} of {template} in {place}")));
        }
    }
    assert_eq!(named, [""; 0]);
}

/// A reason for which the program skips a row has the name that the advice service's own field happens to have.
const REASONS: [&str; 1] = ["deletion_requested"];

/// The names that a configuration makes up: its sources, fields, code lists, dimensions, reports, tables and audiences.
/// Not its measures: `cases` and `closed` are also the program's words, for a table of the store and for an event.
fn names(configuration: &Configuration) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    names.extend(
        configuration.sources.keys().chain(configuration.codes.keys()).chain(configuration.reports.keys()).cloned(),
    );
    for source in configuration.sources.values() {
        names.extend(source.fields.iter().map(|field| field.name.clone()));
    }
    names.extend(configuration.dimensions.dimensions.iter().map(|dimension| dimension.name.clone()));
    names.extend(configuration.reports.values().flat_map(|report| &report.tables).map(|table| table.id.clone()));
    names.extend(configuration.service.audiences.iter().map(|audience| audience.id.clone()));
    names.retain(|name| !REASONS.contains(&name.as_str()) && configuration.dimensions.measure(name).is_none());
    names
}
