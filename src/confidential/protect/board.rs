//! The state of play: what is hidden so far, and how much room every sum has. Comes in: the system and the primary
//! pattern. Goes out: prices and room, kept up to date while cells are hidden and given back. Deliberately absent: search.

use std::cell::Cell;

use super::cost::prices;
use super::primary::{Primary, State};
use super::system::System;

/// How far the hidden cells of one sum can move its balance.
#[derive(Debug, Clone, Copy, Default)]
struct Room {
    /// Downwards, by cells that have a limit there.
    down: i128,
    /// Number of cells that can move it downwards without limit.
    down_free: u32,
    up: i128,
    up_free: u32,
}

/// The cost of what cannot be hidden.
const NEVER: u64 = u64::MAX;

/// Everything the search reads.
#[derive(Clone)]
pub(super) struct Board<'a> {
    pub system: &'a System<'a>,
    pub primary: &'a Primary,
    /// Cells hidden beyond the rules.
    pub secondary: Vec<bool>,
    values: Vec<i64>,
    /// The least that each cell can be, for whoever is looked at.
    floors: Vec<i64>,
    prices: Vec<u64>,
    /// What moving each cell costs now; [`NEVER`] where it cannot.
    costs: Vec<u64>,
    rooms: Vec<Room>,
    /// The lowest price among the open cells of each row.
    cheapest: Vec<u64>,
    /// Steps of search taken so far: the measure of effort, because clocks differ.
    steps: Cell<u64>,
}

impl<'a> Board<'a> {
    pub(super) fn new(system: &'a System<'a>, primary: &'a Primary) -> Self {
        Self::priced(system, primary, prices(system))
    }

    /// A board with prices of its own; an open cell of price 0 counts as hidden.
    pub(super) fn priced(system: &'a System<'a>, primary: &'a Primary, prices: Vec<u64>) -> Self {
        let values = (0..system.len()).map(|cell| system.value(cell)).collect();
        let mut board = Self {
            system,
            primary,
            secondary: vec![false; system.len()],
            values,
            floors: primary.floors.clone(),
            costs: Vec::new(),
            prices,
            rooms: vec![Room::default(); system.rows.len()],
            cheapest: vec![0; system.rows.len()],
            steps: Cell::new(0),
        };
        board.costs = (0..system.len()).map(|cell| board.cost(cell)).collect();
        for cell in (0_u32..).take(system.len()) {
            if board.price(cell) == Some(0) {
                board.count_room(cell, true);
            }
        }
        for row in (0_u32..).take(system.rows.len()) {
            board.refresh_cheapest(row);
        }
        board
    }

    /// Takes note of steps of search.
    pub(super) fn count_steps(&self, steps: usize) {
        self.steps.set(self.steps.get() + u64::try_from(steps).unwrap_or(0));
    }

    /// Steps of search so far.
    pub(super) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Counts the steps of others as well.
    pub(super) fn set_steps(&self, steps: u64) {
        self.steps.set(steps);
    }

    /// What moving a cell costs: nothing where it is hidden or derived, none where it cannot be hidden.
    pub(super) fn price(&self, cell: u32) -> Option<u64> {
        Some(self.costs[cell as usize]).filter(|&cost| cost != NEVER)
    }

    fn cost(&self, at: usize) -> u64 {
        match self.primary.states[at] {
            State::Fixed => NEVER,
            State::Hidden | State::Rounded | State::Derived => 0,
            State::Open if self.secondary[at] => 0,
            State::Open => self.prices[at],
        }
    }

    /// The price a cell has or had before it was hidden.
    pub(super) fn worth(&self, cell: u32) -> u64 {
        self.prices[cell as usize]
    }

    /// How far a cell can go down.
    pub(super) fn depth(&self, cell: u32) -> i64 {
        self.values[cell as usize] - self.floors[cell as usize]
    }

    /// How far a cell can go up; none where nothing limits it.
    pub(super) fn height(&self, cell: u32) -> Option<i64> {
        self.primary.ceilings[cell as usize].map(|ceiling| ceiling - self.values[cell as usize])
    }

    /// How far a cell can go in the direction of `sign`; none where nothing limits it.
    pub(super) fn reach(&self, cell: u32, sign: i64) -> Option<i64> {
        if sign < 0 { Some(self.depth(cell)) } else { self.height(cell) }
    }

    /// Holds a hidden cell at its truth, as somebody who knows it does, until it is let go.
    pub(super) fn hold(&mut self, cell: u32) {
        if self.costs[cell as usize] == 0 {
            self.count_room(cell, false);
        }
        self.costs[cell as usize] = NEVER;
    }

    /// Ends [`Self::hold`].
    pub(super) fn let_go(&mut self, cell: u32) {
        self.costs[cell as usize] = self.cost(cell as usize);
        if self.costs[cell as usize] == 0 {
            self.count_room(cell, true);
        }
    }

