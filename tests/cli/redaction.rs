//! One canary for each way in which a secret comes in, and all ways out searched for it.

mod canary;
mod faults;
mod names;
mod requests;
mod sources;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use canary::{CANARY, PLAIN, TOKEN, forms, hidden_in_all, sandbox};

use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer, reply};

/// A way in: settings of the spec, and what they need.
struct WayIn {
    name: &'static str,
    settings: String,
    project: String,
    arguments: Vec<String>,
    /// What is known as a variable too, and so can be put into a URL and a name.
    variable: bool,
}

impl WayIn {
    /// Whether what comes this way may be the secret: a token that was not written by hand has no
    /// space in it.
    fn carries(&self, secret: &str) -> bool {
        let by_hand = !["variable", "env", "file", "command", "--var"].contains(&self.name);
        by_hand || !secret.contains(' ')
    }
}

/// Every way in, for a secret.
fn ways(secret: &str) -> Vec<WayIn> {
    let quoted = format!("'{secret}'");
    let way = |name, settings: &str| WayIn {
        name,
        settings: settings.to_owned(),
        project: String::new(),
        arguments: Vec::new(),
        variable: false,
    };
    vec![
        way("literal bearer", &format!("auth: {{bearer: {quoted}}}")),
        way("literal bearer, in a block", &format!("auth:\n  bearer: >-\n    {secret}")),
        way("literal token", &format!("tokens: {{alice: {quoted}}}\nauth: alice")),
        WayIn {
            variable: true,
            ..way("variable", &format!("vars: {{v: {quoted}}}\nauth: {{bearer: \"${{v}}\"}}"))
        },
        WayIn {
            variable: true,
            ..way("env", "vars: {v: \"${env.CANARY}\"}\ntokens: {a: \"${v}\"}\nauth: a")
        },
        way("file", "tokens: {a: {file: canary.txt}}\nauth: a"),
        way(
            "command",
            "tokens: {a: {command: [sh, -c, 'cat canary.txt; cat canary.txt >&2']}}\nauth: a",
        ),
        WayIn {
            arguments: vec!["--var".into(), format!("v={secret}")],
            variable: true,
            ..way("--var", "auth: {bearer: \"${v}\"}")
        },
        way("Basic pair", &format!("auth: {{basic: {{username: al, password: {quoted}}}}}")),
        way("Basic pair, from env", "auth: {basic: {username: al, password: \"${env.CANARY}\"}}"),
        way("API key", &format!("auth: {{header: {{X-Api-Key: {quoted}}}}}")),
        way("behind a scheme", "auth: {header: {Authorization: \"Token ${env.CANARY}\"}}"),
        WayIn {
            project: "secrets: [\"${env.CANARY}\", \"${env.NOT_SET}\", \"${env.EMPTY}\"]\n".into(),
            variable: true,
            ..way("secrets", "vars: {v: \"${env.CANARY}\"}\nquery: {q: \"${v}\"}")
        },
    ]
}

/// A server that repeats the secret in the way that the path names.
fn echo(secret: &str) -> Server {
    let forms = forms(secret);
    let secret = secret.to_owned();
    Server::start(move |request, stream| {
        let path = request.target.split('?').next().unwrap_or_default();
        let json = serde_json::json!({ "token": &secret }).to_string();
        let text = match path {
            "/ok" => answer(200, &[("X-Echo", &secret)], &json),
            "/gone" => return Then::Close,
            "/json" => answer(401, &[("Content-Type", "application/json")], &json),
            "/nested" => {
                let nested = serde_json::json!({ "log": json }).to_string();
                answer(401, &[], &nested)
            }
            "/header" => {
                let challenge = format!("Bearer realm={secret}");
                answer(401, &[("X-Echo", &secret), ("WWW-Authenticate", &challenge)], "")
            }
            "/pair" => answer(401, &[], &STANDARD.encode(format!("al:{secret}"))),
            "/request" => {
                let headers: Vec<String> = request
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\n"))
                    .collect();
                answer(401, &[], &format!("{}\n{}", request.target, headers.concat()))
            }
            "/cut" => {
                let cuts: Vec<&str> =
                    (0..secret.len() - 19).map(|at| &secret[at..at + 20]).collect();
                answer(401, &[("X-Echo", &secret[..20])], &cuts.join("\n"))
            }
            "/cut-forms" => {
                let cuts: Vec<&str> = forms.iter().map(|form| &form[3..23]).collect();
                answer(401, &[], &cuts.join("\n"))
            }
            _ => answer(401, &[], &format!("before {} after", forms.join(" or "))),
        };
        reply(stream, &text)
    })
}

const PATHS: [&str; 10] =
    ["ok", "forms", "json", "nested", "header", "pair", "request", "cut", "cut-forms", "gone"];

fn spec(way: &WayIn) -> String {
    let mut spec = format!("{}\ntests:\n", way.settings);
    for path in PATHS {
        spec.push_str(&format!(
            "  - name: {path}
    request: GET /{path}
    expect:
      status: 200
      body: {{contains: token, not: {{matches: '^$'}}}}
      headers: {{x-echo: {{exists: true}}, www-authenticate: {{exists: false}}}}
      json: {{$: {{type: object}}}}
"
        ));
    }
    if way.variable {
        spec.push_str(
            r#"  - {name: "sends ${v}", request: "GET /ok?q=${v}", expect: {json: {$.token: "${v}"}}}
  - {name: "also ${v}", request: "GET /gone?q=${v}", expect: 200}
  - {name: "expects ${v}", request: POST /json, json: {a: ["${v}"]}, expect: {body: "${v}", json: {$.token: {not: {equals: "${v}"}}}}}
  - {name: "posts ${v}", request: POST /forms, form: {a: "${v}"}, expect: {json: {$.token: {contains: "${v}"}}}}
  - {name: "not ${v}", request: POST /cut, body: "<${v}>", skip: "since ${v}", expect: 200}
"#,
        );
    }
    spec
}

