//! Cell keys: the attacks that win when noise is drawn anew or for a cell's name, and lose against keys of the cases.

use model::method::{CellKey, Method, MethodError, RoundingKind, SmallCounts};
use model::ptable::PTable;
use model::release::Zeros;
use proptest::prelude::*;

use super::{PENCIL, Square, ranges, round, shown, value};
use crate::protect::{EarlierCell, EarlierForm, Form, Pattern, Problem, ProtectError, Reason, Shown, suppress};
use crate::tabulate::{Counter, Counts, Key, Row};

/// A table of which every case has a key, drawn from `secret`.
struct Keyed {
    square: Square,
    secret: u64,
}

impl Counter for Keyed {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        self.square.count(keys)
    }

    /// Nobody inside is looked at here.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }

    fn cell_keys(&self, keys: &[Key]) -> Option<Vec<u32>> {
        let of_case = |at: usize, case: u64| mixed(self.secret ^ ((at as u64) << 32) ^ case);
        let of_inner =
            |at: usize| (0..self.square.counts[at]).map(move |case| of_case(at, case)).fold(0, u32::wrapping_add);
        Some(
            keys.iter()
                .map(|key| self.square.inside(key).into_iter().map(of_inner).fold(0, u32::wrapping_add))
                .collect(),
        )
    }
}

/// Evenly distributed bits of a number (the finaliser of splitmix64).
fn mixed(number: u64) -> u32 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((bits ^ (bits >> 31)) >> 32).expect("32 bits")
}

fn keyed(counts: &[u64], secret: u64) -> Keyed {
    Keyed { square: Square::new(counts, 2), secret }
}

/// Up to 5 either way, small counts too.
fn wide() -> CellKey {
    CellKey { table: PTable::of_entropy(5, 4.0, 0).expect("a table"), small: SmallCounts::Rounded }
}

/// Up to 3 either way, small counts hidden.
fn narrow() -> CellKey {
    CellKey { table: PTable::of_entropy(3, 2.0, 0).expect("a table"), small: SmallCounts::Hidden }
}

fn problem(keyed: &Keyed, method: CellKey) -> Problem {
    let zeros = if method.small == SmallCounts::Rounded { Zeros::Shown } else { Zeros::Hidden };
    let rounding = round(RoundingKind::Nearest, 10, method.small);
    Problem { method: Method::CellKey(method), ..keyed.square.problem(rounding, zeros) }
}

fn pattern(keyed: &Keyed, method: CellKey) -> Pattern {
    suppress(&problem(keyed, method), keyed).expect("hiding everything would do")
}

#[test]
fn figures_are_changed_by_their_key_and_zeros_stay() {
    let mut published = [0_u64; 3];
    for secret in 0..64 {
        let keyed = keyed(&[0, 12, 9, 20], secret);
        let pattern = pattern(&keyed, wide());
        assert_eq!(value(&pattern, 1, 1), Some(0), "nobody is made of nobody");
        let of_twelve = value(&pattern, 1, 2).expect("12 is not small");
        assert!(of_twelve.abs_diff(12) <= 5);
        published[if of_twelve < 12 { 0 } else { usize::from(of_twelve > 12) + 1 }] += 1;
        if let Shown::Rounded(form, _) = shown(&pattern, 1, 2) {
            assert_eq!((form.lowest, form.highest), (of_twelve - 5, of_twelve + 5));
        }
    }
    // A fifth stay, the others go either way: with so many keys none of the three is rare.
    assert!(published.iter().all(|times| *times >= 5), "{published:?}");
}

/// All of the first row lies in its second district, so the row and that cell are the same cases.
#[test]
fn the_same_cases_have_the_same_noise_by_whatever_route_they_are_counted() {
    let counts = [0, 12, 9, 20];
    for secret in 0..64 {
        let pattern = pattern(&keyed(&counts, secret), wide());
        assert_eq!(value(&pattern, 1, 2), value(&pattern, 1, 0), "one figure, whoever asks how");
    }
    // Drawn for the cell's name the two routes have two draws: one says 10, the other 20, and together they say 11 to 19.
    let square = Square::new(&counts, 2);
    let by_name = square.problem(round(RoundingKind::Random, 10, SmallCounts::Rounded), Zeros::Shown);
    let differ = (0..64).filter(|key| {
        let pattern = suppress(&Problem { tie_key: [*key; 32], ..by_name.clone() }, &square).expect("safe");
        value(&pattern, 1, 2) != value(&pattern, 1, 0)
    });
    assert!(differ.count() > 0, "the attack wins where the rule is off");
}

