//! Leaks of the folder, the tidy tables, their metadata, the manifest and the pictures.

use serde_json::json;

use super::Plant;
use super::base::base;
use super::pack::{CSV, MANIFEST, PAGE, Pack, TABLE};

const PNG: &str = "charts/t02.png";
const METADATA: &str = "data/t02-metadata.json";

pub fn plants() -> Vec<Plant> {
    let mut plants = folder();
    plants.extend(tidy());
    plants.extend(described());
    plants.extend(pictures());
    plants
}

fn folder() -> Vec<Plant> {
    vec![
        Plant {
            kind: "wrong digest",
            format: "html",
            file: PAGE,
            finds: &["digest"],
            put: |pack| {
                pack.keeps_digests = true;
                pack.replace(PAGE, "Take-up", "Take-Up");
                true
            },
        },
        Plant {
            kind: "wrong digest",
            format: "csv",
            file: CSV,
            finds: &["digest"],
            put: |pack| {
                pack.keeps_digests = true;
                let text = pack.text(CSV);
                pack.write(CSV, text.trim_end().to_owned());
                true
            },
        },
        Plant {
            kind: "unlisted file",
            format: "folder",
            file: "data/cases.csv",
            finds: &["unlisted_file"],
            put: |pack| {
                pack.write("data/cases.csv", "case_ref,need\nPPS-1,Sight\n");
                true
            },
        },
        Plant {
            kind: "missing file",
            format: "folder",
            file: PNG,
            finds: &["missing_file"],
            put: |pack| {
                pack.base.files.remove(PNG);
                true
            },
        },
        Plant {
            kind: "backup or system file",
            format: "folder",
            file: "data/.~lock.t02.csv#",
            finds: &["file_name"],
            put: |pack| {
                pack.add_listed("data/.~lock.t02.csv#", ",ann,host");
                true
            },
        },
        Plant {
            kind: "a format no reader knows",
            format: "folder",
            file: "notes.docx",
            finds: &["unknown_format"],
            put: |pack| {
                pack.add_listed("notes.docx", "PK");
                true
            },
        },
        Plant {
            kind: "log file",
            format: "folder",
            file: "takeup.log",
            finds: &["unknown_format"],
            put: |pack| {
                pack.add_listed("takeup.log", "counted 3");
                true
            },
        },
        Plant {
            kind: "link",
            format: "folder",
            file: "data/more",
            finds: &["link"],
            put: |pack| {
                pack.link = cfg!(unix);
                pack.link
            },
        },
        Plant {
            kind: "folder of another name",
            format: "folder",
            file: MANIFEST,
            finds: &["folder_name"],
            put: |pack| {
                pack.base.name = "for-ann-smith".to_owned();
                true
            },
        },
        Plant {
            kind: "earlier release changed",
            format: "folder",
            file: MANIFEST,
            finds: &["earlier_changed"],
            put: |pack| {
                let mut earlier = pack.base.clone();
                earlier.name = "2026-Q1-public-r1".to_owned();
                pack.beside.push(earlier);
                pack.manifest(|value| value["earlier"] = json!({"2026-Q1-public-r1": "00".repeat(32)}));
                true
            },
        },
    ]
}

