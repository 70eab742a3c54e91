//! The `curl` commands that are printed send what apitest sent: they are run, and what arrives is
//! compared.

use std::process::Command;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// Fields that differ by design: who asks, and which codings it reads.
const OF_THE_PROGRAM: [&str; 2] = ["user-agent", "accept-encoding"];

/// The credentials of the specs, under the names that the commands give them.
const VARIABLES: [(&str, &str); 10] = [
    ("TOKEN", "tok-of-the-test-4711"),
    ("USERNAME", "alice"),
    ("PASSWORD", "wonder:land-4711"),
    ("KEY", "key-of-the-test-4711"),
    ("KEY_2", "other-key-of-the-test"),
    ("AUTHORIZATION", "Token tok-of-the-test-4711"),
    ("COOKIE_PATH", "not-the-one-of-the-shell"),
    ("COOKIE_A_B", "cookie-one"),
    ("COOKIE_A_B_2", "cookie-two"),
    ("COOKIE_1", "cookie-three"),
];

/// Says 404 to all, and sends on what asks for `/to`.
fn server() -> Server {
    Server::start(|request, stream| {
        let sent_on = [("Location", "/landed"), ("Set-Cookie", "hop=1; Path=/")];
        let (status, headers) = match request.target.split('?').next() {
            Some("/to") => (302, &sent_on[..]),
            _ => (404, &[][..]),
        };
        let _ = reply(stream, &answer(status, &[headers, &[("Connection", "close")]].concat(), ""));
        Then::Close
    })
}

/// What matters of requests, the boundaries of forms made alike.
fn shown(arrived: &[Arrived]) -> Vec<String> {
    let boundary =
        regex::Regex::new("apitest-[0-9a-f]{16}|-{24}[0-9a-zA-Z]{16,}").expect("a regex");
    let line = |request: &Arrived| {
        let fields = request.headers.iter().map(|(name, value)| (name.to_lowercase(), value));
        let fields = fields.filter(|(name, value)| {
            let is_usual = value.starts_with("apitest/") || *value == "gzip, deflate";
            let is_curls = value.starts_with("curl/");
            // The boundary of curl has another length.
            let is_length = name == "content-length" && is_form(request);
            !(OF_THE_PROGRAM.contains(&name.as_str()) && (is_usual || is_curls) || is_length)
        });
        let mut fields: Vec<String> =
            fields.map(|(name, value)| format!("{name}: {value}")).collect();
        fields.sort();
        let body = String::from_utf8_lossy(&request.body);
        let text =
            format!("{} {}\n{}\n\n{body}", request.method, request.target, fields.join("\n"));
        boundary.replace_all(&text, "<boundary>").into_owned()
    };
    arrived.iter().map(line).collect()
}

fn is_form(request: &Arrived) -> bool {
    let form = "multipart/form-data; boundary=";
    request.header("content-type").is_some_and(|value| value.starts_with(form))
}

/// The commands in an output.
fn commands(ended: &Ended) -> Vec<&str> {
    ended.stdout.lines().map(str::trim).filter(|line| line.starts_with("curl ")).collect()
}

/// Runs a test with these keys and then the command that it prints; gives what each of the two sent,
/// and the command.
fn both(keys: &str) -> (Vec<String>, Vec<String>, String) {
    let server = server();
    let spec =
        format!("base_url: {}\ntests:\n  - {{name: a, {keys}, expect: 200}}\n", server.url());
    let sandbox = Sandbox::new()
        .file("specs/a.yaml", spec)
        .file("specs/picture.png", [0x89, b'P', 0, 0xff, b'\n'])
        .file("specs/odd \",; name.txt", "text");
    let ended = sandbox.run(&["specs", "--color", "never"]);
    if ended.code != Some(1) {
        return (vec![ended.stderr], Vec::new(), String::new());
    }
    let own = shown(&server.arrived());
    let [command] = commands(&ended)[..] else { panic!("{}", ended.stdout) };
    // POSIX knows these quotes since 2024; dash does not yet.
    let shell = if command.contains("$'") { "bash" } else { "sh" };
    let mut run = Command::new(shell);
    run.args(["-c", command]).current_dir(sandbox.path(".")).envs(VARIABLES);
    let ran = Ended::of(&mut run);
    let curls = shown(&server.arrived()[own.len()..]);
    assert!(!curls.is_empty(), "{command}\n{ran:?}");
    (own, curls, command.to_owned())
}

