//! Which tests are probed, and with what.

use super::api::*;
use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

fn names(found: &Found) -> Vec<String> {
    found.cases().into_iter().map(|case| case.0).collect()
}

fn run(server: &Server, spec: &str, arguments: &[&str]) -> Found {
    let head = format!("base_url: {}\ntokens: {{alice: {TOKEN}}}\nauth: alice\n", server.url());
    found(&Sandbox::new().file("specs/a.yaml", format!("{head}{spec}")), arguments)
}

#[test]
fn inherited_it_probes_each_endpoint_once_by_its_first_test() {
    let server = api(right);
    let mut spec = "enforce: {probes: [no-token]}\ntests:\n".to_owned();
    for i in 0..200 {
        let path = i % 12;
        spec.push_str(&format!("  - {{name: t{i}, request: GET /r{path}, expect: 200}}\n"));
    }
    let found = run(&server, &spec, &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(names(&found).iter().filter(|name| *name == "no-token").count(), 12);
    assert_eq!(names(&found)[..4], ["t0", "no-token", "t1", "no-token"]);
    let bare = server.arrived().into_iter().filter(|r| r.header("authorization").is_none());
    assert_eq!(bare.count(), 12);
}

#[test]
fn inherited_from_the_project_an_endpoint_is_probed_once_over_all_files() {
    let server = api(right);
    let spec = "tests:\n  - {name: reads, request: GET /orders, expect: 200}\n";
    let project = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}}}\nauth: alice\nenforce: {{probes: [no-token]}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("specs/a.yaml", spec).file("specs/b.yaml", spec);
    let found = found(&sandbox.file("apitest.yaml", project), &[]);
    assert_eq!(names(&found), ["reads", "no-token", "reads"]);
}

#[test]
fn a_test_that_asks_for_it_itself_stands_for_the_inherited_ones() {
    let spec = "\
enforce: {probes: [no-token]}
tests:
  - {name: first, request: GET /a, expect: 200}
  - {name: own, request: GET /a, expect: 200, enforce: {probes: [empty-value]}}
  - {name: too, request: GET /a, expect: 200, enforce: {probes: [scheme-only]}}
";
    let found = run(&api(right), spec, &[]);
    assert_eq!(names(&found), ["first", "own", "empty-value", "too", "scheme-only"]);
}

#[test]
fn inherited_it_leaves_out_what_sends_no_token_or_accepts_more_than_success() {
    let spec = "\
enforce: {probes: [no-token]}
tests:
  - {name: bare, auth: none, request: GET /a, expect: 401}
  - {name: other, request: GET /b, expect: [200, 404]}
  - {name: free, request: GET /c, expect: 200, enforce: none}
  - {name: covered, request: GET /d, expect: 200}
";
    let found = run(&api(right), spec, &[]);
    assert_eq!(names(&found), ["bare", "other", "free", "covered", "no-token"]);
    let gap = "2 endpoints send a bearer token but have no proof: GET";
    assert!(found.ended.stdout.contains(gap), "{}", found.ended.stdout);
}

#[test]
fn a_probe_is_selected_with_its_control() {
    let spec = "\
tests:
  - {name: a, request: GET /a, expect: 200, enforce: bearer}
  - {name: b, request: GET /b, expect: 200, enforce: {probes: [no-token]}}
";
    let found = run(&api(right), spec, &["--filter", "a › truncated"]);
    assert_eq!(names(&found), ["a", "truncated"]);
    let head = 4;
    let sandbox = Sandbox::new();
    let server = api(right);
    let top = format!("base_url: {}\ntokens: {{alice: {TOKEN}}}\nauth: alice\n", server.url());
    sandbox.write("specs/a.yaml", format!("{top}{spec}"));
    let line = format!("specs/a.yaml:{}", head + 2);
    let ended = sandbox.run(&[&line]).expect_code(0);
    assert!(ended.stdout.contains("2 cases: 2 passed"), "{}", ended.stdout);
}

