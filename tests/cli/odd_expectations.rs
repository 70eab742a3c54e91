//! Expectations that look as if they held, and prove nothing, or the opposite: each is red.

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};

const BODY: &str = r#"{
  "id": 5, "text": "5", "blank": "", "list": [1, 2], "items": [{"id": 1}, {"id": 2}], "none": [],
  "object": {}, "nothing": null, "all": ".*", "code": "200", "zero": 0, "minus": -1, "part": {"a": [{}]},
  "types": ["string", "number", "boolean", "array", "object", "null"], "number": "number",
  "login": "login", "date": "2027-03-01", "lists": [[1], [2]], "missing": "null"
}"#;

fn serve() -> Server {
    Server::start(|request, stream| {
        let headers = [("X-One", "alice"), ("X-Two", "a"), ("X-Two", "b"), ("X-Count", "12")];
        reply(
            stream,
            &match request.target.as_str() {
                "/moved" => answer(302, &[("Location", "/a?next=/b")], ""),
                _ => answer(200, &headers, BODY),
            },
        )
    })
}

/// The tests of one spec, each with what it expects in its name.
fn run(tests: impl Iterator<Item = String>) -> Ended {
    let server = serve();
    let head = format!("base_url: {}\nfollow_redirects: 3\ntests:\n", server.url());
    let spec = tests.fold(head, |spec, test| spec + &test);
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs", "4"])
}

fn plain(expect: &str) -> String {
    let name = expect.replace('\'', "''");
    format!("  - {{name: '{name}', request: GET /moved, expect: {{{expect}}}}}\n")
}

/// What the first step captures is known to the expectation of the second.
fn late(captured: &str, expect: &str) -> String {
    let name = expect.replace('\'', "''").replace("${c}", captured);
    format!(
        "  - name: '{name}'\n    steps:\n      - {{request: GET /a, capture: {{c: {captured}}}}}\n      \
         - {{request: GET /moved, expect: {{{expect}}}}}\n"
    )
}

/// Nothing passes, and nothing was a fault of the spec.
#[track_caller]
fn expect_all_red(count: usize, ended: Ended) {
    let ended = ended.expect_code(1);
    let line = format!("{count} cases: 0 passed, {count} failed in ");
    assert!(ended.stdout.contains(&line), "expected {line}\n{}\n{}", ended.stdout, ended.stderr);
}

