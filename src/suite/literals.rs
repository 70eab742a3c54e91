//! stub
/// stub
pub fn secret_literals(_text: &str) -> Vec<std::ops::Range<usize>> {
    Vec::new()
}
