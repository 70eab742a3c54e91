//! What probes take besides the token: obtained once a control, before its probes are made.

use std::sync::Arc;

use super::TOKEN_LASTS;
use super::trial::token;
use crate::auth::jwt::{Jws, PublicKey, SigningKey};
use crate::http::message::Request;
use crate::plan::credential::Credential;
use crate::plan::probes::{KeySource, Needs, Probe, Supplies};
use crate::plan::{Case, Work};
use crate::run::Run;

/// The probe that takes the API's public key.
const KEY_CONFUSION: &str = "key-confusion";

impl Run<'_> {
    /// What there is for the probes of a control, the first of `group`, which is sent so.
    pub(super) fn supplies(&self, worker: usize, group: &[Case], request: &Request) -> Supplies {
        let is_any = |wanted: &dyn Fn(&Probe) -> bool| {
            group.iter().any(|case| matches!(case.work, Work::Probe(probe) if wanted(probe)))
        };
        let control = &group[0];
        let token = token(request).unwrap_or_default();
        let public_key = is_any(&|probe| probe.id == KEY_CONFUSION)
            .then(|| self.public_key(worker, control, token))
            .flatten();
        let signing_key =
            is_any(&|probe| probe.needs == Needs::Key).then(|| self.signing_key(control)).flatten();
        let given = control.enforced.iter().flat_map(|enforced| &enforced.extras.tokens);
        let given: Vec<_> = given.filter(|(id, _)| is_any(&|probe| probe.id == *id)).collect();
        let is_given = |probe: &Probe| given.iter().any(|(id, _)| *id == probe.id);
        let revoked = is_any(&|probe| probe.needs == Needs::TokenOfItsOwn && !is_given(probe))
            .then(|| self.revoked(worker, control, request));
        let tokens = given
            .iter()
            .map(|(id, token)| (*id, self.tokens.get(control.token(*token), worker, TOKEN_LASTS)));
        let declared = control.enforced.as_ref().and_then(|enforced| enforced.declared.get());
        Supplies {
            public_key,
            signing_key,
            tokens: tokens.collect(),
            revoked,
            declared: declared.cloned().unwrap_or_default(),
            now: self.tokens.now(),
        }
    }

    /// The key that was given, or else the public half of the one that signs the token here.
    fn public_key(
        &self,
        worker: usize,
        control: &Case,
        token: &str,
    ) -> Option<Result<PublicKey, String>> {
        let given = control.enforced.as_ref().and_then(|e| e.extras.key.as_ref());
        match given {
            Some(KeySource::File(file)) => {
                let text = file.text.get().map_or("", String::as_str);
                Some(read(text, token, &format!("the key {}", file.path)))
            }
            // Nobody is asked for a key that nothing verifies.
            Some(KeySource::Set(_)) if !is_verified_by_public_key(token) => None,
            Some(KeySource::Set(step)) => {
                let (what, fetched) = self.key_set(worker, step);
                let text = fetched.map_err(|why| format!("{what}: {why}"));
                Some(text.and_then(|text| read(&text, token, &what)))
            }
            None => match self.signing_key(control)? {
                Ok(key) => key.public_key().map(Ok),
                Err(reason) => Some(Err(reason)),
            },
        }
    }

    fn signing_key(&self, control: &Case) -> Option<Result<Arc<SigningKey>, String>> {
        match control.control()?.credential {
            Credential::Token(id) => self.tokens.signing_key(control.token(id)),
            _ => None,
        }
    }
}

fn is_verified_by_public_key(token: &str) -> bool {
    Jws::parse(token).is_ok_and(|jws| !jws.alg.starts_with("HS"))
}

fn read(text: &str, token: &str, what: &str) -> Result<PublicKey, String> {
    let of_key = |why: &str| format!("{what}: {why}");
    let key = PublicKey::read(text, token).map_err(|fault| of_key(&fault.0))?;
    // With another key every forgery would be refused, and nothing proven.
    match key.has_signed(token) {
        true => Ok(key),
        false => Err(of_key("it does not verify the token of the test")),
    }
}
