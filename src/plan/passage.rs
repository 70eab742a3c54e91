//! How the requests of a step get to their server, as the levels above it say.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::scope::{Binder, Level};
use super::settings::{flag, nearest};
use super::tokens::file;
use crate::auth::credential::basic_pair;
use crate::diagnostic::Diagnostic;
use crate::http::proxy::{Exception, Proxy};
use crate::http::route::Route;
use crate::source::{Place, Source, Spanned};
use crate::suite::tls::{FileName, Proxy as WrittenProxy, Tls};
use crate::template::Template;

/// The TLS settings and the proxy of a step, all names bound.
#[derive(Default)]
pub struct Passage {
    /// The file with the authorities that are trusted.
    pub ca: Option<NamedFile>,
    /// The file with the certificate of the client.
    pub cert: Option<NamedFile>,
    /// The file with the key of that; `None` when it is the same.
    pub key: Option<NamedFile>,
    /// Where it stands that any certificate of a server will do.
    pub insecure: Option<Place>,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// The socket in the file system that takes the place of the server's address.
    pub socket: Option<NamedFile>,
    /// What came of it when the files were read, before the run.
    pub route: OnceLock<Result<Arc<Route>, String>>,
}

/// A file and where it is named.
#[derive(Clone, Debug)]
pub struct NamedFile {
    /// Its path from the working directory.
    pub path: Box<str>,
    /// Where that stands.
    pub place: Place,
}

impl Passage {
    /// The route, once it is known.
    ///
    /// # Errors
    /// Why a file of it cannot be used.
    pub fn route(&self) -> Result<Arc<Route>, String> {
        match self.route.get() {
            Some(route) => route.clone(),
            None if self.is_plain() => Ok(Arc::default()),
            None => Err("the files of `tls` were not read".to_owned()),
        }
    }

    fn is_plain(&self) -> bool {
        let files = [&self.ca, &self.cert, &self.key, &self.socket];
        files.iter().all(|file| file.is_none()) && self.insecure.is_none() && self.proxy.is_none()
    }
}

impl fmt::Debug for Passage {
    /// What is told apart by it: not where it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |file: &Option<NamedFile>| file.as_ref().map(|file| file.path.clone());
        f.debug_struct("Passage")
            .field("ca", &path(&self.ca))
            .field("cert", &path(&self.cert))
            .field("key", &path(&self.key))
            .field("insecure", &self.insecure.is_some())
            .field("proxy", &self.proxy)
            .field("socket", &path(&self.socket))
            .finish_non_exhaustive()
    }
}

/// The passage under these levels, nearest first.
pub fn passage(binder: &mut Binder, levels: &[Level]) -> Passage {
    let insecure = said(levels, |tls| tls.insecure.as_ref()).filter(|(source, _, written)| {
        binder.use_of(source, written.span);
        let takes = "`insecure` takes true or false";
        flag(binder, written, source, takes) == Some(true)
    });
    let insecure = insecure.map(|(source, _, written)| Place::new(source, written.span));
    let ca = said(levels, |tls| tls.ca.as_ref());
    let ca = ca.and_then(|(source, _, written)| named(binder, written, source, "ca"));
    let (cert, key) = identity(binder, levels);
    let proxy = nearest(binder, levels, |s| s.proxy.as_deref(), proxy).flatten();
    let socket = nearest(binder, levels, |s| s.unix_socket.as_ref(), socket).flatten();
    Passage { ca, cert, key, insecure, proxy, socket, route: OnceLock::new() }
}

/// What the nearest level says about a key of `tls`, and how far away it stands.
fn said<'s, T>(
    levels: &[Level<'s>],
    written: impl Fn(&'s Tls) -> Option<&'s T>,
) -> Option<(&'s Arc<Source>, usize, &'s T)> {
    let mut said = levels.iter().enumerate();
    said.find_map(|(distance, level)| {
        Some((level.source, distance, level.settings.tls.as_deref().and_then(&written)?))
    })
}

/// A certificate and its key. Whoever takes the certificate back takes back the key with it.
fn identity(binder: &mut Binder, levels: &[Level]) -> (Option<NamedFile>, Option<NamedFile>) {
    let cert = said(levels, |tls| tls.cert.as_ref());
    let key = said(levels, |tls| tls.key.as_ref());
    let named_key = key.and_then(|(source, _, written)| named(binder, written, source, "key"));
    match cert {
        Some((source, _, written)) if written.value.is_some() => {
            (named(binder, written, source, "cert"), named_key)
        }
        taken_back => {
            let reach = taken_back.map_or(usize::MAX, |(_, distance, _)| distance);
            if let Some((source, distance, written)) = key
                && written.value.is_some()
                && distance <= reach
            {
                binder.fault(source, written.span, "`key` without `cert`").label =
                    "name the file with the certificate that it belongs to".into();
            }
            if let Some((source, _, written)) = taken_back {
                binder.use_of(source, written.span);
            }
            (None, None)
        }
    }
}

fn named(
    binder: &mut Binder,
    written: &FileName,
    source: &Arc<Source>,
    key: &str,
) -> Option<NamedFile> {
    binder.use_of(source, written.span);
    let path = Spanned::new(written.value.clone()?, written.span);
    let path = file(binder, &path, source, &format!("the file of `{key}`"));
    Some(NamedFile { path: path.as_fixed()?.into(), place: Place::new(source, written.span) })
}

fn socket(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
) -> Option<Option<NamedFile>> {
    let mark = binder.mark();
    let bound = binder.known(written, source, "`unix_socket`");
    if &*bound == "none" || !binder.is_sound(mark) {
        return Some(None);
    }
    let path = file(binder, written, source, "`unix_socket`");
    let place = Place::new(source, written.span);
    Some(Some(NamedFile { path: path.as_fixed()?.into(), place }))
}

fn proxy(
    binder: &mut Binder,
    written: &Spanned<WrittenProxy>,
    source: &Arc<Source>,
) -> Option<Option<Proxy>> {
    let WrittenProxy { url, no_proxy } = &written.value;
    let except = no_proxy.iter().filter_map(|host| exception(binder, host, source)).collect();
    let mark = binder.mark();
    let text = binder.known(url, source, "`proxy`");
    if &*text == "none" || !binder.is_sound(mark) {
        return Some(None);
    }
    if let Some((userinfo, _)) = text.rsplit_once('@') {
        let spelled = userinfo.rsplit_once("://").map_or(userinfo, |(_, userinfo)| userinfo);
        let password = spelled.split_once(':').map_or(spelled, |(_, password)| password);
        binder.learn(password, source, url.span);
    }
    match Proxy::parse(&text, except) {
        Ok(proxy) => {
            if let Some(login) = &proxy.login {
                binder.learn(login.password.expose(), source, url.span);
                let pair = basic_pair(&login.username, login.password.expose());
                binder.learn(&pair, source, url.span);
            }
            Some(Some(proxy))
        }
        Err(reason) => {
            let fault = Diagnostic::error(source, url.span, "`proxy` cannot be used");
            binder.blame(mark, fault.label(reason));
            None
        }
    }
}

fn exception(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
) -> Option<Exception> {
    let mark = binder.mark();
    let text = binder.known(written, source, "an entry of `no_proxy`");
    if !binder.is_sound(mark) {
        return None;
    }
    match Exception::parse(&text) {
        Ok(exception) => Some(exception),
        Err(reason) => {
            let fault = Diagnostic::error(source, written.span, "`no_proxy` takes hosts");
            binder.blame(mark, fault.label(reason));
            None
        }
    }
}
