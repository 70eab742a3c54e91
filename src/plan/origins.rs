//! Where the settings of a test stand that it inherits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::scope::Level;
use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Span, Spanned};
use crate::suite::project::{Environment, Project};
use crate::suite::reader::Field;
use crate::suite::settings::Settings;
use crate::template::Template;

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

/// Where the chosen environment sends requests.
pub struct Chosen {
    environment: String,
    base_url: Place,
}

impl Chosen {
    /// What the environment of `project` says, as far as a spec leaves it to that.
    pub fn of(project: &Project, spec: &Settings) -> Option<Chosen> {
        let Environment { name, settings, .. } = project.environment()?;
        let base_url = settings.base_url.as_ref().filter(|_| spec.base_url.is_none())?;
        let base_url = Place::new(&project.source, base_url.span);
        Some(Chosen { environment: name.value.clone(), base_url })
    }

    /// A warning where a test or a step has a `base_url` of its own.
    pub fn replaced_by(&self, settings: &Settings, source: &Arc<Source>) -> Option<Diagnostic> {
        let span = settings.base_url.as_ref()?.span;
        let title = format!("`base_url` does not come from the environment `{}`", self.environment);
        Some(self.warning(Diagnostic::warning(source, span, title)))
    }

    /// A warning where the URL of a request names its server itself. What begins with a variable
    /// may stand for another one in each environment.
    pub fn left_by(&self, url: &Spanned<Template>, source: &Arc<Source>) -> Option<Diagnostic> {
        let text = url.value.written();
        let (_, rest) = text.split_once("://").filter(|_| !text.starts_with('/'))?;
        let server = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if text.starts_with("${") || server.contains("${") {
            return None;
        }
        let title = format!(
            "the request does not go to the `base_url` of the environment `{}`",
            self.environment
        );
        let warning = self.warning(Diagnostic::warning(source, url.span, title));
        Some(warning.help("write a path, or a variable that each environment gives its value"))
    }

    fn warning(&self, warning: Diagnostic) -> Diagnostic {
        warning.label(format!("this takes the place of {}", self.base_url))
    }
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
        ("tls", tls.iter().flat_map(|tls| tls.spans()).next()),
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
