//! Walks a text export once before it is read. Comes in: a text and how its cells are parted and quoted. Goes out: how many
//! rows it has, and every quotation mark that cannot be believed. The count is made apart from the reader's, so that no
//! row can be lost between the two. Deliberately absent: cells.

use std::collections::BTreeMap;

/// How cells are parted and quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// What stands at both ends of a quoted cell: `"`, or `'` in the files of some programs.
    pub(super) mark: u8,
    /// Whether quotation marks at both ends of a cell are no part of it.
    pub(super) quoted: bool,
    /// Whether `\"` is a quotation mark within a quoted cell.
    pub(super) backslash: bool,
}

/// What one walk finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Lines with something in them, a quoted cell of several lines counted once.
    pub(super) rows: u64,
    /// Cells that most rows have.
    pub(super) usual_cells: usize,
    /// Whether all rows have as many.
    pub(super) all_alike: bool,
    /// Cells that a quotation mark opens and another closes rightly.
    pub(super) sound: u64,
    /// The line of each mark that opens a cell of whole rows, or that nothing closes.
    pub(super) open: Vec<u64>,
    /// Lines of cells in which something follows the closing mark.
    pub(super) odd: Vec<u64>,
    /// Lines of rows that look like the two halves of one.
    pub(super) halves: Vec<u64>,
    /// Lines of rows that stand in quotation marks as a whole, as if they were one cell.
    pub(super) within_marks: Vec<u64>,
    /// The line of the last row, where it ends without a line end and before its last cell, as no other row does.
    pub(super) cut_off: Option<u64>,
}

impl Survey {
    pub(super) fn faults(&self) -> usize {
        self.open.len() + self.odd.len()
    }
}

/// A quoted cell of several lines.
struct Block<'t> {
    line: u64,
    text: &'t str,
    /// The first cell of its row, to which the lines within are held.
    first: &'t str,
}

/// Walks the text.
pub(super) fn survey(text: &str, dialect: Dialect) -> Survey {
    let mut walk =
        Walk { text, bytes: text.as_bytes(), dialect, at: 0, line: 1, survey: Survey::default(), within: Vec::new() };
    let (mut rows, mut blocks): (Vec<(u64, usize)>, Vec<Block<'_>>) = (Vec::new(), Vec::new());
    while walk.at < walk.bytes.len() {
        walk.row(&mut rows, &mut blocks);
    }
    let (mut survey, within) = (walk.survey, walk.within);
    let usual = usual(&rows, &within);
    // A row within marks has the cells of what is within, where that are as many as rows have.
    for (at, _) in within.into_iter().filter(|(_, cells)| *cells == usual) {
        rows[at].1 = usual;
        survey.within_marks.push(rows[at].0);
    }
    survey.rows = rows.len() as u64;
    survey.usual_cells = usual;
    survey.all_alike = rows.iter().all(|(_, cells)| *cells == usual);
    survey.cut_off = cut_off(text, &rows, usual);
    survey
        .open
        .extend(blocks.iter().filter(|block| block.holds_rows(usual, dialect.delimiter)).map(|block| block.line));
    survey.open.sort_unstable();
    survey.open.dedup();
    for pair in rows.windows(2) {
        let [(line, cells), (next, others)] = [pair[0], pair[1]];
        if usual >= 5 && cells < usual && others < usual && cells + others == usual + 1 {
            survey.halves.extend([line, next]);
        }
    }
    survey.halves.dedup();
    survey
}

/// Cells that most rows have. `within`: rows that stand in marks as a whole, and the cells of what is within.
fn usual(rows: &[(u64, usize)], within: &[(usize, usize)]) -> usize {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for (_, cells) in rows {
        *counts.entry(*cells).or_insert(0) += 1;
    }
    for (at, cells) in within {
        *counts.entry(rows[*at].1).or_insert(1) -= 1;
        *counts.entry(*cells).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(_, rows)| *rows).map_or(0, |(cells, _)| cells)
}

/// The line of the last row, where the text ends within it. A program that takes blank cells or the last line end off does so
/// elsewhere, too.
fn cut_off(text: &str, rows: &[(u64, usize)], usual: usize) -> Option<u64> {
    let ((line, cells), others) = rows.split_last()?;
    let is_whole = |(_, cells): &(u64, usize)| *cells >= usual;
    let ends = text.ends_with(['\n', '\r']);
    (!ends && *cells < usual && others.len() > 1 && others.iter().filter(|row| row.1 > 1).all(is_whole))
        .then_some(*line)
}

struct Walk<'t> {
    text: &'t str,
    bytes: &'t [u8],
    dialect: Dialect,
    at: usize,
    line: u64,
    survey: Survey,
    /// Rows, by their place, that stand in marks as a whole, with the cells of what is within.
    within: Vec<(usize, usize)>,
}

