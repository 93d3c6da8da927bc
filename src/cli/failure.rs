//! What goes wrong, said so that a manager can act on it: the fact, the place, the consequence, the next step, the exit
//! code. Comes in: errors of the pipeline. Goes out: lines on stderr. Deliberately absent: any value of a person.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};
use model::config::ConfigError;
use takeup::pipeline;

use super::globals::Globals;
use super::output::{complain, result};

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// The pipeline says so.
    Pipeline(Box<pipeline::Error>),
    /// The arguments do not make sense together.
    Usage {
        /// What is wrong.
        fact: String,
        /// What to do.
        next: String,
    },
    /// What was asked to be checked is not safe; the verdict is printed already.
    Disclosure {
        /// What it came to, after "verify".
        found: String,
        /// Whether that is only what no attack could clear or claim.
        is_left_open: bool,
    },
    /// What was asked for is done and stays done; only telling of it failed.
    Untold {
        /// What is done, as a sentence without its stop.
        done: &'static str,
        /// What failed.
        failure: Box<Failure>,
    },
    /// Disk or terminal.
    System {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<disk::Failed> for Failure {
    fn from(disk::Failed { doing, path, source }: disk::Failed) -> Self {
        Self::System { doing, path, source }
    }
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Self {
        Self::Pipeline(Box::new(error))
    }
}

impl Failure {
    /// A fault of the arguments.
    pub fn usage(fact: &str, next: &str) -> Self {
        Self::Usage { fact: fact.to_owned(), next: next.to_owned() }
    }

    /// For `map_err` on what comes after the deed.
    pub fn after(done: &'static str) -> impl Fn(Self) -> Self {
        move |failure| Self::Untold { done, failure: Box::new(failure) }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Pipeline(error) => error.exit_code(),
            Self::Usage { .. } => 2,
            Self::Disclosure { .. } => 6,
            Self::Untold { failure, .. } => failure.exit_code(),
            Self::System { .. } => 8,
        }
    }

    /// Says what went wrong and returns the exit code.
    pub fn print(&self, globals: &Globals) -> ExitCode {
        let code = self.exit_code();
        match self {
            Self::Pipeline(error) => print_error(error, code, globals),
            Self::Usage { fact, next } => complain(&sentence(fact, next, code)),
            Self::Disclosure { found, is_left_open } => {
                let next = if *is_left_open {
                    "Do not pass it on before they are; smaller tables are easier to show."
                } else {
                    "Do not pass it on; each finding names its file and place."
                };
                complain(&sentence(&format!("verify {found}"), next, code));
            }
            Self::Untold { done, failure } => {
                failure.print(globals);
                complain(&format!("{done}; only telling of it failed."));
            }
            Self::System { doing, path, source } => {
                let fact = format!("could not {doing} {}: {source}", path.display());
                complain(&sentence(&fact, "See to the disk or to the rights of the file.", code));
            }
        }
        ExitCode::from(code)
    }
}

fn print_error(error: &pipeline::Error, code: u8, globals: &Globals) {
    if let pipeline::Error::Config(error) = error {
        complain(drawn(error).trim_end());
        complain(&format!("The configuration is wrong; nothing was changed. (exit {code})"));
        return;
    }
    if let pipeline::Error::Disclosure(verdict) = error {
        show_verdict(verdict, globals);
    }
    complain(&sentence(&error.to_string(), error.remedy().as_deref().unwrap_or_default(), code));
}

/// The verdict that stopped a report: for programs on stdout, for people on stderr.
fn show_verdict(verdict: &model::Verdict, globals: &Globals) {
    let text = refused(verdict, globals.json);
    if globals.json {
        // Where stdout is closed as well there is nobody to tell.
        let _ = result(&text);
    } else {
        complain(text.trim_end());
    }
}

/// Where a report was refused, and nothing that its attack worked out: nobody outside has it.
fn refused(verdict: &model::Verdict, is_json: bool) -> String {
    let verdict = pipeline::places_only(verdict);
    if is_json { serde_json::to_string_pretty(&verdict).unwrap_or_default() } else { pipeline::verdict_text(&verdict) }
}

