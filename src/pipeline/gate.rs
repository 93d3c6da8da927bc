//! The gate: what a second person approves becomes a release, and nothing else does. Comes in: folders in staging that passed
//! their attack. Goes out: folders in `reports/`. Deliberately absent: any way for the builder to approve.

use std::path::PathBuf;

use confidential::assemble::{Draft, Lacking, Sealed, recount};
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use model::claim::{Attack, Finding, Tried};
use model::digest::sha256;
use model::{Period, Verdict};

use super::attacked::state;
use super::files::read_texts;
use super::lock::{self, Held};
use super::recover::{
    forget_verdicts, nothing_else_waits, nothing_in_the_way, recover, release, reports, staging, verdicts, withdraw,
};
use super::{Error, Workspace, anchor};

/// What `report` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Cases that contradict a rule of `config/impossible.toml`, once in each month and event in which they count.
    pub doubted: u64,
    /// Times of which the store has too little.
    pub lacking: Lacking,
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
    /// [`Error::NothingAwaits`]; [`Error::OwnWork`] where this person built it, [`Error::Newcomer`] where they were added since;
    /// [`Error::Altered`] where a file is not the
    /// one that was attacked; [`Error::InTheWay`] where `reports/` has something of that name already, [`Error::NotOurs`] where `staging/` has something else.
    pub fn approve(&mut self) -> Result<Vec<PathBuf>, Error> {
        let held = self.change("approve")?;
        let entries = self.unreleased()?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        if names.is_empty() {
            return Err(Error::NothingAwaits);
        }
        if entries.iter().any(|entry| entry.built_by == self.person) {
            let releases = names.iter().map(|name| (*name).to_owned()).collect();
            return Err(Error::OwnWork { releases, builder: self.person.clone() });
        }
        for entry in &entries {
            // Whoever came since may be the builder under another name.
            if !self.store.knew(&entry.name, &self.person)? {
                return Err(Error::Newcomer { person: self.person.clone(), release: entry.name.clone() });
            }
        }
        nothing_else_waits(&self.folder, &entries)?;
        nothing_in_the_way(&self.folder, &entries)?;
        // What an approval that was killed left is approved already.
        if entries.iter().all(|entry| entry.state == ReleaseState::Awaiting) {
            entries.iter().try_for_each(|entry| self.as_attacked(entry))?;
            self.store.approve(&names, &self.person)?;
        }
        release(&self.folder, &mut self.store, &entries).map_err(|error| {
            let is_refused = matches!(error, Error::Altered { .. } | Error::InTheWay { .. });
            if is_refused { error } else { Error::Unfinished(Box::new(error)) }
        })?;
        // They are released, whatever becomes of what is left here; the next command removes it.
        let _ = disk::remove_folder(&staging(&self.folder));
        drop(held);
        Ok(names.iter().map(|name| reports(&self.folder).join(name)).collect())
    }

    /// Drops everything that awaits approval, and what it froze. Whoever built it may do so too.
    ///
    /// # Errors
    /// [`Error::NothingAwaits`].
    pub fn refuse(&mut self) -> Result<Vec<String>, Error> {
        let _held = self.change("approve --refuse")?;
        let entries = self.unreleased()?;
        let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        if names.is_empty() {
            return Err(Error::NothingAwaits);
        }
        withdraw(&self.folder, &entries)?;
        self.store.discard_pending(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        // They are dropped, whatever becomes of what is left here; the next command removes it.
        let _ = forget_verdicts(&self.folder, &names).and_then(|()| Ok(disk::remove_folder(&staging(&self.folder))?));
        Ok(names)
    }

    /// What was built and is not released: it awaits approval, or its approval could not be finished.
    fn unreleased(&self) -> Result<Vec<LedgerEntry>, Error> {
        let mut entries = self.store.ledger()?;
        entries.retain(|entry| entry.state != ReleaseState::Released);
        Ok(entries)
    }

    /// Two builds that do not know of each other must not both be released.
    ///
    /// # Errors
    /// [`Error::Awaiting`] where something awaits approval.
    pub(super) fn nothing_awaits(&self) -> Result<(), Error> {
        let unreleased = self.unreleased()?;
        let Some(first) = unreleased.first() else { return Ok(()) };
        let releases = unreleased.iter().map(|entry| entry.name.clone()).collect();
        Err(Error::Awaiting { releases, builder: first.built_by.clone() })
    }

    /// The folders in staging, where it is these reports that await approval.
    ///
    /// # Errors
    /// [`Error::Awaiting`] where it is others.
    pub(super) fn awaited(&self, period: Period, audiences: &[String]) -> Result<Option<Vec<PathBuf>>, Error> {
        let unreleased = self.unreleased()?;
        let is_asked = |entry: &&LedgerEntry| {
            (entry.period_start, entry.period_end) == (period.start.0, period.end.0)
                && audiences.contains(&entry.audience)
                && entry.correction.is_none()
        };
        let asked: Vec<&LedgerEntry> = unreleased.iter().filter(is_asked).collect();
        if asked.is_empty() {
            return self.nothing_awaits().map(|()| None);
        }
        for entry in &asked {
            self.as_attacked(entry)?;
        }
        Ok(Some(asked.iter().map(|entry| staging(&self.folder).join(&entry.name)).collect()))
    }

    /// That every byte in staging is one that was attacked.
    fn as_attacked(&self, entry: &LedgerEntry) -> Result<(), Error> {
        match state(&staging(&self.folder), entry)?.difference() {
            None => Ok(()),
            Some(difference) => Err(Error::Altered { release: entry.name.clone(), difference }),
        }
    }

    /// That everything released lies in `reports/` as it was released: what is built next is attacked together with it.
    ///
    /// # Errors
    /// [`Error::Archive`] where something is gone or changed.
    pub(super) fn earlier_are_whole(&self) -> Result<(), Error> {
        for entry in self.store.ledger()?.iter().filter(|entry| entry.state == ReleaseState::Released) {
            if let Some(difference) = state(&reports(&self.folder), entry)?.difference() {
                return Err(Error::Archive { release: entry.name.clone(), difference });
            }
        }
        Ok(())
    }

    /// Runs what builds a release: nobody else changes the workspace meanwhile, and the store is read as it was at the beginning.
    pub(super) fn building<T>(
        &mut self,
        doing: &str,
        build: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let _held = self.change(doing)?;
        self.store.begin_snapshot()?;
        let built = build(self);
        self.store.end_snapshot();
        built
    }

    /// Takes the workspace for one change, and finishes or drops what a killed one left behind.
    ///
    /// # Errors
    /// [`Error::Busy`] where somebody else changes it; [`Error::Store`] where a page of the store is not as it was written; [`Error::OlderStore`] or [`Error::UnknownRelease`] where more was released
    /// than the store knows.
    pub(super) fn change(&mut self, doing: &str) -> Result<Held, Error> {
        let held = lock::hold(&self.folder, doing, &self.person)?;
        // A page that no command reads would go on into every backup.
        self.store.check_pages()?;
        anchor::check(&self.folder, &self.store)?;
        recover(&self.folder, &mut self.store)?;
        anchor::knows_all(&self.folder, &self.store.ledger()?)?;
        anchor::advance(&self.folder, &self.store)?;
        self.keep_key_file()?;
        Ok(held)
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
        let folder = verdicts(&self.folder);
        disk::create_folder(&folder)?;
        for name in names {
            let page = super::verdict_page(verdict, std::slice::from_ref(name));
            disk::replace(&folder.join(format!("{name}.html")), page.as_bytes())?;
        }
        Ok(())
    }
}
