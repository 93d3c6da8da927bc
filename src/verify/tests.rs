//! Whole verifications of small folders, each written here so that it can be checked with a pencil.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::digest::sha256;

use crate::Attacked;

/// Writes a release of two tables' files, digests included, and returns its folder.
pub(crate) fn write(below: &Path, name: &str, manifest: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = below.join(name);
    std::fs::create_dir_all(folder.join("data")).expect("a fresh folder");
    let mut digests = BTreeMap::new();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).expect("the folder is there");
        digests.insert((*file).to_owned(), sha256(text.as_bytes()));
    }
    let mut value: serde_json::Value = serde_json::from_str(manifest).expect("JSON");
    value["release"] = name.into();
    value["files"] = serde_json::to_value(digests).expect("texts");
    std::fs::write(folder.join("release.json"), value.to_string()).expect("the folder is there");
    folder
}

/// Districts by need; the threshold is 5.
const MANIFEST: &str = r#"{"threshold": 5,
  "hierarchies": {"place": {"total": "All", "sums": [["All", ["N", "S", "E"]]]},
                  "need": {"total": "All", "sums": [["All", ["A", "B"]]]},
                  "period": {"total": "2018", "sums": [["2018", ["2018-H1", "2018-H2"]]]}},
  "tables": [{"id": "T01", "file": "data/t01.csv", "dims": ["place", "need"], "fixed": {"period": "2018-H1"},
              "markers": {"": [0, null]}}]}"#;

/// | place | A | B | All |
/// |---|---|---|---|
/// | N | c | c | 40 |
/// | S | c | c | 50 |
/// | E | 30 | 20 | 50 |
/// | All | 78 | 62 | 140 |
const SAFE: &str = "place,need,value,symbol\nAll,All,140,\nAll,A,78,\nAll,B,62,\nN,All,40,\nN,A,,c\nN,B,,c\nS,All,50,\n\
                    S,A,,c\nS,B,,c\nE,All,50,\nE,A,30,\nE,B,20,\n";

fn attack(table: &str) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = write(place.path(), "r1", MANIFEST, &[("data/t01.csv", table)]);
    crate::attack(&[folder], &[]).expect("a release")
}

pub(crate) fn kinds(attacked: &Attacked) -> Vec<&str> {
    attacked.verdict.findings.iter().map(|finding| finding.kind.as_str()).collect()
}

#[test]
fn a_square_of_hidden_cells_passes() {
    let attacked = attack(SAFE);
    assert_eq!(kinds(&attacked), Vec::<&str>::new());
    assert!(attacked.verdict.is_clean());
    assert_eq!((attacked.verdict.counts["suppressed"], attacked.claims.len()), (4, 0));
}

#[test]
fn a_hidden_value_put_back_gives_its_neighbours_away() {
    // S/A = 78 - 30 - 36 = 12, N/B = 40 - 36 = 4, S/B = 50 - 12 = 38.
    let attacked = attack(&SAFE.replace("N,A,,c", "N,A,36,"));
    assert_eq!(kinds(&attacked), ["suppressed_linear_exact"], "the one that is small");
    let claim = attacked.verdict.findings[0].claim.as_ref().expect("a cell");
    assert_eq!((claim.cell.as_str(), claim.lowest, claim.highest), ("need=B, period=2018-H1, place=N", 4, Some(4)));
    assert_eq!(attacked.claims.len(), 3, "all three are claimed for whoever knows which of them matter");
}

#[test]
fn figures_that_contradict_each_other_are_found() {
    assert_eq!(kinds(&attack(&SAFE.replace("E,A,30,", "E,A,31,"))), ["infeasible"]);
}

#[test]
fn a_small_count_and_a_zero_that_the_manifest_says_is_hidden_are_found() {
    let attacked = attack(&SAFE.replace("E,A,30,", "E,A,0,").replace("E,B,20,", "E,B,50,"));
    assert!(kinds(&attacked).contains(&"zeros_shown"));
    let attacked = attack(&SAFE.replace("E,A,30,", "E,A,47,").replace("E,B,20,", "E,B,3,"));
    assert!(kinds(&attacked).contains(&"small_counts_published"));
}

