//! A test: what it is called, what it sends, what must come back.

use super::expect::{self, Expectation};
use super::reader::Reader;
use super::request::{BODIES, Body, LATER_BODIES, RequestLine};
use super::settings::{self, Settings};
use super::tree::{Entry, Node};
use crate::source::{Span, Spanned};
use crate::template::Template;

/// A test as it is written: steps in order, of which a single request is the short form.
#[derive(Clone, Debug)]
pub struct Test {
    /// Unique in its file.
    pub name: Spanned<Template>,
    /// The whole of it.
    pub span: Span,
    /// Why it is not run.
    pub skip: Option<Spanned<Template>>,
    /// Its own settings.
    pub settings: Settings,
    /// What it does.
    pub steps: Vec<Step>,
}

/// A request and what must come back.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its own settings.
    pub settings: Settings,
    /// The request line.
    pub line: RequestLine,
    /// The body, if any.
    pub body: Option<Body>,
    /// What must come back; never empty.
    pub expectations: Vec<Expectation>,
}

const KEYS: [&str; 5] = ["name", "description", "skip", "request", "expect"];

const LATER: [&str; 9] =
    ["steps", "cookies", "capture", "data", "matrix", "setup", "teardown", "poll", "use"];

/// What has been read of a test so far.
#[derive(Default)]
struct Parts {
    name: Option<Spanned<Template>>,
    skip: Option<Spanned<Template>>,
    settings: Settings,
    line: Option<RequestLine>,
    body: Option<(Span, Body)>,
    expectations: Option<Vec<Expectation>>,
    seen_request: bool,
}

impl Test {
    /// Reads one item of `tests`. `None`, and faults, when something that it needs is missing.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Test> {
        let mut parts = Parts::default();
        let entries = reader.mapping(node, "tests");
        for entry in entries {
            parts.read(reader, entry);
        }
        if entries.is_empty() {
            return None;
        }
        parts.finish(reader, node, entries)
    }
}

impl Parts {
    fn read(&mut self, reader: &mut Reader, entry: &Entry) {
        let Entry { key, value } = entry;
        if self.settings.read(reader, entry) {
            return;
        }
        match key.value.as_str() {
            "name" => self.name = reader.spanned_template(value, "name"),
            "description" => drop(reader.template(value, "description")),
            "skip" => self.skip = read_skip(reader, value),
            "request" => {
                self.seen_request = true;
                self.line = RequestLine::read(reader, value);
            }
            "expect" => self.expectations = Some(expect::read(reader, value)),
            body if BODIES.contains(&body) => self.read_body(reader, entry),
            later if LATER.contains(&later) || LATER_BODIES.contains(&later) => {
                self.seen_request |= later == "steps";
                reader.not_yet(key);
            }
            _ => {
                let known: Vec<&str> =
                    KEYS.into_iter().chain(BODIES).chain(settings::KEYS).collect();
                reader.unknown_key(key, "key of a test", &known);
            }
        }
    }

    fn read_body(&mut self, reader: &mut Reader, entry: &Entry) {
        if self.body.is_some() {
            reader.fault(entry.key.span, "a request has one body").label =
                "a second one stands here".into();
        }
        if let Some(body) = Body::read(reader, entry) {
            self.body = Some((entry.key.span, body));
        }
    }

    fn finish(self, reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Test> {
        let first = entries[0].key.span;
        if !entries.iter().any(|entry| entry.key.value == "name") {
            reader.fault(first, "a test without a `name`").label = "this test".into();
        }
        if !self.seen_request {
            reader.fault(first, "a test without a `request`").label = "this test".into();
        }
        if self.expectations.is_none() {
            reader.fault(first, "a test that expects nothing").label =
                "add `expect:` with at least a status".into();
        }
        let step = Step {
            settings: Settings::default(),
            line: self.line?,
            body: self.body.map(|(_, body)| body),
            expectations: self.expectations?,
        };
        Some(Test {
            name: self.name?,
            span: node.span,
            skip: self.skip,
            settings: self.settings,
            steps: vec![step],
        })
    }
}

fn read_skip(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let reason = reader.spanned_template(node, "skip")?;
    if reason.value.as_fixed().is_some_and(|text| text.trim().is_empty()) {
        reader.fault(node.span, "`skip` needs a reason");
    }
    Some(reason)
}
