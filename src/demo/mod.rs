//! The embedded demo API: a small, correct HTTP/1.1 server on 127.0.0.1 with bearer tokens.
//!
//! `apitest demo` and `server: demo` serve it, and the tests use it as their fixture. It teaches what
//! a well-guarded API answers. Each server starts afresh: what is created or revoked ends with it.
//!
//! # Who is who
//!
//! | user | password | scopes | orders |
//! |---|---|---|---|
//! | `alice` | `wonderland-7Qx2` | `orders:read orders:write` | 1001, 1002, 1003 |
//! | `bob` | `builder-4Tz9` | `orders:read orders:write` | 1004, 1005 |
//! | `reader` | `library-3Kp8` | `orders:read` | 1006 |
//!
//! The OAuth client is `demo-client` with the secret `demo-client-secret-6b1e9c42`; the API key is
//! `demo-key-41d7c0a95e`.
//!
//! # Tokens
//!
//! | opaque token | |
//! |---|---|
//! | `demo-alice-5f0c1d2e3b4a` | alice, all her scopes |
//! | `demo-bob-8a7d6c5b4e3f` | bob, all his scopes |
//! | `demo-reader-2c4e6a8b0d1f` | the reader, `orders:read` |
//! | `demo-no-scope-7b9d1f3e5a6c` | alice, no scope: 403 at the orders |
//! | `demo-revocable-3d5f7a9c1e2b` | alice, all her scopes; for specs that revoke one |
//! | `demo-expired-9e8d7c6b5a4f` | alice, expired in 2020 |
//!
//! `demo-refresh-reader-6e8f0a2b4c6d` is a refresh token of the reader, good once.
//!
//! They are good until 2100, and so are the JWTs in `fixtures/tokens/`. A JWT is signed with HS256,
//! RS256 or ES256 by the demo's one key for it (`kid`: `demo-hs256`, `demo-rs256`, `demo-es256`, or
//! none) and has `iss` `https://login.demo.example`, `aud` `https://orders.demo.example`, `exp`, a
//! `sub` from the table above and `scope`. `nbf` and `iat` are judged if they are there; clocks may
//! be 60 s apart. The secret of HS256 is `demo-hs256-secret-for-tests-only-0d9f2b7a`. [`tokens`] has
//! all of these, and mints JWTs. A JWT with `iss` `demo-client` and `aud` `https://login.demo.example` is
//! an assertion for `…:jwt-bearer` (RFC 7523), and no token.
//!
//! # Routes
//!
//! | route | needs | answers |
//! |---|---|---|
//! | `GET /` | – | the list of routes |
//! | `GET /health` | – | `{"status":"ok"}` |
//! | `GET /echo/get/json`, `POST /echo/post/json` | – (any token) | `{"success":"true"}` |
//! | `POST /echo/multipart` | a body of parts | `{"parts":[{name, filename, type, size}]}`, or 415, 400 |
//! | `GET /headers` | – | `{"headers":{name: value}}`, names in lower case, credentials masked |
//! | `GET /text` | – | three lines of text |
//! | `POST /login` | JSON `{user, password, expires_in?}` | `{access_token, token_type, expires_in, expires_at, scope, refresh_token}`; else 401 |
//! | `GET /me` | any good token | `{user, scopes, token_kind, expires_at}` |
//! | `POST /revoke` | form `token` | 200; the token (a refresh token too) is good no more |
//! | `POST /session` | JSON `{user, password}` | 201 `{user}`, and the cookies `sid` and `theme` |
//! | `GET /session` | the cookie `sid` | `{user, theme}`; else 401 |
//! | `DELETE /session` | – | 204; the session has ended, and its cookie is taken back |
//! | `GET /jwks` | – | the public keys of RS256 and ES256 |
//! | `POST /oauth/token` | the client, by Basic or form | RFC 6749: `client_credentials`, `password`, `refresh_token` (good once), `…:token-exchange`, `…:jwt-bearer`; `scope?`, `expires_in?` |
//! | `GET /orders?limit=N` | `orders:read` | `{"orders": […], "total": n}`; N from 1 to 100, else 20 |
//! | `POST /orders` | `orders:write` | 201 and `Location`; JSON `{item, quantity, price, note?, tags?}`, else 422 |
//! | `GET /orders/{id}` | `orders:read` | the order, or 404; another user's is a 404 |
//! | `DELETE /orders/{id}` | `orders:write` | 204, or 404 |
//! | `GET /flawed` | – | the flaws, each with a sentence |
//! | `/flawed/{flaw}/orders`, `/flawed/{flaw}/orders/{id}` | as the orders, but for the flaw | as the orders, but for the flaw |
//! | `GET /basic` | a user, by Basic | `{user}`; else 401 |
//! | `GET /api-key` | `X-Api-Key` | `{client}`; else 401 |
//! | `GET /slow?ms=N` | – | 200 after N ms (at most 120000, else 1000) |
//! | `GET /flaky?fail=N&key=K` | – | 503 for the first N requests of a key (else 1), then 200 |
//! | `GET`, `POST /redirect?to=URL&status=302` | – | a redirect: 301, 302, 303, 307, 308 |
//! | `GET /status/{code}` | – | that status, 200 to 599 |
//! | `GET /gzip`, `GET /deflate` | – | JSON `{coding, items}`, compressed |
//!
//! An order is `{id, owner, item, quantity, price, created_at, paid, note, tags}`. An error is
//! `{error, error_description}`. HEAD works where GET does, OPTIONS everywhere; any other method is a
//! 405 with `Allow`, any other path a 404. A path counts as it is written; nothing in it is decoded.
//!
//! # Refusals
//!
//! As RFC 6750 has them; none repeats the token:
//!
//! | sent | answer |
//! |---|---|
//! | no `Authorization`, or another scheme; a token in the query or a cookie | 401, `Bearer realm="demo"` |
//! | a token that is unknown, revoked, expired, forged, for somebody else | 401, `error="invalid_token"` |
//! | a good token without the scope | 403, `error="insufficient_scope"`, `scope="…"` |
//! | an empty field, `Bearer` alone, two fields, two tokens, a token that is none by its characters | 400, `error="invalid_request"` |
//!
//! The echo routes take any token and none, as ReqBin's do, but not one that is sent wrongly: 400.
//!
//! # Flaws
//!
//! Behind `/flawed/{flaw}` stand the same orders with the same tokens, and a guard that is wrong in
//! one thing; `docs/enforcement.md` has the table. A JWT for `weak-secret` may be signed by HS256 with
//! the secret `secret`.
//!
//! # Limits
//!
//! 64 KiB for a request's head, 100 fields, 1 MiB for its body; a connection may idle, but a request
//! that has begun must come within 30 s.

pub mod tokens;
mod users;
mod server;
mod reader;
mod framing;
mod request;
mod answer;
mod routes;
mod index;
mod flawed;
mod echo;
mod encoded;
mod multipart;
mod status;
mod flaky;
mod login;
mod session;
mod oauth;
mod exchange;
mod basic;
mod orders;
mod order_book;
mod bearer;
mod api;
mod token_store;
mod grant;
pub(crate) mod jwt;
pub(crate) mod keys;
mod clock;
mod stop;
#[cfg(test)]
mod tests;

pub use server::DemoServer;
