//! Public keys as certificates and PEM files hold them (RFC 5280 §4.1.2.7, RFC 8017 §A.1.1).

use super::der::{self, NULL, OBJECT_ID, Reader, SEQUENCE};
use super::jwk::CURVES;
use super::public_key::Material;

/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-ecPublicKey, 1.2.840.10045.2.1.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// id-Ed25519, 1.3.101.112.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// The ids of [`CURVES`], in their order.
const CURVE_IDS: [&[u8]; 4] = [
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
    &[0x2b, 0x81, 0x04, 0x00, 0x22],
    &[0x2b, 0x81, 0x04, 0x00, 0x23],
    &[0x2b, 0x81, 0x04, 0x00, 0x0a],
];

/// A SubjectPublicKeyInfo.
pub fn write(material: &Material) -> Vec<u8> {
    let (kind, key) = match material {
        Material::Rsa { n, e } => {
            let kind = [der::value(OBJECT_ID, &[RSA]), der::value(NULL, &[])].concat();
            (kind, der::value(SEQUENCE, &[&der::number(n), &der::number(e)]))
        }
        Material::Ec { curve, point } => {
            let place = CURVES.iter().position(|(name, _)| name == curve).unwrap_or_default();
            let curve = der::value(OBJECT_ID, &[CURVE_IDS[place]]);
            ([der::value(OBJECT_ID, &[EC]), curve].concat(), point.clone())
        }
        Material::Ed25519 { x } => (der::value(OBJECT_ID, &[ED25519]), x.clone()),
    };
    der::value(SEQUENCE, &[&der::value(SEQUENCE, &[&kind]), &der::bits(&key)])
}

/// Reads a SubjectPublicKeyInfo.
pub fn read(bytes: &[u8]) -> Option<Material> {
    let mut fields = Reader(bytes).inside(SEQUENCE)?;
    let mut kind = fields.inside(SEQUENCE)?;
    let key = fields.bits()?;
    match kind.next(OBJECT_ID)? {
        RSA => rsa(key),
        ED25519 => Some(Material::Ed25519 { x: key.to_vec() }),
        EC => {
            let id = kind.next(OBJECT_ID)?;
            let (curve, length) = CURVES[CURVE_IDS.iter().position(|known| *known == id)?];
            let whole = key.first() == Some(&4) && key.len() == 1 + 2 * length;
            whole.then(|| Material::Ec { curve, point: key.to_vec() })
        }
        _ => None,
    }
}

/// Reads an RSAPublicKey: modulus and exponent.
pub fn rsa(bytes: &[u8]) -> Option<Material> {
    let mut fields = Reader(bytes).inside(SEQUENCE)?;
    let mut number = || fields.next(der::INTEGER).map(|n| der::without_zeros(n).to_vec());
    Some(Material::Rsa { n: number()?, e: number()? })
}
