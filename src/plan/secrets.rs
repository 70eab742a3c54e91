//! The secrets of a plan that are known before it is run.

use std::collections::HashSet;

use super::credential::Credential;
use super::scope::{Binder, Inputs, Level};
use super::{Plan, Work};
use crate::diagnostic::Diagnostic;
use crate::suite::auth::TokenSourceKind;
use crate::suite::project::Project;
use crate::template::Template;

impl Plan {
    /// Every token, password and key whose value is known; each once.
    pub fn secrets(&self) -> HashSet<&str> {
        let mut secrets = HashSet::new();
        for token in &self.tokens {
            if let TokenSourceKind::Text(text) = &token.kind {
                secrets.extend(text.as_fixed());
            }
        }
        for case in &self.cases {
            let Work::Steps(steps) = &case.work else { continue };
            for step in steps {
                step.credential.secrets(&mut secrets);
            }
        }
        secrets
    }
}

impl Credential {
    fn secrets<'c>(&'c self, secrets: &mut HashSet<&'c str>) {
        match self {
            Credential::None | Credential::Token(_) => {}
            Credential::Bearer(token) => secrets.extend(token.as_fixed()),
            Credential::Basic(_, password) => secrets.extend(password.as_fixed()),
            Credential::Header(fields) => {
                let values = fields.iter().filter_map(|(_, value)| value.as_fixed());
                for value in values.filter(|value| !is_scheme(value)) {
                    secrets.insert(value);
                    // Of `Token abc` the part behind the scheme is what must not be shown alone.
                    secrets.extend(value.split_once(' ').map(|(_, rest)| rest.trim()));
                }
            }
        }
    }
}

/// Whether a credential is nothing but a scheme, sent alone to be refused. Masking that would hide
/// it in every challenge too.
fn is_scheme(value: &str) -> bool {
    const SCHEMES: [&str; 8] =
        ["Bearer", "Basic", "Digest", "DPoP", "Negotiate", "OAuth", "Token", "ApiKey"];
    SCHEMES.iter().any(|scheme| value.trim().eq_ignore_ascii_case(scheme))
}

/// The values under `secrets` of the project file, and what is wrong with them.
pub fn of_project(project: &Project, inputs: &Inputs) -> (Vec<String>, Vec<Diagnostic>) {
    let level = Level { source: &project.source, settings: &project.settings };
    let mut binder = Binder::new(inputs, vec![level]);
    let mut values = Vec::new();
    for secret in &project.secrets {
        if let Template::Fixed(value) = binder.template(&secret.value, &project.source) {
            values.push(value.into());
        }
    }
    // A secret that the environment does not hold cannot be shown either.
    (values, binder.faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets_of_header(value: &str) -> Vec<String> {
        let text = |text: &str| Template::Fixed(text.into());
        let credential = Credential::Header(vec![(text("Authorization"), text(value))]);
        let mut secrets = HashSet::new();
        credential.secrets(&mut secrets);
        let mut secrets: Vec<String> = secrets.into_iter().map(str::to_owned).collect();
        secrets.sort();
        secrets
    }

    #[test]
    fn a_scheme_alone_is_no_secret() {
        assert_eq!(secrets_of_header("Bearer"), [""; 0]);
        assert_eq!(secrets_of_header("basic "), [""; 0]);
        assert_eq!(secrets_of_header("bear3r"), ["bear3r"]);
        assert_eq!(secrets_of_header("Bearer abc"), ["Bearer abc", "abc"]);
    }
}
