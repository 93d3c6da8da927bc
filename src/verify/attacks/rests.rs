//! What is left of a shown cell when shown cells further down are taken off. Comes in: the cells that tables show, the sums
//! of each dimension. Goes out: cells that have no code of their own, and the equation of each. Deliberately absent: what is
//! left of a parent when its own children are taken off; those sums have the other children as cells.
//!
//! Worked example: County is 10 and Town, two levels below it, 8; nothing between is shown. County less Town is 2, whether
//! or not a table ever has a name for that part of the county.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linear::Bounds;

use crate::attacks::closure::{Hierarchies, Known, Releases, Sum, Sums};
use crate::attacks::codes::{Codes, Key};

/// No system of honest tables comes near this many; the lines beyond are counted as left open.
const MOST: usize = 1_000_000;
/// Codes of one line and all that lie above each, counted together; of honest ones each has a few.
const ABOVE: usize = 1_000_000;
/// Ways of splitting a code up that are tried before its parts are taken to overlap.
const SPLITS: usize = 20_000;
/// Levels of a hierarchy; no honest one has as many.
const DEPTH: usize = 64;
/// Dimensions of more codes are not searched for the code that a rest may be.
const CODES: usize = 2_000;

/// `whole = sum of parts + rest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The cell that others are taken off.
    pub whole: usize,
    /// Those that are.
    pub parts: Vec<usize>,
    /// Along which dimension they lie.
    pub dimension: usize,
    /// What is left.
    pub left: Left,
}

/// What a rest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// No cell so far.
    New,
    /// A cell that has the same part of the dimension.
    Is(usize),
    /// Nothing: the parts are all there is.
    Nothing,
}

/// A rest as a variable of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Which one, of those that are no cell otherwise.
    pub rest: usize,
    /// The variable.
    pub at: usize,
}

impl Rest {
    /// The least and the most that is left by bounds of the cells; none where nothing limits it.
    #[must_use]
    pub fn span(&self, bounds: &Bounds) -> (i64, Option<i64>) {
        let of = |end: &dyn Fn(usize) -> Option<i64>| self.parts.iter().map(|&part| end(part)).sum::<Option<i64>>();
        let (least, most) = (of(&|at| Some(bounds.lower[at])).unwrap_or(0), of(&|at| bounds.upper[at]));
        let lowest = most.map_or(0, |most| bounds.lower[self.whole].saturating_sub(most).max(0));
        (lowest, bounds.upper[self.whole].map(|whole| whole.saturating_sub(least)))
    }
}

/// A rest that lines of certain codes have.
struct Model {
    whole: u32,
    parts: Vec<u32>,
    /// Other codes that stand for what is left; none where nothing is.
    same: Option<Vec<u32>>,
}

/// The rests among the first `shown` cells, which are those of tables; and how many lines were left out.
#[must_use]
pub fn rests(hierarchies: &Hierarchies, codes: &Codes, known: &Known, shown: usize) -> (Vec<Rest>, u64) {
    let (mut rests, mut left_out) = (Vec::new(), 0);
    for (dimension, sums) in hierarchies.by_dimension.iter().enumerate().filter(|(_, sums)| has_levels(sums)) {
        let mut lines: BTreeMap<Key, Vec<(u32, usize)>> = BTreeMap::new();
        for (at, key) in known.keys.iter().enumerate().take(shown) {
            lines.entry(codes.moved(*key, dimension, 0)).or_default().push((codes.at(*key, dimension), at));
        }
        let is_apart = sums.sums.iter().any(|sum| !sum.is_general);
        let atoms = Atoms::new(sums, codes.dimensions[dimension].len());
        let mut models: HashMap<Vec<(u32, Releases)>, Option<Vec<Model>>> = HashMap::new();
        for (start, mut line) in lines.into_iter().filter(|(_, line)| line.len() > 1) {
            line.sort_unstable();
            // Lines of the same codes have the same rests, whatever their releases where all sums hold for all.
            let releases = |at: usize| if is_apart { known.releases[at] } else { Releases::MAX };
            let shape: Vec<(u32, Releases)> = line.iter().map(|&(code, at)| (code, releases(at))).collect();
            let models = models.entry(shape).or_insert_with_key(|shape| of_shape(sums, &atoms, shape));
            let cell = |code: u32| known.get(codes.moved(start, dimension, code));
            match models {
                Some(models) if rests.len() + models.len() <= MOST => {
                    rests.extend(models.iter().filter_map(|model| model.on(dimension, cell)));
                }
                Some(_) | None => left_out += 1,
            }
        }
    }
    (rests, left_out)
}

