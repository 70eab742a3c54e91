//! `tls`: whom it trusts, and that nobody overlooks when it trusts everybody.

use std::sync::{Arc, Mutex};

use super::{errors, run, sandbox};
use crate::support::sandbox::Sandbox;
use crate::support::server::{answer, reply};
use crate::support::tls::{Authority, self_signed, serve_tls};

/// A server of this authority for this host, and the connections that requests came on.
fn server(authority: &Authority, host: &str) -> (String, Arc<Mutex<Vec<usize>>>) {
    let connections = Arc::new(Mutex::new(Vec::new()));
    let port = serve_tls(authority.config(host, |_| {}), {
        let connections = connections.clone();
        move |connection, _, tls| {
            connections.lock().expect("no panic").push(connection);
            reply(tls, &answer(200, &[], "{}"))
        }
    });
    (format!("https://localhost:{port}"), connections)
}

#[test]
fn the_authority_of_the_spec_is_trusted_and_no_other() {
    let authority = Authority::new("ours");
    let (url, connections) = server(&authority, "localhost");
    let files = [("certs/ca.pem", &*authority.pem())];
    run(&url, "tls: {ca: certs/ca.pem}", &files).expect_code(0);
    assert_eq!(*connections.lock().expect("no panic"), [0, 0], "the connection is kept");

    let another = Authority::new("another").pem();
    let told = "no authority in the file of `tls: {ca: …}` signed it";
    errors(run(&url, "tls: {ca: ca.pem}", &[("ca.pem", &another)]), told);
    let both = another + &authority.pem();
    run(&url, "tls: {ca: ca.pem}", &[("ca.pem", &both)]).expect_code(0);
}

#[test]
fn without_it_the_error_says_where_to_name_it() {
    let authority = Authority::new("ours");
    let (url, _) = server(&authority, "localhost");
    let sandbox = sandbox(&url, "", &[("others.pem", &Authority::new("another").pem())]);
    let others = sandbox.path("others.pem").to_str().expect("UTF-8").to_owned();
    let ended = sandbox.env("SSL_CERT_FILE", &others).run(&["a.yaml", "--jobs=1"]);
    errors(ended, "name the file with its authority, `tls: {ca: FILE}`");
}

#[test]
fn the_name_of_the_server_still_counts() {
    let authority = Authority::new("ours");
    let (url, _) = server(&authority, "other.test");
    let ended = run(&url, "tls: {ca: ca.pem}", &[("ca.pem", &authority.pem())]);
    errors(ended, "is not valid:");
}

#[test]
fn a_certificate_that_only_vouches_for_itself_can_be_trusted_if_it_claims_no_more() {
    let serve = |config| serve_tls(config, |_, _, tls| reply(tls, &answer(200, &[], "{}")));
    let lines = "tls: {ca: own.pem}";
    let (pem, config) = self_signed(false);
    let url = format!("https://localhost:{}", serve(config));
    run(&url, lines, &[("own.pem", &pem)]).expect_code(0);
    let (pem, config) = self_signed(true);
    let url = format!("https://localhost:{}", serve(config));
    errors(run(&url, lines, &[("own.pem", &pem)]), "it is one of an authority (CA:TRUE)");
}

#[test]
fn a_file_of_the_project_lies_beside_the_project_file() {
    let authority = Authority::new("ours");
    let (url, _) = server(&authority, "localhost");
    let sandbox = Sandbox::new()
        .file("apitest.yaml", "tls: {ca: ca.pem}\n")
        .file("ca.pem", authority.pem())
        .file(
            "specs/deep/a.yaml",
            format!("tests:\n  - {{name: a, request: GET {url}/, expect: 200}}\n"),
        );
    sandbox.run(&[]).expect_code(0);
}

