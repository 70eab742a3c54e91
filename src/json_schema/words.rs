//! What a schema demands and what is wrong with one, in words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value;

use super::{Actual, Fault, Violation};
use crate::diagnostic::did_you_mean;
use crate::format::Format;
use crate::json_path::place;
use crate::text::plural;

/// The formats of the crate, besides those of our own.
const FORMATS: [&str; 10] = [
    "duration",
    "idn-email",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri-reference",
    "uri-template",
];

/// Why a schema is none.
pub fn fault(error: &ValidationError) -> Fault {
    let place = steps(error.instance_path());
    let last = place.last().map(String::as_str);
    let reason = match error.kind() {
        Kind::Referencing(error) => reference(error),
        Kind::Format { format } if format == "regex" => {
            format!("{} is no regex as `matches` takes it", error.instance())
        }
        Kind::AnyOf { .. } if last == Some("type") => format!(
            "{} is none of string, number, integer, boolean, array, object, null, or a list of those",
            error.instance()
        ),
        _ if last == Some("format") => {
            let written = error.instance().as_str().unwrap_or_default();
            let names = Format::NAMES.iter().map(|(name, _)| *name).chain(FORMATS);
            let near = did_you_mean(written, names);
            let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            format!("`{written}` is no format that is known{near}")
        }
        Kind::Custom { .. } => error.to_string(),
        _ if place.is_empty() => error.to_string(),
        _ => {
            let told = violation(error);
            format!("expected {}, found {}", told.expected, error.instance())
        }
    };
    Fault { place, reason }
}

/// What is wrong with a reference. Why a file cannot be had stands behind the crate's own words.
pub fn reference(error: &dyn std::error::Error) -> String {
    let words = error.to_string();
    let mut why = error.source();
    while let Some(deeper) = why.and_then(std::error::Error::source) {
        why = Some(deeper);
    }
    match why {
        Some(why) => {
            let uri = words.split('\'').nth(1).unwrap_or_default();
            let name = uri.rsplit_once(":///").map_or(uri, |(_, name)| name);
            format!("`$ref` to {name}: {why}")
        }
        None => format!("`$ref`: {}", words.replace('\'', "`")),
    }
}

fn steps(location: &Location) -> Vec<String> {
    let step = |segment: LocationSegment| match segment {
        LocationSegment::Property(name) => name.to_string(),
        LocationSegment::Index(number) => number.to_string(),
    };
    location.into_iter().map(step).collect()
}

/// A demand that is not met.
pub fn violation(error: &ValidationError) -> Violation {
    let mut place = path(error.instance_path());
    let mut actual = Actual::Value(error.instance().clone().into_owned());
    match error.kind() {
        Kind::Required { property } => {
            place = place::member(&place, property.as_str().unwrap_or_default());
            actual = Actual::Nothing;
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            actual = Actual::Members(unexpected.clone());
        }
        Kind::PropertyNames { error } => {
            actual = Actual::Value(error.instance().clone().into_owned())
        }
        _ => {}
    }
    let nearest = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => nearest(context),
        _ => None,
    };
    let demanded = error.schema_path().as_str().to_owned();
    Violation { place, expected: expected(error), actual, demanded, nearest }
}

/// Of several schemas the one with the fewest violations, and of these the first.
fn nearest(context: &[Vec<ValidationError<'static>>]) -> Option<Box<Violation>> {
    let depth = |errors: &&Vec<ValidationError>| {
        let deepest = errors.iter().map(|error| steps(error.instance_path()).len()).max();
        (std::cmp::Reverse(deepest), errors.len())
    };
    let nearest = context.iter().filter(|errors| !errors.is_empty()).min_by_key(depth)?;
    nearest.first().map(|error| Box::new(violation(error)))
}

fn path(location: &Location) -> String {
    location.into_iter().fold("$".to_owned(), |base, segment| match segment {
        LocationSegment::Property(name) => place::member(&base, &name),
        LocationSegment::Index(number) => place::element(&base, number),
    })
}

fn expected(error: &ValidationError) -> String {
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(one) } => with_article(&one.to_string()),
        Kind::Type { kind: TypeKind::Multiple(types) } => {
            let types: Vec<String> = types.iter().map(|t| with_article(&t.to_string())).collect();
            types.join(" or ")
        }
        Kind::Required { .. } => "something: it is required".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "no other members than those of the schema".to_owned()
        }
        Kind::AdditionalItems { limit } => count("at most", *limit as u64, "element"),
        Kind::UnevaluatedItems { .. } => "no other elements than those of the schema".to_owned(),
        Kind::Enum { options } => match &**options {
            Value::Array(options) => {
                let options: Vec<String> = options.iter().map(Value::to_string).collect();
                format!("one of {}", options.join(", "))
            }
            other => other.to_string(),
        },
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MinLength { limit } => count("at least", *limit, "character"),
        Kind::MaxLength { limit } => count("at most", *limit, "character"),
        Kind::MinItems { limit } => count("at least", *limit, "element"),
        Kind::MaxItems { limit } => count("at most", *limit, "element"),
        Kind::MinProperties { limit } => count("at least", *limit, "member"),
        Kind::MaxProperties { limit } => count("at most", *limit, "member"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::Pattern { pattern } => format!("a text that matches /{pattern}/"),
        Kind::Format { format } => match Format::named(format) {
            Some(format) => format.with_article().to_owned(),
            None => format!("a text of the format `{format}`"),
        },
        Kind::UniqueItems => "elements of which no two are the same".to_owned(),
        Kind::Contains => "an element as `contains` describes it".to_owned(),
        Kind::FalseSchema => "nothing".to_owned(),
        Kind::Not { schema } => format!("nothing that meets {schema}"),
        Kind::AnyOf { context } => format!("what meets one of {} schemas", context.len()),
        Kind::OneOfNotValid { context } => {
            format!("what meets exactly one of {} schemas", context.len())
        }
        Kind::OneOfMultipleValid { .. } => "what meets exactly one schema, and not more".to_owned(),
        Kind::PropertyNames { error } => format!("names of members that are {}", expected(error)),
        _ => error.masked().to_string(),
    }
}

/// `at most 1 element`, `at least 2 elements`.
fn count(side: &str, limit: u64, what: &str) -> String {
    let what = plural(usize::try_from(limit).unwrap_or(usize::MAX), what);
    format!("{side} {limit} {what}")
}

fn with_article(type_name: &str) -> String {
    match type_name {
        "null" => type_name.to_owned(),
        "array" | "object" | "integer" => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}
