//! The limits of a report, and the names in it; its shape is tested on whole runs.

use junit_report::{TestCase, TestResult};

use super::case::{LARGE, test_case};
use super::*;
use crate::event::Verdict;
use crate::report::sample::{Spec, end, failed, failure, passed};

const TEXT: &str = "tests:\n  - {name: a, request: GET /, expect: 200}\n";

/// The case, failed with so many mismatches and a long response, when so much is written already.
fn long_failure(mismatches: usize, written: u64) -> TestCase {
    let spec = Spec::new("specs/a.yaml", TEXT);
    let title = "status: expected 200, got ".to_owned() + &"4".repeat(300);
    let annotations = vec![spec.error("200", &title, "here"); mismatches];
    let end = failed(&"long ".repeat(1000), annotations, &"x".repeat(100_000));
    test_case(&spec.case("a", 2), &end, "specs.a", written).0
}

fn texts(case: &TestCase) -> (&str, &str, Option<&str>) {
    let TestResult::Failure { message, cause: Some(body), .. } = &case.result else {
        panic!("{case:?}")
    };
    (message, body, case.system_out.as_deref())
}

#[test]
fn a_case_has_at_most_64_kib_of_text_and_still_says_where() {
    let case = long_failure(500, 0);
    let (message, body, Some(out)) = texts(&case) else { panic!("{case:?}") };
    assert!(message.len() + body.len() + out.len() <= 64 * 1024);
    assert!(body.len() > 30 * 1024, "{}", body.len());
    for shortened in [message, out, body.trim_end_matches("\n\n(specs/a.yaml:2:39)")] {
        assert!(shortened.ends_with(" more bytes)"), "{}", &shortened[shortened.len() - 80..]);
    }
    assert!(body.ends_with("\n\n(specs/a.yaml:2:39)"));
}

#[test]
fn a_large_report_shortens_its_cases_and_says_so() {
    let case = long_failure(500, LARGE);
    let (message, body, out) = texts(&case);
    assert!(message.len() + body.len() <= 2048 && out.is_none());
    assert!(body.starts_with("error: status: expected 200, got 4"), "{body}");
    assert!(body.ends_with("\n\n(specs/a.yaml:2:39)"));
    let shortened = "(shortened, without the exchange: the report is over 24 MiB)";
    assert!(body.contains("… (") && body.contains(shortened), "{body}");
    // What is short enough is whole.
    let case = long_failure(1, 0);
    assert!(!texts(&case).1.contains("more bytes"));
}

#[test]
fn a_body_without_a_place_of_its_own_ends_in_that_of_the_case() {
    let spec = Spec::new("specs/a.yaml", TEXT);
    let end = end(Verdict::Errored(failure("it broke", vec![])), 0);
    let case = test_case(&spec.case("a", 2), &end, "specs.a", 0).0;
    let TestResult::Error { cause: Some(body), .. } = &case.result else { panic!("{case:?}") };
    assert!(body.starts_with("it broke\n") && body.ends_with("\n\n(specs/a.yaml:2:5)"), "{body}");
    assert_eq!(case.system_out, None);
}

#[test]
fn a_class_is_a_dotted_path_without_extension() {
    let classes = [
        ("specs/orders.yaml", "specs.orders"),
        ("./specs/v1.2/orders.eu.yml", "specs.v1_2.orders_eu"),
        ("../specs/orders.yaml", "specs.orders"),
        ("/srv/specs/orders.yaml", "srv.specs.orders"),
        ("specs/with space.yaml", "specs.with space"),
        ("apitest.yaml", "apitest"),
        ("empty", "empty"),
    ];
    for (path, class) in classes {
        assert_eq!(class_name(path), class, "{path}");
    }
}

#[test]
fn two_files_never_share_a_class() {
    let mut taken = HashSet::new();
    let paths = ["a/b.yaml", "a/b.yml", "../a/b.yaml", "a/b_2.yaml"];
    let classes = paths.map(|path| unique(class_name(path), &mut taken));
    assert_eq!(classes, ["a.b", "a.b_2", "a.b_3", "a.b_2_2"]);
}

#[test]
fn times_are_rounded_and_a_suite_has_the_sum_of_what_is_written() {
    let mut counts = Counts::default();
    for micros in [1_499, 1_500, 400] {
        let end = CaseEnd { elapsed: Duration::from_micros(micros), ..passed(0) };
        counts.add(&end);
    }
    assert_eq!(counts.time, Duration::from_millis(3));
}
