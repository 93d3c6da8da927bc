//! The last word before a release: two integer tables a protected cell, checked against the definition. Comes in: the
//! system, what is hidden, deviations from the truth. Goes out: nothing, or the fault. Deliberately absent: any code of
//! the search that found the deviations; here every condition is read off the definition once more.

use super::error::ProtectError;
use super::primary::{Need, Primary, State};
use super::system::System;

/// Two tables that a reader cannot tell from the truth, as sparse deviations from it, by rising variable.
#[derive(Debug, Clone, Default)]
pub(super) struct Certificate {
    /// In this one the cell is high.
    pub high: Vec<(u32, i64)>,
    /// In this one it is low.
    pub low: Vec<(u32, i64)>,
}

/// Checks certificates one after the other, with one workspace.
pub(super) struct Checker<'a> {
    system: &'a System<'a>,
    primary: &'a Primary,
    /// What secondary suppression hid beyond the rules, by variable.
    secondary: &'a [bool],
    sums: Vec<i64>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(system: &'a System<'a>, primary: &'a Primary, secondary: &'a [bool]) -> Self {
        Self { system, primary, secondary, sums: vec![0; system.rows.len()] }
    }

    /// Whether `certificate` proves that `cell` is safe.
    pub(super) fn check(&mut self, cell: usize, need: Need, certificate: &Certificate) -> Result<(), ProtectError> {
        let unproven =
            |fault| ProtectError::Unproven { table: self.system.table(cell), place: self.system.place(cell), fault };
        for table in [&certificate.high, &certificate.low] {
            if let Err(fault) = table_fault(self.system, self.primary, self.secondary, &mut self.sums, table) {
                return Err(unproven(fault));
            }
        }
        let of = |table: &[(u32, i64)]| {
            table.iter().filter(|&&(at, _)| at as usize == cell).map(|&(_, deviation)| deviation).sum::<i64>()
        };
        let (high, low) = (of(&certificate.high), of(&certificate.low));
        if high < need.up {
            return Err(unproven("it does not reach the threshold"));
        }
        if -low < need.down {
            return Err(unproven("one family could not be absent"));
        }
        if high - low < need.width {
            return Err(unproven("its range is narrow"));
        }
        Ok(())
    }
}

/// Whether the truth plus `deviations` is a table of whole counts that agrees with everything published.
fn table_fault(
    system: &System,
    primary: &Primary,
    secondary: &[bool],
    sums: &mut [i64],
    deviations: &[(u32, i64)],
) -> Result<(), &'static str> {
    let mut fault = None;
    if deviations.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err("a variable stands in it twice");
    }
    for &(at, deviation) in deviations {
        let cell = at as usize;
        let may_move = match primary.states[cell] {
            State::Open => secondary[cell],
            State::Fixed => false,
            State::Hidden | State::Derived => true,
        };
        if !may_move {
            return Err("it changes a published cell");
        }
        match system.value(cell).checked_add(deviation) {
            Some(value) if value >= primary.floors[cell] => {}
            Some(_) | None => return Err("it takes a cell below its least count"),
        }
    }
    for &(at, deviation) in deviations {
        for &(row, coefficient) in system.rows_of.of(at) {
            match coefficient.checked_mul(deviation).and_then(|moved| sums[row as usize].checked_add(moved)) {
                Some(sum) => sums[row as usize] = sum,
                None => fault = Some("it overflows"),
            }
        }
    }
    for &(at, _) in deviations {
        for &(row, _) in system.rows_of.of(at) {
            if sums[row as usize] != 0 {
                fault = Some("a sum no longer holds");
            }
        }
    }
    for &(at, _) in deviations {
        for &(row, _) in system.rows_of.of(at) {
            sums[row as usize] = 0;
        }
    }
    fault.map_or(Ok(()), Err)
}
