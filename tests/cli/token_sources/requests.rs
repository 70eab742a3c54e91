//! What is sent for a token, and what is told when none comes back.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{sandbox, tests};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, Then, answer};

/// A server that answers `/token` with the given, and anything else with 200.
fn answering(status: u16, headers: &[(&str, &str)], body: &str) -> Server {
    let token = answer(status, headers, body);
    Server::start(move |request, stream| {
        let other = answer(200, &[], "{}");
        let bytes = if request.target.starts_with("/token") { &token } else { &other };
        let _ = stream.write_all(bytes);
        Then::Keep
    })
}

const GIVEN: &str = r#"{"access_token":"an-access-token","token_type":"bearer","expires_in":60}"#;

/// The request for a token that `source` makes, and the one that carries the token.
fn sent(source: &str) -> (Arrived, Arrived) {
    let server = answering(200, &[], GIVEN);
    let spec = format!(
        "headers: {{X-Gateway: g}}\nquery: {{q: 1}}\ntokens: {{a: {source}}}\nauth: a\n{}",
        tests(1, "request: GET /, expect: 200")
    );
    sandbox(&server, &spec).run(&["specs"]).expect_code(0);
    let [asked, with]: [Arrived; 2] = server.arrived().try_into().expect("two requests");
    (asked, with)
}

fn body(request: &Arrived) -> String {
    String::from_utf8(request.body.clone()).expect("UTF-8")
}

#[test]
fn each_grant_sends_its_parameters() {
    let post = "client_id: a client, client_secret: 's+1'";
    let basic = STANDARD.encode("a%20client:s%2B1");
    let in_form = "client_id=a%20client&client_secret=s%2B1";
    let access = "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token";
    let table = [
        (
            "grant: client_credentials, scope: a b, audience: orders".to_owned(),
            "grant_type=client_credentials&scope=a%20b&audience=orders".to_owned(),
        ),
        (
            "grant: password, username: al, password: a-password".to_owned(),
            "grant_type=password&username=al&password=a-password".to_owned(),
        ),
        (
            "grant: refresh_token, refresh_token: a-refresh-token".to_owned(),
            "grant_type=refresh_token&refresh_token=a-refresh-token".to_owned(),
        ),
        (
            "grant: token_exchange, subject_token: a-subject-token, resource: 'https://r.example/'"
                .to_owned(),
            format!(
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
                 &subject_token=a-subject-token&resource=https%3A%2F%2Fr.example%2F\
                 &subject_token_type={access}"
            ),
        ),
        (
            "grant: jwt_bearer, assertion: an-assertion".to_owned(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer\
             &assertion=an-assertion"
                .to_owned(),
        ),
    ];
    for (grant, form) in table {
        let source = format!("{{oauth2: {{{grant}, token_url: /token, {post}}}}}");
        let (asked, with) = sent(&source);
        assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/token"));
        assert_eq!(body(&asked), form);
        assert_eq!(asked.header("authorization"), Some(&*format!("Basic {basic}")));
        assert_eq!(asked.header("accept"), Some("application/json"));
        assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(asked.header("x-gateway"), None, "what goes to the API is not for it");
        assert_eq!(with.header("authorization"), Some("Bearer an-access-token"));
        let source =
            format!("{{oauth2: {{{grant}, token_url: /token, client_auth: post, {post}}}}}");
        let (asked, _) = sent(&source);
        assert_eq!(asked.header("authorization"), None);
        assert_eq!(body(&asked), format!("{form}&{in_form}"));
    }
    let public = "{oauth2: {grant: password, token_url: /token, client_id: c, username: u, \
                  password: a-password}}";
    let (asked, _) = sent(public);
    assert_eq!(body(&asked), "grant_type=password&username=u&password=a-password&client_id=c");
}

#[test]
fn an_assertion_is_signed_here() {
    let source = "{oauth2: {grant: jwt_bearer, token_url: /token, client_id: c, assertion: \
                  {jwt: {alg: HS256, key: a-signing-secret, claims: {iss: c}, headers: {kid: k}}}}}";
    let (asked, _) = sent(source);
    let form = body(&asked);
    let (_, assertion) = form.split_once("&assertion=").expect("an assertion");
    let parts: Vec<Value> = assertion
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], json!({"alg": "HS256", "typ": "JWT", "kid": "k"}));
    let times = ["exp", "iat"].map(|name| parts[1][name].as_u64().expect("a time"));
    assert_eq!(times[0] - times[1], 300);
}

