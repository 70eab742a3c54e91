//! The cookies of a request, all names bound.

use std::sync::Arc;

use super::credential::Credential;
use super::scope::Binder;
use super::settings::StepSettings;
use crate::diagnostic::Diagnostic;
use crate::http::cookie::{is_cookie, unsendable};
use crate::secret::SHORT;
use crate::source::Source;
use crate::suite::cookies::NAME;
use crate::suite::reader::Field;
use crate::suite::settings::is_token;
use crate::template::Template;

/// The cookies of a request.
#[derive(Debug, Default)]
pub struct SentCookies {
    /// Its own, by their names; `None` leaves out the one of the jar.
    pub own: Box<[(Template, Option<Template>)]>,
    /// What it has to do with the jar of its test.
    pub jar: JarUse,
}

/// What a request has to do with the jar of its test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JarUse {
    /// Nothing.
    #[default]
    None,
    /// What its answer sets goes into it. It sends nothing of it, for it says `auth: none`.
    Fills,
    /// It sends what is in it, too.
    Both,
}

impl Binder<'_> {
    /// The cookies of a request with this credential.
    pub(super) fn cookies(
        &mut self,
        written: &[Field],
        settings: &StepSettings,
        credential: &Credential,
        source: &Arc<Source>,
    ) -> SentCookies {
        let anonymous = matches!(credential, Credential::None)
            && self.levels().iter().any(|level| level.settings.auth.is_some());
        let jar = match (settings.cookie_jar, anonymous) {
            (false, _) => JarUse::None,
            (true, true) => JarUse::Fills,
            (true, false) => JarUse::Both,
        };
        let own: Vec<_> = written.iter().map(|field| self.cookie(field, jar, source)).collect();
        self.refuse_same_cookies(written, &own, source);
        let cookies = SentCookies { own: own.into(), jar };
        self.refuse_second_field(credential, &cookies);
        cookies
    }

    fn cookie(
        &mut self,
        field: &Field,
        jar: JarUse,
        source: &Arc<Source>,
    ) -> (Template, Option<Template>) {
        let mark = self.mark();
        let name = self.template(&field.name.value, source);
        let is_written = field.name.value.as_fixed().is_some();
        if let Some(text) = name.as_fixed().filter(|text| !is_written && !is_token(text)) {
            let title = format!("`{text}` cannot name a cookie");
            self.blame(mark, Diagnostic::error(source, field.name.span, title).label(NAME));
        }
        let mark = self.mark();
        let mut values = self.lines(field, source);
        if values.len() > 1 {
            let fault = Diagnostic::error(source, field.value.span, "a cookie has one value");
            self.blame(mark, fault.label("what the variable stands for is a list"));
        }
        let value = values.pop();
        match value.as_ref().map(Template::as_fixed) {
            None if self.is_sound(mark) && jar != JarUse::Both && !self.is_broken() => {
                let title = format!("`{}: null` takes nothing back", field.name.value.written());
                let why = match jar {
                    JarUse::Fills => "with `auth: none` nothing of the jar is sent",
                    _ => "it leaves out the cookie of a `cookie_jar`, and there is none",
                };
                self.fault(source, field.value.span, title).label = why.into();
            }
            Some(Some(text)) if self.is_sound(mark) => {
                if let Some(odd) = unsendable(text) {
                    let title = format!("{odd:?} cannot be sent in a cookie");
                    let fault = Diagnostic::error(source, field.value.span, title);
                    self.blame(mark, fault.label("percent-encode it, as the server expects it"));
                }
                // What is shorter is a word, such as `dark` or `de`.
                if text.chars().count() >= SHORT {
                    self.learn(text, source, field.value.span);
                }
            }
            _ => {}
        }
        (name, value)
    }

    /// Names that differ as they are written may be the same once they are filled.
    fn refuse_same_cookies(
        &mut self,
        written: &[Field],
        own: &[(Template, Option<Template>)],
        source: &Arc<Source>,
    ) {
        for (i, (field, (name, _))) in written.iter().zip(own).enumerate() {
            if own[..i].iter().any(|(other, _)| other == name) {
                let title = format!("a second value for the cookie `{}`", name.written());
                self.fault(source, field.name.span, title).label =
                    "a server takes one of the two, and nobody knows which".into();
            }
        }
    }

    /// Of two `Cookie` fields a server may read either.
    fn refuse_second_field(&mut self, credential: &Credential, cookies: &SentCookies) {
        let Credential::Header(fields) = credential else { return };
        let is_sent = fields.iter().any(|(name, _)| name.as_fixed().is_some_and(is_cookie));
        let other = match cookies.jar {
            _ if !cookies.own.is_empty() => "`cookies`",
            JarUse::Both => "`cookie_jar`",
            JarUse::None | JarUse::Fills => return,
        };
        let written = self
            .levels()
            .iter()
            .find_map(|level| Some((level.source, level.settings.auth.as_ref()?.span)));
        let Some((source, span)) = written.filter(|_| is_sent) else { return };
        let title = "the header `Cookie` would be sent twice";
        let is_told = |fault: &Diagnostic| fault.title == title && fault.place.span == span;
        if !self.faults.iter().any(is_told) {
            self.fault(source, span, title).label = format!("{other} sends it too");
        }
    }
}
