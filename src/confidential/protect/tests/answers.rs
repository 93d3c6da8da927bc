//! Several answers to a case: what a reader knows of them who tries every way in which cases can have answered. The oracle
//! sets how many cases gave each set of answers, with which main one; it knows no relation, only cases.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// A main answer, from 1, or none, and the further ones.
type Class = (Option<u32>, BTreeSet<u32>);

/// Cases alike: their class, family and number.
type Cases = (Class, u32, u64);

const ANSWERED: u32 = 1;
const MISSING: u32 = 2;

/// The codes of `all` answers: Total, Answered, Missing; and three an answer: it, Answered less it, further; and who gave
/// only further ones.
fn spaces(all: u32) -> Vec<Space> {
    let codes = (0..4 + 3 * all).map(|code| format!("r{code}")).collect();
    let mut sums = vec![(0, vec![ANSWERED, MISSING])];
    sums.extend((1..=all).map(|answer| (ANSWERED, vec![given(answer), given(answer) + 1])));
    let raised = Space { name: "raised".to_owned(), codes, total: 0, sums };
    vec![raised, flat("main", all + 1)]
}

const fn given(answer: u32) -> u32 {
    3 * answer
}

const fn no_main(all: u32) -> u32 {
    3 * all + 3
}

/// Whether a class is counted in a cell.
fn holds((main, further): &Class, all: u32, key: &[u32]) -> bool {
    let gave = |answer: u32| *main == Some(answer) || further.contains(&answer);
    let answered = main.is_some() || !further.is_empty();
    let of_main = match key[1] {
        0 => true,
        code if code == all + 1 => main.is_none(),
        code => *main == Some(code),
    };
    let raised = match key[0] {
        0 => true,
        ANSWERED => answered,
        MISSING => !answered,
        code if code == no_main(all) => main.is_none() && answered,
        code if code % 3 == 0 => gave(code / 3),
        code if code % 3 == 1 => answered && !gave(code / 3),
        code => *main != Some(code / 3) && gave(code / 3),
    };
    of_main && raised
}

#[derive(Debug)]
struct Several {
    all: u32,
    rows: Vec<Cases>,
}

impl Counter for Several {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |key: &Key| {
            let mut cases: BTreeMap<u32, u64> = BTreeMap::new();
            for (_, family, count) in self.rows.iter().filter(|(class, _, _)| holds(class, self.all, key)) {
                *cases.entry(*family).or_default() += count;
            }
            let largest = cases.values().copied().max().unwrap_or(0);
            Counts { counted: cases.values().sum(), protected: cases.len() as u64, largest }
        };
        keys.iter().map(counts).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let row = |(class, family, cases): &Cases| {
            let codes = |at: usize, codes: u32| -> Vec<u32> {
                let key = |code: u32| if at == 0 { [code, 0] } else { [0, code] };
                (0..codes).filter(|&code| holds(class, self.all, &key(code))).collect()
            };
            let of: Vec<u32> =
                (0_u32..).zip(keys).filter(|(_, key)| holds(class, self.all, key)).map(|(at, _)| at).collect();
            let holders = vec![codes(0, 4 + 3 * self.all), codes(1, self.all + 2)];
            Row { unit: Some(u64::from(*family)), holders, cases: *cases, of }
        };
        of_those_there(self.rows.iter().map(row).collect())
    }
}

fn key(raised: u32, main: u32) -> Key {
    [raised, main].into()
}

