//! How often and from which seed properties are drawn in tests. The same draws on every run, so that a change is what makes
//! a test fail; `PROPTEST_RNG_SEED=N PROPTEST_CASES=M` draws others and more, for whoever looks for what no run has found.

use proptest::test_runner::{Config, RngSeed};

/// So many cases from a fixed seed, if the environment does not say otherwise.
pub fn draws(cases: u32) -> Config {
    let environment = Config::default();
    let rng_seed = match environment.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_251_122),
        given @ RngSeed::Fixed(_) => given,
    };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { environment.cases } else { cases };
    Config { cases, failure_persistence: None, rng_seed, ..environment }
}
