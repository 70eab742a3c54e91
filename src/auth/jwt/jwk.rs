//! Keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::public_key::Material;

/// The curves of public keys: the name, and how many bytes a coordinate has.
pub const CURVES: [(&str, usize); 4] =
    [("P-256", 32), ("P-384", 48), ("P-521", 66), ("secp256k1", 32)];

/// The text as a JSON object.
pub fn object(text: &str) -> Option<Map<String, Value>> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

/// The bytes of a member in base64url.
pub fn bytes(key: &Map<String, Value>, name: &str) -> Result<Vec<u8>, String> {
    let Some(text) = key.get(name).and_then(Value::as_str) else {
        return Err(format!("the JWK has no text `{name}`"));
    };
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
    bytes.map_err(|_| format!("`{name}` of the JWK is not base64url"))
}

/// The public key as a JWK, the members in the order of the thumbprint (RFC 7638).
pub fn write(material: &Material) -> Value {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match material {
        Material::Rsa { n, e } => json!({"e": text(e), "kty": "RSA", "n": text(n)}),
        Material::Ec { curve, point } => {
            let (x, y) = point[1..].split_at(point.len() / 2);
            json!({"crv": curve, "kty": "EC", "x": text(x), "y": text(y)})
        }
        Material::Ed25519 { x } => json!({"crv": "Ed25519", "kty": "OKP", "x": text(x)}),
    }
}

/// The public key of a JWK, whatever more it holds.
pub fn read(key: &Map<String, Value>) -> Result<Material, String> {
    let named = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    match (named("kty"), named("crv")) {
        ("RSA", _) => Ok(Material::Rsa { n: bytes(key, "n")?, e: bytes(key, "e")? }),
        ("OKP", "Ed25519") => Ok(Material::Ed25519 { x: bytes(key, "x")? }),
        ("EC", crv) => {
            let curve = CURVES.into_iter().find(|(name, _)| *name == crv);
            let (curve, length) = curve.ok_or("the curve of the JWK is unknown")?;
            let (x, y) = (bytes(key, "x")?, bytes(key, "y")?);
            if x.len() != length || y.len() != length {
                return Err("`x` or `y` of the JWK has the wrong length".to_owned());
            }
            Ok(Material::Ec { curve, point: [vec![4], x, y].concat() })
        }
        _ => Err("the JWK is not a public key of a kind that is known".to_owned()),
    }
}
