//! When a token is renewed, by a clock that the test holds.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Means, TokenStore};
use crate::auth::jwt::Jws;
use crate::http::message::{Connections, Request, Response, TransportError, TransportErrorKind};
use crate::http::url::Target;
use crate::plan::Plan;
use crate::plan::expand::expand;
use crate::plan::scope::Inputs;
use crate::run::request::bearer;
use crate::run::stop::Stop;
use crate::secret::{Redactor, Secret};
use crate::source::Source;
use crate::suite;
use crate::template::Bindings;

const START: u64 = 1_800_000_000;

/// The plan of a spec with one token.
fn plan(token: &str) -> Plan {
    let text = format!(
        "base_url: http://127.0.0.1\ntokens: {{a: {token}}}\nauth: a\n\
         tests:\n  - {{name: a, request: GET /, expect: 200}}\n"
    );
    let source = Arc::new(Source::new("a.yaml", text));
    let (suite, faults) = suite::parse(&source);
    let file = expand(&source, suite.as_ref(), faults, None, &Inputs::default());
    assert!(!file.is_invalid(), "{:?}", file.diagnostics);
    Plan::merge(vec![file])
}

/// Asks for the one token of a plan at each of the times, and gives what it was: answers are taken
/// from `answer` by their number.
fn at_times(
    token: &str,
    times: &[u64],
    answer: impl Fn(usize) -> Result<Response, TransportError> + Sync,
) -> Vec<Result<String, String>> {
    let now = AtomicU64::new(0);
    with_store(token, &now, answer, |store| {
        let at = |time: &u64| {
            now.store(*time, Ordering::Relaxed);
            store.get(0, 0, Duration::ZERO).map(|token| token.expose().to_owned())
        };
        times.iter().map(at).collect()
    })
}

fn with_store<T>(
    token: &str,
    now: &AtomicU64,
    answer: impl Fn(usize) -> Result<Response, TransportError> + Sync,
    work: impl FnOnce(&TokenStore) -> T,
) -> T {
    let plan = plan(token);
    let (redactor, bindings, stop) = (Redactor::default(), Bindings::default(), Stop::default());
    let asked = Mutex::new(0);
    let transport = |_: usize, _: &Request| {
        let mut asked = asked.lock().expect("no panic");
        *asked += 1;
        answer(*asked)
    };
    let means = Means {
        redactor: &redactor,
        bindings: &bindings,
        stop: &stop,
        transport: &transport,
        clock: &|| Duration::from_secs(START + now.load(Ordering::Relaxed)),
        project: Path::new("."),
    };
    work(&TokenStore::new(&plan, means))
}

fn response(body: String) -> Result<Response, TransportError> {
    let (headers, elapsed) = (Vec::new(), Duration::ZERO);
    Ok(Response {
        status: 200,
        headers,
        body: body.into_bytes(),
        elapsed,
        url: String::new(),
        withheld: None,
        hops: Vec::new(),
    })
}

const LOGIN: &str = "{login: {request: POST /login, token: $.t}}";

