//! Which tokens are good at one server: the opaque ones, and what was revoked.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::grant::{Grant, Reason};
use super::tokens::{
    ALICE, BOB, EXPIRED, NO_SCOPE, READER, REFRESH, REVOCABLE, YEAR_2020, YEAR_2100,
};
use super::{clock, jwt, users};

/// Beyond this many, tokens that have expired are forgotten.
const MANY: usize = 10_000;

/// The opaque tokens of one server, and which tokens of any kind were revoked there.
///
/// Tokens are found by their SHA-256, so no comparison's time depends on the tokens themselves.
#[derive(Debug)]
pub struct TokenStore {
    access: RwLock<HashMap<Digest, Grant>>,
    refresh: RwLock<HashMap<Digest, Grant>>,
    revoked: RwLock<HashSet<Digest>>,
}

type Digest = [u8; 32];

impl Default for TokenStore {
    fn default() -> TokenStore {
        let fixed = [
            (ALICE, users::ALICE, users::ALICE.scopes, YEAR_2100),
            (BOB, users::BOB, users::BOB.scopes, YEAR_2100),
            (READER, users::READER, users::READER.scopes, YEAR_2100),
            (NO_SCOPE, users::ALICE, &[], YEAR_2100),
            (REVOCABLE, users::ALICE, users::ALICE.scopes, YEAR_2100),
            (EXPIRED, users::ALICE, users::ALICE.scopes, YEAR_2020),
        ];
        let access = fixed.map(|(token, user, scopes, expires_at)| {
            (identity(token), Grant::opaque(user.name, scopes, expires_at))
        });
        let refresh = Grant::opaque(users::READER.name, users::READER.scopes, YEAR_2100);
        TokenStore {
            access: RwLock::new(HashMap::from(access)),
            refresh: RwLock::new(HashMap::from([(identity(REFRESH), refresh)])),
            revoked: RwLock::default(),
        }
    }
}

impl TokenStore {
    /// What a token allows now.
    ///
    /// # Errors
    /// Why it allows nothing, in words that hold nothing of the token.
    pub fn check(&self, token: &str) -> Result<Grant, Reason> {
        let now = clock::now();
        // Only a JWT has dots.
        let grant = if token.contains('.') {
            jwt::verify(token, now)?
        } else {
            self.known(token).ok_or("The token is unknown.")?
        };
        if self.is_revoked(token) {
            return Err("The token has been revoked.");
        }
        // A JWT was judged with its issuer's clock in mind; here issuer and judge share one.
        if grant.kind == "opaque" && grant.expires_at <= now {
            return Err("The token has expired.");
        }
        Ok(grant)
    }

    /// What an opaque token was issued for, though it may be expired or revoked by now.
    pub fn known(&self, token: &str) -> Option<Grant> {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        access.get(&identity(token)).cloned()
    }

    /// Whether a token was revoked, of whatever kind.
    pub fn is_revoked(&self, token: &str) -> bool {
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        revoked.contains(&identity(token))
    }

    /// A new access token, good for some seconds.
    pub fn issue(&self, user: &str, scopes: &[String], lifetime: i64) -> String {
        add(&self.access, Grant::opaque(user, scopes, clock::now() + lifetime))
    }

    /// A new refresh token, good for 30 days and once.
    pub fn issue_refresh(&self, user: &str, scopes: &[String]) -> String {
        add(&self.refresh, Grant::opaque(user, scopes, clock::now() + 30 * 24 * 3600))
    }

    /// What a refresh token may be exchanged for, if it is good. It is still good afterwards.
    pub fn refreshable(&self, token: &str) -> Option<Grant> {
        let refresh = self.refresh.read().unwrap_or_else(PoisonError::into_inner);
        refresh.get(&identity(token)).filter(|g| g.expires_at > clock::now()).cloned()
    }

    /// Takes a refresh token out of use; of several who try, one is told that it did.
    pub fn use_up(&self, token: &str) -> bool {
        let mut refresh = self.refresh.write().unwrap_or_else(PoisonError::into_inner);
        refresh.remove(&identity(token)).is_some()
    }

    /// Revokes a token of any kind. One that is not good is no error (RFC 7009 §2.2).
    pub fn revoke(&self, token: &str) {
        if !self.use_up(token) && self.check(token).is_ok() {
            let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
            revoked.insert(identity(token));
        }
    }
}

/// By what a token is remembered: the digest of it, or of what is signed in a JWT. An ECDSA
/// signature can be rewritten into another good one, and must not bring a revoked token back.
fn identity(token: &str) -> Digest {
    let remembered = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    let mut identity = Digest::default();
    identity.copy_from_slice(digest(&SHA256, remembered.as_bytes()).as_ref());
    identity
}

fn add(tokens: &RwLock<HashMap<Digest, Grant>>, grant: Grant) -> String {
    let mut random = [0; 24];
    SystemRandom::new().fill(&mut random).expect("the system has random numbers");
    let token = format!("demo-{}", URL_SAFE_NO_PAD.encode(random));
    let mut tokens = tokens.write().unwrap_or_else(PoisonError::into_inner);
    if tokens.len() >= MANY && tokens.len().is_power_of_two() {
        let now = clock::now();
        tokens.retain(|_, grant| grant.expires_at > now);
    }
    tokens.insert(identity(&token), grant);
    token
}
