//! What editors know: the schemas under `schema/` say what the parser says.

mod agreement;
mod faults;
pub mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::docs::{blocks, indented, pages};
use crate::support::project::root;
use crate::support::sandbox::Sandbox;

/// The schemas by the word that `apitest schema` takes.
const SCHEMAS: [&str; 2] = ["spec", "project"];

#[test]
fn every_file_that_is_read_is_accepted() {
    let mut files = 0;
    for path in specs_and_examples() {
        let text = fs::read_to_string(&path).expect("a file");
        accept(schema_of(&path), &text, &path.display().to_string());
        files += 1;
    }
    assert!(files > 50, "{files}");
}

#[test]
fn every_block_of_the_docs_is_accepted() {
    let mut seen = 0;
    for page in pages() {
        for block in blocks(&page) {
            let (schema, text) = match block.kind.split(' ').take(2).collect::<Vec<_>>()[..] {
                ["yaml", "spec" | "fragment"] => ("spec", block.text),
                ["yaml", "tests"] => ("spec", format!("tests:\n{}", indented(&block.text))),
                ["yaml", "project"] => ("project", block.text),
                _ => continue,
            };
            accept(schema, &text, &format!("{}:{}", page.display(), block.line));
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn what_init_writes_is_accepted_and_names_the_schemas_that_it_writes() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).expect_code(0);
    for path in ["apitest.yaml", "specs/first.yaml"] {
        let (path, text) = (sandbox.path(path), sandbox.read(path));
        accept(schema_of(&path), &text, &path.display().to_string());
        let named = fs::read_to_string(named_by(&path)).expect("a schema");
        assert_eq!(named, written(schema_of(&path)), "{}", path.display());
    }
}

#[test]
fn every_spec_and_example_names_its_schema() {
    for path in specs_and_examples() {
        let named = named_by(&path).canonicalize().expect("a schema");
        let schema = root().join(format!("schema/{}.schema.json", schema_of(&path)));
        assert_eq!(named, schema.canonicalize().expect("a schema"), "{}", path.display());
    }
}

#[test]
fn the_command_prints_what_is_committed() {
    for name in SCHEMAS {
        let ended = Sandbox::new().run(&["schema", name]).expect_code(0);
        assert_eq!(ended.stdout, written(name));
        assert_eq!(ended.stderr, "");
    }
    assert_eq!(Sandbox::new().run(&["schema"]).expect_code(0).stdout, written("spec"));
}

#[test]
fn what_both_schemas_define_is_the_same() {
    let (spec, project) = (schema("spec"), schema("project"));
    let (spec, project) = (members(&spec["definitions"]), members(&project["definitions"]));
    let shared: Vec<_> = project.iter().filter(|(name, _)| spec.contains_key(*name)).collect();
    assert!(shared.len() > 20, "{shared:?}");
    for (name, definition) in shared {
        assert_eq!(definition, &spec[name], "copy `{name}` from the one to the other");
    }
}

#[test]
fn every_definition_is_used() {
    for name in SCHEMAS {
        let text = written(name);
        for definition in members(&schema(name)["definitions"]).keys() {
            let used = format!("\"$ref\": \"#/definitions/{definition}\"");
            assert!(text.contains(&used), "{name}: nothing uses `{definition}`");
        }
    }
}

/// Of what else stands there, a validator of draft-07 sees nothing.
#[test]
fn beside_a_reference_stands_only_what_is_shown() {
    for name in SCHEMAS {
        visit(&schema(name), &mut |value| {
            let Some(keys) = value.as_object().filter(|keys| keys.contains_key("$ref")) else {
                return;
            };
            let shown = ["$ref", "description", "examples", "default"];
            let other = keys.keys().find(|key| !shown.contains(&key.as_str()));
            assert_eq!(other, None, "{name}: {value}");
        });
    }
}

#[test]
fn every_key_is_described_in_a_sentence() {
    for name in SCHEMAS {
        let schema = schema(name);
        let mut keys = 0;
        visit(&schema, &mut |value| {
            let Some(properties) = value["properties"].as_object() else { return };
            // What stands under `if`, `then` and `else` describes nothing.
            for (key, value) in properties.iter().filter(|_| value["type"] != Value::Null) {
                let definition = value["$ref"]
                    .as_str()
                    .map(|to| schema.pointer(to.trim_start_matches('#')).expect("a definition"));
                let described = [Some(value), definition];
                let mut described = described.into_iter().flatten().map(|d| &d["description"]);
                let description = described.find_map(Value::as_str).unwrap_or_default();
                assert!(description.ends_with('.'), "{name}: `{key}`: {description:?}");
                keys += 1;
            }
        });
        assert!(keys > 100, "{name}: {keys}");
    }
}

/// The schema of that name, as it is committed.
fn written(name: &str) -> String {
    let path = root().join(format!("schema/{name}.schema.json"));
    fs::read_to_string(path).expect("a schema").replace("\r\n", "\n")
}

/// The schema of that name, read.
pub fn schema(name: &str) -> Value {
    serde_json::from_str(&written(name)).expect("JSON")
}

/// The schema of that name, compiled once.
fn validator(name: &str) -> &'static Validator {
    static COMPILED: LazyLock<[Validator; 2]> = LazyLock::new(|| {
        SCHEMAS.map(|name| jsonschema::options().build(&schema(name)).expect("a schema"))
    });
    let at = SCHEMAS.iter().position(|known| *known == name);
    &COMPILED[at.expect("a schema")]
}

#[track_caller]
fn accept(schema: &str, text: &str, path: &str) {
    let read: serde_yaml::Value = serde_yaml::from_str(text).expect("YAML");
    let value = serde_json::to_value(read).expect("JSON");
    let refused: Vec<String> = validator(schema)
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(refused.is_empty(), "{path}: {refused:#?}");
}

/// All that is read as a spec, a fragment or a project file in the project itself.
fn specs_and_examples() -> Vec<PathBuf> {
    let mut files = vec![root().join("apitest.yaml")];
    let mut folders = vec![root().join("specs"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(ending) if ending == "yaml" => files.push(path),
                _ => {}
            }
        }
    }
    files
}

fn schema_of(path: &Path) -> &'static str {
    if path.ends_with("apitest.yaml") { "project" } else { "spec" }
}

/// The schema that the first line of a file names.
fn named_by(path: &Path) -> PathBuf {
    let text = fs::read_to_string(path).expect("a file");
    let first = text.lines().next().unwrap_or_default();
    let named = first.strip_prefix("# yaml-language-server: $schema=");
    let named = named.unwrap_or_else(|| panic!("{}: {first}", path.display()));
    path.parent().expect("a folder").join(named)
}

/// The members of an object.
pub fn members(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().expect("an object")
}

fn visit<'v>(value: &'v Value, seen: &mut dyn FnMut(&'v Value)) {
    seen(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        Value::Object(members) => members.values().for_each(|member| visit(member, seen)),
        _ => {}
    }
}