fn tidy() -> Vec<Plant> {
    fn line(pack: &mut Pack, change: impl Fn(&str) -> String) -> bool {
        let text = pack.text(CSV);
        let last = text.trim_end().rsplit('\n').next().expect("a last line").to_owned();
        pack.replace(CSV, &format!("{last}\n"), &format!("{}\n", change(&last)));
        true
    }
    vec![
        Plant {
            kind: "formula",
            format: "csv",
            file: CSV,
            finds: &["formula"],
            put: |pack| line(pack, |last| format!("=1+2{last}")),
        },
        Plant {
            kind: "column beyond the header",
            format: "csv",
            file: CSV,
            finds: &["ragged"],
            put: |pack| line(pack, |last| format!("{last},3")),
        },
        Plant {
            kind: "column of no dimension",
            format: "csv",
            file: CSV,
            finds: &["unknown_column"],
            put: |pack| {
                let text = pack.text(CSV);
                let lines =
                    text.lines().enumerate().map(|(at, line)| format!("{line},{}\n", if at == 0 { "n" } else { "" }));
                pack.write(CSV, lines.collect::<String>());
                true
            },
        },
        Plant {
            kind: "comment",
            format: "csv",
            file: CSV,
            finds: &["ragged"],
            put: |pack| {
                let text = pack.text(CSV) + "# of these 3 are one family\n";
                pack.write(CSV, text);
                true
            },
        },
        Plant {
            kind: "byte order mark",
            format: "csv",
            file: CSV,
            finds: &["encoding"],
            put: |pack| {
                let text = format!("\u{feff}{}", pack.text(CSV));
                pack.write(CSV, text);
                true
            },
        },
        Plant {
            kind: "small count with a footnote",
            format: "csv",
            file: CSV,
            finds: &["inconsistent_cell", "small_counts_published", "file_form"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                let text = format!("{} (p)", pack.truth(row));
                pack.put_in_csv(row, &text);
                true
            },
        },
        Plant {
            kind: "small count as a range",
            format: "csv",
            file: CSV,
            finds: &["suppressed_known_small_nonzero", "suppressed_interval_exact", "infeasible"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                pack.put_in_csv(row, "1-4");
                pack.truth(row) > 0
            },
        },
        Plant {
            kind: "small count in a word that nobody explains",
            format: "csv",
            file: CSV,
            finds: &["value_unclear"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                pack.put_in_csv(row, "hardly any");
                true
            },
        },
        Plant {
            kind: "sign for small beside the sign for hidden",
            format: "csv",
            file: CSV,
            finds: &["signs_differ"],
            put: |pack| {
                let (small, others) = pack.hidden();
                let (Some(&row), false) = (small.first(), small.len() + others.len() < 2) else { return false };
                pack.put_in_csv(row, "..");
                true
            },
        },
        Plant {
            kind: "blanks, quotation marks and line ends",
            format: "csv",
            file: CSV,
            finds: &["file_form"],
            put: |pack| line(pack, |last| format!("{last}\r")),
        },
        Plant {
            kind: "row twice",
            format: "csv",
            file: CSV,
            finds: &["duplicate_row"],
            put: |pack| line(pack, |last| format!("{last}\n{last}")),
        },
        Plant {
            kind: "value beside its symbol",
            format: "csv",
            file: CSV,
            finds: &["symbol"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                let truth = pack.truth(row);
                pack.put_in_csv(row, &truth.to_string());
                let text = pack.text(CSV);
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines[row + 1].push('c');
                pack.write(CSV, lines.join("\n") + "\n");
                true
            },
        },
        Plant {
            kind: "hidden cell left blank",
            format: "csv",
            file: CSV,
            finds: &["symbol"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                pack.put_in_csv(row, "");
                true
            },
        },
        Plant {
            kind: "rows sorted by their counts",
            format: "csv",
            file: CSV,
            finds: &["row_order", "code_order"],
            put: |pack| {
                let truth = pack.base.truth[TABLE].clone();
                let text = pack.text(CSV);
                let (header, rows) = text.split_once('\n').expect("a header");
                let mut rows: Vec<(u64, &str)> =
                    rows.lines().zip(&truth).map(|(row, cell)| (cell.truth, row)).collect();
                rows.sort_by_key(|(count, _)| *count);
                let rows: Vec<&str> = rows.into_iter().map(|(_, row)| row).collect();
                pack.write(CSV, format!("{header}\n{}\n", rows.join("\n")));
                true
            },
        },
        Plant {
            kind: "table of no entry",
            format: "csv",
            file: "data/t99.csv",
            finds: &["unknown_format"],
            put: |pack| {
                pack.add_listed("data/t99.csv", "place,value,symbol\nE00,3,\n");
                true
            },
        },
    ]
}

