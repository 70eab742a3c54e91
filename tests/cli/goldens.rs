//! What a run says, whole, of each thing that goes wrong on its way: a golden a theme.

mod answers;
mod cookies;
#[cfg(unix)]
mod programs;
mod proxies;
mod reports;
#[cfg(unix)]
mod sending;
#[cfg(unix)]
mod servers;
mod tls;

use regex::Regex;

use crate::support::sandbox::{Ended, Sandbox};

/// Runs `a.yaml` of a folder, one case after the other.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    sandbox.run(&[&["a.yaml", "--jobs", "1", "--color", "never"], arguments].concat())
}

/// All that such a run says, without what differs from run to run.
fn told(sandbox: &Sandbox, arguments: &[&str]) -> String {
    settled(sandbox, &run(sandbox, arguments).transcript())
}

/// A text without the folder of the sandbox, and without ports.
fn settled(sandbox: &Sandbox, text: &str) -> String {
    let ports = Regex::new(r"\b(localhost|[a-z]+\.test):\d+").expect("a regex");
    let folder = sandbox.path("");
    let text = text.replace(folder.to_str().expect("UTF-8"), "<folder>/");
    ports.replace_all(&text, "$1:<port>").into_owned()
}

/// A test of a spec: its name, its request, and its other keys in flow style.
fn test(name: &str, request: &str, keys: &str) -> String {
    format!("  - {{name: {name}, request: '{request}', {keys}}}\n")
}
