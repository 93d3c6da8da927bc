//! Who knows a cell from the inside. Comes in: the system and what is not published. Goes out: insiders, and the cells that
//! each of them knows. Deliberately absent: two insiders who tell each other.
//!
//! A family that is the only one in a cell knows its count, and the counts of all cells below: what is in them is its own,
//! and the rest is zero. It is no secret from the family, so those cells need no protection from it; every other cell does,
//! with all of these held at their truth. Worked example: a need with one case, in one district. The family knows the
//! need's total, the 1 in that district and the zeros in the others; it must not learn how many cases another need has.
//!
//! It also knows in which other cells its own cases are counted, in tables that cross other dimensions too, and cases of its
//! own that are with others' everywhere: those cells are never less for it than its own cases, and only the cases of others
//! could be absent from them. Worked example: needs by
//! district in one table, districts by age in another. Two cases of one family are all that a need has in a district; both
//! children are young. Of the district's young cases, hidden, the family knows that they are 2 or more; with 5 older ones
//! published beside them that can be the figure that tells how many another need has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lone::Lone;
use super::primary::{Need, State};
use super::relations;
use super::rules::dominance::{Contributions, Dominance};
use super::rules::{self, minimum_frequency};
use super::system::{System, signed};

/// For each variable, the insiders who know it; an insider is named by the first cell that it is alone in.
#[derive(Debug, Clone, Default)]
pub(super) struct Insiders {
    known_to: Vec<Vec<u32>>,
    /// By insider: what it knows, rising.
    knows: Vec<Vec<u32>>,
    /// By insider: the cells in which cases of its own are counted, rising, and how many it knows those to be.
    own: Vec<Vec<(u32, i64)>>,
    /// By cell that is not published: how many cases each insider knows to be its own in it, the most first. What every
    /// reader knows to be there is left out.
    floors: Vec<Vec<(i64, u32)>>,
    /// By cell: the true count.
    counts: Vec<i64>,
    /// Where something is summed: what each cell needs from whoever contributes to it, and the unit of each contributor.
    levels: BTreeMap<u32, Level>,
    units: BTreeMap<u32, u64>,
    /// By insider and cell: how much an earlier release has left open for that insider, where it is less than the cell needs.
    told: BTreeMap<(u32, u32), Need>,
}

/// What a sum needs in which one unit weighs too much.
#[derive(Debug, Clone)]
struct Level {
    rule: Dominance,
    of_units: Contributions,
    /// What it needs as a cell of few, whoever reads.
    as_few: Option<Need>,
}

impl Level {
    fn of(system: &System, rule: Dominance, cell: u32, floors: &[i64]) -> Self {
        let at = cell as usize;
        let threshold = minimum_frequency::threshold(system, at);
        let threshold = threshold.unwrap_or_else(|| minimum_frequency::highest_threshold(system));
        let as_few = minimum_frequency::is_small(system.counts[at], threshold)
            .then(|| minimum_frequency::need(system.counts[at], threshold, floors[at] == 0));
        Self { rule, of_units: system.contributions[at].clone(), as_few }
    }

    /// From the point of view of somebody of a unit, where it has one, who contributes so much.
    fn need(&self, reader: (Option<u64>, u64)) -> Option<Need> {
        rules::stricter(self.as_few, self.rule.need(&self.of_units, Some(reader)))
    }
}

