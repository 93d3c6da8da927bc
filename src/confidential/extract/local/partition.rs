//! Cuts the points into blocks small enough to compare each with each: Mondrian, along the hierarchies. Comes in: points.
//! Goes out: blocks, each of which may be a class. Deliberately absent: anything about classes inside a block.
//! Source: LeFevre, DeWitt and Ramakrishnan (2006), Mondrian multidimensional k-anonymity.

use std::collections::BTreeMap;

use super::groups::{Ground, Group};

/// Blocks of at most `most` points where they can be cut so.
pub(super) fn blocks(ground: &Ground<'_>, points: Vec<u32>, most: usize) -> Vec<Vec<u32>> {
    let (mut open, mut done) = (vec![points], Vec::new());
    while let Some(block) = open.pop() {
        if block.len() <= most {
            done.push(block);
            continue;
        }
        let parts = best(ground, &block);
        let parts = if parts.len() > 1 { parts } else { slices(ground, &block, most) };
        if parts.len() > 1 { open.extend(parts.into_iter().rev()) } else { done.extend(parts) }
    }
    done
}

/// The cut that saves most; the block itself where there is none.
fn best(ground: &Ground<'_>, block: &[u32]) -> Vec<Vec<u32>> {
    let Some(whole) = ground.group(block) else { return Vec::new() };
    let mut best = (0, Vec::new());
    for column in 0..ground.trees.len() {
        let parts = cut(ground, block, &whole, column);
        if parts.len() < 2 {
            continue;
        }
        let tree = &ground.trees[column];
        let nodes = &ground.points.nodes[column];
        let cost = |part: &Vec<u32>| {
            let node = part.iter().map(|point| nodes[*point as usize]).reduce(|a, b| tree.above(a, b)).unwrap_or(0);
            i64::from(tree.cost(node, node)) * i64::try_from(ground.points.records(part)).unwrap_or(i64::MAX)
        };
        let node = whole.nodes[column];
        let whole = whole.records * i64::from(tree.cost(node, node));
        let saved = whole - parts.iter().map(cost).sum::<i64>();
        if saved > best.0 {
            best = (saved, parts);
        }
    }
    if best.1.is_empty() { vec![block.to_vec()] } else { best.1 }
}

/// The parts below the block's node. Those that may not be a class are one part together, or join the smallest other.
fn cut(ground: &Ground<'_>, block: &[u32], whole: &Group, column: usize) -> Vec<Vec<u32>> {
    let tree = &ground.trees[column];
    let nodes = &ground.points.nodes[column];
    let mut parts: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for point in block {
        parts.entry(tree.part(whole.nodes[column], nodes[*point as usize])).or_default().push(*point);
    }
    let (mut large, small): (Vec<_>, Vec<_>) = parts.into_values().partition(|part| ground.points.holds(part));
    let small: Vec<u32> = small.into_iter().flatten().collect();
    if small.is_empty() {
        return large;
    }
    if ground.points.holds(&small) {
        large.push(small);
    } else if let Some(part) = large.iter_mut().min_by_key(|part| part.len()) {
        part.extend(small);
    }
    large
}

/// Pieces in the order of the codes, where no hierarchy cuts.
fn slices(ground: &Ground<'_>, block: &[u32], most: usize) -> Vec<Vec<u32>> {
    let mut sorted = block.to_vec();
    sorted.sort_unstable();
    let mut pieces: Vec<Vec<u32>> = sorted.chunks(most.max(1)).map(<[u32]>::to_vec).collect();
    let mut at = 0;
    while at < pieces.len() && pieces.len() > 1 {
        if ground.points.holds(&pieces[at]) {
            at += 1;
        } else {
            let piece = pieces.remove(at);
            let into = at.min(pieces.len() - 1);
            pieces[into].extend(piece);
            at = into;
        }
    }
    pieces
}
