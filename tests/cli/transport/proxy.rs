//! HTTP proxies: whole URLs for plain servers, tunnels for TLS, and who is not asked through them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::{run, sandbox};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, Then, answer, reply};
use crate::support::tls::{Authority, serve_tls};

/// A proxy. It knows every host: all of them are this machine. `login`, if there is one, is what it
/// wants as `Proxy-Authorization`.
pub fn proxy(login: Option<&'static str>) -> Server {
    Server::start(move |request, client| {
        if request.header("proxy-authorization") != login {
            return reply(client, &answer(407, &[("Proxy-Authenticate", "Basic")], ""));
        }
        match request.method.as_str() {
            "CONNECT" => tunnel(&request.target, client),
            _ => forward(request, client),
        }
    })
}

fn target(authority: &str) -> TcpStream {
    let port = authority.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(80u16);
    TcpStream::connect(("127.0.0.1", port)).expect("the target")
}

/// Passes bytes on in both directions until one side is through.
pub fn tunnel(authority: &str, client: &mut TcpStream) -> Then {
    let server = target(authority);
    let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
    pipe(client, server);
    Then::Close
}

/// Passes bytes on in both directions until one side is through.
pub fn pipe(client: &mut TcpStream, server: TcpStream) {
    let (mut from_server, mut to_server) = (server.try_clone().expect("a socket"), server);
    let (mut from_client, mut to_client) =
        (client.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
    let back = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut from_client, &mut to_server);
    let _ = to_server.shutdown(Shutdown::Both);
    let _ = back.join();
}

/// Sends a request with a whole URL to the server that it names, and the answer back.
fn forward(request: &Arrived, client: &mut TcpStream) -> Then {
    let rest = request.target.strip_prefix("http://").expect("a whole URL");
    let (authority, path) = rest.split_once('/').expect("a path");
    let mut head = format!("{} /{path} HTTP/1.1\r\n", request.method);
    for (name, value) in &request.headers {
        if !name.to_ascii_lowercase().starts_with("proxy-") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    let mut server = target(authority);
    server.write_all(&[head.as_bytes(), b"\r\n", &request.body].concat()).expect("a server");
    let mut reader = BufReader::new(server);
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        reader.read_line(&mut answer).expect("a line");
    }
    let lines: Vec<String> = answer.lines().map(str::to_ascii_lowercase).collect();
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")).expect("one");
    let mut body = vec![0; length.parse().expect("a length")];
    reader.read_exact(&mut body).expect("a body");
    reply(client, &[answer.as_bytes(), &body].concat())
}

fn port(server: &Server) -> String {
    server.url().rsplit(':').next().expect("a port").to_owned()
}

/// The method and target of each request.
fn lines(server: &Server) -> Vec<String> {
    server.arrived().iter().map(|r| format!("{} {}", r.method, r.target)).collect()
}

#[test]
fn a_plain_server_is_asked_for_by_whole_urls() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let host = format!("orders.test:{}", port(&server));
    run(&format!("http://{host}"), &format!("proxy: {}", proxy.url()), &[]).expect_code(0);
    let asked = [format!("GET http://{host}/1"), format!("GET http://{host}/2")];
    assert_eq!(lines(&proxy), asked);
    assert_eq!(lines(&server), ["GET /1", "GET /2"]);
    for request in proxy.arrived() {
        assert_eq!(request.header("host"), Some(host.as_str()));
        assert_eq!(request.header("proxy-authorization"), None);
        assert_eq!(request.connection, 0, "the connection to the proxy is kept");
    }
}

#[test]
fn a_body_goes_through_as_it_is() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let spec = format!(
        "proxy: {}\nserial: true\ntests:\n  \
         - {{name: a, request: \"POST http://orders.test:{port}/a?b=/c\", json: {{n: 1}}, expect: 200}}\n  \
         - {{name: b, request: \"PUT http://orders.test:{port}/b\", body: text, expect: 200}}\n",
        proxy.url(),
        port = port(&server)
    );
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs=1"]).expect_code(0);
    let arrived = server.arrived();
    assert_eq!(lines(&server), ["POST /a?b=/c", "PUT /b"]);
    assert_eq!([&arrived[0].body[..], &arrived[1].body[..]], [&b"{\"n\":1}"[..], b"text"]);
}

