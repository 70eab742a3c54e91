//! Some secrets, and how it is shown that a text does not hold them.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::support::sandbox::{Ended, Sandbox};

/// Of 40 characters, among them all that any carrier escapes.
pub const CANARY: &str = r#"k9"<Q&f%2+7/Jx\ wZr>T5=p_Lm?d#Hv;B8c@Ny4"#;

/// As [`CANARY`], without the space: no token has one, and what is no token is not sent.
pub const TOKEN: &str = r#"k9"<Q&f%2+7/Jx\~wZr>T5=p_Lm?d#Hv;B8c@Ny4"#;

/// Of as many, none of which is ever escaped: a token as they are.
pub const PLAIN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnki";

/// The size of a piece that must not be found.
const PIECE: usize = 16;

/// The texts in which a secret must not be found, whole or in pieces.
pub fn forms(secret: &str) -> Vec<String> {
    let percent = |escaped: fn(u8) -> String| -> String {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
        let one = |b: u8| if plain(&b) { char::from(b).to_string() } else { escaped(b) };
        secret.bytes().map(one).collect()
    };
    let json = serde_json::to_string(secret).expect("a string");
    let json = json[1..json.len() - 1].to_owned();
    let xml = quick_xml::escape::escape(secret).into_owned();
    let mut forms = vec![
        secret.to_owned(),
        percent(|b| format!("%{b:02x}")),
        percent(|b| format!("%{b:02X}")),
        percent(|b| format!("%{b:02X}")).replace("%20", "+"),
        json.replace('/', "\\/"),
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        xml.replace("&quot;", "\""),
        quick_xml::escape::escape(&json).into_owned(),
        json,
        xml,
    ];
    for lead in ["", "x", "xy"] {
        // Without the characters that hold a part of what stands before.
        let known = (lead.len() * 8).div_ceil(6);
        forms.push(STANDARD.encode(format!("{lead}{secret}"))[known..].to_owned());
        forms.push(URL_SAFE.encode(format!("{lead}{secret}"))[known..].to_owned());
    }
    forms
}

/// Fails when any 16 characters in a row of any form are in a text.
#[track_caller]
pub fn hides(secret: &str, text: &str, what: &str) {
    let forms = forms(secret);
    let pieces: HashSet<&[u8]> =
        forms.iter().flat_map(|form| form.as_bytes().windows(PIECE)).collect();
    if let Some(found) = text.as_bytes().windows(PIECE).find(|piece| pieces.contains(piece)) {
        let piece = String::from_utf8_lossy(found);
        let line = text.lines().find(|line| line.contains(&*piece));
        panic!("{what}: {piece} is a piece of {secret}, found in {line:?}");
    }
}

/// Fails when the secret is found in anything that the program wrote.
#[track_caller]
pub fn hidden_in_all(secret: &str, sandbox: &Sandbox, ended: &Ended, what: &str) {
    hides(secret, &ended.stdout, what);
    hides(secret, &ended.stderr, what);
    hides(secret, &sandbox.read("out/junit.xml"), what);
}

/// A folder with the secret in a file and in the environment.
pub fn sandbox(secret: &str, project: &str) -> Sandbox {
    Sandbox::new()
        .env("CANARY", secret)
        .env("EMPTY", "")
        .file("specs/canary.txt", format!("{secret}\n"))
        .file("apitest.yaml", project)
}
