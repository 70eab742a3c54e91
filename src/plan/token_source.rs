//! Where tokens come from, all names bound: what makes a request became one, like any other.

use std::sync::Arc;
use std::time::Duration;

use super::body_secrets::secrets_of;
use super::cookies::SentCookies;
use super::credential::{self, Credential, bearer_token, secret};
use super::scope::{Binder, Level};
use super::settings::{StepSettings, default_headers, effective};
use super::tokens::{Tokens, file};
use super::{Body, Stage, Step, multipart, url};
use crate::auth::jwt::{Algorithm, SigningKey};
use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Span, Spanned};
use crate::suite::auth::Auth;
use crate::suite::oauth::{ClientAuth, OAuth2};
use crate::suite::request::Body as WrittenBody;
use crate::suite::settings::Settings;
use crate::suite::side_request::SideRequest;
use crate::suite::token_source::{Jwt, Key, Login, TokenSourceKind};
use crate::template::{Draft, Template, encode_component};

/// Where a token comes from.
#[derive(Debug)]
pub enum Origin {
    /// It is written down.
    Text(Template),
    /// A file holds it.
    File(Template),
    /// A program prints it.
    Command(Vec<Template>),
    /// A response holds it.
    Request(Box<TokenRequest>),
    /// It is signed here.
    Mint(Box<Mint>),
}

/// A request whose response holds a token.
#[derive(Debug)]
pub struct TokenRequest {
    /// What it is called in messages: `login`, `oauth2`, `github_oidc`.
    pub name: &'static str,
    /// The request. What must come back is not judged as in a test.
    pub step: Step,
    /// Where in the response the token stands, a JSONPath.
    pub token: Box<str>,
    /// Where it says for how many seconds the token is good, and whether it must say so.
    pub expires_in: (Box<str>, bool),
    /// Signed afresh for each request, and sent as the field `assertion`.
    pub assertion: Option<Mint>,
}

/// A JWT that is signed here.
#[derive(Debug)]
pub struct Mint {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The key.
    pub key: MintKey,
    /// Its claims, a mapping.
    pub claims: Draft,
    /// How long it is good, unless the claims say it.
    pub lifetime: Duration,
    /// More fields of its header, a mapping.
    pub headers: Draft,
}

/// A secret or a private key.
#[derive(Debug)]
pub enum MintKey {
    /// Itself.
    Text(Template),
    /// A file that holds it.
    File(Template),
}

/// How long a JWT is good that says nothing else.
const LIFETIME: Duration = Duration::from_secs(300);

/// How GitHub's token service is reached from a workflow.
const GITHUB: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];

/// Binds a token source that is named `name`, stands at `span` of `source`, and whose requests
/// take their settings from all levels but the nearest `skipped`.
pub struct SourceBinder<'b, 's> {
    /// What names stand for.
    pub binder: &'b mut Binder<'s>,
    /// The name of the token.
    pub name: &'b str,
    /// The file that it is defined in.
    pub source: &'s Arc<Source>,
    /// Where.
    pub span: Span,
    /// The levels of a test: with their settings, each test would have a token of its own.
    pub skipped: usize,
}