#[test]
fn what_does_not_fit_is_red_with_a_not_around_it_too() {
    let table = [
        // A list is never the same as something that is none.
        "json: {'$.items[*].id': {not: 7}}",
        "json: {'$.items[*].id': {not: {in: [7, 8]}}}",
        "json: {'$.items[*].id': {not: {type: string}}}",
        "json: {'$..id': {not: null}}",
        "json: {'$..id': {not: {equals: {a: 1}}}}",
        "json: {'$.items[*].id': {not: {all: [7, {type: integer}]}}}",
        "headers: {x-two: {not: c}}",
        "headers: {x-two: {not: {in: [c, d]}}}",
        "headers: {x-two: {not: {starts_with: c}}}",
        "headers: {x-one: {not: [bob, carol]}}",
        "headers: {x-one: {not: {in: [[bob, carol]]}}}",
        // What is not there, or has nothing in it, proves nothing.
        "headers: {x-none: {not: a}}",
        "headers: {x-none: {not: {exists: false}}}",
        "json: {$.gone: {not: 5}}",
        "json: {$.gone: {not: {not: 5}}}",
        "json: {$.gone: {not: {type: string}}}",
        "json: {$.gone: {not: {in: [1]}}}",
        "json: {$.gone: {not: {schema: {type: string}}}}",
        "json: {$.gone: {not: {json: {$.a: 1}}}}",
        "json: {'$.none[*]': {not: {any: 5}}}",
        "json: {$.none: {each: 5}}",
        "json: {$.none: {not: {each: 5}}}",
        "json: {$.lists: {each: {not: {any: {gt: '2027-03-01'}}}}}",
        "cookies: {sid: {not: x}}",
        "cookies: {sid: {path: {not: /}}}",
        "cookies: {sid: {domain: {exists: false}}}",
        // A scalar has no parts that could be missing.
        "json: {$.id: {json: {$.a: {exists: false}}}}",
        "json: {$.nothing: {json: {$.a: {exists: false}}}}",
        "json: {$.text: {not: {json: {$.a: 1}}}}",
        "json: {$.list: {any: {json: {$.a: {exists: false}}}}}",
        // Not of this type.
        "json: {$.text: {not: {gt: 7}}}",
        "json: {$.id: {not: {gt: '2027-03-01'}}}",
        "json: {$.id: {not: {contains: '7'}}}",
        "json: {$.id: {not: {matches: '7'}}}",
        "json: {$.id: {not: {is: uuid}}}",
        "json: {$.id: {not: {length: 7}}}",
        "json: {$.id: {not: {empty: true}}}",
        "json: {$.id: {not: {close_to: ['2027-03-01', 1s]}}}",
        "json: {$.id: {not: {includes: [7]}}}",
        "json: {$.object: {not: {unordered: [7]}}}",
        "json: {$.object: {not: {any: 7}}}",
        "json: {$.list: {not: {includes: {a: 1}}}}",
        "json: {$.list: {not: {any: {starts_with: a}}}}",
        "body: {not: {each: a}}",
        "body: {not: {includes: [a]}}",
        "headers: {x-one: {not: {gt: 5}}}",
        "headers: {x-one: {not: {each: {gt: 5}}}}",
        // In a URL, what begins with `/` is its path.
        "url: {not: /a}",
        "url: {not: {starts_with: /a}}",
        "url: {not: {ends_with: /a}}",
        "url: {not: {contains: /a}}",
        "url: {not: {matches: '^/a$'}}",
        "url: {not: {matches: '^/a\\?next'}}",
        "redirects: {not: [/a]}",
        "redirects: {not: {contains: /a}}",
        "redirects: {not: {any: {matches: ^/a}}}",
        "redirects: {not: {includes: [/a]}}",
    ];
    expect_all_red(table.len(), run(table.into_iter().map(plain)));
}

#[test]
fn what_was_captured_is_held_to_what_holds_for_what_is_written() {
    let table = [
        ("$.code", "status: {not: '${c}'}"),
        ("$.code", "status: {not: ['${c}', 404]}"),
        ("$.list", "status: {not: '${c}'}"),
        ("$.nothing", "status: {not: '${c}'}"),
        ("$.code", "status: {not: {gt: '${c}'}}"),
        ("$.text", "json: {$.list: {length: {not: '${c}'}}}"),
        ("$.minus", "json: {$.list: {length: {not: '${c}'}}}"),
        ("$.zero", "json: {$.list: {length: {gte: '${c}'}}}"),
        ("$.zero", "json: {$.list: {length: {not: {lt: '${c}'}}}}"),
        ("$.minus", "json: {$.list: {length: {gt: '${c}'}}}"),
        ("$.blank", "json: {$.text: {contains: '${c}'}}"),
        ("$.blank", "json: {$.text: {starts_with: '${c}'}}"),
        ("$.blank", "headers: {x-one: {ends_with: '${c}'}}"),
        ("$.blank", "json: {$.text: {matches: '${c}'}}"),
        ("$.blank", "json: {$.text: {matches: 'x|${c}'}}"),
        ("$.all", "json: {$.text: {matches: '${c}'}}"),
        ("$.list", "json: {$.text: {not: {matches: '${c}'}}}"),
        ("$.none", "json: {$.list: {includes: '${c}'}}"),
        ("$.object", "json: {$.part: {includes: '${c}'}}"),
        ("$.part", "json: {$.part: {includes: '${c}'}}"),
        ("$.object", "json: {$.part: {includes: {a: ['${c}']}}}"),
        ("$.object", "json: {$.items: {includes: ['${c}']}}"),
        ("$.none", "json: {$.id: {not: {in: '${c}'}}}"),
        ("$.id", "json: {$.id: {not: {in: '${c}'}}}"),
        ("$.types", "json: {$.id: {type: '${c}'}}"),
        ("$.text", "json: {$.id: {not: {type: '${c}'}}}"),
        ("$.number", "headers: {x-count: {not: {type: '${c}'}}}"),
        ("$.missing", "headers: {x-count: {not: {type: '${c}'}}}"),
        ("$.list", "headers: {x-one: {not: '${c}'}}"),
        ("$.object", "headers: {x-one: {not: '${c}'}}"),
        ("$.items", "headers: {x-one: {not: {in: '${c}'}}}"),
        ("$.items", "headers: {x-two: {not: {includes: '${c}'}}}"),
        ("$.lists", "headers: {x-two: {not: {unordered: '${c}'}}}"),
        ("$.list", "body: {not: '${c}'}"),
        ("$.object", "body: {not: {contains: '${c}'}}"),
        ("$.login", "url: {not: '${c}'}"),
        ("$.login", "url: {not: {starts_with: '${c}'}}"),
        ("$.login", "url: {not: {matches: '^${c}'}}"),
        ("$.login", "redirects: {not: {contains: '${c}'}}"),
        ("$.login", "redirects: {not: ['${c}']}"),
        ("$.list", "json: {'$.items[*].id': {not: {each: {gt: '${c}'}}}}"),
        ("$.id", "json: {'$.items[*].id': {not: '${c}'}}"),
        ("$.date", "json: {$.id: {not: {gt: '${c}'}}}"),
        ("$.text", "json: {$.id: {not: {lt: '${c}'}}}"),
        ("$.id", "json: {$.gone: {exists: '${c}'}}"),
        ("$.missing", "json: {$.gone: {not: {exists: '${c}'}}}"),
        ("$.id", "json: {$.list: {not: {empty: '${c}'}}}"),
        ("$.text", "json: {$.id: {not: {close_to: ['${c}', 1]}}}"),
        ("$.minus", "json: {$.id: {not: {close_to: [9, '${c}']}}}"),
        ("$.text", "json: {$.text: {not: {is: '${c}'}}}"),
        ("$.object", "json: {$.list: {not: {unordered: '${c}'}}}"),
        ("$.none", "json: {$: {schema: {required: '${c}'}}}"),
        ("$.text", "json: {$: {not: {schema: {type: '${c}'}}}}"),
        ("$.text", "body: {not: {sha256: '${c}'}}"),
        ("$.id", "duration: {lt: '${c}'}"),
        ("$.list", "json: {'$.items[?@.id == ${c}]': {exists: false}}"),
    ];
    let tests = table.iter().map(|(captured, expect)| late(captured, expect));
    expect_all_red(table.len(), run(tests));
}

