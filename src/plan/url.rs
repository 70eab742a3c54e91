//! Whether a step's URL can be requested.

use std::sync::Arc;

use super::scope::{Binder, Mark};
use super::settings::StepSettings;
use crate::diagnostic::Diagnostic;
use crate::http::url::Target;
use crate::source::{Source, Spanned};
use crate::template::Template;

/// Any origin serves to check the rest of a URL whose own is known only when the server runs.
const SOME_ORIGIN: &str = "http://127.0.0.1";

/// The URL of a step, or the path behind its base URL, with all names bound.
pub fn bind(
    binder: &mut Binder,
    written: &Spanned<Template>,
    source: &Arc<Source>,
    settings: &StepSettings,
) -> Template {
    let mark = binder.mark();
    let url = binder.url(&written.value, source);
    if let Some(text) = url.as_fixed().filter(|_| binder.is_sound(mark)) {
        check(binder, mark, text, written, source, settings);
    }
    url
}

fn check(
    binder: &mut Binder,
    mark: Mark,
    text: &str,
    written: &Spanned<Template>,
    source: &Arc<Source>,
    settings: &StepSettings,
) {
    let whole = match (text.starts_with('/'), &settings.base_url) {
        (false, _) => text.to_owned(),
        (true, Some(base)) => {
            let base = base.as_fixed().unwrap_or(SOME_ORIGIN);
            format!("{}{text}", base.strip_suffix('/').unwrap_or(base))
        }
        (true, None) if binder.is_broken() => return,
        (true, None) => {
            let fault = binder.fault(source, written.span, "a path without a `base_url`");
            fault.label = "nothing says which server this is".into();
            fault.helps.push("add `base_url: https://…` at the top, or write the whole URL".into());
            return;
        }
    };
    let Err(reason) = Target::parse(&whole) else { return };
    // A base URL that is none has a fault of its own.
    let base = settings.base_url.as_ref().and_then(Template::as_fixed);
    if text.starts_with('/') && base.is_some_and(|base| Target::parse(base).is_err()) {
        return;
    }
    binder.blame(mark, Diagnostic::error(source, written.span, "bad URL").label(reason));
}
