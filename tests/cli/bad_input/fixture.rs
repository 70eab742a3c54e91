//! A bad file under `fixtures/`, with the message that it gets beside it.
//!
//! Its first lines may say, as comments, how it is run: `# exit: 1` for another exit code than 2,
//! `# env: NAME=VALUE` and `# args: --strict`, `# project: …` for a line of the project file. A line
//! `# file: fragments/a.yaml` begins another file, which lies there from the folder of the project.

use std::fs;
use std::path::PathBuf;

use crate::support::project::{files, root};
use crate::support::sandbox::Sandbox;

/// A bad file.
pub struct Fixture {
    /// Its name without the extension.
    pub name: String,
    /// What is in it.
    pub text: Vec<u8>,
    /// What lies beside it: paths and texts.
    pub others: Vec<(String, String)>,
    /// The exit code that it leads to.
    pub code: i32,
    /// A line of the project file; `none` for no project file at all.
    pub project: String,
    folder: String,
    env: Option<(String, String)>,
    arguments: String,
}

/// The bad files of a folder below the crate's root, sorted.
pub fn fixtures(folder: &str) -> Vec<Fixture> {
    let files = files(folder, "yaml");
    assert!(files.len() > 10, "{files:?}");
    let name = |file: &PathBuf| file.file_stem().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|file| Fixture::read(folder, name(file))).collect()
}

impl Fixture {
    fn read(folder: &str, name: String) -> Fixture {
        let path = root().join(folder).join(format!("{name}.yaml"));
        let mut text = fs::read(&path).expect("a fixture");
        let whole = String::from_utf8_lossy(&text).into_owned();
        let mut parts = whole.split("\n# file: ");
        let words = parts.next().unwrap_or_default();
        let mut others = Vec::new();
        for (path, text) in parts.map(|part| part.split_once('\n').expect("a path and a text")) {
            others.push((path.to_owned(), format!("{text}\n")));
        }
        if !others.is_empty() {
            text = format!("{words}\n").into_bytes();
        }
        let heading = |key: &str| {
            let lines = words.lines().take_while(|line| line.starts_with("# "));
            let mut values = lines.filter_map(|line| line[2..].strip_prefix(key));
            values.next().and_then(|value| value.strip_prefix(": ")).map(str::to_owned)
        };
        Fixture {
            code: heading("exit").map_or(2, |code| code.parse().expect("a code")),
            project: heading("project").unwrap_or_default(),
            env: heading("env").map(|pair| {
                let (name, value) = pair.split_once('=').expect("NAME=VALUE");
                (name.to_owned(), value.to_owned())
            }),
            arguments: heading("args").unwrap_or_default(),
            folder: folder.to_owned(),
            name,
            text,
            others,
        }
    }

    /// A folder to run it in, with what lies beside it.
    pub fn sandbox(&self) -> Sandbox {
        let sandbox = match &self.env {
            Some((name, value)) => Sandbox::new().env(name, value),
            None => Sandbox::new(),
        };
        self.others.iter().for_each(|(path, text)| sandbox.write(path, text));
        sandbox
    }

    /// The arguments that it is run with, besides the paths.
    pub fn arguments(&self) -> Vec<&str> {
        self.arguments.split_whitespace().collect()
    }

    /// The file with the message that it gets.
    pub fn golden(&self) -> String {
        format!("{}/{}.stderr", self.folder, self.name)
    }
}
