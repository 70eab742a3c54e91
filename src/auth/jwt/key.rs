//! What signs a token: a secret, or a private key as PEM or JWK.

use std::fmt;
use std::sync::LazyLock;

use ring::error::KeyRejected;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Curve, Family};
use super::public_key::{Material, PublicKey};
use super::{der, jwk, pem};

/// A key that signs with one algorithm.
pub struct SigningKey {
    algorithm: Algorithm,
    pair: Pair,
}

/// Why a text is not the key that was asked for, in words that hold nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault(pub String);

enum Pair {
    Secret(hmac::Key),
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>, Curve),
    Ed25519(Ed25519KeyPair),
}

/// A key that nobody trusts, and that is no secret: to make one takes seconds.
static THROW_AWAY_RSA: &[u8] = include_bytes!("throw_away_rsa.pk8");

impl SigningKey {
    /// Reads a key as people keep it. For HS*, the text is the secret, byte for byte, if it is not
    /// a JWK; for the others it is PEM (PKCS#8, PKCS#1 or SEC1) or a JWK.
    ///
    /// # Errors
    /// What is wrong with it, and what is needed.
    pub fn read(algorithm: Algorithm, text: &str) -> Result<SigningKey, KeyFault> {
        let object = jwk::object(text);
        let pair = match (algorithm.family(), object) {
            (family, Some(object)) => of_jwk(family, &object),
            (Family::Hmac(_), None) if !pem::blocks(text).is_empty() => {
                Err("this is a key in PEM, and an HS* algorithm takes a secret".to_owned())
            }
            (Family::Hmac(_), None) if text.is_empty() => Err("the secret is empty".to_owned()),
            (Family::Hmac(hash), None) => Ok(Pair::Secret(hmac::Key::new(hash, text.as_bytes()))),
            (family, None) => of_pem(family, text),
        };
        let fault = |why: String| KeyFault(format!("no key for {}: {why}", algorithm.name()));
        Ok(SigningKey { algorithm, pair: pair.map_err(fault)? })
    }

    /// A key of these bytes, which may be none; for HS* only.
    pub(super) fn of_secret(algorithm: Algorithm, secret: &[u8]) -> Option<SigningKey> {
        let Family::Hmac(hash) = algorithm.family() else { return None };
        Some(SigningKey { algorithm, pair: Pair::Secret(hmac::Key::new(hash, secret)) })
    }

    /// A key that no API knows: fresh, or for RSA the throw-away one. `None` when the system has
    /// no random numbers.
    pub(super) fn of_nobody(algorithm: Algorithm) -> Option<SigningKey> {
        let random = SystemRandom::new();
        let pair = match algorithm.family() {
            Family::Hmac(hash) => {
                let mut secret = [0; 64];
                random.fill(&mut secret).ok()?;
                Pair::Secret(hmac::Key::new(hash, &secret))
            }
            Family::Rsa(_) => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(THROW_AWAY_RSA).ok()?)),
            Family::Ec(curve) => {
                let document = EcdsaKeyPair::generate_pkcs8(curve.signing(), &random).ok()?;
                let pair = EcdsaKeyPair::from_pkcs8(curve.signing(), document.as_ref(), &random);
                Pair::Ec(Box::new(pair.ok()?), curve)
            }
            Family::Ed25519 => {
                let document = Ed25519KeyPair::generate_pkcs8(&random).ok()?;
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).ok()?)
            }
        };
        Some(SigningKey { algorithm, pair })
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The part that others verify with; a secret has none.
    pub fn public_key(&self) -> Option<PublicKey> {
        let material = match &self.pair {
            Pair::Secret(_) => return None,
            Pair::Rsa(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                Material::Rsa { n: public.n, e: public.e }
            }
            Pair::Ec(pair, curve) => Material::Ec {
                curve: match curve {
                    Curve::P256 => "P-256",
                    Curve::P384 => "P-384",
                },
                point: pair.public_key().as_ref().to_vec(),
            },
            Pair::Ed25519(pair) => Material::Ed25519 { x: pair.public_key().as_ref().to_vec() },
        };
        Some(PublicKey::of(material))
    }

    /// The signature of a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        static RANDOM: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);
        match &self.pair {
            Pair::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Ec(pair, _) => {
                let signature = pair.sign(&*RANDOM, message);
                signature.expect("the system has random numbers").as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let Family::Rsa(encoding) = self.algorithm.family() else {
                    unreachable!("an RSA key is read for an RSA algorithm only")
                };
                pair.sign(encoding, &*RANDOM, message, &mut signature)
                    .expect("the signature has the length of the modulus");
                signature
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm.name())
    }
}

