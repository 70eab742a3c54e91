//! Generated values: how long each stays the same, how `--seed` repeats them, and how a run that
//! failed tells its seed.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};

/// What a request sent in its `X-…` fields, by the path that it asked for.
type Sent = BTreeMap<String, Vec<String>>;

/// Runs the files against a server that answers 200 with `{}`.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> (Sandbox, Server, Ended) {
    let server = Server::answering(200, &[], "{}");
    let project = format!("base_url: {}\n", server.url());
    let mut sandbox = Sandbox::new().file("apitest.yaml", project);
    for (path, text) in files {
        sandbox = sandbox.file(path, text);
    }
    let ended = sandbox.run(&[&["--color", "never"], arguments].concat());
    (sandbox, server, ended)
}

fn sent(server: &Server) -> Sent {
    let mut all = Sent::new();
    for request in server.arrived() {
        let fields =
            request.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-"));
        let values = fields.map(|(_, value)| value.clone()).collect::<Vec<_>>().join(" ");
        all.entry(request.target.clone()).or_default().push(values);
    }
    all
}

fn words(sent: &Sent, path: &str) -> Vec<String> {
    let all = sent.get(path).unwrap_or_else(|| panic!("{path} in {sent:?}")).join(" ");
    all.split(' ').map(str::to_owned).collect()
}

fn is_uuid(text: &str) -> bool {
    let uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
    regex::Regex::new(uuid).unwrap().is_match(text)
}

const LEVELS: &str = "\
vars: {file: '${uuid()}'}
headers: {X-File: '${file}', X-Each: '${uuid()}'}
tests:
  - name: a
    vars: {own: '${uuid()}'}
    steps:
      - {request: GET /a1, headers: {X-Own: '${own}', X-Again: '${own}'}, expect: 200}
      - {request: GET /a2, headers: {X-Own: '${own}'}, expect: 200}
  - name: row
    data: [{n: 1, cell: '${uuid()}'}, {n: 2, cell: '${uuid()}'}]
    vars: {own: '${uuid()}'}
    request: GET /row${n}
    headers: {X-Own: '${own}', X-Cell: '${cell}', X-Cell-Again: '${cell}'}
    expect: 200
";

#[test]
fn a_value_stays_the_same_on_its_level() {
    let (_sandbox, server, ended) = run(&[("a.yaml", LEVELS)], &["a.yaml", "--jobs", "1"]);
    ended.expect_code(0);
    let sent = sent(&server);
    // X-File, X-Each, X-Own, X-Again
    let [a1, a2] = ["/a1", "/a2"].map(|path| words(&sent, path));
    assert_eq!((&a1[0], &a1[2], &a1[2]), (&a2[0], &a2[2], &a1[3]), "{sent:?}");
    let [one, two] = ["/row1", "/row2"].map(|path| words(&sent, path));
    assert_eq!((&one[0], &one[3], &two[3]), (&a1[0], &one[4], &two[4]), "{sent:?}");
    let all: Vec<&String> =
        [&a1[0], &a1[1], &a1[2], &a2[1]].into_iter().chain(&one[1..4]).chain(&two[1..4]).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{sent:?}");
    assert!(all.iter().all(|text| is_uuid(text)), "{sent:?}");
}

const USES: &str = "\
tests:
  - name: a
    steps:
      - {use: shared/two.yaml, with: {id: '${uuid()}'}}
      - {use: shared/two.yaml, with: {id: '${uuid()}'}}
      - {use: shared/two.yaml, with: {id: '${own}'}, vars: {own: '${uuid()}'}}
";

const TWO: &str = "\
steps:
  - {request: GET /one, headers: {X-Id: '${id}', X-Each: '${uuid()}'}, expect: 200}
  - {request: GET /two, headers: {X-Id: '${id}', X-Each: '${uuid()}'}, expect: 200}
";

