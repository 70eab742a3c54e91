//! The schemas refuse what the parser refuses: each fault of an unknown key or operator, a wrong
//! type or a missing key in `fixtures/faults`, at its place. What only the parser can see is listed
//! here, and `docs/editors.md` says why.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use apitest::source::{Source, Span};
use apitest::suite::tree::{self, Node, Value};
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use regex::Regex;

use super::validator;
use crate::bad_input::fixture::{Fixture, fixtures};
use crate::support::project::root;

/// What a fault is about, of what a schema can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    UnknownKey,
    WrongType,
    MissingKey,
}

/// A fault as a golden has it.
struct Told {
    title: String,
    line: usize,
    column: usize,
}

/// The rows of the table in `docs/editors.md` that says what only the parser sees.
const VARIABLE: &str = "what a variable stands for";
const NAME: &str = "whether a text is the name of a token";
const ELSEWHERE: &str = "what other levels and files say";
const LANGUAGE: &str = "what a text says in a language of its own";
const LIMIT: &str = "how long a time may be, and which days there are";
const SENSE: &str = "whether something can ever be so";
const BESIDE: &str = "what a value asks for beside it";

/// What only the parser sees: a fixture, a line of it, and the row that says why.
const ONLY_THE_PARSER: [(&str, usize, &str); 48] = [
    ("auth-bearer-name-of-a-variable", 3, NAME),
    ("auth-token-itself", 4, NAME),
    ("capture-where-it-must-be-known", 12, VARIABLE),
    ("data-values", 11, VARIABLE),
    ("data-values", 13, VARIABLE),
    ("data-variables", 14, NAME),
    ("enforce-unsafe", 4, BESIDE),
    ("enforce-unsafe", 9, BESIDE),
    ("enforce-waivers", 10, LIMIT),
    ("environment-operand", 7, VARIABLE),
    ("follow-redirects-known-too-late", 5, VARIABLE),
    ("generators-where-they-cannot-stand", 6, VARIABLE),
    ("generators-where-they-cannot-stand", 18, VARIABLE),
    ("generators-written-wrongly", 5, LANGUAGE),
    ("generators-written-wrongly", 7, LANGUAGE),
    ("generators-written-wrongly", 9, LANGUAGE),
    ("generators-written-wrongly", 10, LANGUAGE),
    ("generators-written-wrongly", 12, LANGUAGE),
    ("habit-auth-name-of-a-token-as-bearer", 5, NAME),
    ("headers-null-from-a-variable", 5, VARIABLE),
    ("matchers-without-sense", 11, SENSE),
    ("matchers-without-sense", 18, SENSE),
    ("matchers-without-sense", 31, SENSE),
    ("matchers-without-sense-when-filled", 14, VARIABLE),
    ("multipart-from-variables", 9, VARIABLE),
    ("no-proxy-no-host", 4, LANGUAGE),
    ("no-proxy-no-host", 5, LANGUAGE),
    ("no-proxy-wildcard", 7, LANGUAGE),
    ("oauth2-assertions", 5, LIMIT),
    ("operand-from-a-variable", 6, VARIABLE),
    ("operand-from-a-variable", 7, VARIABLE),
    ("poll-that-is-none", 10, VARIABLE),
    ("poll-that-is-none", 11, LIMIT),
    ("poll-where-it-cannot-be", 22, VARIABLE),
    ("project/proxy-without-port", 2, ELSEWHERE),
    ("project/server-port-from-a-variable-is-none", 2, VARIABLE),
    ("proxies-that-are-none", 5, LANGUAGE),
    ("retry-that-is-none", 10, VARIABLE),
    ("retry-that-is-none", 11, VARIABLE),
    ("timeout-from-a-variable", 5, VARIABLE),
    ("timeout-is-nothing", 4, LIMIT),
    ("tls-key-beside-null", 1, ELSEWHERE),
    ("tls-key-without-cert", 1, ELSEWHERE),
    ("token-login", 4, LANGUAGE),
    ("urls-that-are-none", 6, SENSE),
    ("urls-that-are-none", 7, SENSE),
    ("urls-that-are-none", 12, SENSE),
    ("urls-that-are-none", 13, SENSE),
];

