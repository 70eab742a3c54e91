//! The target of a request: validated as strictly as a browser would, sent as it was written.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Where a request goes. The text is kept as written: no normalisation of `..` or of escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: String,
    origin: Origin,
    path_start: usize,
}

/// A scheme, host and port: what a credential never leaves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether the scheme is `https`.
    pub https: bool,
    /// The host, lower case; an IPv6 address stands in brackets.
    pub host: String,
    /// The port, the scheme's own when none was written.
    pub port: u16,
}

impl Target {
    /// Checks a URL: scheme http or https, a host, a port from 1 to 65535, no userinfo, no
    /// fragment, nothing that cannot stand in a request line.
    ///
    /// # Errors
    /// What is wrong with it, in words for the user, without the URL itself.
    pub fn parse(url: &str) -> Result<Target, String> {
        let (scheme, rest) =
            url.split_once("://").ok_or("it does not begin with http:// or https://")?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            other => return Err(format!("`{other}` is not http or https")),
        };
        if let Some(c) = url.chars().find(|c| unsendable(*c)) {
            return Err(match c {
                '#' => "a fragment (`#…`) is never sent: write %23 for the character".into(),
                ' ' => "a space cannot be sent: write %20".into(),
                c => format!("{c:?} cannot be sent as it is: percent-encode it"),
            });
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let authority = &rest[..end];
        if authority.contains('@') {
            return Err("credentials do not belong in a URL: write `auth: {basic: …}`".into());
        }
        let origin = Origin::parse(https, authority)?;
        // The parser of the WHATWG knows more hosts that are none than we want to; it is slow.
        if !is_plain(&origin.host) {
            let whole = &url[..url.len() - rest.len() + end];
            url::Url::parse(whole).map_err(|error| error.to_string())?;
        }
        Ok(Target { origin, path_start: url.len() - rest.len() + end, url: url.to_owned() })
    }

    /// The whole URL as written.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The path and query as they stand in the request line, except that an absent path is `/`.
    pub fn path_and_query(&self) -> &str {
        match &self.url[self.path_start..] {
            "" => "/",
            path => path,
        }
    }

    /// The path as it stands in the request line.
    pub fn path(&self) -> &str {
        self.path_and_query().split('?').next().filter(|path| !path.is_empty()).unwrap_or("/")
    }

    /// The same with another path; the query stays.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn with_path(&self, path: &str) -> Result<Target, String> {
        let query = self.url[self.path_start..].split_once('?');
        let query = query.map_or_else(String::new, |(_, query)| format!("?{query}"));
        Target::parse(&format!("{}{path}{query}", &self.url[..self.path_start]))
    }

    /// The origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where `location`, found in an answer from here, leads.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn join(&self, location: &str) -> Result<Target, String> {
        let base = url::Url::parse(&self.url).map_err(|error| error.to_string())?;
        let mut joined = base.join(location).map_err(|error| error.to_string())?;
        joined.set_fragment(None);
        Target::parse(joined.as_str())
    }
}

/// Whether a host is one beyond doubt: an IPv4 address, or labels of letters, digits and hyphens
/// of which the last begins with a letter, and none says that it is encoded.
fn is_plain(host: &str) -> bool {
    let is_plain_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with("xn--")
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or(host);
    host.parse::<Ipv4Addr>().is_ok()
        || (last.starts_with(|c: char| c.is_ascii_alphabetic())
            && host.split('.').all(is_plain_label))
}

/// What HTTP does not let stand in a request target, and what the HTTP crate refuses there.
fn unsendable(c: char) -> bool {
    !c.is_ascii_graphic() || matches!(c, '#' | '<' | '>' | '"' | '`' | '^' | '\\')
}

impl Origin {
    fn parse(https: bool, authority: &str) -> Result<Origin, String> {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        if host.is_empty() {
            return Err("the host is missing".into());
        }
        let port = match port {
            None => {
                if https {
                    443
                } else {
                    80
                }
            }
            Some("") => return Err("behind the `:` the port is missing".into()),
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => match text.parse() {
                Ok(port @ 1..) => port,
                _ => return Err(format!("the port {text} is not between 1 and 65535")),
            },
            Some(text) => return Err(format!("`{text}` is not a port")),
        };
        let valid = |b: u8| b.is_ascii_alphanumeric() || b"-._~[]:%".contains(&b);
        if !host.bytes().all(valid) {
            return Err(format!("`{host}` is not a host"));
        }
        Ok(Origin { https, host: host.to_ascii_lowercase(), port })
    }

