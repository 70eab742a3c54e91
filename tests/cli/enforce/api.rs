//! An API of one route, right or wrong in a way of its own, and what a run finds about it.

use std::io::Write;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer};
use crate::support::xml::Element;

/// The token that it trusts.
pub const TOKEN: &str = "alice-4f9c2b7d1e8a5063";

/// Its answer to the good request.
pub const ORDERS: &str = r#"{"orders": [{"id": 712345, "item": "a kettle of copper"}]}"#;

/// What a bad token is answered with.
pub const INVALID: &str = r#"Bearer realm="orders", error="invalid_token""#;

/// A status, header fields and a body.
pub type Answer = (u16, Vec<(&'static str, &'static str)>, &'static str);

/// An API that answers as `decide` says.
pub fn api(decide: impl Fn(&Arrived) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |request, stream| {
        let (status, headers, body) = decide(request);
        // A client that left gets no answer.
        let _ = stream.write_all(&answer(status, &headers, body));
        Then::Keep
    })
}

/// The answer of an API that does all right.
pub fn right(request: &Arrived) -> Answer {
    match credential(request) {
        Some((scheme, TOKEN)) if scheme.eq_ignore_ascii_case("bearer") => {
            (200, vec![("Content-Type", "application/json")], ORDERS)
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => refusal(INVALID),
        _ => refusal(r#"Bearer realm="orders""#),
    }
}

/// A 401 with this challenge.
pub fn refusal(challenge: &'static str) -> Answer {
    (401, vec![("WWW-Authenticate", challenge)], r#"{"error": "unauthorized"}"#)
}

/// Scheme and token of a request.
pub fn credential(request: &Arrived) -> Option<(&str, &str)> {
    request.header("authorization")?.split_once(' ')
}

/// Whether a request carries the good token as it should.
pub fn is_good(request: &Arrived) -> bool {
    request.header("authorization") == Some(&format!("Bearer {TOKEN}"))
}

/// What the run of a spec came to.
pub struct Found {
    /// How it ended.
    pub ended: Ended,
    junit: Element,
}

/// The spec of one test, `reads`, with these lines about it; `enforce` is one of them.
pub fn spec(server: &Server, lines: &str) -> Sandbox {
    let text = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}}}\nauth: alice\ntests:\n  - name: reads\n{}\n",
        server.url(),
        lines.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    );
    Sandbox::new().file("specs/a.yaml", text)
}

/// Runs the specs of a folder.
pub fn found(sandbox: &Sandbox, arguments: &[&str]) -> Found {
    let ended = sandbox.run(&[&["specs", "--junit", "junit.xml"], arguments].concat());
    let junit = Element::parse(&sandbox.read("junit.xml"));
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains(TOKEN), "the token is shown");
    assert!(!sandbox.read("junit.xml").contains(TOKEN), "the token is in the report");
    Found { ended, junit }
}

/// Runs a test that reads orders, with this under `enforce`.
pub fn reads(server: &Server, enforce: &str) -> Found {
    let lines = format!(
        "request: GET /orders\nexpect: {{json: {{'$.orders[0].id': 712345}}}}\nenforce: {enforce}"
    );
    found(&spec(server, &lines), &[])
}

impl Found {
    /// Each case: the probe's id or the name of the test, how the case ended, and the verdict of a
    /// probe.
    pub fn cases(&self) -> Vec<(String, &'static str, String)> {
        let cases = self.junit.named("testsuite").flat_map(|suite| suite.named("testcase"));
        let case = |case: &Element| {
            let name = case.attribute("name");
            let name = name.split(" › ").last().unwrap_or(name).to_owned();
            let ended = ["failure", "error", "skipped"];
            let ended = ended.into_iter().find(|word| case.named(word).count() > 0);
            (name, ended.unwrap_or("passed"), property(case, "apitest.verdict"))
        };
        cases.map(case).collect()
    }

    /// How the case of a probe ended, and its verdict.
    #[track_caller]
    pub fn probe(&self, id: &str) -> (&'static str, String) {
        let mut cases = self.cases().into_iter();
        let found = cases.find(|(name, ..)| name == id).unwrap_or_else(|| panic!("no case {id}"));
        (found.1, found.2)
    }

    /// A property of the case of a probe.
    #[track_caller]
    pub fn property(&self, id: &str, name: &str) -> String {
        let cases = self.junit.named("testsuite").flat_map(|suite| suite.named("testcase"));
        let suffix = format!(" › {id}");
        let mut cases = cases.filter(|case| case.attribute("name").ends_with(&suffix));
        property(cases.next().unwrap_or_else(|| panic!("no case {id}")), name)
    }

    /// Fails the test, with all that was printed, unless every probe ended so.
    #[track_caller]
    pub fn expect_all(&self, ended: &str, verdict: &str) {
        let probes: Vec<_> = self.cases().into_iter().filter(|case| !case.2.is_empty()).collect();
        assert!(probes.len() > 5, "{probes:?}");
        let others = probes.iter().filter(|case| (case.1, case.2.as_str()) != (ended, verdict));
        let others: Vec<_> = others.collect();
        assert!(others.is_empty(), "{others:?}\n{}", self.ended.stdout);
    }
}

fn property(case: &Element, name: &str) -> String {
    let all = case.named("properties").flat_map(|list| list.named("property"));
    let mut named = all.filter(|property| property.attribute("name") == name);
    named.next().map_or_else(String::new, |property| property.attribute("value").to_owned())
}
