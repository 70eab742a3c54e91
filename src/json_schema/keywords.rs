//! The keywords of JSON Schema: an unknown one would demand nothing.

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::{Fault, aside};
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

/// Notes for readers, and what names or keeps a schema without a demand.
const NOTES: [&str; 18] = [
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "$vocabulary",
    "default",
    "definitions",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "id",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// Behind which something else stands.
const OTHERS: [&str; 29] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "const",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
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
    "required",
    "type",
    "uniqueItems",
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

/// Whether all keywords of a schema are known, and stand where they demand something.
pub fn check(schema: &Value) -> Result<(), Fault> {
    match schema {
        Value::Object(members) if members.is_empty() => {
            Err(Fault::at_top("an empty schema holds for every value"))
        }
        Value::Object(_) => check_part(schema, draft(schema)?),
        Value::Bool(_) => Err(Fault::at_top("true and false say nothing about a value")),
        _ => Err(Fault::at_top("a schema is a mapping")),
    }
}

/// As [`check`], of a part of a schema.
pub fn check_part(schema: &Value, draft: Draft) -> Result<(), Fault> {
    Walk { draft }.schema(schema, &mut Vec::new())
}

struct Walk {
    /// What is a keyword in another draft demands nothing.
    draft: Draft,
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
        let Some(odd) = odd else { return self.aside(members, place) };
        let instead = INSTEAD.iter().find(|(name, _)| name == odd);
        let near = || did_you_mean(odd, known().filter(|name| self.is_known(name)));
        let advice = match (instead, near()) {
            (Some((_, instead)), _) => format!(": write {instead}"),
            (None, Some(near)) => format!(": did you mean `{near}`?"),
            (None, None) => "; one of your own begins with `x-`".to_owned(),
        };
        let which = match known().any(|known| known == odd) {
            true => format!("JSON Schema {}", name(self.draft)),
            false => "JSON Schema".to_owned(),
        };
        let place = place.iter().chain([odd]).cloned().collect();
        Err(Fault { place, reason: format!("`{odd}` is no keyword of {which}{advice}") })
    }

    /// What is known and left aside, and a draft that only the top of a file can name.
    fn aside(&self, members: &Map<String, Value>, place: &[String]) -> Result<(), Fault> {
        let at = |name: String| place.iter().cloned().chain([name]).collect();
        if let Some((name, reason)) = aside::first(members, self.draft, |name| {
            NOTES.contains(&name) || name.starts_with("x-")
        }) {
            return Err(Fault { place: at(name), reason });
        }
        match members.get("$schema").map(|_| draft(&Value::Object(members.clone()))) {
            Some(Ok(other)) if other != self.draft => {
                let reason = format!("all of it is read as {}", name(self.draft));
                Err(Fault { place: at("$schema".to_owned()), reason })
            }
            Some(Err(fault)) => Err(Fault { place: at("$schema".to_owned()), ..fault }),
            _ => Ok(()),
        }
    }

    fn is_known(&self, name: &str) -> bool {
        let is_old = INSTEAD.iter().any(|(old, _)| *old == name);
        let is_new = self.draft == Draft::Draft202012;
        known().any(|known| known == name)
            && !(is_new && is_old)
            && (NOTES.contains(&name) || self.draft.is_known_keyword(name))
    }
}

fn known() -> impl Iterator<Item = &'static str> {
    SCHEMA.iter().chain(&SCHEMAS).chain(&NAMED).chain(&NOTES).chain(&OTHERS).copied()
}

/// A draft as its URI names it.
fn name(draft: Draft) -> &'static str {
    let known = DRAFTS.iter().find(|(_, known)| *known == draft);
    known.map_or("of this draft", |(name, _)| {
        name.trim_start_matches("draft/").trim_end_matches('/')
    })
}

fn inside<T>(place: &mut Vec<String>, name: &str, look: impl FnOnce(&mut Vec<String>) -> T) -> T {
    place.push(name.to_owned());
    let result = look(place);
    place.pop();
    result
}
