//! What README, docs and examples say is so: every spec in them runs, every output in them is real.
//!
//! A block of YAML says behind its language what it is: `spec`, a whole spec that is green against
//! the demo; `tests`, items of `tests` that are; `fragment` with a path, a fragment that they use;
//! `project`, a project file; `file` with a path, one that transcripts or examples of the page need;
//! `ci` and `elsewhere`, for other programs. One without such a word fails.

mod book;
mod elsewhere;
mod reference;
#[cfg(unix)]
mod transcripts;
mod troubleshooting;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use apitest::demo::DemoServer;
use apitest::demo::tokens::{ALICE, BOB};

use crate::support::golden::golden;
use crate::support::project::{files, root};
use crate::support::sandbox::{Ended, Sandbox, program, steady};
use crate::support::server::Server;
use crate::support::tls::Authority;

/// A fenced block of a Markdown file.
pub struct Block {
    /// Where its first line stands, the one with its kind.
    pub line: usize,
    /// What stands behind its opening fence.
    pub kind: String,
    /// What is in it.
    pub text: String,
}

const DEMO_URL: &str = "http://127.0.0.1:8787";

#[test]
fn every_spec_in_the_docs_is_green_against_the_demo() {
    let issuer = issuer();
    for path in pages() {
        let mut sandbox = Sandbox::new();
        sandbox.write("apitest.yaml", project());
        for (path, file) in beside_specs() {
            sandbox.write(&format!("specs/{path}"), file);
        }
        for (name, value) in surroundings(&issuer.url()) {
            sandbox = sandbox.env(name, &value);
        }
        let has_transcripts = blocks(&path).iter().any(|block| block.kind == "console");
        let mut specs = 0;
        for block in blocks(&path) {
            let spec = match block.kind.as_str() {
                "yaml spec" => block.text.replace(DEMO_URL, "${server.url}"),
                "yaml tests" => format!("tests:\n{}", indented(&block.text)),
                kind => {
                    let beside = kind.strip_prefix("yaml fragment ");
                    let beside = beside.or_else(|| kind.split_once(" file ").map(|(_, path)| path));
                    // Where a page has transcripts, its files are theirs.
                    if let Some(path) = beside.filter(|_| !has_transcripts) {
                        sandbox = sandbox.file(&format!("specs/{path}"), block.text);
                    }
                    continue;
                }
            };
            // The default of a variable cannot hold another variable.
            let spec = spec.replace("${env.API_URL:-${server.url}}", "${server.url}");
            sandbox = sandbox.file(&format!("specs/line-{}.yaml", block.line), spec);
            specs += 1;
        }
        if specs > 0 {
            let ended = sandbox.run(&["specs"]).expect_code(0);
            assert_eq!(ended.stderr, "", "{}", path.display());
        }
    }
}

#[test]
fn every_project_file_in_the_docs_is_one() {
    let running = DemoServer::start(0).expect("a demo");
    let mut seen = 0;
    for path in pages() {
        for block in blocks(&path).iter().filter(|block| block.kind == "yaml project") {
            let health = "tests:\n  - {name: is up, request: GET /health, expect: 200}\n";
            let sandbox = Sandbox::new().env("DB_PASSWORD", "a-password-of-the-database");
            let sandbox = sandbox.env("API_PORT", port_of(&running.url()));
            let sandbox = sandbox.file("apitest.yaml", &block.text).file("specs/a.yaml", health);
            let mut run = sandbox.command(&[]);
            let ended = Ended::of(run.env("PATH", path_with_apitest())).expect_code(0);
            // The one that takes what runs already says so.
            let told = ended.stderr.lines().filter(|line| !line.ends_with("is tested as it is"));
            assert_eq!(told.count(), 0, "{}:{}: {}", path.display(), block.line, ended.stderr);
            seen += 1;
        }
    }
    assert!(seen > 0, "no project file in the docs");
}

