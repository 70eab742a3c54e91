//! A JUnit report as its cases, and how each ended.

use super::xml::Element;

/// The cases of all suites, in order.
pub fn cases(report: &Element) -> impl Iterator<Item = &Element> {
    report.named("testsuite").flat_map(|suite| suite.named("testcase"))
}

/// What says that a case did not pass; `None` when it did.
pub fn end(case: &Element) -> Option<&Element> {
    let ends = ["failure", "error", "skipped"];
    case.children.iter().find(|child| ends.contains(&child.name.as_str()))
}
