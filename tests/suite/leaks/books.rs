//! Leaks of the XLSX workbook.

use super::Plant;
use super::pack::{Pack, XLSX};

pub fn plants() -> Vec<Plant> {
    let mut plants = excel_parts();
    plants.extend(excel_cells());
    plants
}

const SHEET: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.\
    openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Raw</t></is>\
    </c></row></sheetData></worksheet>";

fn more_sheet(pack: &mut Pack, state: &str) -> bool {
    let entry = format!("<sheet name=\"Raw\" sheetId=\"99\"{state} r:id=\"rId99\"/></sheets>");
    let put = |part: &str, text: String| match part {
        "xl/workbook.xml" => text.replace("</sheets>", &entry),
        "xl/_rels/workbook.xml.rels" => text.replace(
            "</Relationships>",
            "<Relationship Id=\"rId99\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/\
             worksheet\" Target=\"worksheets/sheet99.xml\"/></Relationships>",
        ),
        _ => text,
    };
    pack.rewrite(XLSX, put, &[("xl/worksheets/sheet99.xml", SHEET)]);
    true
}

pub fn part(pack: &mut Pack, file: &str, name: &str, text: &str) -> bool {
    pack.rewrite(file, |_, text| text, &[(name, text)]);
    true
}

fn excel_parts() -> Vec<Plant> {
    let file = XLSX;
    let format = "xlsx";
    let parts: &[&str] = &["workbook_part"];
    vec![
        Plant {
            kind: "hidden sheet",
            format,
            file,
            finds: &["hidden_sheet"],
            put: |pack| more_sheet(pack, " state=\"hidden\""),
        },
        Plant {
            kind: "very hidden sheet",
            format,
            file,
            finds: &["hidden_sheet"],
            put: |pack| more_sheet(pack, " state=\"veryHidden\""),
        },
        Plant {
            kind: "sheet that the workbook does not name",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/worksheets/sheet98.xml", SHEET),
        },
        Plant {
            kind: "pivot cache",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords/>"),
        },
        Plant {
            kind: "external link",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/externalLinks/externalLink1.xml", "<externalLink/>"),
        },
        Plant {
            kind: "custom XML",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "customXml/item1.xml", "<rows><row>3</row></rows>"),
        },
        Plant {
            kind: "comment",
            format,
            file,
            finds: parts,
            put: |pack| {
                part(pack, XLSX, "xl/comments1.xml", "<comments><authors><author>Ann</author></authors></comments>")
            },
        },
        Plant {
            kind: "threaded comment",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/threadedComments/threadedComment1.xml", "<ThreadedComments/>"),
        },
        Plant {
            kind: "query or connection",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/connections.xml", "<connections/>"),
        },
        Plant {
            kind: "printer settings",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/printerSettings/printerSettings1.xml", "<x/>"),
        },
        Plant {
            kind: "custom property",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "docProps/custom.xml", "<Properties/>"),
        },
        Plant {
            kind: "revision log",
            format,
            file,
            finds: parts,
            put: |pack| part(pack, XLSX, "xl/revisions/revisionHeaders.xml", "<headers/>"),
        },
        Plant {
            kind: "path of the author",
            format,
            file,
            finds: parts,
            put: |pack| {
                pack.rewrite_part(XLSX, "xl/workbook.xml", "<sheets>", "<absPath url=\"C:\\Users\\ann\"/><sheets>");
                true
            },
        },
        Plant {
            kind: "defined name",
            format,
            file,
            finds: &["workbook_name"],
            put: |pack| {
                pack.rewrite_part(
                    XLSX,
                    "xl/workbook.xml",
                    "</definedNames>",
                    "<definedName name=\"raw\">3</definedName></definedNames>",
                );
                true
            },
        },
        Plant {
            kind: "document property",
            format,
            file,
            finds: &["document_property"],
            put: |pack| {
                pack.rewrite_part(
                    XLSX,
                    "docProps/core.xml",
                    "<dc:creator></dc:creator>",
                    "<dc:creator>Ann Smith</dc:creator>",
                );
                true
            },
        },
        Plant {
            kind: "time of day",
            format,
            file,
            finds: &["document_property"],
            put: |pack| {
                pack.rewrite_part(
                    XLSX,
                    "docProps/core.xml",
                    "T00:00:00Z</dcterms:modified>",
                    "T09:41:00Z</dcterms:modified>",
                );
                true
            },
        },
        Plant {
            kind: "string that no cell uses",
            format,
            file,
            finds: &["workbook_string"],
            put: |pack| {
                pack.rewrite_part(XLSX, "xl/sharedStrings.xml", "</sst>", "<si><t>Ann Smith</t></si></sst>");
                true
            },
        },
        Plant {
            kind: "number in a sentence",
            format,
            file,
            finds: &["unexplained_number"],
            put: |pack| {
                pack.rewrite_part(
                    XLSX,
                    "xl/sharedStrings.xml",
                    "How families used the service.",
                    "Used by 83,177 families.",
                );
                true
            },
        },
        Plant {
            kind: "header or footer",
            format,
            file,
            finds: &["unexplained_number"],
            put: |pack| {
                let sheet = pack.sheet();
                let text = pack.part(XLSX, &sheet);
                if !text.contains("<tableParts") {
                    return false;
                }
                pack.rewrite_part(
                    XLSX,
                    &sheet,
                    "<tableParts",
                    "<headerFooter><oddFooter>83177</oddFooter></headerFooter><tableParts",
                );
                true
            },
        },
        Plant {
            kind: "comment in a part",
            format,
            file,
            finds: &["workbook_comment"],
            put: |pack| {
                pack.rewrite_part(XLSX, "xl/styles.xml", "<fonts", "<!-- 3 --><fonts");
                true
            },
        },
    ]
}

