//! The project's own specs are green against the demo, and red against servers that enforce nothing
//! or refuse everybody.

mod shown;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use crate::support::project::{files, root};
use crate::support::report::{cases, end};
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

/// A test as its spec has it, read without any of apitest's own code.
struct Written {
    file: String,
    name: String,
    skipped: bool,
    statuses: Vec<String>,
    /// Whether its token, or what its spec sets up, comes from a request to the same server.
    asks: bool,
    /// How often it is run, of a test with rows.
    runs: Option<usize>,
}

/// The verdicts of cases by their files and names.
type Verdicts = HashMap<(String, String), &'static str>;

#[test]
fn all_of_them_pass_against_the_demo() {
    let written = written();
    let verdicts = run(&[], 0);
    for test in &written {
        let expected = if test.skipped { "skipped" } else { "passed" };
        assert_eq!(verdict(&verdicts, test), Some(expected), "{} › {}", test.file, test.name);
    }
    let runs = written.iter().map(|test| test.runs.unwrap_or(1)).sum::<usize>();
    assert_eq!(verdicts.len(), runs, "a case that no spec has");
}

#[test]
fn there_are_many_of_each_kind() {
    let written = written();
    let count = |wanted: &str| written.iter().filter(|test| test.expects(wanted)).count();
    assert!(written.len() >= 180, "{}", written.len());
    for (status, least) in [("2", 100), ("401", 30), ("403", 5), ("400", 5)] {
        assert!(count(status) >= least, "{} expect {status}", count(status));
    }
    assert_eq!(written.iter().filter(|test| test.skipped).count(), 1);
}

#[test]
fn no_refusal_is_seen_where_everybody_is_let_in() {
    let server = answering_all(200, &[("Content-Type", "application/json")], "{}");
    let red = against(&server, |test| test.expects("401") || test.expects("403"));
    assert!(red >= 30, "only {red} expect a refusal");
}

#[test]
fn no_success_is_seen_where_everybody_is_refused() {
    let server = answering_all(401, &[], "");
    let red = against(&server, |test| test.expects("2"));
    assert!(red >= 40, "only {red} expect a success");
}

/// Runs all specs against `server`. Every test that `must_fail` takes has to be there and has to
/// fail, or to be an error where the server gives no token for it; returns how many they are.
fn against(server: &Server, must_fail: impl Fn(&Written) -> bool) -> usize {
    let api = format!("api={}", server.url());
    let verdicts = run(&["--var", &api], 1);
    let written = written();
    let red: Vec<&Written> = written.iter().filter(|t| !t.skipped && must_fail(t)).collect();
    for test in &red {
        let expected = if test.asks { "errored" } else { "failed" };
        assert_eq!(verdict(&verdicts, test), Some(expected), "{} › {}", test.file, test.name);
    }
    assert!(server.arrived().len() >= red.len(), "they asked another server");
    red.len()
}

/// The same answer to everything, without its body where the request was HEAD.
fn answering_all(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Server {
    Server::start(move |request, stream| {
        let body = if request.method == "HEAD" { "" } else { body };
        reply(stream, &answer(status, headers, body))
    })
}

/// Runs all specs in the project itself, the report beside it; gives the verdict of each case by its
/// file and name.
fn run(arguments: &[&str], code: i32) -> Verdicts {
    let sandbox = Sandbox::new();
    let report = sandbox.path("junit.xml").to_string_lossy().into_owned();
    let arguments = [&["specs/", "--junit", &report], arguments].concat();
    Ended::of(sandbox.command(&arguments).current_dir(root())).expect_code(code);
    let report = Element::parse(&sandbox.read("junit.xml"));
    // Probes are cases that stand in no spec.
    cases(&report)
        .filter(|case| !case.attribute("name").contains(" › "))
        .map(|case| {
            let text = |name: &str| case.attribute(name).to_owned();
            ((text("file"), text("name")), verdict_of(case))
        })
        .collect()
}

fn verdict_of(case: &Element) -> &'static str {
    end(case).map_or("passed", |end| match end.name.as_str() {
        "failure" => "failed",
        "error" => "errored",
        _ => "skipped",
    })
}