/// A table of all answers, with one of the main answer beside it where asked for, and all that ties them.
fn problem(all: u32, with_main: bool) -> Problem {
    let answers = (1..=all).map(given);
    let cells = [0, ANSWERED, MISSING].into_iter().chain(answers.clone()).map(|code| key(code, 0)).collect();
    let mut tables = vec![PlannedTable { threshold: 3, ..table("R", cells, Zeros::Hidden) }];
    let together = std::iter::once((1, key(ANSWERED, 0))).chain(answers.map(|code| (-1, key(code, 0))));
    let mut relations = vec![Relation { terms: together.collect(), is_equal: false }];
    if with_main {
        let cells = (0..=all + 1).map(|code| key(0, code)).collect();
        tables.push(PlannedTable { threshold: 3, ..table("M", cells, Zeros::Hidden) });
        let equal = |terms: Vec<(i64, Key)>| Relation { terms, is_equal: true };
        relations.extend((1..=all).map(|answer| {
            equal(vec![(-1, key(given(answer), 0)), (1, key(0, answer)), (1, key(given(answer) + 2, 0))])
        }));
        relations.push(equal(vec![(-1, key(0, all + 1)), (1, key(MISSING, 0)), (1, key(no_main(all), 0))]));
    }
    Problem { spaces: spaces(all), tables, relations, tie_key: [3; 32], ..plain() }
}

/// What the oracle judges: everything published, and every difference that counts people.
fn judged(problem: &Problem, all: u32) -> Vec<Key> {
    let with_main = problem.tables.len() > 1;
    let mut cells: BTreeSet<Key> = problem.tables.iter().flat_map(|table| table.cells.iter().cloned()).collect();
    cells.extend((1..=all).map(|answer| key(given(answer) + 1, 0)));
    if with_main {
        cells.extend((1..=all).map(|answer| key(given(answer) + 2, 0)));
        cells.insert(key(no_main(all), 0));
    }
    cells.into_iter().collect()
}

fn subsets(of: &[u32]) -> Vec<BTreeSet<u32>> {
    of.iter().fold(vec![BTreeSet::new()], |sets, &one| {
        let with = sets.iter().cloned().map(|mut set| {
            set.insert(one);
            set
        });
        sets.iter().cloned().chain(with).collect()
    })
}

fn classes(all: u32) -> Vec<Class> {
    let main = |main: Option<u32>| {
        let others: Vec<u32> = (1..=all).filter(|answer| Some(*answer) != main).collect();
        subsets(&others).into_iter().map(move |set| (main, set))
    };
    std::iter::once(None).chain((1..=all).map(Some)).flat_map(main).collect()
}

/// A way to have answered, as the judged cells that count it, and the fewest cases there.
type Way = (Vec<bool>, u64);

/// The least and the most of every judged cell over all ways to have answered that agree with `shown`.
struct Walk<'a> {
    ways: &'a [Way],
    shown: &'a [Option<u64>],
    ranges: Vec<Option<(u64, u64)>>,
}

impl Walk<'_> {
    fn walk(&mut self, at: usize, sums: &mut [u64], left: u64) {
        if at == self.ways.len() {
            if self.shown.iter().zip(sums.iter()).all(|(shown, sum)| shown.is_none_or(|shown| shown == *sum)) {
                for (range, sum) in self.ranges.iter_mut().zip(sums.iter()) {
                    *range = Some(range.map_or((*sum, *sum), |(low, high)| (low.min(*sum), high.max(*sum))));
                }
            }
            return;
        }
        let (inside, least) = self.ways[at].clone();
        let room = |(shown, (sum, inside)): (&Option<u64>, (&u64, &bool))| {
            shown.filter(|_| *inside).map(|shown| shown.saturating_sub(*sum))
        };
        let most = self.shown.iter().zip(sums.iter().zip(&inside)).filter_map(room).min().unwrap_or(left).min(left);
        for cases in least..=most {
            let mut sums: Vec<u64> =
                sums.iter().zip(&inside).map(|(sum, inside)| sum + if *inside { cases } else { 0 }).collect();
            self.walk(at + 1, &mut sums, left - cases);
        }
    }
}

