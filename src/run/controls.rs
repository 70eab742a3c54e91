//! What is known of each control in the round at hand: it and its probes must know the same.

use std::sync::{Arc, OnceLock};

use crate::http::cookie::CookieJar;
use crate::plan::Plan;
use crate::plan::probes::Enforcement;
use crate::template::Bindings;

/// What is known of the controls, by their numbers in the plan.
pub struct Controls(Vec<Control>);

/// What is known of a control.
#[derive(Default)]
pub struct Control {
    /// What is known before it is sent, once the steps before it were taken.
    pub before: OnceLock<Bindings>,
    /// The jar of the cookies of its test.
    pub jar: OnceLock<Arc<CookieJar>>,
    /// What is known once it was answered.
    pub after: OnceLock<Bindings>,
}

impl Controls {
    /// Before any of them is sent.
    pub fn new(plan: &Plan) -> Controls {
        let enforced = plan.cases.iter().filter_map(|case| case.enforced.as_ref());
        let count = enforced.filter_map(|enforced| enforced.number.get()).max();
        Controls((0..count.map_or(0, |last| last + 1)).map(|_| Control::default()).collect())
    }

    /// What is known of the control of what is proven here.
    pub fn of(&self, enforced: &Enforcement) -> Option<&Control> {
        self.0.get(*enforced.number.get()?)
    }
}
