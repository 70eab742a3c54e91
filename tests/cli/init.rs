//! `apitest init`, and the scripts and pages about the command line.

use crate::support::sandbox::Sandbox;

#[test]
fn what_it_writes_is_green_against_the_demo() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["init"]).expect_code(0);
    assert_eq!(
        ended.stdout,
        "\
wrote apitest.yaml
wrote specs/first.yaml
wrote schema/spec.schema.json
wrote schema/project.schema.json

Now run them, against the demo API that is started for it:
  apitest
"
    );
    let ended = sandbox.run(&["--require-level", "L3"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    sandbox.run(&["check", "--strict"]).expect_code(0);
}

#[test]
fn it_overwrites_nothing() {
    let sandbox = Sandbox::new().file("api/specs/first.yaml", "mine");
    let ended = sandbox.run(&["init", "api"]).expect_code(2);
    assert_eq!(
        ended.stderr,
        "apitest: api/specs/first.yaml is there already: nothing was written\n"
    );
    assert!(!sandbox.path("api/apitest.yaml").exists());
    assert_eq!(sandbox.read("api/specs/first.yaml"), "mine");
    let ended = sandbox.run(&["init", "new/api"]).expect_code(0);
    assert!(ended.stdout.ends_with("  cd new/api && apitest\n"), "{}", ended.stdout);
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Sandbox::new().run(&["completions", shell]).expect_code(0).stdout;
        for word in ["fail-fast", "require-level", "check"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let ended = Sandbox::new().run(&["completions", "tcsh"]).expect_code(2);
    assert!(ended.stderr.contains("possible values: bash"), "{}", ended.stderr);
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let sandbox = Sandbox::new();
    let page = sandbox.run(&["man"]).expect_code(0).stdout;
    for part in [".TH apitest 1", "Exit codes", "\\-\\-require\\-level"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for command in ["check", "list", "init", "demo", "probes", "schema", "completions", "man"] {
        let page = sandbox.run(&["man", command]).expect_code(0).stdout;
        assert!(page.contains(&format!(".TH apitest-{command} 1")), "{page}");
    }
    let ended = sandbox.run(&["man", "chekc"]).expect_code(2);
    assert_eq!(ended.stderr, "apitest: there is no command `chekc`: did you mean `check`?\n");
}
