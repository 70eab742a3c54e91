//! `tokens` as they are written: where each comes from.

use std::time::Duration;

use super::auth::secret;
use super::oauth::OAuth2;
use super::reader::{Keys, Reader};
use super::side_request::{self, Parts, SideRequest};
use super::test::listed;
use super::tree::{Entry, Node, Value};
use crate::auth::jwt::Algorithm;
use crate::diagnostic::did_you_mean;
use crate::json_path::JsonPath;
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// Where a named token comes from.
#[derive(Clone, Debug)]
pub struct TokenSource {
    /// Where it is written.
    pub span: Span,
    /// The kind of source.
    pub kind: TokenSourceKind,
}

/// The kinds of [`TokenSource`].
#[derive(Clone, Debug)]
pub enum TokenSourceKind {
    /// The token itself.
    Text(Template),
    /// A file that holds it; the path is relative to the spec.
    File(Template),
    /// A program that prints it, with its arguments.
    Command(Vec<Template>),
    /// A request whose response holds it.
    Login(Box<Login>),
    /// An OAuth 2.0 token endpoint.
    OAuth2(Box<OAuth2>),
    /// It is signed here.
    Jwt(Box<Jwt>),
    /// GitHub's token service for workflows, for this audience.
    GithubOidc(Spanned<Template>),
}

/// A request whose response holds a token.
#[derive(Clone, Debug)]
pub struct Login {
    /// The request.
    pub request: SideRequest,
    /// Where the token stands in the response.
    pub token: Box<str>,
    /// Where it says for how many seconds the token is good.
    pub expires_in: Option<Box<str>>,
}

/// A JWT that is signed here.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The key.
    pub key: Key,
    /// The claims, a mapping.
    pub claims: Spanned<Draft>,
    /// How long it is good.
    pub expires_in: Option<Spanned<Duration>>,
    /// More fields of its header, a mapping.
    pub headers: Option<Spanned<Draft>>,
}

/// A secret or a private key.
#[derive(Clone, Debug)]
pub enum Key {
    /// Itself.
    Text(Spanned<Template>),
    /// A file that holds it; the path is relative to the spec.
    File(Spanned<Template>),
}

const SOURCE_KEYS: Keys = Keys {
    what: "a source of tokens",
    known: &[&["file", "command", "login", "oauth2", "jwt", "github_oidc"]],
    later: &[],
    help: None,
};

const LOGIN_KEYS: Keys = Keys {
    what: "a key of `login`",
    known: &[&side_request::KEYS, &["auth", "token", "expires_in"]],
    later: &[],
    help: None,
};

const JWT_KEYS: Keys = Keys {
    what: "a key of `jwt`",
    known: &[&["alg", "key", "claims", "expires_in", "headers"]],
    later: &[],
    help: None,
};

const KEY_KEYS: Keys =
    Keys { what: "a form of `key`", known: &[&["file"]], later: &[], help: None };

const GITHUB_KEYS: Keys =
    Keys { what: "a key of `github_oidc`", known: &[&["audience"]], later: &[], help: None };

const FORMS: &str = "a text, or one of {file: …}, {command: […]}, {login: …}, {oauth2: …}, \
                     {jwt: …}, {github_oidc: …}";

impl TokenSource {
    /// Reads what stands under the name of a token.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<TokenSource> {
        let kind = match &node.value {
            Value::Text(_) => {
                secret(reader, node, "tokens").map(|text| TokenSourceKind::Text(text.value))
            }
            Value::Map(entries) if entries.len() == 1 => TokenSourceKind::read(reader, entries),
            _ => {
                reader.not_one(node, "tokens", FORMS);
                None
            }
        };
        Some(TokenSource { span: node.span, kind: kind? })
    }
}

impl TokenSourceKind {
    fn read(reader: &mut Reader, entries: &[Entry]) -> Option<TokenSourceKind> {
        let value = &entries[0].value;
        Some(match reader.key(&entries[0], entries, &SOURCE_KEYS)? {
            "file" => TokenSourceKind::File(reader.template(value, "file")?),
            "command" => TokenSourceKind::Command(read_command(reader, value)?),
            "login" => TokenSourceKind::Login(Box::new(Login::read(reader, value)?)),
            "oauth2" => TokenSourceKind::OAuth2(Box::new(OAuth2::read(reader, value)?)),
            "jwt" => TokenSourceKind::Jwt(Box::new(Jwt::read(reader, value)?)),
            _ => TokenSourceKind::GithubOidc(read_github(reader, value)?),
        })
    }
}

fn read_command(reader: &mut Reader, node: &Node) -> Option<Vec<Template>> {
    let items = reader.list(node, "command")?;
    if items.is_empty() {
        reader.fault(node.span, "`command` names no program").label =
            "write [program, argument, …]".into();
    }
    Some(items.iter().filter_map(|item| reader.template(item, "command")).collect())
}

