//! The JUnit report, read back with an XML parser.

mod file;

use std::collections::HashSet;
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer, reply};
use crate::support::xml::Element;

/// Each element of a report: its attributes in order, and the elements that may stand in it.
const SHAPE: [(&str, &[&str], &[&str]); 7] = [
    ("testsuites", &["name", "tests", "failures", "errors", "skipped", "time"], &["testsuite"]),
    (
        "testsuite",
        &["name", "timestamp", "tests", "failures", "errors", "skipped", "time"],
        &["testcase"],
    ),
    (
        "testcase",
        &["name", "time", "classname", "file", "line"],
        &["failure", "error", "skipped", "system-out"],
    ),
    ("failure", &["type", "message"], &[]),
    ("error", &["type", "message"], &[]),
    ("skipped", &["type", "message"], &[]),
    ("system-out", &[], &[]),
];

/// What a response holds that must not come through to the report.
const EVIL: &str = "]]></system-out></testcase><testcase name=\"forged\"/>\
    <testcase>]]>]]]]>> \x1b[31mred\x1b[0m \x00\x01\x08\x0b\x0c\x1f\x7f \u{9b}31m \
    \u{fffe}\u{ffff} \u{202e}turned &amp; &#0; [[ATTACHMENT|/etc/passwd]] lone\rreturn";

/// The report on failures, errors, skips, a bad file, and 1,000 cases; they are run once.
fn report() -> &'static str {
    static REPORT: OnceLock<String> = OnceLock::new();
    REPORT.get_or_init(run_everything)
}

fn run_everything() -> String {
    let server = Server::start(|request, stream| {
        let answer = match request.target.as_str() {
            "/evil" => answer(200, &[("X-Evil", "]]> \u{9b}31m \u{fffe}")], EVIL),
            "/ansi" => answer(200, &[("X-Evil", "\x1b[31mred")], "{}"),
            "/close" => return Then::Close,
            _ => answer(200, &[], "{}"),
        };
        reply(stream, &answer)
    });
    let many: String = (0..1000)
        .map(|i| {
            let status = if i % 10 == 0 { 401 } else { 200 };
            format!("  - {{name: number {i}, request: GET /, expect: {status}}}\n")
        })
        .collect();
    let sandbox = Sandbox::new()
        .file(
            "specs/bad.yaml",
            "tests:\n  - {name: x, requst: GET /, expect: 200}\n  - {name: y, request: GET /}\n",
        )
        .file(
            "specs/evil.yaml",
            r#"tests:
  - {name: passes, request: GET /, expect: 200}
  - name: "named <\"&'> ]]> \e[31m \uFFFE \u0001\n end"
    request: GET /evil
    expect: {status: 201, headers: {x-evil: none}, json: {$.a: 1}, body: {contains: "]]>no"}}
  - {name: has a bad header, request: GET /ansi, expect: 200}
  - {name: gets no answer, request: POST /close, expect: 200}
  - {name: waits, skip: "until ]]> <b>\"&' \e[31m", request: GET /, expect: 200}
"#,
        )
        .file("specs/many.v1.yaml", format!("tests:\n{many}"))
        .file("apitest.yaml", format!("base_url: {}\n", server.url()));
    let ended = sandbox.run(&["specs", "--junit", "out/junit.xml"]).expect_code(2);
    assert!(ended.stdout.contains("1006 cases: 901 passed, 101 failed, 3 errored, 1 skipped"));
    sandbox.read("out/junit.xml")
}

/// Name, tests, failures, errors, skipped.
const COUNTS: [(&str, [usize; 4]); 4] = [
    ("apitest", [1006, 101, 3, 1]),
    ("specs/bad.yaml", [1, 0, 1, 0]),
    ("specs/evil.yaml", [5, 1, 2, 1]),
    ("specs/many.v1.yaml", [1000, 100, 0, 0]),
];

