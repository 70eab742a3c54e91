//! The words for what was expected and what was found.

use serde_json::Value;

use crate::suite::matcher::{Matcher, Operator, Path, Pattern, Subject, ValueOperator};
use crate::template::{Bindings, Draft};

/// A value with its type, whole: whoever shows it redacts first and shortens second.
pub fn typed(value: Option<&Value>) -> String {
    match value {
        None => "nothing".into(),
        Some(Value::Null) => "null".into(),
        Some(value @ Value::Bool(_)) => format!("{value} (boolean)"),
        Some(value @ Value::Number(_)) => format!("{value} (number)"),
        Some(value @ Value::String(_)) => format!("{value} (string)"),
        Some(value @ Value::Array(items)) => format!("{value} (array of {})", items.len()),
        Some(value @ Value::Object(members)) => format!("{value} (object of {})", members.len()),
    }
}

/// A value as it is shown beside others of its kind: with its type only where there are several.
pub fn shown(value: &Value, subject: Subject) -> String {
    match (subject, value) {
        (Subject::Status, value) => value.to_string(),
        (Subject::Duration, time) => format!("{time} ms"),
        (Subject::Text, Value::String(_) | Value::Array(_)) => value.to_string(),
        (Subject::Text, scalar) => Value::String(bare(scalar)).to_string(),
        (Subject::Json, value) => typed(Some(value)),
    }
}

/// What a matcher demands, as it follows "expected".
pub fn demand(matcher: &Matcher, subject: Subject, bindings: &Bindings) -> String {
    let demands: Vec<String> = matcher
        .0
        .iter()
        .map(|operator| operator_demand(&operator.value, subject, bindings))
        .collect();
    demands.join(" and ")
}

/// What an operator demands, as it follows "expected".
pub fn operator_demand(operator: &Operator, subject: Subject, bindings: &Bindings) -> String {
    match operator {
        Operator::Value(kind, draft) => value_demand(*kind, draft, subject, bindings),
        Operator::Matches(Pattern::Compiled(regex)) => format!("a match of /{}/", regex.as_str()),
        Operator::Matches(Pattern::Written(text)) => match text.value.fill(bindings) {
            Ok(text) => format!("a match of /{text}/"),
            Err(_) => "a match of a regex".into(),
        },
        Operator::Not(matcher) => format!("not {}", demand(matcher, subject, bindings)),
        Operator::Length(matcher) => {
            format!("a length of {}", demand(matcher, Subject::Json, bindings))
        }
        Operator::Each(matcher) => {
            format!("every element to be {}", demand(matcher, subject, bindings))
        }
        Operator::Any(matcher) => {
            format!("an element that is {}", demand(matcher, subject, bindings))
        }
        Operator::All(matchers) => {
            let demands: Vec<String> =
                matchers.iter().map(|m| demand(m, subject, bindings)).collect();
            demands.join(" and ")
        }
        Operator::Json(checks) => {
            let demands: Vec<String> = checks
                .iter()
                .map(|check| {
                    format!(
                        "{} to be {}",
                        path_text(&check.path),
                        demand(&check.matcher, Subject::Json, bindings)
                    )
                })
                .collect();
            demands.join(" and ")
        }
    }
}

/// A query as it was written.
pub fn path_text(path: &Path) -> String {
    match path {
        Path::Compiled(path) => path.text().to_owned(),
        Path::Written(text) => text.value.as_fixed().unwrap_or("a query").to_owned(),
    }
}

fn value_demand(
    kind: ValueOperator,
    draft: &Draft,
    subject: Subject,
    bindings: &Bindings,
) -> String {
    use ValueOperator as V;
    let filled = draft.fill(bindings);
    let value: &Value = match &filled {
        Ok(value) => value,
        Err(error) => return error.message.clone(),
    };
    match kind {
        V::Equals => shown(value, subject),
        V::Status => status_demand(value),
        V::In => format!("one of {value}"),
        V::Type => type_demand(value),
        V::Exists if value == &Value::Bool(false) => "nothing".into(),
        V::Exists => "something".into(),
        V::Gt => format!("more than {}", bare(value)),
        V::Gte => format!("at least {}", bare(value)),
        V::Lt => format!("less than {}", bare(value)),
        V::Lte => format!("at most {}", bare(value)),
        V::Contains => format!("something that contains {value}"),
        V::StartsWith => format!("a text that starts with {value}"),
        V::EndsWith => format!("a text that ends with {value}"),
    }
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn status_demand(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(bare).collect();
            items.join(" or ")
        }
        value => bare(value),
    }
}

fn type_demand(value: &Value) -> String {
    let with_article = |name: &Value| match name.as_str() {
        Some(name @ ("integer" | "array" | "object")) => format!("an {name}"),
        Some("null") | None => "null".to_owned(),
        Some(name) => format!("a {name}"),
    };
    match value {
        Value::Array(names) => names.iter().map(with_article).collect::<Vec<_>>().join(" or "),
        name => with_article(name),
    }
}
