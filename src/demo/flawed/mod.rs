//! The orders behind guards that err: `/flawed/<flaw>/orders`, each wrong in exactly one thing.
//!
//! They are what proofs of enforcement are proven with: a probe that finds nothing here is blind,
//! and one that finds something at the right `/orders` cries wolf. [`FLAWS`] is the table of them.
//! Tokens, orders and routes are those of the right API; what a flaw does not touch is answered byte
//! for byte as there. Where a flaw lets in somebody without a name, it takes them for alice.

mod attempt;
mod claims;
mod forged;
mod intruder;
mod misplaced;
mod refusals;
mod strays;
mod table;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::answer::Answer;
use super::api::Api;
use super::bearer::{self, Guard, Refusal, Scope, with_scope};
use super::grant::Grant;
use super::request::Request;
use super::tokens::YEAR_2100;
use super::users;
use attempt::Attempt;

pub use table::FLAWS;

/// One way to get bearer authentication wrong.
#[derive(Debug)]
pub struct Flaw {
    /// What stands for it in a path.
    pub name: &'static str,
    /// What it does wrong, in a sentence.
    pub says: &'static str,
    wrong: Wrong,
}

/// In what a flawed API differs from the right one.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// It lets in somebody whom the right one refuses; whom it takes them for.
    LetsIn(fn(&Attempt) -> Option<Grant>),
    /// It takes a good token for more than it grants.
    Widens(fn(Grant, &Request, &Api) -> Grant),
    /// It refuses a good token.
    Refuses(fn(&Request) -> Option<Refusal>),
    /// It judges rightly and answers wrongly.
    Answers(fn(Answer, &Request, &Api) -> Answer),
    /// It answers a request as if it had this method and path, and does not guard that.
    Strays(fn(&Request, Line) -> Option<Owned>),
}

/// A method and a path; the path begins behind the part that names the flaw.
type Line<'l> = (&'l str, &'l str);
/// The same, made anew.
type Owned = (String, String);

/// The flaw that a path names, and the rest of the path.
pub fn find(path: &str) -> Option<(&'static Flaw, &str)> {
    let path = path.strip_prefix("/flawed/")?;
    let (name, _) = path.split_once('/')?;
    let flaw = FLAWS.iter().find(|flaw| flaw.name == name)?;
    Some((flaw, &path[name.len()..]))
}

/// `GET /flawed`: the flaws, each with a sentence and the path of its orders.
pub fn index() -> Answer {
    let flaws = FLAWS.iter().map(|flaw| {
        json!({
            "flaw": flaw.name,
            "says": flaw.says,
            "orders": format!("/flawed/{}/orders", flaw.name),
        })
    });
    Answer::json(200, &json!({"flaws": flaws.collect::<Value>()}))
}

impl Flaw {
    /// Answers a request as an API with this flaw does; `route` is the right API but for its guard.
    pub fn answer(
        &self,
        request: &Request,
        api: &Api,
        line: Line,
        route: impl Fn(Line, Guard) -> Answer,
    ) -> Answer {
        let guard = |r: &Request, api: &Api, scope: Scope| self.guard(r, api, scope);
        match self.wrong {
            Wrong::Answers(spoil) => spoil(route(line, &guard), request, api),
            Wrong::Strays(to) => match to(request, line) {
                Some((method, path)) => route((&method, &path), &unguarded),
                None => route(line, &guard),
            },
            Wrong::LetsIn(_) | Wrong::Widens(_) | Wrong::Refuses(_) => route(line, &guard),
        }
    }

    /// Its place in the table.
    pub fn place(&self) -> usize {
        FLAWS.iter().position(|flaw| flaw.name == self.name).unwrap_or_default()
    }

    fn guard(&self, request: &Request, api: &Api, scope: Scope) -> Result<Grant, Answer> {
        let judged = self.judge(request, api).and_then(|grant| with_scope(grant, scope));
        judged.map_err(Refusal::into_answer)
    }

    fn judge(&self, request: &Request, api: &Api) -> Result<Grant, Refusal> {
        match (self.wrong, bearer::judge(request, api)) {
            (Wrong::LetsIn(way), Err(refusal)) => {
                let attempt = Attempt { request, api, refusal };
                way(&attempt).ok_or(attempt.refusal)
            }
            (Wrong::Widens(widen), Ok(grant)) => Ok(widen(grant, request, api)),
            (Wrong::Refuses(refuse), Ok(grant)) => refuse(request).map_or(Ok(grant), Err),
            (_, judged) => judged,
        }
    }
}

/// A guard that refuses nobody.
fn unguarded(request: &Request, api: &Api, _: Scope) -> Result<Grant, Answer> {
    Ok(bearer::judge(request, api).unwrap_or_else(|_| alice()))
}

/// Alice, with all her scopes.
fn alice() -> Grant {
    Grant::opaque(users::ALICE.name, users::ALICE.scopes, YEAR_2100)
}
