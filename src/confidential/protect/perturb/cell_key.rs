//! Perturbation by cell keys: every case has a key for ever, a cell's key is the sum of the keys of its cases, and the cell's
//! key draws its noise from a table of probabilities. Comes in: the system, a perturbation table, a counter with keys. Goes
//! out: a form a cell. Deliberately absent: record keys themselves, and noise of a cell's name.
//!
//! The same cases have the same noise, by whatever route they are counted, in every table and for ever: a total over one
//! district is that district, and subtracting the two finds nothing; asking again and averaging finds nothing either. (A
//! draw of a cell's codes, as in `random.rs`, gives the two routes two draws.) What one case more or fewer changes is all of
//! the key, so the noise of two cells that differ by a case has nothing to do with each other.
//!
//! Source: Fraser and Wooton (2005); Thompson, Broadfoot and Elazar (2013). Keys are of 32 bits and added modulo 2^32, as
//! there.
//!
//! | cases | keys | cell key | count | published, D 4 |
//! |---|---|---|---|---|
//! | North | 1 700 000 000, 900 000 000, 3 100 000 000 | 1 405 032 704 | 3 | 2 to 7 by the key |
//! | all of it in North | the same | the same | 3 | the same |

use model::method::{CellKey, MethodError, SmallCounts};

use super::super::error::ProtectError;
use super::super::system::System;
use super::{Form, count, threshold};
use crate::tabulate::{Counter, Key};

/// The form of every cell of this release's tables.
pub(super) fn forms(
    system: &System,
    perturbation: &CellKey,
    counter: &dyn Counter,
) -> Result<Vec<Option<Form>>, ProtectError> {
    let shown: Vec<usize> = (0..system.len()).filter(|&cell| !system.origins[cell].tables.is_empty()).collect();
    let keys: Vec<Key> = shown.iter().map(|&cell| system.keys[cell].clone()).collect();
    let Some(keys) = counter.cell_keys(&keys) else {
        let table = shown.first().map_or_else(String::new, |&cell| system.table(cell));
        return Err(ProtectError::Method { table, fault: MethodError::NoKeys });
    };
    let mut forms = vec![None; system.len()];
    for (cell, key) in shown.into_iter().zip(keys) {
        forms[cell] = Some(form(system, cell, perturbation, key));
    }
    Ok(forms)
}

/// What is published of a cell, and every count that the table publishes so: whoever has the table knows no more.
fn form(system: &System, cell: usize, perturbation: &CellKey, key: u32) -> Form {
    let count = count(system, cell);
    let value = perturbation.table.perturbed(count, key);
    let (lowest, highest) = perturbation.table.counts_of(value).unwrap_or((count, count));
    match perturbation.small {
        SmallCounts::Rounded => Form { value, lowest, highest },
        // A zero that is published where small counts are hidden can be taken for nothing else.
        SmallCounts::Hidden if count == 0 => Form { value: 0, lowest: 0, highest: 0 },
        SmallCounts::Hidden => Form { value, lowest: lowest.max(threshold(system, cell)), highest },
    }
}
