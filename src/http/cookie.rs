//! Cookies: what a response sets (RFC 6265 §5.2, as RFC 6265bis corrects it), what a jar keeps of
//! that, and what a request sends.
//!
//! Attributes are kept as they were written: a test must see an unknown `SameSite`, which a browser
//! would drop in silence.

mod date;
mod jar;
mod sent;

pub use self::date::http_date;
pub use self::jar::CookieJar;
pub use self::sent::{Cookies, is_cookie, unsendable};

/// A cookie that a response sets, as it is written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetCookie<'l> {
    /// The name; never empty.
    pub name: &'l str,
    /// The value, with its quotes if it has such.
    pub value: &'l str,
    /// Whether it goes over secure ways only.
    pub secure: bool,
    /// Whether it is hidden from scripts.
    pub http_only: bool,
    /// Which sites may cause it to be sent.
    pub same_site: Option<&'l str>,
    /// The path that it is for.
    pub path: Option<&'l str>,
    /// The host that it is for, and those below it; without the dot before it.
    pub domain: Option<&'l str>,
    /// How many seconds it lasts.
    pub max_age: Option<&'l str>,
    /// When it ends.
    pub expires: Option<&'l str>,
}

impl<'l> SetCookie<'l> {
    /// Reads the value of a `Set-Cookie` field; `None` for one that sets nothing. Of an attribute
    /// that is written twice, the last counts.
    pub fn parse(line: &'l str) -> Option<SetCookie<'l>> {
        if line.contains(|c: char| c.is_ascii_control() && c != '\t') {
            return None;
        }
        let mut parts = line.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = SetCookie { name: name.trim(), value: value.trim(), ..Self::default() };
        parts.for_each(|part| cookie.attribute(part));
        (!cookie.name.is_empty()).then_some(cookie)
    }

    /// The cookie of this name that the lines set last.
    pub fn last(lines: impl Iterator<Item = &'l str>, name: &str) -> Option<SetCookie<'l>> {
        lines.filter_map(SetCookie::parse).filter(|cookie| cookie.name == name).last()
    }

    fn attribute(&mut self, part: &'l str) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        let given = Some(value).filter(|value| !value.is_empty());
        match name.trim().to_ascii_lowercase().as_str() {
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "samesite" => self.same_site = Some(value),
            "path" => self.path = given,
            "domain" => self.domain = given.map(|host| host.strip_prefix('.').unwrap_or(host)),
            "max-age" => self.max_age = Some(value),
            "expires" => self.expires = Some(value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_in_any_case_and_order() {
        let line = "sid = a=b ; path=/x;SECURE; HttpOnly=1; Max-Age=60; domain=.Example.com; \
                    SameSite=lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/y; odd=1;;";
        let cookie = SetCookie {
            name: "sid",
            value: "a=b",
            secure: true,
            http_only: true,
            same_site: Some("lax"),
            path: Some("/y"),
            domain: Some("Example.com"),
            max_age: Some("60"),
            expires: Some("Thu, 01 Jan 1970 00:00:00 GMT"),
        };
        assert_eq!(SetCookie::parse(line), Some(cookie));
        let bare = SetCookie { name: "a", ..SetCookie::default() };
        assert_eq!(SetCookie::parse("a="), Some(bare));
        assert_eq!(SetCookie::parse("a=; Path=; Domain="), Some(bare));
        for nothing in ["", "a", "=b", " =b; Path=/", "a\u{1}=b", ";a=b"] {
            assert_eq!(SetCookie::parse(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn the_last_one_of_a_name_counts() {
        let lines = ["a=1", "A=2", "a=3; Path=/x", "b=4"];
        let last = SetCookie::last(lines.into_iter(), "a").unwrap();
        assert_eq!((last.value, last.path), ("3", Some("/x")));
        assert_eq!(SetCookie::last(lines.into_iter(), "c"), None);
    }
}
