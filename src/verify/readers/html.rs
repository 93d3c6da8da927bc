//! The page as a stranger's browser holds it. Comes in: HTML. Goes out: its tables, its other texts, its drawings, and
//! what a page should not carry. Deliberately absent: layout.

use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

use crate::readers::nesting;
use crate::readers::png::Fault;

/// A table of the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageTable {
    /// The identifiers of the table and of everything around it, innermost first.
    pub ids: Vec<String>,
    /// Its caption.
    pub caption: String,
    /// Header and data cells, row by row.
    pub rows: Vec<PageRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRow {
    /// `th`.
    pub heads: Vec<String>,
    /// `td`.
    pub cells: Vec<String>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// In document order.
    pub tables: Vec<PageTable>,
    /// Every text outside of tables and drawings, text of attributes included.
    pub texts: Vec<String>,
    /// How many drawings stand in the page.
    pub drawings: usize,
    /// Where links lead inside the release.
    pub links: Vec<String>,
    /// What the page should not carry.
    pub faults: Vec<Fault>,
}

/// Attributes whose value is read out or shown.
const SPOKEN: [&str; 6] = ["title", "alt", "aria-label", "aria-description", "summary", "content"];

/// Attributes that place, link within the page and tell readers of screens what is what.
const PLACING: [&str; 14] = [
    "id",
    "class",
    "lang",
    "charset",
    "name",
    "scope",
    "role",
    "tabindex",
    "style",
    "type",
    "http-equiv",
    "media",
    "dir",
    "open",
];

/// Attributes that load.
const LOADING: [&str; 6] = ["href", "src", "srcset", "action", "poster", "xlink:href"];

/// Elements that run, load or keep things.
const FOREIGN: [&str; 14] = [
    "script", "iframe", "object", "embed", "link", "template", "noscript", "form", "input", "base", "audio", "video",
    "canvas", "portal",
];

/// Reads the page.
#[must_use]
pub fn read(text: &str) -> Page {
    let mut page = Page::default();
    if !nesting::is_bounded(text) {
        page.faults.push(("html_deep", "elements or attributes far beyond those of a page of tables; it was not read"));
        return page;
    }
    let document = Html::parse_document(text);
    for node in document.tree.root().descendants() {
        let parents: Vec<&Element> = node.ancestors().filter_map(|node| node.value().as_element()).collect();
        match node.value() {
            Node::Comment(_) => page.faults.push(("html_comment", "a comment")),
            Node::ProcessingInstruction(_) => page.faults.push(("html_comment", "an instruction")),
            Node::Element(element) => {
                let in_drawing = element.name() == "svg" || parents.iter().any(|parent| parent.name() == "svg");
                page.element(element, in_drawing);
                if let Some(table) = ElementRef::wrap(node).filter(|_| element.name() == "table") {
                    let own = std::iter::once(element).chain(parents.iter().copied());
                    page.tables.push(self::table(table, own.filter_map(Element::id).map(str::to_owned).collect()));
                }
            }
            Node::Text(text) => {
                let inside = |name: &str| parents.iter().any(|parent| parent.name() == name);
                if inside("style") {
                    page.style(text);
                } else if !inside("svg") && !inside("table") && !inside("script") {
                    page.texts.push(text.to_string());
                }
            }
            Node::Document | Node::Fragment | Node::Doctype(_) => {}
        }
    }
    page.texts.retain(|text| !text.trim().is_empty());
    page.faults.sort_unstable();
    page.faults.dedup();
    page
}

/// How wide a page takes the screen for: its number is none of the service's.
const VIEWPORT: &str = "width=device-width, initial-scale=1";

impl Page {
    fn element(&mut self, element: &Element, in_drawing: bool) {
        if FOREIGN.contains(&element.name()) {
            self.faults.push(("html_element", "an element that runs, loads or keeps something"));
        }
        self.drawings += usize::from(element.name() == "svg");
        for (name, value) in element.attrs() {
            let squeezed: String =
                value.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_lowercase();
            if name.starts_with("data-") {
                self.faults.push(("html_data", "a data- attribute"));
            }
            if name.starts_with("on") {
                self.faults.push(("html_element", "an attribute that runs something"));
            }
            if name == "hidden" || (name == "style" && HIDING.iter().any(|hiding| squeezed.contains(hiding))) {
                self.faults.push(("html_hidden", "an element that cannot be seen"));
            }
            if LOADING.contains(&name) && !in_drawing {
                self.link(element, &squeezed, value);
            }
            // What no attribute of ours does is named; what all may say is read like a text.
            let is_known = PLACING.contains(&name) || SPOKEN.contains(&name) || name.starts_with("aria-") || in_drawing;
            let is_judged =
                name.starts_with("data-") || name.starts_with("on") || name == "hidden" || LOADING.contains(&name);
            if !is_known && !is_judged {
                self.faults.push(("html_attribute", "an attribute that a page of tables does not need"));
            }
            if name == "content" && value == VIEWPORT {
                continue;
            }
            if SPOKEN.contains(&name) || matches!(name, "id" | "class") && !in_drawing {
                self.texts.push(value.to_owned());
            }
        }
    }

