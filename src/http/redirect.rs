//! Where a redirect leads, and what may travel there.

use super::cookie::Cookies;
use super::credential::{is_credential, is_harmless};
use super::message::{Header, Request};

/// Whether a status sends whoever gets it on to another place.
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The location of a redirect; `None` when the answer is none, or does not say where to.
///
/// # Errors
/// It names several.
pub fn location(status: u16, headers: &[(String, String)]) -> Result<Option<&str>, String> {
    if !is_redirect(status) {
        return Ok(None);
    }
    let mut locations = headers.iter().filter(|(name, _)| name == "location");
    let Some((_, first)) = locations.next() else { return Ok(None) };
    match locations.find(|(_, other)| other != first) {
        None => Ok(Some(first)),
        Some((_, other)) => Err(format!("a redirect to two places: `{first}` and `{other}`")),
    }
}

/// The request that follows `request` after a redirect with `status` to `location`.
///
/// Credentials and cookies stay with their origin. Another scheme, host or port gets none, nor any
/// other header that could be one: a key under `headers` looks like any header. What was dropped
/// does not come back when a later redirect leads home.
///
/// # Errors
/// Why it cannot be followed.
pub fn next(request: &Request, status: u16, location: &str) -> Result<Request, String> {
    let target = request
        .target
        .join(location)
        .map_err(|reason| format!("cannot follow the redirect to `{location}`: {reason}"))?;
    let mut next = Request { target, secret_url: false, ..request.clone() };
    let keeps_method =
        matches!(status, 307 | 308) || matches!(request.method.as_str(), "GET" | "HEAD");
    if !keeps_method {
        next.method = "GET".to_owned();
        next.body = None;
        next.secret_body = false;
        next.headers.retain(|header| !describes_body(&header.name));
    }
    if next.target.origin() != request.target.origin() {
        if next.secret_body {
            return Err(format!(
                "cannot follow the redirect to `{location}`: it would take the body to another \
                 origin, and that holds a secret"
            ));
        }
        next.headers.retain(|header| !is_credential(header) && is_harmless(header));
        next.cookies = Cookies::default();
        if let Some(abroad) = &request.route.abroad {
            next.route = abroad.clone();
        }
    }
    // Those of a jar go by the path, and by what the answer set.
    next.take_cookies();
    Ok(next)
}

/// What `next` lacks of `request` that is a credential, or could be one: the names of header
/// fields, and the client certificate.
pub fn withheld(request: &Request, next: &Request) -> Vec<String> {
    if request.target.origin() == next.target.origin() {
        return Vec::new();
    }
    let stays_home = |header: &&Header| is_credential(header) || !is_harmless(header);
    let lacks = |header: &&Header| !next.headers.contains(header);
    let fields = request.headers.iter().filter(stays_home).filter(lacks);
    let mut withheld: Vec<String> = fields.map(|header| header.name.clone()).collect();
    if request.route.tls.identity.is_some() && next.route.tls.identity.is_none() {
        withheld.push("the client certificate".to_owned());
    }
    withheld
}

fn describes_body(name: &str) -> bool {
    name.len() > 8 && name[..8].eq_ignore_ascii_case("content-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::message::{Body, Connections, Header};
    use crate::http::url::Target;
    use std::time::Duration;

    fn post(url: &str) -> Request {
        let header = |name: &str, credential| Header {
            name: name.to_owned(),
            value: "v".to_owned(),
            credential,
        };
        Request {
            method: "POST".into(),
            target: Target::parse(url).unwrap(),
            headers: vec![
                header("Accept", false),
                header("Content-Type", false),
                header("Cookie", false),
                header("X-Tenant", false),
                header("X-Api-Key", true),
                header("Authorization", true),
            ],
            body: Some(Body::Bytes(b"{}".to_vec())),
            timeout: Duration::from_secs(1),
            follow_redirects: 1,
            allow_plain_http: false,
            connections: Connections::Shared,
            route: std::sync::Arc::default(),
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
        }
    }

    fn names(request: &Request) -> Vec<&str> {
        request.headers.iter().map(|header| header.name.as_str()).collect()
    }

    #[test]
    fn credentials_stay_with_their_scheme_host_and_port() {
        let request = post("http://127.0.0.1:81/a");
        let away =
            ["http://127.0.0.1:82/a", "https://127.0.0.1:81/a", "http://127.0.0.2:81/a", "//b"];
        for location in away {
            let next = next(&request, 307, location).unwrap();
            assert_eq!(names(&next), ["Accept", "Content-Type"], "{location}");
            let back = super::next(&next, 307, "http://127.0.0.1:81/a").unwrap();
            assert_eq!(names(&back), ["Accept", "Content-Type"], "{location}");
        }
        assert_eq!(names(&next(&request, 307, "/b").unwrap()).len(), 6);
    }

    #[test]
    fn a_post_becomes_a_get_unless_the_status_keeps_it() {
        let request = post("http://127.0.0.1:81/a");
        for (status, method, body) in [
            (301, "GET", false),
            (302, "GET", false),
            (303, "GET", false),
            (307, "POST", true),
            (308, "POST", true),
        ] {
            let next = next(&request, status, "/b").unwrap();
            assert_eq!((next.method.as_str(), next.body.is_some()), (method, body), "{status}");
            assert_eq!(names(&next).contains(&"Content-Type"), body, "{status}");
        }
    }

    #[test]
    fn only_redirects_with_a_location_are_followed() {
        let headers = |locations: &[&str]| -> Vec<(String, String)> {
            locations.iter().map(|to| ("location".to_owned(), (*to).to_owned())).collect()
        };
        assert_eq!(location(302, &headers(&["/b"])), Ok(Some("/b")));
        assert_eq!(location(302, &headers(&["/b", "/b"])), Ok(Some("/b")));
        assert_eq!(location(304, &headers(&["/b"])), Ok(None));
        assert_eq!(location(200, &headers(&["/b"])), Ok(None));
        assert_eq!(location(302, &[]), Ok(None));
        let two = headers(&["/b", "/c"]);
        assert_eq!(location(302, &two), Err("a redirect to two places: `/b` and `/c`".into()));
    }
}
