//! Which release came before which. Comes in: manifests and their digests. Goes out: a place in time for each. Deliberately
//! absent: names and periods, which prove nothing; a correction of a first quarter comes after the third.

use std::collections::BTreeSet;

use model::Manifest;

/// A release as far as its place in time goes.
#[derive(Debug, Clone, Copy)]
pub struct Dated<'a> {
    /// What it says of itself.
    pub manifest: &'a Manifest,
    /// Digest of its `release.json`.
    pub digest: &'a str,
}

/// The place in time of each of `releases`.
///
/// A manifest that states another's digest was written after it, and after whatever that one was written after. One time
/// ends and the next begins only where every release on the later side was written after every one on the earlier: those of
/// which nobody can say who came first are of one time. A release without tables makes no cells; when its rows were passed
/// on, no report says, so it stands after all others and excuses nothing.
///
/// | release | states | time |
/// |---|---|---|
/// | Q1, public | | 0 |
/// | Q1, council | | 0 |
/// | Q2 | both | 1 |
/// | Q3 | Q2 | 2 |
#[must_use]
pub fn times(releases: &[Dated<'_>]) -> Vec<usize> {
    let before: Vec<BTreeSet<usize>> = (0..releases.len()).map(|at| before(releases, at)).collect();
    let mut order: Vec<usize> = (0..releases.len()).filter(|&at| !releases[at].manifest.tables.is_empty()).collect();
    order.sort_by_key(|&at| before[at].len());
    let mut times = vec![usize::MAX; releases.len()];
    let mut time = 0;
    for (number, &at) in order.iter().enumerate() {
        let (earlier, later) = order.split_at(number);
        let is_after =
            |&late: &usize| earlier.iter().all(|early| before[late].contains(early) && !before[*early].contains(&late));
        if number > 0 && later.iter().all(is_after) {
            time += 1;
        }
        times[at] = time;
    }
    times.iter().map(|&own| if own == usize::MAX { time + 1 } else { own }).collect()
}

/// Everything that a release was written after.
fn before(releases: &[Dated<'_>], at: usize) -> BTreeSet<usize> {
    let mut before = BTreeSet::new();
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        let stated: BTreeSet<&str> = releases[at].manifest.earlier.values().map(String::as_str).collect();
        for other in (0..releases.len()).filter(|&other| stated.contains(releases[other].digest)) {
            if before.insert(other) {
                open.push(other);
            }
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Releases with tables, or without, and the digests that each states.
    fn of(releases: &[(&str, bool, &[&str])]) -> Vec<usize> {
        let manifests: Vec<Manifest> = releases
            .iter()
            .map(|(_, has_tables, earlier)| {
                let tables = if *has_tables { r#"[{"file": "t.csv"}]"# } else { "[]" };
                let text = format!(r#"{{"hierarchies": {{}}, "tables": {tables}}}"#);
                let mut manifest: Manifest = serde_json::from_str(&text).expect("a manifest");
                manifest.earlier = earlier.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
                manifest
            })
            .collect();
        let dated = releases.iter().zip(&manifests).map(|((digest, _, _), manifest)| Dated { manifest, digest });
        times(&dated.collect::<Vec<_>>())
    }

    #[test]
    fn what_states_a_digest_came_after_it() {
        let all = [("q3", true, ["q2"].as_slice()), ("q1", true, &[]), ("q2", true, &["q1", "c1"]), ("c1", true, &[])];
        assert_eq!(of(&all), [2, 0, 1, 0]);
        assert_eq!(of(&[("q1", true, &[]), ("q2", true, &[])]), [0, 0], "nobody says who came first");
    }

    #[test]
    fn one_release_that_might_have_come_at_any_time_leaves_no_time_to_tell_apart() {
        let all = [("q1", true, [].as_slice()), ("q2", true, &["q1"]), ("other", true, &[])];
        assert_eq!(of(&all), [0, 0, 0]);
        assert_eq!(of(&[("q1", true, &[]), ("q2", true, &["q1"]), ("other", true, &["q1"])]), [0, 1, 1]);
    }

    #[test]
    fn rows_come_last_whatever_they_state() {
        let all = [("q1", true, [].as_slice()), ("rows", false, &["q1"]), ("q2", true, &["q1"])];
        assert_eq!(of(&all), [0, 2, 1]);
    }
}
