//! How far a class's distribution is from all records': the earth mover's distance of t-closeness. Comes in: counts by
//! value. Goes out: a distance, 0 to 1. Deliberately absent: ground distances other than the three of the paper.
//! Source: Li, Li and Venkatasubramanian (2007), t-Closeness.

use super::number;

/// How far two values of a sensitive attribute are from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distance {
    /// All differ alike.
    Equal,
    /// By places in this order of the values.
    Ordered(Vec<u32>),
    /// By the level at which two values come together: `[level][value]`, the values' own level first.
    Hierarchical(Vec<Vec<u32>>),
}

/// t-closeness of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Closeness {
    /// The sensitive attribute.
    pub attribute: usize,
    /// The most that a class may differ, 0 to 1.
    pub t: f64,
    /// The ground distance.
    pub distance: Distance,
    /// Units that have each value, over all records.
    pub overall: Vec<u64>,
}

impl Closeness {
    /// The distance of a class with these counts.
    #[must_use]
    pub fn of(&self, values: &[(u32, u64)]) -> f64 {
        let all = number(self.overall.iter().sum::<u64>().max(1));
        let mut extra: Vec<f64> = self.overall.iter().map(|count| -number(*count) / all).collect();
        let here = number(values.iter().map(|(_, count)| count).sum::<u64>().max(1));
        for (value, count) in values {
            if let Some(extra) = extra.get_mut(*value as usize) {
                *extra += number(*count) / here;
            }
        }
        match &self.distance {
            Distance::Equal => extra.iter().map(|extra| extra.abs()).sum::<f64>() / 2.0,
            Distance::Ordered(order) => ordered(&extra, order),
            Distance::Hierarchical(levels) => hierarchical(&extra, levels),
        }
    }
}

/// What has to be carried over each gap between neighbours, over the number of gaps.
fn ordered(extra: &[f64], order: &[u32]) -> f64 {
    let (mut carried, mut cost) = (0.0_f64, 0.0);
    for value in order {
        carried += extra.get(*value as usize).copied().unwrap_or(0.0);
        cost += carried.abs();
    }
    let gaps = u64::try_from(order.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
    cost / number(gaps)
}

/// At each group, what can be settled among its children is carried at the group's height.
fn hierarchical(extra: &[f64], levels: &[Vec<u32>]) -> f64 {
    let height = u64::try_from(levels.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
    let mut below: Vec<f64> = extra.to_vec();
    let mut cost = 0.0;
    for (pair, at) in levels.windows(2).zip(1..) {
        let [fine, coarse] = pair else { continue };
        let groups = coarse.iter().max().map_or(0, |most| *most as usize + 1);
        let (mut more, mut less) = (vec![0.0; groups], vec![0.0; groups]);
        let mut done = vec![false; below.len()];
        for (child, group) in fine.iter().zip(coarse) {
            let (child, group) = (*child as usize, *group as usize);
            let Some(seen) = done.get_mut(child) else { continue };
            if !std::mem::replace(seen, true) {
                let extra = below[child];
                if extra > 0.0 { more[group] += extra } else { less[group] -= extra }
            }
        }
        cost += more.iter().zip(&less).map(|(more, less): (&f64, &f64)| more.min(*less)).sum::<f64>() * number(at)
            / number(height);
        below = more.iter().zip(&less).map(|(more, less)| more - less).collect();
    }
    cost
}
