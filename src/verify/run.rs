//! One verification. Comes in: folders, and where earlier releases may lie. Goes out: everything that all readers and
//! attacks found. Deliberately absent: reading and attacking themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use model::claim::Tried;
use model::config::KnownFigure;
use model::manifest::{Impossible, Manifest};
use model::{Attack, Claim, Finding, Verdict};

use crate::attacks::expectation::{self, Seen, Worked};
use crate::attacks::picture::Easel;
use crate::attacks::reconstruction::Forced;
use crate::attacks::rendering::{Unwritten, Writer};
use crate::attacks::system::Part;
use crate::attacks::words::{self, Worded};
use crate::attacks::{consistency, extract, judge, manifest};
use crate::error::VerifyError;
use crate::readers::csv::{self, Table};
use crate::readers::folder::{self, Folder};
use crate::readers::microdata::{self, Microdata};
use crate::readers::register::Register;
use crate::run::knowledge::Knowledge;
use crate::times::{Dated, times};
use crate::verdict::{risks, trust};

mod earlier;
mod knowledge;
mod written;

/// A verdict, and what a stranger claims about hidden cells without knowing which of them matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attacked {
    /// For everyone.
    pub verdict: Verdict,
    /// Every hidden cell that is narrower than the threshold or known to lie below it: whoever knows the truth decides
    /// whether one of them is a disclosure.
    pub claims: Vec<Claim>,
    /// Such cells of which earlier releases had told as much before a release made cells of them.
    pub told: Vec<Claim>,
    /// Combinations of no table that overlapping tables force to be few, for whoever can hide more. Each is a finding too.
    pub forced: Vec<Forced>,
    /// Sentences with numbers that no table explains, by folder, which several files carry alike: for whoever knows the
    /// report's own notes to compare.
    pub declared: BTreeMap<String, BTreeSet<String>>,
    /// Figures in the words of `release.json`, for whoever knows the report's own words. Each is a finding too.
    pub worded: Vec<Worded>,
    /// Releases that nobody could write again, for whoever knows their bytes from elsewhere; to all others they are left open.
    pub unwritten: Vec<Unwritten>,
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
    attack_with(&mut Easel::default(), folders, beside)
}

/// As [`attack`], with an easel that knows pictures from attacks before.
///
/// # Errors
/// [`VerifyError`] where a folder cannot be read at all.
pub fn attack_with(easel: &mut Easel, folders: &[PathBuf], beside: &[PathBuf]) -> Result<Attacked, VerifyError> {
    attack_knowing(easel, folders, beside, &Outside::default())
}

/// What somebody knows beside the folders.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Releases that no manifest calls earlier: reports do not tell their readers who got rows.
    pub also: Vec<PathBuf>,
    /// People, as an outside register has them.
    pub register: Option<Register>,
    /// How this program writes a release; without, no file is written again.
    pub writer: Option<Writer>,
    /// Codes that cannot stand together, beyond what the manifests state of it.
    pub impossible: Vec<Impossible>,
    /// Figures that somebody knows, whatever is published.
    pub known: Vec<KnownFigure>,
}

/// As [`attack_with`], by somebody who knows more.
///
/// # Errors
/// [`VerifyError`] where a folder cannot be read at all, or the register has no column of an extract.
pub fn attack_knowing(
    easel: &mut Easel,
    folders: &[PathBuf],
    beside: &[PathBuf],
    outside: &Outside,
) -> Result<Attacked, VerifyError> {
    if folders.is_empty() {
        return Err(VerifyError::NoFolder);
    }
    let mut run = Run::default();
    for path in folders {
        match folder::open(path) {
            Ok(folder) => run.opened.push(Opened::new(folder, true)),
            Err(error) => run.broken.push(error.as_finding().ok_or(error)?),
        }
    }
    run.add_earlier(beside)?;
    for path in &outside.also {
        let folder = folder::open(path)?;
        if !run.opened.iter().any(|opened| opened.folder.path == folder.path) {
            run.opened.push(Opened::new(folder, false));
        }
    }
    run.name_apart();
    run.read(easel);
    run.attack_extracts(outside.register.as_ref())?;
    run.judge(outside)?;
    run.judge_form();
    run.judge_rendering(outside.writer);
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
    microdata: Option<Microdata>,
    /// Named by the caller, not only found beside one that was.
    is_given: bool,
    prefix: String,
}

impl Opened {
    fn new(mut folder: Folder, is_given: bool) -> Self {
        manifest::raise_threshold(&mut folder);
        let microdata = microdata::read(&folder);
        Self { folder, tables: Vec::new(), microdata, is_given, prefix: String::new() }
    }
}

