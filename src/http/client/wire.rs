//! What passes between the client and the connections of one thread: whether a kept connection may
//! be used, and what came over it.
//!
//! The HTTP crate decides by itself which connection a request goes out on, and tells neither that
//! nor what came before an error. Both matter to a tester: an answer that nobody asked for, left on
//! a kept connection, must never become the answer of the next case.

use std::io::{Error as IoError, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// How an answer begins that is HTTP.
const HTTP: &[u8] = b"HTTP/1.";

/// How much is kept of a final one: all up to its status.
const STATUS_LINE: usize = "HTTP/1.1 200".len();

/// How the head of an interim one ends.
const END: &[u8] = b"\r\n\r\n";

/// How much of the beginning of an answer is kept, to say what it is when it is not HTTP. It is
/// redacted and shortened by whoever shows it: that it was cut they know by its being longer than
/// what they look at.
const HEAD: usize = 65 * 1024;

/// Shared by the client and the connections of one thread.
#[derive(Debug, Default)]
pub struct Wire(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The exchange has no connection yet.
    asking: bool,
    /// Which connections serve the exchange.
    wanted: Connection,
    /// The server once closed a connection, or spoke on it, after it had answered.
    mistrusted: bool,
    heard: Heard,
    /// The connection in use; true once it must not be used again.
    spent: Arc<AtomicBool>,
}

/// Which connections may serve an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// One that was kept, or a new one.
    #[default]
    Any,
    /// Only a new one.
    New,
}

/// What was seen of an exchange.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Whether a connection was made or found.
    pub connected: bool,
    /// Whether the connection had served another exchange before.
    pub reused: bool,
    /// How many bytes came.
    pub came: u64,
    /// The first of them; many only where they are no final answer.
    pub head: Vec<u8>,
}

impl Heard {
    /// The status that the answer begins with, if it is a final one.
    pub fn status(&self) -> Option<u16> {
        let mut head = self.head.as_slice();
        while head.starts_with(HTTP) && !is_final(head) {
            let end = head.windows(END.len()).position(|window| window == END)?;
            head = &head[end + END.len()..];
        }
        let digits = head.strip_prefix(HTTP)?.get(2..5)?;
        let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
        (200..600).contains(&status).then_some(status)
    }
}

impl Wire {
    /// An exchange begins.
    pub fn begin(&self, wanted: Connection) {
        let mut state = self.state();
        state.asking = true;
        state.wanted = wanted;
        state.heard.connected = false;
        state.heard.reused = false;
        state.heard.came = 0;
        state.heard.head.clear();
    }

    /// What was seen since.
    pub fn heard(&self) -> Heard {
        self.state().heard.clone()
    }

    /// The connection of this exchange must not be used for another.
    pub fn spend(&self) {
        self.state().spent.store(true, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts [`Wired`] around each new connection, above TLS.
#[derive(Debug)]
pub struct WireConnector(pub Arc<Wire>);

impl<In: Transport> Connector<In> for WireConnector {
    type Out = Wired<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Wired<In>>, Error> {
        let Some(inner) = chained else { return Ok(None) };
        let spent = Arc::new(AtomicBool::new(false));
        let mut state = self.0.state();
        state.asking = false;
        state.heard.connected = true;
        state.spent = spent.clone();
        Ok(Some(Wired { inner, wire: self.0.clone(), spent, hung_up: false }))
    }
}

/// A connection that tells its [`Wire`] what comes.
#[derive(Debug)]
pub struct Wired<In: Transport> {
    inner: In,
    wire: Arc<Wire>,
    spent: Arc<AtomicBool>,
    hung_up: bool,
}

impl<In: Transport> Transport for Wired<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    /// A server may answer before it has read all, and close: what it said counts. So a connection
    /// that takes no more is no error here; reading tells.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.hung_up {
            return Ok(());
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(Error::Io(error)) if is_end(&error) => {
                self.hung_up = true;
                self.spent.store(true, Ordering::Relaxed);
                Ok(())
            }
            sent => sent,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let before = self.inner.buffers().input().len();
        let came = self.inner.await_input(timeout).map_err(|error| match error {
            // The crate would take a body without a length for whole.
            Error::Io(error) if is_end(&error) => {
                Error::Io(IoError::new(ErrorKind::BrokenPipe, error))
            }
            error => error,
        })?;
        let input = &self.inner.buffers().input()[before..];
        let heard = &mut self.wire.state().heard;
        heard.came += input.len() as u64;
        let begin = if heard.head.is_empty() { input } else { &heard.head };
        let wanted = if is_final(begin) { STATUS_LINE } else { HEAD };
        let missing = wanted.saturating_sub(heard.head.len()).min(input.len());
        heard.head.extend_from_slice(&input[..missing]);
        Ok(came)
    }

    /// Asked when an exchange looks for a connection, and again when it gives it back. One that
    /// the server spoke on or closed meanwhile is not used, and none of its kind after it: whoever
    /// does so once does so again, and then the time between this look and the request counts.
    fn is_open(&mut self) -> bool {
        let mut state = self.wire.state();
        if !state.asking {
            return !self.spent.load(Ordering::Relaxed);
        }
        let unwanted = state.wanted == Connection::New || state.mistrusted;
        if unwanted || self.spent.load(Ordering::Relaxed) {
            return false;
        }
        let open = self.inner.is_open();
        state.mistrusted |= !open;
        state.asking = !open;
        state.heard.connected = open;
        state.heard.reused = open;
        if open {
            state.spent = self.spent.clone();
        }
        open
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<In: Transport> Drop for Wired<In> {
    /// The crate drops a connection on which more came than was asked for.
    fn drop(&mut self) {
        if !self.inner.buffers().input().is_empty() {
            self.wire.state().mistrusted = true;
        }
    }
}

/// Whether this begins an answer after which none comes, as far as its status is there.
fn is_final(head: &[u8]) -> bool {
    head.starts_with(HTTP) && head.get(HTTP.len() + 2).is_some_and(|digit| *digit != b'1')
}

fn is_end(error: &IoError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
    )
}
