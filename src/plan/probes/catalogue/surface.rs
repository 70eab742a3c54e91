//! The set `surface`: the same thing asked for in another way, without any credential.

use super::{BARE, BROKEN_AUTHENTICATION};
use crate::auth::answer::Answer;
use crate::plan::probes::make::surface as make;
use crate::plan::probes::{Needs, Probe};

const SET: &str = "surface";

pub const HEAD: Probe = Probe {
    id: "head",
    set: SET,
    sent: "HEAD in place of GET, and no Authorization field",
    needs: Needs::Get,
    answer: Answer { statuses: &[401, 405], ..BARE },
    standard: "RFC 9110 §9.3.2, §15.5.2",
    owasp: BROKEN_AUTHENTICATION,
    why: "A guard that is bound to a list of methods leaves out the ones that a framework adds.",
    known: "Frameworks that answer HEAD by the route of GET, behind a filter for GET alone.",
    make: make::head,
};
