//! What the referee finds, in every dress, and what it lets pass.

use std::io::Write;

use super::*;
use crate::identified::Identified;
use crate::ingest::{Origin, Recording, Values};
use crate::store::import::Batch;
use crate::store::keys::{self, WorkFactor};
use crate::store::tests::{bare_source, field};
use model::config::source::{Class, Kind};

/// Jane Exemplar and Tom, May Stafford, Grace Young and Zoë O'Brien-Ünal.
const PEOPLE: [[&str; 8]; 4] = [
    [
        "PPS-2025-00417",
        "F03318",
        "Jane EXEMPLAR",
        "2014-03-01",
        "ST16 1AA",
        "01785 000123",
        "jane.ex@example.org",
        "Tom",
    ],
    ["NYCC18501367", "F03319", "May Stafford", "2012-11-22", "ST17 9ZZ", "07700900456", "may@example.org", ""],
    ["1203456", "F03320", "Grace Young", "2010-01-05", "WS11 1AB", "1785000789", "", ""],
    ["120", "21/140625", "Zoë O'Brien-Ünal", "", "", "", "12 Example Road, Stafford", ""],
];

fn knowing_people(vocabulary: &[&str]) -> Referee {
    knowing(&PEOPLE, vocabulary)
}

/// A referee that knows `people`, who have the first of these fields.
fn knowing<const N: usize>(people: &[[impl AsRef<str>; N]], vocabulary: &[&str]) -> Referee {
    let fields = vec![
        field("case_ref", Kind::Text, Class::Direct),
        field("family_ref", Kind::Text, Class::Direct),
        field("parent_name", Kind::Text, Class::Direct),
        field("child_dob", Kind::Date, Class::Direct),
        field("postcode", Kind::Postcode, Class::Direct),
        field("phone", Kind::Text, Class::Direct),
        field("email", Kind::Text, Class::Direct),
        field("child_name", Kind::Text, Class::Direct),
    ];
    let source = bare_source(fields.into_iter().take(N).collect());
    let recordings: Vec<Recording> = people
        .iter()
        .map(|person| Recording {
            values: Identified::new(Values::of(
                person.iter().map(AsRef::as_ref).map(|value: &str| (!value.is_empty()).then_some(value)),
            )),
            origin: Origin { file: "a.csv".into(), ..Origin::default() },
            absent: [].into(),
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let key = keys::create(&folder.path().join("k"), "p", WorkFactor::ForTests).expect("a key");
    let mut store = Store::create(&folder.path().join("s"), &key).expect("a store");
    let digests = [("a.csv".to_owned(), "d".to_owned())];
    let batch = Batch {
        source: &source,
        codes: &BTreeMap::new(),
        recordings: &recordings,
        digests: &digests,
        today_month: None,
        replace: false,
    };
    store.import(batch).expect("an import");
    let vocabulary: Vec<String> = vocabulary.iter().map(|text| (*text).to_owned()).collect();
    Referee::new(&store, &[("advice".to_owned(), source)].into(), &vocabulary).expect("a referee")
}

fn hits(referee: &Referee, bytes: impl AsRef<[u8]>) -> Vec<(IdentifierKind, Strength)> {
    let hits = referee.scan(&[("page".to_owned(), bytes.as_ref().to_vec())]);
    hits.into_iter().map(|hit| (hit.kind, hit.strength)).collect()
}

fn names(referee: &Referee, bytes: impl AsRef<[u8]>) -> bool {
    !hits(referee, bytes).is_empty()
}

const LABELS: [&str; 3] = ["May 2026", "Stafford", "Grace Hospital"];

#[test]
fn every_usual_spelling_of_an_identifier_is_found() {
    let referee = knowing_people(&LABELS);
    for text in [
        "PPS-2025-00417",
        "pps 2025/00417",
        "PPS202500417",
        "xNYCC18501367y",
        "nycc18501367",
        "case 1203456.",
        "21/140625",
        "21 140625",
        "F03318",
        "Jane Exemplar",
        "EXEMPLAR, Jane",
        "jane\n   exemplar",
        "JaneExemplar",
        "Exemplar",
        "Zoe O'Brien-Unal",
        "zoë o’brien-ünal",
        "(01785) 000 123",
        "01785 000123",
        "+44 1785 000123",
        "01785000123",
        "07700 900 456",
        "077 0090 0456",
        "01785-000789",
        "jane.ex@example.org",
        "JANE.EX@EXAMPLE.ORG",
        "ST16 1AA",
        "st161aa",
        "2014-03-01",
        "01/03/2014",
        "1/3/2014",
        "1.3.2014",
        "01/03/14",
        "1 March 2014",
        "1st March 2014",
        "March 1, 2014",
        "01 Mar 2014",
        "20140301",
        "12 Example Road",
        "Tom; later on that day Jane",
        "Jane wrote, and then Exemplar",
    ] {
        assert!(names(&referee, format!("Table 1 {text} and so on")), "{text}");
    }
}

#[test]
fn a_name_is_found_in_every_dress() {
    let referee = knowing_people(&LABELS);
    let wide = |order: fn(u16) -> [u8; 2]| "cell Jane Exemplar".encode_utf16().flat_map(order).collect::<Vec<u8>>();
    assert!(names(&referee, wide(u16::to_le_bytes)) && names(&referee, wide(u16::to_be_bytes)));
    for text in [
        "<b>J&#97;ne</b> <i>Ex&#x65;mplar</i>",
        "<td>Jane</td><td>Exemplar</td>",
        "?q=Jane%20Exemplar",
        r#"{"a":"Jane\u0020Exemplar"}"#,
        "<i title=\"x Jane\">Exemplar</i>",
        "Ja\u{AD}ne Ex\u{200B}emplar",
        "\"Jane\",\"Exemplar\"",
        "data:text/plain;base64,SmFuZSBFeGVtcGxhcg==",
        "4a616e65204578656d706c6172",
        "<!-- Jane Exemplar -->",
        "<!-- Exemplar -->",
        "<sheet name=\"Exemplar\"/>",
        "Jane &amp;nbsp; Exemplar",
    ] {
        assert!(names(&referee, text), "{text}");
    }
}

/// Four families of one surname: alone it is nobody's any more.
fn knowing_many_of_a_name() -> Referee {
    let person = |at: usize, name: &str| {
        let family = format!("F0{at}777");
        [format!("PPS-2025-0{at}555"), family, name.to_owned()]
    };
    let names = ["Keziah Shamwick", "Tomasz Shamwick", "Ann Shamwick", "Idris Shamwick", "Olu Shamwick", "Amy Street"];
    let people: Vec<[String; 3]> = names.iter().enumerate().map(|(at, name)| person(at, name)).collect();
    knowing(&people, &[])
}

#[test]
fn a_common_surname_with_an_initial_on_either_side_is_somebody() {
    let referee = knowing_many_of_a_name();
    assert!(!names(&referee, "of the name Shamwick there are many"), "or the initials would show nothing");
    for text in ["Shamwick, K.", "K. Shamwick", "K Shamwick", "SHAMWICK T", "<td>Shamwick</td><td>K.</td>"] {
        assert!(names(&referee, format!("told of {text} then")), "{text}");
    }
    assert!(!names(&referee, "a street, and Street, a long one"), "a word of the language with an article");
    assert!(!names(&referee, "Shamwick, Q."), "nobody's initial");
}

#[test]
fn a_name_is_found_through_tags_within_it_other_scripts_and_from_its_end() {
    let referee = knowing_many_of_a_name();
    for text in [
        "<p>Keziah Sham<b>wick</b></p>",
        "<si><r><t>Keziah Sh</t></r><r><rPr><b/></rPr><t>amwick</t></r></si>",
        "<p>K<i>eziah</i> S<span class=\"x\">hamwick</span></p>",
        "K\u{435}zi\u{430}h Sh\u{430}mwick",
        "<p>\u{41a}eziah Shamwick</p>",
        "kciwmahS haizeK",
        "<p>kciwmahS haizeK</p>",
        "S2V6aWFoIFNoYW13aWNr",
    ] {
        assert!(names(&referee, text), "{text}");
    }
    for text in ["<p>Keziah</p><p>and others of the Sham</p><p>wick</p>", "kciwmahS", "\u{43a}\u{430}\u{442}"] {
        assert_eq!(hits(&referee, text), [], "{text}");
    }
}

#[test]
fn a_name_in_another_script_is_looked_for_as_it_is() {
    let people = [["PPS-2025-01555".to_owned(), "F01777".to_owned(), "Нина Каренина".to_owned()]];
    let referee = knowing(&people, &[]);
    assert!(names(&referee, "НИНА КАРЕНИНА") && names(&referee, "нина каренина"));
}

#[test]
fn a_name_is_found_inside_a_workbook_and_in_the_text_of_a_picture() {
    let referee = knowing_people(&LABELS);
    let workbook = |body: &str| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("a part");
        archive.write_all(body.as_bytes()).expect("a part");
        archive.finish().expect("an archive").into_inner()
    };
    let hit = referee.scan(&[("tables.xlsx".to_owned(), workbook("<t>Jane Exemplar</t>"))]);
    assert!(hit.iter().any(|hit| hit.place.starts_with("part 1, byte 3")), "{hit:?}");
    assert!(!names(&referee, workbook("<t>Totals</t>")));
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend_from_slice(&23_u32.to_be_bytes());
    picture.extend_from_slice(b"tEXtComment\0May@example.org....");
    assert!(names(&referee, &picture));
    let inside = format!("<img src=\"data:application/zip;base64,{}\">", base64_of(&workbook("<t>Jane Exemplar</t>")));
    assert!(names(&referee, inside), "a workbook in a page");
}

fn base64_of(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(three);
        out.extend((0..=chunk.len()).map(|at| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63])));
    }
    out
}

