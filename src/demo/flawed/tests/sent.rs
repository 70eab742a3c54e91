//! What can be sent: every right and wrong way to present a token that the flaws are about.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::demo::jwt::signing_input;
use crate::demo::keys::{Algorithm, ES256_PUBLIC_PEM, RS256_PUBLIC_PEM};
use crate::demo::request::Request;
use crate::demo::tokens::{
    ALICE, EXPIRED, NO_SCOPE, READER, REVOCABLE, Signer, WEAK_SECRET, claims, mint, mint_unsigned,
};

/// A request to the orders.
pub struct Sent {
    pub name: &'static str,
    /// What the right API answers.
    pub status: u16,
    line: &'static str,
    query: String,
    fields: Vec<(&'static str, String)>,
}

/// Those without an Authorization field, but for the ones that are not guarded.
pub const WITHOUT_FIELD: &[&str] = &[
    "no-token",
    "no-token-order",
    "post-no-token",
    "delete-no-token",
    "query",
    "cookie",
    "other-header",
    "identity-headers",
    "head",
    "method-override",
];

/// Those with one Authorization field that holds more than a token, or something else than one.
pub const MALFORMED: &[&str] = &["odd-text", "trailing-junk", "two-places"];

pub fn sent() -> Vec<Sent> {
    let mut all = opaque();
    all.extend(misplaced());
    all.extend(JWTS.iter().map(|(name, status, token)| bearer(name, *status, token)));
    all
}

pub fn is_jwt(name: &str) -> bool {
    JWTS.iter().any(|(jwt, ..)| *jwt == name)
}

/// A JWT that each API in these tests has revoked.
pub fn revoked_jwt() -> &'static str {
    static TOKEN: LazyLock<String> = LazyLock::new(|| {
        let mut claims = claims("alice");
        claims["jti"] = json!("revoked");
        mint(Algorithm::Hs256, Signer::Demo, &claims)
    });
    &TOKEN
}

impl Sent {
    /// The request, to the orders behind `before`.
    pub fn request(&self, before: &str) -> Request {
        let (method, path) = self.line.split_once(' ').expect("a method and a path");
        let fields = self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        Request {
            method: method.to_owned(),
            path: format!("{before}{path}"),
            query: self.query.clone(),
            fields: fields.chain([json]).collect(),
            body: br#"{"item":"saw","quantity":1,"price":12.5}"#.to_vec(),
            last: false,
        }
    }
}

fn opaque() -> Vec<Sent> {
    vec![
        bearer("good", 200, ALICE),
        at("GET /orders/1001", bearer("good-order", 200, ALICE)),
        at("POST /orders", bearer("post-good", 201, ALICE)),
        at("DELETE /orders/1001", bearer("delete-good", 204, ALICE)),
        with("no-token", 401, &[]),
        at("GET /orders/1001", with("no-token-order", 401, &[])),
        at("POST /orders", with("post-no-token", 401, &[])),
        at("DELETE /orders/1001", with("delete-no-token", 401, &[])),
        with("empty-value", 400, &[("Authorization", "")]),
        with("scheme-only", 400, &[("Authorization", "Bearer")]),
        with("basic-user", 401, &[("Authorization", "Basic dXNlcjpwYXNz")]),
        bearer("random-token", 401, "q7Zk2Lr9TfXw"),
        at("POST /orders", bearer("post-random-token", 401, "q7Zk2Lr9TfXw")),
        at("DELETE /orders/1001", bearer("delete-random-token", 401, "q7Zk2Lr9TfXw")),
        bearer("null-token", 401, "null"),
        bearer("undefined-token", 401, "undefined"),
        bearer("look-alike", 401, "demo-mouse-000000000000"),
        bearer("truncated", 401, &ALICE[..ALICE.len() - 4]),
        bearer("extended", 401, &format!("{ALICE}x")),
        bearer("long-token", 401, &"x".repeat(8192)),
        bearer("odd-text", 400, "%s%n${7*7}"),
        bearer("expired", 401, EXPIRED),
        bearer("revoked", 401, REVOCABLE),
        bearer("missing-scope", 403, NO_SCOPE),
        at("POST /orders", bearer("post-missing-scope", 403, READER)),
        at("GET /orders/1004", bearer("other-user-order", 404, ALICE)),
        at("DELETE /orders/1004", bearer("other-user-delete", 404, ALICE)),
        at("GET /orders/9999", bearer("no-such-order", 404, ALICE)),
    ]
}

fn misplaced() -> Vec<Sent> {
    let good = &format!("Bearer {ALICE}");
    let field = |name, status, value: &str| with(name, status, &[("Authorization", value)]);
    let in_query = |sent: Sent| Sent { query: format!("a=b&access_token={ALICE}"), ..sent };
    vec![
        field("scheme-case-lower", 200, &format!("bearer {ALICE}")),
        field("scheme-case-upper", 200, &format!("BEARER {ALICE}")),
        field("scheme-Token", 401, &format!("Token {ALICE}")),
        field("scheme-Basic", 401, &format!("Basic {ALICE}")),
        field("embedded-scheme", 401, &format!("Xyz {good}")),
        field("embedded-scheme-list", 401, &format!("Basic dXNlcjpwYXNz, {good}")),
        field("no-scheme", 401, ALICE),
        field("trailing-junk", 400, &format!("{good} junk")),
        in_query(with("query", 401, &[])),
        in_query(bearer("two-places", 400, "q7Zk2Lr9TfXw")),
        with("cookie", 401, &[("Cookie", &format!("a=b; access_token={ALICE}"))]),
        with("other-header", 401, &[("X-Access-Token", ALICE)]),
        with("two-headers", 400, &[("Authorization", "Bearer bad"), ("Authorization", good)]),
        with("identity-headers", 401, &[("X-User-Id", "mallory")]),
        at("HEAD /orders", with("head", 401, &[])),
        at("HEAD /orders", bearer("head-good", 200, ALICE)),
        at("PUT /orders", with("put", 405, &[])),
        at("PATCH /orders", with("put-not", 405, &[])),
        at("OPTIONS /orders", with("put-neither", 204, &[])),
        at("POST /orders", with("method-override", 401, &[("X-HTTP-Method-Override", "GET")])),
        at("GET /orders/", with("trailing-slash", 404, &[])),
        at("GET //orders", with("double-slash", 404, &[])),
        at("GET /ORDERS", with("upper-case", 404, &[])),
        at("GET /%2e/orders", with("dot-segment", 404, &[])),
        at("GET /orders;a=b", with("path-parameter", 404, &[])),
        at("GET /orders.json", with("suffix", 404, &[])),
        at("GET //orders", with("double-slash", 404, &[])),
    ]
}

