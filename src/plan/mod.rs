//! What will be sent and what must come back, with nothing left to decide.

pub mod scope;
mod names;
mod generated;
mod frames;
mod rows;
mod fill;
mod fields;
mod bind;
mod attach;
pub mod settings;
pub mod repeat;
pub mod passage;
pub mod credential;
mod tokens;
pub mod token_source;
pub mod cookies;
pub mod multipart;
mod named;
mod body;
mod body_secrets;
mod capture;
mod url;
pub mod origins;
pub mod unused;
pub mod invalid;
pub mod expand;
pub mod units;
pub mod select;
pub mod secrets;
pub mod server;
pub mod probes;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Spanned};
use crate::suite::capture::Capture;
use crate::suite::expect::Expectation;
use crate::template::{Draft, Slot, Template};
use cookies::SentCookies;
use credential::{Credential, Token, TokenId};
use multipart::Part;
use origins::Inherited;
use probes::endpoint::{declare, number, once_an_endpoint};
use probes::{Declared, Endpoint, Enforcement, Probe};
use repeat::{Poll, Retry};
use rows::CutValue;
use secrets::Secrets;
use settings::StepSettings;

/// A run, in the order in which it is started and reported.
#[derive(Debug, Default)]
pub struct Plan {
    /// The cases; a report shows them in this order.
    pub cases: Vec<Case>,
    /// The tokens that the cases name.
    pub tokens: Vec<Token>,
    /// How many files have a set-up or a tear-down.
    pub sites: usize,
    /// Whether anything in it makes its value during the run.
    pub generates: bool,
}

/// One run of a test.
#[derive(Debug)]
pub struct Case {
    /// The file it stands in.
    pub file: Arc<SpecFile>,
    /// Its name, unique in the file.
    pub name: Box<str>,
    /// What its generated values hang on: the same for the same file and name.
    pub identity: u64,
    /// The line and column where it begins.
    pub line: u32,
    /// The column where it begins.
    pub column: u32,
    /// The last line of it.
    pub last_line: u32,
    /// What it can be selected by.
    pub tags: Arc<[Box<str>]>,
    /// What it does.
    pub work: Work,
    /// What its control, or its only request, sends a bearer token to, if it does.
    pub endpoint: Option<Arc<Endpoint>>,
    /// What the steps of a test of several send a bearer token to, and those around the tests of
    /// its file.
    pub sends_to: Option<Arc<[Endpoint]>>,
    /// What is proven with it, of a control and of its probes.
    pub enforced: Option<Arc<Enforcement>>,
    /// Whether it is no test, but what is done once before or after all tests of its file. It is
    /// told about only when it does not hold.
    pub around: Option<Stage>,
    /// Where the row of `data` or `matrix` stands that it is for, of a test that has such.
    pub row: Option<Place>,
    /// What its name shows of values that it does not show whole.
    pub cut: Option<Arc<[CutValue]>>,
    /// Which settings it inherits, and where they stand.
    pub inherited: Arc<[Inherited]>,
}

/// A spec file, as far as cases and reports need it.
#[derive(Clone, Debug)]
pub struct SpecFile {
    /// Its text.
    pub source: Arc<Source>,
    /// What it calls itself.
    pub name: String,
    /// Whether its cases run one after another.
    pub serial: bool,
    /// Its tokens as positions in [`Plan::tokens`], by [`TokenId`].
    pub tokens: Vec<usize>,
    /// Which of the files it is that something is done around, counted from 0; see [`Plan::sites`].
    pub site: Option<usize>,
}

/// What a case does.
#[derive(Debug)]
pub enum Work {
    /// Takes its steps in order, up to the first that does not hold; then those that clean up.
    Steps(Box<[Step]>),
    /// Sends the request of the control before it in a wrong way.
    Probe(&'static Probe),
    /// Is not run, for the reason given in the spec.
    Skip(Box<str>),
    /// Cannot be run: the environment lacks what it needs, or gives what does not do.
    Unset(Vec<Diagnostic>),
    /// Cannot be run: a file that it needs cannot be used.
    Unready(Vec<Diagnostic>),
    /// Stands for a file that is no valid spec, because of these.
    Invalid(Vec<Diagnostic>),
}

/// The part of a case that a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It prepares: where it does not hold, nothing is judged.
    Setup,
    /// It is what the case is about.
    Main,
    /// It cleans up, whatever came of the others.
    Teardown,
}

/// A request and what must come back, all names bound.
#[derive(Debug)]
pub struct Step {
    /// Which part of its case it belongs to; a case has those of one part together, in this order.
    pub stage: Stage,
    /// Its position among the steps of its case, counted from 0.
    pub number: u32,
    /// What it sends that is secret, and made during the run.
    pub secrets: Box<[Template]>,
    /// What messages call it; `None` for the only step of a case.
    pub name: Option<Box<str>>,
    /// How long to wait before it is sent.
    pub pause: Duration,
    /// Where the request stands.
    pub place: Place,
    /// Where the fragment is used that it stands in, and so on up to the test: the nearest first.
    pub via: Arc<[Place]>,
    /// The method.
    pub method: Box<str>,
    /// The URL, or the path behind the base URL.
    pub url: Template,
    /// Its cookies.
    pub cookies: SentCookies,
    /// The body.
    pub body: Option<Arc<Body>>,
    /// How it authenticates.
    pub credential: Credential,
    /// What it shares with its neighbours.
    pub settings: Arc<StepSettings>,
    /// What must come back.
    pub expectations: Arc<[Expectation]>,
    /// What the later steps know of the response.
    pub captures: Box<[Captured]>,
    /// Whether it is repeated until it holds, and for how long.
    pub poll: Option<Box<Poll>>,
}

