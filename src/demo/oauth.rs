//! `POST /oauth/token`: the OAuth 2.0 token endpoint (RFC 6749) with the grants
//! `client_credentials`, `password` and `refresh_token`, and those of [`super::exchange`].

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::api::Api;
use super::basic::{self, BASIC};
use super::bearer::CHALLENGE;
use super::clock;
use super::exchange;
use super::request::{Request, bad_request};
use super::users::{self, Account};

/// How long a token is good when nothing else is asked, in seconds.
pub const LIFETIME: i64 = 3600;
const LONGEST_LIFETIME: i64 = 24 * 3600;

/// The parameters of a request, each of them at most once.
pub struct Form(Map<String, Value>);

impl Form {
    fn read(request: &Request) -> Result<Form, Answer> {
        let fields = request.form();
        let fields = fields.ok_or_else(|| invalid_request("The body must be a form."))?;
        let mut parameters = Map::new();
        for (name, value) in fields {
            if parameters.insert(name, value.into()).is_some() {
                return Err(invalid_request("A parameter is there twice."));
            }
        }
        Ok(Form(parameters))
    }

    /// A parameter's value; an empty one counts as absent (RFC 6749 §3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter's value.
    ///
    /// # Errors
    /// It is not there.
    pub fn required(&self, name: &str) -> Result<&str, Answer> {
        self.get(name).ok_or_else(|| invalid_request(&format!("The parameter {name} is missing.")))
    }

    /// The lifetime that is asked for, in seconds.
    ///
    /// # Errors
    /// It is none.
    pub fn lifetime(&self) -> Result<i64, Answer> {
        let Some(asked) = self.get("expires_in") else { return Ok(LIFETIME) };
        asked.parse().ok().and_then(lifetime).ok_or_else(bad_lifetime)
    }
}

/// Answers a request for a token.
pub fn token(request: &Request, api: &Api, _: &str) -> Answer {
    let granted = || {
        let form = Form::read(request)?;
        authenticate_client(request, &form)?;
        match form.required("grant_type")? {
            "client_credentials" => client_credentials(&form, api),
            "password" => password(&form, api),
            "refresh_token" => refresh_token(&form, api),
            "urn:ietf:params:oauth:grant-type:token-exchange" => {
                exchange::token_exchange(&form, api)
            }
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => exchange::jwt_bearer(&form, api),
            _ => Err(error("unsupported_grant_type", "This grant type is not supported.")),
        }
    };
    granted().unwrap_or_else(Answer::no_store)
}

fn client_credentials(form: &Form, api: &Api) -> Result<Answer, Answer> {
    let scopes = scopes(&users::CLIENT, form)?;
    let lifetime = form.lifetime()?;
    let user = users::CLIENT.name;
    Ok(Issued { user, scopes: &scopes, lifetime, refreshable: None }.answer(api, None))
}

fn password(form: &Form, api: &Api) -> Result<Answer, Answer> {
    let (name, password) = (form.required("username")?, form.required("password")?);
    let account = users::authenticate(name, password)
        .ok_or_else(|| error("invalid_grant", "The user name or the password is wrong."))?;
    let scopes = scopes(&account, form)?;
    Ok(Issued {
        user: account.name,
        scopes: &scopes,
        lifetime: form.lifetime()?,
        refreshable: Some(&scopes),
    }
    .answer(api, None))
}

/// The old refresh token is used up by a success only, so a wrong parameter costs nobody a login.
fn refresh_token(form: &Form, api: &Api) -> Result<Answer, Answer> {
    let gone = || error("invalid_grant", "The refresh token is unknown, expired or used up.");
    let token = form.required("refresh_token")?;
    let grant = api.tokens.refreshable(token).ok_or_else(gone)?;
    let scopes = match form.get("scope") {
        None => grant.scopes.clone(),
        Some(asked) => users::narrowed(asked, &grant.scopes).ok_or_else(invalid_scope)?,
    };
    let lifetime = form.lifetime()?;
    if api.tokens.use_up(token) {
        // The access token may have fewer scopes; the new refresh token has them all again.
        let refreshable = Some(grant.scopes.as_slice());
        Ok(Issued { user: &grant.user, scopes: &scopes, lifetime, refreshable }.answer(api, None))
    } else {
        Err(gone())
    }
}

/// A token that is about to be issued.
pub struct Issued<'i> {
    /// Whom it acts for.
    pub user: &'i str,
    /// What it may do.
    pub scopes: &'i [String],
    /// How long it is good, in seconds.
    pub lifetime: i64,
    /// The scopes of the refresh token that goes with it, if one does.
    pub refreshable: Option<&'i [String]>,
}

impl Issued<'_> {
    /// Issues it and describes it (RFC 6749 §5.1); `expires_at` says the same as `expires_in`. Who
    /// exchanges a token is told its type too (RFC 8693 §2.2.1).
    pub fn answer(&self, api: &Api, of_type: Option<&str>) -> Answer {
        let mut body = json!({
            "access_token": api.tokens.issue(self.user, self.scopes, self.lifetime),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "expires_at": clock::rfc3339(clock::now() + self.lifetime),
            "scope": self.scopes.join(" "),
        });
        if let Some(scopes) = self.refreshable {
            body["refresh_token"] = api.tokens.issue_refresh(self.user, scopes).into();
        }
        if let Some(kind) = of_type {
            body["issued_token_type"] = kind.into();
        }
        Answer::json(200, &body).no_store()
    }
}

/// A lifetime that may be asked for: 1 second to a day.
pub fn lifetime(seconds: i64) -> Option<i64> {
    (1..=LONGEST_LIFETIME).contains(&seconds).then_some(seconds)
}

/// The answer to another lifetime.
pub fn bad_lifetime() -> Answer {
    bad_request("expires_in must be a whole number of seconds, from 1 to 86400.")
}

/// Checks the client's id and secret, which come by Basic or in the form (RFC 6749 §2.3.1).
fn authenticate_client(request: &Request, form: &Form) -> Result<(), Answer> {
    let in_header = request.values("authorization").next().is_some();
    if in_header && form.get("client_secret").is_some() {
        return Err(invalid_request("The client authenticates in two ways."));
    }
    let pair = if in_header {
        basic::credentials(request).map(|(id, secret)| (form_decoded(&id), form_decoded(&secret)))
    } else {
        let text = |name| form.get(name).unwrap_or_default().to_owned();
        Some((text("client_id"), text("client_secret")))
    };
    let known = pair.is_some_and(|(id, secret)| {
        users::same_secret(&secret, users::CLIENT.password) && id == users::CLIENT.name
    });
    if known {
        return Ok(());
    }
    Err(Answer::error(401, "invalid_client", "The client is unknown or its secret is wrong.")
        .with(CHALLENGE, BASIC))
}

/// Id and secret are form-encoded before they become a Basic pair.
fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn scopes(account: &Account, form: &Form) -> Result<Vec<String>, Answer> {
    account.allow(form.get("scope")).ok_or_else(invalid_scope)
}

/// The answer to scopes that cannot be had.
pub fn invalid_scope() -> Answer {
    error("invalid_scope", "A scope is unknown, or is not for this account.")
}

/// The answer to a request that is wrong.
pub fn invalid_request(description: &str) -> Answer {
    error("invalid_request", description)
}

/// The answer with this error code.
pub fn error(code: &str, description: &str) -> Answer {
    Answer::error(400, code, description)
}
