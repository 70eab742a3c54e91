//! ARCHITECTURE.md is true: its map, its floors, and what it says is nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::support::project::root;

/// A file of `src/`, without its tests.
struct File {
    path: String,
    code: String,
}

#[test]
fn every_import_runs_down() {
    let floors = floors();
    let import = Regex::new(r"\bcrate::([a-z_]+)|\bapitest::([a-z_]+)").unwrap();
    let mut edges = BTreeSet::new();
    for file in code() {
        for found in import.captures_iter(&file.code) {
            let to = found.get(1).or(found.get(2)).unwrap().as_str();
            edges.insert((file.module().to_owned(), to.to_owned(), file.path.clone()));
        }
    }
    assert!(edges.len() > 50, "the imports were not found");
    for (from, to, path) in edges.iter().filter(|(from, to, _)| from != to) {
        let (above, below) = (floors.get(from), floors.get(to));
        assert!(above.is_some() && below.is_some(), "{path}: {from} or {to} has no floor");
        assert!(above < below, "{path}: `{from}` must not import `{to}`");
    }
}

#[test]
fn every_module_has_a_floor_and_every_floor_is_one_of_modules() {
    let modules: BTreeSet<String> = code().iter().map(|f| f.module().to_owned()).collect();
    let modules: BTreeSet<String> = modules.into_iter().filter(|m| m != "lib").collect();
    let on_floors: BTreeSet<String> = floors().into_keys().collect();
    assert_eq!(modules, on_floors);
}

#[test]
fn the_map_shows_what_is_there() {
    let map = block("## The map");
    let shown: Vec<&str> = map.lines().filter_map(|l| l.split_whitespace().next()).collect();
    for path in &shown {
        assert!(root().join(path).exists(), "the map shows {path}, which is not there");
    }
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let on_map = |path: &&str| path.trim_end_matches('/') == format!("src/{name}");
        assert!(shown.iter().any(on_map), "the map does not show src/{name}");
    }
}

#[test]
fn each_foreign_crate_is_named_in_one_place() {
    let places = [
        ("ureq", &["src/http/client"][..]),
        ("rayon", &["src/run/pool.rs"]),
        ("jsonpath_rust", &["src/json_path/"]),
        ("jsonschema", &["src/json_schema"]),
        ("junit_report", &["src/report/junit"]),
        ("quick_xml", &["src/report/junit"]),
        ("saphyr_parser", &["src/suite/tree"]),
        ("annotate_snippets", &["src/diagnostic"]),
        ("indicatif", &["src/report/progress.rs"]),
        ("aho_corasick", &["src/secret"]),
        ("encoding_rs", &["src/judge/body.rs"]),
        ("rustls_native_certs", &["src/http/client"]),
        ("rustls", &["src/http/client"]),
        ("clap", &["src/cli"]),
        ("clap_complete", &["src/cli"]),
        ("clap_mangen", &["src/cli"]),
        ("ctrlc", &["src/commands/"]),
        (
            "ring",
            &[
                "src/auth/jwt",
                "src/demo/",
                "src/http/client/certificates.rs",
                "src/judge/digest.rs",
                "src/template/seeded.rs",
            ],
        ),
        ("httparse", &["src/demo/"]),
        ("walkdir", &["src/discover"]),
        ("strsim", &["src/diagnostic"]),
    ];
    for (name, places) in places {
        let elsewhere = |path: &str| !places.iter().any(|place| path.starts_with(place));
        absent(&format!(r"\b{name}::"), elsewhere);
    }
}

#[test]
fn every_dependency_is_used() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let name = Regex::new(r#"(?m)^([a-z0-9_-]+) = (?:"|\{ version|\{ package)"#).unwrap();
    let (crates, tools) = manifest.split_once("[dev-dependencies]").expect("both kinds");
    let crates = crates.split_once("\n[dependencies]").expect("dependencies").1;
    let tools = tools.split_once("\n[lints").expect("what follows").0;
    let own: String = code().iter().map(|file| file.code.as_str()).collect();
    let all = ["src", "tests", "benches"].map(whole_text).concat();
    for (listed, text) in [(crates, &own), (tools, &all)] {
        assert!(name.is_match(listed));
        for found in name.captures_iter(listed) {
            let path = format!("{}::", found[1].replace('-', "_"));
            assert!(text.contains(&path), "nothing uses {}", &found[1]);
        }
    }
}

