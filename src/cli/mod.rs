//! The command line: parse, call, print, exit. Comes in: arguments. Goes out: data on stdout, talk on stderr, an exit code.
//! Deliberately absent: every decision; those are the pipeline's.

mod approve;
mod compare;
mod demo;
mod explain;
mod extract;
mod failure;
mod fault;
mod globals;
mod ingest;
mod init;
mod inspect;
mod issues;
mod keys;
mod memory;
mod names;
mod output;
mod passphrase;
mod plan;
mod protect;
mod read_cells;
mod report;
mod store;
mod verify;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use globals::Globals;

/// Reports how a confidential advice service is used, and proves that nobody can be recognised in the report.
#[derive(Debug, Parser)]
#[command(name = "takeup", version, after_help = AFTER_HELP, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  takeup demo                                     the whole job on invented cases
  takeup init service --passphrase-file pass.txt  a workspace of your own, in ./service
  takeup -C service ingest march.xlsx             read, check and store an export
  takeup -C service report --period 2025-26-Q4    the quarter's reports, built and attacked
  takeup -C service --as deputy approve           released by a second person

Exit codes:
  0 done                       5 the policy refuses
  1 a fault in the program     6 verify found a disclosure; nothing was released
  2 wrong usage                7 the store cannot be opened
  3 the configuration is wrong 8 disk or system failure
  4 the input has errors; nothing was stored";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Inspect(inspect::Inspect),
    Ingest(ingest::Ingest),
    Plan(plan::Plan),
    Report(report::Report),
    Approve(approve::Approve),
    Issues(issues::Issues),
    Verify(verify::Verify),
    Compare(compare::Compare),
    Explain(explain::Explain),
    Keys(keys::Keys),
    Store(store::Store),
    Protect(Box<protect::Protect>),
    Extract(Box<extract::Extract>),
    #[command(name = takeup::pipeline::reading::COMMAND, hide = true)]
    ReadCells(read_cells::ReadCells),
}

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    fault::tell_places_only();
    memory::keep_to_oneself();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to stdout, faults to stderr; a closed pipe is nobody's fault.
            let _ = error.print();
            if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                output::complain(&format!("Nothing was done. (exit {})", error.exit_code()));
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Command::ReadCells(command) = &arguments.command {
        return command.run();
    }
    // Where the system does not say, no workbook is read: never by this process.
    takeup::pipeline::reading::read_apart(std::env::current_exe().unwrap_or_default());
    let globals = &arguments.globals;
    let result = match &arguments.command {
        Command::Demo(command) => command.run(globals),
        Command::Init(command) => command.run(globals),
        Command::Inspect(command) => command.run(globals),
        Command::Ingest(command) => command.run(globals),
        Command::Plan(command) => command.run(globals),
        Command::Report(command) => command.run(globals),
        Command::Approve(command) => command.run(globals),
        Command::Issues(command) => command.run(globals),
        Command::Verify(command) => command.run(globals),
        Command::Compare(command) => command.run(globals),
        Command::Explain(command) => command.run(globals),
        Command::Keys(command) => command.run(globals),
        Command::Store(command) => command.run(globals),
        Command::Protect(command) => command.run(globals),
        Command::Extract(command) => command.run(globals),
        Command::ReadCells(_) => Ok(()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.print(globals),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_of_the_arguments_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        let before = Arguments::try_parse_from(["takeup", "-C", "x", "--json", "plan", "--period", "2026-Q1"]);
        let after = Arguments::try_parse_from(["takeup", "plan", "--period", "2026-Q1", "-C", "x", "--json"]);
        let (before, after) = (before.expect("before"), after.expect("after"));
        assert_eq!(before.globals.workspace(), after.globals.workspace());
        assert!(before.globals.json && after.globals.json);
    }

    #[test]
    fn a_passphrase_is_never_an_argument() {
        let command = Arguments::command();
        let mut names = command.get_arguments().filter_map(|argument| argument.get_long());
        assert!(names.all(|name| name != "passphrase"));
    }
}
