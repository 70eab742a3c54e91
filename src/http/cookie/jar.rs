//! The cookies of one run of a test: what its answers set, for the requests that they are meant for
//! (RFC 6265 §5.3 and §5.4).
//!
//! Without a list of public suffixes: a `Domain` of one label is refused, `co.uk` is not. Only a
//! test that itself asks two hosts below such a one could tell.

use std::net::Ipv4Addr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{SetCookie, date};
use crate::http::url::Target;

/// Shared by the requests of one run of a test.
#[derive(Debug, Default)]
pub struct CookieJar(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// In the order in which they were first set.
    kept: Vec<Kept>,
    refused: Vec<String>,
}

#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    /// In lower case.
    domain: String,
    /// Whether it is not for the hosts below that.
    host_only: bool,
    path: String,
    secure: bool,
    /// In seconds since 1970; `None` for one that lasts as long as the jar.
    ends: Option<i64>,
}

/// A name and value together may have so many bytes; browsers drop what is longer.
const LARGEST: usize = 4096;

impl CookieJar {
    /// Takes what an answer to a request for `target` sets. What it must not take is kept by its
    /// name, for [`CookieJar::refused`].
    pub fn take<'l>(&self, target: &Target, lines: impl Iterator<Item = &'l str>, now: SystemTime) {
        let now = seconds(now);
        let mut state = self.state();
        for cookie in lines.filter_map(SetCookie::parse) {
            match state.refusal(&cookie, target) {
                None => state.set(&cookie, target, now),
                Some(reason) => state.refused.push(format!("`{}`: {reason}", cookie.name)),
            }
        }
    }

    /// The names and values that a request for `target` sends, in order.
    pub fn given(&self, target: &Target, now: SystemTime) -> Vec<(String, String)> {
        let now = seconds(now);
        let state = self.state();
        let mut meant: Vec<&Kept> =
            state.kept.iter().filter(|kept| kept.is_for(target, now)).collect();
        meant.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        meant.into_iter().map(|kept| (kept.name.clone(), kept.value.clone())).collect()
    }

    /// All values in it.
    pub fn values(&self) -> Vec<String> {
        self.state().kept.iter().map(|kept| kept.value.clone()).collect()
    }

    /// The names of the cookies that were not taken, and why.
    pub fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Why a cookie must not be kept, if it must not.
    fn refusal(&self, cookie: &SetCookie, target: &Target) -> Option<String> {
        let host = &target.origin().host;
        if cookie.name.len() + cookie.value.len() > LARGEST {
            return Some(format!("it has more than {LARGEST} bytes, and browsers drop it"));
        }
        if let Some(domain) = cookie.domain {
            let domain = domain.to_ascii_lowercase();
            if !is_within(host, &domain) {
                return Some(format!("its Domain is {domain}, which {host} does not belong to"));
            }
            if domain != *host && !domain.contains('.') {
                return Some(format!("its Domain is {domain}, which is for everybody"));
            }
        }
        let prefixed = |prefix: &str| {
            cookie.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let of_host = cookie.domain.is_none() && cookie.path == Some("/");
        if prefixed("__Secure-") && !cookie.secure {
            return Some("its name begins with __Secure-, and it has no Secure".into());
        }
        if prefixed("__Host-") && !(cookie.secure && of_host) {
            return Some("its name begins with __Host-: it needs Secure, Path=/, no Domain".into());
        }
        let overlays =
            |kept: &Kept| kept.secure && kept.name == cookie.name && is_within(host, &kept.domain);
        match is_secure_way(target) {
            false if cookie.secure => Some("it has Secure and came over plain HTTP".into()),
            false if self.kept.iter().any(overlays) => {
                Some("it came over plain HTTP for one that has Secure".into())
            }
            _ => None,
        }
    }

    /// Keeps a cookie in the place of the one that it replaces; one that has ended only removes.
    fn set(&mut self, cookie: &SetCookie, target: &Target, now: i64) {
        let host = &target.origin().host;
        let domain = cookie.domain.map_or_else(|| host.clone(), str::to_ascii_lowercase);
        let path = cookie.path.filter(|path| path.starts_with('/'));
        let kept = Kept {
            name: cookie.name.to_owned(),
            value: cookie.value.to_owned(),
            host_only: cookie.domain.is_none() || is_address(&domain),
            domain,
            path: path.unwrap_or_else(|| default_path(target.path())).to_owned(),
            secure: cookie.secure,
            ends: end(cookie, now),
        };
        let same = |other: &Kept| {
            (&other.name, &other.domain, &other.path) == (&kept.name, &kept.domain, &kept.path)
        };
        let place = self.kept.iter().position(same);
        match (place, kept.ends.is_some_and(|end| end <= now)) {
            (Some(place), true) => drop(self.kept.remove(place)),
            (Some(place), false) => self.kept[place] = kept,
            (None, true) => {}
            (None, false) => self.kept.push(kept),
        }
    }
}

impl Kept {
    fn is_for(&self, target: &Target, now: i64) -> bool {
        let host = &target.origin().host;
        let is_host =
            if self.host_only { *host == self.domain } else { is_within(host, &self.domain) };
        is_host
            && is_below(target.path(), &self.path)
            && (!self.secure || is_secure_way(target))
            && self.ends.is_none_or(|end| end > now)
    }
}

/// Where nobody listens: as in browsers, this machine is such a way too.
fn is_secure_way(target: &Target) -> bool {
    target.origin().https || target.origin().is_loopback()
}

