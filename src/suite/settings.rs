//! The keys that may stand at every level: project, spec, test, step.

use std::collections::HashSet;

use super::auth::Auth;
use super::enforce::Enforce;
use super::habits;
use super::reader::{Field, Reader};
use super::retry::Retry;
use super::tls::{Proxy, Tls};
use super::token_source::TokenSource;
use super::tree::{Entry, Node};
use crate::source::Spanned;
use crate::template::{Draft, Template, is_name};

/// What one level says; [`Option::None`] and empty lists leave it to the level above.
///
/// Each test has one, and each step: what few of them say stands in a box of its own.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Put before a request URL that begins with `/`.
    pub base_url: Option<Spanned<Template>>,
    /// Words to select tests by; they add up over the levels.
    pub tags: Vec<Spanned<String>>,
    /// Variables.
    pub vars: Vec<(Spanned<String>, Spanned<Draft>)>,
    /// Named bearer tokens.
    pub tokens: Vec<(Spanned<String>, TokenSource)>,
    /// How requests authenticate.
    pub auth: Option<Spanned<Auth>>,
    /// Sent with every request.
    pub headers: Vec<Field>,
    /// Sent with every request.
    pub query: Vec<Field>,
    /// The time for one exchange.
    pub timeout: Option<Box<Spanned<Draft>>>,
    /// How many redirects are followed.
    pub follow_redirects: Option<Box<Spanned<Draft>>>,
    /// Whether the cookies that answers set are kept for the later requests of a test.
    pub cookie_jar: Option<Box<Spanned<Draft>>>,
    /// Whether credentials may travel unencrypted beyond loopback.
    pub allow_plain_http: Option<Box<Spanned<Draft>>>,
    /// Whom TLS trusts, and what it shows of the client.
    pub tls: Option<Box<Tls>>,
    /// What requests go through.
    pub proxy: Option<Box<Spanned<Proxy>>>,
    /// The socket that takes the place of the server's address, or `none`.
    pub unix_socket: Option<Spanned<Template>>,
    /// How often a test that does not pass is run again.
    pub retry: Option<Box<Spanned<Retry>>>,
    /// Which wrong ways of sending a token must be refused.
    pub enforce: Option<Box<Spanned<Enforce>>>,
    /// Whether something here could not be read, so that what seems to be missing may be written.
    pub broken: bool,
}

/// The keys read here.
pub const KEYS: [&str; 16] = [
    "base_url",
    "tags",
    "vars",
    "tokens",
    "auth",
    "headers",
    "query",
    "timeout",
    "follow_redirects",
    "cookie_jar",
    "tls",
    "proxy",
    "unix_socket",
    "allow_plain_http",
    "retry",
    "enforce",
];

impl Settings {
    /// Reads the value of `name` if that belongs here; tells whether it does.
    pub fn read(&mut self, reader: &mut Reader, name: &str, entry: &Entry) -> bool {
        let Entry { key, value } = entry;
        let before = reader.count();
        match name {
            "base_url" => self.base_url = reader.native_template(value, "base_url"),
            "tags" => self.tags = tags(reader, value),
            "vars" => self.vars = vars(reader, value),
            "tokens" => self.tokens = tokens(reader, value),
            "auth" => {
                self.auth = Auth::read(reader, value).map(|auth| Spanned::new(auth, value.span));
            }
            "headers" => self.headers = headers(reader, value),
            "query" => self.query = reader.fields(value, "query"),
            "timeout" => self.timeout = Some(Box::new(reader.spanned_draft(value))),
            "follow_redirects" => {
                self.follow_redirects = Some(Box::new(reader.spanned_draft(value)))
            }
            "cookie_jar" => self.cookie_jar = Some(Box::new(reader.spanned_draft(value))),
            "tls" => self.tls = Some(Box::new(Tls::read(reader, value))),
            "proxy" => {
                self.proxy = Proxy::read(reader, value)
                    .map(|proxy| Box::new(Spanned::new(proxy, value.span)));
            }
            "unix_socket" => self.unix_socket = reader.native_template(value, "unix_socket"),
            "enforce" => {
                self.enforce = Enforce::read(reader, value)
                    .map(|enforce| Box::new(Spanned::new(enforce, value.span)));
            }
            "retry" => {
                self.retry = Retry::read(reader, value)
                    .map(|retry| Box::new(Spanned::new(retry, value.span)));
            }
            "allow_plain_http" => {
                self.allow_plain_http = Some(Box::new(reader.spanned_draft(value)))
            }
            _ => return false,
        }
        let defines = matches!(name, "base_url" | "vars" | "tokens");
        self.broken |= defines && (reader.count() > before || key.value != name);
        true
    }
}

