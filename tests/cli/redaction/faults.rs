//! What is wrong with a secret, or beside it, is told without it.

use super::canary::{CANARY, hidden_in_all, hides, sandbox};
use crate::support::sandbox::Sandbox;

#[test]
fn a_fault_on_its_own_line_does_not_show_it() {
    let secret = CANARY;
    let test = "tests:\n  - {name: a, request: GET http://127.0.0.1:1/, expect: 200}\n";
    let specs = [
        format!("auth: {{bearer: '{secret}', bearr: x}}\n{test}"),
        format!("auth: {{bearr: '{secret}'}}\n{test}"),
        format!("auth: {{bearer: '{secret}'\n{test}"),
        format!("auth: {{bearer: '{secret}\n{test}"),
        format!("auth: {{bearer: {secret}, x}}\n{test}"),
        format!("auth:\n  bearer: '{secret}' x\n{test}"),
        format!("auth:\n  bearer: {secret}\n  bearer: {secret}\n{test}"),
        format!("auth:\n  bearer:{secret}\n{test}"),
        format!("auth:\n\tbearer: {secret}\n{test}"),
        format!("atuh: {{bearer: '{secret}'}}\n{test}"),
        format!("auth: 'Bearer {secret}'\n{test}"),
        format!("auth: '{secret}'\n{test}"),
        format!("auth: ['{secret}']\n{test}"),
        format!("auth: {{basic: 'alice:{secret}'}}\n{test}"),
        format!("auth: {{type: bearer, token: '{secret}'}}\n{test}"),
        format!("auth: {{bearer: '“{secret}”'}}\n{test}"),
        format!("auth: {{bearer: '${secret}'}}\n{test}"),
        format!("headers: {{Authorization: 'Bearer {secret}'}}\n{test}"),
        format!("headers:\n  authorization: '{secret}'\n{test}"),
        format!("headers: Authorization: Bearer {secret}\n{test}"),
        format!("headers:\n  - Authorization: 'Bearer {secret}'\n{test}"),
        format!("headers:\n  - 'Authorization: Bearer {secret}'\n{test}"),
        format!("body: curl -H 'Authorization: Bearer {secret}' http://127.0.0.1:1/\n{test}"),
        format!("tokens: {{alice: '{secret}', alice: '{secret}'}}\nauth: alice\n{test}"),
        format!("tokens: {{9x: '{secret}'}}\nauth: 9x\n{test}"),
        format!("tokens: {{a: {{token: '{secret}'}}}}\nauth: a\n{test}"),
        format!("tokns: {{a: '{secret}'}}\nauth: a\n{test}"),
        format!("auth: {{basic: {{username: al, passwort: '{secret}'}}}}\n{test}"),
        format!("auth: {{basic: {{username: 'a:b', password: '{secret}'}}}}\n{test}"),
        format!("auth: {{header: {{X-Api-Key: '{secret}', X-Api-Key: '{secret}'}}}}\n{test}"),
        format!("auth: {{header: {{X-Api-Key: {{value: '{secret}'}}}}}}\n{test}"),
        format!("tokens: {{a: {{oauth2: {{client_secret: '{secret}'}}}}}}\nauth: a\n{test}"),
        format!("vars: {{v: '{secret}'}}\nauth: {{bearer: \"${{v}}\"}}\ntimeout: ${{v}}\n{test}"),
        format!("auth: {{bearer: \"${{env.CANARY}}\"}}\ntimeout: ${{env.CANARY}}\n{test}"),
        format!("auth: {{bearer: \"${{env.CANARY}}\"}}\nquery: {{a: {{b: '{secret}'}}}}\n{test}"),
        format!("auth: {{bearer: \"${{v}}\"}}\nallow_plain_http: ${{v}}\n{test}"),
        format!("tokens: {{a: {{file: 'no-{secret}.txt'}}, b: '{secret}'}}\nauth: a\n{test}"),
        "tokens: {a: {command: [sh, -c, 'cat canary.txt >&2; exit 1']}}\nauth: a\n".to_owned()
            + test,
        "tokens: {a: {command: [sh, -c, 'cat canary.txt; exit 1']}}\nauth: a\n".to_owned() + test,
    ];
    for spec in specs {
        let sandbox = sandbox(secret, "specs: [specs]\n").file("specs/a.yaml", &spec);
        let variable = format!("v={secret}");
        let ended = sandbox.run(&["specs", "--junit", "out/junit.xml", "--var", &variable]);
        assert!(matches!(ended.code, Some(1 | 2)), "{spec}{}", ended.stderr);
        assert!(
            ended.stderr.contains("specs/a.yaml:") || ended.code == Some(1),
            "{}",
            ended.stderr
        );
        hidden_in_all(secret, &sandbox, &ended, &spec);
    }
}

