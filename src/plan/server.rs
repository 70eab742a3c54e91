//! The program that serves the API during the run, all names bound but its own port and URL.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use super::scope::{self, Binder, Inputs, of_project};
use super::secrets::Secrets;
use super::settings::typed;
use crate::diagnostic::Diagnostic;
use crate::secret::names::sounds_secret;
use crate::source::{Place, Span, Spanned};
use crate::suite::project::Project;
use crate::suite::server::{PORT_GROUP, Ready as WrittenReady, Server, ServerCommand};
use crate::template::{Draft, Name, Part, Template, Variable, as_text};

/// A program that serves the API.
#[derive(Debug)]
pub struct ServerPlan {
    /// Where its command stands.
    pub place: Place,
    /// The program and its arguments.
    pub command: Vec<Template>,
    /// Variables of its environment; without a value, one is taken away.
    pub env: Vec<(String, Option<Template>)>,
    /// The folder it runs in, from that of the project file.
    pub folder: String,
    /// What `${server.url}` stands for.
    pub url: Template,
    /// Where it listens.
    pub port: Port,
    /// How it is known that it serves.
    pub ready: Ready,
    /// How long that may take.
    pub timeout: Duration,
    /// How long it may take to end when it is asked to.
    pub grace: Duration,
    /// Whether one that already answers is used instead.
    pub reuse: bool,
}

/// Where a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// On this port.
    Fixed(u16),
    /// On a free one that is chosen for it.
    Chosen,
    /// On one that it takes itself, and prints.
    Told,
}

/// How it is known that a server serves.
#[derive(Clone, Debug)]
pub enum Ready {
    /// It answers at `/`, whatever it says there.
    Answers,
    /// It answers at this path with a 2xx.
    Path(Template),
    /// It prints a line that this matches; its group `port` is the port, if it has one.
    Log(Arc<Regex>),
}

/// The server of a project, and what binding it brought up.
#[derive(Debug, Default)]
pub struct BoundServer {
    /// Where its command stands.
    pub place: Option<Place>,
    /// The server; `None` where there is none, or it cannot be started as it is written.
    pub plan: Option<ServerPlan>,
    /// What is wrong with it.
    pub faults: Vec<Diagnostic>,
    /// What the environment lacks; it matters only when the server is needed.
    pub missing: Vec<Diagnostic>,
    /// Where the definitions stand that it uses.
    pub used: HashSet<scope::Place>,
    /// The names given with `--var` that it uses.
    pub used_vars: HashSet<String>,
    /// The values in it that must not be shown.
    pub secrets: Secrets,
    /// Whether anything in it makes its value during the run.
    pub generates: bool,
}

/// Binds the server of a project, if that is a program.
pub fn bind(project: &Project, inputs: &Inputs) -> BoundServer {
    let Some(Server::Command(written)) = &project.server else { return BoundServer::default() };
    let mut binder = Binder::new(inputs, of_project(project).collect());
    let plan = ServerBinder { binder: &mut binder, project, written }.bind();
    let sound = binder.faults.is_empty() && binder.missing.is_empty();
    BoundServer {
        place: Some(Place::new(&project.source, written.span)),
        plan: plan.filter(|_| sound),
        faults: binder.faults,
        missing: binder.missing,
        used: binder.used,
        used_vars: binder.used_vars,
        secrets: binder.secrets,
        generates: binder.generates,
    }
}

struct ServerBinder<'b, 's> {
    binder: &'b mut Binder<'s>,
    project: &'s Project,
    written: &'s ServerCommand,
}

impl ServerBinder<'_, '_> {
    fn bind(&mut self) -> Option<ServerPlan> {
        let source = &self.project.source;
        let written = self.written;
        let command: Vec<Template> =
            written.command.iter().map(|word| self.binder.template(word, source)).collect();
        let env: Vec<_> = written.env.iter().filter_map(|pair| self.variable(pair)).collect();
        let port = self.port();
        let url = self.url();
        let ready = self.ready();
        let reuse = written.reuse.as_ref().and_then(|reuse| {
            typed(self.binder, reuse, source, Value::as_bool, "`reuse` takes true or false")
        });
        let folder = written.cwd.as_ref().map(|cwd| self.folder(cwd));
        self.refuse_port(port?, &command, &env, reuse == Some(true));
        Some(ServerPlan {
            place: Place::new(source, written.span),
            command,
            env,
            folder: folder.unwrap_or_default(),
            url,
            port: port?,
            ready,
            timeout: written.timeout,
            grace: written.grace,
            reuse: reuse.unwrap_or(false),
        })
    }

