//! Refusals that did not come: the one mismatch that no second try must cover up.

use std::time::Duration;

use super::Reading;
use crate::http::message::Response;
use crate::suite::expect::Expectation;
use crate::template::Bindings;

/// Whether a request was let through that should have been refused: the status of its answer is a
/// 2xx that is not expected, and a 401 or a 403 would have been.
pub fn is_let_through(expectations: &[Expectation], status: u16, bindings: &Bindings) -> bool {
    let is_expected = |status| accepts(expectations, status, bindings);
    matches!(status, 200..300) && !is_expected(status) && (is_expected(401) || is_expected(403))
}

/// Whether a status is what is expected, as far as that goes without the rest of the response.
fn accepts(expectations: &[Expectation], status: u16, bindings: &Bindings) -> bool {
    Reading::new(&of_status(status), bindings).has_status(expectations)
}

/// A response of which nothing but the status is looked at.
fn of_status(status: u16) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        withheld: None,
        url: String::new(),
        hops: Vec::new(),
        elapsed: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use std::sync::Arc;

    fn let_through(expect: &str, status: u16) -> bool {
        let text = format!("tests: [{{name: a, request: GET /, expect: {expect}}}]");
        let (suite, faults) = crate::suite::parse(&Arc::new(Source::new("a.yaml", text.as_str())));
        assert!(faults.is_empty(), "{faults:?}");
        let suite = suite.unwrap();
        let expectations = &suite.tests[0].steps[0].as_request().unwrap().expectations;
        is_let_through(expectations, status, &Bindings::default())
    }

    #[test]
    fn a_success_where_a_refusal_is_due_is_let_through_and_nothing_else_is() {
        let table = [
            ("401", 200, true),
            ("403", 204, true),
            ("[401, 403, 404]", 200, true),
            ("4xx", 200, true),
            ("{status: {in: [401, 403]}}", 201, true),
            ("{status: {gte: 400}}", 200, true),
            ("{status: 401, challenge: Bearer}", 200, true),
            ("401", 500, false),
            ("401", 404, false),
            ("401", 302, false),
            ("404", 200, false),
            ("200", 204, false),
            ("{json: {$.a: 1}}", 200, false),
            ("[200, 401]", 200, false),
        ];
        for (expect, status, expected) in table {
            assert_eq!(let_through(expect, status), expected, "{expect} and {status}");
        }
    }
}
