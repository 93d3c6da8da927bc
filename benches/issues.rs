//! The figures of the issue list against their bars, on panels whose truth is known: seeded, on both cores.
//! `TAKEUP_SEED` draws other panels, `TAKEUP_RUNS` more of them; `TAKEUP_PARTS=null,power` leaves the other parts out.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "common/planted.rs"]
mod planted;
#[path = "common/simulation.rs"]
mod simulation;

use std::time::Instant;

use confidential::issues::farrington::{Control, Threshold, farrington};
use confidential::issues::{Direction, KnownSeason, Method, Panel, Series, Test, Window, findings, judge, judge_by};
use simulation::{Design, Draws, draw, repeat};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What is measured with which panels.
#[derive(Clone, Copy)]
struct Runs {
    seed: u64,
    runs: u64,
}

/// What a part is called, and what it prints.
type Part = (&'static str, fn(Runs));

fn main() {
    let runs = Runs { seed: number("TAKEUP_SEED", 20_261_122), runs: number("TAKEUP_RUNS", 1_000) };
    println!("seed {}, {} panels a figure; bars in brackets", runs.seed, runs.runs);
    let parts: [Part; 10] = [
        ("null", null),
        ("discovery", discovery),
        ("power", power),
        ("rivals", rivals),
        ("season", season),
        ("service", service),
        ("months", months),
        ("noticeable", noticeable),
        ("signals", signals),
        ("speed", speed),
    ];
    let wanted = std::env::var("TAKEUP_PARTS").unwrap_or_default();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.split(',').any(|part| part == name) {
            part(runs);
        }
    }
}

fn test(tests: &[Test], window: Window, direction: Direction) -> Option<&Test> {
    tests.iter().find(|test| test.window == window && test.direction == direction)
}