impl Model {
    fn on(&self, dimension: usize, cell: impl Fn(u32) -> Option<usize>) -> Option<Rest> {
        let parts: Option<Vec<usize>> = self.parts.iter().map(|&part| cell(part)).collect();
        let left = match &self.same {
            None => Left::Nothing,
            Some(same) => same.iter().filter_map(|&code| cell(code)).min().map_or(Left::New, Left::Is),
        };
        Some(Rest { whole: cell(self.whole)?, parts: parts?, dimension, left })
    }
}

/// Whether some part of a sum is a sum itself: without levels nothing can be skipped.
fn has_levels(sums: &Sums) -> bool {
    sums.sums.iter().any(|sum| sum.children.iter().any(|&child| !sums.of_parent(child).is_empty()))
}

/// Which rests a line of these codes has; none where too many lie above each other to say.
fn of_shape(sums: &Sums, atoms: &Atoms, shape: &[(u32, Releases)]) -> Option<Vec<Model>> {
    let all: BTreeSet<Releases> = shape.iter().map(|&(_, releases)| releases).collect();
    let mut found: Vec<(u32, Vec<u32>)> = Vec::new();
    for releases in all {
        let mut work = ABOVE;
        let above = |&(code, _): &(u32, Releases)| {
            let above = ancestors(sums, code, releases);
            work = work.checked_sub(above.len())?;
            Some((code, above))
        };
        let above: BTreeMap<u32, BTreeSet<u32>> = shape.iter().map(above).collect::<Option<_>>()?;
        let tree = Tree { sums, releases, above };
        let under = tree.under();
        for (whole, _) in shape.iter().filter(|(_, own)| *own == releases) {
            if let Some(under) = under.get(whole) {
                tree.rests_of(*whole, under, &mut found);
            }
        }
    }
    let model = |(whole, parts): (u32, Vec<u32>)| Model { same: atoms.left(whole, &parts), whole, parts };
    Some(found.into_iter().map(model).collect())
}

/// How the codes of a line lie below each other, by the sums that hold for one set of releases.
struct Tree<'a> {
    sums: &'a Sums,
    releases: Releases,
    /// Each code of the line: itself and all above it.
    above: BTreeMap<u32, BTreeSet<u32>>,
}

impl Tree<'_> {
    /// By code of the line: those of it that lie below, by rising code. Codes that go round in a circle lie below none.
    fn under(&self) -> BTreeMap<u32, Vec<u32>> {
        let mut under: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (&code, above) in &self.above {
            let is_whole =
                |whole: &&u32| **whole != code && self.above.get(whole).is_some_and(|own| !own.contains(&code));
            for &whole in above.iter().filter(is_whole) {
                under.entry(whole).or_default().push(code);
            }
        }
        under
    }

    fn rests_of(&self, whole: u32, under: &[u32], found: &mut Vec<(u32, Vec<u32>)>) {
        let is_far = |code: &u32| !self.is_child(*code, whole);
        found.extend(under.iter().copied().filter(is_far).map(|code| (whole, vec![code])));
        let is_top =
            |code: &u32| !self.above[code].iter().any(|other| other != code && under.binary_search(other).is_ok());
        let top: Vec<u32> = under.iter().copied().filter(is_top).collect();
        if top.len() > 1 && top.iter().any(is_far) && self.splits_into(whole, &top, DEPTH, &mut { SPLITS }) {
            found.push((whole, top));
        }
    }

    fn sums_among<'a>(&'a self, numbers: &'a [usize]) -> impl Iterator<Item = &'a Sum> {
        numbers.iter().map(|&at| &self.sums.sums[at]).filter(|sum| sum.holds(self.releases))
    }

    fn is_child(&self, code: u32, whole: u32) -> bool {
        self.sums_among(self.sums.of_child(code)).any(|sum| sum.parent == whole)
    }

    /// Whether `whole` can be split up, and its parts again, so that each of `parts` is a part: then no two overlap.
    fn splits_into(&self, whole: u32, parts: &[u32], depth: usize, splits: &mut usize) -> bool {
        if parts == [whole] {
            return true;
        }
        self.sums_among(self.sums.of_parent(whole)).any(|sum| {
            if depth == 0 || *splits == 0 {
                return false;
            }
            *splits -= 1;
            let of_child = self.by_child(sum, parts);
            of_child.values().map(Vec::len).sum::<usize>() == parts.len()
                && of_child.iter().all(|(&child, parts)| self.splits_into(child, parts, depth - 1, splits))
        })
    }

    /// Those parts that lie in one child of a sum and in no other, by child.
    fn by_child(&self, sum: &Sum, parts: &[u32]) -> BTreeMap<u32, Vec<u32>> {
        let mut by_child: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &part in parts {
            let above = &self.above[&part];
            let mut holders = above.iter().filter(|&code| sum.children.binary_search(code).is_ok());
            if let (Some(&child), None) = (holders.next(), holders.next()) {
                by_child.entry(child).or_default().push(part);
            }
        }
        by_child
    }
}

