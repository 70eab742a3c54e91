//! Events for the tests of reporters: cases of a spec, and ends that they may have.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Annotation, Severity};
use crate::event::{CaseEnd, Exchange, Failure, Verdict};
use crate::plan::{Case, SpecFile, Work};
use crate::secret::Redactor;
use crate::source::{Place, Source, Span};

/// A spec file.
pub struct Spec {
    file: Arc<SpecFile>,
}

impl Spec {
    /// A file with this text.
    pub fn new(path: &str, text: &str) -> Spec {
        let source = Arc::new(Source::new(path, text));
        let name = path.to_owned();
        Spec {
            file: Arc::new(SpecFile {
                source,
                name,
                serial: false,
                tokens: Vec::new(),
                site: None,
            }),
        }
    }

    /// A case that stands at a line.
    pub fn case(&self, name: &str, line: u32) -> Case {
        Case {
            file: self.file.clone(),
            name: name.into(),
            identity: 0,
            line,
            column: 5,
            last_line: line,
            tags: Arc::new([]),
            work: Work::Skip("never run".into()),
            endpoint: None,
            sends_to: None,
            enforced: None,
            around: None,
            row: None,
            cut: None,
            inherited: Arc::new([]),
        }
    }

    /// An error at the first place of this text in the file.
    pub fn error(&self, at: &str, title: &str, label: &str) -> Annotation {
        let start = self.file.source.text().find(at).expect("a text of the file");
        let place = Place::new(&self.file.source, Span::new(start, start + at.len()));
        Annotation::new(Severity::Error, &place, title, label, &Redactor::default())
    }
}

/// A case that passed after so many milliseconds.
pub fn passed(millis: u64) -> CaseEnd {
    end(Verdict::Passed, millis)
}

/// An end without an exchange.
pub fn end(verdict: Verdict, millis: u64) -> CaseEnd {
    CaseEnd::new(verdict, Duration::from_millis(millis), None)
}

/// A case that failed for these reasons, with an exchange.
pub fn failed(message: &str, annotations: Vec<Annotation>, response: &str) -> CaseEnd {
    let exchange = Exchange {
        sent: true,
        hops: Vec::new(),
        request: "GET /orders HTTP/1.1\nAuthorization: Bearer ***\n".to_owned(),
        response: Some(response.to_owned()),
        before: Vec::new(),
    };
    let failure = failure(message, annotations);
    CaseEnd { exchange: Some(Box::new(exchange)), ..end(Verdict::Failed(failure), 7) }
}

/// Why a case did not pass.
pub fn failure(message: &str, annotations: Vec<Annotation>) -> Box<Failure> {
    Box::new(Failure {
        kind: "status",
        message: message.to_owned(),
        annotations,
        noticed: false,
        repeat: vec!["apitest specs/orders.yaml:4".into(), "curl http://127.0.0.1/orders".into()],
    })
}
