//! A source that is proposed from an export reads that export.

use std::collections::BTreeMap;

use model::config::source::{Class, Kind};
use model::config::{CodeList, Document, Source};
use model::period::Calendar;

use crate::ingest::{propose, read};

/// An export of another service, with a title above its header.
fn export() -> String {
    let mut text = "Enquiries of the year\nEnquiry number;Household ID;Name;Received on;Ended;Topic;Urgent?;Time (mins);What was said\n".to_owned();
    for at in 1..=80 {
        let (topic, urgent) = (["Benefits", "Housing", "Schools"][at % 3], ["Yes", "No"][at % 2]);
        let rare = if at == 7 { "my neighbour Ann" } else { topic };
        let ended = if at % 4 == 0 { format!("{:02}/06/2025", at % 28 + 1) } else { String::new() };
        text += &format!(
            "E{at:04};H{:03};Person{at} Made;{:02}/0{}/2025;{ended};{rare};{urgent};{};A long made-up story, number {at}, of what was said at length\n",
            at / 2,
            at % 28 + 1,
            at % 5 + 1,
            at + 5
        );
    }
    text
}

#[test]
fn a_proposed_source_reads_the_export_that_it_was_proposed_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("enquiries.csv");
    std::fs::write(&path, export()).expect("a file of our own");
    let proposal = propose(&path, "other").expect("a proposal");
    let codes: BTreeMap<String, CodeList> = proposal
        .codes
        .iter()
        .map(|(name, text)| {
            let list = CodeList::read(&Document::new(name, text), Calendar { year_starts_in: 4 });
            (name.clone(), list.expect("a sound code list"))
        })
        .collect();
    let source =
        Source::read("other", &Document::new("sources/other.toml", &proposal.source), &codes).expect(&proposal.source);
    assert_eq!((source.case.as_str(), source.family.as_deref()), ("enquiry_number", Some("household_id")));
    assert_eq!((source.events["opened"].as_str(), source.events["closed"].as_str()), ("received_on", "ended"));
    let kinds: Vec<(&str, Kind, Class)> =
        source.fields.iter().map(|field| (field.name.as_str(), field.kind, field.class)).collect();
    let expected = [
        ("enquiry_number", Kind::Text, Class::Direct),
        ("household_id", Kind::Text, Class::Direct),
        ("name", Kind::Text, Class::Direct),
        ("received_on", Kind::Date, Class::Quasi),
        ("ended", Kind::Date, Class::Quasi),
        ("topic", Kind::Code, Class::Sensitive),
        ("urgent", Kind::Bool, Class::Operational),
        ("time_mins", Kind::Minutes, Class::Operational),
        ("what_was_said", Kind::FreeText, Class::FreeText),
    ];
    assert_eq!(kinds, expected);
    let reading = read(&[path], &source, &codes, &|_| {}).expect("the export");
    // What one person's row says is no code of a list, and the row is for a person to look at.
    assert_eq!((reading.report.rows.accepted, reading.report.rows.rejected["unknown_code"]), (79, 1));
    let written = format!("{}{:?}", proposal.source, proposal.codes);
    assert!(!written.contains("Ann") && !written.contains("Person7") && !written.contains("E0007"), "{written}");
    assert!(proposal.source.contains("# 80 cells are filled; 80 dates"), "{}", proposal.source);
}

#[test]
fn people_are_no_categories_and_a_proposed_list_asks_to_be_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cases.csv");
    let row = |at: usize| {
        let (who, topic) =
            (["Ann Invented", "Bo O'Made", "Zo\u{eb} Made-Up"][at % 3], ["Benefits", "Home visit"][at % 2]);
        format!("K{at},{who},{topic}\n")
    };
    std::fs::write(&path, format!("Kase id,Allocated to,Topic\n{}", (1..=60).map(row).collect::<String>()))
        .expect("a file");
    let proposal = propose(&path, "other").expect("a proposal");
    assert_eq!(proposal.codes.keys().collect::<Vec<_>>(), ["other_topic"]);
    assert!(proposal.codes["other_topic"].starts_with("# LOOK: "));
    assert!(!format!("{}{:?}", proposal.source, proposal.codes).contains("Invented"));
}

#[test]
fn a_file_without_a_header_gives_no_proposal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("numbers.csv");
    std::fs::write(&path, "1,2,3\n4,5,6\n").expect("a file of our own");
    assert!(propose(&path, "other").is_err());
}
