//! A table of misbehaviours, run as one serial file: each case is followed by one that is right
//! only if it gets its own answer.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::Arc;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer};

/// What a server does wrong, and what must come of it.
pub struct Row {
    /// Names the case.
    pub name: &'static str,
    /// The method and the rest of the case: keys beside `name` and `request`, in flow style.
    pub case: (&'static str, &'static str),
    /// What the server does with the request.
    pub does: Box<dyn Fn(&mut TcpStream) -> Then + Send + Sync>,
    /// The verdict, and the message if it is not `PASSED`.
    pub ends: (&'static str, &'static str),
}

impl Row {
    /// A row whose server writes `bytes`, and then closes if the answer ends with that.
    pub fn writes(
        name: &'static str,
        case: (&'static str, &'static str),
        bytes: impl Into<Vec<u8>>,
        then: Then,
        ends: (&'static str, &'static str),
    ) -> Row {
        use std::io::Write;
        let bytes = bytes.into();
        let does = Box::new(move |stream: &mut TcpStream| {
            // The client may have seen enough.
            let _ = stream.write_all(&bytes);
            then
        });
        Row { name, case, does, ends }
    }
}

/// Runs the rows in one serial file on one job, and holds each to its verdict.
#[track_caller]
pub fn check(rows: Vec<Row>, arguments: &[&str]) {
    let mut spec = "serial: true\ntests:\n".to_owned();
    for (i, Row { name, case: (method, rest), .. }) in rows.iter().enumerate() {
        spec.push_str(&format!("  - {{name: {name}, request: {method} /{i}, {rest}}}\n"));
        spec.push_str(&format!(
            "  - {{name: after {name}, request: GET /after/{i}, expect: {{json: {{$.n: {i}}}}}}}\n"
        ));
    }
    let rows = Arc::new(rows);
    let server = Server::start({
        let rows = rows.clone();
        move |request, stream| serve(&rows, request, stream)
    });
    let sandbox = Sandbox::new().file("a.yaml", spec);
    sandbox.write("apitest.yaml", format!("base_url: {}\n", server.url()));
    let mut command = vec!["a.yaml", "--jobs", "1", "--verbose"];
    command.extend(arguments);
    let ended = sandbox.run(&command);
    let verdicts = verdicts(&ended);
    let mut wrong = Vec::new();
    for Row { name, ends: (verdict, message), .. } in rows.iter() {
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

fn serve(rows: &[Row], request: &Arrived, stream: &mut TcpStream) -> Then {
    use std::io::Write;
    match request.target.strip_prefix("/after/") {
        Some(n) => {
            let _ = stream.write_all(&answer(200, &[], &format!(r#"{{"n": {n}}}"#)));
            Then::Keep
        }
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
