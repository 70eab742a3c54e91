//! What shells and readers of manuals want to know about the command line.

use clap::{Command, CommandFactory};

use super::Cli;
use crate::diagnostic::did_you_mean;

/// The script that completes the command line in a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "apitest", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The page of the whole program, or of one command, as `man` reads it.
///
/// # Errors
/// There is no such command.
pub fn page(of: Option<&str>) -> Result<String, String> {
    let page = of.map_or_else(|| Ok(Cli::command()), page_of)?;
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(page).render(&mut text);
    rendered.map_err(|error| format!("the page could not be made: {error}"))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A command under the name by which `man` finds its page.
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