#[test]
fn a_tls_server_is_reached_through_a_tunnel_that_shows_the_proxy_nothing() {
    let authority = Authority::new("ours");
    let heads = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let port = serve_tls(authority.config("orders.test", |_| {}), {
        let heads = heads.clone();
        move |_, head, tls| {
            heads.lock().expect("no panic").push(head.to_owned());
            reply(tls, &answer(200, &[], "{}"))
        }
    });
    let proxy = proxy(None);
    let lines_of_spec = format!(
        "proxy: {}\ntls: {{ca: ca.pem}}\nauth: {{bearer: a-token-that-is-long}}",
        proxy.url()
    );
    let files = [("ca.pem", &*authority.pem())];
    run(&format!("https://orders.test:{port}"), &lines_of_spec, &files).expect_code(0);
    assert_eq!(lines(&proxy), [format!("CONNECT orders.test:{port}")], "one tunnel for both");
    assert_eq!(proxy.arrived()[0].header("authorization"), None);
    let heads = heads.lock().expect("no panic").clone();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(head.contains("a-token-that-is-long"), "{head}");
        assert!(!head.to_ascii_lowercase().contains("proxy"), "{head}");
    }
}

/// `canary:pa55:word-1`, as its URL and Basic spell it.
const LOGIN: &str = "canary:pa55%3Aword-1";
const PAIR: &str = "Y2FuYXJ5OnBhNTU6d29yZC0x";

#[test]
fn a_proxy_hears_who_asks_and_nobody_else_does() {
    let authority = Authority::new("ours");
    let tls_port = serve_tls(authority.config("orders.test", |_| {}), |_, head, tls| {
        let bad = head.to_ascii_lowercase().contains("proxy-authorization");
        reply(tls, &answer(if bad { 500 } else { 200 }, &[], "{}"))
    });
    let server = Server::answering(200, &[], "{}");
    let proxy = proxy(Some("Basic Y2FuYXJ5OnBhNTU6d29yZC0x"));
    let url = proxy.url().replace("http://", &format!("http://{LOGIN}@"));
    let plain = format!("http://orders.test:{}", port(&server));
    for base_url in [plain, format!("https://orders.test:{tls_port}")] {
        // The second case fails, so that all is told.
        let lines_of_spec = format!("proxy: {url}\ntls: {{ca: ca.pem}}");
        let sandbox = sandbox(&base_url, &lines_of_spec, &[("ca.pem", &authority.pem())]);
        let spec = sandbox.read("a.yaml").replace("GET /2, expect: 200", "GET /2, expect: 201");
        sandbox.write("a.yaml", spec);
        let arguments = ["a.yaml", "--jobs=1", "--verbose", "--junit=junit.xml"];
        let ended = sandbox.run(&arguments).expect_code(1);
        assert!(ended.stdout.contains("1 passed, 1 failed"), "{}", ended.stdout);
        let told = format!("{}{}{}", ended.stdout, ended.stderr, sandbox.read("junit.xml"));
        for secret in ["pa55", "word-1", PAIR] {
            assert!(!told.contains(secret), "{secret}\n{told}");
        }
        assert!(told.contains("--proxy http://127.0.0.1:"), "{told}");
    }
    assert!(server.arrived().iter().all(|request| request.header("proxy-authorization").is_none()));
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn exceptions_and_tests_go_past_the_proxy() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let spec = format!(
        "base_url: {}\nserial: true\nproxy: {{url: {}, no_proxy: [127.0.0.0/8]}}\ntests:\n  \
         - {{name: past, request: GET /past, expect: 200}}\n  \
         - {{name: through, request: GET /through, proxy: {1}, expect: 200}}\n  \
         - {{name: back, request: GET /back, proxy: none, expect: 200}}\n  \
         - {{name: again, request: GET /again, proxy: {1}, expect: 200}}\n",
        server.url(),
        proxy.url()
    );
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs=1"]).expect_code(0);
    let through = |path: &str| format!("GET {}{path}", server.url());
    assert_eq!(lines(&proxy), [through("/through"), through("/again")]);
    assert_eq!(lines(&server), ["GET /past", "GET /through", "GET /back", "GET /again"]);
}

