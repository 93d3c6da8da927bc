//! Finds what parts the cells of a text export. Comes in: its first lines, the header words that sources know. Goes out:
//! a delimiter. A line that has the words of a header decides; only where none has them, lines alike do.

use std::collections::{BTreeMap, BTreeSet};

use model::config::fold::fold_header;

/// Delimiters that are tried, the usual first.
const USUAL: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];
/// Those that are taken only where the words of a header say so.
const RARE: [(u8, &str); 5] =
    [(b'^', "caret"), (b'~', "tilde"), (0x1F, "unit separator"), (b':', "colon"), (b' ', "blank")];
/// Records that are looked at: the more where the fewer have no columns.
const RECORDS: [usize; 2] = [60, 1_000];
/// Header words that make a header of a line that an unusual delimiter parts.
const WORDS: usize = 3;

/// The delimiter and its name; none where no line has columns.
pub(super) fn find(text: &str, words: &BTreeSet<String>) -> Option<(u8, &'static str)> {
    RECORDS.into_iter().find_map(|records| find_among(text, words, records))
}

fn find_among(text: &str, words: &BTreeSet<String>, first: usize) -> Option<(u8, &'static str)> {
    let known = |delimiter: u8| most_known(text, delimiter, words, first);
    let usual = best(&USUAL, |delimiter| (known(delimiter), alike(text, delimiter, first)));
    let rare = best(&RARE, |delimiter| (known(delimiter), 0));
    let (usual_words, rare_words) = (known(usual.0), known(rare.0));
    if rare_words >= WORDS && rare_words > usual_words {
        return Some(rare);
    }
    (usual_words > 1 || alike(text, usual.0, first) > 0).then_some(usual)
}

/// The first of the best.
fn best(among: &[(u8, &'static str)], score: impl Fn(u8) -> (usize, usize)) -> (u8, &'static str) {
    among.iter().copied().rev().max_by_key(|(delimiter, _)| score(*delimiter)).unwrap_or(USUAL[0])
}

/// The most header words that one record has.
fn most_known(text: &str, delimiter: u8, words: &BTreeSet<String>, first: usize) -> usize {
    let known = |record: csv::StringRecord| {
        let known = record.iter().filter(|cell| words.contains(&fold_header(cell))).count();
        // Every sentence has blanks; a header that is parted by them has its names in quotation marks, and little else.
        let is_sentence = delimiter == b' ' && known * 2 < record.len();
        if is_sentence { 0 } else { known }
    };
    records(text, delimiter).take(first).map(known).max().unwrap_or(0)
}

/// How far the first records have many columns alike.
fn alike(text: &str, delimiter: u8, first: usize) -> usize {
    let mut widths = BTreeMap::new();
    for record in records(text, delimiter).take(first) {
        *widths.entry(record.len()).or_insert(0_usize) += 1;
    }
    // Squared, because lines alike say more than columns many.
    widths.into_iter().map(|(width, records)| (width - 1) * records * records).max().unwrap_or(0)
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = csv::StringRecord> + '_ {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.into_records().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, words: &[&str]) -> Option<&'static str> {
        find(text, &words.iter().map(|word| fold_header(word)).collect()).map(|(_, name)| name)
    }

    #[test]
    fn the_delimiter_is_the_one_that_parts_the_lines_alike() {
        assert_eq!(found("a;b;c\n1;\"x, y, z, u, v\";3\n", &[]), Some("semicolon"));
        assert_eq!(found("a,b,c\n1,\"ASD; SEMH; PD; HI\",3\n", &[]), Some("comma"));
        assert_eq!(found("a\tb\n1,5\t2\n", &[]), Some("tab"));
        assert_eq!(found("alone\n1\n", &["alone"]), None);
    }

    #[test]
    fn header_words_decide_before_lines_alike() {
        let words = ["Case ref", "Opened", "Notes"];
        let notes = "1;2;spoke to mum, dad, school, SENCO, LA, then mum again\n".repeat(60);
        assert_eq!(found(&format!("Case ref;Opened;Notes\n{notes}"), &words), Some("semicolon"));
        assert_eq!(found("Case ref^Opened^Notes\n1^2^3\n", &words), Some("caret"));
        assert_eq!(found("\"Case ref\" \"Opened\" \"Notes\"\n\"1\" 2 \"a b\"\n", &words), Some("blank"));
        let known = ["Case ref", "Opened", "Notes", "One", "Two"];
        assert_eq!(found("Case ref / A,Opened / One / B,Notes / Two / C\n1,2,3\n1,2,3\n", &known), Some("comma"));
        let titles = "A line of a title, as some\n".repeat(2) + &"one\n".repeat(200);
        assert_eq!(found(&titles.replace(',', ""), &words), None);
        assert_eq!(found(&(titles.replace(',', "") + "Case ref;Opened;Notes\n1;2;3\n"), &words), Some("semicolon"));
        assert_eq!(found("a^b^c\n1^2^3\n", &words), None, "an unusual one needs its words");
    }
}
