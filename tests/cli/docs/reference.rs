//! The language reference has every key, operator and generator: each in a table, and each in an
//! example that is run.
//!
//! The parser is asked what it knows, and the schemas say which key of an example is which: `file`
//! under `body` is not `file` under `key`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use apitest::format::Format;
use apitest::suite::{operand, request, settings, step};
use apitest::template::GENERATORS;
use serde_json::Value;

use super::book::slug;
use super::{blocks, indented};
use crate::editors::schema;
use crate::editors::tables::{TABLES, of_the_parser};
use crate::support::golden::golden;
use crate::support::project::{files, root};

/// A key, where the schemas have it, and all that stands behind it in the examples.
type Shown = BTreeMap<(String, String), Vec<Value>>;

/// A table of the reference: what its keys are, the page with the heading above it, and the keys.
struct Table {
    what: String,
    place: String,
    keys: BTreeSet<String>,
}

/// The tables whose keys are settings too, and which show a request.
const LEVELS: [&str; 5] =
    ["spec#", "project#", "/definitions/test", "/definitions/step", "/definitions/environment"];

/// The tables of the parser that hold all settings.
const LEVEL_TABLES: [&str; 5] = [
    "a key of a spec",
    "a key of a test",
    "a key of a step",
    "a key of the project file",
    "a key of an environment",
];

/// What takes operators.
const MATCHERS: [&str; 5] = [
    "/definitions/matcher",
    "/definitions/textMatcher",
    "/definitions/bodyMatcher",
    "/definitions/length",
    "/definitions/statusMatcher",
];

/// What asks for a token, or revokes one.
const ON_THE_SIDE: [&str; 2] =
    ["/definitions/tokenSource/properties/login", "/definitions/enforce/properties/revoke"];

#[test]
fn every_table_of_the_parser_is_one_of_the_reference() {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (what, keys) in of_the_parser() {
        known.insert(without_article(what).to_owned(), keys);
    }
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for table in tables() {
        if known.contains_key(&table.what) {
            told.entry(table.what).or_default().extend(table.keys);
        }
    }
    for (what, keys) in &known {
        let told = told.get(what).unwrap_or_else(|| panic!("no table has the head `{what}`"));
        assert_eq!(told, keys, "the table of the {what}");
    }
}

#[test]
fn every_key_stands_in_an_example_that_is_run() {
    let shown = shown();
    let mut missing = Vec::new();
    for ((what, at, _), (_, keys)) in TABLES.iter().zip(of_the_parser()) {
        for key in keys {
            // `retry` on a step is known only to be refused.
            let refused = (*what, key.as_str()) == ("a key of a step", "retry");
            let is_there = |at: &String| shown.contains_key(&(at.clone(), key.clone()));
            if !refused && !places(at, &key).iter().any(is_there) {
                missing.push(format!("{key}: {what}"));
            }
        }
    }
    assert!(missing.is_empty(), "no example shows {missing:#?}");
}

#[test]
fn every_word_stands_in_an_example_that_is_run() {
    let shown = shown();
    let behind = |key: &str| {
        let values = shown.iter().filter(|((_, own), _)| own == key).flat_map(|(_, v)| v);
        values.flat_map(texts).collect::<BTreeSet<String>>()
    };
    let words = |key: &str, words: &[&str]| {
        let behind = behind(key);
        for word in words {
            assert!(behind.contains(*word), "no example shows `{key}: {word}`");
        }
    };
    words("is", &Format::NAMES.map(|(name, _)| name));
    words("type", &operand::TYPES);
    words("profile", &["strict", "standard", "lenient"]);
    let grants =
        ["client_credentials", "password", "refresh_token", "token_exchange", "jwt_bearer"];
    words("grant", &grants);
}

#[test]
fn every_setting_has_a_row_of_its_own() {
    let table = tables().into_iter().find(|table| table.what == "setting").expect("a table");
    assert_eq!(table.keys, settings::KEYS.map(str::to_owned).into());
}

