//! One file a command; each reads as a list of stages.

mod check;
mod demo;
mod init;
mod inputs;
mod list;
mod load;
mod manual;
mod probes;
mod reports;
mod run;
mod schema;
mod server;
mod show;
mod specs;

use std::collections::{HashMap, HashSet};
use std::io::Write;

use crate::cli::{Cli, ColorWhen, Command};
use crate::exit_code::ExitCode;

/// What the process was given besides its arguments.
#[derive(Debug)]
pub struct Process {
    /// The environment, as far as it is text.
    pub env: HashMap<String, String>,
    /// The variables in it whose value is no text.
    pub env_not_text: HashSet<String>,
    /// Whether results go to a terminal.
    pub stdout_is_terminal: bool,
    /// Whether faults and progress go to a terminal.
    pub stderr_is_terminal: bool,
}

/// Does what the user asked for.
pub fn run(cli: Cli, process: &Process) -> ExitCode {
    match cli.command {
        None => run::run(&cli.run, process),
        Some(Command::Check(arguments)) => check::check(&arguments, process),
        Some(Command::List(arguments)) => list::list(&arguments, process),
        Some(Command::Show(arguments)) => show::show(&arguments, process),
        Some(Command::Init(arguments)) => init::init(&arguments),
        Some(Command::Demo(arguments)) => demo::demo(&arguments),
        Some(Command::Probes(arguments)) => probes::probes(&arguments),
        Some(Command::Schema(arguments)) => schema::schema(&arguments),
        Some(Command::Completions(arguments)) => manual::completions(&arguments),
        Some(Command::Man(arguments)) => manual::man(&arguments),
    }
}

impl Process {
    /// Whether results and whether faults are coloured: each may go elsewhere than to a terminal.
    fn colors(&self, when: ColorWhen) -> (bool, bool) {
        match when {
            ColorWhen::Always => (true, true),
            ColorWhen::Never => (false, false),
            ColorWhen::Auto => {
                let wanted = !self.is_set("NO_COLOR") && !self.terminal_is_dumb();
                (wanted && self.stdout_is_terminal, wanted && self.stderr_is_terminal)
            }
        }
    }

    /// Whether there is a terminal that a line can be redrawn on. The log of a CI job is none, even
    /// where the job was given one.
    fn draws_progress(&self) -> bool {
        self.stderr_is_terminal && !self.terminal_is_dumb() && !self.is_set("CI")
    }

    fn terminal_is_dumb(&self) -> bool {
        self.env.get("TERM").is_some_and(|term| term == "dumb")
    }

    /// Whether this is a step of GitHub Actions, whose runner reads what is printed.
    fn is_on_github(&self) -> bool {
        self.env.get("GITHUB_ACTIONS").is_some_and(|value| value == "true")
    }

    fn is_set(&self, name: &str) -> bool {
        self.env.get(name).is_some_and(|value| !value.is_empty())
    }
}

/// Says something on standard error; nobody may listen there.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "apitest: {what}");
}

/// Prints the result of a command. Who pipes it into `head` has read enough.
fn print(result: &str) -> Result<(), String> {
    match std::io::stdout().write_all(result.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the result could not be printed: {error}"))
        }
        _ => Ok(()),
    }
}

/// Says what apitest could not do, and gives the code for it.
fn broken(what: &str) -> ExitCode {
    say(what);
    ExitCode::Broken
}