/// Ranges for a reader who knows `own` cases and the cells `known`.
fn ranges(
    all: u32,
    pattern: &Pattern,
    counter: &Several,
    judged: &[Key],
    own: &[Cases],
    known: &[Key],
) -> Vec<(u64, u64)> {
    let truth = counter.count(judged);
    let shown: Vec<Option<u64>> = judged
        .iter()
        .zip(&truth)
        .map(|(key, counts)| match pattern.cells.get(key) {
            _ if known.contains(key) => Some(counts.counted),
            Some(Shown::Count(count)) => Some(*count),
            Some(Shown::Hidden(_)) | None => None,
            Some(Shown::Impossible | Shown::Rounded(..)) => panic!("nothing is impossible or rounded here"),
        })
        .collect();
    let mut ways: BTreeMap<Vec<bool>, u64> = BTreeMap::new();
    for class in classes(all) {
        let inside: Vec<bool> = judged.iter().map(|key| holds(&class, all, key)).collect();
        let own: u64 = own.iter().filter(|(other, _, _)| *other == class).map(|(_, _, cases)| cases).sum();
        *ways.entry(inside).or_default() += own;
    }
    let ways: Vec<Way> = ways.into_iter().collect();
    let total: u64 = counter.rows.iter().map(|(_, _, cases)| cases).sum();
    let mut walk = Walk { ways: &ways, shown: &shown, ranges: vec![None; judged.len()] };
    walk.walk(0, &mut vec![0; judged.len()], total + 4);
    walk.ranges.into_iter().map(|range| range.expect("the truth is among the ways")).collect()
}

/// The cells of few families that somebody bounds too tightly.
fn holes(all: u32, problem: &Problem, pattern: &Pattern, counter: &Several) -> Vec<String> {
    let judged = judged(problem, all);
    let counts = counter.count(&judged);
    let threshold = 3;
    let mut holes = Vec::new();
    let mut judge = |who: &str, ranges: &[(u64, u64)], own: &dyn Fn(&Key) -> u64, known: &[Key]| {
        for ((key, counts), (low, high)) in judged.iter().zip(&counts).zip(ranges) {
            let is_few = counts.protected > 0 && counts.protected < threshold;
            if !is_few || known.contains(key) {
                continue;
            }
            let down = counts.largest.min(counts.counted - own(key));
            if *high < threshold || high - low < threshold.max(counts.largest) || *low > counts.counted - down {
                holes.push(format!("{who}: {key:?} is {low} to {high}"));
            }
        }
    };
    judge("a stranger", &ranges(all, pattern, counter, &judged, &[], &[]), &|_| 0, &[]);
    let families: BTreeSet<u32> = counter.rows.iter().map(|(_, family, _)| *family).collect();
    for family in families.into_iter().filter(|_| problem.insiders == Insiders::Considered) {
        let is_in =
            |key: &Key, family: u32| counter.rows.iter().any(|(class, of, _)| *of == family && holds(class, all, key));
        let is_alone = |(key, counts): (&Key, &Counts)| {
            let hidden = !matches!(pattern.cells.get(key), Some(Shown::Count(_)));
            (hidden && counts.protected == 1 && is_in(key, family)).then(|| key.clone())
        };
        let alone: Vec<Key> = judged.iter().zip(&counts).filter_map(is_alone).collect();
        if !alone.is_empty() {
            let own: Vec<Cases> = counter.rows.iter().filter(|(_, of, _)| *of == family).cloned().collect();
            let mine =
                |key: &Key| own.iter().filter(|(class, _, _)| holds(class, all, key)).map(|(_, _, cases)| cases).sum();
            judge("a family", &ranges(all, pattern, counter, &judged, &own, &alone), &mine, &alone);
        }
    }
    holes
}

/// `cases` of families of their own of each class.
fn each(classes: &[(Option<u32>, &[u32], u64)]) -> Several {
    let mut rows = Vec::new();
    let mut all = 1;
    for (main, further, cases) in classes {
        for _ in 0..*cases {
            let family = u32::try_from(rows.len()).expect("few");
            rows.push(((*main, further.iter().copied().collect()), family, 1));
        }
        all = all.max(main.unwrap_or(0)).max(further.iter().copied().max().unwrap_or(0));
    }
    Several { all, rows }
}

