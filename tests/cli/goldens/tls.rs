//! TLS that is not spoken, not trusted, or cannot be set up.

use std::io::{Read, Write};

use super::{settled, test, told};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Then, answer, reply};
use crate::support::tls::{Authority, Tls, self_signed, serve, serve_tls};

const DAMAGED: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const BROKEN: &str = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
const NO_KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

fn fine(_: usize, _: &str, tls: &mut Tls) -> Then {
    reply(tls, &answer(200, &[], "{}"))
}

/// Where a server of each kind listens, by its name.
fn servers(
    ours: &Authority,
    own: std::sync::Arc<rustls::ServerConfig>,
) -> [(&'static str, u16); 6] {
    let plain = serve(|_, mut stream| {
        let _ = stream.read(&mut [0; 2048]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        // Until the client leaves.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let closing = serve(|_, mut stream| {
        let _ = stream.read(&mut [0; 2048]);
    });
    [
        ("good", serve_tls(ours.config("localhost", |_| {}), fine)),
        ("elsewhere", serve_tls(ours.config("other.test", |_| {}), fine)),
        ("own", serve_tls(own, fine)),
        ("asking", serve_tls(ours.asking_config(true), fine)),
        ("plain", plain),
        ("closing", closing),
    ]
}

#[test]
fn what_is_not_trusted_is_told_whole() {
    let (ours, another) = (Authority::new("ours"), Authority::new("another"));
    let (own_pem, own) = self_signed(true);
    let (cert, key) = ours.client();
    let (strange_cert, strange_key) = another.client();
    let tests = [
        ("of nobody we know", "good", "expect: 200"),
        ("of another authority", "good", "tls: {ca: another.pem}, expect: 200"),
        ("for another host", "elsewhere", "tls: {ca: ca.pem}, expect: 200"),
        ("an authority itself", "own", "tls: {ca: own.pem}, expect: 200"),
        ("no TLS", "plain", "expect: 200"),
        ("an end at once", "closing", "expect: 200"),
        ("no client certificate", "asking", "tls: {ca: ca.pem}, expect: 200"),
        (
            "another client certificate",
            "asking",
            "tls: {ca: ca.pem, cert: strange.pem, key: strange.key}, expect: 200",
        ),
    ];
    let ports = servers(&ours, own);
    let mut spec = "timeout: 20s\ntests:\n".to_owned();
    for (name, server, keys) in tests {
        let (_, port) = ports.iter().find(|(name, _)| *name == server).expect("a server");
        spec.push_str(&test(name, &format!("GET https://localhost:{port}/"), keys));
    }
    let sandbox = Sandbox::new()
        .file("a.yaml", spec)
        .file("ca.pem", ours.pem())
        .file("another.pem", another.pem())
        .file("own.pem", own_pem)
        .file("strange.pem", strange_cert)
        .file("strange.key", strange_key)
        .file("cert.pem", cert)
        .file("key.pem", key);
    let trusted = sandbox.path("another.pem").to_str().expect("UTF-8").to_owned();
    let sandbox = sandbox.env("SSL_CERT_FILE", &trusted);
    let said = told(&sandbox, &[]) + &files_that_are_none(&sandbox) + &without_roots(&sandbox);
    golden("fixtures/console/tls.txt", &said);
}

/// What `check` says of files that hold something else.
fn files_that_are_none(sandbox: &Sandbox) -> String {
    let tests = [
        ("a broken file", "tls: {cert: broken.pem, key: key.pem}, expect: 200"),
        ("a damaged certificate", "tls: {cert: damaged.pem, key: key.pem}, expect: 200"),
        ("a damaged key", "tls: {cert: cert.pem, key: none.pem}, expect: 200"),
    ];
    let tests = tests.map(|(name, keys)| test(name, "GET https://localhost:1/", keys));
    sandbox.write("b.yaml", format!("tests:\n{}", tests.concat()));
    sandbox.write("broken.pem", BROKEN);
    sandbox.write("damaged.pem", DAMAGED);
    sandbox.write("none.pem", NO_KEY);
    settled(sandbox, &sandbox.run(&["check", "b.yaml", "--color", "never"]).transcript())
}

/// A run on a machine that trusts nobody.
fn without_roots(sandbox: &Sandbox) -> String {
    let good = sandbox.read("a.yaml");
    let only: Vec<&str> = good.lines().take(3).collect();
    sandbox.write("a.yaml", only.join("\n"));
    sandbox.write("another.pem", "no certificate");
    told(sandbox, &[])
}
