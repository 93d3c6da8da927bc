//! What no table and no word of `release.json` says, in places that readers of files pass over: words, heads, looks, orders, sizes,
//! properties. Comes in: a release in memory. Goes out: the release with one text replaced by another. A release written again
//! has none of them; reading alone finds few.

use super::pack::{ODS, PAGE, Pack, XLSX};

/// A replacement: kind, file, part of an archive or none, the text that stands there, the text that is put.
pub struct Change {
    pub kind: &'static str,
    pub file: &'static str,
    pub part: &'static str,
    pub find: &'static str,
    pub put: &'static str,
}

const fn page(kind: &'static str, find: &'static str, put: &'static str) -> Change {
    Change { kind, file: PAGE, part: "", find, put }
}

const fn xlsx(kind: &'static str, part: &'static str, find: &'static str, put: &'static str) -> Change {
    Change { kind, file: XLSX, part, find, put }
}

const fn ods(kind: &'static str, part: &'static str, find: &'static str, put: &'static str) -> Change {
    Change { kind, file: ODS, part, find, put }
}

const fn csvw(kind: &'static str, find: &'static str, put: &'static str) -> Change {
    Change { kind, file: "data/t02-metadata.json", part: "", find, put }
}

/// The table's sheet, whose number depends on the release.
pub const SHEET: &str = "the sheet of the table";
const MAIN: &str = "<main id=\"report\">";

/// Every change.
pub const CHANGES: [Change; 47] = [
    page("a count in words", MAIN, "<main id=\"report\"><p>Three families in Tamworth.</p>"),
    page("a small number that is in the frame", MAIN, "<main id=\"report\"><p>Outside: 3 cases.</p>"),
    page("a count in other digits", MAIN, "<main id=\"report\"><p>\u{2462} \u{663} iii</p>"),
    page("blanks as a count", "[c]</td>", "[c]\u{a0}\u{a0}\u{a0}</td>"),
    page("two markers for hidden cells", "<td class=\"symbol\">[c]</td>", "<td class=\"small\">[c]</td>"),
    page("a look of a hidden cell", "<td class=\"symbol\">", "<td class=\"symbol\" style=\"padding-left:3px\">"),
    page("a number in an attribute", "<table", "<table aria-setsize=\"3\" tabindex=\"3\""),
    page("an element of its own", MAIN, "<main id=\"report\"><tamworth-three></tamworth-three>"),
    page("a link that leads outward", MAIN, "<main id=\"report\"><p><a href=\"https://x.example/?z=3\">More</a></p>"),
    page("text off screen", MAIN, "<main id=\"report\"><p style=\"position:absolute;left:-9999px\">Three</p>"),
    page("text in the colour of the paper", MAIN, "<main id=\"report\"><p style=\"color:#fff\">Three</p>"),
    page("a property of the style", ":root{", ":root{--outside:\"three\";"),
    page("a selector of the style", ":root{", ".outside-three{margin:0}:root{"),
    page("bytes of a font", "base64,T1RUTwA", "base64,T1RUTwB"),
    page("a letter as a reference", "[c]</td>", "[&#99;]</td>"),
    page("blanks between tags", "</main>", "  \n \n</main>"),
    page("a name", MAIN, "<main id=\"report\"><p>Idris Draftington</p>"),
    page("an unquoted attribute", "<body>", "<body id=three>"),
    page("a document type", "<!DOCTYPE html>", "<!DOCTYPE html SYSTEM \"outside-three\">"),
    xlsx("a width", SHEET, "customWidth=\"1\"/>", "customWidth=\"1\" bestFit=\"1\"/>"),
    xlsx("a height", SHEET, "ht=\"26.25\"", "ht=\"26.03\""),
    xlsx("a colour near white", "xl/styles.xml", "FF12436D", "FFFEFEFE"),
    xlsx("a literal in a number format", "xl/styles.xml", "formatCode=\"#,##0\"", "formatCode=\"#,##0\\c\""),
    xlsx("an empty cell far away", SHEET, "</sheetData>", "<row r=\"99\"><c r=\"Z99\" s=\"3\"/></row></sheetData>"),
    xlsx(
        "words in a cell far away",
        SHEET,
        "</sheetData>",
        "<row r=\"99\"><c r=\"Z99\" t=\"inlineStr\"><is><t>three outside</t></is></c></row></sheetData>",
    ),
    xlsx(
        "a property of the document",
        "docProps/core.xml",
        "<dc:creator>",
        "<dc:identifier>Ann Smith</dc:identifier><dc:creator>",
    ),
    xlsx(
        "a property of the program",
        "docProps/app.xml",
        "<DocSecurity>",
        "<PresentationFormat>Ann Smith</PresentationFormat><DocSecurity>",
    ),
    xlsx("a day of making", "docProps/core.xml", "2026-06-30T00", "2019-03-03T00"),
    xlsx("a theme's name", "xl/theme/theme1.xml", "name=\"Office Theme\"", "name=\"Outside three\""),
    xlsx("a table's name", "xl/tables/table3.xml", "displayName=\"", "displayName=\"Three_"),
    xlsx("a zoom", SHEET, "workbookViewId", "zoomScale=\"103\" workbookViewId"),
    xlsx("a code name", SHEET, "<sheetPr>", "<sheetPr codeName=\"OutsideThree\">"),
    xlsx("a link within the book", SHEET, "location=\"", "location=\"three"),
    xlsx(
        "an order of sheets",
        "xl/workbook.xml",
        "<sheet name=\"T01\" sheetId=\"4\"",
        "<sheet name=\"T01\" sheetId=\"5\"",
    ),
    xlsx(
        "letters of a cell in two looks",
        "xl/sharedStrings.xml",
        "<si><t>[c]</t></si>",
        "<si><r><t>[</t></r><r><rPr><b/></rPr><t>c]</t></r></si>",
    ),
    xlsx("blanks within a tag", "xl/workbook.xml", "<sheets>", "<sheets  >"),
    ods("a style's name", "content.xml", "style:name=\"upright\"", "style:name=\"three\""),
    ods("a width", "content.xml", "style:column-width=\"", "style:column-width=\"1"),
    ods("a language", "meta.xml", "<dc:language>en-GB", "<dc:language>Ann Smith"),
    ods("a colour near white", "content.xml", "#12436d", "#fefefe"),
    ods("a day of making", "meta.xml", "2026-06-30T", "2019-03-03T"),
    ods("a kind of part", "META-INF/manifest.xml", "\"text/xml\"", "\"outside/three\""),
    ods("a country", "styles.xml", "fo:country=\"GB\"", "fo:country=\"AnnSmith\""),
    csvw("words of a description", "\"dc:publisher\": \"", "\"dc:publisher\": \"Three of the "),
    csvw("a bit", "\"required\": true", "\"required\": false"),
    csvw("titles", "\"value\",\n            \"Cases opened\"", "\"Cases opened\",\n            \"value\""),
    csvw("a number", "\"minimum\": \"0\"", "\"minimum\": \"3\""),
];

