//! `oauth2`: a token endpoint (RFC 6749) and what it is asked for.

use super::auth::secret;
use super::reader::{Keys, Reader};
use super::token_source::{Jwt, require};
use super::tree::{Entry, Node, Value};
use crate::diagnostic::did_you_mean;
use crate::source::{Span, Spanned};
use crate::template::Template;

/// A token endpoint and what it is asked for.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// The kind of grant.
    pub grant: Grant,
    /// Where it is.
    pub token_url: Spanned<Template>,
    /// Who asks.
    pub client_id: Spanned<Template>,
    /// The secret of the client; a public one has none.
    pub client_secret: Option<Spanned<Template>>,
    /// How the client shows its secret.
    pub client_auth: ClientAuth,
    /// The parameters in the order they are written.
    pub fields: Vec<Parameter>,
    /// An assertion that is signed here, for `jwt_bearer`.
    pub assertion: Option<Jwt>,
}

/// A parameter of the request.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its value.
    pub value: Spanned<Template>,
    /// Whether the value is a credential.
    pub secret: bool,
}

/// How a client shows its secret (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By Basic authentication.
    Basic,
    /// In the form.
    Post,
}

/// What a client may show for a token.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// Its name in a spec.
    pub name: &'static str,
    /// Its `grant_type`.
    pub wire: &'static str,
    /// The parameters that it needs, besides those of all grants.
    needs: &'static [&'static str],
    /// Those that it may have.
    may_have: &'static [&'static str],
}

const GRANTS: [&Grant; 5] = [
    &Grant {
        name: "client_credentials",
        wire: "client_credentials",
        needs: &["client_secret"],
        may_have: &[],
    },
    &Grant { name: "password", wire: "password", needs: &["username", "password"], may_have: &[] },
    &Grant {
        name: "refresh_token",
        wire: "refresh_token",
        needs: &["refresh_token"],
        may_have: &[],
    },
    &Grant {
        name: "token_exchange",
        wire: "urn:ietf:params:oauth:grant-type:token-exchange",
        needs: &["subject_token"],
        may_have: &[
            "subject_token_type",
            "actor_token",
            "actor_token_type",
            "requested_token_type",
        ],
    },
    &Grant {
        name: "jwt_bearer",
        wire: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        needs: &["assertion"],
        may_have: &[],
    },
];

const OWN: [&str; 11] = [
    "username",
    "password",
    "refresh_token",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "assertion",
    "client_secret",
    "client_auth",
];

const SECRETS: [&str; 5] =
    ["password", "refresh_token", "subject_token", "actor_token", "assertion"];

const KEYS: Keys = Keys {
    what: "a key of `oauth2`",
    known: &[&["grant", "token_url", "client_id", "scope", "audience", "resource"], &OWN],
    later: &[],
    help: None,
};

const ASSERTION_KEYS: Keys =
    Keys { what: "a form of `assertion`", known: &[&["jwt"]], later: &[], help: None };

/// What has been read so far.
#[derive(Default)]
struct Parts {
    grant: Option<&'static Grant>,
    token_url: Option<Spanned<Template>>,
    client_id: Option<Spanned<Template>>,
    client_secret: Option<Spanned<Template>>,
    client_auth: Option<(Span, ClientAuth)>,
    fields: Vec<Parameter>,
    assertion: Option<Jwt>,
    seen: Vec<(&'static str, Span)>,
}

impl OAuth2 {
    /// Reads what stands under `oauth2`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<OAuth2> {
        let entries = reader.mapping(node, "oauth2")?;
        let before = reader.count();
        let mut parts = Parts::default();
        for entry in entries {
            if let Some(key) = reader.key(entry, entries, &KEYS) {
                parts.seen.push((key, entry.key.span));
                parts.read(reader, key, &entry.value);
            }
        }
        if reader.count() == before {
            parts.check(reader, node.span);
        }
        Some(OAuth2 {
            grant: *parts.grant?,
            token_url: parts.token_url?,
            client_id: parts.client_id?,
            client_secret: parts.client_secret,
            client_auth: parts.client_auth.map_or(ClientAuth::Basic, |(_, auth)| auth),
            fields: parts.fields,
            assertion: parts.assertion,
        })
    }
}

