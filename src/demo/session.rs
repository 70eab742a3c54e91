//! A session in a cookie: `/session`, to begin, to see and to end one.

use serde_json::{Value, json};

use super::answer::Answer;
use super::api::Api;
use super::request::{Request, bad_request};
use super::users;

/// The cookie of a session.
const NAME: &str = "sid";

/// How long a session lasts, in seconds.
const LIFETIME: i64 = 3600;

/// `POST /session` with JSON `{user, password}`: begins a session.
pub fn begin(request: &Request, api: &Api, _: &str) -> Answer {
    let begun = || {
        let body = request.json()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let (Some(name), Some(password)) = (text("user"), text("password")) else {
            return Err(bad_request("The body must have a user and a password, both text."));
        };
        let account = users::authenticate(name, password)
            .ok_or_else(|| refused("The user name or the password is wrong."))?;
        let id = api.tokens.issue(account.name, &[], LIFETIME);
        let cookie =
            format!("{NAME}={id}; Path=/session; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax");
        Ok(Answer::json(201, &json!({"user": account.name}))
            .with("Set-Cookie", cookie)
            .with("Set-Cookie", "theme=light; Path=/"))
    };
    begun().unwrap_or_else(|refused: Answer| refused)
}

/// `GET /session`: whose session the cookie is of, and the theme that another cookie asks for.
pub fn see(request: &Request, api: &Api, _: &str) -> Answer {
    let session = cookie(request, NAME).and_then(|id| api.tokens.check(id).ok());
    match session {
        Some(grant) => {
            let theme = cookie(request, "theme");
            Answer::json(200, &json!({"user": grant.user, "theme": theme})).no_store()
        }
        None => refused("There is no such session."),
    }
}

/// `DELETE /session`: ends the session, and takes its cookie back.
pub fn end(request: &Request, api: &Api, _: &str) -> Answer {
    cookie(request, NAME).into_iter().for_each(|id| api.tokens.revoke(id));
    Answer::empty(204).with("Set-Cookie", format!("{NAME}=; Path=/session; Max-Age=0"))
}

/// The value of the first cookie of a name.
fn cookie<'r>(request: &'r Request, name: &'r str) -> Option<&'r str> {
    let pairs = request.values("cookie").flat_map(|line| line.split(';'));
    let mut named =
        pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(n, _)| *n == name);
    named.next().map(|(_, value)| value)
}

fn refused(description: &str) -> Answer {
    Answer::error(401, "no_session", description)
        .with("WWW-Authenticate", "Cookie realm=\"demo\"")
        .no_store()
}
