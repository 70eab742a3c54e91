//! From a step of the plan to the request that is sent.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::read::at_most;
use super::tokens::TokenStore;
use crate::auth::credential::{basic_pair, secret_parts, token_fault};
use crate::discover;
use crate::event::StopReason;
use crate::http::cookie::CookieJar;
use crate::http::message::{Body as SentBody, Connections, Header, Request};
use crate::http::url::Target;
use crate::plan::credential::Credential;
use crate::plan::{Body, Case, JsonText, LARGEST_BODY_FILE, Step};
use crate::secret::{Redactor, Secret};
use crate::source::Place;
use crate::template::{Bindings, FillError, Slot, Template, encode_component};

/// Why a request could not be made; nothing was sent.
#[derive(Debug)]
pub struct Unsent {
    /// A stable word for what is wrong: `token` or `request`.
    pub kind: &'static str,
    /// In words.
    pub reason: String,
    /// Where that stands, if it is not the request itself.
    pub place: Option<Place>,
    /// The captured value that it needs and that is not there.
    pub missing: Option<Slot>,
}

impl Unsent {
    /// A token that cannot be had.
    pub fn token(reason: impl Into<String>, place: Place) -> Unsent {
        Unsent { kind: "token", reason: reason.into(), place: Some(place), missing: None }
    }

    /// A step that the end of the run came before.
    pub fn ended(reason: StopReason) -> Unsent {
        let (kind, words) = (reason.name(), reason.cut_short());
        Unsent { kind, reason: words.into(), place: None, missing: None }
    }

    /// A request that cannot be made.
    pub fn request(reason: impl Into<String>) -> Unsent {
        Unsent { kind: "request", reason: reason.into(), place: None, missing: None }
    }
}

impl From<FillError> for Unsent {
    fn from(error: FillError) -> Unsent {
        Unsent { missing: error.missing, ..Unsent::request(error.message) }
    }
}

/// What a request is made with.
#[derive(Clone, Copy)]
pub struct Maker<'r> {
    /// Where named tokens come from.
    pub tokens: &'r TokenStore<'r>,
    /// Learns every credential before it is sent.
    pub redactor: &'r Redactor,
    /// What is known by now.
    pub bindings: &'r Bindings,
    /// The jar of the cookies of the test, if the request has to do with one.
    pub jar: Option<&'r Arc<CookieJar>>,
    /// The folder that body files must stay in, without links.
    pub project: &'r Path,
    /// The index of the thread that sends.
    pub worker: usize,
    /// How long a token must still be good, if its source gives such.
    pub least: Duration,
}

