//! A request as a `curl` command, its credential as a shell variable.

use crate::http::cookie::is_cookie;
use crate::http::message::{Body, Header, Request};
use crate::http::multipart::{Content, Part};
use crate::http::proxy::ProxyKind;
use crate::plan::credential::Credential;
use crate::plan::passage::Passage;

/// The command that sends `request` the same way. Credentials stand as `$TOKEN`, `$PASSWORD` or
/// `$KEY`.
pub fn command(credential: &Credential, passage: &Passage, request: &Request) -> String {
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
        if !secret && !default && !is_of_multipart(request, value) {
            // Of a field without a value, curl sends nothing unless a semicolon stands there.
            words.push(match value.as_str() {
                "" => format!("-H {}", quoted(&format!("{name};"))),
                value => format!("-H {}", quoted(&format!("{name}: {value}"))),
            });
        }
    }
    words.extend(cookie_word(request));
    words.extend(credential_words(credential, request));
    match &request.body {
        None => {}
        Some(Body::Bytes(bytes)) => words.push(match std::str::from_utf8(bytes) {
            Ok(text) => format!("--data-raw {}", quoted(text)),
            Err(_) => "--data-binary @BODY".into(),
        }),
        Some(Body::Multipart(multipart)) => words.extend(multipart.parts.iter().map(part_word)),
    }
    words.extend(passage_words(passage, request));
    words.push(quoted(request.target.url()));
    words.join(" ")
}

fn passage_words(passage: &Passage, request: &Request) -> Vec<String> {
    let mut words = Vec::new();
    let origin = request.target.origin();
    if origin.https {
        let files = [("--cacert", &passage.ca), ("--cert", &passage.cert), ("--key", &passage.key)];
        let named = files.iter().filter_map(|(option, file)| Some((option, file.as_ref()?)));
        words.extend(named.map(|(option, file)| format!("{option} {}", quoted(&file.path))));
        words.extend(passage.insecure.is_some().then(|| "--insecure".to_owned()));
    }
    if let Some(socket) = &passage.socket {
        words.push(format!("--unix-socket {}", quoted(&socket.path)));
        return words;
    }
    if let Some(proxy) = passage.proxy.as_ref().filter(|proxy| proxy.serves(origin)) {
        // curl's word for a proxy that looks names up.
        let scheme = match proxy.kind {
            ProxyKind::Http => "http",
            ProxyKind::Socks5 => "socks5h",
        };
        words.push(format!("--proxy {scheme}://{}", proxy.origin));
        if proxy.login.is_some() {
            words.push("--proxy-user \"$PROXY_USER:$PROXY_PASSWORD\"".into());
        }
    }
    words
}

/// A part of a form. curl reads signs in it unless it stands in quotes of its own.
fn part_word(part: &Part) -> String {
    let inner = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#));
    let content = match (&part.content, &part.media_type) {
        (Content::Text(text), None) => {
            return format!("--form-string {}", quoted(&format!("{}={text}", part.name)));
        }
        (Content::Text(text), Some(_)) => inner(text),
        (Content::File { path, .. }, _) => format!("@{}", inner(&path.to_string_lossy())),
    };
    let mut word = format!("{}={content}", part.name);
    if let Some(filename) = &part.filename {
        word.push_str(&format!(";filename={}", inner(filename)));
    }
    if let Some(media_type) = &part.media_type {
        word.push_str(&format!(";type={media_type}"));
    }
    format!("-F {}", quoted(&word))
}

/// Whether this is the content type that a multipart body gave: curl makes a boundary of its own.
fn is_of_multipart(request: &Request, value: &str) -> bool {
    matches!(&request.body, Some(Body::Multipart(multipart)) if multipart.media_type() == value)
}

/// The cookies, their values as shell variables of their names.
fn cookie_word(request: &Request) -> Option<String> {
    let header = request.headers.iter().find(|header| is_own_cookie(request, header))?;
    let names = header.value.split("; ").map(|pair| pair.split('=').next().unwrap_or(pair));
    let names: Vec<&str> = names.collect();
    let plain =
        |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if names.iter().all(plain) {
        let pairs = names.iter().map(|name| format!("{name}=${}", variable(name)));
        return Some(format!("-b \"{}\"", pairs.collect::<Vec<_>>().join("; ")));
    }
    // A server may have chosen the name: between double quotes a shell would read it.
    let pairs =
        names.iter().map(|name| format!("{}\"${}\"", quoted(&format!("{name}=")), variable(name)));
    Some(format!("-b {}", pairs.collect::<Vec<_>>().join("'; '")))
}

/// The shell variable that stands for the value of a cookie.
fn variable(cookie: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let variable: String = cookie.chars().map(upper).collect();
    match variable.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{variable}"),
        false => variable,
    }
}

/// Whether a field holds the cookies of a request, and not a credential that is one.
fn is_own_cookie(request: &Request, header: &Header) -> bool {
    let has_cookies = !request.cookies.own.is_empty() || request.cookies.from_jar;
    has_cookies && is_cookie(&header.name)
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
            .filter(|header| header.credential && !is_own_cookie(request, header))
            .map(|header| format!("-H {}\"$KEY\"", quoted(&format!("{}: ", header.name))))
            .collect(),
    }
}

/// A word as a shell reads it, in one line whatever is in it.
pub fn quoted(text: &str) -> String {
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