#[test]
fn every_block_of_yaml_says_what_it_is() {
    let kinds = ["spec", "tests", "fragment", "project", "file", "ci", "elsewhere"]
        .map(|word| format!("yaml {word}"));
    let mut counts = kinds.map(|kind| (kind, 0));
    for path in pages() {
        for block in blocks(&path).iter().filter(|block| block.kind.starts_with("yaml")) {
            let words = block.kind.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let known = counts.iter_mut().find(|(kind, _)| *kind == words);
            let (_, count) = known.unwrap_or_else(|| panic!("{}:{}", path.display(), block.line));
            *count += 1;
        }
    }
    assert!(counts.iter().all(|(_, count)| *count > 0), "{counts:?}");
}

#[test]
fn the_readme_shows_its_first_example_and_a_real_failure() {
    let blocks = blocks(&root().join("README.md"));
    let first = fs::read_to_string(root().join("examples/first.yaml")).expect("an example");
    let without_head: String = first.lines().skip(3).map(|line| format!("{line}\n")).collect();
    let shown = &blocks.iter().find(|b| b.kind == "yaml spec").expect("a spec").text;
    assert_eq!(shown.lines().count(), 12);
    assert_eq!(shown.split_once('\n').map(|(_, rest)| rest), Some(without_head.as_str()));

    let output = &blocks.iter().find(|b| b.kind == "text").expect("an output").text;
    let real = example("examples/unguarded.yaml").expect_code(1);
    let real = format!("{}{}", real.stderr, real.stdout);
    if settled(output) != settled(&real) {
        let readme = fs::read_to_string(root().join("README.md")).expect("the README");
        golden("README.md", &readme.replace(output, &real));
    }
}

#[test]
fn the_readme_shows_what_is_really_proven() {
    let blocks = blocks(&root().join("README.md"));
    let nth = |kind, n| &blocks.iter().filter(|b| b.kind == kind).nth(n).expect(kind).text;
    let (spec, shown) = (nth("yaml spec", 2), nth("text", 1));
    assert!(spec.contains("enforce: bearer") && shown.contains("L3  GET /orders"), "{shown}");
    let sandbox = Sandbox::new().file("a.yaml", spec.replace(DEMO_URL, "${server.url}"));
    sandbox.write("apitest.yaml", project());
    let ended = sandbox.run(&["a.yaml", "--require-level", "L3"]).expect_code(0);
    assert!(ended.stdout.contains(shown.as_str()), "{}", ended.stdout);
}

#[test]
fn every_example_does_what_it_says() {
    let mut examples = 0;
    for path in files("examples", "yaml") {
        let path = format!("examples/{}", path.file_name().expect("a name").to_string_lossy());
        let red = ["examples/flawed.yaml", "examples/unguarded.yaml"].contains(&path.as_str());
        let code = if red { 1 } else { 0 };
        let ended = example(&path).expect_code(code);
        assert_eq!(ended.stderr, "", "{path}");
        examples += 1;
    }
    assert!(examples >= 10, "{examples} examples");
}

#[test]
fn the_example_of_a_server_is_a_project_of_its_own() {
    let sandbox = Sandbox::new();
    let mut run = sandbox.command(&[]);
    run.current_dir(root().join("examples/own_server")).env("PATH", path_with_apitest());
    let ended = Ended::of(&mut run).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("2 cases: 2 passed"), "{}", ended.stdout);
}

#[test]
fn the_example_of_a_shared_login_is_a_project_of_its_own() {
    let server = DemoServer::start(0).expect("a demo");
    let sandbox = Sandbox::new().env("API_URL", &server.url());
    let mut run = sandbox.command(&["--strict"]);
    run.current_dir(root().join("examples/shared_login"));
    let ended = Ended::of(&mut run).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("4 cases: 4 passed"), "{}", ended.stdout);
}

