//! What a file may cost: its size, once its aliases are written out, and its depth.

use super::Value;

/// How deep lists and mappings may be nested.
pub(super) const MAX_DEPTH: usize = 128;
/// How many values a file may have, each anchor and alias counted as the values that it repeats.
const MAX_NODES: usize = 200_000;
/// How many aliases a file may have.
const MAX_ALIASES: usize = 1_000;
/// How many bytes of text anchors and aliases may repeat.
const MAX_REPEATED_BYTES: usize = 16 << 20;

/// What was used up so far. Each method returns the title of a fault when a limit is passed.
#[derive(Default)]
pub(super) struct Spent {
    nodes: usize,
    aliases: usize,
    repeated_bytes: usize,
}

/// What a value holds, itself included.
pub(super) struct Weight {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Spent {
    pub(super) fn node(&mut self) -> Result<(), String> {
        self.nodes += 1;
        self.check()
    }

    /// A value that is copied and will stand `depth` levels deep.
    pub(super) fn copy(&mut self, weight: &Weight, depth: usize) -> Result<(), String> {
        if depth + weight.depth > MAX_DEPTH {
            return Err(too_deep());
        }
        self.nodes += weight.nodes;
        self.repeated_bytes += weight.bytes;
        self.check()
    }

    pub(super) fn alias(&mut self) -> Result<(), String> {
        self.aliases += 1;
        self.check()
    }

    fn check(&self) -> Result<(), String> {
        if self.nodes > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values in one file, aliases written out"));
        }
        if self.aliases > MAX_ALIASES {
            return Err(format!("more than {MAX_ALIASES} aliases in one file"));
        }
        if self.repeated_bytes > MAX_REPEATED_BYTES {
            return Err(format!("aliases repeat more than {} MiB", MAX_REPEATED_BYTES >> 20));
        }
        Ok(())
    }
}

impl Weight {
    pub(super) fn of(value: &Value) -> Weight {
        let mut weight = Weight { nodes: 0, bytes: 0, depth: 0 };
        let mut rest = vec![(value, 0)];
        while let Some((value, depth)) = rest.pop() {
            weight.nodes += 1;
            match value {
                Value::Text(text) => weight.bytes += text.len(),
                Value::List(items) => {
                    weight.depth = weight.depth.max(depth + 1);
                    rest.extend(items.iter().map(|item| (&item.value, depth + 1)));
                }
                Value::Map(entries) => {
                    weight.depth = weight.depth.max(depth + 1);
                    weight.bytes +=
                        entries.iter().map(|entry| entry.key.value.len()).sum::<usize>();
                    rest.extend(entries.iter().map(|entry| (&entry.value.value, depth + 1)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        weight
    }
}

/// The title of the fault of a value below [`MAX_DEPTH`] others.
pub(super) fn too_deep() -> String {
    format!("nested more than {MAX_DEPTH} levels deep")
}
