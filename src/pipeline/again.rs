//! Writes releases again for the attack. Comes in: a manifest and files, as the attack read them. Goes out: what this program
//! writes of them. Deliberately absent: comparing, which is the attack's.
//!
//! `verify` shares no code with what it attacks, and `render` does not know who reads its files; only here are both known. So
//! neither crate depends on the other, and a fault of the writer is still looked for by readers that do not have it.

use std::collections::BTreeMap;

use ::verify::attacks::rendering::{Rewritten, Unwritten};
use model::claim::{Attack, Tried};
use model::{Manifest, Verdict};
use render::NotAgain;

/// Every file that this program writes of `manifest` and the tidy tables in `files`.
pub(super) fn write(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Rewritten {
    match render::render_again(manifest, files) {
        Ok(files) => Rewritten::Files(files.into_iter().map(|file| (file.path, file.bytes)).collect()),
        Err(error @ NotAgain::NoRelease { .. }) => Rewritten::Refused(error.to_string()),
        Err(error @ (NotAgain::NoPresentation | NotAgain::OtherFormat { .. })) => Rewritten::NotOurs(error.to_string()),
    }
}

/// Says of each release whose files nobody wrote again, and nobody knows otherwise, that they are left open.
pub(super) fn leave_open(verdict: &mut Verdict, unwritten: &[Unwritten]) {
    for one in unwritten {
        let Unwritten { release, files, why, .. } = one;
        verdict.tried.push(Tried {
            attack: Attack::Rendering,
            scope: format!("none of {files} files of {release} written again"),
            not_shown: *files,
        });
        verdict.not_run.push(format!(
            "writing {release} again: {why}. Words without a number, looks, sizes and orders of parts in {files} files may say \
             what no table says"
        ));
    }
    ::verify::verdict::conclude(verdict);
}
