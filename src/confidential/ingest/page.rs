//! The data-quality report as a page. Comes in: the report. Goes out: one HTML file that loads nothing. It is for the
//! service's own eyes: it names files, sheets and cells, and says so at its head.

use std::fmt::Write;

use crate::ingest::report::{FieldReport, QualityReport};
use crate::ingest::text::{file_line, places, rows_line, sheet_line};

const STYLE: &str = "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.internal{border-left:.3rem solid #a33;padding-left:.8rem}\
.stop{color:#a00;font-weight:bold}.reject{color:#a50}\
.bar{display:inline-block;height:.7rem;width:8rem;background:#eee;white-space:nowrap;overflow:hidden}\
.bar i{display:inline-block;height:100%}.bar .r0{background:#2a6}.bar .r1{background:#ccc}.bar .r2{background:#a50}";

/// The report as one page.
pub(super) fn page(report: &QualityReport) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write(report, &mut page);
    page
}

fn write(report: &QualityReport, page: &mut String) -> std::fmt::Result {
    writeln!(page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")?;
    writeln!(page, "<title>Data quality: {}</title><style>{STYLE}</style></head><body>", escaped(&report.source))?;
    writeln!(page, "<h1>Data quality: {}</h1>", escaped(&report.source))?;
    writeln!(page, "<p class=\"internal\">Internal, not for release: it names files, sheets and cells.</p>")?;
    writeln!(page, "<p>{}</p>", escaped(&rows_line(&report.rows)))?;
    writeln!(page, "<h2>Files</h2><ul>")?;
    for file in &report.files {
        writeln!(page, "<li>{}<ul>", escaped(&file_line(file)))?;
        for sheet in &file.sheets {
            writeln!(page, "<li>{}</li>", escaped(&sheet_line(sheet)))?;
        }
        writeln!(page, "</ul></li>")?;
    }
    writeln!(page, "</ul>")?;
    reasons(report, page)?;
    checks(report, page)?;
    filled(report, page)?;
    writeln!(page, "</body></html>")
}

fn reasons(report: &QualityReport, page: &mut String) -> std::fmt::Result {
    writeln!(page, "<h2>Rows not taken</h2><table><thead><tr><th scope=\"col\">Why</th>")?;
    writeln!(page, "<th scope=\"col\">What</th><th scope=\"col\" class=\"n\">Rows</th></tr></thead><tbody>")?;
    for (what, reasons) in [("rejected", &report.rows.rejected), ("skipped", &report.rows.skipped)] {
        for (reason, count) in reasons {
            let reason = escaped(&reason.replace('_', " "));
            writeln!(page, "<tr><td>{reason}</td><td>{what}</td><td class=\"n\">{count}</td></tr>")?;
        }
    }
    writeln!(page, "</tbody></table>")?;
    if !report.rejected_rows.is_empty() {
        writeln!(page, "<details><summary>Rejected rows</summary><ul>")?;
        for row in &report.rejected_rows {
            writeln!(page, "<li>{}: {}</li>", escaped(&row.place.to_string()), escaped(&row.check.replace('_', " ")))?;
        }
        writeln!(page, "</ul></details>")?;
    }
    Ok(())
}

fn checks(report: &QualityReport, page: &mut String) -> std::fmt::Result {
    writeln!(page, "<h2>Checks</h2><table><thead><tr><th scope=\"col\">Level</th><th scope=\"col\">Check</th>")?;
    writeln!(page, "<th scope=\"col\">Field</th><th scope=\"col\" class=\"n\">Times</th>")?;
    writeln!(page, "<th scope=\"col\">First places</th></tr></thead><tbody>")?;
    for check in &report.checks {
        let says = if check.says.is_empty() { check.check.replace('_', " ") } else { check.says.to_owned() };
        let field = check.field.as_deref().unwrap_or_default();
        writeln!(page, "<tr><td class=\"{0}\">{0}</td><td>{1}</td>", check.level, escaped(&says))?;
        writeln!(page, "<td>{}</td><td class=\"n\">{}</td>", escaped(field), check.count)?;
        writeln!(page, "<td>{}</td></tr>", escaped(&places(check, 10)))?;
    }
    writeln!(page, "</tbody></table>")
}

fn filled(report: &QualityReport, page: &mut String) -> std::fmt::Result {
    writeln!(page, "<h2>Fields</h2><table><thead><tr><th scope=\"col\">Field</th>")?;
    writeln!(page, "<th scope=\"col\" class=\"n\">Filled</th><th scope=\"col\" class=\"n\">Blank</th>")?;
    writeln!(page, "<th scope=\"col\">Share</th><th scope=\"col\">What was understood</th></tr></thead><tbody>")?;
    for field in &report.fields {
        writeln!(page, "<tr><td>{}</td><td class=\"n\">{}</td>", escaped(&field.field), field.filled)?;
        writeln!(page, "<td class=\"n\">{}</td><td>{}</td>", field.blank, bar(field))?;
        writeln!(page, "<td>{}</td></tr>", escaped(&understood(report, field).join("; ")))?;
    }
    writeln!(page, "</tbody></table>")
}

/// Filled, empty, and what gave no value though something stood there, as parts of one bar.
fn bar(field: &FieldReport) -> String {
    let empty = field.missing.get("empty").copied().unwrap_or(0);
    let other: u64 = field.missing.values().sum::<u64>() - empty;
    let parts = [field.filled, empty, other];
    let all = parts.iter().sum::<u64>().max(1);
    let part = |(at, part): (usize, u64)| format!("<i class=\"r{at}\" style=\"width:{}%\"></i>", part * 100 / all);
    let label = format!("{} filled, {empty} empty, {other} without a value", field.filled);
    let drawn: String = parts.into_iter().enumerate().filter(|(_, part)| *part > 0).map(part).collect();
    format!("<span class=\"bar\" role=\"img\" aria-label=\"{label}\" title=\"{label}\">{drawn}</span>")
}

/// How dates were written and in what order they are, spellings of references, and why cells gave nothing.
fn understood(report: &QualityReport, field: &FieldReport) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let forms = report.dates.get(&field.field).into_iter().flatten();
    said.extend(forms.map(|(form, count)| format!("{count} {form}")));
    said.extend(field.evidence.iter().cloned());
    if field.respelled > 0 {
        said.push(format!("{} references in another spelling", field.respelled));
    }
    let reasons = field.missing.iter().filter(|(reason, _)| *reason != "empty");
    said.extend(reasons.map(|(reason, count)| format!("{count} times {reason}")));
    said
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
