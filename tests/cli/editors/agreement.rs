//! Where the schemas could easily be too strict or too lax: `apitest check` and they say the same.

use std::collections::BTreeSet;

use regex::Regex;

use super::validator;
use crate::support::sandbox::Sandbox;

/// Keys of a test that are fine. The rest of it is `name: a, request: GET /, expect: 200`.
const GOOD: [&str; 40] = [
    "base_url: http://127.0.0.1:1, vars: {n: 1, yes: true, t: 2s, w: [1]}",
    "tls: {ca: null, cert: null}",
    "tls: {insecure: \"${yes}\"}",
    "timeout: 1m 30s",
    "timeout: 1h30min",
    "timeout: \"${t}\"",
    "timeout: \"${n}s\"",
    "follow_redirects: 100",
    "follow_redirects: \"${n}\"",
    "cookie_jar: \"${yes}\"",
    "retry: 0",
    "retry: \"${n}\"",
    "retry: {times: 10, delay: 500ms, backoff: 1.5}",
    "poll: {within: \"${t}\", every: 100 ms}",
    "proxy: {url: none, no_proxy: [\"::1\", example.com:8080, 10.0.0.0/8]}",
    "headers: {a: null, b: [1, true, x], c: \"\"}",
    "query: {a: null, \"${n}\": 1}",
    "enforce: none",
    "auth: {basic: {username: a, password: \"\"}}",
    "auth: {header: {X-Key: abcdefgh}}",
    "tags: [a, b-c]",
    "tags: []",
    "skip: a reason",
    "data: [{a: 1, b: null}]",
    "matrix: {a: [1, {b: 2}]}",
    "form: {a: [1, 2], b: true}",
    "multipart: {a: [x, {text: 1, type: text/plain}]}",
    "json: null",
    "json: {file: x, \"${n}\": [{equals: 1}]}",
    "body: {base64: aGk=}",
    "graphql: {query: \"{ a }\", variables: {a: \"${n}\"}}",
    "capture: {a: \"$.a\", b: status, c: {header: x, regex: a, secret: true}}",
    "setup: [{request: GET /}, {wait: 1s}, {request: GET /}]",
    "expect: [2XX, 404]",
    "expect: {status: {not: {in: [200, 5xx]}, gte: 200, gt: \"${n}\"}}",
    "expect: {status: 401, challenge: {error: {exists: true}, max_age: 5}}",
    "expect: {json: {$: {lt: 2027-03-01T10:00:00Z, gt: \"Sun, 06 Nov 1994 08:49:37 GMT\"}}}",
    "expect: {json: {$.a: null, $.b: [{c: 1}], $.c: {length: \"${n}\", type: [null, \"null\"]}}}",
    "expect: {headers: {a: {gt: \"5\", contains: 1, any: {not: null}}}, duration: {lt: 1s}}",
    "expect: {cookies: {a: {secure: \"${yes}\", max_age: {gt: 1}}, b: {empty: false}}, body: {equals: {base64: aGk=}}}",
];

/// Keys of a test that are not.
const BAD: [&str; 44] = [
    "tls: {}",
    "tls: {insecure: 1}",
    "timeout: 5",
    "timeout: 5 minuets",
    "timeout: null",
    "follow_redirects: 101",
    "follow_redirects: 1.5",
    "cookie_jar: 1",
    "retry: 11",
    "retry: {times: 1, backoff: 2}",
    "poll: {every: 1s}",
    "proxy: {no_proxy: [a]}",
    "headers: {a: []}",
    "query: {a: [null]}",
    "enforce: basic",
    "enforce: {profile: lax}",
    "enforce: {scheme: basic}",
    "enforce: {probes: []}",
    "enforce: {except: [{probe: no-token}]}",
    "auth: {bearer: a, basic: {username: a, password: b}}",
    "auth: {basic: {username: a}}",
    "tokens: {a: {oauth2: {token_url: /t, client_id: b, grant: password, username: a, password: b, client_secret: c, client_auth: form}}}",
    "tokens: {a: {oauth2: {client_id: b, grant: refresh_token, refresh_token: abcdefgh}}}",
    "tokens: {a: {oauth2: {token_url: /t, grant: refresh_token, refresh_token: abcdefgh}}}",
    "tokens: {a: {oauth2: {token_url: /t, client_id: b}}}",
    "tokens: {a: {oauth2: {token_url: /t, client_id: b, grant: token_exchange, subject_token: abcdefgh, actor_token_type: c}}}",
    "tokens: {a: {jwt: {alg: HS256, key: abcdefgh}}}",
    "tokens: {a: {github_oidc: {}}}",
    "tokens: {1a: abcdefgh}",
    "vars: {env: 1}",
    "tags: [\"!a\"]",
    "skip: \"\"",
    "data: [{}]",
    "data: {file: rows.csv, types: {a: text}}",
    "matrix: {a: []}",
    "form: {a: null}",
    "multipart: {a: {text: b, file: c}}",
    "capture: {a: {json: \"$.a\", header: b}}",
    "capture: {a: {body: false}}",
    "setup: [{wait: 1s, name: a}, {request: GET /}]",
    "expect: {challenge: Bearer}",
    "expect: {json: {$: {}}}",
    "expect: {json: {a: 1}}",
    "expect: {body: {sha256: abc}}",
];

#[test]
fn what_check_accepts_is_accepted_and_what_it_refuses_is_refused() {
    let mut sandbox = Sandbox::new();
    let tests: Vec<&str> = GOOD.into_iter().chain(BAD).collect();
    for (n, keys) in tests.iter().enumerate() {
        sandbox = sandbox.file(&format!("specs/{n}.yaml"), spec(keys));
    }
    let ended = sandbox.run(&["check", "--color", "never"]).expect_code(2);
    let place = Regex::new(r"(?m)^error: .+\n *--> specs/(\d+)\.yaml").expect("a regex");
    let refused: BTreeSet<usize> = place
        .captures_iter(&ended.stderr)
        .map(|found| found[1].parse().expect("a number"))
        .collect();
    for (n, keys) in tests.iter().enumerate() {
        let value: serde_yaml::Value = serde_yaml::from_str(&spec(keys)).expect("YAML");
        let is_valid = validator("spec").is_valid(&serde_json::to_value(value).expect("JSON"));
        let is_good = n < GOOD.len();
        assert_eq!(!refused.contains(&n), is_good, "apitest: {keys}\n{}", ended.stderr);
        assert_eq!(is_valid, is_good, "the schema: {keys}");
    }
}

fn spec(keys: &str) -> String {
    let expect = if keys.contains("expect: ") { "" } else { ", expect: 200" };
    format!(
        "base_url: http://127.0.0.1:1\nvars: {{n: 1, yes: true, t: 2s}}\n\
         tests: [{{name: a, request: GET /, {keys}{expect}}}]\n"
    )
}