#[test]
fn what_is_known_to_be_off_is_sent_and_skipped_with_its_reason() {
    let server = api(|r| match r.header("authorization") {
        Some("") => (200, vec![], ORDERS),
        _ => right(r),
    });
    let enforce = "{except: [{probe: empty-value, reason: tracked as API-112, until: 2999-01-01}]}";
    let found = reads(&server, enforce);
    assert_eq!(found.probe("empty-value"), ("skipped", "waived".into()));
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert!(found.ended.stdout.contains("tracked as API-112"));
    assert!(server.arrived().iter().any(|r| r.header("authorization") == Some("")));
}

#[test]
fn a_check_that_is_waived_fails_no_probe() {
    let server = api(|r| if is_good(r) { right(r) } else { (401, vec![], "no") });
    let enforce = "{profile: strict, probes: [no-token, random-token], except: [{probe: challenge-present, reason: known}]}";
    let found = reads(&server, enforce);
    assert_eq!(found.probe("no-token"), ("skipped", "waived".into()));
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
}

#[test]
fn waivers_of_all_levels_add_up() {
    let server = api(|r| {
        if r.header("authorization").is_some_and(|v| !v.is_empty()) {
            right(r)
        } else {
            (200, vec![], ORDERS)
        }
    });
    let spec = "\
enforce: {except: [{probe: no-token, reason: first}]}
tests:
  - name: reads
    request: GET /orders
    expect: 200
    enforce: {except: [{probe: empty-value, reason: second}]}
";
    let found = run(&server, spec, &[]);
    assert_eq!(found.probe("no-token"), ("skipped", "waived".into()));
    assert_eq!(found.probe("empty-value"), ("skipped", "waived".into()));
}

#[test]
fn a_waiver_that_nothing_needs_is_a_warning() {
    let found = reads(&api(right), "{except: [{probe: [no-token, cache-control], reason: known}]}");
    assert_eq!(found.ended.code, Some(0));
    for id in ["no-token", "cache-control"] {
        let warning = format!("warning: the waiver of `{id}` is no longer needed");
        assert!(found.ended.stderr.contains(&warning), "{}", found.ended.stderr);
    }
}

#[test]
fn a_probe_that_the_token_does_not_allow_is_an_error_when_it_was_named() {
    let server = api(right);
    let sandbox = Sandbox::new().file("specs/token.txt", TOKEN);
    let spec = |probes: &str| {
        format!(
            "base_url: {}\ntokens: {{alice: {{file: token.txt}}}}\nauth: alice\ntests:\n  - \
             {{name: reads, request: GET /, expect: 200, enforce: {{probes: [{probes}]}}}}\n",
            server.url()
        )
    };
    sandbox.write("specs/a.yaml", spec("jwt"));
    let set = found(&sandbox, &[]);
    assert_eq!(set.probe("alg-none"), ("skipped", "n/a".into()));
    sandbox.write("specs/a.yaml", spec("no-token, alg-none"));
    let named = found(&sandbox, &[]);
    assert_eq!(named.probe("alg-none"), ("error", "n/a".into()));
    assert_eq!(named.ended.code, Some(1));
}

#[test]
fn a_retry_of_its_own_that_an_inherited_enforce_overrules_is_told_of() {
    let server = api(right);
    let spec = |project: &str, retry: &str| {
        let spec = format!(
            "base_url: {}\ntokens: {{alice: {TOKEN}}}\nauth: alice\n{project}tests:\n  - name: reads\n    \
             request: GET /orders\n{retry}    expect: 200\n",
            server.url()
        );
        Sandbox::new().file("specs/a.yaml", spec)
    };
    let probed = "enforce: {probes: [no-token]}\n";
    let ended = spec(probed, "    retry: 1\n").run(&["check"]).expect_code(0);
    let told = "warning: `retry` on a test that is probed\n --> specs/a.yaml:8:12\n";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert!(ended.stderr.contains("it is not run again, for it inherits `enforce`"));
    spec(probed, "    retry: 1\n").run(&["--strict"]).expect_code(2);
    // What is written for all, or takes nothing, is no slip; nor is one beside no probes.
    let both = format!("{probed}retry: 1\n");
    for (project, retry) in [
        (probed, "    retry: 0\n"),
        (both.as_str(), ""),
        (probed, "    retry: 1\n    enforce: none\n"),
    ] {
        let ended = spec(project, retry).run(&["check"]).expect_code(0);
        assert_eq!(ended.stderr, "", "{project}{retry}");
    }
}
