//! The earlier runs of a case, as surefire writes them and Jenkins and others read them: of one
//! that passed in the end `<flakyFailure>` and `<flakyError>`, else `<rerunFailure>` and
//! `<rerunError>`.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesStart, BytesText, Event};

/// An earlier run, made harmless and cut to size.
#[derive(Debug, PartialEq, Eq)]
pub struct Rerun {
    /// The name of its element.
    pub element: &'static str,
    /// The type, in two words.
    pub kind: String,
    /// Why it did not pass, in one line.
    pub message: String,
    /// What did not hold, at its lines.
    pub body: String,
}

impl Rerun {
    /// Writes it as an element of a `<testcase>`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, out: &mut Writer<impl Write>) -> io::Result<()> {
        let mut element = BytesStart::new(self.element);
        element.push_attribute(("message", self.message.as_str()));
        element.push_attribute(("type", self.kind.as_str()));
        let trace = BytesStart::new("stackTrace");
        out.write_event(Event::Start(element.borrow()))?;
        out.write_event(Event::Start(trace.borrow()))?;
        out.write_event(Event::Text(BytesText::new(&self.body)))?;
        out.write_event(Event::End(trace.to_end()))?;
        out.write_event(Event::End(element.to_end()))
    }
}