fn described() -> Vec<Plant> {
    vec![
        Plant {
            kind: "key of its own",
            format: "csvw",
            file: METADATA,
            finds: &["metadata_key"],
            put: |pack| {
                pack.replace(METADATA, "{\n", "{\n  \"rows\": 3,\n");
                true
            },
        },
        Plant {
            kind: "number in a description",
            format: "csvw",
            file: METADATA,
            finds: &["unexplained_number"],
            put: |pack| {
                pack.replace(METADATA, "Empty where", "6 % of 8,421 were one family. Empty where");
                true
            },
        },
        Plant {
            kind: "columns of another table",
            format: "csvw",
            file: METADATA,
            finds: &["metadata"],
            put: |pack| {
                pack.replace(METADATA, "\"name\": \"place\"", "\"name\": \"street\"");
                true
            },
        },
        Plant {
            kind: "key of its own",
            format: "release.json",
            file: MANIFEST,
            finds: &["manifest_key"],
            put: |pack| {
                pack.manifest(|value| value["tie_key"] = json!("b1946ac92492d2347c6235b4d2611184"));
                true
            },
        },
        Plant {
            kind: "blanks, quotation marks and line ends",
            format: "csvw",
            file: METADATA,
            finds: &["file_form"],
            put: |pack| {
                pack.replace(METADATA, "{\n", "{ \n");
                true
            },
        },
        Plant {
            kind: "key behind deep nesting",
            format: "release.json",
            file: MANIFEST,
            finds: &["manifest_key"],
            put: |pack| {
                let text = pack.text(MANIFEST);
                let deep = format!("{{\"x\": {}{}, \"truth\": {{\"b\": 3}},", "[".repeat(1_000), "]".repeat(1_000));
                pack.write(MANIFEST, text.replacen('{', &deep, 1));
                pack.keeps_digests = true;
                true
            },
        },
        Plant {
            kind: "threshold that protects nobody",
            format: "release.json",
            file: MANIFEST,
            finds: &["threshold_low"],
            put: |pack| {
                pack.manifest(|value| value["threshold"] = json!(1));
                true
            },
        },
        Plant {
            kind: "code that nothing explains",
            format: "release.json",
            file: CSV,
            finds: &["unknown_code"],
            put: |pack| {
                pack.manifest(|value| value["tables"][1]["fixed"]["period"] = json!("2031-Q9"));
                true
            },
        },
        Plant {
            kind: "place that is none",
            format: "release.json",
            file: CSV,
            finds: &["fixed_unknown"],
            put: |pack| {
                pack.manifest(|value| value["tables"][1]["fixed"]["school"] = json!("S1"));
                true
            },
        },
        Plant {
            kind: "reasons in the manifest",
            format: "release.json",
            file: MANIFEST,
            finds: &["manifest_key"],
            put: |pack| {
                pack.manifest(|value| value["tables"][1]["reasons"] = json!(["minimum_frequency", "secondary"]));
                true
            },
        },
        Plant {
            kind: "letters that nobody sees",
            format: "release.json",
            file: MANIFEST,
            finds: &["unseen_letters"],
            put: |pack| {
                pack.manifest(|value| {
                    let labels = value["labels"]["place"].as_object_mut().expect("labels");
                    let label = labels.values_mut().last().expect("a label");
                    *label = format!("{}\u{200b}", label.as_str().expect("a text")).into();
                });
                true
            },
        },
        Plant {
            kind: "labels of no table",
            format: "release.json",
            file: MANIFEST,
            finds: &["manifest_label"],
            put: |pack| {
                pack.manifest(|value| value["labels"]["school"] = json!({"S1": "Makebelieve High School"}));
                true
            },
        },
        Plant {
            kind: "marker that says too much",
            format: "release.json",
            file: "",
            finds: &[
                "suppressed_known_small_nonzero",
                "suppressed_interval_exact",
                "suppressed_linear_exact",
                "infeasible",
            ],
            put: |pack| {
                pack.manifest(|value| value["tables"][1]["markers"][""] = json!([1, 4]));
                // Where nothing is hidden no symbol says anything.
                let (small, others) = pack.hidden();
                small.len() + others.len() > 0
            },
        },
        Plant {
            kind: "rounding finer than the threshold",
            format: "release.json",
            file: CSV,
            finds: &["rounding_narrow"],
            put: |pack| {
                let Some(row) = pack.small() else { return false };
                pack.put_everywhere(row, "0");
                pack.manifest(|value| value["tables"][1]["rounding"] = json!({"base": 5, "mode": "nearest"}));
                true
            },
        },
    ]
}

fn pictures() -> Vec<Plant> {
    fn chunk(pack: &mut Pack, kind: &[u8], data: &[u8]) -> bool {
        let mut bytes = pack.base.files[PNG].clone();
        let length = u32::try_from(data.len()).expect("a short chunk").to_be_bytes();
        let at = bytes.windows(4).position(|four| four == b"IDAT").expect("a picture") - 4;
        let checksum = crc(&[kind, data].concat()).to_be_bytes();
        let more = [&length[..], kind, data, &checksum].concat();
        bytes.splice(at..at, more);
        pack.write(PNG, bytes);
        true
    }
    vec![
        Plant {
            kind: "picture packed in another way",
            format: "png",
            file: PNG,
            finds: &["picture_differs"],
            put: |pack| chunk(pack, b"IDAT", b""),
        },
        Plant {
            kind: "text chunk",
            format: "png",
            file: PNG,
            finds: &["png_chunk"],
            put: |pack| chunk(pack, b"tEXt", b"Author\0Ann Smith"),
        },
        Plant {
            kind: "time chunk",
            format: "png",
            file: PNG,
            finds: &["png_chunk"],
            put: |pack| chunk(pack, b"tIME", &[7, 234, 6, 30, 9, 41, 12]),
        },
        Plant {
            kind: "camera data",
            format: "png",
            file: PNG,
            finds: &["png_chunk"],
            put: |pack| chunk(pack, b"eXIf", b"MM\0*\0\0\0\x08"),
        },
        Plant {
            kind: "data after the end",
            format: "png",
            file: PNG,
            finds: &["png_trailing"],
            put: |pack| {
                let mut bytes = pack.base.files[PNG].clone();
                bytes.extend_from_slice(b"North 3");
                pack.write(PNG, bytes);
                true
            },
        },
        Plant {
            kind: "picture of other figures",
            format: "png",
            file: PNG,
            finds: &["picture_differs"],
            put: |pack| {
                let other = base(1_000_000 + pack.dice.next() % 1000);
                let differs = other.files[PNG] != pack.base.files[PNG];
                pack.write(PNG, other.files[PNG].clone());
                differs
            },
        },
        Plant {
            kind: "picture of no drawing",
            format: "png",
            file: "charts/t99.png",
            finds: &["picture_alone"],
            put: |pack| {
                let bytes = pack.base.files[PNG].clone();
                pack.add_listed("charts/t99.png", bytes);
                true
            },
        },
    ]
}

/// The checksum of a chunk, as the PNG standard defines it.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    !crc
}
