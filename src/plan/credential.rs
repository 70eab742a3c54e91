//! What a step sends to say who it is, all names bound.

use std::path::Path;
use std::sync::Arc;

use super::scope::{Binder, place};
use super::settings::fields;
use crate::auth::credential::{basic_pair, secret_parts};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Span, Spanned};
use crate::suite::auth::{Auth, TokenSource, TokenSourceKind};
use crate::template::Template;

/// How a step authenticates.
#[derive(Clone, Debug)]
pub enum Credential {
    /// It does not.
    None,
    /// With a named token, as a bearer token.
    Token(TokenId),
    /// With this bearer token.
    Bearer(Template),
    /// With a user name and a password.
    Basic(Template, Template),
    /// With these header fields.
    Header(Vec<(Template, Template)>),
}

/// The position of a token in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenId(pub u32);

/// A named token and where it comes from.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
    /// Where it comes from, all names bound.
    pub kind: TokenSourceKind,
    /// What the environment lacks for it.
    pub missing: Vec<Diagnostic>,
}

impl Token {
    /// Two tokens with the same identity are one.
    pub fn identity(&self) -> String {
        format!("{}:{}:{:?}", self.source.path(), self.span.start, self.kind)
    }
}

/// Binds the credentials of a file; each of its tokens stands once in `tokens`.
pub struct Credentials<'b, 's> {
    /// What names stand for.
    pub binder: &'b mut Binder<'s>,
    /// The tokens of the file so far.
    pub tokens: &'b mut Vec<Token>,
}

impl Credentials<'_, '_> {
    /// The credential under the levels of the binder.
    pub fn effective(&mut self) -> Credential {
        let found = self
            .binder
            .levels()
            .iter()
            .find_map(|level| Some((level.source, level.settings.auth.as_ref()?)));
        match found {
            Some((source, auth)) => self.bind(auth, source),
            None => Credential::None,
        }
    }

    fn bind(&mut self, auth: &Spanned<Auth>, source: &Arc<Source>) -> Credential {
        match &auth.value {
            Auth::None => Credential::None,
            Auth::Named(name) => self.named(name, auth.span, source),
            Auth::Bearer(token) => {
                Credential::Bearer(self.secret(&token.value, token.span, source, "bearer token"))
            }
            Auth::Basic { username, password } => {
                let username = self.binder.template(&username.value, source);
                if username.as_fixed().is_some_and(|name| name.contains(':')) {
                    self.binder.fault(source, auth.span, "a user name with a `:` in it").label =
                        "Basic authentication cannot send one (RFC 7617)".into();
                }
                let span = password.span;
                let password = self.secret(&password.value, span, source, "password");
                if let (Some(username), Some(password)) = (username.as_fixed(), password.as_fixed())
                {
                    self.binder.learn(&basic_pair(username, password), source, span);
                }
                Credential::Basic(username, password)
            }
            Auth::Header(written) => {
                let mut bound = Vec::new();
                for field in written {
                    let missing = self.binder.missing.len();
                    let span = field.value.span;
                    for (name, value) in fields(self.binder, field, source) {
                        self.check_filled(&value, span, source, "credential", None);
                        if self.binder.missing.len() == missing {
                            self.learn_parts(&value, span, source);
                        }
                        bound.push((name, value));
                    }
                }
                Credential::Header(bound)
            }
        }
    }

    /// A template that must not turn out empty.
    fn secret(
        &mut self,
        written: &Template,
        span: Span,
        source: &Arc<Source>,
        what: &str,
    ) -> Template {
        let (missing, asked) = (self.binder.missing.len(), self.binder.asked_environment);
        let bound = self.binder.template(written, source);
        if self.binder.missing.len() == missing {
            let from_environment = self.binder.asked_environment > asked;
            self.check_filled(&bound, span, source, what, Some(from_environment));
            if let Some(value) = bound.as_fixed() {
                self.binder.learn(value.trim(), source, span);
            }
        }
        bound
    }

