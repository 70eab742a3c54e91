//! The set `robust`: credentials that make a server stumble.

use super::{BROKEN_AUTHENTICATION, INVALID};
use crate::auth::answer::Answer;
use crate::plan::probes::make::robust as make;
use crate::plan::probes::{Needs, Probe};

const SET: &str = "robust";
/// 431: a server may refuse long fields before it looks at what they are (RFC 6585 §5).
const INVALID_OR_LARGE: Answer = Answer { statuses: &[401, 400, 431], ..INVALID };

pub const LONG_TOKEN: Probe = Probe {
    id: "long-token",
    set: SET,
    sent: "`Authorization: Bearer` with 8 and with 32 KiB of random text",
    needs: Needs::Nothing,
    answer: INVALID_OR_LARGE,
    standard: "RFC 6750 §3.1, RFC 6585 §5",
    owasp: BROKEN_AUTHENTICATION,
    why: "Whoever has no token should not be able to make the server stumble.",
    known: "Servers refuse long fields with 431 or 400 themselves, well before the API.",
    make: make::long_token,
};

pub const DEEP_PAYLOAD: Probe = Probe {
    id: "deep-payload",
    set: SET,
    sent: "the JWT with a payload that is nested 10,000 deep and the signature of before",
    needs: Needs::Jwt,
    answer: INVALID_OR_LARGE,
    standard: "RFC 7515 §5.2, RFC 6585 §5",
    owasp: BROKEN_AUTHENTICATION,
    why: "Code that reads the payload before it checks the signature reads what anybody wrote, \
          and a parser that calls itself for each level runs out of stack.",
    known: "Parsers of JSON without a limit of depth.",
    make: make::deep_payload,
};

pub const ODD_TEXT: Probe = Probe {
    id: "odd-text",
    set: SET,
    sent: "`Authorization: Bearer` with what stands for something in formats and templates",
    needs: Needs::Nothing,
    answer: Answer { statuses: &[401, 400], ..INVALID },
    standard: "RFC 6750 §2.1, §3.1",
    owasp: BROKEN_AUTHENTICATION,
    why: "What a caller sends does not belong into a format, a template or a page of its own \
          refusal.",
    known: "Error pages that repeat the field as it came.",
    make: make::odd_text,
};
