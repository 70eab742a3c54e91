//! The listener and its connections: a thread each, all of them gone when the server is dropped.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, Scope};
use std::time::{Duration, Instant};

use super::answer::{Answer, Framing};
use super::api::Api;
use super::clock;
use super::reader::{Broken, Reader};
use super::routes;
use super::stop::lock;

/// How long the rest of a request may take to come, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a closed connection is listened to, so that its client can read the last answer.
const LINGER: Duration = Duration::from_secs(2);

/// A running demo API on 127.0.0.1. Dropping it closes all connections and ends all threads.
#[derive(Debug)]
pub struct DemoServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    api: Api,
    open: Mutex<HashMap<u64, Arc<TcpStream>>>,
}

impl DemoServer {
    /// Starts the demo on a port of 127.0.0.1; 0 takes any free one. Each server has its own
    /// orders, tokens and counts.
    ///
    /// # Errors
    /// The port is taken or not allowed.
    pub fn start(port: u16) -> io::Result<DemoServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { api: Api::new(routes::len()), open: Mutex::default() });
        let served = Arc::clone(&shared);
        let listening = thread::Builder::new()
            .name("demo-listener".to_owned())
            .spawn(move || listen(&listener, &served))?;
        Ok(DemoServer { address, shared, listening: Some(listening) })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many requests reached it, those to no route included.
    pub fn requests(&self) -> u64 {
        self.shared.api.counts.all()
    }

    /// How many requests reached a route, named as the route table names it:
    /// `requests_to("GET", "/orders/{id}")`, behind a flaw
    /// `requests_to("DELETE", "/flawed/any-token/orders/{id}")`. HEAD counts as GET. A route that
    /// does not exist has 0.
    pub fn requests_to(&self, method: &str, path: &str) -> u64 {
        routes::position(method, path).map_or(0, |route| self.shared.api.counts.of(route))
    }

    /// How many orders were deleted: requests that took effect, wherever they were sent.
    pub fn orders_deleted(&self) -> u64 {
        self.shared.api.orders.removed()
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        let open = lock(&self.shared.open);
        for stream in open.values() {
            // A connection that its client closed already cannot be shut down, and need not be.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Rung last, so that no route that waits gets to answer, and under the lock: who is added
        // later finds it rung.
        self.shared.api.stop.ring();
        drop(open);
        // `accept` has no time limit; a connection is what wakes it.
        let woken = (0..100).any(|attempt| {
            if attempt > 0 {
                thread::park_timeout(Duration::from_millis(10));
            }
            TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok()
        });
        if let Some(listening) = self.listening.take().filter(|_| woken) {
            // It panics when a connection's thread did, and that was reported then.
            let _ = listening.join();
        }
    }
}

/// Accepts until the server stops; returns when the last connection has ended.
fn listen(listener: &TcpListener, shared: &Shared) {
    thread::scope(|scope| {
        for id in 0.. {
            match listener.accept() {
                Ok((stream, _)) => spawn(scope, shared, id, stream),
                // Too many open files, as a rule: some will be closed by and by.
                Err(_) => _ = shared.api.stop.wait(Duration::from_millis(10)),
            }
            if shared.api.stop.is_rung() {
                return;
            }
        }
    });
}

fn spawn<'s>(scope: &'s Scope<'s, '_>, shared: &'s Shared, id: u64, stream: TcpStream) {
    let Some(entry) = Entry::add(shared, id, stream) else { return };
    let thread = thread::Builder::new().name("demo-connection".to_owned());
    // Without a thread the entry drops here, which closes the connection.
    let _ = thread.spawn_scoped(scope, move || serve(&entry.stream, &shared.api));
}

/// A connection's place among the open ones; it leaves when its thread ends, be it by a panic.
struct Entry<'s> {
    shared: &'s Shared,
    id: u64,
    stream: Arc<TcpStream>,
}