impl Insiders {
    /// Nobody inside.
    pub(super) fn none(cells: usize) -> Self {
        let none = vec![Vec::new(); cells];
        Self {
            known_to: none.clone(),
            knows: none,
            own: vec![Vec::new(); cells],
            floors: vec![Vec::new(); cells],
            counts: Vec::new(),
            levels: BTreeMap::new(),
            units: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Everybody who contributes to a sum that is not published: it knows what it brought to each cell.
    pub(super) fn add_contributors(&mut self, system: &System, states: &[State], floors: &[i64]) {
        let Some(rule) = system.problem.rules.dominance else { return };
        self.counts = (0..system.len()).map(|cell| system.value(cell)).collect();
        let mut own: BTreeMap<u64, BTreeMap<u32, i64>> = BTreeMap::new();
        for (cell, of_units) in (0_u32..).zip(&system.contributions) {
            if states[cell as usize] == State::Fixed {
                continue;
            }
            for &(unit, of_unit) in of_units.of_units() {
                own.entry(unit).or_default().insert(cell, signed(of_unit));
            }
        }
        for (unit, own) in own {
            let insider = u32::try_from(self.own.len()).unwrap_or(u32::MAX);
            for (&cell, &own) in own.iter().filter(|&(&cell, &own)| own > floors[cell as usize]) {
                self.floors[cell as usize].push((own, insider));
            }
            self.own.push(own.into_iter().collect());
            self.knows.push(Vec::new());
            self.units.insert(insider, unit);
        }
        for floors in &mut self.floors {
            floors.sort_unstable_by_key(|&(own, insider)| (std::cmp::Reverse(own), insider));
        }
        self.levels = system.dominated.iter().map(|&(cell, _)| (cell, Level::of(system, rule, cell, floors))).collect();
    }

    /// Everybody who is alone in a cell that is not published; no cell is less for any reader than its floor.
    pub(super) fn of(system: &System, states: &[State], floors: &[i64]) -> Self {
        let mut insiders = Self::none(system.len());
        insiders.counts = (0..system.len()).map(|cell| system.value(cell)).collect();
        // Whoever is alone in a cell that nobody is told of does not know it.
        let is_alone = |cell: usize| {
            system.counts[cell].protected == 1
                && !system.origins[cell].is_joint
                && matches!(states[cell], State::Hidden | State::Rounded | State::Derived)
        };
        let alone: Vec<bool> = (0..system.len()).map(is_alone).collect();
        for (family, rows) in families(system, &alone) {
            let Some(&insider) = family.first() else { continue };
            let known: BTreeSet<u32> = family.iter().flat_map(|&own| reached(own, |at| children(system, at))).collect();
            insiders.own[insider as usize] = own(system, &family, &rows).into_iter().collect();
            for &other in &known {
                insiders.known_to[other as usize].push(insider);
            }
            insiders.knows[insider as usize] = known.into_iter().collect();
        }
        for known_to in &mut insiders.known_to {
            known_to.sort_unstable();
        }
        for insider in insiders.all().collect::<Vec<u32>>() {
            for &(cell, own) in &insiders.own[insider as usize] {
                let at = cell as usize;
                if states[at] != State::Fixed && own > floors[at] && !insiders.knows(insider, cell) {
                    insiders.floors[at].push((own, insider));
                }
            }
        }
        for floors in &mut insiders.floors {
            floors.sort_unstable_by_key(|&(own, insider)| (std::cmp::Reverse(own), insider));
        }
        insiders
    }

    /// The insiders who know a cell, rising.
    pub(super) fn who_know(&self, cell: u32) -> &[u32] {
        &self.known_to[cell as usize]
    }

    /// All of them, rising.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        let is_one = |(known, own): (&Vec<u32>, &Vec<(u32, i64)>)| !known.is_empty() || !own.is_empty();
        (0_u32..).zip(self.knows.iter().zip(&self.own)).filter(move |(_, of)| is_one(*of)).map(|(insider, _)| insider)
    }

    /// What a cell needs against an insider who does not know it.
    pub(super) fn need(&self, insider: u32, cell: u32, need: Need) -> Need {
        let own = self.least(insider, cell);
        let others = self.counts.get(cell as usize).map_or(need.down, |count| count - own);
        let of_reader = || (self.units.get(&insider).copied(), own.unsigned_abs());
        let need = match self.levels.get(&cell) {
            Some(level) => level.need(of_reader()).map_or(Need { up: 0, down: 0, width: 0 }, |own| own.at_most(need)),
            None => need,
        };
        let need = Need { down: need.down.min(others), ..need };
        self.told.get(&(insider, cell)).map_or(need, |left| need.at_most(*left))
    }

    /// Takes note that whatever is hidden now leaves an insider no more than that of a cell.
    pub(super) fn note_told(&mut self, insider: u32, cell: u32, left: Need) {
        self.told.insert((insider, cell), left);
    }

    /// How many cases of a cell an insider knows to be its own.
    pub(super) fn least(&self, insider: u32, cell: u32) -> i64 {
        let own = &self.own[insider as usize];
        own.binary_search_by_key(&cell, |&(cell, _)| cell).map_or(0, |place| own[place].1)
    }

    /// The cells in which an insider knows cases of its own, rising, and how many.
    pub(super) fn own(&self, insider: u32) -> impl Iterator<Item = (u32, i64)> {
        self.own[insider as usize].iter().copied()
    }

    /// The insiders who can tell that a cell does not differ from its truth by `by`: they know it, or that it is more.
    pub(super) fn who_see(&self, cell: u32, by: i64) -> impl Iterator<Item = u32> {
        let value = self.counts.get(cell as usize).copied().unwrap_or(0) + by;
        let floors = self.floors[cell as usize].iter().take_while(move |&&(own, _)| own > value);
        let floors = floors.map(|&(_, insider)| insider);
        self.who_know(cell).iter().copied().filter(move |_| by != 0).chain(floors)
    }

    /// Whether a cell could differ from its truth by `by`, for all that an insider knows.
    pub(super) fn allow(&self, insider: u32, cell: u32, by: i64) -> bool {
        by == 0 || self.depth(insider, cell).is_some_and(|depth| depth + by >= 0)
    }

    /// How far down a cell could be, for all that an insider knows; none where the insider knows the cell.
    pub(super) fn depth(&self, insider: u32, cell: u32) -> Option<i64> {
        let value = self.counts.get(cell as usize).copied().unwrap_or(0);
        (!self.knows(insider, cell)).then(|| value - self.least(insider, cell))
    }

    /// What an insider knows, rising.
    pub(super) fn known_by(&self, insider: u32) -> &[u32] {
        &self.knows[insider as usize]
    }

    /// Whether an insider knows a cell.
    pub(super) fn knows(&self, insider: u32, cell: u32) -> bool {
        self.who_know(cell).binary_search(&insider).is_ok()
    }
}

/// Cells in which the same family is alone, rising, and the rows of all its cases; by their first cells. Alone in a sum and
/// in a part of it that is not empty, or in two cells that share a case, is the same family; so is who is known to be.
fn families<'a>(system: &'a System, alone: &[bool]) -> Vec<(Vec<u32>, Vec<&'a Lone>)> {
    let mut first: Vec<u32> = (0_u32..).take(system.len()).collect();
    for cell in (0_u32..).take(system.len()).filter(|&cell| alone[cell as usize]) {
        let parts = children(system, cell).into_iter();
        for part in parts.filter(|&part| alone[part as usize] && system.value(part as usize) > 0) {
            join(&mut first, cell, part);
        }
    }
    let lone = |row: &'a Lone| -> Vec<u32> { row.alone.iter().copied().filter(|&cell| alone[cell as usize]).collect() };
    let mut of_unit: HashMap<u64, u32> = HashMap::new();
    for row in &system.lone {
        let cells = lone(row);
        cells.windows(2).for_each(|pair| join(&mut first, pair[0], pair[1]));
        if let (Some(&cell), Some(unit)) = (cells.first(), row.unit) {
            join(&mut first, cell, *of_unit.entry(unit).or_insert(cell));
        }
    }
    let mut families: BTreeMap<u32, (Vec<u32>, Vec<&Lone>)> = BTreeMap::new();
    for cell in (0_u32..).take(system.len()).filter(|&cell| alone[cell as usize]) {
        families.entry(find(&mut first, cell)).or_default().0.push(cell);
    }
    for row in &system.lone {
        let of_unit = || row.unit.and_then(|unit| of_unit.get(&unit).copied());
        if let Some(cell) = lone(row).first().copied().or_else(of_unit) {
            families.entry(find(&mut first, cell)).or_default().1.push(row);
        }
    }
    families.into_values().collect()
}

