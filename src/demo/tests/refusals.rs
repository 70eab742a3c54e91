//! Who is refused, and exactly how: RFC 6750 on the wire.

use super::client::{send, send_form, send_with};
use crate::demo::{DemoServer, tokens};

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

const BARE: &str = r#"Bearer realm="demo""#;
const GUARDED: [&str; 5] =
    ["GET /orders", "POST /orders", "GET /orders/1001", "DELETE /orders/1001", "GET /me"];

fn challenge(code: &str, description: &str) -> String {
    format!(r#"Bearer realm="demo", error="{code}", error_description="{description}""#)
}

#[test]
fn no_token_gets_a_challenge_without_an_error() {
    let demo = demo();
    for line in GUARDED {
        let reply = send(&demo, line, "", "");
        assert_eq!((reply.status, reply.challenge()), (401, BARE), "{line}");
        assert_eq!(reply.json()["error"], "unauthorized");
    }
    let other = ["Authorization: Basic YWxpY2U6eA==\r\n", "Cookie: access_token=demo-x\r\n"];
    for head in other {
        let reply = send(&demo, "GET /orders", head, "");
        assert_eq!((reply.status, reply.challenge()), (401, BARE), "{head}");
    }
    let reply = send(&demo, &format!("GET /orders?access_token={}", tokens::ALICE), "", "");
    assert_eq!((reply.status, reply.challenge()), (401, BARE));
    assert_eq!(send(&demo, "HEAD /orders", "", "").status, 401);
}

#[test]
fn a_bad_token_gets_invalid_token_and_is_not_repeated() {
    let demo = demo();
    let good = tokens::ALICE;
    let bad = [
        ("random-text", "The token is unknown."),
        (&good[..good.len() - 4], "The token is unknown."),
        (&format!("{good}x"), "The token is unknown."),
        (&format!("{good}.A"), "The token is malformed."),
        (&good.to_uppercase(), "The token is unknown."),
        (tokens::EXPIRED, "The token has expired."),
        (&"x".repeat(32 * 1024), "The token is unknown."),
    ];
    for (token, description) in bad {
        for line in GUARDED {
            let reply = send_with(&demo, line, token);
            let expected = challenge("invalid_token", description);
            assert_eq!((reply.status, reply.challenge()), (401, expected.as_str()), "{line}");
            assert_eq!(reply.json()["error_description"], description);
            assert!(!reply.all().contains(token), "{token} is repeated");
        }
    }
}

#[test]
fn credentials_sent_wrongly_get_invalid_request() {
    let demo = demo();
    let good = tokens::ALICE;
    let wrong = [
        ("GET /orders", "Authorization: Bearer\r\n".to_owned()),
        ("GET /orders", "Authorization: Bearer \r\n".to_owned()),
        ("GET /orders", "Authorization:\r\n".to_owned()),
        ("GET /orders", format!("Authorization: Bearer {good} junk\r\n")),
        ("GET /orders", format!("Authorization: Bearer x\r\nAuthorization: Bearer {good}\r\n")),
        ("GET /orders?access_token=x", format!("Authorization: Bearer {good}\r\n")),
        ("GET /echo/get/json", "Authorization: Bearer\r\n".to_owned()),
    ];
    for (line, head) in wrong {
        let reply = send(&demo, line, &head, "");
        assert_eq!(reply.status, 400, "{head}");
        assert!(reply.challenge().contains(r#"error="invalid_request""#), "{}", reply.challenge());
        assert!(!reply.all().contains(good));
    }
    let head = format!("Authorization: Bearer {good}\r\n");
    assert_eq!(send_form(&demo, "/orders", &head, "access_token=x").status, 400);
}

#[test]
fn a_token_without_the_scope_gets_insufficient_scope() {
    let demo = demo();
    for (line, token, scope) in [
        ("POST /orders", tokens::READER, "orders:write"),
        ("DELETE /orders/1006", tokens::READER, "orders:write"),
        ("GET /orders", tokens::NO_SCOPE, "orders:read"),
    ] {
        let reply = send_with(&demo, line, token);
        let expected = challenge("insufficient_scope", "The token lacks a scope.");
        let expected = format!(r#"{expected}, scope="{scope}""#);
        assert_eq!((reply.status, reply.challenge()), (403, expected.as_str()), "{line}");
    }
    assert_eq!(send_with(&demo, "GET /orders/1006", tokens::READER).status, 200);
    assert_eq!(send_with(&demo, "GET /me", tokens::NO_SCOPE).status, 200);
}

#[test]
fn the_scheme_counts_in_any_case() {
    let demo = demo();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let head = format!("Authorization: {scheme} {}\r\n", tokens::BOB);
        let reply = send(&demo, "GET /me", &head, "");
        assert_eq!((reply.status, reply.json()["user"].as_str()), (200, Some("bob")), "{scheme}");
    }
}

#[test]
fn a_revoked_token_is_good_no_more_on_this_server() {
    let demo = demo();
    let other = self::demo();
    let jwt =
        tokens::mint(tokens::Algorithm::Es256, tokens::Signer::Demo, &tokens::claims("alice"));
    for token in [tokens::REVOCABLE, &jwt] {
        assert_eq!(send_with(&demo, "GET /me", token).status, 200);
        assert_eq!(send_form(&demo, "/revoke", "", &format!("token={token}")).status, 200);
        let reply = send_with(&demo, "GET /me", token);
        let expected = challenge("invalid_token", "The token has been revoked.");
        assert_eq!((reply.status, reply.challenge()), (401, expected.as_str()));
        assert_eq!(send_with(&other, "GET /me", token).status, 200);
    }
    assert_eq!(send_with(&other, "POST /logout", tokens::REVOCABLE).status, 204);
    assert_eq!(send_with(&other, "POST /logout", tokens::REVOCABLE).status, 401);
    assert_eq!(send_with(&other, "GET /me", tokens::REVOCABLE).status, 401);
    assert_eq!(send_form(&demo, "/revoke", "", "token=never-seen").status, 200);
    for form in ["", "token=", "token=a&token=b", "other=x"] {
        assert_eq!(send_form(&demo, "/revoke", "", form).status, 400, "{form}");
    }
}

#[test]
fn basic_and_api_key_guard_a_route_each() {
    let demo = demo();
    let refused = [
        ("GET /basic", "", r#"Basic realm="demo", charset="UTF-8""#),
        ("GET /basic", "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n", "Basic realm"),
        ("GET /basic", "Authorization: Basic ###\r\n", "Basic realm"),
        ("GET /basic", "Authorization: Bearer demo-alice-5f0c1d2e3b4a\r\n", "Basic realm"),
        ("GET /api-key", "", r#"ApiKey realm="demo""#),
        ("GET /api-key", "X-Api-Key: demo-key-41d7c0a95\r\n", "ApiKey"),
        ("GET /api-key?api_key=demo-key-41d7c0a95e", "", "ApiKey"),
    ];
    for (line, head, expected) in refused {
        let reply = send(&demo, line, head, "");
        assert_eq!(reply.status, 401, "{line} {head}");
        assert!(reply.challenge().starts_with(expected), "{}", reply.challenge());
    }
    // alice:wonderland-7Qx2
    let basic = "Authorization: basic YWxpY2U6d29uZGVybGFuZC03UXgy\r\n";
    let reply = send(&demo, "GET /basic", basic, "");
    assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"user":"alice"}"#));
    let key = format!("X-API-KEY: {}\r\n", crate::demo::users::API_KEY);
    assert_eq!(send(&demo, "GET /api-key", &key, "").status, 200);
}