    fn variable(
        &mut self,
        (name, value): &(Spanned<String>, Spanned<Draft>),
    ) -> Option<(String, Option<Template>)> {
        let source = &self.project.source;
        let value = match self.binder.draft(&value.value, source) {
            Draft::Fixed(Value::Null) => None,
            Draft::Fixed(fixed) => match as_text(&fixed) {
                Some(text) => Some(Template::Fixed(text.into())),
                None => {
                    let title = format!("`{}` stands for a list or a mapping", name.value);
                    self.binder.fault(source, value.span, title).label =
                        "a variable of the environment is a text".into();
                    return None;
                }
            },
            Draft::Text(template) => Some(template),
            // They were refused when they were read.
            Draft::List(_) | Draft::Map(_) => return None,
        };
        if let Some(text) = value.as_ref().and_then(Template::as_fixed)
            && sounds_secret(&name.value)
        {
            self.binder.learn(text, source, name.span);
        }
        Some((name.value.clone(), value))
    }

    fn port(&mut self) -> Option<Port> {
        let source = &self.project.source;
        let told = match &self.written.ready {
            WrittenReady::Log(regex) => {
                regex.value.capture_names().flatten().any(|name| name == PORT_GROUP)
            }
            WrittenReady::Answers | WrittenReady::Path(_) => false,
        };
        let Some(written) = &self.written.port else {
            return Some(if told { Port::Told } else { Port::Chosen });
        };
        if told {
            let title = "`port` beside a `log` that says the port";
            self.binder.fault(source, written.span, title).label =
                "one of them says where the server listens".into();
            return None;
        }
        let read = |value: &Value| u16::try_from(value.as_u64()?).ok().filter(|port| *port > 0);
        let takes = "`port` takes a number from 1 to 65535";
        typed(self.binder, written, source, read, takes).map(Port::Fixed)
    }

    fn url(&mut self) -> Template {
        let source = &self.project.source;
        let Some(written) = &self.written.url else { return loopback() };
        let url = self.binder.template(&written.value, source);
        if url.variables().any(|variable| variable.name == Name::ServerUrl) {
            self.binder
                .fault(source, written.span, "`url` of the server stands for itself")
                .label = "write for example http://localhost:${server.port}".into();
        }
        url
    }

    fn ready(&mut self) -> Ready {
        match &self.written.ready {
            WrittenReady::Answers => Ready::Answers,
            WrittenReady::Log(regex) => Ready::Log(regex.value.clone()),
            WrittenReady::Path(path) => {
                let bound = self.binder.template(&path.value, &self.project.source);
                let begins = match &bound {
                    Template::Fixed(text) => text.starts_with('/'),
                    Template::Parts(parts) => {
                        matches!(parts.first(), Some(Part::Text(text)) if text.starts_with('/'))
                    }
                };
                if !begins {
                    let title = "`ready` takes a path that begins with `/`";
                    let fault = self.binder.fault(&self.project.source, path.span, title);
                    fault.label = "`${server.url}` stands before it".into();
                }
                Ready::Path(bound)
            }
        }
    }

    fn folder(&mut self, cwd: &Spanned<Template>) -> String {
        let source = &self.project.source;
        match self.binder.template(&cwd.value, source) {
            Template::Fixed(folder) => folder.into(),
            Template::Parts(_) => {
                let title = "`cwd` must be known before the server starts";
                self.binder.fault(source, cwd.span, title).label = "write the folder itself".into();
                String::new()
            }
        }
    }

    /// A port that nobody can know, or that nobody tells the server.
    fn refuse_port(
        &mut self,
        port: Port,
        command: &[Template],
        env: &[(String, Option<Template>)],
        reuse: bool,
    ) {
        let source = &self.project.source;
        let texts = command.iter().chain(env.iter().filter_map(|(_, value)| value.as_ref()));
        let named = texts.flat_map(Template::variables).next();
        match (port, named) {
            (Port::Told, Some(variable)) => {
                let title = format!("`{}` before the server has said it", variable.written());
                self.binder.fault(source, variable.span, title).label =
                    "the line that `ready` waits for tells the port, once it runs".into();
            }
            (Port::Chosen, None) if !self.written.broken => {
                let fault = self.binder.fault(
                    source,
                    self.written.span,
                    "nothing tells the server its port",
                );
                fault.label = "a free port is chosen for it".into();
                fault.helps.extend([
                    "write `${server.port}` where it takes its port, here or in `env`".to_owned(),
                    "or say which it has: `port: 8080`".to_owned(),
                    "or where it prints that: `ready: {log: 'listening on .*:(?<port>\\d+)'}`"
                        .to_owned(),
                ]);
            }
            _ => {}
        }
        if let Some(written) = self.written.reuse.as_ref().filter(|_| reuse)
            && !matches!(port, Port::Fixed(_))
        {
            let fault =
                self.binder.fault(source, written.span, "`reuse` needs a `port` of its own");
            fault.label = "nothing answers yet on a port that is chosen for each run".into();
            fault.helps.push("add for example `port: 8080`".into());
        }
    }
}

fn loopback() -> Template {
    let port = Variable { name: Name::ServerPort, span: Span::default() };
    Template::Parts(Box::new([Part::Text("http://127.0.0.1:".into()), Part::Variable(port)]))
}
