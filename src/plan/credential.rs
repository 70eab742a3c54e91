//! What a step sends to say who it is, all names bound.

use std::sync::Arc;

use super::scope::{Binder, Mark};
use super::settings::{StepSettings, same_name};
use super::token_source::Origin;
use super::tokens::Tokens;
use crate::auth::credential::{basic_pair, secret_parts, token_fault};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};
use crate::suite::auth::Auth;
use crate::suite::reader::Field;
use crate::template::{Draft, Part, Template};

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
#[derive(Debug)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
    /// Where it comes from, all names bound.
    pub origin: Origin,
    /// What the environment lacks for it.
    pub missing: Vec<Diagnostic>,
}

impl Token {
    /// Two tokens with the same identity are one.
    pub fn identity(&self) -> String {
        format!("{}:{}:{:?}", self.source.path(), self.span.start, self.origin)
    }
}

/// The credential under the levels of `binder`.
pub fn effective(binder: &mut Binder, tokens: &mut Tokens) -> Credential {
    let found = binder
        .levels()
        .iter()
        .find_map(|level| Some((level.source, level.settings.auth.as_ref()?)));
    match found {
        Some((source, auth)) => bind(binder, tokens, auth, source),
        None => Credential::None,
    }
}

/// What `auth` says, all names bound.
pub fn bind(
    binder: &mut Binder,
    tokens: &mut Tokens,
    auth: &Spanned<Auth>,
    source: &Arc<Source>,
) -> Credential {
    binder.use_of(source, auth.span);
    match &auth.value {
        Auth::None => Credential::None,
        Auth::Named(name) => {
            let name = Spanned::new(name.clone(), auth.span);
            tokens.named(binder, &name, source).map_or(Credential::None, Credential::Token)
        }
        Auth::Bearer(token) if is_name_of_token(binder, token) => {
            binder.fault(source, token.span, "`bearer` takes a token, not the name of one").label =
                "this is a name under `tokens:`: write it behind `auth:` itself".into();
            Credential::None
        }
        Auth::Bearer(token) if is_name_of_variable(binder, token) => {
            let what = match is_column(binder, token) {
                true => "a column of `data:`",
                false => "a name under `vars:`",
            };
            binder
                .fault(source, token.span, "`bearer` takes a token, not the name of a variable")
                .label = format!("this is {what}: write `\"${{…}}\"` around it");
            Credential::None
        }
        Auth::Bearer(token) => Credential::Bearer(bearer_token(binder, token, source, "token")),
        Auth::Basic { username, password } => basic(binder, username, password, source),
        Auth::Header(written) => header(binder, written, source),
    }
}

/// The name of a header field that would be sent for the credential and once more: a server may take
/// the other line for the credential.
pub fn sent_twice(credential: &Credential, settings: &StepSettings) -> Option<String> {
    let Credential::Header(fields) = credential else { return None };
    let is_sent =
        |name: &Template| settings.headers.iter().any(|(other, _)| same_name(other, name));
    fields.iter().find(|(name, _)| is_sent(name)).map(|(name, _)| name.written())
}

/// `{bearer: alice}` would send the word `alice`, and be refused for that.
fn is_name_of_token(binder: &mut Binder, written: &Spanned<Template>) -> bool {
    let Some(text) = written.value.as_fixed() else { return false };
    let levels = binder.levels().to_vec();
    for level in levels {
        if let Some((key, _)) = level.settings.tokens.iter().find(|(key, _)| key.value == text) {
            binder.use_of(level.source, key.span);
            return true;
        }
    }
    false
}

/// A token that goes behind `Bearer `; never empty.
pub fn bearer_token(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
    what: &str,
) -> Template {
    let mark = binder.mark();
    let bound = secret(binder, written, source, what);
    let scheme = bound.as_fixed().and_then(|text| text.trim_start().get(..7));
    if binder.is_sound(mark) && scheme.is_some_and(|s| s.eq_ignore_ascii_case("bearer ")) {
        let title = format!("the {what} begins with `Bearer `");
        let fault = Diagnostic::error(source, written.span, title)
            .label("apitest writes that before it: give the token alone");
        binder.blame(mark, fault);
        learn_parts(binder, &bound, written.span, source);
    }
    // What is written by hand may be wrong on purpose, but for what no header can carry.
    let by_hand = written.value.as_fixed().is_some();
    let fault = bound.as_fixed().and_then(token_fault).filter(|_| binder.is_sound(mark));
    if let Some(fault) = fault
        && !(by_hand && bound.as_fixed().is_some_and(str::is_ascii))
    {
        let title = format!("the {what} {fault}");
        binder.blame(
            mark,
            Diagnostic::error(source, written.span, title)
                .label("refused for its form, whatever it was meant to be"),
        );
    }
    bound
}

