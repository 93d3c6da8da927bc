//! What a verdict rests on beside its attacks. Comes in: a folder as read. Goes out: sentences, each about something that the
//! release says of itself and that no stranger can check. Deliberately absent: whether it is so; whoever has the store can
//! compare the manifest with the one that was approved.

use crate::attacks::words;
use crate::readers::csv::Table;
use crate::readers::folder::Folder;

/// Keys that are named; the others are counted.
const MOST_KEYS: usize = 4;

/// What was taken on the word of the folder's `release.json`.
#[must_use]
pub fn taken(folder: &Folder, tables: &[Table]) -> Vec<String> {
    let manifest = &folder.manifest;
    let mut said = vec![if folder.states_threshold {
        format!("the threshold: {}", manifest.threshold)
    } else {
        format!("the threshold: none is stated, so the usual {} was taken", manifest.threshold)
    }];
    let (sums, flat): (Vec<_>, Vec<_>) = manifest.hierarchies.iter().partition(|(_, one)| !one.sums.is_empty());
    let names =
        |of: &[(&String, &model::Hierarchy)]| of.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if !sums.is_empty() {
        said.push(format!("what adds up to what: the sums of {}", names(&sums)));
    }
    if !flat.is_empty() {
        said.push(format!("that nothing adds up over {}", names(&flat)));
    }
    let approximate = manifest.tables.iter().filter(|entry| entry.is_approximate()).count();
    if approximate > 0 {
        said.push(format!("how {approximate} tables were rounded or given noise"));
    }
    if !manifest.relations.is_empty() {
        said.push(format!("{} relations among cells", manifest.relations.len()));
    }
    match manifest.sensitive.as_slice() {
        [] => said.push("that no dimension is sensitive".to_owned()),
        names => said.push(format!("that no other dimension is sensitive than {}", names.join(", "))),
    }
    said.push(match manifest.earlier.len() {
        0 => "that no release came before this one".to_owned(),
        count => format!("that no other releases came before this one than the {count} it names"),
    });
    let numbers = words::check(folder, tables).trusted;
    if !numbers.is_empty() {
        let keys: Vec<&str> = numbers.iter().map(String::as_str).take(MOST_KEYS).collect();
        let more =
            if numbers.len() > MOST_KEYS { format!(" and {} more", numbers.len() - MOST_KEYS) } else { String::new() };
        let keys = keys.join("; ");
        said.push(format!("that numbers in its labels and notes are names and explanations ({keys}{more})"));
    }
    said.push("that its words name nobody and tell nothing of a single case".to_owned());
    said.push(
        "that its figures count: were they sums of amounts, whether a contributor's part can be told closely (the p % and (n, k) \
         rules) was not tried, because no file says who contributes what"
            .to_owned(),
    );
    if !folder.is_own {
        said.push("that how its files are written says nothing: its manifest is none of this program's".to_owned());
    }
    let decorated: u64 = tables.iter().map(|table| table.decorated).sum();
    if decorated > 0 {
        said.push(format!("that what stands beside {decorated} figures are footnotes and separators"));
    }
    let unexplained: u64 = tables.iter().map(|table| table.unexplained).sum();
    if unexplained > 0 {
        said.push(format!("that {unexplained} signs which it does not explain are hidden cells"));
    }
    said
}
