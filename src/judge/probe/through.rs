//! Whether a request was let through, and how.

use serde_json::Value;

use super::leak::leaked;
use super::{Asked, Control, Finding, Grade, ProbeVerdict, otherwise_answered};
use crate::auth::answer::{Accepted, Answer, Oracle, Profile};
use crate::http::message::Response;
use crate::judge::holds;
use crate::suite::expect::Demand;

/// Whether the request got through. Where the same thing is asked for, that is a success, or
/// whatever the test expects; at another path, only what the test gets, for there may be another
/// route.
pub fn is_let_through(answer: &Answer, response: &Response, control: &Control) -> bool {
    if is_graphql_refusal(response, control) {
        return false;
    }
    let success = (200..300).contains(&response.status);
    match answer.oracle {
        Oracle::Test => success || meets(response, control),
        Oracle::ClientError | Oracle::NoSuccess => success,
        Oracle::OtherBody => success && sameness(response, control).is_some(),
    }
}

/// Whether the status of an answer that did not come whole shows that the request got through.
pub fn is_let_through_by(answer: &Answer, status: u16, control: &Control) -> bool {
    let by_status = match answer.oracle {
        Oracle::Test | Oracle::ClientError | Oracle::NoSuccess => true,
        Oracle::OtherBody => !control.only_reads,
    };
    // What else a GraphQL server says stands in the body.
    let in_body = control.is_graphql && status == 200;
    (200..300).contains(&status) && by_status && !in_body && answer.accepted != Accepted::Right
}

/// Whether a GraphQL request was refused with a 200: its answer holds errors and no data. What
/// meets a test that looks at the body is the answer that the test wants.
pub fn is_graphql_refusal(response: &Response, control: &Control) -> bool {
    control.is_graphql
        && response.status == 200
        && holds_errors_alone(&response.body)
        && !(judges_body(control) && meets(response, control))
}

fn holds_errors_alone(body: &[u8]) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return false };
    let is_there = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    is_there("errors") && !is_there("data")
}

/// The finding about a request that got through.
pub fn let_through(asked: Asked, response: &Response, control: &Control) -> Finding {
    match asked.answer.accepted {
        Accepted::Right if meets(response, control) => Finding::enforced(),
        // Whether it is the answer that the good token gets is not known.
        Accepted::Right if control.passed.is_none() => {
            Finding::vacuous("it was served, but the control did not pass in this run")
        }
        Accepted::Right => otherwise_answered(asked, response.status),
        _ => through(asked, response.status, how(asked.answer, response, control)),
    }
}

/// The finding about a request that got through, as far as the status tells.
pub fn let_through_by(asked: Asked, status: u16, broken: &str) -> Finding {
    through(asked, status, &format!("though not all of the answer came: {broken}"))
}

fn through(asked: Asked, status: u16, how: &str) -> Finding {
    let (verdict, word) = match asked.answer.accepted {
        Accepted::Bypass => (ProbeVerdict::Bypassed, "bypassed"),
        Accepted::NonConformance | Accepted::Gap | Accepted::Right => {
            (ProbeVerdict::Accepted, "accepted")
        }
    };
    let grade = match (asked.answer.accepted, asked.profile) {
        (Accepted::NonConformance | Accepted::Gap, Profile::Lenient) => Grade::Warns,
        _ => Grade::Fails,
    };
    Finding::new(verdict, grade, format!("{word}: let through with {status}, {how}"))
}

fn how(answer: &Answer, response: &Response, control: &Control) -> &'static str {
    let meets_all = "with an answer that meets all that the test expects";
    match (answer.oracle, meets(response, control), judges_body(control)) {
        (Oracle::OtherBody, ..) => sameness(response, control).unwrap_or(meets_all),
        (_, true, true) => meets_all,
        (Oracle::ClientError | Oracle::NoSuccess, ..) => "without any token",
        (Oracle::Test, true, false) => {
            "with the status that the test expects (it does not look at the body)"
        }
        (Oracle::Test, false, _) => "though with another answer than the test expects",
    }
}

