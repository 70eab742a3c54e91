//! Bearer authentication as RFC 6750 asks: what a request presents, and how it is refused.

use super::answer::Answer;
use super::api::Api;
use super::grant::{Grant, Reason};
use super::request::Request;

/// How a protected route finds out who calls and whether they have the scope it needs. Routes take
/// one, so that the same route can stand behind a guard that does its work badly.
pub type Guard<'g> = &'g dyn Fn(&Request, &Api, Scope) -> Result<Grant, Answer>;

/// The scope that a route needs, if it needs one.
pub type Scope = Option<&'static str>;

/// Why a request is refused; each has its status and challenge (RFC 6750 §3).
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No bearer token was presented: a challenge without an error code.
    NoToken,
    /// The credentials were not sent as they must be.
    Malformed(Reason),
    /// The token is not good.
    Invalid(Reason),
    /// The token is good and does not have this scope.
    Scope(&'static str),
}

/// The guard that does its work well.
///
/// # Errors
/// The refusal. It never repeats anything of the token.
pub fn strict(request: &Request, api: &Api, scope: Scope) -> Result<Grant, Answer> {
    judge(request, api).and_then(|grant| with_scope(grant, scope)).map_err(Refusal::into_answer)
}

/// What a request's token grants, whatever it is asked for.
///
/// # Errors
/// Why nothing is granted.
pub fn judge(request: &Request, api: &Api) -> Result<Grant, Refusal> {
    api.tokens.check(presented(request)?).map_err(Refusal::Invalid)
}

/// The grant, if it has the scope that is needed.
///
/// # Errors
/// It does not have it.
pub fn with_scope(grant: Grant, scope: Scope) -> Result<Grant, Refusal> {
    match scope {
        Some(scope) if !grant.scopes.iter().any(|s| s == scope) => Err(Refusal::Scope(scope)),
        _ => Ok(grant),
    }
}

/// The bearer token of a request, still unjudged.
///
/// Only the Authorization field counts. A token in the query or in a form is not looked at, except
/// to refuse a request that sends one in both places.
///
/// # Errors
/// There is none, or it was sent in a way that is not allowed.
pub fn presented(request: &Request) -> Result<&str, Refusal> {
    let mut fields = request.values("authorization");
    let field = fields.next().ok_or(Refusal::NoToken)?;
    if fields.next().is_some() {
        return Err(Refusal::Malformed("There are several Authorization fields."));
    }
    if field.trim().is_empty() {
        return Err(Refusal::Malformed("The Authorization field is empty."));
    }
    let (scheme, token) = field.trim().split_once([' ', '\t']).unwrap_or((field.trim(), ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    let token = token.trim();
    if token.is_empty() {
        return Err(Refusal::Malformed("There is no token after the scheme."));
    }
    if !is_token68(token) {
        return Err(Refusal::Malformed("The token has characters that no token has."));
    }
    if request.query_value("access_token").is_some() || form_has_token(request) {
        return Err(Refusal::Malformed("There is a token outside the Authorization field too."));
    }
    Ok(token)
}

fn is_token68(token: &str) -> bool {
    let unpadded = token.trim_end_matches('=');
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    !unpadded.is_empty() && unpadded.bytes().all(allowed)
}

fn form_has_token(request: &Request) -> bool {
    request.form().is_some_and(|fields| fields.iter().any(|(name, _)| name == "access_token"))
}

impl Refusal {
    /// The status, challenge and body that tell the client.
    pub fn into_answer(self) -> Answer {
        let (status, code, description) = match self {
            Refusal::NoToken => {
                // No error code in the challenge: the client has done nothing wrong yet.
                let description = "This route needs a bearer token.";
                return Answer::error(401, "unauthorized", description).with(CHALLENGE, REALM);
            }
            Refusal::Malformed(why) => (400, "invalid_request", why),
            Refusal::Invalid(why) => (401, "invalid_token", why),
            Refusal::Scope(_) => (403, "insufficient_scope", "The token lacks a scope."),
        };
        let mut challenge =
            format!(r#"{REALM}, error="{code}", error_description="{description}""#);
        if let Refusal::Scope(scope) = self {
            challenge.push_str(&format!(r#", scope="{scope}""#));
        }
        Answer::error(status, code, description).with(CHALLENGE, challenge)
    }
}

/// The field that carries a challenge.
pub const CHALLENGE: &str = "WWW-Authenticate";
/// The challenge to who sent no token.
pub const REALM: &str = r#"Bearer realm="demo""#;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(values: &[&str], query: &str) -> Request {
        let fields = values.iter().map(|v| ("Authorization".to_owned(), (*v).to_owned())).collect();
        Request { fields, query: query.to_owned(), ..Request::default() }
    }

    #[test]
    fn a_token_is_found_whatever_the_case_of_its_scheme() {
        for value in ["Bearer a.b-c_~+/==", "bearer a.b-c_~+/==", "BEARER   a.b-c_~+/== "] {
            assert_eq!(presented(&request(&[value], "")), Ok("a.b-c_~+/=="), "{value}");
        }
    }

    #[test]
    fn what_is_no_bearer_credential_is_the_same_as_none() {
        for values in [&[][..], &["Basic dTpw"], &["abc.def.ghi"], &["Basic x, Bearer y"]] {
            assert_eq!(presented(&request(values, "")), Err(Refusal::NoToken), "{values:?}");
        }
        assert_eq!(presented(&request(&[], "access_token=x")), Err(Refusal::NoToken));
    }

    #[test]
    fn what_is_sent_wrongly_is_malformed() {
        let wrong = [
            (&["Bearer"][..], ""),
            (&["Bearer "], ""),
            (&[""], ""),
            (&["Bearer a b"], ""),
            (&["Bearer a,b"], ""),
            (&["Bearer =="], ""),
            (&["Bearer a", "Bearer a"], ""),
            (&["Bearer a"], "x=1&access%5Ftoken=b"),
        ];
        for (values, query) in wrong {
            let request = request(values, query);
            let found = presented(&request);
            assert!(matches!(found, Err(Refusal::Malformed(_))), "{values:?} {query}: {found:?}");
        }
    }
}
