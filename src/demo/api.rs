//! What all connections of one server share: its state, its counts and its end.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::order_book::OrderBook;
use super::stop::Stop;
use super::token_store::TokenStore;

/// The state of one demo server; nothing of it outlives the server.
#[derive(Debug)]
pub struct Api {
    /// The orders of each user.
    pub orders: OrderBook,
    /// The tokens that are good here.
    pub tokens: TokenStore,
    /// How often each key was refused by the flaky route.
    pub flaky: Mutex<HashMap<String, u64>>,
    /// The requests so far.
    pub counts: Counts,
    /// Rung when the server ends.
    pub stop: Stop,
}

/// Counts requests, all of them and those of each route.
#[derive(Debug)]
pub struct Counts {
    all: AtomicU64,
    routes: Vec<AtomicU64>,
}

impl Api {
    /// A fresh state, with a count for each of so many routes.
    pub fn new(routes: usize) -> Api {
        let routes = (0..routes).map(|_| AtomicU64::new(0)).collect();
        Api {
            orders: OrderBook::default(),
            tokens: TokenStore::default(),
            flaky: Mutex::default(),
            counts: Counts { all: AtomicU64::new(0), routes },
            stop: Stop::default(),
        }
    }
}

impl Counts {
    /// Counts a request, by the place of its route in the table if it has one.
    pub fn add(&self, route: Option<usize>) {
        self.all.fetch_add(1, Ordering::Relaxed);
        if let Some(count) = route.and_then(|r| self.routes.get(r)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All requests.
    pub fn all(&self) -> u64 {
        self.all.load(Ordering::Relaxed)
    }

    /// The requests of one route, by its place in the table.
    pub fn of(&self, route: usize) -> u64 {
        self.routes.get(route).map_or(0, |count| count.load(Ordering::Relaxed))
    }
}
