//! The classes at a node. Comes in: microdata, a node. Goes out: [`Classes`]. Deliberately absent: whether they are good.

use super::grouper::Grouper;
use crate::extract::metric::Costs;
use crate::extract::microdata::Microdata;
use crate::extract::model::Model;
use crate::extract::outcome::{Classes, Label};

/// The classes of the rows at `node`, numbered in order of first appearance.
pub(super) fn classes(
    microdata: &Microdata,
    grouper: &Grouper<'_>,
    node: &[u8],
    models: &[Model],
    costs: &Costs,
) -> Classes {
    let distinct = &microdata.distinct;
    let keys = grouper.classes(node, models, costs);
    let mut known = std::collections::HashMap::new();
    let mut classes = Classes { cells: vec![Vec::new(); node.len()], ..Classes::default() };
    let mut units: Vec<(u32, u32)> = Vec::new();
    for (row, key) in keys.iter().enumerate() {
        // Rows of the population alone are in no file.
        let Some(key) = key.filter(|_| distinct.counts[row] > 0) else {
            classes.of_row.push(None);
            continue;
        };
        let next = u32::try_from(classes.records.len()).unwrap_or(u32::MAX);
        let class = *known.entry(key).or_insert(next);
        if class == next {
            classes.records.push(0);
            for (column, cells) in classes.cells.iter_mut().enumerate() {
                let level = &microdata.hierarchies[column].levels()[usize::from(node[column])];
                cells.push(level.codes[distinct.codes[column][row] as usize]);
            }
        }
        classes.records[class as usize] += u64::from(distinct.counts[row]);
        if let Some(unit) = distinct.units.get(row) {
            units.push((class, *unit));
        }
        classes.of_row.push(Some(class));
    }
    classes.labels = microdata
        .hierarchies
        .iter()
        .zip(node)
        .map(|(hierarchy, level)| {
            let level = &hierarchy.levels()[usize::from(*level)];
            let label = |(text, leaves): (&String, &u32)| Label { text: text.clone(), leaves: *leaves };
            level.labels.iter().zip(&level.leaves).map(label).collect()
        })
        .collect();
    classes.units = if distinct.units.is_empty() {
        classes.records.clone()
    } else {
        units.sort_unstable();
        units.dedup();
        let mut counts = vec![0; classes.records.len()];
        units.iter().for_each(|(class, _)| counts[*class as usize] += 1);
        counts
    };
    classes
}
