//! One verification. Comes in: folders, and where earlier releases may lie. Goes out: everything that all readers and
//! attacks found. Deliberately absent: reading and attacking themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::claim::Tried;
use model::{Attack, Claim, Finding, Verdict};

use crate::attacks::expectation::{self, Seen, Worked};
use crate::attacks::system::{Part, form};
use crate::attacks::{consistency, judge, rounding};
use crate::error::VerifyError;
use crate::readers::csv::{self, Table};
use crate::readers::folder::{self, Folder};
use crate::verdict::risks;

/// A verdict, and what a stranger claims about hidden cells without knowing which of them matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attacked {
    /// For everyone.
    pub verdict: Verdict,
    /// Every hidden cell that is narrower than the threshold or known to lie below it: whoever knows the truth decides
    /// whether one of them is a disclosure.
    pub claims: Vec<Claim>,
    /// Sentences with numbers that no table explains, by folder, which several files carry alike: for whoever knows the
    /// report's own notes to compare.
    pub declared: BTreeMap<String, BTreeSet<String>>,
}

/// Attacks `folders` together with the earlier releases that lie beside them.
///
/// # Errors
/// [`VerifyError`] where a folder cannot be read at all. Whatever is wrong inside one is a finding.
pub fn verify(folders: &[PathBuf]) -> Result<Verdict, VerifyError> {
    attack(folders, &[]).map(|attacked| attacked.verdict)
}

/// As [`verify`], with the claims; earlier releases are also looked for in the folders of `beside`.
///
/// # Errors
/// [`VerifyError`] where a folder cannot be read at all.
pub fn attack(folders: &[PathBuf], beside: &[PathBuf]) -> Result<Attacked, VerifyError> {
    if folders.is_empty() {
        return Err(VerifyError::NoFolder);
    }
    let mut run = Run::default();
    for path in folders {
        run.opened.push(Opened::new(folder::open(path)?, true));
    }
    run.add_earlier(beside)?;
    run.name_apart();
    run.read();
    run.judge()?;
    let mut attacked = run.result;
    attacked.verdict.narrowest = risks::narrowest(&attacked.claims);
    risks::conclude(&mut attacked.verdict);
    Ok(attacked)
}

/// A release of the run.
#[derive(Debug)]
struct Opened {
    folder: Folder,
    tables: Vec<Table>,
    /// Named by the caller, not only found beside one that was.
    is_given: bool,
    prefix: String,
}

impl Opened {
    fn new(folder: Folder, is_given: bool) -> Self {
        Self { folder, tables: Vec::new(), is_given, prefix: String::new() }
    }
}

#[derive(Debug, Default)]
struct Run {
    opened: Vec<Opened>,
    result: Attacked,
}

impl Run {
    fn not_run(&mut self, reason: String) {
        if !self.result.verdict.not_run.contains(&reason) {
            self.result.verdict.not_run.push(reason);
        }
    }

    /// Opens what the manifests call earlier, and what those call earlier.
    fn add_earlier(&mut self, beside: &[PathBuf]) -> Result<(), VerifyError> {
        let mut at = 0;
        while at < self.opened.len() {
            let earlier = self.opened[at].folder.manifest.earlier.clone();
            let parent = self.opened[at].folder.path.parent().map(Path::to_owned);
            for (name, digest) in earlier {
                // A release that does not say what it is called is called like its folder.
                let is_named = |folder: &Folder| match folder.manifest.release.as_str() {
                    "" => folder.name == name,
                    own => own == name,
                };
                let known = self.opened.iter().position(|opened| is_named(&opened.folder));
                let place = match known {
                    Some(place) => Some(place),
                    None => self.find_earlier(&name, parent.as_deref(), beside)?,
                };
                match place {
                    Some(place) if self.opened[place].folder.digest != digest => {
                        let finding = plain(
                            Attack::Folder,
                            "earlier_changed",
                            folder::MANIFEST,
                            format!("{name} is not the release that this one was protected with"),
                        );
                        self.opened[at].folder.findings.push(finding);
                    }
                    Some(_) => {}
                    None => self.not_run(format!("the earlier release {name} does not lie beside the folder")),
                }
            }
            at += 1;
        }
        Ok(())
    }

