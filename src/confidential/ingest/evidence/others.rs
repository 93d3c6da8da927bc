//! The order of a column's dates where its own dates say too little. Comes in: what the other columns of the file say. Goes out: whether
//! they can say it, or a doubt. Deliberately absent: cells.

use super::{Cells, Contradiction};

/// What the other columns of a file say of the order of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Others {
    /// Dates that can only be day first, and those that can only be month first.
    pub(super) dates: [u64; 2],
    /// Whether one column is day first and another month first. One date of a column may be a slip where others have more.
    pub(super) differ: bool,
}

impl Others {
    pub(super) fn of(columns: impl Iterator<Item = [u64; 2]> + Clone) -> Self {
        let dates = columns.clone().fold([0, 0], |[days, months], [day, month]| [days + day, months + month]);
        let most = columns.clone().flatten().max().unwrap_or(0);
        let say = |sides: [u64; 2], at: usize| sides[at] > sides[1 - at] && sides[at] >= most.min(2);
        let differ = (0..2).all(|at| columns.clone().any(|sides| say(sides, at)));
        Self { dates, differ }
    }
}

/// The one date by which a column would be read, where that is less than it takes: the file's other columns say the opposite,
/// or none says anything, many dates of its own say nothing, and it is against the usual order. One slip turns no column.
pub(super) fn lone(days: &Cells, months: &Cells, either: u64, others: [u64; 2]) -> Option<Contradiction> {
    const MANY: u64 = 5;
    let (lone, agree, oppose, is_usual) = match (days.count, months.count) {
        (1, 0) => (days, others[0], others[1], true),
        (0, 1) => (months, others[1], others[0], false),
        _ => return None,
    };
    let is_alone = oppose == 0 && agree == 0 && !is_usual && either >= MANY;
    (oppose > agree && either > 0 || is_alone).then(|| lone.contradict("mixed_date_order"))
}
