//! The probes of `claims` that are about whose a token is, and whether it still is.

use super::{Accepted, Answer, BROKEN_AUTHENTICATION, ErrorCode, INVALID, Needs, Probe, claims};

pub const OTHER_USER: Probe = Probe {
    id: "other-user",
    set: "claims",
    sent: "the good token of another user",
    needs: Needs::GivenToken,
    answer: Answer {
        statuses: &[403, 404],
        error: ErrorCode::Unchallenged,
        accepted: Accepted::Bypass,
    },
    standard: "RFC 9110 §15.5.4, §15.5.5",
    owasp: "API1:2023",
    why: "An id in a path can be guessed: whoever is known must still be asked whose object it is. \
          It is for requests that name an object of one user. Where everybody gets an answer of \
          his own, such as a list of his orders, do not ask for it.",
    known: "Look-ups by the id alone. OWASP ranks it first among the faults of APIs.",
    make: claims::claims,
};

pub const REVOKED: Probe = Probe {
    id: "revoked",
    set: "claims",
    sent: "a token that was good, and was revoked",
    needs: Needs::TokenOfItsOwn,
    answer: Answer { accepted: Accepted::Gap, ..INVALID },
    standard: "RFC 7009 §2, RFC 6750 §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "Who logs out, or has lost a token, wants it to be worth nothing from then on.",
    known: "JWTs that are verified without asking anybody stay good until they expire; logouts that \
            only take a cookie back.",
    make: claims::revoked,
};
