//! The `Cookie` field of a request: its own cookies, and those of a jar.

use std::sync::Arc;
use std::time::SystemTime;

use super::CookieJar;
use crate::http::message::Header;
use crate::http::url::Target;

/// What a request sends as cookies, and where those go that its answer sets.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// Its own, by their names; `None` leaves out the one of the jar.
    pub own: Vec<(String, Option<String>)>,
    /// Takes what the answer sets.
    pub jar: Option<Arc<CookieJar>>,
    /// Whether what is in the jar is sent.
    pub from_jar: bool,
}

impl Cookies {
    /// Puts the field for `target` among the others, in place of the one for another target.
    pub fn put(&self, target: &Target, headers: &mut Vec<Header>) {
        if self.own.is_empty() && self.jar.is_none() {
            return;
        }
        headers.retain(|header| !is_cookie(&header.name));
        let jar = self.jar.as_ref().filter(|_| self.from_jar);
        let given = jar.map_or_else(Vec::new, |jar| jar.given(target, SystemTime::now()));
        let is_own = |name: &str| self.own.iter().any(|(own, _)| own == name);
        let own = self.own.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let given = given.iter().filter(|(name, _)| !is_own(name)).map(|(n, v)| (n, v));
        let pairs: Vec<String> =
            own.chain(given).map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            let (name, value) = ("Cookie".to_owned(), pairs.join("; "));
            headers.push(Header { name, value, credential: true });
        }
    }

    /// The first that it leaves out though the jar has none of that name for `target`.
    pub fn left_out_in_vain(&self, target: &Target) -> Option<&str> {
        let mut left_out = self.own.iter().filter(|(_, value)| value.is_none()).peekable();
        left_out.peek()?;
        let jar = self.jar.as_ref().filter(|_| self.from_jar)?;
        let given = jar.given(target, SystemTime::now());
        let is_given = |name: &str| given.iter().any(|(given, _)| given == name);
        left_out.map(|(name, _)| name.as_str()).find(|name| !is_given(name))
    }

    /// Puts into the jar what an answer to a request for `target` sets.
    pub fn take(&self, target: &Target, headers: &[(String, String)]) {
        let Some(jar) = &self.jar else { return };
        let lines = headers.iter().filter(|(name, _)| name == "set-cookie");
        jar.take(target, lines.map(|(_, line)| line.as_str()), SystemTime::now());
    }
}

/// Whether a header field is the one that cookies are sent in.
pub fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

/// What in a value cannot be sent: it would end the cookie, or the field.
pub fn unsendable(value: &str) -> Option<char> {
    value.chars().find(|c| *c == ';' || c.is_control() || !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_cookies_replace_those_of_the_jar() {
        let target = Target::parse("http://127.0.0.1/").unwrap();
        let jar = Arc::new(CookieJar::default());
        jar.take(&target, ["a=1", "b=2", "c=3"].into_iter(), SystemTime::now());
        let own = vec![("b".into(), Some("own".into())), ("c".into(), None)];
        let mut cookies = Cookies { own, jar: Some(jar), from_jar: true };
        let sent = |cookies: &Cookies| {
            let mut headers =
                vec![Header { name: "cookie".into(), value: "old=1".into(), credential: true }];
            cookies.put(&target, &mut headers);
            headers.iter().map(|header| header.value.clone()).collect::<Vec<_>>()
        };
        assert_eq!(sent(&cookies), ["b=own; a=1"]);
        cookies.from_jar = false;
        assert_eq!(sent(&cookies), ["b=own"]);
        cookies.own.clear();
        assert_eq!(sent(&cookies), [""; 0]);
        cookies.jar = None;
        assert_eq!(sent(&cookies), ["old=1"]);
    }
}
