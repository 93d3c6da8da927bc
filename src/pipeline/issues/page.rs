//! The issue list as a page for people inside the service: one HTML file that loads nothing. Comes in: a list. Goes out: the
//! alarms about recording, the list, and small multiples: observed counts between what could have been expected then.

use std::fmt::Write;

use confidential::issues::{Band, Finding, Inside, Outlier, Status, Window, history};

use super::IssueList;
use super::text::{short, status_word};

const STYLE: &str = ".wide{overflow-x:auto}\
body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}\
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}\
td.n{white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.internal{border-left:.3rem solid #801650;padding-left:.8rem}\
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1.2rem}figure{margin:0}\
figcaption{font-size:.85rem;line-height:1.3}figcaption b{display:block}svg{width:100%;height:auto;display:block}\
.axis{stroke:#3d3d3d;stroke-width:1}.usual{fill:#d9e3ee}.expected{fill:none;stroke:#6b6b6b;stroke-dasharray:4 3}\
.seen{fill:none;stroke:#12436d;stroke-width:1.6}.dot{fill:#12436d}.out{fill:#fff;stroke:#c0460a;stroke-width:2}\
.label{font-size:10px;fill:#3d3d3d}@media print{body{max-width:none}figure{break-inside:avoid}}";

/// Width and height of a small picture, and the room for its labels at the left and below.
const SIZE: (f64, f64) = (240.0, 110.0);
const ROOM: (f64, f64) = (28.0, 16.0);

