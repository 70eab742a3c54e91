//! Builds the tree from the parser's events, without recursion, and keeps to the limits.

use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks, StrInput};

use super::place::Places;
use super::scalar::{Refused, read_plain};
use super::{Entry, Node, Value, stumble};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// How deep lists and mappings may be nested.
const MAX_DEPTH: usize = 128;
/// How many values a file may have, each alias counted as the values that it repeats.
const MAX_NODES: usize = 200_000;
/// How many aliases a file may have.
const MAX_ALIASES: usize = 1_000;
/// How many bytes of text aliases may repeat.
const MAX_REPEATED_BYTES: usize = 16 << 20;

/// Reads all events. The faults come in no particular order.
pub(super) fn read(source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    let mut builder = Builder::new(source);
    let mut parser = Parser::new_from_str(source.text());
    let complete = builder.run(&mut parser).is_ok();
    let Builder { root, faults, .. } = builder;
    (root.filter(|_| complete), faults)
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
    anchored: Vec<(usize, Node)>,
    /// The end of what was read last.
    cursor: usize,
    documents: usize,
    nodes: usize,
    aliases: usize,
    repeated_bytes: usize,
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
            anchored: Vec::new(),
            cursor: 0,
            documents: 0,
            nodes: 0,
            aliases: 0,
            repeated_bytes: 0,
        }
    }

    fn run(&mut self, parser: &mut Parser<'s, StrInput<'s>>) -> Result<(), Stop> {
        while let Some(event) = parser.next_event() {
            let (event, marks) = event.map_err(|error| self.stumbled(&error))?;
            self.event(event, marks)?;
        }
        if self.root.is_none() {
            self.fault(Span::new(0, 0), "the file is empty");
            return Err(Stop);
        }
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
            self.fault(Span::new(0, 0), "the file is empty");
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
            let title = format!("nested more than {MAX_DEPTH} levels deep");
            self.fault(Span::new(start, start + 1), title);
            return Err(Stop);
        }
        self.cursor = if flow { start + 1 } else { self.cursor.max(start) };
        self.open.push(Open { start, flow, anchor, parts });
        Ok(())
    }

    fn close(&mut self, marks: &Marks) -> Result<(), Stop> {
        let Some(Open { start, flow, anchor, parts }) = self.open.pop() else { return Ok(()) };
        let bracket = self.places.byte(&marks.start);
        let (last, value) = match parts {
            Parts::List(items) => {
                let last = items.last().map_or(start + 1, |item| item.span.end as usize);
                (last, Value::List(items))
            }
            Parts::Map(map) => {
                let last = map.entries.last().map_or(start, |entry| entry.value.span.end as usize);
                self.report_missing_values(&map, flow);
                (last, Value::Map(self.without_duplicates(map.entries)))
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
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            self.fault(span, format!("more than {MAX_ALIASES} aliases"));
            return Err(Stop);
        }
        let Some((_, node)) = self.anchored.iter().find(|(number, _)| *number == anchor) else {
            self.fault(span, "an alias inside the value that it stands for");
            return Err(Stop);
        };
        let value = node.value.clone();
        let (nodes, bytes) = weigh(&value);
        self.spend(nodes, bytes, span)?;
        self.add(Node { span, value }, 0)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        self.spend(1, 0, node.span)?;
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

    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Stop> {
        let (nodes, bytes) = weigh(&node.value);
        self.spend(nodes, bytes, node.span)?;
        self.anchored.push((anchor, node.clone()));
        Ok(())
    }

    fn spend(&mut self, nodes: usize, bytes: usize, span: Span) -> Result<(), Stop> {
        self.nodes += nodes;
        self.repeated_bytes += bytes;
        if self.nodes > MAX_NODES {
            self.fault(span, format!("more than {MAX_NODES} values in one file"))
                .note("an alias counts as all the values that it repeats");
            return Err(Stop);
        }
        if self.repeated_bytes > MAX_REPEATED_BYTES {
            self.fault(span, "aliases repeat more than 16 MiB of text");
            return Err(Stop);
        }
        Ok(())
    }

    fn report_missing_values(&mut self, map: &OpenMap, flow: bool) {
        let mut rest = map.without_value.as_slice();
        while let Some((first, more)) = rest.split_first() {
            let run = 1 + more.iter().zip(first + 1..).take_while(|(a, b)| **a == *b).count();
            rest = &rest[run..];
            let keys = &map.entries[*first..first + run];
            let before = flow.then(|| first.checked_sub(1)).flatten();
            match before.map(|index| &map.entries[index].value) {
                Some(value) if self.is_plain(value.span) => self.report_split_value(value, keys),
                _ => keys.iter().for_each(|key| self.report_missing_value(&key.key)),
            }
        }
    }

    fn is_plain(&self, span: Span) -> bool {
        let first = self.source.text().as_bytes().get(span.start as usize);
        !matches!(first, Some(b'"' | b'\'' | b'[' | b'{' | b'*') | None)
    }

    fn report_missing_value(&mut self, key: &Spanned<String>) {
        let title = format!("`{}` has no value", key.value);
        self.fault(key.span, title).label("write `\"\"` or `null` if that is meant");
    }

    /// `{starts_with: a, b}`: to YAML, `b` is a key.
    fn report_split_value(&mut self, value: &Node, keys: &[Entry]) {
        let Some((first, last)) = keys.first().zip(keys.last()) else { return };
        let whole = value.span.to(last.key.span);
        let text = &self.source.text()[whole.start as usize..whole.end as usize];
        let title = format!("`{}` has no value", first.key.value);
        self.fault(first.key.span, title)
            .label(format!("did you mean `{}`?", stumble::quoted(text)))
            .note("inside `{}` a comma ends a value: text with a comma in it needs quotes");
    }

    fn without_duplicates(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let repeated = repeated_keys(&entries);
        if repeated.is_empty() {
            return entries;
        }
        for (first, second) in &repeated {
            let line = self.source.location(entries[*first].key.span.start).line;
            let key = &entries[*second].key;
            self.fault(key.span, format!("duplicate key `{}`", key.value))
                .label(format!("already given on line {line}"));
        }
        let mut drop: Vec<bool> = vec![false; entries.len()];
        repeated.iter().for_each(|(_, second)| drop[*second] = true);
        entries.into_iter().zip(drop).filter(|(_, drop)| !drop).map(|(entry, _)| entry).collect()
    }

    fn refuse_plain(&mut self, text: &str, span: Span, refused: Refused) {
        let Refused { taken_for, instead } = refused;
        let label = match instead {
            Some(instead) => format!("write \"{text}\" for text, or {instead} for {taken_for}"),
            None => format!("write \"{text}\" for text"),
        };
        self.fault(span, format!("`{text}` is not {taken_for} in JSON")).label(label);
    }

    fn refuse_tag(&mut self, tagged: bool, marks: &Marks) {
        if !tagged {
            return;
        }
        let text = self.source.text();
        let mut start = self.places.byte(&marks.start);
        if text.as_bytes().get(start) == Some(&b'&') {
            start = self.places.skip_blanks(self.places.word_end(start));
        }
        let span = Span::new(start, self.places.word_end(start));
        self.fault(span, "tags are not read").label("remove it").note(
            "what is quoted is text, what is not is null, true, false or a number as in JSON",
        );
    }

    fn refuse_complex_key(&mut self, start: usize) {
        let title = "a list or mapping cannot be a key";
        let doubled = self.source.text()[start.saturating_sub(1)..].starts_with("{{");
        let fault = self.fault(Span::new(start, start + 1), title);
        if doubled {
            fault.label("a variable is written \"${name}\", in quotes");
        }
    }

    fn stumbled(&mut self, error: &ScanError) -> Stop {
        let open: Vec<usize> =
            self.open.iter().filter(|open| open.flow).map(|open| open.start).collect();
        self.faults.push(stumble::explain(self.source, &self.places, error, self.cursor, &open));
        Stop
    }

    fn fault(&mut self, span: Span, title: impl Into<String>) -> Noted<'_> {
        let diagnostic = Diagnostic::error(self.source, span, title);
        self.faults.push(diagnostic);
        let last = self.faults.len() - 1;
        Noted(&mut self.faults[last])
    }
}

/// A fault that was noted and can be given more words.
struct Noted<'f>(&'f mut Diagnostic);

impl Noted<'_> {
    fn label(self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    fn note(self, help: &str) -> Self {
        self.0.helps.push(help.to_owned());
        self
    }
}

/// The pairs of a key's first entry and a later one, in the order of the later ones.
fn repeated_keys(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].key.value.cmp(&entries[*b].key.value));
    let mut repeated = Vec::new();
    for same in order.chunk_by(|a, b| entries[*a].key.value == entries[*b].key.value) {
        repeated.extend(same[1..].iter().map(|later| (same[0], *later)));
    }
    repeated.sort_by_key(|(_, later)| *later);
    repeated
}

/// How many nodes are below a value, and how many bytes of text.
fn weigh(value: &Value) -> (usize, usize) {
    let (mut nodes, mut bytes) = (0, 0);
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Text(text) => bytes += text.len(),
            Value::List(items) => {
                nodes += items.len();
                rest.extend(items.iter().map(|item| &item.value));
            }
            Value::Map(entries) => {
                nodes += entries.len();
                bytes += entries.iter().map(|entry| entry.key.value.len()).sum::<usize>();
                rest.extend(entries.iter().map(|entry| &entry.value.value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    (nodes, bytes)
}
