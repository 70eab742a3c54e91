//! Named tokens, each obtained once a run: by the first worker that needs it, while the others
//! that do wait.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use super::stop::Stop;
use super::{command, read};
use crate::auth::credential::token_fault;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::credential::Token;
use crate::plan::secrets::short_secret;
use crate::secret::{Redactor, Secret};
use crate::source::Place;
use crate::suite::auth::TokenSourceKind;
use crate::template::Bindings;

/// How long a program may take to print a token, and a pipe to hand one over.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest file of a token, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// The tokens of a run.
pub struct TokenStore<'r> {
    tokens: &'r [Token],
    obtained: Vec<OnceLock<Result<Secret, String>>>,
    redactor: &'r Redactor,
    bindings: &'r Bindings,
    stop: &'r Stop,
}

impl<'r> TokenStore<'r> {
    /// A store in which nothing is obtained yet.
    pub fn new(
        plan: &'r Plan,
        redactor: &'r Redactor,
        bindings: &'r Bindings,
        stop: &'r Stop,
    ) -> TokenStore<'r> {
        let obtained = plan.tokens.iter().map(|_| OnceLock::new()).collect();
        TokenStore { tokens: &plan.tokens, obtained, redactor, bindings, stop }
    }

    /// The token at `index` of the plan.
    ///
    /// # Errors
    /// Why there is none, naming its source; the same for everybody who asks.
    pub fn get(&self, index: usize) -> Result<&Secret, &str> {
        let token = &self.tokens[index];
        let obtained = self.obtained[index].get_or_init(|| self.obtain(token));
        obtained.as_ref().map_err(String::as_str)
    }

    /// Where the token at `index` is defined.
    pub fn place(&self, index: usize) -> Place {
        let token = &self.tokens[index];
        Place::new(&token.source, token.span)
    }

    /// What is to be said of the tokens that were obtained: those that are too short to be secret.
    /// One that is written in a spec was told of before the run.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let obtained = self.tokens.iter().zip(&self.obtained);
        let warning = |(token, value): (&Token, &OnceLock<Result<Secret, String>>)| {
            if matches!(token.kind, TokenSourceKind::Text(_)) {
                return None;
            }
            let value = value.get()?.as_ref().ok()?;
            short_secret(value.expose(), &Place::new(&token.source, token.span))
        };
        obtained.filter_map(warning).collect()
    }

    fn obtain(&self, token: &Token) -> Result<Secret, String> {
        let value = match &token.kind {
            TokenSourceKind::Text(text) => {
                text.fill(self.bindings).map_err(|error| error.message)?.into_owned()
            }
            TokenSourceKind::File(path) => {
                let path = path.fill(self.bindings).map_err(|error| error.message)?;
                self.read(&path).map_err(|reason| {
                    format!("the file {path} of token `{}`: {reason}", token.name)
                })?
            }
            TokenSourceKind::Command(words) => self.run(token, words)?,
        };
        let value = value.trim_start_matches('\u{FEFF}').trim();
        self.redactor.add(value);
        if value.is_empty() {
            return Err(format!("the source of token `{}` gave an empty token", token.name));
        }
        // A text of the spec was looked at when it was bound.
        match token_fault(value).filter(|_| !matches!(token.kind, TokenSourceKind::Text(_))) {
            Some(fault) => Err(format!("what the source of token `{}` gave {fault}", token.name)),
            None => Ok(Secret::new(value)),
        }
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let bytes = read::read(Path::new(path), LARGEST_FILE, SOURCE_TIMEOUT, self.stop)?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".into())
    }

    fn run(&self, token: &Token, words: &[crate::template::Template]) -> Result<String, String> {
        let words: Vec<String> = words
            .iter()
            .map(|word| word.fill(self.bindings).map(|word| word.into_owned()))
            .collect::<Result<_, _>>()
            .map_err(|error| error.message)?;
        let folder = Path::new(token.source.path()).parent().unwrap_or(Path::new(""));
        command::output(&words, folder, SOURCE_TIMEOUT, self.stop)
            .map_err(|reason| format!("the command of token `{}` {reason}", token.name))
    }
}
