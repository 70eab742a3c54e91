//! `GET /`: the routes and what they take, the users and the tokens.

use serde_json::{Value, json};

use super::answer::Answer;
use super::tokens;
use super::users::{API_KEY, CLIENT, USERS};

/// What routes take, by their method and path.
const TAKES: &[(&str, &str)] = &[
    ("POST /echo/multipart", "a body of multipart/form-data"),
    ("POST /login", "JSON {user, password, expires_in?}: gives an access_token"),
    ("GET /me", "a bearer token"),
    ("POST /revoke", "a form token=TOKEN"),
    ("POST /logout", "the bearer token to give back"),
    ("POST /session", "JSON {user, password}: sets the cookie sid"),
    ("GET /session", "the cookie sid"),
    ("DELETE /session", "the cookie sid"),
    ("POST /oauth/token", "a form with grant_type, and the client by Basic or in the form"),
    ("GET /orders", "a bearer token with orders:read; ?limit=N, 1 to 100"),
    (
        "POST /orders",
        "a bearer token with orders:write; JSON {item, quantity, price, note?, tags?}",
    ),
    ("GET /orders/{id}", "a bearer token with orders:read"),
    ("DELETE /orders/{id}", "a bearer token with orders:write"),
    ("GET /flawed", "nothing: tells of the same orders behind guards that err"),
    ("GET /basic", "Basic authentication of a user"),
    ("GET /api-key", "the field X-Api-Key"),
    ("GET /slow", "?ms=N: answers after so many milliseconds"),
    ("GET /flaky", "?fail=N&key=K: 503 for the first N requests of a key, then 200"),
    ("GET /redirect", "?to=URL&status=302"),
    ("POST /redirect", "?to=URL&status=302"),
    ("GET /status/{code}", "a status from 200 to 599"),
];

/// What there is; `routes` are all routes as `METHOD /path`.
pub fn index(routes: &[String]) -> Answer {
    let users = USERS
        .iter()
        .map(|user| json!({"user": user.name, "password": user.password, "scopes": user.scopes}));
    let good = [
        ("alice", tokens::ALICE, "all her scopes"),
        ("bob", tokens::BOB, "all his scopes"),
        ("reader", tokens::READER, "orders:read alone"),
        ("alice", tokens::NO_SCOPE, "no scope"),
        ("alice", tokens::REVOCABLE, "all her scopes: to be revoked"),
        ("alice", tokens::EXPIRED, "expired in 2020"),
    ];
    let tokens = good.map(|(of, token, says)| json!({"of": of, "token": token, "says": says}));
    let takes: serde_json::Map<String, Value> =
        TAKES.iter().map(|(route, takes)| ((*route).to_owned(), (*takes).into())).collect();
    Answer::json(
        200,
        &json!({
            "name": "apitest demo API",
            "routes": routes,
            "takes": takes,
            "users": users.collect::<Value>(),
            "tokens": tokens,
            "client": {"client_id": CLIENT.name, "client_secret": CLIENT.password},
            "api_key": API_KEY,
            "jwt": {"alg": "HS256", "key": tokens::HS256_SECRET, "iss": tokens::ISSUER,
                "aud": tokens::AUDIENCE},
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::super::routes::position;
    use super::*;

    #[test]
    fn what_is_told_of_a_route_is_told_of_one() {
        for (route, _) in TAKES {
            let (method, path) = route.split_once(' ').expect("a method and a path");
            assert!(position(method, path).is_some(), "{route}");
        }
    }
}
