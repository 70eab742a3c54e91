//! Named tokens, each obtained once a run: by the first worker that needs it, while the others
//! that do wait. What makes requests or signs is asked again before its token expires, and once
//! when an API refuses it.

mod answer;
mod mint;
mod obtain;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::Transport;
use super::request::bearer;
use super::stop::Stop;
use crate::auth::credential::token_fault;
use crate::auth::jwt::SigningKey;
use crate::diagnostic::Diagnostic;
use crate::http::message::Request;
use crate::plan::Plan;
use crate::plan::credential::Token;
use crate::plan::secrets::short_secret;
use crate::plan::token_source::Origin;
use crate::secret::{Redactor, Secret};
use crate::source::Place;
use crate::template::{Bindings, identity};

/// The time since 1970.
pub type Clock<'c> = dyn Fn() -> Duration + Sync + 'c;

/// The tokens of a run.
pub struct TokenStore<'r> {
    tokens: &'r [Token],
    /// What is obtained of them, in the same order.
    slots: Vec<Slot>,
    means: Means<'r>,
    /// Whether there are generators.
    generates: bool,
}

/// What obtaining a token takes.
#[derive(Clone, Copy)]
pub struct Means<'r> {
    /// Learns each token before anybody has it.
    pub redactor: &'r Redactor,
    /// What is known during the run.
    pub bindings: &'r Bindings,
    /// Ends a program that prints a token.
    pub stop: &'r Stop,
    /// How requests are sent.
    pub transport: &'r Transport<'r>,
    /// When it is.
    pub clock: &'r Clock<'r>,
    /// The folder that body files must stay in, without links.
    pub project: &'r Path,
}

/// Where a token is kept.
#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    /// Whether the token took the place of a refused one, and no API has accepted it yet. It is
    /// not renewed again then: it would be refused for ever.
    unproven: AtomicBool,
    /// The key that signs it, once a probe needed that.
    key: OnceLock<Result<Arc<SigningKey>, String>>,
}

#[derive(Default)]
struct State {
    /// None until the first worker needs it.
    current: Option<Result<Obtained, String>>,
    /// A refresh token that took the place of the one before it.
    refresh: Option<Secret>,
    /// How often the source was asked.
    asked: u32,
}

/// A token that is in use.
struct Obtained {
    token: Secret,
    /// When it expires, and how long it was good in all.
    expiry: Option<(Duration, Duration)>,
}

