//! What a token is asked for with, and all that comes back, stands in no output.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::canary::{CANARY, hidden_in_all, hides};
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, answer, reply};

/// Ways to ask for a token with the secret `${env.CANARY}`, which all send it.
const SOURCES: [(&str, &str); 9] = [
    (
        "login, json",
        "login: {request: POST /token, json: {user: al, password: \"${env.CANARY}\"}, token: $.access_token}",
    ),
    (
        "login, form",
        "login: {request: POST /token, form: {user: al, passphrase: \"${env.CANARY}\"}, token: $.access_token}",
    ),
    (
        "client by basic",
        "oauth2: {grant: client_credentials, token_url: /token, client_id: c, client_secret: \"${env.CANARY}\"}",
    ),
    (
        "client by post",
        "oauth2: {grant: client_credentials, token_url: /token, client_id: c, client_auth: post, client_secret: \"${env.CANARY}\"}",
    ),
    (
        "password",
        "oauth2: {grant: password, token_url: /token, client_id: c, username: al, password: \"${env.CANARY}\"}",
    ),
    (
        "refresh token",
        "oauth2: {grant: refresh_token, token_url: /token, client_id: c, refresh_token: \"${env.CANARY}\"}",
    ),
    (
        "exchange",
        "oauth2: {grant: token_exchange, token_url: /token, client_id: c, subject_token: \"${env.CANARY}\", actor_token: \"${env.CANARY}\"}",
    ),
    (
        "assertion",
        "oauth2: {grant: jwt_bearer, token_url: /token, client_id: c, assertion: \"${env.CANARY}\"}",
    ),
    ("github", "github_oidc: {audience: api}"),
];

/// Tokens of a source: one to use, and two that come with it.
const GIVEN: [&str; 3] =
    ["an-access-token-0815-4711", "a-refresh-token-0816-4712", "an-id-token-0817-4713"];

fn run(source: &str, server: &Server) -> (Sandbox, Ended) {
    let spec = format!(
        "base_url: {}\ntokens: {{a: {{{source}}}}}\nauth: a\ntests:\n\
         \x20 - {{name: a, request: GET /echo, expect: {{status: 201, body: x}}}}\n\
         \x20 - {{name: b, request: GET /echo, expect: {{status: 401, body: x}}}}\n",
        server.url()
    );
    let sandbox = Sandbox::new()
        .env("CANARY", CANARY)
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/token?a=b", server.url()))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY)
        .file("specs/key.txt", CANARY)
        .file("specs/a.yaml", spec);
    let ended = sandbox.run(&["specs", "-v", "--junit", "out/junit.xml"]).expect_code(1);
    (sandbox, ended)
}

/// All that reached a server, as a server repeats it that shows too much.
fn repeated(request: &Arrived) -> String {
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let headers: String = headers.collect();
    format!("{} {headers}{}", request.target, String::from_utf8_lossy(&request.body))
}

#[test]
fn no_secret_of_a_source_that_refuses_is_shown() {
    let server = Server::start(|request, stream| {
        let body = serde_json::json!({ "error": repeated(request), "message": CANARY });
        reply(stream, &answer(400, &[], &body.to_string()))
    });
    for (name, source) in SOURCES {
        let (sandbox, ended) = run(source, &server);
        hidden_in_all(CANARY, &sandbox, &ended, name);
        assert!(ended.stdout.contains("/token answered 400: "), "{name}: {}", ended.stdout);
        assert!(ended.stdout.contains(": 0 passed, 2 errored"), "{name}: {}", ended.stdout);
    }
}

#[test]
fn no_secret_and_no_token_of_a_source_is_shown_when_the_api_repeats_them() {
    for (name, source) in SOURCES {
        let server = Server::start(|request, stream| {
            let [access, refresh, id] = GIVEN;
            let more = serde_json::json!({"refresh_token": refresh, "id_token": id});
            let mut given = serde_json::json!({"access_token": access, "value": access});
            given["more"] = more;
            let echo = format!("{} {CANARY} {GIVEN:?}", repeated(request));
            match request.target.starts_with("/token") {
                true => reply(stream, &answer(200, &[], &given.to_string())),
                false => reply(stream, &answer(401, &[("X-Echo", access)], &echo)),
            }
        });
        let (sandbox, ended) = run(source, &server);
        hidden_in_all(CANARY, &sandbox, &ended, name);
        GIVEN.iter().for_each(|token| hidden_in_all(token, &sandbox, &ended, name));
        assert!(ended.stdout.contains(": 0 passed, 2 failed"), "{name}: {}", ended.stdout);
        assert!(ended.stdout.contains("***"), "{name}: {}", ended.stdout);
    }
}

#[test]
fn neither_the_key_nor_the_claims_of_a_signed_token_are_shown() {
    let sources = [
        "jwt: {alg: HS256, key: \"${env.CANARY}\", claims: {sub: al, session: session-of-alice-0815}}",
        "jwt: {alg: HS256, key: {file: key.txt}, claims: {sub: al, session: session-of-alice-0815}}",
    ];
    for source in sources {
        let server = Server::start(|request, stream| {
            let token = request.header("authorization").unwrap_or_default();
            let claims = token.split('.').nth(1).and_then(|p| URL_SAFE_NO_PAD.decode(p).ok());
            let claims = String::from_utf8(claims.unwrap_or_default()).unwrap_or_default();
            reply(stream, &answer(401, &[], &format!("{token} {claims} {CANARY}")))
        });
        let (sandbox, ended) = run(source, &server);
        hidden_in_all(CANARY, &sandbox, &ended, source);
        let token = server.arrived()[0].header("authorization").unwrap().to_owned();
        hides(&token["Bearer ".len()..], &ended.stdout, source);
        // The spec itself shows what it has written out.
        let found = ended.stdout.matches("session-of-alice-0815").count();
        assert_eq!(found, 0, "{}", ended.stdout);
    }
}

#[test]
fn a_fault_of_a_source_does_not_show_its_secret() {
    let secret = CANARY.replace('"', "'").replace(['\\', '#', '%'], "+");
    let sources = [
        format!("jwt: {{alg: RS256, key: \"{secret}\", claims: {{}}}}"),
        format!("jwt: {{alg: HS257, key: \"{secret}\", claims: {{}}}}"),
        format!("jwt: {{alg: HS256, kye: \"{secret}\", claims: {{}}}}"),
        format!("oauth2: {{grant: jwt_bearer, assertion: \"{secret}\"}}"),
        format!("oauth2: {{grant: token_exchange, actor_token: \"{secret}\"}}"),
        format!("login: {{request: POST /login, json: {{password: \"{secret}\"}}}}"),
    ];
    for source in sources {
        let spec = format!(
            "tokens: {{a: {{{source}}}}}\nauth: a\ntests:\n\
             \x20 - {{name: a, request: GET http://127.0.0.1:1/, expect: 200}}\n"
        );
        let sandbox = Sandbox::new().file("specs/a.yaml", spec);
        let ended = sandbox.run(&["specs", "--junit", "out/junit.xml"]).expect_code(2);
        hidden_in_all(&secret, &sandbox, &ended, &source);
        assert!(ended.stderr.contains("specs/a.yaml:1:"), "{}", ended.stderr);
    }
}
