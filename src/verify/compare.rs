//! What a reader of two releases can difference. Comes in: two folders. Goes out: cells that both publish, cells that one
//! hides and the other shows, and what follows from both together and from neither alone. Deliberately absent: a judgement;
//! `verify` on both folders gives it.
//!
//! What follows is worked out by adding and subtracting, and by the bounds that sums and signs give.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use model::claim::Claim;
use serde::Serialize;

use crate::attacks::rests::Rest;
use crate::attacks::system::{Part, State, build};
use crate::error::VerifyError;
use crate::readers::csv::Table;
use crate::readers::folder::{self, Folder};
use crate::readers::microdata::{self, Microdata};
use crate::run::read_tables;
use crate::verdict::risks::said;

/// Two releases, side by side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Comparison {
    /// Names of the two.
    pub releases: [String; 2],
    /// Cells that both publish, alike.
    pub same: u64,
    /// Cells that both publish, with different figures.
    pub differ: Vec<String>,
    /// Cells that the first hides and the second shows.
    pub shown_by_second: Vec<String>,
    /// Cells that the second hides and the first shows.
    pub shown_by_first: Vec<String>,
    /// Cells known to both readers together and to neither alone, the smallest first.
    pub follows: Vec<Claim>,
    /// Cells of which both together say more than either alone, and not all.
    pub narrowed: Vec<Claim>,
    /// The smallest figure among `follows` that is not zero; none where there is none.
    pub smallest: Option<u64>,
}

struct Opened {
    folder: Folder,
    tables: Vec<Table>,
    microdata: Option<Microdata>,
}

type Known = BTreeMap<String, (State, i64, Option<i64>)>;

/// Compares the releases in two folders.
///
/// # Errors
/// [`VerifyError`] where one cannot be read.
pub fn compare(first: &Path, second: &Path) -> Result<Comparison, VerifyError> {
    let open = |path: &Path| -> Result<Opened, VerifyError> {
        let folder = folder::open(path)?;
        let tables = read_tables(&folder, &mut Vec::new());
        let microdata = microdata::read(&folder);
        Ok(Opened { folder, tables, microdata })
    };
    let (first, second) = (open(first)?, open(second)?);
    let (one, other) = (known(&[&first])?, known(&[&second])?);
    let both = known(&[&first, &second])?;
    let name = |opened: &Opened| match opened.folder.manifest.release.as_str() {
        "" => opened.folder.name.clone(),
        name => name.to_owned(),
    };
    let mut comparison = Comparison { releases: [name(&first), name(&second)], ..Comparison::default() };
    for (cell, said) in &one {
        if let Some(also) = other.get(cell) {
            comparison.pair(cell, *said, *also);
        }
    }
    for (cell, &(_, lowest, highest)) in &both {
        let alone = [one.get(cell), other.get(cell)];
        let width = |(_, lowest, highest): &(State, i64, Option<i64>)| highest.map(|highest| highest - lowest);
        let before = alone.iter().flatten().filter_map(|known| width(known)).min();
        let after = highest.map(|highest| highest - lowest);
        let claim = || Claim {
            cell: cell.clone(),
            lowest: u64::try_from(lowest).unwrap_or(0),
            highest: highest.map(|highest| u64::try_from(highest).unwrap_or(0)),
        };
        match (before, after) {
            (Some(0), _) | (_, None) => {}
            (_, Some(..=0)) => comparison.follows.push(claim()),
            (before, Some(after)) if before.is_none_or(|before| after < before) => comparison.narrowed.push(claim()),
            (_, Some(_)) => {}
        }
    }
    comparison.follows.sort_by_key(|claim| (claim.lowest, claim.cell.clone()));
    comparison
        .narrowed
        .sort_by_key(|claim| (claim.highest.map(|most| most - claim.lowest.min(most)), claim.cell.clone()));
    comparison.smallest = comparison.follows.iter().map(|claim| claim.lowest).find(|&lowest| lowest > 0);
    Ok(comparison)
}

impl Comparison {
    fn pair(&mut self, cell: &str, one: (State, i64, Option<i64>), other: (State, i64, Option<i64>)) {
        let shows = |state: State| matches!(state, State::Published | State::Rounded);
        match (one.0, other.0) {
            (State::Suppressed, state) if shows(state) => self.shown_by_second.push(cell.to_owned()),
            (state, State::Suppressed) if shows(state) => self.shown_by_first.push(cell.to_owned()),
            (first, second) if shows(first) && shows(second) => {
                if (one.1, one.2) == (other.1, other.2) {
                    self.same += 1;
                } else {
                    self.differ.push(cell.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The comparison for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let [first, second] = &self.releases;
        writeln!(text, "{first} and {second}")?;
        writeln!(text, "  {:>6} cells are published by both, alike", self.same)?;
        writeln!(text, "  {:>6} are published by both, with different figures", self.differ.len())?;
        writeln!(text, "  {:>6} are hidden by {first} and shown by {second}", self.shown_by_second.len())?;
        writeln!(text, "  {:>6} are hidden by {second} and shown by {first}", self.shown_by_first.len())?;
        writeln!(text, "  {:>6} follow from both together, and from neither alone", self.follows.len())?;
        writeln!(text, "  {:>6} are bounded more closely by both than by either", self.narrowed.len())?;
        match self.smallest {
            Some(smallest) => writeln!(text, "The smallest that follows, zeros aside, is {smallest}.")?,
            None => writeln!(text, "Nothing but zeros follows.")?,
        }
        for (heading, cells) in [("Different figures", &self.differ), ("Hidden in one", &self.shown_by_second)] {
            list(text, heading, cells.iter().map(String::as_str))?;
        }
        list(text, "Hidden in the other", self.shown_by_first.iter().map(String::as_str))?;
        let follows: Vec<String> = self.follows.iter().map(said).collect();
        list(text, "Follows", follows.iter().map(String::as_str))?;
        let narrowed: Vec<String> = self.narrowed.iter().map(said).collect();
        list(text, "Bounded", narrowed.iter().map(String::as_str))
    }
}

/// A list for people ends somewhere; a program reads the JSON.
const MOST_LISTED: usize = 20;

fn list<'a>(text: &mut String, heading: &str, lines: impl ExactSizeIterator<Item = &'a str>) -> std::fmt::Result {
    let count = lines.len();
    if count > 0 {
        writeln!(text, "{heading}")?;
    }
    for line in lines.take(MOST_LISTED) {
        writeln!(text, "  {}", if line.is_empty() { "the total" } else { line })?;
    }
    if count > MOST_LISTED { writeln!(text, "  and {} more", count - MOST_LISTED) } else { Ok(()) }
}

/// What readers of these releases know of every cell.
fn known(opened: &[&Opened]) -> Result<Known, VerifyError> {
    let parts: Vec<Part<'_>> = opened
        .iter()
        .map(|opened| Part {
            prefix: "",
            manifest: &opened.folder.manifest,
            tables: &opened.tables,
            microdata: opened.microdata.as_ref(),
            time: 0,
            is_given: true,
            is_known_anyway: false,
        })
        .collect();
    let cells = build(&parts)?;
    // Contradicting figures bound nothing; `verify` says so.
    let bounds = cells.system.propagate().unwrap_or_else(|_| cells.system.stated());
    let cell = |at: usize| (cells.name(at), (cells.states[at], bounds.lower[at], bounds.upper[at]));
    let rest = |rest: &Rest| {
        let (lowest, highest) = rest.span(&bounds);
        (cells.name_of(rest), (State::Derived, lowest, highest))
    };
    Ok((0..cells.len()).map(cell).chain(cells.rests.iter().map(rest)).collect())
}
