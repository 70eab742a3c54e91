//! A server on loopback for comparisons of speed: fast enough not to be what is measured.
//!
//! `loopback_server [SECONDS]` serves on a free port of 127.0.0.1, prints its URL, and ends when
//! its standard input does, or after so many seconds (600). It needs nothing but the standard
//! library, so that `rustc` builds it alone.
//!
//! Every route wants one of the bearer tokens [`TOKENS`] and answers 401 with a challenge without it:
//! `/slow…` answers after 50 ms, `/large…` with 100 KB, everything else at once. `/counts` tells
//! how many answers were given since it was last asked.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// The tokens that open a route. They are compared as they are, so that no time goes into that.
const TOKENS: [&[u8]; 4] = [
    b"bench-token-0123456789abcdef",
    include_bytes!("../fixtures/tokens/alice-hs256.jwt"),
    include_bytes!("../fixtures/tokens/alice-rs256.jwt"),
    include_bytes!("../fixtures/tokens/alice-es256.jwt"),
];

/// How long `/slow` takes.
const SLOW: Duration = Duration::from_millis(50);

/// The size of the body of `/large`.
const LARGE: usize = 100_000;

/// The longest request head that is read.
const MAX_HEAD: usize = 16 * 1024;

const ORDER: &str = r#"{"order":{"id":7,"owner":"alice","total":129.95,"paid":true},"items":[{"sku":"A-1","count":2},{"sku":"B-2","count":1}]}"#;

const REFUSAL: &str =
    r#"{"error":"invalid_token","detail":{"status":401,"hint":"send a bearer token"}}"#;

fn main() -> ExitCode {
    // `cargo bench` says `--bench`.
    let seconds = std::env::args().skip(1).find(|argument| argument != "--bench");
    let limit = match seconds.map_or(Ok(600), |seconds| seconds.parse()) {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(error) => return refuse(&format!("SECONDS: {error}")),
    };
    match serve() {
        Ok(url) => println!("{url}"),
        Err(error) => return refuse(&format!("no port: {error}")),
    }
    thread::spawn(move || {
        thread::sleep(limit);
        std::process::exit(0);
    });
    // Whatever is written there, only the end of it counts.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    ExitCode::SUCCESS
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("loopback_server: {reason}");
    ExitCode::FAILURE
}

/// Starts to accept connections; each has a thread of its own. Returns the URL.
fn serve() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    let answers = Arc::new(Answers::new());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            let connection = thread::Builder::new().stack_size(64 * 1024);
            // Without a thread the client sees a closed connection, and the counts tell.
            let _ = connection.spawn(move || answers.to_all_of(stream));
        }
    });
    Ok(url)
}

/// The answers, ready to be sent, and how many were.
struct Answers {
    order: Vec<u8>,
    large: Vec<u8>,
    refusal: Vec<u8>,
    /// To who sends no token.
    bare: Vec<u8>,
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl Answers {
    fn new() -> Answers {
        let json = "Content-Type: application/json";
        let filler = "x".repeat(LARGE - r#"{"owner":"alice","count":1,"filler":""}"#.len());
        let large = format!(r#"{{"owner":"alice","count":1,"filler":"{filler}"}}"#);
        let bare = r#"WWW-Authenticate: Bearer realm="bench""#;
        let challenge = format!(r#"{bare}, error="invalid_token""#);
        Answers {
            order: answer("200 OK", json, ORDER),
            large: answer("200 OK", json, &large),
            refusal: answer("401 Unauthorized", &format!("{json}\r\n{challenge}"), REFUSAL),
            bare: answer("401 Unauthorized", &format!("{json}\r\n{bare}"), REFUSAL),
            accepted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Answers the requests of one connection until the client closes it.
    fn to_all_of(&self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let (mut buffer, mut filled) = ([0; MAX_HEAD], 0);
        loop {
            match stream.read(&mut buffer[filled..]) {
                Ok(read @ 1..) => filled += read,
                _ => return,
            }
            while let Some(end) = head_end(&buffer[..filled]) {
                if self.to(&buffer[..end], &mut stream).is_err() {
                    return;
                }
                buffer.copy_within(end..filled, 0);
                filled -= end;
            }
        }
    }

    fn to(&self, head: &[u8], stream: &mut TcpStream) -> io::Result<()> {
        let path = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        if path == b"/counts" {
            return stream.write_all(&answer("200 OK", "Content-Type: text/plain", &self.counts()));
        }
        if path.starts_with(b"/slow") {
            thread::sleep(SLOW);
        }
        let (answer, count) = match token(head) {
            Some(token) if !is_good(token) => (&self.refusal, &self.refused),
            None => (&self.bare, &self.refused),
            Some(_) if path.starts_with(b"/large") => (&self.large, &self.accepted),
            Some(_) => (&self.order, &self.accepted),
        };
        count.fetch_add(1, Ordering::Relaxed);
        stream.write_all(answer)
    }

    /// `requests 200s 401s` since it was last asked.
    fn counts(&self) -> String {
        let accepted = self.accepted.swap(0, Ordering::Relaxed);
        let refused = self.refused.swap(0, Ordering::Relaxed);
        format!("{} {accepted} {refused}\n", accepted + refused)
    }
}

fn is_good(token: &[u8]) -> bool {
    TOKENS.iter().any(|good| good.trim_ascii_end() == token)
}

fn answer(status: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{fields}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// The end of the first head in `bytes`, behind its empty line.
fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// The bearer token of a request; the names of header fields come in any case.
fn token(head: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b"authorization: bearer ";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > FIELD.len() && line[..FIELD.len()].eq_ignore_ascii_case(FIELD))?;
    Some(line[FIELD.len()..].trim_ascii_end())
}