impl Parts {
    fn read(&mut self, reader: &mut Reader, key: &'static str, value: &Node) {
        match (key, &value.value) {
            ("grant", _) => self.grant = read_grant(reader, value),
            ("token_url", _) => self.token_url = reader.native_template(value, key),
            ("client_id", _) => self.client_id = reader.native_template(value, key),
            ("client_secret", _) => self.client_secret = secret(reader, value, key),
            ("client_auth", _) => {
                self.client_auth = read_client_auth(reader, value).map(|auth| (value.span, auth));
            }
            ("assertion", Value::Map(entries)) => self.read_assertion(reader, entries),
            (name, _) => {
                let is_secret = SECRETS.contains(&name);
                let text = match is_secret {
                    true => secret(reader, value, name),
                    false => reader.native_template(value, name),
                };
                let field = text.map(|value| Parameter { name, value, secret: is_secret });
                self.fields.extend(field);
            }
        }
    }

    fn read_assertion(&mut self, reader: &mut Reader, entries: &[Entry]) {
        let only = entries.first().filter(|_| entries.len() == 1);
        match only {
            Some(entry) if reader.key(entry, entries, &ASSERTION_KEYS).is_some() => {
                self.assertion = Jwt::read(reader, &entry.value);
            }
            Some(_) => {}
            None => {
                let at = entries.first().map_or(Span::default(), |entry| entry.key.span);
                reader.fault(at, "`assertion` takes a text or {jwt: …}");
            }
        }
    }

    /// What the grant needs is there, and nothing of another grant.
    fn check(&self, reader: &mut Reader, at: Span) {
        let has = |name: &str| self.seen.iter().any(|(seen, _)| *seen == name);
        let needs = self.grant.map_or(&[][..], |grant| grant.needs);
        let all = ["grant", "token_url", "client_id"].iter().chain(needs);
        let needed: Vec<(&str, bool)> = all.map(|name| (*name, has(name))).collect();
        require(reader, at, "oauth2", &needed);
        let Some(grant) = self.grant else { return };
        for (name, span) in &self.seen {
            let common = !OWN.contains(name) || name.starts_with("client_");
            if !common && !grant.needs.contains(name) && !grant.may_have.contains(name) {
                let title = format!("`{name}` is not for the grant `{}`", grant.name);
                let label = match GRANTS.iter().find(|other| other.needs.contains(name)) {
                    Some(other) => format!("it is of the grant `{}`", other.name),
                    None => "it is of the grant `token_exchange`".to_owned(),
                };
                reader.fault(*span, title).label = label;
            }
        }
        if let Some((span, _)) = self.client_auth.filter(|_| !has("client_secret")) {
            reader.fault(span, "`client_auth` without a `client_secret`").label =
                "a client without a secret does not authenticate".into();
        }
        if has("actor_token_type") && !has("actor_token") {
            require(reader, at, "oauth2", &[("actor_token", false)]);
        }
    }
}

fn read_grant(reader: &mut Reader, node: &Node) -> Option<&'static Grant> {
    let text = reader.plain_text(node, "grant")?;
    let found = GRANTS.into_iter().find(|grant| grant.name == text);
    if found.is_none() {
        let names = GRANTS.map(|grant| grant.name);
        let near = GRANTS.into_iter().find(|grant| grant.wire == text).map(|grant| grant.name);
        let near = near.or_else(|| did_you_mean(text, names));
        let fault = reader.fault(node.span, format!("`{text}` is not a grant"));
        fault.label = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", names.join(", ")),
        };
    }
    found
}

fn read_client_auth(reader: &mut Reader, node: &Node) -> Option<ClientAuth> {
    match reader.plain_text(node, "client_auth")? {
        "basic" => Some(ClientAuth::Basic),
        "post" => Some(ClientAuth::Post),
        _ => {
            reader.fault(node.span, "`client_auth` takes `basic` or `post`").label =
                "basic sends the secret in a header, post in the form".into();
            None
        }
    }
}