#[test]
fn a_year_less_its_first_half_is_a_cell_of_its_own() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let half = write(place.path(), "h1", MANIFEST, &[("data/t01.csv", SAFE)]);
    let digest = sha256(&std::fs::read(half.join("release.json")).expect("just written"));
    let manifest = MANIFEST.replace("2018-H1\"}", "2018\"}").replacen(
        '{',
        &format!("{{\"earlier\": {{\"h1\": \"{digest}\"}},"),
        1,
    );
    // 143 in the year, 140 in its first half: three in the second, all of them in need A.
    let year = "place,need,value,symbol\nAll,All,143,\nAll,A,81,\nAll,B,62,\n";
    let folder = write(place.path(), "year", &manifest, &[("data/t01.csv", year)]);
    let attacked = crate::attack(std::slice::from_ref(&folder), &[]).expect("a release");
    assert_eq!(attacked.verdict.counts["derived_small_exact"], 2);
    assert_eq!(attacked.verdict.not_run, Vec::<String>::new(), "the earlier release lies beside it");

    std::fs::write(half.join("release.json"), MANIFEST).expect("the folder is there");
    let attacked = crate::attack(std::slice::from_ref(&folder), &[]).expect("a release");
    assert!(kinds(&attacked).contains(&"earlier_changed"));
    std::fs::remove_dir_all(&half).expect("the folder is there");
    let attacked = crate::attack(std::slice::from_ref(&folder), &[]).expect("a release");
    assert_eq!(attacked.verdict.not_run, ["the earlier release h1 does not lie beside the folder"]);
    assert!(attacked.verdict.findings.is_empty(), "alone it gives nothing away");
}

#[test]
fn a_changed_byte_and_a_file_that_nobody_listed_are_found() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = write(place.path(), "r1", MANIFEST, &[("data/t01.csv", SAFE)]);
    std::fs::write(folder.join("data/t01.csv"), SAFE.replace("140", "140 ")).expect("the folder is there");
    std::fs::write(folder.join(".DS_Store"), "").expect("the folder is there");
    let attacked = crate::attack(std::slice::from_ref(&folder), &[]).expect("a release");
    for kind in ["file_name", "unlisted_file", "digest", "unknown_format"] {
        assert!(kinds(&attacked).contains(&kind), "{kind}");
    }
    assert!(crate::verdict::to_text(&attacked.verdict).contains("data/t01.csv: the file is not the one"));
}

#[test]
fn a_page_that_says_more_than_the_tables_is_found() {
    let page = "<!DOCTYPE html><html><body><p>140 cases, a threshold of 5.</p></body></html>";
    let found = |page: &str| -> Vec<String> {
        let place = tempfile::tempdir().expect("a temporary folder");
        let files = [("data/t01.csv", SAFE), ("index.html", page)];
        let folder = write(place.path(), "r1", MANIFEST, &files);
        let verdict = crate::verify(&[folder]).expect("a release");
        verdict.findings.into_iter().map(|finding| finding.kind).collect()
    };
    assert_eq!(found(page), ["missing_on_page"]);
    let cells = |text: &str| -> String {
        let cells: Vec<String> = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').nth(2))
            .map(|value| format!("<td>{}</td>", if value.is_empty() { "[c]" } else { value }))
            .collect();
        page.replace(
            "</body>",
            &format!("<section id='t01'><table><tr>{}</tr></table></section></body>", cells.concat()),
        )
    };
    assert_eq!(found(&cells(SAFE)), Vec::<String>::new());
    assert_eq!(found(&cells(&SAFE.replace("N,A,,c", "N,A,36,"))), ["inconsistent_cell"]);
    assert_eq!(found(&cells(SAFE).replace("140 cases", "36 cases")), ["unexplained_number"]);
    assert_eq!(found(&cells(SAFE).replace("<p>", "<!-- Ann Smith --><p>")), ["html_comment"]);
}

