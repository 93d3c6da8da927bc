//! The quarterly report: protect, render, attack; all or nothing. Comes in: a workspace, a period, audiences. Goes out:
//! folders in staging that passed their own attack and await a second person. Deliberately absent: any way around the
//! attack, and any way into `reports/`; that is the gate's.

use std::path::{Path, PathBuf};

use ::verify::Outside;
use confidential::assemble::{Draft, Lacking, Sealed, seal_all};
use confidential::protect::Space;
use confidential::store::ledger::{FrozenPeriod, LedgerEntry};
use model::Verdict;
use model::config::Report;
use model::digest::sha256;
use model::scope::Scope;

use super::attacked::state;
use super::files::write_release;
use super::gate::Reported;
use super::recover::{reports, staging};
use super::rounds::{Built, ROUNDS, is_only_forced, until_open};
use super::withhold::Withheld;
use super::{Error, Workspace};

/// What was sealed, the folders it lies in, what their attack came to.
type Round = (Vec<Sealed>, Vec<PathBuf>, Verdict);

/// The longest reason of a correction: it is one sentence of the page.
const REASON_LETTERS_MAX: usize = 300;

impl Workspace {
    /// Makes and attacks the reports of a period, which then await approval; those released before are only named.
    ///
    /// # Errors
    /// [`Error::Disclosure`] where the attack finds anything; then, and on every other error, nothing is left.
    pub fn report(&mut self, period: &str, audience: Option<&str>, progress: &dyn Fn(&str)) -> Result<Reported, Error> {
        self.building("report", |workspace| workspace.first(period, audience, progress))
    }

    fn first(&mut self, period: &str, audience: Option<&str>, progress: &dyn Fn(&str)) -> Result<Reported, Error> {
        let period = self.period(period)?;
        let wanted = self.audiences(audience)?;
        if let Some(folders) = self.awaited(period, &wanted)? {
            return Ok(Reported {
                folders,
                awaiting: true,
                withheld: Vec::new(),
                doubted: 0,
                lacking: Lacking::default(),
            });
        }
        let (mut folders, missing) = self.released_before(period, &wanted)?;
        if missing.is_empty() {
            return Ok(Reported {
                folders,
                awaiting: false,
                withheld: Vec::new(),
                doubted: 0,
                lacking: Lacking::default(),
            });
        }
        self.earlier_are_whole()?;
        progress("counting");
        let report = self.report_plan()?.clone();
        let mut draft = Draft::new(&self.configuration, &report, &self.store, period, &missing)?;
        let built = self.build(&report, &mut draft, progress)?;
        folders.extend(built.folders);
        Ok(Reported { folders, ..built })
    }

    /// Makes and attacks a correction of a released period, for every audience that has a release of it. `scope` names what was
    /// wrong, a dimension a text with the codes among which cases moved; empty, it follows from what changed.
    ///
    /// # Errors
    /// As [`Workspace::report`]; [`Error::Reason`] where the reason is no plain sentence, [`Error::Scope`] where the scope is none.
    pub fn correct(
        &mut self,
        period: &str,
        correction: (&str, &[String]),
        progress: &dyn Fn(&str),
    ) -> Result<Reported, Error> {
        self.building("report --correct", |workspace| workspace.second(period, correction, progress))
    }

    fn second(
        &mut self,
        period: &str,
        (reason, scope): (&str, &[String]),
        progress: &dyn Fn(&str),
    ) -> Result<Reported, Error> {
        let period = self.period(period)?;
        let scope = if scope.is_empty() { None } else { Some(Scope::parse(scope)?) };
        self.nothing_awaits()?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_LETTERS_MAX || reason.contains(char::is_control) {
            return Err(Error::Reason { most: REASON_LETTERS_MAX });
        }
        let mut audiences = self.audiences(None)?;
        let ledger = self.store.ledger()?;
        let has_one = |audience: &String| {
            let same = |entry: &LedgerEntry| (entry.period_start, entry.period_end) == (period.start.0, period.end.0);
            ledger.iter().any(|entry| entry.audience == *audience && same(entry))
        };
        if audiences.iter().any(has_one) {
            audiences.retain(has_one);
            self.released_before(period, &audiences)?;
        }
        self.earlier_are_whole()?;
        progress("counting");
        let report = self.report_plan()?.clone();
        let mut draft =
            Draft::correcting(&self.configuration, &report, &self.store, period, &audiences, (reason, scope.as_ref()))?;
        self.build(&report, &mut draft, progress)
    }