/// `error: Fact. Next step. (exit N)`; some facts say what to do themselves.
fn sentence(fact: &str, next: &str, code: u8) -> String {
    let stop = if fact.ends_with(['.', '!', '?', '\n']) { "" } else { "." };
    let gap = if next.is_empty() { "" } else { "\n" };
    format!("error: {fact}{stop}{gap}{} (exit {code})", next.trim_end())
}

/// The error with its file, line, column, the line itself and a caret under the value.
fn drawn(error: &ConfigError) -> String {
    let mut diagnostic = MietteDiagnostic::new(error.message.clone());
    diagnostic.help = error.help.clone();
    let report = match error.span.clone() {
        None => {
            diagnostic.message = format!("config/{}: {}", error.document.path, error.message);
            miette::Report::new(diagnostic)
        }
        Some(span) => {
            let (line, column) = error.line_and_column();
            diagnostic = diagnostic.with_label(LabeledSpan::at(span, format!("line {line}, column {column}")));
            let name = format!("config/{}", error.document.path);
            miette::Report::new(diagnostic).with_source_code(NamedSource::new(name, error.document.text.to_string()))
        }
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme()).with_width(100).with_context_lines(1);
    match handler.render_report(&mut text, report.as_ref()) {
        Ok(()) => text,
        Err(_) => error.to_string(),
    }
}

/// Lines and colours for a person at a terminal, plain characters for everything else.
#[expect(clippy::disallowed_methods, reason = "how a message looks changes nothing of what is done")]
fn theme() -> GraphicalTheme {
    let terminal = std::io::stderr().is_terminal();
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match (terminal, colourless) {
        (true, false) => GraphicalTheme::unicode(),
        (true, true) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    }
}

#[cfg(test)]
mod tests {
    use model::config::{ConfigError, Document};
    use model::{Attack, Claim, Finding, Verdict};

    use super::*;

    #[test]
    fn a_configuration_error_shows_its_file_its_line_and_a_caret() {
        let document = Document::new("service.toml", "name = \"A\"\nthresold = 5\n");
        let text = drawn(&document.error(11..19, "unknown field").with_help("did you mean `threshold`?"));
        assert!(text.contains("config/service.toml:2:1"), "{text}");
        assert!(text.contains("thresold = 5") && text.contains("^^^^"), "{text}");
        assert!(text.contains("did you mean `threshold`?"), "{text}");
    }

    #[test]
    fn a_refused_report_is_named_by_kind_file_and_place_and_tells_no_count() {
        let claim = Claim { cell: "area=N".to_owned(), lowest: 3, highest: Some(3) };
        let finding = Finding {
            attack: Attack::Subtraction,
            kind: "suppressed_linear_exact".to_owned(),
            file: "data/t01.csv".to_owned(),
            place: "line 9".to_owned(),
            message: "a hidden cell is known".to_owned(),
            claim: Some(claim.clone()),
        };
        let verdict = Verdict { findings: vec![finding], narrowest: Some(claim), ..Verdict::default() };
        let text = refused(&verdict, false);
        assert!(text.contains("data/t01.csv, line 9, area=N: suppressed_linear_exact\n"), "{text}");
        assert!(!text.contains("is 3"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&refused(&verdict, true)).expect("a verdict");
        assert_eq!(json["findings"][0]["place"], "line 9, area=N");
        assert!(json["findings"][0].get("claim").is_none() && json.get("narrowest").is_none(), "{json}");
    }

    #[test]
    fn a_missing_file_is_named_without_a_line() {
        let text = drawn(&ConfigError::missing_file("dimensions.toml"));
        assert!(text.contains("config/dimensions.toml"), "{text}");
    }

    #[test]
    fn an_error_ends_with_the_next_step_and_the_exit_code() {
        let text = sentence("a is not b", "Make it b.", 4);
        assert_eq!(text, "error: a is not b.\nMake it b. (exit 4)");
        assert_eq!(sentence("a is not b", "", 2), "error: a is not b. (exit 2)");
    }
}
