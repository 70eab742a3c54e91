//! A test: what it is called, what it sends, what must come back.

use super::expect::{self, Expectation};
use super::habits;
use super::reader::{Keys, Reader};
use super::request::{BODIES, Body, LATER_BODIES, RequestLine};
use super::settings::{self, Settings};
use super::tree::{Entry, Node, Value};
use crate::source::{Span, Spanned};
use crate::template::Template;

/// A test as it is written: steps in order, of which a single request is the short form.
#[derive(Clone, Debug)]
pub struct Test {
    /// Unique in its file.
    pub name: Spanned<Template>,
    /// What it is about.
    pub description: Option<Spanned<Template>>,
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
    /// The request line.
    pub line: RequestLine,
    /// The body, if any.
    pub body: Option<Body>,
    /// What must come back; never empty.
    pub expectations: Vec<Expectation>,
}

const KEYS: Keys = Keys {
    what: "a key of a test",
    known: &[&["name", "description", "skip", "request"], &BODIES, &["expect"], &settings::KEYS],
    later: &[
        &settings::LATER,
        &LATER_BODIES,
        &["cookies", "capture", "poll", "steps", "use", "with", "wait"],
        &["data", "matrix", "setup", "teardown"],
    ],
    help: None,
};

/// What has been read of a test so far.
#[derive(Default)]
struct Parts {
    name: Option<Spanned<Template>>,
    description: Option<Spanned<Template>>,
    skip: Option<Spanned<Template>>,
    settings: Settings,
    line: Option<RequestLine>,
    body: Option<(Span, Body)>,
    expectations: Option<Vec<Expectation>>,
    /// The keys that were read, also those of values that could not be.
    seen: Vec<&'static str>,
    /// Whether there are keys that could not be read; one of them may be what is missing.
    unread: bool,
}

impl Test {
    /// Reads one item of `tests`. `None`, and faults, when something that it needs is missing.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Test> {
        let Value::Map(entries) = &node.value else {
            let fault = reader.fault(node.span, "this is no test");
            fault.label = format!("found {}", node.kind_name());
            fault.helps.push("a test is a mapping with `name`, `request` and `expect`".into());
            return None;
        };
        let mut parts = Parts::default();
        let apart = refuse_line_in_keys(reader, entries);
        parts.unread = !apart.is_empty();
        for entry in entries {
            if apart.contains(&entry.key.span) {
                continue;
            }
            match reader.key(entry, entries, &KEYS) {
                Some(name) => parts.read(reader, name, entry),
                None => parts.unread = true,
            }
        }
        parts.finish(reader, node, entries)
    }
}

/// `method: GET` beside `url: /orders` is one mistake. Gives the keys it is made of.
fn refuse_line_in_keys(reader: &mut Reader, entries: &[Entry]) -> Vec<Span> {
    let known = entries.iter().any(|entry| entry.key.value == "request");
    let Some((line, apart)) = habits::request_line_in_keys(entries).filter(|_| !known) else {
        return Vec::new();
    };
    let names: Vec<String> = apart.iter().map(|e| format!("`{}`", e.key.value)).collect();
    let be = if names.len() == 1 { "is not a key" } else { "are not keys" };
    let title = format!("{} {be} of a test", listed(&names));
    reader.fault(apart[0].key.span, title).label = format!("write `request: {line}`");
    apart.iter().map(|entry| entry.key.span).collect()
}

impl Parts {
    fn read(&mut self, reader: &mut Reader, name: &'static str, entry: &Entry) {
        let value = &entry.value;
        self.seen.push(name);
        if self.settings.read(reader, name, entry) {
            return;
        }
        match name {
            "name" => self.name = reader.spanned_template(value, "name"),
            "description" => self.description = reader.spanned_template(value, "description"),
            "skip" => self.skip = read_skip(reader, value),
            "request" => self.line = RequestLine::read(reader, value),
            "expect" => self.expectations = expect::read(reader, value),
            _ => self.read_body(reader, name, entry),
        }
    }

    fn read_body(&mut self, reader: &mut Reader, name: &str, entry: &Entry) {
        if let Some((first, _)) = &self.body {
            let line = reader.source().location(first.start).line;
            reader.fault(entry.key.span, "a request has one body").label =
                format!("another one stands in line {line}");
        }
        if let Some(body) = Body::read(reader, name, &entry.value) {
            self.body = Some((entry.key.span, body));
        }
    }

    fn finish(self, reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Test> {
        if !self.unread {
            let first = entries.first().map_or(node.span, |entry| entry.key.span);
            self.check_complete(reader, first);
        }
        let step = Step {
            line: self.line?,
            body: self.body.map(|(_, body)| body),
            expectations: self.expectations?,
        };
        Some(Test {
            name: self.name?,
            description: self.description,
            span: node.span,
            skip: self.skip,
            settings: Settings { broken: self.settings.broken || self.unread, ..self.settings },
            steps: vec![step],
        })
    }

    /// One fault for all that is missing.
    fn check_complete(&self, reader: &mut Reader, at: Span) {
        let needed = [
            ("name", "`name: …`"),
            ("request", "`request: METHOD /path`"),
            ("expect", "`expect:` with at least a status"),
        ];
        let missing: Vec<_> =
            needed.into_iter().filter(|(name, _)| !self.seen.contains(name)).collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
        let advice: Vec<&str> = missing.iter().map(|(_, advice)| *advice).collect();
        let fault = reader.fault(at, format!("a test without {}", listed(&names)));
        fault.label = format!("add {}", listed(&advice));
        if !self.seen.contains(&"expect") {
            fault.helps.push("a test that expects nothing would always pass".into());
        }
    }
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn listed(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn read_skip(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let Some(text) = node.as_text() else {
        reader.unexpected(node, "skip", "a reason in words");
        return None;
    };
    if text.trim().is_empty() {
        reader.fault(node.span, "`skip` without a reason").label =
            "say why; the report shows it".into();
    }
    reader.spanned_template(node, "skip")
}
