//! What the grammar of challenges allows and the standards do not.

use super::Challenge;

/// What RFC 6750 §3 says of each parameter's characters: all of ASCII that is printed but `"` and
/// `\`; a space where it separates words.
const BEARER_TEXTS: [(&str, Spaces); 4] = [
    ("error", Spaces::Anywhere),
    ("error_description", Spaces::Anywhere),
    ("error_uri", Spaces::Nowhere),
    ("scope", Spaces::Between),
];

/// Where a value may have spaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    Anywhere,
    Nowhere,
    /// One between two words, of which there is at least one.
    Between,
}

/// All that is off about a challenge, each as it follows "its challenge".
pub fn lints(challenge: &Challenge) -> Vec<String> {
    let mut lints: Vec<String> = unquoted_realm(challenge).into_iter().collect();
    if challenge.scheme.eq_ignore_ascii_case("bearer") {
        lints.extend(no_parameter(challenge));
        lints.extend(BEARER_TEXTS.iter().filter_map(|(name, spaces)| {
            let value = challenge.param(name)?;
            odd_character(name, value).or_else(|| odd_space(name, value, *spaces))
        }));
    }
    lints
}

fn unquoted_realm(challenge: &Challenge) -> Option<String> {
    let realm = challenge.param("realm").filter(|_| challenge.is_realm_bare)?;
    Some(format!("has its realm without quotes: write `realm=\"{realm}\"` (RFC 9110 §11.5)"))
}

fn no_parameter(challenge: &Challenge) -> Option<String> {
    match &challenge.token68 {
        Some(token68) => Some(format!(
            "has `{token68}` behind `{}`, which reads as a token68, where parameters must stand \
             (RFC 6750 §3)",
            challenge.scheme
        )),
        None if challenge.params.is_empty() => Some(format!(
            "is a bare `{}`: at least one parameter must follow, such as `realm=\"…\"` (RFC 6750 §3)",
            challenge.scheme
        )),
        None => None,
    }
}

fn odd_character(name: &str, value: &str) -> Option<String> {
    let is_odd = |c: &char| !matches!(c, ' '..='~') || matches!(c, '"' | '\\');
    let odd = value.chars().find(is_odd)?;
    let shown = match odd {
        c if c.is_control() => format!("the character U+{:04X}", c as u32),
        '"' => "a quote".to_owned(),
        c => format!("the character `{c}`"),
    };
    Some(format!("has {shown} in `{name}`, where it may not stand (RFC 6750 §3)"))
}

fn odd_space(name: &str, value: &str, spaces: Spaces) -> Option<String> {
    let lacks_word = || value.split(' ').any(str::is_empty);
    match spaces {
        Spaces::Nowhere if value.contains(' ') => {
            Some(format!("has a space in `{name}`, which is a URI (RFC 6750 §3)"))
        }
        Spaces::Between if value.is_empty() => {
            Some(format!("has an empty `{name}`: leave it out (RFC 6750 §3)"))
        }
        Spaces::Between if lacks_word() => {
            Some(format!("has a space too many in `{name}` (RFC 6750 §3)"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const UNQUOTED: &str =
        "has its realm without quotes: write `realm=\"my.app\"` (RFC 9110 §11.5)";
    const EMPTY: &str = "has an empty `scope`: leave it out (RFC 6750 §3)";

    #[test]
    fn each_lint_says_what_is_off_and_where_the_standards_say_so() {
        let table: [(&str, &[&str]); 16] = [
            (r#"Bearer realm="x", error="invalid_token", scope="a b""#, &[]),
            (r#"Bearer realm="café", error_description="expired, sorry""#, &[]),
            (r#"Basic realm="x", Negotiate, Bearer realm="""#, &[]),
            ("Bearer error=invalid_token", &[]),
            (
                "Bearer",
                &["is a bare `Bearer`: at least one parameter must follow, such as `realm=\"…\"` \
                   (RFC 6750 §3)"],
            ),
            (
                "Bearer realm=",
                &["has `realm=` behind `Bearer`, which reads as a token68, where parameters must \
                   stand (RFC 6750 §3)"],
            ),
            ("Bearer realm=my.app", &[UNQUOTED]),
            ("Basic realm=my.app", &[UNQUOTED]),
            (r#"Bearer scope="""#, &[EMPTY]),
            (r#"Bearer scope="a  b""#, &["has a space too many in `scope` (RFC 6750 §3)"]),
            (r#"Bearer scope=" a""#, &["has a space too many in `scope` (RFC 6750 §3)"]),
            (
                r#"Bearer error_uri="https://a.example/x y""#,
                &["has a space in `error_uri`, which is a URI (RFC 6750 §3)"],
            ),
            (
                r#"Bearer error_description="é""#,
                &["has the character `é` in `error_description`, where it may not stand (RFC \
                   6750 §3)"],
            ),
            (
                r#"Bearer error_description="a \"b\"""#,
                &["has a quote in `error_description`, where it may not stand (RFC 6750 §3)"],
            ),
            (
                "Bearer error_description=\"a\tb\"",
                &["has the character U+0009 in `error_description`, where it may not stand (RFC \
                   6750 §3)"],
            ),
            (r#"Bearer realm=my.app, scope="""#, &[UNQUOTED, EMPTY]),
        ];
        for (text, expected) in table {
            let challenges = parse([text]).unwrap();
            let found: Vec<String> = challenges.iter().flat_map(lints).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_was_recovered_is_looked_at_too() {
        let unreadable = parse([r#"Bearer scope="" error="invalid_token""#]).unwrap_err();
        let recovered = unreadable.recovered.unwrap();
        assert_eq!(lints(&recovered[0]), [EMPTY]);
    }
}
