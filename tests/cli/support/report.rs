//! A JUnit report as its cases, and how each ended.

use super::xml::Element;

/// The cases of all suites, in order.
pub fn cases(report: &Element) -> impl Iterator<Item = &Element> {
    report.named("testsuite").flat_map(|suite| suite.named("testcase"))
}

/// What says that a case did not pass; `None` when it did.
pub fn end(case: &Element) -> Option<&Element> {
    case.children.iter().find(|child| !["properties", "system-out"].contains(&child.name.as_str()))
}
