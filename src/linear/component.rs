//! Connected components. Comes in: a system and bounds. Goes out: groups of variables that no row joins.
//! Deliberately absent: variables whose bounds agree; they are constants.

use crate::propagate::Bounds;
use crate::system::System;

/// Variables that rows join, and those rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Component {
    /// Not fixed, by rising index.
    pub variables: Vec<usize>,
    /// Rows with at least one of them, by rising index.
    pub rows: Vec<usize>,
}

/// The components, by their lowest variable. A variable in no row is a component of its own.
pub(crate) fn components(system: &System, bounds: &Bounds) -> Vec<Component> {
    let mut leader: Vec<usize> = (0..system.len()).collect();
    for row in &system.rows {
        let mut first = None;
        for &(variable, _) in row.terms.iter().filter(|&&(variable, _)| !bounds.is_fixed(variable)) {
            let root = find(&mut leader, variable);
            let joined = *first.get_or_insert(root);
            let (low, high) = (joined.min(root), joined.max(root));
            leader[high] = low;
            first = Some(low);
        }
    }
    let mut place = vec![usize::MAX; system.len()];
    let mut parts: Vec<Component> = Vec::new();
    for variable in (0..system.len()).filter(|&variable| !bounds.is_fixed(variable)) {
        let root = find(&mut leader, variable);
        if place[root] == usize::MAX {
            place[root] = parts.len();
            parts.push(Component::default());
        }
        parts[place[root]].variables.push(variable);
    }
    for (at, row) in system.rows.iter().enumerate() {
        if let Some(&(variable, _)) = row.terms.iter().find(|&&(variable, _)| !bounds.is_fixed(variable)) {
            let root = find(&mut leader, variable);
            parts[place[root]].rows.push(at);
        }
    }
    parts
}

fn find(leader: &mut [usize], mut at: usize) -> usize {
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_total_does_not_join_what_it_sums() {
        let mut system = System::default();
        let total = system.variable(9, Some(9));
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        system.equation([(total, -1), (cells[0], 1), (cells[2], 1)], 0);
        system.equation([(total, -1), (cells[1], 1), (cells[3], 1)], 0);
        let bounds = Bounds { lower: system.lower.clone(), upper: system.upper.clone() };
        let parts = system.components(&bounds);
        assert_eq!(
            parts,
            [
                Component { variables: vec![cells[0], cells[2]], rows: vec![0] },
                Component { variables: vec![cells[1], cells[3]], rows: vec![1] },
            ]
        );
    }
}
