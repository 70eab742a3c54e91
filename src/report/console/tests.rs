//! Whole transcripts, as they stand on a screen.

use std::time::Duration;

use super::*;
use crate::event::Failure;
use crate::report::sample::{Spec, end, failed, failure, passed};

const TEXT: &str = "\
base_url: http://127.0.0.1
tests:
  # alice's orders
  - name: lists orders
    request: GET /orders
    expect: {status: 200, json: {$.count: 2}}
";

/// What was printed: results, and beside them all else.
struct Printed {
    out: String,
    err: String,
}

/// Tells `events` to a console without colours that breaks any silence.
fn print(detail: Detail, events: &[Event]) -> Printed {
    print_with(detail, false, events)
}

fn print_with(detail: Detail, color: bool, events: &[Event]) -> Printed {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console =
        Console::new((&mut out, color), (&mut err, color), detail, Progress::new(false));
    console.screen.silence = Duration::ZERO;
    for event in events {
        console.report(event).expect("memory can be written to");
    }
    drop(console);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Printed { out: text(out), err: text(err) }
}

const STARTED: Event = Event::Started { cases: 4, files: 2, jobs: 8, seed: None, rounds: 1 };
const ENDED: Event = Event::Ended { elapsed: Duration::from_millis(1234), stopped: None };

fn two_mismatches(spec: &Spec) -> CaseEnd {
    let status = spec.error("200", "status: expected 200, got 404", "got 404");
    let json = spec.error("2}}", "json $.count: expected 2 (number), got nothing", "got nothing");
    let response = "HTTP/1.1 404\ncontent-type: application/json\n\n{\"error\": \"none\"}";
    failed("status: expected 200, got 404 (and 1 more)", vec![status, json], response)
}

#[test]
fn a_run_with_every_verdict() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let other = Spec::new("specs/users.yaml", TEXT);
    let lists = spec.case("lists orders", 4);
    let fails = two_mismatches(&spec);
    let skips = end(Verdict::Skipped(Skip::Spec("not built yet".into())), 0);
    let unsent = failure("no connection", vec![other.error("GET", "no connection", "")]);
    let events = [
        STARTED,
        Event::CaseEnded(&spec.case("reads an order", 3), &passed(250)),
        Event::CaseEnded(&lists, &fails),
        Event::CaseEnded(&spec.case("deletes an order", 9), &skips),
        Event::CaseEnded(&other.case("lists users", 4), &end(Verdict::Errored(unsent), 1)),
        ENDED,
    ];
    let expected = "\
4 cases in 2 files, 8 at a time

FAILED   specs/orders.yaml:4  lists orders  7 ms
error: status: expected 200, got 404
 --> specs/orders.yaml:6:22
  |
6 |     expect: {status: 200, json: {$.count: 2}}
  |                      ^^^ got 404

error: json $.count: expected 2 (number), got nothing
 --> specs/orders.yaml:6:43
  |
6 |     expect: {status: 200, json: {$.count: 2}}
  |                                           ^^^ got nothing

  request
    GET /orders HTTP/1.1
    Authorization: Bearer ***
  response
    HTTP/1.1 404
    content-type: application/json

    {\"error\": \"none\"}
  repeat
    apitest specs/orders.yaml:4
    curl http://127.0.0.1/orders

SKIPPED  specs/orders.yaml:9  deletes an order: not built yet
bad  specs/orders.yaml  1 passed, 1 failed, 1 skipped  257 ms

ERRORED  specs/users.yaml:4  lists users  1 ms
error: no connection
 --> specs/users.yaml:5:14
  |
5 |     request: GET /orders
  |              ^^^

  repeat
    apitest specs/orders.yaml:4
    curl http://127.0.0.1/orders

bad  specs/users.yaml  0 passed, 1 errored  1 ms

Slowest
    250 ms  specs/orders.yaml:3  reads an order

Did not pass
  FAILED   specs/orders.yaml:4  lists orders: status: expected 200, got 404 (and 1 more)
  ERRORED  specs/users.yaml:4  lists users: no connection

4 cases: 1 passed, 1 failed, 1 errored, 1 skipped in 1.23 s
";
    let printed = print(Detail::Normal, &events);
    assert_eq!(printed.out, expected);
    assert_eq!(printed.err, "");
}

#[test]
fn a_green_run_is_short_and_a_quiet_one_shorter() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let (case, end) = (spec.case("lists orders", 4), passed(2));
    let events = [STARTED, Event::CaseEnded(&case, &end), ENDED];
    let normal = "\
4 cases in 2 files, 8 at a time
ok   specs/orders.yaml  1 passed  2 ms

1 case: 1 passed in 1.23 s
";
    assert_eq!(print(Detail::Normal, &events).out, normal);
    assert_eq!(print(Detail::Quiet, &events).out, "\n1 case: 1 passed in 1.23 s\n");
}

#[test]
fn a_talkative_run_shows_what_passed_too() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let CaseEnd { exchange, .. } = failed("", vec![], "HTTP/1.1 200\n\n{}");
    let end = CaseEnd { exchange, ..passed(2) };
    let events = [Event::CaseEnded(&spec.case("lists orders", 4), &end), ENDED];
    let expected = "
PASSED   specs/orders.yaml:4  lists orders  2 ms
  request
    GET /orders HTTP/1.1
    Authorization: Bearer ***
  response
    HTTP/1.1 200

    {}

ok   specs/orders.yaml  1 passed  2 ms

1 case: 1 passed in 1.23 s
";
    assert_eq!(print(Detail::Verbose, &events).out, expected);
}

