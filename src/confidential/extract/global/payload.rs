//! What the models look at inside a class: sensitive values and protected units. Comes in: distinct rows, their codes of the
//! second half. Goes out: codes that carry both. Deliberately absent: quasi-identifiers.

use super::half::Pairs;
use crate::extract::microdata::Distinct;

/// Codes of the second half with what a record has beside it.
#[derive(Debug)]
pub(super) struct Payload {
    /// By code, the code of the second half.
    pub(super) half: Vec<u32>,
    /// By code, what the record has: a combination of sensitive values and unit.
    pub(super) has: Vec<u32>,
    /// `[sensitive attribute][combination]`.
    pub(super) values: Vec<Vec<u32>>,
    /// `[combination]`, the unit; empty where each record is its own.
    pub(super) units: Vec<u32>,
}

impl Payload {
    /// The payload, and the code of each row.
    pub(super) fn new(distinct: &Distinct, second: &[u32]) -> (Self, Vec<u32>) {
        let mut combinations = vec![0_u32; second.len()];
        let mut count = 1;
        let columns: Vec<&Vec<u32>> =
            distinct.sensitive.iter().chain(Some(&distinct.units).filter(|units| !units.is_empty())).collect();
        for (at, column) in columns.iter().enumerate() {
            let domain = column.iter().max().map_or(0, |most| *most as usize) + 1;
            if at == 0 {
                // One attribute alone keeps its codes.
                combinations.clone_from(column);
                count = domain;
                continue;
            }
            let mut pairs = Pairs::new(count, domain);
            for (code, value) in combinations.iter_mut().zip(column.iter()) {
                *code = pairs.code(*code, *value);
            }
            count = pairs.count();
        }
        let seconds = second.iter().max().map_or(0, |most| *most as usize) + 1;
        let mut pairs = Pairs::new(seconds, count);
        let codes: Vec<u32> = second.iter().zip(&combinations).map(|(half, has)| pairs.code(*half, *has)).collect();
        let spread = |of_row: &[u32], by: &[u32], codes: usize| {
            let mut spread = vec![0; codes];
            for (value, code) in of_row.iter().zip(by) {
                spread[*code as usize] = *value;
            }
            spread
        };
        let payload = Self {
            half: spread(second, &codes, pairs.count()),
            has: spread(&combinations, &codes, pairs.count()),
            values: distinct.sensitive.iter().map(|column| spread(column, &combinations, count)).collect(),
            units: if distinct.units.is_empty() { Vec::new() } else { spread(&distinct.units, &combinations, count) },
        };
        (payload, codes)
    }

    /// How many codes there are.
    pub(super) fn codes(&self) -> usize {
        self.half.len()
    }
}