/// How many cases a family that is alone in the cells `family` knows to be its own, by cell.
fn own(system: &System, family: &[u32], rows: &[&Lone]) -> BTreeMap<u32, i64> {
    let mut own: BTreeMap<u32, i64> = BTreeMap::new();
    for row in rows {
        for &cell in &row.inside {
            *own.entry(cell).or_default() += row.cases;
        }
    }
    // Where families are counted all its cases are one.
    for (&cell, own) in &mut own {
        *own = signed(system.counts[cell as usize].largest).min(*own);
    }
    // Cells that are made by the rules have no rows; they are above and below others all the same.
    for &at in family {
        for above in reached(at, |at| parents(system, at)) {
            let most = own.entry(above).or_default();
            *most = system.value(at as usize).max(*most);
        }
    }
    for (room, left) in rooms(system, &own) {
        own.insert(room, left);
    }
    own
}

/// What an insider's own cases leave of each relation, which holds of everybody else's too. Worked example: answers of
/// several to a case are no fewer than the cases; whose one case gave three knows that two of what they are more are its own.
fn rooms(system: &System, own: &BTreeMap<u32, i64>) -> Vec<(u32, i64)> {
    let of_row = |at: u32| {
        let (room, row) = (relations::room_of(system, at)?, system.rows.of(at));
        let others = row.iter().filter(|(cell, _)| *cell != room);
        let term = |(cell, factor): &(u32, i64)| -i128::from(*factor) * i128::from(own.get(cell).copied().unwrap_or(0));
        let left = others.map(term).sum::<i128>().min(i128::from(system.value(room as usize)));
        Some((room, i64::try_from(left).ok()?)).filter(|(_, left)| *left > 0)
    };
    // Relations come after all sums.
    (0_u32..).take(system.rows.len()).filter_map(of_row).collect()
}

