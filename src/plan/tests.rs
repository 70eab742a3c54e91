//! What the levels come to, and what names stand for.

use super::expand::expand;
use super::scope::Inputs;
use super::*;
use crate::diagnostic::Severity;
use crate::suite;

/// The plan of a spec under a project file; `vars` and `env` are names and values.
fn plan(project: &str, spec: &str, vars: &[(&str, &str)], env: &[(&str, &str)]) -> FilePlan {
    let source = |path: &str, text: &str| Arc::new(Source::new(path, text));
    let (project, faults) = suite::project::parse(&source("apitest.yaml", project));
    assert!(faults.is_empty(), "{faults:?}");
    let owned = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let inputs = Inputs { env: owned(env), vars, server: true, ..Inputs::default() };
    let spec = source("a.yaml", spec);
    let (suite, faults) = suite::parse(&spec);
    expand(&spec, suite.as_ref(), faults, Some(&project), &inputs)
}

const PROJECT: &str = "base_url: http://127.0.0.1:9\n";

/// A spec with one test of these lines, under others at its top.
fn spec(top: &str, test: &str) -> String {
    let test = test.trim().replace('\n', "\n    ");
    format!("{top}\ntests:\n  - name: x\n    request: GET /\n    expect: 200\n    {test}\n")
}

/// The only step of the only case.
#[track_caller]
fn step(plan: &FilePlan) -> &Step {
    let errors: Vec<_> =
        plan.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    match &plan.cases[..] {
        [Case { work: Work::Steps(steps), .. }] => &steps[0],
        cases => panic!("{cases:?}"),
    }
}

/// The header fields that are not there by default.
fn own_headers(step: &Step) -> Vec<String> {
    let text = |template: &Template| template.written();
    let lines = step
        .settings
        .headers
        .iter()
        .map(|(name, value)| format!("{}: {}", text(name), text(value)));
    lines.filter(|line| !line.starts_with("User-Agent") && !line.starts_with("Accept")).collect()
}

#[test]
fn headers_merge_by_name_in_any_case_and_the_nearest_wins() {
    let project = "base_url: http://127.0.0.1:9\nheaders: {X-Far: far, X-Both: far, X-Gone: far}\n";
    let top = "vars: {name: Both}\nheaders: {x-both: near, X-Lines: [a, 2]}";
    let plan = plan(project, &spec(top, "headers: {\"X-${name}\": own, x-gone: null}"), &[], &[]);
    let expected = ["X-Far: far", "X-Lines: a", "X-Lines: 2", "X-Both: own"];
    assert_eq!(own_headers(step(&plan)), expected);
}

#[test]
fn null_takes_back_also_what_is_sent_by_default() {
    let test = "json: {a: 1}\nheaders: {user-agent: null, accept: null, Content-Type: null}";
    let plan = plan(PROJECT, &spec("", test), &[], &[]);
    let settings = &step(&plan).settings;
    let names: Vec<_> = settings.headers.iter().map(|(name, _)| name.written()).collect();
    assert_eq!(names, ["Accept-Encoding"]);
    assert!(settings.no_content_type);
    let text = spec("headers: {content-type: null}", "headers: {content-type: text/csv}");
    let plan = self::plan(PROJECT, &text, &[], &[]);
    assert!(!step(&plan).settings.no_content_type);
}

#[test]
fn query_parameters_merge_and_know_whether_they_are_inherited() {
    let project = "base_url: http://127.0.0.1:9\nquery: {limit: 5, page: 1, far: a}\n";
    let plan = plan(project, &spec("query: {page: 2}", "query: {limit: [7, 8]}"), &[], &[]);
    let query: Vec<_> = step(&plan)
        .settings
        .query
        .iter()
        .map(|p| (p.name.written(), p.value.written(), p.inherited))
        .collect();
    let parameter = |name: &str, value: &str, inherited| (name.into(), value.into(), inherited);
    let expected = [
        parameter("far", "a", true),
        parameter("page", "2", true),
        parameter("limit", "7", false),
        parameter("limit", "8", false),
    ];
    assert_eq!(query, expected);
}

#[test]
fn tags_add_up_and_everything_else_is_replaced_whole() {
    let project = "base_url: http://127.0.0.1:9\ntags: [all]\ntimeout: 5s\nfollow_redirects: 3\n";
    let top = "tags: [orders]\ntimeout: 7s\nallow_plain_http: true";
    let plan = plan(project, &spec(top, "tags: [smoke]\ntimeout: 500ms"), &[], &[]);
    assert_eq!(plan.cases[0].tags.join(" "), "all orders smoke");
    let settings = &step(&plan).settings;
    assert_eq!(settings.timeout.as_millis(), 500);
    assert_eq!((settings.follow_redirects, settings.allow_plain_http), (3, true));
}

