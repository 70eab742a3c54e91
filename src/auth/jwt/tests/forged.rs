//! Every forgery of every kind of token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use super::super::{Algorithm, Forged, Jws, NotApplicable, PublicKey, SigningKey, mint};
use super::super::{confuse, forge as forge_of_token};
use super::{DEMO_EC, DEMO_RSA, NOW, decoded, json as parsed, private_pem, verifies};
use crate::demo::{jwt, keys, tokens};

const JWT_IDS: [&str; 12] = [
    "alg-none",
    "no-signature",
    "two-parts",
    "signature-flip",
    "payload-edit",
    "scope-raise",
    "other-key",
    "embedded-key",
    "empty-secret",
    "weak-secret",
    "key-confusion",
    "zero-signature",
];
const NO_CLAIMS: &str = "the token's payload is not a JSON object";
const NO_BASE64: &str = "the token is not a JWT: a part of it is not base64url";
const CORE_IDS: [&str; 3] = ["look-alike", "truncated", "extended"];

/// A good token of the demo, and the public key that verifies it.
fn good(algorithm: Algorithm) -> (String, Option<PublicKey>) {
    let text = match algorithm {
        Algorithm::Hs256 => keys::HS256_SECRET.to_owned(),
        Algorithm::Rs256 => private_pem(DEMO_RSA),
        _ => private_pem(DEMO_EC),
    };
    let key = SigningKey::read(algorithm, &text).expect("a key");
    let header = json!({"alg": algorithm.name(), "typ": "JWT"}).to_string();
    (mint(&key, &header, &tokens::claims("alice").to_string()), key.public_key())
}

fn forge(id: &str, token: &str, key: Option<&PublicKey>) -> Result<Vec<Forged>, NotApplicable> {
    match id {
        "key-confusion" => confuse(token, key),
        _ => forge_of_token(id, token),
    }
}

fn forged(id: &str, token: &str, key: Option<&PublicKey>) -> Vec<Forged> {
    forge(id, token, key).unwrap_or_else(|why| panic!("{id}: {}", why.0))
}

fn only(id: &str, token: &str) -> String {
    let [one] = forged(id, token, None).try_into().expect("one variant");
    one.token
}

/// Whether the good key of the demo made the signature, with the algorithm that it is for.
fn is_signed(token: &str, algorithm: Algorithm) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { return false };
    if Jws::parse(token).is_err() || parsed(header)["alg"] != algorithm.name() || payload.is_empty()
    {
        return false;
    }
    match algorithm {
        Algorithm::Hs256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, keys::HS256_SECRET.as_bytes());
            let input = format!("{header}.{payload}");
            hmac::verify(
                &key,
                input.as_bytes(),
                &URL_SAFE_NO_PAD.decode(signature).unwrap_or_default(),
            )
            .is_ok()
        }
        Algorithm::Rs256 => verifies(token, &keys::jwks()["keys"][0]),
        _ => verifies(token, &keys::jwks()["keys"][1]),
    }
}

#[test]
fn every_forged_token_is_refused_by_the_demo_and_by_ring() {
    let mut counts = Vec::new();
    for algorithm in [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256] {
        let (token, key) = good(algorithm);
        assert!(jwt::verify(&token, NOW).is_ok() && is_signed(&token, algorithm));
        let mut count = 0;
        for id in JWT_IDS.into_iter().chain(CORE_IDS) {
            for forged in forge(id, &token, key.as_ref()).unwrap_or_default() {
                let what = format!("{} {id} {}", algorithm.name(), forged.label);
                assert_ne!(forged.token, token, "{what}");
                assert!(jwt::verify(&forged.token, NOW).is_err(), "{what}: the demo takes it");
                assert!(!is_signed(&forged.token, algorithm), "{what}: it is signed");
                count += 1;
            }
        }
        counts.push(count);
    }
    assert_eq!(counts, [15, 20, 20]);
}