fn upward(tests: &[Test], window: Window) -> Option<f64> {
    test(tests, window, Direction::Up).map(|test| test.p)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

fn percent(hits: impl Iterator<Item = bool>) -> f64 {
    0.0_f64.max(100.0 * mean(&hits.map(|hit| f64::from(u8::from(hit))).collect::<Vec<_>>()))
}

/// Nothing is raised: 20 issues of 1 to 31 cases a quarter, and 160 cells of 0.2 to 6.
fn null(Runs { seed, runs }: Runs) {
    println!(
        "\nnothing raised       [p<.01 at most 1.5 %, p<.05 3 to 6.5 %, anything listed at most 15 % of 20 issues]"
    );
    println!(
        "issues dispersion past spikes | latest p<.01 p<.05 | rolling p<.01 p<.05 | quarters with anything listed"
    );
    for (issues, means, part) in [(20, (1.0, 31.0), 1), (160, (0.2, 6.0), 4)] {
        for dispersions in [(1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 3.5)] {
            for (past, spikes) in [8, 12, 16, 20].iter().flat_map(|past| [(*past, 0.0), (*past, 0.03)]) {
                let design = Design { issues, means, dispersions, past, spikes, ..Design::default() };
                let all = repeat(runs / part, |run| {
                    let drawn = draw(&design, seed, run);
                    (judge(&drawn.panel), drawn.spiked)
                });
                // A year that holds a spike is no quiet year.
                let issues_of = || all.iter().flat_map(|(tests, spiked)| tests.iter().zip(spiked));
                let share = |window, level| {
                    let is_quiet = |spiked: bool| window == Window::Latest || !spiked;
                    let quiet = issues_of().filter(|(_, spiked)| is_quiet(**spiked));
                    percent(quiet.filter_map(|(tests, _)| upward(tests, window)).map(|p| p < level))
                };
                let is_false =
                    |(tests, spiked): (&Vec<Test>, &bool)| !spiked && tests.iter().any(|test| test.is_listed);
                let listed = percent(all.iter().map(|(tests, spiked)| tests.iter().zip(spiked).any(is_false)));
                println!(
                    "{issues:6} {:3.1}-{:3.1}    {past:4} {spikes:6.2} | {:12.2} {:5.2} | {:13.2} {:5.2} | {listed:5.1} %",
                    dispersions.0,
                    dispersions.1,
                    share(Window::Latest, 0.01),
                    share(Window::Latest, 0.05),
                    share(Window::Rolling, 0.01),
                    share(Window::Rolling, 0.05)
                );
            }
        }
    }
}

fn discovery(Runs { seed, runs }: Runs) {
    println!("\nraised x3 of 20      [false discovery rate at most 0.10]");
    for raised in [0, 1, 2, 4] {
        let design = Design { raised: (raised, 3.0, 1), ..Design::default() };
        let all = repeat(runs, |run| {
            let drawn = draw(&design, seed, run);
            let tests = judge(&drawn.panel);
            let listed = |one: &&Vec<Test>| one.iter().any(|test| test.is_listed);
            let found = tests[..raised].iter().filter(listed).count() as f64;
            let quiet = tests.iter().zip(&drawn.spiked).skip(raised);
            let (spiked, wrong): (Vec<_>, Vec<_>) =
                quiet.filter(|(one, _)| listed(one)).partition(|(_, spiked)| **spiked);
            let (spiked, wrong) = (spiked.len() as f64, wrong.len() as f64);
            let all = (found + wrong + spiked).max(1.0);
            (wrong / all, (wrong + spiked) / all, found)
        });
        let of = |part: fn(&(f64, f64, f64)) -> f64| mean(&all.iter().map(part).collect::<Vec<_>>());
        println!(
            "{raised} raised: {:.3} false ({:.3} with issues that a spike of the latest year has listed), {:.2} found",
            of(|one| one.0),
            of(|one| one.1),
            of(|one| one.2)
        );
    }
}

fn power(Runs { seed, runs }: Runs) {
    println!(
        "\npower at 1 %         mean 1-3   3-7   7-15  15-31   (2 of 20 raised, 16 quarters, dispersion 1.3, 2 % spikes)"
    );
    let bars = [
        (2.0, 1, Window::Latest, "[15-31: 0.70]"),
        (3.0, 1, Window::Latest, "[7-15: 0.80, 15-31: 0.97]"),
        (1.5, 4, Window::Rolling, "[7-15: 0.25, 15-31: 0.65]"),
    ];
    for (factor, quarters, window, bar) in bars {
        let design = Design { raised: (2, factor, quarters), ..Design::default() };
        let all: Vec<(f64, bool, bool)> = repeat(4 * runs, |run| {
            let drawn = draw(&design, seed, run);
            let tests = judge(&drawn.panel);
            [0, 1].map(|at| {
                let found = upward(&tests[at], window).is_some_and(|p| p < 0.01);
                (drawn.means[at], found, drawn.told(at, window, design.dispersions.0) < 0.01)
            })
        })
        .into_iter()
        .flatten()
        .collect();
        let bands = |hit: fn(&(f64, bool, bool)) -> bool| {
            [(1.0, 3.0), (3.0, 7.0), (7.0, 15.0), (15.0, 31.0)]
                .map(|(low, high)| percent(all.iter().filter(|one| (low..high).contains(&one.0)).map(hit)) / 100.0)
        };
        println!(
            "x{factor:.1} {window:?}: {:.3?} {bar}; told everything {:.3?}",
            bands(|one| one.1),
            bands(|one| one.2)
        );
    }
}

/// The improved Farrington algorithm on the same quarters, each method at the level at which it raises as many false
/// alarms among issues of a band.
fn rivals(Runs { seed, runs }: Runs) {
    println!(
        "\nat equal false alarms [not below Farrington in any band, above it by 0.10 in two]; mean 1-3, 3-7, 7-15, 15-31"
    );
    let control = Control {
        per_year: 4,
        years: 3,
        half_window: 1,
        parts: 1,
        left_out: 1,
        level: 0.01,
        trend_level: 1.0,
        threshold: Threshold::NegativeBinomial,
    };
    for factor in [2.0, 3.0] {
        let design = Design { raised: (2, factor, 1), ..Design::default() };
        let all: Vec<(bool, f64, [f64; 2])> = repeat(runs, |run| {
            let drawn = draw(&design, seed, run);
            let tests = judge(&drawn.panel);
            let of = |(at, series): (usize, &Series)| {
                let ours = upward(&tests[at], Window::Latest).unwrap_or(1.0);
                let theirs = farrington(&series.counts, None, &control).map_or(1.0, |verdict| verdict.p);
                (at < design.raised.0, drawn.means[at], [ours, theirs])
            };
            drawn.panel.series().iter().enumerate().map(of).collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        for share in [0.01, 0.03] {
            for (method, name) in ["pooled", "Farrington"].iter().enumerate() {
                let bands = [(1.0, 3.0), (3.0, 7.0), (7.0, 15.0), (15.0, 31.0)].map(|(low, high)| {
                    let band = || all.iter().filter(|one| (low..high).contains(&one.1));
                    let mut quiet: Vec<f64> = band().filter(|one| !one.0).map(|one| one.2[method]).collect();
                    quiet.sort_by(f64::total_cmp);
                    let level = quiet[(share * quiet.len() as f64) as usize];
                    percent(band().filter(|one| one.0).map(|one| one.2[method] < level)) / 100.0
                });
                println!("x{factor}, {:.0} % false alarms, {name}: {bands:.2?}", 100.0 * share);
            }
        }
    }
}

fn season(Runs { seed, runs }: Runs) {
    println!("\nown season, in its peak [p<.01 at most 2 %, with 3 years or more]");
    for past in [12, 16, 20] {
        for (name, season) in [("shown", KnownSeason::Unknown), ("known", KnownSeason::Known)] {
            let design = Design { past, season: Some(season), ..Design::default() };
            let all = repeat(4 * runs, |run| judge(&draw(&design, seed, run).panel).swap_remove(0));
            let hits = percent(all.iter().map(|tests| upward(tests, Window::Latest).is_some_and(|p| p < 0.01)));
            let listed = percent(all.iter().map(|tests| tests.iter().any(|test| test.is_listed)));
            println!("{past} quarters, {name}: {hits:.2} %, listed {listed:.2} %");
        }
    }
}

fn service(Runs { seed, runs }: Runs) {
    println!("\nthe whole service    [at most 1 alert of 20]");
    for service in [0.7, 1.3] {
        let design = Design { service, ..Design::default() };
        let all = repeat(runs, |run| {
            let tests = judge(&draw(&design, seed, run).panel);
            tests.iter().filter(|tests| upward(tests, Window::Latest).is_some_and(|p| p < 0.01)).count() as f64
        });
        println!("x{service}: {:.2} alerts of 20", mean(&all));
    }
}

/// Months of four and five years, by both methods.
fn months(Runs { seed, runs }: Runs) {
    println!("\nmonths, nothing raised (dispersion 1.3, 20 issues of 1 to 15 a month)");
    for length in [48, 60] {
        for method in [Method::Pooled, Method::Farrington] {
            let all = repeat(runs / 4, |run| judge_by(&monthly(seed, run, length), method));
            let latest = || all.iter().flatten().filter_map(|tests| upward(tests, Window::Latest));
            let (one, five) = (percent(latest().map(|p| p < 0.01)), percent(latest().map(|p| p < 0.05)));
            println!("{length} months, {method:?}: p<.01 {one:.2} %, p<.05 {five:.2} %");
        }
    }
}

fn monthly(seed: u64, run: u64, length: usize) -> Panel {
    const SERVICE: [f64; 12] = [1.0, 1.1, 0.9, 0.8, 1.0, 1.1, 1.2, 0.6, 1.0, 1.1, 1.0, 0.9];
    let mut draws = Draws::new(seed, run);
    let series = (0..20).map(|issue| {
        let mean = draws.between((1.0, 15.0));
        let now = |at: usize| mean * SERVICE[at % 12] * 1.06_f64.powf(at as f64 / 12.0);
        let counts: Vec<u64> = (0..length).map(|at| draws.count(now(at), 1.3)).collect();
        Series::of_cases(&format!("I{issue}"), &counts)
    });
    Panel::new(12, 0, series.collect()).expect("equal lengths")
}

/// How often a rise by the factor that is said to be noticeable is noticed, by true factor over said factor.
fn noticeable(Runs { seed, runs }: Runs) {
    println!("\nsmallest noticeable rise [noticed in 80 % of quarters at the factor said, to 10 %]");
    for (name, means) in [("3 to 7", (3.0, 7.0)), ("7 to 15", (7.0, 15.0)), ("15 to 31", (15.0, 31.0))] {
        let design = Design { spikes: 0.0, ..Design::default() };
        let shares = [0.9, 1.0, 1.1].map(|share| {
            let hits = repeat(2 * runs, |run| {
                let quiet = draw(&Design { means, ..design.clone() }, seed, run).panel;
                let said =
                    findings(&quiet).into_iter().find(|one| one.series == 0).and_then(|one| one.noticeable_factor);
                let raised = Design { means, raised: (1, said.unwrap_or(1.0) * share, 1), ..design.clone() };
                upward(&judge(&draw(&raised, seed, run).panel)[0], Window::Latest).is_some_and(|p| p < 0.01)
            });
            percent(hits.into_iter())
        });
        println!(
            "mean {name}: noticed {:.0} % at 0.9, {:.0} % at 1.0, {:.0} % at 1.1 of it",
            shares[0], shares[1], shares[2]
        );
    }
}

fn signals(Runs { seed, .. }: Runs) {
    let first = takeup::demo::default_seed();
    for (name, from, count) in [("the demo's 20 seeds", first, 20), ("200 others", first + seed, 200)] {
        let all = repeat(count, |run| planted::follow(from + run));
        let share = |is: &dyn Fn(&planted::Followed) -> bool| percent(all.iter().map(is));
        println!("\nplanted, {name}  [S1 80, S2 80, S4 95, S5 90 %]");
        println!(
            "S1 {:.0}, S2 {:.0}, S3 {:.0}, S4 {:.0}, S5 {:.0} %; nothing else listed in {:.0} %, {:.2} other issues a list",
            share(&|one| one.sudden),
            share(&|one| one.sustained),
            share(&|one| one.trend),
            share(&|one| one.seasonal),
            share(&|one| one.artefact),
            share(&|one| one.nulls.is_empty()),
            mean(&all.iter().map(|one| one.nulls.len() as f64).collect::<Vec<_>>())
        );
    }
}

fn speed(_: Runs) {
    let panel = draw(&Design { issues: 60, past: 23, ..Design::default() }, 1, 1).panel;
    let best = (0..7)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(findings(&panel).len(), 60);
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    println!("\n24 quarters x 60 issues: {best:.4} s [0.2], best of 7");
}
