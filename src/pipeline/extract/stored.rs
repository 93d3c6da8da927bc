//! An extract from the store: the cases of a period for a named recipient. Comes in: a workspace, a period, a profile. Goes
//! out: a folder that is whole or not there. Deliberately absent: a second extract of the same months for one recipient;
//! whoever compared the two would see who came or went.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use confidential::extract::recode::Prepared;
use confidential::extract::stored::of_frame;
use confidential::tabulate::Frame;
use model::config::Profile;
use model::period::Period;
use serde::{Deserialize, Serialize};

use super::{Diversity, ExtractReport, FRACTION, Ground, Request, Wanted, page, report, risk};
use crate::pipeline::files::{failed, remove_folder, write_folder};
use crate::pipeline::{Error, Workspace};

/// What is known of an extract that was made, beside the file.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    recipient: String,
    agreement: String,
    profile: String,
    period: String,
    /// First month, and the first one after; counted from year 0.
    months: (i32, i32),
}

/// Where it is known.
const MADE: &str = "extract.json";

impl Workspace {
    /// Makes the extract of a profile: `extract.csv` for the recipient, `report.json` and the page
    /// `risk.html` for the service. The folder, and the report.
    ///
    /// # Errors
    /// [`Error::EarlierExtract`] where the recipient has rows of these months; [`Error::Extract`] where the models cannot be
    /// kept.
    pub fn extract(
        &self,
        period: &str,
        profile: &str,
        progress: &dyn Fn(&str),
    ) -> Result<(PathBuf, ExtractReport), Error> {
        let start = Instant::now();
        let months = self.period(period)?;
        let profiles = &self.configuration.profiles;
        let found = profiles.get(profile).ok_or_else(|| Error::NoSuch {
            what: "profile",
            name: profile.to_owned(),
            allowed: profiles.keys().cloned().collect::<Vec<_>>().join(", "),
        })?;
        let extracts = self.folder.join("extracts");
        refuse_second(&extracts, months, &found.recipient)?;
        progress("counting");
        let loaded = Frame::load(&self.store, &self.configuration, months.end, None)
            .map_err(confidential::assemble::AssembleError::from)?;
        let mut frame = loaded.frame;
        // What fewer families than a class ever used would be a class of its own by its name alone.
        frame.fold_rare(&self.configuration, found.k, &BTreeMap::new());
        let stored = of_frame(&self.configuration, &frame, found, months)
            .map_err(confidential::extract::recode::ExtractError::from)?;
        let Some(stored) = stored else { return Err(Error::NoCases { period: period.to_owned() }) };
        let request = request(found, &stored.roles);
        let prepared = Prepared::new(stored.table, stored.hierarchies, &[], None, &request)?;
        progress("recoding");
        let recoded = prepared.recode(&request)?;
        progress("writing");
        let rows = sorted(prepared.write(&request, &recoded));
        let mut told = report(&prepared, &request, &recoded);
        progress("measuring the risk");
        let fraction = found.sampling_fraction.unwrap_or(FRACTION);
        risk::measure(&mut told, &prepared, &request, &recoded, fraction, true);
        told.seconds = start.elapsed().as_secs_f64();
        let made = Made {
            recipient: found.recipient.clone(),
            agreement: found.agreement.clone(),
            profile: profile.to_owned(),
            period: months.name(self.configuration.service.calendar),
            months: (months.start.0, months.end.0),
        };
        let folder = extracts.join(format!("{}-{profile}", made.period));
        publish(&folder, &rows, &told, &made)?;
        Ok((folder, told))
    }
}

/// What a profile asks for. Its metric is Loss: the extract's reader, not its maker, is to lose the least.
fn request(profile: &Profile, roles: &super::Roles) -> Request {
    let l = profile.sensitivity.l.and_then(|l| u32::try_from(l).ok()).map(f64::from);
    let has_sensitive = !profile.sensitive.is_empty();
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

/// The rows in an order that says nothing of when a case came in.
fn sorted(bytes: Vec<u8>) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if let Some((_, rows)) = lines.split_first_mut() {
        rows.sort_unstable();
    }
    lines.concat()
}

/// That the recipient has no rows of these months yet.
fn refuse_second(extracts: &Path, months: Period, recipient: &str) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(extracts) else { return Ok(()) };
    let mut folders = Vec::new();
    for entry in entries {
        folders.push(entry.map_err(failed(extracts, "read the folder"))?.path());
    }
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("extract.csv").is_file()) {
        let path = folder.join(MADE);
        let bytes = fs::read(&path).map_err(failed(&path, "read"))?;
        let made: Made = serde_json::from_slice(&bytes).map_err(|error| Error::System {
            doing: "read",
            path: path.clone(),
            source: error.into(),
        })?;
        let overlaps = made.months.0 < months.end.0 && months.start.0 < made.months.1;
        if overlaps && made.recipient.trim().to_lowercase() == recipient.trim().to_lowercase() {
            return Err(Error::EarlierExtract(folder));
        }
    }
    Ok(())
}

fn publish(folder: &Path, rows: &[u8], told: &ExtractReport, made: &Made) -> Result<(), Error> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map(|text| text + "\n").map_err(|error| Error::System {
            doing: "write as JSON to",
            path: folder.to_owned(),
            source: error.into(),
        })
    };
    let page = page::to_html(told);
    let (told, made) = (json(serde_json::to_string_pretty(told))?, json(serde_json::to_string_pretty(made))?);
    let staged = folder.with_extension("staged");
    remove_folder(&staged)?;
    let texts = [("report.json", &told), ("risk.html", &page), (MADE, &made)];
    let texts = texts.map(|(name, text)| (name, text.as_bytes()));
    write_folder(&staged, std::iter::once(("extract.csv", rows)).chain(texts))?;
    fs::rename(&staged, folder).map_err(failed(folder, "rename"))
}
