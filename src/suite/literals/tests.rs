//! What is found, in files that are well and in files that are broken.

use super::{secret_literals, suspected_literals};

fn found(text: &str) -> Vec<&str> {
    secret_literals(text).into_iter().map(|range| &text[range]).collect()
}

fn suspected(text: &str) -> Vec<&str> {
    suspected_literals(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn values_are_found_in_every_style() {
    let table: [(&str, &[&str]); 25] = [
        ("auth: {bearer: abc}\n", &["abc"]),
        ("auth: { bearer : \"a,b}c\" }\n", &["a,b}c"]),
        ("auth: {bearer: 'it''s'}", &["it''s"]),
        ("- auth:\n    bearer: abc # why\n  expect: 200", &["abc"]),
        ("auth:\n  bearer:\n    abc\n", &["abc"]),
        ("auth:\n  bearer: >-\n    abcdefgh\n    ijklmnop\nname: x", &["abcdefgh", "ijklmnop"]),
        ("auth:\n  bearer: abcdefgh\n    ijklmnop\nname: x", &["abcdefgh", "ijklmnop"]),
        ("auth:\n  bearer: \"abcdefgh\n    ijklmnop\"\nname: x", &["abcdefgh", "ijklmnop"]),
        ("tokens:\n  alice: abc\n  bob: \"def\"\n  eve:\n    ghi\nx: y", &["abc", "def", "ghi"]),
        ("tokens: {alice: abc, 'bob': def,\n  eve: ghi\n}\nname: x", &["abc", "def", "ghi"]),
        ("tokens: {a: {file: x.txt}, b: {command: [sh, -c, y]}, c: z}", &["z"]),
        ("tokens:\n  a:\n    file: x.txt\n  b:\n    command:\n      - sh\n  c: z", &["z"]),
        ("tokens: {a: {oauth2: {client_id: i, client_secret: s}}}", &["s"]),
        ("tokens: {a: {jwt: {alg: HS256, key: s, claims: {key: c}}}}", &["s"]),
        (
            "tokens:\n  a:\n    jwt:\n      key: |\n        abcdefgh\n      alg: HS256",
            &["abcdefgh"],
        ),
        ("tokens: {a: {oauth2: {assertion: {jwt: {key: s}}, subject_token: t}}}", &["s", "t"]),
        ("auth: {basic: {username: al, password: pw}}", &["pw"]),
        ("auth:\n  basic:\n    username: al\n    password: pw\n", &["pw"]),
        ("auth: {header: {X-Api-Key: k1, Authorization: Token k2}}", &["k1", "Token k2"]),
        ("auth:\n  header:\n    X-Api-Key: [k1, k2]\n", &["k1", "k2"]),
        ("secrets: [a:b, \"${env.X:-dflt}\"]", &["a:b", "dflt"]),
        ("secrets:\n- abc\n- 'd e'\nspecs: [x]", &["abc", "d e"]),
        ("json: {user: al, \"password\": \"pw\", \"n\":1}", &["pw"]),
        ("body: '{\"password\":\"pw\",\"n\":1}'", &["pw"]),
        ("form:\n  password: 123456\n  grant_type: password\n", &["123456"]),
    ];
    for (text, literals) in table {
        assert_eq!(found(text), literals, "{text}");
    }
    let body = "body: |\n  {\"user\": \"al\",\n   \"password\": \"pw\"}\n";
    assert_eq!(found(body), ["pw"]);
}

#[test]
fn what_is_no_secret_is_not_found() {
    let texts = [
        "auth: alice",
        "auth: none # bearer: is a word",
        "auth:\n  alice\n",
        "- auth: ${who}\n  expect: {status: 401, challenge: {scheme: bearer, realm: x}}",
        "enforce: {tokens: {expired: old, other-user: bob}, scheme: bearer}",
        "enforce:\n  tokens:\n    expired: old\n  profile: strict",
        "name: \"password: a story\"\nrequest: GET /bearer:x",
        "- name: says what password: is",
        "json: {password: null, bearer: true, tokens: {}}",
        "expect: {headers: {header: x}, json: {$.password: {exists: false}}}",
        "json: {password: {type: string}}",
        "auth: {bearer: \"${token}\"}\ntokens: {a: \"${env.A}\"}",
        "auth: {header: {Authorization: \"Signature ${key}\"}}",
    ];
    for text in texts {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn around_a_variable_the_text_is_secret() {
    let text = "auth: {bearer: \"first-part-${x}-second-part${env.Y:-a default}\"}";
    assert_eq!(found(text), ["first-part-", "-second-part", "a default"]);
    assert_eq!(found("auth: {bearer: ${env.T:-abc}}"), ["abc"]);
}

#[test]
fn a_file_that_yaml_refuses_is_searched_all_the_same() {
    let table: [(&str, &str); 18] = [
        ("auth: {bearer: abc,def}\n", "def"),
        ("auth: {bearer: abc}def}\n", "abc}def}"),
        ("auth: {bearer: abc\nname: x\n", "abc"),
        ("auth: {bearer: \"abc\nname: x\n", "abc"),
        ("auth:\n  bearer: \"abc\nname: x\n", "abc"),
        ("auth:\n  bearer: \"abc\"def\nname: x\n", "abc\"def"),
        ("auth:\n  bearer: 'it's me'\n", "it's me'"),
        ("auth:\n  bearer:abc\n", "abc"),
        ("auth:\n\tbearer: abc\n", "abc"),
        ("auth:\n  bearr: abc\n", "abc"),
        ("auth: {basic: {user: al, passwd: abc}}\n", "abc"),
        ("tokens:\n  alice:abc\n", "abc"),
        ("tokens: {alice:abc}\n", "abc"),
        ("tokens: {alice: {token: abc}}\n", "abc"),
        ("auth: {bearer: !abc}", "!abc"),
        ("auth: {bearer: [abc, {x: y}]}", "abc"),
        ("password: |abcdefgh", "|abcdefgh"),
        ("password: pass #word\n", "pass #word"),
    ];
    for (text, literal) in table {
        let found = found(text);
        assert!(found.contains(&literal), "{text}: {found:?}");
    }
}

#[test]
fn nearly_known_keys_count_where_there_are_faults() {
    let table: [(&str, &[&str]); 6] = [
        ("atuh: {bearr: abc}", &["abc"]),
        ("tokns:\n  alice: abc", &["abc"]),
        ("- pasword: abc\n  token: $.access_token", &["abc"]),
        ("Password: abc", &["abc"]),
        ("secret: [abc]", &["abc"]),
        ("auth: alice\nheaders: {x: y}\nname: z\npath: w", &[]),
    ];
    for (text, literals) in table {
        assert_eq!(suspected(text), literals, "{text}");
    }
    assert_eq!(found("tokns: {alice: abc}"), [""; 0]);
}

#[test]
fn no_text_is_too_odd() {
    let pieces = [
        "auth:",
        "tokens: ",
        "bearer: ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "\n",
        "\r\n",
        "  ",
        "- ",
        "|",
        "${",
        "é€",
        ":",
        "#",
        "&a ",
        "\t",
        "x",
        "secrets:\n",
        "\\",
    ];
    let mut number = 7_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..14 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(number >> 33) as usize % pieces.len()]);
        }
        for range in secret_literals(&text).into_iter().chain(suspected_literals(&text)) {
            assert!(!text[range].is_empty());
        }
    }
}

#[test]
fn a_large_file_costs_in_proportion() {
    for piece in [
        "auth: {",
        "bearer: [",
        "tokens:\n ",
        "password: \"",
        "#password:x ",
        "password: \"x\", ",
        "{}",
        "auth: &",
    ] {
        let text = piece.repeat(30_000);
        let started = std::time::Instant::now();
        let total: usize = secret_literals(&text).iter().map(|range| range.len()).sum();
        assert!(total <= 4 * text.len(), "{piece}: {total}");
        assert!(started.elapsed().as_secs() < 5, "{piece}: {:?}", started.elapsed());
    }
}
