//! Nothing of a server outlives the run, however that ends.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Alive, SERVER, UP, sandbox};
use crate::support::report;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then};
use crate::support::signals::{interrupt_until_it_ends, signal};
use crate::support::xml::Element;

/// Ignores what asks it to end, and so do its children; each holds the pipe.
const STUBBORN: &str = "\
trap '' TERM INT HUP
exec 3>alive
(sleep 600 & sleep 600) &
apitest demo --port $1 &
echo started >&3
while :; do wait; done
";

const HANGS: &str = "\
tests:
  - {name: is up, request: GET /health, expect: 200}
  - {name: hangs, request: 'GET ${env.OTHER}/hang', timeout: 60s, expect: 200}
  - {name: never runs, request: GET /health, expect: 200}
";

/// A server beside the one of the project that never answers, and a receiver that hears of each
/// request.
fn hanging() -> (Server, mpsc::Receiver<String>) {
    let (tell, told) = mpsc::channel();
    let server = Server::start(move |request, stream| {
        tell.send(request.target.clone()).expect("the test listens");
        // Returns when the client leaves.
        let _ = std::io::Read::read(stream, &mut [0]);
        Then::Close
    });
    (server, told)
}

/// With a script that will not end, unless it is made to, within this grace.
fn stubborn(grace: &str, spec: &str) -> Sandbox {
    let server =
        format!("{{command: [sh, serve.sh, '${{server.port}}'], ready: /health, grace: {grace}}}");
    let sandbox = sandbox(&server, STUBBORN, spec);
    Alive::make(&sandbox);
    sandbox
}

#[test]
fn one_that_will_not_end_is_ended_with_its_children_after_its_grace() {
    let sandbox = stubborn("200ms", UP);
    let child = sandbox.command(&[]).spawn().expect("a run");
    let mut alive = Alive::open(&sandbox);
    assert_eq!(alive.line(), "started");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    alive.all_are_gone();
}

#[test]
fn one_that_ends_when_it_is_asked_has_its_time() {
    let script = "\
trap 'echo asked >ended; kill $demo; exit 0' TERM
apitest demo --port $1 &
demo=$!
while :; do wait; done
";
    let sandbox = sandbox(SERVER, script, UP);
    let started = Instant::now();
    sandbox.run(&[]).expect_code(0);
    assert_eq!(sandbox.read("ended"), "asked\n");
    assert!(started.elapsed() < Duration::from_secs(4), "nothing else is waited for");
}

#[test]
fn a_signal_ends_it_with_its_children_and_the_report_is_there() {
    let (hanging, told) = hanging();
    let sandbox = stubborn("60s", HANGS).env("OTHER", &hanging.url());
    let child = sandbox.command(&["--jobs=1", "--junit=junit.xml"]).spawn().expect("a run");
    let mut alive = Alive::open(&sandbox);
    assert_eq!(alive.line(), "started");
    assert_eq!(told.recv().expect("a request"), "/hang");
    let started = Instant::now();
    signal(&child, Signal::INT);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    alive.all_are_gone();
    let report = Element::parse(&sandbox.read("junit.xml"));
    let end = |case| report::end(case).map_or("passed", |end| end.attribute("message"));
    let ends: Vec<&str> = report::cases(&report).map(end).collect();
    let cut = "no verdict: the run was interrupted before the answer came";
    assert_eq!(ends, ["passed", cut, "not run: the run was interrupted"]);
}

#[test]
fn a_second_signal_ends_all_at_once() {
    let (hanging, told) = hanging();
    let sandbox = stubborn("60s", HANGS).env("OTHER", &hanging.url());
    let mut child = sandbox.command(&["--jobs=1"]).spawn().expect("a run");
    let mut alive = Alive::open(&sandbox);
    assert_eq!(alive.line(), "started");
    told.recv().expect("a request");
    let started = Instant::now();
    assert_eq!(interrupt_until_it_ends(&mut child).code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    alive.all_are_gone();
}

#[test]
fn the_deadline_ends_it() {
    let (hanging, _told) = hanging();
    let sandbox = stubborn("60s", HANGS).env("OTHER", &hanging.url());
    let started = Instant::now();
    let child = sandbox.command(&["--deadline", "1s"]).spawn().expect("a run");
    let mut alive = Alive::open(&sandbox);
    assert_eq!(alive.line(), "started");
    assert_eq!(child.wait_with_output().expect("an end").status.code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    alive.all_are_gone();
}

#[test]
fn the_wait_for_it_ends_with_a_signal_and_at_the_deadline() {
    let script = "exec 3>alive; echo started >&3; sleep 600\n";
    for (arguments, code) in
        [(&["--junit=j.xml"][..], 130), (&["--deadline=1s", "--junit=j.xml"], 1)]
    {
        let sandbox = sandbox(SERVER, script, UP);
        Alive::make(&sandbox);
        let child = sandbox.command(arguments).spawn().expect("a run");
        let mut alive = Alive::open(&sandbox);
        assert_eq!(alive.line(), "started");
        let started = Instant::now();
        if code == 130 {
            signal(&child, Signal::TERM);
        }
        assert_eq!(child.wait_with_output().expect("an end").status.code(), Some(code));
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        alive.all_are_gone();
        let report = Element::parse(&sandbox.read("j.xml"));
        let case = report::cases(&report).next().expect("a case");
        let message = report::end(case).expect("not run").attribute("message");
        assert!(message.starts_with("not run: the "), "{message}");
    }
}
