//! Builds the tree from the parser's events, without recursion, and keeps to the limits.

mod refuse;

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, StrInput};

use super::limits::{MAX_DEPTH, Spent, Weight, too_deep};
use super::mapping::{refuse_duplicates, report_missing_values};
use super::place::Places;
use super::scalar::read_plain;
use super::{Entry, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// Reads all events. The faults come in no particular order.
pub(super) fn read(source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    let mut builder = Builder::new(source);
    let mut parser = Parser::new_from_str(source.text());
    let complete = builder.run(&mut parser).is_ok();
    let Builder { root, faults, .. } = builder;
    (root.filter(|_| complete), faults)
}

/// A list without room for more: of many small ones, the room would be half of the tree.
fn fitted<T>(mut items: Vec<T>) -> Vec<T> {
    items.shrink_to_fit();
    items
}

/// The end of reading: what was wrong has been noted.
struct Stop;

struct Builder<'s> {
    source: &'s Arc<Source>,
    places: Places<'s>,
    faults: Vec<Diagnostic>,
    /// The collections that are open, from the outermost to the innermost.
    open: Vec<Open>,
    root: Option<Node>,
    /// The anchored values that are complete, by the parser's number.
    anchored: HashMap<usize, Node>,
    /// The end of what was read last.
    cursor: usize,
    documents: usize,
    spent: Spent,
}

/// A collection whose end was not seen yet.
struct Open {
    start: usize,
    /// Whether it is written with brackets.
    flow: bool,
    anchor: usize,
    parts: Parts,
}

enum Parts {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<Entry>,
    key: Key,
    /// The numbers of the entries without a value.
    without_value: Vec<usize>,
}

/// What comes next in a mapping.
#[derive(Default)]
enum Key {
    /// A key.
    #[default]
    Awaited,
    /// The value of this key.
    Read(Spanned<String>),
    /// The value of a key that was refused.
    Refused,
}

