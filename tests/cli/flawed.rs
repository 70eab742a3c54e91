//! Every known flaw of the demo is found by the probes that should find it, and by no other.
//!
//! The table in docs/enforcement.md is the contract; examples/flawed.yaml is what is run.

mod claims;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use apitest::demo::DemoServer;
use apitest::demo::tokens::{ALICE, Algorithm, Signer, claims, mint};
use apitest::plan::probes::{PROBES, Probe};

use crate::support::project::root;
use crate::support::report::{cases, end};
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::xml::Element;

/// A flaw as the table has it.
struct Row {
    flaw: String,
    token: String,
    /// The probes of the sets that go without saying, and the control.
    found_by: Ids,
    of_other_sets: Ids,
    /// Whether all of the other sets find it whose right answer is a 401.
    all_of_other_sets: bool,
}

/// Ids of probes; what is off about the control itself has the id of none.
type Ids = BTreeSet<String>;

/// What stands for the control.
const CONTROL: &str = "the control";

/// Of the set `claims`, what is run too where it finds something.
const OF_PEOPLE: [&str; 2] = ["other-user", "revoked"];

/// What is sent only where it is asked for.
const OPT_IN: &str = "placement, surface, robust";

#[test]
fn each_flaw_is_found_by_the_probes_that_should_find_it_and_by_no_other() {
    let demo = DemoServer::start(0).expect("a demo");
    let sandbox = Sandbox::new().env("API_URL", &demo.url());
    let report = sandbox.path("junit.xml").to_string_lossy().into_owned();
    let arguments = ["examples/flawed.yaml", "--junit", &report];
    Ended::of(sandbox.command(&arguments).current_dir(root())).expect_code(1);
    let mut found = failures(&sandbox);
    assert_eq!(found.remove("nothing is wrong here"), Some(Ids::new()));
    // What goes without saying is run where it finds something, and all sets where it does not.
    let expected = table().into_iter().filter_map(|row| {
        let people = row.of_other_sets.iter().filter(|id| OF_PEOPLE.contains(&id.as_str()));
        let people: Ids = people.cloned().collect();
        let others = there(row.of_other_sets).union(&people).cloned().collect::<Ids>();
        match row.found_by.is_empty() {
            true => Some((row.flaw, others)).filter(|(_, others)| !others.is_empty()),
            false => Some((row.flaw, there(row.found_by))),
        }
    });
    assert_same(&found, &expected.collect());
}

#[test]
fn the_sets_that_are_opted_in_find_their_share_of_every_flaw() {
    let demo = DemoServer::start(0).expect("a demo");
    let rows: Vec<Row> = table().into_iter().filter(|row| row.token == "opaque").collect();
    let mut spec = format!("base_url: {}\nauth: {{bearer: {ALICE}}}\ntests:\n", demo.url());
    for Row { flaw, .. } in &rows {
        spec.push_str(&format!(
            "  - name: {flaw}\n    request: GET /flawed/{flaw}/orders\n    expect: 200\n    \
             enforce: {{profile: strict, probes: [{OPT_IN}], unsafe: true}}\n"
        ));
    }
    let sandbox = Sandbox::new().file("flawed.yaml", spec);
    sandbox.run(&["flawed.yaml", "--junit", "junit.xml"]).expect_code(1);
    let mut found = failures(&sandbox);
    // What is off about the control is no affair of the probes.
    found.values_mut().for_each(|ids| _ = ids.remove(CONTROL));
    let expected = rows.into_iter().map(|row| (row.flaw, there(row.of_other_sets)));
    assert_same(&found, &expected.collect());
}

#[test]
fn what_other_probes_are_for_is_not_found_by_these() {
    let demo = DemoServer::start(0).expect("a demo");
    let unseen = table().into_iter().filter(|row| row.found_by.is_empty());
    let paths = unseen.map(|row| format!("/flawed/{}/orders", row.flaw));
    let tokens = [ALICE.to_owned(), mint(Algorithm::Rs256, Signer::Demo, &claims("alice"))];
    let paths = paths.flat_map(|path| tokens.clone().map(|token| (path.clone(), token)));
    all_is_well(&demo, "core, jwt", &paths.collect::<Vec<_>>());
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let demo = DemoServer::start(0).expect("a demo");
    let jwts = Algorithm::ALL.map(|algorithm| mint(algorithm, Signer::Demo, &claims("alice")));
    let tokens = [ALICE.to_owned()].into_iter().chain(jwts);
    let paths = tokens.flat_map(|token| ["/orders", "/orders/1001"].map(|p| (p, token.clone())));
    let paths = paths.map(|(p, token)| (p.to_owned(), token)).collect::<Vec<_>>();
    all_is_well(&demo, &format!("core, jwt, {OPT_IN}"), &paths);
}

