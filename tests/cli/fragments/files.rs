//! Fragments as files: found, named, broken, out of bounds, too many.
use super::{cases, sandbox, server, targets};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;

const FRAGMENT: &str = "steps:\n  - request: POST /login\n    capture: {token: $.token}\n";
const USER: &str = "tests:\n  - name: a\n    steps:\n      - use: f/login.yaml\n      - {request: \"GET /${token}\", expect: 200}\n";
const OTHER: &str = "tests:\n  - {name: b, request: GET /b, expect: 200}\n";

#[track_caller]
fn expect_cases(sandbox: &Sandbox, expected: &[(&str, &str, &str)]) {
    let found = cases(sandbox);
    let found: Vec<_> =
        found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn among_the_specs_it_is_no_case_and_no_error() {
    let server = server();
    let sandbox = sandbox(&server, &[("specs/a.yaml", USER), ("specs/f/login.yaml", FRAGMENT)]);
    let ended = sandbox.run(&["--junit", "junit.xml"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.starts_with("1 case in 1 file, "), "{}", ended.stdout);
    expect_cases(&sandbox, &[("specs/a.yaml", "a", "passed")]);
    let nothing = sandbox.run(&["specs/f"]).expect_code(4);
    assert!(
        nothing.stderr.contains("no spec found: there are only fragments"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn one_that_no_spec_uses_and_a_capture_that_nothing_does_are_warnings() {
    let server = server();
    let user = USER.replace("GET /${token}", "GET /more");
    let files = [
        ("specs/a.yaml", user.as_str()),
        ("specs/f/login.yaml", FRAGMENT),
        ("specs/f/unused.yaml", FRAGMENT),
    ];
    let sandbox = sandbox(&server, &files);
    let ended = sandbox.run(&["--color", "never"]).expect_code(0);
    golden("fixtures/console/fragments_unused.txt", &ended.transcript());
    // Of some of the specs nobody knows.
    assert_eq!(sandbox.run(&["specs/a.yaml"]).expect_code(0).stderr, "");
    let strict = sandbox.run(&["--strict", "--junit", "junit.xml"]).expect_code(2);
    assert!(strict.stderr.contains("no spec uses this fragment"), "{}", strict.stderr);
    let name = "has no warnings (--strict)";
    let expected = [
        ("specs/a.yaml", "a", "passed"),
        ("specs/f/login.yaml", name, "error"),
        ("specs/f/unused.yaml", name, "error"),
    ];
    expect_cases(&sandbox, &expected);
}

#[test]
fn one_named_on_the_command_line_is_an_error_that_says_what_it_is() {
    let server = server();
    let sandbox = sandbox(&server, &[("specs/a.yaml", USER), ("specs/f/login.yaml", FRAGMENT)]);
    for path in ["specs/f/login.yaml", "specs/f/login.yaml:2"] {
        let ended = sandbox.run(&[path, "specs/a.yaml", "--junit", "junit.xml"]).expect_code(2);
        let why =
            "error: this is a fragment, which is not run by itself\n --> specs/f/login.yaml:1:1";
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
        let bad = ("specs/f/login.yaml", "the spec itself", "error");
        expect_cases(&sandbox, &[bad, ("specs/a.yaml", "a", "passed")]);
    }
}

#[test]
fn its_fault_is_told_once_and_is_an_error_of_every_spec_that_uses_it() {
    let server = server();
    let bad = FRAGMENT.replace("capture", "captur");
    let files = [
        ("specs/a.yaml", USER),
        ("specs/b.yaml", USER),
        ("specs/c.yaml", USER),
        ("specs/other.yaml", OTHER),
        ("specs/f/login.yaml", bad.as_str()),
    ];
    let sandbox = sandbox(&server, &files);
    let ended = sandbox.run(&["--junit", "junit.xml"]).expect_code(2);
    assert_eq!(ended.stderr.matches("`captur` is not a key of a step").count(), 1);
    assert_eq!(ended.stderr.matches("error").count(), 1, "{}", ended.stderr);
    let invalid = |file| (file, "the spec itself", "error");
    let expected = [
        invalid("specs/a.yaml"),
        invalid("specs/b.yaml"),
        invalid("specs/c.yaml"),
        ("specs/f/login.yaml", "the fragment itself", "error"),
        ("specs/other.yaml", "b", "passed"),
    ];
    expect_cases(&sandbox, &expected);
    assert_eq!(targets(&server), ["/b"]);
}

#[cfg(unix)]
#[test]
fn it_stays_inside_the_project_also_behind_a_link() {
    let server = server();
    let outside = Sandbox::new().file("login.yaml", FRAGMENT);
    let sandbox = sandbox(&server, &[("a.yaml", USER), ("f/.keep", "")]);
    std::os::unix::fs::symlink(outside.path("login.yaml"), sandbox.path("f/login.yaml"))
        .expect("a link");
    let ended = sandbox.run(&["a.yaml"]).expect_code(2);
    let why = "fragments stay inside the project directory";
    assert!(ended.stderr.contains(why), "{}", ended.stderr);
}

#[test]
fn what_is_used_too_deep_or_too_much_is_an_error() {
    let server = server();
    let spec = "tests:\n  - name: a\n    steps:\n      - {use: f/0.yaml}\n      - {request: GET /, expect: 200}\n";
    let sandbox = sandbox(&server, &[("a.yaml", spec)]);
    for (most, why) in
        [(70, "more than 64 deep"), (1002, "this spec uses more than 1000 fragments")]
    {
        for i in 0..most {
            let next = format!("steps:\n  - {{use: {}.yaml}}\n", i + 1);
            sandbox.write(&format!("f/{i}.yaml"), next);
        }
        sandbox.write(&format!("f/{most}.yaml"), "steps:\n  - request: GET /\n");
        let ended = sandbox.run(&["a.yaml"]).expect_code(2);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    }
    assert!(targets(&server).is_empty());
}

#[test]
fn a_spec_planned_without_its_fragments_is_never_valid() {
    use apitest::plan::Work;
    use apitest::plan::expand::expand;
    use apitest::plan::scope::Inputs;
    use apitest::source::Source;
    let source = std::sync::Arc::new(Source::new("a.yaml", USER));
    let (suite, faults) = apitest::suite::parse(&source);
    assert!(faults.is_empty());
    let plan = expand(&source, suite.as_ref(), faults, None, &Inputs::default());
    assert!(matches!(plan.cases[0].work, Work::Invalid(_)));
}