#[test]
fn labels_that_are_names_too_are_let_pass() {
    let referee = knowing_people(&LABELS);
    for text in [
        "district,month,value\nStafford,May,12\nMay,Stafford,7\n",
        "<tr><th>May</th><th>Stafford</th></tr><p>In May the cases of Stafford and of Grace Hospital grew.</p>",
        "Grace Hospital",
        "<a:font script=\"Deva\" typeface=\"Exemplar\"/>",
        "young people",
        "a page, in grace",
    ] {
        assert_eq!(hits(&referee, text), [], "{text}");
    }
    assert!(names(&referee, "a letter to May Stafford"), "in a sentence the two words are a name");
    let referee = knowing_people(&[]);
    assert!(names(&referee, "Tom came; his mother, Jane"), "two weak words of one person");
    assert!(!names(&referee, "by the grace of young people"), "words of the language, apart from each other");
    assert!(!names(&referee, format!("Tom came;{}Jane", " ".repeat(250))), "far apart they are words");
}

#[test]
fn numbers_of_a_report_are_no_identifiers() {
    let referee = knowing_people(&LABELS);
    for text in [
        "120",
        "value 2014,3,1",
        "1,3,14\n01,03,14",
        "0.1203456",
        "12.1203456",
        "1203456.7",
        "d=\"M 17 85 00 01 23 L 01785,000123\"",
        "#f03318",
        "<a:srgbClr val=\"F03319\"/>",
        "ST16",
        "11 22 2012",
        "<col width=\"21.140625\"/>",
        "2014 03 01",
        "sha256 0a1785000123ff",
        "x=\"120\" y=\"3456\"",
    ] {
        assert_eq!(hits(&referee, text), [], "{text}");
    }
}

