//! What a source file may say, and where it is wrong.

use super::*;
use crate::period::Calendar;

const SOUND: &str = r#"
label = "Cases"
case = "ref"
unit = "case"
reject_at_most = 0.1
[events]
opened = "opened"
[dates]
first = "2000-01-01"
last = "2040-12-31"
two_digit_from = 1960
[checks]
bad_date = "reject"
[[field]]
name = "ref"
columns = ["Case Ref."]
kind = "text"
class = "direct"
required = true
[[field]]
name = "opened"
columns = ["Opened"]
kind = "date"
class = "quasi"
[[field]]
name = "need"
columns = ["Need"]
kind = "code"
class = "sensitive"
codes = "need"
aliases = { " AUTISM\u00a0 spectrum" = "ASD" }
"#;

fn lists() -> BTreeMap<String, CodeList> {
    let document = Document::new(
        "codes/need.csv",
        "code,label
ASD,Autism
",
    );
    let list = CodeList::read(&document, Calendar { year_starts_in: 4 }).expect("a sound list");
    BTreeMap::from([("need".to_owned(), list)])
}

fn fault(text: &str) -> (usize, String) {
    let error = Source::read("cases", &Document::new("sources/cases.toml", text), &lists()).expect_err("a fault");
    (error.line_and_column().0, error.help.unwrap_or(error.message))
}

#[test]
fn spellings_are_kept_without_case_and_spaces() {
    let source = Source::read("cases", &Document::new("s", SOUND), &lists()).expect("a sound source");
    assert_eq!(source.fields[2].aliases["autism spectrum"], "ASD");
}

#[test]
fn a_check_that_the_file_does_not_name_stops() {
    let source = Source::read("cases", &Document::new("s", SOUND), &lists()).expect("a sound source");
    assert_eq!(source.level("bad_date"), Level::Reject);
    assert_eq!(source.level("ragged_row"), Level::Stop);
}

#[test]
fn a_misspelt_check_code_list_or_field_is_pointed_at() {
    let (line, help) = fault(&SOUND.replace("bad_date =", "bad_dat ="));
    assert_eq!((line, help.starts_with("did you mean \"bad_date\"")), (13, true));
    let (line, help) = fault(&SOUND.replace("codes = \"need\"", "codes = \"neeed\""));
    assert_eq!((line, help.starts_with("did you mean \"need\"")), (30, true));
    assert_eq!(fault(&SOUND.replace("opened = \"opened\"", "opened = \"ref\"")).0, 7);
    assert_eq!(fault(&SOUND.replace("= \"ASD\" }", "= \"ADS\" }")).0, 31);
}

#[test]
fn a_source_must_say_whom_it_protects() {
    let (_, help) = fault(&SOUND.replace("unit = \"case\"\n", ""));
    assert!(help.contains("unit = \"case\""), "{help}");
}

#[test]
fn two_fields_cannot_read_one_column() {
    let (line, message) = fault(&SOUND.replace("[\"Opened\"]", "[\"CASE REF\"]"));
    assert_eq!((line, message.as_str()), (22, "another field reads this column"));
}

#[test]
fn only_texts_are_references_and_only_minutes_have_a_colon() {
    for (key, message) in [("fold = false", "is a reference"), ("colon = \"mm:ss\"", "has lengths of time")] {
        let (_, said) = fault(&SOUND.replace("kind = \"code\"", &format!("kind = \"code\"\n{key}")));
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_rule_over_a_field_of_the_wrong_kind_is_refused() {
    let rule = r#"
[[rule]]
name = "order"
kind = "not_before"
level = "warn"
field = "opened"
after = "need"
"#;
    let (_, help) = fault(&format!("{SOUND}{rule}"));
    assert!(help.ends_with("Allowed: opened"), "{help}");
}
