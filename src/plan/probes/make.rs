//! The requests of each probe: the control's request with only its credential changed. Pure.

use std::sync::Arc;
use std::time::Duration;

use super::{Absent, Declared, Probe};
use crate::auth::credential::basic_pair;
use crate::auth::jwt::{Forged, Jws, NotApplicable, PublicKey, SigningKey, confuse};
use crate::http::cookie::Cookies;
use crate::http::message::{Connections, Header, Request};
use crate::secret::Secret;
use crate::text::at_most;

pub mod placement;
pub mod robust;
pub mod surface;

/// Forges the token as the probe with this id does, or knows what was forged of it before.
pub type Forge<'f> = dyn Fn(&'static str) -> Result<Vec<Forged>, NotApplicable> + 'f;

/// What a probe is made from.
#[derive(Clone, Copy)]
pub struct Good<'r> {
    /// The control's request without any credential.
    pub bare: &'r Request,
    /// The token that the control sends.
    pub token: &'r str,
    /// What forges it.
    pub forge: &'r Forge<'r>,
    /// What else there is.
    pub supplies: &'r Supplies,
}

/// What there is besides the token.
#[derive(Debug, Default)]
pub struct Supplies {
    /// The public key that the API verifies with, or why it cannot be had.
    pub public_key: Option<Result<PublicKey, String>>,
    /// The key that signs the token, or why it cannot be had.
    pub signing_key: Option<Result<Arc<SigningKey>, String>>,
    /// By the id of a probe, the token that is given for it, or why it cannot be had.
    pub tokens: Vec<(&'static str, Result<Secret, String>)>,
    /// A token that was good and has been revoked, or why there is none.
    pub revoked: Option<Result<Secret, Absent>>,
    /// The methods that tests use at the control's path.
    pub declared: Vec<Declared>,
    /// The time since 1970.
    pub now: Duration,
}

/// One request of a probe.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What stands in the Authorization field, without anything that is secret.
    pub label: String,
    /// The request.
    pub request: Request,
    /// What was made of the token, and is as secret as it.
    pub derived: Option<String>,
}

impl Variant {
    /// The beginning of what stands where the token belongs, if it is long enough to be known again in an answer.
    pub fn sent_token(&self) -> Option<&str> {
        let is_authorization = |header: &&Header| header.name == "Authorization";
        let value = &self.request.headers.iter().find(is_authorization)?.value;
        let token = value.rsplit(' ').next()?;
        (token.len() >= LONG).then_some(at_most(token, TELLING))
    }
}

/// A token of so many characters stands in no answer by chance.
const LONG: usize = 16;

/// Whoever repeats a token of more characters than these repeats these too.
const TELLING: usize = 1024;

type Made = Result<Vec<Variant>, Absent>;

impl<'r> Good<'r> {
    /// The control's request with all taken off that may authenticate it: the Authorization
    /// field, cookies, and what `auth` adds.
    pub fn strip(request: &Request) -> Request {
        let is_taken = |header: &Header| {
            header.credential
                || ["authorization", "cookie"]
                    .iter()
                    .any(|name| header.name.eq_ignore_ascii_case(name))
        };
        let mut bare = request.clone();
        bare.headers.retain(|header| !is_taken(header));
        bare.cookies = Cookies::default();
        bare.follow_redirects = 0;
        bare.connections = Connections::Tokenless;
        bare
    }

    /// The request with this Authorization field, nothing in which is secret.
    fn with(&self, value: &str) -> Variant {
        let mut request = self.bare.clone();
        let (name, value) = ("Authorization".to_owned(), value.to_owned());
        let label = match value.as_str() {
            "" => "an empty Authorization field".to_owned(),
            value => format!("`Authorization: {value}`"),
        };
        request.headers.push(Header { name, value, credential: false });
        Variant { label, request, derived: None }
    }

    /// The request with an Authorization field that holds what was made of the token.
    pub(super) fn with_derived(&self, before: &str, derived: String, label: &str) -> Variant {
        let mut request = self.bare.clone();
        let (name, value) = ("Authorization".to_owned(), format!("{before}{derived}"));
        request.headers.push(Header { name, value, credential: true });
        let label = format!("`Authorization: {before}⟨{label}⟩`");
        Variant { label, request, derived: Some(derived) }
    }

    fn with_forged(&self, forged: Forged) -> Variant {
        self.with_derived("Bearer ", forged.token, &forged.label)
    }

    /// The request with the good token itself, wrongly sent. It shares connections with others
    /// that carry the token.
    fn with_good(&self, before: &str) -> Variant {
        let mut variant = self.with_derived(before, self.token.to_owned(), "the token");
        variant.request.connections = Connections::Shared;
        variant.derived = None;
        variant
    }

    /// A token that nobody has issued.
    fn random(&self, salt: &str) -> String {
        let mut dice = self.dice(salt);
        (0..32).map(|_| dice.of(b"0123456789abcdef")).collect()
    }

    /// Dice that fall the same way for the same request, on any host.
    fn dice(&self, salt: &str) -> Dice {
        // FNV-1a: that of the standard library may change with its version.
        let parts = [self.bare.method.as_str(), self.bare.target.path_and_query(), salt];
        let bytes = parts.into_iter().flat_map(str::bytes);
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Dice(bytes.fold(0xcbf2_9ce4_8422_2325, hash) | 1)
    }
}

pub fn no_token(_: &Probe, good: &Good) -> Made {
    let label = "no Authorization field".to_owned();
    Ok(vec![Variant { label, request: good.bare.clone(), derived: None }])
}

pub fn empty_value(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with("")])
}

pub fn scheme_only(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with("Bearer")])
}

pub fn basic_scheme(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with(&format!("Basic {}", basic_pair("nobody", "of-this-name")))])
}

pub fn random_token(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with(&format!("Bearer {}", good.random("random-token")))])
}

pub fn null_token(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with("Bearer null"), good.with("Bearer undefined")])
}

/// What `auth::jwt` forges under the probe's own id.
pub fn forged(probe: &Probe, good: &Good) -> Made {
    let forged = (good.forge)(probe.id);
    let forged = forged.map_err(|NotApplicable(reason)| Absent::NotApplicable(reason))?;
    Ok(forged.into_iter().map(|forged| good.with_forged(forged)).collect())
}

/// The one forgery that takes more than the token.
pub fn key_confusion(_: &Probe, good: &Good) -> Made {
    let is_verified_by_one = Jws::parse(good.token).is_ok_and(|jws| !jws.alg.starts_with("HS"));
    let key = match &good.supplies.public_key {
        Some(Err(why)) if is_verified_by_one => return Err(Absent::Unusable(why.clone())),
        Some(Ok(key)) => Some(key),
        _ => None,
    };
    let forged = confuse(good.token, key).map_err(|NotApplicable(reason)| match key {
        None if is_verified_by_one => Absent::LacksInput(reason),
        _ => Absent::NotApplicable(reason),
    })?;
    Ok(forged.into_iter().map(|forged| good.with_forged(forged)).collect())
}

pub fn embedded_scheme(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with_good("Xyz Bearer "), good.with_good("Basic dXNlcjpwYXNz, Bearer ")])
}

pub fn scheme_case(_: &Probe, good: &Good) -> Made {
    Ok(vec![good.with_good("bearer "), good.with_good("BEARER ")])
}

/// Whether a token is a signed JWT.
pub fn is_jwt(token: &str) -> bool {
    Jws::parse(token).is_ok()
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn of(&mut self, signs: &[u8]) -> char {
        char::from(signs[self.roll(signs.len())])
    }
}
