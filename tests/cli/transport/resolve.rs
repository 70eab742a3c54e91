//! `--resolve`: another address for a host, which stays that host in all else.

use super::{errors, sandbox};
use crate::support::sandbox::Ended;
use crate::support::server::{Server, answer, reply};
use crate::support::tls::{Authority, serve_tls};

fn run(base_url: &str, lines: &str, ca: &str, overrides: &[&str]) -> Ended {
    let sandbox = sandbox(base_url, lines, &[("ca.pem", ca)]);
    let options: Vec<String> = overrides.iter().map(|o| format!("--resolve={o}")).collect();
    let mut arguments = vec!["a.yaml", "--jobs=1"];
    arguments.extend(options.iter().map(String::as_str));
    sandbox.run(&arguments)
}

#[test]
fn the_certificate_is_checked_against_the_host() {
    let authority = Authority::new("ours");
    let port = serve_tls(authority.config("orders.test", |_| {}), |_, _, tls| {
        reply(tls, &answer(200, &[], "{}"))
    });
    let (good, bad) =
        (format!("orders.test:{port}:127.0.0.1"), format!("bills.test:{port}:127.0.0.1"));
    let lines = "tls: {ca: ca.pem}\nauth: {bearer: a-token-that-is-long}";
    let ended = run(&format!("https://orders.test:{port}"), lines, &authority.pem(), &[&good]);
    assert_eq!(ended.expect_code(0).stderr, "");
    let ended = run(&format!("https://bills.test:{port}"), lines, &authority.pem(), &[&bad]);
    errors(ended, "is not valid:");
}

#[test]
fn the_host_header_stays_and_what_is_not_needed_is_told() {
    let server = Server::answering(200, &[], "{}");
    let port = server.url().rsplit(':').next().expect("a port").to_owned();
    let needed = format!("Orders.test:{port}:127.0.0.1");
    let ended = run(
        &format!("http://orders.test:{port}"),
        "",
        "",
        &[&needed, "orders.test:81:127.0.0.1", "bills.test:80:[::1]"],
    )
    .expect_code(0);
    let hosts: Vec<_> =
        server.arrived().iter().map(|r| r.header("host").map(str::to_owned)).collect();
    assert_eq!(hosts, vec![Some(format!("orders.test:{port}")); 2]);
    let warning = |given: &str| format!("apitest: warning: no request needed --resolve {given}\n");
    let warnings = warning("orders.test:81:127.0.0.1") + &warning("bills.test:80:[::1]");
    assert!(ended.stderr.ends_with(&warnings), "{}", ended.stderr);
}

/// Whoever can give a name another address can give it any.
#[test]
fn a_name_with_an_address_of_this_machine_is_not_this_machine() {
    let server = Server::answering(200, &[], "{}");
    let port = server.url().rsplit(':').next().expect("a port").to_owned();
    let ended = run(
        &format!("http://orders.test:{port}"),
        "auth: {bearer: a-token-that-is-long}",
        "",
        &[&format!("orders.test:{port}:127.0.0.1")],
    );
    errors(ended, "a credential is not sent unencrypted to orders.test");
    assert!(server.arrived().is_empty());
}

#[test]
fn what_is_no_override_is_told() {
    let table = [
        ("orders.test:443", "write HOST:PORT:ADDRESS"),
        ("192.0.2.1:443:127.0.0.1", "HOST is a name"),
        ("localhost:80:192.0.2.1", "localhost is always this machine"),
    ];
    for (given, reason) in table {
        let ended = run("http://127.0.0.1:1", "", "", &[given]).expect_code(2);
        assert!(ended.stderr.contains(reason), "{given}\n{}", ended.stderr);
    }
}
