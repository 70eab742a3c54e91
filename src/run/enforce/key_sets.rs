//! The key sets that APIs show to everybody, each fetched once a run: by the first worker that
//! needs it, while the others that do wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::auth::jwt::PublicKey;
use crate::http::message::Response;
use crate::plan::Step;
use crate::run::Run;
use crate::run::request::line;

/// The text of a key set, or why it cannot be had.
type Fetched = Result<String, String>;

/// The key sets of a run, by their URLs.
#[derive(Default)]
pub struct KeySets(Mutex<HashMap<String, Arc<OnceLock<Fetched>>>>);

impl KeySets {
    /// The key set at a URL; `fetch` is asked for it by the first who needs it.
    fn get(&self, url: &str, fetch: impl FnOnce() -> Fetched) -> Fetched {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let set = sets.entry(url.to_owned()).or_default().clone();
        drop(sets);
        set.get_or_init(fetch).clone()
    }
}

impl Run<'_> {
    /// The key set that a request asks for, and what it is called in messages.
    pub(super) fn key_set(&self, worker: usize, step: &Step) -> (String, Fetched) {
        let request = match self.maker(worker).key_request(step) {
            Ok(request) => request,
            Err(unsent) => return ("the key set".into(), Err(unsent.reason)),
        };
        let fetch = || {
            let response = (self.transport)(worker, &request).map_err(|error| error.message)?;
            text(&response)
        };
        let what = format!("the key set {}", line(&request));
        (what, self.key_sets.get(request.target.url(), fetch))
    }
}

fn text(response: &Response) -> Fetched {
    match response.status {
        200..300 => {}
        status @ 300..400 => return Err(format!("answered {status} (redirects are not followed)")),
        status => return Err(format!("answered {status}")),
    }
    let text = String::from_utf8(response.body.clone()).map_err(|_| "is not UTF-8".to_owned())?;
    PublicKey::check(&text).map_err(|fault| fault.0)?;
    Ok(text)
}