#[test]
fn what_is_no_release_is_an_error_with_its_place() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let error = |path: &Path| crate::verify(&[path.to_owned()]).expect_err("no release").to_string();
    assert!(error(&place.path().join("none")).ends_with("is not a folder"));
    assert!(error(place.path()).ends_with("has no release.json"));
    std::fs::write(place.path().join("release.json"), "{\"threshold\": 5,\n").expect("the folder is there");
    // The folder claims to be a release; that it cannot be attacked is what is wrong with it.
    let verdict = crate::verify(&[place.path().to_owned()]).expect("a verdict");
    let [finding] = &verdict.findings[..] else { panic!("{:?}", verdict.findings) };
    assert_eq!((&*finding.kind, &*finding.place), ("manifest_unreadable", "line 2, column 0"));
    assert!(!verdict.is_clean());
}

/// Places by need, with `need` sensitive below 60; `table` is North's row.
fn groups_of(north: &str, group_below: u64) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let manifest = MANIFEST.replacen(
        "{\"threshold\": 5,",
        &format!("{{\"threshold\": 5, \"sensitive\": [\"need\"], \"group_below\": {group_below},"),
        1,
    );
    let table = format!("place,need,value,symbol\n{north}");
    let folder = write(place.path(), "r1", &manifest, &[("data/t01.csv", &table)]);
    crate::attack(&[folder], &[]).expect("a release")
}

#[test]
fn a_small_group_that_is_all_in_one_category_is_found_where_the_dimension_is_sensitive() {
    let all = groups_of("N,All,40,\nN,A,40,\nN,B,,c\n", 60);
    assert_eq!(kinds(&all), ["sensitive_group_all"]);
    assert_eq!(
        all.verdict.findings[0].claim.as_ref().map(|claim| claim.cell.as_str()),
        Some("need=A, period=2018-H1, place=N")
    );
    assert_eq!(kinds(&groups_of("N,All,40,\nN,A,40,\nN,B,,c\n", 40)), Vec::<&str>::new(), "forty are not below forty");
}

#[test]
fn hidden_categories_that_leave_room_for_two_outside_describe_nobody() {
    let one = groups_of("N,All,40,\nN,A,39,\nN,B,,c\n", 60);
    assert!(kinds(&one).contains(&"sensitive_group_all_but_one"), "{:?}", kinds(&one));
    let hidden = groups_of("N,All,40,\nN,A,,c\nN,B,,c\n", 60);
    assert_eq!(kinds(&hidden), Vec::<&str>::new());
    assert!(hidden.verdict.is_clean());
}

/// The same table rounded to the nearest 10: N 3 and 37, S 22 and 28, E 30 and 20.
const ROUNDED: &str = "place,need,value,symbol\nAll,All,140,\nAll,A,60,\nAll,B,80,\nN,All,40,\nN,A,0,\nN,B,40,\nS,All,50,\n\
                       S,A,20,\nS,B,30,\nE,All,50,\nE,A,30,\nE,B,20,\n";

fn attack_rounded(table: &str, rounding: &str) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let manifest = MANIFEST.replace(r#""markers""#, &format!(r#""rounding": {rounding}, "markers""#));
    let folder = write(place.path(), "r1", &manifest, &[("data/t01.csv", table)]);
    crate::attack(&[folder], &[]).expect("a release")
}

