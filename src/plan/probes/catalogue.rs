//! The catalogue of probes, as one table.

use super::{Hygiene, Needs, Probe, make};
use crate::auth::answer::{Accepted, Answer, ErrorCode};

const BARE: Answer =
    Answer { statuses: &[401], error: ErrorCode::Bare, accepted: Accepted::Bypass };
const BARE_OR_400: Answer = Answer { statuses: &[401, 400], ..BARE };
const OPEN_OR_400: Answer = Answer { error: ErrorCode::Open, ..BARE_OR_400 };
const INVALID: Answer = Answer { error: ErrorCode::InvalidToken, ..BARE };

const BROKEN_AUTHENTICATION: &str = "API2:2023";

/// All probes, set by set.
pub static PROBES: &[Probe] = &[
    Probe {
        id: "no-token",
        set: "core",
        sent: "no Authorization field",
        needs: Needs::Nothing,
        answer: BARE,
        standard: "RFC 6750 §3.1, RFC 9110 §15.5.2",
        owasp: BROKEN_AUTHENTICATION,
        why: "Whoever asks without a credential must be told to bring one.",
        known: "Without more set up, PostgREST answers as its anonymous role, Kubernetes and \
                oauth2-proxy answer 403, axum's TypedHeader 400, FastAPI's HTTPBearer before \
                0.122 403.",
        make: make::no_token,
    },
    Probe {
        id: "empty-value",
        set: "core",
        sent: "`Authorization:` with nothing behind it",
        needs: Needs::Nothing,
        answer: BARE_OR_400,
        standard: "RFC 9110 §11.6.2, RFC 6750 §3.1",
        owasp: BROKEN_AUTHENTICATION,
        why: "Code that asks whether the field is there, and not what it holds, lets this in.",
        known: "Filters that look up the field and do not parse it.",
        make: make::empty_value,
    },
    Probe {
        id: "scheme-only",
        set: "core",
        sent: "`Authorization: Bearer`",
        needs: Needs::Nothing,
        answer: OPEN_OR_400,
        standard: "RFC 6750 §2.1, §3.1",
        owasp: BROKEN_AUTHENTICATION,
        why: "A client whose token variable is empty sends this; code that splits at the space \
              and takes what comes for a token may crash, or take the empty text for one.",
        known: "`header.split(' ')[1]` without a check answers 500 in several languages.",
        make: make::scheme_only,
    },
    Probe {
        id: "basic-scheme",
        set: "core",
        sent: "`Authorization: Basic` with a made-up user and password",
        needs: Needs::Nothing,
        answer: BARE_OR_400,
        standard: "RFC 9110 §11.4, RFC 6750 §3.1",
        owasp: BROKEN_AUTHENTICATION,
        why: "A second way in that nobody meant to open, such as a proxy's, lets this in.",
        known: "node-oidc-provider and Auth0 answer 400.",
        make: make::basic_scheme,
    },
    Probe {
        id: "random-token",
        set: "core",
        sent: "`Authorization: Bearer` with random text",
        needs: Needs::Nothing,
        answer: INVALID,
        standard: "RFC 6750 §3.1",
        owasp: BROKEN_AUTHENTICATION,
        why: "Code that asks only whether there is a token lets this in.",
        known: "Servers that echo or mock, such as httpbin's /bearer, take any token.",
        make: make::random_token,
    },
    Probe {
        id: "null-token",
        set: "core",
        sent: "`Bearer null` and `Bearer undefined`",
        needs: Needs::Nothing,
        answer: INVALID,
        standard: "RFC 6750 §3.1",
        owasp: BROKEN_AUTHENTICATION,
        why: "Clients in JavaScript send these words when they have no token; look-ups by a \
              missing value may find a user with none.",
        known: "Servers that compare texts after a conversion of null.",
        make: make::null_token,
    },
    Probe {
        id: "look-alike",
        set: "core",
        sent: "a token of the same length, alphabet and prefix with other characters (of a JWT \
               the header stays)",
        needs: Needs::Token,
        answer: INVALID,
        standard: "RFC 6750 §3.1, RFC 8725 §3.3",
        owasp: BROKEN_AUTHENTICATION,
        why: "Code that checks the form of a token, and not the token, lets this in.",
        known: "Gateways that check a pattern and leave the rest to a service that trusts them.",
        make: make::look_alike,
    },
    Probe {
        id: "truncated",
        set: "core",
        sent: "the token without its last 4 characters",
        needs: Needs::Token,
        answer: INVALID,
        standard: "RFC 6750 §3.1, RFC 7515 §5.2",
        owasp: BROKEN_AUTHENTICATION,
        why: "Look-ups by a prefix, and columns that cut what is stored, let this in.",
        known: "Stores that keep the beginning of a token as its key.",
        make: make::truncated,
    },
    Probe {
        id: "extended",
        set: "core",
        sent: "the token and one more character (of a JWT: `.A`)",
        needs: Needs::Token,
        answer: INVALID,
        standard: "RFC 6750 §3.1, RFC 7515 §5.2",
        owasp: BROKEN_AUTHENTICATION,
        why: "Comparisons that end where the stored token ends let this in.",
        known: "Parsers that read three parts of a JWT and overlook the rest.",
        make: make::extended,
    },
    Probe {
        id: "embedded-scheme",
        set: "core",
        sent: "`Xyz Bearer` and `Basic dXNlcjpwYXNz, Bearer` before the good token",
        needs: Needs::GoodToken,
        answer: Answer { accepted: Accepted::NonConformance, ..OPEN_OR_400 },
        standard: "RFC 9110 §11.6.2",
        owasp: BROKEN_AUTHENTICATION,
        why: "Authorization holds one credential. A server that looks for `Bearer` anywhere in it \
              reads it otherwise than a proxy before it may.",
        known: "Envoy and Kong accept both.",
        make: make::embedded_scheme,
    },
    Probe {
        id: "scheme-case",
        set: "core",
        sent: "`bearer` and `BEARER` before the good token",
        needs: Needs::GoodToken,
        answer: Answer { statuses: &[], error: ErrorCode::Open, accepted: Accepted::Right },
        standard: "RFC 9110 §11.1",
        owasp: "",
        why: "A scheme means the same in any case: a client that writes it in lower case has a \
              right to be served.",
        known: "Many servers compare the scheme letter by letter.",
        make: make::scheme_case,
    },
];

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
        id: "challenge-error",
        must: "the challenge says error=\"invalid_token\" for a bad token, invalid_request beside \
               a 400, and no error where no token was sent",
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
