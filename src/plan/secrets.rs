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
                for value in fields.iter().filter_map(|(_, value)| value.as_fixed()) {
                    secrets.insert(value);
                    // Of `Token abc` the part behind the scheme is what must not be shown alone.
                    secrets.extend(value.split_once(' ').map(|(_, rest)| rest.trim()));
                }
            }
        }
    }
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
