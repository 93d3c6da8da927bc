//! Whether rows stand where their codes put them. Comes in: tables as read. Goes out: findings where an order depends on
//! something else, which may be the figures. Deliberately absent: the right order; a stranger does not know it, but it is
//! one order for all tables that share a dimension, and every table is the product of its codes.
//!
//! Rows sorted by their true counts tell which of two hidden counts is the larger.

use std::collections::{BTreeMap, BTreeSet};

use model::{Attack, Finding, Manifest};

use crate::readers::csv::Table;

/// What is wrong with the order of rows.
#[must_use]
pub fn check(manifest: &Manifest, tables: &[Table]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known: BTreeMap<&str, Vec<(usize, Vec<&str>)>> = BTreeMap::new();
    for (at, table) in tables.iter().enumerate() {
        let orders: Vec<Vec<&str>> = (0..table.dims.len()).map(|dim| codes(table, dim)).collect();
        if !is_product(table, &orders) {
            findings.push(finding(manifest, at, "row_order", "rows that do not stand in the order of their codes"));
            continue;
        }
        for (dim, order) in table.dims.iter().zip(orders) {
            let others = known.entry(dim).or_default();
            if others.iter().any(|(_, other)| contradicts(&order, other)) {
                let message = "codes in another order than in another table of the release";
                findings.push(finding(manifest, at, "code_order", message));
            }
            others.push((at, order));
        }
    }
    findings
}

/// The codes of a dimension in the order of their first rows.
fn codes(table: &Table, dim: usize) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let codes = table.rows.iter().filter_map(|row| row.codes.get(dim)).map(String::as_str);
    codes.filter(|code| seen.insert(*code)).collect()
}

/// Whether the rows are every combination of the codes, the last dimension varying fastest. A foreign table that leaves
/// rows out is let pass where the rows that it has stand in order.
fn is_product(table: &Table, orders: &[Vec<&str>]) -> bool {
    let places: Vec<BTreeMap<&str, usize>> =
        orders.iter().map(|order| order.iter().enumerate().map(|(at, code)| (*code, at)).collect()).collect();
    let place = |codes: &[String]| -> Vec<usize> {
        codes.iter().zip(&places).map(|(code, places)| places.get(code.as_str()).copied().unwrap_or(0)).collect()
    };
    let rows: Vec<Vec<usize>> = table.rows.iter().map(|row| place(&row.codes)).collect();
    rows.windows(2).all(|pair| pair[0] <= pair[1])
}

/// Whether two codes stand the one way round here and the other way round there.
fn contradicts(one: &[&str], other: &[&str]) -> bool {
    let places: BTreeMap<&str, usize> = other.iter().enumerate().map(|(at, code)| (*code, at)).collect();
    let shared: Vec<usize> = one.iter().filter_map(|code| places.get(code).copied()).collect();
    shared.windows(2).any(|pair| pair[0] > pair[1])
}

fn finding(manifest: &Manifest, at: usize, kind: &str, message: &str) -> Finding {
    Finding {
        attack: Attack::Consistency,
        kind: kind.to_owned(),
        file: manifest.tables.get(at).map(|entry| entry.file.clone()).unwrap_or_default(),
        place: String::new(),
        message: message.to_owned(),
        claim: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::readers::csv::read;

    const MANIFEST: &str = r#"{"hierarchies": {}, "tables": [{"id": "A", "file": "a.csv", "dims": ["place"]},
        {"id": "B", "file": "b.csv", "dims": ["place", "sex"]}]}"#;

    fn kinds(files: [&str; 2]) -> Vec<String> {
        let manifest: Manifest = serde_json::from_str(MANIFEST).expect("a manifest");
        let dims = ["place", "sex"].map(|dim| (dim, BTreeSet::new())).into();
        let tables: Vec<Table> =
            manifest.tables.iter().zip(files).map(|(entry, text)| read(entry, text.as_bytes(), &dims)).collect();
        check(&manifest, &tables).into_iter().map(|finding| finding.kind).collect()
    }

    const FIRST: &str = "place,value,symbol\nN,40,\nS,,c\nE,50,\n";
    const SECOND: &str = "place,sex,value,symbol\nN,F,20,\nN,M,20,\nS,F,,c\nS,M,,c\nE,F,25,\nE,M,25,\n";

    #[test]
    fn one_order_of_codes_in_all_tables_says_nothing() {
        assert_eq!(kinds([FIRST, SECOND]), [""; 0]);
    }

    #[test]
    fn rows_sorted_by_their_counts_are_found() {
        let sorted = "place,value,symbol\nE,50,\nN,40,\nS,,c\n";
        assert_eq!(kinds([sorted, SECOND]), ["code_order"], "each table alone is in order");
        let swapped = SECOND.replace("N,F,20,\nN,M,20,\nS,F,,c\n", "N,F,20,\nS,F,,c\nN,M,20,\n");
        assert_eq!(kinds([FIRST, &swapped]), ["row_order"]);
    }
}