fn read_github(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let entries = reader.mapping(node, "github_oidc")?;
    let before = reader.count();
    let mut audience = None;
    for entry in entries {
        if reader.key(entry, entries, &GITHUB_KEYS).is_some() {
            audience = reader.native_template(&entry.value, "audience");
        }
    }
    if reader.count() == before {
        require(reader, node.span, "github_oidc", &[("audience", audience.is_some())]);
    }
    audience
}

impl Login {
    fn read(reader: &mut Reader, node: &Node) -> Option<Login> {
        let entries = reader.mapping(node, "login")?;
        let before = reader.count();
        let (mut request, mut token, mut expires_in) = (Parts::default(), None, None);
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &LOGIN_KEYS) {
                Some("token") => token = path(reader, value, "token"),
                Some("expires_in") => expires_in = path(reader, value, "expires_in"),
                Some(name) => request.read(reader, name, entry),
                None => {}
            }
        }
        if reader.count() == before {
            let needed = [("request", request.has_line()), ("token", token.is_some())];
            require(reader, node.span, "login", &needed);
        }
        Some(Login { request: request.finish()?, token: token?, expires_in })
    }
}

/// A JSONPath that finds one value.
fn path(reader: &mut Reader, node: &Node, key: &str) -> Option<Box<str>> {
    let text = reader.plain_text(node, key)?;
    match JsonPath::parse(text) {
        Ok(path) if path.is_singular() => return Some(text.into()),
        Ok(_) => {
            reader.fault(node.span, format!("`{key}` takes a JSONPath to one value")).label =
                "this one may find several".into();
        }
        Err(reason) => reader.fault(node.span, "bad JSONPath").label = reason,
    }
    None
}

impl Jwt {
    /// Reads what stands under `jwt`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Jwt> {
        let entries = reader.mapping(node, "jwt")?;
        let before = reader.count();
        let (mut algorithm, mut key, mut claims) = (None, None, None);
        let (mut expires_in, mut headers) = (None, None);
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &JWT_KEYS) {
                Some("alg") => algorithm = read_algorithm(reader, value),
                Some("key") => key = Key::read(reader, value),
                Some("claims") => claims = read_mapping(reader, value, "claims"),
                Some("expires_in") => expires_in = read_lifetime(reader, value),
                Some(_) => headers = read_headers(reader, value),
                None => {}
            }
        }
        if reader.count() == before {
            let needed = [
                ("alg", algorithm.is_some()),
                ("key", key.is_some()),
                ("claims", claims.is_some()),
            ];
            require(reader, node.span, "jwt", &needed);
        }
        Some(Jwt { algorithm: algorithm?, key: key?, claims: claims?, expires_in, headers })
    }
}

fn read_algorithm(reader: &mut Reader, node: &Node) -> Option<Algorithm> {
    let text = reader.plain_text(node, "alg")?;
    let found = Algorithm::by_name(text);
    if found.is_none() {
        let names = Algorithm::ALL.map(Algorithm::name);
        let near = did_you_mean(&text.to_ascii_uppercase(), names);
        let near = near.or_else(|| names.into_iter().find(|n| n.eq_ignore_ascii_case(text)));
        let fault = reader.fault(node.span, format!("`{text}` is not an algorithm of JWTs here"));
        fault.label = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", names.join(", ")),
        };
    }
    found
}

fn read_mapping(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<Draft>> {
    reader.mapping(node, key)?;
    Some(reader.spanned_draft(node))
}

fn read_headers(reader: &mut Reader, node: &Node) -> Option<Spanned<Draft>> {
    for entry in reader.mapping(node, "headers")? {
        if entry.key.value == "alg" {
            reader.fault(entry.key.span, "`alg` cannot stand in the `headers` of a JWT").label =
                "write it beside `headers`: it decides how the token is signed".into();
        }
    }
    Some(reader.spanned_draft(node))
}

fn read_lifetime(reader: &mut Reader, node: &Node) -> Option<Spanned<Duration>> {
    let text = reader.plain_text(node, "expires_in")?;
    match humantime::parse_duration(text) {
        Ok(time) if time >= Duration::from_secs(1) => Some(Spanned::new(time, node.span)),
        _ => {
            let title = "`expires_in` takes a time with its unit, such as 5m, of 1s or more";
            reader.fault(node.span, title);
            None
        }
    }
}

impl Key {
    fn read(reader: &mut Reader, node: &Node) -> Option<Key> {
        match &node.value {
            Value::Text(_) => secret(reader, node, "key").map(Key::Text),
            Value::Map(entries) if entries.len() == 1 => {
                reader.key(&entries[0], entries, &KEY_KEYS)?;
                reader.spanned_template(&entries[0].value, "file").map(Key::File)
            }
            _ => {
                reader.not_one(node, "key", "a text or {file: path}");
                None
            }
        }
    }
}

/// One fault for all keys that are missing.
pub(super) fn require(reader: &mut Reader, at: Span, of: &str, needed: &[(&str, bool)]) {
    let missing: Vec<String> =
        needed.iter().filter(|(_, there)| !there).map(|(name, _)| format!("`{name}`")).collect();
    if !missing.is_empty() {
        reader.fault(at, format!("`{of}` without {}", listed(&missing))).label =
            "add it here".into();
    }
}
