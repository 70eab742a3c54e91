//! Asks a server whether it serves, again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::watch::Watch;
use crate::http::client::{Client, ClientSettings};
use crate::http::message::{Connections, Header, Request};
use crate::http::url::Target;

/// The time between two questions, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// The longest that one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks at a URL.
pub struct Poll {
    client: Client,
    request: Request,
    any: bool,
}

impl Poll {
    /// Will ask at `url`; `any` says whether every answer is good, or only a 2xx.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(url: &str, any: bool) -> Result<Poll, String> {
        let target = Target::parse(url)?;
        let settings =
            ClientSettings { jobs: 1, max_body: 1 << 20, connect_timeout: Duration::from_secs(1) };
        let header = |name: &str, value: &str| Header {
            name: name.to_owned(),
            value: value.to_owned(),
            credential: false,
        };
        let agent = concat!("apitest/", env!("CARGO_PKG_VERSION"));
        let request = Request {
            method: "GET".to_owned(),
            target,
            // A server with one thread would wait for more on a connection that is kept.
            headers: vec![
                header("Accept", "*/*"),
                header("User-Agent", agent),
                header("Connection", "close"),
            ],
            body: None,
            timeout: PATIENCE,
            follow_redirects: 0,
            allow_plain_http: false,
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
            connections: Connections::Shared,
            route: Arc::default(),
        };
        let gate = |_, _| Ok(Duration::ZERO);
        Ok(Poll { client: Client::new(settings, 1, &[], Box::new(gate)), request, any })
    }

    /// Asks once.
    ///
    /// # Errors
    /// What came instead of a good answer.
    pub fn ask(&self, limit: Duration) -> Result<(), String> {
        let request = Request { timeout: PATIENCE.min(limit), ..self.request.clone() };
        match self.client.exchange(0, &request) {
            Ok(response) if self.any || (200..300).contains(&response.status) => Ok(()),
            Ok(response) => Err(format!("it answered with {}", response.status)),
            Err(error) => Err(error.message),
        }
    }

    /// Ends a question that is being asked.
    pub fn give_up(&self) {
        self.client.interrupt("nobody waits for the answer any more");
    }

    /// Asks until a good answer comes, or nobody needs it.
    pub fn run(&self, watch: &Watch, until: Instant) {
        let mut pause = PAUSES.0;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let answer = self.ask(left.max(PAUSES.0));
            let settled = watch.with(|state| {
                match answer {
                    Ok(()) => state.serves = Some(None),
                    Err(_) if state.is_settled => {}
                    Err(reason) => state.last_answer = Some(reason),
                }
                state.serves.is_some()
            });
            if settled || watch.wait_for(pause, |state| state.is_settled || state.ended.is_some()) {
                return;
            }
            pause = (2 * pause).min(PAUSES.1);
        }
    }
}

/// Asks in a thread of its own.
///
/// # Errors
/// There is no thread.
pub fn begin(poll: &Arc<Poll>, watch: &Arc<Watch>, until: Instant) -> Result<(), String> {
    let (poll, watch) = (poll.clone(), watch.clone());
    std::thread::Builder::new()
        .name("server-poll".to_owned())
        .spawn(move || poll.run(&watch, until))
        .map(drop)
        .map_err(|error| error.to_string())
}