impl<'r> TokenStore<'r> {
    /// A store in which nothing is obtained yet.
    pub fn new(plan: &'r Plan, means: Means<'r>) -> TokenStore<'r> {
        let slots = plan.tokens.iter().map(|_| Slot::default()).collect();
        TokenStore { tokens: &plan.tokens, slots, means, generates: plan.generates }
    }

    /// The token at `index` of the plan, for the thread with the index `worker`. It is renewed if
    /// it is good for less than `least`, unless it never was for twice as long.
    ///
    /// # Errors
    /// Why there is none, naming its source; the same for everybody who asks.
    pub fn get(&self, index: usize, worker: usize, least: Duration) -> Result<Secret, String> {
        let mut state = self.slots[index].lock();
        let is_due = |obtained: &Obtained| {
            obtained.expiry.is_some_and(|(expiry, lifetime)| {
                let margin = margin(lifetime).max(least.min(lifetime / 2));
                expiry <= (self.means.clock)() + margin
            })
        };
        match &state.current {
            Some(Ok(obtained)) if !is_due(obtained) => Ok(obtained.token.clone()),
            Some(Err(reason)) => Err(reason.clone()),
            _ => self.obtain(index, worker, &mut state),
        }
    }

    /// Hears that an API took the token at `index`.
    pub fn accepted(&self, index: usize) {
        let slot = &self.slots[index];
        if slot.unproven.load(Ordering::Relaxed) {
            slot.unproven.store(false, Ordering::Relaxed);
        }
    }

    /// The same request with a new token, when an API refused the one at `index` with which it was
    /// sent, if the source can give one: all that were refused with the same token get the same new
    /// one.
    ///
    /// # Errors
    /// Why there is no new token.
    pub fn renewed(
        &self,
        index: usize,
        worker: usize,
        request: &Request,
    ) -> Result<Option<Request>, String> {
        let slot = &self.slots[index];
        if !matches!(self.tokens[index].origin, Origin::Request(_)) {
            return Ok(None);
        }
        let mut state = slot.lock();
        let current = match &state.current {
            Some(Ok(obtained)) => bearer(&obtained.token),
            Some(Err(reason)) => return Err(reason.clone()),
            None => return Ok(None),
        };
        let same = request.headers.contains(&current);
        if same && slot.unproven.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let token = match (same, &state.current) {
            (false, Some(Ok(newer))) => newer.token.clone(),
            _ => {
                slot.unproven.store(true, Ordering::Relaxed);
                self.obtain(index, worker, &mut state)?
            }
        };
        Ok(Some(with_token(request, &token)))
    }

    /// The time since 1970.
    pub fn now(&self) -> Duration {
        (self.means.clock)()
    }

    /// The key that signs the token at `index`, if it is signed here; read once.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn signing_key(&self, index: usize) -> Option<Result<Arc<SigningKey>, String>> {
        let token = &self.tokens[index];
        let Origin::Mint(source) = &token.origin else { return None };
        let read = || {
            let key = mint::signing_key(source, &self.means).map(Arc::new);
            key.map_err(|reason| format!("the jwt of token `{}`: {reason}", token.name))
        };
        Some(self.slots[index].key.get_or_init(read).clone())
    }

    /// Where the token at `index` is defined.
    pub fn place(&self, index: usize) -> Place {
        let token = &self.tokens[index];
        Place::new(&token.source, token.span)
    }

    /// What is to be said of the tokens that were obtained: those that are too short to be secret.
    /// One that is written in a spec was told of before the run.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let warning = |(token, slot): (&Token, &Slot)| {
            if matches!(token.origin, Origin::Text(_)) {
                return None;
            }
            let state = slot.lock();
            let obtained = state.current.as_ref()?.as_ref().ok()?;
            short_secret(obtained.token.expose(), &Place::new(&token.source, token.span))
        };
        self.tokens.iter().zip(&self.slots).filter_map(warning).collect()
    }

    /// A new token of the source at `index`, which is kept for nobody; `None` when it is the one
    /// that is in use.
    ///
    /// # Errors
    /// Why there is none, naming its source.
    pub fn apart(&self, index: usize, worker: usize) -> Result<Option<Secret>, String> {
        let mut state = self.slots[index].lock();
        let token = self.asked(index, worker, &mut state)?.token;
        let current = state.current.as_ref().and_then(|current| current.as_ref().ok());
        let is_shared = current.is_some_and(|current| current.token.expose() == token.expose());
        Ok((!is_shared).then_some(token))
    }

    fn obtain(&self, index: usize, worker: usize, state: &mut State) -> Result<Secret, String> {
        let obtained = self.asked(index, worker, state);
        let token = obtained.as_ref().map(|obtained| obtained.token.clone());
        let token = token.map_err(String::clone);
        state.current = Some(obtained);
        token
    }

    /// What a source knows that is asked for the n-th time: generators in it make their values then.
    fn bindings(&self, token: &Token, nth: u32) -> Cow<'r, Bindings> {
        let mut bindings = Cow::Borrowed(self.means.bindings);
        if self.generates {
            let now = (self.means.clock)();
            bindings.to_mut().generators.begin_case(identity(&[&token.identity()]), nth, now);
        }
        bindings
    }

    /// What the source at `index` gives now.
    fn asked(&self, index: usize, worker: usize, state: &mut State) -> Result<Obtained, String> {
        let token = &self.tokens[index];
        state.asked += 1;
        let bindings = self.bindings(token, state.asked);
        let means = Means { bindings: &bindings, ..self.means };
        let given = self.given(token, &means, worker, state.refresh.as_ref())?;
        let value = given.token.trim_start_matches('\u{FEFF}').trim();
        self.means.redactor.add(value);
        if value.is_empty() {
            return Err(format!("the source of token `{}` gave an empty token", token.name));
        }
        // A text of the spec was looked at when it was bound.
        let by_hand = matches!(token.origin, Origin::Text(_));
        if let Some(fault) = token_fault(value).filter(|_| !by_hand) {
            return Err(format!("what the source of token `{}` gave {fault}", token.name));
        }
        if let Some(refresh) = given.refresh {
            self.means.redactor.add(&refresh);
            state.refresh = Some(Secret::new(refresh));
        }
        let expiry = given.lifetime.map(|time| ((self.means.clock)() + time, time));
        Ok(Obtained { token: Secret::new(value), expiry })
    }
}

/// A token as its source gave it.
struct Given {
    token: String,
    /// How long it is good, if the source says so.
    lifetime: Option<Duration>,
    /// A refresh token for the next time.
    refresh: Option<String>,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long before its end a token is renewed: what is sent now must still be good when it is
/// looked at.
fn margin(lifetime: Duration) -> Duration {
    (lifetime / 5).min(Duration::from_secs(60))
}

/// The same request with another token.
pub fn with_token(request: &Request, token: &Secret) -> Request {
    let mut request = request.clone();
    let field = bearer(token);
    for header in &mut request.headers {
        if header.credential && header.name == field.name {
            header.value.clone_from(&field.value);
        }
    }
    request
}
