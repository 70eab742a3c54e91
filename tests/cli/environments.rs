//! `--env`, `--env-file` and `--vars-file`: where the run takes place.

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::Server;

const SPEC: &str = "\
tests:
  - name: answers
    request: GET /${path}
    auth: alice
    expect: 200
";

fn sandbox(server: &Server) -> Sandbox {
    let project = format!(
        "\
base_url: http://127.0.0.1:1
vars: {{path: local}}
tokens: {{alice: token-of-the-laptop-1}}
environments:
  staging:
    base_url: {}
    vars: {{path: staged}}
    tokens: {{alice: \"${{env.ALICE}}\"}}
  production: {{base_url: http://127.0.0.1:2}}
",
        server.url()
    );
    Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", SPEC)
}

/// The target and the credential of the only request.
fn sent(server: &Server) -> (String, String) {
    let [request] = &server.arrived()[..] else { panic!("{:?}", server.arrived()) };
    let credential = request.header("authorization").unwrap_or_default().to_owned();
    (request.target.clone(), credential)
}

#[test]
fn what_an_environment_says_goes_before_the_project_file() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).env("ALICE", "token-of-staging-1");
    let ended = sandbox.run(&["--env", "staging"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert_eq!(sent(&server), ("/staged".into(), "Bearer token-of-staging-1".into()));
    let listed = sandbox.run(&["list", "--env", "staging", "-v"]).expect_code(0).stdout;
    assert!(listed.contains("base_url  from apitest.yaml:6:15\n"), "{listed}");
}

#[test]
fn without_one_only_the_project_file_counts() {
    let server = Server::answering(200, &[], "{}");
    let ended = sandbox(&server).run(&["check", "--strict", "--env-set"]).expect_code(0);
    assert_eq!((ended.stderr.as_str(), server.arrived().len()), ("", 0));
}

#[test]
fn an_environment_that_is_not_there_runs_nothing() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server);
    let ended = sandbox.run(&["--env", "stagin", "--junit", "junit.xml"]).expect_code(2);
    assert!(ended.stderr.starts_with("error: no environment `stagin`\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("did you mean `staging`?"), "{}", ended.stderr);
    assert!(sandbox.read("junit.xml").contains("errors=\"1\""));
    let ended = sandbox.run(&["check", "--env", "x"]).expect_code(2);
    assert!(ended.stderr.contains("apitest.yaml has `staging`, `production`"), "{}", ended.stderr);
    let bare = Sandbox::new().file("specs/a.yaml", SPEC);
    let ended = bare.run(&["--env", "x"]).expect_code(2);
    assert!(ended.stderr.contains("there is none here"), "{}", ended.stderr);
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn a_spec_that_says_otherwise_is_told_of() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).env("ALICE", "token-of-staging-1");
    sandbox
        .write("specs/a.yaml", format!("base_url: {}\nvars: {{path: own}}\n{SPEC}", server.url()));
    let Ended { stderr, .. } = sandbox.run(&["--env", "staging"]).expect_code(0);
    assert!(
        stderr.contains("warning: `base_url` does not come from the environment `staging`\n --> specs/a.yaml:1:11\n"),
        "{stderr}"
    );
    assert!(stderr.contains("this takes the place of apitest.yaml:6:15"), "{stderr}");
    assert!(
        stderr.contains("warning: `vars.path` does not come from the environment `staging`\n --> specs/a.yaml:2:8\n"),
        "{stderr}"
    );
    sandbox.run(&["--env", "staging", "--strict"]).expect_code(2);
}

#[test]
fn a_file_of_variables_wins_over_vars_and_the_command_line_over_it() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).env("ALICE", "token-of-staging-1");
    sandbox.write("a.json", "{\"path\": 7, \"other\": \"${path}\"}");
    sandbox.write("b.yaml", "path: 8\n");
    let ended = sandbox.run(&["--env", "staging", "--vars-file", "a.json"]).expect_code(0);
    assert_eq!(ended.stderr, "apitest: warning: a.json:1:13: nothing uses the variable `other`\n");
    assert_eq!(sent(&server).0, "/7");
    let both = ["--env", "staging", "--vars-file", "a.json", "--vars-file", "b.yaml", "specs"];
    let ended = sandbox.run(&both).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert_eq!(server.arrived()[1].target, "/8");
    sandbox.run(&[&both[..], &["--var", "path=9"]].concat()).expect_code(0);
    assert_eq!(server.arrived()[2].target, "/9");
}

#[test]
fn a_file_of_variables_that_is_none_runs_nothing() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server);
    for (text, title) in [
        ("- 1\n", "this is no file of variables"),
        ("env: 1\n", "`env` is reserved and cannot name a variable"),
        ("a: 1\na: 2\n", "duplicate key `a`"),
    ] {
        sandbox.write("vars.yaml", text);
        let ended = sandbox.run(&["--vars-file", "vars.yaml"]).expect_code(2);
        assert!(ended.stderr.contains(title), "{}", ended.stderr);
        assert!(ended.stderr.contains("--> vars.yaml:"), "{}", ended.stderr);
    }
    let ended = sandbox.run(&["check", "--vars-file", "gone.yaml"]).expect_code(2);
    assert!(ended.stderr.contains("no such file or folder"), "{}", ended.stderr);
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn a_file_of_the_environment_fills_what_is_not_set() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server);
    sandbox.write(".env", "# local\nALICE='token of the file'\n");
    sandbox.write("good.env", "ALICE=token-of-the-file-1\n");
    let run = ["--env", "staging", "--env-file", "good.env"];
    sandbox.run(&run).expect_code(0);
    assert_eq!(sent(&server).1, "Bearer token-of-the-file-1");
    let set = sandbox.env("ALICE", "token-of-ci-12345");
    set.run(&run).expect_code(0);
    assert_eq!(server.arrived()[1].header("authorization"), Some("Bearer token-of-ci-12345"));
}

