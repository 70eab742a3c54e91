//! The probes: every wrong way of sending a bearer token, and the answer that it must get.
//!
//! `catalogue` is the table and `hygiene` that of the checks of every answer; `make`, and `claims` for
//! its set, say how each request is made of the control's; `check` finds what is wrong with an
//! `enforce`, `assign` gives the probes to the cases whose `enforce` asks for them, `given` binds
//! what it gives to them, and `endpoint` says which case stands for an endpoint.

pub mod check;
pub mod assign;
mod given;
pub mod endpoint;
mod catalogue;
mod claims;
mod hygiene;
mod make;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::OnceLock;

use crate::auth::answer::{Accepted, Answer, Profile};
use crate::plan::credential::TokenId;
use crate::plan::{Body, Step};
use crate::source::Place;

pub use self::catalogue::PROBES;
pub use self::endpoint::Declared;
pub use self::hygiene::HYGIENE;
pub use self::make::{Forge, Good, Supplies, Variant, is_jwt};

/// Why a probe is not made of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It cannot be: the token is of another kind.
    NotApplicable(String),
    /// Something besides the token is needed for it.
    LacksInput(String),
    /// What was given for it cannot be used.
    Unusable(String),
}

/// A wrong way of sending a bearer token.
#[derive(Debug)]
pub struct Probe {
    /// Its stable name.
    pub id: &'static str,
    /// The set that it belongs to.
    pub set: &'static str,
    /// What is sent in place of the good credential.
    pub sent: &'static str,
    /// What there must be for it.
    pub needs: Needs,
    /// The right answer.
    pub answer: Answer,
    /// Where the standards say so.
    pub standard: &'static str,
    /// What an API is vulnerable to that lets it through, by OWASP's list of 2023.
    pub owasp: &'static str,
    /// Why it is sent.
    pub why: &'static str,
    /// Servers that are known to err, or to differ.
    pub known: &'static str,
    /// The requests; each of them must get the answer.
    pub make: fn(&Probe, &Good) -> Result<Vec<Variant>, Absent>,
}

/// What a probe is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The request alone.
    Nothing,
    /// The token, to make another one like it.
    Token,
    /// The token as it is: sent only with methods that change nothing.
    GoodToken,
    /// A token that is a JWT.
    Jwt,
    /// A key that the API trusts, or a token that is given for it.
    Key,
    /// A token that is given for it.
    GivenToken,
    /// A token that is got for it alone, or one that is given for it.
    TokenOfItsOwn,
    /// A request that is a GET.
    Get,
    /// A request whose answer has a body to compare: no HEAD.
    Body,
    /// Leave to change something.
    Leave,
    /// The same, and a request that is no POST.
    LeaveAndNoPost,
}

/// A check of every answer to a probe, and of the control's, that takes no request of its own.
#[derive(Debug)]
pub struct Hygiene {
    /// Its stable name.
    pub id: &'static str,
    /// What must hold.
    pub must: &'static str,
    /// Where the standards say so.
    pub standard: &'static str,
}

/// The sets that are sent when nothing else is said; `jwt` for tokens that are one.
pub const DEFAULT_SETS: [&str; 2] = ["core", "jwt"];

