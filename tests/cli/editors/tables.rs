//! The keys in the schemas are those in the parser's tables.
//!
//! The parser is asked: it lists what it knows wherever it finds a key, or a word, that it does not.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use apitest::auth::jwt::Algorithm;
use apitest::diagnostic::Diagnostic;
use apitest::format::Format;
use apitest::plan::probes::{HYGIENE, PROBES};
use apitest::source::Source;
use apitest::suite::{self, operand::TYPES, operator::OPERATORS, project};
use serde_json::Value;

use super::{members, schema};
use crate::support::project::root;

/// A kind of key: what the parser calls it, where the schema has them, and a file that has the
/// unknown key `qqq` in its place.
pub const TABLES: [(&str, &str, &str); 39] = [
    ("a key of a spec", "spec#", "{tests: [], qqq: 1}"),
    ("a key of a fragment", "spec#/then/propertyNames/enum", "{steps: [], qqq: 1}"),
    ("a key of a test", "spec#/definitions/test", "tests: [{qqq: 1}]"),
    ("a key of a step", "spec#/definitions/step", "steps: [{qqq: 1}]"),
    ("a key of `expect`", "spec#/definitions/expect", "steps: [{expect: {qqq: 1}}]"),
    ("an operator", "spec#/definitions/matcher", "steps: [{expect: {json: {$: {qqq: 1}}}}]"),
    ("an operator", "spec#/definitions/length", "steps: [{expect: {json: {$: {qqq: 1}}}}]"),
    ("an operator", "spec#/definitions/textMatcher", "steps: [{expect: {url: {qqq: 1}}}]"),
    ("an operator", "spec#/definitions/bodyMatcher", "steps: [{expect: {body: {qqq: 1, is: 1}}}]"),
    ("an operator", "spec#/definitions/operator/enum", "steps: [{expect: {url: {qqq: 1}}}]"),
    (
        "a form of bytes",
        "spec#/definitions/bodyMatcher/properties/equals",
        "steps: [{expect: {body: {equals: {qqq: 1}}}}]",
    ),
    (
        "a part of a cookie",
        "spec#/definitions/cookieCheck/anyOf/1",
        "steps: [{expect: {cookies: {a: {qqq: 1, value: 1}}}}]",
    ),
    ("a key of a capture", "spec#/definitions/responsePart", "steps: [{capture: {a: {qqq: 1}}}]"),
    ("a key of `poll`", "spec#/definitions/poll", "steps: [{poll: {qqq: 1}}]"),
    (
        "a key of `data`",
        "spec#/definitions/test/properties/data",
        "tests: [{data: {file: a, qqq: 1}}]",
    ),
    ("a form of `body`", "spec#/definitions/body", "steps: [{body: {qqq: 1}}]"),
    ("a key of `graphql`", "spec#/definitions/graphql", "steps: [{graphql: {qqq: 1}}]"),
    ("a key of a part", "spec#/definitions/part", "steps: [{multipart: {a: {qqq: 1}}}]"),
    ("a form of `auth`", "spec#/definitions/auth", "{tests: [], auth: {qqq: 1}}"),
    (
        "a key of `basic`",
        "spec#/definitions/auth/properties/basic",
        "{tests: [], auth: {basic: {qqq: 1}}}",
    ),
    ("a key of `tls`", "spec#/definitions/tls", "{tests: [], tls: {qqq: 1}}"),
    ("a key of `proxy`", "spec#/definitions/proxy", "{tests: [], proxy: {qqq: 1}}"),
    ("a key of `retry`", "spec#/definitions/retry", "{tests: [], retry: {qqq: 1}}"),
    ("a source of tokens", "spec#/definitions/tokenSource", "{tests: [], tokens: {a: {qqq: 1}}}"),
    (
        "a key of `login`",
        "spec#/definitions/tokenSource/properties/login",
        "{tests: [], tokens: {a: {login: {qqq: 1}}}}",
    ),
    (
        "a key of `github_oidc`",
        "spec#/definitions/tokenSource/properties/github_oidc",
        "{tests: [], tokens: {a: {github_oidc: {qqq: 1}}}}",
    ),
    (
        "a key of `oauth2`",
        "spec#/definitions/oauth2",
        "{tests: [], tokens: {a: {oauth2: {qqq: 1}}}}",
    ),
    (
        "a form of `assertion`",
        "spec#/definitions/oauth2/properties/assertion",
        "{tests: [], tokens: {a: {oauth2: {assertion: {qqq: 1}}}}}",
    ),
    ("a key of `jwt`", "spec#/definitions/jwt", "{tests: [], tokens: {a: {jwt: {qqq: 1}}}}"),
    (
        "a form of `key`",
        "spec#/definitions/jwt/properties/key",
        "{tests: [], tokens: {a: {jwt: {key: {qqq: 1}}}}}",
    ),
    ("a key of `enforce`", "spec#/definitions/enforce", "{tests: [], enforce: {qqq: 1}}"),
    (
        "a key of `keys`",
        "spec#/definitions/enforce/properties/keys",
        "{tests: [], enforce: {keys: {qqq: 1}}}",
    ),
    (
        "a key of `revoke`",
        "spec#/definitions/enforce/properties/revoke",
        "{tests: [], enforce: {revoke: {qqq: 1}}}",
    ),
    ("a key of a waiver", "spec#/definitions/waiver", "{tests: [], enforce: {except: [{qqq: 1}]}}"),
    ("a key of the project file", "project#", "qqq: 1"),
    ("a key of an environment", "project#/definitions/environment", "environments: {a: {qqq: 1}}"),
    ("a key of `server`", "project#/definitions/server", "server: {qqq: 1}"),
    (
        "a form of `ready`",
        "project#/definitions/server/properties/ready",
        "server: {ready: {qqq: 1}}",
    ),
    ("a report", "project#/properties/reports", "reports: {qqq: 1}"),
];