#[test]
fn rounded_to_twice_the_threshold_a_small_count_may_be_anything_up_to_it() {
    let attacked = attack_rounded(ROUNDED, r#"{"base": 10, "mode": "nearest", "ties": "down"}"#);
    assert_eq!(kinds(&attacked), Vec::<&str>::new());
    assert_eq!((attacked.verdict.counts["rounded_or_noisy"], attacked.claims.len()), (12, 0));
}

/// The table with N 2 and 38, rounded to 5.
const TO_FIVE: &str = "place,need,value,symbol\nAll,All,140,\nAll,A,55,\nAll,B,85,\nN,All,40,\nN,A,0,\nN,B,40,\nS,All,50,\n\
                       S,A,20,\nS,B,30,\nE,All,50,\nE,A,30,\nE,B,20,\n";

#[test]
fn rounded_to_the_threshold_alone_a_figure_says_that_the_count_is_small() {
    let attacked = attack_rounded(TO_FIVE, r#"{"base": 5, "mode": "nearest", "ties": "down"}"#);
    assert_eq!(kinds(&attacked), ["rounding_narrow"], "0 says 0 to 2");
    assert_eq!(attacked.claims.len(), 1, "for whoever knows that it is not 0");
    let least = attack_rounded(TO_FIVE, r#"{"base": 5, "mode": "nearest", "ties": "down", "least": 5}"#);
    assert_eq!(
        kinds(&least),
        ["zeros_shown"],
        "where small counts are hidden a 0 is none, so a hidden count is none too"
    );
}

#[test]
fn rounded_sums_that_leave_a_hidden_count_too_little_room_give_it_away() {
    // N is 42 or 43 and N/B 40 or 41, so N/A is 1 to 3.
    let file = "place,need,value,symbol\nAll,All,142,\nAll,A,54,\nAll,B,88,\nN,All,42,\nN,A,,c\nN,B,40,\nS,All,50,\nS,A,22,\n\
                S,B,28,\nE,All,50,\nE,A,30,\nE,B,20,\n";
    let attacked = attack_rounded(file, r#"{"base": 2, "mode": "nearest", "ties": "down", "least": 5}"#);
    assert_eq!(kinds(&attacked), ["suppressed_known_small_nonzero"]);
    assert_eq!((attacked.claims[0].lowest, attacked.claims[0].highest), (1, Some(3)));
}

#[test]
fn noise_is_read_as_a_range() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let manifest = MANIFEST.replace(r#""markers""#, r#""noise": 2, "markers""#);
    let folder = write(place.path(), "r1", &manifest, &[("data/t01.csv", TO_FIVE)]);
    let attacked = crate::attack(&[folder], &[]).expect("a release");
    assert_eq!(kinds(&attacked), ["rounding_narrow"], "a 0 says 0 to 2");
    assert!(attacked.verdict.not_run.iter().all(|note| !note.contains("noise")), "it was understood");
}

fn attack_perturbed(tables: &[&str], perturbation: &str) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let manifest = MANIFEST.replace(r#""markers""#, &format!(r#""perturbation": {perturbation}, "markers""#));
    let releases = tables.iter().zip(1..);
    let folders: Vec<PathBuf> = releases
        .map(|(table, number)| write(place.path(), &format!("r{number}"), &manifest, &[("data/t01.csv", table)]))
        .collect();
    crate::attack(&folders, &[]).expect("releases")
}

#[test]
fn figures_of_a_cell_key_say_their_range_and_a_change_below_the_threshold_gives_small_counts_away() {
    let far = r#"{"method": "cell-key", "deviation": 5, "least": 1}"#;
    let attacked = attack_perturbed(&[ROUNDED], far);
    assert_eq!((kinds(&attacked), attacked.claims.len()), (Vec::new(), 0));
    assert!(attacked.verdict.not_run.iter().all(|note| !note.contains("perturbation")), "it was understood");
    let again = attack_perturbed(&[ROUNDED, ROUNDED], far);
    assert_eq!((kinds(&again), again.claims.len()), (Vec::new(), 0), "one key says nothing new");
    let near = r#"{"method": "cell-key", "deviation": 4, "least": 1}"#;
    assert!(kinds(&attack_perturbed(&[ROUNDED], near)).contains(&"rounding_narrow"), "0 says 0 to 4");
}

#[test]
fn one_cell_with_noise_drawn_anew_is_found() {
    let far = r#"{"method": "cell-key", "deviation": 5, "least": 1}"#;
    // N/A is 0 to 5 by one release and 3 to 13 by the other, and three draws more would say which.
    let anew = ROUNDED.replace("N,A,0,", "N,A,8,");
    assert_eq!(kinds(&attack_perturbed(&[ROUNDED, &anew], far)), ["noise_drawn_anew"]);
}

/// Writes one table of totals a code of `dimension`; `sums` of it in JSON.
fn write_levels(below: &Path, name: &str, dimension: &str, sums: &str, figures: &[(&str, &str)]) -> PathBuf {
    let manifest = format!(
        r#"{{"threshold": 5, "hierarchies": {{"{dimension}": {{"total": "Total", "sums": {sums}}}}},
            "tables": [{{"id": "T01", "file": "data/t01.csv", "dims": ["{dimension}"], "markers": {{"": [0, null]}}}}]}}"#
    );
    let rows: String = figures.iter().map(|(code, figure)| format!("{code},{figure}\n")).collect();
    let table = format!("{dimension},value,symbol\n{rows}");
    write(below, name, &manifest, &[("data/t01.csv", &table)])
}

fn attack_levels(dimension: &str, sums: &str, figures: &[(&str, &str)]) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = write_levels(place.path(), "r1", dimension, sums, figures);
    crate::attack(&[folder], &[]).expect("a release")
}

/// The cells of all findings.
fn found(attacked: &Attacked) -> Vec<String> {
    let claims = attacked.verdict.findings.iter().filter_map(|finding| finding.claim.as_ref());
    claims.map(crate::verdict::risks::said).collect()
}

#[test]
fn a_county_less_a_town_two_levels_below_is_found_although_nothing_is_hidden() {
    let sums = r#"[["County", ["North", "South"]], ["North", ["Town", "Village"]]]"#;
    let attacked = attack_levels("area", sums, &[("County", "10,"), ("Town", "8,")]);
    assert_eq!(kinds(&attacked), ["derived_small_exact"]);
    assert_eq!(found(&attacked), ["area=County less Town is 2"]);
    assert_eq!(found(&attack_levels("area", sums, &[("County", "13,"), ("Town", "8,")])), [""; 0], "five may be known");
    assert_eq!(found(&attack_levels("area", sums, &[("County", "8,"), ("Town", "8,")])), [""; 0], "nobody lives there");
}

#[test]
fn a_comparison_counts_what_two_releases_say_of_levels_between() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let sums = r#"[["County", ["North", "South"]], ["North", ["Town", "Village"]]]"#;
    let county = write_levels(place.path(), "county", "area", sums, &[("County", "10,")]);
    let town = write_levels(place.path(), "town", "area", sums, &[("Town", "8,")]);
    let comparison = crate::compare(&county, &town).expect("two releases");
    let follows: Vec<String> = comparison.follows.iter().map(crate::verdict::risks::said).collect();
    assert_eq!((follows, comparison.smallest), (vec!["area=County less Town is 2".to_owned()], Some(2)));
}

