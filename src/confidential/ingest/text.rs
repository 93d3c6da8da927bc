//! The data-quality report for a terminal. Comes in: the report. Goes out: lines of text.

use std::fmt::Write;

use crate::ingest::report::{CheckReport, FileReport, QualityReport, RowCounts};

/// Places that are written out a check.
const SHOWN: usize = 5;

/// The report in lines.
pub(super) fn text(report: &QualityReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(report, &mut text);
    text
}

fn write(report: &QualityReport, text: &mut String) -> std::fmt::Result {
    writeln!(text, "Data quality, source {}", report.source)?;
    for file in &report.files {
        writeln!(text, "\n{}", file_line(file))?;
        for sheet in &file.sheets {
            writeln!(text, "  {}", sheet_line(sheet))?;
            if !sheet.without_column.is_empty() && !sheet.columns.is_empty() {
                writeln!(text, "    no column for {}; what is stored of it is kept", sheet.without_column.join(", "))?;
            }
            for column in sheet.columns.iter().filter(|column| column.former_until.is_some()) {
                let until = column.former_until.as_deref().unwrap_or_default();
                writeln!(text, "    column {:?}, in use until {until}, read as {}", column.column, column.field)?;
            }
        }
    }
    writeln!(text, "\nRows\n  {}", rows_line(&report.rows))?;
    for (what, reasons) in [("rejected", &report.rows.rejected), ("skipped", &report.rows.skipped)] {
        for (reason, count) in reasons {
            writeln!(text, "  {count} {what}: {}", reason.replace('_', " "))?;
        }
    }
    if !report.checks.is_empty() {
        writeln!(text, "\nChecks")?;
    }
    for check in &report.checks {
        writeln!(text, "  {}", check_line(check))?;
        writeln!(text, "    {}", places(check, SHOWN))?;
    }
    if !report.dates.is_empty() {
        writeln!(text, "\nDates")?;
    }
    for (field, forms) in &report.dates {
        let forms: Vec<String> = forms.iter().map(|(form, count)| format!("{count} {form}")).collect();
        writeln!(text, "  {field}: {}", forms.join(", "))?;
        let field = report.fields.iter().find(|known| known.field == *field);
        for evidence in field.iter().flat_map(|field| &field.evidence) {
            writeln!(text, "    {evidence}")?;
        }
    }
    let respelled: Vec<_> = report.fields.iter().filter(|field| field.respelled > 0).collect();
    if !respelled.is_empty() {
        writeln!(text, "\nReferences")?;
    }
    for field in respelled {
        let (name, count) = (&field.field, field.respelled);
        writeln!(text, "  {name}: {count} in another spelling than the one by which they are found again")?;
    }
    Ok(())
}

/// `cases.csv: text, Windows-1252, semicolon`.
pub(super) fn file_line(file: &FileReport) -> String {
    let mut parts = vec![file.format.clone()];
    parts.extend(file.encoding.clone());
    parts.extend(file.delimiter.clone());
    if file.from_1904 {
        parts.push("days counted from 1904".to_owned());
    }
    format!("{}: {}", file.file, parts.join(", "))
}

/// What was read of a sheet.
pub(super) fn sheet_line(sheet: &crate::ingest::SheetReport) -> String {
    let name = if sheet.sheet.is_empty() { String::new() } else { format!("sheet {}: ", sheet.sheet) };
    let rows: Vec<String> = sheet.header_rows.iter().map(u64::to_string).collect();
    match (sheet.header_rows.len(), sheet.visibility) {
        (0, "visible") if sheet.rows > 0 => {
            format!("{name}no header, read under that of another sheet, {} rows", sheet.rows)
        }
        (0, "visible") => format!("{name}no header of this source, {} rows not read", sheet.unread_rows),
        (0, hidden) => format!("{name}{hidden}, not read"),
        (1, _) => format!("{name}header in row {}, {} rows under it", rows[0], sheet.rows),
        _ => format!("{name}header joined of rows {}, {} rows under it", rows.join(" and "), sheet.rows),
    }
}

/// `5 read = 3 stored + 1 updated + 0 unchanged + 1 rejected + 0 skipped`.
pub(super) fn rows_line(rows: &RowCounts) -> String {
    let rejected: u64 = rows.rejected.values().sum();
    let skipped: u64 = rows.skipped.values().sum();
    let taken = match rows.outcome {
        Some(outcome) => {
            format!("{} stored + {} updated + {} unchanged", outcome.stored, outcome.updated, outcome.unchanged)
        }
        None => format!("{} accepted", rows.accepted),
    };
    format!("{} read = {taken} + {rejected} rejected + {skipped} skipped", rows.read)
}

/// `warn  child_dob: 3 times, a year of two digits`.
pub(super) fn check_line(check: &CheckReport) -> String {
    let field = check.field.as_ref().map_or_else(String::new, |field| format!("{field}: "));
    let says = if check.says.is_empty() { String::new() } else { format!(": {}", check.says) };
    let times = if check.count == 1 { "once" } else { "times" };
    let count = if check.count == 1 { String::new() } else { format!("{} ", check.count) };
    format!("{:<6} {field}{} {count}{times}{says}", check.level, check.check)
}

/// The first places of a check, and how many more there are.
pub(super) fn places(check: &CheckReport, shown: usize) -> String {
    let first = check.first.iter().take(shown).map(|first| match first.length {
        Some(length) => format!("{} ({length} characters)", first.place),
        None => first.place.to_string(),
    });
    let first: Vec<String> = first.collect();
    let more = check.count - first.len() as u64;
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{}{more}", first.join("; "))
}