#[test]
fn answers_that_together_cover_all_cases_tell_the_hidden_one_unless_that_is_reckoned_with() {
    // Ten cases: A of four, B of four, and two who raised C alone. C is hidden; A and B leave it 2 at least.
    let counter = each(&[(Some(1), &[], 4), (Some(2), &[], 4), (Some(3), &[], 2)]);
    let related = problem(3, false);
    let unrelated = Problem { relations: Vec::new(), ..related.clone() };
    let open = suppress(&unrelated, &counter).expect("one cell hidden");
    assert_eq!(open.cells[&key(given(1), 0)], Shown::Count(4));
    assert_eq!(holes(3, &related, &open, &counter), [format!("a stranger: {:?} is 2 to 10", key(given(3), 0))]);
    let safe = suppress(&related, &counter).expect("everything could be hidden");
    assert_eq!(holes(3, &related, &safe, &counter), Vec::<String>::new());
}

#[test]
fn who_did_not_give_an_answer_is_a_cell_unless_nobody_adds_the_two_up() {
    // Ten cases, eight of which raised A; the two others are who did not, and B is of six.
    let counter = each(&[(Some(1), &[], 4), (Some(1), &[2], 4), (Some(2), &[], 2)]);
    let related = problem(2, false);
    let mut unrelated = related.clone();
    unrelated.spaces[0].sums.truncate(1);
    let open = suppress(&unrelated, &counter).expect("nothing to hide");
    let found = holes(2, &related, &open, &counter);
    assert!(found.contains(&format!("a stranger: {:?} is 2 to 2", key(given(1) + 1, 0))), "{found:?}");
    let safe = suppress(&related, &counter).expect("everything could be hidden");
    assert_eq!(holes(2, &related, &safe, &counter), Vec::<String>::new());
}

#[test]
fn who_gave_an_answer_but_not_as_the_main_one_is_a_cell_where_both_are_published() {
    // A is the main issue of six and raised by eight.
    let counter = each(&[(Some(1), &[], 6), (Some(2), &[1], 2), (Some(2), &[], 4)]);
    let related = problem(2, true);
    let mut unrelated = related.clone();
    unrelated.relations.truncate(1);
    let open = suppress(&unrelated, &counter).expect("little to hide");
    let found = holes(2, &related, &open, &counter);
    assert!(found.contains(&format!("a stranger: {:?} is 2 to 2", key(given(1) + 2, 0))), "{found:?}");
    let safe = suppress(&related, &counter).expect("everything could be hidden");
    assert_eq!(holes(2, &related, &safe, &counter), Vec::<String>::new());
}

fn drawn(all: u32) -> impl Strategy<Value = Several> {
    let classes = classes(all);
    let one = (prop::sample::select(classes), 0..9_u32, 1..3_u64);
    prop::collection::vec(one, 3..8).prop_map(move |rows| Several { all, rows })
}

proptest! {
    #![proptest_config(crate::draws::draws(60))]

    #[test]
    fn nobody_learns_too_much_from_answers_and_main_answers(counter in drawn(2), with_main in any::<bool>(), inside in any::<bool>()) {
        let insiders = if inside { Insiders::Considered } else { Insiders::Ignored };
        let problem = Problem { insiders, ..problem(2, with_main) };
        let pattern = suppress(&problem, &counter);
        prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
        let Ok(pattern) = pattern else { return Ok(()) };
        prop_assert_eq!(holes(2, &problem, &pattern, &counter), Vec::<String>::new());
    }

    #[test]
    fn nobody_learns_too_much_from_three_answers(counter in drawn(3), inside in any::<bool>()) {
        let insiders = if inside { Insiders::Considered } else { Insiders::Ignored };
        let problem = Problem { insiders, ..problem(3, false) };
        let pattern = suppress(&problem, &counter);
        prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
        let Ok(pattern) = pattern else { return Ok(()) };
        prop_assert_eq!(holes(3, &problem, &pattern, &counter), Vec::<String>::new());
    }
}