#[test]
fn what_a_fragment_is_given_is_made_once_for_that_use() {
    let (_sandbox, server, ended) = run(&[("a.yaml", USES), ("shared/two.yaml", TWO)], &["a.yaml"]);
    ended.expect_code(0);
    let sent = sent(&server);
    let [one, two] = ["/one", "/two"].map(|path| words(&sent, path));
    let every_other = |all: &[String], from: usize| -> Vec<String> {
        all.iter().skip(from).step_by(2).cloned().collect()
    };
    assert_eq!(every_other(&one, 0), every_other(&two, 0), "{sent:?}");
    let each = [every_other(&one, 0), every_other(&one, 1), every_other(&two, 1)].concat();
    assert_eq!(each.iter().collect::<BTreeSet<_>>().len(), 9, "{sent:?}");
}

const MANY: &str = "\
vars: {file: '${uuid()}'}
setup:
  - {request: GET /setup, headers: {X-Id: '${uuid()}'}}
tests:
  - name: first
    vars: {own: '${random_int(1, 1000000000)}'}
    request: POST /first
    headers: {X-File: '${file}', X-Own: '${own}', X-Each: '${uuid()}'}
    expect: 200
  - name: row
    matrix: {n: [1, 2, 3, 4, 5, 6, 7, 8]}
    steps:
      - {request: 'GET /row${n}', headers: {X-Each: '${uuid()}'}, expect: 200}
      - {request: 'GET /last${n}', headers: {X-Each: '${uuid()}'}, expect: 200}
";

#[test]
fn a_seed_repeats_all_values_for_any_number_of_jobs_and_for_one_test() {
    let files = [("specs/a.yaml", MANY), ("specs/b.yaml", MANY)];
    let of = |arguments: &[&str]| {
        let (_sandbox, server, ended) = run(&files, arguments);
        ended.expect_code(0);
        let mut sent = sent(&server);
        sent.values_mut().for_each(|values| values.sort());
        sent
    };
    let whole = of(&["specs", "--seed", "7", "--jobs", "1"]);
    assert_eq!(whole, of(&["specs", "--seed", "7", "--jobs", "32"]));
    let values: Vec<String> = whole.keys().flat_map(|path| words(&whole, path)).collect();
    assert_eq!(values.iter().collect::<BTreeSet<_>>().len(), values.len(), "two files, two values");
    let other = of(&["specs", "--seed", "8", "--jobs", "1"]);
    let others: Vec<String> = other.keys().flat_map(|path| words(&other, path)).collect();
    assert!(others.iter().all(|value| !values.contains(value)), "{others:?}");
    let unseeded = [&["specs"][..], &["specs"]].map(of);
    assert_ne!(unseeded[0], unseeded[1]);
    for line in ["5", "10"] {
        let one = of(&[&format!("specs/a.yaml:{line}"), "--seed", "7"]);
        for (path, values) in &one {
            assert_eq!(values.len(), 1, "{path}");
            assert!(whole[path].contains(&values[0]), "{path} {values:?} {whole:?}");
        }
    }
}

#[test]
fn a_run_that_failed_tells_its_seed_everywhere() {
    let spec = "\
vars: {id: '${uuid()}'}
tests:
  - {name: a, request: 'GET /${id}', expect: 404}
";
    let arguments = ["a.yaml", "--junit", "junit.xml", "--report", "json=run.json"];
    let (sandbox, server, ended) = run(&[("a.yaml", spec)], &arguments);
    let ended = ended.expect_code(1);
    let json = sandbox.read("run.json");
    let started = json.lines().find(|line| line.contains("\"run-started\"")).unwrap();
    let seed = serde_json::from_str::<Value>(started).unwrap()["seed"].as_u64().expect("a seed");
    let repeat = format!("apitest a.yaml:3 --seed {seed}\n");
    assert!(ended.stdout.contains(&repeat), "{}", ended.stdout);
    let told = format!("\n--seed {seed} repeats the values that were generated\n");
    assert!(ended.stdout.contains(&told), "{}", ended.stdout);
    let property = format!("<property name=\"apitest.seed\" value=\"{seed}\"/>");
    assert!(sandbox.read("junit.xml").contains(&property), "{}", sandbox.read("junit.xml"));
    sandbox.run(&["a.yaml:3", "--seed", &seed.to_string()]).expect_code(1);
    let targets: Vec<String> = server.arrived().into_iter().map(|r| r.target).collect();
    assert!(targets.len() == 2 && targets[0] == targets[1], "{targets:?}");
}

