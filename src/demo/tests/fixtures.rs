//! The JWTs under `fixtures/tokens/`, each judged by the demo as its name says.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::client::{send, send_with};
use crate::demo::DemoServer;
use crate::demo::jwt::signing_input;
use crate::demo::tokens::{Algorithm, Signer, WEAK_SECRET, claims, mint, mint_unsigned};

const INVALID: u16 = 401;

/// What stands before the algorithm in a file's name, the status that the orders answer, and the
/// description of the refusal.
const VERDICTS: &[(&str, u16, &str)] = &[
    ("alice", 200, ""),
    ("bob", 200, ""),
    ("reader", 200, ""),
    ("no-scope", 403, "The token lacks a scope."),
    ("expired", INVALID, "The token has expired."),
    ("not-yet-valid", INVALID, "The token is not valid yet."),
    ("bad-exp-type", INVALID, "The token has a time that is not a number."),
    ("wrong-audience", INVALID, "The token is for another audience."),
    ("wrong-issuer", INVALID, "The token is from another issuer."),
    ("unknown-user", INVALID, "The token is for an unknown user."),
    ("wrong-key", INVALID, "The token's signature is not valid."),
    ("weak-secret", INVALID, "The token's signature is not valid."),
    ("alg-none", INVALID, "The token's algorithm is not accepted."),
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/tokens")
}

#[test]
fn each_token_is_judged_as_its_name_says() {
    let demo = DemoServer::start(0).expect("a free port");
    let mut judged = Vec::new();
    for entry in fs::read_dir(directory()).expect("the fixtures") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let verdict = VERDICTS.iter().find(|(what, ..)| {
            name == *what || name.rsplit_once('-').is_some_and(|(before, _)| before == *what)
        });
        let &(what, status, description) = verdict.unwrap_or_else(|| panic!("{name} says nothing"));
        let token = fs::read_to_string(&path).expect("text");
        let reply = send_with(&demo, "GET /orders", token.trim());
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        if status == 200 {
            assert_eq!(reply.json()["orders"][0]["owner"], what, "{name}");
        } else {
            assert_eq!(reply.json()["error_description"], description, "{name}");
        }
        judged.push(what);
    }
    for (what, ..) in VERDICTS {
        assert!(judged.contains(what), "there is no token {what}");
    }
}

#[test]
#[ignore = "writes fixtures/tokens; run it when the demo's keys or claims change"]
fn write_the_tokens() {
    let with = |name: &str, value: Value| {
        let mut claims = claims("alice");
        claims[name] = value;
        claims
    };
    for algorithm in Algorithm::ALL {
        let each = [
            ("alice", claims("alice")),
            ("bob", claims("bob")),
            ("reader", claims("reader")),
            ("no-scope", with("scope", json!(""))),
            ("expired", with("exp", json!(1_600_000_000))),
            ("not-yet-valid", with("nbf", json!(4_102_000_000_u64))),
            ("bad-exp-type", with("exp", json!("4102444800"))),
            ("wrong-audience", with("aud", json!("https://invoices.demo.example"))),
            ("wrong-issuer", with("iss", json!("https://login.other.example"))),
            ("unknown-user", with("sub", json!("mallory"))),
        ];
        for (what, claims) in each {
            write(
                &format!("{what}-{}", suffix(algorithm)),
                &mint(algorithm, Signer::Demo, &claims),
            );
        }
        let forged = mint(algorithm, Signer::Stranger, &claims("alice"));
        write(&format!("wrong-key-{}", suffix(algorithm)), &forged);
    }
    write("alg-none", &mint_unsigned(&claims("alice")));
    write("weak-secret-hs256", &with_weak_secret(&claims("alice")));
}

/// A JWT that is good behind the flaw `weak-secret` alone.
fn with_weak_secret(claims: &Value) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": "demo-hs256"});
    let input = signing_input(&header, claims);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, WEAK_SECRET.as_bytes());
    let signature = ring::hmac::sign(&key, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_token_of_the_weak_secret_is_good_behind_its_flaw_alone() {
    let demo = DemoServer::start(0).expect("a free port");
    let written = fs::read_to_string(directory().join("weak-secret-hs256.jwt")).expect("text");
    let token = with_weak_secret(&claims("alice"));
    assert_eq!(written.trim(), token);
    for (path, status) in [("/flawed/weak-secret/orders", 200), ("/flawed/leak/orders", 401)] {
        assert_eq!(send_with(&demo, &format!("GET {path}"), &token).status, status, "{path}");
    }
}

fn suffix(algorithm: Algorithm) -> String {
    algorithm.name().to_ascii_lowercase()
}

fn write(name: &str, token: &str) {
    let path = directory().join(format!("{name}.jwt"));
    fs::write(&path, format!("{token}\n")).expect("a file can be written");
}

#[test]
fn a_jwt_that_was_tampered_with_is_refused() {
    let demo = DemoServer::start(0).expect("a free port");
    for algorithm in Algorithm::ALL {
        let good = mint(algorithm, Signer::Demo, &claims("alice"));
        let parts: Vec<&str> = good.split('.').collect();
        let [h, p, s] = parts[..] else { panic!("{good}") };
        let raised = claims("bob").to_string();
        let flipped = if s.starts_with('A') { "B" } else { "A" };
        let wrong = [
            format!("{h}.{p}"),
            format!("{h}.{p}."),
            format!("{h}.{p}.{s}.A"),
            format!("{h}.{p}.{s}A"),
            format!("{h}.{p}.{flipped}{}", &s[1..]),
            format!("{h}.{}.{s}", URL_SAFE_NO_PAD.encode(raised)),
            format!("{h}.{}.{s}", URL_SAFE_NO_PAD.encode("[".repeat(10_000))),
            format!("{h}.{p}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        ];
        for token in wrong {
            let reply = send_with(&demo, "GET /orders", &token);
            assert_eq!(reply.status, 401, "{token}");
            assert!(reply.challenge().contains(r#"error="invalid_token""#), "{token}");
        }
        let me = send_with(&demo, "GET /me", &good).json();
        assert_eq!(me["token_kind"], algorithm.name());
    }
}

#[test]
fn a_header_cannot_choose_another_algorithm_for_a_key() {
    let demo = DemoServer::start(0).expect("a free port");
    let jwks = send(&demo, "GET /jwks", "", "").json();
    let public = jwks["keys"][0].to_string();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public.as_bytes());
    let headers = [
        json!({"alg": "HS256", "kid": "demo-rs256"}),
        json!({"alg": "HS256"}),
        json!({"alg": "hs256"}),
        json!({"alg": "None"}),
        json!({"alg": null}),
        json!({"kid": "demo-hs256"}),
        json!({"alg": "HS256", "jwk": jwks["keys"][1]}),
    ];
    for header in headers {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encode(&header), encode(&claims("alice")));
        let signature = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, input.as_bytes()));
        let reply = send_with(&demo, "GET /orders", &format!("{input}.{signature}"));
        assert_eq!(reply.status, 401, "{header}");
    }
}

#[test]
fn the_key_set_has_the_public_parts_alone() {
    let jwks = send(&DemoServer::start(0).expect("a free port"), "GET /jwks", "", "").json();
    let names = |key: &Value| -> Vec<String> {
        key.as_object().map(|k| k.keys().cloned().collect()).unwrap_or_default()
    };
    assert_eq!(names(&jwks["keys"][0]), ["kty", "use", "alg", "kid", "n", "e"]);
    assert_eq!(names(&jwks["keys"][1]), ["kty", "use", "alg", "kid", "crv", "x", "y"]);
    assert_eq!(jwks["keys"].as_array().map(Vec::len), Some(2));
}
