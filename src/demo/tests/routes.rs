//! The routes without a guard: echo, headers, status, redirect, flaky, compressed.

use std::io::Read;

use serde_json::{Value, json};

use super::client::{send, send_json, send_with};
use crate::demo::DemoServer;

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

#[test]
fn the_echo_answers_as_reqbin_does_with_and_without_a_token() {
    let demo = demo();
    for reply in [
        send(&demo, "GET /echo/get/json", "", ""),
        send_with(&demo, "GET /echo/get/json", "any-token"),
        send_json(&demo, "/echo/post/json", "", r#"{"Id":78912}"#),
        send(&demo, "POST /echo/post/json", "", ""),
    ] {
        assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"success":"true"}"#));
        assert_eq!(reply.field("content-type"), Some("application/json"));
    }
}

#[test]
fn headers_are_shown_and_credentials_are_not() {
    let head = "X-One: a\r\nx-one: b\r\nAuthorization: Bearer s3cr3t\r\nCookie: id=s3cr3t\r\n\
                X-Api-Key: s3cr3t\r\n";
    let reply = send(&demo(), "GET /headers", head, "");
    let expected = json!({"headers": {
        "host": "demo", "x-one": "a, b", "authorization": "Bearer ***", "cookie": "***",
        "x-api-key": "***",
    }});
    assert_eq!(reply.json(), expected);
    assert!(!reply.all().contains("s3cr3t"));
}

#[test]
fn a_status_has_the_fields_that_http_demands() {
    let demo = demo();
    for code in [200, 204, 205, 299, 304, 401, 405, 407, 426, 500, 599] {
        let reply = send(&demo, &format!("GET /status/{code}"), "", "");
        assert_eq!(reply.status, code);
        let field = match code {
            401 => "www-authenticate",
            405 => "allow",
            407 => "proxy-authenticate",
            426 => "upgrade",
            _ => "date",
        };
        assert!(reply.field(field).is_some(), "{code}: {reply:?}");
        assert_eq!(reply.field("content-length").is_none(), matches!(code, 204 | 304), "{code}");
    }
    for code in ["100", "199", "600", "0200", "ok", "+20"] {
        assert_eq!(send(&demo, &format!("GET /status/{code}"), "", "").status, 400, "{code}");
    }
}

#[test]
fn a_redirect_goes_where_it_is_told_and_cannot_be_split() {
    let demo = demo();
    let reply = send(&demo, "GET /redirect?to=http%3A%2F%2Fa.example%2Fx%3Fy&status=307", "", "");
    assert_eq!((reply.status, reply.field("location")), (307, Some("http://a.example/x?y")));
    assert_eq!(send(&demo, "POST /redirect?to=/text", "", "").status, 302);
    for wrong in ["", "?to=", "?to=/a%0D%0AX:y", "?to=/%20b", "?to=/&status=304", "?to=/&status=x"]
    {
        assert_eq!(send(&demo, &format!("GET /redirect{wrong}"), "", "").status, 400, "{wrong}");
    }
}

#[test]
fn flaky_fails_as_often_as_asked_for_each_key() {
    let demo = demo();
    for key in ["a", "b"] {
        let line = format!("GET /flaky?fail=2&key={key}");
        let statuses: Vec<u16> = (0..4).map(|_| send(&demo, &line, "", "").status).collect();
        assert_eq!(statuses, [503, 503, 200, 200], "{key}");
    }
    assert_eq!(demo.requests_to("GET", "/flaky"), 8);
}

#[test]
fn compressed_answers_are_what_they_say() {
    let demo = demo();
    for coding in ["gzip", "deflate"] {
        let reply = send(&demo, &format!("GET /{coding}"), "", "");
        assert_eq!(reply.field("content-encoding"), Some(coding));
        let mut text = String::new();
        let read = match coding {
            "gzip" => flate2::read::GzDecoder::new(&*reply.body).read_to_string(&mut text),
            _ => flate2::read::ZlibDecoder::new(&*reply.body).read_to_string(&mut text),
        };
        assert_eq!(read.expect("well compressed"), text.len());
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&value["coding"], &value["items"][199]), (&json!(coding), &json!(200)));
    }
}

#[test]
fn a_wait_that_is_too_long_is_refused_at_once() {
    let demo = demo();
    for ms in ["120001", "-1", "x"] {
        assert_eq!(send(&demo, &format!("GET /slow?ms={ms}"), "", "").status, 400, "{ms}");
    }
}

#[test]
fn every_route_of_the_index_exists() {
    let demo = demo();
    let index = send(&demo, "GET /", "", "").json();
    let routes = index["routes"].as_array().expect("a list");
    assert!(routes.len() > 20, "{index}");
    for route in routes.iter().filter_map(Value::as_str).filter(|r| !r.contains("/slow")) {
        let reply = send(&demo, route, "", "");
        assert!(![404, 405, 500].contains(&reply.status), "{route}: {}", reply.status);
    }
}
