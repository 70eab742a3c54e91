//! Every transcript in the docs is what the program prints.
//!
//! A block `console` has commands behind `$ `, and below each what it prints. The commands of a page
//! are run in one shell, in a folder of their own, with the files that the page shows above them
//! (blocks such as `yaml file specs/orders.yaml`), and a demo that `API_URL` names.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use apitest::demo::DemoServer;
use regex::Regex;

use super::{blocks, pages, path_with_apitest};
use crate::support::golden::golden;
use crate::support::project::root;
use crate::support::sandbox::Sandbox;

/// Stands behind the output of each command.
const END: &str = "==the end of a command==";

#[test]
fn every_transcript_is_what_the_program_prints() {
    let mut seen = 0;
    for page in pages() {
        let whole = fs::read_to_string(&page).expect("a page");
        let real = with_real_output(&page, &whole);
        seen += blocks(&page).iter().filter(|block| block.kind == "console").count();
        if settled(&real) != settled(&whole) {
            let path = page.strip_prefix(root()).expect("a page of the project");
            golden(&path.to_string_lossy(), &real);
        }
    }
    assert!(seen >= 10, "{seen} transcripts");
}

/// The page with what its commands print now.
fn with_real_output(path: &Path, page: &str) -> String {
    let sandbox = Sandbox::new();
    let mut script = String::new();
    let mut commands = Vec::new();
    for block in blocks(path) {
        if let Some(file) = file_of(&block.kind) {
            // Written when its turn comes, for a page may change a file later on.
            let staged = format!("{}.staged", commands.len() + script.len());
            sandbox.write(&staged, &block.text);
            let folder = Path::new(file).parent().expect("a folder").display();
            script.push_str(&format!("mkdir -p \"./{folder}\"; mv \"$HOME/{staged}\" '{file}'\n"));
        } else if block.kind == "console" {
            for line in block.text.lines() {
                if let Some(command) = line.strip_prefix("$ ") {
                    commands.push(line.to_owned());
                    script.push_str(&format!(
                        "(exit $code); {command}\ncode=$?; printf '{END}\\n'\n"
                    ));
                }
            }
        }
    }
    if commands.is_empty() {
        return page.to_owned();
    }
    let output = output(&sandbox, &format!("code=0\n{script}"));
    let outputs: Vec<&str> = output.split(&format!("{END}\n")).collect();
    assert_eq!(outputs.len(), commands.len() + 1, "{}: {output}", path.display());
    assert_eq!(outputs.last(), Some(&""), "{}", path.display());
    let mut told = commands.iter().zip(outputs).map(|(c, o)| (c.as_str(), o));
    rewritten(page, &mut told)
}

/// Replaces what stands below each command of a transcript.
fn rewritten<'t>(page: &str, told: &mut dyn Iterator<Item = (&'t str, &'t str)>) -> String {
    let mut new = String::new();
    let mut kind: Option<&str> = None;
    for line in page.lines() {
        let fence = line.strip_prefix("```");
        match (fence, kind) {
            (Some(opened), None) => kind = Some(opened),
            (Some(_), Some(_)) => kind = None,
            _ => {}
        }
        if fence.is_none() && kind == Some("console") {
            if line.starts_with("$ ") {
                let (command, output) = told.next().expect("an output");
                assert_eq!(command, line);
                new.push_str(&format!("{line}\n{output}"));
            }
            continue;
        }
        new.push_str(line);
        new.push('\n');
    }
    new
}

/// What a shell prints that runs these commands.
fn output(sandbox: &Sandbox, script: &str) -> String {
    let home = sandbox.path("");
    let demo = DemoServer::start(0).expect("a demo");
    let ended = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\nmkdir work && cd work\n{script}")])
        .current_dir(&home)
        .env_clear()
        .env("HOME", &home)
        .env("API_URL", demo.url())
        .env("PATH", path_with_apitest())
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    assert!(ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).expect("UTF-8")
}

/// The path of a block that is a file.
fn file_of(kind: &str) -> Option<&str> {
    let (_, rest) = kind.split_once(' ')?;
    rest.strip_prefix("file ")
}

/// A page without what differs from run to run, and from machine to machine.
fn settled(page: &str) -> String {
    let jobs = Regex::new(r"\b\d+ at a time").expect("a regex");
    jobs.replace_all(&super::settled(page), "<jobs> at a time").into_owned()
}
