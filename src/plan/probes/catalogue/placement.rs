//! The set `placement`: a good token where it does not belong, and names in place of one.

use super::{BARE, BARE_OR_400, BROKEN_AUTHENTICATION, OPEN_OR_400};
use crate::auth::answer::{Accepted, Answer};
use crate::plan::probes::make::placement as make;
use crate::plan::probes::{Needs, Probe};

const SET: &str = "placement";
const UNLISTED: Answer = Answer { accepted: Accepted::NonConformance, ..BARE };
const UNLISTED_OR_400: Answer = Answer { accepted: Accepted::NonConformance, ..BARE_OR_400 };
const TWICE: Answer = Answer { statuses: &[400, 401], accepted: Accepted::Gap, ..OPEN_OR_400 };
const MALFORMED: Answer = Answer { accepted: Accepted::NonConformance, ..TWICE };
const UNNAMED: Answer = Answer { statuses: &[401], ..OPEN_OR_400 };

pub const QUERY: Probe = Probe {
    id: "query",
    set: SET,
    sent: "the good token as `?access_token=…`, and no Authorization field",
    needs: Needs::GoodToken,
    answer: UNLISTED_OR_400,
    standard: "RFC 9700 §4.3.2, RFC 6750 §2.3",
    owasp: BROKEN_AUTHENTICATION,
    why: "A URL stands in logs, histories and Referer fields, and the token in it with it.",
    known: "Envoy's JWT filter looks there unless it is told where to look.",
    make: make::query,
};

pub const OTHER_SCHEME: Probe = Probe {
    id: "other-scheme",
    set: SET,
    sent: "the good token behind `Basic`, `Token` and `Xyz`",
    needs: Needs::GoodToken,
    answer: UNLISTED_OR_400,
    standard: "RFC 9110 §11.4, RFC 6750 §2.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "Code that takes what stands behind the space for a token does not know what it was \
          given: the next part may read the same field in another way.",
    known: "`header.split(' ')[1]`; Jupyter Server takes `Token`.",
    make: make::other_scheme,
};

pub const TWO_PLACES: Probe = Probe {
    id: "two-places",
    set: SET,
    sent: "random text as the bearer token, and the good one as `access_token` in the query",
    needs: Needs::GoodToken,
    answer: TWICE,
    standard: "RFC 6750 §2, §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "A gateway that checks one token and an API that uses the other let pass who they do not \
          know.",
    known: "Filters that try one place after the other until a token is good.",
    make: make::two_places,
};

pub const COOKIE: Probe = Probe {
    id: "cookie",
    set: SET,
    sent: "the good token in a cookie: `access_token`, `token`, `jwt`",
    needs: Needs::GoodToken,
    answer: UNLISTED,
    standard: "RFC 6750 §2, §5.3",
    owasp: BROKEN_AUTHENTICATION,
    why: "A browser sends a cookie on its own, so that any page can make requests in its user's \
          name.",
    known: "Set-ups that share a guard with a web site.",
    make: make::cookie,
};

pub const OTHER_HEADER: Probe = Probe {
    id: "other-header",
    set: SET,
    sent: "the good token in `X-Access-Token` and `X-Auth-Token`",
    needs: Needs::GoodToken,
    answer: UNLISTED,
    standard: "RFC 6750 §2",
    owasp: BROKEN_AUTHENTICATION,
    why: "What takes a secret for such does so by the name Authorization: logs and caches do not \
          know of others.",
    known: "Middleware that looks in several fields by default.",
    make: make::other_header,
};

pub const TWO_HEADERS: Probe = Probe {
    id: "two-headers",
    set: SET,
    sent: "two Authorization fields, the first with random text, the second with the good token",
    needs: Needs::GoodToken,
    answer: TWICE,
    standard: "RFC 9110 §5.3, §11.6.2, RFC 6750 §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "A gateway that reads the first and an API that reads the last do not speak of the same \
          caller.",
    known: "Servers differ in whether the first or the last of several fields counts.",
    make: make::two_headers,
};

pub const TRAILING_JUNK: Probe = Probe {
    id: "trailing-junk",
    set: SET,
    sent: "`Authorization: Bearer`, the good token, and a word behind it",
    needs: Needs::GoodToken,
    answer: MALFORMED,
    standard: "RFC 6750 §2.1, §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "Code that takes the second of the words does not read the field, it guesses.",
    known: "`header.split(' ')[1]`.",
    make: make::trailing_junk,
};

pub const NO_SCHEME: Probe = Probe {
    id: "no-scheme",
    set: SET,
    sent: "`Authorization:` and the good token, without `Bearer`",
    needs: Needs::GoodToken,
    answer: MALFORMED,
    standard: "RFC 9110 §11.4, §11.6.2, RFC 6750 §2.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "Code that cuts off `Bearer` where it stands does not ask whether it stands there.",
    known: "`header.replace('Bearer ', '')`.",
    make: make::no_scheme,
};

pub const IDENTITY_HEADERS: Probe = Probe {
    id: "identity-headers",
    set: SET,
    sent: "no token, and a user's name in `X-User-Id`, `X-Forwarded-User` and `X-Remote-User`",
    needs: Needs::Nothing,
    answer: UNNAMED,
    standard: "RFC 6750 §3.1, RFC 9110 §15.5.2",
    owasp: BROKEN_AUTHENTICATION,
    why: "An API behind a gateway that names the caller believes anybody who gets past it, or \
          whose field the gateway forgets to take off.",
    known: "Set-ups behind oauth2-proxy and the like that can be reached without it.",
    make: make::identity_headers,
};
