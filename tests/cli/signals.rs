//! What ends a run early: signals, `--deadline`, `--fail-fast`. Reports are written all the same.

#![cfg(unix)]

use std::process::{Child, Command, Output};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::hanging::hanging;
use crate::support::report;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};
use crate::support::signals;
use crate::support::tls::serve;
use crate::support::xml::Element;

/// The longest that a run may go on after a signal.
const END: Duration = Duration::from_secs(5);

/// A server that never answers `/hang`, and a receiver that hears of each request.
fn server() -> (Server, mpsc::Receiver<String>) {
    hanging(|target| {
        let status = if target.starts_with("/fail") { 500 } else { 200 };
        answer(status, &[], "{}")
    })
}

/// Runs the targets in order, one case each, with a report.
struct Running {
    sandbox: Sandbox,
    child: Child,
}

impl Running {
    fn start(server: &Server, targets: &[&str], arguments: &[&str]) -> Running {
        let case = |target: &&str| {
            format!("  - {{name: {target}, request: GET {target}, timeout: 60s, expect: 200}}\n")
        };
        let cases: String = targets.iter().map(case).collect();
        let spec = format!("base_url: {}\ntests:\n{cases}", server.url());
        Running::of(Sandbox::new().file("a.yaml", spec), arguments)
    }

    fn of(sandbox: Sandbox, arguments: &[&str]) -> Running {
        let mut all = vec!["a.yaml", "--junit", "out/junit.xml"];
        all.extend(arguments);
        let child = sandbox.command(&all).spawn().expect("the program starts");
        Running { sandbox, child }
    }

    fn signal(&self, signal: Signal) {
        signals::signal(&self.child, signal);
    }

    /// Waits for the end: the output, the report, and how long it took.
    fn end(self) -> (Output, Option<Element>, Duration) {
        let started = Instant::now();
        let output = self.child.wait_with_output().expect("it ends");
        let elapsed = started.elapsed();
        let report = self.sandbox.path("out/junit.xml");
        let report = report.exists().then(|| Element::parse(&self.sandbox.read("out/junit.xml")));
        (output, report, elapsed)
    }
}

#[test]
fn a_proxy_that_does_not_answer_does_not_hold_up_the_end() {
    for scheme in ["http", "socks5"] {
        let (tell, told) = mpsc::channel();
        let port = serve(move |_, stream| {
            let _ = tell.send(());
            // Returns when the client leaves.
            let _ = std::io::copy(&mut &stream, &mut std::io::sink());
        });
        let spec = format!(
            "proxy: {scheme}://127.0.0.1:{port}\ntests:\n  \
             - {{name: a, request: \"GET https://orders.test/\", timeout: 60s, expect: 200}}\n"
        );
        let running = Running::of(Sandbox::new().file("a.yaml", spec), &[]);
        told.recv().expect("a connection");
        running.signal(Signal::INT);
        let (output, report, elapsed) = running.end();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert!(elapsed < END, "{elapsed:?}");
        expect_cases(report, &[("a", "error: no verdict: the run was interrupted")]);
    }
}

/// Each case of a report: its name, and what stands in it with its message.
fn cases(report: &Element) -> Vec<(String, String)> {
    report::cases(report)
        .map(|case| {
            let end = report::end(case).map_or("passed".to_owned(), |end| {
                format!("{}: {}", end.name, end.attribute("message"))
            });
            (case.attribute("name").to_owned(), end)
        })
        .collect()
}

#[track_caller]
fn expect_cases(report: Option<Element>, expected: &[(&str, &str)]) {
    let cases = cases(&report.expect("a report"));
    let holds = cases.len() == expected.len()
        && cases.iter().zip(expected).all(|((name, end), (expected_name, expected_end))| {
            name == expected_name && end.starts_with(expected_end)
        });
    assert!(holds, "{cases:#?}");
}

const CUT: &str = "error: no verdict: the run was interrupted before the answer came";
const NOT_RUN: &str = "skipped: not run: the run was interrupted";

#[test]
fn a_signal_ends_a_run_that_hangs_and_the_report_is_there() {
    let ended = |signal| {
        let (server, told) = server();
        let running =
            Running::start(&server, &["/ok", "/hang", "/never", "/too"], &["--jobs", "1"]);
        assert_eq!(
            (told.recv().unwrap().as_str(), told.recv().unwrap().as_str()),
            ("/ok", "/hang")
        );
        running.signal(signal);
        let (output, report, elapsed) = running.end();
        assert_eq!(output.status.code(), Some(130), "{signal:?}");
        assert!(elapsed < END, "{signal:?}: {elapsed:?}");
        let ends = [("/ok", "passed"), ("/hang", CUT), ("/never", NOT_RUN), ("/too", NOT_RUN)];
        expect_cases(report, &ends);
        assert!(told.try_recv().is_err(), "{signal:?}: nothing new starts");
    };
    std::thread::scope(|scope| {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            scope.spawn(move || ended(signal));
        }
    });
}