impl Maker<'_> {
    /// The request of `step`.
    ///
    /// # Errors
    /// A token that cannot be had, a body file that cannot be read, a URL that is none.
    pub fn request(&self, case: &Case, step: &Step) -> Result<Request, Unsent> {
        for secret in &step.secrets {
            self.redactor.add(&secret.fill(self.bindings)?);
        }
        let credential = Some((Some(case), &step.credential));
        self.made(step, step.body.as_deref(), credential)
    }

    /// The request of `step`, without its credential.
    ///
    /// # Errors
    /// As [`Maker::request`].
    pub fn bare_request(&self, step: &Step) -> Result<Request, Unsent> {
        self.made(step, step.body.as_deref(), None)
    }

    /// The request that asks for a token: what `step` says, with this body. All of it counts as
    /// secret.
    ///
    /// # Errors
    /// As [`Maker::request`].
    pub fn token_request(&self, step: &Step, body: Option<&Body>) -> Result<Request, Unsent> {
        Ok(Request { secret_body: true, ..self.made(step, body, Some((None, &step.credential)))? })
    }

    /// The request for what everybody may have, as `step` says it.
    ///
    /// # Errors
    /// As [`Maker::request`].
    pub fn key_request(&self, step: &Step) -> Result<Request, Unsent> {
        self.made(step, None, Some((None, &step.credential)))
    }

    /// What it says who it is with, if it does, comes with the case that knows its named tokens.
    fn made(
        &self,
        step: &Step,
        body: Option<&Body>,
        credential: Option<(Option<&Case>, &Credential)>,
    ) -> Result<Request, Unsent> {
        let url = self.url(step)?;
        let target =
            Target::parse(&url).map_err(|reason| Unsent::request(format!("bad URL: {reason}")))?;
        let mut headers = Vec::with_capacity(step.settings.headers.len() + 2);
        for (name, value) in &step.settings.headers {
            let name = self.header_name(name)?;
            let value = value.fill_value(self.bindings)?.into_owned();
            headers.push(Header { name, value, credential: false });
        }
        let (body, content_type) = self.body(body, &headers)?;
        if let Some(content_type) = content_type
            && !step.settings.no_content_type
            && !headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"))
        {
            let name = "Content-Type".to_owned();
            headers.push(Header { name, value: content_type.into_owned(), credential: false });
        }
        let cookies = self.cookies(step, &target)?;
        cookies.put(&target, &mut headers);
        if let Some((case, credential)) = credential {
            self.credential(case, credential, &mut headers)?;
        }
        let (https, loopback) = (target.origin().https, target.origin().is_loopback());
        let unsafe_way = !https && !loopback;
        let goes_on = unsafe_way || step.settings.follow_redirects > 0;
        Ok(Request {
            secret_url: unsafe_way && self.holds_secret(target.url()),
            secret_body: goes_on
                && body.as_ref().map_or(Ok(false), |body| self.body_holds_secret(body))?,
            method: step.method.to_string(),
            target,
            headers,
            cookies,
            body,
            timeout: step.settings.timeout,
            follow_redirects: step.settings.follow_redirects,
            allow_plain_http: step.settings.allow_plain_http,
            connections: Connections::Shared,
            route: step.settings.passage.route().map_err(Unsent::request)?,
        })
    }

    fn holds_secret(&self, text: &str) -> bool {
        matches!(self.redactor.redact(text), Cow::Owned(_))
    }

    fn body_holds_secret(&self, body: &SentBody) -> Result<bool, Unsent> {
        let multipart = match body {
            SentBody::Bytes(_) => return Ok(self.holds_secret(&body.text())),
            SentBody::Multipart(multipart) => multipart,
        };
        let holds = multipart.any(|text| self.holds_secret(text));
        holds.map_err(|(path, error)| unread(&path.to_string_lossy(), &error))
    }

    fn url(&self, step: &Step) -> Result<String, Unsent> {
        let path = step.url.fill_url(self.bindings)?;
        let mut url = match (&step.settings.base_url, path.starts_with('/')) {
            (Some(base), true) => {
                let base = base.fill_url(self.bindings)?;
                format!("{}{path}", base.strip_suffix('/').unwrap_or(&base))
            }
            _ => path.into_owned(),
        };
        if !step.settings.query.is_empty() {
            self.append_query(step, &mut url)?;
        }
        Ok(url)
    }

    fn append_query(&self, step: &Step, url: &mut String) -> Result<(), Unsent> {
        let own: Vec<String> = url.split_once('?').map_or(Vec::new(), |(_, query)| {
            query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair).to_owned()).collect()
        });
        let mut separator = if url.contains('?') { '&' } else { '?' };
        for parameter in &step.settings.query {
            let name = encode_component(&parameter.name.fill(self.bindings)?);
            if parameter.inherited && own.contains(&name) {
                continue;
            }
            url.push(separator);
            url.push_str(&name);
            url.push('=');
            url.push_str(&encode_component(&parameter.value.fill_value(self.bindings)?));
            separator = '&';
        }
        Ok(())
    }

    /// The body of a request with these header fields, and its content type if it has one.
    fn body(
        &self,
        body: Option<&Body>,
        headers: &[Header],
    ) -> Result<(Option<SentBody>, Option<Cow<'static, str>>), Unsent> {
        let Some(body) = body else { return Ok((None, None)) };
        let (bytes, content_type) = match body {
            Body::Json(json) | Body::Graphql { message: json, .. } => {
                let text = match json {
                    JsonText::Written(text) => text.to_string(),
                    JsonText::Draft(draft) => draft.fill(self.bindings)?.to_string(),
                };
                (text.into_bytes(), Some("application/json"))
            }
            Body::Form(fields) => {
                let mut pairs = Vec::new();
                for (name, value) in fields {
                    let name = encode_component(&name.fill(self.bindings)?);
                    let value = encode_component(&value.fill_value(self.bindings)?);
                    pairs.push(format!("{name}={value}"));
                }
                (pairs.join("&").into_bytes(), Some("application/x-www-form-urlencoded"))
            }
            Body::Multipart(parts) => {
                let multipart = self.multipart(parts, headers)?;
                let content_type = multipart.media_type().into();
                return Ok((Some(SentBody::Multipart(multipart)), Some(content_type)));
            }
            Body::Text(text) => (text.fill(self.bindings)?.into_owned().into_bytes(), None),
            Body::File(path) => (self.file(&path.value.fill(self.bindings)?)?, None),
            Body::Bytes(bytes) => (bytes.to_vec(), None),
        };
        Ok((Some(SentBody::Bytes(bytes)), content_type.map(Cow::Borrowed)))
    }

    /// A body file stays inside the project: a spec from elsewhere must not send what it likes.
    pub(super) fn real_file(&self, path: &str) -> Result<PathBuf, Unsent> {
        let real = std::fs::canonicalize(path).map_err(|error| unread(path, &error))?;
        if !real.starts_with(self.project) {
            let reason = format!(
                "body file {path} lies outside the project directory: body files stay inside it"
            );
            return Err(Unsent::request(reason));
        }
        Ok(real)
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, Unsent> {
        let bytes = at_most(&self.real_file(path)?, LARGEST_BODY_FILE);
        let bytes = bytes.map_err(|error| unread(path, &error))?;
        if bytes.len() as u64 > LARGEST_BODY_FILE {
            let most = LARGEST_BODY_FILE >> 20;
            let reason = format!("body file {path} has more than {most} MiB: take a smaller one");
            return Err(Unsent::request(reason));
        }
        Ok(bytes)
    }

    fn credential(
        &self,
        case: Option<&Case>,
        credential: &Credential,
        headers: &mut Vec<Header>,
    ) -> Result<(), Unsent> {
        let authorization = match credential {
            // Whatever would pass for "without a credential" must be sent without one.
            Credential::None if headers.iter().any(is_authorization) => {
                let reason = "`auth: none`, but the request carries an Authorization header";
                return Err(Unsent::request(reason));
            }
            Credential::None => return Ok(()),
            Credential::Token(id) => {
                let Some(case) = case else { return Ok(()) };
                let index = case.token(*id);
                let token = self.tokens.get(index, self.worker, self.least);
                let token = token.map_err(|why| Unsent::token(why, self.tokens.place(index)))?;
                format!("Bearer {}", token.expose())
            }
            Credential::Bearer(token) => format!("Bearer {}", self.token(token)?.trim()),
            Credential::Basic(username, password) => {
                format!("Basic {}", self.pair(username, password)?)
            }
            Credential::Header(fields) => return self.fields(fields, headers),
        };
        headers.push(authorization_field(authorization));
        Ok(())
    }

    fn pair(&self, username: &Template, password: &Template) -> Result<String, Unsent> {
        let is_fixed = username.as_fixed().is_some() && password.as_fixed().is_some();
        // Some APIs take a key for the user name, and no password.
        let password = match password.as_fixed() {
            Some("") => String::new(),
            _ => self.secret(password)?,
        };
        let pair = basic_pair(&username.fill(self.bindings)?, &password);
        if !is_fixed {
            self.redactor.add(&pair);
        }
        Ok(pair)
    }

    fn fields(
        &self,
        fields: &[(Template, Template)],
        headers: &mut Vec<Header>,
    ) -> Result<(), Unsent> {
        for (name, template) in fields {
            let value = self.secret(template)?;
            if template.as_fixed().is_none() {
                secret_parts(&value).iter().for_each(|part| self.redactor.add(part));
            }
            let name = name.fill(self.bindings)?.into_owned();
            headers.push(Header { name, value, credential: true });
        }
        Ok(())
    }

    /// A bearer token. What is only known now was not written by hand: it must look like one.
    fn token(&self, template: &Template) -> Result<String, Unsent> {
        let token = self.secret(template)?;
        match token_fault(&token).filter(|_| template.as_fixed().is_none()) {
            Some(fault) => Err(Unsent::request(format!("the token {fault}"))),
            None => Ok(token),
        }
    }

    /// A credential that is only known now must be known to the redactor before it is sent.
    fn secret(&self, template: &Template) -> Result<String, Unsent> {
        let value = template.fill_value(self.bindings)?.into_owned();
        if template.as_fixed().is_none() {
            self.redactor.add(&value);
        }
        if value.trim().is_empty() {
            return Err(Unsent::request("the credential is empty: look at what fills it"));
        }
        Ok(value)
    }
}

/// Why a body file cannot be sent.
pub(super) fn unread(path: &str, error: &std::io::Error) -> Unsent {
    Unsent::request(format!("body file {path}: {}", discover::reason(error)))
}

fn authorization_field(value: String) -> Header {
    Header { name: "Authorization".to_owned(), value, credential: true }
}

/// The field that carries a bearer token.
pub fn bearer(token: &Secret) -> Header {
    authorization_field(format!("Bearer {}", token.expose()))
}

fn is_authorization(header: &Header) -> bool {
    header.name.eq_ignore_ascii_case("authorization")
}

/// Where a request goes, in words. Its query may hold a credential.
pub fn line(request: &Request) -> String {
    let target = &request.target;
    let path = target.path_and_query().split('?').next().unwrap_or_default();
    let scheme = if target.origin().https { "https" } else { "http" };
    format!("{} {scheme}://{}{path}", request.method, target.origin())
}
