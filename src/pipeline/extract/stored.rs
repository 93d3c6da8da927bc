//! An extract from the store: the cases of a period for a named recipient. Comes in: a workspace, a period, a profile. Goes
//! out: a release in staging that awaits a second person, as every release does. Deliberately absent: a second extract of the
//! same months for one recipient; and rows of months whose tables nobody has seen.

mod coarser;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use confidential::extract::package::{self, METADATA, ROWS, Recount, Written};
use confidential::extract::recode::{ExtractError, Prepared};
use confidential::extract::stored::{Limits, of_frame};
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use confidential::tabulate::Frame;
use confidential::tabulate::fold::Listing;
use model::claim::{Attack, Finding, Tried};
use model::config::Profile;
use model::config::profile::Rare;
use model::digest::sha256;
use model::edition::Editions;
use model::period::Period;
use model::{Manifest, Verdict};

use super::{Diversity, ExtractReport, FRACTION, Ground, Request, Wanted, page, report, risk};
use crate::pipeline::attacked::state;
use crate::pipeline::files::{json, write_release};
use crate::pipeline::recover::{reports, staging, verdicts};
use crate::pipeline::{Error, Workspace};

/// What an extract is made of.
struct Source {
    profile: Profile,
    months: Period,
    frame: Frame,
    editions: Editions,
    /// The recipient as the ledger and the folder call it.
    audience: String,
    /// Code of the period in tables.
    period: String,
}

/// An extract before it is attacked.
struct Built {
    manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
    recount: Recount,
    report: ExtractReport,
    /// Levels of each column of the profile.
    heights: BTreeMap<String, usize>,
}

/// Releases of one period for one recipient are numbered like those for an audience; there is never a second.
const VERSION: u32 = 1;

/// Months.
const QUARTER: i32 = 3;

impl Workspace {
    /// Makes and attacks the extract of a profile, which then awaits approval. The folder in staging, and the report.
    ///
    /// What tables hide, rows do not show: sensitive values in hidden cells are left out, and those of few families; and where the attack on the rows
    /// together with all tables still finds anything, the columns that it used are made coarser and the rows made anew.
    ///
    /// # Errors
    /// [`Error::EarlierExtract`] where the recipient has rows of these months; [`Error::NotReported`] where they have no
    /// tables yet; [`Error::Extract`] where the models cannot be kept; [`Error::Disclosure`] where no coarser column helps.
    pub fn extract(
        &mut self,
        period: &str,
        profile: &str,
        progress: &dyn Fn(&str),
    ) -> Result<(PathBuf, ExtractReport), Error> {
        self.building("extract", |workspace| workspace.rows(period, profile, progress))
    }

    fn rows(
        &mut self,
        period: &str,
        profile: &str,
        progress: &dyn Fn(&str),
    ) -> Result<(PathBuf, ExtractReport), Error> {
        let start = disk::clock::start();
        self.nothing_awaits()?;
        self.earlier_are_whole()?;
        progress("counting");
        let source = self.source(period, profile)?;
        let least = match source.profile.rare {
            Rare::LeftOut => self.strictest(),
            Rare::Kept => 0,
        };
        let mut limits = Limits { hidden: self.hidden(&source)?, floors: BTreeMap::new(), least };
        loop {
            progress("recoding");
            let mut built = self.built(&source, &limits, period)?;
            built.report.seconds = start.elapsed().as_secs_f64();
            progress("attacking");
            let staged = self.stage_extract(&built)?;
            match self.attack_extract(&staged, &built) {
                Ok(verdict) if verdict.is_clean() => {
                    self.enter_extract(&source, &built, &verdict)?;
                    return Ok((staged, built.report));
                }
                Ok(verdict) => {
                    disk::remove_folder(&staging(&self.folder))?;
                    if !coarser::raise(&mut limits.floors, &built.heights, &source.profile, &verdict) {
                        return Err(Error::Disclosure(Box::new(verdict)));
                    }
                }
                Err(error) => {
                    disk::remove_folder(&staging(&self.folder))?;
                    return Err(error);
                }
            }
        }
    }

    /// Folders of the extracts that were released: whoever reads a report may have read them too.
    pub(in crate::pipeline) fn extracts(&self) -> Result<Vec<PathBuf>, Error> {
        let mut folders = Vec::new();
        for entry in
            self.store.ledger()?.iter().filter(|entry| entry.state == ReleaseState::Released && is_extract(entry))
        {
            let reports = reports(&self.folder);
            if let Some(difference) = state(&reports, entry)?.difference() {
                return Err(Error::Archive { release: entry.name.clone(), difference });
            }
            folders.push(reports.join(&entry.name));
        }
        Ok(folders)
    }