/// The verdict of a test; of one with rows there are so many cases, and all have the same.
fn verdict(verdicts: &Verdicts, test: &Written) -> Option<&'static str> {
    let Some(runs) = test.runs else {
        return verdicts.get(&(test.file.clone(), test.name.clone())).copied();
    };
    let name = regex::escape(&test.name).replace(r"\$\{", "${");
    let variable = regex::Regex::new(r"\$\{\w+\\\}").expect("a regex");
    let name = variable.replace_all(&name, ".+");
    let name = regex::Regex::new(&format!(r"^{name}( \[.+\](?: \(\d+\))?)?$")).expect("a regex");
    let cases =
        verdicts.iter().filter(|((file, case), _)| *file == test.file && name.is_match(case));
    let ends: Vec<&str> = cases.map(|(_, verdict)| *verdict).collect();
    assert_eq!(ends.len(), runs, "{} › {}", test.file, test.name);
    ends.iter().all(|end| *end == ends[0]).then(|| ends[0])
}

/// How many rows a test has, each with each combination.
fn runs(spec: &Path, test: &Value) -> Option<usize> {
    let rows = match &test["data"] {
        Value::Sequence(rows) => Some(rows.len()),
        Value::Mapping(file) => {
            let path = spec.with_file_name("").join(file["file"].as_str().expect("a path"));
            let text = fs::read_to_string(&path).expect("a file of rows");
            // Those of the project's own specs have a line a row.
            let is_json = path.extension().is_some_and(|ending| ending == "json");
            Some(if is_json {
                serde_json::from_str::<Vec<serde_json::Value>>(&text).expect("JSON").len()
            } else {
                text.lines().count() - 1
            })
        }
        _ => None,
    };
    let lists = test["matrix"].as_mapping().map(|lists| {
        lists.values().map(|list| list.as_sequence().expect("a list").len()).product::<usize>()
    });
    match (rows, lists) {
        (None, None) => None,
        (rows, lists) => Some(rows.unwrap_or(1) * lists.unwrap_or(1)),
    }
}

fn written() -> Vec<Written> {
    spec_files().iter().flat_map(|file| tests_of(file)).collect()
}

fn spec_files() -> Vec<PathBuf> {
    files("specs", "yaml")
}

fn read(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).expect("a spec")).expect("YAML")
}

fn tests_of(path: &Path) -> Vec<Written> {
    let spec = read(path);
    let file = format!("specs/{}", path.file_name().expect("a name").to_string_lossy());
    let tests = spec["tests"].as_sequence().expect("a list of tests");
    tests
        .iter()
        .map(|test| {
            let (name, runs) = (test["name"].as_str().expect("a name"), runs(path, test));
            // The one file that names a test by a variable says what it stands for.
            let order = spec["vars"]["name"].as_str().unwrap_or_default();
            let user = spec["vars"]["user"].as_str().unwrap_or_default();
            Written {
                file: file.clone(),
                runs,
                name: name.replace("${name}", order).replace("${user}", user),
                skipped: test.get("skip").is_some(),
                statuses: match test["steps"].as_sequence() {
                    Some(steps) => steps.iter().flat_map(of_step).collect(),
                    None => statuses(&test["expect"]),
                },
                asks: spec.get("setup").is_some()
                    || test["auth"].as_str().is_some_and(|name| {
                        let source = &spec["tokens"][name];
                        ["login", "oauth2"].iter().any(|kind| source.get(kind).is_some())
                    }),
            }
        })
        .collect()
}

/// The statuses that a step expects; one that waits expects none.
fn of_step(step: &Value) -> Vec<String> {
    match (step.get("request"), step.get("expect")) {
        (Some(_), Some(expect)) => statuses(expect),
        (Some(_), None) => vec!["2xx".to_owned()],
        (None, _) => Vec::new(),
    }
}

/// The statuses that are expected: written out, in a list, under `in`; else any 2xx.
fn statuses(expect: &Value) -> Vec<String> {
    match expect {
        Value::Number(status) => vec![status.to_string()],
        Value::String(status) => vec![status.clone()],
        Value::Sequence(items) => items.iter().flat_map(statuses).collect(),
        Value::Mapping(entries) => match (entries.get("status"), entries.get("in")) {
            (Some(status), _) | (None, Some(status)) => statuses(status),
            (None, None) => vec!["2xx".to_owned()],
        },
        other => panic!("not an expectation: {other:?}"),
    }
}

impl Written {
    fn expects(&self, status: &str) -> bool {
        self.statuses.iter().any(|own| own.starts_with(status))
    }
}
