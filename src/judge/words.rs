//! The words for what was expected and what was found.

use std::fmt::{self, Display, Write};

use serde_json::Value;

use super::digest::sha256;
use super::seen::Seen;
use crate::format::Format;
use crate::json_schema::Actual;
use crate::suite::matcher::{
    Bytes, JsonCheck, Matcher, Operator, Path, Pattern, Schema, Subject, ValueOperator,
};
use crate::template::{Bindings, Draft};
use crate::text::at_most;

/// How much is told of one value, in bytes. It is redacted and shortened by whoever shows it: that
/// it was cut they know by its being longer than what they look at.
const TOLD: usize = 65 * 1024;

/// What an operator found.
pub fn found_by(operator: &Operator, seen: Seen) -> String {
    match (operator, seen) {
        (Operator::Not(inner), Seen::Body(_)) => match &*inner.0 {
            [only] => found_by(&only.value, seen),
            _ => found(seen),
        },
        (Operator::Bytes(_), Seen::Body(body)) => count_of_bytes(body.bytes.len()),
        (Operator::Value(ValueOperator::Sha256, _), Seen::Body(body)) => {
            format!("bytes whose SHA-256 is {}", sha256(body.bytes))
        }
        (Operator::Value(ValueOperator::Empty, _), Seen::Body(body)) if body.text.is_err() => {
            count_of_bytes(body.bytes.len())
        }
        _ => found(seen),
    }
}

/// `1 byte`, `2 bytes`.
fn count_of_bytes(count: usize) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// What was found, with its type where it could be another.
pub fn found(seen: Seen) -> String {
    match seen {
        Seen::Missing => "nothing".into(),
        Seen::Json(value) => typed(value),
        Seen::Nodes(nodes) => {
            format!("{} (array of {})", list_of(nodes.iter(), "[", "]"), nodes.len())
        }
        Seen::Text(text) | Seen::Scheme(text) | Seen::Line(text) | Seen::Url(text) => {
            json_text(text)
        }
        Seen::Urls([]) => "none".into(),
        Seen::Urls(urls) => {
            let shown = list_of(urls.iter().map(|url| json_text(url)), "[", "]");
            format!("{shown} (array of {})", urls.len())
        }
        Seen::Body(body) => body.text.map_or_else(str::to_owned, json_text),
        Seen::Lines(lines) => format!(
            "{} ({} lines)",
            list_of(lines.iter().map(|line| json_text(line)), "[", "]"),
            lines.len()
        ),
        Seen::Count(count) => count.to_string(),
        Seen::Time(time) => format!("{:.1} ms", time.as_secs_f64() * 1000.0),
    }
}

/// What stands where a schema demands something else.
pub fn actual(actual: &Actual) -> String {
    match actual {
        Actual::Value(value) => typed(value),
        Actual::Nothing => "nothing".to_owned(),
        Actual::Members(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        }
    }
}

/// A value with its type.
pub fn typed(value: &Value) -> String {
    let shown = json(value);
    match value {
        Value::Null => shown,
        Value::Bool(_) => format!("{shown} (boolean)"),
        Value::Number(_) => format!("{shown} (number)"),
        Value::String(_) => format!("{shown} (string)"),
        Value::Array(items) if items.is_empty() => format!("{shown} (array)"),
        Value::Array(items) => format!("{shown} (array of {})", items.len()),
        Value::Object(members) if members.is_empty() => format!("{shown} (object)"),
        Value::Object(members) => format!("{shown} (object of {})", members.len()),
    }
}

/// A value as JSON, cut when it is very long.
pub fn json(value: &Value) -> String {
    list_of(std::iter::once(value), "", "")
}

/// A text as JSON, cut when it is very long.
pub fn json_text(text: &str) -> String {
    json(&Value::from(at_most(text, TOLD)))
}

fn list_of<V: Display>(values: impl Iterator<Item = V>, open: &str, close: &str) -> String {
    let mut told = Told(open.to_owned());
    let mut comma = "";
    for value in values {
        // An error says that the rest is cut off.
        if write!(told, "{comma}{value}").is_err() {
            return told.0;
        }
        comma = ",";
    }
    told.0 + close
}

/// A text that takes no more than is told of a value.
struct Told(String);

