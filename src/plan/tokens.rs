//! The named tokens of a file, each bound once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::credential::{Token, TokenId};
use super::names::TOKEN_SOURCE;
use super::scope::Binder;
use super::token_source::SourceBinder;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Spanned};
use crate::suite::token_source::TokenSource;
use crate::template::{Template, is_name};

/// The tokens that the cases of a file name.
#[derive(Debug, Default)]
pub struct Tokens {
    /// By [`TokenId`].
    pub all: Vec<Token>,
    /// Where each stands, by what tells it apart from others.
    known: HashMap<(String, bool), TokenId>,
}

impl Tokens {
    /// The token of a name; `None`, and a fault, when nothing defines it. What the environment
    /// lacks for it is missing from now on.
    pub fn named<'s>(
        &mut self,
        binder: &mut Binder<'s>,
        written: &Spanned<Template>,
        source: &Arc<Source>,
    ) -> Option<TokenId> {
        let mark = binder.mark();
        let name = binder.known(written, source, "the name of a token");
        if !binder.is_sound(mark) {
            return None;
        }
        let defined = binder.levels().iter().enumerate().find_map(|(distance, level)| {
            let tokens = &level.settings.tokens;
            let (key, token) = tokens.iter().find(|(key, _)| *key.value == *name)?;
            Some((level.source, key, token, distance.min(binder.of_tests())))
        });
        match defined {
            Some((defined_in, key, token, skipped)) => {
                binder.use_of(defined_in, key.span);
                let id = self.token(binder, &key.value, token, defined_in, skipped);
                binder.missing.extend(self.all[id.0 as usize].missing.iter().cloned());
                Some(id)
            }
            None => {
                unknown(binder, &name, written, source);
                None
            }
        }
    }

    /// Binds a token that nothing uses, only to find its faults.
    pub fn try_token<'s>(
        binder: &mut Binder<'s>,
        name: &str,
        token: &'s TokenSource,
        source: &'s Arc<Source>,
    ) {
        Tokens::default().token(binder, name, token, source, 0);
    }

    fn token<'s>(
        &mut self,
        binder: &mut Binder<'s>,
        name: &str,
        token: &'s TokenSource,
        source: &'s Arc<Source>,
        skipped: usize,
    ) -> TokenId {
        // It is got once a run, whatever the steps of one test capture.
        let (origin, missing) = binder.without_captures(TOKEN_SOURCE, |binder| {
            binder.apart(|binder| {
                SourceBinder { binder, name, source, span: token.span, skipped }.bind(&token.kind)
            })
        });
        let (name, source, span) = (name.to_owned(), source.clone(), token.span);
        let token = Token { name, source, span, origin, missing };
        // What the environment lacks leaves a gap that another test may fill with nothing.
        let identity = (token.identity(), token.missing.is_empty());
        *self.known.entry(identity).or_insert_with(|| {
            self.all.push(token);
            TokenId(self.all.len() as u32 - 1)
        })
    }
}

/// A path that was written in `source`, seen from the working directory.
pub fn file(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
    what: &str,
) -> Template {
    let path = binder.known(written, source, what);
    if path.is_empty() {
        let mark = binder.mark();
        let fault = Diagnostic::error(source, written.span, format!("{what} has no path"));
        binder.blame(mark, fault.label("write where it lies"));
    }
    let folder = Path::new(source.path()).parent().unwrap_or(Path::new(""));
    Template::Fixed(folder.join(&*path).to_string_lossy().into())
}

/// From this many characters on, a name that nobody knows may be a token.
const LIKE_A_TOKEN: usize = 16;

/// What stands where a name belongs may be the token itself, and must not be shown then.
fn learn_words(binder: &mut Binder, text: &str, written: &Spanned<Template>, source: &Arc<Source>) {
    for word in text.split_whitespace().filter(|word| word.len() >= LIKE_A_TOKEN) {
        binder.learn(word, source, written.span);
    }
}

fn unknown(binder: &mut Binder, name: &str, written: &Spanned<Template>, source: &Arc<Source>) {
    if binder.is_broken() {
        return;
    }
    // What a variable stands for may be the token itself.
    if let Some(variable) = written.value.variables().next() {
        let variable = variable.written();
        let title = format!("`{variable}` stands for no name under `tokens:`");
        let help = format!("to send what it stands for, write `auth: {{bearer: \"{variable}\"}}`");
        learn_words(binder, name, written, source);
        let fault = binder.fault(source, written.span, title);
        fault.label = "`auth` takes the name of a token".into();
        fault.helps.push(help);
        return;
    }
    let levels = binder.levels().to_vec();
    let tokens = levels.iter().flat_map(|l| l.settings.tokens.iter().map(|(k, _)| &*k.value));
    let near = did_you_mean(name, tokens.chain(["none"])).map(str::to_owned);
    let is_variable = binder.columns().any(|column| column == name)
        || levels.iter().any(|level| level.settings.vars.iter().any(|(k, _)| k.value == name));
    if binder.is_captured(name) {
        let fault = binder.fault(source, written.span, format!("no token is named `{name}`"));
        fault.label = "this is the name of a captured value".into();
        fault.helps.push(format!("to send it, write `auth: {{bearer: \"${{{name}}}\"}}`"));
        return;
    }
    if near.is_none() && !is_variable && (!is_name(name) || name.len() >= LIKE_A_TOKEN) {
        learn_words(binder, name, written, source);
        let fault = binder.fault(source, written.span, "`auth` takes the name of a token");
        fault.label = "nothing under `tokens:` has this name".into();
        fault.helps.push("to send a token itself, write `auth: {bearer: …}`".into());
        return;
    }
    let fault = binder.fault(source, written.span, format!("no token is named `{name}`"));
    match (near, is_variable) {
        (Some(near), _) => fault.label = format!("did you mean `{near}`?"),
        (None, true) => {
            fault.label = "this is a variable".into();
            fault.helps.push(format!("to send it, write `auth: {{bearer: \"${{{name}}}\"}}`"));
        }
        (None, false) => {
            fault.label = "nothing under `tokens:` has this name".into();
            fault.helps.push(format!("define it: `tokens: {{{name}: …}}`"));
        }
    }
}