    fn source(&self, period: &str, profile: &str) -> Result<Source, Error> {
        let months = self.period(period)?;
        let profiles = &self.configuration.profiles;
        let found = profiles.get(profile).ok_or_else(|| Error::NoSuch {
            what: "profile",
            name: profile.to_owned(),
            allowed: profiles.keys().cloned().collect::<Vec<_>>().join(", "),
        })?;
        let audience = plain(&found.recipient);
        self.refuse_second(months, &audience)?;
        let loaded = Frame::load(&self.store, &self.configuration, months.end, None)
            .map_err(confidential::assemble::AssembleError::from)?;
        let (mut frame, editions) = (loaded.frame, loaded.editions);
        if !frame.has_cases_in(months) {
            return Err(Error::NoCases { period: period.to_owned() });
        }
        let reported = confidential::assemble::reported(&self.store, self.configuration.service.calendar)?;
        // A year's figures alone are no report of its quarters: rows of one would be the first that is told of it.
        let longest = months.months().max(QUARTER);
        let is_reported = |month: &i32| {
            let mut near = reported.iter().filter(|old| old.months() <= longest);
            near.any(|old| (old.start.0..old.end.0).contains(month))
        };
        let mut own = frame.month.iter().filter(|month| (months.start.0..months.end.0).contains(month));
        if !own.all(is_reported) {
            return Err(Error::NotReported { period: period.to_owned() });
        }
        // As tables have it: a code that is rare, and that none has named, is no code of its own.
        let threshold = self.strictest().max(found.k);
        let published = confidential::assemble::published_codes(&self.store)?;
        frame.fold_rare(&self.configuration, Listing { threshold, published: &published, before: None });
        let period = editions.newest(months).name(self.configuration.service.calendar);
        Ok(Source { profile: found.clone(), months, frame, editions, audience, period })
    }

    /// Rows are judged beside the tables of every audience, each at its own threshold: whoever gets them reads what is public.
    fn strictest(&self) -> u64 {
        self.configuration.service.audiences.iter().map(|audience| audience.threshold).max().unwrap_or(0)
    }

    /// That the recipient has no rows of these months yet, and is no audience of reports.
    fn refuse_second(&self, months: Period, audience: &str) -> Result<(), Error> {
        let audiences = &self.configuration.service.audiences;
        if audience.is_empty() || audiences.iter().any(|own| own.id == audience) {
            let (what, name) = ("recipient who could get rows", audience.to_owned());
            return Err(Error::NoSuch { what, name, allowed: "those under agreement".to_owned() });
        }
        for entry in self.store.ledger()?.iter().filter(|entry| entry.audience == audience) {
            if entry.period_start < months.end.0 && months.start.0 < entry.period_end {
                return Err(Error::EarlierExtract(reports(&self.folder).join(&entry.name)));
            }
        }
        Ok(())
    }

    fn built(&self, source: &Source, limits: &Limits, period: &str) -> Result<Built, Error> {
        let stored =
            of_frame(&self.configuration, (&source.frame, &source.editions), &source.profile, source.months, limits);
        let stored = stored.map_err(ExtractError::from)?;
        let stored = stored.ok_or_else(|| Error::NoCases { period: period.to_owned() })?;
        let request = request(&source.profile, &stored.roles);
        let mut prepared = Prepared::new(stored.table.clone(), stored.hierarchies.clone(), &[], None, &request)?;
        let recoded = prepared.recode(&request)?;
        for (column, records) in &stored.silent {
            prepared.table.silence(column, records);
        }
        let bytes = prepared.write(&request, &recoded);
        let rows = Written::new(&bytes, &stored);
        let entry = package::entry(&source.profile, &stored, &source.period, &rows);
        let name =
            format!("{}-{}-r{VERSION}", source.months.name(self.configuration.service.calendar), source.audience);
        let files =
            BTreeMap::from([(ROWS.to_owned(), rows.sorted()), (METADATA.to_owned(), package::metadata(&entry, &name))]);
        let manifest = Manifest {
            release: name,
            period: source.months.name(self.configuration.service.calendar),
            audience: source.audience.clone(),
            threshold: self.strictest(),
            hierarchies: BTreeMap::new(),
            labels: BTreeMap::new(),
            tables: Vec::new(),
            relations: Vec::new(),
            impossible: Vec::new(),
            derived: Vec::new(),
            files: files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
            earlier: self.tables_before()?,
            sensitive: Vec::new(),
            group_below: None,
            corrects: None,
            extract: Some(entry),
            presentation: None,
        };
        let heights = stored.whole.iter().map(|whole| (whole.column().to_owned(), whole.height())).collect();
        let recount = rows.recount(&stored, &source.profile);
        let mut report = report(&prepared, &request, &recoded);
        let fraction = source.profile.sampling_fraction.unwrap_or(FRACTION);
        risk::measure(&mut report, &prepared, &request, &recoded, fraction, true);
        Ok(Built { manifest, files, recount, report, heights })
    }

