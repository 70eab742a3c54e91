//! Requests to a plain server through an HTTP proxy: the request line names the whole URL
//! (RFC 9112 §3.2.2), and the proxy is told who asks.
//!
//! The HTTP crate writes only paths, so the line is completed on its way out.

use std::sync::Arc;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::tcp::Tcp;
use super::tunnel::{authorization, broken};
use crate::http::proxy::Proxy;

/// Puts [`Absolute`] around each connection to a proxy.
#[derive(Debug)]
pub struct AbsoluteConnector {
    /// The proxy.
    pub proxy: Arc<Proxy>,
}

impl Connector<Tcp> for AbsoluteConnector {
    type Out = Absolute;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<Tcp>,
    ) -> Result<Option<Absolute>, Error> {
        let Some(inner) = chained else { return Ok(None) };
        let authority = details.uri.authority().map_or("", |authority| authority.as_str());
        let authority = authority.strip_suffix(":80").unwrap_or(authority);
        Ok(Some(Absolute {
            inner,
            origin: format!("http://{authority}").into_bytes(),
            field: authorization(&self.proxy).into_bytes(),
            begins: true,
        }))
    }
}

/// A connection to a proxy that carries the requests to one origin.
#[derive(Debug)]
pub struct Absolute {
    inner: Tcp,
    /// What goes before the path.
    origin: Vec<u8>,
    /// What goes behind the request line.
    field: Vec<u8>,
    /// Whether what is sent next is the beginning of a request.
    begins: bool,
}

impl Transport for Absolute {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if !std::mem::take(&mut self.begins) {
            return self.inner.transmit_output(amount, timeout);
        }
        let head =
            self.completed(amount).ok_or_else(|| broken("a request without a first line"))?;
        self.inner.send(&head, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    /// Asked before a kept connection carries its next request.
    fn is_open(&mut self) -> bool {
        self.begins = true;
        self.inner.is_open()
    }
}

impl Absolute {
    /// The beginning of a request as the proxy wants it. The crate writes whole lines at a time.
    fn completed(&mut self, amount: usize) -> Option<Vec<u8>> {
        let written = &self.inner.buffers().output()[..amount];
        let path = written.iter().position(|b| *b == b' ')? + 1;
        let end = path + written[path..].iter().position(|b| *b == b'\n')? + 1;
        let parts =
            [&written[..path], &self.origin, &written[path..end], &self.field, &written[end..]];
        Some(parts.concat())
    }
}
