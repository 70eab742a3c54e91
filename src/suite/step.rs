//! A step: a request, what must come back, and what of it the later steps need.

use super::capture::{self, Capture};
use super::cookies;
use super::expect::{self, Expectation};
use super::poll::Poll;
use super::reader::{Field, Keys, Reader};
use super::request::{BODIES, Body, RequestLine};
use super::settings::{self, Settings};
use super::test::listed;
use super::tree::{Entry, Node, Value};
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// A request and what must come back.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is called, for messages.
    pub name: Option<Spanned<Template>>,
    /// Its own settings.
    pub settings: Settings,
    /// How long to wait before it, by `wait` steps.
    pub waits: Vec<Spanned<Draft>>,
    /// The request line.
    pub line: RequestLine,
    /// Its own cookies.
    pub cookies: Vec<Field>,
    /// The body, if any.
    pub body: Option<Body>,
    /// What must come back; a success where nothing is written.
    pub expectations: Vec<Expectation>,
    /// Whether they are written.
    pub expects: bool,
    /// What the later steps know of the response.
    pub captures: Vec<Capture>,
    /// Whether it is repeated until it holds, and for how long.
    pub poll: Option<Poll>,
}

/// The keys of a request that stand in a step, and in a test that has but one.
pub const REQUEST_KEYS: [&str; 5] = ["request", "cookies", "expect", "capture", "poll"];

const KEYS: Keys = Keys {
    what: "a key of a step",
    known: &[&["name"], &REQUEST_KEYS, &BODIES, &["wait"], &settings::KEYS],
    later: &[&["use", "with"]],
    help: None,
};

/// What has been read of a request so far.
#[derive(Debug, Default)]
pub struct RequestParts {
    line: Option<RequestLine>,
    cookies: Vec<Field>,
    body: Option<(Span, Body)>,
    expectations: Option<Vec<Expectation>>,
    captures: Vec<Capture>,
    poll: Option<Poll>,
    /// The keys that were read, also those of values that could not be.
    pub seen: Vec<&'static str>,
}

impl RequestParts {
    /// Reads the value of `name` if that belongs to a request; tells whether it does.
    pub fn read(&mut self, reader: &mut Reader, name: &'static str, entry: &Entry) -> bool {
        let value = &entry.value;
        match name {
            "request" => self.line = RequestLine::read(reader, value),
            "cookies" => self.cookies = cookies::read_sent(reader, value),
            "expect" => self.expectations = expect::read(reader, value),
            "capture" => self.captures = capture::read(reader, value),
            "poll" => self.poll = Poll::read(reader, value),
            name if BODIES.contains(&name) => self.read_body(reader, name, entry),
            _ => return false,
        }
        self.seen.push(name);
        true
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

    /// Whether nothing of it was written.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The step; `None` when what it needs could not be read.
    pub fn finish(self) -> Option<Step> {
        let line = self.line?;
        let expects = self.seen.contains(&"expect");
        let expectations = match expects {
            true => self.expectations?,
            false => vec![expect::success(line.url.span)],
        };
        Some(Step {
            name: None,
            settings: Settings::default(),
            waits: Vec::new(),
            line,
            cookies: self.cookies,
            body: self.body.map(|(_, body)| body),
            expectations,
            expects,
            captures: self.captures,
            poll: self.poll,
        })
    }
}

/// What one item of a list of steps is.
enum Item {
    Request(Box<Step>),
    Wait(Spanned<Draft>),
}

/// Reads a list of steps. What waits belongs to the request behind it.
pub fn read_list(reader: &mut Reader, node: &Node, key: &str) -> Vec<Step> {
    let items = reader.list(node, key).unwrap_or_default();
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        reader.fault(node.span, format!("`{key}` holds no step")).label =
            "begin each step with `- request: …`".into();
    }
    let (mut steps, mut waits) = (Vec::new(), Vec::<Spanned<Draft>>::new());
    let before = reader.count();
    for item in items {
        match read_item(reader, item) {
            Some(Item::Wait(time)) => waits.push(time),
            Some(Item::Request(step)) => {
                steps.push(Step { waits: std::mem::take(&mut waits), ..*step });
            }
            None => {}
        }
    }
    if let Some(wait) = waits.first().filter(|_| reader.count() == before) {
        reader.fault(wait.span, "a `wait` that no request follows").label =
            "nothing comes of it: leave it out".into();
    }
    steps
}

fn read_item(reader: &mut Reader, node: &Node) -> Option<Item> {
    let Value::Map(entries) = &node.value else {
        let fault = reader.fault(node.span, "this is no step");
        fault.label = format!("found {}", node.kind_name());
        fault.helps.push("a step is a mapping with `request`, or `wait: 2s`".into());
        return None;
    };
    let (mut parts, mut name, mut settings) = (RequestParts::default(), None, Settings::default());
    let (mut wait, mut unread) = (None, false);
    for entry in entries {
        match reader.key(entry, entries, &KEYS) {
            Some("name") => name = reader.spanned_template(&entry.value, "name"),
            Some("wait") => wait = Some((entry.key.span, reader.spanned_draft(&entry.value))),
            Some(key) if parts.read(reader, key, entry) => {}
            Some("retry") => refuse_retry(reader, entry),
            Some(key) => drop(settings.read(reader, key, entry)),
            None => unread = true,
        }
    }
    settings.broken |= unread;
    if let Some((key, time)) = wait {
        if entries.len() > 1 {
            reader.fault(key, "`wait` is a step of its own").label =
                "begin it with `- wait: …` before the request".into();
        }
        return Some(Item::Wait(time));
    }
    if !parts.seen.contains(&"request") && !unread {
        let first = entries.first().map_or(node.span, |entry| entry.key.span);
        reader.fault(first, "a step without `request`").label =
            format!("add {}", listed(&["`request: METHOD /path`"]));
    }
    let step = parts.finish()?;
    Some(Item::Request(Box::new(Step { name, settings, ..step })))
}

/// What a step before has done is not undone by sending this one again.
fn refuse_retry(reader: &mut Reader, entry: &Entry) {
    let fault = reader.fault(entry.key.span, "`retry` on a step");
    fault.label = "a whole test is run again: write it on the test".into();
    fault.helps.push("`poll: {within: 30s}` repeats one request until its `expect` holds".into());
}
