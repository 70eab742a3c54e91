//! What a spec gives to its probes besides the token of the test, all names bound.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{KeyFile, KeySource, only_reads};
use crate::plan::cookies::SentCookies;
use crate::plan::credential::{Credential, Token};
use crate::plan::scope::{Binder, Level};
use crate::plan::settings::{StepSettings, default_headers, effective};
use crate::plan::token_source::Origin;
use crate::plan::tokens::file;
use crate::plan::{Stage, Step, body, url};
use crate::source::{Place, Source, Spanned};
use crate::suite::enforce::PublicKey;
use crate::suite::side_request::SideRequest;
use crate::template::Template;

/// Where the API's public key comes from.
pub fn key(binder: &mut Binder, written: &PublicKey, source: &Arc<Source>) -> KeySource {
    match written {
        PublicKey::File(written) => {
            let path = file(binder, written, source, "the file of the public key");
            let (path, text) = (path.as_fixed().unwrap_or_default().into(), OnceLock::new());
            KeySource::File(KeyFile { path, place: Place::new(source, written.span), text })
        }
        PublicKey::JwksUrl(written) => KeySource::Set(Box::new(key_set(binder, written, source))),
    }
}

/// The request for a key set. It is public, and mostly somebody else's: what is sent to the API is
/// not for it.
fn key_set(binder: &mut Binder, written: &Spanned<Template>, source: &Arc<Source>) -> Step {
    let settings = effective(binder, false);
    binder.missing.extend(settings.missing.iter().cloned());
    let url = url::bind(binder, written, source, &settings);
    let headers = default_headers("application/json");
    let settings = StepSettings { headers, query: Vec::new(), ..settings };
    step("GET", url, Place::new(source, written.span), settings)
}

/// The request that revokes a token, without the token: the settings of the test are its own too.
pub fn revoke<'s>(
    binder: &mut Binder<'s>,
    written: &'s Spanned<Box<SideRequest>>,
    source: &'s Arc<Source>,
) -> Step {
    let request = &written.value;
    let outside = binder.enter(Level::new(source, &request.settings));
    let settings = effective(binder, true);
    binder.leave(outside);
    binder.missing.extend(settings.missing.iter().cloned());
    let url = url::bind(binder, &request.line.url, source, &settings);
    let body = request.body.as_ref().map(|body| body::bind(binder, body, source, written.span));
    Step {
        body: body.map(Arc::new),
        ..step(&request.line.method, url, Place::new(source, written.span), settings)
    }
}

fn step(method: &str, url: Template, place: Place, settings: StepSettings) -> Step {
    Step {
        stage: Stage::Main,
        number: 0,
        secrets: Box::default(),
        name: None,
        pause: Duration::ZERO,
        captures: Box::new([]),
        place,
        via: Arc::default(),
        method: method.into(),
        url,
        cookies: SentCookies::default(),
        body: None,
        credential: Credential::None,
        settings: Arc::new(StepSettings { follow_redirects: 0, ..settings }),
        expectations: [].into(),
        poll: None,
    }
}

/// Why no token can be revoked for the request of a test.
pub fn why_none_is_revoked(step: &Step, tokens: &[Token], revoke: Option<&Step>) -> Option<String> {
    if revoke.is_none() {
        return Some("it takes `revoke` of `enforce`, the request that revokes a token".into());
    }
    if !only_reads(step) {
        let why = "its token is shown to be good first, which is done with GET, HEAD and OPTIONS";
        return Some(why.into());
    }
    let renewable = match step.credential {
        Credential::Token(id) => matches!(tokens[id.0 as usize].origin, Origin::Request(_)),
        _ => false,
    };
    (!renewable).then(|| {
        "its token must be got for this alone: that takes a `login` or `oauth2` source".into()
    })
}