#[test]
fn a_run_without_generators_has_no_seed() {
    let spec = "tests:\n  - {name: a, request: GET /, expect: 404}\n";
    let arguments = ["a.yaml", "--junit", "junit.xml", "--report", "json=run.json"];
    let (sandbox, _server, ended) = run(&[("a.yaml", spec)], &arguments);
    let ended = ended.expect_code(1);
    assert!(!ended.stdout.contains("seed"), "{}", ended.stdout);
    assert!(!sandbox.read("junit.xml").contains("seed"));
    assert!(sandbox.read("run.json").contains("\"seed\":null"));
}

#[test]
fn a_run_again_makes_values_anew_and_a_poll_does_not() {
    let spec = "\
vars: {file: '${uuid()}'}
tests:
  - name: again
    retry: 1
    vars: {own: '${uuid()}'}
    request: POST /again
    headers: {X-File: '${file}', X-Own: '${own}', X-Each: '${uuid()}'}
    expect: 404
  - name: polled
    request: GET /polled
    headers: {X-Each: '${uuid()}'}
    expect: 404
    poll: {every: 200ms, within: 1s}
";
    let (_sandbox, server, ended) = run(&[("a.yaml", spec)], &["a.yaml"]);
    ended.expect_code(1);
    let sent = sent(&server);
    let again = words(&sent, "/again");
    assert_eq!(again.len(), 6, "{sent:?}");
    assert_eq!(again[0], again[3]);
    assert!(again[1] != again[4] && again[2] != again[5], "{sent:?}");
    let polled: BTreeSet<String> = words(&sent, "/polled").into_iter().collect();
    assert!(sent["/polled"].len() > 1 && polled.len() == 1, "{sent:?}");
}

