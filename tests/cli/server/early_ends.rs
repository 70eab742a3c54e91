//! A server that ends by itself while the run still needs it.

use super::{SERVER, sandbox};
use crate::support::report;
use crate::support::xml::Element;

/// The demo as a child of the script, which ends as soon as that does. What a token needs kills it.
const SCRIPT: &str = "\
apitest demo --port $1 &
echo $! >demo.pid
wait $!
echo the demo is gone >&2
exit 7
";

const KILL: &str = "kill -9 $(cat ../demo.pid); echo a-token-of-it";

const REAPED: &str = "while kill -0 $(cat ../script.pid) 2>/dev/null; do :; done";

#[test]
fn it_ends_the_run_and_is_told_once() {
    let later: String = (0..20)
        .map(|i| format!("  - {{name: later {i}, request: GET /health, expect: 200}}\n"))
        .collect();
    let spec = format!(
        "\
serial: true
tokens: {{killing: {{command: [sh, -c, '{KILL}']}}}}
tests:
  - {{name: is up, request: GET /health, expect: 200}}
  - {{name: kills it, request: GET /me, auth: killing, expect: 401}}
{later}"
    );
    let sandbox = sandbox(SERVER, SCRIPT, &spec);
    let ended = sandbox.run(&["--junit", "junit.xml", "--color", "never"]).expect_code(1);
    let report = Element::parse(&sandbox.read("junit.xml"));
    let message = |case| report::end(case).map_or("", |end| end.attribute("message"));
    let messages: Vec<&str> = report::cases(&report).map(message).collect();
    assert_eq!(messages[0], "");
    let died = "the server ended by itself (exit status: 7): ";
    assert!(messages[1].starts_with(died), "{messages:#?}");
    for not_run in &messages[2..22] {
        assert_eq!(*not_run, "not run: the server had ended by itself");
    }
    let own = "the server ended by itself before the run did (exit status: 7)";
    assert_eq!(messages[22..], [own]);
    assert_eq!(ended.stdout.matches("ERRORED").count(), 4, "two, each twice: {}", ended.stdout);
    assert!(ended.stdout.contains("it printed last: the demo is gone"), "{}", ended.stdout);
    assert!(ended.stdout.contains("20 cases not run: the server had ended"), "{}", ended.stdout);
}

#[test]
fn a_crash_after_the_last_answer_is_not_green() {
    // The last request is sent once the script has let go of the pipe, and somebody waited for it.
    let spec = format!(
        "\
serial: true
tokens: {{killing: {{command: [sh, -c, 'exec 4<../ended; {KILL}; cat <&4; {REAPED}']}}}}
tests:
  - {{name: is up, request: GET /health, expect: 200}}
  - {{name: elsewhere, request: 'GET ${{env.OTHER}}/', auth: killing, expect: 200}}
"
    );
    let other = crate::support::server::Server::answering(200, &[], "{}");
    let script =
        format!("exec 3<>ended\necho $$ >script.pid\n{}", SCRIPT.replace("$1 &", "$1 3>&- &"));
    let sandbox = sandbox(SERVER, &script, &spec).env("OTHER", &other.url());
    let made = std::process::Command::new("mkfifo").arg(sandbox.path("ended")).status();
    assert!(made.expect("mkfifo").success());
    let ended = sandbox.run(&["--color", "never"]).expect_code(1);
    assert!(
        ended.stdout.contains("the server ended by itself before the run did"),
        "{}",
        ended.stdout
    );
}