impl<'s> SourceBinder<'_, 's> {
    /// The source with all names bound.
    pub fn bind(&mut self, kind: &'s TokenSourceKind) -> Origin {
        match kind {
            TokenSourceKind::Text(text) => {
                let written = Spanned::new(text.clone(), self.span);
                let what = format!("token `{}`", self.name);
                Origin::Text(bearer_token(self.binder, &written, self.source, &what))
            }
            TokenSourceKind::File(path) => {
                let path = Spanned::new(path.clone(), self.span);
                Origin::File(file(self.binder, &path, self.source, "the file of a token"))
            }
            TokenSourceKind::Command(words) => Origin::Command(
                words.iter().map(|word| self.binder.template(word, self.source)).collect(),
            ),
            TokenSourceKind::Login(login) => Origin::Request(Box::new(self.login(login))),
            TokenSourceKind::OAuth2(oauth) => Origin::Request(Box::new(self.oauth(oauth))),
            TokenSourceKind::Jwt(jwt) => Origin::Mint(Box::new(self.mint(jwt))),
            TokenSourceKind::GithubOidc(audience) => {
                Origin::Request(Box::new(self.github(audience)))
            }
        }
    }

    fn login(&mut self, login: &'s Login) -> TokenRequest {
        let SideRequest { line, body, settings } = &login.request;
        let credential = self.credential(settings.auth.as_ref());
        let own = self.own_settings(settings);
        if let (Some(name), Some(auth)) =
            (credential::sent_twice(&credential, &own), &settings.auth)
        {
            let title = format!("the header `{name}` would be sent twice");
            self.binder.fault(self.source, auth.span, title).label =
                "it is among `headers` too: take that one back".into();
        }
        let settings = own;
        let url = url::bind(self.binder, &line.url, self.source, &settings);
        let body = body.as_ref().map(|body| self.body(body));
        let step = self.step(&line.method, url, body, credential, settings);
        let expires_in = match &login.expires_in {
            Some(path) => (path.clone(), true),
            None => ("$.expires_in".into(), false),
        };
        TokenRequest {
            name: "login",
            step,
            token: login.token.clone(),
            expires_in,
            assertion: None,
        }
    }

    fn oauth(&mut self, oauth: &OAuth2) -> TokenRequest {
        let settings = self.plain_settings();
        let url = url::bind(self.binder, &oauth.token_url, self.source, &settings);
        let id = self.binder.template(&oauth.client_id.value, self.source);
        let mut fields = vec![field("grant_type", Template::Fixed(oauth.grant.wire.into()))];
        for parameter in &oauth.fields {
            let value = match parameter.secret {
                true => self.secret(&parameter.value, parameter.name),
                false => self.binder.template(&parameter.value.value, self.source),
            };
            fields.push(field(parameter.name, value));
        }
        fields.extend(default_type("subject_token", &fields));
        fields.extend(default_type("actor_token", &fields));
        let client_secret =
            oauth.client_secret.as_ref().map(|written| self.secret(written, "client_secret"));
        let credential = match (client_secret, oauth.client_auth) {
            (Some(secret), ClientAuth::Basic) => Credential::Basic(encoded(id), encoded(secret)),
            (secret, _) => {
                fields.push(field("client_id", id));
                fields.extend(secret.map(|secret| field("client_secret", secret)));
                Credential::None
            }
        };
        let assertion = oauth.assertion.as_ref().map(|jwt| self.mint(jwt));
        let step = self.step("POST", url, Some(Body::Form(fields)), credential, settings);
        TokenRequest {
            name: "oauth2",
            step,
            token: "$.access_token".into(),
            expires_in: ("$.expires_in".into(), false),
            assertion,
        }
    }

    /// GitHub gives a job that may ask for tokens the URL and a token to ask with.
    fn github(&mut self, audience: &Spanned<Template>) -> TokenRequest {
        let [url, token] = GITHUB.map(|name| self.github_variable(name));
        self.binder.learn(&token, self.source, self.span);
        let audience = self.binder.known(audience, self.source, "the audience");
        let url = format!("{url}&audience={}", encode_component(&audience));
        let url = Template::Fixed(url.into());
        let credential = Credential::Bearer(Template::Fixed(token.into()));
        let settings = self.plain_settings();
        let step = self.step("GET", url, None, credential, settings);
        TokenRequest {
            name: "github_oidc",
            step,
            token: "$.value".into(),
            expires_in: ("$.expires_in".into(), false),
            assertion: None,
        }
    }

    fn github_variable(&mut self, name: &str) -> String {
        self.binder.asked += 1;
        let found = self.binder.inputs.env.get(name).filter(|value| !value.is_empty());
        if let Some(value) = found {
            return value.clone();
        }
        let title = format!("the environment variable `{name}` is not set");
        let fault = Diagnostic::error(self.source, self.span, title)
            .label("needed here")
            .help("GitHub sets it for jobs with `permissions: {id-token: write}`");
        self.binder.missing.push(fault);
        String::new()
    }

    fn mint(&mut self, jwt: &Jwt) -> Mint {
        let key = match &jwt.key {
            Key::Text(written) => {
                let mark = self.binder.mark();
                let key = self.secret(written, "key");
                if let Some(text) = key.as_fixed().filter(|_| self.binder.is_sound(mark))
                    && let Err(fault) = SigningKey::read(jwt.algorithm, text)
                {
                    let fault = Diagnostic::error(self.source, written.span, fault.0);
                    self.binder.blame(mark, fault);
                }
                MintKey::Text(key)
            }
            Key::File(path) => {
                MintKey::File(file(self.binder, path, self.source, "the file of a key"))
            }
        };
        let mut draft = |draft: &Draft| self.binder.draft(draft, self.source);
        let claims = draft(&jwt.claims.value);
        let headers =
            jwt.headers.as_ref().map_or(Draft::Map(Vec::new()), |headers| draft(&headers.value));
        if let Some(lifetime) = jwt.expires_in.as_ref().filter(|_| has(&claims, "exp")) {
            self.binder
                .fault(self.source, lifetime.span, "`expires_in` beside the claim `exp`")
                .label = "one of them says when the token expires".into();
        }
        let lifetime = jwt.expires_in.as_ref().map_or(LIFETIME, |time| time.value);
        Mint { algorithm: jwt.algorithm, key, claims, lifetime, headers }
    }

    fn secret(&mut self, written: &Spanned<Template>, what: &str) -> Template {
        secret(self.binder, written, self.source, &format!("`{what}`"))
    }

    fn step(
        &self,
        method: &str,
        url: Template,
        body: Option<Body>,
        credential: Credential,
        settings: StepSettings,
    ) -> Step {
        let settings = Arc::new(StepSettings { follow_redirects: 0, ..settings });
        let (place, method) = (Place::new(self.source, self.span), method.into());
        Step {
            stage: Stage::Main,
            number: 0,
            secrets: Box::default(),
            name: None,
            pause: Duration::ZERO,
            place,
            via: Arc::default(),
            method,
            url,
            cookies: SentCookies::default(),
            body: body.map(Arc::new),
            credential,
            settings,
            expectations: [].into(),
            poll: None,
            captures: Box::new([]),
        }
    }

    /// How a login authenticates. A token of the store would wait for another, or for itself.
    fn credential(&mut self, auth: Option<&Spanned<Auth>>) -> Credential {
        match auth {
            None => Credential::None,
            Some(Spanned { value: Auth::Named(_), span }) => {
                let title = "the `auth` of a login cannot name a token";
                self.binder.fault(self.source, *span, title).label =
                    "write `none`, or one of {basic}, {header}, {bearer}".into();
                Credential::None
            }
            Some(auth) => credential::bind(self.binder, &mut Tokens::default(), auth, self.source),
        }
    }

    /// The settings of all, and those of a request itself.
    fn own_settings(&mut self, own: &'s Settings) -> StepSettings {
        let source = self.source;
        let settings = self.binder.beyond(self.skipped, |binder| {
            let outside = binder.enter(Level::new(source, own));
            let settings = effective(binder, true);
            binder.leave(outside);
            settings
        });
        self.binder.missing.extend(settings.missing.iter().cloned());
        settings
    }

    fn settings(&mut self) -> StepSettings {
        let settings = self.binder.beyond(self.skipped, |binder| effective(binder, false));
        self.binder.missing.extend(settings.missing.iter().cloned());
        settings
    }

    /// An identity provider is mostly somebody else: what is sent to the API is not for it.
    fn plain_settings(&mut self) -> StepSettings {
        let settings = self.settings();
        let headers = default_headers("application/json");
        StepSettings { headers, query: Vec::new(), no_content_type: false, ..settings }
    }

    fn body(&mut self, body: &WrittenBody) -> Body {
        let mark = self.binder.mark();
        let (binder, source) = (&mut *self.binder, self.source);
        let body = match body {
            WrittenBody::Json(draft) => Body::Json(binder.draft(draft, source).into()),
            WrittenBody::Graphql(written) => Body::Graphql {
                message: binder.draft(&written.message, source).into(),
                only_reads: written.only_reads,
            },
            WrittenBody::Form(form) => Body::Form(binder.pairs(form, source)),
            WrittenBody::Multipart(parts) => {
                Body::Multipart(multipart::bind(binder, parts, source, self.span))
            }
            WrittenBody::Text(text) => Body::Text(binder.template(text, source)),
            WrittenBody::File(path) => {
                let bound = file(binder, path, source, "the body file");
                Body::File(Spanned::new(bound, path.span))
            }
            WrittenBody::Bytes(bytes) => Body::Bytes(bytes.as_slice().into()),
        };
        if self.binder.is_sound(mark) {
            for (name, value) in secrets_of(&body) {
                match value.trim() {
                    "" => {
                        let title = format!("the `{name}` of the login is empty");
                        let fault = Diagnostic::error(self.source, self.span, title);
                        self.binder.blame(mark, fault.label("nobody logs in without one"));
                    }
                    value => self.binder.learn(value, self.source, self.span),
                }
            }
        }
        body
    }
}

fn has(claims: &Draft, name: &str) -> bool {
    match claims {
        Draft::Fixed(value) => value.get(name).is_some(),
        Draft::Map(entries) => entries.iter().any(|(key, _)| key.as_fixed() == Some(name)),
        Draft::Text(_) | Draft::List(_) => false,
    }
}

fn field(name: &str, value: Template) -> (Template, Template) {
    (Template::Fixed(name.into()), value)
}

/// RFC 8693 §2.1: a token that is exchanged has a type.
fn default_type(token: &str, fields: &[(Template, Template)]) -> Option<(Template, Template)> {
    let has = |name: &str| fields.iter().any(|(key, _)| key.as_fixed() == Some(name));
    let name = format!("{token}_type");
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    (has(token) && !has(&name)).then(|| field(&name, Template::Fixed(access_token.into())))
}

/// The two halves of a client's pair are form-encoded first (RFC 6749 §2.3.1).
fn encoded(half: Template) -> Template {
    match half.as_fixed() {
        Some(text) => Template::Fixed(encode_component(text).into()),
        None => half,
    }
}