/// Fails unless each path is proven to be guarded, by its token, with nothing to remark.
fn all_is_well(demo: &DemoServer, probes: &str, paths: &[(String, String)]) {
    let leave = if probes.contains("surface") { ", unsafe: true" } else { "" };
    let mut spec = format!("base_url: {}\ntests:\n", demo.url());
    for (i, (path, token)) in paths.iter().enumerate() {
        spec.push_str(&format!(
            "  - name: {i} {path}\n    request: GET {path}\n    auth: {{bearer: {token}}}\n    \
             enforce: {{profile: strict, probes: [{probes}]{leave}}}\n    expect: 200\n"
        ));
    }
    let sandbox = Sandbox::new().file("flawed.yaml", spec);
    let ended = sandbox.run(&["flawed.yaml", "--junit", "junit.xml"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    let failures = failures(&sandbox);
    assert_eq!(failures.len(), paths.len());
    assert!(failures.values().all(Ids::is_empty), "{failures:?}");
    let report = Element::parse(&sandbox.read("junit.xml"));
    assert!(cases(&report).count() > 10 * paths.len(), "nothing was probed");
}

#[test]
fn every_probe_has_a_flaw_that_only_a_blind_one_would_miss() {
    let rows = table();
    let all = |row: &Row| row.found_by.union(&row.of_other_sets).cloned().collect::<Vec<_>>();
    let told: Ids = rows.iter().flat_map(all).filter(|id| id != CONTROL).collect();
    let there: Ids = PROBES.iter().map(|probe| probe.id.to_owned()).collect();
    let blind: Vec<&String> = there.difference(&told).collect();
    assert!(blind.is_empty(), "no flaw is found by {blind:?}");
    let missing: Vec<&String> = told.difference(&there).collect();
    assert!(missing.is_empty(), "known to the table, and no probes: {missing:?}");
}

#[test]
fn a_deletion_that_is_guarded_takes_effect_once() {
    let demo = DemoServer::start(0).expect("a demo");
    let sandbox = deleting(&demo, "/orders/1001");
    sandbox.run(&["delete.yaml", "--junit", "junit.xml"]).expect_code(0);
    assert_eq!(failures(&sandbox)["deletes"], Ids::new());
    assert_eq!(demo.orders_deleted(), 1);
}

#[test]
fn a_deletion_that_is_let_through_is_a_failure_and_the_last_request() {
    let demo = DemoServer::start(0).expect("a demo");
    let sandbox = deleting(&demo, "/flawed/any-token/orders/1001");
    sandbox.run(&["delete.yaml", "--junit", "junit.xml"]).expect_code(1);
    let report = Element::parse(&sandbox.read("junit.xml"));
    let ends = |wanted: &str| -> Vec<String> {
        let ended = cases(&report).filter(|case| end(case).is_some_and(|end| end.name == wanted));
        ended.map(|case| case.attribute("name").to_owned()).collect()
    };
    let probes = |ids: &[&str]| ids.iter().map(|id| format!("deletes › {id}")).collect::<Vec<_>>();
    assert_eq!(ends("failure"), probes(&["random-token"]));
    // The good request was not sent, so that the refusals before it prove nothing.
    let refused = probes(&["no-token", "empty-value", "scheme-only", "basic-scheme"]);
    assert_eq!(ends("error"), [&["deletes".to_owned()][..], &refused].concat());
    assert_eq!(ends("skipped"), probes(&["null-token", "look-alike", "truncated", "extended"]));
    assert_eq!(demo.requests_to("DELETE", "/flawed/any-token/orders/{id}"), 5);
    assert_eq!(demo.orders_deleted(), 1);
}

/// A spec that deletes an order and probes that.
fn deleting(demo: &DemoServer, path: &str) -> Sandbox {
    let spec = format!(
        "base_url: {}\nauth: {{bearer: {ALICE}}}\ntests:\n  - name: deletes\n    request: DELETE \
         {path}\n    expect: 204\n    enforce: {{scheme: bearer, profile: strict}}\n",
        demo.url()
    );
    Sandbox::new().file("delete.yaml", spec)
}

/// The ids of the probes that did not pass, by the test that is their control.
fn failures(sandbox: &Sandbox) -> BTreeMap<String, Ids> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let mut failures: BTreeMap<String, Ids> = BTreeMap::new();
    for case in cases(&report) {
        let name = case.attribute("name");
        let (test, id) = name.split_once(" › ").unwrap_or((name, CONTROL));
        let failed = failures.entry(test.to_owned()).or_default();
        match end(case) {
            Some(end) if end.name == "failure" => _ = failed.insert(id.to_owned()),
            // A probe that does not apply finds nothing.
            Some(end) => assert_eq!(end.name, "skipped", "{name}: {}", end.text),
            None => {}
        }
    }
    failures
}

fn assert_same(found: &BTreeMap<String, Ids>, expected: &BTreeMap<String, Ids>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (flaw, ids) in expected {
        assert_eq!(&found[flaw], ids, "{flaw}");
    }
}

/// Without the set `claims`, which has a test of its own.
fn there(mut ids: Ids) -> Ids {
    let is_claim = |id: &str| Probe::find(id).is_some_and(|probe| probe.set == "claims");
    ids.retain(|id| !is_claim(id));
    ids
}

/// The table of flaws in docs/enforcement.md.
fn table() -> Vec<Row> {
    let page = fs::read_to_string(root().join("docs/enforcement.md")).expect("the page");
    let below = page.split_once("## Known flaws").expect("the heading").1;
    let section = below.split("\n## ").next().expect("the section");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<Row> = rows
        .map(|row| {
            let columns: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, flaw, _, token, found_by, of_other_sets, _] = columns[..] else {
                panic!("{row}")
            };
            Row {
                flaw: flaw.trim_matches('`').to_owned(),
                token: token.to_owned(),
                found_by: ids(found_by),
                of_other_sets: ids(of_other_sets),
                all_of_other_sets: of_other_sets.starts_with('†'),
            }
        })
        .collect();
    assert!(rows.len() > 50, "{} rows", rows.len());
    rows
}

fn ids(column: &str) -> Ids {
    match column {
        "–" => Ids::new(),
        CONTROL => Ids::from([CONTROL.to_owned()]),
        ids => ids
            .split_whitespace()
            .filter(|id| *id != "†")
            .map(|id| id.trim_matches('`').to_owned())
            .collect(),
    }
}
