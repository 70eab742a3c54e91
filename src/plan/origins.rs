//! Where the settings of a test stand that it inherits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::scope::Level;
use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Span};
use crate::suite::project::{Environment, Project};
use crate::suite::reader::Field;
use crate::suite::settings::Settings;

/// A key that a test inherits, and where it is written.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// The key; of what merges over the levels, as `headers.X-Tenant`.
    pub key: Box<str>,
    /// The value.
    pub place: Place,
}

/// What the levels behind the nearest `own` ones give, as far as these leave it to them.
pub fn inherited(levels: &[Level], own: usize) -> Arc<[Inherited]> {
    let (own, outer) = levels.split_at(own);
    let own = own.iter().flat_map(|level| keys(level.settings));
    let mut seen: HashSet<String> = own.map(|(key, _)| key.to_ascii_lowercase()).collect();
    let mut all = Vec::new();
    for Level { source, settings, .. } in outer {
        for (key, span) in keys(settings) {
            if seen.insert(key.to_ascii_lowercase()) {
                all.push(Inherited { key: key.into(), place: Place::new(source, span) });
            }
        }
    }
    all.into()
}

/// Whether a level says nothing that a test could inherit.
pub fn is_silent(settings: &Settings) -> bool {
    keys(settings).is_empty()
}

/// A warning for each key of the chosen environment that a spec says otherwise: who chooses an
/// environment believes that it holds.
pub fn overridden(spec: &Settings, source: &Arc<Source>, project: &Project) -> Vec<Diagnostic> {
    let Some(Environment { name, settings: environment, .. }) = project.environment() else {
        return Vec::new();
    };
    let chosen = all(environment).into_iter();
    let chosen: HashMap<String, Span> = chosen.map(|(k, s)| (k.to_ascii_lowercase(), s)).collect();
    let warning = |(key, span): (String, Span)| {
        let theirs = chosen.get(&key.to_ascii_lowercase())?;
        let title = format!("`{key}` does not come from the environment `{}`", name.value);
        let place = Place::new(&project.source, *theirs);
        let warning = Diagnostic::warning(source, span, title);
        Some(warning.label(format!("this takes the place of {place}")))
    };
    all(spec).into_iter().filter_map(warning).collect()
}

/// What one level says, key by key, with what it defines.
fn all(settings: &Settings) -> Vec<(String, Span)> {
    let vars = settings.vars.iter().map(|(name, _)| (format!("vars.{}", name.value), name.span));
    let tokens = settings.tokens.iter();
    let tokens = tokens.map(|(name, _)| (format!("tokens.{}", name.value), name.span));
    keys(settings).into_iter().chain(vars).chain(tokens).collect()
}

/// What one level says, key by key.
fn keys(settings: &Settings) -> Vec<(String, Span)> {
    let Settings { base_url, auth, timeout, follow_redirects, allow_plain_http, .. } = settings;
    let Settings { cookie_jar, tls, proxy, unix_socket, retry, enforce, headers, query, .. } =
        settings;
    let single = [
        ("base_url", base_url.as_ref().map(|s| s.span)),
        ("auth", auth.as_ref().map(|s| s.span)),
        ("timeout", timeout.as_ref().map(|s| s.span)),
        ("follow_redirects", follow_redirects.as_ref().map(|s| s.span)),
        ("cookie_jar", cookie_jar.as_ref().map(|s| s.span)),
        ("allow_plain_http", allow_plain_http.as_ref().map(|s| s.span)),
        ("tls", tls.spans().next()),
        ("proxy", proxy.as_ref().map(|s| s.span)),
        ("unix_socket", unix_socket.as_ref().map(|s| s.span)),
        ("retry", retry.as_ref().map(|s| s.span)),
        ("enforce", enforce.as_ref().map(|s| s.span)),
    ];
    let single = single.into_iter().filter_map(|(key, span)| Some((key.to_owned(), span?)));
    single.chain(fields("headers", headers)).chain(fields("query", query)).collect()
}

fn fields<'f>(key: &'f str, fields: &'f [Field]) -> impl Iterator<Item = (String, Span)> + 'f {
    fields
        .iter()
        .map(move |field| (format!("{key}.{}", field.name.value.written()), field.value.span))
}
