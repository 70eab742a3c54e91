//! `retry`: how often a test that does not pass is run again.

use super::reader::{Keys, Reader};
use super::tree::{Node, Value};
use crate::source::Spanned;
use crate::template::Draft;

/// What stands behind `retry`.
#[derive(Clone, Debug)]
pub struct Retry {
    /// How many more runs there are at most.
    pub times: Spanned<Draft>,
    /// The time before the first of them, if it is said.
    pub delay: Option<Spanned<Draft>>,
    /// By what the time grows before each further one, if it is said.
    pub backoff: Option<Spanned<Draft>>,
}

const KEYS: Keys = Keys {
    what: "a key of `retry`",
    known: &[&["times", "delay", "backoff"]],
    later: &[],
    help: None,
};

impl Retry {
    /// Whether it says that nothing is run again.
    pub fn is_none(&self) -> bool {
        matches!(&self.times.value, Draft::Fixed(times) if times == 0)
    }

    /// Reads what stands behind `retry`: a number, or a mapping. `None`, and a fault, where that is
    /// neither.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Retry> {
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::List(_) => {
                reader.unexpected(node, "retry", "a number, or {times: 2, delay: 1s, backoff: 2}");
                return None;
            }
            _ => {
                let times = reader.spanned_draft(node);
                return Some(Retry { times, delay: None, backoff: None });
            }
        };
        let (mut times, mut delay, mut backoff, mut unread) = (None, None, None, false);
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some("times") => times = Some(reader.spanned_draft(&entry.value)),
                Some("delay") => delay = Some(reader.spanned_draft(&entry.value)),
                Some(_) => backoff = Some((entry.key.span, reader.spanned_draft(&entry.value))),
                None => unread = true,
            }
        }
        if times.is_none() && !unread {
            let fault = reader.fault(node.span, "a `retry` without `times`");
            fault.label = "say how many more runs there may be, such as `times: 2`".into();
        }
        if let Some((key, _)) = backoff.as_ref().filter(|_| delay.is_none() && !unread) {
            reader.fault(*key, "`backoff` without `delay`").label =
                "it makes the delay grow, and there is none: add `delay: 1s`".into();
        }
        Some(Retry { times: times?, delay, backoff: backoff.map(|(_, value)| value) })
    }
}
