//! A step: a request, what must come back, and what of it the later steps need.

use super::capture::{self, Capture};
use super::cookies;
use super::expect::{self, Expectation};
use super::fragment::{USE_KEYS, Use, UseParts};
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
    pub body: Option<Spanned<Body>>,
    /// What must come back; a success where nothing is written.
    pub expectations: Vec<Expectation>,
    /// Whether they are written.
    pub expects: bool,
    /// What the later steps know of the response.
    pub captures: Vec<Capture>,
    /// Whether it is repeated until it holds, and for how long.
    pub poll: Option<Box<Poll>>,
}

/// The keys of a request that stand in a step, and in a test that has but one.
pub const REQUEST_KEYS: [&str; 5] = ["request", "cookies", "expect", "capture", "poll"];

const KEYS: Keys = Keys {
    what: "a key of a step",
    known: &[&["name"], &REQUEST_KEYS, &BODIES, &USE_KEYS, &["wait"], &settings::KEYS],
    later: &[],
    help: None,
};

/// What has been read of a request so far.
#[derive(Debug, Default)]
pub struct RequestParts {
    line: Option<RequestLine>,
    cookies: Vec<Field>,
    /// With the place of its key.
    body: Option<(Span, Spanned<Body>)>,
    expectations: Option<Vec<Expectation>>,
    captures: Vec<Capture>,
    poll: Option<Box<Poll>>,
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
            "poll" => self.poll = Poll::read(reader, value).map(Box::new),
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
            self.body = Some((entry.key.span, Spanned::new(body, entry.value.span)));
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

/// An item of a list of steps; what waits belongs to the one behind it.
#[derive(Clone, Debug)]
pub enum Item {
    /// A request.
    Request(Box<Step>),
    /// Stands for the steps of a fragment.
    Use(Box<Use>),
}

impl Item {
    /// The request, if it is one.
    pub fn as_request(&self) -> Option<&Step> {
        match self {
            Item::Request(step) => Some(step),
            Item::Use(_) => None,
        }
    }

    /// The use of a fragment, if it is one.
    pub fn as_use(&self) -> Option<&Use> {
        match self {
            Item::Request(_) => None,
            Item::Use(used) => Some(used),
        }
    }

    /// Where its URL or its path stands.
    pub fn span(&self) -> Span {
        match self {
            Item::Request(step) => step.line.url.span,
            Item::Use(used) => used.path.span,
        }
    }

    fn after(self, waits: Vec<Spanned<Draft>>) -> Item {
        match self {
            Item::Request(step) => Item::Request(Box::new(Step { waits, ..*step })),
            Item::Use(used) => Item::Use(Box::new(Use { waits, ..*used })),
        }
    }
}

/// What stands in a list of steps.
enum Read {
    Item(Item),
    Wait(Spanned<Draft>),
}

/// Reads a list of steps.
pub fn read_list(reader: &mut Reader, node: &Node, key: &str) -> Vec<Item> {
    let items = reader.list(node, key).unwrap_or_default();
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        reader.fault(node.span, format!("`{key}` holds no step")).label =
            "begin each step with `- request: …`".into();
    }
    let (mut steps, mut waits) = (Vec::new(), Vec::<Spanned<Draft>>::new());
    let before = reader.count();
    for item in items {
        match read_item(reader, item) {
            Some(Read::Wait(time)) => waits.push(time),
            Some(Read::Item(item)) => steps.push(item.after(std::mem::take(&mut waits))),
            None => {}
        }
    }
    if let Some(wait) = waits.first().filter(|_| reader.count() == before) {
        reader.fault(wait.span, "a `wait` that no request follows").label =
            "nothing comes of it: leave it out".into();
    }
    steps
}

fn read_item(reader: &mut Reader, node: &Node) -> Option<Read> {
    let Value::Map(entries) = &node.value else {
        let fault = reader.fault(node.span, "this is no step");
        fault.label = format!("found {}", node.kind_name());
        fault.helps.push("a step is a mapping with `request` or `use`, or `wait: 2s`".into());
        return None;
    };
    let (mut parts, mut name, mut settings) = (RequestParts::default(), None, Settings::default());
    let (mut used, mut wait, mut unread) = (UseParts::default(), None, false);
    for entry in entries {
        match reader.key(entry, entries, &KEYS) {
            Some("name") => name = reader.spanned_template(&entry.value, "name"),
            Some("wait") => wait = Some((entry.key.span, reader.spanned_draft(&entry.value))),
            Some(key) if used.read(reader, key, entry) => {}
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
        return Some(Read::Wait(time));
    }
    if used.path.is_some() {
        refuse_request_beside_use(reader, entries, &parts);
        let used = used.finish(reader, name, settings)?;
        return Some(Read::Item(Item::Use(Box::new(used))));
    }
    used.refuse_with_alone(reader);
    if !parts.seen.contains(&"request") && !unread && !used.is_seen() {
        let first = entries.first().map_or(node.span, |entry| entry.key.span);
        reader.fault(first, "a step without `request`").label =
            format!("add {}", listed(&["`request: METHOD /path`"]));
    }
    let step = parts.finish()?;
    Some(Read::Item(Item::Request(Box::new(Step { name, settings, ..step }))))
}

/// A step sends its own request or has those of a fragment sent.
fn refuse_request_beside_use(reader: &mut Reader, entries: &[Entry], parts: &RequestParts) {
    let is_of_request = |entry: &&Entry| parts.seen.contains(&entry.key.value.as_str());
    if let Some(entry) = entries.iter().find(is_of_request) {
        let title = format!("`{}` beside `use`", entry.key.value);
        reader.fault(entry.key.span, title).label =
            "the steps of the fragment have theirs: write it in a step of its own".into();
    }
}

/// What a step before has done is not undone by sending this one again.
fn refuse_retry(reader: &mut Reader, entry: &Entry) {
    let fault = reader.fault(entry.key.span, "`retry` on a step");
    fault.label = "a whole test is run again: write it on the test".into();
    fault.helps.push("`poll: {within: 30s}` repeats one request until its `expect` holds".into());
}
