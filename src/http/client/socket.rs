//! What a connection is made of: TCP, or a Unix socket.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use ureq::unversioned::transport::ShutdownHandle;

/// A stream of bytes to a server.
#[derive(Debug)]
pub enum Socket {
    /// To an address.
    Tcp(TcpStream),
    /// To a socket in the file system.
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Does the same to the stream, whichever it is.
macro_rules! either {
    ($socket:expr, $stream:ident => $work:expr) => {
        match $socket {
            Socket::Tcp($stream) => $work,
            #[cfg(unix)]
            Socket::Unix($stream) => $work,
        }
    };
}

impl Socket {
    /// Connects to a socket in the file system.
    ///
    /// # Errors
    /// It is not there, nothing listens at it, or this system has none.
    pub fn at(path: &Path) -> io::Result<Socket> {
        #[cfg(unix)]
        return UnixStream::connect(path).map(Socket::Unix);
        #[cfg(not(unix))]
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("this system has no Unix sockets such as {}", path.display()),
        ));
    }

    /// How long reading may wait.
    pub fn set_read_timeout(&self, limit: Duration) -> io::Result<()> {
        either!(self, stream => stream.set_read_timeout(Some(limit)))
    }

    /// How long writing may wait.
    pub fn set_write_timeout(&self, limit: Duration) -> io::Result<()> {
        either!(self, stream => stream.set_write_timeout(Some(limit)))
    }

    /// Whether reading and writing wait at all.
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        either!(self, stream => stream.set_nonblocking(nonblocking))
    }

    /// Looks for a byte that nobody asked for. What is found may be lost: the connection is then
    /// not used again.
    pub fn look(&self) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.peek(&mut [0]),
            #[cfg(unix)]
            Socket::Unix(stream) => (&mut &*stream).read(&mut [0]),
        }
    }
}

impl Read for &Socket {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        either!(self, stream => (&mut &*stream).read(bytes))
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        either!(self, stream => (&mut &*stream).write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ShutdownHandle for Socket {
    fn shutdown(&self) {
        // One that is down already is what is wanted.
        let _ = either!(self, stream => stream.shutdown(Shutdown::Both));
    }
}