#[test]
fn a_report_has_the_shape_that_its_readers_expect() {
    let root = Element::parse(report());
    check_shape(&root);
    let tops: Vec<&Element> = [&root].into_iter().chain(&root.children).collect();
    assert_eq!(tops.iter().map(|top| counts(top)).collect::<Vec<_>>(), COUNTS);
    let mut names = HashSet::new();
    for suite in root.named("testsuite") {
        check_counts(suite);
        for case in suite.named("testcase") {
            assert_eq!(case.attribute("file"), suite.attribute("name"));
            assert!(names.insert((case.attribute("classname"), case.attribute("name"))));
            check_verdict(case);
        }
    }
}

#[test]
fn what_a_response_holds_stays_text() {
    let root = Element::parse(report());
    let evil = root.named("testsuite").nth(1).unwrap();
    let [_, case, ansi, close, skip] = &evil.children[..] else { panic!("{evil:?}") };
    assert_eq!(case.attribute("name"), "named <\"&'> ]]> ␛[31m \\u{fffe} ␁  end");
    assert_eq!((case.attribute("classname"), case.attribute("line")), ("specs.evil", "3"));
    let [failure, out] = &case.children[..] else { panic!("{case:?}") };
    assert_eq!(failure.attribute("type"), "mismatch.status");
    assert_eq!(failure.attribute("message"), "status: expected 201, got 200 (and 3 more)");
    for mismatch in ["status: expected 201", "header x-evil: ", "json $.a: ", "]]>no"] {
        assert!(failure.text.contains(mismatch), "{mismatch} in {}", failure.text);
    }
    assert!(failure.text.ends_with("\n\n(specs/evil.yaml:5:22)"), "{}", failure.text);
    assert!(out.text.contains("request:\nGET /evil HTTP/1.1\n"), "{}", out.text);
    let shown = "]]></system-out></testcase><testcase name=\"forged\"/><testcase>]]>]]]]>> \
        ␛[31mred␛[0m ␀␁␈␋␌␟␡ \\u{9b}31m \\u{fffe}\\u{ffff} \\u{202e}turned &amp; &#0; \
        [ [ATTACHMENT|/etc/passwd]] lone␍return";
    assert!(out.text.contains(shown), "{}", out.text);
    assert_eq!(ansi.children[0].name, "error");
    assert_eq!(close.children[0].name, "error");
    assert!(close.children[1].text.ends_with("\nno response\n"), "{close:?}");
    assert_eq!(skip.children[0].attribute("message"), "until ]]> <b>\"&' ␛[31m");
}

#[test]
fn a_bad_file_is_one_error_with_all_of_its_faults() {
    let root = Element::parse(report());
    let [case] = &root.children[0].children[..] else { panic!("{root:?}") };
    assert_eq!(case.attribute("name"), "the spec itself");
    let [error] = &case.children[..] else { panic!("{case:?}") };
    assert_eq!(error.attribute("type"), "error.spec");
    assert!(error.text.contains("`requst` is not a key of a test"), "{}", error.text);
    assert!(error.text.contains("a test without `expect`"), "{}", error.text);
    assert!(error.text.ends_with("\n\n(specs/bad.yaml:2:15)"), "{}", error.text);
}

/// Reads a report with junitparser, and prints the counts that it read and those that it finds.
const READ_COUNTS: &str = r#"
import sys
from junitparser import JUnitXml
report = JUnitXml.fromfile(sys.argv[1])
def counts(of): return [of.tests, of.failures, of.errors, of.skipped]
def show(): return [(of.name, counts(of)) for of in [report, *report]]
read = show()
report.update_statistics()
assert read == show(), (read, show())
for name, counts in read: print(name, *counts)
"#;