#[test]
fn only_main_reads_the_environment() {
    absent(r"\benv::(vars?|vars?_os|args|args_os)\b", |path| path != "src/main.rs");
}

#[test]
fn only_reports_and_commands_print() {
    let may = |path: &str| path.starts_with("src/report/") || path.starts_with("src/commands/");
    absent(r"\b(e?print(ln)?|dbg)!", |path| !may(path));
    absent(r"\bio::(stdout|stderr)\(\)", |path| !may(path) && path != "src/main.rs");
}

#[test]
fn judging_is_pure() {
    let judge = |path: &str| path.starts_with("src/judge/");
    absent(r"\b(Instant|SystemTime|std::(net|fs|thread|process|io))\b", judge);
}

#[test]
fn planning_touches_no_network_and_no_clock() {
    let pure = |path: &str| path.starts_with("src/plan/") || path.starts_with("src/suite/");
    absent(r"\b(Instant|SystemTime|std::(net|fs|thread|process|io))\b", pure);
}

#[test]
fn nothing_waits_by_sleeping() {
    absent(r"\bthread::sleep\b", |_| true);
}

#[test]
fn a_secret_cannot_be_displayed() {
    absent(r"impl.*\bDisplay for Secret\b", |_| true);
}

#[test]
fn no_type_is_serialised_as_it_is() {
    absent(r"derive\([^)]*\bSerialize\b", |_| true);
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    for file in code() {
        assert!(file.code.starts_with("//! "), "{} has no `//!` head", file.path);
    }
}

#[test]
fn no_file_is_long() {
    for file in code() {
        let lines = file.code.lines().count();
        assert!(lines <= 400, "{} has {lines} lines without its tests", file.path);
    }
}

/// Fails for every file whose path `looked_at` takes and whose code has `pattern` in it.
fn absent(pattern: &str, looked_at: impl Fn(&str) -> bool) {
    let pattern = Regex::new(pattern).expect("a regex");
    for file in code().iter().filter(|file| looked_at(&file.path)) {
        for (i, line) in file.code.lines().enumerate() {
            let said = line.trim_start().starts_with("//");
            assert!(said || !pattern.is_match(line), "{}:{}: {line}", file.path, i + 1);
        }
    }
}

/// The floor of each module, from the top.
fn floors() -> BTreeMap<String, usize> {
    let mut floors = BTreeMap::new();
    for (floor, line) in block("## Who may import whom").lines().enumerate() {
        for module in line.split_whitespace() {
            assert_eq!(floors.insert(module.to_owned(), floor), None, "{module} stands twice");
        }
    }
    floors
}

/// The first code block below a heading of ARCHITECTURE.md.
fn block(heading: &str) -> String {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let below = text.split_once(heading).expect("the heading").1;
    let inside = below.split_once("```text\n").expect("a code block").1;
    inside.split_once("```").expect("its end").0.to_owned()
}

/// All of them, read once.
fn code() -> &'static [File] {
    static CODE: LazyLock<Vec<File>> = LazyLock::new(|| {
        let mut paths = Vec::new();
        collect(&root().join("src"), &mut paths);
        assert!(paths.len() > 50, "the source was not found");
        let path_of = |path: &Path| {
            let path = path.strip_prefix(root()).expect("a path in the project");
            path.to_string_lossy().replace('\\', "/")
        };
        paths.iter().map(|path| File::new(path_of(path), path)).collect()
    });
    &CODE
}

fn whole_text(folder: &str) -> String {
    let mut texts = String::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let inside = path.strip_prefix(root()).expect("a path in the project");
            texts.push_str(&whole_text(&inside.to_string_lossy()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
    texts
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            paths.push(path);
        }
    }
}

impl File {
    /// Tests inside a file stand at its end, and may do what the code must not.
    fn new(path: String, on_disk: &Path) -> File {
        let text = fs::read_to_string(on_disk).expect("a source file");
        let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        File { path, code }
    }

    fn module(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split(['/', '.']).next().expect("a module")
    }
}