#[test]
fn a_year_less_one_month_is_found_although_no_quarter_is_shown() {
    let sums = r#"[["2018", ["Q1", "Q2"]], ["Q1", ["M01", "M02", "M03"]]]"#;
    let attacked = attack_levels("period", sums, &[("2018", "40,"), ("M03", "37,")]);
    assert_eq!(found(&attacked), ["period=2018 less M03 is 3"]);
    // With the second quarter the other months of the first are left, of which only the sum is known.
    let attacked = attack_levels("period", sums, &[("2018", "60,"), ("M03", "37,"), ("Q2", "20,")]);
    assert_eq!(found(&attacked), ["period=2018 less M03 and Q2 is 3"]);
}

#[test]
fn two_windows_less_a_quarter_of_their_common_part_are_found() {
    let sums = r#"[["Q1-Q4", ["Q1", "Q2-Q4"]], ["Q2-Q5", ["Q2-Q4", "Q5"]], ["Q2-Q4", ["Q2-Q3", "Q4"]]]"#;
    let windows =
        |first, quarter| attack_levels("period", sums, &[("Q1-Q4", first), ("Q2-Q5", "27,"), ("Q4", quarter)]);
    assert_eq!(found(&windows("20,", "17,")), ["period=Q1-Q4 less Q4 is 3"]);
    assert_eq!(found(&windows("20,", ",c")), [""; 0]);
    assert_eq!(found(&windows("30,", "17,")), [""; 0]);
}

