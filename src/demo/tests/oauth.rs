//! Getting tokens: `/login` and the OAuth 2.0 token endpoint.

use serde_json::Value;

use super::client::{Reply, send, send_form, send_json, send_with};
use crate::demo::DemoServer;
use crate::demo::tokens::{
    AUDIENCE, Algorithm, BOB, EXPIRED, ISSUER, READER, Signer, claims, mint,
};

const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

// demo-client:demo-client-secret-6b1e9c42
const CLIENT: &str =
    "Authorization: Basic ZGVtby1jbGllbnQ6ZGVtby1jbGllbnQtc2VjcmV0LTZiMWU5YzQy\r\n";
const PASSWORD: &str = "grant_type=password&username=alice&password=wonderland-7Qx2";

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

fn ask(demo: &DemoServer, form: &str) -> Reply {
    send_form(demo, "/oauth/token", CLIENT, form)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn a_login_gives_a_token_that_works() {
    let demo = demo();
    let login = r#"{"user":"alice","password":"wonderland-7Qx2"}"#;
    let reply = send_json(&demo, "/login", "", login);
    assert_eq!((reply.status, reply.field("cache-control")), (200, Some("no-store")));
    let body = reply.json();
    assert_eq!((text(&body, "token_type"), &body["expires_in"]), ("Bearer", &3600.into()));
    assert!(text(&body, "expires_at").ends_with('Z'));
    let me = send_with(&demo, "GET /me", text(&body, "access_token"));
    assert_eq!((me.status, me.field("cache-control")), (200, Some("no-store")));
    let me = me.json();
    assert_eq!((text(&me, "user"), text(&me, "token_kind")), ("alice", "opaque"));
    assert_eq!(me["expires_at"], body["expires_at"]);
}

#[test]
fn a_login_that_is_wrong_is_refused() {
    let demo = demo();
    for login in [r#"{"user":"alice","password":"x"}"#, r#"{"user":"eve","password":""}"#] {
        let reply = send_json(&demo, "/login", "", login);
        assert_eq!((reply.status, reply.challenge()), (401, r#"Bearer realm="demo""#), "{login}");
    }
    for login in ["{}", "[]", "x", r#"{"user":"alice","password":1}"#] {
        assert_eq!(send_json(&demo, "/login", "", login).status, 400, "{login}");
    }
    for seconds in ["0", "86401", "1.5", "\"9\""] {
        let login =
            format!(r#"{{"user":"alice","password":"wonderland-7Qx2","expires_in":{seconds}}}"#);
        assert_eq!(send_json(&demo, "/login", "", &login).status, 400, "{login}");
    }
    assert_eq!(send(&demo, "POST /login", "", "{}").status, 415);
}

#[test]
fn each_grant_gives_a_token_with_its_scopes() {
    let demo = demo();
    for (form, user, scope, refreshable) in [
        ("grant_type=client_credentials", "demo-client", "orders:read orders:write", false),
        ("grant_type=client_credentials&scope=orders:read", "demo-client", "orders:read", false),
        (PASSWORD, "alice", "orders:read orders:write", true),
        (
            "grant_type=password&username=reader&password=library-3Kp8",
            "reader",
            "orders:read",
            true,
        ),
    ] {
        let reply = ask(&demo, form);
        assert_eq!((reply.status, reply.field("cache-control")), (200, Some("no-store")), "{form}");
        let body = reply.json();
        assert_eq!(text(&body, "scope"), scope);
        assert_eq!(body["refresh_token"].is_string(), refreshable, "{form}");
        let me = send_with(&demo, "GET /me", text(&body, "access_token")).json();
        assert_eq!(text(&me, "user"), user);
    }
}

#[test]
fn a_refresh_token_is_good_once() {
    let demo = demo();
    let first = ask(&demo, PASSWORD).json();
    let refresh =
        format!("grant_type=refresh_token&refresh_token={}", text(&first, "refresh_token"));
    // What fails does not use it up.
    assert_eq!(ask(&demo, &format!("{refresh}&scope=admin")).json()["error"], "invalid_scope");
    let second = ask(&demo, &format!("{refresh}&scope=orders:read")).json();
    assert_eq!(text(&second, "scope"), "orders:read");
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(ask(&demo, &refresh).json()["error"], "invalid_grant");
    // The new one has the scopes of the old one (RFC 6749 §6).
    let token = text(&second, "refresh_token");
    let third = ask(&demo, &format!("grant_type=refresh_token&refresh_token={token}")).json();
    assert_eq!(third["scope"], first["scope"]);
    let token = text(&third, "refresh_token");
    assert_eq!(send_form(&demo, "/revoke", "", &format!("token={token}")).status, 200);
    let reply = ask(&demo, &format!("grant_type=refresh_token&refresh_token={token}"));
    assert_eq!((reply.status, text(&reply.json(), "error")), (400, "invalid_grant"));
}

#[test]
fn a_request_that_is_wrong_gets_its_error() {
    let demo = demo();
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=password&grant_type=password", "invalid_request"),
        ("grant_type=password&username=alice", "invalid_request"),
        ("grant_type=password&username=alice&password=x", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=x", "invalid_grant"),
        ("grant_type=authorization_code", "unsupported_grant_type"),
        ("grant_type=client_credentials&scope=admin", "invalid_scope"),
        ("grant_type=client_credentials&client_secret=x", "invalid_request"),
        (
            "grant_type=password&username=reader&password=library-3Kp8&scope=orders:write",
            "invalid_scope",
        ),
    ] {
        let reply = ask(&demo, form);
        assert_eq!((reply.status, text(&reply.json(), "error")), (400, error), "{form}");
        assert_eq!(reply.field("cache-control"), Some("no-store"));
    }
    assert_eq!(send(&demo, "POST /oauth/token", CLIENT, "grant_type=x").status, 400);
    assert_eq!(send(&demo, "GET /oauth/token", CLIENT, "").status, 405);
}

#[test]
fn the_client_authenticates_by_basic_or_in_the_form() {
    let demo = demo();
    let form = "grant_type=client_credentials&client_id=demo-client&client_secret=";
    let reply = send_form(&demo, "/oauth/token", "", &format!("{form}demo-client-secret-6b1e9c42"));
    assert_eq!(reply.status, 200);
    let refused = [
        ("", "grant_type=client_credentials".to_owned()),
        ("", format!("{form}wrong")),
        ("Authorization: Basic ZGVtby1jbGllbnQ6\r\n", PASSWORD.to_owned()),
        ("Authorization: Bearer demo-alice-5f0c1d2e3b4a\r\n", PASSWORD.to_owned()),
    ];
    for (head, form) in refused {
        let reply = send_form(&demo, "/oauth/token", head, &form);
        assert_eq!((reply.status, text(&reply.json(), "error")), (401, "invalid_client"), "{form}");
        assert!(reply.challenge().starts_with("Basic realm="), "{}", reply.challenge());
    }
}

#[test]
fn a_token_is_exchanged_for_one_of_the_same_user_and_no_more() {
    let demo = demo();
    let form = |more: &str| {
        format!(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type={ACCESS}{more}"
        )
    };
    let reply = ask(
        &demo,
        &form(&format!("&subject_token={READER}&actor_token={BOB}&actor_token_type={ACCESS}")),
    );
    let body = reply.json();
    assert_eq!((reply.status, text(&body, "issued_token_type")), (200, ACCESS));
    assert_eq!((text(&body, "scope"), body["refresh_token"].is_string()), ("orders:read", false));
    let me = send_with(&demo, "GET /me", text(&body, "access_token")).json();
    assert_eq!(text(&me, "user"), "reader");
    for (more, error) in [
        ("", "invalid_request"),
        ("&subject_token=x", "invalid_grant"),
        (&format!("&subject_token={EXPIRED}"), "invalid_grant"),
        (&format!("&subject_token={READER}&scope=orders:write"), "invalid_scope"),
        (
            &format!("&subject_token={READER}&actor_token=x&actor_token_type={ACCESS}"),
            "invalid_grant",
        ),
        (&format!("&subject_token={READER}&actor_token={BOB}"), "invalid_request"),
        (&format!("&subject_token={READER}&requested_token_type=saml2"), "invalid_request"),
    ] {
        let reply = ask(&demo, &form(more));
        assert_eq!((reply.status, text(&reply.json(), "error")), (400, error), "{more}");
    }
}

#[test]
fn an_assertion_of_the_client_gives_a_token_and_a_token_is_no_assertion() {
    let demo = demo();
    let ask = |claims: &Value, more: &str| {
        let assertion = mint(Algorithm::Hs256, Signer::Demo, claims);
        let grant = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer";
        ask(&demo, &format!("{grant}&assertion={assertion}{more}"))
    };
    let mut good = claims("bob");
    (good["iss"], good["aud"]) = ("demo-client".into(), ISSUER.into());
    let body = ask(&good, "&scope=orders:read").json();
    assert_eq!(text(&body, "scope"), "orders:read");
    let me = send_with(&demo, "GET /me", text(&body, "access_token")).json();
    assert_eq!(text(&me, "user"), "bob");
    assert_eq!(text(&ask(&good, "&scope=admin").json(), "error"), "invalid_scope");
    for (name, value) in [("iss", ISSUER), ("aud", AUDIENCE), ("sub", "eve")] {
        let mut wrong = good.clone();
        wrong[name] = value.into();
        let reply = ask(&wrong, "");
        assert_eq!((reply.status, text(&reply.json(), "error")), (400, "invalid_grant"), "{name}");
    }
    good["exp"] = 1.into();
    assert_eq!(text(&ask(&good, "").json(), "error"), "invalid_grant");
}
