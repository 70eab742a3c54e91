//! Reads requests off a connection, strictly: what could be read in two ways is refused.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use super::answer::Answer;
use super::framing::{Body, Head, parse_head, refusal};
use super::request::Request;

/// Room for a token of 32 KB and what comes with it.
const MAX_HEAD: usize = 64 * 1024;
/// No route needs more than a few kilobytes.
const MAX_BODY: usize = 1024 * 1024;
/// A chunk's size line with its extensions, or a trailer section.
const MAX_CHUNK_LINE: usize = 4 * 1024;

/// Why there is no further request on a connection.
#[derive(Debug)]
pub enum Broken {
    /// It ended or failed; nobody is there to answer.
    Gone,
    /// The client deserves this answer, and then the connection ends.
    Refused(Answer),
}

/// The requests of one connection.
pub struct Reader<'s> {
    stream: &'s TcpStream,
    /// Received and not yet used. It may reach into the next request of a pipelining client.
    buffer: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'s> Reader<'s> {
    /// Starts at the connection's first byte.
    pub fn new(stream: &'s TcpStream) -> Reader<'s> {
        Reader { stream, buffer: Vec::new(), scratch: vec![0; 16 * 1024] }
    }

    /// Waits for the next request and reads it whole.
    ///
    /// # Errors
    /// The connection ended, or what came is not a request that can be answered.
    pub fn next(&mut self) -> Result<Request, Broken> {
        let Head { mut request, body, continues } = self.head()?;
        if matches!(body, Body::Length(length) if length > MAX_BODY as u64) {
            return Err(too_large());
        }
        // A client that did not wait for the go-ahead does not need it.
        if continues && !matches!(body, Body::Length(0)) && self.buffer.is_empty() {
            (&mut &*self.stream)
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .map_err(|_| Broken::Gone)?;
        }
        request.body = match body {
            Body::Length(length) => self.take(length as usize)?,
            Body::Chunked => self.chunks()?,
        };
        Ok(request)
    }

    fn head(&mut self) -> Result<Head, Broken> {
        loop {
            let parsed = parse_head(&self.buffer).map_err(Broken::Refused)?;
            // One that is all there may be too large too: it comes in large pieces.
            if parsed.as_ref().map_or(self.buffer.len(), |(_, used)| *used) > MAX_HEAD {
                return Err(Broken::Refused(refusal(431, "The header fields are too large.")));
            }
            if let Some((head, used)) = parsed {
                self.buffer.drain(..used);
                return Ok(head);
            }
            match self.fill() {
                // Between two requests a connection may idle as long as it likes.
                Err(Broken::Refused(_)) if self.buffer.is_empty() => {}
                filled => filled?,
            }
        }
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Broken> {
        let mut body = Vec::new();
        loop {
            let size = self.chunk_size()?;
            if size > (MAX_BODY - body.len()) as u64 {
                return Err(too_large());
            }
            if size == 0 {
                self.skip_trailers()?;
                return Ok(body);
            }
            body.append(&mut self.take(size as usize)?);
            if self.take(2)? != b"\r\n" {
                return Err(bad_chunk());
            }
        }
    }

    fn chunk_size(&mut self) -> Result<u64, Broken> {
        loop {
            match httparse::parse_chunk_size(&self.buffer).map_err(|_| bad_chunk())? {
                httparse::Status::Complete((used, size)) => {
                    self.buffer.drain(..used);
                    return Ok(size);
                }
                httparse::Status::Partial if self.buffer.len() > MAX_CHUNK_LINE => {
                    return Err(bad_chunk());
                }
                httparse::Status::Partial => self.fill()?,
            }
        }
    }

    /// Trailers are read, for the next request begins after them, and mean nothing here.
    fn skip_trailers(&mut self) -> Result<(), Broken> {
        loop {
            let mut fields = [httparse::EMPTY_HEADER; 16];
            match httparse::parse_headers(&self.buffer, &mut fields).map_err(|_| bad_chunk())? {
                httparse::Status::Complete((used, _)) => {
                    self.buffer.drain(..used);
                    return Ok(());
                }
                httparse::Status::Partial if self.buffer.len() > MAX_CHUNK_LINE => {
                    return Err(bad_chunk());
                }
                httparse::Status::Partial => self.fill()?,
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, Broken> {
        while self.buffer.len() < length {
            self.fill()?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// Waits for more bytes.
    fn fill(&mut self) -> Result<(), Broken> {
        loop {
            return match (&mut &*self.stream).read(&mut self.scratch) {
                Ok(0) => Err(Broken::Gone),
                Ok(received) => {
                    self.buffer.extend_from_slice(&self.scratch[..received]);
                    Ok(())
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                // Which of the two a time-out is depends on the platform.
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    Err(Broken::Refused(refusal(408, "The rest of the request did not come.")))
                }
                Err(_) => Err(Broken::Gone),
            };
        }
    }
}

fn too_large() -> Broken {
    Broken::Refused(refusal(413, "A body may have at most 1 MiB."))
}

fn bad_chunk() -> Broken {
    Broken::Refused(refusal(400, "The chunked body is malformed."))
}