impl IssueList {
    /// For a browser.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        let title = format!("Issues in {} ({})", self.period, self.latest.words());
        writeln!(page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
        writeln!(page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")?;
        writeln!(page, "<title>{}</title><style>{STYLE}</style></head><body><main>", escaped(&title))?;
        writeln!(page, "<h1>{}</h1><p>{}</p>", escaped(&title), escaped(&self.service))?;
        writeln!(
            page,
            "<p class=\"internal\">Internal, not for release: these are the true counts, small ones too.</p>"
        )?;
        if !self.data_quality.is_empty() {
            writeln!(page, "<h2>First: recording may have changed</h2><ul>")?;
            for alarm in &self.data_quality {
                writeln!(page, "<li>{}</li>", escaped(&alarm.message))?;
            }
            writeln!(page, "</ul>")?;
        }
        self.list(page)?;
        self.recurring(page)?;
        self.multiples(page)?;
        districts(&self.districts, page)?;
        for inside in &self.inside {
            within(inside, [&self.first, &self.period], page)?;
        }
        writeln!(page, "</main></body></html>")
    }

    fn list(&self, page: &mut String) -> std::fmt::Result {
        if self.issues.iter().all(|finding| finding.status >= Status::Recurring) {
            return writeln!(page, "<h2>What stands out</h2><p>Nothing emerges, grows or eases.</p>");
        }
        writeln!(page, "<h2>What stands out</h2><div class=\"wide\"><table><thead><tr><th scope=\"col\">Status</th>")?;
        writeln!(page, "<th scope=\"col\">Issue</th><th scope=\"col\">Over</th>")?;
        for head in ["Seen", "Expected", "Usual", "p", "q", "Would notice"] {
            writeln!(page, "<th scope=\"col\" class=\"n\">{head}</th>")?;
        }
        writeln!(page, "</tr></thead><tbody>")?;
        for finding in self.issues.iter().filter(|finding| finding.status < Status::Recurring) {
            row(finding, &self.period, page)?;
        }
        writeln!(page, "</tbody></table></div>")?;
        writeln!(
            page,
            "<p>Of what is called emerging, growing or easing at most a tenth is chance, on average. Usual is the range that \
             98 of 100 quiet periods keep to. Would notice: the smallest rise that would have been seen four times in five.</p>"
        )
    }

    fn recurring(&self, page: &mut String) -> std::fmt::Result {
        let found = self.come_back();
        if found.is_empty() {
            return Ok(());
        }
        writeln!(page, "<h2>What comes back</h2><p>A description, not a test: to plan by.</p>")?;
        writeln!(page, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Issue</th><th scope=\"col\">How</th>")?;
        writeln!(
            page,
            "<th scope=\"col\" class=\"n\">Seen</th><th scope=\"col\" class=\"n\">Expected</th></tr></thead><tbody>"
        )?;
        for finding in found {
            let how = finding.recurrence.map_or_else(String::new, |recurrence| self.recurs(recurrence));
            writeln!(page, "<tr><td>{}</td><td>{}</td>", escaped(&finding.label), escaped(&how))?;
            let expected = finding.expected.map_or_else(String::new, short);
            writeln!(page, "<td class=\"n\">{}</td><td class=\"n\">{expected}</td></tr>", finding.observed)?;
        }
        writeln!(page, "</tbody></table></div>")
    }

    fn multiples(&self, page: &mut String) -> std::fmt::Result {
        let bands = history(&self.panel);
        writeln!(
            page,
            "<h2>Issue by issue</h2><p>Line: cases. Dashes: expected at the time. Grey-blue: usual at the time. "
        )?;
        writeln!(
            page,
            "Ring: outside of it. From {} to {}.</p><div class=\"grid\">",
            escaped(&self.first),
            escaped(&self.period)
        )?;
        for finding in self.issues.iter().filter(|finding| finding.status != Status::TooFew) {
            let series = self.panel.series().get(finding.series);
            if let (Some(series), Some(bands)) = (series, bands.get(finding.series)) {
                picture(finding, &series.counts, bands, [&self.first, &self.period], page)?;
            }
        }
        writeln!(page, "</div>")?;
        let few: Vec<&str> = self
            .issues
            .iter()
            .filter(|finding| finding.status == Status::TooFew)
            .map(|finding| finding.label.as_str())
            .collect();
        if few.is_empty() {
            return Ok(());
        }
        writeln!(page, "<h2>Not enough cases to judge</h2><p>{}</p>", escaped(&few.join(" · ")))
    }
}

fn row(finding: &Finding, latest: &str, page: &mut String) -> std::fmt::Result {
    let number = |number: Option<f64>| number.map_or_else(String::new, short);
    let usual = match (finding.lower, finding.upper) {
        (Some(lower), Some(upper)) => format!("{lower} to {upper}"),
        _ => String::new(),
    };
    let factor = finding.noticeable_factor.map_or_else(String::new, |factor| format!("&times;{factor:.1}"));
    let over = if finding.window == Window::Rolling { "twelve months" } else { latest };
    writeln!(
        page,
        "<tr><td>{}</td><td>{}</td><td>{}</td>",
        status_word(finding.status),
        escaped(&finding.label),
        escaped(over)
    )?;
    let expected = number(finding.expected);
    writeln!(
        page,
        "<td class=\"n\">{}</td><td class=\"n\">{expected}</td><td class=\"n\">{usual}</td>",
        finding.observed
    )?;
    let (p, q) = (number(finding.p), number(finding.q));
    writeln!(page, "<td class=\"n\">{p}</td><td class=\"n\">{q}</td><td class=\"n\">{factor}</td></tr>")
}

/// One small picture. Its axis starts at zero and ends above everything in it.
fn picture(
    finding: &Finding,
    counts: &[u64],
    bands: &[Option<Band>],
    ends: [&str; 2],
    page: &mut String,
) -> std::fmt::Result {
    let highest = bands.iter().flatten().map(|band| band.upper).chain(counts.iter().copied()).max().unwrap_or(1).max(1);
    let step = (SIZE.0 - ROOM.0 - 8.0) / size(counts.len().saturating_sub(1).max(1));
    let x = |at: usize| ROOM.0 + step * size(at);
    let y = |count: f64| 8.0 + (SIZE.1 - ROOM.1 - 8.0) * (1.0 - count / real(highest));
    let summary = summary(finding);
    writeln!(
        page,
        "<figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        SIZE.0,
        SIZE.1,
        escaped(&summary)
    )?;
    let known: Vec<(usize, Band)> = bands.iter().enumerate().filter_map(|(at, band)| Some((at, (*band)?))).collect();
    let upper = known.iter().map(|(at, band)| (x(*at), y(real(band.upper))));
    let lower = known.iter().rev().map(|(at, band)| (x(*at), y(real(band.lower))));
    writeln!(page, "<polygon class=\"usual\" points=\"{}\"/>", points(upper.chain(lower)))?;
    let expected = known.iter().map(|(at, band)| (x(*at), y(band.expected)));
    writeln!(page, "<polyline class=\"expected\" points=\"{}\"/>", points(expected))?;
    let seen = counts.iter().enumerate().map(|(at, count)| (x(at), y(real(*count))));
    writeln!(page, "<polyline class=\"seen\" points=\"{}\"/>", points(seen))?;
    for (at, count) in counts.iter().enumerate() {
        let is_out = bands.get(at).copied().flatten().is_some_and(|band| *count > band.upper || *count < band.lower);
        if is_out || at + 1 == counts.len() {
            let (class, radius) = if is_out { ("out", 4) } else { ("dot", 3) };
            let (x, y) = (x(at), y(real(*count)));
            writeln!(page, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>")?;
        }
    }
    let (left, base) = (ROOM.0, y(0.0));
    writeln!(page, "<line class=\"axis\" x1=\"{left}\" y1=\"{base:.1}\" x2=\"{}\" y2=\"{base:.1}\"/>", SIZE.0 - 4.0)?;
    for (period, at, anchor) in [(ends[0], left, "start"), (ends[1], SIZE.0 - 4.0, "end")] {
        writeln!(
            page,
            "<text class=\"label\" x=\"{at}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            base + 11.0,
            escaped(period)
        )?;
    }
    for value in [0, highest] {
        let height = y(real(value)) + 3.5;
        writeln!(
            page,
            "<text class=\"label\" x=\"{}\" y=\"{height:.1}\" text-anchor=\"end\">{value}</text>",
            left - 4.0
        )?;
    }
    writeln!(page, "</svg><figcaption><b>{}</b>{}</figcaption></figure>", escaped(&finding.label), escaped(&summary))
}

fn summary(finding: &Finding) -> String {
    let mut text = status_word(finding.status).to_lowercase();
    if let Some(expected) = finding.expected {
        let _ = write!(text, ": {} seen, {} expected", finding.observed, short(expected));
    }
    if finding.window == Window::Rolling {
        text.push_str(" in twelve months");
    }
    if let Some(factor) = finding.noticeable_factor {
        let _ = write!(text, "; would notice \u{d7}{factor:.1}");
    }
    text
}

fn districts(outliers: &[Outlier], page: &mut String) -> std::fmt::Result {
    if outliers.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<h2>Districts over twelve months</h2><div class=\"wide\"><table><thead><tr><th scope=\"col\">Issue group</th>"
    )?;
    writeln!(page, "<th scope=\"col\">Where</th><th scope=\"col\" class=\"n\">Seen</th>")?;
    writeln!(
        page,
        "<th scope=\"col\" class=\"n\">Expected</th><th scope=\"col\" class=\"n\">Usual</th></tr></thead><tbody>"
    )?;
    for one in outliers {
        writeln!(page, "<tr><td>{}</td><td>{}</td>", escaped(&one.issue), escaped(&one.district))?;
        writeln!(page, "<td class=\"n\">{}</td><td class=\"n\">{}</td>", one.observed, short(one.expected))?;
        writeln!(page, "<td class=\"n\">{} to {}</td></tr>", one.lower, one.upper)?;
    }
    writeln!(page, "</tbody></table></div>")
}

fn within(inside: &Inside, ends: [&str; 2], page: &mut String) -> std::fmt::Result {
    writeln!(page, "<h2>Within the issue: {}</h2><div class=\"grid\">", escaped(&inside.dimension))?;
    let bands = history(&inside.panel);
    for finding in &inside.findings {
        let series = inside.panel.series().get(finding.series);
        if let (Some(series), Some(bands)) = (series, bands.get(finding.series)) {
            picture(finding, &series.counts, bands, ends, page)?;
        }
    }
    writeln!(page, "</div>")
}

fn points(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[allow(clippy::cast_precision_loss, reason = "no service has 2^52 cases")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss, reason = "no history has 2^52 periods")]
const fn size(count: usize) -> f64 {
    count as f64
}