    fn build(&mut self, report: &Report, draft: &mut Draft, progress: &dyn Fn(&str)) -> Result<Reported, Error> {
        let spaces: Vec<Space> = draft.axes.axes.iter().map(|axis| axis.space.clone()).collect();
        let mut withheld = Withheld::default();
        let (sealed, staged, verdict) = loop {
            draft.withheld = withheld.tables(draft);
            let built = until_open(ROUNDS, &spaces, |joint| {
                draft.joint = joint.to_vec();
                self.round(report, draft, progress)
            });
            let error = match built {
                Ok(built) => break built,
                Err(error) => error,
            };
            match withheld.more(&error, draft) {
                Some(more) => withheld = more,
                None => {
                    disk::remove_folder(&staging(&self.folder))?;
                    return Err(error);
                }
            }
        };
        let names: Vec<String> = sealed.iter().map(|one| one.entry.name.clone()).collect();
        self.file_verdict(&verdict, &names)?;
        let entries = self.signed(sealed, &verdict)?;
        let frozen = self.frozen_by(draft)?;
        self.store.enter_pending(&entries, &frozen, draft.correction()?.as_ref())?;
        let withheld = draft.withheld.iter().cloned().collect();
        let (doubted, lacking) = (draft.doubted, draft.lacking.clone());
        Ok(Reported { folders: staged, awaiting: true, withheld, doubted, lacking })
    }

    fn round(&self, report: &Report, draft: &Draft, progress: &dyn Fn(&str)) -> Result<Built<Round>, Error> {
        progress("protecting");
        let pattern = draft.protect()?;
        let mut sealed = seal_all(&self.configuration, report, draft, &pattern)?;
        super::expectations::add(&reports(&self.folder), &self.configuration, report, &mut sealed)?;
        progress("rendering");
        let staged = stage(&self.folder, &mut sealed)?;
        progress("attacking");
        Ok(match self.attack(&staged, draft, &sealed)? {
            Built::Safe(verdict) => Built::Safe((sealed, staged, verdict)),
            Built::Forced(forced) => Built::Forced(forced),
        })
    }

    /// What the draft freezes. The store freezes months source by source; the combinations are of all sources together
    /// and lie with the first.
    fn frozen_by(&self, draft: &Draft) -> Result<Vec<FrozenPeriod>, Error> {
        let mut frozen = Vec::new();
        for (period, body) in draft.frozen()? {
            let mut body = Some(body);
            for source in self.configuration.sources.keys() {
                let (start, end) = (period.start.0, period.end.0);
                let body = body.take().unwrap_or_default();
                frozen.push(FrozenPeriod { start, end, source: source.clone(), body });
            }
        }
        Ok(frozen)
    }

    /// Folders of the newest releases of `period` that are in the ledger, and the audiences that have none.
    fn released_before(
        &self,
        period: model::Period,
        audiences: &[String],
    ) -> Result<(Vec<PathBuf>, Vec<String>), Error> {
        let ledger = self.store.ledger()?;
        let (mut folders, mut missing) = (Vec::new(), Vec::new());
        for audience in audiences {
            let same = |entry: &&LedgerEntry| {
                entry.audience == *audience && (entry.period_start, entry.period_end) == (period.start.0, period.end.0)
            };
            match ledger.iter().filter(same).max_by_key(|entry| entry.version) {
                None => missing.push(audience.clone()),
                Some(entry) => {
                    let reports = reports(&self.folder);
                    if let Some(difference) = state(&reports, entry)?.difference() {
                        return Err(Error::Archive { release: entry.name.clone(), difference });
                    }
                    folders.push(reports.join(&entry.name));
                }
            }
        }
        // An audience for which the report has no table is not missing once another has been released.
        let report = self.report_plan()?;
        missing.retain(|audience| {
            let has_tables = report.tables.iter().any(|table| table.audiences.contains(audience));
            has_tables || folders.is_empty()
        });
        Ok((folders, missing))
    }

    fn attack(&self, staged: &[PathBuf], draft: &Draft, sealed: &[Sealed]) -> Result<Built<Verdict>, Error> {
        let mut entries = self.store.ledger()?;
        entries.extend(sealed.iter().map(|sealed| sealed.entry.clone()));
        let (mut verdict, forced) = self.judge(
            staged,
            &[reports(&self.folder)],
            (&entries, draft.reason.as_deref()),
            &self.knowing(Outside::default()),
        )?;
        self.recount(draft, sealed, &mut verdict)?;
        if verdict.is_clean() {
            Ok(Built::Safe(verdict))
        } else if is_only_forced(&verdict) {
            Ok(Built::Forced(forced))
        } else {
            Err(Error::Disclosure(Box::new(verdict)))
        }
    }
}

/// Renders every sealed release into the staging folder and notes its manifest in its ledger entry.
fn stage(workspace: &Path, sealed: &mut [Sealed]) -> Result<Vec<PathBuf>, Error> {
    let staging = staging(workspace);
    disk::remove_folder(&staging)?;
    let (mut folders, mut drawn) = (Vec::new(), render::Drawn::default());
    for one in sealed {
        let files = render::render_beside(&one.release, &mut drawn)?;
        let folder = staging.join(&one.entry.name);
        write_release(&folder, files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())))?;
        if let Some(manifest) = files.iter().find(|file| file.path == "release.json") {
            one.entry.manifest_sha256 = sha256(&manifest.bytes);
            one.entry.manifest_json = String::from_utf8_lossy(&manifest.bytes).into_owned();
        }
        folders.push(folder);
    }
    Ok(folders)
}
