//! The demo's orders with every kind of token: all is run or says why not, and nothing is off.

use std::path::Path;

use super::api::found;
use crate::support::sandbox::Sandbox;

const CORE: usize = 11;
const JWT: usize = 12;

#[test]
fn the_demos_orders_enforce_every_probe_to_the_letter() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tokens");
    let mut sandbox = Sandbox::new()
        .file("apitest.yaml", "server: demo\nbase_url: ${server.url}\n")
        .file(
            "specs/orders.yaml",
            "\
tokens: {opaque: demo-alice-5f0c1d2e3b4a, hs256: {file: hs256.jwt}, rs256: {file: rs256.jwt}, es256: {file: es256.jwt}}
enforce: {profile: strict, probes: [core, jwt]}
tests:
  - {name: opaque, auth: opaque, request: GET /orders?limit=2, expect: {json: {$.total: {gte: 1}}}}
  - {name: hs256, auth: hs256, request: GET /orders?limit=2, expect: {json: {$.total: {gte: 1}}}}
  - {name: rs256, auth: rs256, request: GET /orders?limit=2, expect: {json: {$.total: {gte: 1}}}}
  - {name: es256, auth: es256, request: GET /orders?limit=2, expect: {json: {$.total: {gte: 1}}}}
",
        );
    let mut secrets = Vec::new();
    for alg in ["hs256", "rs256", "es256"] {
        let token = std::fs::read_to_string(fixtures.join(format!("alice-{alg}.jwt"))).unwrap();
        sandbox = sandbox.file(&format!("specs/{alg}.jwt"), &token);
        secrets.extend(token.trim().split('.').skip(1).map(str::to_owned));
    }
    let found = found(&sandbox, &["--verbose"]);
    let output = format!("{}{}", found.ended.stdout, sandbox.read("junit.xml"));
    for secret in &secrets {
        assert!(!output.contains(&secret[..16]), "a piece of a token is shown");
    }
    let cases = found.cases();
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(cases.len(), 4 + 4 * CORE + 3 * JWT, "the opaque token has no case of `jwt`");
    for (name, ended, verdict) in &cases[1..] {
        let right =
            matches!((*ended, verdict.as_str()), ("passed", "enforced" | "") | ("skipped", "n/a"));
        // Of that nothing is sent unless the secret is a common one.
        let offline =
            name == "weak-secret" && (*ended, verdict.as_str()) == ("passed", "unguessed");
        assert!(right != offline, "{name} {ended} {verdict}");
    }
    assert!(found.ended.stdout.contains(" enforced, 1 unguessed (weak-secret), "));
    let absent: Vec<&str> =
        cases.iter().filter(|case| case.1 == "skipped").map(|case| case.0.as_str()).collect();
    assert_eq!(
        absent,
        [
            "key-confusion",
            "zero-signature", // HS256
            "weak-secret",
            "key-confusion",
            "zero-signature", // RS256
            "weak-secret",
            "key-confusion", // ES256
        ]
    );
}