/// JWTs, and what `GET /orders` answers to each.
static JWTS: LazyLock<Vec<(&str, u16, String)>> = LazyLock::new(jwts);

fn jwts() -> Vec<(&'static str, u16, String)> {
    let minted = |algorithm| mint(algorithm, Signer::Demo, &claims("alice"));
    let forged = |algorithm| mint(algorithm, Signer::Stranger, &claims("alice"));
    let spoiled = |name: &str, value| mint(Algorithm::Rs256, Signer::Demo, &changed(name, value));
    let good = minted(Algorithm::Hs256);
    let (signed, signature) = good.rsplit_once('.').expect("a JWT");
    let header = good.split('.').next().expect("a header");
    let mallory = URL_SAFE_NO_PAD.encode(changed("sub", json!("mallory")).to_string());
    let raised = changed("scope", json!("orders:read admin")).to_string();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let case = signing_input(&json!({"alg": "nOnE", "kid": "demo-hs256"}), &claims("alice"));
    vec![
        ("good-hs256", 200, good.clone()),
        ("good-rs256", 200, minted(Algorithm::Rs256)),
        ("good-es256", 200, minted(Algorithm::Es256)),
        ("no-scope-jwt", 403, spoiled("scope", json!(""))),
        ("revoked-jwt", 401, revoked_jwt().to_owned()),
        ("alg-none", 401, mint_unsigned(&claims("alice"))),
        ("alg-nOnE", 401, format!("{case}.")),
        ("no-signature", 401, format!("{signed}.")),
        ("two-parts", 401, signed.to_owned()),
        ("signature-flip", 401, format!("{signed}.{flipped}{}", &signature[1..])),
        ("payload-edit", 401, format!("{header}.{mallory}.{signature}")),
        ("scope-raise", 401, format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(raised))),
        ("look-alike-jwt", 401, format!("{header}.{}.{signature}", "x".repeat(mallory.len()))),
        ("truncated-jwt", 401, good[..good.len() - 4].to_owned()),
        ("extended-jwt", 401, format!("{good}.A")),
        ("other-key-hs256", 401, forged(Algorithm::Hs256)),
        ("other-key-rs256", 401, forged(Algorithm::Rs256)),
        ("other-key-es256", 401, forged(Algorithm::Es256)),
        ("embedded-key", 401, with_own_key()),
        ("weak-secret", 401, hs256("demo-hs256", WEAK_SECRET.as_bytes())),
        ("empty-secret", 401, hs256("demo-hs256", b"")),
        ("key-confusion-rs256", 401, hs256("demo-rs256", RS256_PUBLIC_PEM.as_bytes())),
        ("key-confusion-es256", 401, hs256("demo-hs256", ES256_PUBLIC_PEM.as_bytes())),
        ("zero-signature", 401, zero_signature()),
        ("expired-jwt", 401, spoiled("exp", json!(1_600_000_000))),
        ("bad-exp-type", 401, spoiled("exp", json!("4102444800"))),
        ("not-yet-valid", 401, spoiled("nbf", json!(4_102_000_000_u64))),
        ("wrong-audience", 401, spoiled("aud", json!("https://invoices.demo.example"))),
        ("wrong-issuer", 401, spoiled("iss", json!("https://login.other.example"))),
        ("deep-payload", 401, format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(nested))),
        ("unknown-user", 401, spoiled("sub", json!("mallory"))),
    ]
}

fn with(name: &'static str, status: u16, fields: &[(&'static str, &str)]) -> Sent {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Sent { name, status, line: "GET /orders", query: String::new(), fields }
}

fn bearer(name: &'static str, status: u16, token: &str) -> Sent {
    with(name, status, &[("Authorization", &format!("Bearer {token}"))])
}

fn at(line: &'static str, sent: Sent) -> Sent {
    Sent { line, ..sent }
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims("alice");
    claims[name] = value;
    claims
}

fn hs256(key_id: &str, secret: &[u8]) -> String {
    let input = signing_input(&json!({"alg": "HS256", "kid": key_id}), &claims("alice"));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Signed with a fresh key that the header brings along, under the `kid` of another.
fn with_own_key() -> String {
    let random = SystemRandom::new();
    let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).expect("a key");
    let point = key.public_key().as_ref();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]),
    });
    let header = json!({"alg": "ES256", "kid": "demo-hs256", "jwk": jwk});
    let input = signing_input(&header, &claims("alice"));
    let signature = key.sign(&random, input.as_bytes()).expect("a signature");
    format!("{input}.{}", text(signature.as_ref()))
}

fn zero_signature() -> String {
    let input = signing_input(&json!({"alg": "ES256", "kid": "demo-es256"}), &claims("alice"));
    format!("{input}.{}", URL_SAFE_NO_PAD.encode([0; 64]))
}