fn tags(reader: &mut Reader, node: &Node) -> Vec<Spanned<String>> {
    let items = reader.list(node, "tags").unwrap_or_default();
    let tags: Vec<_> = items.iter().filter_map(|item| reader.spanned_text(item, "tags")).collect();
    for tag in &tags {
        if tag.value.trim().is_empty() || tag.value.starts_with('!') {
            reader.fault(tag.span, "this tag cannot be selected").label =
                "a tag is a word; `!` before it leaves tests out on the command line".into();
        }
    }
    tags
}

fn vars(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<Draft>)> {
    let mut vars = Vec::new();
    for entry in reader.mapping(node, "vars").unwrap_or_default() {
        let name = name(reader, &entry.key, "a variable");
        let value = reader.draft_with_plain_keys(&entry.value);
        vars.push((name, Spanned::new(value, entry.value.span)));
    }
    vars
}

fn tokens(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, TokenSource)> {
    let mut tokens = Vec::new();
    for entry in reader.mapping(node, "tokens").unwrap_or_default() {
        let name = name(reader, &entry.key, "a token");
        if name.value == "none" {
            reader.fault(name.span, "a token cannot be named `none`").label =
                "`auth: none` sends no credential".into();
        }
        if let Some(source) = TokenSource::read(reader, &entry.value) {
            tokens.push((name, source));
        }
    }
    tokens
}

/// A key that names a variable or a token.
pub(super) fn name(reader: &mut Reader, key: &Spanned<String>, what: &str) -> Spanned<String> {
    let name = reader.key_name(key);
    let reserved = matches!(name.value.as_str(), "env" | "server");
    if reserved {
        let title = format!("`{}` is reserved and cannot name {what}", name.value);
        reader.fault(name.span, title).label = "choose another name".into();
    } else if !is_name(&name.value) && !name.value.contains("${") {
        reader.fault(name.span, format!("`{}` cannot name {what}", name.value)).label =
            "a name has letters, digits, `_` and `-`, and no digit first".into();
    }
    name
}

/// Header fields. A hand-made `Authorization` belongs under `auth`, where it is kept secret.
fn headers(reader: &mut Reader, node: &Node) -> Vec<Field> {
    let mut fields = reader.fields(node, "headers");
    let mut seen: HashSet<String> = HashSet::new();
    for field in &fields {
        let Some(name) = field.name.value.as_fixed().map(str::to_ascii_lowercase) else { continue };
        if seen.contains(&name) {
            reader
                .fault(field.name.span, format!("a second value for the header `{name}`"))
                .label = "for several lines, write a list".into();
        }
        let written = field.name.value.as_fixed().unwrap_or_default();
        if let Some((title, label)) = header_name_fault(written) {
            let instead = if name == "authorization" { instead_of_header(field) } else { None };
            let fault = reader.fault(field.name.span, title);
            if instead.is_some() {
                fault.helps.push(HAND_MADE.into());
            }
            fault.label = instead.unwrap_or(label);
        }
        let null = matches!(&field.value.value, Draft::Fixed(value) if value.is_null());
        if null && name == "host" {
            reader.fault(field.value.span, "`Host` cannot be taken back").label =
                "HTTP/1.1 demands it".into();
        }
        seen.insert(name);
    }
    // It has its fault; what stands in it need not be right as well.
    fields.retain(|field| {
        let name = field.name.value.as_fixed();
        let elsewhere =
            |name: &str| ["authorization", "cookie"].contains(&&*name.to_ascii_lowercase());
        !name.is_some_and(elsewhere)
    });
    fields
}

/// What those write who send one wrongly on purpose.
const HAND_MADE: &str = "for a hand-made one, write `auth: {header: {Authorization: …}}`";

/// An `Authorization` header as it is written under `auth`.
fn instead_of_header(field: &Field) -> Option<String> {
    let instead = match &field.value.value {
        Draft::Text(text) => habits::authorization(&text.written()),
        Draft::Fixed(value) => habits::authorization(value.as_str()?),
        _ => None,
    };
    instead.map(|instead| format!("write `{instead}`"))
}

/// Why a header field of this name cannot be among `headers`: title and label.
pub fn header_name_fault(name: &str) -> Option<(String, String)> {
    if name.eq_ignore_ascii_case("authorization") {
        return Some((
            "`Authorization` does not belong in `headers`".into(),
            "write `auth: {bearer: …}`, or `auth: {header: {Authorization: …}}` for a hand-made one"
                .into(),
        ));
    }
    if name.eq_ignore_ascii_case("cookie") {
        return Some((
            "`Cookie` does not belong in `headers`".into(),
            "write `cookies: {name: value}` beside `request`, or \
             `auth: {header: {Cookie: …}}` for a credential"
                .into(),
        ));
    }
    (!is_token(name)).then(|| {
        let title = format!("`{name}` cannot name a header");
        (title, "a name has letters, digits, `-` and `_`, and no spaces".into())
    })
}

/// Whether a text is a token of RFC 9110: the name of a header, a method.
pub fn is_token(text: &str) -> bool {
    let valid = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(valid)
}
