//! Keys as text (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A block of a PEM text: what it says it is, and its bytes.
pub struct Block<'t> {
    /// What stands behind `BEGIN`.
    pub label: &'t str,
    /// The bytes; none when the text between the lines is not base64.
    pub bytes: Option<Vec<u8>>,
}

/// The blocks of a text, in order.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, after)) = after.split_once("-----") else { break };
        let Some((body, after)) = after.split_once("-----END ") else { break };
        // A text that came through an environment may have `\n` for the ends of its lines.
        let body: String = body.replace("\\n", "").split_whitespace().collect();
        blocks.push(Block { label, bytes: STANDARD.decode(body).ok() });
        rest = after;
    }
    blocks
}

/// A text of one block, in lines of 64 characters, with an end of line behind the last.
pub fn text(label: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, character) in STANDARD.encode(bytes).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + &format!("\n-----END {label}-----\n")
}
