//! `apitest show`: what would be sent.

use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

#[test]
fn a_test_is_shown_as_it_would_be_sent_and_nothing_is() {
    let server = Server::answering(200, &[], "{}");
    let spec = "\
base_url: ${env.API}
tokens: {alice: token-of-alice-1234}
auth: alice
vars: {item: tea}
tests:
  - name: orders
    request: POST /orders?day=1
    json: {item: \"${item}\", secret: token-of-alice-1234}
    expect: 201
";
    let sandbox = Sandbox::new()
        .env("API", &server.url())
        .file("apitest.yaml", "headers: {X-Team: orders}\n")
        .file("specs/a.yaml", spec);
    let ended = sandbox.run(&["show", "specs/a.yaml:7"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    let address = server.url().replace("http://", "");
    assert_eq!(
        ended.stdout.replace(&address, "HOST"),
        format!(
            "\
specs/a.yaml:6  orders
    POST /orders?day=1 HTTP/1.1
    Host: HOST
    Accept: */*
    User-Agent: apitest/{}
    Accept-Encoding: gzip, deflate
    X-Team: orders
    Content-Type: application/json
    Authorization: Bearer ***
    
    {{\"item\":\"tea\",\"secret\":\"***\"}}

    curl -sS -i -X POST -H 'X-Team: orders' -H 'Content-Type: application/json' -H \"Authorization: Bearer $TOKEN\" --data-raw '{{\"item\":\"tea\",\"secret\":\"***\"}}' 'http://HOST/orders?day=1'

  inherited
    base_url        specs/a.yaml:1:11
    auth            specs/a.yaml:3:7
    headers.X-Team  apitest.yaml:1:19
",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn what_is_known_only_during_a_run_stands_as_it_is_written() {
    let spec = "\
base_url: ${server.url}
setup:
  - {request: POST /login, capture: {token: $.access_token}}
tests:
  - name: reads what it made
    setup:
      - {request: POST /orders, capture: {order_id: $.id}}
    steps:
      - name: reads
        request: GET /orders/${order_id}?by=${order_id}
        auth: {bearer: \"${token}\"}
        headers: {X-Id: \"${order_id}\"}
        expect: 200
";
    let sandbox = Sandbox::new().file("apitest.yaml", "server: demo\n").file("specs/a.yaml", spec);
    let ended = sandbox.run(&["show", "--filter", "reads"]).expect_code(0);
    for line in [
        "  set-up, step 1\n",
        "    POST /orders HTTP/1.1\n    Host: that of ${server.url}\n",
        "  reads\n    GET /orders/${order_id}?by=${order_id} HTTP/1.1\n",
        "    X-Id: ${order_id}\n    Authorization: Bearer ***\n",
        "'${server.url}/orders/${order_id}?by=${order_id}'\n",
    ] {
        assert!(ended.stdout.contains(line), "{line}: {}", ended.stdout);
    }
}

#[test]
fn what_cannot_be_sent_says_why() {
    let sandbox = Sandbox::new()
        .file("specs/a.yaml", "tests: [{name: a, request: \"GET ${env.API}/\", expect: 200}]\n");
    let ended = sandbox.run(&["show", "specs/a.yaml:1"]).expect_code(1);
    assert!(ended.stderr.contains("the environment variable `API` is not set"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "specs/a.yaml:1  a\n");
    let ended = sandbox.run(&["show", "specs/a.yaml:9"]).expect_code(4);
    assert!(ended.stderr.contains("no test stands at line 9"), "{}", ended.stderr);
}
