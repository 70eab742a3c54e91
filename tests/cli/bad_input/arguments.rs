//! Arguments that are wrong, and what the help says.

use crate::support::golden::golden;
use crate::support::sandbox::{Ended, Sandbox};

/// What is said when these arguments are given, all runs in one text.
fn told(table: &[&[&str]]) -> String {
    let sandbox = Sandbox::new();
    let told = table.iter().map(|arguments| {
        let Ended { stdout, stderr, .. } = sandbox.run(arguments).expect_code(2);
        assert_eq!(stdout, "", "{arguments:?}");
        format!("$ apitest {}\n{stderr}\n", arguments.join(" "))
    });
    told.collect()
}

#[test]
fn a_wrong_argument_says_what_to_do() {
    let told = told(&[
        &["--jobs", "0"],
        &["--jobs", "many"],
        &["--jobs", "2000"],
        &["--deadline", "5"],
        &["--deadline", "0s"],
        &["--rate", "0"],
        &["--rate", "-2"],
        &["--rate", "fast"],
        &["--rate", "5/s"],
        &["--max-body", "big"],
        &["--max-body", "0"],
        &["--report", "html=report.html"],
        &["--report", "xml=report.xml"],
        &["--report", "report.xml"],
        &["--color", "blue"],
        &["--tag", "!"],
        &["--filter", ""],
        &["--quiet", "--verbose"],
        &["--job", "2"],
        &["--var", "token"],
        &["--var", "my token=canary-4711"],
        &["--var", "env=canary-4711"],
        &["--var", "a=canary-4711", "--var", "a=canary-4712"],
        &["--seed"],
        &["--seed", "-1"],
        &["--seed", "abc"],
        &["check", "--seed", "7"],
        &["--repeat", "0"],
        &["--repeat", "often"],
        &["--repeat", "100001"],
        &["list", "--repeat", "2"],
        &["--env-set"],
        &["check", "--env"],
        &["--output", "junit"],
        &["-o", "report.xml"],
        &["--reporters", "cli,junit"],
        &["--variable", "token=canary-4711"],
        &["--rate-limit", "5"],
        &["--github-masks"],
        &["--bail"],
        &["--parallel", "4"],
        &["--insecure"],
        &["--base-url", "http://127.0.0.1:9"],
        &["--timeout", "5"],
        &["--dry-run"],
        &["--resolve", "a"],
        &["--resolve", "a b:443:127.0.0.1"],
        &["--resolve", "a:443:b"],
        &["--resolve", "127.0.0.1:443:127.0.0.2"],
        &["--proxy", "http://127.0.0.1:1"],
        &["--unix-socket", "api.sock"],
        &["--connect-to", "a"],
        &["--name", "a"],
        &["--no-colour"],
        &["--test", "a"],
        &["--list-tests"],
        &["--retries", "2"],
        &["--config", "a.yaml"],
        &["--cacert", "ca.pem"],
        &["run", "specs"],
        &["test"],
        &["validate", "specs"],
        &["chekc"],
        &["check", "--jobs", "4"],
        &["check", "--var", "a=canary-4711", "--var", "a=canary-4712"],
        &["list", "--json", "--tags"],
        &["dmeo"],
        &["demo", "--port", "99999"],
        &["demo", "specs"],
    ]);
    assert!(
        !told
            .replace("$ apitest --var", "")
            .lines()
            .any(|l| l.starts_with("error") && l.contains("canary")),
        "{told}"
    );
    golden("fixtures/faults/arguments.stderr", &told);
}

#[test]
fn the_help_explains_every_option() {
    let sandbox = Sandbox::new();
    for (arguments, expected) in [
        (&["-h"][..], "fixtures/help/short.txt"),
        (&["--help"], "fixtures/help/long.txt"),
        (&["check", "--help"], "fixtures/help/check.txt"),
        (&["list", "--help"], "fixtures/help/list.txt"),
        (&["show", "--help"], "fixtures/help/show.txt"),
        (&["schema", "--help"], "fixtures/help/schema.txt"),
        (&["demo", "--help"], "fixtures/help/demo.txt"),
    ] {
        let ended = sandbox.run(arguments).expect_code(0);
        assert_eq!(ended.stderr, "");
        golden(expected, &ended.stdout);
        assert!(ended.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ended.stdout);
    }
    let version = sandbox.run(&["--version"]).expect_code(0).stdout;
    assert_eq!(version, format!("apitest {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
#[cfg(unix)]
fn a_variable_that_is_no_text_says_so() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["--var"]);
    command.arg(std::ffi::OsStr::from_bytes(b"token=abc\xff"));
    let told = Ended::of(&mut command).expect_code(2).stderr;
    let begin = "error: --var takes NAME=VALUE: this one is not UTF-8\n";
    assert!(told.starts_with(begin), "{told}");
}
