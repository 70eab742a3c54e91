//! What is forged of each token, made once a run: to sign takes longer than to send, and most
//! endpoints are tested with the same few tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::auth::jwt::{Forged, NotApplicable, forge};

type Made = Result<Vec<Forged>, NotApplicable>;

/// The forgeries of a run, by their tokens.
#[derive(Default)]
pub struct Forgeries(Mutex<HashMap<String, Arc<OfToken>>>);

/// What is forged of one token.
pub struct OfToken {
    token: String,
    /// By the ids of probes.
    made: Mutex<HashMap<&'static str, Arc<OnceLock<Made>>>>,
}

impl Forgeries {
    /// What is forged of a token.
    pub fn of(&self, token: &str) -> Arc<OfToken> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tokens.get(token) {
            return known.clone();
        }
        let new = Arc::new(OfToken { token: token.to_owned(), made: Mutex::default() });
        tokens.insert(token.to_owned(), new.clone());
        new
    }
}

impl OfToken {
    /// What the probe with this id forges: made by the first worker that needs it, while the others
    /// that do wait.
    ///
    /// # Errors
    /// Why the forgery does not apply.
    pub fn get(&self, id: &'static str) -> Made {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let forged = made.entry(id).or_default().clone();
        drop(made);
        forged.get_or_init(|| forge(id, &self.token)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
    const OTHER: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl";

    #[test]
    fn a_token_is_forged_once_for_all() {
        let forgeries = Forgeries::default();
        let forged = |token: &str| forgeries.of(token).get("other-key").unwrap().remove(0).token;
        // It is signed with a random secret: made twice, it would be another.
        let first = forged(TOKEN);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| forged(TOKEN))).collect();
            workers.into_iter().for_each(|worker| assert_eq!(worker.join().unwrap(), first));
        });
        assert_ne!(forged(OTHER), first);
        assert_ne!(forgeries.of(TOKEN).get("payload-edit").unwrap()[0].token, first);
        assert!(forgeries.of("opaque").get("other-key").is_err());
    }
}
