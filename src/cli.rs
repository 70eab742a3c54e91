//! What the user typed.

mod arguments;
mod habits;
pub mod manual;
mod parse;

use clap::{CommandFactory, Parser, Subcommand};

pub use self::arguments::*;

/// Runs declarative API tests, and shows that endpoints enforce bearer authentication.
///
/// A spec is a YAML file of tests: each sends a request and says what must come back. PATHS are
/// specs and folders of them. Without PATHS, apitest runs what the project file apitest.yaml
/// lists under `specs`, else the folder `specs`.
///
/// A green run means what it says: what was not understood, not found, not sent or not answered
/// is never green.
#[derive(Debug, Parser)]
#[command(
    name = "apitest",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "`apitest --help` tells more: exit codes, environment, examples.",
    after_long_help = AFTER_HELP
)]
pub struct Cli {
    /// What to do instead of running specs.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// How specs are run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What can be done besides running specs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read specs and find what is wrong with them, without sending a request
    ///
    /// All faults of all files are told, as before a run, and files that would be sent are looked
    /// for. What comes from the environment may be missing, unless --env-set is given.
    Check(CheckArgs),

    /// List what would be run, without sending a request
    ///
    /// A line for each case, in the order of the reports: where it stands, its name, its tags.
    List(ListArgs),

    /// Show what a test would send, and as a curl command, without sending it
    ///
    /// Tokens, passwords and other secrets stand there as `***`, and what is only known during a
    /// run, such as captures, as it is written.
    Show(ShowArgs),

    /// Write a project file and a first spec, to begin with
    ///
    /// They are green as they are: apitest starts its demo API for them. No file is overwritten.
    Init(InitArgs),

    /// Serve the demo API that the examples use, until it is interrupted
    ///
    /// The API listens on 127.0.0.1 only. It has orders behind bearer tokens with scopes, a login,
    /// an OAuth 2.0 token endpoint, and routes that are slow or flaky.
    Demo(DemoArgs),

    /// List the probes that `enforce: bearer` sends, and what each must be answered with
    Probes(ProbesArgs),

    /// Print the JSON Schema of specs, or of the project file, for editors
    ///
    /// An editor that knows it offers keys and operators, shows what each means, and underlines what
    /// is none: `apitest schema > spec.schema.json`. `docs/editors.md` says how it is switched on.
    Schema(SchemaArgs),

    /// Print a script that completes the command line in a shell
    ///
    /// For bash: `apitest completions bash > ~/.local/share/bash-completion/completions/apitest`.
    Completions(CompletionsArgs),

    /// Print the manual page, or that of a command
    ///
    /// `apitest man | man -l -` shows it.
    Man(ManArgs),
}

const AFTER_HELP: &str = "\
Exit codes:
  0    at least one case passed, and each other one was skipped by its own `skip`, a waiver,
       or because it does not apply
  1    at least one case failed, errored or was not run
  2    the command line, the project file or a spec is invalid
  3    apitest could not do its own part: a report not written, the server not started
  4    nothing was judged: nothing found, nothing selected, or all skipped
  130  interrupted; reports are written, what did not run is in them as skipped
  Where several apply: 130, then 3, 2, 1, 4.

Files:
  apitest.yaml  the project file, in the working directory or the nearest folder above it:
                settings for all specs, which specs there are, where reports go

Environment:
  NO_COLOR  no colours where --color is auto
  Specs read other variables by their full name, as ${env.NAME} or ${env.NAME:-default}.

Examples:
  apitest                                 run all specs of the project
  apitest specs/orders.yaml:12            run the test at line 12
  apitest specs/ --tag smoke --jobs 32    run what is tagged smoke, 32 at a time
  apitest specs/ --tag '!slow'            leave out what is tagged slow
  apitest specs/ --junit report.xml       write a JUnit report
  apitest demo                            serve the demo API at http://127.0.0.1:8787";

impl Cli {
    /// Reads the arguments of the process. Ends it when they are wrong, and for `--help` and
    /// `--version`.
    pub fn from_arguments() -> Cli {
        let cli = Cli::try_parse().unwrap_or_else(|mut error| {
            habits::advise(&mut error);
            error.exit()
        });
        if let Err((command, reason)) = cli.check() {
            let mut whole = Cli::command();
            let command = command.and_then(|name| {
                let own = whole.find_subcommand_mut(name)?.clone();
                Some(own.bin_name(format!("apitest {name}")))
            });
            command.unwrap_or(whole).error(clap::error::ErrorKind::ValueValidation, reason).exit();
        }
        cli
    }

    /// What no single argument shows: which command is wrong, and why.
    fn check(&self) -> Result<(), (Option<&'static str>, String)> {
        match &self.command {
            None => self.run.check().map_err(|reason| (None, reason)),
            Some(Command::Check(check)) => check.specs.check().map_err(|why| (Some("check"), why)),
            Some(Command::Show(show)) => show.specs.check().map_err(|why| (Some("show"), why)),
            Some(Command::List(list)) => list.specs.check().map_err(|why| (Some("list"), why)),
            Some(_) => Ok(()),
        }
    }
}