    fn find_earlier(
        &mut self,
        name: &str,
        parent: Option<&Path>,
        beside: &[PathBuf],
    ) -> Result<Option<usize>, VerifyError> {
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_name || name.starts_with('.') {
            return Ok(None);
        }
        let siblings = parent.into_iter().chain(beside.iter().map(PathBuf::as_path)).map(|folder| folder.join(name));
        let itself = beside.iter().filter(|folder| folder.file_name().is_some_and(|own| own == name)).cloned();
        let candidates: Vec<PathBuf> = siblings.chain(itself).collect();
        let Some(path) = candidates.into_iter().find(|path| path.join(folder::MANIFEST).is_file()) else {
            return Ok(None);
        };
        self.opened.push(Opened::new(folder::open(&path)?, false));
        Ok(Some(self.opened.len() - 1))
    }

    /// With several releases, a file's name in a finding starts with its release's.
    fn name_apart(&mut self) {
        let several = self.opened.len() > 1;
        for opened in self.opened.iter_mut().filter(|_| several) {
            let release = &opened.folder.manifest.release;
            let name = if release.is_empty() { &opened.folder.name } else { release };
            opened.prefix = format!("{name}/");
        }
    }

    fn read(&mut self) {
        let mut files = 0;
        let (mut findings, mut tried, mut not_run) = (Vec::new(), Vec::new(), Vec::new());
        let mut declared = BTreeMap::new();
        for opened in &mut self.opened {
            let mut own = std::mem::take(&mut opened.folder.findings);
            opened.tables = read_tables(&opened.folder, &mut own);
            // An earlier release was inspected before it was released; here only its tables count.
            if opened.is_given {
                files += opened.folder.files.len();
                own.extend(manifest_honesty(&opened.folder, &opened.tables));
                let checked = consistency::check(&opened.folder, &opened.tables);
                own.extend(checked.findings);
                tried.extend(checked.tried);
                not_run.extend(checked.not_run);
                if !checked.declared.is_empty() {
                    declared.insert(opened.folder.name.clone(), checked.declared);
                }
            }
            for mut finding in own {
                finding.file = format!("{}{}", opened.prefix, finding.file);
                findings.push(finding);
            }
        }
        let worked = self.work_out();
        findings.extend(worked.findings);
        not_run.extend(worked.not_run);
        if worked.figures > 0 {
            let scope = format!("{} figures of tables of expectations worked out again", worked.figures);
            tried.push(Tried { attack: Attack::Consistency, scope, not_shown: 0 });
        }
        self.result.verdict.findings = findings;
        let named = self.opened.iter().map(|opened| {
            let (release, folder) = (&opened.folder.manifest.release, &opened.folder.name);
            (if release.is_empty() { folder } else { release }.clone(), opened.folder.digest.clone())
        });
        self.result.verdict.releases = named.collect();
        self.result.declared = declared;
        self.result.verdict.tried.push(Tried {
            attack: Attack::Folder,
            scope: format!("{files} files in {} folders", self.opened.iter().filter(|opened| opened.is_given).count()),
            not_shown: 0,
        });
        self.result.verdict.tried.extend(tried);
        for reason in not_run {
            self.not_run(reason);
        }
        let foreign: Vec<(String, String)> = self
            .opened
            .iter()
            .flat_map(|opened| opened.folder.not_understood.iter().map(|key| (opened.folder.name.clone(), key.clone())))
            .collect();
        for (name, key) in foreign {
            self.not_run(format!("{name}: {key} is not understood, so the tables were read without it"));
        }
        let unlisted: Vec<String> = self
            .opened
            .iter()
            .filter(|opened| !opened.folder.is_listed)
            .map(|opened| opened.folder.name.clone())
            .collect();
        for name in unlisted {
            self.not_run(format!(
                "{name} lists no files: digests and unlisted files were not checked, and only its tables were read"
            ));
        }
    }

