//! A server that answers the requests for a path in turn.

use std::collections::HashMap;
use std::sync::Mutex;

use super::sandbox::{Ended, Sandbox};
use super::server::{Server, Then, answer, reply};

/// Answers the first request for `/503-202-200` with the first of these, the second with the
/// second, and all after them with the last. Two words among them are none: `hang` never answers,
/// and `close` ends the connection. What does not begin so is answered with 200. The body is
/// `{"try": N, "id": N}` with the number of requests for that path so far, those of other queries
/// apart.
pub fn in_turn() -> Server {
    let counts: Mutex<HashMap<String, usize>> = Mutex::default();
    Server::start(move |request, stream| {
        let count = {
            let mut counts = counts.lock().expect("no panic");
            let count = counts.entry(request.target.clone()).or_default();
            *count += 1;
            *count
        };
        let path = request.target.split('?').next().unwrap_or_default();
        let words: Vec<&str> = path.trim_start_matches('/').split('-').collect();
        let status = match words[(count - 1).min(words.len() - 1)] {
            "hang" => {
                // Returns when the client leaves.
                let _ = std::io::Read::read(stream, &mut [0]);
                return Then::Close;
            }
            "close" => return Then::Close,
            word => word.parse().unwrap_or(200),
        };
        let challenge = [("WWW-Authenticate", "Bearer")];
        let headers = if status == 401 { &challenge[..] } else { &[] };
        let body = format!(r#"{{"try": {count}, "id": {count}}}"#);
        reply(stream, &answer(status, headers, &body))
    })
}

/// Runs a spec with these lines behind its `base_url`.
pub fn run(server: &Server, lines: &str, arguments: &[&str]) -> (Sandbox, Ended) {
    let spec = format!("base_url: {}\n{lines}", server.url());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended =
        sandbox.run(&[&["a.yaml", "--junit", "junit.xml", "--color", "never"], arguments].concat());
    (sandbox, ended)
}

/// The targets that arrived, in order.
pub fn targets(server: &Server) -> Vec<String> {
    server.arrived().into_iter().map(|request| request.target).collect()
}