/// What the probes of a control share with it.
#[derive(Debug)]
pub struct Enforcement {
    /// How much of the standards is insisted on.
    pub profile: Profile,
    /// What is known to be off.
    pub waivers: Vec<Waived>,
    /// The probes that were asked for and do not apply, each with the reason.
    pub absent: Vec<(&'static str, String)>,
    /// Whether the token is known to be no JWT.
    pub opaque: bool,
    /// The probes that were asked for one by one.
    pub singly: Vec<&'static str>,
    /// What was given for probes that take more than the token.
    pub extras: Extras,
    /// Where the control's request goes, without its query.
    site: Box<str>,
    /// The methods that tests use there, once all specs are read.
    pub declared: OnceLock<Vec<Declared>>,
    /// The position of the control among the steps of its case.
    pub at: usize,
    /// The number of its control among all, once all specs are read.
    pub number: OnceLock<usize>,
    /// The same for the same endpoint and token.
    identity: u64,
    /// Whether the test itself asks for it.
    pub own: bool,
}

/// What a spec gives for probes that take more than the token.
#[derive(Debug, Default)]
pub struct Extras {
    /// Where the public key comes from that the API verifies with.
    pub key: Option<KeySource>,
    /// The request that revokes a token, without the token.
    pub revoke: Option<Box<Step>>,
    /// By the id of a probe, the token that it sends.
    pub tokens: Vec<(&'static str, TokenId)>,
}

/// Where a public key comes from.
#[derive(Debug)]
pub enum KeySource {
    /// A file.
    File(KeyFile),
    /// The answer to this request, a key set.
    Set(Box<Step>),
}

/// A file of a public key.
#[derive(Debug)]
pub struct KeyFile {
    /// Its path, from the working directory.
    pub path: Box<str>,
    /// Where it is named.
    pub place: Place,
    /// Its text, once it has been read, which is before the run.
    pub text: OnceLock<String>,
}

/// A waiver that counts today.
#[derive(Clone, Debug)]
pub struct Waived {
    /// Where it is named.
    pub place: Place,
    /// The probe or hygiene check.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// A method, the beginning of a URL, and a path, as they are written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// What stands before the path: `base_url`, or nothing.
    pub base: Box<str>,
    /// The path, or the whole URL, without its query.
    pub path: Box<str>,
    /// The method.
    pub method: Box<str>,
}

impl Probe {
    /// The probe of this name.
    pub fn find(id: &str) -> Option<&'static Probe> {
        PROBES.iter().find(|probe| probe.id == id)
    }

    /// Whether it is sent only where a spec gives leave to change something.
    pub fn takes_leave(&self) -> bool {
        matches!(self.needs, Needs::Leave | Needs::LeaveAndNoPost)
    }

    /// Whether it carries the good token unchanged.
    pub fn carries_good_token(&self) -> bool {
        self.needs == Needs::GoodToken
    }

    /// Whether a token may be given for it.
    pub fn takes_token(&self) -> bool {
        matches!(self.needs, Needs::Key | Needs::GivenToken | Needs::TokenOfItsOwn)
    }

    /// Whether it is made of the good token, and worth nothing when that is bad.
    pub fn is_made_of_token(&self) -> bool {
        matches!(self.needs, Needs::Token | Needs::GoodToken | Needs::Jwt)
    }

    /// What an acceptance means, in a word.
    pub fn acceptance(&self) -> &'static str {
        match self.answer.accepted {
            Accepted::Bypass => "bypass",
            Accepted::NonConformance => "non-conformance",
            Accepted::Gap => "gap",
            Accepted::Right => "right",
        }
    }
}

impl fmt::Display for Endpoint {
    /// As `GET /orders`, with what the path stands behind unless that is the started server.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.base.strip_prefix("${server.url}").unwrap_or(&self.base);
        write!(f, "{} {base}{}", self.method, self.path)
    }
}

impl Enforcement {
    /// The waiver of a probe or a hygiene check.
    pub fn waiver(&self, id: &str) -> Option<&Waived> {
        self.waivers.iter().find(|waiver| waiver.id == id)
    }
}

/// Whether the good token may be sent again with this method, in other ways: it changes nothing
/// (RFC 9110 §9.2.1), and does not answer with the request itself, as TRACE does.
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Whether the good token may be sent again with the request of a step. Of GraphQL its operation
/// tells, whatever the method that brings it.
pub fn only_reads(step: &Step) -> bool {
    match step.body.as_deref() {
        Some(Body::Graphql { only_reads, .. }) => {
            *only_reads && (is_safe(&step.method) || &*step.method == "POST")
        }
        _ => is_safe(&step.method),
    }
}
