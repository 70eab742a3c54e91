//! Every known flaw is found by the probes that `docs/enforcement.md` names, and by no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::api::{Found, found};
use crate::support::project::root;
use crate::support::sandbox::Sandbox;

/// What needs the API's public key, which cannot be given yet.
const NEEDS_KEY: &str = "key-confusion";

/// A row of the table.
struct Flaw {
    name: String,
    token: String,
    /// The probes of `core` and `jwt` that must fail; `reads` for the control.
    found_by: BTreeSet<String>,
}

#[test]
fn each_flaw_is_found_by_the_probes_that_should_find_it_and_by_no_other() {
    let flaws = flaws();
    assert!(flaws.len() > 50, "{}", flaws.len());
    let mut sandbox =
        Sandbox::new().file("apitest.yaml", "server: demo\nbase_url: ${server.url}\n");
    for alg in ["hs256", "rs256", "es256"] {
        let path = Path::new("fixtures/tokens").join(format!("alice-{alg}.jwt"));
        let token = fs::read_to_string(root().join(path)).expect("a token");
        sandbox = sandbox.file(&format!("specs/{alg}.jwt"), token);
    }
    sandbox = sandbox.file("specs/weak.jwt", weak_token());
    for Flaw { name, token, .. } in &flaws {
        let spec = format!(
            "tokens: {{alice: {token}}}\nauth: alice\nenforce: {{profile: strict, probes: [core, \
             jwt]}}\ntests:\n  - {{name: reads, request: GET /flawed/{name}/orders, expect: \
             {{json: {{$.total: {{gte: 1}}}}}}}}\n"
        );
        sandbox = sandbox.file(&format!("specs/{name}.yaml"), spec);
    }
    let found = found(&sandbox, &[]);
    let failed = failed(&found, &sandbox);
    let mut wrong = Vec::new();
    for flaw in &flaws {
        let none = BTreeSet::new();
        let by = failed.get(&flaw.name).unwrap_or(&none);
        if *by != flaw.found_by {
            wrong.push(format!("{}: {by:?}, not {:?}", flaw.name, flaw.found_by));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// By the flaw, the cases that failed.
fn failed(found: &Found, sandbox: &Sandbox) -> BTreeMap<String, BTreeSet<String>> {
    let report = sandbox.read("junit.xml");
    assert!(!report.contains("<error "), "{}", found.ended.stdout);
    let mut failed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, name) in found.failed() {
        let flaw = file.trim_start_matches("specs/").trim_end_matches(".yaml").to_owned();
        failed.entry(flaw).or_default().insert(name);
    }
    failed
}

fn flaws() -> Vec<Flaw> {
    let page = fs::read_to_string(root().join("docs/enforcement.md")).expect("the page");
    let table = page.split("| flaw |").nth(1).expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(flaw).collect()
}

fn flaw(row: &str) -> Flaw {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let token = match cells[2] {
        "opaque" => "demo-alice-5f0c1d2e3b4a".to_owned(),
        "HS256, of the weak secret" => "{file: weak.jwt}".to_owned(),
        alg => format!("{{file: {}.jwt}}", alg.to_lowercase()),
    };
    let ids = cells[3].split_whitespace().map(|id| id.trim_matches('`'));
    let mut found_by: BTreeSet<String> = match cells[3] {
        "–" => BTreeSet::new(),
        "the control" => BTreeSet::from(["reads".to_owned()]),
        _ => ids.map(str::to_owned).collect(),
    };
    found_by.remove(NEEDS_KEY);
    Flaw { name: cells[0].trim_matches('`').to_owned(), token, found_by }
}

/// Alice's claims, signed by HS256 with `secret`.
fn weak_token() -> String {
    let good = fs::read_to_string(root().join("fixtures/tokens/alice-hs256.jwt")).expect("a token");
    let (input, _) = good.trim().rsplit_once('.').expect("a signature");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"secret");
    let signature = ring::hmac::sign(&key, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
