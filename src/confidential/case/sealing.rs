//! From a pattern to the sealed release. Comes in: a case, what may be shown of its cells. Goes out: a release. Deliberately
//! absent: titles, labels and a page; a statistician writes the report.

use std::collections::BTreeMap;

use model::hierarchy::Hierarchy;
use model::release::{
    Precision, Release, ReleaseParts, ReleasedCell, ReleasedCode, ReleasedDimension, ReleasedTable, SealError, Zeros,
};

use super::{Case, CaseTable, Earlier};
use crate::protect::{Pattern, Shown, precision, seal};

impl Case {
    /// Seals what `pattern` shows beside `earlier`.
    ///
    /// # Errors
    /// [`SealError`] where the pattern is not one of this case.
    pub fn release(&self, pattern: &Pattern, earlier: &Earlier) -> Result<Release, SealError> {
        let precision = precision(&pattern.method, self.threshold);
        let tables = self.tables.iter().zip(&pattern.zeros);
        let tables = tables.map(|(table, &zeros)| self.released(table, (zeros, precision), pattern));
        let hierarchies: BTreeMap<String, Hierarchy> =
            self.spaces.iter().map(|space| space.name.clone()).zip(self.hierarchies.iter().cloned()).collect();
        let sensitive = &self.rules.sensitive;
        let names = sensitive.iter().map(|sensitive| self.spaces[sensitive.dimension].name.clone()).collect();
        seal(ReleaseParts {
            sensitive: (names, sensitive.first().map(|sensitive| sensitive.group_below)),
            corrects: None,
            name: String::new(),
            service: String::new(),
            title: self.name.clone(),
            introduction: String::new(),
            period: String::new(),
            period_words: String::new(),
            period_end: String::new(),
            audience: (String::new(), String::new()),
            threshold: self.threshold,
            hierarchies,
            labels: BTreeMap::new(),
            impossible: self.impossible.iter().map(|(stated, _)| stated.clone()).collect(),
            relations: self.relations.iter().map(|(stated, _)| stated.clone()).collect(),
            tables: tables.collect(),
            expectations: Vec::new(),
            earlier: earlier.releases.clone(),
        })
    }

    fn released(&self, table: &CaseTable, (zeros, precision): (Zeros, Precision), pattern: &Pattern) -> ReleasedTable {
        let dimension = |&at: &usize| {
            let space = &self.spaces[at];
            let code = |code: &String| ReleasedCode { code: code.clone(), label: code.clone(), depth: 0 };
            ReleasedDimension {
                name: space.name.clone(),
                label: space.name.clone(),
                codes: space.codes.iter().map(code).collect(),
            }
        };
        let fixed = table.fixed.iter().map(|&(at, code)| {
            let space = &self.spaces[at];
            (space.name.clone(), space.codes[code as usize].clone())
        });
        // A cell without a decision is hidden: the default must not weaken.
        let cell = |shown: Option<&Shown>| match shown {
            Some(Shown::Count(count)) => ReleasedCell::Count(*count),
            Some(Shown::Rounded(form, _)) => ReleasedCell::Approximate(form.value),
            Some(Shown::Impossible) => ReleasedCell::StructuralZero,
            Some(Shown::Hidden(_)) | None => ReleasedCell::Suppressed,
        };
        ReleasedTable {
            id: table.id.clone(),
            title: table.title.clone(),
            subtitle: String::new(),
            unit: String::new(),
            dims: table.dims.iter().map(dimension).collect(),
            fixed: fixed.collect(),
            cells: self.cells(table).iter().map(|key| cell(pattern.cells.get(key))).collect(),
            zeros,
            precision,
            notes: Vec::new(),
            chart: None,
        }
    }
}
