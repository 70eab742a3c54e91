//! The process boundary: arguments and environment in, exit code out.

use std::io::IsTerminal;
use std::process::ExitCode;

use apitest::cli::Cli;
use apitest::commands::{self, Process};

fn main() -> ExitCode {
    let cli = Cli::from_arguments();
    let process = Process {
        env: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
    };
    commands::run(cli, &process).into()
}
