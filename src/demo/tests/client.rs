//! An HTTP client that adds nothing: what a test sends is what arrives.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::demo::DemoServer;

/// A connection to the demo.
pub struct Connection {
    reader: BufReader<TcpStream>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Sends one request on a connection of its own; `head` has its fields, each ended by CR LF.
pub fn send(server: &DemoServer, line: &str, head: &str, body: &str) -> Reply {
    let mut connection = Connection::to(server);
    let length =
        if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    connection.write(&format!("{line} HTTP/1.1\r\nHost: demo\r\n{head}{length}\r\n{body}"));
    connection.reply(line.starts_with("HEAD "))
}

/// A request without a body and with a bearer token.
pub fn send_with(server: &DemoServer, line: &str, token: &str) -> Reply {
    send(server, line, &format!("Authorization: Bearer {token}\r\n"), "")
}

/// A request with a form.
pub fn send_form(server: &DemoServer, path: &str, head: &str, form: &str) -> Reply {
    let head = format!("{head}Content-Type: application/x-www-form-urlencoded\r\n");
    send(server, &format!("POST {path}"), &head, form)
}

/// A request with JSON.
pub fn send_json(server: &DemoServer, path: &str, head: &str, json: &str) -> Reply {
    let head = format!("{head}Content-Type: application/json\r\n");
    send(server, &format!("POST {path}"), &head, json)
}

impl Connection {
    pub fn to(server: &DemoServer) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", server.port())).expect("the demo listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Connection { reader: BufReader::new(stream) }
    }

    pub fn write(&mut self, text: &str) {
        self.reader.get_mut().write_all(text.as_bytes()).expect("the demo reads");
    }

    /// Reads one response, and not a byte more.
    pub fn reply(&mut self, head_only: bool) -> Reply {
        let line = self.line();
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).expect(&line);
        let mut reply = Reply { status, fields: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            reply.fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if !head_only && let Some(length) = reply.field("content-length") {
            reply.body = vec![0; length.parse().expect("a length")];
            self.reader.read_exact(&mut reply.body).expect("the whole body");
        }
        reply
    }

    /// Whether the demo closes the connection and sends nothing more.
    pub fn ends(&mut self) -> bool {
        matches!(self.reader.read(&mut [0]), Ok(0))
    }

    /// Whether the connection is gone, in whatever way.
    pub fn is_broken(&mut self) -> bool {
        !matches!(self.reader.read(&mut [0]), Ok(1..))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("a line");
        assert!(line.ends_with("\r\n"), "cut off: {line:?}");
        line.trim_end().to_owned()
    }
}

impl Reply {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn challenge(&self) -> &str {
        self.field("www-authenticate").unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Everything that was received, to look for what must not be in it.
    pub fn all(&self) -> String {
        format!("{:?} {}", self.fields, self.text())
    }
}
