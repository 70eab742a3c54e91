//! The answer that the standards demand to a request whose credential is wrong.

/// How much of the standards is insisted on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// All of them, to the letter.
    Strict,
    /// What matters to a client; the rest is a warning.
    #[default]
    Standard,
    /// Only that the request is refused.
    Lenient,
}

/// The right answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The statuses of a right refusal, the best one first.
    pub statuses: &'static [u16],
    /// What the challenge says.
    pub error: ErrorCode,
    /// What it means when the request is let through instead.
    pub accepted: Accepted,
    /// What tells the one from the other.
    pub oracle: Oracle,
}

/// What tells that a request was let through, and which answers are right where not only a few
/// statuses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// The test's own expectations, and any success. A refusal has one of the statuses.
    Test,
    /// Any success. Every 4xx is a refusal, and 501: what is not there needs no guard.
    ClientError,
    /// Any success. Everything else is a refusal.
    NoSuccess,
    /// A success with what the test gets. Another answer is that of another route.
    OtherBody,
}

/// The `error` of a `Bearer` challenge beside a 401 (RFC 6750 §3.1). Beside a 400 it is always
/// `invalid_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// None: the request said nothing about a token that could be wrong.
    Bare,
    /// `invalid_token`.
    InvalidToken,
    /// `insufficient_scope`, beside a 403.
    InsufficientScope,
    /// The standards leave it open.
    Open,
    /// There need be no challenge: the token is good, and it is refused for whose it is.
    Unchallenged,
}

/// What it means that a request was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Whoever has no token gets in.
    Bypass,
    /// Whoever has a token gets in by a way that the standards close.
    NonConformance,
    /// It should be refused, and often is not.
    Gap,
    /// It must be.
    Right,
}

impl Answer {
    /// The answer in words: `401 with a challenge that says error="invalid_token"`.
    pub fn words(&self) -> String {
        if self.accepted == Accepted::Right {
            return "the answer to the test itself".to_owned();
        }
        let statuses = self.refusals();
        if self.oracle != Oracle::Test {
            return format!("{statuses} (beside a 401, a Bearer challenge)");
        }
        let challenge = match self.error {
            ErrorCode::Bare => "a Bearer challenge without `error`",
            ErrorCode::InvalidToken => "a Bearer challenge that says error=\"invalid_token\"",
            ErrorCode::InsufficientScope => {
                "a Bearer challenge that says error=\"insufficient_scope\""
            }
            ErrorCode::Open => "a Bearer challenge",
            ErrorCode::Unchallenged => return statuses,
        };
        format!("{statuses}, with {challenge}")
    }

    /// The statuses of a right refusal in words: `401 or 400`.
    pub fn refusals(&self) -> String {
        match self.oracle {
            Oracle::Test => {
                let statuses: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
                statuses.join(" or ")
            }
            Oracle::ClientError => "any 4xx, or 501".to_owned(),
            Oracle::NoSuccess => "any 3xx or 4xx, or 501".to_owned(),
            Oracle::OtherBody => "any answer but the one that the test gets".to_owned(),
        }
    }

    /// What to do where it is meant that a request was let through, if the tests can say so.
    pub fn advice(&self) -> Option<&'static str> {
        match self.oracle {
            Oracle::ClientError => {
                Some("where this method is meant to be open, a test that uses it here declares it")
            }
            Oracle::NoSuccess => Some(
                "where POST is meant to be open, a test that is served by it with `auth: none` \
                 declares it",
            ),
            Oracle::Test if self.error == ErrorCode::Unchallenged => Some(
                "where everybody gets an answer of his own, such as a list of his orders, leave \
                 this probe out",
            ),
            Oracle::Test | Oracle::OtherBody => None,
        }
    }

    /// Whether a status is that of a right refusal.
    pub fn takes(&self, status: u16) -> bool {
        match self.oracle {
            Oracle::Test => self.statuses.contains(&status),
            Oracle::ClientError => matches!(status, 400..=499 | 501),
            Oracle::NoSuccess => matches!(status, 300..=499 | 501),
            Oracle::OtherBody => matches!(status, 200..=499 | 501),
        }
    }
}
