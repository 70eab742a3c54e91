//! The keys that may stand at every level: project, spec, test, step.

use super::auth::{Auth, TokenSource};
use super::reader::{Field, Reader};
use super::tree::{Entry, Node};
use crate::source::Spanned;
use crate::template::{Draft, Template, is_name};

/// What one level says; [`Option::None`] and empty lists leave it to the level above.
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
    pub timeout: Option<Spanned<Draft>>,
    /// How many redirects are followed.
    pub follow_redirects: Option<Spanned<Draft>>,
    /// Whether credentials may travel unencrypted beyond loopback.
    pub allow_plain_http: Option<Spanned<Draft>>,
}

/// The keys read here.
pub const KEYS: [&str; 10] = [
    "base_url",
    "tags",
    "vars",
    "tokens",
    "auth",
    "headers",
    "query",
    "timeout",
    "follow_redirects",
    "allow_plain_http",
];

/// Keys of the same levels that a later version reads.
pub const LATER: [&str; 5] = ["cookie_jar", "tls", "proxy", "enforce", "retry"];

impl Settings {
    /// Reads `entry` if its key belongs here; tells whether it did.
    pub fn read(&mut self, reader: &mut Reader, entry: &Entry) -> bool {
        let Entry { key, value } = entry;
        match key.value.as_str() {
            "base_url" => self.base_url = reader.spanned_template(value, "base_url"),
            "tags" => self.tags = tags(reader, value),
            "vars" => self.vars = vars(reader, value),
            "tokens" => self.tokens = tokens(reader, value),
            "auth" => {
                self.auth = Auth::read(reader, value).map(|auth| Spanned::new(auth, value.span));
            }
            "headers" => self.headers = headers(reader, value),
            "query" => self.query = reader.fields(value, "query"),
            "timeout" => self.timeout = Some(reader.spanned_draft(value)),
            "follow_redirects" => self.follow_redirects = Some(reader.spanned_draft(value)),
            "allow_plain_http" => self.allow_plain_http = Some(reader.spanned_draft(value)),
            later if LATER.contains(&later) => reader.not_yet(key),
            _ => return false,
        }
        true
    }
}

fn tags(reader: &mut Reader, node: &Node) -> Vec<Spanned<String>> {
    let items = reader.list(node, "tags");
    items
        .iter()
        .filter_map(|item| {
            let text = reader.plain_text(item, "tags")?.to_owned();
            Some(Spanned::new(text, item.span))
        })
        .collect()
}

fn vars(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<Draft>)> {
    let mut vars = Vec::new();
    for entry in reader.mapping(node, "vars") {
        let name = reader.key_name(&entry.key);
        check_name(reader, &name, "variable");
        vars.push((name, reader.spanned_draft(&entry.value)));
    }
    vars
}

fn tokens(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, TokenSource)> {
    let mut tokens = Vec::new();
    for entry in reader.mapping(node, "tokens") {
        let name = reader.key_name(&entry.key);
        check_name(reader, &name, "token");
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

fn check_name(reader: &mut Reader, name: &Spanned<String>, what: &str) {
    let title = if matches!(name.value.as_str(), "env" | "server") {
        format!("`{}` is reserved and cannot name a {what}", name.value)
    } else if !is_name(&name.value) {
        format!("`{}` cannot name a {what}", name.value)
    } else {
        return;
    };
    reader.fault(name.span, title).label =
        "a name has letters, digits, `_` and `-`, and no digit first".into();
}

/// Header fields. A hand-made `Authorization` belongs under `auth`, where it is kept secret.
pub fn headers(reader: &mut Reader, node: &Node) -> Vec<Field> {
    let fields = reader.fields(node, "headers");
    for field in &fields {
        if field.name.value.as_fixed().is_some_and(|n| n.eq_ignore_ascii_case("authorization")) {
            let fault =
                reader.fault(field.name.span, "`Authorization` does not belong in `headers`");
            fault.label = "credentials are sent by `auth`".into();
            fault.helps.push(
                "write `auth: {bearer: …}`, or `auth: {header: {Authorization: …}}` for a hand-made one"
                    .into(),
            );
        }
    }
    fields
}
