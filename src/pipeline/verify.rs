//! Attacks what lies in folders, and where a store is at hand lets the referee compare with what only the service knows.
//! Comes in: folders. Goes out: a verdict in which every finding has its file and place.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use ::verify::attacks::picture::Easel;
use ::verify::attacks::rendering::Unwritten;
use ::verify::attacks::words::Worded;
use ::verify::{Forced, Outside, Register};
use confidential::protect::Reason;
use confidential::referee::{Hit, Referee};
use confidential::store::ledger::LedgerEntry;
use model::claim::{Attack, Claim, Finding, Tried};
use model::period::{Calendar, Period};
use model::{Manifest, Verdict};

use super::files::{read_manifest, read_texts};
use super::recover::{reports, staging};
use super::{Error, Workspace, again, approved, outside as wider};

/// Attacks release folders as a stranger would; with a workspace also compares with its ledger and looks for everybody
/// in its store. `register`: what somebody outside knows of people, in the columns of an extract. `config`: a folder of
/// configuration whose rules about what is impossible, and figures that readers know, are used beside what the releases state.
///
/// # Errors
/// [`Error::Verify`] where a folder cannot be attacked at all. Findings are no error here: they are the answer.
pub fn verify(
    folders: &[PathBuf],
    workspace: Option<&Workspace>,
    register: Option<&Path>,
    config: Option<&Path>,
) -> Result<Verdict, Error> {
    let outside = config.map(|config| wider::outside(config, folders)).transpose()?.unwrap_or_default();
    let register = register.map(Register::read).transpose()?;
    match workspace {
        Some(workspace) => {
            let beside = [reports(&workspace.folder)];
            let ledger = workspace.store.ledger()?;
            let known = Outside { register, ..workspace.knowing(outside) };
            let (mut verdict, _) = workspace.judge(folders, &beside, (&ledger, None), &known)?;
            approved::compare(&mut verdict, folders, &ledger, &reports(&workspace.folder))?;
            // A foreign or an older report may have notes that this configuration does not know.
            verdict.findings.retain(|finding| finding.kind != UNDECLARED);
            ::verify::verdict::conclude(&mut verdict);
            Ok(verdict)
        }
        None => {
            let outside = Outside { register, writer: Some(again::write), ..outside };
            let attacked = ::verify::attack_knowing(&mut Easel::default(), folders, &[], &outside)?;
            let mut verdict = attacked.verdict;
            again::leave_open(&mut verdict, &attacked.unwritten);
            verdict.not_run.push("identifiers: no workspace was named, so nobody's names are known".to_owned());
            verdict.not_run.push("comparison with the truth: no workspace was named".to_owned());
            verdict.not_run.push(UNJUDGED.to_owned());
            Ok(verdict)
        }
    }
}

/// What nobody can tell from a folder alone.
const UNJUDGED: &str = "comparison with what was approved: no workspace was named, so nobody knows which words are the service's own: \
    names, notes and reasons in release.json may say what no table says; with the workspace every byte is compared";

/// The verdict as a page of text.
#[must_use]
pub fn verdict_text(verdict: &Verdict) -> String {
    ::verify::verdict::to_text(verdict)
}

/// What a verdict that is not clean comes to, after "verify".
#[must_use]
pub fn verdict_found(verdict: &Verdict) -> String {
    ::verify::verdict::found(verdict)
}

/// The verdict on what never left: kinds, files and places, and nothing that was worked out of a count.
#[must_use]
pub fn places_only(verdict: &Verdict) -> Verdict {
    ::verify::verdict::places_only(verdict)
}

/// The verdict as a page to file; not for release.
#[must_use]
pub fn verdict_page(verdict: &Verdict, releases: &[String]) -> String {
    ::verify::verdict::to_html(verdict, releases)
}

/// What a reader of two releases can difference, as JSON says it.
///
/// # Errors
/// [`Error::Verify`] where one of them cannot be read.
pub fn compare(first: &Path, second: &Path) -> Result<::verify::Comparison, Error> {
    Ok(::verify::compare(first, second)?)
}

/// The comparison for people.
#[must_use]
pub fn comparison_text(comparison: &::verify::Comparison) -> String {
    comparison.to_text()
}

