//! `--repeat`: everything is run several times, and each case is told once.

use serde_json::Value;

use crate::support::in_turn::{in_turn, run, targets};
use crate::support::report;
use crate::support::sandbox::{Sandbox, steady};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

const NOW_AND_THEN: &str = "\
tests:
  - {name: always, request: GET /200, expect: 200}
  - {name: now and then, request: GET /200-503-200, expect: 200}
  - {name: never, request: GET /503, expect: 200}
  - {name: later, skip: not yet, request: GET /503, expect: 200}
";

#[test]
fn what_passes_now_and_then_has_failed_and_is_called_unstable() {
    let server = in_turn();
    let ended = run(&server, NOW_AND_THEN, &["--repeat", "3"]).1.expect_code(1);
    let shown = steady(&ended.stdout);
    assert_eq!(targets(&server).len(), 9);
    assert!(shown.starts_with("4 cases in 1 file, 8 at a time, 3 rounds\n"), "{shown}");
    let told = "\
FAILED   a.yaml:4  now and then  <time>
error: unstable, passed in 2 of 3 rounds: status: expected 200, got 503
 --> a.yaml:4:61
";
    assert!(shown.contains(told), "{shown}");
    let rounds =
        "  rounds\n    passed in 2 of 3 rounds\n    round 2: status: expected 200, got 503\n";
    assert!(shown.contains(rounds), "{shown}");
    let never = "FAILED   a.yaml:5  never  <time>\nerror: status: expected 200, got 503\n";
    assert!(shown.contains(never), "{shown}");
    let last = "\n4 cases, 3 rounds: 1 passed, 2 failed (1 unstable), 1 skipped in <time>\n";
    assert!(shown.ends_with(last), "{shown}");
}

#[test]
fn a_case_is_the_same_one_in_every_report_however_often_it_is_run() {
    let names = |sandbox: &Sandbox| {
        let report = Element::parse(&sandbox.read("junit.xml"));
        let cases = report::cases(&report);
        let names =
            cases.map(|case| ["file", "classname", "name"].map(|a| case.attribute(a).to_owned()));
        names.collect::<Vec<_>>()
    };
    let once = names(&run(&in_turn(), NOW_AND_THEN, &[]).0);
    let report = ["--repeat", "3", "--report", "json=run.jsonl"];
    let (sandbox, _) = run(&in_turn(), NOW_AND_THEN, &report);
    assert_eq!(names(&sandbox), once);
    let junit = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!((junit.attribute("tests"), junit.attribute("failures")), ("4", "2"));
    let properties: Vec<_> = report::cases(&junit)
        .map(|case| {
            let properties = case.named("properties").flat_map(|list| list.named("property"));
            let texts =
                properties.map(|p| format!("{}: {}", p.attribute("name"), p.attribute("value")));
            texts.collect::<Vec<_>>().join("; ")
        })
        .collect();
    let why = "status: expected 200, got 503";
    assert_eq!(
        properties,
        [
            "apitest.rounds: passed in 3 of 3 rounds".to_owned(),
            format!("apitest.unstable: passed in 2 of 3 rounds; apitest.round: 2: {why}"),
            format!(
                "apitest.rounds: passed in 0 of 3 rounds; apitest.round: 1: {why}; apitest.round: 2: {why}; \
                 apitest.round: 3: {why}"
            ),
            "apitest.rounds: passed in 0 of 3 rounds".to_owned(),
        ]
    );
    let events = events(&sandbox);
    assert_eq!(events.iter().find_map(|event| event["rounds"].as_u64()), Some(3));
    let case = events.iter().find(|event| event["name"] == "now and then").expect("a case");
    assert_eq!((&case["verdict"], &case["unstable"]), (&"failed".into(), &true.into()));
    let rounds = case["rounds"].as_array().expect("a list").iter();
    let rounds: Vec<_> = rounds.map(|round| (&round["verdict"], &round["message"])).collect();
    let (passed, null) = (Value::from("passed"), Value::Null);
    let failed = (&Value::from("failed"), &Value::from(why));
    assert_eq!(rounds, [(&passed, &null), failed, (&passed, &null)]);
    assert_eq!(events.last().expect("an end")["unstable"], 1);
}

