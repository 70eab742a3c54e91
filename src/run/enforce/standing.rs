//! Whether the control is still served after its probes: a server may lock out whoever sends a bad
//! token.

use super::trial::Trial;
use crate::event::StopReason;
use crate::http::message::Response;
use crate::judge::probe::{self, unheard};
use crate::run::Run;

/// What the control says about the refusals.
pub enum Standing {
    /// It passed, also after the probes where that was asked: they are refusals of the token.
    Passed,
    /// It did not pass.
    Failed,
    /// It passed with a token that took the place of a refused one: what was made of that one and
    /// refused was made of a bad one.
    Renewed,
    /// It passed before the probes and not after them, or could not be sent, in these words.
    Lost(String),
    /// The run ended before it was sent.
    Stopped(StopReason),
}

impl Run<'_> {
    /// Whether the control is still served after the probes.
    pub(super) fn standing(&self, worker: usize, trial: &Trial) -> Standing {
        if trial.answer.get().is_none() {
            return Standing::Failed;
        }
        if let Some(reason) = self.stop.reason() {
            return Standing::Stopped(reason);
        }
        let lost = |how: &str| Standing::Lost(format!("after the probes the good request {how}"));
        let mut request = trial.request.clone();
        // The answer to the first one may have set others.
        request.take_cookies();
        match self.patient(worker, &request) {
            Ok(again) if probe::has_expected_status(&again, &self.beside(trial)) => {
                Standing::Passed
            }
            Ok(Response { status, .. }) => lost(&match unheard(status) {
                Some(why) => {
                    format!("was answered with {status}, which says nothing about its token: {why}")
                }
                None => {
                    format!("was answered with {status}: a bad token may lock out the good one")
                }
            }),
            Err(error) => match self.held(&error) {
                Some(reason) => Standing::Stopped(reason),
                None => lost(&format!("got no answer: {}", error.message)),
            },
        }
    }
}
