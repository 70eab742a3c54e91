//! Secrets that a request carries elsewhere than in its credential.

use std::io::Write;

use super::canary::{CANARY, PLAIN, hidden_in_all};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer};

#[test]
fn a_password_in_a_request_is_hidden_as_one_of_auth_is() {
    let server = Server::start(|request, stream| {
        let _ = stream.write_all(&answer(500, &[], &String::from_utf8_lossy(&request.body)));
        Then::Keep
    });
    let case = |name: &str, request: &str| {
        format!("  - {{name: {name}, request: POST /login, {request}, expect: 200}}\n")
    };
    let spec = format!(
        "base_url: {}\nvars: {{v: '${{env.CANARY}}'}}\ntests:\n{}{}{}{}",
        server.url(),
        case("json", "json: {user: al, deep: [{Password: '${v}', id: 1}]}"),
        case("sole", "json: '${all}', vars: {all: {client_secret: '${v}'}}"),
        case("form", "form: {user: al, password: ['${v}']}"),
        case("query", "query: {access_token: '${v}'}"),
    );
    let sandbox = Sandbox::new().env("CANARY", CANARY).file("specs/a.yaml", spec);
    let ended = sandbox.run(&["specs", "-v", "--junit", "out/junit.xml"]).expect_code(1);
    hidden_in_all(CANARY, &sandbox, &ended, "a password in a request");
    assert!(ended.stdout.contains(": 0 passed, 4 failed"), "{}", ended.stdout);
}

#[test]
fn a_token_in_the_name_of_a_header_is_hidden_though_it_comes_in_lower_case() {
    for secret in [PLAIN, "ShortSecret"] {
        let secret = secret.replace('.', "-");
        let header = format!("X-{secret}");
        let server = Server::answering(500, &[(&header, "1")], "");
        let spec = format!(
            "base_url: {}\ntests:\n  - {{name: a, request: GET /, auth: {{bearer: {secret}}}, \
             expect: 200}}\n",
            server.url()
        );
        let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
        let lower = secret.to_ascii_lowercase();
        assert!(!ended.stdout.contains(&lower), "{}", ended.stdout);
        assert!(ended.stdout.contains("x-***: 1"), "{}", ended.stdout);
    }
}

#[test]
fn a_password_in_a_url_is_hidden_where_it_is_refused() {
    let test =
        "tests:\n  - {name: a, request: GET http://al:hunter2-secret@127.0.0.1/, expect: 200}\n";
    let ended = Sandbox::new().file("a.yaml", test).run(&["a.yaml"]).expect_code(2);
    assert!(ended.stderr.contains("GET http://al:***@127.0.0.1/"), "{}", ended.stderr);
    assert!(!format!("{}{}", ended.stderr, ended.stdout).contains("hunter2"));
}

#[test]
fn what_the_end_of_a_long_text_leaves_of_a_secret_is_not_shown() {
    let secret = "Short-1-Secret";
    let server = Server::start(move |request, stream| {
        // The length of the path moves the place where the text is cut.
        let padding = request.target.trim_start_matches('/');
        let body = format!("{padding}{}", secret.repeat(6000));
        let _ = stream.write_all(&answer(500, &[], &body));
        Then::Keep
    });
    let case = |length: usize| {
        let path = "-".repeat(length);
        format!("  - {{name: n{length}, request: GET /{path}, expect: {{status: 200, body: x}}}}\n")
    };
    let spec = format!(
        "base_url: {}\nauth: {{bearer: {secret}}}\ntests:\n{}",
        server.url(),
        (0..secret.len()).map(case).collect::<String>()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit=out.xml"]).expect_code(1);
    for text in [ended.stdout, sandbox.read("out.xml")] {
        assert!(!text.contains("Short"), "{text}");
    }
}

/// What is shown around a place is cut after secrets were taken out, not before.
#[test]
fn the_edges_of_what_is_shown_hold_no_piece_of_a_secret() {
    let secret = "Short-1-Secret";
    let server = Server::start(move |request, stream| {
        let begin = "-".repeat(50);
        let _ = match request.target.as_str() {
            "/text" => stream.write_all(&answer(200, &[], &format!("{begin}x{secret}, and more"))),
            // The words of what is no HTTP.
            length => {
                let length = length[1..].parse().expect("a length");
                stream.write_all(format!("-{}{secret}\n", "-".repeat(length)).as_bytes())
            }
        };
        Then::Close
    });
    let begin = "-".repeat(50);
    let case = |i: usize| format!("  - {{name: n{i}, request: GET /{i}, expect: 200}}\n");
    let spec = format!(
        "base_url: {}\nauth: {{bearer: {secret}}}\ntests:\n  - {{name: text, request: GET /text, \
         expect: {{body: '{begin}y and something else'}}}}\n{}",
        server.url(),
        (30..50).map(case).collect::<String>()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit=out.xml"]).expect_code(1);
    let note =
        r#"they differ first at character 51: expected "…-------y and s…", got "…-------x***…""#;
    assert!(ended.stdout.contains(note), "{}", ended.stdout);
    assert!(ended.stdout.contains("it begins with \"--"), "{}", ended.stdout);
    for text in [ended.stdout, sandbox.read("out.xml")] {
        assert!(!text.contains("Short"), "{text}");
    }
}

#[test]
fn a_token_that_an_answer_gives_is_hidden_in_what_is_told_of_it() {
    let server = Server::start(|request, stream| {
        let (json, form) = (format!(r#"{{"access_token":"{PLAIN}","n":1}}"#), "application/json");
        let location = format!("/cb#id_token={PLAIN}&state=1");
        let _ = stream.write_all(&match request.target.as_str() {
            "/login" => answer(200, &[("Content-Type", form)], &json),
            "/cut" => answer(200, &[], &json[..json.len() - 10]),
            _ => answer(302, &[("Location", &location)], ""),
        });
        Then::Keep
    });
    let case = |name: &str, path: &str, expect: &str| {
        format!("  - {{name: {name}, request: POST /{path}, expect: {expect}}}\n")
    };
    let spec = format!(
        "base_url: {}\ntests:\n{}{}{}{}{}",
        server.url(),
        case("passes", "login", "200"),
        case("fails", "login", "{json: {$.access_token: another, $.n: 2}}"),
        case("differs", "login", "{json: {$: {equals: {access_token: another, n: 1}}}}"),
        case("cut", "cut", "{json: {$.access_token: another}}"),
        case("leads on", "away", "200"),
    );
    let sandbox = Sandbox::new().file("specs/a.yaml", spec);
    for option in ["-v", "--color=never"] {
        let ended = sandbox.run(&["specs", option, "--junit", "out/junit.xml"]).expect_code(1);
        hidden_in_all(PLAIN, &sandbox, &ended, "a token in an answer");
        assert!(ended.stdout.contains(": 1 passed, 4 failed"), "{}", ended.stdout);
        let told = r#""access_token":"***""#;
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
    }
}
