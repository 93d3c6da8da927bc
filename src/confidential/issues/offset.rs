//! What an issue is compared with: the volume of all other issues, which takes out the season and the growth that the whole
//! service shares. Comes in: a panel, the issues to leave out. Goes out: an exposure for each issue and period. An issue
//! that rises pulls the offset of all others up and makes them look lower; so those found in a first round are left out of
//! everyone's offset in the second. Cases that name no issue ("other", "not recorded") are in nobody's.

use super::number::{real, size};
use super::series::{Naming, Panel, Series};

/// Exposures of one issue, one a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Offset {
    /// Volume of the others; 1 in every period where there are no others.
    pub volume: Vec<f64>,
    /// Whether `volume` is a count of cases, which has noise of its own.
    pub is_counted: bool,
}

/// The offset of every issue. `left_out`: one a series; at least half of the volume stays in, or nobody is left out.
#[must_use]
pub fn offsets(panel: &Panel, left_out: &[bool]) -> Vec<Offset> {
    let periods = panel.periods();
    let volume = |wanted: &dyn Fn(usize) -> bool| {
        let mut totals = vec![0; periods];
        for (_, series) in panel.series().iter().enumerate().filter(|(at, _)| wanted(*at)) {
            totals.iter_mut().zip(&series.counts).for_each(|(total, count)| *total += count);
        }
        totals
    };
    let is_unnamed = |at: usize| panel.series().get(at).is_some_and(|series| series.naming == Naming::Unnamed);
    let is_out = |at: usize| left_out.get(at).copied().unwrap_or(false) || is_unnamed(at);
    if let Some(volume) = panel.volume() {
        let of = |series: &Series| {
            let others = volume.iter().zip(&series.counts).map(|(all, own)| real(all.saturating_sub(*own)));
            Offset { volume: others.collect(), is_counted: true }
        };
        return panel.series().iter().map(of).collect();
    }
    let (all, mut kept) = (volume(&|at| !is_unnamed(at)), volume(&|at| !is_out(at)));
    let too_few = 2 * kept.iter().sum::<u64>() < all.iter().sum::<u64>();
    if too_few {
        kept = all;
    }
    let of = |(at, series): (usize, &Series)| {
        let own = !is_out(at) || (too_few && !is_unnamed(at));
        let others = kept.iter().zip(&series.counts).map(|(total, count)| total - if own { *count } else { 0 });
        let volume: Vec<f64> = others.map(real).collect();
        if volume.iter().sum::<f64>() < size(periods) {
            Offset { volume: vec![1.0; periods], is_counted: false }
        } else {
            Offset { volume, is_counted: true }
        }
    };
    panel.series().iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        let series =
            [("A", [10, 30]), ("B", [20, 20]), ("C", [5, 6])].map(|(code, counts)| Series::of_cases(code, &counts));
        Panel::new(4, 0, series.to_vec()).expect("two periods each")
    }

    #[test]
    fn an_issue_is_compared_with_all_others() {
        assert_eq!(offsets(&panel(), &[false; 3])[0].volume, [25.0, 26.0]);
    }

    #[test]
    fn what_stands_out_is_left_out_of_everyone_elses_offset() {
        let offsets = offsets(&panel(), &[true, false, false]);
        assert_eq!(offsets[1].volume, [5.0, 6.0]);
        assert_eq!(offsets[0].volume, [25.0, 26.0], "its own is what it was");
    }

    #[test]
    fn a_lone_issue_is_compared_with_itself_alone() {
        let alone = Panel::new(4, 0, vec![Series::of_cases("A", &[3, 4])]).expect("one series");
        assert_eq!(offsets(&alone, &[false]), [Offset { volume: vec![1.0, 1.0], is_counted: false }]);
    }
}
