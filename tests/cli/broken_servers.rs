//! Servers that do it wrong: each gets its verdict in bounded time, and the case after it, on the
//! same connections, its own answer.

mod answers;
mod framing;
mod connections;
mod sending;
mod tls;
mod rows;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::Server;
use rows::verdicts;

/// Runs `spec` one case at a time against servers by name: `${a}` in it is the URL of `a`.
fn run(spec: &str, servers: &[(&str, &Server)]) -> Ended {
    let sandbox = Sandbox::new().file("a.yaml", format!("serial: true\n{spec}"));
    let mut arguments = vec!["a.yaml".to_owned(), "--jobs=1".to_owned(), "--verbose".to_owned()];
    for (name, server) in servers {
        arguments.push(format!("--var={name}={}", server.url()));
    }
    sandbox.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[track_caller]
fn expect(ended: &Ended, expected: &[(&str, &str)]) {
    let verdicts = verdicts(ended);
    for (name, verdict) in expected {
        let found = verdicts.get(*name).map(|(verdict, message)| format!("{verdict}: {message}"));
        let holds = found.as_ref().is_some_and(|found| found.starts_with(verdict));
        assert!(holds, "{name}: expected {verdict}, got {found:?}\n{}", ended.stderr);
    }
}

fn targets(server: &Server) -> Vec<(String, usize)> {
    server.arrived().into_iter().map(|request| (request.target, request.connection)).collect()
}