#[test]
fn every_generator_is_told_and_stands_in_an_example_that_is_run() {
    let table = tables().into_iter().find(|table| table.what == "generator").expect("a table");
    assert_eq!(table.keys, GENERATORS.map(|(name, _)| name.to_owned()).into());
    let examples: String = pages().iter().flat_map(|page| examples(page)).map(|e| e.1).collect();
    for (name, _) in GENERATORS {
        assert!(examples.contains(&format!("${{{name}(")), "no example shows `{name}()`");
    }
}

#[test]
fn the_index_has_every_key() {
    let known = of_the_parser();
    let is_known =
        |table: &Table| known.iter().any(|(what, _)| without_article(what) == table.what);
    let is_own = |table: &Table| ["generator", "setting"].contains(&table.what.as_str());
    let mut index: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let levels = LEVEL_TABLES.map(without_article);
    for table in tables().into_iter().filter(|table| is_known(table) || is_own(table)) {
        let is_level = levels.contains(&table.what.as_str());
        // A setting has a row of its own; where it may stand, every setting may.
        let told =
            table.keys.iter().filter(|key| !is_level || !settings::KEYS.contains(&key.as_str()));
        for key in told {
            let entry = format!("[{}]({})", table.what, table.place);
            let places = index.entry(key.clone()).or_default();
            if !places.contains(&entry) {
                places.push(entry);
            }
        }
    }
    assert!(index.len() > 120, "{}", index.len());
    let rows: String =
        index.iter().map(|(key, at)| format!("| `{key}` | {} |\n", at.join(" · "))).collect();
    let page = root().join("docs/language/keys.md");
    let text = fs::read_to_string(page).expect("the index");
    let head = "| key | what it is |\n|---|---|\n";
    let (above, _) = text.split_once(head).expect("the head of the table");
    golden("docs/language/keys.md", &format!("{above}{head}{rows}"));
}

/// Where an example may show a key that the parser has in this place.
fn places(at: &str, key: &str) -> Vec<String> {
    let at = match at.split_once('#') {
        Some((_, "/then/propertyNames/enum")) => "fragment#",
        Some((_, rest)) if rest.starts_with("/definitions") => rest,
        _ => at,
    };
    let texts = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect();
    let of_request = request::BODIES.contains(&key) || step::REQUEST_KEYS.contains(&key);
    if at == "/definitions/operator/enum" || MATCHERS.contains(&at) {
        texts(&MATCHERS)
    } else if LEVELS.contains(&at) && (settings::KEYS.contains(&key) || of_request) {
        texts(&LEVELS)
    } else if ON_THE_SIDE.contains(&at) && of_request {
        texts(&ON_THE_SIDE)
    } else {
        vec![at.to_owned()]
    }
}

/// All keys of all examples.
fn shown() -> Shown {
    let mut shown = Shown::new();
    let schemas = ["spec", "project"].map(|name| (name, schema(name)));
    for page in pages() {
        for (kind, text) in examples(&page) {
            let read: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
            let value = serde_json::to_value(read).expect("JSON");
            let name = if kind == "project" { "project" } else { "spec" };
            let (_, schema) = schemas.iter().find(|(own, _)| *own == name).expect("a schema");
            let root = if kind == "fragment" { "fragment#".to_owned() } else { format!("{name}#") };
            visit(schema, schema, &root, &value, &mut shown);
        }
    }
    shown
}