impl Workspace {
    /// What is known beside the folders, with the figures that the configuration says readers know.
    pub(super) fn knowing(&self, outside: Outside) -> Outside {
        let mut known = outside.known;
        let own = self.configuration.known.iter().filter(|figure| !known.contains(figure)).cloned();
        let own: Vec<_> = own.collect();
        known.extend(own);
        Outside { known, ..outside }
    }

    /// The stranger's attack, then the referee's. `entries`: the ledger, and what is about to be entered; beside it the
    /// reason of a correction, which is a note of the report. `known`: what somebody knows beside the folders. Gives what tables force beside the verdict.
    pub(super) fn judge(
        &self,
        folders: &[PathBuf],
        beside: &[PathBuf],
        (entries, reason): (&[LedgerEntry], Option<&str>),
        known: &Outside,
    ) -> Result<(Verdict, Vec<Forced>), Error> {
        let outside = Outside { also: self.extracts()?, writer: Some(again::write), ..known.clone() };
        let attacked = ::verify::attack_knowing(&mut Easel::default(), folders, beside, &outside)?;
        let mut verdict = attacked.verdict;
        // Whoever has the ledger knows the bytes that were approved.
        let is_approved = |one: &&Unwritten| entries.iter().any(|entry| entry.manifest_sha256 == one.digest);
        let unwritten: Vec<Unwritten> = attacked.unwritten.iter().filter(|one| !is_approved(one)).cloned().collect();
        again::leave_open(&mut verdict, &unwritten);
        let notes = read_texts(&self.folder.join("config"))?.into_values().chain(reason.map(str::to_owned));
        let notes = squeezed(&notes.collect::<Vec<_>>().join(" "));
        for (folder, sentences) in &attacked.declared {
            let unknown = sentences.iter().filter(|sentence| !is_noted(&notes, sentence));
            verdict.findings.extend(unknown.map(|_| undeclared(folder)));
        }
        // What the configuration says of itself, no count of this period says.
        let is_own = |one: &&Worded| one.may_be_configured && notes.contains(&squeezed(&one.text));
        // Several texts may stand under one key; it is let pass where all of them are the service's own.
        let (own, others): (Vec<&Worded>, Vec<&Worded>) = attacked.worded.iter().partition(is_own);
        let is_of = |of: &[&Worded], finding: &Finding| of.iter().any(|one| one.finding == *finding);
        verdict.findings.retain(|finding| !is_of(&own, finding) || is_of(&others, finding));
        let known = self.small_cells(entries);
        let disclosed: Vec<&Claim> = attacked.claims.iter().filter(|claim| known.contains(&claim.cell)).collect();
        verdict.findings.extend(disclosed.into_iter().map(disclosure));
        verdict.tried.push(Tried {
            attack: Attack::Interval,
            scope: format!("{} claims of the stranger against {} small cells", attacked.claims.len(), known.len()),
            not_shown: 0,
        });
        let mut scanned = 0;
        let mut vocabulary: Vec<String> = Vec::new();
        for folder in folders {
            vocabulary.extend(self.vocabulary(folder, entries)?);
        }
        let digests = entries.iter().map(|entry| entry.manifest_sha256.as_str());
        let faces = render::faces();
        let known = digests.chain(faces.iter().map(String::as_str));
        let referee = Referee::new(&self.store, &self.configuration.sources, &vocabulary)?.with_known(known);
        for folder in folders {
            let files = disk::read_plain(folder)?;
            scanned += files.len();
            verdict.findings.extend(referee.scan(&files).into_iter().map(identified));
        }
        verdict.tried.push(Tried {
            attack: Attack::Identifier,
            scope: format!("every identifier of the store in {scanned} files"),
            not_shown: 0,
        });
        ::verify::verdict::conclude(&mut verdict);
        for finding in &verdict.findings {
            if finding.attack == Attack::Identifier || finding.kind == SMALL_CELL {
                *verdict.counts.entry(finding.kind.clone()).or_default() += 1;
            }
        }
        Ok((verdict, attacked.forced))
    }

