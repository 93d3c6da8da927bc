//! What a recoding lost, in words. Comes in: microdata, classes, the loss by column. Goes out: sentences that name columns and count
//! labels. Deliberately absent: a label, or a record's value.

use super::loss::{Loss, suppressed};
use super::microdata::Microdata;
use super::outcome::Classes;

/// One sentence a quasi-identifier, and what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnLoss {
    /// The column.
    pub column: String,
    /// Different values in the records as they came.
    pub values: usize,
    /// Different labels in the records as they go out.
    pub labels: usize,
    /// Values of the hierarchy that a cell covers, on average over records that are not suppressed.
    pub covered: f64,
    /// The share of detail that those records lost, 0 to 1.
    pub lost: f64,
    /// The same in a sentence.
    pub words: String,
}

/// Column by column.
#[must_use]
pub fn by_column(microdata: &Microdata, classes: &Classes, loss: &Loss) -> Vec<ColumnLoss> {
    let all = number(microdata.records);
    let gone = number(suppressed(microdata, classes));
    let kept = (all - gone).max(1.0);
    let of_column = |(at, hierarchy): (usize, &super::hierarchy::Hierarchy)| {
        let rows = microdata.distinct.codes[at].iter().zip(&microdata.distinct.counts);
        let mut codes: Vec<u32> = rows.filter(|(_, count)| **count > 0).map(|(code, _)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        let (mut texts, mut covered): (Vec<&str>, f64) = (Vec::new(), 0.0);
        for (class, records) in (0_u32..).zip(&classes.records) {
            if let Some(label) = classes.label(at, class) {
                texts.push(&label.text);
                covered += f64::from(label.leaves) * count(*records);
            }
        }
        texts.sort_unstable();
        texts.dedup();
        let lost = loss.columns.get(at).copied().unwrap_or(0.0);
        let mut told = ColumnLoss {
            column: hierarchy.column().to_owned(),
            values: codes.len(),
            labels: texts.len(),
            covered: covered / kept,
            lost: ((lost * all - gone) / kept).clamp(0.0, 1.0),
            words: String::new(),
        };
        told.words = sentence(&told, f64::from(hierarchy.domain()));
        told
    };
    microdata.hierarchies.iter().enumerate().map(of_column).collect()
}

/// `domain`: values of the hierarchy.
fn sentence(told: &ColumnLoss, domain: f64) -> String {
    let column = &told.column;
    if told.labels == 0 {
        format!("{column}: every record is suppressed.")
    } else if told.covered <= 1.0 {
        format!("{column}: as it came.")
    } else if told.covered >= domain {
        format!("{column}: one label for everybody; nothing of it is left.")
    } else {
        let labels = if told.labels == 1 { "one label".to_owned() } else { format!("{} labels", told.labels) };
        let values = if told.values == 1 { "one value".to_owned() } else { format!("{} values", told.values) };
        let covered = told.covered;
        let lost = percent(told.lost);
        format!(
            "{column}: {labels} in place of {values}; a cell covers {covered:.1} of {domain:.0} values on average, so {lost} of its detail is lost."
        )
    }
}

/// All columns together, and the suppressed records.
#[must_use]
pub fn overall(microdata: &Microdata, classes: &Classes, loss: &Loss) -> String {
    let gone = suppressed(microdata, classes);
    let mean = percent(loss.arithmetic);
    let head = format!("On average over columns {mean} of the detail is lost");
    match gone {
        0 => format!("{head}. No record is suppressed."),
        gone => {
            let share = percent(number(gone) / number(microdata.records.max(1)));
            let (gone, records) = (grouped(&gone.to_string()), grouped(&microdata.records.to_string()));
            format!(
                "{head}, suppressed records included. {gone} of {records} records ({share}) are suppressed: none of these columns is left of them."
            )
        }
    }
}

/// Digits with a comma at each thousand.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share for people: `12.3 %`. What is not nothing is never told as nothing, and what is not all never as all.
#[must_use]
pub fn percent(share: f64) -> String {
    let hundredths = share * 100.0;
    if share <= 0.0 {
        "0 %".to_owned()
    } else if hundredths < 0.05 {
        "under 0.1 %".to_owned()
    } else if share >= 1.0 {
        "100 %".to_owned()
    } else if hundredths >= 99.95 {
        "over 99.9 %".to_owned()
    } else {
        format!("{hundredths:.1} %")
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)]
const fn count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{ColumnLoss, percent, sentence};

    #[test]
    fn what_is_left_of_a_column_is_said_in_words() {
        let told = |labels, covered, lost| ColumnLoss {
            column: "age".into(),
            values: 74,
            labels,
            covered,
            lost,
            words: String::new(),
        };
        assert_eq!(sentence(&told(74, 1.0, 0.0), 100.0), "age: as it came.");
        assert_eq!(sentence(&told(1, 100.0, 1.0), 100.0), "age: one label for everybody; nothing of it is left.");
        let words = "age: 12 labels in place of 74 values; a cell covers 5.0 of 100 values on average, so 4.0 % of its detail is lost.";
        assert_eq!(sentence(&told(12, 5.0, 0.04), 100.0), words);
    }

    #[test]
    fn a_share_is_nothing_or_all_only_where_it_is() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.000_01), "under 0.1 %");
        assert_eq!(percent(0.999_99), "over 99.9 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.1234), "12.3 %");
    }
}
