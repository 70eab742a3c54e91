//! Answers that are known: which server most likely gave them, and why.

use super::ProbeVerdict;
use crate::http::message::Response;
use crate::http::redirect::is_redirect;

/// What an answer to a probe most likely comes of, or what to do about it.
pub fn likely(response: &Response, verdict: ProbeVerdict) -> Option<&'static str> {
    let body = String::from_utf8_lossy(&response.body);
    let challenged = response.header_values("www-authenticate").next().is_some();
    let is = |status: u16, text: &str| response.status == status && body.contains(text);
    if is(403, "\"Not authenticated\"") {
        return Some(
            "FastAPI's HTTPBearer before 0.122 answers 403: update it, or raise the 401 yourself",
        );
    }
    if is(400, "Header of type `authorization` was missing")
        || is(400, "invalid HTTP header (authorization)")
    {
        return Some("axum's TypedHeader rejects with 400: map its rejection to a 401");
    }
    if is(403, "system:anonymous") {
        return Some(
            "Kubernetes takes requests without a token for its anonymous user, unless it is \
             started with `--anonymous-auth=false`",
        );
    }
    if is_redirect(response.status) {
        return Some(match verdict {
            ProbeVerdict::Inconclusive => {
                "test the place that it leads to, or expect the redirect itself, with \
                 `follow_redirects: 0`"
            }
            _ => "a redirect to a page to sign in is for people: let the API answer with a 401",
        });
    }
    if !challenged && is(401, "Missing Authorization Header") {
        return Some("flask-jwt-extended sends no challenge: add it in `unauthorized_loader`");
    }
    if !challenged && is(401, "\"message\":\"Unauthorized\",\"statusCode\":401") {
        return Some("the guards of NestJS send no challenge: add it in an exception filter");
    }
    if !challenged && is(401, "{\"message\":\"Unauthorized\"}") {
        return Some("AWS API Gateway sends no challenge of its own: add it in a gateway response");
    }
    (response.status == 401 && !challenged).then_some(
        "many frameworks leave the challenge to the application: set `WWW-Authenticate: Bearer` \
         where the 401 is made",
    )
}
