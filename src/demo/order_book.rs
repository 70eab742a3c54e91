//! The orders of all users, kept apart: an order is found through its owner or not at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Number, Value, json};

use super::answer::Answer;
use super::clock;
use super::stop::lock;

const FIRST_ID: u64 = 1001;

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its number, which no two orders of a server share.
    pub id: u64,
    owner: String,
    created_at: i64,
    paid: bool,
    draft: Draft,
}

/// What a client says of an order.
#[derive(Clone, Debug)]
pub struct Draft {
    item: String,
    quantity: u64,
    price: Number,
    note: Option<String>,
    tags: Vec<String>,
}

/// The orders of a server.
#[derive(Debug)]
pub struct OrderBook {
    orders: Mutex<Orders>,
    removed: AtomicU64,
}

#[derive(Debug)]
struct Orders {
    next_id: u64,
    by_owner: HashMap<String, BTreeMap<u64, Order>>,
}

impl Order {
    /// The order as the API shows it.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "owner": self.owner,
            "item": self.draft.item,
            "quantity": self.draft.quantity,
            "price": self.draft.price,
            "created_at": clock::rfc3339(self.created_at),
            "paid": self.paid,
            "note": self.draft.note,
            "tags": self.draft.tags,
        })
    }
}

impl OrderBook {
    /// The first orders of a user, by number, and how many there are in all.
    pub fn list(&self, owner: &str, limit: usize) -> (Vec<Order>, usize) {
        let orders = lock(&self.orders);
        let Some(own) = orders.by_owner.get(owner) else { return (Vec::new(), 0) };
        (own.values().take(limit).cloned().collect(), own.len())
    }

    /// Adds an order to a user's.
    pub fn add(&self, owner: &str, draft: Draft) -> Order {
        lock(&self.orders).add(owner, draft, clock::now(), false)
    }

    /// An order of a user's.
    pub fn find(&self, owner: &str, id: u64) -> Option<Order> {
        lock(&self.orders).by_owner.get(owner)?.get(&id).cloned()
    }

    /// Takes an order of a user's away; says whether there was one.
    pub fn remove(&self, owner: &str, id: u64) -> bool {
        let mut orders = lock(&self.orders);
        let own = orders.by_owner.get_mut(owner);
        let removed = own.is_some_and(|own| own.remove(&id).is_some());
        self.removed.fetch_add(u64::from(removed), Ordering::Relaxed);
        removed
    }

    /// How many orders were taken away.
    pub fn removed(&self) -> u64 {
        self.removed.load(Ordering::Relaxed)
    }

    /// Whose order it is.
    pub fn owner(&self, id: u64) -> Option<String> {
        let orders = lock(&self.orders);
        orders
            .by_owner
            .iter()
            .find(|(_, own)| own.contains_key(&id))
            .map(|(owner, _)| owner.clone())
    }
}

impl Orders {
    fn add(&mut self, owner: &str, draft: Draft, created_at: i64, paid: bool) -> Order {
        let order = Order { id: self.next_id, owner: owner.to_owned(), created_at, paid, draft };
        self.next_id += 1;
        self.by_owner.entry(owner.to_owned()).or_default().insert(order.id, order.clone());
        order
    }
}

impl Default for OrderBook {
    /// Three orders of alice's, two of bob's, one of the reader's.
    fn default() -> OrderBook {
        let seeds = [
            ("alice", "teapot", 1, json!(39.5), true, Some("gift wrap"), &["kitchen", "gift"][..]),
            ("alice", "pocket watch", 2, json!(120), false, None, &["time"]),
            ("alice", "playing cards", 52, json!(0.25), true, None, &[]),
            ("bob", "hammer", 1, json!(24.99), true, None, &["tools"]),
            ("bob", "nails", 500, json!(0.02), false, Some("galvanised"), &["tools", "bulk"]),
            ("reader", "bookmark", 3, json!(1.5), true, None, &["paper"]),
        ];
        let mut orders = Orders { next_id: FIRST_ID, by_owner: HashMap::new() };
        // 2026-01-05T09:30:00Z, and an hour from one to the next.
        for (at, seed) in (1_767_605_400..).step_by(3600).zip(seeds) {
            let (owner, item, quantity, price, paid, note, tags) = seed;
            let draft = Draft {
                item: item.to_owned(),
                quantity,
                price: price.as_number().cloned().unwrap_or_else(|| 0.into()),
                note: note.map(str::to_owned),
                tags: tags.iter().map(|&t| t.to_owned()).collect(),
            };
            orders.add(owner, draft, at, paid);
        }
        OrderBook { orders: Mutex::new(orders), removed: AtomicU64::new(0) }
    }
}

impl Draft {
    /// Reads `{item, quantity, price, note?, tags?}`.
    ///
    /// # Errors
    /// A 422 whose `fields` say of each wrong field what it must be.
    pub fn read(body: &Value) -> Result<Draft, Answer> {
        const KNOWN: [&str; 5] = ["item", "quantity", "price", "note", "tags"];
        let empty = Map::new();
        let fields = body.as_object().unwrap_or(&empty);
        let mut wrong = Map::new();
        if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            wrong.insert(name.clone(), json!("is not a field of an order"));
        }
        let mut demand = |name: &str, must: &str| wrong.insert(name.to_owned(), json!(must));

        let item = fields.get("item").and_then(Value::as_str).filter(|i| is_short(i));
        let quantity = fields.get("quantity").and_then(Value::as_u64);
        let quantity = quantity.filter(|q| (1..=1000).contains(q));
        let price = fields.get("price").and_then(Value::as_number);
        let price = price.filter(|p| p.as_f64().is_some_and(|p| (0.0..=1e6).contains(&p)));
        let note = optional(fields.get("note"), |n| n.as_str().map(str::to_owned));
        let tags = optional(fields.get("tags"), texts);
        if item.is_none() {
            demand("item", "must be text of 1 to 200 characters");
        }
        if quantity.is_none() {
            demand("quantity", "must be a whole number from 1 to 1000");
        }
        if price.is_none() {
            demand("price", "must be a number from 0 to 1000000");
        }
        if note.is_none() {
            demand("note", "must be text or null");
        }
        if tags.is_none() {
            demand("tags", "must be a list of texts");
        }
        match (item, quantity, price, note, tags) {
            (Some(item), Some(quantity), Some(price), Some(note), Some(tags))
                if wrong.is_empty() =>
            {
                let tags = tags.unwrap_or_default();
                Ok(Draft { item: item.to_owned(), quantity, price: price.clone(), note, tags })
            }
            _ => Err(invalid_order(wrong)),
        }
    }
}

/// `Some(None)` for what is absent or null, `None` for what is there and wrong.
fn optional<T>(field: Option<&Value>, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
    match field {
        None | Some(Value::Null) => Some(None),
        Some(value) => read(value).map(Some),
    }
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|tag| tag.as_str().map(str::to_owned)).collect()
}

fn is_short(text: &str) -> bool {
    (1..=200).contains(&text.chars().count())
}

fn invalid_order(wrong: Map<String, Value>) -> Answer {
    let description = "The body must be an object that describes an order.";
    let body = json!({"error": "invalid_order", "error_description": description, "fields": wrong});
    Answer::json(422, &body)
}
