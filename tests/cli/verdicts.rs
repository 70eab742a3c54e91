//! Each operator on each type of values, alone and behind `not`: which of the two holds, and what is
//! told where they do not. The messages are kept, whole, in `fixtures/verdicts/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use apitest::suite::matcher::OPERATORS;
use serde_json::Value;

use crate::support::golden::golden;
use crate::support::project::root;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

/// One value of each type, and none.
const TYPES: [(Type, &str); 7] = [
    (Missing, ""),
    (Null, "null"),
    (Boolean, "true"),
    (Number, "7"),
    (Text, "\"text\""),
    (List, "[7]"),
    (Object, "{\"a\": 7}"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Missing,
    Null,
    Boolean,
    Number,
    Text,
    List,
    Object,
}

use Type::{Boolean, List, Missing, Null, Number, Object, Text};

/// What a matcher looks at, what it says, and what it fits of [`TYPES`].
struct Row {
    matcher: &'static str,
    holds: &'static str,
    fails: &'static str,
    fits: &'static [Type],
}

const fn row(
    matcher: &'static str,
    holds: &'static str,
    fails: &'static str,
    fits: &'static [Type],
) -> Row {
    Row { matcher, holds, fails, fits }
}

const THERE: &[Type] = &[Null, Boolean, Number, Text, List, Object];
const ALL: &[Type] = &[Missing, Null, Boolean, Number, Text, List, Object];

const ROWS: [Row; 37] = [
    row("equals: 7", "7.0", "8", THERE),
    row("equals: {a: 7}", "{\"a\": 7e0}", "{\"a\": 7, \"b\": 1}", THERE),
    row("not: {gt: 7}", "7", "8", &[Number]),
    row("in: [7, text]", "\"text\"", "8", THERE),
    row("type: [integer, \"null\"]", "1.0", "1.5", THERE),
    row("exists: true", "null", "", ALL),
    row("exists: false", "", "0", ALL),
    row("gt: 7", "8", "7", &[Number]),
    row("gt: 2027-03-01", "\"2027-03-02\"", "\"2027-03-01\"", &[]),
    row("gte: 7", "7.0", "6.9", &[Number]),
    row("gte: 2027-03-01", "\"2027-03-01T00:00:00Z\"", "\"2027-02-28\"", &[]),
    row("lt: 7", "6", "7", &[Number]),
    row("lt: 2027-03-01", "\"2027-02-28\"", "\"2027-03-01\"", &[]),
    row("lte: 7", "7", "7.1", &[Number]),
    row("lte: 2027-03-01", "\"2027-03-01\"", "\"2027-03-02\"", &[]),
    row("contains: ex", "\"next\"", "\"some\"", &[Text, List]),
    row("contains: 7", "[8, 7]", "[\"7\"]", &[List]),
    row("starts_with: te", "\"tea\"", "\"a tea\"", &[Text]),
    row("ends_with: xt", "\"next\"", "\"xt.\"", &[Text]),
    row("matches: ^t", "\"t\"", "\"at\"", &[Text]),
    row("length: 4", "\"äöüß\"", "[1, 2, 3]", &[Text, List, Object]),
    row("length: {lt: 2}", "{}", "{\"a\": 1, \"b\": 2}", &[Text, List, Object]),
    row("each: {gt: 6}", "[7, 8]", "[7, 6]", &[List]),
    row("any: {gt: 7}", "[1, 8]", "[]", &[List]),
    row("each: {length: {gt: 1}}", "[[1, 2]]", "[\"a\"]", &[]),
    row("all: [{gte: 5}, {lt: 9}]", "5", "9", &[Number]),
    row("json: {$.a: 7}", "{\"a\": 7}", "{\"a\": 8}", &[Object]),
    row("json: {$.a: {exists: false}}", "{}", "{\"a\": null}", &[List, Object]),
    row("close_to: [7, 0.5]", "7.5", "7.51", &[Number]),
    row("close_to: [2027-03-01, 1h]", "\"2027-03-01T01:00:00Z\"", "\"2027-03-02\"", &[]),
    row("empty: true", "[]", "\" \"", &[Text, List, Object]),
    row("is: date", "\"2027-03-01\"", "\"2027-03-32\"", &[Text]),
    row("includes: {a: 7}", "{\"b\": 1, \"a\": 7}", "{\"b\": 7}", &[Object]),
    row("includes: [7]", "[8, 7]", "[[7]]", &[List]),
    row("unordered: [7, 8]", "[8, 7]", "[7, 8, 8]", &[List]),
    row("schema: {type: number}", "1", "\"1\"", THERE),
    // What stands under `body` looks at bytes, whatever they spell.
    row("sha256: ad33eae9a01968bd3d37802974c7ccec1e77833e3b3d2606072715a7fc3d5f92", "7", "8", ALL),
];

#[test]
fn each_operator_holds_fails_or_does_not_fit_each_type_and_says_so() {
    let mut goldens: BTreeMap<&str, String> = BTreeMap::new();
    let mut tried = 0;
    for row in &ROWS {
        let (operator, _) = row.matcher.split_once(':').expect("an operator");
        let told = verdicts(row);
        let told_of = |value: &str| told.iter().find(|told| told.value == value).expect("told");
        let Row { matcher, holds, fails, fits } = row;
        assert_eq!(told_of(holds).says(), Says::Holds, "{matcher} on {holds}");
        assert_eq!(told_of(fails).says(), Says::Fails, "{matcher} on {fails}");
        for (of_type, value) in TYPES {
            let fitting = told_of(value).says() != Says::Unfit;
            assert_eq!(fitting, fits.contains(&of_type), "{matcher} on {of_type:?}");
        }
        tried += told.len();
        let golden = goldens.entry(operator).or_default();
        writeln!(golden, "{matcher}").expect("a text");
        told.iter().for_each(|told| told.write(golden));
    }
    for (operator, text) in &goldens {
        golden(&format!("fixtures/verdicts/{operator}.txt"), text);
    }
    assert!(tried > 300, "{tried}");
    let with_rows: BTreeSet<&str> = goldens.into_keys().collect();
    assert_eq!(with_rows, BTreeSet::from(OPERATORS), "each operator has a row");
}

#[test]
fn no_table_is_left_over() {
    for entry in fs::read_dir(root().join("fixtures/verdicts")).expect("the tables") {
        let path = entry.expect("a table").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(OPERATORS.contains(&stem), "{} belongs to no operator", path.display());
    }
}

/// What a matcher says together with its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Holds,
    Fails,
    Unfit,
}

