//! The routes of a run: the files of `tls` read once, before the first request.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::http::client::certificates;
use crate::http::proxy::Proxy;
use crate::http::route::{Certificate, Identity, Route, Tls};
use crate::plan::passage::{NamedFile, Passage};
use crate::plan::probes::{Extras, KeySource};
use crate::plan::token_source::Origin;
use crate::plan::{Case, FilePlan, Step, Work};

/// The largest file of certificates or of a key, in bytes.
const LARGEST: u64 = 4 << 20;

/// The routes that are known so far. What goes the same way has the same route.
pub struct Routes<'r> {
    /// The folder that the files must stay in, without links.
    root: Option<&'r Path>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    routes: HashMap<Way, Result<Arc<Route>, Fault>>,
    /// How many there are, those of redirects to other origins among them.
    count: usize,
}

/// What tells routes apart.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Way {
    ca: Option<Box<str>>,
    cert: Option<Box<str>>,
    key: Option<Box<str>>,
    insecure: bool,
    proxy: Option<Proxy>,
    socket: Option<Box<str>>,
}

/// The requests that probes take besides that of their control.
fn requests_of(extras: &Extras) -> impl Iterator<Item = &Step> {
    let key_set = match &extras.key {
        Some(KeySource::Set(step)) => Some(&**step),
        Some(KeySource::File(_)) | None => None,
    };
    extras.revoke.as_deref().into_iter().chain(key_set)
}

/// A file that cannot be used.
#[derive(Clone)]
struct Fault {
    part: Part,
    reason: String,
}

/// A file of `tls`.
#[derive(Clone, Copy)]
enum Part {
    Ca,
    Cert,
    Key,
}

impl<'r> Routes<'r> {
    /// The default route alone.
    pub fn new(root: Option<&'r Path>) -> Routes<'r> {
        let way = Way::default();
        let routes = HashMap::from([(way, Ok(Arc::default()))]);
        Routes { root, known: Mutex::new(Known { routes, count: 1 }) }
    }

    /// How many routes there are.
    pub fn count(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// Gives all requests of a file their routes. A file that cannot be used stops its cases before
    /// the first request.
    pub fn lay(&self, plan: &mut FilePlan) {
        for token in &plan.tokens {
            if let Origin::Request(source) = &token.origin {
                self.lay_step(&source.step);
            }
        }
        for case in &mut plan.cases {
            self.lay_case(case);
        }
    }

    fn lay_case(&self, case: &mut Case) {
        let Work::Steps(steps) = &case.work else { return };
        let beside = case.enforced.iter().flat_map(|enforced| requests_of(&enforced.extras));
        let all = steps.iter().chain(beside);
        let mut faults: Vec<Diagnostic> = all.filter_map(|step| self.lay_step(step)).collect();
        faults.dedup_by_key(|fault| fault.place.to_string());
        if !faults.is_empty() {
            case.work = Work::Unready(faults);
        }
    }

    fn lay_step(&self, step: &Step) -> Option<Diagnostic> {
        let passage = &step.settings.passage;
        if matches!(passage.route.get(), Some(Ok(_))) {
            return None;
        }
        let route = self.route(passage);
        let fault = route.as_ref().err().map(|fault| fault.diagnostic(passage));
        let route = route.map_err(|fault| {
            let path = fault.part.file(passage).map_or("", |file| &file.path);
            format!("the file {path} of `tls` cannot be used: {}", fault.reason)
        });
        // Many steps share a passage: it has its route already then, the same.
        let _ = passage.route.set(route);
        fault
    }

    fn route(&self, passage: &Passage) -> Result<Arc<Route>, Fault> {
        let path = |file: &Option<NamedFile>| file.as_ref().map(|file| file.path.clone());
        let way = Way {
            ca: path(&passage.ca),
            cert: path(&passage.cert),
            key: path(&passage.key),
            insecure: passage.insecure.is_some(),
            proxy: passage.proxy.clone(),
            socket: path(&passage.socket),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.routes.get(&way) {
            return route.clone();
        }
        let tls = self.tls(passage);
        let route = tls.map(|tls| known.new_route(tls, &way));
        known.routes.insert(way, route.clone());
        route
    }

    fn tls(&self, passage: &Passage) -> Result<Tls, Fault> {
        let authorities = match &passage.ca {
            None => None,
            Some(file) => {
                let read = self.text(file).and_then(|pem| certificates::authorities(&pem));
                Some(read.map_err(|reason| Fault { part: Part::Ca, reason })?)
            }
        };
        let identity = match &passage.cert {
            None => None,
            Some(file) => Some(Arc::new(self.identity(file, passage.key.as_ref())?)),
        };
        Ok(Tls { authorities, identity, insecure: passage.insecure.is_some() })
    }

    fn identity(&self, cert: &NamedFile, key: Option<&NamedFile>) -> Result<Identity, Fault> {
        let of_cert = |reason| Fault { part: Part::Cert, reason };
        let pem = self.text(cert).map_err(of_cert)?;
        let chain: Vec<Certificate> = certificates::certificates(&pem).map_err(of_cert)?;
        let Some(key) = key else {
            return certificates::identity(chain, &pem).map_err(|reason| {
                of_cert(format!("{reason}; the file with its key may stand under `key`"))
            });
        };
        let of_key = |reason| Fault { part: Part::Key, reason };
        let pem = self.text(key).map_err(of_key)?;
        certificates::identity(chain, &pem).map_err(of_key)
    }

    /// The text of a file, which stays inside the project: a spec from elsewhere must not name what
    /// it likes.
    fn text(&self, file: &NamedFile) -> Result<String, String> {
        let real = Path::new(&*file.path).canonicalize().map_err(|e| discover::reason(&e))?;
        if self.root.is_some_and(|root| !real.starts_with(root)) {
            return Err("files of `tls` stay inside the project directory".into());
        }
        let about = real.metadata().map_err(|error| discover::reason(&error))?;
        if !about.is_file() || about.len() > LARGEST {
            return Err("this is no file of certificates or keys".into());
        }
        let bytes = std::fs::read(&real).map_err(|error| discover::reason(&error))?;
        String::from_utf8(bytes).map_err(|_| "it is not PEM, which is text: convert it".into())
    }
}

impl Known {
    fn new_route(&mut self, tls: Tls, way: &Way) -> Arc<Route> {
        let socket = way.socket.as_deref().map(PathBuf::from);
        let abroad = (tls.identity.is_some() || socket.is_some()).then(|| {
            let tls = Tls { identity: None, ..tls.clone() };
            let (index, proxy) = (self.next(), way.proxy.clone());
            Arc::new(Route { index, tls, proxy, socket: None, abroad: None })
        });
        Arc::new(Route { index: self.next(), tls, proxy: way.proxy.clone(), socket, abroad })
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }
}

impl Part {
    fn file(self, passage: &Passage) -> Option<&NamedFile> {
        match self {
            Part::Ca => passage.ca.as_ref(),
            Part::Cert => passage.cert.as_ref(),
            Part::Key => passage.key.as_ref(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Part::Ca => "ca",
            Part::Cert => "cert",
            Part::Key => "key",
        }
    }
}

impl Fault {
    fn diagnostic(&self, passage: &Passage) -> Diagnostic {
        let Some(NamedFile { path, place }) = self.part.file(passage) else {
            unreachable!("a part that is at fault is a file of the passage")
        };
        let title = format!("the file {path} of `{}` cannot be used", self.part.name());
        Diagnostic::error(&place.source, place.span, title).label(self.reason.clone())
    }
}
