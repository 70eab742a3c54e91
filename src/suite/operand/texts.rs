//! What can be the same as a text, a URL, or a list of those. Anything else never is, so that `not`
//! around it would always hold.

use serde_json::Value as Json;

use crate::suite::operator::{Subject, ValueOperator};

/// Whether something that is looked at can be the same as `operand`.
///
/// # Errors
/// What it can be the same as.
pub fn check_equality(
    operator: ValueOperator,
    operand: &Json,
    subject: Subject,
) -> Result<(), String> {
    let name = operator.name();
    let items = || operand.as_array().map(Vec::as_slice).unwrap_or_default();
    let (fits, expected) = match subject {
        Subject::Json | Subject::Status | Subject::Duration => (true, ""),
        Subject::Line | Subject::Body => {
            (is_scalar(operand), "takes a text here: a text is what it looks at")
        }
        Subject::Text => (
            is_scalar(operand) || !items().is_empty() && items().iter().all(is_scalar),
            "takes a text here, or a list of texts for a header with several lines",
        ),
        Subject::Url => (is_url(operand), URL),
        Subject::Urls => (operand.is_array() && items().iter().all(is_url), URLS),
        Subject::Count => (operand.as_u64().is_some(), "takes a whole number from 0 on here"),
    };
    if fits { Ok(()) } else { Err(format!("`{name}` {expected}")) }
}

const URL: &str = "takes a path that begins with `/` here, or a whole URL";
const URLS: &str = "takes a list of paths that begin with `/` here, or of whole URLs";

/// Whether an element of a list that is looked at can be the same as `operand`.
///
/// # Errors
/// As [`check_equality`].
pub fn check_element(
    operator: ValueOperator,
    operand: &Json,
    subject: Subject,
) -> Result<(), String> {
    check_equality(operator, operand, subject.of_element())
}

/// Whether a part of a URL can begin like this.
///
/// # Errors
/// How it begins.
pub fn check_beginning(operator: ValueOperator, operand: &Json) -> Result<(), String> {
    let begins = |text: &str| {
        let whole = ["http://", "https://"];
        text.starts_with('/')
            || whole.iter().any(|whole| whole.starts_with(text) || text.starts_with(whole))
    };
    match operand.as_str().is_some_and(begins) {
        true => Ok(()),
        false => Err(format!("`{}` {URL}, or its beginning", operator.name())),
    }
}

fn is_scalar(value: &Json) -> bool {
    !value.is_array() && !value.is_object()
}

/// A path, or all of a URL as it was requested: without a fragment.
fn is_url(value: &Json) -> bool {
    let Some(text) = value.as_str() else { return false };
    let path = match text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) {
        Some(rest) => rest.find('/').map(|slash| &rest[slash..]),
        None => Some(text),
    };
    path.is_some_and(|path| path.starts_with('/') && !path.contains(['#', ' ']))
}
