//! A case as a `<testcase>`: every text made harmless first, cut to size second.

use junit_report::{TestCase, TestResult};

use super::complete::Extra;
use super::counts::rounded;
use super::rerun::Rerun;
use crate::event::{CaseEnd, Exchange, Failure, ServerOutput, Skip, StopReason, Verdict};
use crate::plan::{Case, Work};
use crate::text::{lines, one_line, shortened};

/// The most of a message, in bytes.
const MESSAGE: usize = 1024;

/// The most of a body; with message, exchange and earlier runs this stays below 64 KiB a case.
const BODY: usize = 32 * 1024;

/// The most of all earlier runs of a case.
const RERUNS: usize = 8 * 1024;

/// Of how many rounds it is told why a case did not pass, …
const ROUNDS: usize = 10;

/// … and the most of that.
const ROUND: usize = 256;

/// The most of an exchange.
const EXCHANGE: usize = 20 * 1024;

/// GitLab takes reports below 30 MB: once one has grown so far, …
pub const LARGE: u64 = 24 << 20;

/// … this is the most of a body, no exchange is written, …
const SHORT_BODY: usize = 512;

/// … and this is said of it.
const SHORTENED: &str = "(shortened, without the exchange: the report is over 24 MiB)";

/// The test case, and how many bytes of text it holds. `written` is how much of the report there
/// is already.
pub fn test_case(case: &Case, end: &CaseEnd, class: &str, written: u64) -> (TestCase, usize) {
    let room = Room::left(written);
    // A type has two words: GitLab's XML reader would parse the body of a bare `duration` as one.
    let result = match &end.verdict {
        Verdict::Passed => TestResult::Success,
        Verdict::Failed(failure) => {
            let (message, body) = room.texts(case, failure);
            let type_ = format!("mismatch.{}", failure.kind);
            TestResult::Failure { type_, message, cause: Some(body) }
        }
        Verdict::Errored(failure) => {
            let (message, body) = room.texts(case, failure);
            let type_ = format!("error.{}", failure.kind);
            TestResult::Error { type_, message, cause: Some(body) }
        }
        Verdict::Skipped(skip) => skipped(skip),
    };
    let exchange = match &end.verdict {
        Verdict::Failed(_) | Verdict::Errored(_) if room == Room::Ample => end.exchange.as_deref(),
        Verdict::Failed(_) | Verdict::Errored(_) | Verdict::Passed | Verdict::Skipped(_) => None,
    };
    let system_out = exchange.map(exchange_text);
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

/// What junit-report cannot write of a case: its line, what a probe is about, and of a control
/// which probes do not apply to it.
pub fn extra(case: &Case, end: &CaseEnd, written: u64) -> Extra {
    let mut properties = Vec::new();
    if let Work::Probe(probe) = case.work {
        properties.push(("apitest.probe", probe.id.to_owned()));
        properties.extend(end.probe.map(|v| ("apitest.verdict", v.name().to_owned())));
    }
    if let (Work::Steps(_), Some(enforced)) = (&case.work, &case.enforced) {
        let reasons = absent_by_reason(&enforced.absent);
        properties.extend(reasons.map(|reason| ("apitest.not-applicable", reason)));
    }
    let mut ids: Vec<&str> = end.notes.iter().map(|note| note.id).collect();
    ids.dedup();
    if !ids.is_empty() {
        properties.push(("apitest.findings", ids.join(" ")));
    }
    if let Work::Probe(probe) = case.work {
        properties.push(("apitest.standard", probe.standard.to_owned()));
        if !probe.owasp.is_empty() {
            properties.push(("apitest.owasp", probe.owasp.to_owned()));
        }
    }
    if let Some(runs) = Some(end.earlier.len() + 1).filter(|_| end.is_flaky()) {
        let of = case.retry().times + 1;
        properties.push(("apitest.flaky", format!("passed on run {runs} of {of}")));
    }
    if let Some(rounds) = &end.rounds {
        let name = if rounds.is_unstable() { "apitest.unstable" } else { "apitest.rounds" };
        properties.push((name, rounds.words()));
        let bad = rounds.bad().take(ROUNDS);
        let bad = bad.map(|(number, why)| (number, shortened(one_line(why), ROUND)));
        properties.extend(bad.map(|(number, why)| ("apitest.round", format!("{number}: {why}"))));
    }
    properties.extend(end.warnings.iter().map(|words| ("apitest.warning", one_line(words))));
    Extra { line: case.line, properties, reruns: reruns(end, Room::left(written)) }
}

/// `alg-none two-parts: the token is no JWT`, for each reason that probes are not there for.
fn absent_by_reason(absent: &[(&'static str, String)]) -> impl Iterator<Item = String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (id, reason) in absent {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, ids)) => ids.push(id),
            None => reasons.push((reason, vec![id])),
        }
    }
    let texts: Vec<String> = reasons
        .into_iter()
        .map(|(reason, ids)| one_line(&format!("{}: {reason}", ids.join(" "))))
        .collect();
    texts.into_iter()
}

/// How much may be told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Ample,
    Scarce,
}

