//! Flaws that take a good token where it does not belong.

use super::attempt::Attempt;
use crate::demo::bearer::Refusal;
use crate::demo::grant::Grant;
use crate::demo::request::Request;

/// In the query, when there is no Authorization field.
pub fn query(attempt: &Attempt) -> Option<Grant> {
    in_query(attempt).filter(|_| attempt.is_anonymous())
}

/// In the query, when there is another token in the Authorization field.
pub fn two_places(attempt: &Attempt) -> Option<Grant> {
    in_query(attempt).filter(|_| !attempt.is_anonymous())
}

/// In a cookie.
pub fn cookie(attempt: &Attempt) -> Option<Grant> {
    let pairs = attempt.request.values("cookie").flat_map(|line| line.split(';'));
    let named = pairs.filter_map(|pair| pair.trim().split_once('='));
    let mut tokens = named.filter(|(name, _)| ["access_token", "token", "jwt"].contains(name));
    tokens.find_map(|(_, token)| attempt.grant(token)).filter(|_| attempt.is_anonymous())
}

/// In a field of another name.
pub fn other_header(attempt: &Attempt) -> Option<Grant> {
    let mut fields = ["x-access-token", "x-auth-token"].into_iter();
    let token = fields.find_map(|field| attempt.request.value(field))?;
    attempt.grant(token).filter(|_| attempt.is_anonymous())
}

/// In the last of several Authorization fields.
pub fn last_header(attempt: &Attempt) -> Option<Grant> {
    let mut fields = attempt.request.values("authorization").skip(1);
    bearer(attempt, fields.by_ref().last()?)
}

/// Behind any scheme.
pub fn any_scheme(attempt: &Attempt) -> Option<Grant> {
    let (_, token) = attempt.authorization()?.split_once(' ')?;
    attempt.grant(token)
}

/// Behind another scheme and its own.
pub fn embedded_scheme(attempt: &Attempt) -> Option<Grant> {
    let field = attempt.authorization()?;
    let (_, token) = field.rsplit_once(" Bearer ")?;
    attempt.grant(token)
}

/// Before something else.
pub fn trailing_junk(attempt: &Attempt) -> Option<Grant> {
    bearer(attempt, attempt.authorization()?.rsplit_once(' ')?.0)
}

/// Without a scheme.
pub fn no_scheme(attempt: &Attempt) -> Option<Grant> {
    attempt.grant(attempt.authorization()?)
}

/// Only behind a scheme written as RFC 6750 writes it.
pub fn case_sensitive_scheme(request: &Request) -> Option<Refusal> {
    let field = request.value("authorization")?;
    (!field.starts_with("Bearer")).then_some(Refusal::NoToken)
}

fn in_query(attempt: &Attempt) -> Option<Grant> {
    attempt.grant(&attempt.request.query_value("access_token")?)
}

fn bearer(attempt: &Attempt, field: &str) -> Option<Grant> {
    attempt.grant(field.strip_prefix("Bearer ")?)
}