/// `APITEST_PYTHON` names a Python with junitparser, and then it must be there.
#[test]
fn junitparser_reads_the_same_counts() {
    let wanted = std::env::var_os("APITEST_PYTHON");
    let python = wanted.clone().unwrap_or_else(|| "python3".into());
    let found = Command::new(&python).args(["-c", "import junitparser"]).output();
    if wanted.is_none() && !found.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: there is no python3 with junitparser (APITEST_PYTHON demands it)");
        return;
    }
    let sandbox = Sandbox::new().file("junit.xml", report());
    let path = sandbox.path("junit.xml");
    let output = Command::new(python).args(["-c", READ_COUNTS]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected: String = COUNTS
        .iter()
        .map(|(name, [tests, failures, errors, skipped])| {
            format!("{name} {tests} {failures} {errors} {skipped}\n")
        })
        .collect();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// How the values of attributes look.
static VALUES: LazyLock<[(&[&str], Regex); 5]> = LazyLock::new(|| {
    let pattern = |pattern| Regex::new(pattern).expect("a regex");
    [
        (&["time"], pattern(r"^\d+\.\d{3}$")),
        (&["timestamp"], pattern(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")),
        (&["tests", "failures", "errors", "skipped", "line"], pattern(r"^\d+$")),
        (&["type"], pattern(r"^(mismatch|error|skipped)\.[a-z-]+$")),
        (&["classname"], pattern(r"^specs\.(bad|evil|many_v1)$")),
    ]
});

#[track_caller]
fn check_shape(element: &Element) {
    let shape = SHAPE.iter().find(|(name, ..)| *name == element.name);
    let (_, attributes, children) = shape.unwrap_or_else(|| panic!("a stray {}", element.name));
    let found: Vec<&str> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, *attributes, "{}", element.name);
    for child in &element.children {
        assert!(children.contains(&child.name.as_str()), "{} in {}", child.name, element.name);
        check_shape(child);
    }
    if !children.is_empty() {
        assert_eq!(element.text.trim(), "", "text in {}", element.name);
    }
    for (name, value) in &element.attributes {
        assert!(!value.is_empty(), "{name} of {}", element.name);
        let pattern = VALUES.iter().find(|(names, _)| names.contains(&name.as_str()));
        let fits = pattern.is_none_or(|(_, pattern)| pattern.is_match(value));
        assert!(fits, "{name}={value}");
    }
}

fn counts(element: &Element) -> (&str, [usize; 4]) {
    let count = |name| element.attribute(name).parse().unwrap();
    (element.attribute("name"), ["tests", "failures", "errors", "skipped"].map(count))
}

/// The counts of a suite are those of the elements in it, and its time is their sum.
#[track_caller]
fn check_counts(suite: &Element) {
    let with = |name| suite.children.iter().filter(|case| case.named(name).count() == 1).count();
    let found = [suite.children.len(), with("failure"), with("error"), with("skipped")];
    assert_eq!(counts(suite), (suite.attribute("name"), found));
    let millis = |element: &Element| element.attribute("time").replace('.', "").parse::<u64>();
    let sum: u64 = suite.children.iter().map(|case| millis(case).unwrap()).sum();
    assert_eq!(millis(suite), Ok(sum));
}

#[track_caller]
fn check_verdict(case: &Element) {
    let names: Vec<&str> = case.children.iter().map(|child| child.name.as_str()).collect();
    let known: [&[&str]; 5] =
        [&[], &["failure", "system-out"], &["error", "system-out"], &["error"], &["skipped"]];
    assert!(known.contains(&names.as_slice()), "{names:?}");
    let file = case.attribute("file");
    for told in case.named("failure").chain(case.named("error")) {
        let place = told.text.lines().last().unwrap();
        assert!(place.starts_with(&format!("({file}:")) && place.ends_with(')'), "{place}");
    }
    let text = |element: &Element| {
        element.text.len() + element.attributes.iter().map(|(_, value)| value.len()).sum::<usize>()
    };
    assert!(case.children.iter().map(text).sum::<usize>() <= 64 * 1024);
}
