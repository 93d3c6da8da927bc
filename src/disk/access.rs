//! Who may read what. Comes in: nothing, or a folder that is about to be published. Goes out: options for files and folders that
//! their owner alone may open; or a folder that everybody may read. Where the system knows no owners, all stays as it is.

use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;

use crate::{Failed, Kind, tree};

/// Options to write a file anew that its owner alone may read.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// How to make a folder that its owner alone may open.
pub(crate) fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix sets a mode"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Lets everybody read a folder and what lies in it, and its owner alone write to it.
///
/// # Errors
/// [`Failed`] where the system refuses.
pub fn readable(folder: &Path) -> Result<(), Failed> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let set = |path: &Path, mode| {
            let rights = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, rights).map_err(crate::failed(path, "open to readers"))
        };
        for (name, kind) in tree(folder)?.unwrap_or_default() {
            match kind {
                Kind::File => set(&folder.join(name), 0o644)?,
                Kind::Folder => set(&folder.join(name), 0o755)?,
                Kind::Other => {}
            }
        }
        set(folder, 0o755)?;
    }
    Ok(())
}