#[test]
fn an_insecure_run_says_so_everywhere() {
    let (url, connections) = server(&Authority::new("nobody knows"), "other.test");
    let sandbox = sandbox(&url, "tls: {insecure: true}", &[]);
    for arguments in [&[][..], &["--quiet"], &["--strict"]] {
        let arguments = [&["a.yaml", "--jobs=1", "--junit=junit.xml"], arguments].concat();
        let ended = sandbox.run(&arguments).expect_code(0);
        let warning = "warning: certificates are not checked: anybody can pose as the server";
        assert_eq!(ended.stderr.matches(warning).count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains("--> a.yaml:4:17"), "{}", ended.stderr);
        let total = "\n2 cases without a look at certificates (`insecure: true`)\n";
        assert!(ended.stdout.contains(total), "{}", ended.stdout);
        let report = sandbox.read("junit.xml");
        let property = r#"<property name="apitest.insecure" value="a.yaml:4:17"/>"#;
        assert_eq!(report.matches(property).count(), 2, "{report}");
    }
    assert_eq!(connections.lock().expect("no panic").len(), 6);
}

#[test]
fn requests_that_trust_differently_share_no_connection() {
    let authority = Authority::new("ours");
    let (url, connections) = server(&authority, "localhost");
    let case = |name: &str, tls: &str| {
        format!("  - {{name: {name}, request: GET /, tls: {{{tls}}}, expect: 200}}\n")
    };
    let spec = format!(
        "serial: true\nbase_url: {url}\ntests:\n{}{}{}{}",
        case("trusts all", "insecure: true"),
        case("trusts one", "ca: ca.pem"),
        case("trusts all again", "insecure: true"),
        case("trusts one again", "ca: ca.pem"),
    );
    let sandbox = Sandbox::new().file("ca.pem", authority.pem()).file("a.yaml", spec);
    sandbox.run(&["a.yaml", "--jobs=1"]).expect_code(0);
    assert_eq!(*connections.lock().expect("no panic"), [0, 1, 0, 1]);
}

#[test]
fn a_test_that_checks_again_does_not_profit_from_one_that_did_not() {
    let (url, _) = server(&Authority::new("nobody knows"), "localhost");
    let spec = format!(
        "serial: true\nbase_url: {url}\ntls: {{insecure: true}}\ntests:\n  \
         - {{name: open, request: GET /, expect: 200}}\n  \
         - {{name: strict, request: GET /, tls: {{insecure: false}}, expect: 200}}\n"
    );
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stdout.contains("1 passed, 1 errored"), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 case without a look at certificates"), "{}", ended.stdout);
}

#[test]
fn what_cannot_be_read_stops_the_cases_before_a_request() {
    let authority = Authority::new("ours");
    let (cert, key) = authority.client();
    let (_, other_key) = authority.client();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let files = [
        ("cert.pem", &*cert),
        ("key.pem", &*key),
        ("other.pem", &*other_key),
        ("encrypted.pem", encrypted),
        ("damaged.pem", damaged),
    ];
    let table = [
        ("cert: cert.pem, key: other.pem", "`key`", "it is not the key of the certificate"),
        ("cert: cert.pem, key: cert.pem", "`key`", "it holds no private key"),
        ("cert: cert.pem", "`cert`", "the file with its key may stand under `key`"),
        ("cert: key.pem, key: key.pem", "`cert`", "it holds no certificate"),
        ("cert: cert.pem, key: encrypted.pem", "`key`", "its private key is encrypted"),
        ("ca: damaged.pem", "`ca`", "a certificate in it cannot be read"),
        ("ca: key.pem", "`ca`", "it holds no certificate"),
        ("ca: nowhere.pem", "`ca`", "no such file"),
    ];
    for (tls, key, reason) in table {
        let ended = run("http://127.0.0.1:1", &format!("tls: {{{tls}}}"), &files).expect_code(1);
        let title = format!("of {key} cannot be used");
        assert_eq!(ended.stderr.matches(&title).count(), 1, "{tls}\n{}", ended.stderr);
        assert!(ended.stderr.contains(reason), "{tls}\n{}", ended.stderr);
        assert!(ended.stderr.contains("--> a.yaml:4:"), "{tls}\n{}", ended.stderr);
        assert!(ended.stdout.contains("2 errored"), "{tls}\n{}", ended.stdout);
    }
}
