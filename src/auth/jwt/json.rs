//! One member of a JSON object changed in its text, so that all others stay as they were written.

use std::ops::Range;

use serde_json::Value;

/// Gives a member a value: in its place, or at the end. `object` is the text of a JSON object.
pub fn set(object: &str, name: &str, value: &Value) -> String {
    let members = members(object);
    let mut text = object.to_owned();
    let mut found = false;
    // A name that is there twice is one value for its reader: which one, depends on the reader.
    for member in members.iter().rev().filter(|member| member.name == name) {
        text.replace_range(member.value.clone(), &value.to_string());
        found = true;
    }
    if !found && let Some(end) = text.rfind('}') {
        let comma = if members.is_empty() { "" } else { "," };
        text.insert_str(end, &format!("{comma}{}:{value}", Value::from(name)));
    }
    text
}

/// Takes a member out, with the comma that parted it from another.
pub fn without(object: &str, name: &str) -> String {
    let members = members(object);
    let kept = members.iter().filter(|member| member.name != name);
    if kept.clone().count() == members.len() {
        return object.to_owned();
    }
    let kept: Vec<&str> = kept.map(|member| &object[member.whole.clone()]).collect();
    format!("{{{}}}", kept.join(","))
}

struct Member {
    name: String,
    value: Range<usize>,
    /// From the name to the value's end.
    whole: Range<usize>,
}

/// The members of an object, without those of the objects in it.
fn members(object: &str) -> Vec<Member> {
    let mut members = Vec::new();
    let mut name: Option<(String, usize)> = None;
    let (mut depth, mut start) = (0_usize, 0);
    let mut bytes = object.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => skip_text(&mut bytes),
            b':' if depth == 1 => {
                let written = trimmed(object, start..at);
                let spelled = serde_json::from_str(&object[written.clone()]).unwrap_or_default();
                (name, start) = (Some((spelled, written.start)), at + 1);
            }
            b'{' | b'[' => {
                depth += 1;
                start = if depth == 1 { at + 1 } else { start };
            }
            b',' | b'}' | b']' => {
                if depth == 1
                    && let Some((name, from)) = name.take()
                {
                    let value = trimmed(object, start..at);
                    let whole = from..value.end;
                    members.push(Member { name, value, whole });
                }
                depth = if byte == b',' { depth } else { depth.saturating_sub(1) };
                start = if byte == b',' && depth == 1 { at + 1 } else { start };
            }
            _ => {}
        }
    }
    members
}

/// Skips what is left of a text in quotes.
fn skip_text(bytes: &mut impl Iterator<Item = (usize, u8)>) {
    while let Some((_, byte)) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_member_is_set_and_the_others_keep_their_bytes() {
        let table = [
            (r#"{"a":1}"#, r#"{"a":"x"}"#),
            ("{\"b\" : 1.00,\r\n \"a\" : [1, {\"a\":2}] }", "{\"b\" : 1.00,\r\n \"a\" : \"x\" }"),
            (r#"{"b":{"a":1},"c":"\",\"a\":"}"#, r#"{"b":{"a":1},"c":"\",\"a\":","a":"x"}"#),
            (r#"{"\u0061":null,"é":"}"}"#, r#"{"\u0061":"x","é":"}"}"#),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":"x","b":2,"a":"x"}"#),
            ("{ }", r#"{ "a":"x"}"#),
        ];
        for (before, after) in table {
            assert_eq!(set(before, "a", &json!("x")), after);
            serde_json::from_str::<Value>(after).expect("JSON");
        }
    }

    #[test]
    fn a_member_is_taken_out() {
        for (before, after) in [
            (r#"{"a":1}"#, "{}"),
            (r#"{"a":1, "b": 2}"#, r#"{"b": 2}"#),
            (r#"{"b":[1,2] ,"a":{"b":1}}"#, r#"{"b":[1,2]}"#),
            ("{ \"b\":1 }", "{ \"b\":1 }"),
        ] {
            assert_eq!(without(before, "a"), after);
        }
    }
}
