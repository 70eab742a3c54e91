//! What must not travel to everybody: credentials, and what could be one.

use super::message::{Header, Request};

/// Refuses a request that would carry a credential unencrypted beyond this machine.
///
/// The name in the URL decides, not the address it has: who can change the one can read the other.
///
/// # Errors
/// Why it is not sent.
pub fn refuse_plain_http(request: &Request) -> Result<(), String> {
    let origin = request.target.origin();
    let in_header = || request.headers.iter().any(is_credential);
    let carries = || request.secret_url || request.secret_body || in_header();
    if origin.https || origin.is_loopback() || request.allow_plain_http || !carries() {
        return Ok(());
    }
    Err(format!(
        "a credential is not sent unencrypted to {origin}: use https, or write \
         `allow_plain_http: true` if you must"
    ))
}

/// Whether a header field never leaves its origin.
pub fn is_credential(header: &Header) -> bool {
    header.credential
        || ["authorization", "cookie", "proxy-authorization"]
            .iter()
            .any(|name| header.name.eq_ignore_ascii_case(name))
}

/// Whether a header field only says what the client understands, or what the body is.
pub fn is_harmless(header: &Header) -> bool {
    let name = header.name.to_ascii_lowercase();
    name.starts_with("accept") || name.starts_with("content-") || name == "user-agent"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::message::Connections;
    use crate::http::url::Target;
    use std::time::Duration;

    fn request(url: &str, name: &str, credential: bool) -> Request {
        Request {
            method: "GET".into(),
            target: Target::parse(url).unwrap(),
            headers: vec![Header { name: name.into(), value: "v".into(), credential }],
            body: None,
            timeout: Duration::from_secs(1),
            follow_redirects: 0,
            allow_plain_http: false,
            connections: Connections::Shared,
            route: std::sync::Arc::default(),
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
        }
    }

    #[test]
    fn a_credential_goes_over_https_or_to_loopback_only() {
        let carrying = [("Authorization", true), ("X-Api-Key", true), ("cookie", false)];
        for (name, credential) in carrying {
            for safe in ["https://192.0.2.1/", "http://127.0.0.1/", "http://localhost/"] {
                assert_eq!(refuse_plain_http(&request(safe, name, credential)), Ok(()), "{safe}");
            }
            for url in ["http://192.0.2.1/", "http://127.0.0.1.example.com/", "http://[::2]/"] {
                let mut request = request(url, name, credential);
                let reason = refuse_plain_http(&request).unwrap_err();
                assert!(reason.contains("`allow_plain_http: true`"), "{url}: {reason}");
                request.allow_plain_http = true;
                assert_eq!(refuse_plain_http(&request), Ok(()), "{url}");
            }
        }
        let plain = request("http://192.0.2.1/", "Accept", false);
        assert_eq!(refuse_plain_http(&plain), Ok(()));
        assert!(refuse_plain_http(&Request { secret_url: true, ..plain.clone() }).is_err());
        assert!(refuse_plain_http(&Request { secret_body: true, ..plain }).is_err());
    }
}
