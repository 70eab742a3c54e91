//! What is said of what is wrong around the specs: files beside them, selections, reports, commands.

use std::net::TcpListener;

use crate::support::golden::golden;
use crate::support::sandbox::{Sandbox, steady};

const ANSWERS: &str = "tests: [{name: a, request: 'GET http://127.0.0.1:1/', expect: 200}]\n";
const TAGGED: &str = "\
tests:
  - {name: a, tags: [x], request: GET http://127.0.0.1:1/, expect: 200}
  - {name: b, tags: [y], request: GET http://127.0.0.1:1/, expect: 200}
";
const STEPS: &str = "steps: [{request: GET http://127.0.0.1:1/, expect: 200}]\n";
const UNSET: &str = "tests: [{name: a, request: 'GET ${env.GONE}/', expect: 200}]\n";

const COMPARES: &str = "tests: [{name: a, request: GET http://127.0.0.1:1/, expect: {body: {equals: \
                        {file: gone.txt}}}}]\n";
const LEADS_ON: &str = "\
tests:
  - name: a
    steps:
      - {request: GET http://127.0.0.1:1/, expect: 200, capture: {place: $.place}}
      - {request: 'GET ${place}', expect: 200}
";
const ENFORCED: &str = "\
base_url: http://127.0.0.1:1
auth: {bearer: demo-alice-5f0c1d2e3b4a}
enforce: {probes: [no-token]}
tests: [{name: a, retry: 2, request: GET /, expect: 200}]
";
const SIGNS_IN: &str = "\
base_url: http://127.0.0.1:1
tls: {ca: gone.pem}
tokens: {alice: {login: {request: POST /login, token: $.t}}}
tests: [{name: a, auth: alice, request: GET /, expect: 200, tls: {ca: null}}]
";

/// Files, and the arguments of a run beside them.
type Run<'r> = (&'r [(&'r str, &'r str)], &'r [&'r str]);

const RUNS: [Run; 40] = [
    (&[], &["man", "nope"]),
    (&[], &["probes", "--explain", "no-tokn"]),
    (&[], &["probes", "--explain", "qqqqq"]),
    (&[("specs/a.yaml", ANSWERS)], &["--env", "x"]),
    (&[("specs/a.yaml", ANSWERS), ("apitest.yaml", "specs: specs\n")], &["--env", "x"]),
    (&[("specs/a.yaml", ANSWERS), ("v.yaml", "- 1\n")], &["--vars-file", "v.yaml"]),
    (&[("specs/a.yaml", ANSWERS)], &["--vars-file", "gone.yaml"]),
    (&[("specs/a.yaml", ANSWERS), (".env", "only words\n")], &["--env-file", ".env"]),
    (&[("specs/a.yaml", ANSWERS), (".env", "1A=b\n")], &["--env-file", ".env"]),
    (&[("specs/a.yaml", ANSWERS), (".env", "A=b'c'\n")], &["--env-file", ".env"]),
    (&[("specs/a.yaml", ANSWERS), (".env", "A=\"b\\q\"\n")], &["--env-file", ".env"]),
    (&[("specs/a.yaml", ANSWERS), (".env", "A=\"b\n")], &["--env-file", ".env"]),
    (&[("specs/f.yaml", STEPS)], &["specs/f.yaml"]),
    (&[("specs/f.yaml", STEPS)], &["specs"]),
    (&[("specs/a.yaml", TAGGED)], &["--tag", "x", "--filter", "b"]),
    (&[("specs/a.yaml", TAGGED)], &["specs/a.yaml:2", "--tag", "y"]),
    (&[("specs/a.yaml", TAGGED)], &["specs/a.yaml:9"]),
    (&[("specs/a.yaml", TAGGED)], &["--tag", "z"]),
    (&[("specs/a.yaml", ANSWERS)], &["--tag", "z"]),
    (&[("specs/a.yaml", TAGGED)], &["--filter", "B"]),
    (&[("specs/a.yaml", UNSET)], &["show", "specs/a.yaml:1"]),
    (&[("specs/a.yaml", UNSET)], &["list", "-v"]),
    (&[("specs/a.yaml", UNSET)], &["check", "--env-set"]),
    (&[("specs/a.yaml", ANSWERS)], &["--junit", "specs/a.yaml"]),
    (&[("specs/a.yaml", ANSWERS), ("README.md", "text\n")], &["--junit", "README.md"]),
    (&[("specs/a.yaml", ANSWERS)], &["--junit", "specs"]),
    (&[("specs/a.yaml", ANSWERS)], &["--junit", "specs/a.yaml/junit.xml"]),
    (&[("specs/a.yaml", ANSWERS)], &["--report", "json=r", "--junit", "r"]),
    (&[("specs/a.yaml", ANSWERS)], &["--require-level", "L1"]),
    (
        &[
            ("specs/a.yaml", "tests: [{name: a, request: GET /, expect: 200}]\n"),
            ("apitest.yaml", "base_url: https://127.0.0.1:1\ntls: {insecure: true}\n"),
        ],
        &[],
    ),
    (
        &[
            ("specs/a.yaml", "tests: [{name: a, request: GET /, expect: 200}]\n"),
            ("apitest.yaml", "base_url: http://127.0.0.1:2\nproxy: http://127.0.0.1:1\n"),
        ],
        &[],
    ),
    (&[("README.md", "text\n")], &["init", "README.md"]),
    (&[("README.md", "text\n")], &["init", "README.md/specs"]),
    (&[("specs/a.yaml", LEADS_ON)], &["show", "specs/a.yaml:2"]),
    (&[("specs/a.yaml", TAGGED)], &["specs/a.yaml:2", "specs/a.yaml:9"]),
    (&[("specs/a.yaml", COMPARES)], &["list"]),
    (&[("specs/a.yaml", COMPARES)], &["show", "specs/a.yaml:1"]),
    (&[("specs/a.yaml", ENFORCED)], &["specs/a.yaml"]),
    (&[("specs/a.yaml", SIGNS_IN)], &["specs/a.yaml"]),
    (
        &[
            ("specs/a.yaml", ANSWERS),
            ("apitest.yaml", "environments: {staging: {base_url: 'http://127.0.0.1:2'}}\n"),
        ],
        &["--env", "staging"],
    ),
];

#[test]
fn what_is_wrong_around_the_specs_says_what_to_do() {
    let told = RUNS.iter().map(|(files, arguments)| {
        let mut sandbox = Sandbox::new();
        for (path, text) in *files {
            sandbox = sandbox.file(path, *text);
        }
        let ended = sandbox.run(&[arguments, &["--color", "never"][..skipped(arguments)]].concat());
        let code = ended.code.expect("no signal");
        let files: Vec<String> =
            files.iter().map(|(path, text)| format!("# {path}: {text}")).collect();
        let (out, err) = (settled(&ended.stdout), settled(&ended.stderr));
        format!("{}$ apitest {}\n{err}{out}= {code}\n\n", files.concat(), arguments.join(" "))
    });
    golden("fixtures/faults/runs.stderr", &told.collect::<String>());
}

/// Without what differs from run to run, and from machine to machine.
fn settled(text: &str) -> String {
    let jobs = regex::Regex::new(r"\d+ at a time").expect("a regex");
    jobs.replace(&steady(text), "<jobs> at a time").into_owned()
}

/// Some commands have no colours to switch off.
fn skipped(arguments: &[&str]) -> usize {
    let plain = matches!(arguments.first(), Some(&("man" | "probes" | "init")));
    if plain { 0 } else { 2 }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = Sandbox::new().run(&["demo", "--port", &port]).expect_code(3);
    let told = ended.stderr.replace(&port, "<port>");
    let begin = "apitest: cannot serve on port <port>: ";
    assert!(told.starts_with(begin) && told.contains("in use"), "{told}");
}

#[test]
fn all_of_the_catalogue_can_be_explained() {
    let sandbox = Sandbox::new();
    let probes = apitest::plan::probes::PROBES.iter().map(|probe| probe.id);
    let checks = apitest::plan::probes::HYGIENE.iter().map(|check| check.id);
    let told = probes.chain(checks).map(|id| {
        let told = sandbox.run(&["probes", "--explain", id]).expect_code(0).stdout;
        format!("$ apitest probes --explain {id}\n{told}\n")
    });
    golden("fixtures/console/probes_explained.txt", &told.collect::<String>());
}
