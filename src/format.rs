//! The forms of text that `is` knows: each as its standard has it, and nothing near it.
//!
//! An empty text has none of them.

mod stumble;
mod uri;

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A form that a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 9562: 32 hexadecimal digits in five groups.
    Uuid,
    /// RFC 3339: `full-date`.
    Date,
    /// RFC 3339: `date-time`.
    DateTime,
    /// RFC 5321: a mailbox.
    Email,
    /// RFC 3986: a URI, with its scheme.
    Uri,
    /// Four decimal numbers.
    Ipv4,
    /// RFC 4291, without a zone.
    Ipv6,
    /// RFC 1123.
    Hostname,
    /// RFC 7519 in the compact form of RFC 7515: three parts, of which two are JSON objects.
    Jwt,
    /// RFC 4648 §4, padded.
    Base64,
}

impl Format {
    /// All of them by their names.
    pub const NAMES: [(&'static str, Format); 10] = [
        ("uuid", Format::Uuid),
        ("date", Format::Date),
        ("date-time", Format::DateTime),
        ("email", Format::Email),
        ("uri", Format::Uri),
        ("ipv4", Format::Ipv4),
        ("ipv6", Format::Ipv6),
        ("hostname", Format::Hostname),
        ("jwt", Format::Jwt),
        ("base64", Format::Base64),
    ];

    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The format as it follows "is".
    pub fn with_article(self) -> &'static str {
        match self {
            Format::Uuid => "a UUID",
            Format::Date => "a date such as 2027-03-01",
            Format::DateTime => "a date-time such as 2027-03-01T10:00:00Z",
            Format::Email => "an email address",
            Format::Uri => "a URI",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Hostname => "a hostname",
            Format::Jwt => "a JWT",
            Format::Base64 => "base64",
        }
    }

    /// Whether a text has this form.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Format::Uuid => is_uuid(text),
            Format::Date => text.len() == 10 && crate::date::day(text).is_some(),
            Format::DateTime => is_date_time(text),
            Format::Email => is_email(text),
            Format::Uri => uri::is_uri(text),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Hostname => is_hostname(text),
            Format::Jwt => is_jwt(text),
            Format::Base64 => !text.is_empty() && STANDARD.decode(text).is_ok(),
        }
    }

    /// Why a text that looks like one is none, where that is known.
    pub fn stumble(self, text: &str) -> Option<String> {
        stumble::reason(self, text)
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_date_time(text: &str) -> bool {
    let has_t = matches!(text.as_bytes().get(10), Some(b'T' | b't'));
    let begins = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    has_t && begins && crate::date::parse(text).is_some()
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let is_local = match quoted {
        Some(inside) => is_quoted(inside),
        None => local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom)),
    };
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_domain = match literal {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(address) => Format::Ipv6.fits(address),
            None => Format::Ipv4.fits(address),
        },
        None => is_hostname(domain),
    };
    local.len() <= 64 && is_local && is_domain
}

/// What stands between the quotes of a local part.
fn is_quoted(inside: &str) -> bool {
    let mut escaped = false;
    for byte in inside.bytes() {
        match byte {
            _ if !(b' '..=b'~').contains(&byte) => return false,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return false,
            _ => {}
        }
    }
    !escaped
}

/// RFC 5322 `atext`.
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The last label is no number: what ends so is an address, or a mistyped one (RFC 1123 §2.1).
fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253 && text.split('.').all(is_label) && !last.bytes().all(|b| b.is_ascii_digit())
}