    fn link(&mut self, element: &Element, squeezed: &str, value: &str) {
        let leads_out = squeezed.contains(':') || squeezed.starts_with("//") || squeezed.contains("..");
        if leads_out {
            let loads = element.name() != "a";
            let opens = squeezed.starts_with("https://") || squeezed.starts_with("mailto:");
            if loads || !opens {
                self.faults.push(("html_link", "a link that loads or leads out of the release"));
            }
        } else if !value.starts_with('#') {
            self.links.push(value.to_owned());
        }
    }

    fn style(&mut self, text: &str) {
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_lowercase();
        // A font inside the page loads nothing.
        let squeezed = squeezed.replace("url(data:font/otf;base64,", "");
        if squeezed.contains("url(") || squeezed.contains("@import") {
            self.faults.push(("html_link", "a style that loads something"));
        }
        if squeezed.contains("/*") {
            self.faults.push(("html_comment", "a comment in a style"));
        }
        self.styled(&squeezed);
    }
}

impl Page {
    /// Texts that a style puts into the page, and styles that take texts out of sight.
    fn styled(&mut self, squeezed: &str) {
        for said in squeezed.split("content:").skip(1) {
            let said = said.split(['}', ';']).next().unwrap_or_default();
            // `content:counter(page)" / "counter(pages)` numbers sheets of paper.
            let words: String = said.replace("counter(pages)", "").replace("counter(page)", "");
            self.texts.push(words.replace('"', " "));
        }
        // On paper there is no list of contents; on the screen everything is seen.
        let on_screen = squeezed.split("@mediaprint").next().unwrap_or_default();
        if HIDING.iter().any(|hiding| on_screen.contains(hiding)) {
            self.faults.push(("html_hidden", "a style that takes something out of sight"));
        }
    }
}

/// Ways to hide what is in the source.
const HIDING: [&str; 5] = ["display:none", "visibility:hidden", "opacity:0;", "font-size:0", "color:transparent"];

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn table(table: ElementRef<'_>, ids: Vec<String>) -> PageTable {
    let mut read = PageTable { ids, ..PageTable::default() };
    for element in table.descendent_elements() {
        match element.value().name() {
            "caption" => read.caption = words(element),
            "tr" => {
                let named =
                    |name: &'static str| element.child_elements().filter(move |cell| cell.value().name() == name);
                read.rows
                    .push(PageRow { heads: named("th").map(words).collect(), cells: named("td").map(words).collect() });
            }
            _ => {}
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><title>Report</title><style>p{color:#123}</style></head><body>\
        <section id='t01'><table><caption>T01 Cases</caption><thead><tr><th>Place</th><th>Cases</th></tr></thead>\
        <tbody><tr><th>North</th><td>1,204</td></tr><tr><th>South</th><td>[c]</td></tr></tbody></table></section>\
        <p>North had <b>1,204</b>.</p></body></html>";

    #[test]
    fn tables_and_texts_are_read_apart() {
        let page = read(PAGE);
        assert_eq!(page.tables[0].ids, ["t01"]);
        assert_eq!(page.tables[0].caption, "T01 Cases");
        assert_eq!(page.tables[0].rows[1].heads, ["North"]);
        assert_eq!(page.tables[0].rows[2].cells, ["[c]"]);
        assert_eq!(page.texts, ["Report", "t01", "North had ", "1,204", "."]);
        assert_eq!(page.faults, []);
    }

    #[test]
    fn how_wide_a_screen_is_taken_for_says_no_number_and_any_other_width_does() {
        let said = |content: &str| {
            let head = format!("<head><meta name='viewport' content='{content}'>");
            read(&PAGE.replace("<head>", &head)).texts.contains(&content.to_owned())
        };
        assert!(!said("width=device-width, initial-scale=1"));
        assert!(said("width=device-width, initial-scale=3"));
    }

    #[test]
    fn a_page_carries_nothing_that_cannot_be_seen_or_runs() {
        let kinds = |put: &str| -> Vec<&'static str> {
            read(&PAGE.replace("<p>", &format!("{put}<p>"))).faults.into_iter().map(|(kind, _)| kind).collect()
        };
        assert_eq!(kinds("<!-- Ann Smith -->"), ["html_comment"]);
        assert_eq!(kinds("<script>3</script>"), ["html_element"]);
        assert_eq!(kinds("<i data-n='3'></i>"), ["html_data"]);
        assert_eq!(kinds("<i hidden>3</i>"), ["html_hidden"]);
        assert_eq!(kinds("<i style='display: none'>3</i>"), ["html_hidden"]);
        assert_eq!(kinds("<img src='https://a.example/b.png'>"), ["html_link"]);
        assert_eq!(kinds("<style>p{background:url(b)}</style>"), ["html_link"]);
        assert_eq!(kinds("<style>.x{display:none}</style>"), ["html_hidden"]);
        assert_eq!(kinds("<i value='3'></i>"), ["html_attribute"]);
    }
}