#[test]
fn a_request_in_flight_may_finish_after_a_signal() {
    let (arrived, has_arrived) = mpsc::channel();
    let (answer_now, may_answer) = mpsc::channel::<()>();
    let may_answer = Mutex::new(may_answer);
    let server = Server::start(move |request, stream| {
        arrived.send(request.target.clone()).expect("the test listens");
        if request.target == "/slow" {
            may_answer.lock().expect("no panic").recv().expect("the test");
        }
        reply(stream, &answer(200, &[], "{}"))
    });
    let running = Running::start(&server, &["/slow", "/never"], &["--jobs", "1"]);
    has_arrived.recv().expect("a request");
    running.signal(Signal::INT);
    answer_now.send(()).expect("the server waits");
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < Duration::from_secs(2), "nothing else is waited for: {elapsed:?}");
    let [(_, slow), (_, never)] = &cases(&report.expect("a report"))[..] else { panic!() };
    // The answer and the signal were under way at the same time.
    assert_eq!(slow, "passed");
    assert!(never.starts_with(NOT_RUN) || never == "passed", "{never}");
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let (server, told) = server();
    let mut running = Running::start(&server, &["/hang"], &[]);
    told.recv().expect("a request");
    let started = Instant::now();
    // Two that come together may be seen as one: so as many as it takes.
    while running.child.try_wait().expect("a child").is_none() {
        running.signal(Signal::INT);
        std::thread::yield_now();
    }
    let (output, _, _) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn a_signal_counts_when_fail_fast_has_ended_the_run_already() {
    let (server, told) = server();
    let running =
        Running::start(&server, &["/hang", "/fail", "/never"], &["--jobs=2", "--fail-fast"]);
    let mut arrived = [told.recv().expect("a request"), told.recv().expect("a request")];
    arrived.sort();
    assert_eq!(arrived, ["/fail", "/hang"]);
    running.signal(Signal::INT);
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < END, "{elapsed:?}");
    expect_cases(report, &[("/hang", CUT), ("/fail", "failure: status"), ("/never", "skipped: ")]);
}

#[test]
fn a_signal_while_specs_are_read_ends_with_a_report_too() {
    let (server, told) = server();
    let targets: Vec<String> = (0..1500).map(|i| format!("/hang/{i}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let running = Running::start(&server, &targets, &["--jobs", "1"]);
    // The folder of the report is made before a spec is read.
    let out = running.sandbox.path("out");
    until(|| out.exists());
    running.signal(Signal::INT);
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < END, "{elapsed:?}");
    let cases = cases(&report.expect("a report"));
    assert_eq!(cases.len(), 1500);
    let not_run = cases.iter().filter(|(_, end)| end.starts_with(NOT_RUN)).count();
    assert_eq!(not_run + told.try_iter().count(), 1500);
}

/// Comes back when `holds` does.
fn until(holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to that");
        std::thread::yield_now();
    }
}

#[test]
fn a_command_for_a_token_is_ended_with_all_that_it_started() {
    let (server, _) = server();
    let sandbox = Sandbox::new().file(
        "a.yaml",
        format!(
            "\
base_url: {}
tokens:
  slow: {{command: [sh, -c, 'exec 3>alive; echo started >&3; sleep 60 & sleep 60']}}
tests:
  - {{name: a, request: GET /, auth: slow, expect: 200}}
",
            server.url()
        ),
    );
    let fifo = sandbox.path("alive");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    let running = Running::of(sandbox, &[]);
    let mut alive = std::io::BufReader::new(std::fs::File::open(&fifo).expect("a pipe"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut alive, &mut line).expect("a line");
    assert_eq!(line, "started\n");
    running.signal(Signal::INT);
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < END, "{elapsed:?}");
    let message = "error: the command of token `slow` was ended together with the run";
    expect_cases(report, &[("a", message)]);
    // Each of its processes holds the other end: all are gone when it ends.
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut alive, &mut rest).expect("the end");
    assert_eq!(rest, "");
    assert!(server.arrived().is_empty());
}

/// A queue that is full makes a connection hang as a network that swallows packets does.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_ends_the_wait_for_a_connection() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut queue = Vec::new();
    while let Ok(stream) =
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200))
    {
        queue.push(stream);
    }
    let spec = format!("tests:\n  - {{name: a, request: GET http://{address}/, expect: 200}}\n");
    let running = Running::of(Sandbox::new().file("a.yaml", spec), &[]);
    // In /proc/net/tcp: the remote address, and 02 for a connection that was not answered yet.
    let asking = format!("0100007F:{:04X} 02", address.port());
    until(|| std::fs::read_to_string("/proc/net/tcp").is_ok_and(|text| text.contains(&asking)));
    running.signal(Signal::INT);
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < END, "{elapsed:?}");
    expect_cases(report, &[("a", CUT)]);
}

#[test]
fn the_deadline_ends_the_run() {
    let (server, told) = server();
    let running = Running::start(
        &server,
        &["/ok", "/hang", "/never"],
        &["--jobs", "1", "--deadline", "600ms"],
    );
    assert_eq!((told.recv().unwrap().as_str(), told.recv().unwrap().as_str()), ("/ok", "/hang"));
    let (output, report, elapsed) = running.end();
    assert_eq!(output.status.code(), Some(1));
    assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    let cut = "error: no verdict: the time of the run was up (--deadline)";
    // Whoever reads only the report must see that it was not all.
    let not_run = "error: not run: the time of the run was up (--deadline)";
    expect_cases(report, &[("/ok", "passed"), ("/hang", cut), ("/never", not_run)]);
    assert!(told.try_recv().is_err(), "nothing new starts");
}

#[test]
fn a_deadline_in_the_far_future_is_none() {
    let (server, _) = server();
    let running = Running::start(&server, &["/ok"], &["--deadline", "100000000000y"]);
    assert_eq!(running.end().0.status.code(), Some(0));
}

#[test]
fn fail_fast_starts_nothing_new() {
    let (server, told) = server();
    let targets = ["/ok", "/fail", "/never", "/too"];
    let running = Running::start(&server, &targets, &["--jobs=1", "--fail-fast"]);
    let (output, report, _) = running.end();
    assert_eq!(output.status.code(), Some(1));
    let not_run = "skipped: not run: an earlier case did not pass (--fail-fast)";
    let ends =
        [("/ok", "passed"), ("/fail", "failure: status"), ("/never", not_run), ("/too", not_run)];
    expect_cases(report, &ends);
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["/ok", "/fail"]);
}