fn excel_cells() -> Vec<Plant> {
    let file = XLSX;
    let format = "xlsx";
    vec![
        Plant {
            kind: "hidden column",
            format,
            file,
            finds: &["hidden_column"],
            put: |pack| {
                let sheet = pack.sheet();
                pack.rewrite_part(XLSX, &sheet, "<col ", "<col hidden=\"1\" ");
                true
            },
        },
        Plant {
            kind: "hidden row",
            format,
            file,
            finds: &["hidden_row"],
            put: |pack| {
                let sheet = pack.sheet();
                pack.rewrite_part(XLSX, &sheet, "<row r=\"2\"", "<row hidden=\"1\" r=\"2\"");
                true
            },
        },
        Plant {
            kind: "row without height",
            format,
            file,
            finds: &["hidden_row"],
            put: |pack| {
                let sheet = pack.sheet();
                pack.rewrite_part(XLSX, &sheet, "<row r=\"2\"", "<row ht=\"0\" r=\"2\"");
                true
            },
        },
        Plant {
            kind: "formula",
            format,
            file,
            finds: &["formula"],
            put: |pack| {
                let sheet = pack.sheet();
                pack.rewrite_part(XLSX, &sheet, "<v>", "<f>1+2</f><v>");
                true
            },
        },
        Plant {
            kind: "number format that shows nothing",
            format,
            file,
            finds: &["hidden_format"],
            put: |pack| {
                let styles = pack.part(XLSX, "xl/styles.xml");
                let format = if styles.contains("<numFmts") {
                    ("<numFmt ", "<numFmt numFmtId=\"199\" formatCode=\";;;\"/><numFmt ")
                } else {
                    ("<fonts", "<numFmts><numFmt numFmtId=\"199\" formatCode=\";;;\"/></numFmts><fonts")
                };
                pack.rewrite_part(XLSX, "xl/styles.xml", format.0, format.1);
                true
            },
        },
        Plant {
            kind: "white on white",
            format,
            file,
            finds: &["hidden_text"],
            put: |pack| {
                pack.rewrite_part(
                    XLSX,
                    "xl/styles.xml",
                    "</fonts>",
                    "<font><sz val=\"11\"/><color rgb=\"FFFFFFFF\"/></font></fonts>",
                );
                true
            },
        },
        Plant {
            kind: "data validation",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| {
                let sheet = pack.sheet();
                pack.rewrite_part(
                    XLSX,
                    &sheet,
                    "<pageMargins",
                    "<dataValidations><dataValidation sqref=\"A1\"/></dataValidations><pageMargins",
                );
                true
            },
        },
        Plant {
            kind: "embedded object",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| part(pack, XLSX, "xl/embeddings/oleObject1.xml", "<x/>"),
        },
        Plant {
            kind: "macro",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| part(pack, XLSX, "xl/vbaProject.xml", "<x/>"),
        },
        Plant {
            kind: "chart with a cache",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| part(pack, XLSX, "xl/charts/chart1.xml", "<chartSpace/>"),
        },
    ]
}
