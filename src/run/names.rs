//! Header fields and cookies whose names or values were captured: what is written out, or known
//! before the run, was checked then.

use std::borrow::Cow;

use super::request::{Maker, Unsent};
use crate::http::cookie::{Cookies, unsendable};
use crate::http::url::Target;
use crate::plan::Step;
use crate::plan::cookies::JarUse;
use crate::secret::SHORT;
use crate::suite::settings::{header_name_fault, is_token};
use crate::template::Template;

impl Maker<'_> {
    /// The name of a header field.
    ///
    /// # Errors
    /// It cannot be one, or belongs elsewhere, as `Authorization` does.
    pub(super) fn header_name(&self, name: &Template) -> Result<String, Unsent> {
        if let Some(name) = name.as_fixed() {
            return Ok(name.to_owned());
        }
        let filled = name.fill(self.bindings)?.into_owned();
        match header_name_fault(&filled) {
            Some((title, label)) => Err(Unsent::request(format!("{title}: {label}"))),
            None => Ok(filled),
        }
    }

    /// The cookies of a step, and the jar that it has to do with.
    ///
    /// # Errors
    /// A name or a value that a cookie cannot have.
    pub(super) fn cookies(&self, step: &Step, target: &Target) -> Result<Cookies, Unsent> {
        let mut own: Vec<(String, Option<String>)> = Vec::new();
        for (name, value) in &step.cookies.own {
            let name = self.cookie_name(name, &own)?;
            let value = value.as_ref().map(|value| self.cookie_value(&name, value)).transpose()?;
            own.push((name, value));
        }
        let jar = self.jar.filter(|_| step.cookies.jar != JarUse::None).cloned();
        let cookies = Cookies { own, jar, from_jar: step.cookies.jar == JarUse::Both };
        // A request that is refused without its session may never have had one.
        match cookies.left_out_in_vain(target) {
            Some(name) => Err(Unsent::request(format!(
                "`cookies: {{{name}: null}}` takes nothing back: the jar has no such cookie for \
                 this URL"
            ))),
            None => Ok(cookies),
        }
    }

    fn cookie_name(
        &self,
        name: &Template,
        others: &[(String, Option<String>)],
    ) -> Result<String, Unsent> {
        let filled = name.fill(self.bindings)?.into_owned();
        if name.as_fixed().is_none() && !is_token(&filled) {
            return Err(Unsent::request(format!("{filled:?} cannot name a cookie")));
        }
        match others.iter().any(|(other, _)| *other == filled) {
            true => Err(Unsent::request(format!("a second value for the cookie `{filled}`"))),
            false => Ok(filled),
        }
    }

    /// Cookies count as credentials: an empty one is sent only where that is written.
    fn cookie_value(&self, name: &str, value: &Template) -> Result<String, Unsent> {
        let filled = value.fill_value(self.bindings)?;
        if filled.is_empty() && value.as_fixed().is_none() {
            return Err(Unsent::request(format!("an empty cookie `{name}`")));
        }
        if let Some(odd) = unsendable(&filled) {
            let reason = format!("{odd:?} in the cookie `{name}` cannot be sent");
            return Err(Unsent::request(reason));
        }
        if filled.chars().count() >= SHORT {
            self.redactor.add(&filled);
        }
        Ok(Cow::into_owned(filled))
    }
}