#[derive(Debug, Default)]
struct Run {
    opened: Vec<Opened>,
    /// Folders whose manifest is there and tells nothing.
    broken: Vec<Finding>,
    result: Attacked,
}

impl Run {
    fn not_run(&mut self, reason: String) {
        if !self.result.verdict.not_run.contains(&reason) {
            self.result.verdict.not_run.push(reason);
        }
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

    fn read(&mut self, easel: &mut Easel) {
        let mut files = 0;
        let (mut findings, mut tried, mut not_run) = (Vec::new(), Vec::new(), Vec::new());
        let (mut declared, mut worded) = (BTreeMap::new(), Vec::new());
        for opened in &mut self.opened {
            let mut own = std::mem::take(&mut opened.folder.findings);
            opened.tables = read_tables(&opened.folder, &mut own);
            // An earlier release was inspected before it was released; here only its tables count.
            if opened.is_given {
                files += opened.folder.files.len();
                own.extend(opened.microdata.iter().flat_map(|data| data.findings.clone()));
                own.extend(manifest::check(&opened.folder, &opened.tables));
                for mut one in words::check(&opened.folder, &opened.tables).worded {
                    if !own.contains(&one.finding) {
                        own.push(one.finding.clone());
                    }
                    one.finding.file = format!("{}{}", opened.prefix, one.finding.file);
                    worded.push(one);
                }
                let checked = consistency::check(&opened.folder, &opened.tables, easel);
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
        findings.append(&mut self.broken);
        self.result.verdict.findings = findings;
        let named = self.opened.iter().map(|opened| {
            let (release, folder) = (&opened.folder.manifest.release, &opened.folder.name);
            (if release.is_empty() { folder } else { release }.clone(), opened.folder.digest.clone())
        });
        self.result.verdict.releases = named.collect();
        self.result.verdict.trusted = self.taken_on_trust();
        self.result.declared = declared;
        self.result.worded = worded;
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
        let unlisted: Vec<(String, u64)> = self
            .opened
            .iter()
            .filter(|opened| !opened.folder.is_listed)
            .map(|opened| (opened.folder.name.clone(), opened.folder.unread))
            .collect();
        for (name, unread) in unlisted {
            self.not_run(format!(
                "{name} lists no files: digests and unlisted files were not checked, and only its tables were read"
            ));
            if unread > 0 {
                let scope = format!("{unread} files of {name} that its release.json does not list were not read");
                self.result.verdict.tried.push(Tried { attack: Attack::Folder, scope, not_shown: unread });
            }
        }
    }

    /// By release: what each given one says of itself and no stranger can check.
    fn taken_on_trust(&self) -> BTreeMap<String, Vec<String>> {
        let taken = |opened: &Opened| {
            let name = match opened.folder.manifest.release.as_str() {
                "" => &opened.folder.name,
                name => name,
            };
            (name.to_owned(), trust::taken(&opened.folder, &opened.tables))
        };
        self.opened.iter().filter(|opened| opened.is_given).map(taken).collect()
    }

    /// Every extract by itself and against the register, and every two together of which one was given.
    fn attack_extracts(&mut self, register: Option<&Register>) -> Result<(), VerifyError> {
        let of: Vec<(&Opened, &Microdata)> =
            self.opened.iter().filter_map(|opened| Some((opened, opened.microdata.as_ref()?))).collect();
        let given = || of.iter().filter(|(opened, _)| opened.is_given);
        let mut results: Vec<(String, extract::Found)> = Vec::new();
        for (opened, data) in given() {
            results.push((opened.prefix.clone(), extract::alone(data, opened.folder.manifest.threshold)));
            if let Some(register) = register.filter(|register| extract::linkage::is_about(data, register)) {
                results.push((opened.prefix.clone(), extract::linkage::attack(data, register)));
            }
        }
        if let Some(register) = register
            && !given().any(|(_, data)| extract::linkage::is_about(data, register))
        {
            let columns: BTreeSet<&str> =
                given().flat_map(|(_, data)| data.columns.iter().map(|column| column.name.as_str())).collect();
            let columns = columns.into_iter().collect::<Vec<_>>().join(", ");
            return Err(VerifyError::RegisterColumns { columns });
        }
        for (at, (opened, data)) in of.iter().enumerate() {
            for (other, other_data) in of.iter().skip(at + 1).filter(|(other, _)| opened.is_given || other.is_given) {
                // The finding names the one that is about to be released.
                let (own, first, second) = if other.is_given && !opened.is_given {
                    (other, other_data, data)
                } else {
                    (opened, data, other_data)
                };
                results.push((own.prefix.clone(), extract::sequence::attack(first, second)));
            }
        }
        let has_extract = given().next().is_some();
        for (prefix, found) in results {
            self.take_extract(&prefix, found);
        }
        if has_extract && register.is_none() {
            self.not_run("linkage with people: no outside register was named".to_owned());
        }
        Ok(())
    }

    fn take_extract(&mut self, prefix: &str, found: extract::Found) {
        for mut finding in found.findings {
            finding.file = format!("{prefix}{}", finding.file);
            self.result.verdict.findings.push(finding);
        }
        self.result.verdict.tried.extend(found.tried);
        for (name, count) in found.counts {
            // Of several extracts the least group says most, and of everything else the sum.
            let entry = self.result.verdict.counts.entry(name.clone());
            let is_least = ["_min", "smallest_class"].iter().any(|end| name.ends_with(end));
            entry.and_modify(|own| *own = if is_least { (*own).min(count) } else { *own + count }).or_insert(count);
        }
        for reason in found.not_run {
            self.not_run(reason);
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
    fn judge(&mut self, outside: &Outside) -> Result<(), VerifyError> {
        let (known, unused) = knowledge::figures(&self.opened, &outside.known);
        unused.into_iter().for_each(|reason| self.not_run(reason));
        let impossible = &outside.impossible[..];
        let given = self.opened.iter().filter(|opened| opened.is_given);
        let highest = given.map(|opened| opened.folder.manifest.threshold).max().unwrap_or(0);
        let thresholds: BTreeSet<u64> = self
            .opened
            .iter()
            .map(|opened| opened.folder.manifest.threshold)
            .filter(|&threshold| threshold <= highest)
            .collect();
        for threshold in thresholds {
            let mut judged = self.judged(threshold, impossible, &known)?;
            let is_wrong = |finding: &Finding| ["infeasible", "impossible_counted"].contains(&finding.kind.as_str());
            if !impossible.is_empty() && judged.findings.iter().any(is_wrong) {
                let plain = self.judged(threshold, &[], &known)?;
                // What nobody says of the releases cannot be held against them.
                if !plain.findings.iter().any(is_wrong) {
                    self.not_run(REFUTED.to_owned());
                    judged = plain;
                }
            }
            self.take(judged);
        }
        Ok(())
    }

    fn judged(
        &self,
        threshold: u64,
        impossible: &[Impossible],
        known: &[Knowledge],
    ) -> Result<judge::Judged, VerifyError> {
        let folders = self.opened.iter().map(|opened| &opened.folder);
        let dated = folders.clone().map(|folder| Dated { manifest: &folder.manifest, digest: &folder.digest });
        let times = times(&dated.collect::<Vec<_>>());
        let with = |manifest: &Manifest| Manifest {
            impossible: manifest.impossible.iter().chain(impossible).cloned().collect(),
            ..manifest.clone()
        };
        let stated: Vec<Manifest> = folders.map(|folder| with(&folder.manifest)).collect();
        let seen = self.opened.iter().zip(&stated).zip(&times);
        // What is known anyway was so before everything that was published.
        let before = usize::from(!known.is_empty());
        let parts: Vec<Part<'_>> = seen
            .filter(|((opened, _), _)| opened.folder.manifest.threshold >= threshold)
            .map(|((opened, manifest), &time)| Part {
                prefix: &opened.prefix,
                manifest,
                tables: &opened.tables,
                microdata: opened.microdata.as_ref(),
                time: time + before,
                is_given: opened.is_given,
                is_known_anyway: false,
            })
            .chain(known.iter().map(Knowledge::part))
            .collect();
        judge::attack(&parts, threshold)
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
        for claim in judged.told {
            if !self.result.told.contains(&claim) {
                self.result.told.push(claim);
            }
        }
        for forced in judged.forced {
            if !self.result.forced.contains(&forced) {
                self.result.forced.push(forced);
            }
        }
        verdict.tried.extend(judged.tried);
        for (name, count) in judged.counts {
            let worst = verdict.counts.entry(name).or_default();
            *worst = (*worst).max(count);
        }
    }
}

/// Rules from outside that the releases do not state and that their figures contradict.
const REFUTED: &str =
    "the rules about what is impossible that were named contradict the published figures, so they were not used";

fn plain(attack: Attack, kind: &str, file: &str, message: String) -> Finding {
    Finding { attack, kind: kind.to_owned(), file: file.to_owned(), place: String::new(), message, claim: None }
}

pub(crate) fn read_tables(folder: &Folder, findings: &mut Vec<Finding>) -> Vec<Table> {
    let codes = manifest::codes(folder);
    let mut tables = Vec::with_capacity(folder.manifest.tables.len());
    for entry in &folder.manifest.tables {
        let mut table = match folder.files.get(&entry.file) {
            Some(bytes) => csv::read(entry, bytes, &codes),
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
