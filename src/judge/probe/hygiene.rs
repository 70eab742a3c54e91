//! What is off about an answer whatever its verdict: the checks that take no request of their own.

use super::{Asked, Grade, Note};
use crate::auth::answer::{ErrorCode, Profile};
use crate::auth::challenge::{Challenge, Unreadable, lints, parse};
use crate::http::message::Response;
use crate::http::redirect::is_redirect;

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
        Profile::Lenient => is_lenient_refusal(status) || asked.answer.takes(status),
    };
    (!right).then(|| {
        let text = format!("with {status}, where {} is right", asked.answer.refusals());
        Note { id: "refusal-status", grade: Grade::Fails, text }
    })
}

/// The status 200 of a refusal that only the errors of GraphQL tell. Whom they refuse they do not
/// say, so they do not stand for the 403 of a good token either.
pub fn errors_for_status(asked: Asked) -> Option<Note> {
    let is_taken = asked.profile == Profile::Lenient && !is_for_good_token(asked.answer.error);
    (!is_taken).then(|| {
        let text = format!("with 200 and `errors`, where {} is right", asked.answer.refusals());
        Note { id: "refusal-status", grade: Grade::Fails, text }
    })
}

/// What refuses somebody in one way or another: a 304 says that the answer was served before.
fn is_lenient_refusal(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 404 | 422) || is_redirect(status)
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
    let lines: Vec<&str> = response.header_values("www-authenticate").collect();
    let mut notes = match parse(lines.iter().copied()) {
        _ if lines.is_empty() => absent(asked, response.status, "WWW-Authenticate field", grade),
        Ok(challenges) => in_challenges(asked, response.status, &challenges, grade),
        Err(unreadable) => {
            let text = unreadable_text(&unreadable);
            let recovered = unreadable.recovered.iter();
            let meant = recovered.flat_map(|c| in_challenges(asked, response.status, c, grade));
            let broken = Note { id: "challenge-parses", grade, text };
            std::iter::once(broken).chain(meant).collect()
        }
    };
    notes.retain(|note| note.grade > Grade::Fine);
    notes
}

/// That there is no challenge, where there must be one.
fn absent(asked: Asked, status: u16, what: &str, grade: Grade) -> Vec<Note> {
    let note = || {
        let text = format!("the {status} carries no {what}");
        Note { id: "challenge-present", grade, text }
    };
    is_challenged(asked, status).then(note).into_iter().collect()
}

/// Why a field cannot be read, and where; a lenient reader sees what was meant without its commas.
fn unreadable_text(unreadable: &Unreadable) -> String {
    let Some(fault) = unreadable.faults.first() else { return String::new() };
    match (&unreadable.recovered, unreadable.faults.len() - 1) {
        (None, _) => format!("its challenge cannot be read: {fault}: {}", fault.help),
        (Some(_), 0) => format!("comma missing in its challenge {fault}"),
        (Some(_), more) => format!("comma missing in its challenge {fault} (and {more} more)"),
    }
}

/// What is off about challenges that can be read.
fn in_challenges(asked: Asked, status: u16, challenges: &[Challenge], grade: Grade) -> Vec<Note> {
    if challenges.is_empty() {
        return absent(asked, status, "challenge", grade);
    }
    let bearer = challenges.iter().find(|c| c.scheme.eq_ignore_ascii_case("bearer"));
    let own = match bearer {
        Some(bearer) => error_code(asked, status, bearer).map(|(id, text, always)| Note {
            id,
            grade: if always { Grade::Warns } else { grade },
            text,
        }),
        None => is_challenged(asked, status).then(|| {
            let text = "none of its challenges is a Bearer challenge".to_owned();
            Note { id: "challenge-scheme", grade, text }
        }),
    };
    let lints: Vec<String> = challenges.iter().flat_map(lints).collect();
    let form = (!lints.is_empty()).then(|| {
        let text = format!("its challenge {}", lints.join("; it "));
        Note { id: "challenge-form", grade: grade.min(Grade::Warns), text }
    });
    own.into_iter().chain(form).collect()
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
        let text = format!(
            "`Cache-Control: {value}` lets shared caches keep what only the token may see: answer \
             `private` or `no-store`"
        );
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
    // Every piece of the text of that size has one of these blocks in it as a whole: as a rule none
    // of the few is in the token, and no piece has to be looked for.
    let mut blocks = text.as_bytes().chunks_exact(size.midpoint(1));
    if !blocks.any(|block| std::str::from_utf8(block).is_ok_and(|block| telling.contains(block))) {
        return false;
    }
    telling
        .as_bytes()
        .windows(size)
        .any(|piece| std::str::from_utf8(piece).is_ok_and(|piece| text.contains(piece)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_token_is_found_wherever_it_stands() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.Zm9yZ2VkLXNpZ25hdHVyZQ";
        for (token, telling) in
            [(jwt, &jwt[21..]), ("k9-of-bob", "k9-of-bob"), (&jwt[3..50], &jwt[3..50])]
        {
            let size = telling.len().min(PIECE);
            for from in 0..=telling.len() - size {
                for lead in 0..20 {
                    let piece = &telling[from..from + size];
                    let text = format!("{}{piece} é", "é".repeat(lead / 2) + &"x".repeat(lead % 2));
                    assert!(holds_piece(&text, token), "{text}");
                    let cut = format!("{}{} é", "x".repeat(lead), &piece[1..]);
                    assert!(!holds_piece(&cut, token), "{cut}");
                }
            }
        }
        // The header of a JWT is the same for everybody.
        assert!(!holds_piece("no eyJhbGciOiJIUzI1NiJ9.", jwt));
    }
}
