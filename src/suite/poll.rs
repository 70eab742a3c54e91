//! `poll`: for how long, and how often, a request is repeated until its `expect` holds.

use super::reader::{Keys, Reader};
use super::tree::{Node, Value};
use crate::source::Spanned;
use crate::template::Draft;

/// What stands behind `poll`.
#[derive(Clone, Debug)]
pub struct Poll {
    /// The time between two tries, if it is said.
    pub every: Option<Spanned<Draft>>,
    /// The time in which the expectations must hold.
    pub within: Spanned<Draft>,
}

const KEYS: Keys =
    Keys { what: "a key of `poll`", known: &[&["every", "within"]], later: &[], help: None };

impl Poll {
    /// Reads what stands behind `poll`. `None`, and a fault, where that is no poll.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Poll> {
        let Value::Map(entries) = &node.value else {
            let fault = reader.unexpected(node, "poll", "a mapping");
            let time = node.as_text().filter(|text| humantime::parse_duration(text).is_ok());
            fault.helps.push(format!("write `poll: {{within: {}}}`", time.unwrap_or("30s")));
            return None;
        };
        let (mut every, mut within, mut unread) = (None, None, false);
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some("every") => every = Some(reader.spanned_draft(&entry.value)),
                Some(_) => within = Some(reader.spanned_draft(&entry.value)),
                None => unread = true,
            }
        }
        if within.is_none() && !unread {
            let fault = reader.fault(node.span, "a `poll` without `within`");
            fault.label = "say for how long, such as `within: 30s`".into();
        }
        Some(Poll { every, within: within? })
    }
}
