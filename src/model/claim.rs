//! What an intruder claims, and what a verification found. Comes in and goes out: plain data, no hidden value.

use serde::{Deserialize, Serialize};

/// How a claim was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attack {
    /// The folder: digests, a closed list of files, readers for every one.
    Folder,
    /// Files that do not say the same.
    Consistency,
    /// A cell that follows from the published ones by adding and subtracting.
    Subtraction,
    /// A cell that the published ones bound too tightly.
    Interval,
    /// A chart that shows more than its table.
    Chart,
    /// What a file carries beside what it shows.
    Leftover,
    /// A file that is not what its release's figures and words give.
    Rendering,
    /// An identifier of the store.
    Identifier,
    /// A manifest that claims more doubt than its tables leave.
    Manifest,
    /// A combination that no table shows and that overlapping tables force.
    Reconstruction,
    /// Rows of an extract that too few others are alike to.
    Uniqueness,
    /// Rows linked with people of an outside register, with rows of another extract, or with cells of tables.
    Linkage,
    /// What a class of rows tells about everybody in it.
    Inference,
}

impl Attack {
    /// Whether what it finds is a way to learn more than the release says. What the others find is a fault of the release: a file that is
    /// not what it should be, or says something else than another; whoever reads it learns nothing of anybody by that alone.
    #[must_use]
    pub const fn learns(self) -> bool {
        match self {
            Self::Folder | Self::Consistency | Self::Rendering | Self::Manifest => false,
            Self::Subtraction
            | Self::Interval
            | Self::Chart
            | Self::Leftover
            | Self::Identifier
            | Self::Reconstruction
            | Self::Uniqueness
            | Self::Linkage
            | Self::Inference => true,
        }
    }
}

/// What an opinion of data protection asks about by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskName {
    /// Picking out one person or a few.
    SinglingOut,
    /// Connecting what was published apart.
    Linkability,
    /// Learning something about everybody of a group.
    Inference,
}

impl RiskName {
    /// All three.
    pub const ALL: [Self; 3] = [Self::SinglingOut, Self::Linkability, Self::Inference];
}

/// What a verification says of one risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Which one.
    pub name: RiskName,
    /// Attacks that bear on it and were run.
    pub tried: Vec<Attack>,
    /// Findings that are a case of it.
    pub findings: u64,
    /// Cells that an attack which bears on it left open.
    pub open: u64,
    /// The worst case, in a sentence.
    pub worst: String,
}

/// `lowest <= cell <= highest`, as a stranger can prove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The cell, `dimension=code` for every dimension that does not stand at its total.
    pub cell: String,
    /// Proven lower bound.
    pub lowest: u64,
    /// Proven upper bound; none where nothing bounds it.
    pub highest: Option<u64>,
}

/// Something that must not be in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which attack found it.
    pub attack: Attack,
    /// A stable name of the kind, such as `derived_small_exact`.
    pub kind: String,
    /// The file, relative to the release.
    pub file: String,
    /// Where in the file; never a value.
    pub place: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// For a cell: what can be proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// How far one attack got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Which attack.
    pub attack: Attack,
    /// What it looked at, in counts: `1,284 hidden cells`.
    pub scope: String,
    /// What it left open: neither cleared nor claimed. A release with any is not released.
    pub not_shown: u64,
}

/// The result of attacking one or more release folders.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// Every finding, in the order of files and cells.
    pub findings: Vec<Finding>,
    /// What was tried and how far it got.
    pub tried: Vec<Tried>,
    /// Attacks that could not be run, and why.
    pub not_run: Vec<String>,
    /// What rests on the word of a release's own `release.json`, by release: nobody else was asked.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub trusted: std::collections::BTreeMap<String, Vec<String>>,
    /// Counts by kind, for programs.
    pub counts: std::collections::BTreeMap<String, u64>,
    /// The three risks, in their order.
    #[serde(default)]
    pub risks: Vec<Risk>,
    /// The hidden cell of which most is known, where that is too much unless it is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrowest: Option<Claim>,
    /// What was attacked: name and digest of `release.json`, earlier releases included.
    #[serde(default)]
    pub releases: std::collections::BTreeMap<String, String>,
}

impl Verdict {
    /// Whether nothing was found and nothing was left open.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.tried.iter().all(|tried| tried.not_shown == 0)
    }
}
