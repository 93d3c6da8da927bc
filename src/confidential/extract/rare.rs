//! Sensitive values that few families have. Comes in: which record has which value, whose records they are, and which are left
//! out already. Goes out: the records whose value is left out. Deliberately absent: classes. A class of five says of nobody which
//! need is whose; but whoever knows of the one child in the county with this need finds it among all rows, with its month and age.
//!
//! What is left out is again one of many: where fewer families than that would be, the next rarest value goes too, or `*` would be
//! the rare need's other name.
//!
//! | need | families | at least 5 |
//! |---|---|---|
//! | ASD | 30 | shown |
//! | VI | 6 | left out with the next, or the one would be alone |
//! | MSI | 1 | left out |

use std::collections::BTreeSet;

/// The records whose value is left out, rising, those in `silent` not among them. `codes`: the value of each record; `units`: its
/// family, where records are not their own; `least`: families that a value that is shown must have, 0 for no such rule.
pub(super) fn rare(codes: &[u32], units: Option<&[u32]>, silent: &[usize], least: u64) -> Vec<usize> {
    let is_silent: BTreeSet<usize> = silent.iter().copied().collect();
    let unit = |record: usize| units.map_or(record as u64, |units| u64::from(units[record]));
    let values = codes.iter().max().map_or(0, |most| *most as usize + 1);
    let mut families: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); values];
    for (record, code) in codes.iter().enumerate().filter(|(record, _)| !is_silent.contains(record)) {
        families[*code as usize].insert(unit(record));
    }
    let mut rarest: Vec<usize> = (0..values).filter(|&value| !families[value].is_empty()).collect();
    rarest.sort_by_key(|&value| (families[value].len(), value));
    let mut gone: BTreeSet<u64> = silent.iter().map(|&record| unit(record)).collect();
    let mut is_out = vec![false; values];
    let mut is_any = false;
    for value in rarest {
        let is_rare = (families[value].len() as u64) < least;
        if !is_rare && (!is_any || gone.len() as u64 >= least) {
            break;
        }
        gone.extend(&families[value]);
        (is_out[value], is_any) = (true, true);
    }
    let left_out = |&(record, code): &(usize, &u32)| is_out[*code as usize] && !is_silent.contains(&record);
    codes.iter().enumerate().filter(left_out).map(|(record, _)| record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many records of each value, each its own family.
    fn records(of_values: &[usize]) -> Vec<u32> {
        (0_u32..).zip(of_values).flat_map(|(value, count)| std::iter::repeat_n(value, *count)).collect()
    }

    #[test]
    fn a_value_of_few_is_left_out_and_another_with_it_where_it_would_be_alone() {
        assert_eq!(rare(&records(&[9, 5, 30]), None, &[], 5), Vec::<usize>::new());
        assert_eq!(rare(&records(&[30, 3, 2]), None, &[], 5), [30, 31, 32, 33, 34], "together they are five");
        assert_eq!(rare(&records(&[30, 6, 1]), None, &[], 5), [30, 31, 32, 33, 34, 35, 36], "the table above");
        assert_eq!(rare(&records(&[30, 6, 1]), None, &[], 0), Vec::<usize>::new(), "no such rule");
    }

    #[test]
    fn what_tables_left_out_already_is_company() {
        assert_eq!(rare(&records(&[30, 6, 1]), None, &[0, 1, 2, 3], 5), [36]);
        // Five of them are left out, so only one of six is seen.
        assert_eq!(rare(&records(&[30, 6]), None, &[30, 31, 32, 33, 34], 5), [35]);
    }

    #[test]
    fn families_are_counted_and_not_their_cases() {
        let codes = records(&[8, 5]);
        let units = [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8];
        assert_eq!(rare(&codes, Some(&units), &[], 5), (0..13).collect::<Vec<usize>>(), "one family is five cases");
    }
}