#[test]
fn what_the_vocabulary_declares_is_no_news_but_a_reference_always_is() {
    let referee = knowing_people(&["1 March 2014", "ST16 1AA", "F03318", "Jane Exemplar Centre"]);
    for text in ["1 March 2014", "ST16 1AA", "the Jane Exemplar Centre"] {
        assert_eq!(hits(&referee, text), [], "{text}");
    }
    assert_eq!(hits(&referee, "2014-03-01"), [(IdentifierKind::BirthDate, Strength::Strong)]);
    assert_eq!(hits(&referee, "F03318"), [(IdentifierKind::FamilyReference, Strength::Strong)]);
}

#[test]
fn an_answer_holds_no_word_that_was_found() {
    let hits = knowing_people(&[]).scan(&[("page".to_owned(), b"Jane Exemplar, NYCC18501367".to_vec())]);
    let answer = format!("{hits:?}").to_lowercase();
    assert!(!hits.is_empty() && !answer.contains("jane") && !answer.contains("nycc"), "{answer}");
}

#[test]
fn a_single_name_in_packed_bytes_is_chance_and_a_full_one_is_not() {
    let referee = knowing_people(&[]);
    assert_eq!(hits(&referee, b"\0\x12 Exemplar \xff\0 Tom Jane"), []);
    assert!(names(&referee, b"\0\x12 Jane Exemplar \xff\0"));
}

#[test]
fn what_cannot_be_unpacked_is_a_hit() {
    let referee = knowing_people(&[]);
    assert_eq!(hits(&referee, b"PK\x03\x04 cut short"), [(IdentifierKind::NotInspected, Strength::Strong)]);
}

