//! What a recoding says of each record. Comes in: equivalence classes, by global or local recoding. Goes out: what is
//! written in each cell, and which records are suppressed. Deliberately absent: how it was found.

/// What is written in a cell of a class: a label of the hierarchy, an interval, or the value itself. Debug output shows how
/// many values it covers.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// As written.
    pub text: String,
    /// How many values of the hierarchy it covers.
    pub leaves: u32,
}

impl std::fmt::Debug for Label {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Label of {}", self.leaves)
    }
}

/// Equivalence classes of microdata: records alike on all quasi-identifiers. A suppressed record is in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classes {
    /// The class of each distinct row; none where it is suppressed.
    pub of_row: Vec<Option<u32>>,
    /// `[quasi-identifier][class]`, an index into `labels` of that quasi-identifier.
    pub cells: Vec<Vec<u32>>,
    /// `[quasi-identifier]`, what its cells may say.
    pub labels: Vec<Vec<Label>>,
    /// Records of each class.
    pub records: Vec<u64>,
    /// Protected units (families) of each class; the same as `records` where each record is its own unit.
    pub units: Vec<u64>,
}

impl Classes {
    /// What a class says in a quasi-identifier's cell.
    #[must_use]
    pub fn label(&self, quasi: usize, class: u32) -> Option<&Label> {
        let cell = *self.cells.get(quasi)?.get(class as usize)?;
        self.labels.get(quasi)?.get(cell as usize)
    }

    /// How many classes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether every record is suppressed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Records of the smallest class, 0 where there is none.
    #[must_use]
    pub fn smallest(&self) -> u64 {
        self.records.iter().min().copied().unwrap_or(0)
    }
}
