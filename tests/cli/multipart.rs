//! Forms of parts: what arrives byte by byte, and that files are not held in memory.

use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

/// A server that redirects `/307` to `location` and says 200 to the rest.
fn server(location: String) -> Server {
    Server::start(move |request, stream| {
        let bytes = match request.target.as_str() {
            "/307" => answer(307, &[("Location", &location)], ""),
            _ => answer(200, &[], "{}"),
        };
        reply(stream, &bytes)
    })
}

const UPLOAD: &str = r#"
    multipart:
      "na\"me": "Grüße\r\n"
      n: 007
      tag: [a, {text: b, type: text/x-tag}]
      up: {file: files/pic.PNG}
      as: {file: files/pic.PNG, filename: "a \"b\".bin", type: application/x-own}
"#;

#[test]
fn parts_arrive_as_they_are_written_with_a_length() {
    let server = server(String::new());
    let spec = format!(
        "tests:\n  - name: a\n    request: POST {}/up\n    expect: 200{UPLOAD}",
        server.url()
    );
    let sandbox = Sandbox::new()
        .file("a.yaml", spec.replace("007", "'007'"))
        .file("files/pic.PNG", b"\x89PNG\r\n\xff");
    for _ in 0..2 {
        sandbox.run(&["a.yaml"]).expect_code(0);
    }
    let [first, second] = &server.arrived()[..] else { panic!("not sent twice") };
    assert_eq!(first.body, second.body, "not the same again");
    let content_type = first.header("content-type").expect("a type");
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    assert_eq!(first.header("content-length"), Some(&*first.body.len().to_string()));
    assert_eq!(first.header("transfer-encoding"), None);
    let part = |head: &str, content: &[u8]| {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    };
    let png = b"\x89PNG\r\n\xff";
    let expected = [
        part("name=\"na%22me\"", "Grüße\r\n".as_bytes()),
        part("name=\"n\"", b"007"),
        part("name=\"tag\"", b"a"),
        part("name=\"tag\"\r\nContent-Type: text/x-tag", b"b"),
        part("name=\"up\"; filename=\"pic.PNG\"\r\nContent-Type: image/png", png),
        part("name=\"as\"; filename=\"a %22b%22.bin\"\r\nContent-Type: application/x-own", png),
        format!("--{boundary}--\r\n").into_bytes(),
    ];
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&first.body), shown(&expected.concat()));
    assert_eq!(first.body, expected.concat());
}

#[test]
fn a_redirect_that_keeps_the_method_gets_all_of_it_again() {
    let server = server("/landed".to_owned());
    let spec = format!(
        "follow_redirects: 1\ntests:\n  - {{name: a, request: POST {}/307, multipart: {{f: {{file: f.txt}}}}, expect: 200}}\n",
        server.url()
    );
    Sandbox::new().file("a.yaml", spec).file("f.txt", "content").run(&["a.yaml"]).expect_code(0);
    let [first, landed] = &server.arrived()[..] else { panic!("not followed") };
    assert!(String::from_utf8_lossy(&first.body).contains("\r\n\r\ncontent\r\n"));
    assert_eq!((&*landed.target, &landed.body), ("/landed", &first.body));
    assert_eq!(landed.header("content-type"), first.header("content-type"));
}

#[test]
fn a_secret_in_a_file_is_not_taken_to_another_origin() {
    let other = Server::answering(200, &[], "{}");
    let home = server(format!("{}/landed", other.url()));
    let spec = format!(
        "follow_redirects: 1\nauth: {{bearer: canary-of-the-token}}\nbase_url: {}\ntests:\n  \
         - {{name: secret, request: POST /307, multipart: {{f: {{file: secret.txt}}}}, expect: 200}}\n  \
         - {{name: plain, request: POST /307, multipart: {{f: {{file: plain.txt}}}}, expect: 200}}\n",
        home.url()
    );
    let secret = format!("{}canary-of-the-token", "x".repeat(70_000));
    let ended = Sandbox::new()
        .file("a.yaml", spec)
        .file("secret.txt", secret)
        .file("plain.txt", "nothing")
        .run(&["a.yaml", "--jobs=1"])
        .expect_code(1);
    assert!(ended.stdout.contains("would take the body to another origin"), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 passed, 1 errored"), "{}", ended.stdout);
    assert_eq!(other.arrived().len(), 1);
    assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
}

#[test]
fn a_failure_shows_the_parts_and_the_command_that_sends_them() {
    let server = Server::answering(500, &[], "");
    let spec = format!(
        "tests:\n  - name: a\n    request: POST {}/up\n    multipart: {{password: hunter-of-canaries, \
         note: 'it''s; x', doc: {{text: 'say \"hi\"', type: text/x-doc}}, f: {{file: f.bin}}}}\n    expect: 200\n",
        server.url()
    );
    let ended = Sandbox::new().file("a.yaml", spec).file("f.bin", [0, 1, 2]).run(&["a.yaml"]);
    let ended = ended.expect_code(1);
    for part in [
        "    (3 bytes of f.bin)\n",
        "Content-Disposition: form-data; name=\"password\"\n\n    ***\n",
        "curl -sS -i -X POST --form-string password=*** --form-string 'note=it'\\''s; x' \
         -F 'doc=\"say \\\"hi\\\"\";type=text/x-doc' \
         -F 'f=@\"f.bin\";filename=\"f.bin\";type=application/octet-stream' http",
    ] {
        assert!(ended.stdout.replace('\r', "").contains(part), "{part}\n{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("hunter-of-canaries"), "{}", ended.stdout);
}

#[test]
fn a_captured_type_must_be_one() {
    let server = Server::answering(200, &[], r#"{"t": "text/plain\r\nX-A: b"}"#);
    let spec = format!(
        "base_url: {}\ntests:\n  - name: a\n    steps:\n      \
         - {{request: GET /give, expect: 200, capture: {{t: $.t}}}}\n      \
         - {{request: POST /use, multipart: {{a: {{text: b, type: \"${{t}}\"}}}}}}\n",
        server.url()
    );
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stdout.contains("the type of the part `a` is none"), "{}", ended.stdout);
    assert_eq!(server.arrived().len(), 1);
}

/// The most memory that the program ever held is asked for when the whole body has come.
#[cfg(target_os = "linux")]
#[test]
fn a_large_file_is_not_held_in_memory() {
    use std::io::{BufRead, BufReader, Read, Write, copy, sink};
    const SIZE: u64 = 64 << 20;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let spec = format!(
        "tests:\n  - {{name: a, request: POST http://{address}/, multipart: {{f: {{file: large}}}}, expect: 200}}\n"
    );
    let sandbox = Sandbox::new().file("a.yaml", spec).file("large", "");
    let large =
        std::fs::OpenOptions::new().write(true).open(sandbox.path("large")).expect("a file");
    large.set_len(SIZE).expect("a sparse file");
    let child = sandbox.command(&["a.yaml"]).spawn().expect("the program starts");
    let (stream, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(stream.try_clone().expect("the same stream"));
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let came = copy(&mut reader.take(length), &mut sink()).expect("the body");
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a process");
    (&stream).write_all(&answer(200, &[], "{}")).expect("an answer");
    let ended = child.wait_with_output().expect("its end");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stdout));
    assert!(came > SIZE, "{came}");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(peak < 32 << 10, "{peak} kB at most");
}
