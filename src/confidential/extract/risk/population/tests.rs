use super::super::Sizes;
use super::{Estimates, Estimator, Sample, pitman, snb, zayatz};

/// Numbers that look random and are the same on every machine.
struct Dice(u64);

impl Dice {
    /// From 0 to 1, without 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn sample(sizes: &Sizes, fraction: f64) -> Sample<'_> {
    let members = sizes.members() as f64;
    Sample { sizes, members, classes: sizes.classes() as f64, fraction, population: (members / fraction).round() }
}

/// The sizes of a population's classes in a sample: each member is in it with the chance `fraction`.
fn sampled(population: &[u64], fraction: f64, dice: &mut Dice) -> Sizes {
    let sizes: Vec<u64> =
        population.iter().map(|size| (0..*size).filter(|_| dice.roll() < fraction).count() as u64).collect();
    Sizes::new(&sizes)
}

fn uniques(population: &[u64]) -> f64 {
    population.iter().filter(|size| **size == 1).count() as f64
}

/// Classes that come about one member at a time: the more a class has, the more it gets.
fn pitman_population(theta: f64, alpha: f64, members: usize, dice: &mut Dice) -> Vec<u64> {
    let mut sizes: Vec<u64> = vec![1];
    let mut of_member = vec![0_usize];
    while of_member.len() < members {
        let so_far = of_member.len() as f64;
        let class = if dice.roll() < (theta + sizes.len() as f64 * alpha) / (theta + so_far) {
            sizes.push(0);
            sizes.len() - 1
        } else {
            loop {
                let class = of_member[(dice.roll() * so_far) as usize];
                if dice.roll() < 1.0 - alpha / sizes[class] as f64 {
                    break class;
                }
            }
        };
        sizes[class] += 1;
        of_member.push(class);
    }
    sizes
}

/// Classes of 1 and a negative binomial number with alpha 2: two waits for a chance of `beta`.
fn slide_population(beta: f64, classes: usize, dice: &mut Dice) -> Vec<u64> {
    let mut wait = || {
        let mut fails = 0;
        while dice.roll() >= beta {
            fails += 1;
        }
        fails
    };
    (0..classes).map(|_| 1 + wait() + wait()).collect()
}

fn near(estimate: f64, truth: f64, share: f64) {
    assert!((estimate - truth).abs() <= share * truth, "{estimate} is not {truth}");
}

#[test]
fn zayatz_is_bayes_rule_by_hand() {
    // Two classes of one, one of two; 4 of 8. One of one shows with 4/8, one of two with 2 * 4 * 4 / (8 * 7) = 4/7.
    let sizes = Sizes::new(&[1, 1, 2]);
    let chance = (2.0 / 3.0 * 0.5) / (2.0 / 3.0 * 0.5 + 1.0 / 3.0 * 4.0 / 7.0);
    near(zayatz::uniques(&sample(&sizes, 0.5)), 2.0 * chance / 0.5, 1e-12);
}

#[test]
fn shlossers_number_of_classes_by_hand() {
    // f = 1/2; s1 = 2, s2 = 1. squared = 2/4 + 2/4 * 3/4 = 7/8; mixed = 2 (3/4 - 1/2) + (9/16 - 1/4) = 13/16;
    // unseen = 2/2 + 1/4 = 5/4; single = 2/2 + 2/4 = 3/2.
    let sizes = Sizes::new(&[1, 1, 2]);
    let known = 3.0 + 2.0 * (7.0 / 8.0) / (13.0 / 16.0) * (5.0_f64 / 4.0 / 1.5).powi(2);
    near(snb::classes(&sample(&sizes, 0.5)), known, 1e-12);
}

#[test]
fn pitman_finds_the_parameters_and_the_uniques_of_a_population_that_grew_so() {
    let mut dice = Dice(7);
    for (theta, alpha) in [(200.0, 0.3), (50.0, 0.6)] {
        let population = pitman_population(theta, alpha, 60_000, &mut dice);
        let sizes = sampled(&population, 0.1, &mut dice);
        let (_, found) = pitman::parameters(&sample(&sizes, 0.1)).expect("a power law");
        assert!((found - alpha).abs() < 0.06, "{found} for {alpha}");
        near(pitman::uniques(&sample(&sizes, 0.1)).expect("a power law"), uniques(&population), 0.12);
    }
}

#[test]
fn the_slide_negative_binomial_finds_its_own_population_where_its_classes_are_known() {
    let mut dice = Dice(11);
    for fraction in [0.1, 0.3, 0.5] {
        let population = slide_population(0.5, 40_000, &mut dice);
        let sizes = sampled(&population, fraction, &mut dice);
        let sample = sample(&sizes, fraction);
        near(snb::of_classes(&sample, 40_000.0).expect("its own model"), uniques(&population), 0.15);
        // Shlosser's number of classes is too high where the sample is small; from three in ten on no more than double comes of it.
        if fraction > 0.1 {
            near(snb::uniques(&sample).expect("its own model"), uniques(&population), 1.0);
        }
    }
}

#[test]
fn zayatz_counts_too_many_but_no_more_than_the_sample_allows() {
    // Its shares are those of the sample, where classes look smaller than they are.
    let mut dice = Dice(13);
    let population = slide_population(0.5, 40_000, &mut dice);
    let sizes = sampled(&population, 0.5, &mut dice);
    let estimate = zayatz::uniques(&sample(&sizes, 0.5));
    assert!(estimate > uniques(&population) && estimate < sizes.of_size(1) as f64 / 0.5, "{estimate}");
}

#[test]
fn the_rule_takes_pitman_for_small_fractions_and_the_smaller_of_the_others_for_large() {
    let mut dice = Dice(17);
    let population = pitman_population(100.0, 0.5, 40_000, &mut dice);
    let small = Estimates::new(&sampled(&population, 0.05, &mut dice), 0.05);
    assert_eq!((small.picked, small.estimate), (Estimator::Pitman, small.pitman));
    let large = Estimates::new(&sampled(&population, 0.4, &mut dice), 0.4);
    let least = large.snb.uniques.unwrap_or(f64::INFINITY).min(large.zayatz.uniques.expect("always"));
    assert_eq!(large.estimate.uniques, Some(least));
}

#[test]
fn a_model_without_an_answer_says_why_and_the_rule_falls_back() {
    // All unique: the likelihood of Pitman's formula grows without end, and there is no class of two.
    let all = Estimates::new(&Sizes::new(&[1; 50]), 0.05);
    assert_eq!((all.pitman.uniques, all.snb.uniques), (None, None));
    assert!(all.pitman.why_not.is_some() && all.snb.why_not.is_some());
    assert_eq!(all.picked, Estimator::Zayatz);
    // Each class the same: no power law.
    let same = Estimates::new(&Sizes::new(&[vec![3; 400], vec![1]].concat()), 0.05);
    assert_eq!(same.pitman.uniques, None);
}

#[test]
fn nobody_unique_and_everybody_sampled_are_counted() {
    let none = Estimates::new(&Sizes::new(&[5, 6]), 0.1);
    assert_eq!((none.picked, none.estimate.uniques, none.population), (Estimator::Counted, Some(0.0), 110));
    let everybody = Estimates::new(&Sizes::new(&[1, 1, 2]), 1.0);
    assert_eq!((everybody.estimate.uniques, everybody.estimate.share), (Some(2.0), Some(0.5)));
}
