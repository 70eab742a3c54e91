//! `server: {command: …}`: a program that is started for the run, waited for, and ended with all
//! that it started.

#![cfg(unix)]

mod early_ends;
mod ending;
mod starting;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

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

/// The end of a pipe whose other end all processes of a server hold, which open it as `3>alive`.
struct Alive(BufReader<File>);

impl Alive {
    fn make(sandbox: &Sandbox) {
        let made = Command::new("mkfifo").arg(sandbox.path("alive")).status();
        assert!(made.expect("mkfifo").success());
    }

    /// Waits until somebody opens it.
    fn open(sandbox: &Sandbox) -> Alive {
        Alive(BufReader::new(File::open(sandbox.path("alive")).expect("a pipe")))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Waits until nobody is left who could write.
    #[track_caller]
    fn all_are_gone(mut self) {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || tell.send(self.0.read_to_string(&mut String::new())));
        let end = told.recv_timeout(Duration::from_secs(10));
        end.expect("some of its processes are left").expect("the end");
    }
}
