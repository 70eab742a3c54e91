//! What the docs write for other programs: it can be read, and what it has of apitest is right.

use serde::Deserialize;

use super::{Block, blocks, pages};
use crate::support::project::root;
use crate::support::sandbox::Sandbox;

#[test]
fn every_block_for_another_program_can_be_read() {
    let mut seen = 0;
    for path in pages() {
        for block in blocks(&path) {
            match block.kind.as_str() {
                "yaml ci" | "yaml elsewhere" => {
                    for document in serde_yaml::Deserializer::from_str(&block.text) {
                        let read = serde_yaml::Value::deserialize(document);
                        read.unwrap_or_else(|e| panic!("{}:{}: {e}", path.display(), block.line));
                    }
                }
                "json" | "json elsewhere" => {
                    let lines = serde_json::Deserializer::from_str(&block.text);
                    for value in lines.into_iter::<serde_json::Value>() {
                        value.unwrap_or_else(|e| panic!("{}:{}: {e}", path.display(), block.line));
                    }
                }
                _ => continue,
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// The command of each job is run, and the report that the job publishes is the one that it writes.
#[test]
fn every_job_for_ci_runs_a_command_that_works_and_publishes_its_report() {
    let mut systems = 0;
    for block in jobs() {
        let at = format!("line {} of {}", block.line, block.text);
        let command = command_of(&block).unwrap_or_else(|| panic!("{at} runs no apitest"));
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let report = words.iter().position(|word| *word == "--junit").map(|i| words[i + 1]);
        let report = report.unwrap_or_else(|| panic!("{at} writes no report"));
        let spec = "tests: [{name: is up, request: GET /health, expect: 200}]";
        let project = "server: demo\nbase_url: ${server.url}";
        let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
        sandbox.run(&words).expect_code(0);
        assert!(sandbox.read(report).contains("is up"), "{at}");
        let elsewhere = block.text.replacen(&format!("--junit {report}"), "", 1);
        let folder = report.split_once('/').map_or(report, |(folder, _)| folder);
        assert!(elsewhere.contains(folder), "{at} does not publish {report}");
        systems += 1;
    }
    // Three in the README, and five systems on the page about CI.
    assert!(systems >= 8, "{systems}");
}

#[test]
fn the_page_about_ci_has_every_system_that_the_report_is_for() {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).expect("the page");
    for system in ["GitHub Actions", "GitLab", "Jenkins", "Azure DevOps", "CircleCI"] {
        assert!(page.lines().any(|line| line == format!("## {system}")), "{system}");
    }
}

/// The files for CI in the docs that are whole jobs.
fn jobs() -> Vec<Block> {
    let kinds = ["yaml ci", "groovy"];
    let of_page =
        |path| blocks(path).into_iter().filter(|block| kinds.contains(&block.kind.as_str()));
    [root().join("README.md"), root().join("docs/ci.md")].iter().flat_map(|p| of_page(p)).collect()
}

/// The command that runs apitest in a job.
fn command_of(block: &Block) -> Option<String> {
    let command = regex::Regex::new(r"\bapitest [^'\n}]*--junit [^'\n]*").expect("a regex");
    Some(command.find(&block.text)?.as_str().trim().to_owned())
}
