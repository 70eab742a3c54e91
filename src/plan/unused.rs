//! What a file defines and nothing uses: most often the other half of a slip.

use std::collections::HashSet;
use std::sync::Arc;

use super::credential;
use super::scope::{Binder, Inputs, Level, Place, place};
use super::settings::effective;
use super::tokens::Tokens;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};
use crate::suite::fragment::FragmentFile;
use crate::suite::project::Project;
use crate::suite::settings::Settings;
use crate::suite::step::Item;

/// What a warning calls a variable.
const VARIABLE: &str = "variable";

/// Finds the faults also of what nothing uses on the nearest level of `binder`, and gives a
/// warning for each variable and token there that nothing uses.
pub fn settle<'s>(
    binder: &mut Binder<'s>,
    settings: &'s Settings,
    source: &'s Arc<Source>,
) -> Vec<Diagnostic> {
    let vars: Vec<_> = settings.vars.iter().filter(|(n, _)| is_unused(binder, source, n)).collect();
    let tokens: Vec<_> =
        settings.tokens.iter().filter(|(n, _)| is_unused(binder, source, n)).collect();
    // One that the command line replaces is not bound either, and uses what it names.
    let replaced = settings.vars.iter().filter(|(n, _)| binder.is_given(&n.value));
    let replaced: Vec<_> = replaced.collect();
    for (name, value) in vars.iter().chain(&replaced) {
        binder.try_definition(source, name.span, &value.value, &name.value);
    }
    for (name, token) in &tokens {
        Tokens::try_token(binder, &name.value, token, source);
    }
    let vars = vars.into_iter().map(|(name, _)| ("variable", name));
    let tokens = tokens.into_iter().map(|(name, _)| ("token", name));
    // A variable that only another unused one uses needs no warning of its own.
    vars.chain(tokens)
        .filter(|(_, name)| is_unused(binder, source, name))
        .map(|(what, name)| warning(source, what, name))
        .collect()
}

/// Finds the faults of the settings that every test of the file replaces by its own.
pub fn try_settings(binder: &mut Binder, settings: &Settings, source: &Arc<Source>) {
    let used = |span: Span| binder.used.contains(&place(source, span));
    let spans = [
        settings.base_url.as_ref().map(|s| s.span),
        settings.timeout.as_ref().map(|s| s.span),
        settings.follow_redirects.as_ref().map(|s| s.span),
        settings.cookie_jar.as_ref().map(|s| s.span),
        settings.allow_plain_http.as_ref().map(|s| s.span),
        settings.proxy.as_ref().map(|s| s.span),
        settings.unix_socket.as_ref().map(|s| s.span),
        settings.retry.as_ref().map(|s| s.span),
    ];
    let fields = settings.headers.iter().chain(&settings.query).map(|field| field.name.span);
    let spans = spans.into_iter().flatten().chain(settings.tls.iter().flat_map(|tls| tls.spans()));
    if spans.chain(fields).any(|span| !used(span)) {
        effective(binder, false);
    }
    if let Some(auth) = settings.auth.as_ref().filter(|auth| !used_at(binder, source, auth.span)) {
        binder.apart(|binder| credential::bind(binder, &mut Tokens::default(), auth, source));
    }
}

/// The faults in what the project file says for all specs and for each environment, also where no spec
/// uses it and nobody chose it: whoever does must not be the first to see them.
pub fn faults_of_project(project: &Project, inputs: &Inputs) -> Vec<Diagnostic> {
    let own = &project.settings;
    let environments = project.environments.iter();
    let all = environments.map(|environment| vec![&environment.settings, own]);
    let all = all.chain([vec![own]]);
    all.flat_map(|levels| faults_of(&levels, &project.source, inputs)).collect()
}

fn faults_of(levels: &[&Settings], source: &Arc<Source>, inputs: &Inputs) -> Vec<Diagnostic> {
    let own = levels.iter().map(|settings| Level::new(source, settings)).collect();
    let mut binder = Binder::new(inputs, own);
    // What is not defined here a spec may define.
    binder.unread = true;
    if let Some(nearest) = levels.first().filter(|settings| !settings.broken) {
        try_settings(&mut binder, nearest, source);
        settle(&mut binder, nearest, source);
    }
    binder.faults
}

/// A warning for each variable and token of the project file that nothing uses.
pub fn of_project(project: &Project, used: &HashSet<Place>) -> Vec<Diagnostic> {
    let in_secrets = |name: &str| {
        let variables = project.secrets.iter().flat_map(|secret| secret.value.variables());
        variables.into_iter().any(|v| v.name.plain() == Some(name))
    };
    let source = &project.source;
    let environment = project.environment().map(|environment| &environment.settings);
    let chosen = || environment.into_iter().flat_map(defined);
    // What an environment takes the place of is used where none is chosen.
    let replaced = |(what, name): &(&str, &Spanned<String>)| {
        chosen().any(|(other, known)| other == *what && known.value == name.value)
    };
    let own = defined(&project.settings).filter(|own| !replaced(own));
    own.chain(chosen())
        .filter(|(what, name)| *what != VARIABLE || !in_secrets(&name.value))
        .filter(|(_, name)| !used.contains(&place(source, name.span)))
        .map(|(what, name)| warning(source, what, name))
        .collect()
}

/// A warning for a fragment that no spec uses, or for each capture of it that nothing does, if
/// `everything` is known that could.
pub fn of_fragment(
    file: &FragmentFile,
    used: &HashSet<Place>,
    everything: bool,
) -> Vec<Diagnostic> {
    let FragmentFile { source, fragment: Some(fragment), .. } = file else { return Vec::new() };
    if !used.contains(&place(source, fragment.span)) {
        let title = "no spec uses this fragment";
        let label = "use it, or remove it";
        let help = "in a spec that is run by itself, steps stand in a test, under `tests:`";
        return vec![Diagnostic::warning(source, fragment.span, title).label(label).help(help)];
    }
    if !everything {
        return Vec::new();
    }
    let captures = fragment.steps.iter().filter_map(Item::as_request).flat_map(|s| &s.captures);
    captures
        .filter(|capture| !used.contains(&place(source, capture.name.span)))
        .map(|capture| warning(source, "capture", &capture.name))
        .collect()
}

/// What a level defines, each with what it is.
fn defined(settings: &Settings) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
    let vars = settings.vars.iter().map(|(name, _)| (VARIABLE, name));
    vars.chain(settings.tokens.iter().map(|(name, _)| ("token", name)))
}

fn warning(source: &Arc<Source>, what: &str, name: &Spanned<String>) -> Diagnostic {
    let title = format!("nothing uses the {what} `{}`", name.value);
    Diagnostic::warning(source, name.span, title).label("use it, or remove it")
}

fn is_unused(binder: &Binder, source: &Arc<Source>, name: &Spanned<String>) -> bool {
    !used_at(binder, source, name.span)
}

fn used_at(binder: &Binder, source: &Arc<Source>, span: Span) -> bool {
    binder.used.contains(&place(source, span))
}
