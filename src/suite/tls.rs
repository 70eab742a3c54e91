//! `tls` and `proxy`: how a connection is made.

use super::reader::{Keys, Reader};
use super::tree::{Node, Value};
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// What one level says about TLS; what it leaves out is left to the level above.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// The file with the authorities that are trusted, and no others.
    pub ca: Option<FileName>,
    /// The file with the certificate of the client.
    pub cert: Option<FileName>,
    /// The file with the key of that; by default the same file.
    pub key: Option<FileName>,
    /// Whether any certificate of a server will do.
    pub insecure: Option<Spanned<Draft>>,
}

/// The path of a file, or `None` for `null`, which takes back what is inherited.
pub type FileName = Spanned<Option<Template>>;

/// What requests go through.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Its URL, or `none`.
    pub url: Spanned<Template>,
    /// To whom requests go without it.
    pub no_proxy: Vec<Spanned<Template>>,
}

const TLS_KEYS: Keys = Keys {
    what: "a key of `tls`",
    known: &[&["ca", "cert", "key", "insecure"]],
    later: &[],
    help: None,
};

const PROXY_KEYS: Keys = Keys {
    what: "a key of `proxy`",
    known: &[&["url", "no_proxy"]],
    later: &[],
    help: Some("a user and a password stand in the URL: http://USER:PASSWORD@HOST:PORT"),
};

/// What `proxy` takes.
const PROXY_FORMS: &str =
    "`none`, http://HOST:PORT, socks5://HOST:PORT, or {url: …, no_proxy: […]}";

impl Tls {
    /// Reads what stands behind `tls`.
    pub fn read(reader: &mut Reader, node: &Node) -> Tls {
        let mut tls = Tls::default();
        let entries = reader.mapping(node, "tls").unwrap_or_default();
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            reader.fault(node.span, "`tls` says nothing").label =
                "write `ca`, `cert` and `key`, or `insecure`".into();
        }
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &TLS_KEYS) {
                Some("ca") => tls.ca = file_name(reader, value, "ca"),
                Some("cert") => tls.cert = file_name(reader, value, "cert"),
                Some("key") => tls.key = file_name(reader, value, "key"),
                Some(_) => tls.insecure = Some(reader.spanned_draft(value)),
                None => {}
            }
        }
        tls.refuse_idle_authority(reader);
        tls
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.spans().next().is_none()
    }

    /// Where what is said stands.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let files = [&self.ca, &self.cert, &self.key].into_iter().flatten();
        files.map(|file| file.span).chain(self.insecure.as_ref().map(|flag| flag.span))
    }

    /// Whoever reads `ca` believes that it counts.
    fn refuse_idle_authority(&self, reader: &mut Reader) {
        let Some(ca) = self.ca.as_ref().filter(|ca| ca.value.is_some()) else { return };
        let insecure = self.insecure.as_ref().map(|flag| &flag.value);
        if matches!(insecure, Some(Draft::Fixed(flag)) if flag == true) {
            reader.fault(ca.span, "`ca` has no use beside `insecure: true`").label =
                "no certificate is checked then: write one of them".into();
        }
    }
}

fn file_name(reader: &mut Reader, node: &Node, key: &str) -> Option<FileName> {
    if matches!(node.value, Value::Null) {
        return Some(Spanned::new(None, node.span));
    }
    if let Some(text) = node.as_text().filter(|text| text.contains("-----BEGIN ")) {
        let what = if text.contains("PRIVATE") { "a key" } else { "a certificate" };
        let fault = reader.fault(node.span, format!("`{key}` takes the path of a file"));
        fault.label = format!("found {what} itself");
        fault.helps.push("write it to a file in the project, and its path here".into());
        return None;
    }
    Some(Spanned::new(Some(reader.template(node, key)?), node.span))
}

impl Proxy {
    /// Reads what stands behind `proxy`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Proxy> {
        match &node.value {
            Value::Text(_) => {
                let url = reader.native_template(node, "proxy")?;
                Some(Proxy { url, no_proxy: Vec::new() })
            }
            Value::Map(entries) if !entries.is_empty() => {
                let (mut url, mut no_proxy, mut unread) = (None, Vec::new(), false);
                for entry in entries {
                    match reader.key(entry, entries, &PROXY_KEYS) {
                        Some("url") => {
                            url = reader.native_template(&entry.value, "url");
                            unread |= url.is_none();
                        }
                        Some(_) => no_proxy = exceptions(reader, &entry.value),
                        None => unread = true,
                    }
                }
                if url.is_none() && !unread {
                    reader.fault(node.span, "a `proxy` without `url`").label =
                        "say where it stands".into();
                }
                Some(Proxy { url: url?, no_proxy })
            }
            _ => {
                reader.unexpected(node, "proxy", PROXY_FORMS);
                None
            }
        }
    }
}

fn exceptions(reader: &mut Reader, node: &Node) -> Vec<Spanned<Template>> {
    let items = reader.list(node, "no_proxy").unwrap_or_default();
    items.iter().filter_map(|item| reader.spanned_template(item, "no_proxy")).collect()
}
