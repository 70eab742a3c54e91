//! An XML file as a tree, read strictly: what a reader might stumble over fails the test.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element; its text is that of its own, the parts put together.
#[derive(Debug, Default)]
pub struct Element {
    /// The name.
    pub name: String,
    /// The attributes in order.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text in it.
    pub text: String,
}

impl Element {
    /// The root of a file.
    #[track_caller]
    pub fn parse(xml: &str) -> Element {
        assert!(xml.starts_with(r#"<?xml version="1.0" encoding="utf-8"?>"#), "{xml:.80}");
        let forbidden: Vec<char> = xml.chars().filter(|c| !is_xml_char(*c)).collect();
        assert!(forbidden.is_empty(), "{forbidden:?}");
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().expect("well-formed XML") {
                Event::Decl(_) => {}
                Event::Start(start) => open.push(element(&start)),
                Event::Empty(start) => open.last_mut().unwrap().children.push(element(&start)),
                Event::End(_) => {
                    let closed = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(closed);
                }
                Event::Text(text) => {
                    open.last_mut().unwrap().text += &text.xml10_content().expect("text");
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().expect("a name");
                    let text = resolve_predefined_entity(&name).expect("a known reference");
                    open.last_mut().unwrap().text += text;
                }
                Event::Eof => break,
                other => panic!("unexpected {other:?}"),
            }
        }
        let [top] = &mut open[..] else { panic!("unclosed: {open:?}") };
        assert_eq!(top.children.len(), 1, "one root");
        assert_eq!(top.text.trim(), "", "no text beside the root");
        top.children.remove(0)
    }

    /// The value of an attribute.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> &str {
        let mut named = self.attributes.iter().filter(|(n, _)| n == name);
        let (_, value) = named.next().unwrap_or_else(|| panic!("no {name} in {self:?}"));
        value
    }

    /// The elements in it with this name.
    pub fn named<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

fn element(start: &BytesStart) -> Element {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute, once");
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("a value");
        (text(attribute.key.as_ref()), value.into_owned())
    });
    Element {
        name: text(start.name().as_ref()),
        attributes: attributes.collect(),
        ..Element::default()
    }
}

/// Whether XML 1.0 allows the character, and no terminal obeys it.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}