/// The first cell of all that were joined with one.
fn find(first: &mut [u32], cell: u32) -> u32 {
    let mut at = cell;
    while first[at as usize] != at {
        first[at as usize] = first[first[at as usize] as usize];
        at = first[at as usize];
    }
    at
}

fn join(first: &mut [u32], one: u32, other: u32) {
    let (one, other) = (find(first, one), find(first, other));
    first[one.max(other) as usize] = one.min(other);
}

/// The cells that stand for a sum in which `cell` is counted, or of which it is a part.
fn parents(system: &System, cell: u32) -> Vec<u32> {
    let is_above = |&&(row, coefficient): &&(u32, i64)| coefficient > 0 && system.adds_up[row as usize];
    let rows = system.rows_of.of(cell).iter().filter(is_above);
    let parents = rows.flat_map(|&(row, _)| system.rows.of(row)).filter(|&&(_, coefficient)| coefficient < 0);
    parents.map(|&(parent, _)| parent).collect()
}

/// The cells that are counted in a cell, one sum down.
fn children(system: &System, cell: u32) -> Vec<u32> {
    let is_below = |&&(row, coefficient): &&(u32, i64)| coefficient < 0 && system.adds_up[row as usize];
    let rows = system.rows_of.of(cell).iter().filter(is_below);
    let children = rows.flat_map(|&(row, _)| system.rows.of(row)).filter(|&&(_, coefficient)| coefficient > 0);
    children.map(|&(child, _)| child).collect()
}

/// A cell and all that steps lead to from it, rising.
fn reached(cell: u32, step: impl Fn(u32) -> Vec<u32>) -> Vec<u32> {
    let mut found = BTreeSet::from([cell]);
    let mut open = vec![cell];
    while let Some(at) = open.pop() {
        open.extend(step(at).into_iter().filter(|&next| found.insert(next)));
    }
    found.into_iter().collect()
}
