//! Every key, operator, kind and generator that the parser knows is used by a file in `specs/`.
//!
//! The schemas say where each kind of key may stand, and are held to the parser's own tables (see
//! `editors`): what the specs use is found by following the schemas through them.

use std::collections::BTreeSet;
use std::fs;

use apitest::suite::{matcher, settings};
use apitest::template::GENERATORS;
use serde_json::Value;

use super::{read, spec_files};
use crate::editors::tables::{TABLES, keys};
use crate::editors::{members, schema};
use crate::support::project::{files, root};

/// Keys that cannot be shown against the demo, by the table they are in, and the test that has them.
const ELSEWHERE: [(&str, &[&str], &str); 8] = [
    // The demo is no GitHub.
    ("spec#/definitions/tokenSource", &["github_oidc"], "token_sources/requests.rs"),
    (
        "spec#/definitions/tokenSource/properties/github_oidc",
        &["audience"],
        "token_sources/requests.rs",
    ),
    // The demo is started without a program, and a run of the specs leaves no files.
    (
        "project#/definitions/server",
        &["command", "ready", "timeout", "reuse", "port", "url", "env", "cwd"],
        "server/starting.rs",
    ),
    ("project#/definitions/server", &["grace"], "server/ending.rs"),
    ("project#/definitions/server/properties/ready", &["log"], "server/starting.rs"),
    ("project#", &["reports"], "json.rs"),
    ("project#/properties/reports", &["json"], "json.rs"),
    ("project#/properties/reports", &["junit"], "junit/file.rs"),
];

/// Tables of words, and two of operators that are no matchers of JSON.
const WORDS: [&str; 9] = [
    "spec#/definitions/statusMatcher",
    "spec#/definitions/expect/properties/duration",
    "spec#/definitions/oauth2/properties/grant/enum",
    "spec#/definitions/oauth2/properties/client_auth/enum",
    "spec#/definitions/matcher/properties/is/anyOf/0/enum",
    "spec#/definitions/type/enum",
    "spec#/definitions/probeOrSet/anyOf/0/enum",
    "spec#/definitions/enforce/properties/profile/enum",
    "spec#/definitions/test/properties/data/properties/types/additionalProperties/enum",
];

/// What may be a text besides a mapping, each a kind of its own.
const TEXTS: [(&str, &str); 11] = [
    ("spec#/definitions/auth", "none"),
    ("spec#/definitions/auth", "(text)"),
    ("spec#/definitions/body", "(text)"),
    ("spec#/definitions/part", "(text)"),
    ("spec#/definitions/tokenSource", "(text)"),
    ("spec#/definitions/jwt/properties/key", "(text)"),
    ("spec#/definitions/responsePart", "(text)"),
    ("spec#/definitions/enforce", "bearer"),
    ("spec#/definitions/enforce", "none"),
    ("spec#/definitions/unix_socket", "none"),
    ("project#/definitions/server", "demo"),
];

#[test]
fn every_key_and_every_operator() {
    let used = Used::by_the_specs();
    for (what, at, _) in TABLES {
        let elsewhere = ELSEWHERE.iter().filter(|(place, _, _)| *place == at);
        let elsewhere: BTreeSet<&str> = elsewhere.flat_map(|(_, keys, _)| *keys).copied().collect();
        for key in keys(at) {
            let shown = match what {
                "an operator" => used.operator(&key),
                _ => used.key(at, &key),
            };
            let elsewhere = elsewhere.contains(key.as_str());
            assert!(shown || elsewhere, "no spec uses `{key}`, {what} ({at})");
            assert!(!(shown && elsewhere), "a spec uses `{key}`, {what}: it is not elsewhere");
        }
    }
}

#[test]
fn every_word_and_every_kind_that_is_a_text() {
    let used = Used::by_the_specs();
    for at in WORDS {
        for word in keys(at).iter().filter(|word| *word != "(null)") {
            assert!(used.key(at, word), "no spec uses `{word}` ({at})");
        }
    }
    for (at, text) in TEXTS {
        assert!(used.has(at, text), "no spec uses {text} ({at})");
    }
}

#[test]
fn every_generator() {
    let texts: String = spec_files().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for (name, _) in GENERATORS {
        assert!(texts.contains(&format!("${{{name}(")), "no spec uses `{name}()`");
    }
}

#[test]
fn what_stands_elsewhere_stands_there() {
    let tables: BTreeSet<&str> = TABLES.iter().map(|(_, at, _)| *at).collect();
    for (at, keys, file) in ELSEWHERE {
        assert!(tables.contains(at), "{at} is no table");
        let code = fs::read_to_string(root().join("tests/cli").join(file)).expect("a test");
        for key in keys {
            assert!(code.contains(&format!("{key}:")), "{file} has no `{key}`");
        }
    }
}

