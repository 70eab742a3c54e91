//! What junit-report cannot write, added over its output; the one place that does so.
//!
//! junit-report 0.9 knows no totals, no `skipped` count and no `line`, wants a whole report in
//! memory, and writes what does harm: a `package`, which Jenkins puts before the name of the suite,
//! a `hostname` that it makes up, times with a double's digits, and texts as raw CDATA. So it writes the test cases a
//! batch at a time, which [`cases`] takes out of their report, and in the end the suites alone,
//! around which a [`Frame`] puts the counts and the cases.

use std::io::{self, Read, Write};
use std::time::Duration;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::counts::Counts;
use super::rerun::Rerun;

/// What junit-report cannot write of a test case.
#[derive(Debug, Default)]
pub struct Extra {
    /// Its line of the spec.
    pub line: u32,
    /// Its properties, names and values.
    pub properties: Vec<(&'static str, String)>,
    /// Its earlier runs.
    pub reruns: Vec<Rerun>,
}

/// The test cases of a report, in lines of their own, each with what is `extra` about it.
///
/// # Errors
/// The report is not as junit-report writes it.
pub fn cases(xml: &str, extras: &[Extra]) -> io::Result<Vec<u8>> {
    let mut reader = Reader::from_str(xml);
    let mut out = Writer::new(Vec::with_capacity(xml.len() + 32 * extras.len()));
    let mut extras = extras.iter();
    let mut within = false;
    let mut reruns: &[Rerun] = &[];
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Empty(case) if case.name().as_ref() == b"testcase" => {
                let (element, extra) = test_case(&case, extras.next())?;
                match extra.properties.is_empty() && extra.reruns.is_empty() {
                    true => out.write_event(Event::Empty(element))?,
                    false => {
                        let end = element.to_end().into_owned();
                        out.write_event(Event::Start(element))?;
                        write_properties(&mut out, &extra.properties)?;
                        write_reruns(&mut out, &extra.reruns)?;
                        out.write_event(Event::End(end))?;
                    }
                }
                out.get_mut().push(b'\n');
            }
            Event::Start(case) if case.name().as_ref() == b"testcase" => {
                let (element, extra) = test_case(&case, extras.next())?;
                out.write_event(Event::Start(element))?;
                write_properties(&mut out, &extra.properties)?;
                reruns = &extra.reruns;
                within = true;
            }
            Event::End(end) if end.name().as_ref() == b"testcase" => {
                write_reruns(&mut out, std::mem::take(&mut reruns))?;
                out.write_event(Event::End(end))?;
                out.get_mut().push(b'\n');
                within = false;
            }
            Event::Eof => return Ok(out.into_inner()),
            // As one text: some readers take several CDATA sections for a list.
            Event::CData(text) => {
                out.write_event(Event::Text(text.partial_escape().map_err(io::Error::other)?))?;
            }
            // They stand behind the failure, and before the output.
            Event::Start(output) if within && output.name().as_ref() == b"system-out" => {
                write_reruns(&mut out, std::mem::take(&mut reruns))?;
                out.write_event(Event::Start(output))?;
            }
            event if within => out.write_event(event)?,
            _ => {}
        }
    }
}

fn write_reruns(out: &mut Writer<impl Write>, reruns: &[Rerun]) -> io::Result<()> {
    reruns.iter().try_for_each(|rerun| rerun.write(out))
}

fn write_properties(
    out: &mut Writer<impl Write>,
    properties: &[(&'static str, String)],
) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    let list = BytesStart::new("properties");
    out.write_event(Event::Start(list.borrow()))?;
    for (name, value) in properties {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", *name));
        property.push_attribute(("value", value.as_str()));
        out.write_event(Event::Empty(property))?;
    }
    out.write_event(Event::End(list.to_end()))
}

fn test_case<'e>(
    written: &BytesStart,
    extra: Option<&'e Extra>,
) -> io::Result<(BytesStart<'static>, &'e Extra)> {
    let mut element = BytesStart::new("testcase");
    for attribute in written.attributes() {
        let attribute = attribute.map_err(io::Error::other)?;
        match attribute.key.as_ref() {
            b"time" => {
                let time: f64 = text(&attribute)?.parse().map_err(io::Error::other)?;
                element.push_attribute(("time", format!("{time:.3}").as_str()));
            }
            _ => element.push_attribute(attribute),
        }
    }
    let extra = extra.ok_or_else(|| io::Error::other("a test case without a line"))?;
    element.push_attribute(("line", extra.line.to_string().as_str()));
    Ok((element, extra))
}