impl<'t> Walk<'t> {
    fn row(&mut self, rows: &mut Vec<(u64, usize)>, blocks: &mut Vec<Block<'t>>) {
        let (start, line) = (self.at, self.line);
        let mut cells = 0;
        let mut first_ends = start;
        loop {
            cells += 1;
            if self.dialect.quoted && self.peek() == Some(self.dialect.mark) {
                self.quoted(start, blocks);
                first_ends = if cells == 1 { self.at } else { first_ends };
            }
            let rest = &self.bytes[self.at..];
            let ends = |byte: &u8| matches!(byte, b'\n' | b'\r') || *byte == self.dialect.delimiter;
            self.at += rest.iter().position(ends).unwrap_or(rest.len());
            if self.peek() == Some(self.dialect.delimiter) {
                self.at += 1;
                continue;
            }
            if self.at > start {
                let within = self.cells_within(start, first_ends);
                self.within.extend(within.map(|cells| (rows.len(), cells)));
                rows.push((line, cells));
            }
            self.end_of_line();
            return;
        }
    }

    /// The cells of a row whose only cell is in marks and holds a row, as where a spreadsheet saved lines that it had not parted.
    /// `ends`: behind the first cell.
    fn cells_within(&self, start: usize, ends: usize) -> Option<usize> {
        const FEWEST: usize = 5;
        let (delimiter, mark) = (self.dialect.delimiter, char::from(self.dialect.mark));
        let parted = |text: &str| text.bytes().filter(|byte| *byte == delimiter).count();
        let rest = &self.bytes[ends..self.at];
        let cell = self.text[start..ends].strip_prefix(mark)?.strip_suffix(mark)?;
        if parted(cell) + 1 < FEWEST || rest.iter().any(|byte| *byte != delimiter) {
            return None;
        }
        let inner = survey(&unmarked(cell, mark), self.dialect);
        (inner.rows == 1 && inner.faults() == 0).then_some(inner.usual_cells)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn end_of_line(&mut self) {
        if self.at < self.bytes.len() {
            self.at += 1 + usize::from(self.bytes[self.at..].starts_with(b"\r\n"));
            self.line += 1;
        }
    }

    /// A cell that opens with a quotation mark; stands behind its closing one afterwards.
    fn quoted(&mut self, row: usize, blocks: &mut Vec<Block<'t>>) {
        let (opened, from) = (self.line, self.at);
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    self.survey.open.push(opened);
                    return;
                }
                Some(b'\\') if self.dialect.backslash => self.at += 2,
                Some(byte) if byte == self.dialect.mark && self.bytes.get(self.at + 1) == Some(&byte) => self.at += 2,
                Some(byte) if byte == self.dialect.mark => break,
                Some(b'\n' | b'\r') => self.end_of_line(),
                Some(_) => self.at += 1,
            }
        }
        let several = self.line > opened;
        if several {
            let first = self.text[row..].split([char::from(self.dialect.delimiter), '\n', '\r']).next();
            blocks.push(Block { line: opened, text: &self.text[from + 1..self.at], first: first.unwrap_or_default() });
        }
        self.at += 1;
        match self.peek() {
            None | Some(b'\n' | b'\r') => self.survey.sound += 1,
            Some(byte) if byte == self.dialect.delimiter => self.survey.sound += 1,
            // The next cell's opening mark was taken for the closing one.
            Some(_) if several => self.survey.open.push(opened),
            Some(_) => self.survey.odd.push(opened),
        }
    }
}

impl Block<'_> {
    /// Whether what follows the first line end looks like rows: as many delimiters as rows have, and a first cell of the
    /// same make, or one line after the other with as many.
    fn holds_rows(&self, usual: usize, delimiter: u8) -> bool {
        let lines: Vec<&str> = self.text.split(['\n', '\r']).skip(1).filter(|line| !line.is_empty()).collect();
        let parted = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count();
        let whole = lines.iter().filter(|line| parted(line) + 1 == usual).count();
        let alike = |line: &&&str| {
            let first = line.split(char::from(delimiter)).next().unwrap_or_default();
            parted(line) + 2 >= usual.max(3) && make(first) == make(self.first)
        };
        lines.iter().any(|line| alike(&line)) || (usual >= 5 && whole > 1 && whole + 1 >= lines.len())
    }
}

/// A cell without what doubles the marks in it.
pub(super) fn unmarked(cell: &str, mark: char) -> String {
    let mark = mark.to_string();
    cell.replace(&mark.repeat(2), &mark)
}

