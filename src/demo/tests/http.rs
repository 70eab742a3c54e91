//! HTTP/1.1 itself: framing, connections, limits.

use std::time::{Duration, Instant};

use super::client::{Connection, send};
use crate::demo::DemoServer;

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: demo\r\n";

#[test]
fn a_connection_serves_request_after_request() {
    let demo = demo();
    let mut connection = Connection::to(&demo);
    for _ in 0..3 {
        connection.write(&format!("{HEALTH}\r\n"));
        let reply = connection.reply(false);
        assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"status":"ok"}"#));
        assert_eq!(reply.field("content-type"), Some("application/json"));
        assert!(reply.field("date").is_some_and(|date| date.ends_with(" GMT")), "{reply:?}");
    }
    assert_eq!((demo.requests(), demo.requests_to("GET", "/health")), (3, 3));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let demo = demo();
    let mut connection = Connection::to(&demo);
    let post = "POST /echo/post/json HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nGET ";
    connection.write(&format!("{HEALTH}\r\n{post}{HEALTH}Connection: close\r\n\r\n"));
    assert_eq!(connection.reply(false).text(), r#"{"status":"ok"}"#);
    assert_eq!(connection.reply(false).text(), r#"{"success":"true"}"#);
    let last = connection.reply(false);
    assert_eq!((last.status, last.field("connection")), (200, Some("close")));
    assert!(connection.ends());
}

#[test]
fn a_request_may_come_in_pieces() {
    let demo = demo();
    let mut connection = Connection::to(&demo);
    let request = "POST /echo/post/json HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
                   5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: t\r\n\r\n";
    for byte in request.chars() {
        connection.write(&byte.to_string());
    }
    assert_eq!(connection.reply(false).status, 200);
    // The next request begins exactly where the trailers ended.
    connection.write(&format!("{HEALTH}\r\n"));
    assert_eq!(connection.reply(false).status, 200);
}

#[test]
fn head_has_the_fields_of_get_and_no_body() {
    let demo = demo();
    let mut connection = Connection::to(&demo);
    connection.write("HEAD /text HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = connection.reply(true);
    connection.write("GET /text HTTP/1.1\r\nHost: h\r\n\r\n");
    let get = connection.reply(false);
    assert_eq!((head.status, head.field("content-length")), (200, get.field("content-length")));
    assert_eq!(get.text().lines().count(), 3);
}

#[test]
fn a_client_that_waits_is_told_to_continue() {
    let demo = demo();
    let mut connection = Connection::to(&demo);
    let head = "POST /echo/post/json HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n";
    connection.write(&format!("{head}Content-Length: 2\r\n\r\n"));
    assert_eq!(connection.reply(true).status, 100);
    connection.write("{}");
    assert_eq!(connection.reply(false).status, 200);
    connection.write(&format!("{head}Content-Length: 99999999\r\n\r\n"));
    assert_eq!(connection.reply(false).status, 413);
}

#[test]
fn what_is_too_large_is_refused_and_the_refusal_arrives() {
    let demo = demo();
    let declared = "x".repeat(1024 * 1024 + 1);
    assert_eq!(send(&demo, "POST /echo/post/json", "", &declared).status, 413);
    assert_eq!(send(&demo, "POST /echo/post/json", "", &declared[1..]).status, 200);
    let chunks = format!("80000\r\n{}\r\n", "x".repeat(0x80000)).repeat(3);
    let head = "POST /echo/post/json HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut connection = Connection::to(&demo);
    connection.write(&format!("{head}{chunks}"));
    assert_eq!(connection.reply(false).status, 413);
    assert!(connection.is_broken());
    let long = format!("X-Long: {}\r\n", "x".repeat(70_000));
    assert_eq!(send(&demo, "GET /health", &long, "").status, 431);
    assert_eq!(send(&demo, "GET /health", &"X: y\r\n".repeat(200), "").status, 431);
}

#[test]
fn what_is_not_http_gets_a_400_and_the_connection_ends() {
    let demo = demo();
    let chunked = "POST /echo/post/json HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let wrong = [
        "nonsense\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("{chunked}zz\r\n"),
        format!("{chunked}1\r\nab\r\n"),
    ];
    for request in wrong {
        let mut connection = Connection::to(&demo);
        connection.write(&request);
        let reply = connection.reply(false);
        assert_eq!((reply.status, reply.field("connection")), (400, Some("close")), "{request:?}");
        assert!(connection.ends(), "{request:?}");
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones_and_a_wrong_path_a_404() {
    let demo = demo();
    let allow = |line: &str| {
        let reply = send(&demo, line, "", "");
        (reply.status, reply.field("allow").unwrap_or_default().to_owned())
    };
    let orders = "GET, POST, HEAD, OPTIONS".to_owned();
    assert_eq!(allow("PATCH /orders"), (405, orders.clone()));
    assert_eq!(allow("OPTIONS /orders"), (204, orders));
    assert_eq!(allow("PUT /orders/1001"), (405, "GET, DELETE, HEAD, OPTIONS".to_owned()));
    assert_eq!(allow("HEAD /login"), (405, "POST, OPTIONS".to_owned()));
    assert_eq!(allow("get /orders").0, 405);
    assert_eq!(allow("OPTIONS *").0, 204);
    for path in ["/nowhere", "/orders/", "//orders", "/Orders", "/%6frders", "/orders;a=b"] {
        let reply = send(&demo, &format!("GET {path}"), "", "");
        assert_eq!((reply.status, reply.json()["error"].as_str()), (404, Some("not_found")));
    }
}

#[test]
fn it_listens_on_loopback_alone() {
    let demo = demo();
    assert_eq!(demo.url(), format!("http://127.0.0.1:{}", demo.port()));
    assert!(DemoServer::start(demo.port()).is_err(), "a port has one server");
}

#[test]
fn many_connections_are_served_side_by_side() {
    let demo = demo();
    let begun = Instant::now();
    let mut connections: Vec<Connection> = (0..100).map(|_| Connection::to(&demo)).collect();
    for connection in &mut connections {
        connection.write("GET /slow?ms=300 HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    for connection in &mut connections {
        assert_eq!(connection.reply(false).text(), r#"{"waited_ms":300}"#);
    }
    let elapsed = begun.elapsed();
    assert!(elapsed >= Duration::from_millis(300), "{elapsed:?}");
    assert!(elapsed < Duration::from_secs(10), "one after the other takes 30 s: {elapsed:?}");
}
