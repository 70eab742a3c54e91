//! The checks of every answer, as one table.

use super::Hygiene;

/// All checks of every answer.
pub static HYGIENE: &[Hygiene] = &[
    Hygiene {
        id: "refusal-status",
        must: "a refusal has the status that the standards ask for",
        standard: "RFC 6750 §3.1, RFC 9110 §15.5.2",
    },
    Hygiene {
        id: "challenge-present",
        must: "a 401 carries a WWW-Authenticate field",
        standard: "RFC 9110 §15.5.2, RFC 6750 §3",
    },
    Hygiene {
        id: "challenge-parses",
        must: "WWW-Authenticate follows its grammar",
        standard: "RFC 9110 §11.6.1",
    },
    Hygiene {
        id: "challenge-scheme",
        must: "one of the challenges is a Bearer challenge",
        standard: "RFC 6750 §3",
    },
    Hygiene {
        id: "challenge-form",
        must: "the realm stands in quotes, `Bearer` has a parameter behind it, and its parameters \
               only the characters that they may have; a warning where it is judged",
        standard: "RFC 9110 §11.5, RFC 6750 §3",
    },
    Hygiene {
        id: "challenge-error",
        must: "the challenge says error=\"invalid_token\" for a bad token, invalid_request beside \
               a 400, insufficient_scope beside a 403, and no error where no token was sent",
        standard: "RFC 6750 §3.1",
    },
    Hygiene {
        id: "challenge-status",
        must: "the status and the `error` of the challenge belong together",
        standard: "RFC 6750 §3.1",
    },
    Hygiene {
        id: "body-leak",
        must: "a refusal does not hold what it refuses",
        standard: "OWASP API3:2023",
    },
    Hygiene {
        id: "token-echo",
        must: "neither a refusal nor a header repeats the token",
        standard: "RFC 6750 §5.3",
    },
    Hygiene {
        id: "cache-control",
        must: "an authenticated answer is not `public` and has no `s-maxage`",
        standard: "RFC 6750 §5.3, RFC 9111 §3.5",
    },
];