#[test]
fn a_line_of_the_environment_that_cannot_be_read_is_shown_without_its_value() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server);
    for text in [
        "ALICE=\"canary-4711-$X\"\n",
        "ALICE canary-4711\n",
        "export ALICE canary-4711\n",
        "canary-4711=ALICE\n",
        "KEY='-----BEGIN KEY-----\ncanary-4711\ncanary-4712=\n-----END KEY-----'\n",
    ] {
        sandbox.write(".env", text);
        let ended = sandbox.run(&["--env-file", ".env", "--junit", "junit.xml"]).expect_code(2);
        assert!(ended.stderr.contains("--> .env:1:1"), "{}", ended.stderr);
        let all = format!("{}{}{}", ended.stdout, ended.stderr, sandbox.read("junit.xml"));
        assert!(!all.contains("canary"), "{text}: {all}");
    }
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn where_the_api_runs_by_itself_no_server_is_started() {
    let server = Server::answering(200, &[], "{}");
    let project = format!(
        "server: {{command: [no-such-program, \"${{server.port}}\"]}}\nbase_url: ${{server.url}}\n\
         environments:\n  staging: {{server: none, base_url: {}}}\n  other: {{base_url: {0}}}\n",
        server.url()
    );
    let spec = "tests: [{name: answers, request: GET /, expect: 200}]\n";
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    sandbox.run(&["--env", "staging"]).expect_code(0);
    assert_eq!(server.arrived().len(), 1);
    sandbox.run(&["--env", "other"]).expect_code(3);
    sandbox.run(&[]).expect_code(3);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn what_is_said_to_repeat_a_test_runs_it_in_the_same_place() {
    let server = Server::answering(404, &[], "{}");
    let sandbox = sandbox(&server).env("ALICE", "token-of-staging-1");
    sandbox.write("more.env", "X=1\n");
    let run = ["--env", "staging", "--var", "path=a b", "--env-file", "more.env"];
    let ended = sandbox.run(&run).expect_code(1);
    let again = "apitest specs/a.yaml:2 --env staging --env-file more.env --var path=…\n";
    assert!(ended.stdout.contains(again), "{}", ended.stdout);
}

#[test]
fn a_request_that_goes_elsewhere_is_told_of() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server).env("ALICE", "token-of-staging-1");
    let url = server.url();
    let spec = format!(
        "\
vars: {{there: {url}, host: 127.0.0.1}}
tests:
  - {{name: its own, base_url: {url}, request: GET /, expect: 200}}
  - {{name: whole, request: GET {url}/x, expect: 200}}
  - {{name: variable, request: 'GET ${{there}}/x', expect: 200}}
  - {{name: host, request: 'GET http://${{host}}:{}/x', expect: 200}}
  - name: steps
    data: [{{a: 1}}, {{a: 2}}]
    steps:
      - {{base_url: {url}, request: GET /, expect: 200}}
      - {{request: 'GET {url}/${{a}}', expect: 200}}
      - {{request: 'GET /${{path}}', auth: alice, expect: 200}}
",
        url.rsplit(':').next().unwrap_or_default()
    );
    sandbox.write("specs/a.yaml", spec);
    let Ended { stderr, .. } = sandbox.run(&["--env", "staging"]).expect_code(0);
    let own =
        "warning: `base_url` does not come from the environment `staging`\n --> specs/a.yaml:";
    let whole = "warning: the request does not go to the `base_url` of the environment `staging`\n \
                 --> specs/a.yaml:";
    let wide = stderr.replace("\n  --> ", "\n --> ");
    assert_eq!(wide.matches(own).count(), 2, "{stderr}");
    assert_eq!(wide.matches(whole).count(), 2, "{stderr}");
    assert_eq!(stderr.matches("this takes the place of apitest.yaml:6:15").count(), 4);
    sandbox.run(&["--env", "staging", "--strict"]).expect_code(2);
    // Where no environment is chosen, nothing is replaced.
    let ended = sandbox.run(&["check", "specs", "--strict"]).expect_code(0);
    assert_eq!(ended.stderr, "");
}

