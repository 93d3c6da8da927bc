//! Whether the files of the given releases are what this program writes. Comes in: a run. Goes out: its findings, last of all: such
//! a file may carry a word and tells no figure. Deliberately absent: the writer.

use model::claim::Tried;
use model::{Attack, Finding};

use super::Run;
use crate::attacks::rendering::Writer;
use crate::attacks::{form, rendering};

impl Run {
    /// What is written in another way than a release of ours is, last: it may carry a word and tells no figure.
    pub(super) fn judge_form(&mut self) {
        for opened in
            self.opened.iter().filter(|opened| opened.is_given && opened.folder.is_listed && opened.folder.is_own)
        {
            let found = form::check(&opened.folder, &opened.tables).into_iter();
            let named = found.map(|finding| Finding { file: format!("{}{}", opened.prefix, finding.file), ..finding });
            self.result.verdict.findings.extend(named);
        }
    }

    /// What is in no release that this program writes of these figures and words.
    pub(super) fn judge_rendering(&mut self, writer: Option<Writer>) {
        let Some(writer) = writer else { return };
        let mut alike = 0;
        for opened in self.opened.iter().filter(|opened| opened.is_given && opened.folder.is_listed) {
            let held = rendering::check(&opened.folder, writer);
            alike += held.alike;
            self.result.unwritten.extend(held.unwritten);
            // A file that is found here is not named a second time for its blanks.
            let is_twice = |finding: &Finding| finding.kind == "file_form";
            let named =
                held.findings.into_iter().map(|one| Finding { file: format!("{}{}", opened.prefix, one.file), ..one });
            for finding in named {
                self.result.verdict.findings.retain(|other| !is_twice(other) || other.file != finding.file);
                self.result.verdict.findings.push(finding);
            }
        }
        if alike > 0 {
            let scope = format!("{alike} files written again from release.json and the tidy tables, the same bytes");
            self.result.verdict.tried.push(Tried { attack: Attack::Rendering, scope, not_shown: 0 });
        }
    }
}
