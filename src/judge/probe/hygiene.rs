//! What is off about an answer whatever its verdict: the checks that take no request of their own.

use super::{Asked, Grade, Note};
use crate::auth::answer::{ErrorCode, Profile};
use crate::auth::challenge::{Challenge, parse};
use crate::http::message::Response;

/// Any piece of a token of so many characters is as telling as the whole.
const PIECE: usize = 16;

/// A token of fewer characters may stand in an answer by chance.
const SHORT: usize = 8;

/// The error codes of RFC 6750 §3.1, each with its status.
const CODES: [(&str, u16); 3] =
    [("invalid_request", 400), ("invalid_token", 401), ("insufficient_scope", 403)];

/// The status of a refusal.
pub fn status(asked: Asked, status: u16) -> Option<Note> {
    let right = match asked.profile {
        Profile::Strict | Profile::Standard => asked.answer.takes(status),
        // A token that nobody takes says nothing about what may be done with it.
        Profile::Lenient if is_for_good_token(asked.answer.error) => matches!(status, 403 | 404),
        Profile::Lenient => {
            matches!(status, 400 | 401 | 403 | 404 | 422 | 300..400) || asked.answer.takes(status)
        }
    };
    (!right).then(|| {
        let text = format!("with {status}, where {} is right", asked.answer.refusals());
        Note { id: "refusal-status", grade: Grade::Fails, text }
    })
}

/// Whether what is refused so is a token that is good for something else.
fn is_for_good_token(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::InsufficientScope | ErrorCode::Unchallenged)
}

/// The challenge beside a refusal.
pub fn challenge(asked: Asked, response: &Response) -> Vec<Note> {
    let grade = match asked.profile {
        Profile::Strict => Grade::Fails,
        Profile::Standard => Grade::Warns,
        Profile::Lenient => Grade::Fine,
    };
    let mut notes = Vec::new();
    let mut note = |id, grade, text: String| notes.push(Note { id, grade, text });
    let lines: Vec<&str> = response.header_values("www-authenticate").collect();
    let challenges = match parse(lines.iter().copied()) {
        Ok(challenges) => Some(challenges),
        Err(unreadable) => {
            let fault = unreadable.faults.first();
            let why = fault.map_or_else(String::new, |f| format!("{f}: {}", f.help));
            note("challenge-parses", grade, format!("its challenge cannot be read: {why}"));
            unreadable.recovered
        }
    };
    if let Some(challenges) = challenges {
        let bearer =
            challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"));
        match bearer {
            Some(bearer) => {
                if let Some((id, text, always)) = error_code(asked, response.status, bearer) {
                    note(id, if always { Grade::Warns } else { grade }, text);
                }
            }
            None if is_challenged(asked, response.status) && lines.is_empty() => {
                let text = format!("the {} carries no WWW-Authenticate field", response.status);
                note("challenge-present", grade, text);
            }
            None if is_challenged(asked, response.status) => {
                let text = "none of its challenges is a Bearer challenge".into();
                note("challenge-scheme", grade, text);
            }
            None => {}
        }
    }
    notes.retain(|note| note.grade > Grade::Fine);
    notes
}

/// Whether an answer must carry a challenge: so must a 403 that is for the scope of a token.
fn is_challenged(asked: Asked, status: u16) -> bool {
    status == 401 || status == 403 && asked.answer.error == ErrorCode::InsufficientScope
}

/// What is off about the error code, and whether that is a warning in every profile.
fn error_code(
    asked: Asked,
    status: u16,
    bearer: &Challenge,
) -> Option<(&'static str, String, bool)> {
    let error = bearer.param("error");
    let belongs = error.and_then(|error| CODES.iter().find(|(code, _)| *code == error));
    if let Some((code, right)) = belongs
        && *right != status
    {
        let text = format!("its error=\"{code}\" belongs beside {right}, not {status}");
        return Some(("challenge-status", text, false));
    }
    let wanted = match (status, asked.answer.error) {
        (400, _) => "invalid_request",
        (401, ErrorCode::InvalidToken) => "invalid_token",
        (403, ErrorCode::InsufficientScope) => "insufficient_scope",
        (401, ErrorCode::Bare) => {
            let error = error?;
            let text = format!("its challenge says error=\"{error}\", though no token was sent");
            return Some(("challenge-error", text, true));
        }
        _ => return None,
    };
    (error != Some(wanted)).then(|| {
        let says = match error {
            Some(error) => format!("says error=\"{error}\", not"),
            None => "does not say".to_owned(),
        };
        ("challenge-error", format!("its challenge {says} error=\"{wanted}\""), false)
    })
}

/// Whether the header of an answer, or the body of a refusal, repeats one of the tokens.
pub fn echo(tokens: &[&str], response: &Response, with_body: bool) -> Option<Note> {
    let repeats = |text: &str| tokens.iter().any(|token| holds_piece(text, token));
    let header = response.headers.iter().find(|(_, value)| repeats(value));
    let place = match header {
        Some((name, _)) => format!("the header {name}"),
        None if with_body && repeats(&String::from_utf8_lossy(&response.body)) => {
            "its body".to_owned()
        }
        None => return None,
    };
    let text = format!("{place} repeats the token that was sent");
    Some(Note { id: "token-echo", grade: Grade::Fails, text })
}

/// What is off about the answer to the control.
pub fn of_control(profile: Profile, token: &str, response: &Response) -> Vec<Note> {
    let echo = echo(&[token], response, false);
    let success = (200..300).contains(&response.status);
    let cached = response.header_values("cache-control").find(|value| {
        value.split(',').any(|directive| {
            let name = directive.split('=').next().unwrap_or_default().trim();
            ["public", "s-maxage"].iter().any(|shared| name.eq_ignore_ascii_case(shared))
        })
    });
    let cached = cached.filter(|_| success).map(|value| {
        let grade = match profile {
            Profile::Strict => Grade::Fails,
            Profile::Standard | Profile::Lenient => Grade::Warns,
        };
        let text =
            format!("`Cache-Control: {value}` lets shared caches keep what only the token may see");
        Note { id: "cache-control", grade, text }
    });
    echo.into_iter().chain(cached).collect()
}

/// Whether a text holds a token, or a telling piece of it behind the header of a JWT, which is the
/// same for everybody.
fn holds_piece(text: &str, token: &str) -> bool {
    let jwt = token.starts_with("eyJ").then(|| token.split_once('.')).flatten();
    let telling = jwt.map_or(token, |(_, rest)| rest);
    if telling.len() < SHORT || text.len() < telling.len().min(PIECE) {
        return false;
    }
    let size = telling.len().min(PIECE);
    telling
        .as_bytes()
        .windows(size)
        .any(|piece| std::str::from_utf8(piece).is_ok_and(|piece| text.contains(piece)))
}
