//! The gate: what a second person approves becomes a release, and nothing else does. Comes in: folders in staging that passed
//! their attack. Goes out: folders in `reports/`. Deliberately absent: any way for the builder to approve.

use std::fs;
use std::path::PathBuf;

use confidential::assemble::{Draft, Sealed, recount};
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use model::claim::{Attack, Finding, Tried};
use model::digest::sha256;
use model::{Manifest, Period, Verdict};

use super::files::{failed, read_bytes, read_texts, remove_folder};
use super::recover::{publish, reports, staging};
use super::{Error, Workspace};

/// What `report` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Folders of the releases.
    pub folders: Vec<PathBuf>,
    /// Whether they lie in staging and await a second person.
    pub awaiting: bool,
    /// Tables of which nothing is shown, because the attack found what protection did not know of.
    pub withheld: Vec<String>,
}

impl Workspace {
    /// Releases everything that awaits approval: all, or nothing.
    ///
    /// # Errors
    /// [`Error::NothingAwaits`]; [`Error::OwnWork`] where this person built it; [`Error::Altered`] where a file is not the
    /// one that was attacked.
    pub fn approve(&mut self) -> Result<Vec<PathBuf>, Error> {
        let awaiting = self.awaiting()?;
        let names: Vec<&str> = awaiting.iter().map(|entry| entry.name.as_str()).collect();
        if names.is_empty() {
            return Err(Error::NothingAwaits);
        }
        if awaiting.iter().any(|entry| entry.built_by == self.person) {
            let releases = names.iter().map(|name| (*name).to_owned()).collect();
            return Err(Error::OwnWork { releases, builder: self.person.clone() });
        }
        for entry in &awaiting {
            self.as_attacked(entry)?;
        }
        self.store.approve(&names, &self.person)?;
        publish(&self.folder, &names)?;
        self.store.mark_released(&names)?;
        remove_folder(&staging(&self.folder))?;
        Ok(names.iter().map(|name| reports(&self.folder).join(name)).collect())
    }

    /// Drops everything that awaits approval, and what it froze. Whoever built it may do so too.
    ///
    /// # Errors
    /// [`Error::NothingAwaits`].
    pub fn refuse(&mut self) -> Result<Vec<String>, Error> {
        let names: Vec<String> = self.awaiting()?.into_iter().map(|entry| entry.name).collect();
        if names.is_empty() {
            return Err(Error::NothingAwaits);
        }
        self.store.discard_pending(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        remove_folder(&staging(&self.folder))?;
        Ok(names)
    }

    fn awaiting(&self) -> Result<Vec<LedgerEntry>, Error> {
        let mut entries = self.store.ledger()?;
        entries.retain(|entry| entry.state == ReleaseState::Awaiting);
        Ok(entries)
    }

    /// Two builds that do not know of each other must not both be released.
    ///
    /// # Errors
    /// [`Error::Awaiting`] where something awaits approval.
    pub(super) fn nothing_awaits(&self) -> Result<(), Error> {
        let awaiting = self.awaiting()?;
        let Some(first) = awaiting.first() else { return Ok(()) };
        let releases = awaiting.iter().map(|entry| entry.name.clone()).collect();
        Err(Error::Awaiting { releases, builder: first.built_by.clone() })
    }

    /// The folders in staging, where it is these reports that await approval.
    ///
    /// # Errors
    /// [`Error::Awaiting`] where it is others.
    pub(super) fn awaited(&self, period: Period, audiences: &[String]) -> Result<Option<Vec<PathBuf>>, Error> {
        let awaiting = self.awaiting()?;
        let is_asked = |entry: &&LedgerEntry| {
            (entry.period_start, entry.period_end) == (period.start.0, period.end.0)
                && audiences.contains(&entry.audience)
                && entry.correction.is_none()
        };
        let asked: Vec<&LedgerEntry> = awaiting.iter().filter(is_asked).collect();
        if asked.is_empty() {
            return self.nothing_awaits().map(|()| None);
        }
        for entry in &asked {
            self.as_attacked(entry)?;
        }
        Ok(Some(asked.iter().map(|entry| staging(&self.folder).join(&entry.name)).collect()))
    }

    /// Whether every byte in staging is one that was attacked: the ledger has the digest of the manifest, which has those of
    /// all other files.
    fn as_attacked(&self, entry: &LedgerEntry) -> Result<(), Error> {
        let altered = || Error::Altered { release: entry.name.clone() };
        let files = read_bytes(&staging(&self.folder).join(&entry.name)).map_err(|_| altered())?;
        let manifest = files.iter().find(|(name, _)| name == "release.json").map(|(_, bytes)| bytes);
        let manifest = manifest.filter(|bytes| sha256(bytes) == entry.manifest_sha256).ok_or_else(altered)?;
        let listed = serde_json::from_slice::<Manifest>(manifest).map_err(|_| altered())?.files;
        let is_listed = |(name, bytes): &(String, Vec<u8>)| {
            name == "release.json" || listed.get(name).is_some_and(|digest| sha256(bytes) == *digest)
        };
        if files.len() == listed.len() + 1 && files.iter().all(is_listed) { Ok(()) } else { Err(altered()) }
    }

    /// Entries for the ledger: who built them, under which policy, and what their attack came to.
    pub(super) fn signed(&self, sealed: Vec<Sealed>, verdict: &Verdict) -> Result<Vec<LedgerEntry>, Error> {
        let policy = self.policy_digest()?;
        let verdict = serde_json::to_string(verdict).unwrap_or_default();
        let sign = |sealed: Sealed| LedgerEntry {
            built_by: self.person.clone(),
            policy_sha256: policy.clone(),
            verdict: verdict.clone(),
            ..sealed.entry
        };
        Ok(sealed.into_iter().map(sign).collect())
    }

    /// The rules in force: every file of `config/`, with its name.
    pub(super) fn policy_digest(&self) -> Result<String, Error> {
        let mut text = String::new();
        for (name, content) in read_texts(&self.folder.join("config"))? {
            text.push_str(&format!("{name} {}\n", sha256(content.as_bytes())));
        }
        Ok(sha256(text.as_bytes()))
    }

    /// Counts every published figure again, past the code that decided what to publish.
    pub(super) fn recount(&self, draft: &Draft, sealed: &[Sealed], verdict: &mut Verdict) -> Result<(), Error> {
        let recounted = recount(draft, sealed)?;
        verdict.tried.push(Tried {
            attack: Attack::Interval,
            scope: format!("{} published figures counted again, with the families behind them", recounted.counted),
            not_shown: 0,
        });
        for fault in recounted.faults {
            *verdict.counts.entry(fault.kind.to_owned()).or_default() += 1;
            verdict.findings.push(Finding {
                attack: Attack::Interval,
                kind: fault.kind.to_owned(),
                file: format!("{}/data/{}.csv", fault.release, fault.table.to_lowercase()),
                place: fault.place,
                message: fault.message.to_owned(),
                claim: None,
            });
        }
        Ok(())
    }

    /// Writes the verdict where a data-protection officer finds it: in `verdicts/`, never in a release.
    pub(super) fn file_verdict(&self, verdict: &Verdict, names: &[String]) -> Result<(), Error> {
        let folder = self.folder.join("verdicts");
        fs::create_dir_all(&folder).map_err(failed(&folder, "create the folder"))?;
        for name in names {
            let path = folder.join(format!("{name}.html"));
            let page = super::verdict_page(verdict, std::slice::from_ref(name));
            fs::write(&path, page).map_err(failed(&path, "write"))?;
        }
        Ok(())
    }
}