    /// Whether the host is `localhost` or below it, in 127.0.0.0/8, or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.as_str();
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || address.and_then(|a| a.parse::<Ipv6Addr>().ok()).is_some_and(|a| a.is_loopback())
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, is_plain};

    #[test]
    fn a_url_is_kept_as_written() {
        let table = [
            ("http://127.0.0.1:8080/a/../b?x=%41&y={z}", "127.0.0.1:8080", "/a/../b?x=%41&y={z}"),
            ("HTTPS://Example.com", "example.com:443", "/"),
            ("http://[::1]:81?q", "[::1]:81", "?q"),
            ("http://localhost//a", "localhost:80", "//a"),
        ];
        for (url, origin, path) in table {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.origin().to_string(), origin, "{url}");
            assert_eq!(target.path_and_query(), path, "{url}");
            assert_eq!(target.url(), url);
        }
    }

    #[test]
    fn another_path_keeps_the_rest() {
        let table = [
            ("http://a:1/b/c?d=/e", "/b/c", "//x", "http://a:1//x?d=/e"),
            ("https://a", "/", "/x", "https://a/x"),
            ("http://a?b", "/", "/%2e/", "http://a/%2e/?b"),
            ("http://a/b?", "/b", "/b;c=d", "http://a/b;c=d?"),
        ];
        for (url, path, other, expected) in table {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.path(), path, "{url}");
            assert_eq!(target.with_path(other).unwrap().url(), expected, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_says_why() {
        let table = [
            ("/orders", "it does not begin with http:// or https://"),
            ("ftp://a/", "`ftp` is not http or https"),
            ("http:///x", "the host is missing"),
            ("http://:80/", "the host is missing"),
            ("http://127.0.0.1:99999/", "the port 99999 is not between 1 and 65535"),
            ("http://127.0.0.1:/", "behind the `:` the port is missing"),
            ("http://127.0.0.1:0/", "the port 0 is not between 1 and 65535"),
            ("http://a:b/", "`b` is not a port"),
            ("http://a/b c", "a space cannot be sent: write %20"),
            ("http://a/#b", "a fragment (`#…`) is never sent: write %23 for the character"),
            ("http://a/\u{e9}", "'é' cannot be sent as it is: percent-encode it"),
            ("http://a/\n", "'\\n' cannot be sent as it is: percent-encode it"),
        ];
        for (url, reason) in table {
            assert_eq!(Target::parse(url), Err(reason.to_owned()), "{url}");
        }
        assert!(Target::parse("http://u:p@a/").unwrap_err().contains("auth: {basic"));
        assert!(Target::parse("http://a b/").is_err());
        assert!(Target::parse("http://a,b/").is_err());
    }

    #[test]
    fn a_plain_host_is_one_for_the_parser_of_the_whatwg_too() {
        let table = [
            ("127.0.0.1", true),
            ("localhost", true),
            ("api-1.example.com", true),
            ("a--b.c", true),
            ("-a.b-", true),
            ("1.a", true),
            ("a.1", false),
            ("a.0x1", false),
            ("1", false),
            ("256.0.0.1", false),
            ("01.2.3.4", false),
            ("a..b", false),
            ("a.", false),
            ("", false),
            ("a_b", false),
            ("a.xn--b", false),
            ("[::1]", false),
        ];
        for (host, plain) in table {
            assert_eq!(is_plain(host), plain, "{host}");
            assert!(!plain || url::Url::parse(&format!("http://{host}")).is_ok(), "{host}");
        }
    }

    #[test]
    fn loopback_is_known_by_name_and_by_address() {
        let table = [
            ("http://localhost/", true),
            ("http://api.localhost/", true),
            ("http://127.8.9.1/", true),
            ("http://[::1]/", true),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
            ("http://0.0.0.0/", false),
        ];
        for (url, loopback) in table {
            assert_eq!(Target::parse(url).unwrap().origin().is_loopback(), loopback, "{url}");
        }
    }

    #[test]
    fn a_location_is_resolved_against_the_url_it_came_from() {
        let from = Target::parse("http://a:81/x/y?z").unwrap();
        let table = [
            ("/login", "http://a:81/login"),
            ("w", "http://a:81/x/w"),
            ("//b/c", "http://b/c"),
            ("https://c/d#e", "https://c/d"),
        ];
        for (location, url) in table {
            assert_eq!(from.join(location).unwrap().url(), url, "{location}");
        }
        assert!(from.join("mailto:a@b").is_err());
    }
}