/// `{bearer: alice_token}` would send these words too.
fn is_name_of_variable(binder: &Binder, written: &Spanned<Template>) -> bool {
    let is_it = |(key, _): &(Spanned<String>, _)| Some(&*key.value) == written.value.as_fixed();
    is_column(binder, written)
        || binder.levels().iter().any(|level| level.settings.vars.iter().any(is_it))
}

fn is_column(binder: &Binder, written: &Spanned<Template>) -> bool {
    binder.columns().any(|column| Some(column) == written.value.as_fixed())
}

fn basic(
    binder: &mut Binder,
    username: &Spanned<Template>,
    password: &Spanned<Template>,
    source: &Arc<Source>,
) -> Credential {
    let mark = binder.mark();
    let name = binder.template(&username.value, source);
    refuse_empty_variables(binder, mark, &username.value, source, "user name");
    if name.as_fixed().is_some_and(|name| name.contains(':')) {
        let fault = Diagnostic::error(source, username.span, "a user name with a `:` in it")
            .label("Basic authentication cannot send one (RFC 7617)");
        binder.blame(mark, fault);
    }
    // Some APIs take a key for one of the two, and nothing for the other.
    let named = name.as_fixed().is_none_or(|name| !name.is_empty());
    let word = match password.value.as_fixed() {
        Some("") if named => Template::Fixed("".into()),
        _ => secret(binder, password, source, "password"),
    };
    if let (Some(name), Some(word)) = (name.as_fixed(), word.as_fixed()) {
        binder.learn(&basic_pair(name, word), source, password.span);
    }
    Credential::Basic(name, word)
}

fn header(binder: &mut Binder, written: &[Field], source: &Arc<Source>) -> Credential {
    let mut bound = Vec::new();
    for field in written {
        let mark = binder.mark();
        let name = binder.template(&field.name.value, source);
        let lines = binder.lines(field, source);
        if let Draft::Text(text) = &field.value.value {
            refuse_empty_variables(binder, mark, text, source, "credential");
        }
        let empty = |line: &Template| line.as_fixed().is_some_and(|text| text.trim().is_empty());
        if binder.is_sound(mark) && (lines.is_empty() || lines.iter().any(empty)) {
            binder.blame(mark, nothing_sent(source, field.value.span, "credential"));
        }
        if binder.is_sound(mark) {
            lines.iter().for_each(|line| learn_parts(binder, line, field.value.span, source));
        }
        bound.extend(lines.into_iter().map(|line| (name.clone(), line)));
    }
    Credential::Header(bound)
}

/// A template that must not turn out empty.
pub fn secret(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
    what: &str,
) -> Template {
    let mark = binder.mark();
    let bound = binder.template(&written.value, source);
    refuse_empty_variables(binder, mark, &written.value, source, what);
    let empty = bound.as_fixed().is_some_and(|text| text.trim().is_empty());
    if empty && binder.is_sound(mark) {
        binder.blame(mark, nothing_sent(source, written.span, what));
    }
    if let Some(value) = bound.as_fixed().filter(|_| binder.is_sound(mark)) {
        binder.learn(value.trim(), source, written.span);
    }
    bound
}

/// What stands behind a scheme is secret by itself too.
fn learn_parts(binder: &mut Binder, bound: &Template, span: Span, source: &Arc<Source>) {
    for part in bound.as_fixed().map_or_else(Vec::new, secret_parts) {
        binder.learn(&part, source, span);
    }
}

/// Of `Token ${key}` with an empty key, `Token` would be left: not a credential, and refused for
/// that. A test that expects a refusal would pass.
fn refuse_empty_variables(
    binder: &mut Binder,
    mark: Mark,
    written: &Template,
    source: &Arc<Source>,
    what: &str,
) {
    let Template::Parts(parts) = written else { return };
    if parts.len() == 1 || !binder.is_sound(mark) {
        return;
    }
    for variable in written.variables() {
        let part = Template::Parts(Box::new([Part::Variable(variable.clone())]));
        if binder.template(&part, source).as_fixed().is_some_and(|text| text.trim().is_empty()) {
            binder.blame(mark, nothing_sent(source, variable.span, what));
        }
    }
}

fn nothing_sent(source: &Arc<Source>, span: Span, what: &str) -> Diagnostic {
    let fault = Diagnostic::error(source, span, format!("the {what} is empty"));
    // What a token is asked for with, told by the name of its key.
    if what.starts_with('`') {
        return fault.label("nobody gets a token without one");
    }
    fault
        .label("nothing would be sent as the credential")
        .help("to send no credential on purpose, write `auth: none`")
}