impl Step {
    /// The URL that it asks for, as far as it is known before the run: the rest as it is written.
    pub fn address(&self) -> String {
        let url = self.url.written();
        let base = self.settings.base_url.as_ref().filter(|_| url.starts_with('/'));
        let base = base.map_or_else(String::new, Template::written);
        format!("{}{url}", base.strip_suffix('/').unwrap_or(&base))
    }
}

/// A part of a response and the slot of the value, all names bound.
#[derive(Debug)]
pub struct Captured {
    /// Where later steps find it.
    pub slot: Slot,
    /// What is captured.
    pub capture: Capture,
    /// Whether its name, or what is done with it, says that it is a secret.
    pub is_sensitive: bool,
}

/// The most bytes that a body file may have: each worker holds one in memory.
pub const LARGEST_BODY_FILE: u64 = 32 << 20;

/// A body, all names bound.
#[derive(Clone, Debug)]
pub enum Body {
    /// Sent as compact JSON.
    Json(JsonText),
    /// A GraphQL request, sent as compact JSON.
    Graphql {
        /// What is sent.
        message: JsonText,
        /// Whether it changes nothing.
        only_reads: bool,
    },
    /// Sent URL-encoded.
    Form(Vec<(Template, Template)>),
    /// Sent as `multipart/form-data`.
    Multipart(Vec<Part>),
    /// Sent as it is.
    Text(Template),
    /// The bytes of a file, by its path from the working directory.
    File(Spanned<Template>),
    /// Sent as they are.
    Bytes(Arc<[u8]>),
}

/// A text of JSON.
#[derive(Clone, Debug)]
pub enum JsonText {
    /// Written out: all of it is known before the run. As a tree it takes ten times the memory.
    Written(Box<str>),
    /// With what only the run knows.
    Draft(Draft),
}

impl From<Draft> for JsonText {
    fn from(draft: Draft) -> JsonText {
        match draft {
            Draft::Fixed(value) => JsonText::Written(value.to_string().into()),
            draft => JsonText::Draft(draft),
        }
    }
}

/// The plan of one file, not yet part of a whole.
#[derive(Debug, Default)]
pub struct FilePlan {
    /// The cases.
    pub cases: Vec<Case>,
    /// The tokens that they name, by [`TokenId`].
    pub tokens: Vec<Token>,
    /// Every fault and warning of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the definitions stand that it uses, those of the project file among them.
    pub used: HashSet<scope::Place>,
    /// The names given with `--var` that it uses.
    pub used_vars: Vec<String>,
    /// Where its tests go, and the methods that they use there.
    pub declared: HashSet<(Box<str>, Declared)>,
    /// The values in it that must not be shown, as far as they are known before the run.
    pub secrets: Secrets,
    /// Whether anything in it makes its value during the run.
    pub generates: bool,
}

impl FilePlan {
    /// Whether the file cannot be used.
    pub fn is_invalid(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.work, Work::Invalid(_)))
    }
}

impl Plan {
    /// Puts the plans of all files together. A token that several files name the same way, at the
    /// same place of the project file, becomes one.
    pub fn merge(files: Vec<FilePlan>) -> Plan {
        let mut plan = Plan::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut declared = HashSet::new();
        for file in files {
            declared.extend(file.declared);
            plan.generates |= file.generates;
            let tokens: Vec<usize> = file
                .tokens
                .into_iter()
                .map(|token| {
                    *known.entry(token.identity()).or_insert_with(|| {
                        plan.tokens.push(token);
                        plan.tokens.len() - 1
                    })
                })
                .collect();
            plan.adopt(file.cases, tokens);
        }
        once_an_endpoint(&mut plan.cases);
        declare(&plan.cases, &declared);
        number(&plan.cases);
        plan
    }

    /// All cases of a file share one [`SpecFile`]; this is where it learns its tokens.
    fn adopt(&mut self, mut cases: Vec<Case>, tokens: Vec<usize>) {
        let Some(first) = cases.first() else { return };
        let file = Arc::new(SpecFile {
            source: first.file.source.clone(),
            name: first.file.name.clone(),
            serial: first.file.serial,
            tokens,
            site: cases.iter().any(|case| case.around.is_some()).then(|| {
                self.sites += 1;
                self.sites - 1
            }),
        });
        for case in &mut cases {
            case.file = file.clone();
        }
        self.cases.extend(cases);
    }
}

impl Case {
    /// `path:line`, which selects it again.
    pub fn address(&self) -> String {
        match self.around {
            // It is run with the tests that it is done around.
            Some(_) => self.file.source.path().to_owned(),
            None => format!("{}:{}", self.file.source.path(), self.line),
        }
    }

    /// Whether it is a test of a spec, run or not: no probe, no set-up, no file that is none.
    pub fn is_test(&self) -> bool {
        self.around.is_none() && !matches!(self.work, Work::Probe(_) | Work::Invalid(_))
    }

    /// Where it stands that its requests take any certificate of a server, if they do.
    pub fn insecure(&self) -> Option<&Place> {
        self.steps().iter().find_map(|step| step.settings.passage.insecure.as_ref())
    }

    /// The step whose wrong forms are its probes, if it has such.
    pub fn control(&self) -> Option<&Step> {
        self.steps().get(self.enforced.as_ref()?.at)
    }

    /// Its steps; none for one that is not run.
    pub fn steps(&self) -> &[Step] {
        match &self.work {
            Work::Steps(steps) => steps,
            _ => &[],
        }
    }

    /// How often it is run again when it does not pass. All of its steps say the same.
    pub fn retry(&self) -> Retry {
        self.steps().first().map(|step| step.settings.retry).unwrap_or_default()
    }

    /// The token that a step names.
    pub fn token(&self, id: TokenId) -> usize {
        self.file.tokens[id.0 as usize]
    }
}