/// The code itself and all above it.
fn ancestors(sums: &Sums, code: u32, releases: Releases) -> BTreeSet<u32> {
    let mut above = BTreeSet::from([code]);
    let mut open = vec![code];
    while let Some(code) = open.pop() {
        for sum in sums.of_child(code).iter().map(|&at| &sums.sums[at]) {
            if sum.holds(releases) && above.insert(sum.parent) {
                open.push(sum.parent);
            }
        }
    }
    above
}

/// What codes are made of in the end, where all their sums agree on it.
struct Atoms {
    by_code: HashMap<u32, Vec<u32>>,
    made_of: HashMap<Vec<u32>, Vec<u32>>,
}

impl Atoms {
    fn new(sums: &Sums, codes: usize) -> Self {
        let mut atoms = Self { by_code: HashMap::new(), made_of: HashMap::new() };
        if codes > CODES || sums.sums.iter().any(|sum| !sum.is_general) {
            return atoms;
        }
        let mut open: BTreeSet<u32> =
            sums.sums.iter().flat_map(|sum| sum.children.iter().copied().chain([sum.parent])).collect();
        let mut is_moving = true;
        // Codes that go round in a circle, or whose sums disagree, stay open, and so does what they are a part of.
        while is_moving {
            let before = open.len();
            open.retain(|&code| !atoms.work_out(sums, code));
            is_moving = open.len() < before;
        }
        for (&code, own) in &atoms.by_code {
            atoms.made_of.entry(own.clone()).or_default().push(code);
        }
        atoms
    }

    fn work_out(&mut self, sums: &Sums, code: u32) -> bool {
        let mut own: Option<Vec<u32>> = None;
        for sum in sums.of_parent(code).iter().map(|&at| &sums.sums[at]) {
            let parts: Option<Vec<&Vec<u32>>> = sum.children.iter().map(|child| self.by_code.get(child)).collect();
            let Some(parts) = parts else { return false };
            let mut all: Vec<u32> = parts.into_iter().flatten().copied().collect();
            all.sort_unstable();
            let is_sound = all.windows(2).all(|pair| pair[0] != pair[1]);
            if !is_sound || own.as_ref().is_some_and(|own| *own != all) {
                return false;
            }
            own = Some(all);
        }
        self.by_code.insert(code, own.unwrap_or_else(|| vec![code]));
        true
    }

