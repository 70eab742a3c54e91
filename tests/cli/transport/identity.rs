//! Client certificates: shown to the server that the spec means, and to nobody else.

use std::sync::{Arc, Mutex};

use super::{errors, run};
use crate::support::sandbox::Sandbox;
use crate::support::server::{answer, reply};
use crate::support::tls::{Authority, serve_tls};

/// What a server saw of a request: its line, whether it had a credential, whether its connection
/// had a client certificate.
type Seen = Arc<Mutex<Vec<(String, bool, bool)>>>;

/// A server that asks for a client certificate, and demands one or not; redirects `/away`.
fn server(authority: &Authority, demands: bool, away: &str) -> (String, Seen) {
    let seen = Seen::default();
    let port = serve_tls(authority.asking_config(demands), {
        let (seen, away) = (seen.clone(), away.to_owned());
        move |_, head, tls| {
            let line = head.lines().next().unwrap_or_default().to_owned();
            let credential = head.to_ascii_lowercase().contains("authorization");
            let identified = tls.conn.peer_certificates().is_some();
            let bytes = match line.contains(" /away ") {
                true => answer(307, &[("Location", &away)], ""),
                false => answer(200, &[], "{}"),
            };
            seen.lock().expect("no panic").push((line, credential, identified));
            reply(tls, &bytes)
        }
    });
    (format!("https://localhost:{port}"), seen)
}

#[test]
fn a_server_that_demands_a_certificate_gets_it() {
    let authority = Authority::new("ours");
    let (cert, key) = authority.client();
    let both = format!("{key}{cert}");
    let pem = authority.pem();
    let files = [("ca.pem", &*pem), ("cert.pem", &*cert), ("key.pem", &*key), ("both.pem", &*both)];
    for tls in ["ca: ca.pem, cert: cert.pem, key: key.pem", "ca: ca.pem, cert: both.pem"] {
        let (url, seen) = server(&authority, true, "/");
        run(&url, &format!("tls: {{{tls}}}"), &files).expect_code(0);
        let seen = seen.lock().expect("no panic").clone();
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|(_, _, identified)| *identified), "{seen:?}");
    }
}

#[test]
fn a_server_that_demands_a_certificate_and_gets_none_says_so() {
    let authority = Authority::new("ours");
    let (url, seen) = server(&authority, true, "/");
    let ended = run(&url, "tls: {ca: ca.pem}", &[("ca.pem", &authority.pem())]);
    errors(ended, "demands a client certificate");
    let (cert, key) = Authority::new("another").client();
    let files = [("ca.pem", &*authority.pem()), ("cert.pem", &*cert), ("key.pem", &*key)];
    let ended = run(&url, "tls: {ca: ca.pem, cert: cert.pem, key: key.pem}", &files);
    errors(ended, "does not accept the client certificate");
    assert!(seen.lock().expect("no panic").is_empty());
}

#[test]
fn a_test_takes_the_certificate_back() {
    let authority = Authority::new("ours");
    let (cert, key) = authority.client();
    let (url, seen) = server(&authority, false, "/");
    let spec = format!(
        "serial: true\nbase_url: {url}\ntls: {{ca: ca.pem, cert: cert.pem, key: key.pem}}\ntests:\n  \
         - {{name: with, request: GET /with, expect: 200}}\n  \
         - {{name: without, request: GET /without, tls: {{cert: null}}, expect: 200}}\n  \
         - {{name: again, request: GET /again, expect: 200}}\n"
    );
    let sandbox = Sandbox::new().file("a.yaml", spec).file("ca.pem", authority.pem());
    sandbox.file("cert.pem", cert).file("key.pem", key).run(&["a.yaml", "--jobs=1"]).expect_code(0);
    let seen = seen.lock().expect("no panic").clone();
    let identified: Vec<bool> = seen.iter().map(|(_, _, identified)| *identified).collect();
    assert_eq!(identified, [true, false, true], "{seen:?}");
}

#[test]
fn neither_credential_nor_certificate_follows_a_redirect_to_another_origin() {
    let authority = Authority::new("ours");
    let (cert, key) = authority.client();
    let (other, seen_there) = server(&authority, false, "/");
    let (url, seen_here) = server(&authority, false, &format!("{other}/landed"));
    let spec = format!(
        "base_url: {url}\ntls: {{ca: ca.pem, cert: cert.pem, key: key.pem}}\nfollow_redirects: 2\n\
         auth: {{bearer: a-token-that-is-long}}\ntests:\n  \
         - {{name: away, request: GET /away, headers: {{x-key: k}}, expect: 201}}\n"
    );
    let sandbox = Sandbox::new().file("a.yaml", spec).file("ca.pem", authority.pem());
    let sandbox = sandbox.file("cert.pem", cert).file("key.pem", key);
    let ended = sandbox.run(&["a.yaml", "--junit=junit.xml"]).expect_code(1);
    let line = |path: &str| format!("GET {path} HTTP/1.1");
    assert_eq!(*seen_here.lock().expect("no panic"), [(line("/away"), true, true)]);
    assert_eq!(*seen_there.lock().expect("no panic"), [(line("/landed"), false, false)]);
    let hop =
        format!("307 to {other}/landed, without x-key, Authorization, the client certificate\n");
    let told = format!("\n  redirects followed\n    {hop}  response\n");
    assert!(ended.stdout.contains(&told), "{told}\n{}", ended.stdout);
    let report = sandbox.read("junit.xml");
    assert!(report.contains(&format!("redirects followed:\n{hop}")), "{report}");
}