#[test]
fn a_fault_is_drawn_beside_the_results_and_named_among_them() {
    let spec = Spec::new("specs/bad.yaml", TEXT);
    let fault = spec.error("request", "unknown key", "");
    let why = Failure { noticed: true, repeat: vec![], ..*failure("unknown key", vec![fault]) };
    let fault = &why.annotations[0].clone();
    let end = end(Verdict::Errored(Box::new(why)), 0);
    let case = spec.case("the spec itself", 5);
    let events = [Event::Noticed(fault), Event::CaseEnded(&case, &end), ENDED];
    let printed = print(Detail::Normal, &events);
    let drawn = "\
error: unknown key
 --> specs/bad.yaml:5:5
  |
5 |     request: GET /orders
  |     ^^^^^^^

";
    let named = "
ERRORED  specs/bad.yaml:5  the spec itself
specs/bad.yaml:5:5  unknown key

bad  specs/bad.yaml  0 passed, 1 errored  0 ms

Did not pass
  ERRORED  specs/bad.yaml:5  the spec itself: unknown key

1 case: 0 passed, 1 errored in 1.23 s
";
    assert_eq!((printed.err.as_str(), printed.out.as_str()), (drawn, named));
}

#[test]
fn many_failures_are_counted_by_reason() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let cases: Vec<(Case, CaseEnd)> = (0..12)
        .map(|i| {
            let message = match i {
                0 => "status: expected 200, got 500".to_owned(),
                1..=2 => "body: expected text".to_owned(),
                _ => "status: expected 200, got 401".to_owned(),
            };
            (spec.case(&format!("case {i}"), i), failed(&message, vec![], ""))
        })
        .collect();
    let ends = cases.iter().map(|(case, end)| Event::CaseEnded(case, end));
    let printed = print(Detail::Quiet, &ends.chain([ENDED]).collect::<Vec<_>>());
    let (_, end) = printed.out.split_once("Most frequent reasons\n").expect("reasons");
    let expected = "      9 × status: expected 200, got 401
      2 × body: expected text

12 cases: 0 passed, 12 failed in 1.23 s
";
    assert_eq!(end, expected);
}

#[test]
fn one_cause_of_many_failures_is_told_with_its_note() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let cases: Vec<(Case, CaseEnd)> = (0..10)
        .map(|i| {
            let title = "status: expected 200, got 401";
            let mut annotation = spec.error("200", title, "got 401");
            annotation.helps.push(format!("in the row at specs/orders.yaml:{i}:7"));
            annotation.helps.push("the token has expired".to_owned());
            // How much else did not hold makes no other cause.
            let message = format!("{title} (and {i} more)");
            (spec.case(&format!("case {i}"), i), failed(&message, vec![annotation], ""))
        })
        .collect();
    let ends = cases.iter().map(|(case, end)| Event::CaseEnded(case, end));
    let printed = print(Detail::Quiet, &ends.chain([ENDED]).collect::<Vec<_>>());
    let (_, end) = printed.out.split_once("Most frequent reasons\n").expect("reasons");
    let reason = "     10 × status: expected 200, got 401 (the token has expired)\n";
    assert!(end.starts_with(reason), "{end}");
}

#[test]
fn silence_is_broken_by_what_is_waited_for() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let hangs = spec.case("hangs", 4);
    let events = [STARTED, Event::Progressed { done: 3, bad: 1, next: Some(&hangs) }];
    let printed = print(Detail::Normal, &events);
    assert_eq!(printed.out, "4 cases in 2 files, 8 at a time\n");
    let expected = "… 3 of 4 cases done, 1 did not pass; waiting for specs/orders.yaml:4  hangs\n";
    assert_eq!(printed.err, expected);
}

#[test]
fn an_interrupted_run_says_what_was_not_run() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let stopped = StopReason::Interrupted;
    let not_run = end(Verdict::Skipped(Skip::Stopped(stopped)), 0);
    let (first, second) = (spec.case("a", 4), spec.case("b", 5));
    let ended = Event::Ended { elapsed: Duration::from_millis(9), stopped: Some(stopped) };
    let events = [Event::CaseEnded(&first, &passed(1)), Event::CaseEnded(&second, &not_run), ended];
    let expected = "\
bad  specs/orders.yaml  1 passed, 1 not run  1 ms

1 case not run: the run was interrupted

2 cases: 1 passed, 1 not run in 9 ms
";
    assert_eq!(print(Detail::Normal, &events).out, expected);
}

#[test]
fn a_response_moves_no_cursor_and_turns_no_text() {
    let spec = Spec::new("specs/a\x1b.yaml", TEXT);
    let end =
        failed("got \x1b[2J", vec![], "HTTP/1.1 200\n\n\x1b]0;title\x07\u{9b}1A\u{202e}\r\nx");
    let case = spec.case("named \x1b[31m\nsecond line", 4);
    let printed = print(Detail::Verbose, &[Event::CaseEnded(&case, &end), ENDED]);
    let obeyed = |c: &char| c.is_control() && *c != '\n' || *c == '\u{202e}';
    assert_eq!(printed.out.chars().find(obeyed), None, "{}", printed.out);
    assert!(printed.out.contains("named ␛[31m second line"), "{}", printed.out);
}

#[test]
fn colours_are_there_only_where_they_are_wanted() {
    let spec = Spec::new("specs/orders.yaml", TEXT);
    let (case, fails) = (spec.case("lists orders", 4), two_mismatches(&spec));
    let events = [STARTED, Event::CaseEnded(&case, &fails), ENDED];
    let colored = print_with(Detail::Normal, true, &events).out;
    let plain = print_with(Detail::Normal, false, &events).out;
    assert!(colored.contains("\x1b[1m\x1b[31mFAILED \x1b[0m"), "{colored:?}");
    let codes = regex::Regex::new("\x1b\\[[0-9;]*m").expect("a regex");
    assert_eq!(codes.replace_all(&colored, ""), plain);
}
