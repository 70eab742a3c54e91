//! Connections that are kept, or not: whose answer is whose, what is sent twice, and how many
//! there are.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use super::rows::verdicts;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer};

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

/// Green, as an answer that nobody asked for would like to make the next case.
const UNASKED: &[u8] = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n";

#[test]
fn an_answer_too_many_is_nobodys_answer() {
    let open = |server: &'static [u8]| {
        Server::start(move |_, stream| {
            let mut bytes = answer(200, &[], "{}");
            bytes.extend(server);
            let _ = stream.write_all(&bytes);
            Then::Keep
        })
    };
    let spec = "\
tests:
  - {name: first, request: 'GET ${a}/1', expect: 200}
  - {name: a 401 case, request: 'GET ${a}/2', expect: {challenge: Bearer, status: 401}}
  - {name: last, request: 'GET ${a}/3', expect: 200}
";
    for unasked in [UNASKED, &UNASKED[..20], b"\r\n", b"\0"] {
        let server = open(unasked);
        let ended = run(spec, &[("a", &server)]).expect_code(1);
        expect(
            &ended,
            &[("first", "PASSED"), ("a 401 case", "FAILED: challenge"), ("last", "PASSED")],
        );
        assert_eq!(targets(&server).len(), 3, "nothing is sent twice");
    }
}

#[test]
fn an_answer_that_comes_while_the_connection_idles_is_nobodys_answer() {
    let (idle, is_idle) = mpsc::channel();
    let (written, is_written) = mpsc::channel();
    let (is_idle, is_written) = (Mutex::new(is_idle), Mutex::new(is_written));
    // Answers its first request, and once more while another server is asked.
    let eager = Server::start(move |request, stream| {
        let _ = stream.write_all(&answer(200, &[], "{}"));
        if request.target == "/1" {
            is_idle.lock().expect("no panic").recv().expect("the other server");
            let _ = stream.write_all(UNASKED);
            written.send(()).expect("the other server waits for it");
        }
        Then::Keep
    });
    let other = Server::start(move |_, stream| {
        idle.send(()).expect("the eager server waits for it");
        is_written.lock().expect("no panic").recv().expect("the eager server");
        let _ = stream.write_all(&answer(200, &[], "{}"));
        Then::Keep
    });
    let spec = "\
tests:
  - {name: first, request: 'GET ${a}/1', expect: 200}
  - {name: meanwhile, request: 'GET ${b}/', expect: 200}
  - {name: a 401 case, request: 'POST ${a}/2', expect: {challenge: Bearer, status: 401}}
  - {name: last, request: 'GET ${a}/3', expect: 200}
";
    let ended = run(spec, &[("a", &eager), ("b", &other)]).expect_code(1);
    expect(
        &ended,
        &[
            ("first", "PASSED"),
            ("meanwhile", "PASSED"),
            ("a 401 case", "FAILED: challenge"),
            ("last", "PASSED"),
        ],
    );
    let targets = targets(&eager);
    assert_eq!(targets.len(), 3, "nothing is sent twice");
    let connections: HashSet<usize> = targets.iter().map(|(_, connection)| *connection).collect();
    assert_eq!(connections.len(), 3, "a server that does so once is not trusted again");
}

#[test]
fn a_server_that_closes_after_each_answer_costs_no_case() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(&answer(200, &[], "{}"));
        Then::Close
    });
    let case = |i| format!("  - {{name: case {i}, request: 'GET ${{a}}/{i}', expect: 200}}\n");
    let spec = format!("tests:\n{}", (0..30).map(case).collect::<String>());
    run(&spec, &[("a", &server)]).expect_code(0);
    let mut targets: Vec<String> = targets(&server).into_iter().map(|(target, _)| target).collect();
    targets.dedup();
    assert_eq!(targets.len(), 30);
}

/// A server that answers the first request of a connection, and closes at the second one.
fn closes_at_the_second(partial: &'static [u8]) -> Server {
    let seen = Mutex::new(HashSet::new());
    Server::start(move |Arrived { connection, .. }, stream| {
        if seen.lock().expect("no panic").insert(*connection) {
            let _ = stream.write_all(&answer(200, &[], "{}"));
            return Then::Keep;
        }
        let _ = stream.write_all(partial);
        Then::Close
    })
}

#[test]
fn what_may_be_repeated_is_sent_again_when_a_kept_connection_turns_out_closed() {
    for (method, sent) in [("GET", 2), ("PUT", 2), ("DELETE", 2), ("POST", 1), ("PATCH", 1)] {
        let server = closes_at_the_second(b"");
        let spec = format!(
            "tests:\n  - {{name: first, request: 'GET ${{a}}/1', expect: 200}}\n  \
             - {{name: second, request: '{method} ${{a}}/2', expect: 200}}\n"
        );
        let ended = run(&spec, &[("a", &server)]);
        let arrived = targets(&server).into_iter().filter(|(target, _)| target == "/2").count();
        assert_eq!(arrived, sent, "{method}");
        let verdict = match sent {
            2 => "PASSED",
            _ => "ERRORED: 127.0.0.1:",
        };
        expect(&ended, &[("second", verdict)]);
        if sent == 1 {
            let note = format!("(a {method} is not sent twice)");
            assert!(ended.stdout.contains(&note), "{}", ended.stdout);
        }
    }
}

#[test]
fn nothing_is_sent_again_once_a_byte_of_the_answer_came() {
    let server = closes_at_the_second(b"HTTP/1.1 2");
    let spec = "\
tests:
  - {name: first, request: 'GET ${a}/1', expect: 200}
  - {name: second, request: 'GET ${a}/2', expect: 200}
";
    let ended = run(spec, &[("a", &server)]).expect_code(1);
    expect(&ended, &[("first", "PASSED"), ("second", "ERRORED: 127.0.0.1:")]);
    assert_eq!(targets(&server).len(), 2);
}

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
            let _ = stream.write_all(&answer(200, &[], "{}"));
            Then::Keep
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
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(sandbox.path(""))
        .output()
        .expect("a shell");
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    let ended = ended.expect_code(1);
    let message = "ERRORED: the body is larger than 33554432 bytes once decoded";
    expect(&ended, &[("a bomb", message), ("after it", "PASSED")]);
}