#[test]
fn what_is_made_for_a_secret_is_shown_nowhere() {
    let spec = "\
vars: {user: '${uuid()}', password: '${uuid()}', pair: '${user}:${password}'}
tests:
  - name: in a body
    request: POST /
    json: {user: '${user}', password: '${password}', access_token: '${uuid()}'}
    headers: {X-Pair: '${base64(pair)}'}
    expect: 404
  - name: as a credential
    auth: {bearer: '${uuid()}'}
    request: GET /
    expect: 404
  - name: of a captured secret
    steps:
      - {request: GET /, capture: {key: {header: x-key, secret: true}}}
      - {request: GET /, headers: {X-Key: '${base64(key)}'}, expect: 404}
";
    let server = Server::answering(200, &[("X-Key", "canary-4711-canary-4711")], "{}");
    let sandbox = Sandbox::new().file("a.yaml", format!("base_url: {}\n{spec}", server.url()));
    let arguments = ["a.yaml", "-v", "--jobs", "1", "--junit", "junit.xml", "--report", "json=j"];
    let ended = sandbox.run(&arguments).expect_code(1);
    let told = [ended.stdout, ended.stderr, sandbox.read("junit.xml"), sandbox.read("j")].concat();
    let arrived = server.arrived();
    let body: Value = serde_json::from_slice(&arrived[0].body).unwrap();
    let bearer = arrived[1].header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    let key = arrived[3].header("x-key").unwrap();
    assert_eq!(key, "Y2FuYXJ5LTQ3MTEtY2FuYXJ5LTQ3MTE=");
    let pair = arrived[0].header("x-pair").unwrap();
    // The first 36 characters are those of the user, which is none.
    let password = &pair[52..];
    let secrets = [body["password"].as_str(), body["access_token"].as_str()].map(Option::unwrap);
    for secret in secrets.into_iter().chain([bearer, key, password]) {
        assert!(secret.len() > 16 && !told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains(body["user"].as_str().unwrap()), "what is no secret is shown");
}

#[test]
fn a_token_that_is_minted_has_values_of_its_own() {
    let spec = "\
vars: {issuer: '${uuid()}'}
tokens:
  a: {jwt: {alg: HS256, key: 0123456789abcdef0123456789abcdef, claims: {iss: '${issuer}', jti: '${uuid()}', nbf: '${unix_time(-1m)}'}}}
  b: {jwt: {alg: HS256, key: 0123456789abcdef0123456789abcdef, claims: {iss: '${issuer}', jti: '${uuid()}'}}}
tests:
  - {name: a, request: GET /a, auth: a, headers: {X-Issuer: '${issuer}'}, expect: 200}
  - {name: again, request: GET /a, auth: a, expect: 200}
  - {name: b, request: GET /b, auth: b, expect: 200}
";
    let claims = |arguments: &[&str]| {
        let (_sandbox, server, ended) = run(&[("a.yaml", spec)], arguments);
        ended.expect_code(0);
        let arrived = server.arrived();
        assert_eq!(arrived[0].header("authorization"), arrived[1].header("authorization"));
        let issuer = arrived[0].header("x-issuer").unwrap().to_owned();
        let claims = [0, 2].map(|at: usize| {
            let token = arrived[at].header("authorization").unwrap();
            let payload = token.split('.').nth(1).unwrap();
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
        });
        assert!(claims.iter().all(|claims| claims["iss"] == *issuer), "{claims:?}");
        let seconds = |name: &str| claims[0][name].as_i64().unwrap();
        assert!((59..=60).contains(&(seconds("iat") - seconds("nbf"))), "{claims:?}");
        claims.map(|claims| claims["jti"].as_str().unwrap().to_owned())
    };
    let [a, b] = claims(&["a.yaml", "--seed", "7", "--jobs", "1"]);
    assert!(a != b && is_uuid(&a) && is_uuid(&b));
    assert_eq!([a, b], claims(&["a.yaml", "--seed", "7", "--jobs", "1"]));
}

#[test]
fn a_control_and_its_probes_send_the_same_values() {
    let spec = "\
vars: {file: '${uuid()}'}
tests:
  - name: single
    enforce: bearer
    auth: {bearer: demo-alice-5f0c1d2e3b4a}
    vars: {own: '${uuid()}'}
    request: GET /single
    headers: {X-Own: '${own}', X-Each: '${uuid()}'}
    expect: {status: 200, headers: {x-own: '${own}'}}
  - name: between
    vars: {own: '${uuid()}'}
    steps:
      - {request: GET /before, headers: {X-Own: '${own}'}, expect: 200}
      - request: GET /between
        enforce: bearer
        auth: {bearer: demo-alice-5f0c1d2e3b4a}
        headers: {X-Own: '${own}', X-Each: '${uuid()}'}
        expect: {status: 200, headers: {x-own: '${own}'}}
      - {request: GET /after, headers: {X-Own: '${own}'}, expect: 200}
";
    let server = Server::start(|request, stream| {
        let good = request.header("authorization") == Some("Bearer demo-alice-5f0c1d2e3b4a");
        let own = request.header("x-own").unwrap_or_default();
        let open = ["/before", "/after"].contains(&&*request.target);
        let refused = answer(401, &[("WWW-Authenticate", "Bearer error=\"invalid_token\"")], "");
        let bytes = if good || open { answer(200, &[("X-Own", own)], "{}") } else { refused };
        reply(stream, &bytes)
    });
    let sandbox = Sandbox::new().file("a.yaml", format!("base_url: {}\n{spec}", server.url()));
    let ended = sandbox.run(&["a.yaml", "--jobs", "4"]);
    assert!(ended.stdout.contains("passed"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("ERRORED"), "{}", ended.stdout);
    let sent = sent(&server);
    for path in ["/single", "/between"] {
        let values: BTreeSet<&String> = sent[path].iter().collect();
        assert!(sent[path].len() > 5 && values.len() == 1, "{sent:?}");
    }
    let own = words(&sent, "/between")[0].clone();
    assert_eq!((&own, &own), (&words(&sent, "/before")[0], &words(&sent, "/after")[0]), "{sent:?}");
}
