//! Every message of the program is shown whole by a golden or a test, and says where and what to do.
//!
//! The messages are found in the code: each text of several words. What no golden and no test shows
//! stands in `messages/unseen.txt`, under the reason for it; the list is held to be true.

mod literals;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use literals::{Literal, literals, without_tests};
use regex::Regex;

use crate::support::project::root;

/// Code whose texts are no messages: the demo speaks for itself, and the help has goldens of its own.
const SILENT: [&str; 3] = ["src/demo/", "src/cli/arguments.rs", "src/json_path/compliance.rs"];

/// Behind these stands what only a programmer sees.
const OF_PROGRAMMERS: [&str; 8] = [
    "expect(",
    "panic!(",
    "unreachable!(",
    "assert!(",
    "assert_eq!(",
    "debug_assert!(",
    "reason = ",
    "feature = ",
];

#[test]
fn every_message_is_shown_whole_by_a_golden_or_a_test() {
    let (shown, mut unseen) = (Shown::read(), BTreeSet::new());
    let mut count = 0;
    for (path, line) in messages() {
        count += 1;
        if !shown.has(&line) {
            unseen.insert(format!("{path}: {line}"));
        }
    }
    assert!(count > 1500, "only {count} messages were found");
    let listed: BTreeSet<String> = listed().into_iter().map(|(line, _)| line).collect();
    let new: Vec<_> = unseen.difference(&listed).collect();
    assert!(new.is_empty(), "no golden shows these, write one: {new:#?}");
    let gone: Vec<_> = listed.difference(&unseen).collect();
    assert!(
        gone.is_empty(),
        "these are shown by now, or are gone: take them off the list: {gone:#?}"
    );
}

#[test]
fn what_is_not_shown_has_a_reason() {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (line, reason) in listed() {
        assert!(reason.len() > 20, "{line} has no reason");
        *reasons.entry(reason).or_default() += 1;
    }
    assert!(reasons.len() > 1, "{reasons:?}");
}

#[test]
fn every_fault_names_a_place_and_a_way_out() {
    let (mut faults, mut mute) = (0, Vec::new());
    for path in files("fixtures/faults").into_iter().filter(|path| path.ends_with(".stderr")) {
        let text = fs::read_to_string(root().join(&path)).expect("a golden");
        for fault in text.split("\n\n").filter(|block| is_fault(block)) {
            faults += 1;
            if !fault.contains("--> ") || !has_way_out(fault) {
                mute.push(format!("{path}: {fault}"));
            }
        }
    }
    assert!(faults > 500, "{faults}");
    assert!(mute.is_empty(), "a place, or a way out is missing: {}", mute.join("\n"));
}

/// Whether it is about a file; of arguments, the program that reads them tells.
fn is_fault(block: &str) -> bool {
    let is_of_arguments = block.contains("$ apitest") || block.contains("--help");
    !is_of_arguments && (block.starts_with("error: ") || block.starts_with("warning: "))
}

/// Whether something stands under the caret, or a help below, or in the title itself.
fn has_way_out(fault: &str) -> bool {
    let title = fault.lines().next().unwrap_or_default().split_once(": ").map_or("", |(_, t)| t);
    let is_label = |line: &str| {
        line.trim_start_matches(['|', ' ', '_']).trim_start_matches('^').len() > 1
            && line.contains('^')
    };
    title.contains(": ")
        || title.contains(" takes ")
        || fault.contains("= help: ")
        || fault.lines().any(is_label)
}

/// The lines of all texts of several words in the code, each with its file.
fn messages() -> Vec<(String, String)> {
    let words = Regex::new(r"[A-Za-z`}\]:] +[A-Za-z`{\[]").expect("a regex");
    let mut found = Vec::new();
    for path in files("src").into_iter().filter(|path| is_code(path) && !is_test(path)) {
        let code = fs::read_to_string(root().join(&path)).expect("code");
        let code = without_tests(&code).0;
        for Literal { at, text } in literals(code) {
            let before = code[..at].trim_end();
            if OF_PROGRAMMERS.iter().any(|word| before.ends_with(word.trim_end())) {
                continue;
            }
            let lines = text.lines().map(str::trim).filter(|line| words.is_match(line));
            found.extend(lines.map(|line| (path.clone(), line.to_owned())));
        }
    }
    found.retain(|(path, _)| !SILENT.iter().any(|silent| path.starts_with(silent)));
    found
}

/// What goldens and tests show.
struct Shown {
    whole: String,
    lines: BTreeSet<String>,
}

impl Shown {
    fn read() -> Shown {
        let mut texts = Vec::new();
        for path in files("fixtures") {
            let endings = [".stderr", ".stdout", ".txt", ".xml"];
            if endings.iter().any(|ending| path.ends_with(ending)) {
                texts.push(fs::read_to_string(root().join(path)).expect("a golden"));
            }
        }
        let own = |path: &String| path.starts_with("tests/cli/messages");
        for path in files("src")
            .into_iter()
            .chain(files("tests"))
            .filter(|path| is_code(path) && !own(path))
        {
            let code = fs::read_to_string(root().join(&path)).expect("code");
            let code = if path.starts_with("src") && !is_test(&path) {
                without_tests(&code).1
            } else {
                &code
            };
            texts.extend(literals(code).into_iter().map(|literal| literal.text));
        }
        let whole = texts.join("\n");
        let lines = whole.lines().map(str::to_owned).collect();
        Shown { whole, lines }
    }

    /// Whether the text stands there as it is, or filled.
    fn has(&self, text: &str) -> bool {
        if self.whole.contains(text) {
            return true;
        }
        let parts = fixed_parts(text);
        let longest = parts.iter().max_by_key(|part| part.len()).expect("a part");
        self.whole.contains(longest.as_str())
            && self.lines.iter().any(|line| has_in_order(line, &parts))
    }
}

/// What stands between the placeholders of a format.
fn fixed_parts(format: &str) -> Vec<String> {
    let plain = format.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let placeholder = Regex::new(r"\{[^{}]*\}").expect("a regex");
    let parts = placeholder.split(&plain);
    parts.map(|part| part.replace('\u{1}', "{").replace('\u{2}', "}")).collect()
}

fn has_in_order(line: &str, parts: &[String]) -> bool {
    let mut rest = line;
    parts.iter().all(|part| {
        let found = rest.split_once(part.as_str());
        rest = found.map_or("", |(_, rest)| rest);
        found.is_some()
    })
}

/// What is known to be shown nowhere, and why.
fn listed() -> Vec<(String, String)> {
    let (mut found, mut reason) = (Vec::new(), String::new());
    for line in include_str!("messages/unseen.txt").lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("# ") {
            Some(words) => words.clone_into(&mut reason),
            None => found.push((line.to_owned(), reason.clone())),
        }
    }
    found
}

fn is_code(path: &str) -> bool {
    path.ends_with(".rs")
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// All files below a folder of the crate, as paths with slashes.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(relative(&path)),
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("below the root");
    path.to_string_lossy().replace('\\', "/")
}

#[test]
fn a_message_is_shown_where_its_placeholders_are_filled_and_nowhere_else() {
    let whole = "error: `a` takes a text\nnothing listens at b".to_owned();
    let lines = whole.lines().map(str::to_owned).collect();
    let shown = Shown { whole, lines };
    assert!(shown.has("`{key}` takes {expected}") && shown.has("takes a text"));
    assert!(!shown.has("`{key}` takes a list") && !shown.has("nothing {what} takes"));
}
