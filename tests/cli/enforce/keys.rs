//! The keys that probes sign with: the public one that a spec names, and those of token sources.

use std::fs;

use apitest::demo::DemoServer;
use apitest::demo::tokens::{Algorithm, Signer, claims, mint};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::api::{Found, INVALID, ORDERS, api, found, refusal};
use crate::support::project::root;
use crate::support::sandbox::Sandbox;

const CONFUSED: &str = "/flawed/key-confusion/orders";

/// A `jwt` source whose tokens the demo trusts.
pub const SOURCE: &str = "tokens:\n  alice:\n    jwt:\n      alg: RS256\n      key: {file: \
                          rs256.pem}\n      headers: {kid: demo-rs256}\n      claims: {iss: \
                          ISS, aud: AUD, sub: alice, scope: 'orders:read orders:write'}\n";

/// A sandbox with the demo's keys beside its specs.
pub fn with_keys() -> Sandbox {
    let key = |name: &str| fs::read(root().join("src/demo/keys").join(name)).expect("a key");
    let private = STANDARD.encode(key("rs256.pk8"));
    let private = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n");
    let public = |name: &str| String::from_utf8(key(name)).expect("PEM");
    Sandbox::new()
        .file("specs/rs256.pem", private)
        .file("specs/rs256.pub.pem", public("rs256.pub.pem"))
        .file("specs/es256.pub.pem", public("es256.pub.pem"))
}

/// [`SOURCE`] with the claims that the demo wants.
pub fn source() -> String {
    let claims = claims("alice");
    let claim = |name: &str| claims[name].as_str().expect("a text").to_owned();
    SOURCE.replace("ISS", &claim("iss")).replace("AUD", &claim("aud"))
}

/// Runs a test at the demo that reads orders.
pub fn at_demo(sandbox: &Sandbox, tokens: &str, path: &str, enforce: &str) -> Found {
    let demo = DemoServer::start(0).expect("a demo");
    let spec = format!(
        "base_url: {}\n{tokens}auth: alice\ntests:\n  - name: reads\n    request: GET {path}\n    \
         expect: 200\n    enforce: {enforce}\n",
        demo.url()
    );
    sandbox.write("specs/a.yaml", spec);
    found(sandbox, &[])
}

fn fixed() -> String {
    let token = mint(Algorithm::Rs256, Signer::Demo, &claims("alice"));
    format!("tokens: {{alice: {token}}}\n")
}

#[test]
fn a_public_key_that_is_given_is_taken_for_a_secret() {
    let enforce = "{probes: [key-confusion], keys: {public_key: rs256.pub.pem}}";
    let found = at_demo(&with_keys(), &fixed(), CONFUSED, enforce);
    assert_eq!(found.probe("key-confusion"), ("failure", "bypassed".into()));
    let found = at_demo(&with_keys(), &fixed(), "/orders", enforce);
    assert_eq!(found.probe("key-confusion"), ("passed", "enforced".into()));
}

#[test]
fn the_public_half_of_a_source_goes_without_saying() {
    let enforce = "{probes: [key-confusion]}";
    let found = at_demo(&with_keys(), &source(), CONFUSED, enforce);
    assert_eq!(found.probe("key-confusion"), ("failure", "bypassed".into()));
    let found = at_demo(&with_keys(), &source(), "/orders", enforce);
    assert_eq!(found.probe("key-confusion"), ("passed", "enforced".into()));
}

#[test]
fn without_a_key_the_probe_lacks_its_input() {
    let found = at_demo(&with_keys(), &fixed(), CONFUSED, "{probes: [jwt]}");
    assert_eq!(found.probe("key-confusion"), ("skipped", "n/a".into()));
    let found = at_demo(&with_keys(), &fixed(), CONFUSED, "{probes: [key-confusion]}");
    assert_eq!(found.probe("key-confusion"), ("error", "n/a".into()));
}

#[test]
fn a_key_of_another_kind_proves_nothing() {
    let enforce = "{probes: [jwt], keys: {public_key: es256.pub.pem}}";
    let found = at_demo(&with_keys(), &fixed(), CONFUSED, enforce);
    assert_eq!(found.probe("key-confusion"), ("error", "inconclusive".into()));
    let why = "it is a key of the kind EC, and the token is signed with RS256";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}

