//! Keys in every spelling, and texts that are not the key that is needed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::super::{Algorithm, PublicKey, SigningKey, der, mint, pem};
use super::{DEMO_EC, DEMO_RSA, NOW, json as parsed, private_pem, verifies};
use crate::demo::{jwt, keys, tokens};

fn fault(algorithm: Algorithm, text: &str) -> String {
    SigningKey::read(algorithm, text).expect_err(text).0
}

/// What PKCS#8 wraps: a key by PKCS#1 or SEC1.
fn unwrapped(pkcs8: &[u8]) -> &[u8] {
    let mut fields = der::Reader(pkcs8).inside(der::SEQUENCE).expect("PKCS#8");
    fields.next(der::INTEGER).expect("a version");
    fields.next(der::SEQUENCE).expect("an algorithm");
    fields.next(der::OCTET_STRING).expect("a key")
}

#[test]
fn tokens_of_ours_are_good_for_the_demo() {
    let table = [
        (Algorithm::Hs256, keys::HS256_SECRET.to_owned()),
        (Algorithm::Rs256, private_pem(DEMO_RSA)),
        (Algorithm::Rs256, pem::text("RSA PRIVATE KEY", unwrapped(DEMO_RSA))),
        (Algorithm::Rs256, private_pem(DEMO_RSA).replace('\n', "\\n")),
        (Algorithm::Es256, private_pem(DEMO_EC)),
        (
            Algorithm::Es256,
            pem::text("EC PARAMETERS", &[6, 0]) + &pem::text("EC PRIVATE KEY", unwrapped(DEMO_EC)),
        ),
    ];
    for (algorithm, text) in table {
        let key = SigningKey::read(algorithm, &text).expect("a key");
        let header = json!({"alg": algorithm.name(), "typ": "JWT"}).to_string();
        let token = mint(&key, &header, &tokens::claims("alice").to_string());
        let grant = jwt::verify(&token, NOW).expect("the demo takes it");
        assert_eq!((grant.user.as_str(), grant.kind), ("alice", algorithm.name()));
    }
}

#[test]
fn every_algorithm_signs_what_its_public_key_verifies() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::by_name(algorithm.name()), Some(algorithm));
        let key = SigningKey::of_nobody(algorithm).expect("a key");
        let token = mint(&key, &json!({"alg": algorithm.name()}).to_string(), "{}");
        match key.public_key() {
            None => assert!(algorithm.is_hmac()),
            Some(public) => assert!(verifies(&token, &public.to_jwk()), "{}", algorithm.name()),
        }
    }
    assert_eq!(Algorithm::by_name("hs256"), None);
    assert_eq!(Algorithm::by_name("ES512"), None);
}

/// A JWK of which the modulus has so many bytes, and nothing fits together.
fn rsa_of(bytes: usize) -> String {
    let part = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xff; bytes]);
    let [n, half] = [bytes, bytes / 2].map(part);
    let halves = json!({"kty": "RSA", "n": n, "e": "AQAB", "d": n, "p": half, "q": half,
        "dp": half, "dq": half, "qi": half});
    halves.to_string()
}

