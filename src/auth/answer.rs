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
        let statuses: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        let challenge = match self.error {
            ErrorCode::Bare => "a Bearer challenge without `error`",
            ErrorCode::InvalidToken => "a Bearer challenge that says error=\"invalid_token\"",
            ErrorCode::InsufficientScope => {
                "a Bearer challenge that says error=\"insufficient_scope\""
            }
            ErrorCode::Open => "a Bearer challenge",
            ErrorCode::Unchallenged => return statuses.join(" or "),
        };
        format!("{}, with {challenge}", statuses.join(" or "))
    }
}
