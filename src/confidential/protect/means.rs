//! How hard a proof is looked for, from the quickest to the most thorough. Comes in: nothing. Goes out: settings of the searches,
//! each by its purpose. Deliberately absent: the searches.

use super::cube::Width;
use super::search::Effort;

/// What may be done to prove a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    /// How widely cubes are looked for.
    pub cubes: Width,
    /// How hard swaps of any shape are; none: not at all. Its budget is what may be paid.
    pub effort: Effort,
    /// Whether the cheapest way is looked for by the dual simplex method.
    pub routes: bool,
    /// Whether linear programmes may be used.
    pub programmes: bool,
}

/// Among hidden cells only: quick, because most cells are cleared by the first swap.
pub(super) const FREE: Means = Means {
    cubes: Width { trades: 8, steps: 200 },
    effort: Effort { beam: 10, width: 6, rounds: 40, budget: 0 },
    routes: false,
    programmes: false,
};
/// Once more among hidden cells, to give one of them back.
pub(super) const CLEAN: Means = Means {
    cubes: Width { trades: 12, steps: 400 },
    effort: Effort { beam: 30, width: 8, rounds: 40, budget: 0 },
    routes: false,
    programmes: false,
};
/// Cubes alone, among hidden cells.
pub(super) const CUBES: Means = Means {
    cubes: Width { trades: 6, steps: 100 },
    effort: Effort { beam: 0, width: 0, rounds: 0, budget: 0 },
    routes: false,
    programmes: false,
};
/// Cubes alone, with cells to hide.
pub(super) const CHEAP: Means = Means {
    cubes: Width { trades: 60, steps: 3_000 },
    effort: Effort { beam: 0, width: 0, rounds: 0, budget: 1 << 40 },
    routes: false,
    programmes: false,
};
/// The cheapest way alone.
pub(super) const ROUTE: Means = Means { cubes: CUBES.cubes, routes: true, ..CHEAP };
/// Swaps of any shape, for the neighbourhood search.
pub(super) const WIDE: Means = Means {
    cubes: Width { trades: 10, steps: 400 },
    effort: Effort { beam: 24, width: 8, rounds: 40, budget: 1 << 40 },
    routes: true,
    programmes: false,
};
/// Linear programmes among hidden cells.
pub(super) const LINEAR: Means = Means { programmes: true, ..CUBES };
/// With cells to hide.
pub(super) const PAID: Means = Means { cubes: Width { trades: 60, steps: 6_000 }, ..WIDE };
/// Where nothing was found yet.
pub(super) const HARD: Means = Means {
    cubes: Width { trades: 12, steps: 1_000 },
    effort: Effort { beam: 150, width: 16, rounds: 40, budget: 1 << 40 },
    routes: true,
    programmes: true,
};

impl Means {
    /// Whether nothing comes after it.
    pub(super) fn is_last(self) -> bool {
        self.effort.beam >= HARD.effort.beam
    }

    pub(super) fn at_most(self, budget: u64) -> Self {
        Self { effort: Effort { budget, ..self.effort }, ..self }
    }
}