/// Writes releases one after the other, each of which states all before it; the fields of each manifest's table, its sums of
/// the year, its rows of `period,value,symbol`.
fn write_series(below: &Path, releases: &[(&str, &str, &str)], is_dated: bool) -> Vec<PathBuf> {
    let mut earlier = serde_json::Map::new();
    let mut folders = Vec::new();
    for (number, (fields, sums, rows)) in releases.iter().enumerate() {
        let manifest = format!(
            r#"{{"threshold": 5, "earlier": {}, "hierarchies": {{"period": {{"total": "Total", "sums": {sums}}}}},
                "tables": [{{"file": "data/t01.csv", "dims": ["period"], "markers": {{"": [0, null]}}{fields}}}]}}"#,
            serde_json::Value::Object(earlier.clone())
        );
        let name = format!("r{}", number + 1);
        let folder = write(below, &name, &manifest, &[("data/t01.csv", &format!("period,value,symbol\n{rows}"))]);
        if is_dated {
            let digest = sha256(&std::fs::read(folder.join("release.json")).expect("just written"));
            earlier.insert(name, digest.into());
        }
        folders.push(folder);
    }
    folders
}

fn attack_series(releases: &[(&str, &str, &str)], is_dated: bool) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    crate::attack(&write_series(place.path(), releases, is_dated), &[]).expect("releases")
}

const YEAR: &str = r#"[["2018", ["Q1", "Q2", "Q3", "Q4"]]]"#;
/// What is left of the year after its first quarter, as a window of its own.
const WINDOW: &str = r#"[["2018", ["Q1", "Q2-Q4"]], ["Q2-Q4", ["Q2", "Q3", "Q4"]]]"#;

#[test]
fn a_hidden_cell_that_earlier_figures_gave_away_before_it_was_one_is_no_finding() {
    // 20 less 17: whoever asked for the other three quarters had their 3 before a table had a cell for them.
    let releases = [("", YEAR, "2018,20,\nQ1,17,\n"), ("", WINDOW, "Q2-Q4,,c\n")];
    let attacked = attack_series(&releases, true);
    assert_eq!(kinds(&attacked), [""; 0]);
    assert_eq!((attacked.claims.len(), attacked.told.len()), (0, 1));
    assert_eq!((attacked.told[0].cell.as_str(), attacked.told[0].highest), ("period=Q2-Q4", Some(3)));
    assert_eq!(attacked.verdict.counts["told_before"], 1);
    let note = "1 cells were told already by r1, before a release made cells of them";
    assert_eq!(attacked.verdict.not_run, [note]);
    // Nobody knows which came first, so nobody is excused.
    assert_eq!(kinds(&attack_series(&releases, false)), ["suppressed_linear_exact"]);
}

#[test]
fn a_release_that_makes_a_cell_and_tells_it_is_not_excused() {
    let own = attack_series(&[("", YEAR, "2018,20,\n"), ("", WINDOW, "Q1,17,\nQ2-Q4,,c\n")], true);
    assert_eq!(kinds(&own), ["suppressed_linear_exact"]);
    assert_eq!(own.claims.len(), 1);
}

