//! Synthetic panels whose truth is known. Comes in: a design and a seed. Goes out: panels: the same on every machine.
//!
//! The design is that of Noufaily et al. (2013) scaled to quarters: counts with a variance of `dispersion` times the mean,
//! past spikes of two to ten standard deviations, a season and a growth that the whole service shares.

use confidential::issues::prediction::Predictive;
use confidential::issues::{KnownSeason, Panel, Series, Window};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

/// A stream of draws.
pub struct Draws(ChaCha12Rng);

impl Draws {
    /// Stream number `stream` of `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha12Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Evenly from 0 to 1, neither included.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Evenly between two numbers.
    pub fn between(&mut self, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * self.unit()
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Marsaglia and Tsang (2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.unit().powf(shape.recip());
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = (9.0 * d).sqrt().recip();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A Poisson count.
    pub fn poisson(&mut self, mut mean: f64) -> u64 {
        let mut count = 0;
        while mean > 0.0 {
            let part = mean.min(20.0);
            mean -= part;
            let (mut product, limit) = (self.unit(), (-part).exp());
            while product > limit {
                count += 1;
                product *= self.unit();
            }
        }
        count
    }

    /// A count of that mean, with a variance of `dispersion` times the mean.
    pub fn count(&mut self, mean: f64, dispersion: f64) -> u64 {
        if dispersion <= 1.0 || mean <= 0.0 {
            return self.poisson(mean);
        }
        let rate = self.gamma(mean / (dispersion - 1.0)) * (dispersion - 1.0);
        self.poisson(rate)
    }
}

/// How panels are drawn.
#[derive(Debug, Clone)]
pub struct Design {
    /// Number of issues.
    pub issues: usize,
    /// Means a quarter are even between these.
    pub means: (f64, f64),
    /// Dispersions are even between these.
    pub dispersions: (f64, f64),
    /// Quarters before the latest.
    pub past: usize,
    /// Share of past quarters of an issue that hold a spike.
    pub spikes: f64,
    /// Issues that are raised, by which factor, in how many of the latest quarters.
    pub raised: (usize, f64, usize),
    /// Factor of everything in the latest quarter.
    pub service: f64,
    /// Whether the first issue has a season of its own, which peaks in the latest quarter; and whether that is known.
    pub season: Option<KnownSeason>,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            issues: 20,
            means: (1.0, 31.0),
            dispersions: (1.3, 1.3),
            past: 16,
            spikes: 0.02,
            raised: (0, 1.0, 1),
            service: 1.0,
            season: None,
        }
    }
}

/// A panel with what is true of it.
pub struct Drawn {
    /// Its last quarter is the latest.
    pub panel: Panel,
    /// Mean a quarter of each issue, before anything was raised.
    pub means: Vec<f64>,
    /// What a test that is told everything expects of each issue in the latest quarter and in the latest four.
    pub expected: Vec<(f64, f64)>,
    /// Whether a spike fell into the latest four quarters of an issue: then its year was not quiet.
    pub spiked: Vec<bool>,
}

impl Drawn {
    /// The mid-p value of a test that is told an issue's rate and dispersion and the service's volume: no test of these
    /// counts can be better.
    pub fn told(&self, issue: usize, window: Window, dispersion: f64) -> f64 {
        let (latest, year) = self.expected[issue];
        let (mean, periods) = if window == Window::Latest { (latest, 1) } else { (year, 4) };
        let seen: u64 = self.panel.series()[issue].counts.iter().rev().take(periods).sum();
        Predictive::new(mean, dispersion * mean).mid_upper(seen)
    }
}

/// The service's own quarters.
const SERVICE: [f64; 4] = [1.05, 0.75, 1.15, 1.05];
/// The factors of home to school transport.
pub const TRANSPORT: [f64; 4] = [1.1, 1.8, 0.7, 0.6];

/// The panel number `stream` of a design.
pub fn draw(design: &Design, seed: u64, stream: u64) -> Drawn {
    let mut draws = Draws::new(seed, stream);
    let quarters = design.past + 1;
    // The latest quarter is the second of its year, where the season peaks.
    let first_part = (1 + 4 * quarters - design.past) % 4;
    let (mut series, mut means, mut expected, mut spiked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for issue in 0..design.issues {
        let (mean, dispersion) = (draws.between(design.means), draws.between(design.dispersions));
        let mut counts = Vec::with_capacity(quarters);
        let (mut usual, mut has_spike) = (Vec::with_capacity(quarters), false);
        for at in 0..quarters {
            let part = (first_part + at) % 4;
            let mut now = mean * SERVICE[part] * 1.06_f64.powf(at as f64 / 4.0);
            if design.season.is_some() && issue == 0 {
                now *= TRANSPORT[part] / 1.05;
            }
            if at == design.past {
                now *= design.service;
            }
            usual.push(now);
            if issue < design.raised.0 && at + design.raised.2 >= quarters {
                now *= design.raised.1;
            }
            let mut count = draws.count(now, dispersion);
            if at < design.past && draws.unit() < design.spikes {
                let height = draws.between((2.0, 10.0)) * (dispersion * now).sqrt();
                count += draws.poisson(height);
                has_spike |= at + 4 >= quarters;
            }
            counts.push(count);
        }
        let season = if issue == 0 { design.season.unwrap_or_default() } else { KnownSeason::Unknown };
        series.push(Series { season, ..Series::of_cases(&format!("I{issue:03}"), &counts) });
        means.push(mean);
        let latest = usual.last().copied().unwrap_or(0.0);
        expected.push((latest, usual.iter().rev().take(4).sum()));
        spiked.push(has_spike);
    }
    let panel = Panel::new(4, first_part, series).expect("all series have the same quarters");
    Drawn { panel, means, expected, spiked }
}

/// Runs `of` for the streams 0 to `runs`, on both cores, and returns what it gave in their order.
pub fn repeat<T: Send>(runs: u64, of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let half = runs / 2;
    let part = |range: std::ops::Range<u64>| range.map(&of).collect::<Vec<T>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| part(half..runs));
        let mut all = part(0..half);
        all.extend(other.join().expect("a run that panics stops the simulation"));
        all
    })
}
