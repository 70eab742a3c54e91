//! Specs that cost more than they look: each ends soon, and with words about it.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::Server;

fn run(vars: &str, test: &str) -> (Ended, usize) {
    let server = Server::answering(200, &[], &format!("{}1{}", "[".repeat(100), "]".repeat(100)));
    let spec = format!(
        "base_url: {}\nvars:\n{vars}\ntests:\n  - {{name: a, request: POST /, {test}, expect: 200}}\n",
        server.url()
    );
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--junit=out.xml"]);
    (ended, server.arrived().len())
}

/// `v0` to the last, each made of the next by `value`.
fn chain(length: usize, value: impl Fn(usize) -> String, last: &str) -> String {
    let mut vars = String::new();
    for i in 0..length {
        writeln!(vars, "  v{i}: {}", value(i + 1)).unwrap();
    }
    format!("{vars}  v{length}: {last}")
}

#[test]
fn a_chain_of_variables_is_followed_only_so_far() {
    let link = |next| format!("'${{v{next}}}'");
    let (ended, sent) = run(&chain(30, link, "x"), "body: '${v0}'");
    ended.expect_code(0);
    assert_eq!(sent, 1);
    let nested = |next| format!("{}'${{v{next}}}'{}", "[".repeat(100), "]".repeat(100));
    for vars in [chain(5000, link, "x"), chain(20, nested, "x")] {
        let (ended, sent) = run(&vars, "json: '${v0}'");
        let ended = ended.expect_code(2);
        assert!(ended.stderr.contains("too deep to be followed"), "{}", ended.stderr);
        assert_eq!(sent, 0);
    }
}

#[test]
fn what_is_wrong_with_a_variable_is_found_once_however_often_it_stands_somewhere() {
    let twice = |next| format!("'${{v{next}}}${{v{next}}}'");
    let (ended, _) = run(&chain(28, twice, "'${nowhere}'"), "body: '${v0}'");
    let ended = ended.expect_code(2);
    assert_eq!(ended.stderr.matches("`nowhere` is not defined").count(), 1, "{}", ended.stderr);
    let (ended, sent) = run(&chain(28, twice, "'${env.NOWHERE}'"), "body: '${v0}'");
    let ended = ended.expect_code(1);
    assert_eq!(ended.stderr.matches("`NOWHERE` is not set").count(), 1, "{}", ended.stderr);
    assert_eq!(sent, 0);
}

#[test]
fn a_query_that_multiplies_what_it_finds_is_refused() {
    let queries = [
        ("$..*..*..*..*..*".to_owned(), "more than 2 times `..`"),
        (format!("${}", "[*,*]".repeat(30)), "too many combinations"),
        (format!("$[?{}@.a{}]", "(".repeat(20_000), ")".repeat(20_000)), "nested more than 32"),
        (format!("${}", ".a".repeat(40_000)), "longer than 64 KiB"),
    ];
    for (query, reason) in queries {
        let spec = format!(
            "tests:\n  - {{name: a, request: GET http://127.0.0.1:1/, expect: {{json: {{'{query}': 1}}}}}}\n"
        );
        let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(2);
        assert!(ended.stderr.contains(reason), "{reason}: {}", ended.stderr);
    }
    let (ended, _) = run("  v: x", "body: '${v}'");
    ended.expect_code(0);
}

/// What takes the square of their number takes minutes here, not a moment.
#[test]
fn many_names_are_looked_up_at_once() {
    let many = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let spec = format!(
        "base_url: http://127.0.0.1:9\nheaders:\n{}query:\n{}vars:\n  x: 1\n{}tests:\n  \
         - name: a\n    skip: never sent\n    request: POST /\n    expect: 200\n    json:\n{}",
        many(&|i| format!("  X-{i}: 1\n")),
        many(&|i| format!("  q{i}: 1\n")),
        many(&|i| format!("  v{i}: '${{x}}'\n")),
        many(&|i| format!("      k${{v{i}}}-{i}: 1\n")),
    );
    let started = Instant::now();
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(4);
    assert!(ended.stdout.contains("1 skipped"), "{}", ended.stdout);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_body_file_that_is_too_large_is_not_sent() {
    let server = Server::answering(200, &[], "{}");
    let test = "tests:\n  - {name: a, request: POST /, body: {file: large}, expect: 200}\n";
    let sandbox = Sandbox::new()
        .file("a.yaml", format!("base_url: {}\n{test}", server.url()))
        .file("large", "");
    let file = std::fs::OpenOptions::new().write(true).open(sandbox.path("large")).unwrap();
    file.set_len((32 << 20) + 1).unwrap();
    let ended = sandbox.run(&["a.yaml"]).expect_code(1);
    assert!(ended.stderr.contains("it has more than 32 MiB"), "{}", ended.stderr);
    assert!(server.arrived().is_empty());
    file.set_len(32 << 20).unwrap();
    sandbox.run(&["a.yaml"]).expect_code(0);
    assert_eq!(server.arrived()[0].body.len(), 32 << 20);
}