#[test]
fn the_nearest_variable_wins_and_the_command_line_over_all() {
    let project = "base_url: http://127.0.0.1:9\nvars: {id: 1, path: \"/p/${id}\"}\n";
    let text = spec("vars: {id: 2}", "vars: {id: 3}\nheaders: {x-path: \"${path}\"}");
    let headers = |vars: &[(&str, &str)]| own_headers(step(&plan(project, &text, vars, &[])));
    assert_eq!(headers(&[]), ["x-path: /p/3"]);
    assert_eq!(headers(&[("id", "${id}")]), ["x-path: /p/${id}"]);
    let plan = plan(project, &text, &[("id", "4")], &[]);
    assert!(plan.used_vars.contains(&"id".to_owned()));
}

#[test]
fn a_sole_variable_keeps_its_type_and_an_escaped_one_stays_as_it_is() {
    let top = "vars: {n: 12.50, list: [1, {a: null}], flag: false}";
    let test = "json: {n: \"${n}\", text: \"n=${n}\", list: \"${list}\", flag: \"${flag}\", literal: \"$${n}\"}";
    let plan = plan(PROJECT, &spec(top, test), &[], &[]);
    let Some(Body::Json(JsonText::Written(body))) = step(&plan).body.as_deref() else {
        panic!("not bound")
    };
    let expected =
        r#"{"n":12.50,"text":"n=12.50","list":[1,{"a":null}],"flag":false,"literal":"${n}"}"#;
    assert_eq!(&**body, expected);
}

#[test]
fn rows_share_what_hangs_on_none_of_their_cells() {
    let test = "data: [{id: 1, far: x}, {id: 2, far: y}]\nheaders: {x-a: \"${a}\"}\njson: {a: \"${a}\"}\n\
                query: {far: \"${far}\"}";
    let text = spec("vars: {a: b, there: \"${id}\"}", test)
        .replace("expect: 200", "expect: {status: 200, json: {$.id: \"${there}\"}}");
    let steps = |text: &str| -> Vec<Step> {
        let plan = plan(PROJECT, text, &[], &[]);
        let steps = plan.cases.into_iter().map(|case| match case.work {
            Work::Steps(steps) => Vec::from(steps).remove(0),
            work => panic!("{work:?}"),
        });
        steps.collect()
    };
    let [first, second] = &steps(&text)[..] else { panic!("not two") };
    let same =
        |i: usize| Arc::ptr_eq(&first.expectations[i].demand, &second.expectations[i].demand);
    assert_eq!([same(0), same(1)], [true, false]);
    assert!(Arc::ptr_eq(first.body.as_ref().unwrap(), second.body.as_ref().unwrap()));
    assert!(!Arc::ptr_eq(&first.settings, &second.settings));
    let [first, second] = &steps(&text.replace("far: \"${far}\"", "far: z"))[..] else {
        panic!("not two")
    };
    assert!(Arc::ptr_eq(&first.settings, &second.settings));
}

#[test]
fn a_variable_may_stand_wherever_a_value_may() {
    let top = "vars: {hops: 5, time: 2s, flag: true, code: 404}";
    let test = "follow_redirects: ${hops}\ntimeout: ${time}\nallow_plain_http: ${flag}";
    let settings = |vars: &[(&str, &str)]| {
        let settings = step(&plan(PROJECT, &spec(top, test), vars, &[])).settings.clone();
        (settings.follow_redirects, settings.timeout.as_secs(), settings.allow_plain_http)
    };
    assert_eq!(settings(&[]), (5, 2, true));
    // The command line knows only texts.
    let given = [("hops", "7"), ("time", "3s"), ("flag", "false"), ("code", "404")];
    assert_eq!(settings(&given), (7, 3, false));
    let text = spec(top, "").replace("expect: 200", "expect: ${code}");
    for vars in [&[][..], &[("code", "201")]] {
        step(&plan(PROJECT, &text, vars, &[]));
    }
}

#[test]
fn a_variable_at_the_start_of_a_url_goes_in_as_it_is_and_later_as_one_component() {
    let top = "vars: {root: \"http://h/a?b\", part: \"a/b ?&ä\", back: \"${server.url}/c d\"}";
    let table = [
        ("${root}/${part}", "http://h/a?b/a%2Fb%20%3F%26%C3%A4"),
        ("/x/${part}", "/x/a%2Fb%20%3F%26%C3%A4"),
        ("${server.url}/x?to=${part}", "${server.url}/x?to=a%2Fb%20%3F%26%C3%A4"),
        ("/x?to=${back}", "/x?to=${server.url}%2Fc%20d"),
    ];
    for (url, expected) in table {
        let text = spec(top, "").replace("GET /", &format!("\"GET {url}\""));
        assert_eq!(step(&plan(PROJECT, &text, &[], &[])).url.written(), expected);
    }
}

