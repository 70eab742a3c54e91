//! Every flaw against everything that can be sent: what differs from the right API, and that nothing
//! else does.

mod sent;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::FLAWS;
use crate::demo::answer::Framing;
use crate::demo::api::Api;
use crate::demo::request::Request;
use crate::demo::{routes, tokens};
use sent::{Sent, sent};

/// A flaw, where it differs (by the name of what was sent, and the right answer), and how.
struct Row(&'static str, fn(&str, &str) -> bool, fn(&str) -> bool);

#[rustfmt::skip] // A table is read by its columns.
const ROWS: &[Row] = &[
    Row("no-guard", |_, right| refused(right), let_in),
    Row("anonymous", |name, right| refused(right) && sent::WITHOUT_FIELD.contains(&name), let_in),
    Row("empty-value", |name, _| name == "empty-value", ok),
    Row("scheme-only", |name, _| name == "scheme-only", ok),
    Row("basic-user", |name, _| name == "basic-user", ok),
    Row("any-token", |_, right| invalid(right), let_in),
    Row("null-token", |name, _| ["null-token", "undefined-token"].contains(&name), ok),
    Row("look-alike", |name, _| name == "look-alike", ok),
    Row("prefix-match", |name, _| name == "truncated", ok),
    Row("overlong-match", |name, _| name == "extended", ok),
    Row("guest", |name, right| lists(name) && right.starts_with("HTTP/1.1 401"), no_orders),
    Row("identity-headers", |name, _| name == "identity-headers", no_orders),
    Row("alg-none", |name, _| ["alg-none", "alg-nOnE"].contains(&name), ok),
    Row("signature-ignored", |name, _| FORGED.contains(&name), ok),
    Row("signature-missing", |name, _| ["no-signature", "two-parts"].contains(&name), ok),
    Row("key-confusion", |name, _| name.starts_with("key-confusion"), ok),
    Row("embedded-key", |name, _| name == "embedded-key", ok),
    Row("weak-secret", |name, _| name == "weak-secret", ok),
    Row("empty-secret", |name, _| name == "empty-secret", ok),
    Row("zero-signature", |name, _| name == "zero-signature", ok),
    Row("exp-ignored", |name, _| ["expired", "expired-jwt", "bad-exp-type"].contains(&name), ok),
    Row("exp-as-text", |name, _| name == "bad-exp-type", ok),
    Row("nbf-ignored", |name, _| name == "not-yet-valid", ok),
    Row("aud-ignored", |name, _| name == "wrong-audience", ok),
    Row("iss-ignored", |name, _| name == "wrong-issuer", ok),
    Row("scope-ignored", |_, right| right.starts_with("HTTP/1.1 403"), let_in),
    Row("any-owner", |name, _| name.starts_with("other-user"), let_in),
    Row("revoked-accepted", |name, _| name.starts_with("revoked"), ok),
    Row("any-scheme", |name, _| ["scheme-Token", "scheme-Basic"].contains(&name), ok),
    Row("embedded-scheme", |name, _| name.starts_with("embedded-scheme"), ok),
    Row("no-scheme", |name, _| name == "no-scheme", ok),
    Row("trailing-junk", |name, _| name == "trailing-junk", ok),
    Row("query", |name, _| name == "query", ok),
    Row("two-places", |name, _| name == "two-places", ok),
    Row("cookie", |name, _| name == "cookie", ok),
    Row("other-header", |name, _| name == "other-header", ok),
    Row("last-header", |name, _| name == "two-headers", ok),
    Row("case-sensitive-scheme", |name, _| name.starts_with("scheme-case"), bare),
    Row("unguarded-head", |name, _| name == "head", ok),
    Row("undeclared-put", |name, _| name == "put", ok),
    Row("method-override", |name, _| name == "method-override", ok),
    Row("trailing-slash", |name, _| name == "trailing-slash", ok),
    Row("double-slash", |name, _| name == "double-slash", ok),
    Row("upper-case", |name, _| name == "upper-case", ok),
    Row("dot-segment", |name, _| name == "dot-segment", ok),
    Row("path-parameter", |name, _| name == "path-parameter", ok),
    Row("suffix", |name, _| name == "suffix", ok),
    Row("leak", |name, right| reads(name) && right.starts_with("HTTP/1.1 401"), |wrong| {
        let body = wrong.contains("teapot") || wrong.ends_with("Length: 485\r\n\r\n");
        wrong.starts_with("HTTP/1.1 401") && body && wrong.contains("WWW-Authenticate: Bearer")
    }),
    Row("no-challenge", |_, right| right.starts_with("HTTP/1.1 401"), |wrong| {
        wrong.starts_with("HTTP/1.1 401") && !wrong.contains("WWW-Authenticate")
    }),
    Row("forbidden", |_, right| right.starts_with("HTTP/1.1 401"), |wrong| {
        wrong.starts_with("HTTP/1.1 403") && wrong.contains("WWW-Authenticate: Bearer")
    }),
    Row("redirect", |_, right| right.starts_with("HTTP/1.1 401"), |wrong| {
        wrong.starts_with("HTTP/1.1 302") && wrong.contains("\r\nLocation: /login\r\n")
    }),
    Row("crash", |name, right| invalid(right) && !sent::is_jwt(name), crashed),
    Row("crash-on-long", |name, _| ["long-token", "deep-payload"].contains(&name), crashed),
    Row("crash-on-deep", |name, _| name == "deep-payload", crashed),
    Row("token-echo", |name, right| invalid(right) || sent::MALFORMED.contains(&name), |wrong| {
        wrong.contains("The token ") && wrong.contains("is not good.") && wrong.contains(" realm=")
    }),
    Row("no-commas", |_, right| right.contains("\", error"), |wrong| {
        wrong.contains(r#"realm="demo" error="#) && wrong.contains(r#"" error_description="#)
    }),
    Row("wrong-scheme", |_, right| right.contains("WWW-Authenticate"), |wrong| {
        wrong.contains("WWW-Authenticate: Basic realm=")
    }),
    Row("no-error-code", |_, right| invalid(right), bare),
    Row("wrong-error-code", |_, right| invalid(right), |wrong| {
        wrong.starts_with("HTTP/1.1 401") && wrong.contains(r#"error="insufficient_scope""#)
    }),
    Row("public-cache", |name, right| reads(name) && ok(right), |wrong| {
        wrong.matches("Cache-Control").count() == 1 && wrong.contains("Cache-Control: public")
    }),
];

/// What a server lets in that reads the claims alone.
const FORGED: &[&str] = &[
    "alg-none",
    "alg-nOnE",
    "no-signature",
    "signature-flip",
    "payload-edit",
    "scope-raise",
    "other-key-hs256",
    "other-key-rs256",
    "other-key-es256",
    "embedded-key",
    "weak-secret",
    "empty-secret",
    "key-confusion-rs256",
    "key-confusion-es256",
    "zero-signature",
    "truncated-jwt",
    "unknown-user",
];

#[test]
fn each_flaw_differs_from_the_right_api_in_its_one_thing() {
    let sent = sent();
    let right: Vec<String> = sent.iter().map(|sent| answered(sent, "")).collect();
    let mut faults = Vec::new();
    for Row(flaw, differs, shows) in ROWS {
        let mut shown = 0;
        for (sent, right) in sent.iter().zip(&right) {
            let wrong = answered(sent, &format!("/flawed/{flaw}"));
            let expected = differs(sent.name, right);
            shown += usize::from(expected);
            if expected != (&wrong != right) || (expected && !shows(&wrong)) {
                faults.push(format!("{flaw}, {}: {wrong}", sent.name));
            }
        }
        assert!(shown > 0, "nothing shows {flaw}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_flaw_has_its_row_and_a_name_of_its_own() {
    let rows: Vec<&str> = ROWS.iter().map(|Row(flaw, ..)| *flaw).collect();
    let flaws: Vec<&str> = FLAWS.iter().map(|flaw| flaw.name).collect();
    assert_eq!(rows, flaws);
    assert_eq!(flaws.iter().collect::<BTreeSet<_>>().len(), flaws.len());
}

#[test]
fn the_page_about_enforcement_has_the_same_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/enforcement.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let below = page.split_once("## Known flaws").expect("the heading").1;
    let section = below.split("\n## ").next().expect("the section");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let columns = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let told: Vec<(String, String)> =
        columns.map(|c| (c[1].trim_matches('`').to_owned(), c[2].to_owned())).collect();
    let flaws = FLAWS.iter().map(|flaw| (flaw.name.to_owned(), flaw.says.to_owned()));
    assert_eq!(told, flaws.collect::<Vec<_>>());
}

#[test]
fn everything_that_is_right_is_answered_so_by_the_right_api() {
    for sent in sent() {
        let status = &answered(&sent, "")[9..12];
        assert_eq!(status, sent.status.to_string(), "{}", sent.name);
    }
}

#[test]
fn a_flaw_that_does_not_exist_has_no_orders() {
    for path in ["/flawed/nothing/orders", "/flawed//orders", "/flawed/alg-none/me", "/flawed/"] {
        let request = Request { method: "GET".into(), path: path.into(), ..Request::default() };
        assert_eq!(routes::answer(&request, &Api::new(routes::len())).status, 404, "{path}");
    }
}

#[test]
fn a_deletion_is_counted_where_it_arrives_and_where_it_takes_effect() {
    let api = Api::new(routes::len());
    for (flaw, removed) in [("forbidden", 0), ("any-token", 1), ("any-token", 1)] {
        let field = ("Authorization".to_owned(), "Bearer made-up".to_owned());
        let path = format!("/flawed/{flaw}/orders/1001");
        let request =
            Request { method: "DELETE".into(), path, fields: vec![field], ..Request::default() };
        let _ = routes::answer(&request, &api);
        assert_eq!(api.orders.removed(), removed, "{flaw}");
    }
    let arrived = |path| api.counts.of(routes::position("DELETE", path).expect(path));
    assert_eq!(arrived("/flawed/any-token/orders/{id}"), 2);
    assert_eq!(arrived("/flawed/forbidden/orders/{id}"), 1);
    assert_eq!(arrived("/orders/{id}"), 0);
}

/// The whole answer of a fresh API, without what differs from one API and moment to the next.
fn answered(sent: &Sent, before: &str) -> String {
    static CREATED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#""created_at":"[^"]*""#).expect("a regex"));
    let api = Api::new(routes::len());
    for token in [tokens::REVOCABLE, sent::revoked_jwt()] {
        api.tokens.revoke(token);
    }
    let request = sent.request(before);
    let mut out = Vec::new();
    let framing = Framing { date: "D", head_only: request.method == "HEAD", last: false };
    routes::answer(&request, &api).write_to(&mut out, framing);
    let text = String::from_utf8(out).expect("text");
    CREATED.replace_all(&text, "").replace(&format!("Location: {before}/o"), "Location: /o")
}

fn lists(name: &str) -> bool {
    reads(name) && !name.ends_with("order") && name != "head"
}

fn reads(name: &str) -> bool {
    !["post", "delete", "other-user-delete", "put", "method-override", "trailing-slash"]
        .iter()
        .any(|other| name.starts_with(other))
}

fn refused(right: &str) -> bool {
    right.contains("WWW-Authenticate") && !right.starts_with("HTTP/1.1 403")
}

fn invalid(right: &str) -> bool {
    right.contains(r#"error="invalid_token""#)
}

fn ok(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

fn let_in(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 20")
}

fn no_orders(answer: &str) -> bool {
    ok(answer) && answer.ends_with(r#"{"orders":[],"total":0}"#)
}

fn bare(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 401")
        && answer.contains("WWW-Authenticate: Bearer realm=\"demo\"\r")
}

fn crashed(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 500") && !answer.contains("WWW-Authenticate")
}
