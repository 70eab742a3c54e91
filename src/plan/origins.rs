//! Where the settings of a test stand that it inherits.

use std::sync::Arc;

use super::scope::Level;
use crate::source::{Place, Span};
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
    let mut seen: Vec<String> =
        own.iter().flat_map(|level| keys(level.settings)).map(|(key, _)| key).collect();
    let mut all = Vec::new();
    for Level { source, settings } in outer {
        for (key, span) in keys(settings) {
            if !seen.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
                all.push(Inherited { key: key.as_str().into(), place: Place::new(source, span) });
                seen.push(key);
            }
        }
    }
    all.into()
}

/// Whether a level says nothing that a test could inherit.
pub fn is_silent(settings: &Settings) -> bool {
    keys(settings).is_empty()
}

/// What one level says, key by key.
fn keys(settings: &Settings) -> Vec<(String, Span)> {
    let Settings { base_url, auth, timeout, follow_redirects, allow_plain_http, .. } = settings;
    let Settings { tls, proxy, unix_socket, enforce, headers, query, .. } = settings;
    let single = [
        ("base_url", base_url.as_ref().map(|s| s.span)),
        ("auth", auth.as_ref().map(|s| s.span)),
        ("timeout", timeout.as_ref().map(|s| s.span)),
        ("follow_redirects", follow_redirects.as_ref().map(|s| s.span)),
        ("allow_plain_http", allow_plain_http.as_ref().map(|s| s.span)),
        ("tls", tls.spans().next()),
        ("proxy", proxy.as_ref().map(|s| s.span)),
        ("unix_socket", unix_socket.as_ref().map(|s| s.span)),
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