    /// The same for whoever knows nothing but what was published.
    pub(super) fn open_reach(&self, cell: u32, sign: i64) -> Option<i64> {
        let depth = self.values[cell as usize] - self.primary.floors[cell as usize];
        if sign < 0 { Some(depth) } else { self.height(cell) }
    }

    /// The least that a cell can be, for whoever is looked at.
    pub(super) fn floor(&self, cell: u32) -> i64 {
        self.floors[cell as usize]
    }

    /// Takes a cell to be no less than `floor`, as somebody who knows it does; gives what it was taken for before.
    pub(super) fn set_floor(&mut self, cell: u32, floor: i64) -> i64 {
        let is_free = self.costs[cell as usize] == 0;
        if is_free {
            self.count_room(cell, false);
        }
        let before = std::mem::replace(&mut self.floors[cell as usize], floor);
        if is_free {
            self.count_room(cell, true);
        }
        before
    }

    /// Whether a cell is hidden beyond the rules.
    pub(super) fn is_hidden(&self, cell: u32) -> bool {
        self.secondary[cell as usize]
    }

    pub(super) fn hide(&mut self, cell: u32) {
        if self.price(cell).is_some_and(|price| price > 0) {
            self.secondary[cell as usize] = true;
            self.costs[cell as usize] = 0;
            self.count_room(cell, true);
            self.refresh_rows(cell);
        }
    }

    pub(super) fn give_back(&mut self, cell: u32) {
        if self.secondary[cell as usize] {
            self.count_room(cell, false);
            self.secondary[cell as usize] = false;
            self.costs[cell as usize] = self.prices[cell as usize];
            self.refresh_rows(cell);
        }
    }

    /// Takes a move for the truth; the same move backwards undoes it.
    pub(super) fn shift(&mut self, cells: &[(u32, i64)], times: i64) {
        for &(cell, by) in cells {
            let is_free = self.price(cell) == Some(0);
            if is_free {
                self.count_room(cell, false);
            }
            self.values[cell as usize] += by * times;
            if is_free {
                self.count_room(cell, true);
            }
        }
    }

    /// Sets another price.
    pub(super) fn reprice(&mut self, cell: u32, price: u64) {
        let was_free = self.price(cell) == Some(0);
        self.prices[cell as usize] = price;
        self.costs[cell as usize] = self.cost(cell as usize);
        let is_free = self.price(cell) == Some(0);
        if was_free != is_free {
            self.count_room(cell, is_free);
        }
        self.refresh_rows(cell);
    }

    /// Whether the hidden cells of a row, without `moved`, could take an imbalance back.
    pub(super) fn can_absorb(&self, row: u32, imbalance: i64, moved: (u32, i64)) -> bool {
        let room = self.rooms[row as usize];
        let (cell, coefficient) = moved;
        let (limited, free) = if imbalance > 0 { (room.down, room.down_free) } else { (room.up, room.up_free) };
        if self.price(cell) != Some(0) {
            return free > 0 || limited >= i128::from(imbalance).abs();
        }
        match self.reach(cell, -imbalance.signum() * coefficient.signum()) {
            Some(own) => free > 0 || limited - times(own, coefficient) >= i128::from(imbalance).abs(),
            None => free > 1 || limited >= i128::from(imbalance).abs(),
        }
    }

    /// The least that a row without room costs to open.
    pub(super) fn cheapest(&self, row: u32) -> u64 {
        self.cheapest[row as usize]
    }

    fn count_room(&mut self, cell: u32, is_added: bool) {
        for &(row, coefficient) in self.system.rows_of.of(cell) {
            for sign in [-1, 1] {
                let reach = self.reach(cell, sign * coefficient.signum());
                let room = &mut self.rooms[row as usize];
                let (limited, free) =
                    if sign < 0 { (&mut room.down, &mut room.down_free) } else { (&mut room.up, &mut room.up_free) };
                match reach {
                    Some(reach) if is_added => *limited += times(reach, coefficient),
                    Some(reach) => *limited -= times(reach, coefficient),
                    None if is_added => *free += 1,
                    None => *free -= 1,
                }
            }
        }
    }

    fn refresh_rows(&mut self, cell: u32) {
        let system = self.system;
        for &(row, _) in system.rows_of.of(cell) {
            self.refresh_cheapest(row);
        }
    }

    fn refresh_cheapest(&mut self, row: u32) {
        let prices = self.system.rows.of(row).iter().filter_map(|&(cell, _)| self.price(cell));
        self.cheapest[row as usize] = prices.filter(|&price| price > 0).min().unwrap_or(u64::MAX);
    }
}

/// What a reach comes to in a sum, where sums of money with factors are more than 64 bits hold.
fn times(reach: i64, coefficient: i64) -> i128 {
    i128::from(reach) * i128::from(coefficient).abs()
}
