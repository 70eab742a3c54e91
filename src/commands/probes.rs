//! `apitest probes`: the catalogue, or all about one entry of it.

use crate::cli::ProbesArgs;
use crate::diagnostic::did_you_mean;
use crate::exit_code::ExitCode;
use crate::plan::probes::{HYGIENE, Hygiene, Needs, PROBES, Probe};

/// Lists the probes and checks, or explains one.
pub fn probes(arguments: &ProbesArgs) -> ExitCode {
    let text = match &arguments.explain {
        None => list(),
        Some(id) => match explained(id) {
            Ok(text) => text,
            Err(reason) => {
                super::say(&reason);
                return ExitCode::Invalid;
            }
        },
    };
    match super::print(&text) {
        Ok(()) => ExitCode::Passed,
        Err(what) => super::broken(&what),
    }
}

fn list() -> String {
    let mut text = String::new();
    let mut set = "";
    for probe in PROBES {
        if probe.set != set {
            set = probe.set;
            text.push_str(&format!("{set}\n"));
        }
        text.push_str(&format!("  {:16}  {}\n", probe.id, probe.sent));
        text.push_str(&format!("  {:16}    right: {}\n", "", probe.answer.words()));
        text.push_str(&format!("  {:16}    {}\n", "", probe.standard));
    }
    text.push_str("checks of every answer\n");
    for check in HYGIENE {
        text.push_str(&format!("  {:18}{}\n", check.id, check.must));
        text.push_str(&format!("  {:18}  {}\n", "", check.standard));
    }
    text.push_str("\n`apitest probes --explain ID` tells all about one of them.\n");
    text
}

fn explained(id: &str) -> Result<String, String> {
    if let Some(probe) = Probe::find(id) {
        return Ok(explained_probe(probe));
    }
    if let Some(check) = HYGIENE.iter().find(|check| check.id == id) {
        return Ok(explained_check(check));
    }
    let known = PROBES.iter().map(|probe| probe.id).chain(HYGIENE.iter().map(|check| check.id));
    Err(match did_you_mean(id, known) {
        Some(near) => format!("there is no probe `{id}`: did you mean `{near}`?"),
        None => format!("there is no probe `{id}`: `apitest probes` lists all of them"),
    })
}

fn explained_probe(probe: &Probe) -> String {
    let needs = match probe.needs {
        Needs::Nothing => "nothing but the request",
        Needs::Token => "the token, to make another one of it",
        Needs::GoodToken => {
            "the good token as it is, so it is sent with GET, HEAD and OPTIONS only"
        }
        Needs::Jwt => "a token that is a JWT",
        Needs::Key => "a `jwt` token source, or a token under `tokens` of `enforce`",
        Needs::GivenToken => "a token under `tokens` of `enforce`",
        Needs::TokenOfItsOwn => {
            "`revoke` of `enforce` and a `login` or `oauth2` source, or a token under its `tokens`"
        }
        Needs::Get => "a request that is a GET",
        Needs::Body => "a request that is no HEAD, whose answer has no body to compare",
        Needs::Leave => "`unsafe: true` under `enforce`: it may change something",
        Needs::LeaveAndNoPost => {
            "`unsafe: true` under `enforce`: it may change something; and a request that is no POST"
        }
    };
    let owasp = if probe.owasp.is_empty() { "-" } else { probe.owasp };
    let lines = [
        ("sent", probe.sent),
        ("needs", needs),
        ("why", probe.why),
        ("right", &probe.answer.words()),
        ("accepted", probe.acceptance()),
        ("standard", probe.standard),
        ("OWASP", owasp),
        ("known", probe.known),
    ];
    let body: String = lines.iter().map(|(key, value)| format!("  {key:9} {value}\n")).collect();
    format!("{} (set `{}`)\n{body}", probe.id, probe.set)
}

fn explained_check(check: &Hygiene) -> String {
    let what = "a check of every answer to a probe, without a request of its own";
    format!("{} ({what})\n  must      {}\n  standard  {}\n", check.id, check.must, check.standard)
}
