//! The flawed orders over a real connection: they are listed, reached and counted.

use serde_json::{Value, json};

use super::client::{send, send_json, send_with};
use crate::demo::{DemoServer, tokens};

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

#[test]
fn every_flaw_is_listed_with_orders_that_are_there() {
    let demo = demo();
    let list = send(&demo, "GET /flawed", "", "").json();
    let flaws = list["flaws"].as_array().expect("a list");
    assert!(flaws.len() >= 24, "{list}");
    let says: Vec<&str> = flaws.iter().filter_map(|flaw| flaw["says"].as_str()).collect();
    assert!(says.len() == flaws.len() && says.iter().all(|says| says.ends_with('.')), "{says:?}");
    let orders = flaws.iter().filter_map(|flaw| flaw["orders"].as_str());
    for path in orders {
        let reply = send_with(&demo, &format!("GET {path}"), tokens::BOB);
        assert_eq!((reply.status, &reply.json()["total"]), (200, &json!(2)), "{path}");
        let ends = send_with(&demo, &format!("PATCH {path}"), tokens::BOB);
        let allowed = Some("GET, POST, HEAD, OPTIONS");
        assert_eq!((ends.status, ends.field("allow")), (405, allowed), "{path}");
    }
}

#[test]
fn an_order_made_behind_a_flaw_is_found_there_and_its_deletion_counted() {
    let demo = demo();
    let good = format!("Authorization: Bearer {}\r\n", tokens::BOB);
    let order = r#"{"item":"saw","quantity":1,"price":12.5}"#;
    let reply = send_json(&demo, "/flawed/no-challenge/orders", &good, order);
    assert_eq!(reply.field("location"), Some("/flawed/no-challenge/orders/1007"));
    let path = "/flawed/no-challenge/orders/1007";
    assert_eq!(send_with(&demo, &format!("GET {path}"), tokens::BOB).json()["item"], "saw");
    let line = format!("DELETE {path}");
    for (token, status) in [("bad", 401), (tokens::READER, 403), (tokens::BOB, 204)] {
        assert_eq!(send_with(&demo, &line, token).status, status, "{token}");
    }
    assert_eq!(demo.orders_deleted(), 1);
    assert_eq!(demo.requests_to("DELETE", "/flawed/no-challenge/orders/{id}"), 3);
    assert_eq!(demo.requests_to("DELETE", "/orders/{id}"), 0);
}

#[test]
fn the_list_of_routes_leads_to_the_flaws() {
    let routes = send(&demo(), "GET /", "", "").json();
    let routes = routes["routes"].as_array().expect("a list").clone();
    assert!(routes.contains(&Value::from("GET /flawed")));
}