/// What a cell is made of: letters, digits, other signs, in their order.
fn make(cell: &str) -> String {
    let mut made = String::new();
    for character in cell.trim().trim_matches(['"', '\'']).chars() {
        let kind = if character.is_alphabetic() {
            'a'
        } else if character.is_numeric() {
            '9'
        } else {
            character
        };
        if !made.ends_with(kind) {
            made.push(kind);
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Dialect = Dialect { delimiter: b',', mark: b'"', quoted: true, backslash: false };

    /// A header of five columns, rows `C1` to `C9`, one of which ends in the note.
    fn rows(at: usize, note: &str) -> String {
        let row = |row: usize| format!("C{row},x,y,z,{}\n", if row == at { note } else { "made-up" });
        format!("Ref,A,B,C,Notes\n{}", (1..10).map(row).collect::<String>())
    }

    #[test]
    fn a_row_within_marks_is_the_row_within() {
        let whole = |row: &str| format!("\"{}\"", row.replace('"', "\"\""));
        let text = rows(9, "\"a, b\"");
        let some: String = text
            .lines()
            .enumerate()
            .map(|(at, row)| if at % 3 == 1 { whole(row) } else { row.to_owned() } + "\n")
            .collect();
        let found = survey(&some, PLAIN);
        assert_eq!((found.within_marks, found.usual_cells, found.rows), (vec![2, 5, 8], 5, 10));
        let all: String = text.lines().map(|row| whole(row) + "\n").collect();
        assert_eq!(survey(&all, PLAIN).within_marks.len(), 10, "the header, too");
        let note = text.replace("made-up\n", "\"one, two, three, four, five\"\n");
        assert!(survey(&note, PLAIN).within_marks.is_empty(), "a note with commas");
        let title = format!("\"Cases, open, closed, all, districts, teams\",,,,\n{text}");
        assert!(survey(&title, PLAIN).within_marks.is_empty(), "a title with other commas than rows");
    }

    #[test]
    fn a_text_that_ends_within_its_last_row_is_cut_off() {
        let text = rows(0, "");
        let cut = |bytes: usize| survey(&text[..text.len() - bytes], PLAIN).cut_off;
        assert_eq!(
            [cut(0), cut(1), cut(8)],
            [None, None, None],
            "a whole row, also without a line end, and within the last cell"
        );
        assert_eq!([cut(9), cut(12)], [Some(10), Some(10)]);
        let short = text.replacen(",made-up\n", "\n", 1);
        assert_eq!(survey(&short[..short.len() - 9], PLAIN).cut_off, None, "blank cells are left out elsewhere, too");
        assert_eq!(
            survey(&format!("{text}End of report\n(9 rows), all"), PLAIN).cut_off,
            Some(12),
            "whether it is a case is not known here"
        );
    }

    #[test]
    fn rows_are_counted_by_the_line_ends_outside_quotes() {
        let counted = |text: &str| (survey(text, PLAIN).rows, survey(text, PLAIN).faults());
        assert_eq!(counted(&rows(3, "\"one line,\nanother; and \"\"a third\"\"\"")), (10, 0));
        assert_eq!(counted("a,b\r\n\r\n\"x\r\ny\",2\r3,4"), (3, 0), "line ends of three kinds, one empty line");
        assert_eq!(counted(&rows(3, "5\" nail, 6\" nail")), (10, 0), "marks within a cell are signs like others");
    }

    #[test]
    fn a_mark_that_nothing_closes_is_named_by_the_line_where_it_opens() {
        for note in ["\"rang back, still unhappy", "\"still unhappy”", "\"", "\"a\"\""] {
            assert_eq!(survey(&rows(5, note), PLAIN).open, [6], "{note}");
        }
        let first = rows(5, "note").replace("C5,", "\"C5,");
        assert_eq!(survey(&first, PLAIN).open, [6], "in the first column");
    }

    #[test]
    fn a_cell_that_swallows_rows_up_to_the_next_mark_is_named_by_the_line_where_it_opens() {
        let next = rows(3, "\"unhappy").replace("C7,x,y,z,made-up", "C7,x,y,z,\"pleased");
        assert_eq!(survey(&next, PLAIN).open[0], 4, "closed by another stray mark");
        let next = rows(3, "\"unhappy").replace("C4,x", "\"C4\",x");
        assert_eq!(survey(&next, PLAIN).open, [4], "closed by a sound cell of the next row");
        let next = rows(3, "\"unhappy").replace("C8,x,y,z,made-up", "C8,x,y,z,pleased\"");
        assert_eq!((survey(&next, PLAIN).open, survey(&next, PLAIN).rows), (vec![4], 5), "closed at a line's end");
    }

    #[test]
    fn notes_of_several_lines_with_commas_are_no_rows() {
        for note in ["\"saw mum, dad, SENCO\nand, later, on, the school\n\"", "\"a\nb,c,d,e\""] {
            assert_eq!(survey(&rows(5, note), PLAIN).faults(), 0, "{note}");
        }
    }

    #[test]
    fn a_mark_out_of_place_in_one_line_is_a_fault_of_that_line() {
        assert_eq!(survey(&rows(5, "\"Bob\" said so"), PLAIN).odd, [6]);
        let escaped = rows(5, r#""said \"no\", twice""#);
        assert_eq!(survey(&escaped, PLAIN).odd, [6]);
        assert_eq!(survey(&escaped, Dialect { backslash: true, ..PLAIN }).faults(), 0);
    }

    #[test]
    fn two_halves_of_a_row_are_known() {
        let broken = rows(9, "end").replace("C4,x,y,z", "C4,x,y\nROAD,z");
        assert_eq!(survey(&broken, PLAIN).halves, [5, 6]);
        assert_eq!(survey(&rows(9, "end").replace(",made-up", ""), PLAIN).halves, [0; 0], "short rows in a block");
    }
}