#[test]
fn noise_that_is_drawn_anew_is_averaged_out_and_that_of_a_key_is_not() {
    const RELEASES: u64 = 200;
    let table = wide().table;
    let truth = 3;
    let attack = |secret: &dyn Fn(u64) -> u64| {
        let released = (0..RELEASES).map(|release| {
            let keyed = keyed(&PENCIL, secret(release));
            let key = keyed.cell_keys(&[Key::from([1, 1])]).expect("keys")[0];
            table.perturbed(truth, key)
        });
        released.fold((0, (0, u64::MAX)), |(sum, (low, high)), value| {
            let (lowest, highest) = table.counts_of(value).expect("published");
            (sum + value, (low.max(lowest), high.min(highest)))
        })
    };
    // A draw a release: the mean is the truth, and the ranges leave a third of a single one.
    let (sum, (low, high)) = attack(&|release| release);
    assert_eq!((sum + RELEASES / 2) / RELEASES, truth);
    assert!(high - low <= 2 && (low..=high).contains(&truth), "{low} to {high}");
    // The keys of the cases: two hundred releases say what the first did.
    let (sum, (low, high)) = attack(&|_| 7);
    let first = sum / RELEASES;
    assert_eq!((sum % RELEASES, table.counts_of(first)), (0, Some((low, high))));
    assert!(high >= 5 && high - low >= 5, "{low} to {high}");
}

fn before((key, shown): (&Key, &Shown)) -> EarlierCell {
    let form = match *shown {
        Shown::Rounded(form, _) => EarlierForm::Rounded(form),
        Shown::Count(count) => EarlierForm::Count(count),
        Shown::Hidden(_) | Shown::Impossible => EarlierForm::Suppressed,
    };
    EarlierCell { key: key.clone(), form, zeros: Zeros::Shown, threshold: 5, release: "r1".into() }
}

#[test]
fn a_later_release_says_the_same_again_and_hides_what_other_keys_would_say_anew() {
    let first = pattern(&keyed(&PENCIL, 1), wide());
    let earlier: Vec<EarlierCell> = first.cells.iter().map(before).collect();
    let later = |secret| {
        let keyed = keyed(&PENCIL, secret);
        let problem = Problem { earlier: earlier.clone(), ..problem(&keyed, wide()) };
        suppress(&problem, &keyed).expect("nothing new is said")
    };
    assert_eq!(later(1).cells, first.cells);
    // Another key, as after the loss of the store's: a figure in two forms says more than either.
    for (key, shown) in later(2).cells {
        assert!(shown == first.cells[&key] || shown == Shown::Hidden(Reason::Earlier), "{key:?}: {shown:?}");
    }
}

#[test]
fn without_keys_of_the_cases_nothing_is_perturbed() {
    let keyed = keyed(&PENCIL, 1);
    let refused = suppress(&problem(&keyed, wide()), &keyed.square).expect_err("there are no keys");
    assert_eq!(refused, ProtectError::Method { table: "T1".into(), fault: MethodError::NoKeys });
}

#[test]
fn changes_that_say_too_little_or_too_much_are_refused() {
    let keyed = keyed(&PENCIL, 1);
    let refused = |most, small| {
        let method = CellKey { table: PTable::of_entropy(most, 1.0, 0).expect("a table"), small };
        suppress(&problem(&keyed, method), &keyed).expect_err("refused")
    };
    let fault = MethodError::NarrowNoise { most: 4, threshold: 5 };
    assert_eq!(refused(4, SmallCounts::Rounded), ProtectError::Method { table: "T1".into(), fault });
    let fault = MethodError::WideNoise { most: 5, threshold: 5 };
    assert_eq!(refused(5, SmallCounts::Hidden), ProtectError::Method { table: "T1".into(), fault });
}

#[test]
fn where_small_counts_are_hidden_no_other_figure_is_taken_for_one_or_for_none() {
    for secret in 0..16 {
        let keyed = keyed(&[3, 5, 9, 20], secret);
        let pattern = pattern(&keyed, narrow());
        assert_eq!(shown(&pattern, 1, 1), Shown::Hidden(Reason::MinimumFrequency));
        if let Shown::Rounded(Form { value, lowest, highest }, _) = shown(&pattern, 1, 2) {
            assert!(value >= 2 && lowest >= 5 && highest == value + 3, "5 as {value}: {lowest} to {highest}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The oracle knows no equations and no keys: it tries every table that agrees with what every figure can stand for.
    #[test]
    fn no_small_count_is_known_more_closely_through_perturbed_figures_than_the_threshold_allows(
        counts in proptest::collection::vec(prop_oneof![2 => 0_u64..5, 2 => 5_u64..12], 4),
        (most, variance, never, small) in prop_oneof![
            Just((5, 4.0, 0, SmallCounts::Rounded)),
            Just((6, 5.0, 2, SmallCounts::Rounded)),
            Just((2, 1.0, 0, SmallCounts::Hidden)),
            Just((4, 2.5, 0, SmallCounts::Hidden)),
            Just((4, 4.0, 2, SmallCounts::Hidden)),
        ],
        secret: u64,
    ) {
        let method = CellKey { table: PTable::of_entropy(most, variance, never).expect("a table"), small };
        let keyed = keyed(&counts, secret);
        let pattern = pattern(&keyed, method);
        for (key, (low, high)) in ranges(&keyed.square, &pattern, pattern.zeros[0]) {
            let truth = keyed.count(std::slice::from_ref(&key))[0].counted;
            prop_assert!(low <= truth && truth <= high, "{key:?} is not told a lie");
            if truth > 0 && truth < 5 {
                prop_assert!(high >= 5 && high - low >= 5, "{key:?}: {low} to {high}");
                prop_assert!(low < truth || pattern.zeros[0] == Zeros::Shown, "{key:?}: {low} to {high}");
            }
        }
    }
}