#[test]
fn what_is_wrong_with_an_environment_is_told_whichever_is_chosen() {
    let project = "\
base_url: http://127.0.0.1:1
tokens: {alice: token-of-the-laptop-1, spare: \"\"}
environments:
  right:
    base_url: ${host}
    headers: {X-A: \"${elsewhere}\", X-B: \"${env.NOWHERE}\"}
    tokens: {alice: \"${env.NOWHERE}\"}
  wrong: {timeout: 5, base_url: staging, retry: 99, tokens: {alice: \"\"}, vars: {a: \"${a}\"}}
";
    let spec = "vars: {host: http://127.0.0.1:2, elsewhere: x}\n".to_owned() + SPEC;
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    let faults = [
        ("the token `spare` is empty", "2:47"),
        ("`timeout` takes a time with its unit", "8:20"),
        ("`base_url` is no URL to begin with", "8:33"),
        ("`retry` takes a number from 0 to 10", "8:49"),
        ("the token `alice` is empty", "8:69"),
    ];
    for arguments in
        [&["check", "--var", "path=x"][..], &["check", "--env", "right", "--var", "path=x"]]
    {
        let ended = sandbox.run(arguments).expect_code(2);
        for (title, place) in faults {
            let told = ended.stderr.split_once(title);
            let (_, rest) = told.unwrap_or_else(|| panic!("{title}: {}", ended.stderr));
            let arrow = rest.lines().nth(1).unwrap_or_default();
            assert!(arrow.ends_with(&format!("apitest.yaml:{place}")), "{title}: {arrow}");
            assert_eq!(ended.stderr.matches(title).count(), 1, "{}", ended.stderr);
        }
        assert!(ended.stderr.contains("error: `a` stands for itself\n"), "{}", ended.stderr);
        let count = ended.stderr.matches("error: ").count();
        assert_eq!(count, faults.len() + 1, "{}", ended.stderr);
    }
}
