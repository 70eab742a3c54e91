//! Variables as other tools and shells write them, and how they are written here.

use super::is_name;

/// What is said of one; it is not quoted, for it may stand where a secret belongs.
pub const FOREIGN_VARIABLE: &str = "`{{…}}` is not a variable";

/// The first `{{name}}` in a text, and how it is written here.
pub fn foreign_variable(text: &str) -> Option<(&str, String)> {
    // Behind a `$` it is a variable that cannot be read, and has its own fault.
    let start = text.find("{{").filter(|start| !text[..*start].ends_with('$'))?;
    let length = text[start..].find("}}")? + 2;
    let written = &text[start..start + length];
    Some((written, named(written[2..length - 2].trim())?))
}

/// A text that is nothing but a variable, in the manner of this or another tool, as it is written
/// here. A name in capitals is taken for one of the environment.
pub fn native_variable(text: &str) -> Option<String> {
    let text = text.trim();
    let inside = |open: &str, close: &str| text.strip_prefix(open)?.strip_suffix(close);
    let written = inside("${{", "}}").or_else(|| inside("{{", "}}")).or_else(|| inside("${", "}"));
    // What begins with a `$` and is no name of the environment may be a password.
    let bare =
        || inside("%", "%").or_else(|| text.strip_prefix('$')).filter(|n| is_of_environment(n));
    named(written.or_else(bare)?.trim())
}

/// What stands between the brackets of a variable: `env:TOKEN`, `process.env.TOKEN`.
pub fn named(written: &str) -> Option<String> {
    let (before, name) = match written.rfind(['.', ':']) {
        Some(dot) => (written[..dot].to_ascii_lowercase(), &written[dot + 1..]),
        None => (String::new(), written),
    };
    let outside = ["env", "process.env", "secrets", "environment", "tavern.env_vars", "$env"];
    let environment = match before.as_str() {
        "" => is_of_environment(name),
        before if outside.contains(&before) => true,
        _ => return None,
    };
    is_name(name)
        .then(|| if environment { format!("${{env.{name}}}") } else { format!("${{{name}}}") })
}

/// Whether a name is spelled as those of the environment are.
pub fn is_of_environment(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_other_tools_are_written_as_ours() {
        let table = [
            ("${TOKEN}", Some("${env.TOKEN}")),
            ("$TOKEN", Some("${env.TOKEN}")),
            ("{{TOKEN}}", Some("${env.TOKEN}")),
            ("%TOKEN%", Some("${env.TOKEN}")),
            ("${token}", Some("${token}")),
            ("{{ token }}", Some("${token}")),
            ("${{ secrets.API_KEY }}", Some("${env.API_KEY}")),
            ("${{env.host}}", Some("${env.host}")),
            ("${ENV.TOKEN}", Some("${env.TOKEN}")),
            ("${env:TOKEN}", Some("${env.TOKEN}")),
            ("{{process.env.TOKEN}}", Some("${env.TOKEN}")),
            ("{tavern.env_vars.TOKEN}", None),
            ("${user.name}", None),
            ("TOKEN", None),
            ("a ${TOKEN}", None),
            ("$5", None),
            ("$Passw0rd", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(native_variable(text).as_deref(), expected, "{text}");
        }
    }
}