fn of_pem(family: Family, text: &str) -> Result<Pair, String> {
    let blocks = pem::blocks(text);
    let private = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
    let Some(block) = private else {
        return Err(match blocks.first() {
            Some(public) => {
                format!("this is a {}, and signing takes the private key", public.label)
            }
            None => "it takes a private key as PEM or JWK".to_owned(),
        });
    };
    if block.label.starts_with("ENCRYPTED") {
        return Err("the key is encrypted; `openssl pkey` decrypts it".to_owned());
    }
    let Some(bytes) = &block.bytes else {
        return Err("what is between the lines of the PEM is not base64".to_owned());
    };
    of_der(family, block.label, bytes)
}

fn of_der(family: Family, label: &str, bytes: &[u8]) -> Result<Pair, String> {
    let random = SystemRandom::new();
    match (family, label) {
        (Family::Rsa(_), "PRIVATE KEY") => {
            RsaKeyPair::from_pkcs8(bytes).map(rsa_pair).map_err(rejected)
        }
        (Family::Rsa(_), "RSA PRIVATE KEY") => {
            RsaKeyPair::from_der(bytes).map(rsa_pair).map_err(rejected)
        }
        (Family::Ec(curve), "PRIVATE KEY") => {
            EcdsaKeyPair::from_pkcs8(curve.signing(), bytes, &random)
                .map(|pair| Pair::Ec(Box::new(pair), curve))
                .map_err(rejected)
        }
        (Family::Ec(curve), "EC PRIVATE KEY") => {
            let (private, public) = sec1(bytes).ok_or("the key holds no public part")?;
            ec_pair(curve, private, public)
        }
        (Family::Ed25519, "PRIVATE KEY") => {
            // A key of `openssl` holds no public part that could be compared.
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).map(Pair::Ed25519).map_err(rejected)
        }
        (_, label) => Err(format!("a key in a PEM block `{label}` is not for it")),
    }
}

/// Why `ring` takes no key, in words for its owner.
fn rejected(error: KeyRejected) -> String {
    match error.to_string().as_str() {
        "WrongAlgorithm" => "the key is of another kind or curve".to_owned(),
        "TooSmall" => "the key is too small: RSA takes 2048 bits or more".to_owned(),
        "TooLarge" => "the key is too large: RSA takes 4096 bits or fewer".to_owned(),
        "PublicKeyIsMissing" => "the key holds no public part".to_owned(),
        "InconsistentComponents" => "the parts of the key do not fit together".to_owned(),
        reason => format!("the key cannot be read ({reason})"),
    }
}

/// The private and the public part of an EC key by RFC 5915.
fn sec1(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut fields = der::Reader(bytes).inside(der::SEQUENCE)?;
    fields.next(der::INTEGER)?;
    let private = fields.next(der::OCTET_STRING)?;
    fields.next(der::FIELD_0);
    Some((private, fields.inside(der::FIELD_1)?.bits()?))
}

fn of_jwk(family: Family, key: &Map<String, Value>) -> Result<Pair, String> {
    let kty = key.get("kty").and_then(Value::as_str).unwrap_or_default();
    let part = |name: &str| jwk::bytes(key, name);
    match (family, kty) {
        (Family::Hmac(hash), "oct") => {
            let secret = part("k")?;
            if secret.is_empty() {
                return Err("the secret is empty".to_owned());
            }
            Ok(Pair::Secret(hmac::Key::new(hash, &secret)))
        }
        (Family::Rsa(_), "RSA") => {
            let components = KeyPairComponents {
                public_key: PublicKeyComponents { n: number(part("n")?), e: number(part("e")?) },
                d: number(part("d")?),
                p: number(part("p")?),
                q: number(part("q")?),
                dP: number(part("dp")?),
                dQ: number(part("dq")?),
                qInv: number(part("qi")?),
            };
            RsaKeyPair::from_components(&components).map(rsa_pair).map_err(rejected)
        }
        (Family::Ec(curve), "EC") => {
            let point = [vec![4], part("x")?, part("y")?].concat();
            ec_pair(curve, &part("d")?, &point)
        }
        (Family::Ed25519, "OKP") => {
            Ed25519KeyPair::from_seed_and_public_key(&part("d")?, &part("x")?)
                .map(Pair::Ed25519)
                .map_err(rejected)
        }
        (_, "") => Err("the JWK has no `kty`".to_owned()),
        (_, _) => Err("the `kty` of the JWK is not for it".to_owned()),
    }
}

/// A number as `ring` takes it: without zeros at its beginning.
fn number(bytes: Vec<u8>) -> Vec<u8> {
    der::without_zeros(&bytes).to_vec()
}

fn rsa_pair(pair: RsaKeyPair) -> Pair {
    Pair::Rsa(Box::new(pair))
}

fn ec_pair(curve: Curve, private: &[u8], public: &[u8]) -> Result<Pair, String> {
    let random = SystemRandom::new();
    EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), private, public, &random)
        .map(|pair| Pair::Ec(Box::new(pair), curve))
        .map_err(rejected)
}