#[test]
fn a_login_sends_what_every_request_of_the_spec_sends() {
    let source =
        "{login: {request: PUT /token, form: {user: al, pin: 123456}, token: $.access_token}}";
    let (asked, with) = sent(source);
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("PUT", "/token?q=1"));
    assert_eq!(body(&asked), "user=al&pin=123456");
    assert_eq!(asked.header("x-gateway"), Some("g"));
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(with.header("authorization"), Some("Bearer an-access-token"));
}

#[test]
fn a_login_has_headers_a_query_and_a_credential_of_its_own() {
    let login = |more: &str| {
        let source = format!(
            "{{login: {{request: POST /token, json: {{}}, token: $.access_token, {more}}}}}"
        );
        let (asked, with) = sent(&source);
        assert_eq!(with.header("authorization"), Some("Bearer an-access-token"));
        assert_eq!((with.target.as_str(), with.header("x-gateway")), ("/?q=1", Some("g")));
        asked
    };
    let own = login("headers: {x-gateway: h, X-Tenant: [a, b]}, query: {q: 2, tenant: a b}");
    assert_eq!(own.target, "/token?q=2&tenant=a%20b");
    let tenants = own.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-tenant"));
    assert_eq!(tenants.map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(own.header("x-gateway"), Some("h"));
    assert_eq!(own.header("content-type"), Some("application/json"));
    let less = login("headers: {X-Gateway: null}, query: {q: null}");
    assert_eq!((less.target.as_str(), less.header("x-gateway")), ("/token", None));
    let basic = login("auth: {basic: {username: an app, password: its-password}}");
    let pair = STANDARD.encode("an app:its-password");
    assert_eq!(basic.header("authorization"), Some(&*format!("Basic {pair}")));
    let key = login("auth: {header: {X-Api-Key: the-key-of-an-app}}");
    assert_eq!(key.header("x-api-key"), Some("the-key-of-an-app"));
    assert_eq!(key.header("authorization"), None);
    let bearer = login("auth: {bearer: the-token-of-an-app}");
    assert_eq!(bearer.header("authorization"), Some("Bearer the-token-of-an-app"));
    assert_eq!(login("auth: none").header("authorization"), None);
}

#[test]
fn the_credential_of_a_login_is_shown_nowhere() {
    let secret = "its-password-77";
    for auth in [
        format!("{{basic: {{username: app, password: {secret}}}}}"),
        format!("{{header: {{X-Api-Key: {secret}}}}}"),
        format!("{{bearer: {secret}}}"),
    ] {
        let server = Server::start(move |request, stream| {
            let sent = request.headers.iter().map(|(_, value)| value.as_str());
            let sent = sent.collect::<Vec<_>>().join(" ");
            let _ = stream.write_all(&answer(403, &[], &json!({"error": sent}).to_string()));
            Then::Keep
        });
        let source = format!("{{login: {{request: POST /token, token: $.t, auth: {auth}}}}}");
        let spec = format!(
            "tokens: {{a: {source}}}\nauth: a\n{}",
            tests(1, "request: GET /, expect: 200")
        );
        let ended = sandbox(&server, &spec).run(&["specs", "--verbose"]).expect_code(1);
        let told = format!("{}{}", ended.stdout, ended.stderr);
        assert!(told.contains("answered 403"), "{told}");
        let pair = STANDARD.encode(format!("app:{secret}"));
        assert!(!told.contains(secret) && !told.contains(&pair), "{told}");
    }
}

#[test]
fn a_refresh_token_is_followed_by_the_next_one() {
    let server = Server::start(|request, stream| {
        let refused = request.header("authorization") == Some("Bearer access-of-first-refresh");
        let text = match request.target.as_str() {
            "/token" => {
                let form = String::from_utf8_lossy(&request.body).into_owned();
                let refresh = form.split("refresh_token=").last().unwrap_or_default();
                let refresh = refresh.split('&').next().unwrap_or_default();
                let body = json!({
                    "access_token": format!("access-of-{refresh}"),
                    "refresh_token": format!("next-after-{refresh}"),
                });
                answer(200, &[], &body.to_string())
            }
            _ if refused => answer(401, &[], ""),
            _ => answer(200, &[], ""),
        };
        let _ = stream.write_all(&text);
        Then::Keep
    });
    let spec = "tokens: {a: {oauth2: {grant: refresh_token, token_url: /token, client_id: c, \
                refresh_token: first-refresh}}}\nauth: a\n";
    let spec = spec.to_owned() + &tests(1, "request: GET /, expect: 200");
    sandbox(&server, &spec).run(&["specs"]).expect_code(0);
    let last = server.arrived().pop().expect("a request");
    assert_eq!(last.header("authorization"), Some("Bearer access-of-next-after-first-refresh"));
}

#[test]
fn github_is_asked_with_the_token_of_the_job() {
    let server = answering(200, &[], r#"{"count":1,"value":"an-id-token"}"#);
    let spec = "tokens: {a: {github_oidc: {audience: 'https://orders.example'}}}\nauth: a\n";
    let spec = spec.to_owned() + &tests(1, "request: GET /, expect: 200");
    let url = format!("{}/token?version=2", server.url());
    let sandbox = Sandbox::new()
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &url)
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "token-of-the-job")
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/a.yaml", spec);
    sandbox.run(&["specs"]).expect_code(0);
    let [asked, with]: [Arrived; 2] = server.arrived().try_into().expect("two requests");
    assert_eq!(asked.target, "/token?version=2&audience=https%3A%2F%2Forders.example");
    assert_eq!(asked.header("authorization"), Some("Bearer token-of-the-job"));
    assert_eq!(with.header("authorization"), Some("Bearer an-id-token"));
}