    /// Every table of expectations of the given releases, from the counts of all.
    fn work_out(&self) -> Worked {
        let seen: Vec<Seen<'_>> =
            self.opened.iter().map(|opened| Seen { folder: &opened.folder, tables: &opened.tables }).collect();
        let mut all = Worked::default();
        for (own, opened) in seen.iter().zip(&self.opened).filter(|(_, opened)| opened.is_given) {
            let worked = expectation::check(*own, &seen);
            let named = |finding: Finding| Finding { file: format!("{}{}", opened.prefix, finding.file), ..finding };
            all.findings.extend(worked.findings.into_iter().map(named));
            all.not_run.extend(worked.not_run);
            all.figures += worked.figures;
        }
        all
    }

    /// Who sees the releases of one audience sees those of every audience with a higher threshold too, so each
    /// threshold is judged on the releases that publish at it or above.
    fn judge(&mut self) -> Result<(), VerifyError> {
        let given = self.opened.iter().filter(|opened| opened.is_given);
        let highest = given.map(|opened| opened.folder.manifest.threshold).max().unwrap_or(0);
        let thresholds: BTreeSet<u64> = self
            .opened
            .iter()
            .map(|opened| opened.folder.manifest.threshold)
            .filter(|&threshold| threshold <= highest)
            .collect();
        for threshold in thresholds {
            let seen = self.opened.iter().filter(|opened| opened.folder.manifest.threshold >= threshold);
            let parts: Vec<Part<'_>> = seen
                .map(|opened| Part {
                    prefix: &opened.prefix,
                    manifest: &opened.folder.manifest,
                    tables: &opened.tables,
                })
                .collect();
            let judged = judge::attack(&parts, threshold)?;
            self.take(judged);
        }
        Ok(())
    }

    /// The counts of several thresholds are the worst of them.
    fn take(&mut self, judged: judge::Judged) {
        for note in judged.notes {
            self.not_run(note);
        }
        let verdict = &mut self.result.verdict;
        for finding in judged.findings {
            if !verdict.findings.contains(&finding) {
                verdict.findings.push(finding);
            }
        }
        for claim in judged.claims {
            if !self.result.claims.contains(&claim) {
                self.result.claims.push(claim);
            }
        }
        verdict.tried.extend(judged.tried);
        for (name, count) in judged.counts {
            let worst = verdict.counts.entry(name).or_default();
            *worst = (*worst).max(count);
        }
    }
}

fn plain(attack: Attack, kind: &str, file: &str, message: String) -> Finding {
    Finding { attack, kind: kind.to_owned(), file: file.to_owned(), place: String::new(), message, claim: None }
}

pub(crate) fn read_tables(folder: &Folder, findings: &mut Vec<Finding>) -> Vec<Table> {
    let dimensions: BTreeSet<&str> = folder.manifest.hierarchies.keys().map(String::as_str).collect();
    let mut tables = Vec::with_capacity(folder.manifest.tables.len());
    for entry in &folder.manifest.tables {
        let mut table = match folder.files.get(&entry.file) {
            Some(bytes) => csv::read(entry, bytes, &dimensions),
            None => {
                findings.push(plain(
                    Attack::Folder,
                    "missing_table",
                    &entry.file,
                    "the table's file is missing".to_owned(),
                ));
                Table::default()
            }
        };
        findings.append(&mut table.findings);
        tables.push(table);
    }
    tables
}

/// Who publishes zeros cannot claim that a hidden cell may be one.
fn manifest_honesty(folder: &Folder, tables: &[Table]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A foreign manifest claims nothing about its hidden cells unless it has markers.
    for (entry, table) in folder.manifest.tables.iter().zip(tables) {
        findings.extend(rounding::narrow(entry, table, folder.manifest.threshold));
        let markers: BTreeMap<&String, u64> = entry.markers.iter().map(|(marker, range)| (marker, range.0)).collect();
        if table.shows_zeros() && form(entry, 0) == (0, 0) && markers.values().any(|&lowest| lowest == 0) {
            findings.push(plain(
                Attack::Manifest,
                "zeros_shown",
                &entry.file,
                "the table publishes zeros, and release.json claims that a hidden cell may be zero".to_owned(),
            ));
        }
    }
    findings
}
