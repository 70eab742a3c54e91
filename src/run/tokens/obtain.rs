//! Asks the source of a token for one.

use std::path::Path;
use std::time::Duration;

use super::{Given, Means, TokenStore, answer, mint};
use crate::plan::Body;
use crate::plan::credential::Token;
use crate::plan::token_source::{Origin, TokenRequest};
use crate::run::request::{Maker, line};
use crate::run::{command, read};
use crate::secret::Secret;
use crate::template::Template;

/// How long a program may take to print a token, and a pipe to hand one over.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest file of a token or a key, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

impl TokenStore<'_> {
    /// What the source of `token` gives now; `refresh` is what it gave for this last time.
    pub(super) fn given(
        &self,
        token: &Token,
        means: &Means,
        worker: usize,
        refresh: Option<&Secret>,
    ) -> Result<Given, String> {
        let name = &token.name;
        let fill = |template: &Template| {
            template.fill(means.bindings).map(String::from).map_err(|error| error.message)
        };
        let text = match &token.origin {
            Origin::Text(text) => fill(text)?,
            Origin::File(path) => {
                let path = fill(path)?;
                let read = means.read(&path);
                read.map_err(|reason| format!("the file {path} of token `{name}`: {reason}"))?
            }
            Origin::Command(words) => {
                let words = words.iter().map(fill).collect::<Result<Vec<String>, _>>()?;
                let folder = Path::new(token.source.path()).parent().unwrap_or(Path::new(""));
                command::output(&words, folder, SOURCE_TIMEOUT, means.stop)
                    .map_err(|reason| format!("the command of token `{name}` {reason}"))?
            }
            Origin::Request(source) => {
                return self
                    .requested(source, means, worker, refresh)
                    .map_err(|reason| format!("the {} of token `{name}`: {reason}", source.name));
            }
            Origin::Mint(source) => {
                let minted = mint::mint(source, means);
                let (token, lifetime) =
                    minted.map_err(|reason| format!("the jwt of token `{name}`: {reason}"))?;
                return Ok(Given { token, lifetime, refresh: None });
            }
        };
        Ok(Given { token: text, lifetime: None, refresh: None })
    }

    fn requested(
        &self,
        source: &TokenRequest,
        means: &Means,
        worker: usize,
        refresh: Option<&Secret>,
    ) -> Result<Given, String> {
        let Means { redactor, bindings, project, transport, .. } = *means;
        let (jar, least) = (None, Duration::ZERO);
        let maker = Maker { tokens: self, redactor, bindings, project, jar, worker, least };
        let body = body(source, means, refresh)?;
        let body = body.as_ref().or(source.step.body.as_deref());
        let request = maker.token_request(&source.step, body).map_err(|unsent| unsent.reason)?;
        let response = transport(worker, &request).map_err(|error| error.message)?;
        let given = answer::read(source, &response, means)
            .map_err(|reason| format!("{} {reason}", line(&request)))?;
        Ok(given)
    }
}

/// The body with what is only known now, if that is needed.
fn body(
    source: &TokenRequest,
    means: &Means,
    refresh: Option<&Secret>,
) -> Result<Option<Body>, String> {
    let Some(Body::Form(fields)) = source.step.body.as_deref() else { return Ok(None) };
    let mut fields = fields.clone();
    if let Some(assertion) = &source.assertion {
        let (assertion, _) = mint::mint(assertion, means)?;
        means.redactor.add(&assertion);
        let name = Template::Fixed("assertion".into());
        fields.push((name, Template::Fixed(assertion.into())));
    }
    if let Some(refresh) = refresh.filter(|_| source.name == "oauth2") {
        let spent = fields.iter_mut().find(|(n, _)| n.as_fixed() == Some("refresh_token"));
        spent.into_iter().for_each(|(_, value)| *value = Template::Fixed(refresh.expose().into()));
    }
    Ok(Some(Body::Form(fields)))
}

impl Means<'_> {
    /// The text of a file.
    pub(super) fn read(&self, path: &str) -> Result<String, String> {
        let bytes = read::read(Path::new(path), LARGEST_FILE, SOURCE_TIMEOUT, self.stop)?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".into())
    }
}
