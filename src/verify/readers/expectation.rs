//! Reads the CSV of a table of expectations. Comes in: bytes. Goes out: its rows as texts, and what is wrong with the file.
//! Deliberately absent: whether its figures are right.

/// The columns after the code.
pub const COLUMNS: [&str; 6] = ["observed", "expected", "lower", "upper", "flag", "symbol"];

/// A row: the code, five figures, the symbol that stands in their place; as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As in the table that it comes from.
    pub code: String,
    /// Observed, expected, lower and upper limit, flag.
    pub figures: [String; 5],
    /// `c`, `z`, `x` or nothing.
    pub symbol: String,
}

impl Row {
    /// What a person must read in each cell: the figure without separators, or a symbol.
    #[must_use]
    pub fn shown(&self) -> [String; 5] {
        let symbol = match self.symbol.as_str() {
            "" => "[x]".to_owned(),
            symbol => format!("[{symbol}]"),
        };
        self.figures.clone().map(|figure| if figure.is_empty() { symbol.clone() } else { figure })
    }
}

/// The rows of a table by `dim`; none where the file is not one.
#[must_use]
pub fn read(dim: &str, bytes: &[u8]) -> Option<Vec<Row>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('\u{feff}'))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next()?.ok()?;
    if !header.iter().eq(std::iter::once(dim).chain(COLUMNS)) {
        return None;
    }
    let mut rows = Vec::new();
    for record in records {
        let fields: Vec<String> = record.ok()?.iter().map(str::to_owned).collect();
        let [code, observed, expected, lower, upper, flag, symbol] = <[String; 7]>::try_from(fields).ok()?;
        rows.push(Row { code, figures: [observed, expected, lower, upper, flag], symbol });
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_figures_or_a_symbol() {
        let text = b"issue,observed,expected,lower,upper,flag,symbol\nEXF,12,9.8,3,19,steady,\nATT,,,,,,c\nNEW,7,,,,too few,\n";
        let rows = read("issue", text).expect("a table");
        assert_eq!(rows[0].shown(), ["12", "9.8", "3", "19", "steady"]);
        assert_eq!(rows[1].shown(), ["[c]"; 5]);
        assert_eq!(rows[2].shown(), ["7", "[x]", "[x]", "[x]", "too few"]);
        assert_eq!(read("need", text), None);
        assert_eq!(read("issue", b"issue,observed,expected,lower,upper,flag,symbol\nEXF,12\n"), None);
    }
}
