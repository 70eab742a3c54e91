//! The process boundary: arguments and environment in, exit code out.

use std::collections::{HashMap, HashSet};
use std::io::IsTerminal;
use std::process::ExitCode;

use apitest::cli::Cli;
use apitest::commands::{self, Process};

fn main() -> ExitCode {
    let cli = Cli::from_arguments();
    let mut process = Process {
        env: HashMap::new(),
        env_not_text: HashSet::new(),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
    };
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => drop(process.env.insert(name, value)),
            Err(_) => drop(process.env_not_text.insert(name)),
        }
    }
    commands::run(cli, &process).into()
}
