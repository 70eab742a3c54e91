//! A request as a `curl` command, its credential as a shell variable.

use crate::http::message::{Header, Request};
use crate::plan::credential::Credential;

/// The command that sends `request`. Credentials stand as `$TOKEN`, `$PASSWORD` or `$KEY`.
pub fn command(credential: &Credential, request: &Request) -> String {
    let mut words = vec!["curl -sS -i".to_owned()];
    match (request.method.as_str(), &request.body) {
        ("GET", None) => {}
        ("HEAD", None) => words.push("--head".into()),
        (method, _) => words.push(format!("-X {}", quoted(method))),
    }
    // Without it curl resolves `.` and `..`, encoded ones too.
    if ["/.", "/%2e", "/%2E"].iter().any(|dot| request.target.path().contains(dot)) {
        words.push("--path-as-is".into());
    }
    for Header { name, value, credential: secret } in &request.headers {
        let default = matches!(name.as_str(), "Accept" | "User-Agent" | "Accept-Encoding");
        if !secret && !default {
            // Of a field without a value, curl sends nothing unless a semicolon stands there.
            words.push(match value.as_str() {
                "" => format!("-H {}", quoted(&format!("{name};"))),
                value => format!("-H {}", quoted(&format!("{name}: {value}"))),
            });
        }
    }
    words.extend(credential_words(credential, request));
    if let Some(body) = &request.body {
        words.push(match std::str::from_utf8(body) {
            Ok(text) => format!("--data-raw {}", quoted(text)),
            Err(_) => "--data-binary @BODY".into(),
        });
    }
    words.push(quoted(request.target.url()));
    words.join(" ")
}

fn credential_words(credential: &Credential, request: &Request) -> Vec<String> {
    match credential {
        Credential::None => Vec::new(),
        Credential::Token(_) | Credential::Bearer(_) => {
            vec!["-H \"Authorization: Bearer $TOKEN\"".into()]
        }
        Credential::Basic(..) => vec!["-u \"$USERNAME:$PASSWORD\"".into()],
        Credential::Header(_) => request
            .headers
            .iter()
            .filter(|header| header.credential)
            .map(|header| format!("-H {}\"$KEY\"", quoted(&format!("{}: ", header.name))))
            .collect(),
    }
}

/// A word as a shell reads it, in one line whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    if !text.contains(char::is_control) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let escaped = text.chars().map(|c| match c {
        '\'' | '\\' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        c if c.is_ascii_control() => format!("\\x{:02x}", c as u32),
        c => c.to_string(),
    });
    format!("$'{}'", escaped.collect::<String>())
}
