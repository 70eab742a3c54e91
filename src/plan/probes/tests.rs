//! The catalogue: each probe makes the requests that it says, and no other.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::auth::jwt::{Algorithm, SigningKey, forge, mint};
use crate::http::message::Request;
use crate::http::message::{Connections, Header};
use crate::http::url::Target;
use crate::secret::Secret;

const OPAQUE: &str = "demo-alice-5f0c1d2e3b4a";
const JWT: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInNjb3BlIjoib3JkZXJzIn0.\
                   dGhlIHNpZ25hdHVyZSBvZiBhIHRva2VuIHRoYXQgbm9ib2R5";

fn header(name: &str, value: &str, credential: bool) -> Header {
    Header { name: name.into(), value: value.into(), credential }
}

fn control(token: &str) -> Request {
    Request {
        method: "GET".into(),
        target: Target::parse("http://127.0.0.1/orders?limit=2").unwrap(),
        headers: vec![
            header("Accept", "*/*", false),
            header("X-Key", "gate", false),
            header("cookie", "sid=1", false),
            header("Authorization", &format!("Bearer {token}"), true),
        ],
        body: None,
        timeout: Duration::from_secs(1),
        follow_redirects: 5,
        allow_plain_http: false,
        secret_url: false,
        secret_body: false,
        cookies: Default::default(),
        connections: Connections::Shared,
        route: std::sync::Arc::default(),
    }
}

/// Of a JWT, as if it were signed here.
fn supplies(token: &str) -> Supplies {
    let key = is_jwt(token).then(|| SigningKey::read(Algorithm::Hs256, "a-secret"));
    let given = ["missing-scope", "other-user"];
    let tokens = given.map(|id| (id, Ok(Secret::new("token-of-a-reader-77")))).into();
    let signing_key = key.map(|key| key.map(Arc::new).map_err(|fault| fault.0));
    let revoked = Some(Ok(Secret::new("token-that-was-good-78")));
    let now = Duration::from_secs(1_800_000_000);
    Supplies { signing_key, tokens, now, revoked, ..Supplies::default() }
}

fn made(probe: &Probe, token: &str) -> Result<Vec<Variant>, Absent> {
    let bare = Good::strip(&control(token));
    let good =
        Good { bare: &bare, token, forge: &|id| forge(id, token), supplies: &supplies(token) };
    (probe.make)(probe, &good)
}

/// Whether a text holds the token itself, and not one that begins with it.
fn holds(text: &str, token: &str) -> bool {
    text.split([' ', '=']).any(|part| part == token)
}

#[test]
fn every_probe_changes_the_credential_and_nothing_else() {
    for token in [OPAQUE, JWT] {
        let bare = Good::strip(&control(token));
        for probe in PROBES.iter().filter(|probe| probe.set != "surface") {
            for variant in made(probe, token).unwrap_or_default() {
                let request = &variant.request;
                let others: Vec<&str> = request.headers.iter().map(|h| &*h.name).collect();
                assert_eq!(others[..2], ["Accept", "X-Key"], "{}", probe.id);
                assert_eq!((request.follow_redirects, &request.body), (0, &None), "{}", probe.id);
                let url = request.target.url();
                assert!(url.starts_with(bare.target.url()), "{}", probe.id);
                assert_eq!(url.contains(token), request.secret_url, "{}", probe.id);
                assert_eq!(others.len() > 2, !["no-token", "query"].contains(&probe.id));
                let values = request.headers.iter().map(|h| h.value.as_str());
                let sent: Vec<&str> = values.chain([url]).collect();
                let carries = sent.iter().any(|text| holds(text, token));
                assert_eq!(carries, probe.carries_good_token(), "{} {sent:?}", probe.id);
                let hidden = |h: &Header| h.credential || !holds(&h.value, token);
                assert!(request.headers.iter().all(hidden), "{}", probe.id);
                let foreign = matches!(probe.needs, Needs::GivenToken | Needs::TokenOfItsOwn);
                let is_good = carries || foreign;
                let expected = if is_good { Connections::Shared } else { Connections::Tokenless };
                assert_eq!(request.connections, expected, "{}", probe.id);
                assert!(!variant.label.contains(&token[..10]), "{}", variant.label);
            }
        }
    }
}