#[test]
fn the_example_of_defaults_is_a_project_of_its_own() {
    let sandbox = Sandbox::new();
    let mut run = sandbox.command(&[]);
    let ended = Ended::of(run.current_dir(root().join("examples/defaults"))).expect_code(0);
    assert_eq!(ended.stderr, "");
    for proven in ["L3  GET /me", "L3  GET /orders"] {
        assert!(ended.stdout.contains(proven), "{}", ended.stdout);
    }
}

#[test]
fn the_readme_has_the_two_commands() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let ci = fs::read_to_string(root().join(".ci/run")).expect("what CI runs");
    for command in ["cargo run --release -- specs/", "cargo test"] {
        assert!(readme.lines().any(|line| line == command), "{command} is not in the README");
        assert!(ci.lines().any(|line| line == command), "{command} is not in .ci/run");
    }
}

/// Runs an example in the project itself, against a demo of its own.
fn example(path: &str) -> Ended {
    let server = DemoServer::start(0).expect("a demo");
    let sandbox = Sandbox::new().env("API_URL", &server.url()).env("ALICE_TOKEN", ALICE);
    Ended::of(sandbox.command(&[path, "--jobs", "8"]).current_dir(root()))
}

/// Where the program is found by its name, as by those who installed it.
fn path_with_apitest() -> OsString {
    let own = program().parent().expect("a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).expect("a PATH")
}

fn project() -> String {
    format!("server: demo\nbase_url: ${{server.url}}\ntokens:\n  alice: {ALICE}\n  bob: {BOB}\n")
}

/// An output without what differs from run to run.
fn settled(text: &str) -> String {
    let date = regex::Regex::new(r"(?m)^ *date: .*$").expect("a regex");
    date.replace_all(&steady(text), "    date: <date>").into_owned()
}

/// What stands in for services that the demo has not: it gives alice's token to whoever asks.
fn issuer() -> Server {
    let token =
        format!(r#"{{"access_token": "{ALICE}", "token_type": "Bearer", "value": "{ALICE}"}}"#);
    Server::answering(200, &[("Content-Type", "application/json")], &token)
}

/// The files that the examples name, but for those that their pages show.
fn beside_specs() -> Vec<(&'static str, Vec<u8>)> {
    let of_project = [
        ("expected/text.txt", "specs/expected/text.txt"),
        ("orders.csv", "fixtures/bodies/orders.csv"),
        ("certs/ca.pem", "specs/certs/ca.pem"),
        ("rs256.token", "fixtures/tokens/alice-rs256.jwt"),
        ("rs256.pub.pem", "src/demo/keys/rs256.pub.pem"),
    ];
    let of_project =
        of_project.map(|(path, file)| (path, fs::read(root().join(file)).expect(file)));
    let (certificate, key) = Authority::new("Docs").client();
    let of_client = [("certs/client.pem", certificate), ("certs/client.key", key)];
    of_project.into_iter().chain(of_client.map(|(path, text)| (path, text.into_bytes()))).collect()
}

/// What the examples find in the environment.
fn surroundings(issuer: &str) -> [(&'static str, String); 3] {
    [
        ("ISSUER", issuer.to_owned()),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{issuer}/token?version=1")),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a-token-of-the-job".to_owned()),
    ]
}

fn port_of(url: &str) -> &str {
    url.rsplit_once(':').expect("a port").1
}

/// Everything in Markdown that a reader may take a spec from.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = files("docs", "md");
    pages.extend(files("docs/language", "md"));
    pages.retain(|page| !page.ends_with("SUMMARY.md"));
    pages.extend(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page)));
    pages
}

/// The fenced blocks of a page.
pub fn blocks(path: &Path) -> Vec<Block> {
    let page = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (i, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), inside) {
            (Some(kind), false) => {
                blocks.push(Block { line: i + 1, kind: kind.to_owned(), text: String::new() });
                inside = true;
            }
            (Some(_), true) => inside = false,
            (None, true) => {
                let text = &mut blocks.last_mut().expect("a block").text;
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

/// A text whose lines stand under a key.
pub fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
