use std::path::PathBuf;

/// The repository's neighbour with real data; tests that need it do nothing without.
fn shared(path: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    folder.is_dir().then_some(folder)
}

#[test]
fn year_to_date_releases_give_away_fifty_one_small_counts_by_subtraction() {
    let Some(folder) = shared("data/tables/temporal_ytd") else { return };
    let verdict = crate::verify(&[folder]).expect("the folder has a manifest");
    let count = |name: &str| verdict.counts[name];
    // As tools/attack_tables.py says, its honest reader, which makes cells of 36 rests that are quarters of the year too.
    assert_eq!(count("cells_in_tables"), 684);
    assert_eq!((count("published"), count("suppressed"), count("derived_cells")), (492, 192, 1530));
    assert_eq!((count("derived_small_exact"), count("derived_small_bounded")), (51, 76));
    assert_eq!((count("suppressed_narrow"), count("suppressed_known_small_nonzero")), (163, 93));
    assert_eq!((count("suppressed_linear_exact"), count("suppressed_interval_exact")), (0, 0));
    assert_eq!(count("unattacked"), 0);
    assert!(!verdict.is_clean());
}

#[test]
fn the_patterns_of_other_tools_are_broken_as_another_attacker_breaks_them() {
    let counts = |folder: &str| {
        let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/peers");
        let verdict = crate::verify(&[fixtures.join(folder)]).expect("the folder has a manifest");
        let names = ["linear_exact", "interval_exact", "narrow", "known_small_nonzero"];
        let broken = names.map(|name| verdict.counts[&format!("suppressed_{name}")]);
        (verdict.counts["published"], verdict.counts["suppressed"], broken, verdict.counts["unattacked"])
    };
    // As the program in Python says with --full --integer; benches/peers.rs compares all patterns that there are.
    assert_eq!(counts("s3k_2d-acro"), (143, 28, [5, 5, 11, 6], 0));
    assert_eq!(counts("s3k_2d-gs_z0"), (139, 32, [0, 0, 21, 13], 0));
}
