//! From a sealed release to all its files, in memory.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

mod common;

fn main() {
    let configuration = common::configuration();
    let (_home, store) = common::filled(&configuration);
    let draft = common::draft(&configuration, &store);
    let pattern = draft.protect().expect("a safe pattern");
    let report = configuration.reports.values().next().expect("the template has a report");
    let sealed =
        confidential::assemble::seal_all(&configuration, report, &draft, &pattern).expect("parts that hold together");
    for one in &sealed {
        let files = common::measure(&one.entry.name, 5, || render::render(&one.release).expect("files"));
        println!("{} files, {} bytes", files.len(), files.iter().map(|file| file.bytes.len()).sum::<usize>());
    }
}
