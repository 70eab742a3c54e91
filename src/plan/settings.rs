//! The settings of a step: what all levels say, the nearest one winning.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::passage::{Passage, passage};
use super::repeat::{Retry, retry};
use super::scope::{Binder, Level};
use crate::diagnostic::Diagnostic;
use crate::http::url::Target;
use crate::source::{Source, Spanned};
use crate::suite::operand::named;
use crate::suite::reader::Field;
use crate::suite::settings::{Settings, header_name_fault};
use crate::template::{Draft, Template};

/// What a step shares with all others that say the same.
#[derive(Clone, Debug)]
pub struct StepSettings {
    /// Put before a URL that begins with `/`.
    pub base_url: Option<Template>,
    /// Header fields in the order they are sent, without the credential.
    pub headers: Vec<(Template, Template)>,
    /// Whether `Content-Type` was taken back, and is not sent even with a body that has one.
    pub no_content_type: bool,
    /// Parameters that are appended to the query.
    pub query: Vec<QueryParameter>,
    /// The time for one exchange.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub follow_redirects: u32,
    /// Whether the cookies that answers set are kept for the later requests of a test.
    pub cookie_jar: bool,
    /// Whether credentials may travel unencrypted beyond loopback.
    pub allow_plain_http: bool,
    /// How requests get to their server.
    pub passage: Arc<Passage>,
    /// How often the whole test is run again; no step says anything else than its test.
    pub retry: Retry,
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

/// The longest time for one exchange.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest time to wait before a step.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// The header fields that are sent unless something else is said.
const DEFAULT_HEADERS: [(&str, &str); 3] = [
    ("Accept", "*/*"),
    ("User-Agent", concat!("apitest/", env!("CARGO_PKG_VERSION"))),
    ("Accept-Encoding", "gzip, deflate"),
];

/// The fields that are sent unless something else is said, with another `Accept`.
pub fn default_headers(accept: &str) -> Vec<(Template, Template)> {
    let value = |name: &str, value: &'static str| match name {
        "Accept" => Template::Fixed(accept.into()),
        _ => Template::Fixed(value.into()),
    };
    DEFAULT_HEADERS.map(|(n, v)| (Template::Fixed(n.into()), value(n, v))).into()
}

/// Whether a level changes nothing that [`StepSettings`] holds.
pub fn says_nothing(settings: &Settings) -> bool {
    settings.base_url.is_none()
        && settings.vars.is_empty()
        && settings.headers.is_empty()
        && settings.query.is_empty()
        && settings.timeout.is_none()
        && settings.follow_redirects.is_none()
        && settings.cookie_jar.is_none()
        && settings.allow_plain_http.is_none()
        && settings.tls.as_ref().is_none_or(|tls| tls.is_empty())
        && settings.proxy.is_none()
        && settings.unix_socket.is_none()
        && settings.retry.is_none()
}

/// The settings under the levels of `binder`. `own` says whether the nearest one is the test.
pub fn effective(binder: &mut Binder, own: bool) -> StepSettings {
    let levels: Vec<Level> = binder.levels().to_vec();
    let (settings, missing) = binder.apart(|binder| {
        let (headers, no_content_type) = headers(binder, &levels);
        StepSettings {
            base_url: nearest(binder, &levels, |s| s.base_url.as_ref(), base_url),
            headers,
            no_content_type,
            query: query(binder, &levels, own),
            timeout: nearest(binder, &levels, |s| s.timeout.as_deref(), timeout)
                .unwrap_or(DEFAULT_TIMEOUT),
            follow_redirects: nearest(binder, &levels, |s| s.follow_redirects.as_deref(), hops)
                .unwrap_or(0),
            cookie_jar: nearest(binder, &levels, |s| s.cookie_jar.as_deref(), jar).unwrap_or(false),
            allow_plain_http: nearest(binder, &levels, |s| s.allow_plain_http.as_deref(), plain)
                .unwrap_or(false),
            passage: Arc::new(passage(binder, &levels)),
            retry: nearest(binder, &levels, |s| s.retry.as_deref(), retry).unwrap_or_default(),
            missing: Vec::new(),
        }
    });
    StepSettings { missing, ..settings }
}