impl Room {
    fn left(written: u64) -> Room {
        if written < LARGE { Room::Ample } else { Room::Scarce }
    }

    /// Message and body of what did not pass. The body alone tells all, for some readers
    /// show nothing else, and its last line says where.
    fn texts(self, case: &Case, failure: &Failure) -> (String, String) {
        let message = shortened(one_line(&failure.message), MESSAGE);
        let mut body = reasons(failure);
        if !failure.repeat.is_empty() {
            body.push_str(&format!("repeat:\n  {}\n\n", failure.repeat.join("\n  ")));
        }
        let body = lines(body.trim_end());
        let body = match self {
            Room::Ample => shortened(body, BODY),
            Room::Scarce => format!("{}\n\n{SHORTENED}", shortened(body, SHORT_BODY)),
        };
        let place = match failure.annotations.first() {
            Some(first) => first.address(),
            None => format!("{}:{}", case.address(), case.column),
        };
        (message, in_cdata(&format!("{body}\n\n({})", one_line(&place))))
    }

    /// The most that is told of each earlier run of a case.
    fn of_rerun(self, runs: usize) -> usize {
        match self {
            Room::Ample => RERUNS / runs.max(1),
            Room::Scarce => SHORT_BODY,
        }
    }
}

/// What did not hold, each at its line.
fn reasons(failure: &Failure) -> String {
    match failure.annotations.as_slice() {
        [] => format!("{}\n\n", failure.message),
        annotations => annotations.iter().map(|a| a.draw(false) + "\n").collect(),
    }
}

/// The earlier runs of a case.
fn reruns(end: &CaseEnd, room: Room) -> Vec<Rerun> {
    let has_passed = matches!(end.verdict, Verdict::Passed);
    let limit = room.of_rerun(end.earlier.len());
    let runs = end.earlier.iter().filter_map(|run| {
        let failure = run.failure()?;
        let (element, kind) = match (&run.verdict, has_passed) {
            (Verdict::Failed(_), true) => ("flakyFailure", "mismatch"),
            (Verdict::Failed(_), false) => ("rerunFailure", "mismatch"),
            (_, true) => ("flakyError", "error"),
            (_, false) => ("rerunError", "error"),
        };
        Some(Rerun {
            element,
            kind: format!("{kind}.{}", failure.kind),
            message: shortened(one_line(&failure.message), limit / 3),
            body: shortened(harmless(lines(reasons(failure).trim_end())), limit / 2),
        })
    });
    runs.collect()
}

fn exchange_text(exchange: &Exchange) -> String {
    let mut request = exchange.request.trim_end().to_owned();
    if !exchange.hops.is_empty() {
        request.push_str(&format!("\n\nredirects followed:\n{}", exchange.hops.join("\n")));
    }
    let text = match &exchange.response {
        Some(response) => format!("request:\n{request}\n\nresponse:\n{}\n", response.trim_end()),
        None if exchange.sent => format!("request:\n{request}\n\nno response\n"),
        None => format!("request (not sent):\n{request}\n"),
    };
    in_cdata(&shortened(lines(&text), EXCHANGE))
}

/// What the server printed, if it printed anything.
pub fn printed(output: &ServerOutput) -> Option<String> {
    let title = if output.is_cut { "the server printed last:" } else { "the server printed:" };
    let text = format!("{title}\n{}\n", output.lines.join("\n"));
    (!output.lines.is_empty()).then(|| shortened(harmless(lines(&text)), EXCHANGE))
}

/// Whoever reads only the report must see that the time was up; after a signal or `--fail-fast`
/// somebody knows, or another case tells.
fn skipped(skip: &Skip) -> TestResult {
    let cause = None;
    if let Skip::Stopped(StopReason::Deadline) = skip {
        let (type_, message) = ("error.deadline".into(), skip.reason().into());
        return TestResult::Error { type_, message, cause };
    }
    let message = shortened(one_line(skip.reason()), MESSAGE);
    TestResult::SkippedWithCause { type_: format!("skipped.{}", skip.name()), message, cause }
}

/// What Jenkins and GitLab would take for the path of a file to publish is broken.
fn harmless(text: impl AsRef<str>) -> String {
    text.as_ref().replace("[[ATTACHMENT|", "[ [ATTACHMENT|")
}

/// junit-report writes this raw between `<![CDATA[` and `]]>`: what would end it is split over two
/// of them.
fn in_cdata(text: &str) -> String {
    harmless(text).replace("]]>", "]]]]><![CDATA[>")
}
