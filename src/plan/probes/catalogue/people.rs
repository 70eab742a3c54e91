//! The probes of `claims` that are about whose a token is, and whether it still is.

use super::{Accepted, Answer, ErrorCode, Needs, Probe, claims};

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