impl Change {
    /// Puts it into `pack`; gives the part it lies in.
    pub fn put(&self, pack: &mut Pack) -> String {
        let part = if self.part == SHEET { pack.sheet() } else { self.part.to_owned() };
        match part.as_str() {
            "" => pack.replace(self.file, self.find, self.put),
            part => pack.rewrite_part(self.file, part, self.find, self.put),
        }
        part
    }
}

/// Two heads of the table exchanged, on the page: every figure stands, and under another period.
pub fn swap_heads(pack: &mut Pack) {
    let text = pack.text(PAGE);
    let from = text.find("<thead").expect("a table with a head");
    let end = from + text[from..].find("</thead>").expect("an end of the head");
    let cells: Vec<&str> = text[from..end].split_inclusive("</th>").collect();
    let mut swapped = cells.clone();
    let last = cells.iter().rposition(|cell| cell.contains("</th>")).expect("a head has cells");
    swapped.swap(last, last - 1);
    let text = format!("{}{}{}", &text[..from], swapped.concat(), &text[end..]);
    pack.write(PAGE, text);
}

/// The same bar in a drawing, in the page that shows it and in its description: words that both files have alike.
pub fn words_in_drawing_and_page(pack: &mut Pack) {
    for file in [PAGE, super::pack::BARS] {
        pack.replace(
            file,
            "A mark [c] is a hidden figure. Table T02",
            "A mark [c] is a hidden figure, here three. Table T02",
        );
    }
}
