//! Whether any process of those that a test started is left.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use super::sandbox::Sandbox;

/// The end of a pipe whose other end all processes of a server hold, which open it as `3>alive`.
pub struct Alive(BufReader<File>);

impl Alive {
    /// Makes the pipe, `alive` in the sandbox.
    pub fn make(sandbox: &Sandbox) {
        let made = Command::new("mkfifo").arg(sandbox.path("alive")).status();
        assert!(made.expect("mkfifo").success());
    }

    /// Waits until somebody opens it.
    pub fn open(sandbox: &Sandbox) -> Alive {
        Alive(BufReader::new(File::open(sandbox.path("alive")).expect("a pipe")))
    }

    /// The next line that one of them writes.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Waits until nobody is left who could write.
    #[track_caller]
    pub fn all_are_gone(mut self) {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || tell.send(self.0.read_to_string(&mut String::new())));
        let end = told.recv_timeout(Duration::from_secs(10));
        end.expect("some of its processes are left").expect("the end");
    }
}
