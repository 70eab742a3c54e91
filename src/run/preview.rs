//! What the steps of a case would send, as far as that is known without a run.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::explain::Explainer;
use super::request::Maker;
use super::stop::Stop;
use super::tokens::{Means, TokenStore};
use crate::http::message::{Header, Request, TransportError, TransportErrorKind};
use crate::plan::credential::Credential;
use crate::plan::{Case, Plan, Stage, Step};
use crate::secret::Redactor;
use crate::template::{Bindings, Generators, Slot, Template};

/// A request that would be sent, without secrets.
#[derive(Debug)]
pub struct Preview {
    /// The request line, header and body.
    pub request: String,
    /// The `curl` command that sends the same.
    pub command: String,
}

/// Stands for the URL of a server that is not running; the name is reserved for that.
const SERVER: &str = "http://server.url.invalid";

/// What each step of a case would send, or why that cannot be said; all names of captures, and the
/// URL of the server of the project, stand as they are written.
pub fn previews<'c>(
    plan: &'c Plan,
    case: &'c Case,
    project: &Path,
    redactor: &Redactor,
) -> Vec<(&'c Step, Result<Preview, String>)> {
    let names = names(plan, case);
    let bindings = bindings(&names);
    let stop = Stop::default();
    let nothing = |_: usize, _: &Request| {
        let message = "nothing is sent".to_owned();
        Err(TransportError {
            kind: TransportErrorKind::Held,
            message,
            hops: Vec::new(),
            status: None,
        })
    };
    let clock = || Duration::ZERO;
    let means = Means {
        redactor,
        bindings: &bindings,
        stop: &stop,
        transport: &nothing,
        clock: &clock,
        project,
    };
    let maker = Maker {
        tokens: &TokenStore::new(plan, means),
        redactor,
        bindings: &bindings,
        jar: None,
        project,
        worker: 0,
        least: Duration::ZERO,
    };
    let explain = Explainer { redactor, options: "" };
    let preview = |step: &Step| {
        let mut request =
            maker.bare_request(step).map_err(|unsent| explain.value(&unsent.reason))?;
        request.headers.extend(credential(&step.credential, &bindings));
        let shown = explain.exchange(&request, None).request;
        let command = explain.command(step, &request);
        Ok(Preview { request: as_written(&shown), command: as_written(&command) })
    };
    case.steps().iter().map(|step| (step, preview(step))).collect()
}

/// What earlier steps capture, by their slots.
fn names<'c>(plan: &'c Plan, case: &'c Case) -> Vec<(Slot, &'c str)> {
    let before = plan
        .cases
        .iter()
        .filter(|other| other.around == Some(Stage::Setup) && Arc::ptr_eq(&other.file, &case.file));
    let steps = before.flat_map(Case::steps).chain(case.steps());
    steps.flat_map(|step| &step.captures).map(|c| (c.slot, c.capture.name.value.as_str())).collect()
}

fn bindings(names: &[(Slot, &str)]) -> Bindings {
    let (server_url, generators) = (Some(SERVER.to_owned()), Generators::Written);
    let mut bindings = Bindings { server_url, generators, ..Bindings::default() };
    for (slot, name) in names {
        bindings.capture(*slot, Value::String(format!("${{{name}}}")));
    }
    bindings
}

/// What would be sent to say who it is; of its value nothing is shown.
fn credential(credential: &Credential, bindings: &Bindings) -> Vec<Header> {
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: value.to_owned(),
        credential: true,
    };
    match credential {
        Credential::None => Vec::new(),
        Credential::Token(_) | Credential::Bearer(_) => vec![header("Authorization", "Bearer ")],
        Credential::Basic(..) => vec![header("Authorization", "Basic ")],
        Credential::Header(fields) => {
            let name = |name: &Template| {
                name.fill(bindings).map_or_else(|_| name.written(), |name| name.into_owned())
            };
            fields.iter().map(|(field, _)| header(&name(field), "")).collect()
        }
    }
}

/// Puts names back for what stood for them.
fn as_written(text: &str) -> String {
    const OPEN: &str = "%24%7B";
    const CLOSE: &str = "%7D";
    let host = SERVER.trim_start_matches("http://");
    let mut text = text
        .replace(SERVER, "${server.url}")
        .replace(&format!("Host: {host}:80"), "Host: that of ${server.url}");
    // Inside a URL they have been encoded.
    let mut from = 0;
    while let Some(found) = text[from..].find(OPEN) {
        let begin = from + found;
        let Some(length) = text[begin..].find(CLOSE) else { break };
        let end = begin + length + CLOSE.len();
        let name = percent_decode_str(&text[begin..end]).decode_utf8_lossy().into_owned();
        text.replace_range(begin..end, &name);
        from = begin + name.len();
    }
    text
}