/// The list of what is known is long: a walk that finds nothing, or a table without keys, shows here.
#[test]
fn nothing_is_found_where_nothing_is_used() {
    let mut used = Used::default();
    used.file("spec", &serde_json::json!({"tests": [{"name": "a", "expect": {"json": {"$": 1}}}]}));
    assert!(used.key("spec#/definitions/test", "expect"));
    assert!(used.key("spec#/definitions/expect", "json"));
    assert!(!used.key("spec#/definitions/test", "json"), "a body is no expectation");
    assert!(!used.key("spec#/definitions/retry", "times") && !used.operator("gt"));
    assert!(matcher::OPERATORS.len() > 20 && settings::KEYS.len() > 10);
}

/// What files use, by the place that it has in a schema.
#[derive(Default)]
struct Used(BTreeSet<(String, String)>);

impl Used {
    fn by_the_specs() -> Used {
        let mut used = Used::default();
        for path in spec_files().into_iter().chain(files("specs/fragments", "yaml")) {
            used.file("spec", &serde_json::to_value(read(&path)).expect("JSON"));
        }
        let project = read(&root().join("apitest.yaml"));
        used.file("project", &serde_json::to_value(project).expect("JSON"));
        used
    }

    fn file(&mut self, name: &str, value: &Value) {
        let schema = schema(name);
        Walk { name, root: &schema, used: self }.value("", &schema, value);
        if value.get("steps").is_some() {
            for key in members(value).keys() {
                self.add("spec#/then/propertyNames/enum", key);
            }
        }
    }

    fn add(&mut self, at: &str, what: &str) {
        self.0.insert((at.to_owned(), what.to_owned()));
    }

    fn has(&self, at: &str, what: &str) -> bool {
        self.0.contains(&(at.to_owned(), what.to_owned()))
    }

    /// Whether a key is used there, or the same one at another level: one that has the same name and
    /// the same definition.
    fn key(&self, at: &str, key: &str) -> bool {
        let (name, pointer) = at.split_once('#').expect("a pointer");
        let schema = schema(name);
        let property = schema.pointer(&format!("{pointer}/properties/{key}"));
        let shared = property.and_then(|property| property["$ref"].as_str());
        self.has(at, key) || shared.is_some_and(|shared| self.has(shared, key))
    }

    /// Whether an operator is used, whatever it is about.
    fn operator(&self, key: &str) -> bool {
        TABLES.iter().any(|(what, at, _)| *what == "an operator" && self.has(at, key))
    }
}

/// A way through a file beside its schema.
struct Walk<'w> {
    name: &'w str,
    root: &'w Value,
    used: &'w mut Used,
}

impl Walk<'_> {
    fn value(&mut self, pointer: &str, schema: &Value, value: &Value) {
        if let Some(to) = schema["$ref"].as_str() {
            let pointer = to.trim_start_matches('#');
            let root = self.root;
            return self.value(pointer, root.pointer(pointer).expect("a definition"), value);
        }
        match value {
            Value::Object(entries) => self.mapping(pointer, schema, entries),
            Value::Array(items) => self.list(pointer, schema, items),
            _ => self.scalar(pointer, schema, value),
        }
        for of in ["anyOf", "allOf", "oneOf"] {
            let forms = schema[of].as_array().into_iter().flatten().enumerate();
            forms.for_each(|(n, form)| self.value(&format!("{pointer}/{of}/{n}"), form, value));
        }
    }

    fn mapping(&mut self, pointer: &str, schema: &Value, entries: &serde_json::Map<String, Value>) {
        let known = &schema["properties"];
        let closed = schema["additionalProperties"] == Value::Bool(false);
        // Of several forms this is another one.
        if closed && !entries.keys().all(|key| known.get(key).is_some()) {
            return;
        }
        let at = format!("{}#{pointer}", self.name);
        for (key, value) in entries {
            if let Some(property) = known.get(key) {
                self.used.add(&at, key);
                if let Some(shared) = property["$ref"].as_str() {
                    self.used.add(shared, key);
                }
                self.value(&format!("{pointer}/properties/{key}"), property, value);
            } else {
                let any = &schema["additionalProperties"];
                self.value(&format!("{pointer}/additionalProperties"), any, value);
            }
        }
    }

    fn list(&mut self, pointer: &str, schema: &Value, items: &[Value]) {
        for item in items.iter().filter(|_| schema["items"].is_object()) {
            self.value(&format!("{pointer}/items"), &schema["items"], item);
        }
    }

    fn scalar(&mut self, pointer: &str, schema: &Value, value: &Value) {
        let Some(text) = value.as_str() else { return };
        let at = format!("{}#{pointer}", self.name);
        if schema["enum"].is_array() {
            self.used.add(&format!("{at}/enum"), text);
        } else if ["none", "bearer", "demo"].contains(&text) {
            self.used.add(&at, text);
        } else {
            self.used.add(&at, "(text)");
        }
    }
}