fn text<'a>(attribute: &'a Attribute) -> io::Result<&'a str> {
    std::str::from_utf8(&attribute.value).map_err(io::Error::other)
}

/// What junit-report cannot write of a suite.
#[derive(Debug)]
pub struct Whole {
    /// How its cases ended.
    pub counts: Counts,
    /// How many bytes they have.
    pub cases: u64,
    /// Its properties, names and values.
    pub properties: Vec<(&'static str, String)>,
}

/// The suites of a report without their cases, and what else stands in it.
pub struct Frame<'r> {
    /// The suites as junit-report writes them.
    pub xml: &'r str,
    /// What the whole is called.
    pub name: &'r str,
    /// How long the run took.
    pub elapsed: Duration,
    /// The counts of all suites.
    pub totals: Counts,
    /// The suites, in the same order.
    pub suites: &'r [Whole],
    /// What the server printed; it stands in the last suite.
    pub printed: Option<&'r str>,
}

impl Frame<'_> {
    /// Writes the whole report, with the test cases of each suite in turn.
    ///
    /// # Errors
    /// It could not be written, or the cases not be read.
    pub fn write(&self, cases: &mut impl Read, out: impl Write) -> io::Result<()> {
        let mut reader = Reader::from_str(self.xml);
        let mut out = Writer::new(out);
        let mut suites = self.suites.iter();
        loop {
            match reader.read_event().map_err(io::Error::other)? {
                Event::Eof => return out.get_mut().write_all(b"\n"),
                Event::Start(root) if root.name().as_ref() == b"testsuites" => {
                    out.write_event(Event::Start(self.root()))?;
                }
                Event::Empty(root) if root.name().as_ref() == b"testsuites" => {
                    out.write_event(Event::Empty(self.root()))?;
                }
                Event::Empty(written) if written.name().as_ref() == b"testsuite" => {
                    let whole =
                        suites.next().ok_or_else(|| io::Error::other("a suite without counts"))?;
                    let element = suite(&written, &whole.counts)?;
                    let end = element.to_end().into_owned();
                    out.write_event(Event::Start(element))?;
                    write_properties(&mut out, &whole.properties)?;
                    out.get_mut().write_all(b"\n")?;
                    let copied = io::copy(&mut cases.by_ref().take(whole.cases), out.get_mut())?;
                    if copied != whole.cases {
                        return Err(io::Error::other("the file of finished cases was cut"));
                    }
                    if let Some(printed) = self.printed.filter(|_| suites.len() == 0) {
                        write_printed(&mut out, printed)?;
                    }
                    out.write_event(Event::End(end))?;
                    out.get_mut().write_all(b"\n")?;
                }
                event @ Event::Decl(_) => {
                    out.write_event(event)?;
                    out.get_mut().write_all(b"\n")?;
                }
                event => out.write_event(event)?,
            }
        }
    }

    fn root(&self) -> BytesStart<'static> {
        let mut element = BytesStart::new("testsuites");
        element.push_attribute(("name", self.name));
        push_counts(&mut element, &self.totals);
        element.push_attribute(("time", seconds(self.elapsed).as_str()));
        element
    }
}

fn write_printed(out: &mut Writer<impl Write>, printed: &str) -> io::Result<()> {
    let element = BytesStart::new("system-err");
    out.write_event(Event::Start(element.borrow()))?;
    out.write_event(Event::Text(BytesText::new(printed)))?;
    out.write_event(Event::End(element.to_end()))?;
    out.get_mut().write_all(b"\n")
}

fn suite(written: &BytesStart, counts: &Counts) -> io::Result<BytesStart<'static>> {
    let mut element = BytesStart::new("testsuite");
    for attribute in written.attributes() {
        let attribute = attribute.map_err(io::Error::other)?;
        if matches!(attribute.key.as_ref(), b"name" | b"timestamp") {
            element.push_attribute(attribute);
        }
    }
    push_counts(&mut element, counts);
    element.push_attribute(("time", seconds(counts.time).as_str()));
    Ok(element)
}

fn push_counts(element: &mut BytesStart, counts: &Counts) {
    let counts = [
        ("tests", counts.tests),
        ("failures", counts.failures),
        ("errors", counts.errors),
        ("skipped", counts.skipped),
    ];
    for (name, count) in counts {
        element.push_attribute((name, count.to_string().as_str()));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
