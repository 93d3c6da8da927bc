//! Hiding more until nothing is forced. Comes in: a way to build a release and attack it. Goes out: what passed, or the
//! combinations that tables still force. Deliberately absent: protecting and attacking themselves.
//!
//! What the attack finds behind overlapping tables (`verify/attacks/reconstruction`) goes back to protection as cells to
//! leave open. Protection proves that those are open then, so only others can be forced in the next round.

use ::verify::Forced;
use confidential::protect::{JointCell, Space};
use model::Verdict;
use model::claim::Attack;

use super::Error;

/// How often a report is built anew, hiding more, before it is given up.
pub(super) const ROUNDS: usize = 3;

/// What one build came to.
pub(super) enum Built<T> {
    /// It passed its attack.
    Safe(T),
    /// Nothing was found but combinations that tables force.
    Forced(Vec<Forced>),
}

/// Builds until an attack finds nothing, each time with all cells that were forced before.
///
/// # Errors
/// [`Error::Forced`] where combinations are still forced after `rounds` more builds, or cannot be named to protection; and
/// whatever `build` gives.
pub(super) fn until_open<T>(
    rounds: usize,
    spaces: &[Space],
    mut build: impl FnMut(&[JointCell]) -> Result<Built<T>, Error>,
) -> Result<T, Error> {
    let mut joint: Vec<JointCell> = Vec::new();
    let mut left = rounds;
    loop {
        let forced = match build(&joint)? {
            Built::Safe(done) => return Ok(done),
            Built::Forced(forced) => forced,
        };
        let named: Option<Vec<JointCell>> =
            forced.iter().map(|forced| JointCell::named(spaces, &forced.at, &forced.varies)).collect();
        let new: Vec<JointCell> = named.into_iter().flatten().filter(|cell| !joint.contains(cell)).collect();
        if left == 0 || new.is_empty() {
            let combinations = forced.into_iter().map(|forced| forced.claim.cell).collect();
            return Err(Error::Forced { rounds: rounds - left, combinations });
        }
        joint.extend(new);
        left -= 1;
    }
}

/// Whether all that is wrong are combinations that tables force.
pub(super) fn is_only_forced(verdict: &Verdict) -> bool {
    !verdict.findings.is_empty()
        && verdict.findings.iter().all(|finding| finding.attack == Attack::Reconstruction)
        && verdict.tried.iter().all(|tried| tried.not_shown == 0)
}

#[cfg(test)]
mod tests {
    use model::Claim;

    use super::*;

    fn spaces() -> Vec<Space> {
        let codes = ["Total", "A", "B", "C", "D"].map(str::to_owned).to_vec();
        vec![Space { name: "need".to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2, 3, 4])] }]
    }

    fn forced(code: &str) -> Forced {
        let cell = format!("need={code}");
        let at = [("need".to_owned(), code.to_owned())].into();
        Forced { claim: Claim { cell, lowest: 1, highest: Some(4) }, at, varies: ["need".to_owned()].into() }
    }

    /// Builds that force these codes, one a build, and nothing after the last; gives how many cells each build was given.
    fn built(rounds: usize, codes: &[&str]) -> (Result<usize, Error>, Vec<usize>) {
        let mut given = Vec::new();
        let done = until_open(rounds, &spaces(), |joint| {
            given.push(joint.len());
            let code = codes.get(given.len() - 1);
            Ok(code.map_or(Built::Safe(joint.len()), |code| Built::Forced(vec![forced(code)])))
        });
        (done, given)
    }

    fn still_forced(done: Result<usize, Error>) -> (usize, Vec<String>) {
        match done {
            Err(Error::Forced { rounds, combinations }) => (rounds, combinations),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_round_is_given_all_that_was_forced_before() {
        let (done, given) = built(3, &["A", "B"]);
        assert_eq!((done.expect("the third build is safe"), given), (2, vec![0, 1, 2]));
    }

    #[test]
    fn after_the_last_round_what_is_still_forced_is_named() {
        let (done, given) = built(3, &["A", "B", "C", "D"]);
        assert_eq!((still_forced(done), given), ((3, vec!["need=D".to_owned()]), vec![0, 1, 2, 3]));
    }

    #[test]
    fn what_stays_forced_or_has_no_name_inside_ends_at_once() {
        let (done, given) = built(3, &["A", "A"]);
        assert_eq!((still_forced(done), given), ((1, vec!["need=A".to_owned()]), vec![0, 1]));
        let (done, given) = built(3, &["elsewhere"]);
        assert_eq!((still_forced(done), given), ((0, vec!["need=elsewhere".to_owned()]), vec![0]));
    }
}