fn is_jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return false };
    let object = |part: &str| -> Option<Map<String, Value>> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let has_alg = object(header).is_some_and(|h| h.get("alg").is_some_and(Value::is_string));
    has_alg && object(claims).is_some() && URL_SAFE_NO_PAD.decode(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::Format;

    /// A name, texts that have the form, texts that do not.
    const TABLE: [(&str, &[&str], &[&str]); 10] = [
        (
            "uuid",
            &["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"],
            &[
                "f81d4fae7dec11d0a76500a0c91e6bf6",
                "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
                "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 ",
            ],
        ),
        (
            "date",
            &["2027-03-01", "2028-02-29"],
            &["2027-02-29", "2027-3-1", "2027-03-01T00:00:00Z", "01.03.2027", "20270301"],
        ),
        (
            "date-time",
            &[
                "2027-03-01T10:00:00Z",
                "2027-03-01t10:00:00.123456+01:00",
                "2016-12-31T23:59:60Z",
                "2027-03-01T10:00:00-00:00",
            ],
            &[
                "2027-03-01",
                "2027-03-01 10:00:00Z",
                "2027-03-01T10:00:00",
                "2027-03-01T24:00:00Z",
                "Mon, 01 Mar 2027 10:00:00 GMT",
                "Mon Mar  1T10:00:00 2027",
            ],
        ),
        (
            "email",
            &[
                "alice@example.com",
                "a.b+c@example.co.uk",
                "alice@localhost",
                "\"a b\\\"c\"@example.com",
                "a@[127.0.0.1]",
                "a@[IPv6:::1]",
            ],
            &[
                "alice",
                "@example.com",
                "alice@",
                "a..b@example.com",
                ".a@example.com",
                "a b@example.com",
                "Alice <alice@example.com>",
                "a@-example.com",
                "a@[300.0.0.1]",
                "\"a\"b\"@example.com",
                "ä@example.com",
            ],
        ),
        (
            "uri",
            &[
                "http://127.0.0.1:8787/a?b=c#d",
                "https://example.com",
                "http://user@[::1]:80/",
                "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "mailto:a@b.c",
                "file:///etc/hosts",
                "http://a/%C3%A4?q=/?#/?",
                "data:,",
            ],
            &[
                "/orders",
                "//example.com/a",
                "example.com",
                "http://",
                "http:///a",
                "http://a b/",
                "http://a/%zz",
                "http://a:b/",
                "http://[::1/",
                "http://[::1]x/",
                "http://a/ä",
                "1http://a",
                "http://a/#b#c",
                "http://a/[b]",
                "a<b>:c",
            ],
        ),
        ("ipv4", &["127.0.0.1", "255.255.255.255"], &["127.0.0.01", "1.2.3", "256.1.1.1", "::1"]),
        (
            "ipv6",
            &["::1", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4"],
            &["1.2.3.4", ":::", "fe80::1%eth0", "[::1]"],
        ),
        (
            "hostname",
            &["localhost", "api.example.com", "xn--bcher-kva.example", "3com.com"],
            &["", "127.0.0.1", "a..b", "-a.b", "a_b", "example.com.", "a b", "bücher.example"],
        ),
        (
            "jwt",
            &["eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"],
            &[
                "a.b.c",
                "eyJhbGciOiJub25lIn0.e30",
                "e30.e30.",
                "eyJhbGciOiJub25lIn0.W10.",
                "eyJhbGciOiJub25lIn0.e30.!",
            ],
        ),
        ("base64", &["YQ==", "YWI=", "YWJj", "+/+/"], &["YQ", "YQ=", "-_-_", "Y Q==", "YR=="]),
    ];

    #[test]
    fn each_form_is_the_one_of_its_standard() {
        for (name, good, bad) in TABLE {
            let format = Format::named(name).expect(name);
            assert!(good.iter().all(|text| format.fits(text)), "{name}: {good:?}");
            for text in bad.iter().chain(&["", " ", "\u{0}", "ä"]) {
                assert!(!format.fits(text), "{name}: {text}");
            }
        }
        assert_eq!(TABLE.map(|(name, ..)| name), Format::NAMES.map(|(name, _)| name));
        assert_eq!(Format::named("uid"), None);
    }

    #[test]
    fn a_hostname_has_limits() {
        assert!(Format::Hostname.fits(&"a".repeat(63)));
        assert!(!Format::Hostname.fits(&"a".repeat(64)));
        assert!(Format::Hostname.fits(&["a".repeat(62).as_str(); 4].join(".")));
        assert!(!Format::Hostname.fits(&["a".repeat(63).as_str(); 4].join(".")));
        assert!(!Format::Email.fits(&format!("{}@a.b", "a".repeat(65))));
    }

    #[test]
    fn near_misses_say_what_is_wrong() {
        let table = [
            ("uuid", "f81d4fae7dec11d0a76500a0c91e6bf6", "its dashes are missing"),
            (
                "uuid",
                "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
                "it would be one without `{` and `}`",
            ),
            ("date", "2027-03-01T10:00:00Z", "it has a time too: that is a `date-time`"),
            ("date", "2027-02-29", "there is no such day"),
            ("date-time", "2027-03-01", "it has no time: that is a `date`"),
            ("date-time", "2027-03-01T10:00:00", "it has no offset such as `Z`"),
            ("date-time", "2027-03-01 10:00:00Z", "a `T` belongs between date and time"),
            ("date-time", "Mon, 01 Mar 2027 10:00:00 GMT", "it is a date as HTTP writes it"),
            ("email", " a@b.c", "white space stands around it"),
            ("email", "Alice <a@b.c>", "it has a name before the address"),
            ("uri", "/orders", "it has no scheme such as `https:`"),
            ("uri", "http://a/b c", "` ` has no place in it: it is percent-encoded there"),
            ("ipv4", "::1", "that is an IPv6 address"),
            ("ipv4", "127.0.0.1:80", "it has a port behind it"),
            ("ipv6", "127.0.0.1", "that is an IPv4 address"),
            ("ipv6", "[::1]", "it would be one without `[` and `]`"),
            ("hostname", "127.0.0.1", "that is an IPv4 address"),
            ("hostname", "http://a.b/c", "that is a URI"),
            ("hostname", "a.b:80", "it has a port behind it"),
            ("jwt", "eyJhbGciOiJub25lIn0.e30", "it has 2 parts between dots, and a JWT has 3"),
            ("jwt", "a.b.c", "its first part is no JSON object in base64url"),
            ("base64", "YQ", "its padding is missing: it would end with `==`"),
            ("base64", "-_-_", "it is base64url, which has `-` and `_`"),
        ];
        for (name, text, why) in table {
            let format = Format::named(name).expect(name);
            assert!(!format.fits(text), "{name}: {text}");
            assert_eq!(format.stumble(text).as_deref(), Some(why), "{name}: {text}");
        }
        assert_eq!(Format::Uuid.stumble("alice"), None);
    }
}
