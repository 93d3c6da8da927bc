//! Leaks of the page and of the drawings.

use super::Plant;
use super::pack::{BARS, LINES, PAGE, Pack, between};

pub fn plants() -> Vec<Plant> {
    let mut plants = page();
    plants.extend(said());
    plants.extend(drawing());
    plants.extend(marks());
    plants
}

fn after_heading(pack: &mut Pack, put: &str) -> bool {
    pack.replace(PAGE, "</h1>", &format!("</h1>{put}"));
    true
}

fn page() -> Vec<Plant> {
    vec![
        Plant {
            kind: "comment",
            format: "html",
            file: PAGE,
            finds: &["html_comment"],
            put: |pack| after_heading(pack, "<!-- before suppression: 3 -->"),
        },
        Plant {
            kind: "script",
            format: "html",
            file: PAGE,
            finds: &["html_element"],
            put: |pack| after_heading(pack, "<script type=\"application/json\">{\"cells\":[3,1]}</script>"),
        },
        Plant {
            kind: "attribute that keeps data",
            format: "html",
            file: PAGE,
            finds: &["html_data"],
            put: |pack| {
                if pack.hidden().0.is_empty() {
                    return false;
                }
                pack.replace(PAGE, "<td class=\"symbol\">", "<td class=\"symbol\" data-n=\"3\">");
                true
            },
        },
        Plant {
            kind: "attribute of its own",
            format: "html",
            file: PAGE,
            finds: &["html_attribute"],
            put: |pack| {
                if pack.hidden().0.is_empty() {
                    return false;
                }
                pack.replace(PAGE, "<td class=\"symbol\">", "<td class=\"symbol\" abbr=\"3\">");
                true
            },
        },
        Plant {
            kind: "class that says a number",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| {
                if pack.hidden().0.is_empty() {
                    return false;
                }
                pack.replace(PAGE, "<td class=\"symbol\">", "<td class=\"symbol was-83177\">");
                true
            },
        },
        Plant {
            kind: "hidden text",
            format: "html",
            file: PAGE,
            finds: &["html_hidden"],
            put: |pack| after_heading(pack, "<p style=\"display: none\">Three of them</p>"),
        },
        Plant {
            kind: "hidden by a style sheet",
            format: "html",
            file: PAGE,
            finds: &["html_hidden"],
            put: |pack| after_heading(pack, "<p class=\"x\">Three</p><style>.x{visibility:hidden}</style>"),
        },
        Plant {
            kind: "text of a style sheet",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<style>h1::after{content:\"83177\"}</style>"),
        },
        Plant {
            kind: "link that loads",
            format: "html",
            file: PAGE,
            finds: &["html_link"],
            put: |pack| after_heading(pack, "<img src=\"https://a.example/3.png\" alt=\"\">"),
        },
        Plant {
            kind: "data after the end",
            format: "html",
            file: PAGE,
            finds: &["html_comment", "unexplained_number"],
            put: |pack| {
                let text = pack.text(PAGE) + "\n83177\n";
                pack.write(PAGE, text);
                true
            },
        },
        Plant {
            kind: "drawing that is none of the charts",
            format: "html",
            file: PAGE,
            finds: &["inline_chart"],
            put: |pack| {
                after_heading(pack, "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"3\" height=\"1\"/></svg>")
            },
        },
        Plant {
            kind: "table left out",
            format: "html",
            file: PAGE,
            finds: &["missing_on_page"],
            put: |pack| {
                let text = pack.text(PAGE);
                let start = text.find("<section class=\"table short\" id=\"t05\"").or_else(|| text.find("id=\"t05\""));
                let Some(start) = start else { return false };
                pack.write(PAGE, text.replace("id=\"t05\"", "id=\"x\""));
                start > 0
            },
        },
    ]
}