#[test]
fn no_way_in_leads_out() {
    for secret in [CANARY, TOKEN, PLAIN] {
        let server = echo(secret);
        for way in ways(secret).into_iter().filter(|way| way.carries(secret)) {
            let project = format!("base_url: {}\n{}", server.url(), way.project);
            let sandbox = sandbox(secret, &project).file("specs/a.yaml", spec(&way));
            let mut arguments = vec!["specs", "-v", "--junit", "out/junit.xml"];
            arguments.extend(way.arguments.iter().map(String::as_str));
            let ended = sandbox.run(&arguments).expect_code(1);
            hidden_in_all(secret, &sandbox, &ended, way.name);
            let passed = if way.variable { 2 } else { 1 };
            assert!(ended.stdout.contains(&format!(": {passed} passed, ")), "{}", ended.stdout);
            assert!(ended.stdout.contains(" 1 errored") || way.variable, "{}", ended.stdout);
            assert!(ended.stdout.contains("***"), "{}", ended.stdout);
        }
    }
}

#[test]
fn every_way_in_sends_the_secret() {
    let server = Server::answering(200, &[], "{}");
    for way in ways(TOKEN) {
        let project = format!("base_url: {}\n{}", server.url(), way.project);
        let spec =
            format!("{}\ntests:\n  - {{name: a, request: GET /, expect: 200}}\n", way.settings);
        let sandbox = sandbox(TOKEN, &project).file("specs/a.yaml", spec);
        let mut arguments = vec!["specs"];
        arguments.extend(way.arguments.iter().map(String::as_str));
        sandbox.run(&arguments).expect_code(0);
        let arrived = server.arrived().pop().expect("a request");
        let pair = STANDARD.encode(format!("al:{TOKEN}"));
        let sent = format!("{arrived:?}");
        let holds = [forms(TOKEN), vec![format!("{TOKEN:?}"), pair]].concat();
        assert!(
            holds.iter().any(|form| sent.contains(form.trim_matches('"'))),
            "{}: {sent}",
            way.name
        );
    }
}

#[test]
fn a_short_secret_is_warned_of_where_it_is_defined() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = Sandbox::new()
        .env("PIN", "1234")
        .file("specs/token.txt", "abc")
        .file(
            "specs/a.yaml",
            "\
tests:
  - {name: a, request: GET /, auth: {bearer: \"${env.PIN}\"}, expect: 200}
  - {name: b, request: GET /, auth: file, expect: 200}
",
        )
        .file("specs/b.yaml", "tests:\n  - {name: c, request: GET /, expect: 200}\n");
    let project = "auth: {header: {X-Key: Token xyz}}\ntokens: {file: {file: specs/token.txt}}\n";
    sandbox.write("apitest.yaml", format!("base_url: {}\n{project}", server.url()));
    let ended = sandbox.run(&["specs", "-v"]).expect_code(0);
    assert_eq!(
        ended.stderr,
        r#"warning: a secret of fewer than 6 characters
 --> apitest.yaml:2:24
  |
2 | auth: {header: {X-Key: ***}}
  |                        ^^^ too short to be hidden inside words
  |
  = help: it is hidden only where no letter or digit stands beside it: use a longer one

warning: a secret of fewer than 6 characters
 --> specs/a.yaml:2:46
  |
2 |   - {name: a, request: GET /, auth: {bearer: "${env.PIN}"}, expect: 200}
  |                                              ^^^^^^^^^^^^ it can be guessed
  |
  = help: wherever its characters stand in the output, they are hidden: use a longer one

warning: a secret of fewer than 6 characters
 --> apitest.yaml:3:16
  |
3 | tokens: {file: {file: specs/token.txt}}
  |                ^^^^^^^^^^^^^^^^^^^^^^^ too short to be hidden inside words
  |
  = help: it is hidden only where no letter or digit stands beside it: use a longer one

"#
    );
}

#[test]
fn names_that_become_the_same_are_told_apart() {
    let spec = "\
vars: {v: abcdefgh, w: ijklmnop}
tokens: {v: \"${v}\", w: \"${w}\"}
tests:
  - {name: \"refuses ${v}\", request: GET /, auth: v, expect: 401}
  - {name: \"refuses ${w}\", request: GET /, auth: w, expect: 401}
";
    let server = Server::answering(401, &[], "");
    let sandbox = Sandbox::new().file("specs/a.yaml", spec);
    sandbox.write("apitest.yaml", format!("base_url: {}\n", server.url()));
    let ended = sandbox.run(&["specs", "-v"]).expect_code(0);
    assert!(ended.stdout.contains("  refuses ***  "), "{}", ended.stdout);
    assert!(ended.stdout.contains("  refuses *** (2)  "), "{}", ended.stdout);
    let ended = sandbox.run(&["specs", "--filter", "ijkl"]).expect_code(0);
    assert!(ended.stdout.contains("1 passed"), "{}", ended.stdout);
}