/// Where a schema has less than the table of the parser, or more, and why.
const DIFFERENT: [(&str, &[&str], &[&str]); 6] = [
    // One table of the schema stands for both kinds of files; `else` refuses it in a spec.
    ("spec#", &[], &["steps"]),
    // Its fault says that it belongs on the test.
    ("spec#/definitions/step", &["retry"], &[]),
    // These look at bytes, or at JSON.
    ("spec#/definitions/matcher", &["sha256"], &[]),
    ("spec#/definitions/length", &["sha256"], &[]),
    ("spec#/definitions/textMatcher", &["sha256", "schema"], &[]),
    ("spec#/definitions/bodyMatcher", &["schema"], &[]),
];

#[test]
fn every_key_of_the_parser_is_in_the_schemas_and_no_other() {
    for (what, at, text) in TABLES {
        let mut known = known(at, text, &format!("`qqq` is not {what}"));
        let different = DIFFERENT.iter().find(|(place, _, _)| *place == at);
        if let Some((_, less, more)) = different {
            assert!(less.iter().all(|key| known.remove(*key)), "{at}: {less:?}");
            known.extend(more.iter().map(|key| (*key).to_owned()));
        }
        assert_eq!(keys(at), known, "{what}: {at}");
    }
}

#[test]
fn every_table_of_the_parser_is_asked() {
    let what = regex::Regex::new(r#"what: "([^"]+)""#).expect("a regex");
    let mut folders = vec![root().join("src/suite")];
    let mut tables = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let code = fs::read_to_string(path).expect("code");
                tables.extend(what.captures_iter(&code).map(|found| found[1].to_owned()));
            }
        }
    }
    let asked: BTreeSet<String> = TABLES.iter().map(|(what, _, _)| (*what).to_owned()).collect();
    assert_eq!(tables, asked);
}

#[test]
fn every_word_of_the_parser_is_in_the_schemas_and_no_other() {
    let grants = known(
        "spec#",
        "{tests: [], tokens: {a: {oauth2: {grant: qqq, token_url: a, client_id: b}}}}",
        "`qqq` is not a grant",
    );
    let sets = PROBES.iter().map(|probe| probe.set);
    let mut types: BTreeSet<String> = TYPES.map(str::to_owned).into();
    // `type: null` is as good as `type: "null"`.
    types.insert("(null)".to_owned());
    for (at, words) in [
        ("spec#/definitions/oauth2/properties/grant/enum", grants),
        ("spec#/definitions/jwt/properties/alg/enum", texts(Algorithm::ALL.map(Algorithm::name))),
        ("spec#/definitions/type/enum", types),
        (
            "spec#/definitions/matcher/properties/is/anyOf/0/enum",
            texts(Format::NAMES.map(|(name, _)| name)),
        ),
        ("spec#/definitions/probe/enum", texts(PROBES.iter().map(|probe| probe.id))),
        ("spec#/definitions/probeOrSet/anyOf/0/enum", texts(sets)),
        ("spec#/definitions/check/enum", texts(HYGIENE.iter().map(|check| check.id))),
        ("spec#/definitions/operator/enum", texts(OPERATORS)),
    ] {
        assert_eq!(keys(at), words, "{at}");
    }
}

#[test]
fn a_status_and_a_duration_take_the_operators_that_the_parser_names() {
    for (at, key) in [("statusMatcher", "status"), ("expect/properties/duration", "duration")] {
        let text = format!("steps: [{{request: GET /, expect: {{{key}: {{each: 1}}}}}}]");
        let title = format!("`each` says nothing about a {key}");
        let known = known("spec#", &text, &title);
        assert_eq!(keys(&format!("spec#/definitions/{at}")), known, "{key}");
    }
}

/// What each table calls its keys, and which these are, in the order of [`TABLES`].
pub fn of_the_parser() -> Vec<(&'static str, BTreeSet<String>)> {
    let tables = TABLES.iter();
    tables
        .map(|(what, at, text)| (*what, known(at, text, &format!("`qqq` is not {what}"))))
        .collect()
}

/// What the parser says it knows, in the fault of that title.
fn known(at: &str, text: &str, title: &str) -> BTreeSet<String> {
    let faults = faults(at, text);
    let fault = faults.iter().find(|fault| fault.title == title);
    let fault = fault.unwrap_or_else(|| panic!("no {title}: {faults:?}"));
    let told = fault.helps.iter().chain([&fault.label]);
    let mut lists = told.filter_map(|text| {
        text.strip_prefix("known here: ").or_else(|| text.strip_prefix("use one of "))
    });
    let list = lists.next().unwrap_or_else(|| panic!("{fault:?} lists nothing"));
    texts(list.split(", "))
}

fn faults(at: &str, text: &str) -> Vec<Diagnostic> {
    let source = Arc::new(Source::new("a.yaml", text));
    match at.starts_with("project") {
        true => project::parse(&source).1,
        false => suite::read(&source).1,
    }
}

/// The keys, or the words, that a schema has at a place.
pub fn keys(at: &str) -> BTreeSet<String> {
    let (name, pointer) = at.split_once('#').expect("a pointer");
    let schema = schema(name);
    let place = schema.pointer(pointer).unwrap_or_else(|| panic!("nothing at {at}"));
    match place {
        Value::Array(words) => texts(words.iter().map(|word| word.as_str().unwrap_or("(null)"))),
        _ => {
            assert_eq!(place["additionalProperties"], Value::Bool(false), "{at} is open");
            texts(members(&place["properties"]).keys().map(String::as_str))
        }
    }
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}
