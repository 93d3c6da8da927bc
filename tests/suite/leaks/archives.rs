//! Leaks of the OpenDocument workbook, and of the archives that both workbooks are.

use super::Plant;
use super::books::part;
use super::pack::{ODS, Pack, XLSX};

pub fn plants() -> Vec<Plant> {
    let mut plants = open_document();
    plants.extend(archives());
    plants
}

fn open_document() -> Vec<Plant> {
    let file = ODS;
    let format = "ods";
    vec![
        Plant {
            kind: "hidden sheet",
            format,
            file,
            finds: &["hidden_sheet"],
            put: |pack| {
                pack.rewrite_part(ODS, "content.xml", "<office:body>", "<style:style style:name=\"gone\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style><office:body>");
                true
            },
        },
        Plant {
            kind: "hidden column",
            format,
            file,
            finds: &["hidden_column"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "<table:table-column ",
                    "<table:table-column table:visibility=\"collapse\" ",
                );
                true
            },
        },
        Plant {
            kind: "hidden row",
            format,
            file,
            finds: &["hidden_row"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "<table:table-row ",
                    "<table:table-row table:visibility=\"filter\" ",
                );
                true
            },
        },
        Plant {
            kind: "row without height",
            format,
            file,
            finds: &["hidden_row"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "style:use-optimal-row-height=\"true\"",
                    "style:row-height=\"0.1mm\"",
                );
                true
            },
        },
        Plant {
            kind: "comment",
            format,
            file,
            finds: &["workbook_comment"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "<text:p>",
                    "<office:annotation><text:p>Ann</text:p></office:annotation><text:p>",
                );
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
                    ODS,
                    "content.xml",
                    "</office:spreadsheet>",
                    "<table:named-expressions/></office:spreadsheet>",
                );
                true
            },
        },
        Plant {
            kind: "formula",
            format,
            file,
            finds: &["formula"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "office:value-type=\"float\"",
                    "table:formula=\"of:=1+2\" office:value-type=\"float\"",
                );
                true
            },
        },
        Plant {
            kind: "value other than shown",
            format,
            file,
            finds: &["hidden_value"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "office:value-type=\"string\"><text:p>[c]",
                    "office:value-type=\"float\" office:value=\"3\"><text:p>[c]",
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
                    ODS,
                    "meta.xml",
                    "</office:meta>",
                    "<dc:creator>Ann Smith</dc:creator></office:meta>",
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
                pack.rewrite_part(ODS, "meta.xml", "T00:00:00<", "T09:41:00<");
                true
            },
        },
        Plant {
            kind: "external link",
            format,
            file,
            finds: &["workbook_link"],
            put: |pack| {
                pack.rewrite_part(ODS, "content.xml", "xlink:href=\"#", "xlink:href=\"file:///home/ann/raw.ods#");
                true
            },
        },
        Plant {
            kind: "tracked changes",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "<office:spreadsheet>",
                    "<office:spreadsheet><table:tracked-changes/>",
                );
                true
            },
        },
        Plant {
            kind: "number format that shows nothing",
            format,
            file,
            finds: &["hidden_format"],
            put: |pack| {
                pack.rewrite_part(
                    ODS,
                    "content.xml",
                    "<office:automatic-styles>",
                    "<office:automatic-styles><number:number-style style:name=\"none\"/>",
                );
                true
            },
        },
        Plant {
            kind: "white on white",
            format,
            file,
            finds: &["hidden_text"],
            put: |pack| {
                pack.rewrite_part(ODS, "content.xml", "fo:color=\"#12436d\"", "fo:color=\"#ffffff\"");
                true
            },
        },
        Plant {
            kind: "settings or thumbnail",
            format,
            file,
            finds: &["workbook_part"],
            put: |pack| part(pack, ODS, "settings.xml", "<x/>"),
        },
        Plant {
            kind: "number in a sentence",
            format,
            file,
            finds: &["unexplained_number"],
            put: |pack| {
                pack.rewrite_part(ODS, "content.xml", "How families used the service.", "Used by 83,177 families.");
                true
            },
        },
    ]
}

fn archives() -> Vec<Plant> {
    fn after(pack: &mut Pack, file: &str) -> bool {
        let mut bytes = pack.base.files[file].clone();
        bytes.extend_from_slice(b"Ann Smith, 3");
        pack.write(file, bytes);
        true
    }
    fn before(pack: &mut Pack, file: &str) -> bool {
        let bytes = [b"Ann Smith, 3".as_slice(), &pack.base.files[file]].concat();
        pack.write(file, bytes);
        true
    }
    fn remarked(pack: &mut Pack, file: &str) -> bool {
        let mut bytes = pack.base.files[file].clone();
        let end = bytes.len() - 2;
        bytes.splice(end.., [3, 0, b'A', b'n', b'n']);
        pack.write(file, bytes);
        true
    }
    /// An owner's number, as archives of Unix keep it, in the directory's entry of the first part.
    fn owned(pack: &mut Pack, file: &str) -> bool {
        let mut bytes = pack.base.files[file].clone();
        let Some(at) = bytes.windows(4).position(|four| four == b"PK\x01\x02") else { return false };
        let name = usize::from(u16::from_le_bytes([bytes[at + 28], bytes[at + 29]]));
        let field = [0x75, 0x78, 11, 0, 1, 4, 0xE8, 3, 0, 0, 4, 0xE8, 3, 0, 0];
        bytes[at + 30] = 15;
        bytes.splice(at + 46 + name..at + 46 + name, field);
        let end = bytes.len() - 22;
        let size = u32::from_le_bytes([bytes[end + 12], bytes[end + 13], bytes[end + 14], bytes[end + 15]]) + 15;
        bytes[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
        pack.write(file, bytes);
        true
    }
    let gaps: &[&str] = &["zip_gap", "not_a_workbook"];
    vec![
        Plant { kind: "data after the end", format: "xlsx", file: XLSX, finds: gaps, put: |pack| after(pack, XLSX) },
        Plant { kind: "data after the end", format: "ods", file: ODS, finds: gaps, put: |pack| after(pack, ODS) },
        Plant {
            kind: "data before the parts",
            format: "xlsx",
            file: XLSX,
            finds: gaps,
            put: |pack| before(pack, XLSX),
        },
        Plant { kind: "data before the parts", format: "ods", file: ODS, finds: gaps, put: |pack| before(pack, ODS) },
        Plant {
            kind: "remark of the archive",
            format: "xlsx",
            file: XLSX,
            finds: &["zip_comment"],
            put: |pack| remarked(pack, XLSX),
        },
        Plant {
            kind: "remark of the archive",
            format: "ods",
            file: ODS,
            finds: &["zip_comment"],
            put: |pack| remarked(pack, ODS),
        },
        Plant {
            kind: "owner in the archive",
            format: "xlsx",
            file: XLSX,
            finds: &["zip_comment"],
            put: |pack| owned(pack, XLSX),
        },
        Plant {
            kind: "owner in the archive",
            format: "ods",
            file: ODS,
            finds: &["zip_comment"],
            put: |pack| owned(pack, ODS),
        },
    ]
}
