//! The grammar of a URI (RFC 3986 §3), as far as it tells a URI from another text.

use std::net::Ipv6Addr;

/// Whether a text is a URI, with its scheme. One of HTTP names a host, too (RFC 9110 §4.2).
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (hierarchy, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(behind) => {
            let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
            (Some(authority), path)
        }
        None => (None, hierarchy),
    };
    let host = authority.map(host_of);
    let needs_host = ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http));
    is_scheme(scheme)
        && host != Some(None)
        && (!needs_host || host.flatten().is_some_and(|host| !host.is_empty()))
        && is_encoded(path, b":@/")
        && is_encoded(query, b":@/?")
        && is_encoded(fragment, b":@/?")
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// The host of an authority; `None` where that cannot be one.
fn host_of(authority: &str) -> Option<&str> {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    if !is_encoded(user, b":") {
        return None;
    }
    let (host, port) = match place.strip_prefix('[') {
        Some(literal) => {
            let (address, behind) = literal.split_once(']')?;
            let is_future = address.starts_with(['v', 'V']) && is_encoded(address, b":");
            if address.parse::<Ipv6Addr>().is_err() && !is_future {
                return None;
            }
            (address, if behind.is_empty() { "" } else { behind.strip_prefix(':')? })
        }
        None => place.split_once(':').unwrap_or((place, "")),
    };
    let is_port = port.bytes().all(|b| b.is_ascii_digit());
    let is_name = place.starts_with('[') || is_encoded(host, b"");
    (is_port && is_name).then_some(host)
}

/// Whether there is nothing but unreserved characters, sub-delimiters, these, and what is
/// percent-encoded.
fn is_encoded(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                let mut digit = || bytes.next().is_some_and(|b| b.is_ascii_hexdigit());
                digit() && digit()
            }
            byte => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=".contains(&byte)
                    || more.contains(&byte)
            }
        };
        if !fits {
            return false;
        }
    }
    true
}