fn events(sandbox: &Sandbox) -> Vec<Value> {
    let text = sandbox.read("run.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn tokens_are_kept_and_what_is_done_around_a_file_is_done_in_each_round() {
    let server =
        Server::start(|_, stream| reply(stream, &answer(200, &[], r#"{"token": "abcdefgh-1"}"#)));
    let spec = "\
tokens: {a: {login: {request: POST /login, token: $.token}}}
auth: a
setup: [{request: GET /set-up}]
teardown: [{request: GET /tear-down}]
tests: [{name: a, request: GET /a, expect: 200}]
";
    run(&server, spec, &["--repeat", "3"]).1.expect_code(0);
    let round = ["/set-up", "/a", "/tear-down"];
    let all: Vec<String> = targets(&server).into_iter().filter(|to| to != "/login").collect();
    assert_eq!(all, [round, round, round].concat());
    assert_eq!(targets(&server).iter().filter(|to| *to == "/login").count(), 1);
}

#[test]
fn each_round_generates_other_values_and_its_seed_repeats_them() {
    let spec = "tests: [{name: a, request: 'GET /503?x=${uuid()}', expect: 200}]\n";
    let sent = |arguments: &[&str]| {
        let server = in_turn();
        let shown = run(&server, spec, arguments).1.expect_code(1).stdout;
        (targets(&server), shown)
    };
    let (both, shown) = sent(&["--seed", "5", "--repeat", "2"]);
    assert_ne!(both[0], both[1]);
    assert_eq!(sent(&["--seed", "6"]).0, both[1..]);
    assert!(
        shown.contains("\n--seed 5 --repeat 2 repeats the values that were generated\n"),
        "{shown}"
    );
    assert!(shown.contains("    apitest a.yaml:2 --seed 5\n"), "{shown}");
}

#[test]
fn what_was_to_be_run_more_often_is_not_run() {
    let spec = "\
tests:
  - {name: a, request: GET /200, expect: 200}
  - {name: b, request: GET /200-503, expect: 200}
  - {name: c, request: GET /200?c, expect: 200}
";
    let server = in_turn();
    let arguments = ["--repeat", "9", "--fail-fast", "--jobs", "1"];
    let shown = steady(&run(&server, spec, &arguments).1.expect_code(1).stdout);
    assert_eq!(targets(&server).len(), 5);
    let last = "\
2 cases not run: an earlier case did not pass (--fail-fast)

3 cases, 9 rounds: 0 passed, 1 failed (1 unstable), 2 not run in <time>
";
    assert!(shown.ends_with(last), "{shown}");
}

#[test]
fn what_the_deadline_ends_is_not_unstable() {
    let spec = "tests: [{name: a, request: GET /200-hang, expect: 200}]\n";
    let arguments = ["--repeat", "9", "--deadline", "1s"];
    let shown = steady(&run(&in_turn(), spec, &arguments).1.expect_code(1).stdout);
    assert!(shown.contains("error: no verdict: the time of the run was up"), "{shown}");
    assert!(shown.ends_with("1 case, 9 rounds: 0 passed, 1 errored in <time>\n"), "{shown}");
}

#[test]
fn rows_probes_serial_files_and_the_number_of_jobs_change_nothing() {
    let spec = "\
server: demo
base_url: ${server.url}
tokens: {alice: demo-alice-5f0c1d2e3b4a}
auth: alice
";
    let tests = "\
tests:
  - {name: 'row ${n}', data: [{n: 1001}, {n: 1002}], request: 'GET /orders/${n}', expect: 200, enforce: bearer}
  - name: with a jar
    cookie_jar: true
    steps:
      - {request: GET /session, expect: 401}
      - {request: POST /session, json: {user: alice, password: wonderland-7Qx2}, expect: 201}
      - {request: GET /orders, expect: 200, enforce: bearer}
";
    let told = |jobs: &str| {
        let sandbox = Sandbox::new()
            .file("apitest.yaml", spec)
            .file("specs/a.yaml", tests)
            .file("specs/b.yaml", format!("serial: true\n{tests}"));
        let arguments = ["--repeat", "3", "--jobs", jobs, "--report", "json=run.jsonl"];
        sandbox.run(&arguments).expect_code(0);
        let mut events = events(&sandbox);
        events.retain(|event| event["event"] == "case-ended");
        let cases = events.iter().map(|event| {
            let rounds = event["rounds"].as_array().expect("rounds").iter();
            let rounds: Vec<_> = rounds.map(|round| round["verdict"].clone()).collect();
            (event["id"].clone(), event["verdict"].clone(), rounds)
        });
        cases.collect::<Vec<_>>()
    };
    let (one, many) = (told("1"), told("32"));
    assert!(one.len() > 40 && one.iter().all(|(_, _, rounds)| rounds.len() == 3), "{one:?}");
    assert_eq!(one, many);
}
