//! The orders: what belongs to whom, and what an order must be.

use serde_json::json;

use super::client::{Reply, send_json, send_with};
use crate::demo::{DemoServer, tokens};

fn demo() -> DemoServer {
    DemoServer::start(0).expect("a free port")
}

fn create(demo: &DemoServer, token: &str, order: &str) -> Reply {
    send_json(demo, "/orders", &format!("Authorization: Bearer {token}\r\n"), order)
}

#[test]
fn a_list_has_the_callers_orders_and_no_others() {
    let demo = demo();
    for (token, ids) in [
        (tokens::ALICE, json!([1001, 1002, 1003])),
        (tokens::BOB, json!([1004, 1005])),
        (tokens::READER, json!([1006])),
    ] {
        let list = send_with(&demo, "GET /orders", token).json();
        let orders = list["orders"].as_array().expect("a list");
        let found: Vec<_> = orders.iter().map(|o| o["id"].clone()).collect();
        assert_eq!(json!(found), ids);
        assert_eq!(list["total"], found.len());
    }
    let reply = send_with(&demo, "GET /orders?limit=2", tokens::ALICE);
    assert_eq!(reply.field("cache-control"), Some("no-store"));
    let list = reply.json();
    assert_eq!((list["orders"].as_array().map(Vec::len), &list["total"]), (Some(2), &json!(3)));
    for limit in ["0", "101", "-1", "x", ""] {
        let reply = send_with(&demo, &format!("GET /orders?limit={limit}"), tokens::ALICE);
        assert_eq!(reply.status, 400, "limit={limit}");
    }
}

#[test]
fn an_order_has_every_type_that_json_has() {
    let order = send_with(&demo(), "GET /orders/1001", tokens::ALICE).json();
    let expected = json!({
        "id": 1001, "owner": "alice", "item": "teapot", "quantity": 1, "price": 39.5,
        "created_at": "2026-01-05T09:30:00Z", "paid": true, "note": "gift wrap",
        "tags": ["kitchen", "gift"],
    });
    assert_eq!(order, expected);
}

#[test]
fn another_users_order_and_none_at_all_look_the_same() {
    let demo = demo();
    let mut answers = Vec::new();
    for id in ["1004", "9999", "01001", "+1001", "x", "1001.0"] {
        for method in ["GET", "DELETE"] {
            let reply = send_with(&demo, &format!("{method} /orders/{id}"), tokens::ALICE);
            assert_eq!(reply.status, 404, "{method} {id}");
            answers.push(reply.text());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(send_with(&demo, "GET /orders/1004", tokens::BOB).status, 200);
}

#[test]
fn an_order_is_created_read_and_deleted() {
    let demo = demo();
    let reply = create(&demo, tokens::BOB, r#"{"item":"saw","quantity":1,"price":12.50}"#);
    assert_eq!((reply.status, reply.field("location")), (201, Some("/orders/1007")));
    let created = reply.json();
    // The price comes back digit for digit.
    assert!(reply.text().contains(r#""price":12.50"#), "{}", reply.text());
    assert_eq!((&created["owner"], &created["paid"]), (&json!("bob"), &json!(false)));
    assert_eq!((&created["note"], &created["tags"]), (&json!(null), &json!([])));
    assert_eq!(send_with(&demo, "GET /orders/1007", tokens::BOB).json(), created);
    assert_eq!(send_with(&demo, "GET /orders/1007", tokens::ALICE).status, 404);
    let deleted = send_with(&demo, "DELETE /orders/1007", tokens::BOB);
    assert_eq!((deleted.status, deleted.field("content-length")), (204, None));
    assert_eq!(send_with(&demo, "DELETE /orders/1007", tokens::BOB).status, 404);
}

#[test]
fn what_is_not_an_order_is_told_all_that_is_wrong() {
    let demo = demo();
    let order = r#"{"item":"","quantity":1.5,"price":"1","note":7,"tags":["a",1],"colour":"red"}"#;
    let reply = create(&demo, tokens::ALICE, order);
    assert_eq!((reply.status, &reply.json()["error"]), (422, &json!("invalid_order")));
    let expected = json!({
        "colour": "is not a field of an order",
        "item": "must be text of 1 to 200 characters",
        "quantity": "must be a whole number from 1 to 1000",
        "price": "must be a number from 0 to 1000000",
        "note": "must be text or null",
        "tags": "must be a list of texts",
    });
    assert_eq!(reply.json()["fields"], expected);
    assert_eq!(create(&demo, tokens::ALICE, "[]").status, 422);
    assert_eq!(create(&demo, tokens::ALICE, "{").status, 400);
    assert_eq!(create(&demo, tokens::ALICE, &"[".repeat(100_000)).status, 400);
    assert_eq!(send_with(&demo, "POST /orders", tokens::ALICE).status, 415);
    assert_eq!(send_with(&demo, "GET /orders", tokens::ALICE).json()["total"], 3);
}