    /// Words of a release that are nobody's: those of the manifest that was approved under its name, or, where nothing was approved
    /// yet, of what was just rendered. A folder from elsewhere cannot bring words of its own: a name that it calls a label would be
    /// let pass.
    fn vocabulary(&self, folder: &Path, entries: &[LedgerEntry]) -> Result<Vec<String>, Error> {
        let calendar = self.configuration.service.calendar;
        let own = read_manifest(folder)?.and_then(|bytes| Manifest::read(&bytes).ok());
        let name = own.as_ref().map_or("", |manifest| manifest.release.as_str());
        let approved = entries.iter().find(|entry| entry.name == name && !name.is_empty());
        let approved = approved.and_then(|entry| Manifest::read(entry.manifest_json.as_bytes()).ok());
        let is_staged = folder.starts_with(staging(&self.folder));
        if let Some(manifest) = approved.or_else(|| own.filter(|_| is_staged)) {
            return Ok(vocabulary(manifest, calendar));
        }
        let entries = self.configuration.codes.values().flat_map(|list| &list.entries);
        Ok(entries.flat_map(|entry| [entry.code.clone(), entry.label.clone()]).collect())
    }

    /// Names of the cells that were hidden for too few families, spelled as the stranger spells them.
    fn small_cells(&self, entries: &[LedgerEntry]) -> HashSet<String> {
        let total = self.configuration.dimensions.measures.first().map(|measure| measure.name.as_str());
        let small = entries.iter().flat_map(|entry| &entry.cells);
        small
            .filter(|cell| cell.reason == Some(Reason::MinimumFrequency))
            .map(|cell| {
                let named = cell.key.iter().filter(|(name, code)| name != "measure" || Some(code.as_str()) != total);
                let named: BTreeMap<&str, &str> = named.map(|(name, code)| (name.as_str(), code.as_str())).collect();
                named.iter().map(|(name, code)| format!("{name}={code}")).collect::<Vec<_>>().join(", ")
            })
            .collect()
    }
}

/// Letters and digits in the order in which they stand, so that line ends and marks of TOML do not matter.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the configuration, or a reason given for a correction, has the sentence or each of its parts.
fn is_noted(notes: &str, sentence: &str) -> bool {
    notes.contains(&squeezed(sentence))
        || sentence
            .split(". ")
            .flat_map(|part| part.split(": "))
            .map(squeezed)
            .all(|part| !part.contains(|letter: char| letter.is_ascii_digit()) || notes.contains(&part))
}

const UNDECLARED: &str = "undeclared_note";

fn undeclared(folder: &str) -> Finding {
    Finding {
        attack: Attack::Consistency,
        kind: UNDECLARED.to_owned(),
        file: format!("{folder}/index.html"),
        place: String::new(),
        message: "a sentence with a number that neither the tables nor the configuration have".to_owned(),
        claim: None,
    }
}

const SMALL_CELL: &str = "small_count_narrow";

pub(super) fn disclosure(claim: &Claim) -> Finding {
    Finding {
        attack: Attack::Interval,
        kind: SMALL_CELL.to_owned(),
        file: "release.json".to_owned(),
        place: claim.cell.clone(),
        message: "a cell of too few families is known more closely than the threshold allows".to_owned(),
        claim: Some(claim.clone()),
    }
}

fn identified(hit: Hit) -> Finding {
    Finding {
        attack: Attack::Identifier,
        kind: format!("{:?}", hit.kind).to_lowercase(),
        file: hit.file,
        place: hit.place,
        message: format!("somebody in the store can be recognised ({:?} identifier)", hit.strength).to_lowercase(),
        claim: None,
    }
}

/// What a report is made of anyway: the labels and titles of its manifest, and the last day of its period, on which somebody may
/// have been born.
fn vocabulary(manifest: Manifest, calendar: Calendar) -> Vec<String> {
    let labels =
        manifest.labels.into_values().flat_map(|codes| codes.into_iter().flat_map(|(code, label)| [code, label]));
    let extract = manifest.extract.into_iter().flat_map(|extract| {
        let codes = extract.hierarchies.into_values().flat_map(|hierarchy| hierarchy.sums);
        let codes = codes.flat_map(|(parent, children)| children.into_iter().chain([parent]));
        codes.chain([extract.recipient, extract.agreement]).collect::<Vec<String>>()
    });
    let last_day = Period::parse(&manifest.period, calendar).ok().map(Period::last_day);
    labels.chain(manifest.tables.into_iter().map(|table| table.title)).chain(extract).chain(last_day).collect()
}