#[test]
fn a_fault_in_the_project_file_does_not_show_it() {
    let secret = CANARY;
    let projects = [
        format!("secrets: ['{secret}', [5]]\n"),
        format!("secrets: '{secret}'\n"),
        format!("secrets:\n  - {secret}\n  x: y\n"),
        format!("secret: ['{secret}']\n"),
        format!("tokens: {{a: '{secret}', b}}\n"),
        format!("auth: {{bearer: '{secret}'}}\ntimeout: {secret}\n"),
    ];
    for project in projects {
        let spec = "tests: [{name: a, request: GET http://127.0.0.1:1/, expect: 200}]\n";
        let sandbox = sandbox(secret, &project).file("specs/a.yaml", spec);
        let ended = sandbox.run(&["specs", "--junit", "out/junit.xml"]).expect_code(2);
        assert!(ended.stderr.contains("apitest.yaml:"), "{}", ended.stderr);
        hidden_in_all(secret, &sandbox, &ended, &project);
    }
}

#[test]
fn of_a_file_of_values_no_line_is_shown() {
    // Short, under an innocent name, and known to nobody.
    let canary = "zq-81";
    let spec = "vars: {at: \"\"}\ntests:\n  - {name: a, data: {file: ROWS}, request: \"GET \
                http://127.0.0.1:1/${at}\", expect: 200}\n";
    let rows = [
        ("rows.csv", format!("at,n\n{canary},1,2\n")),
        ("rows.csv", format!("at,n\n\"{canary}\"x,1\n")),
        ("rows.json", format!("[{{\"at\": \"{canary}\"}}, {{\"at\": \"{canary}")),
        ("rows.json", format!("[{{\"at\": \"{canary}\", \"at\": \"{canary}\"}}]")),
        ("rows.yaml", format!("- {{at: {canary}}}\n- at: x\n  {canary}\n")),
        ("rows.yaml", format!("- at: @{canary}\n")),
        ("rows.yaml", format!("- {canary}\n")),
    ];
    for (file, text) in rows {
        let sandbox =
            Sandbox::new().file("specs/a.yaml", spec.replace("ROWS", &format!("../rows/{file}")));
        sandbox.write(&format!("rows/{file}"), &text);
        told_without(canary, &sandbox, &["specs"], &format!("rows/{file}:"));
    }
    let vars = [
        format!("at: x\nat: {canary}\n"),
        format!("at: @{canary}\n"),
        format!("at: [{canary}\n"),
        format!("at: {canary}: x\n"),
        format!("at:{canary}\n"),
        format!("at: \"{canary}\\q\"\n"),
        format!("- {canary}\n"),
        format!("at: {canary}\n  other: x\n"),
    ];
    for text in vars {
        let sandbox = Sandbox::new().file("specs/a.yaml", spec).file("vars.yaml", &text);
        told_without(canary, &sandbox, &["specs", "--vars-file", "vars.yaml"], "vars.yaml:");
    }
}

/// Fails unless a fault is told at its place, and nowhere with the text.
#[track_caller]
fn told_without(canary: &str, sandbox: &Sandbox, arguments: &[&str], place: &str) {
    let reports = ["--junit", "out/junit.xml", "--report", "json=out/run.jsonl", "-v"];
    let ended = sandbox.run(&[arguments, &reports].concat()).expect_code(2);
    assert!(ended.stderr.contains(&format!("--> {place}")), "{}", ended.stderr);
    for shown in
        [ended.stdout, ended.stderr, sandbox.read("out/junit.xml"), sandbox.read("out/run.jsonl")]
    {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[test]
fn the_command_line_is_not_repeated() {
    let sandbox = sandbox(CANARY, "");
    let wrong = [
        vec![format!("--var={CANARY}")],
        vec!["--var".into(), format!("to ken={CANARY}")],
        vec!["--var".into(), format!("env={CANARY}")],
        vec![format!("--vra=token={CANARY}")],
        vec!["--var".into(), format!("v={CANARY}"), "--jobs".into(), "none".into()],
        vec!["demo".into(), "--var".into(), format!("v={CANARY}")],
    ];
    for arguments in wrong {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = sandbox.run(&arguments).expect_code(2);
        hides(CANARY, &(ended.stdout + &ended.stderr), &arguments.join(" "));
    }
    let ended = sandbox.run(&["--var", "to ken=hunter2hunter2"]).expect_code(2);
    assert_eq!(
        ended.stderr,
        "error: --var takes NAME=VALUE: a name has letters, digits, `_` and `-`, and no digit first\n\n\
         Usage: apitest [OPTIONS] [PATHS]...\n       apitest <COMMAND>\n\n\
         For more information, try '--help'.\n"
    );
}
