//! A request as a `curl` command, its credential as a shell variable.

use crate::http::cookie::is_cookie;
use crate::http::message::{Body, Header, Request, sends_length};
use crate::http::multipart::{Content, Multipart, Part};
use crate::http::proxy::ProxyKind;
use crate::plan::credential::Credential;
use crate::plan::passage::Passage;
use crate::plan::settings::default_headers;

/// The command that sends `request` the same way, but for the names of the program and of the content
/// codings that it takes. Credentials stand as shell variables: `$TOKEN`, `$PASSWORD`, `$KEY`,
/// `$AUTHORIZATION` for all of that field, and `$COOKIE_SID` for a cookie `sid`.
pub fn command(credential: &Credential, passage: &Passage, request: &Request) -> String {
    let mut words = vec!["curl -sS -i".to_owned()];
    let follows = follows(passage, request);
    words.extend(method_word(request, follows));
    if follows {
        words.push(format!("-L --max-redirs {}", request.follow_redirects));
    }
    let url = request.target.url();
    // Without these curl resolves `.` and `..`, encoded ones too, and reads brackets as patterns.
    if ["/.", "/%2e", "/%2E"].iter().any(|dot| request.target.path().contains(dot)) {
        words.push("--path-as-is".into());
    }
    if url.contains(['[', ']', '{', '}']) {
        words.push("-g".into());
    }
    words.extend(header_words(request));
    words.extend(cookie_words(request, follows));
    words.extend(credential_words(credential, request));
    words.extend(body_words(request));
    words.extend(passage_words(passage, request));
    words.push(quoted(url));
    words.join(" ")
}

/// Whether curl is to follow redirects. It would take a key and a client certificate along to wherever
/// they lead, the type of a body to where the body does not go, and other methods through a 303.
fn follows(passage: &Passage, request: &Request) -> bool {
    let stays_home = |header: &Header| {
        !header.credential
            || is_cookie(&header.name)
            || header.name.eq_ignore_ascii_case("authorization")
    };
    request.follow_redirects > 0
        && request.headers.iter().all(stays_home)
        && passage.cert.is_none()
        && request.body.is_none()
        && matches!(request.method.as_str(), "GET" | "HEAD" | "POST")
}

fn method_word(request: &Request, follows: bool) -> Option<String> {
    match (request.method.as_str(), &request.body) {
        ("GET", None) => None,
        // What stands for its body makes it one, and a redirect a GET of it.
        ("POST", _) if follows => None,
        ("HEAD", None) => Some("--head".into()),
        // curl waits for the body that the answer to another method would have.
        ("HEAD", Some(_)) => Some("-X HEAD -m 5".into()),
        (method, _) => Some(format!("-X {}", quoted(method))),
    }
}

/// What curl sends by itself is taken back where the request has it not.
fn header_words(request: &Request) -> Vec<String> {
    let mut words = Vec::new();
    for Header { name, value, credential: secret } in &request.headers {
        if *secret || is_usual(name, value) || is_of_form(request, value) {
            continue;
        }
        // Of a field without a value, curl sends nothing unless a semicolon stands there.
        words.push(match value.as_str() {
            "" => format!("-H {}", quoted(&format!("{name};"))),
            value => format!("-H {}", quoted(&format!("{name}: {value}"))),
        });
    }
    let is_sent =
        |name: &&str| request.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    let typed = request.body.is_some() || sends_length(&request.method);
    let own = [
        Some("Accept"),
        Some("User-Agent"),
        Some("Content-Type").filter(|_| typed),
        Some("Expect").filter(|_| length(request) > EXPECTING),
    ];
    let unsent = own.into_iter().flatten().filter(|name| !is_sent(name));
    words.extend(unsent.map(|name| format!("-H {}", quoted(&format!("{name}:")))));
    words
}

/// Whether a field is one that every request has, with its usual value.
fn is_usual(name: &str, value: &str) -> bool {
    let usual = default_headers("*/*");
    usual.iter().any(|(n, v)| n.as_fixed() == Some(name) && v.as_fixed() == Some(value))
}

/// With a longer body curl asks whether it may send it.
const EXPECTING: u64 = 1024 * 1024;

