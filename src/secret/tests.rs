//! What is hidden, and what is not.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{MASK, PIECE, Redactor};

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    secrets.iter().for_each(|secret| redactor.add(secret));
    redactor
}

/// Of 40 characters, among them all that any carrier escapes.
const CANARY: &str = "k9\"<Q&f%2+7/Jx\\ w'Zr>T5=p:Lm?d#Hv;B8c@Ny";

#[test]
fn one_beside_one_beside_another_knows_what_all_of_them_know() {
    let first = Redactor::default();
    first.add("a-secret-of-the-first");
    let second = first.beside(&["a-secret-of-the-second".to_owned()]);
    let third = second.beside(&[]);
    let text = "a-secret-of-the-first a-secret-of-the-second";
    assert_eq!(third.redact(text), "*** ***");
    assert_eq!(third.beside(&["third".to_owned()]).redact(text), "*** ***");
}

#[test]
fn what_is_no_secret_is_left_alone() {
    let nothing_known = Redactor::default();
    assert_eq!(nothing_known.redact("token-of-alice"), "token-of-alice");
    let redactor = redactor(&["token-of-alice", CANARY, ""]);
    for text in ["", "a", "token-of-bob", "k9\"<Q&f%2+7/Jx\\", "\u{20ac} %41 \\n &amp; '\\''"] {
        assert!(matches!(redactor.redact(text), std::borrow::Cow::Borrowed(same) if same == text));
    }
}

