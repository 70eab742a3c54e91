//! What the functions of RFC 9535 §2.4 give. What is not well-typed was refused when it was read.

use std::borrow::Cow;

use jsonpath_rust::parser::model::{FnArg, Test, TestFunction};
use serde_json::Value;

use super::Asking;
use super::filter::{Operand, value};

impl<'a> Asking<'a> {
    /// Whether the text of `match()` or `search()` has its pattern.
    pub fn matches(&self, function: &TestFunction, at: &'a Value) -> bool {
        let (text, pattern, whole) = match function {
            TestFunction::Match(text, pattern) => (text, pattern, true),
            TestFunction::Search(text, pattern) => (text, pattern, false),
            _ => unreachable!("only match() and search() are tests"),
        };
        let (text, pattern) = (self.argument(text, at), self.argument(pattern, at));
        let texts = as_text(&text).zip(as_text(&pattern));
        texts.is_some_and(|(text, pattern)| self.patterns.is_match(pattern, whole, text))
    }

    /// The value of a function that is compared.
    pub fn result(&self, function: &TestFunction, at: &'a Value) -> Operand<'a> {
        match function {
            TestFunction::Length(of) => length(&*self.argument(of, at)?).map(number),
            TestFunction::Count(of) => Some(number(self.listed(of, at).len())),
            TestFunction::Value(of) => match self.listed(of, at)[..] {
                [one] => Some(Cow::Borrowed(one)),
                _ => None,
            },
            _ => unreachable!("match() and search() are compared with nothing"),
        }
    }

    /// An argument that is one value.
    fn argument(&self, argument: &FnArg, at: &'a Value) -> Operand<'a> {
        match argument {
            FnArg::Literal(literal) => Some(Cow::Owned(value(literal))),
            FnArg::Test(test) => match &**test {
                Test::Function(function) => self.result(function, at),
                Test::RelQuery(_) | Test::AbsQuery(_) => {
                    self.listed(argument, at).first().copied().map(Cow::Borrowed)
                }
            },
            FnArg::Filter(_) => unreachable!("no function takes a condition"),
        }
    }

    /// An argument that is all that a query selects.
    fn listed(&self, argument: &FnArg, at: &'a Value) -> Vec<&'a Value> {
        let FnArg::Test(test) = argument else { unreachable!("a query was demanded") };
        match &**test {
            Test::RelQuery(segments) => self.nodes(segments, at),
            Test::AbsQuery(query) => self.nodes(&query.segments, self.root),
            Test::Function(_) => unreachable!("a query was demanded"),
        }
    }
}

fn as_text<'t>(operand: &'t Operand) -> Option<&'t str> {
    operand.as_deref()?.as_str()
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

fn number<'a>(count: usize) -> Cow<'a, Value> {
    Cow::Owned(count.into())
}
