//! Options of other tools, and what there is here instead.

use clap::Error;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What other tools call it, and what to write here.
const HABITS: [(&[&str], &str); 19] = [
    (
        &["-o", "--output", "--out", "--format", "--reporter", "--reporters", "--report-junit"],
        "a JUnit report is written with '--junit PATH'",
    ),
    (
        &["--variable", "--env-var", "-e", "--set", "-D"],
        "a variable is set with '--var NAME=VALUE'",
    ),
    (&["--bail", "--exitfirst", "-x"], "the first failure ends the run with '--fail-fast'"),
    (
        &["--parallel", "--workers", "--threads", "--concurrency", "-n"],
        "'--jobs N' runs N cases at a time",
    ),
    (
        &["--delay", "--throttle", "--rate-limit", "--rps"],
        "'--rate N' sends at most N requests a second",
    ),
    (
        &["--cacert", "--cert", "--key", "-E"],
        "write 'tls: {ca: FILE}' in the spec or the project file; 'cert' and 'key' stand there too",
    ),
    (
        &["-k", "--insecure", "--no-verify"],
        "trust the authority of the server, 'tls: {ca: FILE}'; 'tls: {insecure: true}' checks nothing",
    ),
    (
        &["--proxy", "--socks5", "--socks5-hostname", "--noproxy"],
        "write 'proxy: http://HOST:PORT' in the spec or the project file",
    ),
    (&["--unix-socket"], "write 'unix_socket: PATH' in the spec or the project file"),
    (&["--connect-to"], "'--resolve HOST:PORT:ADDRESS' connects to another address"),
    (
        &["--base-url", "--url", "--host", "-u"],
        "write 'base_url: ${env.API_URL}' in the spec or the project file, and set API_URL",
    ),
    (
        &["--timeout", "--max-time", "-m"],
        "'timeout: 5s' in a spec is for a request, '--deadline 10m' for the whole run",
    ),
    (&["--name", "--grep", "-g", "-t"], "'--filter TEXT' runs the tests with TEXT in their name"),
    (&["--no-color", "--no-colour"], "write '--color never', or set NO_COLOR"),
    (&["--test", "--run"], "it needs no option: write 'apitest PATHS'"),
    (
        &["--dry-run", "--check", "--validate", "--syntax-check"],
        "'apitest check PATHS' reads specs and sends nothing",
    ),
    (
        &["--list", "--list-tests", "--list-tags", "--collect-only"],
        "'apitest list PATHS' lists the tests, and with '--tags' the tags",
    ),
    (
        &["--retry", "--retries", "--reruns"],
        "write 'retry: 2' in the spec or the project file; what passes then is reported as flaky",
    ),
    (
        &["--config", "-c"],
        "the project file is apitest.yaml, in the working directory or a folder above it",
    ),
];

/// Gives an error about an option of another tool the advice that helps.
pub fn advise(error: &mut Error) {
    if error.kind() != ErrorKind::UnknownArgument {
        return;
    }
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg) else { return };
    let habit = HABITS.iter().find(|(names, _)| names.contains(&found.as_str()));
    let near = error.get(ContextKind::SuggestedArg).is_some();
    if habit.is_some() || !near {
        // That it could be passed as a value helps nobody.
        error.remove(ContextKind::Suggested);
    }
    if let Some((_, advice)) = habit {
        error.remove(ContextKind::SuggestedArg);
        let advice = vec![StyledStr::from(*advice)];
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(advice));
    }
}
