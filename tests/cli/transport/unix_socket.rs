//! `unix_socket`: a server that listens in the file system, and is called what the URL says.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::{errors, run, sandbox};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer};

/// The heads of the requests that came, each with the number of its connection.
type Heads = Arc<Mutex<Vec<(usize, String)>>>;

/// Serves at a path until the process ends; `/away` is redirected there.
fn serve(path: &Path, away: &str) -> Heads {
    let listener = UnixListener::bind(path).expect("a socket");
    let (heads, away) = (Heads::default(), away.to_owned());
    std::thread::spawn({
        let heads = heads.clone();
        move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let mut writer = stream.try_clone().expect("a socket");
                let mut head = String::new();
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if !line.is_empty() {
                        head.push_str(&format!("{line}\n"));
                        continue;
                    }
                    let bytes = match head.contains(" /away ") {
                        true => answer(307, &[("Location", &away)], ""),
                        false => answer(200, &[], "{}"),
                    };
                    heads.lock().expect("no panic").push((connection, std::mem::take(&mut head)));
                    let _ = writer.write_all(&bytes);
                }
            }
        }
    });
    heads
}

#[test]
fn the_server_is_called_what_the_url_says_and_kept() {
    let lines = "unix_socket: run/api.sock\nproxy: http://192.0.2.1:3128\n\
                 auth: {bearer: a-token-that-is-long}";
    let sandbox = sandbox("http://localhost", lines, &[("run/other", "")]);
    let heads = serve(&sandbox.path("run/api.sock"), "/");
    sandbox.run(&["a.yaml", "--jobs=1"]).expect_code(0);
    let heads = heads.lock().expect("no panic").clone();
    let connections: Vec<usize> = heads.iter().map(|(connection, _)| *connection).collect();
    assert_eq!(connections, [0, 0], "the connection is kept");
    for (number, (_, head)) in heads.iter().enumerate() {
        assert!(head.starts_with(&format!("GET /{} HTTP/1.1\n", number + 1)), "{head}");
        assert!(head.contains("host: localhost\n"), "{head}");
        assert!(head.contains("a-token-that-is-long"), "{head}");
    }
}

#[test]
fn a_redirect_to_another_origin_leaves_it() {
    let other = Server::answering(200, &[], "{}");
    let spec = "unix_socket: api.sock\nbase_url: http://localhost\nfollow_redirects: 1\n\
                auth: {bearer: a-token-that-is-long}\n\
                tests:\n  - {name: a, request: GET /away, expect: 200}\n";
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let heads = serve(&sandbox.path("api.sock"), &format!("{}/landed", other.url()));
    sandbox.run(&["a.yaml"]).expect_code(0);
    assert_eq!(heads.lock().expect("no panic").len(), 1);
    let arrived = other.arrived();
    assert_eq!((arrived.len(), arrived[0].target.as_str()), (1, "/landed"));
    assert_eq!(arrived[0].header("authorization"), None);
}

#[test]
fn one_that_is_not_there_is_told_as_it_is() {
    let ended = run("http://localhost", "unix_socket: api.sock", &[]);
    errors(ended, "the socket api.sock is not there: is the server running?");
    let ended = run("http://localhost", "unix_socket: file", &[("file", "")]);
    errors(ended, "nothing listens at the socket file (connection refused)");
    let long = "a/".repeat(100);
    let ended = run("http://localhost", &format!("unix_socket: {long}"), &[]);
    errors(ended, "no connection to the socket a/a/");
}

/// The name in the URL decides, as everywhere.
#[test]
fn a_credential_for_another_host_is_not_sent_in_plain() {
    let lines = "unix_socket: api.sock\nauth: {bearer: a-token-that-is-long}";
    let sandbox = sandbox("http://orders.test", lines, &[]);
    let heads = serve(&sandbox.path("api.sock"), "/");
    let ended = sandbox.run(&["a.yaml"]);
    errors(ended, "a credential is not sent unencrypted to orders.test");
    assert!(heads.lock().expect("no panic").is_empty());
}
