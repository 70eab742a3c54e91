//! A test: what it is called, what it sends, what must come back.

use super::data::Data;
use super::enforce::Enforce;
use super::habits;
use super::reader::{Keys, Reader};
use super::request::BODIES;
use super::settings::{self, Settings};
use super::step::{self, Item, REQUEST_KEYS, RequestParts};
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
    /// What it is run over, when it is not run just once.
    pub data: Option<Box<Data>>,
    /// What is done before the steps; when it does not hold, there is no verdict.
    pub setup: Vec<Item>,
    /// What it does.
    pub steps: Vec<Item>,
    /// What is done after the steps, whatever came of them.
    pub teardown: Vec<Item>,
    /// Whether it is written as a list of steps.
    pub listed: bool,
}

const KEYS: Keys = Keys {
    what: "a key of a test",
    known: &[
        &["name", "description", "skip"],
        &REQUEST_KEYS,
        &BODIES,
        &["data", "matrix", "steps", "setup", "teardown"],
        &settings::KEYS,
    ],
    later: &[],
    help: None,
};

impl Test {
    /// Whether it is more than one request.
    pub fn is_scenario(&self) -> bool {
        self.listed || !self.setup.is_empty() || !self.teardown.is_empty()
    }

    /// All of its steps, those around it too.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.setup.iter().chain(&self.steps).chain(&self.teardown)
    }
}

/// What has been read of a test so far.
#[derive(Default)]
struct Parts {
    name: Option<Spanned<Template>>,
    description: Option<Spanned<Template>>,
    skip: Option<Spanned<Template>>,
    settings: Settings,
    data: Option<Box<Data>>,
    request: RequestParts,
    setup: Vec<Item>,
    steps: Vec<Item>,
    teardown: Vec<Item>,
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
            "data" => self.data.get_or_insert_default().read_rows(reader, entry),
            "matrix" => self.data.get_or_insert_default().read_matrix(reader, entry),
            "steps" => self.steps = step::read_list(reader, value, name),
            "setup" => self.setup = step::read_list(reader, value, name),
            "teardown" => self.teardown = step::read_list(reader, value, name),
            _ => drop(self.request.read(reader, name, entry)),
        }
    }

    fn finish(mut self, reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Test> {
        self.refuse_retry_of_control(reader, entries);
        let listed = self.seen.contains(&"steps");
        let first = entries.first().map_or(node.span, |entry| entry.key.span);
        match (listed, self.unread) {
            (true, _) => self.check_steps(reader, entries),
            (false, false) => self.check_complete(reader, first),
            (false, true) => {}
        }
        if !listed {
            // Whatever it lacks has its fault.
            self.request.seen.contains(&"expect").then_some(())?;
            self.steps = vec![Item::Request(Box::new(self.request.finish()?))];
        }
        let name = self.name?;
        if let Some(data) = &mut self.data {
            data.check(reader, name.span);
        }
        Some(Test {
            name,
            description: self.description,
            span: node.span,
            skip: self.skip,
            data: self.data,
            settings: Settings { broken: self.settings.broken || self.unread, ..self.settings },
            setup: self.setup,
            steps: self.steps,
            teardown: self.teardown,
            listed,
        })
    }

    /// What its probes show holds beside that very answer of a control, and beside no other.
    fn refuse_retry_of_control(&self, reader: &mut Reader, entries: &[Entry]) {
        let asks = |settings: &Settings| matches!(&settings.enforce, Some(enforce) if matches!(enforce.value, Enforce::Bearer(_)));
        let mut requests = self.steps.iter().filter_map(Item::as_request);
        let is_control = asks(&self.settings) || requests.any(|step| asks(&step.settings));
        let retry = entries.iter().find(|entry| entry.key.value == "retry");
        let is_again = self.settings.retry.as_ref().is_some_and(|retry| !retry.value.is_none());
        if let Some(entry) = retry.filter(|_| is_control && is_again) {
            let fault = reader.fault(entry.key.span, "`retry` on a test with `enforce`");
            fault.label = "a control and its probes are not run again".into();
            fault.helps.push(
                "`poll` repeats its request until its `expect` holds, before any probe".into(),
            );
        }
    }

    /// What belongs to a request stands in its step, and one of them must expect something.
    fn check_steps(&self, reader: &mut Reader, entries: &[Entry]) {
        if let Some(entry) =
            entries.iter().find(|entry| self.request.seen.contains(&entry.key.value.as_str()))
        {
            let title = format!("`{}` beside `steps`", entry.key.value);
            reader.fault(entry.key.span, title).label = "it belongs in one of the steps".into();
        }
        let steps = entries.iter().find(|entry| entry.key.value == "steps");
        // What a fragment expects is known once that is read.
        let may_expect = |item: &Item| item.as_request().is_none_or(|step| step.expects);
        let expects = self.steps.iter().any(may_expect);
        if let Some(entry) = steps.filter(|_| !expects && !self.steps.is_empty()) {
            let fault = reader.fault(entry.key.span, "steps of which none expects anything");
            fault.label = "give one of them `expect:` with at least a status".into();
            fault.helps.push("a step without `expect` must succeed, and no more is proven".into());
        }
        if self.name.is_none() && !self.seen.contains(&"name") && !self.unread {
            let first = entries.first().map_or(Span::default(), |entry| entry.key.span);
            reader.fault(first, "a test without `name`").label = "add `name: …`".into();
        }
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
pub fn listed(words: &[impl AsRef<str>]) -> String {
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
