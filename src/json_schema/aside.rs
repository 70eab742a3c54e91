//! Keywords that the standard leaves aside where they stand: whoever wrote them believes that they
//! demand something.

use jsonschema::Draft;
use serde_json::{Map, Value};

/// Keywords that look at one type of values only.
const LOOK_AT: [(&str, &str, &[&str]); 4] = [
    (
        "number",
        "numbers",
        &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ),
    ("string", "texts", &["minLength", "maxLength", "pattern", "format"]),
    (
        "array",
        "arrays",
        &[
            "items",
            "prefixItems",
            "additionalItems",
            "unevaluatedItems",
            "contains",
            "minItems",
            "maxItems",
            "uniqueItems",
        ],
    ),
    (
        "object",
        "objects",
        &[
            "properties",
            "patternProperties",
            "additionalProperties",
            "unevaluatedProperties",
            "propertyNames",
            "required",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
        ],
    ),
];

/// Keywords that need another one beside them.
const NEED: [(&str, &[&str]); 6] = [
    ("then", &["if"]),
    ("else", &["if"]),
    ("if", &["then", "else"]),
    ("minContains", &["contains"]),
    ("maxContains", &["contains"]),
    ("additionalItems", &["items"]),
];

/// The first keyword of a schema that is left aside, and why. `is_note` knows those that never
/// demand anything, and that nobody takes for a demand.
pub fn first(
    members: &Map<String, Value>,
    draft: Draft,
    is_note: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    let why = |(name, value): (&String, &Value)| {
        let reason = beside_ref(name, members, draft, &is_note)
            .or_else(|| alone(name, members))
            .or_else(|| of_another_type(name, members))
            .or_else(|| content(name, value, draft))?;
        Some((name.clone(), reason))
    };
    members.iter().find_map(why)
}

/// Before 2019-09 a `$ref` stands for all of its schema.
fn beside_ref(
    name: &str,
    members: &Map<String, Value>,
    draft: Draft,
    is_note: impl Fn(&str) -> bool,
) -> Option<String> {
    let is_left = draft < Draft::Draft201909
        && members.contains_key("$ref")
        && name != "$ref"
        && !is_note(name);
    is_left.then(|| {
        format!("beside `$ref` this draft leaves `{name}` aside: write `allOf` with both, each in a schema of its own")
    })
}

fn alone(name: &str, members: &Map<String, Value>) -> Option<String> {
    let (_, needed) = NEED.iter().find(|(other, _)| *other == name)?;
    let is_there = needed.iter().any(|needed| members.contains_key(*needed));
    let words = needed.iter().map(|needed| format!("`{needed}`")).collect::<Vec<_>>();
    (!is_there).then(|| format!("`{name}` without {} demands nothing", words.join(" or ")))
}

fn of_another_type(name: &str, members: &Map<String, Value>) -> Option<String> {
    let (type_name, what, _) = LOOK_AT.iter().find(|(_, _, names)| names.contains(&name))?;
    let demanded = members.get("type")?;
    let fits = |demanded: &Value| {
        let demanded = demanded.as_str().unwrap_or(type_name);
        demanded == *type_name || (demanded == "integer" && *type_name == "number")
    };
    let is_looked_at = match demanded {
        Value::Array(several) => several.iter().any(fits),
        one => fits(one),
    };
    (!is_looked_at)
        .then(|| format!("`{name}` looks at {what}, and there are none: `type` is {demanded}"))
}

/// Newer drafts take what is said of the content of a text for a note.
fn content(name: &str, value: &Value, draft: Draft) -> Option<String> {
    let known = match name {
        "contentEncoding" => "base64",
        "contentMediaType" => "application/json",
        "contentSchema" => return Some(nothing_but_a_note(name, "")),
        _ => return None,
    };
    match draft {
        Draft::Draft6 | Draft::Draft7 if value == known => None,
        Draft::Draft6 | Draft::Draft7 => Some(format!("`{name}` is checked for {known} only")),
        _ if value == "base64" => Some(nothing_but_a_note(name, ": write `format: base64`")),
        _ => Some(nothing_but_a_note(name, "")),
    }
}

fn nothing_but_a_note(name: &str, instead: &str) -> String {
    format!("`{name}` is a note for readers, and demands nothing{instead}")
}
