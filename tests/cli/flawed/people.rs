//! The probes of `claims` that are about whose a token is, and whether it still is: the one asks for
//! an object of one user, the other logs out.

use super::*;
use apitest::demo::tokens::BOB;

#[test]
fn only_where_orders_are_everybodys_another_user_gets_one() {
    finds_its_share("other-user", "/1001", "{json: {$.owner: alice}}", "tokens: {other-user: bob}");
}

#[test]
fn only_where_logouts_are_forgotten_a_revoked_token_is_good() {
    finds_its_share("revoked", "", "200", "revoke: {request: POST /logout}");
}

/// Asks every flaw for what the probe is for, and compares what is found with the table.
fn finds_its_share(probe: &str, path: &str, expect: &str, input: &str) {
    let demo = DemoServer::start(0).expect("a demo");
    let rows: Vec<Row> = table().into_iter().filter(|row| row.token == "opaque").collect();
    let login = "{request: POST /login, json: {user: alice, password: wonderland-7Qx2}, token: \
                 $.access_token}";
    let mut spec = format!(
        "base_url: {}\ntokens:\n  alice: {{login: {login}}}\n  bob: {BOB}\nauth: alice\ntests:\n",
        demo.url()
    );
    let mut test = |name: &str, orders: &str| {
        spec.push_str(&format!(
            "  - name: {name}\n    request: GET {orders}{path}\n    expect: {expect}\n    enforce: \
             {{profile: strict, probes: [{probe}], {input}}}\n"
        ));
    };
    test("nothing is wrong here", "/orders");
    rows.iter().for_each(|row| test(&row.flaw, &format!("/flawed/{}/orders", row.flaw)));
    let sandbox = Sandbox::new().file("flawed.yaml", spec);
    sandbox.run(&["flawed.yaml", "--junit", "junit.xml"]).expect_code(1);
    let mut found = failures(&sandbox);
    assert_eq!(found.remove("nothing is wrong here"), Some(Ids::new()));
    found.values_mut().for_each(|ids| _ = ids.remove(CONTROL));
    let found = found.into_iter().filter(|(_, ids)| !ids.is_empty());
    let is_told = |row: &Row| row.of_other_sets.contains(probe);
    let is_told = |row: &Row| is_told(row) || probe == "revoked" && row.all_of_other_sets;
    let told = rows.into_iter().filter(is_told).map(|row| row.flaw);
    assert_eq!(found.map(|(flaw, _)| flaw).collect::<Ids>(), told.collect::<Ids>());
}
