//! `server` of the project file: what is started before a run and ended after it.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::reader::{Keys, Reader};
use super::token_source::require;
use super::tree::{Node, Value};
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// What serves the API during a run.
#[derive(Clone, Debug)]
pub enum Server {
    /// The embedded demo API.
    Demo,
    /// A program.
    Command(Box<ServerCommand>),
    /// Something that could not be read; it has its fault.
    Unread,
}

/// A program that serves the API.
#[derive(Clone, Debug)]
pub struct ServerCommand {
    /// Where the program and its arguments stand.
    pub span: Span,
    /// The program and its arguments.
    pub command: Vec<Template>,
    /// Variables of its environment; null takes one away.
    pub env: Vec<(Spanned<String>, Spanned<Draft>)>,
    /// The folder it runs in, from that of the project file.
    pub cwd: Option<Spanned<Template>>,
    /// What `${server.url}` stands for.
    pub url: Option<Spanned<Template>>,
    /// The port it listens on; without it, a free one is chosen.
    pub port: Option<Spanned<Draft>>,
    /// How it is known that it serves.
    pub ready: Ready,
    /// How long that may take.
    pub timeout: Duration,
    /// How long it may take to end when it is asked to.
    pub grace: Duration,
    /// Whether one that already answers is used instead.
    pub reuse: Option<Spanned<Draft>>,
    /// Whether something here could not be read, so that what seems to be missing may be written.
    pub broken: bool,
}

/// How it is known that a server serves.
#[derive(Clone, Debug)]
pub enum Ready {
    /// It answers at `/`, whatever it says there.
    Answers,
    /// It answers at this path with a 2xx.
    Path(Spanned<Template>),
    /// It prints a line that this matches.
    Log(Spanned<Arc<Regex>>),
}

/// The group of the regex that says which port the server took.
pub const PORT_GROUP: &str = "port";

const TIMEOUT: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(5);

/// The longest that a server may take to get ready or to end.
const LONGEST: Duration = Duration::from_secs(60 * 60);

const SERVER_KEYS: Keys = Keys {
    what: "a key of `server`",
    known: &[&["command", "ready", "timeout", "reuse", "port", "url", "env", "cwd", "grace"]],
    later: &[],
    help: None,
};

const READY_KEYS: Keys =
    Keys { what: "a form of `ready`", known: &[&["log"]], later: &[], help: None };

impl Server {
    /// Reads what stands under `server`.
    pub fn read(reader: &mut Reader, node: &Node) -> Server {
        match &node.value {
            Value::Text(text) if text == "demo" => Server::Demo,
            Value::Map(entries) if !entries.is_empty() => match ServerCommand::read(reader, node) {
                Some(command) => Server::Command(Box::new(command)),
                None => Server::Unread,
            },
            Value::Text(_) | Value::List(_) => {
                reader.unexpected(node, "server", FORMS).helps.push(
                    "a program is written `server: {command: [program, argument, …]}`".into(),
                );
                Server::Unread
            }
            _ => {
                reader.unexpected(node, "server", FORMS);
                Server::Unread
            }
        }
    }
}

const FORMS: &str = "`demo`, the embedded demo API, or {command: […], …}";

impl ServerCommand {
    fn read(reader: &mut Reader, node: &Node) -> Option<ServerCommand> {
        let entries = reader.mapping(node, "server")?;
        let before = reader.count();
        let mut command = None;
        let mut server = ServerCommand::unsaid();
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &SERVER_KEYS) {
                Some("command") => {
                    server.span = value.span;
                    command = read_command(reader, value);
                }
                Some("ready") => server.ready = Ready::read(reader, value)?,
                Some("timeout") => server.timeout = read_time(reader, value, "timeout")?,
                Some("grace") => server.grace = read_time(reader, value, "grace")?,
                Some("reuse") => server.reuse = Some(reader.spanned_draft(value)),
                Some("port") => server.port = Some(reader.spanned_draft(value)),
                Some("url") => server.url = reader.native_template(value, "url"),
                Some("cwd") => server.cwd = reader.spanned_template(value, "cwd"),
                Some(_) => server.env = read_env(reader, value),
                None => {}
            }
        }
        if reader.count() == before {
            require(reader, node.span, "server", &[("command", command.is_some())]);
        }
        server.broken = reader.count() > before;
        Some(ServerCommand { command: command?, ..server })
    }

    fn unsaid() -> ServerCommand {
        ServerCommand {
            span: Span::default(),
            command: Vec::new(),
            env: Vec::new(),
            cwd: None,
            url: None,
            port: None,
            ready: Ready::Answers,
            timeout: TIMEOUT,
            grace: GRACE,
            reuse: None,
            broken: false,
        }
    }
}