impl<'s> Builder<'s> {
    fn new(source: &'s Arc<Source>) -> Builder<'s> {
        Builder {
            source,
            places: Places::new(source.text()),
            faults: Vec::new(),
            open: Vec::new(),
            root: None,
            anchored: HashMap::new(),
            cursor: 0,
            documents: 0,
            spent: Spent::default(),
        }
    }

    fn run(&mut self, parser: &mut Parser<'s, StrInput<'s>>) -> Result<(), Stop> {
        while let Some(event) = parser.next_event() {
            let (event, marks) = event.map_err(|error| self.stumbled(&error))?;
            self.event(event, marks)?;
        }
        if self.root.is_none() {
            self.fault(Span::new(0, 0), "the file is empty").label("fill it, or remove it");
            return Err(Stop);
        }
        self.refuse_control_characters();
        Ok(())
    }

    fn event(&mut self, event: Event<'s>, marks: Marks) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), &marks);
                self.scalar(text.into_owned(), style, anchor, &marks)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &marks);
                self.open(Parts::Map(OpenMap::default()), anchor, &marks)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &marks);
                self.open(Parts::List(Vec::new()), anchor, &marks)
            }
            Event::MappingEnd | Event::SequenceEnd => self.close(&marks),
            Event::Alias(anchor) => self.alias(anchor, &marks),
            Event::DocumentStart(explicit) => self.document(explicit, &marks),
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => Ok(()),
        }
    }

    fn document(&mut self, explicit: bool, marks: &Marks) -> Result<(), Stop> {
        self.documents += 1;
        let start = self.places.byte(&marks.start);
        if self.documents > 1 {
            self.fault(Span::new(start, start + 3), "a file holds one YAML document")
                .label("a second one begins here")
                .note("put it into a file of its own");
            return Err(Stop);
        }
        if explicit {
            self.refuse_directives(start);
            self.cursor = start + 3;
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        anchor: usize,
        marks: &Marks,
    ) -> Result<(), Stop> {
        if style == ScalarStyle::Plain && text.is_empty() {
            return self.nothing(marks);
        }
        let span = self.scalar_span(style, marks);
        self.cursor = span.end as usize;
        if self.awaits_key() {
            return self.key(text, style, anchor, span);
        }
        let value = match style {
            ScalarStyle::Plain => read_plain(&text).unwrap_or_else(|refused| {
                self.refuse_plain(&text, span, refused);
                Value::Text(text)
            }),
            _ => Value::Text(text),
        };
        self.add(Node { span, value }, anchor)
    }

    fn scalar_span(&self, style: ScalarStyle, marks: &Marks) -> Span {
        let places = &self.places;
        let start = places.byte(&marks.start);
        match style {
            ScalarStyle::Plain => Span::new(places.skip_properties(start), places.byte(&marks.end)),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let start = places.skip_properties(start);
                Span::new(start, places.quoted_end(start))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let header = places.indicator(self.cursor, b"|>").unwrap_or(start);
                let end = places.byte(&marks.end);
                Span::new(header, places.trim_end(header, end))
            }
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open { parts: Parts::Map(OpenMap { key: Key::Awaited, .. }), .. })
        )
    }

    fn key(
        &mut self,
        text: String,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), Stop> {
        let merges = style == ScalarStyle::Plain && text == "<<";
        if merges {
            self.fault(span, "merge keys are not read")
                .label("write out what is meant, or repeat a whole value with `*name`");
        }
        if anchor > 0 {
            let node = Node { span, value: Value::Text(text.clone()) };
            self.remember(anchor, &node)?;
        }
        self.set_key(if merges { Key::Refused } else { Key::Read(Spanned::new(text, span)) });
        Ok(())
    }

    fn set_key(&mut self, next: Key) {
        if let Some(Open { parts: Parts::Map(map), .. }) = self.open.last_mut() {
            map.key = next;
        }
    }

    /// A place where YAML sees a null that nobody wrote.
    fn nothing(&mut self, marks: &Marks) -> Result<(), Stop> {
        let mark = self.places.byte(&marks.start);
        let Some(open) = self.open.last_mut() else {
            self.fault(Span::new(0, 0), "the file is empty").label("fill it, or remove it");
            return Err(Stop);
        };
        let span = match &mut open.parts {
            Parts::Map(map) => match &map.key {
                Key::Awaited => {
                    map.key = Key::Refused;
                    let colon = self.places.indicator(self.cursor, b":?").unwrap_or(mark);
                    self.cursor = self.cursor.max(colon);
                    self.fault(Span::new(colon, colon + 1), "a key is missing")
                        .label("nothing stands before it");
                    return Ok(());
                }
                Key::Read(key) => {
                    map.without_value.push(map.entries.len());
                    Span::new(key.span.end as usize, key.span.end as usize)
                }
                Key::Refused => Span::new(mark, mark),
            },
            Parts::List(_) => {
                let dash = self.places.indicator(self.cursor, b"-").unwrap_or(mark);
                self.cursor = dash + 1;
                let span = Span::new(dash, dash + 1);
                self.fault(span, "an entry of a list is missing")
                    .label("nothing stands behind it")
                    .note("write `\"\"` or `null`, or remove the `-`");
                span
            }
        };
        self.add(Node { span, value: Value::Null }, 0)
    }

    fn open(&mut self, parts: Parts, anchor: usize, marks: &Marks) -> Result<(), Stop> {
        let mark = self.places.byte(&marks.start);
        let after_key = matches!(self.open.last(), Some(Open { parts: Parts::Map(_), .. }));
        let bare = self.places.skip_properties(mark);
        let first = self.source.text().as_bytes().get(bare);
        let flow = !marks.is_empty() && matches!(first, Some(b'[' | b'{'));
        let start = match &parts {
            // The mark of a list that is indented like its key stands behind the first `-`.
            Parts::List(_) if !flow && after_key => {
                self.places.indicator(self.cursor, b"-").unwrap_or(bare)
            }
            _ => bare,
        };
        if self.awaits_key() {
            self.refuse_complex_key(start);
        }
        if self.open.len() == MAX_DEPTH {
            self.fault(Span::new(start, start + 1), too_deep())
                .label("the file is read no further");
            return Err(Stop);
        }
        self.cursor = if flow { start + 1 } else { self.cursor.max(start) };
        self.open.push(Open { start, flow, anchor, parts });
        Ok(())
    }

    fn close(&mut self, marks: &Marks) -> Result<(), Stop> {
        let Some(Open { start, flow, anchor, parts }) = self.open.pop() else { return Ok(()) };
        let bracket = self.places.byte(&marks.start);
        // A collection that stands as a key was refused when it began; one fault is enough.
        let is_key = self.awaits_key();
        let (last, value) = match parts {
            Parts::List(items) => {
                let last = items.last().map_or(start + 1, |item| item.span.end as usize);
                (last, Value::List(fitted(items)))
            }
            Parts::Map(map) => {
                let last = map.entries.last().map_or(start, |entry| entry.value.span.end as usize);
                let OpenMap { entries, without_value, .. } = map;
                let (source, faults) = (self.source, &mut self.faults);
                if !is_key {
                    report_missing_values(source, &entries, &without_value, flow, faults);
                }
                (last, Value::Map(fitted(refuse_duplicates(source, entries, faults))))
            }
        };
        let end = if flow { bracket + 1 } else { last };
        self.cursor = self.cursor.max(end);
        self.add(Node { span: Span::new(start, end), value }, anchor)
    }

    fn alias(&mut self, anchor: usize, marks: &Marks) -> Result<(), Stop> {
        let span = Span::new(self.places.byte(&marks.start), self.places.byte(&marks.end));
        self.cursor = span.end as usize;
        if self.awaits_key() {
            self.fault(span, "an alias cannot be a key").label("write the key itself");
            self.set_key(Key::Refused);
            return Ok(());
        }
        let spent = self.spent.alias();
        self.within(spent, span)?;
        let Some(node) = self.anchored.get(&anchor) else {
            self.fault(span, "an alias inside the value that it stands for")
                .label("this would never end");
            return Err(Stop);
        };
        let spent = self.spent.copy(&Weight::of(&node.value), self.open.len());
        let value = node.value.clone();
        self.within(spent, span)?;
        self.add(Node { span, value }, 0)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        let spent = self.spent.node();
        self.within(spent, node.span)?;
        if anchor > 0 {
            self.remember(anchor, &node)?;
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { parts: Parts::List(items), .. }) => items.push(node),
            Some(Open { parts: Parts::Map(map), .. }) => match std::mem::take(&mut map.key) {
                Key::Read(key) => map.entries.push(Entry { key, value: node }),
                Key::Refused => {}
                // A list or mapping that stood as a key and was refused when it began.
                Key::Awaited => map.key = Key::Refused,
            },
        }
        Ok(())
    }

    /// Keeps a copy of a value for its aliases.
    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Stop> {
        let spent = self.spent.copy(&Weight::of(&node.value), 0);
        self.within(spent, node.span)?;
        self.anchored.insert(anchor, node.clone());
        Ok(())
    }

    fn within(&mut self, limit: Result<(), String>, span: Span) -> Result<(), Stop> {
        limit.map_err(|title| {
            self.fault(span, title).label("the file is read no further");
            Stop
        })
    }
}