fn said() -> Vec<Plant> {
    vec![
        Plant {
            kind: "number in a sentence",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<p>Of these 83,177 were seen again.</p>"),
        },
        Plant {
            kind: "share that inverts",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<p>5 % of the cases of Hearing came from one place.</p>"),
        },
        Plant {
            kind: "share that inverts",
            format: "words",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<p>Hearing: 5 per cent.</p>"),
        },
        Plant {
            kind: "mean that inverts",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<p>On average 1.5 cases a family.</p>"),
        },
        Plant {
            kind: "alternative text",
            format: "html",
            file: PAGE,
            finds: &["unexplained_number"],
            put: |pack| after_heading(pack, "<p aria-label=\"hidden: 83177\">Cases</p>"),
        },
        Plant {
            kind: "rows under other names",
            format: "html",
            file: PAGE,
            finds: &["header"],
            put: |pack| {
                let text = pack.text(PAGE);
                let section = text.find("id=\"t03\"").expect("a section a table");
                let body = section + text[section..].find("<tbody>").expect("a body");
                let row = between(&text[body..], "<tr", "</tr>");
                let name = between(&row, "scope=\"row\">", "</th>");
                let (before, after) = text.split_at(body);
                pack.write(PAGE, format!("{before}{}", after.replacen(&format!(">{name}</th>"), ">Elsewhere</th>", 1)));
                true
            },
        },
    ]
}

/// Changes a drawing where it lies and where the page shows it.
fn redraw(pack: &mut Pack, file: &str, change: impl Fn(&str) -> String) -> bool {
    let old = pack.text(file);
    let new = change(&old);
    if old == new {
        return false;
    }
    pack.replace(PAGE, &old, &new);
    pack.write(file, new);
    true
}

fn drawing() -> Vec<Plant> {
    vec![
        Plant {
            kind: "comment",
            format: "svg",
            file: BARS,
            finds: &["svg_unseen"],
            put: |pack| redraw(pack, BARS, |svg| svg.replacen("<g", "<!-- 3 --><g", 1)),
        },
        Plant {
            kind: "script",
            format: "svg",
            file: BARS,
            finds: &["svg_element"],
            put: |pack| redraw(pack, BARS, |svg| svg.replacen("<g", "<script>3</script><g", 1)),
        },
        Plant {
            kind: "metadata",
            format: "svg",
            file: BARS,
            finds: &["svg_element"],
            put: |pack| redraw(pack, BARS, |svg| svg.replacen("<g", "<metadata>Ann</metadata><g", 1)),
        },
        Plant {
            kind: "attribute that keeps data",
            format: "svg",
            file: BARS,
            finds: &["svg_attribute"],
            put: |pack| redraw(pack, BARS, |svg| svg.replacen("<rect", "<rect data-n=\"3\"", 1)),
        },
        Plant {
            kind: "link that loads",
            format: "svg",
            file: BARS,
            finds: &["svg_link"],
            put: |pack| {
                redraw(pack, BARS, |svg| svg.replacen("fill=\"#FFFFFF\"", "fill=\"url(http://a.example/3)\"", 1))
            },
        },
        Plant {
            kind: "hidden text",
            format: "svg",
            file: BARS,
            finds: &["svg_hidden"],
            put: |pack| {
                redraw(pack, BARS, |svg| {
                    svg.replacen("</svg>", "<text x=\"1\" y=\"1\" fill=\"#FFFFFF\">three</text></svg>", 1)
                })
            },
        },
        Plant {
            kind: "alternative text",
            format: "svg",
            file: BARS,
            finds: &["unexplained_number"],
            put: |pack| redraw(pack, BARS, |svg| svg.replacen("[c]", "83177", 1)),
        },
        Plant {
            kind: "drawing that is no chart",
            format: "svg",
            file: "charts/t99.svg",
            finds: &["chart_unread"],
            put: |pack| {
                pack.add_listed(
                    "charts/t99.svg",
                    "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"3\"/></svg>",
                );
                true
            },
        },
    ]
}