#[test]
fn the_digests_of_a_release_are_nobody_and_the_same_digits_elsewhere_are() {
    // A file whose digest holds the reference of a case, and one whose digest begins like a gzip container.
    let packs = |text: &String| sha256(text.as_bytes()).starts_with("1f8b");
    let packed = (0..).map(|number: u64| number.to_string()).find(packs).expect("one of some 65,536");
    let digest = sha256(packed.as_bytes());
    let reference = &digest[8..16];
    assert!(reference.bytes().any(|byte| byte.is_ascii_alphabetic()), "{reference}: else it is looked for as a number");
    let referee = knowing([[reference, "", "", "", "", "", ""]].as_slice(), &[]);
    let manifest = ("release.json".to_owned(), format!("{{\"data/a.csv\": \"{digest}\"}}").into_bytes());
    let data = ("data/a.csv".to_owned(), packed.into_bytes());
    assert_eq!(referee.scan(&[manifest.clone(), data.clone()]), []);
    let alone = referee.scan(std::slice::from_ref(&manifest));
    let kinds: Vec<_> = alone.iter().map(|hit| hit.kind).collect();
    assert_eq!(kinds, [IdentifierKind::CaseReference, IdentifierKind::NotInspected], "nobody released that file");
    assert_eq!(referee.with_known([digest.as_str()]).scan(&[manifest]), []);
}

#[test]
fn a_postcode_in_a_known_typeface_is_nobodys_and_beside_it_somebodys() {
    let referee = knowing([["PPS-9", "", "", "", "L7 4FT", "", ""]].as_slice(), &[]);
    let face = "AAAABBBB+L74FT/CCCC+L7+4FT/DDDD";
    let page = |face: &str| format!("src:url(data:font/otf;base64,{face}==) format(\"opentype\")");
    let postcode = [(IdentifierKind::Postcode, Strength::Medium)];
    assert_eq!(hits(&referee, page(face)).len(), 2, "or this shows nothing");
    let referee = referee.with_known([face]);
    assert_eq!(hits(&referee, page(face)), []);
    for beside in [format!("{}+L74FT", page(face)), page(&format!("{face}+L74FT")), page("+L74FT/AAAABBBB")] {
        assert_eq!(hits(&referee, &beside)[..1], postcode, "{beside}");
    }
}

/// The bytes of a workbook whose part packs to bytes that hold `words`, as the noise of a real one does by chance.
fn packed_around(words: &str) -> Vec<u8> {
    // Bytes that do not repeat are stored as they are within a deflated stream.
    let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::none());
    deflated.write_all(words.as_bytes()).expect("a vector takes all");
    deflated.finish().expect("a vector takes all")
}

#[test]
fn packed_bytes_are_read_unpacked_and_what_hides_between_them_as_it_stands() {
    let referee = knowing_people(&[]);
    let picture = |pixels: &[u8]| {
        let chunk = |kind: &[u8], body: &[u8]| {
            let length = u32::try_from(body.len()).expect("a short chunk").to_be_bytes();
            [&length, kind, body, &[0; 4]].concat()
        };
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IDAT", pixels), chunk(b"IEND", b"")].concat()
    };
    let packed = packed_around(" ST16 1AA ");
    assert!(packed.windows(8).any(|eight| eight == b"ST16 1AA"), "or this shows nothing");
    let zlib = [&[0x78, 0x01], &packed[..], &adler32(b" ST16 1AA ")].concat();
    assert_eq!(hits(&referee, picture(&zlib)), [], "pixels are no letters");
    assert!(names(&referee, picture(&[&zlib[..], b" ST16 1AA "].concat())), "behind the pixels");
    assert!(names(&referee, picture(b" ST16 1AA ")), "no pixels");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("a.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    archive.write_all(b"<t>Totals</t>").expect("a part");
    let archive = archive.finish().expect("an archive").into_inner();
    assert_eq!(hits(&referee, &archive), []);
    assert!(names(&referee, [&archive[..], b" ST16 1AA "].concat()), "behind the archive");
}

/// The checksum at the end of a zlib stream (RFC 1950).
fn adler32(bytes: &[u8]) -> [u8; 4] {
    let (mut one, mut sum) = (1_u32, 0_u32);
    for byte in bytes {
        one = (one + u32::from(*byte)) % 65_521;
        sum = (sum + one) % 65_521;
    }
    (sum << 16 | one).to_be_bytes()
}
