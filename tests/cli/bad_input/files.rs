//! What is said of files that are odd or large: what lies beside the specs, and specs themselves.

use std::fs::File;

use crate::support::golden::golden;
use crate::support::sandbox::{Ended, Sandbox, steady};

const PLAIN: &str = "tests: [{name: a, request: GET http://127.0.0.1:1/, expect: 200}]\n";

/// A test that takes its rows from a file.
const ROWS: &str = "tests: [{name: a, data: {file: FILE}, request: 'GET http://127.0.0.1:1/${c1}', \
                    expect: 200}]\n";

/// A test of a body by a schema in a file.
const SCHEMA: &str = "tests: [{name: a, request: GET http://127.0.0.1:1/, expect: {json: {$: {schema: \
                      {file: ../deep.json}}}}}]\n";

/// A test over TLS with a file that is no PEM.
const TLS: &str = "tls: {ca: ../ca.der}\ntests: [{name: a, request: GET https://127.0.0.1:1/, \
                   expect: 200}]\n";

/// A spec in a project; other projects may lie beside it.
fn spec(text: &str) -> Sandbox {
    Sandbox::new()
        .file("project/apitest.yaml", "specs: [specs]\n")
        .file("project/specs/a.yaml", text)
}

/// A spec with one test of so many steps.
fn steps(count: usize) -> String {
    let step = "      - {request: GET http://127.0.0.1:1/, expect: 200}\n";
    format!("tests:\n  - name: a\n    steps:\n{}", step.repeat(count))
}

/// A schema that is demanded by so many others, each in the one before.
fn schema(depth: usize) -> String {
    let one =
        |at: usize| format!("\"s{at}\": {{\"items\": {{\"$ref\": \"#/$defs/s{}\"}}}}", at + 1);
    let all: Vec<String> = (0..depth).map(one).collect();
    format!(
        "{{\"$ref\": \"#/$defs/s0\", \"$defs\": {{{}, \"s{depth}\": {{\"type\": \"null\"}}}}}}",
        all.join(", ")
    )
}

/// What is told of a project.
fn told(what: &str, sandbox: &Sandbox, arguments: &[&str]) -> String {
    let mut command = sandbox.command(&[arguments, &["--color", "never"]].concat());
    let Ended { code, stderr, .. } = Ended::of(command.current_dir(sandbox.path("project")));
    let code = code.expect("no signal");
    format!("# {what}\n$ apitest {}\n{}= {code}\n\n", arguments.join(" "), steady(&stderr))
}

#[test]
fn what_is_wrong_with_a_file_says_what_to_do() {
    let large = spec(PLAIN).file("project/specs/b.yaml", "");
    let file = File::options().write(true).open(large.path("project/specs/b.yaml"));
    file.expect("a file").set_len(33 << 20).expect("a large file");
    let columns: Vec<String> = (1..=1001).map(|number| format!("c{number}")).collect();
    let no_pem = spec(TLS).file("project/ca.der", b"\x30\x82\xff\xfe");
    let rows =
        |text: String| spec(&ROWS.replace("FILE", "../rows.csv")).file("project/rows.csv", text);
    let outside = spec(&ROWS.replace("FILE", "../../rows.csv")).file("rows.csv", "c1\n1\n");
    let runs = [
        told("a large spec", &large, &["check"]),
        told("a file that is no PEM", &no_pem, &["check"]),
        told("many columns", &rows(columns.join(",") + "\n1\n"), &["check"]),
        told("many rows", &rows("c1\n".to_owned() + &"1\n".repeat(100_001)), &["check"]),
        told("rows elsewhere", &outside, &["check"]),
        told("many steps", &spec(&steps(10_001)), &["check"]),
        told("deep schemas", &spec(SCHEMA).file("project/deep.json", schema(600)), &["check"]),
    ];
    golden("fixtures/faults/files.stderr", &runs.concat());
}