impl Write for Told {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let told = at_most(text, TOLD.saturating_sub(self.0.len()));
        self.0.push_str(told);
        if told.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// What a matcher demands, as it follows "expected".
pub fn demand(matcher: &Matcher, subject: Subject, bindings: &Bindings) -> String {
    let operators = matcher.0.iter().map(|operator| &operator.value);
    all_of(operators.map(|operator| operator_demand(operator, subject, bindings)))
}

/// What an operator demands, as it follows "expected".
pub fn operator_demand(operator: &Operator, subject: Subject, bindings: &Bindings) -> String {
    let inner = |matcher: &Matcher| demand(matcher, subject, bindings);
    match operator {
        Operator::Value(kind, draft) => value_demand(*kind, draft, subject, bindings),
        Operator::Matches(pattern) => format!("a text that matches /{}/", regex(pattern, bindings)),
        Operator::Not(matcher) => opposite(matcher, subject, bindings),
        Operator::Length(matcher) => {
            format!("a length of {}", demand(matcher, Subject::Count, bindings))
        }
        Operator::Each(matcher) => format!("each element to be {}", inner(matcher)),
        Operator::Any(matcher) => format!("any element to be {}", inner(matcher)),
        Operator::All(matchers) => all_of(matchers.iter().map(inner)),
        Operator::Json(checks) => {
            let checks = checks.iter().map(|check| check_demand(check, bindings));
            format!("something where {}", all_of(checks))
        }
        Operator::Bytes(Bytes::Inline(bytes)) => match bytes.len() {
            1 => "this 1 byte".to_owned(),
            count => format!("these {}", count_of_bytes(count)),
        },
        Operator::Bytes(Bytes::File(file)) => match file.content() {
            Ok(bytes) => format!("the {} of {}", count_of_bytes(bytes.len()), file.path()),
            Err(_) => format!("the bytes of {}", file.path()),
        },
        Operator::Schema(Schema::File(file)) => format!("what meets the schema {}", file.path()),
        Operator::Schema(_) => "what meets the schema".to_owned(),
    }
}

fn all_of(demands: impl Iterator<Item = String>) -> String {
    demands.collect::<Vec<_>>().join(" and ")
}

fn check_demand(check: &JsonCheck, bindings: &Bindings) -> String {
    let wanted = demand(&check.matcher, Subject::Json, bindings);
    format!("{} is {wanted}", path_text(&check.path))
}

/// What does not meet the matcher.
fn opposite(matcher: &Matcher, subject: Subject, bindings: &Bindings) -> String {
    use ValueOperator as V;
    let wanted = demand(matcher, subject, bindings);
    let [only] = &*matcher.0 else { return format!("not ({wanted})") };
    match &only.value {
        Operator::Value(V::Exists, _) if wanted == "nothing" => "something".into(),
        Operator::Value(V::Exists, _) => "nothing".into(),
        Operator::Value(V::In, _) => format!("none{}", wanted.trim_start_matches("one")),
        Operator::Value(
            V::Gt | V::Gte | V::Lt | V::Lte | V::CloseTo | V::Empty | V::Includes | V::Unordered,
            _,
        )
        | Operator::Each(_)
        | Operator::Any(_) => format!("not {wanted}"),
        _ => format!("anything but {wanted}"),
    }
}

/// A query as it was written.
pub fn path_text(path: &Path) -> &str {
    match path {
        Path::Compiled(path) => path.text(),
        Path::Written(text) => text.value.as_fixed().unwrap_or("a query"),
    }
}

/// A regex as it is matched.
pub fn regex(pattern: &Pattern, bindings: &Bindings) -> String {
    match pattern {
        Pattern::Compiled(regex) => regex.as_str().to_owned(),
        Pattern::Written(text) => match text.value.fill(bindings) {
            Ok(text) => text.into_owned(),
            Err(error) => error.message,
        },
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
        Err(_) => return "a value that cannot be made".to_owned(),
    };
    let is_moment = subject != Subject::Duration
        && value.as_str().is_some_and(|text| crate::date::parse(text).is_some());
    match kind {
        V::Equals => operand(value, subject),
        V::Status if value == "" => json(value),
        V::Status => any_of(value, spelled),
        V::In => format!("one of {}", listed(value, subject)),
        V::Type => any_of(value, |name| with_article(name.as_str().unwrap_or("null"))),
        V::Exists if value == &Value::Bool(false) => "nothing".into(),
        V::Exists => "something".into(),
        V::Gt if is_moment => format!("a time after {}", spelled(value)),
        V::Gte if is_moment => format!("{} or later", spelled(value)),
        V::Lt if is_moment => format!("a time before {}", spelled(value)),
        V::Lte if is_moment => format!("{} or earlier", spelled(value)),
        V::Gt => format!("more than {}", spelled(value)),
        V::Gte => format!("at least {}", spelled(value)),
        V::Lt => format!("less than {}", spelled(value)),
        V::Lte => format!("at most {}", spelled(value)),
        V::Contains if subject == Subject::Json => {
            format!("something that contains {}", json(value))
        }
        V::Contains => format!("a text that contains {}", quoted(value)),
        V::StartsWith => format!("a text that starts with {}", quoted(value)),
        V::EndsWith => format!("a text that ends with {}", quoted(value)),
        V::CloseTo => nearness(value),
        V::Empty if value == &Value::Bool(false) => "something that is not empty".into(),
        V::Empty => "something empty".into(),
        V::Is => match value.as_str().and_then(Format::named) {
            Some(format) => format.with_article().into(),
            None => json(value),
        },
        V::Includes => format!("something that includes {}", json(value)),
        V::Unordered => format!("{}, in any order", typed(value)),
        V::Sha256 => format!("bytes whose SHA-256 is {}", spelled(value)),
    }
}

fn nearness(operand: &Value) -> String {
    match operand.as_array().map(Vec::as_slice) {
        Some([value, tolerance]) => {
            let what = if value.is_string() { "a time" } else { "a number" };
            format!("{what} within {} of {}", spelled(tolerance), spelled(value))
        }
        _ => json(operand),
    }
}

/// An operand as it is told beside what was found.
fn operand(value: &Value, subject: Subject) -> String {
    match subject {
        Subject::Json => typed(value),
        Subject::Text | Subject::Line | Subject::Body | Subject::Url | Subject::Urls => {
            quoted(value)
        }
        Subject::Status | Subject::Count | Subject::Duration => json(value),
    }
}

fn listed(value: &Value, subject: Subject) -> String {
    let shown = |value: &Value| match subject {
        Subject::Json | Subject::Status | Subject::Count | Subject::Duration => json(value),
        _ => quoted(value),
    };
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn any_of(value: &Value, shown: impl Fn(&Value) -> String) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "one of an empty list".into(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(" or "),
        value => shown(value),
    }
}

/// A scalar without quotes.
pub fn spelled(value: &Value) -> String {
    value.as_str().map_or_else(|| json(value), str::to_owned)
}

/// A scalar that counts as it is spelled, in quotes.
fn quoted(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => json(value),
        scalar => json_text(&spelled(scalar)),
    }
}

/// The name of a type as it follows "is".
pub fn with_article(type_name: &str) -> String {
    match type_name {
        "null" | "nothing" => type_name.to_owned(),
        "array" | "object" | "integer" => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}
