//! A case as a `<testcase>`: every text made harmless first, cut to size second.

use junit_report::{TestCase, TestResult};

use super::super::text::{lines, one_line, shorten};
use super::counts::rounded;
use crate::event::{CaseEnd, Exchange, Failure, Skip, Verdict};
use crate::plan::Case;

/// The most of a message, in bytes.
const MESSAGE: usize = 1024;

/// The most of a body; with message and exchange this stays below 64 KiB a case.
const BODY: usize = 40 * 1024;

/// The most of an exchange.
const EXCHANGE: usize = 20 * 1024;

/// A report is to stay below 50 MiB: once it has grown so far, …
const LARGE: u64 = 46 << 20;

/// … this is the most of a body, and no exchange is written.
const SHORT_BODY: usize = 512;

/// What stands in place of an exchange then.
const LEFT_OUT: &str = "(the exchange is left out: the report is over 46 MiB)";

/// The test case, and how many bytes of text it holds. `written` is how much of the report there
/// is already.
pub fn test_case(case: &Case, end: &CaseEnd, class: &str, written: u64) -> (TestCase, usize) {
    let limits = match written < LARGE {
        true => Limits { body: BODY, exchange: true },
        false => Limits { body: SHORT_BODY, exchange: false },
    };
    let result = match &end.verdict {
        Verdict::Passed => TestResult::Success,
        Verdict::Failed(failure) => {
            let (type_, message, cause) = limits.texts(case, failure);
            TestResult::Failure { type_, message, cause: Some(cause) }
        }
        Verdict::Errored(failure) => {
            let (type_, message, cause) = limits.texts(case, failure);
            TestResult::Error { type_, message, cause: Some(cause) }
        }
        Verdict::Skipped(skip) => skipped(skip),
    };
    let exchange = match &end.verdict {
        Verdict::Failed(_) | Verdict::Errored(_) => end.exchange.as_deref(),
        Verdict::Passed | Verdict::Skipped(_) => None,
    };
    let system_out = exchange.map(|exchange| limits.exchange(exchange));
    let text = match &result {
        TestResult::Failure { cause: Some(cause), .. }
        | TestResult::Error { cause: Some(cause), .. } => cause.len(),
        _ => 0,
    } + system_out.as_ref().map_or(0, String::len);
    let test_case = TestCase {
        name: one_line(&case.name),
        time: junit_report::Duration::try_from(rounded(end.elapsed)).unwrap_or_default(),
        result,
        classname: Some(class.to_owned()),
        filepath: Some(one_line(case.file.source.path())),
        system_out,
        system_err: None,
    };
    (test_case, text)
}

/// How much may be told.
#[derive(Clone, Copy)]
struct Limits {
    body: usize,
    exchange: bool,
}

impl Limits {
    /// Type, message and body of what did not pass. The body alone tells all, for some readers
    /// show nothing else, and its last line says where.
    fn texts(self, case: &Case, failure: &Failure) -> (String, String, String) {
        let mut message = one_line(&failure.message);
        shorten(&mut message, MESSAGE);
        let mut body = String::new();
        for annotation in &failure.annotations {
            body.push_str(&annotation.draw(false));
            body.push('\n');
        }
        if failure.annotations.is_empty() {
            body.push_str(&format!("{}\n\n", failure.message));
        }
        if !failure.repeat.is_empty() {
            body.push_str(&format!("repeat:\n  {}\n\n", failure.repeat.join("\n  ")));
        }
        let mut body = lines(&body);
        shorten(&mut body, self.body);
        let place = match failure.annotations.first() {
            Some(first) => first.address(),
            None => format!("{}:{}", case.address(), case.column),
        };
        let body = format!("{}\n\n({})", body.trim_end(), one_line(&place));
        (failure.kind.to_owned(), message, in_cdata(&body))
    }

    fn exchange(self, exchange: &Exchange) -> String {
        if !self.exchange {
            return LEFT_OUT.to_owned();
        }
        let mut text = format!("request:\n{}\n", exchange.request.trim_end());
        match &exchange.response {
            Some(response) => {
                text.push_str(&format!("\nresponse:\n{}\n", response.trim_end()));
            }
            None => text.push_str("\nno response\n"),
        }
        let mut text = lines(&text);
        shorten(&mut text, EXCHANGE);
        in_cdata(&text)
    }
}

fn skipped(skip: &Skip) -> TestResult {
    let (type_, reason) = match skip {
        Skip::Spec(reason) => ("skip", reason.as_str()),
        Skip::Stopped(reason) => ("not-run", reason.words()),
    };
    let mut message = one_line(reason);
    shorten(&mut message, MESSAGE);
    TestResult::SkippedWithCause { type_: type_.to_owned(), message, cause: None }
}

/// junit-report writes this raw between `<![CDATA[` and `]]>`. What would end it is split over
/// two of them, and what Jenkins and GitLab would take for the path of a file to publish is broken.
fn in_cdata(text: &str) -> String {
    text.replace("[[ATTACHMENT|", "[ [ATTACHMENT|").replace("]]>", "]]]]><![CDATA[>")
}