fn meets(response: &Response, control: &Control) -> bool {
    holds(control.expectations, response, control.bindings)
}

fn judges_body(control: &Control) -> bool {
    control.expectations.iter().any(|e| matches!(*e.demand, Demand::Json(_) | Demand::Body(_)))
}

/// How a success is known for the answer that the test gets, and not that of another route; in
/// words. A request that changes something is not asked twice: any success of it counts.
fn sameness(response: &Response, control: &Control) -> Option<&'static str> {
    if !control.only_reads {
        return Some("without any token");
    }
    if judges_body(control) && meets(response, control) {
        return Some("with an answer that meets all that the test expects");
    }
    let good = control.passed?;
    let answer = &good.response;
    if (200..300).contains(&answer.status) && answer.body == response.body {
        return Some("with the answer that the test gets");
    }
    if leaked(good, response).is_some() {
        return Some("with the values by which the answer to the test is known");
    }
    are_alike(&answer.body, &response.body)
        .then_some("with an answer that is built like the one that the test gets")
}

/// Whether two bodies are made by the same code, for all that can be seen: what it makes for
/// nobody may hold nothing. A single text, such as a message, is built like any other.
fn are_alike(good: &[u8], other: &[u8]) -> bool {
    let (Ok(good), Ok(other)) = (serde_json::from_slice(good), serde_json::from_slice(other))
    else {
        return false;
    };
    match (&good, &other) {
        (Value::Array(_), Value::Array(_)) => true,
        (Value::Object(fields), Value::Object(others)) => {
            let is_there = |(name, value): (&String, &Value)| {
                others.get(name).is_some_and(|other| kind(value) == kind(other))
            };
            let is_telling = match fields.len() {
                0 => false,
                1 => fields.values().all(|value| value.is_array() || value.is_object()),
                _ => true,
            };
            is_telling && fields.len() == others.len() && fields.iter().all(is_there)
        }
        _ => false,
    }
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::{are_alike, holds_errors_alone};

    #[test]
    fn errors_without_data_are_a_refusal() {
        let table = [
            (r#"{"errors": [{"message": "no"}]}"#, true),
            (r#"{"errors": [{"message": "no"}], "data": null}"#, true),
            (r#"{"errors": [{"message": "no"}], "data": {"me": null}}"#, false),
            (r#"{"errors": null, "data": null}"#, false),
            (r#"{"data": null}"#, false),
            (r#"[{"errors": []}]"#, false),
            ("errors", false),
        ];
        for (body, refused) in table {
            assert_eq!(holds_errors_alone(body.as_bytes()), refused, "{body}");
        }
    }

    #[test]
    fn what_the_same_code_makes_is_built_alike() {
        let table = [
            (r#"{"orders": [{"id": 1}], "total": 1}"#, r#"{"orders": [], "total": 0}"#, true),
            (r#"{"orders": [{"id": 1}]}"#, r#"{"orders": []}"#, true),
            (r#"[{"id": 1}]"#, "[]", true),
            (r#"{"name": "alice", "admin": true}"#, r#"{"name": "guest", "admin": false}"#, true),
            // A message is built like any other, and so is the frame of every answer.
            (r#"{"message": "hello"}"#, r#"{"message": "no such page"}"#, false),
            (r#"{"code": 0, "data": {"id": 1}}"#, r#"{"code": 404, "data": null}"#, false),
            (r#"{"orders": [], "total": 0}"#, r#"{"orders": []}"#, false),
            (r#"{"orders": []}"#, "<!doctype html>", false),
            ("{}", "{}", false),
            ("hello", "hello", false),
        ];
        for (good, other, alike) in table {
            assert_eq!(are_alike(good.as_bytes(), other.as_bytes()), alike, "{good} {other}");
        }
    }
}
