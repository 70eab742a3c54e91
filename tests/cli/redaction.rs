//! One canary for each way in which a secret comes in, and all ways out searched for it.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, Then, answer};

/// Of 40 characters, among them all that any carrier escapes.
const CANARY: &str = r#"k9"<Q&f%2+7/Jx\ wZr>T5=p_Lm?d#Hv;B8c@Ny4"#;

/// Of as many, none of which is ever escaped: a token as they are.
const PLAIN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnki";

/// The size of a piece that must not be found.
const PIECE: usize = 16;

/// A way in: settings of the spec, and what they need.
struct WayIn {
    name: &'static str,
    settings: String,
    project: String,
    arguments: Vec<String>,
    /// What is known as a variable too, and so can be put into a URL and a name.
    variable: bool,
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

/// The texts in which a secret must not be found, whole or in pieces.
fn forms(secret: &str) -> Vec<String> {
    let percent = |escaped: fn(u8) -> String| -> String {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
        let one = |b: u8| if plain(&b) { char::from(b).to_string() } else { escaped(b) };
        secret.bytes().map(one).collect()
    };
    let json = serde_json::to_string(secret).expect("a string");
    let json = json[1..json.len() - 1].to_owned();
    let xml = quick_xml::escape::escape(secret).into_owned();
    let mut forms = vec![
        secret.to_owned(),
        percent(|b| format!("%{b:02x}")),
        percent(|b| format!("%{b:02X}")),
        percent(|b| format!("%{b:02X}")).replace("%20", "+"),
        json.replace('/', "\\/"),
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        xml.replace("&quot;", "\""),
        quick_xml::escape::escape(&json).into_owned(),
        json,
        xml,
    ];
    for lead in ["", "x", "xy"] {
        // Without the characters that hold a part of what stands before.
        let known = (lead.len() * 8).div_ceil(6);
        forms.push(STANDARD.encode(format!("{lead}{secret}"))[known..].to_owned());
        forms.push(URL_SAFE.encode(format!("{lead}{secret}"))[known..].to_owned());
    }
    forms
}

/// Fails when any 16 characters in a row of any form are in a text.
#[track_caller]
fn hides(secret: &str, text: &str, what: &str) {
    for form in forms(secret) {
        let characters: Vec<char> = form.chars().collect();
        for piece in characters.windows(PIECE).map(String::from_iter) {
            let line = text.lines().find(|line| line.contains(&piece));
            assert_eq!(line, None, "{what}: {piece} is a piece of {form}");
        }
    }
}

#[track_caller]
fn hidden_in_all(secret: &str, sandbox: &Sandbox, ended: &Ended, what: &str) {
    hides(secret, &ended.stdout, what);
    hides(secret, &ended.stderr, what);
    hides(secret, &sandbox.read("out/junit.xml"), what);
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
        // A client that left gets no answer.
        let _ = stream.write_all(&text);
        Then::Keep
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

fn sandbox(secret: &str, project: &str) -> Sandbox {
    Sandbox::new()
        .env("CANARY", secret)
        .env("EMPTY", "")
        .file("specs/canary.txt", format!("{secret}\n"))
        .file("apitest.yaml", project)
}

#[test]
fn no_way_in_leads_out() {
    for secret in [CANARY, PLAIN] {
        let server = echo(secret);
        for way in ways(secret) {
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
    for way in ways(CANARY) {
        let project = format!("base_url: {}\n{}", server.url(), way.project);
        let spec =
            format!("{}\ntests:\n  - {{name: a, request: GET /, expect: 200}}\n", way.settings);
        let sandbox = sandbox(CANARY, &project).file("specs/a.yaml", spec);
        let mut arguments = vec!["specs"];
        arguments.extend(way.arguments.iter().map(String::as_str));
        sandbox.run(&arguments).expect_code(0);
        let arrived = server.arrived().pop().expect("a request");
        let pair = STANDARD.encode(format!("al:{CANARY}"));
        let sent = format!("{arrived:?}");
        let holds = [forms(CANARY), vec![format!("{CANARY:?}"), pair]].concat();
        assert!(
            holds.iter().any(|form| sent.contains(form.trim_matches('"'))),
            "{}: {sent}",
            way.name
        );
    }
}

#[test]
fn a_fault_on_its_own_line_does_not_show_it() {
    let secret = CANARY;
    let test = "tests:\n  - {name: a, request: GET http://127.0.0.1:1/, expect: 200}\n";
    let specs = [
        format!("auth: {{bearer: '{secret}', bearr: x}}\n{test}"),
        format!("auth: {{bearr: '{secret}'}}\n{test}"),
        format!("auth: {{bearer: '{secret}'\n{test}"),
        format!("auth: {{bearer: '{secret}\n{test}"),
        format!("auth: {{bearer: {secret}, x}}\n{test}"),
        format!("auth:\n  bearer: '{secret}' x\n{test}"),
        format!("auth:\n  bearer: {secret}\n  bearer: {secret}\n{test}"),
        format!("auth:\n  bearer:{secret}\n{test}"),
        format!("auth:\n\tbearer: {secret}\n{test}"),
        format!("atuh: {{bearer: '{secret}'}}\n{test}"),
        format!("tokens: {{alice: '{secret}', alice: '{secret}'}}\nauth: alice\n{test}"),
        format!("tokens: {{9x: '{secret}'}}\nauth: 9x\n{test}"),
        format!("tokens: {{a: {{token: '{secret}'}}}}\nauth: a\n{test}"),
        format!("tokns: {{a: '{secret}'}}\nauth: a\n{test}"),
        format!("auth: {{basic: {{username: al, passwort: '{secret}'}}}}\n{test}"),
        format!("auth: {{basic: {{username: 'a:b', password: '{secret}'}}}}\n{test}"),
        format!("auth: {{header: {{X-Api-Key: '{secret}', X-Api-Key: '{secret}'}}}}\n{test}"),
        format!("auth: {{header: {{X-Api-Key: {{value: '{secret}'}}}}}}\n{test}"),
        format!("tokens: {{a: {{oauth2: {{client_secret: '{secret}'}}}}}}\nauth: a\n{test}"),
        format!("vars: {{v: '{secret}'}}\nauth: {{bearer: \"${{v}}\"}}\ntimeout: ${{v}}\n{test}"),
        format!("auth: {{bearer: \"${{env.CANARY}}\"}}\ntimeout: ${{env.CANARY}}\n{test}"),
        format!("auth: {{bearer: \"${{env.CANARY}}\"}}\nquery: {{a: {{b: '{secret}'}}}}\n{test}"),
        format!("auth: {{bearer: \"${{v}}\"}}\nallow_plain_http: ${{v}}\n{test}"),
        format!("tokens: {{a: {{file: 'no-{secret}.txt'}}, b: '{secret}'}}\nauth: a\n{test}"),
        "tokens: {a: {command: [sh, -c, 'cat canary.txt >&2; exit 1']}}\nauth: a\n".to_owned()
            + test,
        "tokens: {a: {command: [sh, -c, 'cat canary.txt; exit 1']}}\nauth: a\n".to_owned() + test,
    ];
    for spec in specs {
        let sandbox = sandbox(secret, "specs: [specs]\n").file("specs/a.yaml", &spec);
        let variable = format!("v={secret}");
        let ended = sandbox.run(&["specs", "--junit", "out/junit.xml", "--var", &variable]);
        assert!(matches!(ended.code, Some(1 | 2)), "{spec}{}", ended.stderr);
        assert!(
            ended.stderr.contains("specs/a.yaml:") || ended.code == Some(1),
            "{}",
            ended.stderr
        );
        hidden_in_all(secret, &sandbox, &ended, &spec);
    }
}

#[test]
fn a_fault_in_the_project_file_does_not_show_it() {
    let secret = CANARY;
    let projects = [
        format!("secrets: ['{secret}', [5]]\n"),
        format!("secrets: '{secret}'\n"),
        format!("secrets:\n  - {secret}\n  x: y\n"),
        format!("secret: ['{secret}']\n"),
        format!("tokens: {{a: '{secret}', b}}\n"),
        format!("auth: {{bearer: '{secret}'}}\ntimeout: {secret}\n"),
    ];
    for project in projects {
        let spec = "tests: [{name: a, request: GET http://127.0.0.1:1/, expect: 200}]\n";
        let sandbox = sandbox(secret, &project).file("specs/a.yaml", spec);
        let ended = sandbox.run(&["specs", "--junit", "out/junit.xml"]).expect_code(2);
        assert!(ended.stderr.contains("apitest.yaml:"), "{}", ended.stderr);
        hidden_in_all(secret, &sandbox, &ended, &project);
    }
}

#[test]
fn the_command_line_is_not_repeated() {
    let sandbox = sandbox(CANARY, "");
    let wrong = [
        vec![format!("--var={CANARY}")],
        vec!["--var".into(), format!("to ken={CANARY}")],
        vec!["--var".into(), format!("env={CANARY}")],
        vec![format!("--vra=token={CANARY}")],
        vec!["--var".into(), format!("v={CANARY}"), "--jobs".into(), "none".into()],
        vec!["demo".into(), "--var".into(), format!("v={CANARY}")],
    ];
    for arguments in wrong {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = sandbox.run(&arguments).expect_code(2);
        hides(CANARY, &(ended.stdout + &ended.stderr), &arguments.join(" "));
    }
    let ended = sandbox.run(&["--var", "to ken=hunter2hunter2"]).expect_code(2);
    assert_eq!(
        ended.stderr,
        "error: invalid value for '--var <NAME=VALUE>': what stands before its `=` cannot name a \
         variable\n\nFor more information, try '--help'.\n"
    );
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
 --> specs/a.yaml:2:46
  |
2 |   - {name: a, request: GET /, auth: {bearer: "${env.PIN}"}, expect: 200}
  |                                              ^^^^^^^^^^^^ it can be guessed
  |
  = help: wherever its characters stand in the output, they are hidden: use a longer one

warning: a secret of fewer than 6 characters
 --> apitest.yaml:2:24
  |
2 | auth: {header: {X-Key: ***}}
  |                        ^^^ too short to be hidden inside words
  |
  = help: it is hidden only where no letter or digit stands beside it: use a longer one

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
