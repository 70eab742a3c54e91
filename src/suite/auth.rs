//! `auth` and `tokens` as they are written.

use super::reader::{Field, Reader};
use super::tree::{Entry, Node, Value};
use crate::source::{Span, Spanned};
use crate::template::Template;

/// How a request authenticates.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Sends no credential.
    None,
    /// Sends the token of this name as a bearer token.
    Named(Template),
    /// Sends this text as a bearer token.
    Bearer(Spanned<Template>),
    /// Sends a user name and a password.
    Basic {
        /// The user name.
        username: Spanned<Template>,
        /// The password.
        password: Spanned<Template>,
    },
    /// Sends these header fields.
    Header(Vec<Field>),
}

/// Where a named token comes from.
#[derive(Clone, Debug)]
pub struct TokenSource {
    /// Where it is written.
    pub span: Span,
    /// The kind of source.
    pub kind: TokenSourceKind,
}

/// The kinds of [`TokenSource`].
#[derive(Clone, Debug, PartialEq)]
pub enum TokenSourceKind {
    /// The token itself.
    Text(Template),
    /// A file that holds it; the path is relative to the spec.
    File(Template),
    /// A program that prints it, with its arguments.
    Command(Vec<Template>),
}

const FORMS: &str = "`none`, the name of a token, or one of {bearer}, {basic}, {header}";
const SOURCES: [&str; 2] = ["file", "command"];
const LATER_SOURCES: [&str; 4] = ["login", "oauth2", "jwt", "github_oidc"];

impl Auth {
    /// Reads what stands under `auth`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Auth> {
        match &node.value {
            Value::Text(text) if text == "none" => Some(Auth::None),
            Value::Text(_) => reader.template(node, "auth").map(Auth::Named),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => Auth::read_form(reader, entry),
                _ => {
                    reader.unexpected(node, "auth", FORMS);
                    None
                }
            },
            _ => {
                reader.unexpected(node, "auth", FORMS);
                None
            }
        }
    }

    fn read_form(reader: &mut Reader, entry: &Entry) -> Option<Auth> {
        match entry.key.value.as_str() {
            "bearer" => reader.spanned_template(&entry.value, "bearer").map(Auth::Bearer),
            "basic" => Auth::read_basic(reader, &entry.value),
            "header" => {
                let fields = reader.fields(&entry.value, "header");
                if fields.is_empty() {
                    reader.fault(entry.value.span, "`header` names no header field");
                    return None;
                }
                Some(Auth::Header(fields))
            }
            _ => {
                reader.unknown_key(&entry.key, "form of `auth`", &["bearer", "basic", "header"]);
                None
            }
        }
    }

    fn read_basic(reader: &mut Reader, node: &Node) -> Option<Auth> {
        let (mut username, mut password) = (None, None);
        for entry in reader.mapping(node, "basic") {
            match entry.key.value.as_str() {
                "username" => username = reader.spanned_template(&entry.value, "username"),
                "password" => password = reader.spanned_template(&entry.value, "password"),
                _ => drop(reader.unknown_key(
                    &entry.key,
                    "key of `basic`",
                    &["username", "password"],
                )),
            }
        }
        match (username, password) {
            (Some(username), Some(password)) => Some(Auth::Basic { username, password }),
            _ => {
                reader.fault(node.span, "`basic` needs a `username` and a `password`");
                None
            }
        }
    }
}

impl TokenSource {
    /// Reads what stands under the name of a token.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<TokenSource> {
        let kind = match &node.value {
            Value::Text(_) => reader.template(node, "tokens").map(TokenSourceKind::Text),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => TokenSourceKind::read(reader, entry),
                _ => {
                    reader.unexpected(node, "tokens", "a text, or one source such as {file: …}");
                    None
                }
            },
            _ => {
                reader.unexpected(node, "tokens", "a text, {file: …} or {command: […]}");
                None
            }
        };
        Some(TokenSource { span: node.span, kind: kind? })
    }
}

impl TokenSourceKind {
    fn read(reader: &mut Reader, entry: &Entry) -> Option<TokenSourceKind> {
        match entry.key.value.as_str() {
            "file" => reader.template(&entry.value, "file").map(TokenSourceKind::File),
            "command" => {
                let items = reader.list(&entry.value, "command");
                let words: Vec<Template> =
                    items.iter().filter_map(|item| reader.template(item, "command")).collect();
                if words.is_empty() {
                    reader.fault(entry.value.span, "`command` names no program");
                    return None;
                }
                Some(TokenSourceKind::Command(words))
            }
            later if LATER_SOURCES.contains(&later) => {
                reader.not_yet(&entry.key);
                None
            }
            _ => {
                reader.unknown_key(&entry.key, "source of a token", &SOURCES);
                None
            }
        }
    }
}
