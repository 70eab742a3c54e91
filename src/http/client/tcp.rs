//! TCP connections: made with an eye on the interrupt, held to a deadline byte by byte, and kept
//! only while the server says nothing that nobody asked for.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

use super::Interrupt;
use super::socket::Socket;

/// How long one attempt to connect waits. Nothing can end an attempt from outside, so this is also
/// what an interrupted run may have to wait; the system would repeat its question as often.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// A time limit that the socket has already may differ by this much from the one that is due:
/// setting it for each request costs more than the precision is worth.
const SLACK: Duration = Duration::from_millis(5);

/// How long a connection is listened to before it is used for the second time. A server that closes
/// after its answer, or says more than it was asked, mostly does so at once; a request that crosses
/// with that is lost or gets the wrong answer.
const SECOND_LOOK: Duration = Duration::from_millis(2);

/// Connects to the addresses of a host in turn.
#[derive(Debug)]
pub struct TcpConnector {
    /// Ends the attempts.
    pub interrupt: Arc<Interrupt>,
    /// The socket in the file system that takes the place of all addresses.
    pub socket: Option<PathBuf>,
}

/// A connection and its buffers.
pub struct Tcp {
    stream: Arc<Socket>,
    buffers: LazyBuffers,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    /// Whether the server has kept it open after an answer.
    proven: bool,
}

impl Connector<()> for TcpConnector {
    type Out = Tcp;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Tcp>, Error> {
        let stream = Arc::new(match &self.socket {
            Some(path) => Socket::at(path)?,
            None => Socket::Tcp(self.reach(details)?),
        });
        (details.register_shutdown)(Arc::downgrade(&stream) as Weak<dyn ShutdownHandle>)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Tcp { stream, buffers, read_limit: None, write_limit: None, proven: false }))
    }
}

impl TcpConnector {
    /// Tries each address, and those that stay silent again, until the time is up.
    fn reach(&self, details: &ConnectionDetails) -> Result<TcpStream, Error> {
        let deadline = Deadline::new(details.timeout);
        let mut silent = details.addrs.to_vec();
        let mut refused = None;
        while !silent.is_empty() {
            let addresses = std::mem::take(&mut silent);
            for address in addresses {
                if self.interrupt.reason().is_some() {
                    return Err(io::Error::from(ErrorKind::Interrupted).into());
                }
                match TcpStream::connect_timeout(&address, deadline.left()?.min(ATTEMPT)) {
                    Ok(stream) => {
                        stream.set_nodelay(true)?;
                        return Ok(stream);
                    }
                    Err(error) if is_timeout(&error) => silent.push(address),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
        }
        Err(refused.map_or(Error::ConnectionFailed, Error::Io))
    }
}

impl Tcp {
    /// Sends bytes that do not stand in the buffers.
    pub fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), Error> {
        send(&self.stream, &mut self.write_limit, bytes, timeout)
    }

    /// The connection to be read and written past the buffers, until this time is up.
    pub fn timed(&mut self, timeout: NextTimeout) -> Timed<'_> {
        (self.read_limit, self.write_limit) = (None, None);
        Timed { stream: &self.stream, deadline: Deadline::new(timeout) }
    }
}

/// A connection that is read and written until a time is up.
pub struct Timed<'t> {
    stream: &'t Socket,
    deadline: Deadline,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        self.deadline.left().map_err(|_| io::Error::from(ErrorKind::TimedOut))
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(self.left()?)?;
            match (&mut &*self.stream).read(bytes) {
                Err(error) if is_timeout(&error) || is_interruption(&error) => {}
                ended => return ended,
            }
        }
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        (&mut &*self.stream).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = &self.buffers.output()[..amount];
        send(&self.stream, &mut self.write_limit, output, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let deadline = Deadline::new(timeout);
        let mut stream = &*self.stream;
        loop {
            limit(&mut self.read_limit, deadline.left()?, |limit| stream.set_read_timeout(limit))?;
            match stream.read(self.buffers.input_append_buf()) {
                Ok(came) => {
                    self.buffers.input_appended(came);
                    return Ok(came > 0);
                }
                Err(error) if is_timeout(&error) || is_interruption(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether the connection can take another request: it is up, and nothing came unasked.
    fn is_open(&mut self) -> bool {
        let silent = match self.proven {
            true => is_silent(&self.stream),
            false => {
                self.read_limit = Some(SECOND_LOOK);
                stays_silent(&self.stream)
            }
        };
        self.proven = silent && self.buffers.input().is_empty();
        self.proven
    }
}

impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tcp").field("stream", &self.stream).finish()
    }
}

/// When waiting ends, and what to call it.
struct Deadline {
    started: Instant,
    timeout: NextTimeout,
}

impl Deadline {
    fn new(timeout: NextTimeout) -> Deadline {
        Deadline { started: Instant::now(), timeout }
    }

    /// The time that is left; a day where there is no limit.
    fn left(&self) -> Result<Duration, Error> {
        let whole: Duration = *self.timeout.after;
        let left = whole.saturating_sub(self.started.elapsed());
        match left.is_zero() {
            true => Err(Error::Timeout(self.timeout.reason)),
            false => Ok(left.min(Duration::from_secs(86_400))),
        }
    }
}

fn send(
    mut stream: &Socket,
    write_limit: &mut Option<Duration>,
    mut rest: &[u8],
    timeout: NextTimeout,
) -> Result<(), Error> {
    let deadline = Deadline::new(timeout);
    while !rest.is_empty() {
        limit(write_limit, deadline.left()?, |limit| stream.set_write_timeout(limit))?;
        match stream.write(rest) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(sent) => rest = &rest[sent..],
            Err(error) if is_timeout(&error) || is_interruption(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn limit(
    current: &mut Option<Duration>,
    wanted: Duration,
    set: impl FnOnce(Duration) -> io::Result<()>,
) -> io::Result<()> {
    if current.is_some_and(|current| current.abs_diff(wanted) <= SLACK) {
        return Ok(());
    }
    match set(wanted) {
        Ok(()) => *current = Some(wanted),
        // macOS refuses once the other side is gone; what it sent can be read all the same.
        Err(error) if error.kind() == ErrorKind::InvalidInput => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Whether there is neither a byte to read nor an end for [`SECOND_LOOK`].
fn stays_silent(stream: &Socket) -> bool {
    stream.set_read_timeout(SECOND_LOOK).is_ok()
        && stream.look().is_err_and(|error| is_timeout(&error))
}

/// Whether there is neither a byte to read nor an end.
fn is_silent(stream: &Socket) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return false;
    }
    let peeked = stream.look();
    let silent = peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    silent && stream.set_nonblocking(false).is_ok()
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A signal wakes a thread that waits under a time limit.
fn is_interruption(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Interrupted
}
