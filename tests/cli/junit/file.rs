//! The file of the report: whole or not there, told of before the first request.

use std::sync::Mutex;
use std::sync::mpsc;

use crate::support::report::cases;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

const SPEC: &str = "base_url: ${env.API}\ntests:\n  - {name: a, request: GET /, expect: 200}\n";

const OLD: &str = "<?xml version=\"1.0\"?><testsuites tests=\"1\"/>";

fn sandbox(server: &Server) -> Sandbox {
    Sandbox::new().env("API", &server.url()).file("specs/a.yaml", SPEC)
}

/// Each path at which no report can stand, and what is said of it.
#[test]
fn a_path_for_no_report_is_told_before_the_first_request() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).file("notes.txt", "mine").file("empty.yaml", "");
    let refused = [
        ("specs", "that is a folder; name a file in it"),
        ("new/", "that is a folder; name a file in it"),
        ("specs/a.yaml", "that is the name of a spec"),
        ("empty.yaml", "that is the name of a spec"),
        ("notes.txt", "a file that is no report stands there"),
        ("notes.txt/junit.xml", "cannot be written"),
        ("/dev/null", "that is neither a file nor a new name"),
    ];
    for (path, reason) in refused {
        let ended = sandbox.run(&["specs", "--junit", path]).expect_code(3);
        assert!(ended.stderr.contains(path) && ended.stderr.contains(reason), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
    assert_eq!(server.arrived().len(), 0);
    assert_eq!(
        (sandbox.read("notes.txt"), sandbox.read("specs/a.yaml")),
        ("mine".into(), SPEC.into())
    );
    assert!(std::path::Path::new("/dev/null").exists());
}

#[test]
fn a_report_in_the_project_file_stands_below_its_folder() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server)
        .file("apitest.yaml", "reports: {junit: target/junit.xml}\n")
        .file("specs/target/keep", "");
    sandbox.run(&["specs"]).expect_code(0);
    Element::parse(&sandbox.read("target/junit.xml"));
    // What the command line says replaces it.
    std::fs::remove_file(sandbox.path("target/junit.xml")).unwrap();
    sandbox.run(&["specs", "--report", "junit=other.xml"]).expect_code(0);
    Element::parse(&sandbox.read("other.xml"));
    assert!(!sandbox.path("target/junit.xml").exists());
}

#[test]
fn several_reports_are_all_written_and_one_path_twice_is_one() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server);
    let reports = ["--junit", "a.xml", "--junit", "./a.xml", "--report", "junit=b.xml"];
    sandbox.run(&[&["specs"][..], &reports].concat()).expect_code(0);
    assert_eq!(sandbox.read("a.xml"), sandbox.read("b.xml"));
}

#[test]
fn an_old_report_is_replaced() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).file("junit.xml", OLD).file("empty.xml", "");
    sandbox.run(&["specs", "--junit", "junit.xml", "--junit", "empty.xml"]).expect_code(0);
    for path in ["junit.xml", "empty.xml"] {
        assert_eq!(Element::parse(&sandbox.read(path)).attribute("name"), "apitest");
    }
}

#[test]
fn a_run_that_selects_nothing_has_a_report_without_suites() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).file("junit.xml", OLD);
    sandbox.run(&["specs", "--filter", "nope", "--junit", "junit.xml"]).expect_code(4);
    let root = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!((root.attribute("tests"), root.children.len()), ("0", 0));
}

#[cfg(unix)]
#[test]
fn a_report_is_for_everybody_and_goes_to_where_a_link_points() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).file("store/junit.xml", OLD);
    symlink(sandbox.path("store/junit.xml"), sandbox.path("link.xml")).unwrap();
    sandbox.run(&["specs", "--junit", "link.xml"]).expect_code(0);
    assert!(sandbox.path("link.xml").symlink_metadata().unwrap().is_symlink());
    Element::parse(&sandbox.read("store/junit.xml"));
    let plain = sandbox.path("plain");
    std::fs::write(&plain, "").unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(sandbox.path("store/junit.xml")), mode(plain));
}

/// A server that tells of each request and answers none until it is let go.
fn hanging() -> (Server, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (arrive, arrived) = mpsc::channel();
    let (let_go, wait) = mpsc::channel::<()>();
    let (arrive, wait) = (Mutex::new(arrive), Mutex::new(wait));
    let server = Server::start(move |_, stream| {
        let _ = arrive.lock().unwrap().send(());
        let _ = wait.lock().unwrap().recv();
        reply(stream, &answer(200, &[], "{}"))
    });
    (server, arrived, let_go)
}

#[test]
fn a_run_that_dies_leaves_no_report_and_no_litter() {
    let (server, arrived, let_go) = hanging();
    let sandbox = sandbox(&server).file("out/junit.xml", OLD);
    let mut child = sandbox.command(&["specs", "--junit", "out/junit.xml"]).spawn().unwrap();
    arrived.recv().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(let_go);
    assert_eq!(std::fs::read_dir(sandbox.path("out")).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_has_its_report() {
    let (server, arrived, let_go) = hanging();
    let sandbox = sandbox(&server).file("apitest.yaml", "timeout: 500ms\n");
    sandbox.write("specs/b.yaml", SPEC);
    let arguments = ["specs", "--jobs", "1", "--junit", "out/junit.xml"];
    let mut child = sandbox.command(&arguments).spawn().unwrap();
    arrived.recv().unwrap();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(let_go);
    let root = Element::parse(&sandbox.read("out/junit.xml"));
    let [_, not_run] = &root.children[..] else { panic!("{root:?}") };
    let skipped = not_run.children[0].named("skipped").next().unwrap();
    assert_eq!(skipped.attribute("message"), "not run: the run was interrupted");
}

/// What ends with exit code 2 must be red in the report too.
#[test]
fn faults_outside_the_specs_are_errors_of_the_report() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).file("empty/readme", "").file(
        "unused/a.yaml",
        "base_url: ${env.API}\nvars: {x: 1}\ntests:\n  - {name: a, request: GET /, expect: 200}\n",
    );
    let errors = |project: &str, arguments: &[&str]| {
        sandbox.write("apitest.yaml", project);
        sandbox.run(&[arguments, &["--junit", "j.xml"]].concat()).expect_code(2);
        let root = Element::parse(&sandbox.read("j.xml"));
        let bad = cases(&root).filter(|case| case.named("error").count() == 1);
        bad.map(|case| format!("{}: {}", case.attribute("classname"), case.attribute("name")))
            .collect::<Vec<_>>()
    };
    let project = "apitest: the project file itself";
    assert_eq!(errors("authh: none\n", &["specs"]), [project]);
    assert_eq!(errors("secrets: [\"${unknown}\"]\n", &["specs"]), [project]);
    assert_eq!(errors("{}\n", &["specs", "empty"]), ["empty: the spec itself"]);
    assert_eq!(errors("{}\n", &["specs", "nowhere", "nowhere"]), ["nowhere: the spec itself"]);
    let strict = errors("{}\n", &["unused", "--strict"]);
    assert_eq!(strict, ["unused.a: has no warnings (--strict)"]);
}

#[test]
fn a_text_that_only_speaks_of_reports_is_none() {
    let text = "# How reports look\n\n<testsuites> holds a <testsuite> for each file.\n";
    let sandbox = Sandbox::new().file("junit.md", text).file("a.yaml", "tests: []\n");
    let ended = sandbox.run(&["a.yaml", "--junit", "junit.md"]).expect_code(3);
    assert!(ended.stderr.contains("a file that is no report stands there"), "{}", ended.stderr);
    assert_eq!(sandbox.read("junit.md"), text);
}