#[test]
fn what_the_environment_lacks_stops_only_the_cases_that_need_it() {
    let project = "base_url: ${env.FAR}\nheaders: {x-id: \"${env.ID}\"}\n";
    let text = "\
base_url: http://127.0.0.1:9
tokens: {alice: \"${env.ALICE}\"}
vars: {nobody: \"${env.NOBODY}\"}
tests:
  - {name: \"named ${env.NAME}\", request: GET /, headers: {x-id: a}, auth: none, expect: 200}
  - {name: needs nothing, request: GET /, headers: {x-id: a}, expect: 200}
  - {name: needs the id, request: GET /, expect: 200}
  - {name: needs alice, request: GET /, headers: {x-id: a}, auth: alice, expect: 200}
  - {name: is skipped, request: \"GET /${env.GONE}\", skip: later, expect: 200}
";
    let plan = plan(project, text, &[], &[]);
    let works: Vec<String> = plan
        .cases
        .iter()
        .map(|case| match &case.work {
            Work::Unset(lacks) | Work::Unready(lacks) => {
                lacks.iter().map(|lack| lack.title.as_str()).collect()
            }
            Work::Steps(_) => "ready".into(),
            Work::Skip(reason) => format!("skipped: {reason}"),
            Work::Probe(_) => panic!("nothing is probed"),
            Work::Invalid(faults) => panic!("{faults:?}"),
        })
        .collect();
    let unset = |name: &str| format!("the environment variable `{name}` is not set");
    let expected =
        [unset("NAME"), "ready".into(), unset("ID"), unset("ALICE"), "skipped: later".into()];
    assert_eq!(works, expected);
}

#[test]
fn an_environment_variable_that_is_empty_takes_its_default() {
    let test = "headers: {x-a: \"${env.A:-none}\", x-b: \"${env.B:-none}\", x-c: \"${env.C:-}\"}";
    let plan = plan(PROJECT, &spec("", test), &[], &[("A", "a"), ("B", "")]);
    assert_eq!(own_headers(step(&plan)), ["x-a: a", "x-b: none", "x-c: "]);
}

#[test]
fn a_name_of_a_token_may_come_from_a_variable_and_none_takes_it_back() {
    let top =
        "tokens: {alice: token-of-alice, bob: token-of-bob}\nauth: ${who}\nvars: {who: alice}";
    let tests = "\
tests:
  - {name: a, request: GET /, expect: 200}
  - {name: b, request: GET /, vars: {who: bob}, expect: 200}
  - {name: c, request: GET /, auth: none, expect: 200}
  - {name: d, request: GET /, auth: {bearer: other-token}, expect: 200}
";
    let plan = plan(PROJECT, &format!("{top}\n{tests}"), &[], &[]);
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    let credentials: Vec<String> = plan
        .cases
        .iter()
        .map(|case| match &case.work {
            Work::Steps(steps) => match &steps[0].credential {
                Credential::Token(id) => plan.tokens[id.0 as usize].name.clone(),
                Credential::Bearer(token) => token.written(),
                Credential::None => "none".into(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(credentials, ["alice", "bob", "none", "other-token"]);
}

#[test]
fn a_token_of_the_project_file_is_one_for_all_files() {
    let source = Arc::new(Source::new("apitest.yaml", "tokens: {alice: token-of-alice}\n"));
    let (project, _) = suite::project::parse(&source);
    let inputs = Inputs::default();
    let file = |path: &str| {
        let text = spec("base_url: http://127.0.0.1:9\nauth: alice", "");
        let source = Arc::new(Source::new(path, text));
        let (suite, faults) = suite::parse(&source);
        expand(&source, suite.as_ref(), faults, Some(&project), &inputs)
    };
    let plan = Plan::merge(vec![file("a.yaml"), file("b.yaml")]);
    assert_eq!((plan.cases.len(), plan.tokens.len()), (2, 1));
    assert_eq!(plan.cases[1].token(TokenId(0)), 0);
}

#[test]
fn a_key_without_a_password_is_a_credential_too() {
    let test = "auth: {basic: {username: key-of-alice, password: \"\"}}";
    let plan = plan(PROJECT, &spec("", test), &[], &[]);
    assert!(matches!(&step(&plan).credential, Credential::Basic(..)));
}
