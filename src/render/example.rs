//! A small release for the tests of this crate, every cell chosen by hand.

use std::collections::BTreeMap;

use model::Hierarchy;
use model::release::{
    ChartKind, ExpectationRow, ExpectationTable, Flag, Precision, Range, Release, ReleaseParts, ReleasedCell,
    ReleasedCode, ReleasedDimension, ReleasedTable, Zeros,
};

/// A code whose label is itself.
pub(crate) fn code(code: &str, depth: u8) -> ReleasedCode {
    ReleasedCode { code: code.into(), label: code.into(), depth }
}

/// A dimension whose label is its name with a capital.
pub(crate) fn dimension(name: &str, codes: &[ReleasedCode]) -> ReleasedDimension {
    let label = name[..1].to_uppercase() + &name[1..];
    ReleasedDimension { name: name.into(), label, codes: codes.to_vec() }
}

/// Expectations with every kind of row.
pub(crate) fn expectation() -> ExpectationTable {
    let range = Range { expected_tenths: 12_345, lower: 1_100, upper: 1_401 };
    ExpectationTable {
        id: "T24".into(),
        title: "Emerging issues".into(),
        subtitle: "April to June 2026".into(),
        unit: "Cases opened".into(),
        from: "T08".into(),
        dim: dimension("issue", &[code("EXF", 1), code("ATT", 1), code("NEW", 1)]),
        left_out: Vec::new(),
        periods: vec!["2026-Q1".into(), "2026-Q2".into()],
        releases: Vec::new(),
        rows: vec![
            ExpectationRow::Counted { observed: 1_402, range: Some(range), flag: Flag::Emerging },
            ExpectationRow::Blank(ReleasedCell::Suppressed),
            ExpectationRow::Counted { observed: 7, range: None, flag: Flag::TooFew },
        ],
        notes: Vec::new(),
    }
}

/// A table that counts cases opened and hides its zeros.
pub(crate) fn table(id: &str, dims: &[ReleasedDimension], cells: Vec<ReleasedCell>) -> ReleasedTable {
    ReleasedTable {
        id: id.into(),
        title: format!("Title of {id}"),
        subtitle: "April to June 2026, county".into(),
        unit: "Cases opened".into(),
        dims: dims.to_vec(),
        fixed: BTreeMap::from([("measure".into(), "cases".into())]),
        cells,
        zeros: Zeros::Hidden,
        precision: Precision::Exact,
        notes: Vec::new(),
        chart: Some(ChartKind::Bars),
    }
}

/// A release of `tables`.
pub(crate) fn release(tables: Vec<ReleasedTable>) -> Release {
    let parts = ReleaseParts {
        name: "2026-Q2-public-r1".into(),
        service: "Example Advice Service".into(),
        title: "Take-up report".into(),
        introduction: "How families used the service.".into(),
        period: "2026-Q2".into(),
        period_words: "April to June 2026".into(),
        period_end: "2026-06-30".into(),
        audience: ("public".into(), "the public".into()),
        threshold: 5,
        hierarchies: BTreeMap::from([("measure".into(), Hierarchy::flat("cases"))]),
        labels: BTreeMap::new(),
        relations: Vec::new(),
        impossible: Vec::new(),
        tables,
        expectations: Vec::new(),
        earlier: BTreeMap::from([("2026-Q1-public-r1".into(), "ab".repeat(32))]),
        sensitive: (Vec::new(), None),
        corrects: None,
    };
    Release::seal(parts).expect("the cells of a test are safe to seal")
}

/// Two districts and their total over two quarters; the smaller district is hidden in the second.
pub(crate) fn districts() -> ReleasedTable {
    use ReleasedCell::{Count, NotAvailable, StructuralZero, Suppressed};
    let district = dimension("district", &[code("Total", 0), code("North", 1), code("South", 1)]);
    let period = dimension("period", &[code("2026-Q1", 0), code("2026-Q2", 0)]);
    let cells = vec![Count(1204), Count(31), Count(1190), StructuralZero, NotAvailable, Suppressed];
    table("T02", &[district, period], cells)
}
