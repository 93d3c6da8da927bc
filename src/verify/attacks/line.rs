//! The cells along one dimension, all other dimensions standing still. Comes in: their codes, one after the other. Goes
//! out: the sums that the cells so far make equations of. Deliberately absent: what the cells count.

use std::collections::HashMap;

use crate::attacks::closure::{Releases, Sums};

/// What is known of a code.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// It is a cell, or a cell lies below it.
    is_below: bool,
    /// The releases by which it is a cell, or lies below one; none where it does not. Only codes that are `is_below` have any:
    /// whatever lies between two cells has one below it.
    above: Releases,
}

/// One line and the codes on it that matter.
///
/// Each code is marked once a release at most, so all the work on a line is as much as there are sums between its cells.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The first cell, for as long as it is the only one: then nothing follows.
    first: Option<(u32, Releases)>,
    marks: HashMap<u32, Mark>,
    /// The releases by which each sum has been given.
    given: HashMap<usize, Releases>,
}

impl Line {
    /// Takes in a cell. The sums that hold from now on: number, releases of the parent, whether it is the first time.
    pub(super) fn add(&mut self, sums: &Sums, code: u32, releases: Releases) -> Vec<(usize, Releases, bool)> {
        let mut found = Vec::new();
        match self.first {
            None => self.first = Some((code, releases)),
            Some((first, known)) if self.marks.is_empty() && first == code => {
                self.first = Some((code, known | releases));
            }
            Some((first, known)) => {
                if self.marks.is_empty() {
                    self.mark(sums, first, known, &mut found);
                }
                self.mark(sums, code, releases, &mut found);
            }
        }
        self.new_among(found)
    }

    fn new_among(&mut self, found: Vec<(usize, Releases)>) -> Vec<(usize, Releases, bool)> {
        let is_more = |(sum, releases): (usize, Releases)| {
            let given = self.given.entry(sum).or_default();
            let before = *given;
            *given |= releases;
            (*given != before).then_some((sum, *given, before == 0))
        };
        found.into_iter().filter_map(is_more).collect()
    }

    fn mark(&mut self, sums: &Sums, code: u32, releases: Releases, found: &mut Vec<(usize, Releases)>) {
        let mut down = vec![(code, releases)];
        let mut up = vec![code];
        while let Some(code) = up.pop() {
            if std::mem::replace(&mut self.marks.entry(code).or_default().is_below, true) {
                continue;
            }
            for &at in sums.of_child(code) {
                let sum = &sums.sums[at];
                up.push(sum.parent);
                let above = self.marks.get(&sum.parent).map_or(0, |mark| mark.above);
                if above != 0 && sum.holds(above) {
                    found.push((at, above));
                    down.push((code, sum.passed(above)));
                }
            }
        }
        self.mark_down(sums, down, found);
    }

    fn mark_down(&mut self, sums: &Sums, mut down: Vec<(u32, Releases)>, found: &mut Vec<(usize, Releases)>) {
        while let Some((code, releases)) = down.pop() {
            let Some(mark) = self.marks.get_mut(&code).filter(|mark| mark.is_below) else { continue };
            let all = mark.above | releases;
            if std::mem::replace(&mut mark.above, all) == all {
                continue;
            }
            for &at in sums.of_parent(code) {
                let sum = &sums.sums[at];
                if !sum.holds(all) {
                    continue;
                }
                let is_below = |child: &&u32| self.marks.get(child).is_some_and(|mark| mark.is_below);
                let before = down.len();
                down.extend(sum.children.iter().filter(is_below).map(|&child| (child, sum.passed(all))));
                if down.len() > before {
                    found.push((at, all));
                }
            }
        }
    }
}
