//! Sources of tokens that make requests or sign: what they send, how often, and what is told when
//! they give no token.

mod requests;
mod shared;

use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

/// A folder whose specs are sent to `server`.
fn sandbox(server: &Server, spec: &str) -> Sandbox {
    let project = format!("base_url: {}\n", server.url());
    Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec)
}

/// `count` tests that say the same.
fn tests(count: usize, test: &str) -> String {
    let tests = (0..count).map(|number| format!("  - {{name: t{number}, {test}}}\n"));
    format!("tests:\n{}", tests.collect::<String>())
}