#[test]
fn what_does_not_apply_says_why() {
    let (hs, _) = good(Algorithm::Hs256);
    let (rs, _) = good(Algorithm::Rs256);
    let unsigned = "eyJhbGciOiJub25lIn0.e30.";
    let big = format!("{}.e30.", super::super::encoded(r#"{"alg":"ES512"}"#));
    let huge = "A".repeat(1 << 20);
    let odd = "the token holds more than visible ASCII characters";
    let table = [
        ("key-confusion", hs.as_str(), "the token is signed with HS256, which has no public key"),
        ("key-confusion", &rs, "it takes the public key of the API: `keys` of `enforce`"),
        ("weak-secret", &rs, "the token is signed with RS256, not with a secret"),
        ("zero-signature", &rs, "the token is signed with RS256, not with ECDSA"),
        ("no-signature", unsigned, "the token has no signature"),
        ("other-key", &big, "the token's `alg` is not one that is signed here"),
        ("no-such-probe", &rs, "no forgery is called `no-such-probe`"),
        ("truncated", "abcd", "the token has only 4 characters or fewer"),
        ("truncated", "é", odd),
        ("truncated", &huge, "the token is longer than 64 KiB"),
        ("payload-edit", "eyJhbGciOiJIUzI1NiJ9.W10.AA", NO_CLAIMS),
        ("alg-none", "a.b.c.d.e", "the token is encrypted (JWE)"),
        ("alg-none", "?.e30.AA", "the token is not a JWT: its header is not base64url"),
        ("alg-none", "AA.e30.AA", "the token is not a JWT: its header is not JSON"),
        ("alg-none", "e30.e30.AA", "the token is not a JWT: its header has no `alg`"),
        ("alg-none", "eyJhbGciOiJIUzI1NiJ9..AA", "the token is not a JWT: its payload is empty"),
        ("alg-none", "eyJhbGciOiJIUzI1NiJ9.e30.A", NO_BASE64),
    ];
    for (id, token, why) in table {
        assert_eq!(forge(id, token, None).expect_err(id).0, why);
    }
    let why = Jws::parse(&huge).expect_err("it is too long").0;
    assert_eq!(why, "the token is not a JWT: it is longer than 64 KiB");
}

#[test]
fn a_token_that_is_no_jwt_is_not_forged() {
    let huge = format!("{}.e30.AA", "A".repeat(1 << 20));
    let nested = format!("eyJhbGciOiJIUzI1NiJ9.{}.AA", super::super::encoded("[".repeat(30_000)));
    let tokens = [
        "",
        ".",
        "..",
        "a.b.c",
        "opaque-token-of-an-api",
        "é.é.é",
        "a b.c.d",
        "a.b.c.d.e",
        "eyJhbGciOiJIUzI1NiJ9..AA",
        "eyJhbGciOiJIUzI1NiJ9.e30.A",
        "e30.e30.AA",
        "bnVsbA.e30.AA",
        "eyJhbGciOjF9.e30.AA",
        "\u{0}.\u{0}.\u{0}",
        &huge,
    ];
    for token in tokens {
        for id in JWT_IDS {
            assert!(forge(id, token, None).is_err(), "{id} {}", &token[..token.len().min(40)]);
        }
    }
    assert!(forge("payload-edit", &nested, None).is_err());
    for id in CORE_IDS {
        for token in ["", "é", &huge] {
            assert!(forge(id, token, None).is_err(), "{id}");
        }
    }
}

#[test]
fn opaque_tokens_get_a_double_of_their_kind() {
    let table = [
        ("ghp_9fAzz0Q1x", "ghp_0hDde1S4b"),
        ("sk_live_aaaaaaaaaa", "sk_live_bcdefbcdef"),
        ("ab_cd", "bd_ac"),
        ("deadbeef00", "eadbafac45"),
        ("Az09+/=", "Bb33+/="),
    ];
    for (token, double) in table {
        assert_eq!(only("look-alike", token), double);
    }
    let why = forge("look-alike", "!!", None).expect_err("nothing to change").0;
    assert_eq!(why, "the token has no letter or digit to change");
    assert_eq!(only("truncated", "abcdefgh"), "abcd");
    assert!(forge("truncated", "abcd", None).is_err());
    assert_eq!(only("extended", "abc-"), "abc-c");
}

#[test]
fn a_double_of_a_jwt_keeps_its_header_and_lengths() {
    let (token, _) = good(Algorithm::Hs256);
    let double = only("look-alike", &token);
    let (good, other) = (Jws::parse(&token).unwrap(), Jws::parse(&double).expect("a JWS"));
    assert_eq!((good.header, good.payload.len()), (other.header, other.payload.len()));
    let pairs = token.bytes().zip(double.bytes()).skip(good.header.len());
    assert!(pairs.into_iter().all(|(a, b)| (a == b) == (a == b'.')));
    assert_eq!(only("extended", &token), format!("{token}.A"));
}

#[test]
fn what_is_not_forged_keeps_its_bytes() {
    let key = SigningKey::read(Algorithm::Hs256, "unguessable-0815-4711").expect("a secret");
    let header = "{\"typ\":\"JWT\",\r\n \"alg\" : \"HS256\", \"kid\":\"1\"}";
    let claims = "{ \"n\": 1.50e3,\"sub\":\"alice\" , \"scope\":\"read\",\"\u{e9}\":\"\\u00e9\"}";
    let token = mint(&key, header, claims);
    let json_of = |token: &str, part: usize| {
        String::from_utf8(decoded(token.split('.').nth(part).unwrap())).unwrap()
    };
    let none = &forged("alg-none", &token, None)[2].token;
    assert_eq!(json_of(none, 0), header.replace("HS256", "NONE"));
    assert_eq!(json_of(none, 1), claims);
    assert_eq!(json_of(&only("payload-edit", &token), 1), claims.replace("alice", "admin"));
    let raised = claims.replace("\"read\"", "\"read admin\"");
    let raised = raised.replace("9\"}", "9\",\"roles\":[\"admin\"],\"admin\":true}");
    assert_eq!(json_of(&only("scope-raise", &token), 1), raised);
    let embedded = json_of(&only("embedded-key", &token), 0);
    assert!(
        embedded.starts_with("{\"typ\":\"JWT\",\r\n \"alg\" : \"ES256\", \"kid\":\"1\",\"jwk\":{")
    );
}

#[test]
fn subjects_and_scopes_of_every_type_are_raised() {
    let key = SigningKey::of_nobody(Algorithm::EdDsa).expect("a key");
    let token = |claims: Value| mint(&key, r#"{"alg":"EdDSA"}"#, &claims.to_string());
    let claims = |token: String| parsed(token.split('.').nth(1).unwrap());
    for (sub, other) in [
        (json!(7), json!(8)),
        (json!("41"), json!("42")),
        (json!("admin"), json!("root")),
        (json!(null), json!("admin")),
    ] {
        assert_eq!(claims(only("payload-edit", &token(json!({"sub": sub}))))["sub"], other);
    }
    let raised = claims(only("scope-raise", &token(json!({"scp": ["a"], "roles": ["b"]}))));
    assert_eq!(raised, json!({"scp": ["a", "admin"], "roles": ["b", "admin"], "admin": true}));
    let raised = claims(only("scope-raise", &token(json!({}))));
    assert_eq!(raised, json!({"scope": "admin", "roles": ["admin"], "admin": true}));
}

#[test]
fn a_careless_api_would_take_them() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let (token, key) = good(algorithm);
        for forged in forged("key-confusion", &token, key.as_ref()) {
            let (input, signature) = forged.token.rsplit_once('.').unwrap();
            let spellings = key.as_ref().unwrap().spellings();
            let secret =
                spellings.iter().find(|(name, _)| forged.label.ends_with(&format!(": {name}")));
            let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret.expect("a spelling").1);
            assert!(hmac::verify(&secret, input.as_bytes(), &decoded(signature)).is_ok());
            assert_eq!(parsed(input.split('.').next().unwrap())["alg"], "HS256");
        }
        for forged in forged("embedded-key", &token, None) {
            let header = parsed(forged.token.split('.').next().unwrap());
            assert!(verifies(&forged.token, &header["jwk"]), "{}", forged.label);
        }
        assert!(only("other-key", &token).starts_with(token.rsplit_once('.').unwrap().0));
    }
    let (token, _) = good(Algorithm::Hs256);
    let forged = only("empty-secret", &token);
    let (input, signature) = forged.rsplit_once('.').unwrap();
    let empty = hmac::Key::new(hmac::HMAC_SHA256, b"");
    assert!(hmac::verify(&empty, input.as_bytes(), &decoded(signature)).is_ok());
}

