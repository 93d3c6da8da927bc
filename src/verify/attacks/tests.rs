use std::path::PathBuf;

/// The repository's neighbour with real data; tests that need it do nothing without.
fn shared(path: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    folder.is_dir().then_some(folder)
}

#[test]
fn year_to_date_releases_give_away_forty_six_small_counts_by_subtraction() {
    let Some(folder) = shared("data/tables/temporal_ytd") else { return };
    let verdict = crate::verify(&[folder]).expect("the folder has a manifest");
    let count = |name: &str| verdict.counts[name];
    // As tools/attack_tables.py says, its honest reader.
    assert_eq!(count("cells_in_tables"), 684);
    assert_eq!((count("published"), count("suppressed"), count("derived_cells")), (492, 192, 513));
    assert_eq!((count("derived_small_exact"), count("derived_small_bounded")), (46, 37));
    assert_eq!((count("suppressed_narrow"), count("suppressed_known_small_nonzero")), (163, 93));
    assert_eq!((count("suppressed_linear_exact"), count("suppressed_interval_exact")), (0, 0));
    assert_eq!(count("unattacked"), 0);
    assert!(!verdict.is_clean());
}
