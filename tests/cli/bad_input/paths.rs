//! Paths, lines, tags and names that lead to nothing: loud, and never green.

use crate::support::golden::golden;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::Server;
use crate::support::xml::Element;

const TWO: &str = "\
tests:
  - name: reads the order
    tags: [smoke]
    request: GET /orders/7
    expect: 200

  - name: lists Orders
    request: GET /orders
    expect: 200
";

/// A project with two tests in `specs/two.yaml`.
fn project(server: &Server) -> Sandbox {
    Sandbox::new()
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/two.yaml", TWO)
}

fn server() -> Server {
    Server::answering(200, &[], "{}")
}

/// What is said on standard error, and the counts behind it.
#[track_caller]
fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Ended {
    let always = ["--color", "never", "--junit", "junit.xml"];
    sandbox.run(&[arguments, &always].concat()).expect_code(code)
}

#[track_caller]
fn tests_in_report(sandbox: &Sandbox, tests: &str, errors: &str) {
    let root = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!((root.attribute("tests"), root.attribute("errors")), (tests, errors), "{root:?}");
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_and_the_others_still_run() {
    let (server, sandbox) = (server(), Sandbox::new());
    let sandbox = sandbox
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/two.yaml", TWO)
        .file("notes/readme.txt", "no spec")
        .file("utf16.yaml", b"\xff\xfet\0e\0s\0t\0s\0:\0")
        .file("latin1.yaml", b"# fine\ntests:\n  - name: caf\xe9\n")
        .file("other/apitest.yaml", "base_url: http://127.0.0.1:9\n")
        .file("other/one.yaml", TWO);
    let paths =
        ["specs", "spec", "notes", "utf16.yaml", "latin1.yaml", "other", "apitest.yaml", "specs:7"];
    let ended = run(&sandbox, &paths, 2);
    golden("fixtures/faults/paths.stderr", &ended.stderr);
    tests_in_report(&sandbox, "11", "7");
}

#[test]
#[cfg(unix)]
fn links_that_lead_back_or_nowhere_are_errors() {
    use std::os::unix::fs::symlink;
    let (server, sandbox) = (server(), Sandbox::new());
    let sandbox = sandbox
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/two.yaml", TWO);
    symlink("..", sandbox.path("specs/again")).unwrap();
    symlink("nowhere", sandbox.path("specs/three.yaml")).unwrap();
    // As editors make them, and as nobody minds them.
    symlink("somebody@somewhere:1", sandbox.path("specs/.#two.yaml")).unwrap();
    symlink("nowhere", sandbox.path("specs/notes")).unwrap();
    let ended = run(&sandbox, &["specs"], 2);
    golden("fixtures/faults/links.stderr", &ended.stderr);
    tests_in_report(&sandbox, "4", "2");
}

#[test]
fn a_file_is_run_once_however_often_it_is_named() {
    let (server, sandbox) = (server(), Sandbox::new());
    let sandbox = sandbox
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/two.yaml", TWO);
    let absolute = sandbox.path("specs/two.yaml");
    let named =
        ["specs/two.yaml", "./specs", "specs/../specs/two.yaml", absolute.to_str().unwrap()];
    run(&sandbox, &named, 0);
    tests_in_report(&sandbox, "2", "0");
    // All of it was asked for, and a line of it: that is all of it.
    run(&sandbox, &["specs/two.yaml:2", "specs"], 0);
    tests_in_report(&sandbox, "2", "0");
    run(&sandbox, &[&format!("{}:2", absolute.display())], 0);
    tests_in_report(&sandbox, "1", "0");
}

#[test]
fn a_line_selects_the_test_that_stands_there() {
    let (server, sandbox) = (server(), Sandbox::new());
    let sandbox = sandbox
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/two.yaml", TWO);
    for (line, tests) in [(":2", "1"), (":5", "1"), (":7", "1"), (":9:13", "1")] {
        run(&sandbox, &[&format!("specs/two.yaml{line}")], 0);
        tests_in_report(&sandbox, tests, "0");
    }
    run(&sandbox, &["specs/two.yaml:2", "specs/two.yaml:9"], 0);
    tests_in_report(&sandbox, "2", "0");
}

#[test]
fn a_selection_that_selects_nothing_is_not_green() {
    let (server, table) = (
        server(),
        [
            (&["specs/two.yaml:6"][..], "no test stands at line 6 of specs/two.yaml"),
            (&["specs/two.yaml:1"], "the nearest one begins in line 2"),
            (&["specs/two.yaml:0"], "no test stands at line 0 of specs/two.yaml"),
            (&["specs/two.yaml:99"], "the nearest one begins in line 7"),
            (&["--tag", "smok"], "no test has the tag `smok`"),
            (&["--tag", "smok"], "did you mean `smoke`?"),
            (&["--filter", "deletes"], "no test has `deletes` in its name"),
            (&["--filter", "lists orders"], "capitals count: there is `lists Orders`"),
            (&["--tag", "smoke", "--filter", "lists"], "no test is selected"),
            (
                &["--tag", "!smoke", "specs/two.yaml:2"],
                "--tag or --filter leaves out line 2 of specs/two.yaml",
            ),
            (&["notes"], "no spec found: notes holds no *.yaml or *.yml"),
        ],
    );
    let sandbox = project(&server).file("notes/readme.txt", "no spec");
    for (arguments, words) in table {
        let ended = run(&sandbox, arguments, 4);
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
        tests_in_report(&sandbox, "0", "0");
    }
    assert!(server.arrived().is_empty());
}

/// The part that was found is run, and yet the run is not green.
#[test]
fn a_part_of_a_selection_that_selects_nothing_is_an_error_beside_the_others() {
    let (server, table) = (
        server(),
        [
            (&["specs/two.yaml:2", "specs/two.yaml:6"][..], "no test stands at line 6"),
            (&["--tag", "smoke", "--tag", "slow"], "no test has the tag `slow`"),
            (&["--filter", "reads", "--filter", "deletes"], "no test has `deletes` in its name"),
            (
                &["specs/two.yaml:2", "specs/two.yaml:7", "--filter", "reads"],
                "--tag or --filter leaves out line 7 of specs/two.yaml",
            ),
        ],
    );
    let sandbox = project(&server);
    for (arguments, words) in table {
        let ended = run(&sandbox, arguments, 2);
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
        tests_in_report(&sandbox, "2", "1");
    }
    assert_eq!(server.arrived().len(), 4);
    let ended = run(&sandbox, &["--tag", "smoke", "--tag", "slow"], 2);
    golden("fixtures/faults/selection.stderr", &ended.stderr);
}

#[test]
fn without_anything_to_run_a_newcomer_is_told_what_to_do() {
    let sandbox = Sandbox::new();
    let ended = run(&sandbox, &[], 4);
    assert_eq!(
        ended.stderr,
        "apitest: no spec found: name files or folders, or list them under `specs:` in apitest.yaml\n"
    );
}

#[test]
fn a_project_file_further_up_is_named_where_nothing_is_found() {
    let sandbox = Sandbox::new()
        .file("apitest.yaml", "auth: none\n")
        .file("a/b/specs/two.yaml", "no spec: but nobody looks here\n");
    let mut command = sandbox.command(&[]);
    let ended = Ended::of(command.current_dir(sandbox.path("a/b"))).expect_code(4);
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended.stderr,
        "apitest: no spec found: name files or folders, or list them under `specs:` in \
         apitest.yaml (the project file is ../../apitest.yaml)\n"
    );
}

#[test]
fn a_project_file_by_another_name_is_not_passed_over() {
    let server = server();
    let sandbox = Sandbox::new()
        .file("apitest.yml", "auth: none\n")
        .file("specs/two.yaml", format!("base_url: {}\n{TWO}", server.url()));
    let ended = run(&sandbox, &[], 2);
    golden("fixtures/faults/project-by-another-name.stderr", &ended.stderr);
    assert!(server.arrived().is_empty());
}