fn length(request: &Request) -> u64 {
    match &request.body {
        None => 0,
        Some(Body::Bytes(bytes)) => bytes.len() as u64,
        Some(Body::Multipart(multipart)) => multipart.length(),
    }
}

fn body_words(request: &Request) -> Vec<String> {
    let raw = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        // No word of a shell holds a NUL.
        Ok(text) if !text.contains('\0') => format!("--data-raw {}", quoted(text)),
        _ => "--data-binary @BODY".into(),
    };
    match &request.body {
        None if sends_length(&request.method) => vec![raw(b"")],
        None => Vec::new(),
        Some(Body::Bytes(bytes)) => vec![raw(bytes)],
        Some(Body::Multipart(multipart)) if is_form(request, multipart) => {
            multipart.parts.iter().map(part_word).collect()
        }
        Some(Body::Multipart(multipart)) => {
            let is_text = |part: &Part| matches!(part.content, Content::Text(_));
            match multipart.parts.iter().all(is_text) {
                true => vec![raw(multipart.shown().as_bytes())],
                false => vec!["--data-binary @BODY".into()],
            }
        }
    }
}

/// Whether curl can make a body like this: it gives it a type of its own, and ends the name of a part
/// at the first `=`.
fn is_form(request: &Request, multipart: &Multipart) -> bool {
    let is_type = |header: &&Header| header.name.eq_ignore_ascii_case("content-type");
    let typed = request.headers.iter().find(is_type);
    typed.is_some_and(|header| header.value == multipart.media_type())
        && !multipart.has_given_boundary()
        && multipart.parts.iter().all(|part| !part.name.is_empty() && !part.name.contains('='))
}

/// Whether this is the content type that a form gave: curl makes a boundary of its own.
fn is_of_form(request: &Request, value: &str) -> bool {
    let Some(Body::Multipart(multipart)) = &request.body else { return false };
    multipart.media_type() == value && is_form(request, multipart)
}

fn passage_words(passage: &Passage, request: &Request) -> Vec<String> {
    let mut words = Vec::new();
    let origin = request.target.origin();
    if origin.https {
        words.push("--http1.1".to_owned());
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

/// The cookies, their values as shell variables of their names.
fn cookie_words(request: &Request, follows: bool) -> Vec<String> {
    let mut words: Vec<String> = cookie_word(request).into_iter().collect();
    if follows && request.cookies.jar.is_some() {
        // Cookies that a redirect sets go on to where it leads.
        words.push("-b ''".into());
    }
    words
}

fn cookie_word(request: &Request) -> Option<String> {
    let header = request.headers.iter().find(|header| is_own_cookie(request, header))?;
    let names = header.value.split("; ").map(|pair| pair.split('=').next().unwrap_or(pair));
    let names: Vec<&str> = names.collect();
    let variables = variables(&names);
    let plain =
        |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let all = names.iter().zip(&variables);
    if names.iter().all(plain) {
        let pairs = all.map(|(name, variable)| format!("{name}=${variable}"));
        return Some(format!("-b \"{}\"", pairs.collect::<Vec<_>>().join("; ")));
    }
    // A server may have chosen the name: between double quotes a shell would read it.
    let pairs =
        all.map(|(name, variable)| format!("{}\"${variable}\"", quoted(&format!("{name}="))));
    Some(format!("-b {}", pairs.collect::<Vec<_>>().join("'; '")))
}

/// The shell variables that stand for the values of cookies: one for each, and none that a shell or
/// curl knows.
fn variables(names: &[&str]) -> Vec<String> {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let mut variables: Vec<String> = Vec::new();
    for name in names {
        let plain = format!("COOKIE_{}", name.chars().map(upper).collect::<String>());
        let mut variable = plain.clone();
        let mut count = 1;
        while variables.contains(&variable) {
            count += 1;
            variable = format!("{plain}_{count}");
        }
        variables.push(variable);
    }
    variables
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
            .enumerate()
            .map(|(at, header)| {
                // Of the whole field: its scheme may be what is wrong.
                let is_whole = header.name.eq_ignore_ascii_case("authorization");
                let variable = if is_whole { "AUTHORIZATION" } else { "KEY" };
                let number = if at == 0 { String::new() } else { format!("_{}", at + 1) };
                format!("-H {}\"${variable}{number}\"", quoted(&format!("{}: ", header.name)))
            })
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
