//! Results on stdout, talk on stderr, moving bars on a terminal only. Comes in: text. Goes out: bytes.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::failure::Failure;
use super::globals::Globals;

/// Writes a result to stdout, with a newline at its end.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    match write!(stdout, "{text}{newline}").and_then(|()| stdout.flush()) {
        // The reader has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Failure::System { doing: "write to", path: "standard output".into(), source }),
        Ok(()) => Ok(()),
    }
}

/// Writes a result to stdout as JSON.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::System {
        doing: "write as JSON to",
        path: "standard output".into(),
        source: error.into(),
    })?;
    result(&text)
}

/// Writes a line to stderr, unless the user wants quiet.
pub fn talk(globals: &Globals, line: &str) {
    if globals.talks() {
        complain(line);
    }
}

/// Writes a line to stderr.
pub fn complain(line: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes a page for people inside the service; one that exists only with `force`.
pub fn page(path: &Path, page: &str, force: bool) -> Result<(), Failure> {
    if disk::is_there(path)? && !force {
        return Err(takeup::pipeline::Error::OutputExists(path.to_owned()).into());
    }
    Ok(disk::put(path, page.as_bytes())?)
}

/// A bar that shows that work goes on; nothing where nobody watches.
pub fn progress(globals: &Globals, template: &'static str) -> ProgressBar {
    if !globals.shows_progress() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
