//! What is told: whole transcripts, levels, the catalogue.

use apitest::demo::DemoServer;

use super::api::*;
use super::keys::{source, with_keys};
use crate::support::golden::golden;
use crate::support::sandbox::{Sandbox, steady};

#[test]
fn a_run_with_bypasses_waivers_and_a_level_reads_well() {
    let server = api(|r| match r.header("authorization") {
        Some("Bearer null" | "Bearer undefined") => (200, vec![], r#"{"orders": []}"#),
        Some("Basic bm9ib2R5Om9mLXRoaXMtbmFtZQ==") => (401, vec![], "no"),
        Some("") => (500, vec![], "split"),
        Some(value) if value.starts_with("Bearer ") && !value.ends_with(TOKEN) => {
            (200, vec![], r#"{"orders": []}"#)
        }
        _ => right(r),
    });
    let lines = "\
request: GET /orders
expect: {json: {'$.orders[0].id': 712345}}
enforce:
  except:
    - {probe: empty-value, reason: tracked as API-112, until: 2999-01-01}
    - {probe: scheme-case, reason: known}";
    let sandbox = spec(&server, lines);
    let arguments = ["specs", "--jobs", "8", "--require-level", "L2", "--junit", "junit.xml"];
    let ended = sandbox.run(&arguments).expect_code(1);
    golden("fixtures/console/enforce.txt", &ended.transcript());
    golden("fixtures/junit/enforce.xml", &steady_xml(&sandbox.read("junit.xml")));
}

#[test]
fn an_endpoint_that_is_fully_proven_reads_well() {
    let demo = DemoServer::start(0).expect("a demo");
    let tests = "  nothing: demo-no-scope-7b9d1f3e5a6c\nauth: alice\ntests:\n  - name: reads\n    \
                 request: GET /orders\n    expect: 200\n    enforce:\n      profile: strict\n      \
                 probes: [core, jwt, claims]\n      tokens: {missing-scope: nothing}\n";
    let spec = format!("base_url: {}\n{}{tests}", demo.url(), source());
    let sandbox = with_keys().file("specs/a.yaml", spec);
    let arguments = ["specs", "--jobs", "8", "--require-level", "L4", "--junit", "junit.xml"];
    let ended = sandbox.run(&arguments).expect_code(0);
    golden("fixtures/console/proven.txt", &ended.transcript());
    golden("fixtures/junit/proven.xml", &steady_xml(&sandbox.read("junit.xml")));
}

#[test]
fn why_a_probe_is_not_sent_stands_in_every_report() {
    let server = api(|r| match r.method.as_str() {
        "POST" if is_good(r) => (201, vec![], "{}"),
        _ => right(r),
    });
    // Of the first token the kind is known before the run, of the second it is not.
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}, bob: {{file: bob.txt}}}}\nenforce: {{scheme: bearer, \
         probes: [core, jwt, claims, head]}}\ntests:\n  - {{name: adds, request: POST /orders, auth: alice, \
         expect: 201}}\n  - {{name: reads, request: GET /orders, auth: bob, expect: 200}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("specs/a.yaml", spec).file("specs/bob.txt", TOKEN);
    let arguments = ["specs", "--jobs", "8", "--junit", "junit.xml"];
    let ended = sandbox.run(&arguments).expect_code(0);
    golden("fixtures/console/absent.txt", &ended.transcript());
    golden("fixtures/junit/absent.xml", &steady_xml(&sandbox.read("junit.xml")));
}

#[test]
fn a_waiver_that_is_over_stops_its_spec() {
    let server = api(right);
    let lines = "\
request: GET /orders
expect: 200
enforce:
  except:
    - {probe: empty-value, reason: tracked as API-112, until: 2020-01-01}";
    let sandbox = spec(&server, lines);
    let ended = sandbox.run(&["specs", "--junit", "junit.xml"]).expect_code(2);
    golden("fixtures/console/waiver_over.txt", &ended.transcript());
    let report = sandbox.read("junit.xml");
    assert!(report.contains("the spec itself") && report.contains("2020-01-01"), "{report}");
    assert!(server.arrived().is_empty());
}

/// A report without times and ports.
fn steady_xml(xml: &str) -> String {
    let time = regex::Regex::new(r#"(time|timestamp)="[^"]*""#).expect("a regex");
    steady(&time.replace_all(xml, "$1=\"<time>\""))
}

#[test]
fn a_required_level_that_is_reached_is_a_case_that_passes() {
    let lines = "request: GET /orders\nexpect: 200\nenforce: bearer";
    let found = found(&spec(&api(right), lines), &["--require-level", "L3"]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let last = found.cases().pop().unwrap();
    assert_eq!(last, ("every endpoint is proven up to level L3".into(), "passed", String::new()));
    assert!(found.ended.stdout.contains("L3  GET "), "{}", found.ended.stdout);
}

#[test]
fn a_required_level_fails_for_what_was_waived_not_probed_or_not_there() {
    let table = [
        ("enforce: {except: [{probe: no-token, reason: known}]}", "no-token waived"),
        ("enforce: {probes: [no-token, empty-value]}", "scheme-only was not asked for"),
        ("enforce: none", "not probed"),
        ("auth: none", "no endpoint was probed"),
        ("auth: {header: {authorization: Bearer a-token-by-hand}}", "not probed"),
        ("auth: {header: {Authorization: Basic YWxpY2U6cHc=}}", "no endpoint was probed"),
    ];
    for (line, lack) in table {
        let server =
            api(
                |r| {
                    if r.header("authorization").is_none() {
                        (200, vec![], ORDERS)
                    } else {
                        right(r)
                    }
                },
            );
        let lines = format!("request: GET /orders\nexpect: 200\n{line}");
        let found = found(&spec(&server, &lines), &["--require-level", "L1"]);
        assert_eq!(found.ended.code, Some(1), "{line}");
        assert!(found.ended.stdout.contains(lack), "{line}\n{}", found.ended.stdout);
        assert_eq!(found.cases().pop().unwrap().1, "failure", "{line}");
    }
}

#[test]
fn the_catalogue_is_listed_and_explained() {
    let sandbox = Sandbox::new();
    golden("fixtures/console/probes.txt", &sandbox.run(&["probes"]).expect_code(0).stdout);
    let explained = ["alg-none", "scheme-case", "other-methods", "path-variants", "token-echo"]
        .map(|id| sandbox.run(&["probes", "--explain", id]).expect_code(0).stdout);
    golden("fixtures/console/explained.txt", &explained.join("\n"));
    let ended = sandbox.run(&["probes", "--explain", "alg-nine"]).expect_code(2);
    assert!(ended.stderr.contains("did you mean `alg-none`?"), "{}", ended.stderr);
}