fn read_command(reader: &mut Reader, node: &Node) -> Option<Vec<Template>> {
    if let Some(text) = node.as_text() {
        let words: Vec<&str> = text.split_whitespace().collect();
        let fault = reader.unexpected(node, "command", "a list: the program and its arguments");
        fault.helps.push(format!("without a shell: `command: [{}]`", words.join(", ")));
        fault.helps.push("with one: `command: [sh, -c, \"…\"]`".into());
        return None;
    }
    let items = reader.list(node, "command")?;
    if items.is_empty() {
        reader.fault(node.span, "`command` names no program").label =
            "write [program, argument, …]".into();
        return None;
    }
    let words: Vec<Template> = items.iter().filter_map(|item| word(reader, item)).collect();
    (words.len() == items.len()).then_some(words)
}

/// An argument; `--workers 4` is as good as `--workers "4"`.
fn word(reader: &mut Reader, node: &Node) -> Option<Template> {
    match &node.value {
        Value::Number(number) => Some(Template::Fixed(number.to_string().into())),
        _ => reader.template(node, "command"),
    }
}

fn read_env(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<Draft>)> {
    let mut env = Vec::new();
    for entry in reader.mapping(node, "env").unwrap_or_default() {
        let name = reader.key_name(&entry.key);
        if name.value.is_empty() || name.value.contains(['=', '\0']) {
            reader.fault(name.span, "this cannot name a variable of the environment").label =
                "a name is not empty and has no `=` in it".into();
        }
        match &entry.value.value {
            Value::Map(_) | Value::List(_) => {
                let takes = "a text, a number, true, false, or null to take it away";
                reader.unexpected(&entry.value, &name.value, takes);
            }
            _ => env.push((name, reader.spanned_draft(&entry.value))),
        }
    }
    env
}

fn read_time(reader: &mut Reader, node: &Node, key: &str) -> Option<Duration> {
    let time = match &node.value {
        Value::Text(text) => humantime::parse_duration(text).ok(),
        _ => None,
    };
    let time = time.filter(|time| !time.is_zero() && *time <= LONGEST);
    if time.is_none() {
        let title = format!("`{key}` takes a time with its unit, such as 10s, up to 1h");
        let fault = reader.fault(node.span, title);
        if let Value::Number(number) = &node.value {
            fault.label = format!("the unit is missing: write `{number}s`");
        }
    }
    time
}

impl Ready {
    fn read(reader: &mut Reader, node: &Node) -> Option<Ready> {
        match &node.value {
            Value::Text(text) if text.starts_with('/') || text.starts_with("${") => {
                reader.native_template(node, "ready").map(Ready::Path)
            }
            Value::Map(entries) if entries.len() == 1 => {
                reader.key(&entries[0], entries, &READY_KEYS)?;
                let text = reader.spanned_text(&entries[0].value, "log")?;
                compiled(reader, &text).map(|regex| Ready::Log(Spanned::new(regex, text.span)))
            }
            _ => {
                let takes = "a path that begins with `/`, or {log: regex}";
                reader.not_one(node, "ready", takes);
                None
            }
        }
    }
}

fn compiled(reader: &mut Reader, text: &Spanned<String>) -> Option<Arc<Regex>> {
    if text.value.is_empty() {
        reader.fault(text.span, "an empty regex matches everything").label =
            "write what the server prints once it serves".into();
        return None;
    }
    match Regex::new(&text.value) {
        Ok(regex) => Some(Arc::new(regex)),
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            reader.fault(text.span, "not a regex").label = reason.to_owned();
            None
        }
    }
}