/// The number of the token at each time, when each is good for `expires_in`.
fn numbers(source: &str, expires_in: &str, times: &[u64]) -> Vec<String> {
    let answer = |number| response(format!(r#"{{"t":"{number}","expires_in":{expires_in}}}"#));
    at_times(source, times, answer).into_iter().map(|token| token.expect("a token")).collect()
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    // A minute before its end, or a fifth of its time if that is less.
    assert_eq!(numbers(LOGIN, "3600", &[0, 3539, 3540, 7079, 7080]), ["1", "1", "2", "2", "3"]);
    assert_eq!(numbers(LOGIN, "\"100\"", &[0, 79, 80, 81]), ["1", "1", "2", "2"]);
    assert_eq!(numbers(LOGIN, "0.5", &[0, 1]), ["1", "2"]);
}

#[test]
fn a_token_that_must_last_is_renewed_earlier() {
    for (lifetime, late, last) in
        [(3600, 3480, "2"), (3600, 3479, "1"), (100, 50, "2"), (100, 49, "1")]
    {
        let now = AtomicU64::new(0);
        let answer = |number| response(format!(r#"{{"t":"{number}","expires_in":{lifetime}}}"#));
        with_store(LOGIN, &now, answer, |store| {
            let least = Duration::from_secs(120);
            assert_eq!(store.get(0, 0, least).expect("a token").expose(), "1");
            now.store(late, Ordering::Relaxed);
            assert_eq!(store.get(0, 0, least).expect("a token").expose(), last);
        });
    }
}

#[test]
fn a_token_of_no_known_end_is_kept() {
    for unknown in ["null", "0", "-5", "\"soon\"", "1e300", "[]"] {
        assert_eq!(numbers(LOGIN, unknown, &[0, 1 << 30]), ["1", "1"], "{unknown}");
    }
}

#[test]
fn a_jwt_says_itself_when_it_expires() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let jwt = |number: usize| {
        let claims = format!(r#"{{"n":{number},"exp":{}}}"#, START + 1000);
        format!("eyJhbGciOiJIUzI1NiJ9.{}.AA", URL_SAFE_NO_PAD.encode(claims))
    };
    let tokens =
        at_times(LOGIN, &[0, 939, 940], |number| response(format!(r#"{{"t":"{}"}}"#, jwt(number))));
    assert_eq!(tokens, [Ok(jwt(1)), Ok(jwt(1)), Ok(jwt(2))]);
}

#[test]
fn a_signed_token_is_signed_again_before_it_expires() {
    let source = "{jwt: {alg: HS256, key: a-signing-secret, claims: {sub: al}, expires_in: 100s}}";
    let tokens = at_times(source, &[0, 79, 80], |_| unreachable!("nothing is sent"));
    let claims: Vec<String> = tokens
        .into_iter()
        .map(|token| Jws::parse(&token.expect("a token")).unwrap().claims_json().unwrap())
        .collect();
    let claims_at =
        |at: u64| format!(r#"{{"sub":"al","iat":{},"exp":{}}}"#, START + at, START + at + 100);
    assert_eq!(claims, [claims_at(0), claims_at(0), claims_at(80)]);
}

#[test]
fn a_source_that_failed_is_not_asked_again() {
    let failed = at_times(LOGIN, &[0, 1, 1 << 30], |number| {
        assert_eq!(number, 1);
        let (kind, message) = (TransportErrorKind::Connect, "no connection".to_owned());
        Err(TransportError { kind, message, hops: Vec::new(), status: None })
    });
    let reason = "the login of token `a`: no connection";
    assert!(
        failed.iter().all(|token| token.as_ref().is_err_and(|why| why == reason)),
        "{failed:?}"
    );
}

#[test]
fn a_token_that_was_accepted_may_be_renewed_after_the_next_refusal() {
    let answer = |number| response(format!(r#"{{"t":"token-{number}"}}"#));
    with_store(LOGIN, &AtomicU64::new(0), answer, |store| {
        let request = |token: &str| Request {
            method: "GET".into(),
            target: Target::parse("http://127.0.0.1/").expect("a URL"),
            headers: vec![bearer(&Secret::new(token))],
            body: None,
            timeout: Duration::from_secs(1),
            follow_redirects: 0,
            allow_plain_http: false,
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
            connections: Connections::Shared,
            route: std::sync::Arc::default(),
        };
        let refused = |token: &str| -> Option<String> {
            let renewed = store.renewed(0, 0, &request(token)).expect("a token");
            renewed.map(|request| request.headers[0].value.clone())
        };
        assert_eq!(store.get(0, 0, Duration::ZERO).expect("a token").expose(), "token-1");
        store.accepted(0);
        assert_eq!(refused("token-1").as_deref(), Some("Bearer token-2"));
        assert_eq!(refused("token-1").as_deref(), Some("Bearer token-2"), "the same for all");
        assert_eq!(refused("token-2"), None, "no API ever took it");
        store.accepted(0);
        assert_eq!(refused("token-2").as_deref(), Some("Bearer token-3"));
        assert_eq!(store.get(0, 0, Duration::ZERO).expect("a token").expose(), "token-3");
    });
}