#[test]
fn a_short_secret_is_hidden_whole_in_every_form() {
    let redactor = redactor(&["p/ss \"w+rd"]);
    let table = [
        ("raw", "x p/ss \"w+rd x", "x *** x"),
        ("twice", "p/ss \"w+rdp/ss \"w+rd", "***"),
        ("JSON", r#"{"p": "p/ss \"w+rd"}"#, r#"{"p": "***"}"#),
        ("JSON with numbers", r#"p\u002fss\u0020\u0022w\u002Brd!"#, "***!"),
        ("JSON in JSON", r#""{\"p\": \"p/ss \\\"w+rd\"}""#, r#""{\"p\": \"***\"}""#),
        ("a component", "?p=p%2Fss%20%22w%2Brd&q", "?p=***&q"),
        ("some of it, lower case", "?p=p/ss%20%22w%2brd&q", "?p=***&q"),
        ("a form", "p=p%2Fss+%22w%2Brd&q", "p=***&q"),
        ("a URL in JSON", r#""p%2Fss%20\u002522w%2Brd""#, r#""***""#),
        ("XML", "<p>p/ss &quot;w+rd</p>", "<p>***</p>"),
        ("XML with numbers", "<p>p&#x2f;ss&#32;&#34;w+rd</p>", "<p>***</p>"),
        ("base64", "cC9zcyAidytyZA==", "***"),
        ("upper case", "/P/SS \"W+RD/", "/***/"),
    ];
    for (form, text, shown) in table {
        assert_eq!(redactor.redact(text), shown, "{form}");
    }
    let pair = STANDARD.encode("al:p/ss \"w+rd");
    assert!(!redactor.redact(&format!("Basic {pair}")).contains(&pair[5..]));
}

#[test]
fn a_tiny_secret_is_hidden_only_where_it_stands_alone() {
    let redactor = redactor(&["abc", "7"]);
    let table = [
        ("password: abc", "password: ***"),
        ("{\"p\":\"abc\",\"n\":7}", "{\"p\":\"***\",\"n\":***}"),
        ("abcde xabc abc\u{e9} 17", "abcde xabc abc\u{e9} 17"),
        ("abc", "***"),
    ];
    for (text, shown) in table {
        assert_eq!(redactor.redact(text), shown);
    }
}

#[test]
fn a_piece_of_sixteen_bytes_is_hidden_and_one_of_fifteen_is_not() {
    let secret = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.0123456789abcdef";
    let redactor = redactor(&[secret]);
    for start in 0..=secret.len() - PIECE {
        let piece = &secret[start..start + PIECE];
        assert_eq!(redactor.redact(&format!("({piece})")), "(***)", "{start}");
        assert_eq!(redactor.redact(piece), MASK, "{start}");
        let shorter = format!("({})", &piece[1..]);
        assert_eq!(redactor.redact(&shorter), shorter, "{start}");
    }
}

#[test]
fn secrets_that_overlap_become_one_mask() {
    let redactor =
        redactor(&["abcdef", "cdefgh", "cde-", "0123456789abcdefXY", "9abcdefXYZUVWxyz0"]);
    let table = [
        ("<abcdefgh>", "<***>"),
        ("<abcde->", "<ab***>"),
        ("<0123456789abcdefXYZUVWxyz0>", "<***>"),
        ("<abcdef abcdef>", "<*** ***>"),
    ];
    for (text, shown) in table {
        assert_eq!(redactor.redact(text), shown);
    }
}

#[test]
fn what_is_learned_later_is_hidden_from_then_on() {
    let redactor = redactor(&["first-secret"]);
    assert_eq!(redactor.redact("first-secret second-secret-0001"), "*** second-secret-0001");
    redactor.add("second-secret-0001");
    redactor.add("third!");
    assert_eq!(redactor.redact("first-secret second-secret-0001 third!"), "*** *** ***");
}

#[test]
fn characters_are_never_cut() {
    let secret = "π€𐍈é-π€𐍈é-π€𐍈é";
    let redactor = redactor(&[secret, "äöü€"]);
    let characters: Vec<char> = "xé€𐍈πä".chars().collect();
    for c in &characters {
        for d in &characters {
            let shown = redactor.redact(&format!("{c}{secret}{d}äöü€{c}")).into_owned();
            assert!(!shown.contains("€𐍈é-π"), "{shown}");
            assert!(!shown.contains("äöü"), "{shown}");
        }
    }
    // `è` shares its first byte with the last character of the secret.
    let other = format!("{}è", &secret[..secret.len() - 2]);
    assert_eq!(redactor.redact(&other), MASK);
    let json = serde_json::to_string(secret).unwrap();
    assert_eq!(redactor.redact(&json), "\"***\"");
    assert_eq!(redactor.redact("\\u03c0\\u20ac\\ud800\\udf48\\u00e9-\\u03c0\\u20ac"), MASK);
}

#[test]
fn a_secret_of_several_lines_is_hidden_in_one_line_and_in_several() {
    let redactor = redactor(&["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\r\nshort\n"]);
    for text in ["\nMIIEvQIBADANBgkqhkiG9w0B\n", "KEY-----\\nMIIEvQIBADANBgkqhkiG9w0B\\r\\nsh"] {
        assert!(!redactor.redact(text).contains("MII"), "{}", redactor.redact(text));
    }
}

#[test]
fn secrets_that_repeat_themselves_cost_no_more_than_others() {
    let repeated = ["a".repeat(4096), "ab".repeat(2048), format!("{}b", "a".repeat(800))];
    let redactor = redactor(&repeated.each_ref().map(String::as_str));
    let texts = [
        "a".repeat(65_536),
        "aaaaaaaaaaaaaaac".repeat(4096),
        "ab".repeat(32_768),
        "%25255c\\u0025&amp;amp;\\\\'\\''+".repeat(2000),
    ];
    for text in &texts {
        let started = Instant::now();
        let shown = redactor.redact(text);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert!(!shown.contains(&"a".repeat(PIECE)));
    }
    assert_eq!(redactor.redact(&texts[0]), MASK);
    assert_eq!(redactor.redact(&texts[1]), texts[1]);
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn text(&mut self, alphabet: &[char], len: usize) -> String {
        (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

/// What common encoders make of a text, written apart from the code under test.
fn encoded(text: &str) -> Vec<String> {
    let component: String = text
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(b).to_string()
            }
            b => format!("%{b:02X}"),
        })
        .collect();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let quoted = serde_json::to_string(text).unwrap();
    let json = &quoted[1..quoted.len() - 1];
    let ascii: String = json
        .chars()
        .map(|c| match c {
            '\0'..='\x7f' => c.to_string(),
            c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect();
    let padded = |lead: &str| STANDARD.encode(format!("{lead}{text}"));
    vec![
        text.to_owned(),
        component.to_ascii_lowercase().replace(&text.to_ascii_lowercase(), text),
        component,
        form,
        json.replace('/', "\\/"),
        json.to_owned(),
        ascii,
        quick_xml::escape::escape(text).into_owned(),
        padded(""),
        padded("u")[2..].to_owned(),
        padded("u:")[3..].to_owned(),
        URL_SAFE_NO_PAD.encode(text),
        URL_SAFE_NO_PAD.encode(format!("u{text}"))[2..].to_owned(),
    ]
}

/// Every 16 characters in a row.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(PIECE);
    text.char_indices().zip(ends).map(|((start, _), end)| &text[start..end])
}

#[test]
fn no_piece_of_a_random_secret_is_left_in_any_form() {
    let plain: Vec<char> =
        ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("-._".chars()).collect();
    let odd: Vec<char> = "ab01\"<>&%+/\\ '=:?#;@\n\té€𐍈".chars().collect();
    let few: Vec<char> = "ab".chars().collect();
    let mut numbers = Numbers(7);
    for round in 0..120 {
        let alphabet = [&plain, &odd, &few][round % 3];
        let len = PIECE + numbers.below(60);
        let secret = numbers.text(alphabet, len);
        let other = numbers.text(&plain, 24);
        let redactor = redactor(&[&other, &secret]);
        let forms = encoded(&secret);
        let secret_pieces: HashSet<&str> = forms.iter().flat_map(|form| pieces(form)).collect();
        for form in &forms {
            let (lead, tail) = (numbers.below(20), numbers.below(20));
            let whole =
                format!("{}{form}{}", numbers.text(alphabet, lead), numbers.text(&plain, tail));
            let (from, to) = (numbers.below(form.len()), numbers.below(form.len()));
            let cut = &form
                [form.floor_char_boundary(from.min(to))..form.ceil_char_boundary(from.max(to))];
            for text in [whole, format!("\"{cut}{other}\""), serde_json::to_string(form).unwrap()] {
                let shown = redactor.redact(&text);
                let left = pieces(&shown).find(|piece| secret_pieces.contains(piece));
                assert_eq!(left, None, "of {secret:?} in {text:?}: {shown:?}");
            }
        }
    }
}

#[test]
fn threads_that_learn_and_ask_at_once_agree() {
    let redactor = Redactor::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let redactor = &redactor;
            scope.spawn(move || {
                for i in 0..50 {
                    let secret = format!("secret-{}-{i}-of-this-run", i % 5 + thread);
                    redactor.add(&secret);
                    assert_eq!(redactor.redact(&format!("<{secret}>")), "<***>");
                }
            });
        }
    });
}

#[test]
fn what_a_jwt_says_is_as_secret_as_the_token() {
    let claims = r#"{"sub":"alice@shop.example"}"#;
    let payload = URL_SAFE_NO_PAD.encode(claims);
    for secret in [format!("eyJhbGciOiJFUzI1NiJ9.{payload}.c2ln"), format!("e30.{payload}")] {
        let redactor = redactor(&[&secret]);
        assert_eq!(redactor.redact(&format!("claims: {claims}")), "claims: ***");
        let told: Vec<String> = redactor.learned().iter().map(|s| s.expose().to_owned()).collect();
        assert_eq!(told.iter().collect::<HashSet<_>>(), HashSet::from([&secret, &claims.into()]));
    }
    // What says nothing stands in many texts.
    let redactor = redactor(&["eyJhbGciOiJFUzI1NiJ9.e30.0123456789abcdef", "a.b.c"]);
    assert_eq!(redactor.redact("{} a"), "{} a");
}
