//! Routes whose JSON is compressed, whether the client accepts that or not.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::request::Request;

/// `GET /gzip`.
pub fn gzip(_: &Request, _: &Api, _: &str) -> Answer {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let body = encoder.write_all(&body("gzip")).and_then(|()| encoder.finish());
    answer("gzip", body)
}

/// `GET /deflate`: the zlib format, as RFC 9110 §8.4.1.2 has it.
pub fn deflate(_: &Request, _: &Api, _: &str) -> Answer {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let body = encoder.write_all(&body("deflate")).and_then(|()| encoder.finish());
    answer("deflate", body)
}

fn body(coding: &str) -> Vec<u8> {
    let items: Vec<u32> = (1..=200).collect();
    json!({"coding": coding, "items": items}).to_string().into_bytes()
}

fn answer(coding: &str, body: std::io::Result<Vec<u8>>) -> Answer {
    match body {
        Ok(body) => Answer::new(200, "application/json", body).with("Content-Encoding", coding),
        Err(_) => Answer::error(500, "internal", "The body could not be compressed."),
    }
}
