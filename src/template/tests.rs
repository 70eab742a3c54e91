//! What is a variable, where it stands, and what it becomes.

use super::*;

fn parse(text: &str) -> Result<Template, TemplateFault> {
    Template::parse(text, Span::new)
}

#[test]
fn text_without_variables_is_fixed() {
    assert_eq!(parse("a $b {c}"), Ok(Template::Fixed("a $b {c}".into())));
    assert_eq!(parse("$${a} $${b}"), Ok(Template::Fixed("${a} ${b}".into())));
}

#[test]
fn variables_know_their_place() {
    let template = parse("x${a}-${env.B:-/c}").unwrap();
    let found: Vec<_> = template.variables().map(|v| (v.written(), v.span)).collect();
    assert_eq!(
        found,
        [("${a}".to_owned(), Span::new(1, 5)), ("${env.B:-/c}".to_owned(), Span::new(6, 18))]
    );
}

#[test]
fn what_cannot_be_read_is_a_fault() {
    let table = [
        ("a ${", (2, 4), "`${` without a closing `}`"),
        ("${}", (0, 3), "`${}` is not a variable"),
        ("${a b} c", (0, 6), "`${a b}` is not a variable"),
        ("${9}", (0, 4), "`${9}` is not a variable"),
        ("${a:-b}", (0, 7), "only an environment variable has a default: `${a:-b}`"),
        ("${env}", (0, 6), "`env` is reserved"),
        ("${env.}", (0, 7), "`${env.}` names no environment variable"),
        ("${server}", (0, 9), "`${server}` is not a variable"),
        ("${server.host}", (0, 14), "`${server.host}` is not a variable"),
        ("${base64(${a})}", (0, 15), "a `{` inside `${…}`"),
        ("${uid()}", (0, 8), "there is no generator `uid()`"),
        ("${env.X:-${y}}", (0, 14), "a `{` inside `${…}`"),
        ("${env.X:-{\"a\": 1}}", (0, 18), "a `{` inside `${…}`"),
    ];
    for (text, at, message) in table {
        let fault = parse(text).unwrap_err();
        assert_eq!((fault.start, fault.end), at, "{text}");
        assert_eq!(fault.message, message);
    }
}

#[test]
fn a_sole_variable_keeps_the_type_of_its_value() {
    let mut bindings = Bindings {
        server_url: Some("http://h".into()),
        server_port: Some(80),
        ..Bindings::default()
    };
    bindings.capture(Slot(2), Value::from(5));
    let captured =
        |slot| Variable { name: Name::Captured(Slot(slot), "n".into()), span: Span::default() };
    let fill = |parts: Vec<Part>| {
        Draft::Text(Template::Parts(parts.into())).fill(&bindings).map(Cow::into_owned)
    };
    assert_eq!(fill(vec![Part::Variable(captured(2))]), Ok(Value::from(5)));
    let inside = vec![Part::Text("n=".into()), Part::Variable(captured(2))];
    assert_eq!(fill(inside), Ok(Value::from("n=5")));
    let missing = fill(vec![Part::Variable(captured(1))]).unwrap_err();
    assert_eq!((missing.missing, &*missing.message), (Some(Slot(1)), "${n} has no value"));
    let server = |text: &str| Draft::Text(parse(text).unwrap());
    let filled = |text: &str| server(text).fill(&bindings).unwrap().into_owned();
    assert_eq!(filled("${server.url}/x"), Value::from("http://h/x"));
    assert_eq!(filled("${server.port}"), Value::from(80));
}

#[test]
fn a_variable_as_other_tools_write_it_is_known() {
    assert_eq!(foreign_variable("Bearer {{ token }}!"), Some(("{{ token }}", "${token}".into())));
    for text in ["{{", "{{}}", "{{a b}}", "{a}", "}}a{{"] {
        assert_eq!(foreign_variable(text), None, "{text}");
    }
}
