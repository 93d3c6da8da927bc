//! Earlier releases that those to be attacked were protected with. Comes in: their names and digests, and where they may lie. Goes out:
//! they stand beside the others, or it is said which are not there. Deliberately absent: looking anywhere else.

use std::path::{Path, PathBuf};

use model::Attack;

use super::{Opened, Run, plain};
use crate::error::VerifyError;
use crate::readers::disk;
use crate::readers::folder::{self, Folder};

impl Run {
    /// Opens what the manifests call earlier, and what those call earlier.
    pub(super) fn add_earlier(&mut self, beside: &[PathBuf]) -> Result<(), VerifyError> {
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
                // Two folders may have one name; the digest tells which of them is meant.
                let is_meant = |opened: &Opened| opened.folder.digest == digest;
                let known = self.opened.iter().position(is_meant);
                let known = known.or_else(|| self.opened.iter().position(|opened| is_named(&opened.folder)));
                let place = match known {
                    Some(place) => Some(place),
                    None => self.find_earlier((&name, &digest), parent.as_deref(), beside)?,
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
        (name, digest): (&str, &str),
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
        let mut meant = None;
        for folder in beside {
            if meant.is_none() && folder::digest_of(folder)?.as_deref() == Some(digest) {
                meant = Some(folder.clone());
            }
        }
        let mut found = None;
        for path in meant.into_iter().chain(siblings).chain(itself) {
            if found.is_none() && disk::leads_to(&path.join(folder::MANIFEST), std::fs::Metadata::is_file)? {
                found = Some(path);
            }
        }
        let Some(path) = found else { return Ok(None) };
        match folder::open(&path) {
            Ok(folder) => self.opened.push(Opened::new(folder, false)),
            Err(error) => {
                let finding = error.as_finding().ok_or(error)?;
                // Several may name it, and it may have been given.
                if !self.broken.contains(&finding) {
                    self.broken.push(finding);
                }
                return Ok(None);
            }
        }
        Ok(Some(self.opened.len() - 1))
    }
}