    /// Every release of tables, as manifests name earlier ones. Other recipients' rows are not named.
    fn tables_before(&self) -> Result<BTreeMap<String, String>, Error> {
        let entries = self.store.ledger()?;
        let tables = entries.into_iter().filter(|entry| entry.state == ReleaseState::Released && !is_extract(entry));
        Ok(tables.map(|entry| (entry.name, entry.manifest_sha256)).collect())
    }

    fn stage_extract(&self, built: &Built) -> Result<PathBuf, Error> {
        let staging = staging(&self.folder);
        disk::remove_folder(&staging)?;
        let folder = staging.join(&built.manifest.release);
        let manifest = json(&folder, &built.manifest)?;
        let files = built.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        write_release(&folder, files.chain([("release.json", manifest.as_slice())]))?;
        Ok(folder)
    }

    /// The attack on the rows with all tables and all extracts, and the families counted again.
    fn attack_extract(&self, staged: &Path, built: &Built) -> Result<Verdict, Error> {
        let entries = self.store.ledger()?;
        let (mut verdict, _) = self.judge(
            &[staged.to_owned()],
            &[reports(&self.folder)],
            (&entries, None),
            &self.knowing(::verify::Outside::default()),
        )?;
        let Recount { classes, few_units, few_values } = built.recount;
        verdict.tried.push(Tried {
            attack: Attack::Uniqueness,
            scope: format!("{classes} classes counted again, with the families behind them"),
            not_shown: 0,
        });
        for (kind, count, of) in
            [("extract_few_families", few_units, "families"), ("extract_few_values", few_values, "sensitive values")]
        {
            *verdict.counts.entry(kind.to_owned()).or_default() += count as u64;
            if count > 0 {
                verdict.findings.push(Finding {
                    attack: Attack::Uniqueness,
                    kind: kind.to_owned(),
                    file: ROWS.to_owned(),
                    place: String::new(),
                    message: format!("{count} classes have fewer {of} than promised"),
                    claim: None,
                });
            }
        }
        ::verify::verdict::conclude(&mut verdict);
        Ok(verdict)
    }

    fn enter_extract(&mut self, source: &Source, built: &Built, verdict: &Verdict) -> Result<(), Error> {
        let name = built.manifest.release.clone();
        self.file_verdict(verdict, std::slice::from_ref(&name))?;
        let told = verdicts(&self.folder).join(format!("{name}.json"));
        disk::replace(&told, &json(&told, &built.report)?)?;
        let page = verdicts(&self.folder).join(format!("{name}-risk.html"));
        disk::replace(&page, page::to_html(&built.report).as_bytes())?;
        let manifest = json(&told, &built.manifest)?;
        let entry = LedgerEntry {
            name,
            period_start: source.months.start.0,
            period_end: source.months.end.0,
            audience: source.audience.clone(),
            threshold: built.manifest.threshold,
            version: VERSION,
            correction: None,
            state: ReleaseState::Awaiting,
            manifest_sha256: sha256(&manifest),
            manifest_json: String::from_utf8_lossy(&manifest).into_owned(),
            built_by: self.person.clone(),
            approved_by: String::new(),
            policy_sha256: self.policy_digest()?,
            verdict: serde_json::to_string(verdict).unwrap_or_default(),
            cells: Vec::new(),
        };
        Ok(self.store.enter_pending(&[entry], &[], None)?)
    }
}

/// Whether an entry of the ledger is rows for a recipient.
pub(in crate::pipeline) fn is_extract(entry: &LedgerEntry) -> bool {
    serde_json::from_str::<Manifest>(&entry.manifest_json).is_ok_and(|manifest| manifest.extract.is_some())
}

/// What a profile asks for. Its metric is Loss: the extract's reader, not its maker, is to lose the least.
fn request(profile: &Profile, roles: &super::Roles) -> Request {
    let l = profile.sensitivity.l.and_then(|l| u32::try_from(l).ok()).map(f64::from);
    let has_sensitive = !roles.sensitive.is_empty();
    Request {
        roles: roles.clone(),
        wanted: Wanted {
            k: Some(profile.k),
            diversity: l.filter(|_| has_sensitive).map(|l| (Diversity::Distinct, l)),
            closeness: profile.sensitivity.t.filter(|_| has_sensitive).map(|t| (Ground::Equal, t)),
            ..Wanted::default()
        },
        suppress: profile.suppress,
        ..Request::default()
    }
}

/// A recipient's name as a part of a folder's: `a-research-body`.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<&str>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_recipients_name_is_part_of_a_folders() {
        assert_eq!(plain(" The Institute for Research (Leeds) "), "the-institute-for-research-leeds");
    }
}
