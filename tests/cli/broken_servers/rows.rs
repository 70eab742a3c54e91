//! A table of misbehaviours, run as one serial file: each case is followed by one that is right
//! only if it gets its own answer.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// What a server does wrong, and what must come of it.
pub struct Row {
    name: &'static str,
    method: &'static str,
    /// The keys of the case beside `name` and `request`, in flow style.
    keys: String,
    does: Box<dyn Fn(&mut TcpStream) -> Then + Send + Sync>,
    verdict: &'static str,
    message: String,
}

impl Row {
    /// A case that expects `{"ok": true}` and passes, once a server that does this is added.
    pub fn new(name: &'static str) -> Row {
        Row {
            name,
            method: "GET",
            keys: "expect: {json: {$.ok: true}}".to_owned(),
            does: Box::new(|_| Then::Close),
            verdict: "PASSED",
            message: String::new(),
        }
    }

    /// Another method, and other keys of the case.
    pub fn case(mut self, method: &'static str, keys: &str) -> Row {
        self.method = method;
        self.keys = keys.to_owned();
        self
    }

    /// The server writes this and goes on.
    pub fn writes(self, bytes: impl Into<Vec<u8>>) -> Row {
        self.writes_and(bytes, Then::Keep)
    }

    /// The server writes this and closes.
    pub fn closes_after(self, bytes: impl Into<Vec<u8>>) -> Row {
        self.writes_and(bytes, Then::Close)
    }

    fn writes_and(self, bytes: impl Into<Vec<u8>>, then: Then) -> Row {
        let bytes = bytes.into();
        self.does(move |stream| {
            // The client may have seen enough.
            let _ = stream.write_all(&bytes);
            then
        })
    }

    /// The server behaves as the function says.
    pub fn does(mut self, does: impl Fn(&mut TcpStream) -> Then + Send + Sync + 'static) -> Row {
        self.does = Box::new(does);
        self
    }

    /// The case fails, with this in its message.
    pub fn fails(mut self, message: &str) -> Row {
        (self.verdict, self.message) = ("FAILED", message.to_owned());
        self
    }

    /// The case has no verdict, with this in its message.
    pub fn errs(mut self, message: &str) -> Row {
        (self.verdict, self.message) = ("ERRORED", message.to_owned());
        self
    }
}

/// Runs the rows in one serial file on one job, and holds each to its verdict.
#[track_caller]
pub fn check(rows: impl IntoIterator<Item = Row>, arguments: &[&str]) {
    let rows = Arc::new(rows.into_iter().collect::<Vec<_>>());
    let server = Server::start({
        let rows = rows.clone();
        move |request, stream| serve(&rows, request, stream)
    });
    let sandbox = Sandbox::new().file("a.yaml", spec(&rows));
    sandbox.write("apitest.yaml", format!("base_url: {}\n", server.url()));
    let mut command = vec!["a.yaml", "--jobs", "1", "--verbose"];
    command.extend(arguments);
    let ended = sandbox.run(&command);
    let verdicts = verdicts(&ended);
    let mut wrong = Vec::new();
    for Row { name, verdict, message, .. } in rows.iter() {
        let (found, text) = verdicts.get(*name).cloned().unwrap_or_default();
        let text = text.replace(&server.url()["http://".len()..], "HOST");
        if found != *verdict || !text.contains(message) {
            wrong.push(format!("{name}\n  expected {verdict}: {message}\n  got {found}: {text}"));
        }
        let after = verdicts.get(&format!("after {name}")).cloned().unwrap_or_default();
        if after.0 != "PASSED" {
            wrong.push(format!("after {name}\n  got {after:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n\nstderr:\n{}", wrong.join("\n"), ended.stderr);
}

fn spec(rows: &[Row]) -> String {
    let mut spec = "serial: true\ntests:\n".to_owned();
    for (i, Row { name, method, keys, .. }) in rows.iter().enumerate() {
        spec.push_str(&format!("  - {{name: {name}, request: {method} /{i}, {keys}}}\n"));
        spec.push_str(&format!(
            "  - {{name: after {name}, request: GET /after/{i}, expect: {{json: {{$.n: {i}}}}}}}\n"
        ));
    }
    spec
}

fn serve(rows: &[Row], request: &Arrived, stream: &mut TcpStream) -> Then {
    match request.target.strip_prefix("/after/") {
        Some(n) => reply(stream, &answer(200, &[], &format!(r#"{{"n": {n}}}"#))),
        None => {
            let row: usize = request.target[1..].parse().expect("the number of a row");
            (rows[row].does)(stream)
        }
    }
}

/// Each case by its name: its verdict and, if it did not pass, its message.
pub fn verdicts(ended: &Ended) -> BTreeMap<String, (String, String)> {
    let mut verdicts = BTreeMap::new();
    for line in ended.stdout.lines() {
        let mut parts = line.trim_start().splitn(3, "  ").map(str::trim);
        let (Some(word), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let (name, text) = match word {
            "PASSED" => rest.rsplit_once("  ").unwrap_or((rest, "")),
            "FAILED" | "ERRORED" => match rest.split_once(": ") {
                Some(named) => named,
                None => continue,
            },
            _ => continue,
        };
        verdicts.insert(name.to_owned(), (word.to_owned(), text.to_owned()));
    }
    verdicts
}

/// An answer 200 with these header lines, each with its line end, and this body.
pub fn raw(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\n{head}\r\n").into_bytes();
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// As [`raw`], with the length of the body.
pub fn sized(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    raw(&format!("{head}Content-Length: {}\r\n", body.as_ref().len()), body)
}
