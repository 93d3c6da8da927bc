//! Columns that name people. Comes in: a case-level file. Goes out: columns whose header or whose values are those of a direct
//! identifier, declared or not. Deliberately absent: the names of the people in the store; those are the referee's.

use model::Attack;

use super::Found;
use model::extract::SUPPRESSED;

use crate::readers::microdata::{Column, Microdata};

/// Words of headers that stand over direct identifiers.
const NAMING: [&str; 27] = [
    "name",
    "names",
    "forename",
    "firstname",
    "surname",
    "lastname",
    "dob",
    "birthdate",
    "birthday",
    "address",
    "street",
    "postcode",
    "email",
    "mail",
    "phone",
    "telephone",
    "mobile",
    "nhs",
    "upn",
    "nino",
    "ref",
    "reference",
    "id",
    "identifier",
    "uuid",
    "caseid",
    "casenumber",
];

/// A column of fewer rows can have a different value in each by chance.
const ROWS_MIN: usize = 10;

pub(super) fn check(data: &Microdata, found: &mut Found) {
    let file = data.entry.file.as_str();
    for (at, column) in data.columns.iter().enumerate() {
        if is_naming(&column.name) {
            let message = format!("column {} has a header that stands over direct identifiers", at + 1);
            found.find(Attack::Uniqueness, "extract_identifier_column", file, None, message);
        }
        if column.labels.iter().any(|label| is_contact(label)) {
            let message = format!("column {} holds addresses of e-mail, postcodes or long numbers", at + 1);
            found.find(Attack::Uniqueness, "extract_identifier_values", file, None, message);
        } else if tells_rows_apart(column, data.rows.len()) {
            let message = format!("column {} has a different value in each row", at + 1);
            found.find(Attack::Uniqueness, "extract_identifier_values", file, None, message);
        }
    }
}

fn is_naming(header: &str) -> bool {
    let folded = header.to_lowercase();
    let mut words = folded.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| NAMING.contains(&word))
        || NAMING.contains(&folded.replace(|letter: char| !letter.is_alphanumeric(), "").as_str())
}

fn tells_rows_apart(column: &Column, rows: usize) -> bool {
    rows >= ROWS_MIN && column.labels.iter().filter(|label| *label != SUPPRESSED).count() == rows
}

/// An address of e-mail, a whole postcode, or a number of nine digits and more.
fn is_contact(label: &str) -> bool {
    let mail = label.split_once('@').is_some_and(|(before, after)| !before.is_empty() && after.contains('.'));
    let digits = label.chars().filter(char::is_ascii_digit).count();
    let others = label.chars().filter(|letter| !letter.is_ascii_digit() && !" +-()".contains(*letter)).count();
    mail || (digits >= 9 && others == 0) || is_postcode(label)
}

/// `ST16 2LH`: one or two letters, a digit, perhaps another sign; a digit and two letters.
fn is_postcode(label: &str) -> bool {
    let Some((out, inward)) = label.split_once(' ') else { return false };
    let (out, inward) = (out.as_bytes(), inward.as_bytes());
    let letters = out.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let area = (1..=2).contains(&letters)
        && (2..=4).contains(&out.len())
        && out.get(letters).is_some_and(u8::is_ascii_digit)
        && out.iter().all(u8::is_ascii_alphanumeric);
    let [digit, letters @ ..] = inward else { return false };
    area && digit.is_ascii_digit() && letters.len() == 2 && letters.iter().all(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::{is_contact, is_naming};

    #[test]
    fn headers_and_values_of_direct_identifiers_are_known() {
        for header in ["Case ID", "case_id", "caseId", "Surname", "date-of-birth dob", "NHS"] {
            assert!(is_naming(header), "{header}");
        }
        for header in ["month", "district", "need", "ethnicity", "residence"] {
            assert!(!is_naming(header), "{header}");
        }
        for value in ["a.b@example.org", "ST16 2LH", "M1 1AA", "07700 900123", "9434765919"] {
            assert!(is_contact(value), "{value}");
        }
        for value in ["2025-26-Q4", "E07000192", "0 to 4", "30-39", "SEN support", "*"] {
            assert!(!is_contact(value), "{value}");
        }
    }
}