#[test]
fn a_text_that_is_no_key_says_what_is_needed() {
    let rsa = private_pem(DEMO_RSA);
    let table = [
        (Algorithm::Es256, rsa.as_str(), "no key for ES256: the key is of another kind or curve"),
        (
            Algorithm::Es384,
            &private_pem(DEMO_EC),
            "no key for ES384: the key is of another kind or curve",
        ),
        (Algorithm::EdDsa, &rsa, "no key for EdDSA: the key is of another kind or curve"),
        (
            Algorithm::Hs256,
            &rsa,
            "no key for HS256: this is a key in PEM, and an HS* algorithm takes a secret",
        ),
        (Algorithm::Hs256, "", "no key for HS256: the secret is empty"),
        (Algorithm::Rs256, "s3cret", "no key for RS256: it takes a private key as PEM or JWK"),
        (
            Algorithm::Rs256,
            "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----",
            "no key for RS256: what is between the lines of the PEM is not base64",
        ),
        (
            Algorithm::Rs256,
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----",
            "no key for RS256: the key is encrypted; `openssl pkey` decrypts it",
        ),
        (
            Algorithm::Rs256,
            "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----",
            "no key for RS256: this is a PUBLIC KEY, and signing takes the private key",
        ),
        (
            Algorithm::Rs256,
            "-----BEGIN PRIVATE KEY-----",
            "no key for RS256: it takes a private key as PEM or JWK",
        ),
        (
            Algorithm::Es256,
            "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----",
            "no key for ES256: the key holds no public part",
        ),
        (
            Algorithm::Rs256,
            r#"{"kty":"RSA","n":"AQ"}"#,
            "no key for RS256: the JWK has no text `e`",
        ),
        (
            Algorithm::Es256,
            r#"{"kty":"EC","x":"?","y":"","d":""}"#,
            "no key for ES256: `x` of the JWK is not base64url",
        ),
        (
            Algorithm::Es256,
            r#"{"kty":"RSA"}"#,
            "no key for ES256: the `kty` of the JWK is not for it",
        ),
        (Algorithm::Es256, "{}", "no key for ES256: the JWK has no `kty`"),
        (Algorithm::Hs256, r#"{"kty":"oct","k":""}"#, "no key for HS256: the secret is empty"),
        (
            Algorithm::EdDsa,
            "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----",
            "no key for EdDSA: a key in a PEM block `EC PRIVATE KEY` is not for it",
        ),
        (
            Algorithm::Rs256,
            &rsa_of(128),
            "no key for RS256: the key is too small: RSA takes 2048 bits or more",
        ),
        (
            Algorithm::Rs256,
            &rsa_of(1024),
            "no key for RS256: the key is too large: RSA takes 4096 bits or fewer",
        ),
        (
            Algorithm::Rs256,
            &rsa_of(256),
            "no key for RS256: the parts of the key do not fit together",
        ),
    ];
    for (algorithm, text, expected) in table {
        assert_eq!(fault(algorithm, text), expected);
    }
    // An unfinished object is a secret, as any text is.
    assert!(SigningKey::read(Algorithm::Hs256, "{secret").is_ok());
}

#[test]
fn public_keys_are_read_in_every_spelling() {
    let rsa = SigningKey::read(Algorithm::Rs256, &private_pem(DEMO_RSA)).expect("a key");
    let ec = SigningKey::read(Algorithm::Es256, &private_pem(DEMO_EC)).expect("a key");
    let edwards = SigningKey::of_nobody(Algorithm::EdDsa).expect("a key");
    for key in [rsa, ec, edwards] {
        let public = key.public_key().expect("a public key");
        let spellings = public.spellings();
        let names: Vec<&str> = spellings.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["PEM", "PEM without its last line end", "DER", "JWK"]);
        let header = json!({"alg": key.algorithm().name(), "kid": "k"}).to_string();
        let token = mint(&key, &header, "{}");
        let mut jwk = public.to_jwk();
        jwk["kid"] = json!("k");
        let set = json!({"keys": [{"kty": "RSA", "kid": "l"}, jwk]}).to_string();
        let text = |place: usize| String::from_utf8(spellings[place].1.clone()).expect("text");
        for spelled in [text(0), text(1), text(3), set] {
            let read = PublicKey::read(&spelled, &token).expect("a public key");
            assert_eq!(read.to_jwk(), public.to_jwk());
            assert_eq!(read.spellings()[2], spellings[2], "DER");
        }
    }
}

#[test]
fn der_is_as_others_write_it() {
    let demo: serde_json::Value = keys::jwks();
    let hex = |jwk: &serde_json::Value| -> String {
        let key = PublicKey::read(&jwk.to_string(), "").expect("a public key");
        key.spellings()[2].1.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let rsa = hex(&demo["keys"][0]);
    let head = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
    assert!(rsa.starts_with(head) && rsa.ends_with("0203010001"), "{rsa}");
    let ec = hex(&demo["keys"][1]);
    let head = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    assert!(ec.starts_with(head) && ec.len() == 182, "{ec}");
    // What stands behind the name of the algorithm is the key as PKCS#1 has it.
    let key = PublicKey::read(&demo["keys"][0].to_string(), "").expect("a public key");
    let inner = pem::text("RSA PUBLIC KEY", &key.spellings()[2].1[24..]);
    assert_eq!(PublicKey::read(&inner, "").expect("a public key").to_jwk(), key.to_jwk());
}

#[test]
fn a_text_that_is_no_public_key_says_why() {
    let token =
        mint(&SigningKey::of_nobody(Algorithm::Es256).expect("a key"), r#"{"alg":"ES256"}"#, "{}");
    let ec = keys::jwks()["keys"][1].clone();
    let two = json!({"keys": [ec, ec]}).to_string();
    let table = [
        ("", "it is neither PEM nor a JWK or a set of those"),
        (
            &*private_pem(DEMO_EC),
            "it is a private key; `openssl pkey -pubout` makes its public key",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
            "it is a certificate; `openssl x509 -pubkey -noout` takes its key out",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----",
            "the PEM is not a public key of RSA, EC or Ed25519",
        ),
        (
            "-----BEGIN EC PARAMETERS-----\nAA==\n-----END EC PARAMETERS-----",
            "a PEM block `EC PARAMETERS` is not a public key",
        ),
        (r#"{"keys":[]}"#, "no key of the JWK set has signed the token"),
        (&two, "several keys of the JWK set may have signed the token"),
        (r#"{"keys":{}}"#, "`keys` of the JWK set is not a list"),
        (r#"{"kty":"oct","k":"AA"}"#, "the JWK is not a public key of a kind that is known"),
        (
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            "`x` or `y` of the JWK has the wrong length",
        ),
        (r#"{"kty":"EC","crv":"P-1","x":"AA","y":"AA"}"#, "the curve of the JWK is unknown"),
        (r#"{"kty":"RSA","n":"AA","e":"AA","d":"AA"}"#, "it is a private key; give the public one"),
    ];
    for (text, expected) in table {
        assert_eq!(PublicKey::read(text, &token).expect_err(text).0, expected);
    }
    assert_eq!(parsed(token.split('.').next().unwrap())["alg"], "ES256");
}