/// When a cookie ends, in seconds since 1970. `Max-Age` counts before `Expires`.
fn end(cookie: &SetCookie, now: i64) -> Option<i64> {
    let max_age = cookie.max_age.and_then(|text| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| if digits.len() < text.len() { 0 } else { text.parse().unwrap_or(i64::MAX) })
    });
    match max_age {
        Some(seconds) => Some(now.saturating_add(seconds)),
        None => Some(date::read(cookie.expires?)?.unix_timestamp()),
    }
}

/// Whether a host is `domain` or below it.
fn is_within(host: &str, domain: &str) -> bool {
    let below = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || (below() && !is_address(host))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// Whether a path is `above` or below it.
fn is_below(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || above.ends_with('/') || rest.starts_with('/'))
}

/// The folder of a path.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(slash) => &path[..slash],
    }
}

fn seconds(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: u64 = 784_111_777;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn jar(url: &str, lines: &[&str]) -> CookieJar {
        let jar = CookieJar::default();
        jar.take(&Target::parse(url).unwrap(), lines.iter().copied(), at(NOW));
        jar
    }

    fn given(jar: &CookieJar, url: &str) -> String {
        let given = jar.given(&Target::parse(url).unwrap(), at(NOW));
        given.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_cookie_goes_where_it_is_meant_for() {
        let table = [
            ("a=1", "https://x.example.com/p/q", true),
            ("a=1", "https://x.example.com/p", true),
            ("a=1", "https://x.example.com:81/p?q", true),
            ("a=1", "http://x.example.com/p", true),
            ("a=1", "https://x.example.com/pq", false),
            ("a=1", "https://x.example.com/", false),
            ("a=1", "https://y.x.example.com/p", false),
            ("a=1", "https://example.com/p", false),
            ("a=1; Domain=Example.com", "https://y.example.com/p", true),
            ("a=1; Domain=.example.com", "https://example.com/p", true),
            ("a=1; Domain=example.com", "https://notexample.com/p", false),
            ("a=1; Path=/", "https://x.example.com/", true),
            ("a=1; Path=/p/q/", "https://x.example.com/p/q", false),
            ("a=1; Path=/p/q/", "https://x.example.com/p/q/r", true),
            ("a=1; Path=odd", "https://x.example.com/p/r", true),
            ("a=1; Secure", "http://x.example.com/p", false),
            ("a=1; Secure", "https://x.example.com/p", true),
        ];
        for (line, url, is) in table {
            let expected = if is { "a=1" } else { "" };
            assert_eq!(
                given(&jar("https://x.example.com/p/q", &[line]), url),
                expected,
                "{line} {url}"
            );
        }
    }

    #[test]
    fn this_machine_is_a_secure_way() {
        for url in ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]/"] {
            let jar = jar(url, &["__Host-a=1; Secure; Path=/"]);
            assert_eq!(given(&jar, url), "__Host-a=1", "{url}");
        }
    }

    #[test]
    fn what_must_not_be_kept_is_refused_and_told() {
        let long = format!("a={}", "x".repeat(LARGEST));
        let table = [
            ("https://example.com/", "a=1; Domain=other.com"),
            ("https://example.com/", "a=1; Domain=x.example.com"),
            ("https://example.com/", "a=1; Domain=com"),
            ("https://192.0.2.1/", "a=1; Domain=2.1"),
            ("http://example.com/", "a=1; Secure"),
            ("https://example.com/", "__Secure-a=1"),
            ("https://example.com/", "__host-a=1; Secure; Path=/x"),
            ("https://example.com/", "__Host-a=1; Secure; Path=/; Domain=example.com"),
            ("https://example.com/", &long),
        ];
        for (url, line) in table {
            let jar = jar(url, &[line]);
            assert_eq!((given(&jar, url), jar.refused().len()), (String::new(), 1), "{line}");
        }
        let jar = jar("https://example.com/", &["a=1; Secure"]);
        let plain = Target::parse("http://example.com/").unwrap();
        jar.take(&plain, ["a=2"].into_iter(), at(NOW));
        assert_eq!(given(&jar, "https://example.com/"), "a=1");
    }

    #[test]
    fn a_cookie_ends_when_it_says() {
        let past = "Expires=Sun, 06-Nov-94 08:49:37 GMT";
        let table = [
            ("Max-Age=1", true),
            ("Max-Age=0", false),
            ("Max-Age=-5", false),
            ("Max-Age=99999999999999999999", true),
            (past, false),
            ("Expires=Sun, 06 Nov 1994 08:49:38 GMT", true),
            ("Expires=soon", true),
            ("Max-Age=soon; Expires=Sun, 06 Nov 1994 08:49:37 GMT", false),
            ("Max-Age=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT", true),
        ];
        for (ends, is) in table {
            let jar = jar("https://example.com/", &["a=0", &format!("a=1; {ends}")]);
            assert_eq!(given(&jar, "https://example.com/"), if is { "a=1" } else { "" }, "{ends}");
        }
        let later = jar("https://example.com/", &["a=1; Max-Age=5"]);
        let target = Target::parse("https://example.com/").unwrap();
        assert_eq!(later.given(&target, at(NOW + 4)).len(), 1);
        assert_eq!(later.given(&target, at(NOW + 5)).len(), 0);
    }

    #[test]
    fn the_nearest_path_comes_first_and_what_is_replaced_keeps_its_place() {
        let lines = ["a=1; Path=/", "b=2; Path=/", "c=3; Path=/p", "a=4; Path=/", "a=5; Path=/p"];
        assert_eq!(
            given(&jar("https://example.com/", &lines), "https://example.com/p"),
            "c=3; a=5; a=4; b=2"
        );
    }
}