/// Notes the keys of a value by the schema, whose place is `at`, and of all that stands in it.
fn visit(whole: &Value, schema: &Value, at: &str, value: &Value, shown: &mut Shown) {
    if let Some(to) = schema["$ref"].as_str() {
        let to = to.trim_start_matches('#');
        return visit(whole, whole.pointer(to).expect("a definition"), to, value, shown);
    }
    for key in ["anyOf", "allOf"] {
        for (i, branch) in schema[key].as_array().into_iter().flatten().enumerate() {
            if fits(whole, branch, value) {
                visit(whole, branch, &format!("{at}/{key}/{i}"), value, shown);
            }
        }
    }
    if let Value::Array(items) = value {
        for item in items.iter().filter(|_| schema["items"].is_object()) {
            visit(whole, &schema["items"], &format!("{at}/items"), item, shown);
        }
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        if let Some(property) = schema["properties"].get(key) {
            shown.entry((at.to_owned(), key.clone())).or_default().push(value.clone());
            visit(whole, property, &format!("{at}/properties/{key}"), value, shown);
        } else if schema["additionalProperties"].is_object() {
            let at = format!("{at}/additionalProperties");
            visit(whole, &schema["additionalProperties"], &at, value, shown);
        }
    }
}

/// Whether a value may be what a branch of a schema describes: by its kind and its keys.
fn fits(whole: &Value, branch: &Value, value: &Value) -> bool {
    if let Some(to) = branch["$ref"].as_str() {
        let to = whole.pointer(to.trim_start_matches('#')).expect("a definition");
        return fits(whole, to, value);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = texts(&branch["type"]);
    let has_kind = kinds.is_empty()
        || kinds.iter().any(|own| own == kind || own == "integer" && kind == "number");
    let open = branch["additionalProperties"] != Value::Bool(false);
    let knows = |key: &String| open || branch["properties"].get(key).is_some();
    let all_of = branch["allOf"].as_array().into_iter().flatten();
    has_kind
        && value.as_object().is_none_or(|keys| keys.keys().all(knows))
        && all_of.into_iter().all(|branch| fits(whole, branch, value))
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The examples of a page that another test runs: their kind, and the whole file that they are.
fn examples(page: &Path) -> Vec<(String, String)> {
    let blocks = blocks(page).into_iter().filter_map(|block| {
        let words: Vec<&str> = block.kind.split(' ').collect();
        let (kind, text) = match words[..] {
            ["yaml", "tests"] => ("spec", format!("tests:\n{}", indented(&block.text))),
            ["yaml", "file", "apitest.yaml"] => ("project", block.text),
            ["yaml", "file", _] => ("spec", block.text),
            ["yaml", kind, ..] => (kind, block.text),
            _ => return None,
        };
        Some((kind.to_owned(), text))
    });
    blocks.collect()
}

/// All tables of the reference.
fn tables() -> Vec<Table> {
    pages().iter().flat_map(|page| tables_of(page)).collect()
}

fn tables_of(page: &Path) -> Vec<Table> {
    let text = fs::read_to_string(page).expect("a page");
    let name = page.file_name().expect("a name").to_string_lossy().into_owned();
    let mut place = name.clone();
    let mut tables: Vec<Table> = Vec::new();
    let mut above = "";
    let mut inside = false;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("##") {
            place = format!("{name}#{}", slug(heading.trim_start_matches('#')));
        }
        if line.starts_with("|---") {
            let what = first_cell(above).to_owned();
            tables.push(Table { what, place: place.clone(), keys: BTreeSet::new() });
            inside = true;
        } else if inside && line.starts_with('|') {
            tables.last_mut().expect("a table").keys.extend(names(first_cell(line)));
        } else {
            inside = false;
        }
        above = line;
    }
    tables
}

fn first_cell(row: &str) -> &str {
    row.split('|').nth(1).unwrap_or_default().trim()
}

/// The names in a cell: `status` and `skip: reason` begin with one, and so does `${now(+1h)}`.
fn names(cell: &str) -> Vec<String> {
    let code = regex::Regex::new(r"`(?:\$\{)?([A-Za-z0-9_-]+)[^`]*`").expect("a regex");
    code.captures_iter(cell).map(|found| found[1].to_owned()).collect()
}

fn without_article(what: &str) -> &str {
    what.split_once(' ').expect("an article").1
}

/// The pages of the reference.
fn pages() -> Vec<PathBuf> {
    let pages = files("docs/language", "md");
    assert!(pages.len() > 10, "the reference was not found");
    pages
}
