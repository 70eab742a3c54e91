//! `auth` as it is written.

use super::habits;
use super::reader::{Field, Keys, Reader};
use super::settings::is_token;
use super::tree::{Entry, Node, Value};
use crate::source::Spanned;
use crate::template::{Name, Template, is_name, is_of_environment, native_variable};

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

/// How a user name and a password are written.
const BASIC: &str = "{basic: {username: …, password: …}}";

const FORMS: &str = "`none`, the name of a token, or one of {bearer}, {basic}, {header}";

const FORM_KEYS: Keys = Keys {
    what: "a form of `auth`",
    known: &[&["bearer", "basic", "header"]],
    later: &[],
    help: Some("a key of an API is sent with {header: {X-Api-Key: …}}"),
};

const BASIC_KEYS: Keys =
    Keys { what: "a key of `basic`", known: &[&["username", "password"]], later: &[], help: None };

impl Auth {
    /// Reads what stands under `auth`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Auth> {
        match &node.value {
            Value::Text(text) if text == "none" => Some(Auth::None),
            Value::Text(text) => match instead_of_name(text) {
                Some(instead) => {
                    let title = "`auth` takes the name of a token, or a mapping";
                    reader.fault(node.span, title).label = instead;
                    None
                }
                None => Auth::read_name(reader, node),
            },
            Value::Map(entries) if entries.len() == 1 => Auth::read_form(reader, entries),
            _ => {
                let help = instead_of_form(&node.value);
                reader.not_one(node, "auth", FORMS).helps.extend(help);
                None
            }
        }
    }

    /// A variable may stand for a name, but what an environment variable holds is a token.
    fn read_name(reader: &mut Reader, node: &Node) -> Option<Auth> {
        let name = reader.native_template(node, "auth")?.value;
        let env = name.variables().find(|variable| matches!(variable.name, Name::Env(..)));
        if let Some(variable) = env {
            let help =
                format!("to send what it holds, write {{bearer: \"{}\"}}", variable.written());
            let fault = reader.fault(node.span, "`auth` takes the name of a token");
            fault.label = "found an environment variable".into();
            fault.helps.push(help);
        }
        Some(Auth::Named(name))
    }

    fn read_form(reader: &mut Reader, entries: &[Entry]) -> Option<Auth> {
        let value = &entries[0].value;
        match reader.key(&entries[0], entries, &FORM_KEYS)? {
            "bearer" => secret(reader, value, "bearer").map(Auth::Bearer),
            "basic" => Auth::read_basic(reader, value),
            _ => {
                let fields = reader.fields(value, "header");
                if fields.is_empty() {
                    reader.fault(value.span, "`header` names no header").label =
                        "write for example {X-Api-Key: …}".into();
                }
                for (i, field) in fields.iter().enumerate() {
                    let name = field.name.value.as_fixed().unwrap_or("x");
                    let same = |other: &Field| {
                        other.name.value.as_fixed().is_some_and(|o| o.eq_ignore_ascii_case(name))
                    };
                    if fields[..i].iter().any(same) {
                        let title = format!("a second value for the header `{name}`");
                        reader.fault(field.name.span, title).label =
                            "for several lines, write a list".into();
                    }
                    if !is_token(name) {
                        reader
                            .fault(field.name.span, format!("`{name}` cannot name a header"))
                            .label =
                            "a name has letters, digits, `-` and `_`, and no spaces".into();
                    }
                }
                Some(Auth::Header(fields))
            }
        }
    }

    fn read_basic(reader: &mut Reader, node: &Node) -> Option<Auth> {
        let (mut username, mut password, mut seen) = (None, None, 0);
        if !matches!(node.value, Value::Map(_)) {
            reader.unexpected(node, "basic", "a mapping").helps.push(format!("write `{BASIC}`"));
            return None;
        }
        let entries = reader.mapping(node, "basic")?;
        for entry in entries {
            seen += 1;
            match reader.key(entry, entries, &BASIC_KEYS) {
                Some("username") => username = secret(reader, &entry.value, "username"),
                Some(_) => password = secret(reader, &entry.value, "password"),
                None => {}
            }
        }
        if seen < BASIC_KEYS.known[0].len() {
            reader.fault(node.span, "`basic` needs a `username` and a `password`").label =
                "the other one is missing: for none, write \"\"".into();
        }
        Some(Auth::Basic { username: username?, password: password? })
    }
}

/// What to write instead of a text that names no token: what a header has, or a token itself,
/// which is not repeated.
fn instead_of_name(text: &str) -> Option<String> {
    if is_name(text) || text.starts_with("${") && text.ends_with('}') {
        return None;
    }
    let instead = habits::authorization(text)
        .or_else(|| native_variable(text).map(|it| format!("auth: {{bearer: \"{it}\"}}")));
    match instead {
        Some(instead) => Some(format!("write `{instead}`")),
        None if text.contains("${") => None,
        None => Some("to send this text as a token, write `auth: {bearer: …}`".into()),
    }
}

/// What to write instead of something that is no form of `auth`.
fn instead_of_form(value: &Value) -> Option<String> {
    let Value::Map(entries) = value else {
        return matches!(value, Value::Null | Value::Bool(false))
            .then(|| "to send no credential, write `auth: none`".into());
    };
    let says =
        |word: &str| entries.iter().any(|e| e.key.value == word || e.value.as_text() == Some(word));
    if says("bearer") || says("token") {
        Some("for a bearer token, write `auth: {bearer: …}`".into())
    } else {
        (says("basic") || says("password")).then(|| format!("write `auth: {BASIC}`"))
    }
}

/// A text that is sent as a credential. What looks like a variable but is none would be sent as
/// it stands, and be refused: a test that expects that would pass.
pub(super) fn secret(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<Template>> {
    let before = reader.count();
    let text = node.as_text().unwrap_or_default();
    if text.starts_with(['“', '”', '‘', '’', '„']) {
        reader.fault(node.span, "these quotes are a part of the text").label =
            "write straight ones: \" or '".into();
    }
    if let Some(name) = text.strip_prefix('$').filter(|name| is_shell_name(name)) {
        // What is no name of the environment may be a password.
        let name = if is_of_environment(name) { name } else { "NAME" };
        let title = "this would be sent as it stands";
        reader.fault(node.span, title).label =
            format!("for the environment variable, write `${{env.{name}}}`");
    }
    let template = reader.native_template(node, key)?;
    (reader.count() == before).then_some(template)
}

fn is_shell_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}