#[test]
fn a_common_secret_is_found_offline() {
    let claims = r#"{"sub":"alice","iss":"acme-corporation"}"#;
    let of = |algorithm: Algorithm, secret: &str| {
        let key = SigningKey::read(algorithm, secret).expect("a secret");
        let header = json!({"alg": algorithm.name()}).to_string();
        (forged("weak-secret", &mint(&key, &header, claims), None), key)
    };
    for (algorithm, secret, found) in [
        (Algorithm::Hs256, "secret", "secret found offline: number 1 of the common ones"),
        (Algorithm::Hs512, "changeme", "secret found offline: number 3 of the common ones"),
        (Algorithm::Hs384, "acme-corporation", "secret found offline: the `iss` of its payload"),
    ] {
        let (forged, key) = of(algorithm, secret);
        let [one] = forged.try_into().expect("one variant");
        assert_eq!(one.label, found);
        let (input, signature) = one.token.rsplit_once('.').unwrap();
        assert_eq!(decoded(signature), key.sign(input.as_bytes()), "a careless API takes it");
        assert_eq!(parsed(input.split('.').nth(1).unwrap())["apitest"], "weak-secret");
    }
    assert_eq!(of(Algorithm::Hs256, "7c0f-unguessable").0, []);
}

#[test]
fn the_common_secrets_are_each_there_once() {
    let list: Vec<&str> = include_str!("../common_secrets.txt").lines().collect();
    let once: std::collections::BTreeSet<&&str> = list.iter().collect();
    assert_eq!(once.len(), list.len());
    assert!(list.len() > 150 && list.iter().all(|secret| !secret.is_empty()));
}

#[test]
fn claims_are_changed_under_a_good_signature() {
    let (token, _) = good(Algorithm::Es256);
    let key = SigningKey::read(Algorithm::Es256, &private_pem(DEMO_EC)).expect("a key");
    let jws = Jws::parse(&token).expect("a JWT");
    let past = jws.with_claims(&key, &[("exp", Some(json!(1)))]).expect("a token");
    assert_eq!(jwt::verify(&past, NOW).expect_err("refused"), "The token has expired.");
    let endless = jws.with_claims(&key, &[("exp", None)]).expect("a token");
    let why = jwt::verify(&endless, NOW).expect_err("refused");
    assert_eq!(why, "The token does not say when it expires.");
    assert!(jwt::verify(&jws.with_claims(&key, &[]).expect("a token"), NOW).is_ok());
}