#[test]
fn no_proxy_is_taken_from_the_environment() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let mut sandbox = sandbox(&server.url(), "", &[]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        sandbox = sandbox.env(name, &proxy.url());
    }
    sandbox.run(&["a.yaml"]).expect_code(0);
    assert!(proxy.arrived().is_empty());
}

#[test]
fn one_can_be_named_by_a_variable() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let lines_of_spec = "proxy: ${env.PROXY:-none}";
    let base_url = format!("http://orders.test:{}", port(&server));
    let sandbox = sandbox(&base_url, lines_of_spec, &[]).env("PROXY", &proxy.url());
    sandbox.run(&["a.yaml"]).expect_code(0);
    assert_eq!(proxy.arrived().len(), 2);
    run(&server.url(), lines_of_spec, &[]).expect_code(0);
    assert_eq!(proxy.arrived().len(), 2);
}

/// The address of the proxy is one of documentation (RFC 5737), which no network has.
#[test]
fn this_machine_is_not_asked_for_elsewhere() {
    let server = Server::answering(200, &[], "{}");
    run(&server.url(), "proxy: http://192.0.2.1:3128", &[]).expect_code(0);
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn a_credential_is_not_shown_to_a_proxy() {
    let (server, proxy) = (Server::answering(200, &[], "{}"), proxy(None));
    let lines_of_spec = format!("proxy: {}\nauth: {{bearer: a-token-that-is-long}}", proxy.url());
    let ended = run(&format!("http://orders.test:{}", port(&server)), &lines_of_spec, &[]);
    super::errors(ended, "a credential is not sent unencrypted to orders.test");
    assert!(proxy.arrived().is_empty());
}

#[test]
fn probes_share_no_connection_with_the_token_behind_a_proxy_either() {
    let good = "Bearer a-token-that-is-long";
    let server = Server::start(move |request, stream| {
        let known = request.header("authorization") == Some(good);
        let challenge = [("WWW-Authenticate", "Bearer realm=\"x\", error=\"invalid_token\"")];
        let refusal = answer(401, &challenge, "");
        reply(stream, &if known { answer(200, &[], "{}") } else { refusal })
    });
    let proxy = proxy(None);
    let spec = format!(
        "base_url: {}\nproxy: {}\nauth: {{bearer: a-token-that-is-long}}\ntests:\n  \
         - {{name: a, request: GET /, enforce: bearer, expect: 200}}\n",
        server.url(),
        proxy.url()
    );
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs=1"]);
    let arrived = proxy.arrived();
    // Some probes send the good token, in another way.
    let with_token = |request: &&Arrived| {
        let field = request.header("authorization").unwrap_or_default();
        field.ends_with(&good[7..]) || request.target.ends_with(&good[7..])
    };
    let connections = |wanted: bool| -> std::collections::BTreeSet<usize> {
        let some = arrived.iter().filter(|request| with_token(request) == wanted);
        some.map(|request| request.connection).collect()
    };
    let (tokens, probes) = (connections(true), connections(false));
    assert!(!tokens.is_empty() && !probes.is_empty(), "{arrived:?}");
    assert!(tokens.is_disjoint(&probes), "{tokens:?} {probes:?}");
}

#[test]
fn a_login_that_gives_a_token_goes_through_the_proxy_too() {
    let server = Server::answering(200, &[], r#"{"access_token": "a-token-that-is-long"}"#);
    let proxy = proxy(None);
    let lines_of_spec = format!(
        "proxy: {}\ntokens: {{alice: {{login: {{request: POST /login, json: {{user: alice}}, \
         token: $.access_token}}}}}}\n\
         auth: alice",
        proxy.url()
    );
    run(&server.url(), &lines_of_spec, &[]).expect_code(0);
    let asked = ["POST", "GET", "GET"];
    let methods: Vec<String> = proxy.arrived().iter().map(|r| r.method.clone()).collect();
    assert_eq!(methods, asked);
}
