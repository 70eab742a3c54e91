//! The settings of a step: what all levels say, the nearest one winning.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::scope::{Binder, Level};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::suite::reader::Field;
use crate::suite::settings::Settings;
use crate::template::{Draft, Template, as_text};

/// What a step shares with all others that say the same.
#[derive(Clone, Debug)]
pub struct StepSettings {
    /// Put before a URL that begins with `/`.
    pub base_url: Option<Template>,
    /// Header fields in the order they are sent, without the credential.
    pub headers: Vec<(Template, Template)>,
    /// Parameters that are appended to the query.
    pub query: Vec<QueryParameter>,
    /// The time for one exchange.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub follow_redirects: u32,
    /// Whether credentials may travel unencrypted beyond loopback.
    pub allow_plain_http: bool,
    /// What the environment lacks for these.
    pub missing: Vec<Diagnostic>,
}

/// A query parameter, not yet encoded.
#[derive(Clone, Debug)]
pub struct QueryParameter {
    /// The name.
    pub name: Template,
    /// The value.
    pub value: Template,
    /// Whether it comes from a level above the test; the URL's own query takes it back then.
    pub inherited: bool,
}

/// The time for one exchange where nothing else is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

impl Default for StepSettings {
    fn default() -> StepSettings {
        let fixed =
            |name: &str, value: &str| (Template::Fixed(name.into()), Template::Fixed(value.into()));
        StepSettings {
            base_url: None,
            headers: vec![
                fixed("Accept", "*/*"),
                fixed("User-Agent", concat!("apitest/", env!("CARGO_PKG_VERSION"))),
                fixed("Accept-Encoding", "gzip, deflate"),
            ],
            query: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            follow_redirects: 0,
            allow_plain_http: false,
            missing: Vec::new(),
        }
    }
}

/// Whether a level changes anything that [`StepSettings`] holds.
pub fn says_nothing(settings: &Settings) -> bool {
    settings.base_url.is_none()
        && settings.vars.is_empty()
        && settings.headers.is_empty()
        && settings.query.is_empty()
        && settings.timeout.is_none()
        && settings.follow_redirects.is_none()
        && settings.allow_plain_http.is_none()
}

/// The settings under the levels of `binder`. `own` says whether the nearest one is the test.
pub fn effective(binder: &mut Binder, own: bool) -> StepSettings {
    let mut effective = StepSettings::default();
    let levels: Vec<Level> = binder.levels().to_vec();
    let missing = std::mem::take(&mut binder.missing);
    for (distance, level) in levels.iter().enumerate().rev() {
        effective.apply(binder, *level, !(own && distance == 0));
    }
    effective.missing = std::mem::replace(&mut binder.missing, missing);
    effective
}

impl StepSettings {
    fn apply(&mut self, binder: &mut Binder, level: Level, inherited: bool) {
        let Level { source, settings } = level;
        if let Some(base_url) = &settings.base_url {
            self.base_url = Some(binder.template(&base_url.value, source));
        }
        for field in &settings.headers {
            self.headers.retain(|(name, _)| !same_name(name, &field.name.value));
            for (name, value) in fields(binder, field, source) {
                self.headers.push((name, value));
            }
        }
        for field in &settings.query {
            self.query.retain(|parameter| parameter.name != field.name.value);
            let bound = fields(binder, field, source).into_iter();
            self.query.extend(bound.map(|(name, value)| QueryParameter { name, value, inherited }));
        }
        if let Some(timeout) = &settings.timeout {
            let bound = typed(binder, timeout, source, duration, "a time such as 30s or 500ms");
            self.timeout = bound.unwrap_or(self.timeout);
        }
        if let Some(hops) = &settings.follow_redirects {
            let bound = typed(binder, hops, source, count, "a number from 0 to 100");
            self.follow_redirects = bound.unwrap_or(self.follow_redirects);
        }
        if let Some(allow) = &settings.allow_plain_http {
            let bound = typed(binder, allow, source, Value::as_bool, "true or false");
            self.allow_plain_http = bound.unwrap_or(self.allow_plain_http);
        }
    }
}

fn same_name(a: &Template, b: &Template) -> bool {
    match (a.as_fixed(), b.as_fixed()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

/// A field as one name and value for each line of it; none when it is taken back.
pub fn fields(
    binder: &mut Binder,
    field: &Field,
    source: &Arc<Source>,
) -> Vec<(Template, Template)> {
    let name = binder.template(&field.name.value, source);
    let written_null = matches!(field.value.value, Draft::Fixed(Value::Null));
    let bound = binder.draft(&field.value.value, source);
    let values: Vec<Template> = match bound {
        Draft::Fixed(Value::Null) if written_null => Vec::new(),
        Draft::Fixed(Value::Null) => {
            binder.fault(source, field.value.span, "null came out of a variable").label =
                "only a written `null` takes a field back".into();
            Vec::new()
        }
        Draft::Fixed(Value::Array(items)) => {
            items.iter().filter_map(|item| scalar(binder, item, field, source)).collect()
        }
        Draft::Fixed(value) => scalar(binder, &value, field, source).into_iter().collect(),
        Draft::Text(template) => vec![template],
        Draft::List(items) => items
            .into_iter()
            .filter_map(|item| match item {
                Draft::Fixed(value) => scalar(binder, &value, field, source),
                Draft::Text(template) => Some(template),
                _ => None,
            })
            .collect(),
        Draft::Map(_) => {
            binder.fault(source, field.value.span, "a mapping where a scalar is needed");
            Vec::new()
        }
    };
    values.into_iter().map(|value| (name.clone(), value)).collect()
}

fn scalar(
    binder: &mut Binder,
    value: &Value,
    field: &Field,
    source: &Arc<Source>,
) -> Option<Template> {
    match as_text(value) {
        Some(text) if !value.is_null() => Some(Template::Fixed(text.into())),
        _ => {
            binder.fault(source, field.value.span, "only scalars can be sent here").label =
                "text, a number, true or false".into();
            None
        }
    }
}

fn typed<T>(
    binder: &mut Binder,
    draft: &Spanned<Draft>,
    source: &Arc<Source>,
    read: impl Fn(&Value) -> Option<T>,
    expected: &str,
) -> Option<T> {
    let missing = binder.missing.len();
    let value = match binder.draft(&draft.value, source) {
        Draft::Fixed(value) => value,
        _ => Value::Null,
    };
    if binder.missing.len() > missing {
        return None;
    }
    let result = read(&value);
    if result.is_none() {
        let found = if value.is_null() { "this".into() } else { value.to_string() };
        binder.fault(source, draft.span, format!("{found} is not {expected}")).label =
            format!("expected {expected}");
    }
    result
}

fn duration(value: &Value) -> Option<Duration> {
    let duration = humantime::parse_duration(value.as_str()?).ok()?;
    (duration > Duration::ZERO).then_some(duration)
}

fn count(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 100)
}