/// A source, the answer that it gets, and what is told of that.
type Case<'c> = (&'c str, u16, &'c [(&'c str, &'c str)], &'c str, &'c str);

#[test]
fn a_source_that_gives_no_token_says_why() {
    const LOGIN: &str =
        "{login: {request: POST /token, json: {password: pw-of-alice-81}, token: $.access_token}}";
    const OAUTH: &str = "{oauth2: {grant: client_credentials, token_url: /token, client_id: c, \
                         client_secret: secret-of-client}}";
    const TIMED: &str =
        "{login: {request: POST /token, token: $.access_token, expires_in: $.expires}}";
    let location = [("Location", "/elsewhere")];
    let table: [Case; 10] = [
        (
            LOGIN,
            401,
            &[],
            r#"{"error":"denied","message":"pw-of-alice-81 is wrong"}"#,
            "the login of token `a`: POST <url>/token answered 401: denied: *** is wrong",
        ),
        (
            LOGIN,
            500,
            &[],
            "broken\nat line 1",
            "the login of token `a`: POST <url>/token answered 500: broken",
        ),
        (
            LOGIN,
            302,
            &location,
            "",
            "the login of token `a`: POST <url>/token answered 302 (redirects are not followed)",
        ),
        (
            LOGIN,
            200,
            &[],
            "<html>",
            "the login of token `a`: POST <url>/token answered 200, and its body is not JSON",
        ),
        (
            LOGIN,
            200,
            &[],
            r#"{"token":"x"}"#,
            "the login of token `a`: POST <url>/token answered 200, and has nothing at $.access_token",
        ),
        (
            LOGIN,
            200,
            &[],
            r#"{"access_token":1}"#,
            "the login of token `a`: POST <url>/token answered 200, and has what is no text at $.access_token",
        ),
        (LOGIN, 200, &[], r#"{"access_token":" "}"#, "the source of token `a` gave an empty token"),
        (
            TIMED,
            200,
            &[],
            r#"{"access_token":"an-access-token"}"#,
            "the login of token `a`: POST <url>/token has no number of seconds at $.expires",
        ),
        (
            OAUTH,
            400,
            &[],
            r#"{"error":"invalid_client","error_description":"not secret-of-client"}"#,
            "the oauth2 of token `a`: POST <url>/token answered 400: invalid_client: not ***",
        ),
        (
            OAUTH,
            200,
            &[],
            r#"{"access_token":"an-access-token","token_type":"DPoP"}"#,
            "the oauth2 of token `a`: POST <url>/token gave a token of the type `DPoP`, not Bearer",
        ),
    ];
    for (source, status, headers, answer, message) in table {
        let server = answering(status, headers, answer);
        let spec = format!(
            "tokens: {{a: {source}}}\nauth: a\n{}",
            tests(2, "request: GET /, expect: 200")
        );
        let ended = sandbox(&server, &spec).run(&["specs"]).expect_code(1);
        let message = message.replace("<url>", &server.url());
        assert!(ended.stdout.contains(&message), "wanted: {message}\n{}", ended.stdout);
        assert!(ended.stdout.contains(": 0 passed, 2 errored"), "{}", ended.stdout);
        assert_eq!(server.arrived().len(), 1, "{message}");
    }
}

#[test]
fn a_login_does_not_go_unencrypted_beyond_this_machine() {
    let sources = [
        "{login: {request: POST http://192.0.2.1/token, json: {password: pw-of-alice-81}, token: $.t}}",
        "{oauth2: {grant: client_credentials, token_url: http://192.0.2.1/t, client_id: c, client_secret: secret-of-client, client_auth: post}}",
    ];
    for source in sources {
        let server = Server::answering(200, &[], "{}");
        let spec = format!(
            "tokens: {{a: {source}}}\nauth: a\n{}",
            tests(1, "request: GET /, expect: 200")
        );
        let ended = sandbox(&server, &spec).run(&["specs"]).expect_code(1);
        let message = "a credential is not sent unencrypted to 192.0.2.1:80";
        assert!(ended.stdout.contains(message), "{}", ended.stdout);
        assert_eq!(server.arrived().len(), 0);
    }
}

#[test]
fn a_signed_token_has_its_times_and_what_is_written_wins() {
    let server = Server::answering(200, &[], "{}");
    let spec = "
tokens:
  a: {jwt: {alg: HS256, key: a-signing-secret, claims: {sub: al, n: 1.50}, expires_in: 2m}}
  b: {jwt: {alg: HS512, key: {file: key.txt}, claims: {exp: 1, iat: null}, headers: {typ: at+jwt}}}
tests:
  - {name: a, request: GET /, auth: a, expect: 200}
  - {name: b, request: GET /, auth: b, expect: 200}
";
    let sandbox = sandbox(&server, spec).file("specs/key.txt", "a-secret-in-a-file\n");
    sandbox.run(&["specs", "--jobs", "1"]).expect_code(0);
    let parts = |request: &Arrived| -> Vec<String> {
        let token = request.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
        let decoded = |part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        token.split('.').take(2).map(decoded).collect()
    };
    let arrived = server.arrived();
    let (a, b) = (parts(&arrived[0]), parts(&arrived[1]));
    assert_eq!(a[0], r#"{"alg":"HS256","typ":"JWT"}"#);
    assert!(a[1].starts_with(r#"{"sub":"al","n":1.50,"iat":"#), "{}", a[1]);
    let times: Value = serde_json::from_str(&a[1]).unwrap();
    assert_eq!(times["exp"].as_u64().unwrap() - times["iat"].as_u64().unwrap(), 120);
    assert_eq!(b, [r#"{"alg":"HS512","typ":"at+jwt"}"#, r#"{"exp":1}"#]);
}
