//! Connections that are kept, or not: whose answer is whose, and what is sent twice.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Mutex, mpsc};

use super::{expect, run, targets};
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// Green, as an answer that nobody asked for would like to make the next case.
const UNASKED: &[u8] = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n";

#[test]
fn an_answer_too_many_is_nobodys_answer() {
    let open = |server: &'static [u8]| {
        Server::start(move |_, stream| {
            let mut bytes = answer(200, &[], "{}");
            bytes.extend(server);
            reply(stream, &bytes)
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
        reply(stream, &answer(200, &[], "{}"))
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

/// Where one came too many, the next may be under way: no connection is kept from then on.
#[test]
fn a_server_that_answered_too_much_once_is_not_trusted_again() {
    let server = Server::start(|request, stream| {
        let mut bytes = answer(200, &[], "{}");
        if request.connection == 0 {
            bytes.extend(UNASKED);
        }
        reply(stream, &bytes)
    });
    let case = |i| format!("  - {{name: case {i}, request: 'GET ${{a}}/{i}', expect: 200}}\n");
    let spec = format!("tests:\n{}", (0..4).map(case).collect::<String>());
    run(&spec, &[("a", &server)]).expect_code(0);
    let connections: Vec<usize> = targets(&server).into_iter().map(|(_, c)| c).collect();
    assert_eq!(connections, [0, 1, 2, 3]);
}

/// The body that these answers must not have may come late, in front of the next answer.
#[test]
fn a_body_that_must_not_be_there_is_not_waited_for_and_not_taken() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let owing = Mutex::new(HashSet::new());
        let server = Server::start(move |Arrived { target, connection, .. }, stream| {
            let mut owing = owing.lock().expect("no panic");
            let mut bytes = Vec::new();
            if owing.remove(connection) {
                bytes.extend(UNASKED);
            }
            match target.as_str() {
                "/1" => {
                    owing.insert(*connection);
                    let length = UNASKED.len();
                    let header = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n");
                    bytes.extend(header.into_bytes());
                }
                _ => bytes.extend(answer(200, &[], "{}")),
            }
            reply(stream, &bytes)
        });
        let spec = format!(
            "tests:\n  - {{name: first, request: '{method} ${{a}}/1', expect: {status}}}\n  \
             - {{name: second, request: 'GET ${{a}}/2', expect: 200}}\n"
        );
        run(&spec, &[("a", &server)]).expect_code(0);
    }
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
fn what_only_reads_is_sent_again_when_a_kept_connection_turns_out_closed() {
    for (method, sent) in [("GET", 2), ("OPTIONS", 2), ("DELETE", 1), ("PUT", 1), ("POST", 1)] {
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
