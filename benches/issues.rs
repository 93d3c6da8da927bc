//! The figures of the issue list against their bars, on panels whose truth is known.

#[path = "common/simulation.rs"]
mod simulation;

use confidential::issues::{Direction, KnownSeason, Test, Window, judge};
use simulation::{Design, draw, repeat};

fn seed() -> u64 {
    std::env::var("TAKEUP_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1)
}
fn runs() -> u64 {
    std::env::var("TAKEUP_RUNS").ok().and_then(|s| s.parse().ok()).unwrap_or(2000)
}

fn find(tests: &[Test], window: Window, direction: Direction) -> Option<&Test> {
    tests.iter().find(|t| t.window == window && t.direction == direction)
}

fn calib(d: &Design, runs: u64, from: usize) -> [f64; 8] {
    let out = repeat(runs, |s| {
        let drawn = draw(d, seed(), s);
        let tests = judge(&drawn.panel);
        let mut a = [0.0; 8];
        let mut any = false;
        let mut listed = 0.0;
        for t in &tests[from..] {
            if let Some(t) = find(t, Window::Latest, Direction::Up) {
                a[0] += 1.0;
                if t.p < 0.01 {
                    a[1] += 1.0
                }
                if t.p < 0.05 {
                    a[2] += 1.0
                }
            }
            if let Some(t) = find(t, Window::Rolling, Direction::Up) {
                a[3] += 1.0;
                if t.p < 0.01 {
                    a[4] += 1.0
                }
                if t.p < 0.05 {
                    a[5] += 1.0
                }
            }
            if t.iter().any(|t| t.is_listed) {
                any = true;
                listed += 1.0;
            }
        }
        if any {
            a[6] = 1.0
        }
        a[7] = listed;
        a
    });
    let mut s = [0.0; 8];
    for o in out {
        for i in 0..8 {
            s[i] += o[i];
        }
    }
    let r = runs as f64;
    [
        s[1] / s[0] * 100.0,
        s[2] / s[0] * 100.0,
        s[4] / s[3].max(1.0) * 100.0,
        s[5] / s[3].max(1.0) * 100.0,
        s[6] / r * 100.0,
        s[7] / r,
        0.0,
        0.0,
    ]
}

fn main() {
    let which = std::env::var("W").unwrap_or("null,fdr,power,season,service".into());
    let r = runs();
    if which.contains("null") {
        println!("null: past disp spikes n | latest p<.01 p<.05 | year p<.01 p<.05 | any listed %");
        for (n, means, rr) in [(20, (1.0, 31.0), r), (160, (0.2, 6.0), r / 4)] {
            for disp in [(1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 3.5)] {
                for past in [8, 12, 16, 20] {
                    for sp in [0.0, 0.03] {
                        if std::env::var("Q").is_ok() && (n == 20 || sp > 0.0 || disp == (1.0, 1.0)) {
                            continue;
                        }
                        let d = Design { issues: n, means, dispersions: disp, past, spikes: sp, ..Design::default() };
                        let c = calib(&d, rr, 0);
                        println!(
                            "{n:4} {disp:?} {past:2} {sp:.2} | {:.2} {:.2} | {:.2} {:.2} | {:.1}",
                            c[0], c[1], c[2], c[3], c[4]
                        );
                    }
                }
            }
        }
    }
    if which.contains("fdr") {
        for k in [0, 1, 2, 4] {
            let d = Design { raised: (k, 3.0, 1), ..Design::default() };
            let out = repeat(r, |s| {
                let tests = judge(&draw(&d, seed(), s).panel);
                let (mut t, mut f) = (0.0, 0.0);
                for (i, x) in tests.iter().enumerate() {
                    if x.iter().any(|t| t.is_listed) {
                        if i < k { t += 1.0 } else { f += 1.0 }
                    }
                }
                let nullp = tests[k..]
                    .iter()
                    .filter(|x| find(x, Window::Latest, Direction::Up).is_some_and(|t| t.p < 0.01))
                    .count() as f64
                    / (20 - k) as f64;
                (if t + f > 0.0 { f / (t + f) } else { 0.0 }, t, nullp)
            });
            println!(
                "raised {k}: FDR {:.3} found {:.2} null p<.01 {:.2}%",
                out.iter().map(|x| x.0).sum::<f64>() / r as f64,
                out.iter().map(|x| x.1).sum::<f64>() / r as f64,
                100.0 * out.iter().map(|x| x.2).sum::<f64>() / r as f64
            );
        }
    }
    if which.contains("power") {
        for (f, w, win) in [(2.0, 1, Window::Latest), (3.0, 1, Window::Latest), (1.5, 4, Window::Rolling)] {
            let mut s = String::new();
            for band in [(1.0, 3.0), (3.0, 7.0), (7.0, 15.0), (15.0, 31.0)] {
                // two raised of 20: the first two in the band
                let d = Design { raised: (2, f, w), ..Design::default() };
                let out = repeat(r, |st| {
                    let dr = draw(&d, seed(), st);
                    let tests = judge(&dr.panel);
                    let mut a = (0.0, 0.0);
                    for i in 0..2 {
                        if dr.means[i] >= band.0 && dr.means[i] < band.1 {
                            a.0 += 1.0;
                            if find(&tests[i], win, Direction::Up).is_some_and(|t| t.p < 0.01) {
                                a.1 += 1.0
                            }
                        }
                    }
                    a
                });
                let (n, h) = out.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
                s.push_str(&format!(" {:.3}", h / n));
            }
            println!("power x{f} {win:?}:{s}");
        }
    }
    if which.contains("season") {
        for past in [12, 16, 20] {
            for known in [KnownSeason::Unknown, KnownSeason::Known] {
                let mut s = String::new();
                for means in [(1.0, 31.0), (4.0, 12.0)] {
                    let d = Design { past, season: Some(known), ..Design::default() };
                    let d = Design { means, ..d };
                    let out = repeat(r * 2, |st| {
                        let t = judge(&draw(&d, seed(), st).panel);
                        (
                            find(&t[0], Window::Latest, Direction::Up).is_some_and(|t| t.p < 0.01),
                            t[0].iter().any(|t| t.is_listed),
                        )
                    });
                    s.push_str(&format!(
                        " {means:?} p<.01 {:.2}% listed {:.2}%",
                        100.0 * out.iter().filter(|x| x.0).count() as f64 / (2 * r) as f64,
                        100.0 * out.iter().filter(|x| x.1).count() as f64 / (2 * r) as f64
                    ));
                }
                println!("season {past} {known:?}: {s}");
            }
        }
    }
    if which.contains("service") {
        for f in [0.7, 1.3] {
            let d = Design { service: f, ..Design::default() };
            let out = repeat(r, |s| {
                let t = judge(&draw(&d, seed(), s).panel);
                (
                    t.iter().filter(|x| find(x, Window::Latest, Direction::Up).is_some_and(|t| t.p < 0.01)).count()
                        as f64,
                    t.iter().filter(|x| x.iter().any(|t| t.is_listed)).count() as f64,
                )
            });
            println!(
                "service x{f}: p<.01 {:.2} of 20, listed {:.2}",
                out.iter().map(|x| x.0).sum::<f64>() / r as f64,
                out.iter().map(|x| x.1).sum::<f64>() / r as f64
            );
        }
    }
}
