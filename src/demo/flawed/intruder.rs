//! Flaws that let in who has no good token at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::alice;
use super::attempt::Attempt;
use crate::demo::bearer::Refusal;
use crate::demo::grant::Grant;
use crate::demo::tokens::{ALICE, BOB, NO_SCOPE, READER, REVOCABLE, YEAR_2100};
use crate::demo::users::{READ, WRITE};

/// Everybody, whatever they send.
pub fn everybody(_: &Attempt) -> Option<Grant> {
    Some(alice())
}

/// Who sends no Authorization field; a bad token is refused.
pub fn nobody(attempt: &Attempt) -> Option<Grant> {
    attempt.is_anonymous().then(alice)
}

/// Who sends an empty Authorization field.
pub fn empty_value(attempt: &Attempt) -> Option<Grant> {
    attempt.authorization()?.is_empty().then(alice)
}

/// Who sends the scheme and no token.
pub fn scheme_only(attempt: &Attempt) -> Option<Grant> {
    attempt.authorization()?.eq_ignore_ascii_case("bearer").then(alice)
}

/// Who sends a user name and a password by Basic, whatever they are.
pub fn basic_user(attempt: &Attempt) -> Option<Grant> {
    let (scheme, user) = attempt.authorization()?.split_once(' ')?;
    let user = STANDARD.decode(user).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    user.contains(&b':').then(alice)
}

/// Who sends any token: it is not looked at.
pub fn any_token(attempt: &Attempt) -> Option<Grant> {
    attempt.token().map(|_| alice())
}

/// Who sends what a client writes that has no token.
pub fn null_token(attempt: &Attempt) -> Option<Grant> {
    ["null", "undefined"].contains(&attempt.token()?).then(alice)
}

/// Who sends a token that looks like alice's: the same length and beginning.
pub fn look_alike(attempt: &Attempt) -> Option<Grant> {
    let token = attempt.token()?;
    (token.len() == ALICE.len() && token.starts_with("demo-")).then(alice)
}

/// Who sends the beginning of one of the fixed tokens: only as many characters are compared as came.
pub fn prefix_match(attempt: &Attempt) -> Option<Grant> {
    let token = attempt.token()?;
    let whole = [ALICE, BOB, READER, NO_SCOPE, REVOCABLE].into_iter();
    whole.filter(|whole| whole.starts_with(token)).find_map(|whole| attempt.grant(whole))
}

/// Who sends a good opaque token with more behind it: only as many characters are compared as the
/// good token has.
pub fn overlong_match(attempt: &Attempt) -> Option<Grant> {
    let token = attempt.token().filter(|token| !token.contains('.'))?;
    (1..token.len()).rev().find_map(|end| attempt.grant(&token[..end]))
}

/// Who sends HEAD.
pub fn head(attempt: &Attempt) -> Option<Grant> {
    (attempt.request.method == "HEAD").then(alice)
}

/// Who lists the orders without a good token: a guest, who has none.
pub fn guest(attempt: &Attempt) -> Option<Grant> {
    let lists = attempt.request.method == "GET" && attempt.request.path.ends_with("/orders");
    let bad = matches!(attempt.refusal, Refusal::NoToken | Refusal::Invalid(_));
    (lists && bad).then(|| Grant::opaque("guest", &[READ], YEAR_2100))
}

/// Who says in a field that a gateway has let them in.
pub fn identity_headers(attempt: &Attempt) -> Option<Grant> {
    let fields = ["x-user-id", "x-forwarded-user", "x-remote-user"];
    let user = fields.iter().find_map(|field| attempt.request.value(field))?;
    attempt.is_anonymous().then(|| Grant::opaque(user, &[READ, WRITE], YEAR_2100))
}