#[test]
fn a_key_that_did_not_sign_the_token_proves_nothing() {
    let other = format!(r#"{{"kty": "RSA", "e": "AQAB", "n": "{}wQ"}}"#, "wX".repeat(170));
    let enforce = "{probes: [jwt], keys: {public_key: other.json}}";
    let found = at_demo(&with_keys().file("specs/other.json", other), &fixed(), "/orders", enforce);
    assert_eq!(found.probe("key-confusion"), ("error", "inconclusive".into()));
    let why = "it does not verify the token of the test";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}

#[test]
fn a_file_that_is_no_public_key_stops_the_test_before_the_run() {
    let outside = root().join("src/demo/keys/rs256.pub.pem");
    for (path, why) in [
        ("none.pem", "no such file"),
        ("rs256.pem", "it is a private key"),
        ("a.yaml", "it is neither PEM nor a JWK"),
        (outside.to_str().expect("text"), "key files stay inside the project directory"),
    ] {
        let sandbox = with_keys().file("apitest.yaml", "specs: [specs]\n");
        let enforce = format!("{{probes: [key-confusion], keys: {{public_key: {path}}}}}");
        let found = at_demo(&sandbox, &fixed(), "/orders", &enforce);
        assert_eq!(found.ended.code, Some(1), "{path}");
        assert_eq!(found.cases()[0].1, "error", "{path}");
        assert_eq!(found.probe("key-confusion"), ("error", "vacuous".into()));
        let told = format!("{}{}", found.ended.stdout, found.ended.stderr).to_lowercase();
        assert!(told.contains(&why.to_lowercase()), "{path}\n{told}");
    }
}

const OF_A_URL: &str = "{probes: [key-confusion], keys: {jwks_url: /jwks}}";

#[test]
fn the_key_of_a_set_that_the_api_shows_is_the_one_that_the_token_names() {
    let found = at_demo(&Sandbox::new(), &fixed(), CONFUSED, OF_A_URL);
    assert_eq!(found.probe("key-confusion"), ("failure", "bypassed".into()));
    let found = at_demo(&Sandbox::new(), &fixed(), "/orders", OF_A_URL);
    assert_eq!(found.probe("key-confusion"), ("passed", "enforced".into()));
}

/// A spec with tests that read orders, each with the key set of a URL.
fn with_key_set(url: &str, tests: usize) -> Sandbox {
    let mut spec = format!(
        "base_url: {url}\n{}auth: alice\nheaders: {{X-Key: gate-77}}\nquery: {{k: 1}}\ntests:\n",
        fixed()
    );
    for i in 0..tests {
        spec.push_str(&format!(
            "  - {{name: t{i}, request: GET /orders, expect: 200, enforce: {OF_A_URL}}}\n"
        ));
    }
    Sandbox::new().file("specs/a.yaml", spec)
}

#[test]
fn a_key_set_is_fetched_once_a_run() {
    let demo = DemoServer::start(0).expect("a demo");
    let found = found(&with_key_set(&demo.url(), 20), &["--jobs", "16"]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(demo.requests_to("GET", "/jwks"), 1);
}

#[test]
fn a_key_set_that_cannot_be_had_proves_nothing_and_gets_nothing_of_the_spec() {
    for (answer, why) in [
        ((404, vec![], "{}"), "/jwks: answered 404"),
        ((302, vec![("Location", "/keys")], ""), "answered 302 (redirects are not followed)"),
        ((200, vec![], "no keys"), "it is neither PEM nor a JWK"),
        ((200, vec![], r#"{"keys": []}"#), "the JWK set is empty"),
        ((200, vec![], r#"{"keys": [{"kty": "RSA", "kid": "x"}]}"#), "no key of the JWK set"),
    ] {
        let token = mint(Algorithm::Rs256, Signer::Demo, &claims("alice"));
        let good = format!("Bearer {token}");
        let server = api(move |r| match (r.target.as_str(), r.header("authorization")) {
            ("/jwks", _) => answer.clone(),
            (_, Some(value)) if value == good => (200, vec![], ORDERS),
            _ => refusal(INVALID),
        });
        let found = found(&with_key_set(&server.url(), 1), &[]);
        assert_eq!(found.probe("key-confusion"), ("error", "inconclusive".into()), "{why}");
        assert!(found.ended.stdout.contains(why), "{why}\n{}", found.ended.stdout);
        let asked = server.arrived().into_iter().find(|r| r.target == "/jwks");
        let asked = asked.expect("it was asked");
        assert_eq!((asked.header("authorization"), asked.header("x-key")), (None, None));
    }
}

#[test]
fn nobody_is_asked_for_the_key_of_a_token_that_has_none() {
    let demo = DemoServer::start(0).expect("a demo");
    let token = mint(Algorithm::Hs256, Signer::Demo, &claims("alice"));
    let tokens = format!("tokens: {{alice: {token}}}\n");
    let enforce = "{probes: [jwt], keys: {jwks_url: /jwks}}";
    let spec = format!(
        "base_url: {}\n{tokens}auth: alice\ntests:\n  - {{name: a, request: GET /orders, expect: \
         200, enforce: {enforce}}}\n",
        demo.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &[]);
    assert_eq!(found.probe("key-confusion"), ("skipped", "n/a".into()));
    assert_eq!(demo.requests_to("GET", "/jwks"), 0);
}
