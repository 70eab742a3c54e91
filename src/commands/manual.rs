//! `apitest completions` and `apitest man`: prints what the command line says of itself.

use super::{broken, print, say};
use crate::cli::{CompletionsArgs, ManArgs, manual};
use crate::exit_code::ExitCode;

/// Prints the script that completes the command line in a shell.
pub fn completions(arguments: &CompletionsArgs) -> ExitCode {
    printed(&manual::completions(arguments.shell))
}

/// Prints a page of the manual, as `man` reads it.
pub fn man(arguments: &ManArgs) -> ExitCode {
    match manual::page(arguments.of.as_deref()) {
        Ok(page) => printed(&page),
        Err(reason) => {
            say(&reason);
            ExitCode::Invalid
        }
    }
}

fn printed(text: &str) -> ExitCode {
    match print(text) {
        Ok(()) => ExitCode::Passed,
        Err(what) => broken(&what),
    }
}