    /// The codes that are what `parts` leave of `whole`; none where nothing is left.
    fn left(&self, whole: u32, parts: &[u32]) -> Option<Vec<u32>> {
        let own = |code: &u32| self.by_code.get(code);
        let (Some(all), Some(taken)) = (own(&whole), parts.iter().map(own).collect::<Option<Vec<_>>>()) else {
            return Some(Vec::new());
        };
        let mut taken: Vec<u32> = taken.into_iter().flatten().copied().collect();
        taken.sort_unstable();
        let left: Vec<u32> = all.iter().copied().filter(|atom| taken.binary_search(atom).is_err()).collect();
        (!left.is_empty()).then(|| self.made_of.get(&left).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes and cells of one line of a dimension with these sums, its rests, and how many lines were left out.
    fn found(sums: &[(&str, &[&str])], shown: &[&str]) -> (Codes, Known, Vec<Rest>, u64) {
        let mut codes = Codes::default();
        codes.dimension("area", "County");
        let mut hierarchies = Hierarchies::default();
        for (parent, children) in sums {
            let children: Vec<String> = children.iter().map(|child| (*child).to_owned()).collect();
            hierarchies.add(&mut codes, 0, parent, &children, 0);
        }
        codes.seal().expect("few cells fit");
        let mut known = Known::default();
        for code in shown {
            let code = codes.known(0, code).expect("a code");
            known.add(codes.moved(codes.totals(), 0, code), 1);
        }
        let _ = hierarchies.close(&codes, &mut known);
        let (found, left_out) = rests(&hierarchies, &codes, &known, shown.len());
        (codes, known, found, left_out)
    }

    /// The rests where tables show these codes; `is` another code, or nothing.
    fn left(sums: &[(&str, &[&str])], shown: &[&str]) -> Vec<String> {
        let (codes, known, found, left_out) = found(sums, shown);
        assert_eq!(left_out, 0);
        let code = |at: usize| codes.text(0, codes.at(known.keys[at], 0));
        let said = |rest: &Rest| {
            let parts: Vec<&str> = rest.parts.iter().map(|&part| code(part)).collect();
            let left = match rest.left {
                Left::New => String::new(),
                Left::Is(cell) => format!(" is {}", code(cell)),
                Left::Nothing => " is nothing".to_owned(),
            };
            format!("{} less {}{left}", code(rest.whole), parts.join(" and "))
        };
        let mut said: Vec<String> = found.iter().map(said).collect();
        said.sort_unstable();
        said
    }

    const COUNTY: [(&str, &[&str]); 3] =
        [("County", &["North", "South"]), ("North", &["Town", "Village"]), ("South", &["Port", "Hill"])];

    #[test]
    fn what_lies_two_levels_below_is_taken_off_one_by_one_and_all_at_once() {
        let expected = ["County less Port", "County less Town", "County less Town and Port"];
        assert_eq!(left(&COUNTY, &["County", "Town", "Port"]), expected);
        assert_eq!(
            left(&COUNTY, &["County", "Town", "South"]),
            ["County less South and Town is Village", "County less Town"]
        );
    }

    #[test]
    fn a_parent_less_its_own_children_has_their_siblings_for_cells_already() {
        assert_eq!(left(&COUNTY, &["County", "North"]), [""; 0]);
        assert_eq!(left(&COUNTY, &["County", "North", "South"]), [""; 0]);
        assert_eq!(left(&COUNTY, &["Town", "Port"]), [""; 0], "neither lies below the other");
    }

    #[test]
    fn nothing_is_left_where_the_parts_are_all_there_is() {
        let all = left(&COUNTY, &["County", "Town", "Village", "Port", "Hill"]);
        assert!(all.contains(&"County less Town and Village and Port and Hill is nothing".to_owned()), "{all:?}");
    }

    #[test]
    fn parts_that_may_overlap_are_not_taken_off_together() {
        // Two ways of cutting the county up; nobody says how coast and north lie to each other.
        let sums: [(&str, &[&str]); 4] = [
            ("County", &["North", "South"]),
            ("County", &["Coast", "Inland"]),
            ("North", &["Town", "Village"]),
            ("Coast", &["Port", "Beach"]),
        ];
        assert_eq!(left(&sums, &["County", "Town", "Port"]), ["County less Port", "County less Town"]);
    }

    #[test]
    fn sums_that_go_round_in_a_circle_end() {
        let sums: [(&str, &[&str]); 3] = [("A", &["B", "C"]), ("B", &["A", "D"]), ("D", &["E"])];
        assert_eq!(left(&sums, &["A", "B", "E"]), ["A less E", "B less E"]);
    }

    #[test]
    fn a_line_on_which_thousands_lie_above_each_other_is_said_to_be_left_out() {
        let names: Vec<String> = (0..2_000).map(|level| format!("level {level}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let sums: Vec<(&str, &[&str])> = names.windows(2).map(|pair| (pair[0], &pair[1..])).collect();
        let (_, _, found, left_out) = found(&sums, &names);
        assert_eq!((found.len(), left_out), (0, 1));
    }
}
