//! `auth` as it is written.

use super::reader::{Field, Keys, Reader};
use super::settings::is_token;
use super::tree::{Entry, Node, Value};
use crate::source::Spanned;
use crate::template::{Name, Template};

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

const FORMS: &str = "`none`, the name of a token, or one of {bearer}, {basic}, {header}";

const FORM_KEYS: Keys = Keys {
    what: "a form of `auth`",
    known: &[&["bearer", "basic", "header"]],
    later: &[],
    help: None,
};

const BASIC_KEYS: Keys =
    Keys { what: "a key of `basic`", known: &[&["username", "password"]], later: &[], help: None };

impl Auth {
    /// Reads what stands under `auth`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Auth> {
        match &node.value {
            Value::Text(text) if text == "none" => Some(Auth::None),
            Value::Text(_) => Auth::read_name(reader, node),
            Value::Map(entries) if entries.len() == 1 => Auth::read_form(reader, entries),
            _ => {
                reader.not_one(node, "auth", FORMS);
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
                for field in &fields {
                    let name = field.name.value.as_fixed().unwrap_or("x");
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
        let (mut username, mut password) = (None, None);
        let entries = reader.mapping(node, "basic")?;
        for entry in entries {
            match reader.key(entry, entries, &BASIC_KEYS) {
                Some("username") => username = secret(reader, &entry.value, "username"),
                Some(_) => password = secret(reader, &entry.value, "password"),
                None => {}
            }
        }
        if username.is_none() || password.is_none() {
            reader.fault(node.span, "`basic` needs a `username` and a `password`").label =
                "the other one is missing: for none, write \"\"".into();
        }
        Some(Auth::Basic { username: username?, password: password? })
    }
}

/// A text that is sent as a credential. What looks like a variable but is none would be sent as
/// it stands, and be refused: a test that expects that would pass.
pub(super) fn secret(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<Template>> {
    let text = node.as_text().unwrap_or_default();
    if let Some(name) = text.strip_prefix('$').filter(|name| is_shell_name(name)) {
        let title = "this would be sent as it stands";
        reader.fault(node.span, title).label =
            format!("for the environment variable, write ${{env.{name}}}");
    }
    reader.native_template(node, key)
}

fn is_shell_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}