#[test]
fn a_later_release_that_narrows_further_what_was_told_before_is_a_finding() {
    // Noise leaves 16 to 18 of the first quarter and so 2 to 4 of the others; that was told before they were a cell.
    let noisy = (r#", "noise": 1"#, YEAR, "2018,20,\nQ1,17,\n");
    let year = ("", YEAR, "2018,20,\n");
    let window = ("", WINDOW, "Q2-Q4,,c\n");
    let told = attack_series(&[noisy, year, window], true);
    assert_eq!((kinds(&told), told.told.len()), (Vec::new(), 1));
    let narrowed = attack_series(&[noisy, year, window, ("", YEAR, "Q1,17,\n")], true);
    assert_eq!(kinds(&narrowed), ["suppressed_linear_exact"], "3, and no longer 2 to 4");
    assert_eq!((narrowed.claims.len(), narrowed.told.len()), (1, 0));
    // Hidden first and told after: the cell was one already.
    let after = attack_series(&[year, window, ("", YEAR, "Q1,17,\n")], true);
    assert_eq!(kinds(&after), ["suppressed_linear_exact"]);
}

#[test]
fn a_group_that_was_described_before_it_was_one_is_described_once() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let release = |name: &str, earlier: &str, sums: &str, rows: &str| {
        let manifest = format!(
            r#"{{"threshold": 5, "sensitive": ["need"], "group_below": 60, "earlier": {earlier},
                "hierarchies": {{"period": {{"total": "Total", "sums": {sums}}},
                                 "need": {{"total": "All", "sums": [["All", ["A", "B"]]]}}}},
                "tables": [{{"file": "data/t01.csv", "dims": ["period", "need"], "markers": {{"": [0, null]}}}}]}}"#
        );
        write(place.path(), name, &manifest, &[("data/t01.csv", &format!("period,need,value,symbol\n{rows}"))])
    };
    let rows = "2018,All,20,\n2018,A,20,\n2018,B,,c\nQ1,All,10,\nQ1,A,10,\nQ1,B,,c\n";
    let first = release("r1", "{}", YEAR, rows);
    let alone = crate::attack(std::slice::from_ref(&first), &[]).expect("a release");
    assert_eq!(kinds(&alone), ["sensitive_group_all"; 2], "the year, and its first quarter");
    let digest = sha256(&std::fs::read(first.join("release.json")).expect("just written"));
    let rows = "Q2-Q4,All,,c\nQ2-Q4,A,,c\nQ2-Q4,B,,c\n";
    let second = release("r2", &format!(r#"{{"r1": "{digest}"}}"#), WINDOW, rows);
    let both = crate::attack(&[first, second], &[]).expect("releases");
    assert_eq!(kinds(&both), ["sensitive_group_all"; 2]);
    assert_eq!(both.verdict.counts["told_before"], 4, "the group, and its three hidden cells");
}

/// Attacks the last release of a series alone; those before it lie beside.
fn attack_last(releases: &[(&str, &str, &str)]) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folders = write_series(place.path(), releases, true);
    crate::attack(&folders[folders.len() - 1..], &[]).expect("releases")
}

const TWO_YEARS: &str = r#"[["2017", ["A", "B"]], ["2018", ["C", "D"]]]"#;

#[test]
fn what_a_new_release_does_not_touch_is_not_attacked_again() {
    let first = ("", TWO_YEARS, "2017,20,\nA,17,\nB,,c\n2018,40,\nC,,c\nD,,c\n");
    let second = ("", TWO_YEARS, "2018,40,\nC,20,\nD,20,\n");
    assert_eq!(kinds(&attack_series(&[first, second], true)), ["suppressed_linear_exact"], "20 less 17");
    let last = attack_last(&[first, second]);
    assert_eq!(kinds(&last), [""; 0], "it says nothing of 2017");
    let scopes: Vec<&str> = last.verdict.tried.iter().map(|tried| tried.scope.as_str()).collect();
    assert!(scopes.contains(&"not again: 1 cells in parts that no given release touches"), "{scopes:?}");
}

