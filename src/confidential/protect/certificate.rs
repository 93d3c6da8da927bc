//! The last word before a release: two integer tables a protected cell, checked against the definition. Comes in: the
//! system, what is hidden, deviations from the truth. Goes out: nothing, or the fault. Deliberately absent: any code of
//! the search that found the deviations; here every condition is read off the definition once more.

use std::collections::BTreeSet;

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
    sums: Vec<i128>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(system: &'a System<'a>, primary: &'a Primary, secondary: &'a [bool]) -> Self {
        Self { system, primary, secondary, sums: vec![0; system.rows.len()] }
    }

    /// Whether `certificates` prove that `cell` is safe from strangers, and that for each insider there is one which does
    /// not touch what the insider knows.
    pub(super) fn check_all(
        &mut self,
        cell: usize,
        need: Need,
        certificates: &[Certificate],
    ) -> Result<(), ProtectError> {
        let Some((first, others)) = certificates.split_first() else {
            return Err(self.unproven(cell, "there is no certificate"));
        };
        self.check(cell, need, first)?;
        let insiders = &self.primary.insiders;
        let told = |certificate: &Certificate| -> BTreeSet<u32> {
            let cells = certificate.high.iter().chain(&certificate.low);
            cells.flat_map(|&(at, deviation)| insiders.who_see(at, deviation)).collect()
        };
        let at = u32::try_from(cell).unwrap_or(u32::MAX);
        // Whoever is shown a table that changes nothing he knows cannot tell it from the truth.
        for insider in told(first).into_iter().filter(|&insider| !insiders.knows(insider, at)) {
            let need = insiders.need(insider, at, need);
            let clear = others.iter().filter(|other| !told(other).contains(&insider));
            if !clear.into_iter().any(|other| self.fault(cell, need, other).is_none()) {
                return Err(self.unproven(cell, "somebody who knows another cell knows too much of it"));
            }
        }
        Ok(())
    }

    fn unproven(&self, cell: usize, fault: &'static str) -> ProtectError {
        ProtectError::Unproven { table: self.system.table(cell), place: self.system.place(cell), fault }
    }

    /// Whether `certificate` proves that `cell` is safe from strangers.
    pub(super) fn check(&mut self, cell: usize, need: Need, certificate: &Certificate) -> Result<(), ProtectError> {
        self.fault(cell, need, certificate).map_or(Ok(()), |fault| Err(self.unproven(cell, fault)))
    }

    fn fault(&mut self, cell: usize, need: Need, certificate: &Certificate) -> Option<&'static str> {
        for table in [&certificate.high, &certificate.low] {
            if let Err(fault) = table_fault(self.system, self.primary, self.secondary, &mut self.sums, table) {
                return Some(fault);
            }
        }
        let of = |table: &[(u32, i64)]| {
            table.iter().filter(|&&(at, _)| at as usize == cell).map(|&(_, deviation)| deviation).sum::<i64>()
        };
        let (high, low) = (of(&certificate.high), of(&certificate.low));
        if high < need.up {
            return Some("it does not reach the threshold");
        }
        if -low < need.down {
            return Some("one family could not be absent");
        }
        (high - low < need.width).then_some("its range is narrow")
    }
}

/// Whether the truth plus `deviations` is a table of whole counts that agrees with everything published.
fn table_fault(
    system: &System,
    primary: &Primary,
    secondary: &[bool],
    sums: &mut [i128],
    deviations: &[(u32, i64)],
) -> Result<(), &'static str> {
    if deviations.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err("a variable stands in it twice");
    }
    for &(at, deviation) in deviations {
        let cell = at as usize;
        let may_move = match primary.states[cell] {
            State::Open => secondary[cell],
            State::Fixed => false,
            State::Hidden | State::Rounded | State::Derived => true,
        };
        if !may_move {
            return Err("it changes a published cell");
        }
        match system.value(cell).checked_add(deviation) {
            Some(value) if primary.ceilings[cell].is_some_and(|ceiling| value > ceiling) => {
                return Err("it takes a cell above its highest count");
            }
            Some(value) if value >= primary.floors[cell] => {}
            Some(_) | None => return Err("it takes a cell below its least count"),
        }
    }
    for &(at, deviation) in deviations {
        for &(row, coefficient) in system.rows_of.of(at) {
            sums[row as usize] += i128::from(coefficient) * i128::from(deviation);
        }
    }
    let mut fault = None;
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
