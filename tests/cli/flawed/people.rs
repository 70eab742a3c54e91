//! The probes of `claims` that are about whose a token is: they ask for an object of one user.

use super::*;
use apitest::demo::tokens::BOB;

#[test]
fn only_where_orders_are_everybodys_another_user_gets_one() {
    let demo = DemoServer::start(0).expect("a demo");
    let rows: Vec<Row> = table().into_iter().filter(|row| row.token == "opaque").collect();
    let mut spec = format!(
        "base_url: {}\ntokens: {{alice: {ALICE}, bob: {BOB}}}\nauth: alice\ntests:\n",
        demo.url()
    );
    let mut test = |name: &str, path: &str| {
        spec.push_str(&format!(
            "  - name: {name}\n    request: GET {path}/1001\n    expect: {{json: {{$.owner: \
             alice}}}}\n    enforce: {{profile: strict, probes: [other-user], tokens: \
             {{other-user: bob}}}}\n"
        ));
    };
    test("nothing is wrong here", "/orders");
    rows.iter().for_each(|row| test(&row.flaw, &format!("/flawed/{}/orders", row.flaw)));
    let sandbox = Sandbox::new().file("flawed.yaml", spec);
    sandbox.run(&["flawed.yaml", "--junit", "junit.xml"]).expect_code(1);
    let mut found = failures(&sandbox);
    assert_eq!(found.remove("nothing is wrong here"), Some(Ids::new()));
    found.values_mut().for_each(|ids| _ = ids.remove(CONTROL));
    let expected = |row: Row| (row.flaw, share(row.of_other_sets, &["other-user"]));
    assert_same(&found, &rows.into_iter().map(expected).collect());
}

/// Those of the ids that are asked for.
fn share(mut ids: Ids, asked: &[&str]) -> Ids {
    ids.retain(|id| asked.contains(&id.as_str()));
    ids
}
