//! How requests get to their server: private authorities, client certificates, proxies, other
//! addresses; each with a real server at the other end.

mod identity;
mod proxy;
mod proxy_errors;
mod resolve;
mod socks;
mod tls;
#[cfg(unix)]
mod unix_socket;

use crate::support::sandbox::{Ended, Sandbox};

/// Runs a spec with two cases at `base_url`, the second after the first, with these lines at its
/// top and these files beside it.
fn run(base_url: &str, lines: &str, files: &[(&str, &str)]) -> Ended {
    sandbox(base_url, lines, files).run(&["a.yaml", "--jobs=1"])
}

fn sandbox(base_url: &str, lines: &str, files: &[(&str, &str)]) -> Sandbox {
    let spec = format!(
        "serial: true\nbase_url: {base_url}\ntimeout: 5s\n{lines}\ntests:\n  \
         - {{name: first, request: GET /1, expect: 200}}\n  \
         - {{name: second, request: GET /2, expect: 200}}\n"
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    files.iter().for_each(|(path, text)| sandbox.write(path, text));
    sandbox
}

/// Fails the test unless both cases ended without a verdict, for this reason.
#[track_caller]
fn errors(ended: Ended, message: &str) {
    let ended = ended.expect_code(1);
    assert!(ended.stdout.contains("2 errored"), "{}", ended.stdout);
    let told = ended.stdout.matches(message).count();
    assert!(told >= 2, "{message}\n{}\n{}", ended.stdout, ended.stderr);
}
