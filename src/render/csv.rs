//! Tidy tables: a line a cell, the dimensions' codes, then `value` and `symbol`.
//!
//! Comes in: a table. Goes out: RFC 4180 text in UTF-8. Deliberately absent: labels, totals of our own, an empty line, and
//! any code that a spreadsheet would run as a formula.

use model::formula;
use model::release::{ReleasedDimension, ReleasedTable};

use crate::{RenderError, cell};

/// The lines of `table`, the header first.
pub(crate) fn write(table: &ReleasedTable) -> Result<String, RenderError> {
    for dim in &table.dims {
        refuse_formulas(&table.id, dim)?;
    }
    let mut text = String::new();
    for dim in &table.dims {
        text.push_str(&field(&dim.name));
        text.push(',');
    }
    text.push_str("value,symbol\n");
    for (number, &released) in table.cells.iter().enumerate() {
        let mut codes: Vec<String> = Vec::with_capacity(table.dims.len());
        let mut rest = number;
        for dim in table.dims.iter().rev() {
            codes.push(field(&dim.codes[rest % dim.codes.len()].code));
            rest /= dim.codes.len();
        }
        for code in codes.iter().rev() {
            text.push_str(code);
            text.push(',');
        }
        if let Some(count) = cell::published(released) {
            text.push_str(&count.to_string());
        }
        text.push(',');
        text.push_str(released.symbol());
        text.push('\n');
    }
    Ok(text)
}

/// A quote in front would change the code, so the table is refused and the code list has to be mended.
pub(crate) fn refuse_formulas(table: &str, dim: &ReleasedDimension) -> Result<(), RenderError> {
    let words = dim.codes.iter().flat_map(|code| [&code.code, &code.label]).chain([&dim.name, &dim.label]);
    if words.into_iter().any(|text| formula::runs(text)) {
        return Err(RenderError::FormulaStart { table: table.to_owned(), dimension: dim.name.clone() });
    }
    Ok(())
}

/// A field as RFC 4180 has it.
pub(crate) fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{code, dimension, table};
    use model::ReleasedCell::{Count, NotAvailable, StructuralZero, Suppressed};

    #[test]
    fn a_line_has_codes_a_value_and_a_symbol_and_never_both() {
        let level = dimension("level", &[code("Total", 0), code("L1", 1)]);
        let sex = dimension("sex", &[code("Total", 0), code("F, girls", 1)]);
        let text = write(&table("T1", &[level, sex], vec![Count(1250), Suppressed, StructuralZero, NotAvailable]));
        let lines =
            "level,sex,value,symbol\nTotal,Total,1250,\nTotal,\"F, girls\",,c\nL1,Total,,z\nL1,\"F, girls\",,x\n";
        assert_eq!(text.expect("no formula"), lines);
    }

    #[test]
    fn a_number_below_none_is_a_code_like_others() {
        let level = dimension("level", &[code("-9", 1)]);
        assert_eq!(write(&table("T1", &[level], vec![Count(5)])).expect("no formula"), "level,value,symbol\n-9,5,\n");
    }

    #[test]
    fn a_code_that_a_spreadsheet_would_run_is_refused_with_its_table_and_dimension() {
        for start in ["=", "+", "-", "@", "\t"] {
            let level = dimension("level", &[code(&format!("{start}A1"), 1)]);
            let refused = write(&table("T1", &[level], vec![Count(5)]));
            let error = RenderError::FormulaStart { table: "T1".into(), dimension: "level".into() };
            assert_eq!(refused, Err(error), "{start:?}");
        }
    }
}
