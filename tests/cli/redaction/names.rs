//! Secrets that are known by the names they are sent under, wherever those stand.

use super::canary::hides;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};

const SECRET: &str = "canary-of-a-name-0815-4711";

/// Runs a spec against a server that says nothing and one port where nobody listens; all that was
/// told.
#[track_caller]
fn told(tests: &str, code: i32) -> (String, Ended) {
    let server = Server::start(|request, stream| {
        let body = match request.target.as_str() {
            "/login" => format!(r#"{{"thing": "{SECRET}", "words": ["on", "red", "{SECRET}"]}}"#),
            _ => r#"{"it": "on and red"}"#.to_owned(),
        };
        reply(stream, &answer(200, &[("Content-Type", "application/json")], &body))
    });
    let spec = format!("base_url: {}\n{tests}", server.url());
    let sandbox = Sandbox::new()
        .env("SECRET", SECRET)
        .file("specs/a.yaml", spec)
        .file("specs/secret.txt", format!("{SECRET}\n"));
    let reports = ["specs", "--jobs=1", "--junit=j.xml", "--report=json=r.jsonl"];
    let loud = sandbox.run(&[&reports[..], &["-v"]].concat()).expect_code(code);
    let quiet = sandbox.run(&reports).expect_code(code);
    let files = [sandbox.read("j.xml"), sandbox.read("r.jsonl")];
    let all = [&loud.stdout, &loud.stderr, &quiet.stdout, &quiet.stderr, &files[0], &files[1]];
    (all.map(String::as_str).join("\n"), loud)
}

#[test]
fn what_is_sent_under_the_name_of_a_secret_is_one() {
    let requests = [
        "request: POST /, body: '{\"user\": \"al\", \"password\": \"${env.SECRET}\"}'".to_owned(),
        "request: POST /, body: 'user=al&token=${env.SECRET}'".to_owned(),
        format!("vars: {{v: {SECRET}}}, request: \"GET /?access_token=${{v}}\""),
        format!("request: GET /?client_secret={SECRET}&x=1"),
        format!("request: GET /?x=1&api_key={SECRET}"),
        format!("request: GET /, query: {{token: {SECRET}}}"),
        format!("request: POST /, json: {{a: [{{secret: {SECRET}}}]}}"),
        format!("request: POST /, form: {{passwd: {SECRET}}}"),
        format!("request: POST /, multipart: {{pwd: {SECRET}}}"),
        format!("request: GET /, headers: {{X-Auth-Token: {SECRET}}}"),
    ];
    for request in requests {
        for url in ["", "base_url: http://127.0.0.1:1, "] {
            let test = format!("{{name: a, {url}{request}, expect: 500}}");
            let (all, ended) = told(&format!("tests: [{test}]\n"), 1);
            hides(SECRET, &all, &request);
            assert!(ended.stdout.contains("***"), "{request}: {}", ended.stdout);
        }
    }
}

#[test]
fn a_word_under_a_common_name_is_none() {
    let (all, _) = told(
        "tests: [{name: a, request: 'GET /?token=on', json: {secret: red}, expect: {json: {$.it: x}}}]\n",
        1,
    );
    assert!(all.contains("on and red") && !all.contains("***"), "{all}");
}

#[test]
fn the_file_of_a_secret_part_is_one() {
    let tests = format!(
        "tests:\n  - {{name: a, request: POST /, multipart: {{password: {{file: secret.txt}}}}, expect: 200}}\n\
         \x20 - {{name: b, request: POST /, headers: {{X-Note: {SECRET}}}, expect: 500}}\n"
    );
    let (all, _) = told(&tests, 1);
    hides(SECRET, &all, "a file");
}

#[test]
fn what_is_captured_is_secret_before_it_is_a_credential() {
    let login = "{request: POST /login, capture: {thing: $.thing}}";
    let note = "request: \"GET /?x=${thing}\", headers: {X-Note: \"${thing}\"}";
    let uses = [
        "auth: {bearer: \"${thing}\"}, request: GET /",
        "auth: {header: {X-Key: \"Token ${thing}\"}}, request: GET /",
        "request: \"GET /?api_key=${thing}\"",
        "request: POST /, body: '{\"password\": \"${thing}\"}'",
        "request: POST /, json: {token: \"${thing}\"}",
    ];
    for used in uses {
        let own = format!(
            "tests:\n  - name: a\n    steps: [{login}, {{{note}, expect: 500}}, {{{used}}}]\n"
        );
        let (all, _) = told(&own, 1);
        hides(SECRET, &all, used);
        let of_file = format!(
            "setup: [{login}]\ntests:\n  - {{name: a, {note}, expect: 500}}\n  - {{name: b, {used}, expect: 200}}\n"
        );
        let (all, _) = told(&of_file, 1);
        hides(SECRET, &all, used);
    }
}

#[test]
fn short_elements_of_a_captured_list_hide_no_words() {
    let tests = "tests:\n  - name: a\n    steps:\n      - {request: POST /login, capture: {words: $.words, one: '$.words[2]'}}\n      \
                 - {request: GET /, json: \"${words}\", cookies: {sid: \"${one}\"}, expect: 200}\n      \
                 - {request: GET /, json: {token: \"${words}\"}, expect: 200}\n  \
                 - {name: b, request: GET /, expect: {json: {$.it: x}}}\n";
    let (all, _) = told(tests, 1);
    hides(SECRET, &all, "a list");
    assert!(all.contains("on and red"), "{all}");
}

#[test]
fn a_secret_is_hidden_in_a_name_that_is_cut_through_it() {
    // Each half is shorter than a piece that is known to be of a secret.
    let secret = "wonder-land-84-x-nine";
    let tests = format!(
        "tests:\n  - name: a\n    data: [{{key: {secret}, text: a-long-text-{secret}-and-much-more-of-it}}]\n    \
         auth: {{bearer: \"${{key}}\"}}\n    request: GET /\n    expect: 500\n"
    );
    let (all, ended) = told(&tests, 1);
    for piece in ["wonder", "nine"] {
        assert!(!all.contains(piece), "{all}");
    }
    assert!(
        ended.stdout.contains("a [key=***, text=a-long-text-***-and-much-more-of-it]"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_secret_in_a_command_is_not_shown_with_its_line() {
    for command in [
        format!("[no-such-program, --client-secret, {SECRET}]"),
        format!("[no-such-program, --password={SECRET}]"),
        format!("[sh, -c, 'echo {SECRET} >&2; exit 1']"),
        "[no-such-program, --password, wonder]".to_owned(),
    ] {
        let tests = format!(
            "tests: [{{name: a, tokens: {{t: {{command: {command}}}}}, auth: t, request: GET /, expect: 200}}]\n"
        );
        let (all, ended) = told(&tests, 1);
        hides(SECRET, &all, &command);
        assert!(!all.contains("wonder"), "{all}");
        assert!(ended.stdout.contains("***"), "{}", ended.stdout);
    }
}

#[test]
fn the_type_of_a_password_hides_no_word() {
    let tests = "tests:\n  - name: a\n    data: {file: rows.csv, types: {password: string, n: integer}}\n    \
                 request: \"GET /${n}\"\n    json: {password: \"${password}\"}\n    expect: {json: {$.it: string or integer}}\n";
    let server = Server::answering(200, &[], r#"{"it": "a string"}"#);
    let spec = format!("base_url: {}\n{tests}", server.url());
    let sandbox = Sandbox::new()
        .file("specs/a.yaml", spec)
        .file("specs/rows.csv", format!("n,password\n1,{SECRET}\n"));
    let ended = sandbox.run(&["specs", "--color=never"]).expect_code(1);
    assert!(ended.stdout.contains("got \"a string\""), "{}", ended.stdout);
    hides(SECRET, &ended.stdout, "a cell");
}