#[test]
fn what_a_new_release_joins_to_older_ones_is_attacked() {
    let hidden = ("", TWO_YEARS, "2017,20,\nA,,c\nB,,c\n");
    assert_eq!(kinds(&attack_last(&[hidden, ("", TWO_YEARS, "A,17,\n")])), ["suppressed_linear_exact"]);
    // The same by a sum that nobody stated before.
    let unexplained = ("", r#"[["2018", ["C", "D"]]]"#, "2017,20,\nA,17,\nB,,c\n");
    assert_eq!(kinds(&attack_last(&[unexplained, ("", TWO_YEARS, "2018,40,\n")])), ["suppressed_linear_exact"]);
    assert_eq!(kinds(&attack_last(&[unexplained, ("", YEAR, "2018,40,\n")])), [""; 0], "nobody explains 2017");
}

/// A quarter by issue, and the next one, whose list of issues is `second`; it prints `again` of the quarter before.
fn attack_quarter_after(second: &[&str], again: &str) -> Attacked {
    let place = tempfile::tempdir().expect("a temporary folder");
    let release = |name: &str, earlier: &str, issues: &[&str], rows: &str| {
        let issues = serde_json::to_string(issues).expect("names");
        let manifest = format!(
            r#"{{"threshold": 5, "earlier": {earlier},
                "hierarchies": {{"period": {{"total": "Total", "sums": []}}, "issue": {{"total": "All", "sums": [["All", {issues}]]}}}},
                "tables": [{{"file": "data/t01.csv", "dims": ["period", "issue"], "markers": {{"": [0, null]}}}}]}}"#
        );
        write(place.path(), name, &manifest, &[("data/t01.csv", &format!("period,issue,value,symbol\n{rows}"))])
    };
    let first = release("r1", "{}", &["Noise", "Other"], "Q1,All,20,\nQ1,Noise,,c\nQ1,Other,,c\n");
    let digest = sha256(&std::fs::read(first.join("release.json")).expect("just written"));
    let rows = format!("Q2,All,30,\nQ2,Noise,,c\nQ2,Other,,c\n{again}");
    let last = release("r2", &format!(r#"{{"r1": "{digest}"}}"#), second, &rows);
    crate::attack(&[last], &[]).expect("releases")
}

/// Cells of the quarter before that are not attacked again.
fn let_be(attacked: &Attacked) -> u32 {
    let number = |scope: &str| scope.strip_prefix("not again: ")?.split(' ').next()?.parse().ok();
    attacked.verdict.tried.iter().find_map(|tried| number(&tried.scope)).unwrap_or(0)
}

#[test]
fn a_past_quarter_that_is_printed_once_more_is_not_attacked_again() {
    let again = "Q1,All,20,\nQ1,Noise,,c\nQ1,Other,,c\n";
    assert_eq!(let_be(&attack_quarter_after(&["Noise", "Other"], again)), 2);
    // A list that has become longer says of the past quarter only that it had nobody in what is new.
    assert_eq!(let_be(&attack_quarter_after(&["Litter", "Noise", "Other"], again)), 2);
}

#[test]
fn a_past_quarter_of_which_more_is_said_is_attacked() {
    let lists: [&[&str]; 2] = [&["Noise", "Other"], &["Litter", "Noise", "Other"]];
    for list in lists {
        let known = attack_quarter_after(list, "Q1,All,20,\nQ1,Noise,17,\nQ1,Other,,c\n");
        assert_eq!(let_be(&known), 0, "a figure for a sign");
        assert_eq!(kinds(&known), ["suppressed_linear_exact"], "20 less 17");
    }
    // By a list in which Noise is not the code that it was, other cells are part of the quarter than before.
    let known = attack_quarter_after(&["Litter", "Other"], "Q1,All,20,\nQ1,Litter,17,\nQ1,Other,,c\n");
    assert_eq!(let_be(&known), 0, "by another sum");
    assert!(kinds(&known).contains(&"suppressed_linear_exact"));
}
