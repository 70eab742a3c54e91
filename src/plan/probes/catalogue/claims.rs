//! The set `claims`: tokens that were good once, or are for something else.

use super::{BROKEN_AUTHENTICATION, INVALID};
use crate::auth::answer::{Accepted, Answer, ErrorCode};
use crate::plan::probes::claims as make;
use crate::plan::probes::{Needs, Probe};

const SET: &str = "claims";
const FORBIDDEN: Answer =
    Answer { statuses: &[403], error: ErrorCode::InsufficientScope, ..INVALID };

pub const EXPIRED: Probe = Probe {
    id: "expired",
    set: SET,
    sent: "a token whose `exp` was an hour ago",
    needs: Needs::Key,
    answer: INVALID,
    standard: "RFC 7519 §4.1.4, RFC 6750 §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "A token that was lost must be worth nothing some day.",
    known: "Libraries that verify the signature and leave the times to their caller.",
    make: make::claims,
};

pub const NOT_YET_VALID: Probe = Probe {
    id: "not-yet-valid",
    set: SET,
    sent: "a token whose `nbf` is in an hour",
    needs: Needs::Key,
    answer: Answer { accepted: Accepted::Gap, ..INVALID },
    standard: "RFC 7519 §4.1.5",
    owasp: BROKEN_AUTHENTICATION,
    why: "Who issues a token for tomorrow means tomorrow.",
    known: "Libraries that look at `exp` and not at `nbf`.",
    make: make::claims,
};

pub const BAD_EXP_TYPE: Probe = Probe {
    id: "bad-exp-type",
    set: SET,
    sent: "a token whose `exp` is a text",
    needs: Needs::Key,
    answer: Answer { accepted: Accepted::Gap, ..INVALID },
    standard: "RFC 7519 §4.1.4, §2",
    owasp: BROKEN_AUTHENTICATION,
    why: "A time that cannot be compared must not be taken for none: such a token never expires.",
    known: "The class of CVE-2026-25537.",
    make: make::claims,
};

pub const WRONG_AUDIENCE: Probe = Probe {
    id: "wrong-audience",
    set: SET,
    sent: "a token whose `aud` is somebody else",
    needs: Needs::Key,
    answer: INVALID,
    standard: "RFC 7519 §4.1.3, RFC 8725 §3.9, RFC 9068 §4",
    owasp: BROKEN_AUTHENTICATION,
    why: "A token for one API must not open another that trusts the same issuer.",
    known: "Many libraries check `aud` only when they are told what it must be; Envoy answers 403.",
    make: make::claims,
};

pub const WRONG_ISSUER: Probe = Probe {
    id: "wrong-issuer",
    set: SET,
    sent: "a token whose `iss` is somebody else",
    needs: Needs::Key,
    answer: INVALID,
    standard: "RFC 8725 §3.8, RFC 9068 §4",
    owasp: BROKEN_AUTHENTICATION,
    why: "A key may sign for several issuers, and not all of them are trusted here.",
    known: "Many libraries check `iss` only when they are told what it must be.",
    make: make::claims,
};

pub const MISSING_SCOPE: Probe = Probe {
    id: "missing-scope",
    set: SET,
    sent: "a valid token without the scope",
    needs: Needs::GivenToken,
    answer: FORBIDDEN,
    standard: "RFC 6750 §3.1",
    owasp: "API5:2023",
    why: "Whoever may do something may not do everything.",
    known: "Services that check who asks, and leave what he may to the user interface.",
    make: make::claims,
};

pub const OTHER_USER: Probe = Probe {
    id: "other-user",
    set: SET,
    sent: "the good token of another user",
    needs: Needs::GivenToken,
    answer: Answer { statuses: &[403, 404], error: ErrorCode::Unchallenged, ..INVALID },
    standard: "RFC 9110 §15.5.4, §15.5.5",
    owasp: "API1:2023",
    why: "An id in a path can be guessed: whoever is known must still be asked whose object it is. \
          It is for requests that name an object of one user. Where everybody gets an answer of \
          his own, such as a list of his orders, do not ask for it.",
    known: "Look-ups by the id alone. OWASP ranks it first among the faults of APIs.",
    make: make::claims,
};

pub const REVOKED: Probe = Probe {
    id: "revoked",
    set: SET,
    sent: "a token that was good, and was revoked",
    needs: Needs::TokenOfItsOwn,
    answer: Answer { accepted: Accepted::Gap, ..INVALID },
    standard: "RFC 7009 §2, RFC 6750 §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "Who logs out, or has lost a token, wants it to be worth nothing from then on.",
    known: "JWTs that are verified without asking anybody stay good until they expire; logouts that \
            only take a cookie back.",
    make: make::revoked,
};
