//! The table of routes: the one place that says which method and path is answered by what.

use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::bearer::{Guard, strict};
use super::flawed::{self, Flaw};
use super::request::Request;
use super::{basic, echo, encoded, flaky, index, login, multipart, oauth, orders, session, status};

struct Route {
    method: &'static str,
    /// A path; what its last segment `{…}` stands for is handed to `answer`.
    path: &'static str,
    answer: By,
}

/// What answers a request.
enum By {
    /// A function that lets everybody in, or has a guard of its own.
    Open(fn(&Request, &Api, &str) -> Answer),
    /// A function that asks the guard it is given.
    Guarded(fn(&Request, &Api, &str, Guard) -> Answer),
}

const fn open(
    method: &'static str,
    path: &'static str,
    answer: fn(&Request, &Api, &str) -> Answer,
) -> Route {
    Route { method, path, answer: By::Open(answer) }
}

const fn guarded(
    method: &'static str,
    path: &'static str,
    answer: fn(&Request, &Api, &str, Guard) -> Answer,
) -> Route {
    Route { method, path, answer: By::Guarded(answer) }
}

const ROUTES: &[Route] = &[
    open("GET", "/", |_, _, _| index()),
    open("GET", "/health", |_, _, _| Answer::json(200, &json!({"status": "ok"}))),
    open("GET", "/echo/get/json", echo::success),
    open("POST", "/echo/post/json", echo::success),
    open("POST", "/echo/multipart", multipart::echo),
    open("GET", "/headers", echo::headers),
    open("GET", "/text", echo::text),
    open("POST", "/login", login::login),
    guarded("GET", "/me", |r, api, _, guard| login::me(r, api, guard)),
    open("POST", "/revoke", login::revoke),
    guarded("POST", "/logout", |r, api, _, guard| login::logout(r, api, guard)),
    open("POST", "/session", session::begin),
    open("GET", "/session", session::see),
    open("DELETE", "/session", session::end),
    open("GET", "/jwks", login::jwks),
    open("POST", "/oauth/token", oauth::token),
    guarded("GET", "/orders", |r, api, _, guard| orders::list(r, api, guard)),
    guarded("POST", "/orders", |r, api, _, guard| orders::create(r, api, guard)),
    guarded("GET", "/orders/{id}", orders::read),
    guarded("DELETE", "/orders/{id}", orders::delete),
    open("GET", "/flawed", |_, _, _| flawed::index()),
    open("GET", "/basic", basic::basic),
    open("GET", "/api-key", basic::api_key),
    open("GET", "/slow", flaky::slow),
    open("GET", "/flaky", flaky::flaky),
    open("GET", "/redirect", status::redirect),
    open("POST", "/redirect", status::redirect),
    open("GET", "/status/{code}", status::status),
    open("GET", "/gzip", encoded::gzip),
    open("GET", "/deflate", encoded::deflate),
];

/// Answers a request.
pub fn answer(request: &Request, api: &Api) -> Answer {
    // HEAD is GET without the body, which is left out when the answer is written.
    let method = if request.method == "HEAD" { "GET" } else { &request.method };
    match flawed::find(&request.path) {
        None => routed(request, api, Target { flaw: None, method, path: &request.path }, &strict),
        Some((flaw, path)) => flaw.answer(request, api, (method, path), |(method, path), guard| {
            routed(request, api, Target { flaw: Some(flaw), method, path }, guard)
        }),
    }
}

/// How many counts [`position`] gives places for.
pub fn len() -> usize {
    ROUTES.len() * (1 + flawed::FLAWS.len())
}

/// The place of a route among all counts, by its method and its path as the table has it; behind a
/// flaw, the path begins with the flaw's.
pub fn position(method: &str, path: &str) -> Option<usize> {
    let (flaw, path) = flawed::find(path).map_or((None, path), |(flaw, path)| (Some(flaw), path));
    let found = routes(flaw).find(|(_, r)| r.method == method && r.path == path);
    found.map(|(place, _)| count_of(flaw, place))
}

/// Where a request is meant to go.
#[derive(Clone, Copy)]
struct Target<'t> {
    flaw: Option<&'static Flaw>,
    method: &'t str,
    /// Without the part that names the flaw.
    path: &'t str,
}

fn routed(request: &Request, api: &Api, target: Target, guard: Guard) -> Answer {
    for (place, route) in routes(target.flaw).filter(|(_, r)| r.method == target.method) {
        if let Some(segment) = segment(route.path, target.path) {
            api.counts.add(Some(count_of(target.flaw, place)));
            return match route.answer {
                By::Open(answer) => answer(request, api, segment),
                By::Guarded(answer) => answer(request, api, segment, guard),
            };
        }
    }
    api.counts.add(None);
    without_route(request, target)
}

/// The routes and their places in the table. Behind a flaw there are the orders and nothing else.
fn routes(flaw: Option<&Flaw>) -> impl Iterator<Item = (usize, &'static Route)> {
    let all = flaw.is_none();
    ROUTES.iter().enumerate().filter(move |(_, r)| all || r.path.starts_with("/orders"))
}

/// The place of a route's count: those of the right API come first, then those of flaw after flaw.
fn count_of(flaw: Option<&Flaw>, place: usize) -> usize {
    flaw.map_or(0, |flaw| 1 + flaw.place()) * ROUTES.len() + place
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

fn without_route(request: &Request, target: Target) -> Answer {
    let here = routes(target.flaw).filter(|(_, r)| segment(r.path, target.path).is_some());
    let mut allowed: Vec<&str> = here.map(|(_, r)| r.method).collect();
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
    index::index(&routes)
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

    #[test]
    fn every_flaw_has_counts_of_its_own_for_the_orders_alone() {
        let mut places = Vec::new();
        for flaw in flawed::FLAWS {
            let behind = |path: &str| format!("/flawed/{}{path}", flaw.name);
            assert_eq!(position("GET", &behind("/me")), None, "{}", flaw.name);
            for (method, path) in [("GET", "/orders"), ("DELETE", "/orders/{id}")] {
                places.push(position(method, &behind(path)).expect(flaw.name));
            }
        }
        let all = places.len();
        assert!(places.iter().all(|place| (ROUTES.len()..len()).contains(place)));
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), all);
    }
}
