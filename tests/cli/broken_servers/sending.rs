//! What a run costs a server and this machine, and that requests go out as they were written.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{expect, run, targets};
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, Then, answer, reply};

#[test]
fn there_are_at_most_as_many_connections_as_jobs() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = Sandbox::new();
    for file in 0..5 {
        let case = |i| format!("  - {{name: case {i}, request: GET /{i}, expect: 200}}\n");
        let cases: String = (0..40).map(case).collect();
        sandbox.write(&format!("specs/{file}.yaml"), format!("tests:\n{cases}"));
    }
    sandbox.write("apitest.yaml", format!("base_url: {}\n", server.url()));
    sandbox.run(&["specs", "--jobs", "3"]).expect_code(0);
    let targets = targets(&server);
    assert_eq!(targets.len(), 200);
    let connections: HashSet<usize> = targets.iter().map(|(_, connection)| *connection).collect();
    assert!(connections.len() <= 3, "{connections:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn no_request_has_a_thread_of_its_own() {
    let process = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let (process, most) = (process.clone(), most.clone());
        move |_, stream| {
            let threads = format!("/proc/{}/task", process.load(Ordering::SeqCst));
            let threads = std::fs::read_dir(threads).map_or(0, Iterator::count);
            most.fetch_max(threads, Ordering::SeqCst);
            reply(stream, &answer(200, &[], "{}"))
        }
    });
    let case =
        |i| format!("  - {{name: case {i}, request: GET /{i}, timeout: 20s, expect: 200}}\n");
    let spec = format!("tests:\n{}", (0..50).map(case).collect::<String>());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    // A name, so that it is looked up too.
    let url = server.url().replace("127.0.0.1", "localhost");
    sandbox.write("apitest.yaml", format!("base_url: {url}\n"));
    let child = sandbox.command(&["a.yaml", "--jobs", "4"]).spawn().expect("the program starts");
    process.store(child.id() as usize, Ordering::SeqCst);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    // Four that send; the one that tells, the one that watches the time, the one for signals.
    let most = most.load(Ordering::SeqCst);
    assert!((1..=7).contains(&most), "{most} threads");
}

/// Many servers refuse before they have read all: the answer counts, though sending failed.
#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_comes_before_the_body_was_read_is_judged() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        refuse_early(stream);
    });
    let sandbox = Sandbox::new().file("large.bin", vec![b'a'; 8 << 20]).file(
        "a.yaml",
        format!(
            "\
tests:
  - name: refused early
    request: POST http://{address}/
    body: {{file: large.bin}}
    timeout: 20s
    expect: {{status: 401, challenge: Bearer}}
"
        ),
    );
    sandbox.run(&["a.yaml"]).expect_code(0);
    serving.join().expect("no panic");
}

#[cfg(target_os = "linux")]
fn refuse_early(mut stream: TcpStream) {
    let mut header = BufReader::new(stream.try_clone().expect("a handle")).lines();
    while header.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let refusal = answer(401, &[("WWW-Authenticate", "Bearer"), ("Connection", "close")], "");
    stream.write_all(&refusal).expect("the client reads");
}

/// The environment of a CI machine must not send the tokens of a test through its proxy.
#[test]
fn no_proxy_is_taken_from_the_environment() {
    let proxy = Server::answering(200, &[], "{}");
    let server = Server::answering(204, &[], "");
    let mut sandbox = Sandbox::new();
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    {
        sandbox = sandbox.env(name, &proxy.url());
    }
    let spec = format!("tests:\n  - {{name: a, request: GET {}/, expect: 204}}\n", server.url());
    let sandbox = sandbox.file("a.yaml", spec);
    sandbox.run(&["a.yaml"]).expect_code(0);
    assert_eq!((proxy.arrived().len(), server.arrived().len()), (0, 1));
}

#[test]
fn methods_and_targets_go_out_as_they_were_written() {
    let server = Server::answering(200, &[], "{}");
    let table = [
        ("GET", "/a/../b/./c"),
        ("GET", "/%41%2f%2F"),
        ("GET", "//a//b"),
        ("GET", "/a?x=%zz&y={z}|'~"),
        ("BREW", "/pot"),
        ("get", "/lower"),
        ("M-SEARCH", "/"),
    ];
    let mut spec = "tests:\n".to_owned();
    for (i, (method, target)) in table.iter().enumerate() {
        let line = format!("{method} ${{a}}{target}").replace('\'', "''");
        spec.push_str(&format!("  - {{name: case {i}, request: '{line}', expect: 200}}\n"));
    }
    run(&spec, &[("a", &server)]).expect_code(0);
    let arrived = server.arrived();
    let arrived: Vec<_> = arrived.iter().map(|a| (a.method.as_str(), a.target.as_str())).collect();
    assert_eq!(arrived, table);
}

#[test]
fn a_server_that_is_not_there_is_asked_about() {
    // Bound and dropped: nothing listens there now.
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("one");
    let spec = format!("tests:\n  - {{name: a, request: GET http://{free}/, expect: 200}}\n");
    let ended = run(&spec, &[]).expect_code(1);
    let message = format!("ERRORED: nothing listens at {free} (connection refused)");
    expect(&ended, &[("a", &message)]);
}

/// 2 GiB of zeros in 2 MB: neither memory nor time may follow.
#[test]
#[cfg(target_os = "linux")]
fn a_bomb_does_not_take_the_memory_of_the_machine() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut std::io::repeat(0).take(8 << 20), &mut encoder).expect("memory");
    let bomb = encoder.finish().expect("memory").repeat(256);
    let server = Server::start(move |request, stream| {
        let header = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            bomb.len()
        );
        let _ = match request.target.as_str() {
            "/1" => stream.write_all(&[header.as_bytes(), bomb.as_slice()].concat()),
            _ => stream.write_all(&answer(200, &[], "{}")),
        };
        Then::Keep
    });
    let sandbox = Sandbox::new().file(
        "a.yaml",
        format!(
            "serial: true\nbase_url: {}\ntests:\n  - {{name: a bomb, request: GET /1, expect: 200}}\n  \
             - {{name: after it, request: GET /2, expect: 200}}\n",
            server.url()
        ),
    );
    let program = crate::support::sandbox::program().to_str().expect("UTF-8");
    let script = format!("ulimit -v 600000 && exec '{program}' a.yaml --jobs 1 --verbose");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(sandbox.path(""));
    let ended = Ended::of(&mut shell).expect_code(1);
    let message = "ERRORED: the body is larger than 33554432 bytes once decoded";
    expect(&ended, &[("a bomb", message), ("after it", "PASSED")]);
}
