//! The language's rules for expectations, through the same way that a run takes.

mod any;
mod diffs;
mod every;
mod fit;
mod hints;
mod operators;
mod response;

use std::sync::Arc;
use std::time::Duration;

use super::{Mismatch, holds, judge};
use crate::http::message::Response;
use crate::plan::Work;
use crate::plan::expand::expand;
use crate::plan::scope::Inputs;
use crate::source::Source;
use crate::template::Bindings;

/// A response with status 200.
fn response(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Response {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Response {
        status: 200,
        headers: headers.iter().map(own).collect(),
        body: body.as_ref().to_vec(),
        url: String::new(),
        withheld: None,
        hops: Vec::new(),
        elapsed: Duration::from_millis(120),
    }
}

/// What does not hold of `expect`, as it stands in a spec in one line.
#[track_caller]
fn mismatches(expect: &str, response: &Response) -> Vec<Mismatch> {
    let text =
        format!("tests:\n  - name: t\n    request: GET http://127.0.0.1/\n    expect: {expect}\n");
    let source = Arc::new(Source::new("t.yaml", text));
    let (suite, faults) = crate::suite::parse(&source);
    let plan = expand(&source, suite.as_ref(), faults, None, &Inputs::default());
    match &plan.cases[0].work {
        Work::Steps(steps) => {
            let (expectations, bindings) = (&steps[0].expectations, Bindings::default());
            let mismatches = judge(expectations, response, &bindings);
            assert_eq!(holds(expectations, response, &bindings), mismatches.is_empty(), "{expect}");
            mismatches
        }
        _ => {
            panic!("{expect}: {:?}", plan.diagnostics.iter().map(|d| &d.title).collect::<Vec<_>>())
        }
    }
}

/// Each mismatch as the title of its message.
fn titles(mismatches: &[Mismatch]) -> Vec<String> {
    let title = |m: &Mismatch| format!("{}: expected {}, got {}", m.subject, m.expected, m.actual);
    mismatches.iter().map(title).collect()
}
