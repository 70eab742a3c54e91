//! The set `claims` against the same table: its probes take keys and tokens that are given.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use apitest::demo::tokens::{EXPIRED, NO_SCOPE};

/// The secret of the demo's HS256 tokens.
const HS256_SECRET: &str = "demo-hs256-secret-for-tests-only-0d9f2b7a";

/// Of the set, the probes for which an opaque token must be given, and is.
const GIVEN: [&str; 2] = ["expired", "missing-scope"];

#[test]
fn each_flaw_of_claims_is_found_by_the_probes_that_should_find_it_and_by_no_other() {
    let demo = DemoServer::start(0).expect("a demo");
    let rows = table();
    let sandbox = spec(&demo, &rows);
    let ended = sandbox.run(&["flawed.yaml", "--junit", "junit.xml"]).expect_code(1);
    assert!(!ended.stdout.contains("eyJ"), "a token is shown");
    let mut found = failures(&sandbox);
    for right in ["opaque", "HS256", "RS256", "ES256"] {
        assert_eq!(found.remove(right), Some(Ids::new()), "{right}\n{}", ended.stdout);
    }
    found.values_mut().for_each(|ids| _ = ids.remove(CONTROL));
    let expected = |row: &Row| (row.flaw.clone(), expected(row));
    let others = rows.iter().map(expected).filter(|(flaw, ids)| found.get(flaw) != Some(ids));
    let others: Vec<_> = others.map(|(flaw, ids)| (found.get(&flaw), flaw, ids)).collect();
    assert!(others.is_empty(), "found, at, expected: {others:#?}");
    assert_eq!(found.len(), rows.len());
}

fn expected(row: &Row) -> Ids {
    let claims = PROBES.iter().filter(|probe| probe.set == "claims");
    let claims = claims.filter(|probe| row.of_other_sets.contains(probe.id) || is_all(row, probe));
    let given = claims.filter(|probe| row.token != "opaque" || GIVEN.contains(&probe.id));
    given.map(|probe| probe.id.to_owned()).collect()
}

/// Whether every probe finds the flaw whose right answer is a 401, as this one's.
fn is_all(row: &Row, probe: &Probe) -> bool {
    row.all_of_other_sets && probe.answer.statuses == [401]
}

fn spec(demo: &DemoServer, rows: &[Row]) -> Sandbox {
    let mut spec = format!("base_url: {}\ntokens:\n", demo.url());
    let key = |name: &str| {
        let key = fs::read(root().join("src/demo/keys").join(name)).expect("a key");
        let key = STANDARD.encode(key);
        format!("\"-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----\"")
    };
    let own = claims("alice");
    for (name, alg, key) in [
        ("hs256", "HS256", HS256_SECRET.to_owned()),
        ("rs256", "RS256", key("rs256.pk8")),
        ("es256", "ES256", key("es256.pk8")),
    ] {
        let kid = alg.to_lowercase();
        spec.push_str(&format!(
            "  {name}: {{jwt: {{alg: {alg}, key: {key}, headers: {{kid: demo-{kid}}}, claims: {own}}}}}\n"
        ));
    }
    let weak = fs::read_to_string(root().join("fixtures/tokens/weak-secret-hs256.jwt"));
    spec.push_str(&format!("  weak: {}\n", weak.expect("a token").trim()));
    spec.push_str(&format!("  opaque: {ALICE}\n  old: {EXPIRED}\n  nothing: {NO_SCOPE}\ntests:\n"));
    let mut test = |name: &str, path: &str, token: &str| {
        let token = match token {
            "HS256, of the weak secret" => "weak".to_owned(),
            token => token.to_lowercase(),
        };
        let old = if token == "opaque" { "expired: old, " } else { "" };
        spec.push_str(&format!(
            "  - name: {name}\n    request: GET {path}\n    auth: {token}\n    expect: 200\n    \
             enforce: {{profile: strict, probes: [claims], tokens: {{{old}missing-scope: nothing}}}}\n"
        ));
    };
    for token in ["opaque", "HS256", "RS256", "ES256"] {
        test(token, "/orders", token);
    }
    for Row { flaw, token, .. } in rows {
        test(flaw, &format!("/flawed/{flaw}/orders"), token);
    }
    Sandbox::new().file("flawed.yaml", spec)
}
