//! Each fault of a spec: its whole message, its exit code, and that the other files still run.

pub mod fixture;
mod arguments;
mod files;
mod fuzz;
mod paths;
mod rows;
mod runs;
mod wrong_reasons;

use fixture::{Fixture, fixtures};

use crate::support::golden::golden;
use crate::support::sandbox::Ended;
use crate::support::server::Server;
use crate::support::xml::Element;

/// What runs beside each bad file, and passes whatever that says.
const GOOD: &str = "tests:\n  - {name: answers, request: GET /, auth: none, expect: 200}\n";

#[test]
fn each_fault_of_a_spec_has_its_message_and_the_other_files_still_run() {
    in_parallel(fixtures("fixtures/faults"), |fixture, server| {
        let path = format!("specs/{}.yaml", fixture.name);
        let sandbox = fixture
            .sandbox()
            .file(&path, &fixture.text)
            .file("other/good.yaml", format!("base_url: {}\n{GOOD}", server.url()));
        if fixture.project != "none" {
            let project = format!("base_url: {}\n{}\n", server.url(), fixture.project);
            sandbox.write("apitest.yaml", project);
        }
        let arguments = ["specs", "other", "--junit", "junit.xml", "--color", "never"];
        let ended = sandbox.run(&[&arguments[..], &fixture.arguments()].concat());
        expect(&fixture, &ended);
        golden(&fixture.golden(), &ended.stderr);
        assert!(ended.stdout.contains("\nok   other/good.yaml  1 passed"), "{}", ended.stdout);
        expect_in_report(&fixture, &sandbox.read("junit.xml"));
    });
}

/// The bad file, and nothing else, has an error in the report.
#[track_caller]
fn expect_in_report(fixture: &Fixture, report: &str) {
    let root = Element::parse(report);
    let names: Vec<&str> = root.named("testsuite").map(|suite| suite.attribute("name")).collect();
    assert_eq!(names, [&*format!("specs/{}.yaml", fixture.name), "other/good.yaml"]);
    for suite in root.named("testsuite") {
        let bad = fixture.code != 0 && suite.attribute("name").starts_with("specs/");
        let errors = suite.children.iter().filter(|case| case.named("error").count() == 1);
        assert_eq!(errors.count() > 0, bad, "{}: {report}", fixture.name);
    }
}

#[test]
fn a_fault_of_the_project_file_has_its_message_and_nothing_is_run() {
    in_parallel(fixtures("fixtures/faults/project"), |fixture, server| {
        let sandbox = fixture
            .sandbox()
            .file("specs/good.yaml", format!("base_url: {}\n{GOOD}", server.url()))
            .file("apitest.yaml", &fixture.text);
        let ended = sandbox.run(&["--junit", "junit.xml", "--color", "never"]);
        expect(&fixture, &ended);
        golden(&fixture.golden(), &ended.stderr);
        let report = Element::parse(&sandbox.read("junit.xml"));
        match fixture.code {
            2 => assert_eq!(report.attribute("errors"), report.attribute("tests"), "{report:?}"),
            _ => assert_eq!(report.attribute("errors"), "0", "{report:?}"),
        }
    });
}

#[track_caller]
fn expect(fixture: &Fixture, ended: &Ended) {
    let Ended { code, stdout, stderr } = ended;
    assert_eq!(*code, Some(fixture.code), "{}\n{stdout}\n{stderr}", fixture.name);
}

/// A few at a time: each is a process that is started.
fn in_parallel(fixtures: Vec<Fixture>, check: impl Fn(Fixture, &Server) + Sync) {
    let server = Server::answering(200, &[], "{}");
    let rest = std::sync::Mutex::new(fixtures.into_iter());
    let next = || rest.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(fixture) = next() {
                    check(fixture, &server);
                }
            });
        }
    });
}