/// What the nearest level says that says something.
pub fn nearest<'s, T: 's, B>(
    binder: &mut Binder,
    levels: &[Level<'s>],
    written: impl Fn(&'s Settings) -> Option<&'s Spanned<T>>,
    bind: impl Fn(&mut Binder, &Spanned<T>, &Arc<Source>) -> Option<B>,
) -> Option<B> {
    let (source, written) = levels.iter().find_map(|l| Some((l.source, written(l.settings)?)))?;
    binder.use_of(source, written.span);
    bind(binder, written, source)
}

fn base_url(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
) -> Option<Template> {
    let mark = binder.mark();
    let bound = binder.template(&written.value, source);
    if let Some(text) = bound.as_fixed().filter(|_| binder.is_sound(mark)) {
        let reason = match Target::parse(text) {
            Ok(_) if !text.contains('?') => None,
            Ok(_) => Some("it has a query: write that under `query:`".to_owned()),
            Err(reason) => Some(reason),
        };
        if let Some(reason) = reason {
            let fault =
                Diagnostic::error(source, written.span, "`base_url` is no URL to begin with");
            let mut fault = fault.label(reason);
            if !text.contains("://") && text.contains(['.', ':']) {
                fault = fault.help(format!("write `http://{text}` or `https://{text}`"));
            }
            binder.blame(mark, fault);
        }
    }
    Some(bound)
}

/// Header fields from the farthest level to the nearest, each name once.
fn headers(binder: &mut Binder, levels: &[Level]) -> (Vec<(Template, Template)>, bool) {
    // Each with the distance of the level that names it.
    let mut named: HashMap<String, usize> = HashMap::new();
    let mut by_level: Vec<Vec<(Template, Template)>> = Vec::new();
    for (distance, Level { source, settings, .. }) in levels.iter().enumerate() {
        let mut own = Vec::new();
        for field in &settings.headers {
            binder.use_of(source, field.name.span);
            let name = binder.template(&field.name.value, source);
            match named.get(&name_in_any_case(&name)) {
                Some(nearer) if *nearer < distance => continue,
                Some(_) => second_value(binder, field, source),
                None => {}
            }
            named.insert(name_in_any_case(&name), distance);
            check_header_name(binder, &name, field, source);
            for line in header_lines(binder, field, source) {
                binder.learn_header(&name, &line, source, field.value.span);
                own.push((name.clone(), line));
            }
        }
        by_level.push(own);
    }
    let is_named = |name: &str| named.contains_key(name);
    let defaults = DEFAULT_HEADERS.into_iter();
    let defaults = defaults.filter(|(name, _)| !is_named(&name.to_ascii_lowercase()));
    let defaults = defaults.map(|(n, v)| (Template::Fixed(n.into()), Template::Fixed(v.into())));
    let headers: Vec<_> = defaults.chain(by_level.into_iter().rev().flatten()).collect();
    let content_type = Template::Fixed("content-type".into());
    let sent = headers.iter().any(|(name, _)| same_name(name, &content_type));
    let no_content_type = is_named("content-type") && !sent;
    (headers, no_content_type)
}

fn header_lines(binder: &mut Binder, field: &Field, source: &Arc<Source>) -> Vec<Template> {
    let mark = binder.mark();
    let lines = binder.lines(field, source);
    let unsendable = |c: char| c.is_control() && c != '\t';
    if lines.iter().any(|line| line.as_fixed().is_some_and(|text| text.contains(unsendable))) {
        let title = "a line break cannot be sent in a header";
        let fault = Diagnostic::error(source, field.value.span, title);
        binder.blame(mark, fault.label("leave it out, and other control characters"));
    }
    lines
}

fn check_header_name(binder: &mut Binder, name: &Template, field: &Field, source: &Arc<Source>) {
    // What is written out was checked when it was read.
    if field.name.value.as_fixed().is_some() {
        return;
    }
    if let Some((title, label)) = name.as_fixed().and_then(header_name_fault) {
        binder.fault(source, field.name.span, title).label = label;
    }
}

fn second_value(binder: &mut Binder, field: &Field, source: &Arc<Source>) {
    if field.name.value.as_fixed().is_none() {
        binder.fault(source, field.name.span, "a second value for the same header").label =
            "for several lines, write a list".into();
    }
}

/// Equal for the names of the same header field.
fn name_in_any_case(name: &Template) -> String {
    name.as_fixed().map_or_else(|| name.written(), str::to_ascii_lowercase)
}

/// Whether two templates name the same header field.
pub fn same_name(a: &Template, b: &Template) -> bool {
    match (a.as_fixed(), b.as_fixed()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

/// Query parameters from the farthest level to the nearest, each name of one level only.
fn query(binder: &mut Binder, levels: &[Level], own: bool) -> Vec<QueryParameter> {
    let mut named: HashSet<String> = HashSet::new();
    let mut by_level: Vec<Vec<QueryParameter>> = Vec::new();
    for (distance, Level { source, settings, .. }) in levels.iter().enumerate() {
        let inherited = !(own && distance == 0);
        let mut parameters = Vec::new();
        let mut own_names = Vec::new();
        for field in &settings.query {
            binder.use_of(source, field.name.span);
            let name = binder.template(&field.name.value, source);
            if named.contains(&name.written()) {
                continue;
            }
            for value in binder.lines(field, source) {
                binder.learn_field(&name, &value, source, field.value.span);
                parameters.push(QueryParameter { name: name.clone(), value, inherited });
            }
            own_names.push(name.written());
        }
        named.extend(own_names);
        by_level.push(parameters);
    }
    by_level.into_iter().rev().flatten().collect()
}

fn timeout(
    binder: &mut Binder,
    written: &Spanned<Draft>,
    source: &Arc<Source>,
) -> Option<Duration> {
    let read = |value: &Value| {
        let time = humantime::parse_duration(value.as_str()?).ok()?;
        (time > Duration::ZERO && time <= LONGEST_TIMEOUT).then_some(time)
    };
    let takes = "`timeout` takes a time with its unit, such as 30s or 500ms, up to 24h";
    typed(binder, written, source, read, takes)
}

/// How long a `wait` lasts.
pub fn pause(binder: &mut Binder, written: &Spanned<Draft>, source: &Arc<Source>) -> Duration {
    let read = |value: &Value| {
        let time = humantime::parse_duration(value.as_str()?).ok()?;
        (time > Duration::ZERO && time <= LONGEST_WAIT).then_some(time)
    };
    let takes = "`wait` takes a time with its unit, such as 2s or 500ms, up to 1h";
    typed(binder, written, source, read, takes).unwrap_or_default()
}

fn hops(binder: &mut Binder, written: &Spanned<Draft>, source: &Arc<Source>) -> Option<u32> {
    let read = |value: &Value| value.as_u64().filter(|n| *n <= 100).map(|n| n as u32);
    typed(binder, written, source, read, "`follow_redirects` takes a number from 0 to 100")
}

fn plain(binder: &mut Binder, written: &Spanned<Draft>, source: &Arc<Source>) -> Option<bool> {
    flag(binder, written, source, "`allow_plain_http` takes true or false")
}

fn jar(binder: &mut Binder, written: &Spanned<Draft>, source: &Arc<Source>) -> Option<bool> {
    flag(binder, written, source, "`cookie_jar` takes true or false")
}

/// A value that is true or false, or else a fault that says what it `takes`.
pub fn flag(
    binder: &mut Binder,
    written: &Spanned<Draft>,
    source: &Arc<Source>,
    takes: &str,
) -> Option<bool> {
    typed(binder, written, source, Value::as_bool, takes)
}

/// A value of another type than text, that may come out of a variable.
pub(super) fn typed<T>(
    binder: &mut Binder,
    written: &Spanned<Draft>,
    source: &Arc<Source>,
    read: impl Fn(&Value) -> Option<T>,
    takes: &str,
) -> Option<T> {
    let mark = binder.mark();
    let Draft::Fixed(value) = binder.draft(&written.value, source) else {
        binder.fault(source, written.span, takes).label =
            "this is known only during the run".into();
        return None;
    };
    if !binder.is_sound(mark) {
        return None;
    }
    let variable = !matches!(written.value, Draft::Fixed(_));
    // The environment and the command line know only texts.
    let spelled = || serde_json::from_str(value.as_str().filter(|_| variable)?).ok();
    let result = read(&value).or_else(|| read(&spelled()?));
    if result.is_none() {
        let label = match variable {
            true => "what the variable stands for does not fit".to_owned(),
            false if takes.contains("its unit") && value.is_u64() => {
                format!("the unit is missing: write `{value}s` or `{value}ms`")
            }
            false if takes.contains("a number from") && value == true => {
                "say how many, such as 5".to_owned()
            }
            false => format!("found {}", named(&value)),
        };
        binder.blame(mark, Diagnostic::error(source, written.span, takes).label(label));
    }
    result
}
