//! One file a command; each reads as a list of stages.

mod demo;
mod load;
mod run;

use std::collections::HashMap;

use crate::cli::{Cli, ColorWhen, Command};
use crate::exit_code::ExitCode;

/// What the process was given besides its arguments.
#[derive(Debug)]
pub struct Process {
    /// The environment; what is not Unicode is left out.
    pub env: HashMap<String, String>,
    /// Whether results go to a terminal.
    pub stdout_is_terminal: bool,
    /// Whether faults and progress go to a terminal.
    pub stderr_is_terminal: bool,
}

/// Does what the user asked for.
pub fn run(cli: Cli, process: &Process) -> ExitCode {
    match cli.command {
        None => run::run(&cli.run, process),
        Some(Command::Demo(arguments)) => demo::demo(&arguments),
    }
}

impl Process {
    /// Whether output is coloured.
    fn color(&self, when: ColorWhen) -> bool {
        let set = |name: &str| self.env.get(name).is_some_and(|value| !value.is_empty());
        match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                let dumb = self.env.get("TERM").is_some_and(|term| term == "dumb");
                self.stdout_is_terminal && !set("NO_COLOR") && !dumb
            }
        }
    }
}

/// Says on standard error what apitest could not do, and gives the code for it.
fn broken(what: &str) -> ExitCode {
    eprintln!("apitest: {what}");
    ExitCode::Broken
}
