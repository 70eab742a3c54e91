//! What probes take besides the token: obtained once a control, before its probes are made.

use std::time::Duration;

use crate::auth::jwt::{PublicKey, SigningKey};
use crate::plan::credential::Credential;
use crate::plan::probes::{KeyFile, Needs, Probe, Supplies};
use crate::plan::{Case, Work};
use crate::run::Run;

/// The probe that takes the API's public key.
const KEY_CONFUSION: &str = "key-confusion";

impl Run<'_> {
    /// What there is for the probes of a control, the first of `group`, which sends this token.
    pub(super) fn supplies(&self, worker: usize, group: &[Case], token: &str) -> Supplies {
        let is_any = |wanted: &dyn Fn(&Probe) -> bool| {
            group.iter().any(|case| matches!(case.work, Work::Probe(probe) if wanted(probe)))
        };
        let control = &group[0];
        let public_key = is_any(&|probe| probe.id == KEY_CONFUSION)
            .then(|| self.public_key(control, token))
            .flatten();
        let signing_key =
            is_any(&|probe| probe.needs == Needs::Key).then(|| self.signing_key(control)).flatten();
        let given = control.enforced.iter().flat_map(|enforced| &enforced.extras.tokens);
        let sent = given.filter(|(id, _)| is_any(&|probe| probe.id == *id));
        let tokens = sent.map(|(id, token)| {
            (*id, self.tokens.get(control.token(*token), worker, Duration::ZERO))
        });
        let declared = control.enforced.as_ref().and_then(|enforced| enforced.declared.get());
        Supplies {
            public_key,
            signing_key,
            tokens: tokens.collect(),
            declared: declared.cloned().unwrap_or_default(),
            now: self.tokens.now(),
        }
    }

    /// The key that was given, or else the public half of the one that signs the token here.
    fn public_key(&self, control: &Case, token: &str) -> Option<Result<PublicKey, String>> {
        let given = control.enforced.as_ref().and_then(|e| e.extras.public_key.as_ref());
        match given {
            Some(file) => Some(read(file, token)),
            None => match self.signing_key(control)? {
                Ok(key) => key.public_key().map(Ok),
                Err(reason) => Some(Err(reason)),
            },
        }
    }

    fn signing_key(&self, control: &Case) -> Option<Result<SigningKey, String>> {
        let Work::Steps(steps) = &control.work else { return None };
        match steps.first()?.credential {
            Credential::Token(id) => self.tokens.signing_key(control.token(id)),
            _ => None,
        }
    }
}

fn read(file: &KeyFile, token: &str) -> Result<PublicKey, String> {
    let text = file.text.get().map_or("", String::as_str);
    let of_file = |why: &str| format!("the key {}: {why}", file.path);
    let key = PublicKey::read(text, token).map_err(|fault| of_file(&fault.0))?;
    // With another key every forgery would be refused, and nothing proven.
    match key.has_signed(token) {
        true => Ok(key),
        false => Err(of_file("it does not verify the token of the test")),
    }
}