/// What is told of a value: nothing where all holds.
struct Told {
    value: &'static str,
    alone: Vec<String>,
    behind_not: Vec<String>,
}

impl Told {
    #[track_caller]
    fn says(&self) -> Says {
        match (self.alone.is_empty(), self.behind_not.is_empty()) {
            (true, false) => Says::Holds,
            (false, true) => Says::Fails,
            (false, false) => Says::Unfit,
            (true, true) => panic!("both a matcher and its opposite hold for {}", self.value),
        }
    }

    fn write(&self, text: &mut String) {
        let value = if self.value.is_empty() { "(nothing)" } else { self.value };
        writeln!(text, "\n  {value}").expect("a text");
        for (name, told) in [("alone", &self.alone), ("not  ", &self.behind_not)] {
            let lines = if told.is_empty() { "holds".into() } else { told.join("\n          ") };
            writeln!(text, "    {name} {lines}").expect("a text");
        }
    }
}

/// Runs a matcher, and the same behind `not`, on all values of its row.
fn verdicts(row: &Row) -> Vec<Told> {
    let mut values = vec![row.holds, row.fails];
    values.extend(TYPES.iter().map(|(_, value)| *value));
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(*value));
    let bodies: Vec<String> = values
        .iter()
        .map(|value| match value.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{\"v\": {value}}}"),
        })
        .collect();
    let server = Server::start(move |request, stream| {
        let number: usize = request.target.trim_start_matches('/').parse().expect("a number");
        reply(stream, &answer(200, &[], &bodies[number]))
    });
    let mut spec = format!("base_url: {}\ntests:\n", server.url());
    for number in 0..values.len() {
        for (name, matcher) in [
            ("alone", format!("{{{}}}", row.matcher)),
            ("not", format!("{{not: {{{}}}}}", row.matcher)),
        ] {
            let part = match row.matcher.starts_with("sha256") {
                true => format!("body: {matcher}"),
                false => format!("json:\n        $.v: {matcher}"),
            };
            writeln!(
                spec,
                "  - name: {number} {name}\n    request: GET /{number}\n    expect:\n      {part}"
            )
            .expect("a text");
        }
    }
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--jobs", "1", "--report", "json=run.jsonl"]);
    assert_eq!(ended.code, Some(1), "{}\n{}", ended.stdout, ended.stderr);
    let told = told(&sandbox.read("run.jsonl"));
    values
        .into_iter()
        .enumerate()
        .map(|(number, value)| Told {
            value,
            alone: told[&format!("{number} alone")].clone(),
            behind_not: told[&format!("{number} not")].clone(),
        })
        .collect()
}

/// What is told of each case, by its name.
fn told(report: &str) -> BTreeMap<String, Vec<String>> {
    let events = report.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let cases = events.filter(|event| event["event"] == "case-ended");
    cases
        .map(|case| {
            let name = case["name"].as_str().expect("a name").to_owned();
            let mismatches = case["failure"]["mismatches"].as_array().cloned().unwrap_or_default();
            assert_eq!(case["verdict"] == "passed", mismatches.is_empty(), "{case}");
            (name, mismatches.iter().flat_map(lines).collect())
        })
        .collect()
}

/// The message of a mismatch, and the help to it.
fn lines(mismatch: &Value) -> Vec<String> {
    let helps = mismatch["helps"].as_array().cloned().unwrap_or_default();
    let help = |help: &Value| format!("= help: {}", help.as_str().unwrap_or_default());
    let message = mismatch["message"].as_str().expect("a message").to_owned();
    std::iter::once(message).chain(helps.iter().map(help)).collect()
}
