//! Whether a schema demands anything at all, all that it refers to included.

use std::collections::HashMap;

use jsonschema::{Draft, Registry, Uri, uri};
use serde_json::{Map, Value};

use super::{Fault, keywords};
use crate::pattern;

/// How many schemas may stand in or refer to one another on the way to one: they are followed by
/// recursion.
const DEEPEST: usize = 512;

/// Whether there is a value that does not meet the schema, as far as that can be seen.
///
/// # Errors
/// That every value meets it, or that a part of it is none.
pub fn check(
    schema: &Value,
    draft: Draft,
    base: &Uri<String>,
    registry: &Registry,
) -> Result<(), Fault> {
    let mut walk = Walk { registry, known: HashMap::new(), depth: 0 };
    match walk.demands(schema, &At { draft, base: base.clone() })? {
        true => Ok(()),
        false => Err(Fault::at_top("it demands nothing: every value meets it")),
    }
}

struct Walk<'r> {
    registry: &'r Registry<'r>,
    /// What is known of schemas, by where they are kept. One that leads to itself demands nothing
    /// by that.
    known: HashMap<*const Value, bool>,
    depth: usize,
}

/// How a schema is read.
struct At {
    draft: Draft,
    base: Uri<String>,
}

impl Walk<'_> {
    /// Looks at all parts of a schema, whatever the first of them demand: each may refer to what
    /// is none.
    fn demands(&mut self, schema: &Value, at: &At) -> Result<bool, Fault> {
        let Value::Object(members) = schema else { return Ok(schema == &Value::Bool(false)) };
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return Ok(*known);
        }
        if self.depth == DEEPEST {
            let reason = format!("its schemas refer to one another {DEEPEST} deep, and more");
            return Err(Fault::at_top(reason));
        }
        self.known.insert(schema, false);
        self.depth += 1;
        let at = inside(members, at);
        let mut demands = false;
        for (name, value) in members {
            demands |= self.keyword(name, value, members, &at)?;
        }
        self.depth -= 1;
        self.known.insert(schema, demands);
        Ok(demands)
    }

    fn keyword(
        &mut self,
        name: &str,
        value: &Value,
        members: &Map<String, Value>,
        at: &At,
    ) -> Result<bool, Fault> {
        Ok(match name {
            "$ref" | "$dynamicRef" | "$recursiveRef" => self.referred_to(value, at)?,
            "allOf" | "prefixItems" => self.any(value, at)?,
            "anyOf" => self.all(value, at)?,
            "oneOf" => self.any(value, at)? || value.as_array().is_some_and(|all| all.len() > 1),
            "properties" | "patternProperties" | "dependentSchemas" | "dependencies" => {
                self.any(value, at)?
            }
            "items" if value.is_array() => self.any(value, at)?,
            "items"
            | "additionalItems"
            | "unevaluatedItems"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames" => self.demands(value, at)?,
            "contains" => {
                self.demands(value, at)?;
                !is_zero(members.get("minContains")) || members.contains_key("maxContains")
            }
            "not" => !self.is_met_by_none(value, at)?,
            "if" => self.branches(value, members, at)?,
            _ => is_demand(name, value),
        })
    }

    fn referred_to(&mut self, reference: &Value, at: &At) -> Result<bool, Fault> {
        let Some(reference) = reference.as_str() else { return Ok(false) };
        let fault = |reason: String| Fault::at_top(format!("`$ref` to {reference}: {reason}"));
        let found = self.registry.resolver(at.base.clone()).lookup(reference);
        let (schema, resolver, draft) =
            found.map_err(|error| fault(error.to_string()))?.into_inner();
        // It may stand where no schema is looked for.
        keywords::check_part(schema, draft).map_err(|reason| fault(reason.to_string()))?;
        self.demands(schema, &At { draft, base: (*resolver.base_uri()).clone() })
    }

    /// Whether one of several schemas demands something: all must be met.
    fn any(&mut self, schemas: &Value, at: &At) -> Result<bool, Fault> {
        let mut any = false;
        for schema in several(schemas) {
            // Behind `dependencies` there are lists of names, too.
            any |= schema.as_array().is_some_and(|names| !names.is_empty());
            any |= self.demands(schema, at)?;
        }
        Ok(any)
    }

    /// Whether each of several schemas demands something: one must be met.
    fn all(&mut self, schemas: &Value, at: &At) -> Result<bool, Fault> {
        let mut all = true;
        for schema in several(schemas) {
            all &= self.demands(schema, at)?;
        }
        Ok(all)
    }

    fn is_met_by_none(&mut self, schema: &Value, at: &At) -> Result<bool, Fault> {
        self.demands(schema, at)?;
        Ok(match schema.get("not") {
            Some(inner) => !self.demands(inner, at)?,
            None => schema == &Value::Bool(false),
        })
    }

    fn branches(
        &mut self,
        condition: &Value,
        members: &Map<String, Value>,
        at: &At,
    ) -> Result<bool, Fault> {
        let is_condition = self.demands(condition, at)?;
        let then = self.optional(members.get("then"), at)?;
        let otherwise = self.optional(members.get("else"), at)?;
        Ok(then && condition != &Value::Bool(false) || otherwise && is_condition)
    }

    fn optional(&mut self, schema: Option<&Value>, at: &At) -> Result<bool, Fault> {
        schema.map_or(Ok(false), |schema| self.demands(schema, at))
    }
}

/// References are relative to the nearest `$id`.
fn inside(members: &Map<String, Value>, at: &At) -> At {
    let key = if at.draft == Draft::Draft4 { "id" } else { "$id" };
    let id = members.get(key).and_then(Value::as_str);
    let base = id.and_then(|id| uri::resolve_against(&at.base.borrow(), id).ok());
    At { draft: at.draft, base: base.unwrap_or_else(|| at.base.clone()) }
}

fn several(schemas: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match schemas {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(named) => Box::new(named.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Whether a keyword that stands for itself demands something by this value.
fn is_demand(name: &str, value: &Value) -> bool {
    match name {
        "const" | "enum" | "format" | "minimum" | "maximum" | "exclusiveMinimum"
        | "exclusiveMaximum" | "multipleOf" | "maxLength" | "maxItems" | "maxProperties"
        | "contentEncoding" | "contentMediaType" => true,
        "minLength" | "minItems" | "minProperties" => !is_zero(Some(value)),
        "uniqueItems" => value == &Value::Bool(true),
        "required" => value.as_array().is_some_and(|names| !names.is_empty()),
        "dependentRequired" => {
            several(value).any(|names| names.as_array().is_some_and(|names| !names.is_empty()))
        }
        "type" => !is_each_type(value),
        "pattern" => value.as_str().is_some_and(|text| !pattern::is_in_every_text(text)),
        _ => false,
    }
}

fn is_each_type(types: &Value) -> bool {
    let has = |name: &str| types.as_array().is_some_and(|types| types.iter().any(|t| t == name));
    ["null", "boolean", "number", "string", "array", "object"].into_iter().all(has)
}

fn is_zero(number: Option<&Value>) -> bool {
    number.and_then(Value::as_f64) == Some(0.0)
}
