//! A server on loopback that answers as a test tells it, byte by byte if need be, and keeps what
//! reached it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The method.
    pub method: String,
    /// The path and query as they were sent.
    pub target: String,
    /// The header fields in order, names as they were sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

/// What becomes of a connection once a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The next request is read from it.
    Keep,
    /// It is closed.
    Close,
}

/// A server; it ends, and all of its connections with it, when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

type Handler = dyn Fn(&Arrived, &mut TcpStream) -> Then + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    arrived: Mutex<Vec<Arrived>>,
    open: Mutex<Vec<TcpStream>>,
    over: AtomicBool,
}

impl Server {
    /// A server that lets `handler` write the answer to each request.
    pub fn start(
        handler: impl Fn(&Arrived, &mut TcpStream) -> Then + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            arrived: Mutex::default(),
            open: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let accepting = std::thread::spawn({
            let shared = shared.clone();
            move || shared.accept(&listener)
        });
        Server { address, shared, accepting: Some(accepting) }
    }

    /// A server that gives the same answer to everything: a status, header lines, a body.
    pub fn answering(status: u16, headers: &[(&str, &str)], body: &str) -> Server {
        let answer = answer(status, headers, body);
        Server::start(move |_, stream| reply(stream, &answer))
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests that arrived whole so far, in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.shared.arrived.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
        for stream in self.shared.open.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for (connection, stream) in listener.incoming().enumerate() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            let _ = stream.set_nodelay(true);
            self.open.lock().expect("no panic").extend(stream.try_clone());
            let shared = self.clone();
            std::thread::spawn(move || shared.serve(connection, stream));
        }
    }

    fn serve(&self, connection: usize, mut stream: TcpStream) {
        let Ok(clone) = stream.try_clone() else { return };
        let mut reader = BufReader::new(clone);
        while let Some(mut request) = read(&mut reader) {
            request.connection = connection;
            self.arrived.lock().expect("no panic").push(request.clone());
            if (self.handler)(&request, &mut stream) == Then::Close {
                break;
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
    }
}

impl Arrived {
    /// The value of a header field, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }
}

/// Writes an answer. A client that left gets none.
pub fn reply(stream: &mut impl Write, bytes: &[u8]) -> Then {
    let _ = stream.write_all(bytes);
    Then::Keep
}

/// The bytes of an answer with `Content-Length`.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Status\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Arrived> {
    let mut request = Arrived::default();
    let first = line(reader)?;
    let mut words = first.split(' ');
    request.method = words.next()?.to_owned();
    request.target = words.next()?.to_owned();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = request.header("content-length").and_then(|length| length.parse().ok());
    request.body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(1..) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}
