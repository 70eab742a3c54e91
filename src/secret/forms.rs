//! The ways in which a text is spelled where it cannot stand as it is.
//!
//! A server may cut an escaped secret anywhere; so its escaped forms are known in pieces too. Only
//! what encoders commonly write is listed: any other spelling is found by undoing it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

const LOWER: &str = "0123456789abcdef";
const UPPER: &str = "0123456789ABCDEF";

/// Every form of a secret, each once, itself among them.
pub fn all(secret: &str) -> Vec<Vec<u8>> {
    // The name of a header or a host comes in lower case, and a probe writes paths in upper case.
    let mut forms =
        vec![secret.to_owned(), secret.to_ascii_lowercase(), secret.to_ascii_uppercase()];
    forms.extend(percent(secret));
    forms.extend(json(secret));
    forms.extend(xml(secret));
    let mut forms: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
    forms.extend(base64(secret.as_bytes()));
    forms.sort();
    forms.dedup();
    forms
}

/// In base64, standard and URL-safe, as it stands at each of the three alignments: in the middle of
/// a longer text, without the characters that depend on its neighbours, and at the end of one.
pub fn base64(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for (padded, plain) in [(STANDARD, STANDARD_NO_PAD), (URL_SAFE, URL_SAFE_NO_PAD)] {
        for lead in 0..3 {
            let text = [&[0; 2][..lead], secret].concat();
            let (start, end) = ((lead * 8).div_ceil(6), text.len() * 8 / 6);
            let encoded = plain.encode(&text);
            forms.push(encoded[start..end].to_owned());
            forms.push(encoded[start..].to_owned());
            forms.push(padded.encode(&text)[start..].to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms.into_iter().map(String::into_bytes).collect()
}

/// Percent-encoded: as a component with digits of either case, as a form does it, as a browser
/// does it to a component and to a path.
fn percent(text: &str) -> [String; 5] {
    [
        percent_encoded(text, b"-._~", UPPER),
        percent_encoded(text, b"-._~", LOWER),
        percent_encoded(text, b"-._*", UPPER).replace("%20", "+"),
        percent_encoded(text, b"-._~!'()*", UPPER),
        percent_encoded(text, b"-._~!$&'()*+,;=:@/%[]|\\", UPPER),
    ]
}

fn percent_encoded(text: &str, kept: &[u8], digits: &str) -> String {
    let digit = |value: u8| char::from(digits.as_bytes()[usize::from(value)]);
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(byte.into());
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// As a JSON string: with as few escapes as there can be, and that once more; with all but ASCII
/// escaped, also with `\/`; safe to stand in HTML, in two styles.
fn json(text: &str) -> [String; 6] {
    let few = json_escaped(text, "", true, LOWER);
    let ascii = json_escaped(text, "", false, LOWER);
    [
        json_escaped(&few, "", true, LOWER),
        few,
        ascii.replace('/', "\\/"),
        ascii,
        json_escaped(text, "<>&\u{2028}\u{2029}", true, LOWER),
        json_escaped(text, "<>&\"'+`", false, UPPER),
    ]
}

/// `coded` are the characters that are written by their number, and all that are not ASCII unless
/// `beyond_ascii` may stand as they are.
fn json_escaped(text: &str, coded: &str, beyond_ascii: bool, digits: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if coded.contains(c) || (!beyond_ascii && !c.is_ascii()) => {
                by_number(c, digits, &mut out)
            }
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\x1f' => by_number(c, digits, &mut out),
            c => out.push(c),
        }
    }
    out
}

fn by_number(c: char, digits: &str, out: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.push_str("\\u");
        let nibbles = [12, 8, 4, 0].map(|shift| usize::from(*unit >> shift & 15));
        out.extend(nibbles.map(|nibble| char::from(digits.as_bytes()[nibble])));
    }
}

/// As text of XML or HTML, and as the value of an attribute, where quotes have several names.
fn xml(text: &str) -> [String; 5] {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quotes = |double, single| text.replace('"', double).replace('\'', single);
    [
        quotes("&quot;", "&apos;"),
        quotes("&quot;", "&#39;"),
        quotes("&quot;", "&#x27;"),
        quotes("&#34;", "&#39;"),
        text,
    ]
}
