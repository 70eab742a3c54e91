//! The keywords of JSON Schema: an unknown one would demand nothing.

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::Fault;
use crate::diagnostic::did_you_mean;

/// Keywords of all drafts behind which a schema stands.
const SCHEMA: [&str; 12] = [
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
];

/// Behind which a list of schemas stands.
const SCHEMAS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Behind which schemas stand by names of the author's own.
const NAMED: [&str; 6] =
    ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties", "dependencies"];

/// Behind which something else stands, notes for readers among them.
const OTHERS: [&str; 45] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

/// Keywords that this draft no longer has, or that are of another language, and what there is.
const INSTEAD: [(&str, &str); 7] = [
    ("additionalItems", "`items` behind `prefixItems`"),
    ("dependencies", "`dependentRequired` or `dependentSchemas`"),
    ("id", "`$id`"),
    ("$recursiveRef", "`$dynamicRef`"),
    ("$recursiveAnchor", "`$dynamicAnchor`"),
    ("nullable", "`type` with a list that holds \"null\""),
    ("optional", "`required`, which lists the others"),
];

/// The drafts by what stands in their URIs.
const DRAFTS: [(&str, Draft); 5] = [
    ("draft-04/", Draft::Draft4),
    ("draft-06/", Draft::Draft6),
    ("draft-07/", Draft::Draft7),
    ("draft/2019-09/", Draft::Draft201909),
    ("draft/2020-12/", Draft::Draft202012),
];

/// The draft that a schema is written in.
pub fn draft(schema: &Value) -> Result<Draft, Fault> {
    let Some(uri) = schema.get("$schema") else { return Ok(Draft::Draft202012) };
    let uri_text = uri.as_str().unwrap_or_default();
    let rest = ["http://json-schema.org/", "https://json-schema.org/"]
        .iter()
        .find_map(|start| uri_text.strip_prefix(start));
    let draft = DRAFTS.iter().find(|(name, _)| rest.is_some_and(|rest| rest.starts_with(name)));
    draft.map(|(_, draft)| *draft).ok_or_else(|| Fault {
        place: vec!["$schema".into()],
        reason: format!("{uri} is no draft that is known: 2020-12 is the one without `$schema`"),
    })
}

/// Whether all keywords of a schema are known.
pub fn check(schema: &Value) -> Result<(), Fault> {
    match schema {
        Value::Object(members) if members.is_empty() => {
            Err(Fault::at_top("an empty schema holds for every value"))
        }
        Value::Object(_) => {
            Walk { is_new: draft(schema)? == Draft::Draft202012 }.schema(schema, &mut Vec::new())
        }
        Value::Bool(_) => Err(Fault::at_top("true and false say nothing about a value")),
        _ => Err(Fault::at_top("a schema is a mapping")),
    }
}

struct Walk {
    /// Whether keywords that only older drafts have demand nothing.
    is_new: bool,
}

impl Walk {
    fn schema(&self, schema: &Value, place: &mut Vec<String>) -> Result<(), Fault> {
        let Value::Object(members) = schema else { return Ok(()) };
        self.keywords(members, place)?;
        for (name, value) in members {
            match (name.as_str(), value) {
                (name, Value::Object(_)) if SCHEMA.contains(&name) => {
                    inside(place, name, |place| self.schema(value, place))?;
                }
                (name, Value::Array(items)) if SCHEMAS.contains(&name) || name == "items" => {
                    inside(place, name, |place| self.list(items, place))?;
                }
                (name, Value::Object(named)) if NAMED.contains(&name) => {
                    inside(place, name, |place| self.named(named, place))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn list(&self, items: &[Value], place: &mut Vec<String>) -> Result<(), Fault> {
        let mut items = items.iter().enumerate();
        items.try_for_each(|(i, item)| {
            inside(place, &i.to_string(), |place| self.schema(item, place))
        })
    }

    fn named(&self, named: &Map<String, Value>, place: &mut Vec<String>) -> Result<(), Fault> {
        let mut named = named.iter();
        named.try_for_each(|(name, item)| inside(place, name, |place| self.schema(item, place)))
    }

    fn keywords(&self, members: &Map<String, Value>, place: &[String]) -> Result<(), Fault> {
        let odd = members.keys().find(|name| !self.is_known(name) && !name.starts_with("x-"));
        let Some(odd) = odd else { return Ok(()) };
        let instead = INSTEAD.iter().find(|(name, _)| name == odd);
        let near = || did_you_mean(odd, known().filter(|name| self.is_known(name)));
        let advice = match (instead, near()) {
            (Some((_, instead)), _) => format!(": write {instead}"),
            (None, Some(near)) => format!(": did you mean `{near}`?"),
            (None, None) => "; one of your own begins with `x-`".to_owned(),
        };
        let place = place.iter().chain([odd]).cloned().collect();
        let reason = format!("`{odd}` is no keyword of JSON Schema{advice}");
        Err(Fault { place, reason })
    }

    fn is_known(&self, name: &str) -> bool {
        let is_old = INSTEAD.iter().any(|(old, _)| *old == name);
        known().any(|known| known == name) && !(self.is_new && is_old)
    }
}

fn known() -> impl Iterator<Item = &'static str> {
    SCHEMA.iter().chain(&SCHEMAS).chain(&NAMED).chain(&OTHERS).copied()
}

fn inside<T>(place: &mut Vec<String>, name: &str, look: impl FnOnce(&mut Vec<String>) -> T) -> T {
    place.push(name.to_owned());
    let result = look(place);
    place.pop();
    result
}