    fn learn_parts(&mut self, bound: &Template, span: Span, source: &Arc<Source>) {
        for part in bound.as_fixed().map_or_else(Vec::new, secret_parts) {
            self.binder.learn(&part, source, span);
        }
    }

    /// An empty credential is a fault of the text, unless the environment made it so: then it
    /// matters only to the cases that need it.
    fn check_filled(
        &mut self,
        bound: &Template,
        span: Span,
        source: &Arc<Source>,
        what: &str,
        from_environment: Option<bool>,
    ) {
        if !bound.as_fixed().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        let title = format!("an empty {what}");
        let fault = Diagnostic::error(source, span, title)
            .label("nothing would be sent as the credential")
            .help("to send no credential on purpose, write `auth: none`");
        match from_environment {
            Some(true) => self.binder.missing.push(fault),
            _ => self.binder.faults.push(fault),
        }
    }

    fn named(&mut self, name: &Template, span: Span, source: &Arc<Source>) -> Credential {
        let name = self.binder.template(name, source);
        let Some(name) = name.as_fixed() else {
            self.binder.fault(source, span, "the name of a token must be known before the run");
            return Credential::None;
        };
        let defined = self.binder.levels().iter().find_map(|level| {
            let tokens = &level.settings.tokens;
            let (key, token) = tokens.iter().find(|(key, _)| key.value == name)?;
            Some((level.source, key, token))
        });
        match defined {
            Some((defined_in, key, token)) => {
                self.binder.used.insert(place(defined_in, key.span));
                Credential::Token(self.token(&key.value, token, defined_in))
            }
            None => {
                self.unknown(name, span, source);
                Credential::None
            }
        }
    }

    fn unknown(&mut self, name: &str, span: Span, source: &Arc<Source>) {
        let levels = self.binder.levels().to_vec();
        let tokens = levels.iter().flat_map(|l| l.settings.tokens.iter().map(|(k, _)| &*k.value));
        let near = did_you_mean(name, tokens).map(str::to_owned);
        let is_variable =
            levels.iter().any(|level| level.settings.vars.iter().any(|(k, _)| k.value == name));
        let fault = self.binder.fault(source, span, format!("no token is named `{name}`"));
        fault.label = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "not defined under `tokens:`".into(),
        };
        fault.helps.push(if is_variable {
            format!("to send a variable as the token, write `auth: {{bearer: \"${{{name}}}\"}}`")
        } else {
            format!("define it: `tokens: {{{name}: …}}`, or write `auth: {{bearer: …}}`")
        });
    }

    fn token(&mut self, name: &str, token: &TokenSource, source: &Arc<Source>) -> TokenId {
        let outer = std::mem::take(&mut self.binder.missing);
        let kind = match &token.kind {
            TokenSourceKind::Text(text) => {
                let what = format!("token `{name}`");
                TokenSourceKind::Text(self.secret(text, token.span, source, &what))
            }
            TokenSourceKind::File(path) => {
                let path = self.binder.template(path, source);
                TokenSourceKind::File(relative_to(source, path))
            }
            TokenSourceKind::Command(words) => TokenSourceKind::Command(
                words.iter().map(|word| self.binder.template(word, source)).collect(),
            ),
        };
        let missing = std::mem::replace(&mut self.binder.missing, outer);
        let same = self.tokens.iter().position(|known| {
            known.span == token.span && known.kind == kind && Arc::ptr_eq(&known.source, source)
        });
        let index = same.unwrap_or_else(|| {
            self.tokens.push(Token {
                name: name.to_owned(),
                source: source.clone(),
                span: token.span,
                kind,
                missing,
            });
            self.tokens.len() - 1
        });
        TokenId(index as u32)
    }
}

/// A path that was written in `source`, seen from the working directory.
pub fn relative_to(source: &Source, path: Template) -> Template {
    let folder = Path::new(source.path()).parent().unwrap_or(Path::new(""));
    match path {
        Template::Fixed(path) => {
            Template::Fixed(folder.join(&*path).to_string_lossy().into_owned().into())
        }
        template => template,
    }
}