fn marks() -> Vec<Plant> {
    /// The width of the first bar, and what one case is wide.
    fn bar(svg: &str) -> Option<(String, f64)> {
        let axis = between(svg, "<g class=\"axis\">", "</g>");
        let marks = between(svg, "<g class=\"marks\">", "</g>");
        let places: Vec<f64> =
            between(&axis, "points=\"", "\"").split([',', ' ']).filter_map(|text| text.parse().ok()).collect();
        let end: f64 =
            axis.rsplit("<text").next()?.split('>').nth(1)?.split('<').next()?.trim().replace(',', "").parse().ok()?;
        marks.contains("<rect").then(|| (between(&marks, "width=\"", "\""), (places[2] - places[0]) / end))
    }
    vec![
        Plant {
            kind: "bar too long",
            format: "svg",
            file: BARS,
            finds: &["chart_value"],
            put: |pack| {
                redraw(pack, BARS, |svg| match bar(svg) {
                    Some((width, unit)) => {
                        let wider = (width.parse::<f64>().expect("a number") + unit).round();
                        let marks = between(svg, "<g class=\"marks\">", "</g>");
                        svg.replacen(
                            &marks,
                            &marks.replacen(&format!("width=\"{width}\""), &format!("width=\"{wider}\""), 1),
                            1,
                        )
                    }
                    None => svg.to_owned(),
                })
            },
        },
        Plant {
            kind: "bar of a hidden figure",
            format: "svg",
            file: BARS,
            finds: &["chart_value", "chart_unread"],
            put: |pack| {
                redraw(pack, BARS, |svg| {
                    let values = between(svg, "<g class=\"values\">", "</g>");
                    let hidden = values.split("<text ").skip(1).find(|text| text.contains("[c]"));
                    let (Some(text), Some((_, unit))) = (hidden, bar(svg)) else { return svg.to_owned() };
                    let (x, y) = (between(svg, "points=\"", ","), between(text, "y=\"", "\""));
                    let top = y.parse::<f64>().expect("a number") - 100.0;
                    let rect = format!(
                        "<rect x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"200\" fill=\"#12436D\"/>",
                        unit * 3.0
                    );
                    svg.replacen("<g class=\"marks\">", &format!("<g class=\"marks\">{rect}"), 1)
                })
            },
        },
        Plant {
            kind: "axis that ends beyond what is drawn",
            format: "svg",
            file: BARS,
            finds: &["chart_value"],
            put: |pack| {
                redraw(pack, BARS, |svg| {
                    let axis = between(svg, "<g class=\"axis\">", "</g>");
                    let last = axis.rsplit("<text").next().expect("an end").to_owned();
                    let end = last.split('>').nth(1).and_then(|text| text.split('<').next()).expect("a number");
                    svg.replacen(&axis, &axis.replacen(&last, &last.replacen(end, "\n9,000\n", 1), 1), 1)
                })
            },
        },
        Plant {
            kind: "bars in another order",
            format: "svg",
            file: BARS,
            finds: &["chart_value"],
            put: |pack| {
                redraw(pack, BARS, |svg| {
                    let labels: Vec<&str> = svg.split("<g class=\"labels\">").skip(1).collect();
                    let name = |label: &str| {
                        label.split('>').nth(1).and_then(|text| text.split('<').next()).map(str::to_owned)
                    };
                    let names: Vec<String> = labels.iter().filter_map(|label| name(label)).collect();
                    let [first, .., last] = names.as_slice() else { return svg.to_owned() };
                    let (start, rest) = svg.split_once("<g class=\"labels\">").expect("labels");
                    let swapped = rest.replacen(first, "\n?\n", 1).replacen(last, first, 1).replacen("\n?\n", last, 1);
                    format!("{start}<g class=\"labels\">{swapped}")
                })
            },
        },
        Plant {
            kind: "point of a line too high",
            format: "svg",
            file: LINES,
            finds: &["chart_value"],
            put: |pack| {
                redraw(pack, LINES, |svg| {
                    let axis = between(svg, "<g class=\"axis\">", "</g>");
                    let places: Vec<f64> = between(&axis, "points=\"", "\"")
                        .split([',', ' '])
                        .filter_map(|text| text.parse().ok())
                        .collect();
                    let last = axis.rsplit("<text").next().expect("an end");
                    let end: f64 = last
                        .split('>')
                        .nth(1)
                        .and_then(|text| text.split('<').next())
                        .expect("a text")
                        .trim()
                        .replace(',', "")
                        .parse()
                        .expect("a number");
                    let unit = (places[1] - places[3]) / end;
                    let marks = between(svg, "<g class=\"marks\">", "</g>");
                    if !marks.contains("cx=\"") {
                        return svg.to_owned();
                    }
                    let (x, y) = (between(&marks, "cx=\"", "\""), between(&marks, "cy=\"", "\""));
                    let higher = (y.parse::<f64>().expect("a number") - unit).round();
                    let strokes = svg.replace(&format!("{x},{y} "), &format!("{x},{higher} "));
                    strokes.replace(&format!("cx=\"{x}\" cy=\"{y}\""), &format!("cx=\"{x}\" cy=\"{higher}\""))
                })
            },
        },
    ]
}