#[test]
fn what_it_sends_is_what_was_sent() {
    let mut differ = Vec::new();
    for keys in [
        "request: GET /plain",
        "request: 'GET /list?id[]=1&set={a,b}&range=[1-3]'",
        "request: 'GET /a/../b/%2e%2e/c'",
        "request: GET /, query: {q: \"it's $$ & $HOME `x`\"}",
        "request: HEAD /plain",
        "request: OPTIONS /x",
        "request: DELETE /x",
        "request: POST /empty",
        "request: PUT /empty",
        "request: POST /x, json: {a: \"it's\", b: [1, \"$HOME\"]}",
        "request: POST /x, body: plain text",
        "request: POST /x, body: '@not-a-file'",
        "request: POST /x, body: \"two\\nlines\\\\n\\n\"",
        "request: POST /x, body: text, headers: {Content-Type: text/plain}",
        "request: POST /x, json: {a: 1}, headers: {Content-Type: null}",
        "request: PUT /x, form: {a: 'b c', d: [1, 2]}",
        "request: GET /x, json: {query: 1}",
        "request: HEAD /x, json: {query: 1}",
        "request: GET /x, headers: {Accept: application/json, User-Agent: me/1, X-Empty: '', X-Two: [a, b]}",
        "request: GET /x, headers: {Accept: null, User-Agent: null}",
        "request: GET /x, headers: {Accept-Encoding: br}",
        "request: POST /x, graphql: {query: '{ me { id } }'}",
        "request: GET /x, auth: {bearer: tok-of-the-test-4711}",
        "request: GET /x, auth: {basic: {username: alice, password: 'wonder:land-4711'}}",
        "request: GET /x, auth: {header: {X-Key: key-of-the-test-4711, X-Other: other-key-of-the-test}}",
        "request: GET /x, auth: {header: {Authorization: Token tok-of-the-test-4711}}",
        "request: GET /x, cookies: {path: not-the-one-of-the-shell}",
        "request: GET /x, cookies: {a-b: cookie-one, a_b: cookie-two, '1': cookie-three}",
        "request: GET /x, cookies: {a-b: cookie-one, 'a!b': cookie-two}",
        "request: GET /to, follow_redirects: 3, auth: {bearer: tok-of-the-test-4711}",
        "request: GET /to, follow_redirects: 3, cookie_jar: true",
        "request: POST /to, follow_redirects: 3",
        "request: HEAD /to, follow_redirects: 3",
        "request: GET /to",
        "request: POST /x, multipart: {a: text, b: '@not-a-file', c: 'x;type=y', d: '\"q\"'}",
        "request: POST /x, multipart: {a=b: text, '': nothing}",
        "request: POST /x, multipart: {'a\"b;c': {text: '{}', type: application/json}}",
        "request: POST /x, multipart: {a: {file: picture.png}, b: {file: 'odd \",; name.txt', filename: 'x;y\"z'}}",
        "request: POST /x, multipart: {a: text}, headers: {Content-Type: null}",
        "request: POST /x, multipart: {a: text}, headers: {Content-Type: multipart/related; boundary=own}",
        "request: POST /x, multipart: {a: text}, headers: {Content-Type: multipart/form-data; boundary=own}",
    ] {
        let (own, curls, command) = both(keys);
        if own != curls {
            differ.push(format!("{keys}\n{command}\n{own:#?}\n{curls:#?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

#[test]
fn it_follows_no_redirect_with_what_curl_would_take_along() {
    for keys in [
        "request: POST /to, follow_redirects: 3, json: {a: 1}",
        "request: DELETE /to, follow_redirects: 3",
        "request: GET /to, follow_redirects: 3, auth: {header: {X-Key: key-of-the-test-4711}}",
    ] {
        let (own, curls, command) = both(keys);
        assert_eq!((own.len(), curls.len()), (2, 1), "{command}");
        assert_eq!(own[0], curls[0], "{command}");
    }
}

#[test]
fn what_no_word_of_a_shell_holds_is_read_from_a_file() {
    let server = server();
    let spec = format!(
        "base_url: {}\ntests:\n  - {{name: a, request: POST /x, body: {{base64: AGEA/w==}}, expect: 200}}\n  \
         - {{name: b, request: POST /x, body: \"a\\0b\", expect: 200}}\n",
        server.url()
    );
    let ended = Sandbox::new().file("specs/a.yaml", spec).run(&["specs", "--color", "never"]);
    let ended = ended.expect_code(1);
    let bodies = ["-X POST -H Content-Type: --data-binary @BODY http://"; 2];
    let found = commands(&ended);
    assert_eq!(found.len(), bodies.len(), "{}", ended.stdout);
    found
        .iter()
        .zip(bodies)
        .for_each(|(command, body)| assert!(command.contains(body), "{command}"));
}
