//! `server: {command: …}`: a program that is started for the run, waited for, and ended with all
//! that it started.

#![cfg(unix)]

mod early_ends;
mod ending;
mod starting;

use crate::support::alive::Alive;
use crate::support::sandbox::{Sandbox, program};

/// A sandbox with a script that serves the demo API, and a spec.
fn sandbox(server: &str, script: &str, spec: &str) -> Sandbox {
    let script = script.replace("apitest demo", &format!("'{}' demo", program().display()));
    Sandbox::new()
        .file("apitest.yaml", format!("server: {server}\nbase_url: ${{server.url}}\n"))
        .file("serve.sh", script)
        .file("specs/a.yaml", spec)
}

const SERVER: &str = "{command: [sh, serve.sh, '${server.port}'], ready: /health}";
const SERVE: &str = "exec apitest demo --port $1\n";
const UP: &str = "tests:\n  - {name: is up, request: GET /health, expect: 200}\n";
const DOWN: &str = "tests:\n  - {name: is down, request: GET /health, expect: 404}\n";