impl<'s> Entry<'s> {
    fn add(shared: &'s Shared, id: u64, stream: TcpStream) -> Option<Entry<'s>> {
        let stream = Arc::new(stream);
        let mut open = lock(&shared.open);
        // Asked under the lock: who is added now will be shut down by the one who stops the server.
        if shared.api.stop.is_rung() {
            return None;
        }
        open.insert(id, Arc::clone(&stream));
        drop(open);
        Some(Entry { shared, id, stream })
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        lock(&self.shared.open).remove(&self.id);
    }
}

fn serve(stream: &TcpStream, api: &Api) {
    let limited = stream
        .set_nodelay(true)
        .and_then(|()| stream.set_read_timeout(Some(PATIENCE)))
        .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
    if limited.is_ok() && converse(stream, api).is_ok() {
        linger(stream);
    }
}

/// Answers request after request. `Ok` means that the last answer was sent and said so.
fn converse(stream: &TcpStream, api: &Api) -> Result<(), ()> {
    let mut reader = Reader::new(stream);
    let mut sender = Sender { stream, out: Vec::new(), date: (0, String::new()) };
    loop {
        match reader.next() {
            Ok(request) => {
                let answer = routes::answer(&request, api);
                sender.send(&answer, request.method == "HEAD", request.last)?;
                if request.last {
                    return Ok(());
                }
            }
            Err(Broken::Refused(answer)) => {
                api.counts.add(None);
                return sender.send(&answer, false, true);
            }
            Err(Broken::Gone) => return Err(()),
        }
    }
}

/// The writing side of a connection.
struct Sender<'s> {
    stream: &'s TcpStream,
    out: Vec<u8>,
    /// The `Date` field and the second it was made for.
    date: (i64, String),
}

impl Sender<'_> {
    fn send(&mut self, answer: &Answer, head_only: bool, last: bool) -> Result<(), ()> {
        let now = clock::now();
        if self.date.0 != now {
            self.date = (now, clock::http_date(now));
        }
        self.out.clear();
        answer.write_to(&mut self.out, Framing { date: &self.date.1, head_only, last });
        (&mut &*self.stream).write_all(&self.out).map_err(drop)
    }
}

/// Closes so that the client can still read: bytes that nobody received would reset the connection
/// and take the last answer with it (RFC 9112 §9.6).
fn linger(stream: &TcpStream) {
    let end = Instant::now() + LINGER;
    let mut rest = [0; 4096];
    if stream.shutdown(Shutdown::Write).is_err() || stream.set_read_timeout(Some(LINGER)).is_err() {
        return;
    }
    while Instant::now() < end && matches!((&mut &*stream).read(&mut rest), Ok(1..)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_it_ends_what_waits_and_every_thread() {
        let demo = DemoServer::start(0).expect("a free port");
        let connect = || TcpStream::connect(demo.address).expect("the demo listens");
        let mut idle = connect();
        let mut waiting = connect();
        for (stream, path) in [(&mut idle, "/health"), (&mut waiting, "/slow?ms=120000")] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
            stream.write_all(request.as_bytes()).expect("the demo reads");
        }
        let mut answer = [0; 1024];
        assert!(idle.read(&mut answer).is_ok_and(|received| received > 0));
        while demo.requests_to("GET", "/slow") == 0 {
            thread::yield_now();
        }
        let shared = Arc::downgrade(&demo.shared);
        let begun = Instant::now();
        drop(demo);
        assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
        assert!(shared.upgrade().is_none(), "a thread still holds the state");
        for stream in [&mut idle, &mut waiting] {
            assert!(!matches!(stream.read(&mut answer), Ok(1..)), "no answer, just the end");
        }
    }

    #[test]
    fn a_stopped_server_with_no_connection_ends_at_once() {
        let begun = Instant::now();
        drop(DemoServer::start(0).expect("a free port"));
        assert!(begun.elapsed() < Duration::from_secs(1), "took {:?}", begun.elapsed());
    }
}