#[test]
fn each_fault_that_a_schema_can_see_is_refused_at_its_place() {
    let table = rows();
    let mut missed = BTreeSet::new();
    let mut refused = 0;
    for folder in ["fixtures/faults", "fixtures/faults/project"] {
        for fixture in fixtures(folder) {
            let of_project = folder.ends_with("project");
            let (name, main) = match of_project {
                true => (format!("project/{}", fixture.name), "apitest.yaml".to_owned()),
                false => (fixture.name.clone(), format!("specs/{}.yaml", fixture.name)),
            };
            for (path, text) in files(&fixture, &main) {
                let told = told(&fixture, &path);
                let of_project = path.ends_with("apitest.yaml");
                let validator = validator(if of_project { "project" } else { "spec" });
                for (fault, is_seen) in check(&path, &text, &told, validator) {
                    match is_seen {
                        true => refused += 1,
                        false => drop(missed.insert((name.clone(), fault.line))),
                    }
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
    let listed: BTreeSet<(String, usize)> =
        ONLY_THE_PARSER.iter().map(|(fixture, line, _)| ((*fixture).to_owned(), *line)).collect();
    assert_eq!(missed, listed);
    let used: BTreeSet<String> =
        ONLY_THE_PARSER.iter().map(|(_, _, row)| (*row).to_owned()).collect();
    assert_eq!(used, table, "the table of docs/editors.md");
}

#[test]
fn what_is_only_warned_of_is_accepted() {
    let mut accepted = 0;
    for fixture in fixtures("fixtures/faults") {
        let golden = fs::read_to_string(root().join(fixture.golden())).expect("a golden");
        if golden.lines().any(|line| line.starts_with("error")) {
            continue;
        }
        let text = String::from_utf8(fixture.text.clone()).expect("text");
        super::accept("spec", &text, &fixture.name);
        accepted += 1;
    }
    assert!(accepted > 5, "{accepted}");
}

/// The faults of a file that a schema can see, and whether this one does.
fn check<'t>(
    path: &str,
    text: &str,
    told: &'t [Told],
    validator: &Validator,
) -> Vec<(&'t Told, bool)> {
    let source = Arc::new(Source::new(path, text));
    let (root, faults) = tree::parse(&source);
    // An editor reads another file then, or none.
    let Some(root) = root.filter(|_| faults.is_empty()) else { return Vec::new() };
    let value = root.to_json();
    let errors: Vec<ValidationError> = validator.iter_errors(&value).collect();
    let see = |fault: &'t Told| {
        let (kind, at) = (kind(&fault.title)?, offset(text, fault) as u32);
        // What is wrong with a whole value may be told of a part of it.
        let end = if kind == Kind::WrongType { end_of(&root, at) } else { at };
        let spans = errors.iter().flat_map(|error| spans(&root, error, kind, &fault.title));
        let is_there = |span: Span| span.start <= end && span.end >= at;
        Some((fault, spans.into_iter().any(is_there)))
    };
    told.iter().filter_map(see).collect()
}

/// Where the largest value ends that begins there.
fn end_of(node: &Node, at: u32) -> u32 {
    if node.span.start == at {
        return node.span.end;
    }
    let inner: Vec<&Node> = match &node.value {
        Value::Map(entries) => entries.iter().map(|entry| &entry.value).collect(),
        Value::List(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().map(|inner| end_of(inner, at)).max().unwrap_or(at).max(at)
}

fn kind(title: &str) -> Option<Kind> {
    let is = |pattern: &str| Regex::new(pattern).expect("a regex").is_match(title);
    if is("(is not|are not) (a key|keys|a form|a part|a source|a report|an operator)\\b") {
        Some(Kind::UnknownKey)
    } else if is("` takes [^n]|` takes n[^o]|^this is no (spec|test|step|row|project file)") {
        Some(Kind::WrongType)
    } else if is(" without `| needs a `") {
        Some(Kind::MissingKey)
    } else {
        None
    }
}

/// Where an error of a schema is, if it may be about a fault of that kind and title.
fn spans(root: &Node, error: &ValidationError, kind: Kind, title: &str) -> Vec<Span> {
    let mut node = root;
    let mut whole = root.span;
    for step in error.instance_path().iter() {
        let (inner, span) = step_into(node, &step);
        (node, whole) = (inner, span);
    }
    match (error.kind(), &node.value) {
        (ValidationErrorKind::AdditionalProperties { unexpected }, Value::Map(entries)) => entries
            .iter()
            .filter(|entry| unexpected.contains(&entry.key.value))
            .map(|entry| entry.key.span.to(entry.value.span))
            .collect(),
        (ValidationErrorKind::Required { property }, _) => {
            let name = format!("`{}`", property.as_str().unwrap_or_default());
            // A file without both is no fragment, and no spec either.
            let is_it = title.contains(&name) || name == "`tests`" && title.contains("`steps`");
            let fits = kind == Kind::WrongType || kind == Kind::MissingKey && is_it;
            if fits { vec![whole] } else { Vec::new() }
        }
        _ => vec![whole],
    }
}

fn step_into<'n>(node: &'n Node, step: &LocationSegment) -> (&'n Node, Span) {
    match (&node.value, step) {
        (Value::Map(entries), LocationSegment::Property(name)) => {
            let entry = entries.iter().find(|entry| entry.key.value == **name).expect("a key");
            (&entry.value, entry.key.span.to(entry.value.span))
        }
        (Value::List(items), LocationSegment::Index(at)) => (&items[*at], items[*at].span),
        _ => panic!("no {step} in {node:?}"),
    }
}

/// The byte at which a fault begins.
fn offset(text: &str, fault: &Told) -> usize {
    let before: usize = text.split_inclusive('\n').take(fault.line - 1).map(str::len).sum();
    let line = &text[before..];
    before + line.char_indices().nth(fault.column - 1).map_or(line.len(), |(at, _)| at)
}

/// The files of a fixture that are specs, fragments or project files, as text.
fn files(fixture: &Fixture, main: &str) -> Vec<(String, String)> {
    let text = String::from_utf8(fixture.text.clone());
    let others = fixture.others.iter().filter(|(path, _)| path.ends_with(".yaml")).cloned();
    text.into_iter().map(|text| (main.to_owned(), text)).chain(others).collect()
}

/// The errors that a golden tells of a file.
fn told(fixture: &Fixture, path: &str) -> Vec<Told> {
    let golden = fs::read_to_string(root().join(fixture.golden())).expect("a golden");
    let error = Regex::new(r"(?m)^error: (.+)\n *--> (.+):(\d+):(\d+)$").expect("a regex");
    let of_file = error.captures_iter(&golden).filter(|found| &found[2] == path);
    let number = |text: &str| text.parse().expect("a number");
    of_file
        .map(|found| Told {
            title: found[1].to_owned(),
            line: number(&found[3]),
            column: number(&found[4]),
        })
        .collect()
}

/// The first cells of the table in the docs that says what only the parser can see.
fn rows() -> BTreeSet<String> {
    let page = fs::read_to_string(root().join("docs/editors.md")).expect("a page");
    let table = page.split("\n| what only apitest sees |").nth(1).expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let first = |line: &str| line.split('|').nth(1).expect("a cell").trim().to_owned();
    rows.map(first).collect()
}