#[test]
fn what_is_meant_by_them_is_green() {
    let plain_ones = [
        "json: {'$.items[*].id': {not: {any: 7}}}",
        "json: {'$.items[*].id': {not: [7]}}",
        "headers: {x-two: {not: {any: c}}}",
        "headers: {x-two: {not: [b, a]}}",
        "headers: {x-one: {not: bob}}",
        "json: {$.object: {json: {$.a: {exists: false}}}}",
        "json: {$: {not: {json: {$.id: 7}}}}",
        "json: {$.nothing: {not: 5}, $.id: {not: {type: string}}, $.gone: {exists: false}}",
        "url: {equals: /a, ends_with: /a, starts_with: '/a?next', matches: '^/a$', not: /b}",
        "url: {not: {ends_with: /b}, contains: '=/b', all: [{not: {matches: ^/b}}]}",
        "redirects: {not: {contains: /b}, includes: [/a], each: {matches: ^/a}}",
        "status: {gte: 200, lt: 300}",
        "json: {$.list: {length: {gt: 1, lt: 3}}, $.id: {not: {gt: 5, lt: 9}}}",
    ];
    let late_ones = [
        ("$.code", "status: '${c}'"),
        ("$.code", "status: [404, '${c}']"),
        ("$.id", "json: {'$.items[*].id': {not: {any: '${c}'}}}"),
        ("$.zero", "json: {$.list: {length: {gt: '${c}'}}}"),
        ("$.login", "url: {not: {contains: '${c}'}}"),
        ("$.list", "json: {$.id: {not: {in: '${c}'}}}"),
    ];
    let tests = plain_ones.into_iter().map(plain);
    let ended = run(tests.chain(late_ones.iter().map(|(captured, expect)| late(captured, expect))));
    let all = plain_ones.len() + late_ones.len();
    let line = format!("{all} cases: {all} passed in ");
    assert!(ended.stdout.contains(&line), "{}\n{}", ended.stdout, ended.stderr);
}
