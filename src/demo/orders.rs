//! The orders: the small, guarded API that a newcomer's first specs are about.

use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::bearer::Guard;
use super::order_book::Draft;
use super::request::Request;
use super::users::{READ, WRITE};

/// `GET /orders?limit=N`: the caller's orders, oldest first, at most N of them (1 to 100, else 20).
pub fn list(request: &Request, api: &Api, guard: Guard) -> Answer {
    let listed = || {
        let caller = guard(request, api, Some(READ))?;
        let limit = request.query_number("limit", 20, 1..=100)?;
        let (orders, total) = api.orders.list(&caller.user, limit as usize);
        let orders: Vec<_> = orders.iter().map(|o| o.to_json()).collect();
        Ok(Answer::json(200, &json!({"orders": orders, "total": total})).no_store())
    };
    listed().unwrap_or_else(|refused: Answer| refused)
}

/// `POST /orders`: a new order of the caller's, with 201 and its Location.
pub fn create(request: &Request, api: &Api, guard: Guard) -> Answer {
    let created = || {
        let caller = guard(request, api, Some(WRITE))?;
        let draft = Draft::read(&request.json()?)?;
        let order = api.orders.add(&caller.user, draft);
        let location = format!("{}/{}", request.path, order.id);
        Ok(Answer::json(201, &order.to_json()).with("Location", location).no_store())
    };
    created().unwrap_or_else(|refused: Answer| refused)
}

/// `GET /orders/{id}`: one order of the caller's.
pub fn read(request: &Request, api: &Api, id: &str, guard: Guard) -> Answer {
    let found = || {
        let caller = guard(request, api, Some(READ))?;
        let order = number(id).and_then(|id| api.orders.find(&caller.user, id));
        Ok(Answer::json(200, &order.ok_or_else(no_such_order)?.to_json()).no_store())
    };
    found().unwrap_or_else(|refused: Answer| refused)
}

/// `DELETE /orders/{id}`: takes an order of the caller's away, with 204.
pub fn delete(request: &Request, api: &Api, id: &str, guard: Guard) -> Answer {
    let deleted = || {
        let caller = guard(request, api, Some(WRITE))?;
        let removed = number(id).is_some_and(|id| api.orders.remove(&caller.user, id));
        if removed { Ok(Answer::empty(204)) } else { Err(no_such_order()) }
    };
    deleted().unwrap_or_else(|refused: Answer| refused)
}

/// An id in its one spelling: `007` and `+7` are not order 7.
fn number(id: &str) -> Option<u64> {
    id.parse().ok().filter(|n: &u64| n.to_string() == id)
}

/// Another user's order gets the same answer, or the ids that exist could be found out.
fn no_such_order() -> Answer {
    Answer::error(404, "not_found", "You have no such order.")
}