#[test]
fn what_asks_in_another_way_sends_no_credential_and_stays_at_its_origin() {
    let control = control(OPAQUE);
    let used = |method: &str, open| Declared { method: method.into(), open };
    for probe in PROBES.iter().filter(|probe| probe.set == "surface") {
        let supplies = Supplies { declared: vec![used("PUT", true)], ..Supplies::default() };
        let bare = Good::strip(&control);
        let good = Good {
            bare: &bare,
            token: OPAQUE,
            forge: &|id| forge(id, OPAQUE),
            supplies: &supplies,
        };
        for Variant { request, derived, .. } in (probe.make)(probe, &good).unwrap() {
            assert!(request.headers.iter().all(|h| !h.credential), "{}", probe.id);
            let names = request.headers.iter().map(|h| h.name.to_ascii_lowercase());
            let names: Vec<String> = names.collect();
            assert!(!names.contains(&"authorization".to_owned()), "{names:?}");
            assert!(!names.contains(&"cookie".to_owned()), "{names:?}");
            assert_eq!(names[..2], ["accept", "x-key"], "{}", probe.id);
            assert_eq!(request.connections, Connections::Tokenless);
            assert_eq!((request.follow_redirects, derived), (0, None));
            assert_eq!(request.target.origin(), control.target.origin());
            assert!(request.target.url().ends_with("?limit=2"), "{}", request.target.url());
            assert_ne!(
                (&request.method, &request.target),
                (&control.method, &control.target),
                "{} asks for the same",
                probe.id
            );
            assert_ne!(request.method, "PUT", "declared");
        }
    }
}

#[test]
fn of_a_jwt_every_probe_is_made_or_says_why_not() {
    for probe in PROBES {
        match made(probe, JWT) {
            Ok(variants) => {
                assert!(!variants.is_empty() || probe.id == "weak-secret", "{}", probe.id);
            }
            Err(absent) => {
                assert!(matches!(absent, Absent::NotApplicable(_)));
                assert!(
                    ["key-confusion", "zero-signature", "wrong-issuer"].contains(&probe.id),
                    "{}",
                    probe.id
                );
            }
        }
        let opaque = made(probe, OPAQUE);
        let lacks = matches!(probe.needs, Needs::Jwt | Needs::Key);
        assert_eq!(opaque.is_ok(), !lacks, "{}: {opaque:?}", probe.id);
    }
}

#[test]
fn what_cannot_be_made_says_why() {
    let signed = |claims: &str| {
        let key = SigningKey::read(Algorithm::Hs256, "a-secret").unwrap();
        mint(&key, r#"{"alg":"HS256"}"#, claims)
    };
    let (bare, odd) = (signed("{}"), signed(r#"{"exp":"soon"}"#));
    let key = || Supplies { tokens: Vec::new(), ..supplies(JWT) };
    let used = |method: &str| Declared { method: method.into(), open: false };
    let all = ["GET", "POST", "PUT", "PATCH", "DELETE"].map(used).into();
    let declared = || Supplies { declared: all, ..Supplies::default() };
    let table = [
        ("revoked", OPAQUE, Supplies::default(), "no token was revoked for it"),
        ("other-user", JWT, key(), "such a token cannot be made here"),
        ("wrong-issuer", &bare, key(), "the token has no `iss`"),
        ("bad-exp-type", &odd, key(), "the token's `exp` is no number as it is"),
        ("other-methods", OPAQUE, declared(), "tests use every method at this path"),
    ];
    for (id, token, supplies, why) in table {
        let bare = Good::strip(&control(token));
        let forge = |id| forge(id, token);
        let good = Good { bare: &bare, token, forge: &forge, supplies: &supplies };
        match (Probe::find(id).unwrap().make)(Probe::find(id).unwrap(), &good) {
            Err(Absent::NotApplicable(reason) | Absent::LacksInput(reason)) => {
                assert_eq!(reason, why, "{id}");
            }
            other => panic!("{id}: {other:?}"),
        }
    }
}

#[test]
fn ids_are_unique_and_what_goes_without_saying_is_there() {
    let probes = PROBES.iter().map(|probe| probe.id);
    let ids: Vec<&str> = probes.chain(HYGIENE.iter().map(|check| check.id)).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    assert!(DEFAULT_SETS.iter().all(|set| PROBES.iter().any(|probe| probe.set == *set)));
}

#[test]
fn a_token_in_the_query_joins_what_is_there_and_is_escaped() {
    let probe = Probe::find("query").unwrap();
    for (url, token, expected) in [
        ("http://a", "t", "http://a?access_token=t"),
        ("http://a/b", "a+b/c==", "http://a/b?access_token=a%2Bb%2Fc%3D%3D"),
        ("http://a/?", "t", "http://a/?access_token=t"),
        ("http://a/?b=c", "t", "http://a/?b=c&access_token=t"),
    ] {
        let bare = Request { target: Target::parse(url).unwrap(), ..control(token) };
        let supplies = Supplies::default();
        let forge = |id| forge(id, token);
        let good = Good { bare: &bare, token, forge: &forge, supplies: &supplies };
        let made = (probe.make)(probe, &good).unwrap();
        assert_eq!(made[0].request.target.url(), expected);
    }
}

#[test]
fn the_same_request_makes_the_same_random_token() {
    let probe = Probe::find("random-token").unwrap();
    let value = |token| made(probe, token).unwrap()[0].request.headers[2].value.clone();
    assert_eq!(value(OPAQUE), value(JWT));
    assert_eq!(value(OPAQUE).len(), "Bearer ".len() + 32);
}
