//! What `verify` makes of folders: the range that it proves of every hidden cell, both ends asked for. Comes in: folders. Goes
//! out: ranges by the names of the cells.

use std::collections::BTreeMap;
use std::path::PathBuf;

use verify::attacks::interval::{Wanted, ranges};
use verify::attacks::manifest::codes;
use verify::attacks::system::{Part, State, build};
use verify::readers::csv::{self, Table};
use verify::readers::folder::{self, Folder};

/// Lowest and highest by name; none above where nothing bounds the cell. None in all where the figures contradict each other.
pub fn intervals(folders: &[PathBuf]) -> Option<BTreeMap<String, (i64, Option<i64>)>> {
    let folders: Vec<Folder> = folders.iter().map(|path| folder::open(path).expect("a release")).collect();
    let tables: Vec<Vec<Table>> = folders
        .iter()
        .map(|folder| {
            let read = |entry| csv::read(entry, &folder.files[&entry.file], &codes(folder));
            folder.manifest.tables.iter().map(read).collect()
        })
        .collect();
    let part = |(folder, tables)| -> Part<'_> {
        let folder: &Folder = folder;
        Part {
            prefix: "",
            manifest: &folder.manifest,
            tables,
            microdata: None,
            time: 0,
            is_given: true,
            is_known_anyway: false,
        }
    };
    let parts: Vec<Part<'_>> = folders.iter().zip(tables.iter().map(Vec::as_slice)).map(part).collect();
    let cells = build(&parts).expect("few codes");
    let bounds = cells.system.propagate().ok()?;
    let is_hidden = |at: &usize| cells.states.get(*at) == Some(&State::Suppressed);
    let ends = |at| if is_hidden(&at) { Wanted::Beyond(0, None) } else { Wanted::Nothing };
    let wanted: Vec<Wanted> = (0..cells.system.len()).map(ends).collect();
    let found = ranges(&cells.system, &bounds, &wanted);
    let named = |at: usize| {
        let range = found.ranges[at];
        assert!(!range.is_open, "{} was not bounded to its ends", cells.name(at));
        (cells.name(at), (range.lowest, range.highest))
    };
    (!found.is_infeasible).then(|| (0..cells.len()).filter(is_hidden).map(named).collect())
}
