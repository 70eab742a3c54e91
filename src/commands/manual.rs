//! `apitest completions` and `apitest man`: what shells and readers of manuals want to know.

use clap::{Command, CommandFactory};

use super::{broken, print, say};
use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::diagnostic::did_you_mean;
use crate::exit_code::ExitCode;

/// Prints the script that completes the command line in a shell.
pub fn completions(arguments: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "apitest", &mut script);
    printed(&script)
}

/// Prints a page of the manual, as `man` reads it.
pub fn man(arguments: &ManArgs) -> ExitCode {
    let page = match &arguments.of {
        None => Ok(Cli::command()),
        Some(name) => page_of(name),
    };
    let page = match page {
        Ok(page) => page,
        Err(reason) => {
            say(&reason);
            return ExitCode::Invalid;
        }
    };
    let mut text = Vec::new();
    match clap_mangen::Man::new(page).render(&mut text) {
        Ok(()) => printed(&text),
        Err(error) => broken(&format!("the page could not be made: {error}")),
    }
}

/// The page of a command, under the name by which `man` finds it.
fn page_of(name: &str) -> Result<Command, String> {
    let mut whole = Cli::command();
    whole.build();
    let commands = || whole.get_subcommands().filter(|command| command.get_name() != "help");
    if let Some(command) = commands().find(|command| command.get_name() == name) {
        return Ok(command.clone());
    }
    Err(match did_you_mean(name, commands().map(Command::get_name)) {
        Some(near) => format!("there is no command `{name}`: did you mean `{near}`?"),
        None => format!("there is no command `{name}`: `apitest --help` lists all of them"),
    })
}

fn printed(text: &[u8]) -> ExitCode {
    match print(&String::from_utf8_lossy(text)) {
        Ok(()) => ExitCode::Passed,
        Err(what) => broken(&what),
    }
}
