//! The table of routes: the one place that says which method and path is answered by what.

use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::bearer::strict;
use super::request::Request;
use super::{basic, echo, encoded, flaky, login, oauth, orders, status};

struct Route {
    method: &'static str,
    /// A path; what its last segment `{…}` stands for is handed to `answer`.
    path: &'static str,
    answer: fn(&Request, &Api, &str) -> Answer,
}

const fn route(
    method: &'static str,
    path: &'static str,
    answer: fn(&Request, &Api, &str) -> Answer,
) -> Route {
    Route { method, path, answer }
}

const ROUTES: &[Route] = &[
    route("GET", "/", |_, _, _| index()),
    route("GET", "/health", |_, _, _| Answer::json(200, &json!({"status": "ok"}))),
    route("GET", "/echo/get/json", echo::success),
    route("POST", "/echo/post/json", echo::success),
    route("GET", "/headers", echo::headers),
    route("GET", "/text", echo::text),
    route("POST", "/login", login::login),
    route("GET", "/me", |r, api, _| login::me(r, api, strict)),
    route("POST", "/revoke", login::revoke),
    route("GET", "/jwks", login::jwks),
    route("POST", "/oauth/token", oauth::token),
    route("GET", "/orders", |r, api, _| orders::list(r, api, strict)),
    route("POST", "/orders", |r, api, _| orders::create(r, api, strict)),
    route("GET", "/orders/{id}", |r, api, id| orders::read(r, api, id, strict)),
    route("DELETE", "/orders/{id}", |r, api, id| orders::delete(r, api, id, strict)),
    route("GET", "/basic", basic::basic),
    route("GET", "/api-key", basic::api_key),
    route("GET", "/slow", flaky::slow),
    route("GET", "/flaky", flaky::flaky),
    route("GET", "/redirect", status::redirect),
    route("POST", "/redirect", status::redirect),
    route("GET", "/status/{code}", status::status),
    route("GET", "/gzip", encoded::gzip),
    route("GET", "/deflate", encoded::deflate),
];

/// Answers a request.
pub fn answer(request: &Request, api: &Api) -> Answer {
    // HEAD is GET without the body, which is left out when the answer is written.
    let method = if request.method == "HEAD" { "GET" } else { &request.method };
    for (place, route) in ROUTES.iter().enumerate().filter(|(_, r)| r.method == method) {
        if let Some(segment) = segment(route.path, &request.path) {
            api.counts.add(Some(place));
            return (route.answer)(request, api, segment);
        }
    }
    api.counts.add(None);
    without_route(request)
}

/// The number of routes.
pub fn len() -> usize {
    ROUTES.len()
}

/// The place of a route in the table, by its method and its path as the table has it.
pub fn position(method: &str, path: &str) -> Option<usize> {
    ROUTES.iter().position(|r| r.method == method && r.path == path)
}

/// What the last segment of a path stands for, or `None` when the path is another.
fn segment<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    match pattern.split_once('{') {
        None => (pattern == path).then_some(""),
        Some((before, _)) => {
            path.strip_prefix(before).filter(|rest| !rest.is_empty() && !rest.contains('/'))
        }
    }
}

fn without_route(request: &Request) -> Answer {
    let here = ROUTES.iter().filter(|r| segment(r.path, &request.path).is_some());
    let mut allowed: Vec<&str> = here.map(|r| r.method).collect();
    if request.path == "*" {
        allowed = vec!["GET", "POST", "DELETE"];
    }
    if allowed.is_empty() {
        return Answer::error(404, "not_found", "There is no such route; GET / lists them.");
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.push("OPTIONS");
    let answer = if request.method == "OPTIONS" {
        Answer::empty(204)
    } else {
        Answer::error(405, "method_not_allowed", "This route does not have this method.")
    };
    answer.with("Allow", allowed.join(", "))
}

fn index() -> Answer {
    let routes: Vec<String> = ROUTES.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    Answer::json(200, &json!({"name": "apitest demo API", "routes": routes}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_as_it_is_written_and_in_no_other_way() {
        assert_eq!(segment("/orders/{id}", "/orders/7"), Some("7"));
        assert_eq!(segment("/orders", "/orders"), Some(""));
        for other in ["/orders/", "/orders/7/", "/orders/7/x", "//orders", "/Orders/7", "/orders"] {
            assert_eq!(segment("/orders/{id}", other), None, "{other}");
        }
    }

    #[test]
    fn no_route_stands_in_the_table_twice() {
        for (place, route) in ROUTES.iter().enumerate() {
            assert_eq!(position(route.method, route.path), Some(place), "{}", route.path);
        }
    }
}
