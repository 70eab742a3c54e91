//! Whether a filter holds for a value (RFC 9535 §2.3.5).

use std::borrow::Cow;

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, Literal, SingularQuery, SingularQuerySegment, Test,
};
use serde_json::Value;

use super::equal::{are_equal, is_less};
use super::{Asking, element, member};

/// A value to compare; `None` for what is not there, which equals only what is not there either.
pub type Operand<'a> = Option<Cow<'a, Value>>;

impl<'a> Asking<'a> {
    /// Whether `filter` holds where `@` is `at`.
    pub fn holds(&self, filter: &Filter, at: &'a Value) -> bool {
        match filter {
            Filter::Or(filters) => filters.iter().any(|filter| self.holds(filter, at)),
            Filter::And(filters) => filters.iter().all(|filter| self.holds(filter, at)),
            Filter::Atom(FilterAtom::Filter { expr, not }) => self.holds(expr, at) != *not,
            Filter::Atom(FilterAtom::Test { expr, not }) => self.test(expr, at) != *not,
            Filter::Atom(FilterAtom::Comparison(comparison)) => self.compare(comparison, at),
        }
    }

    fn test(&self, test: &Test, at: &'a Value) -> bool {
        match test {
            Test::RelQuery(segments) => !self.nodes(segments, at).is_empty(),
            Test::AbsQuery(query) => !self.nodes(&query.segments, self.root).is_empty(),
            Test::Function(function) => self.matches(function, at),
        }
    }

    fn compare(&self, comparison: &Comparison, at: &'a Value) -> bool {
        let (left, right) = comparison.vals();
        let (left, right) = (self.operand(left, at), self.operand(right, at));
        let (left, right) = (left.as_deref(), right.as_deref());
        let equal = || match (left, right) {
            (Some(left), Some(right)) => are_equal(left, right),
            (left, right) => left.is_none() && right.is_none(),
        };
        let less = |left: Option<&Value>, right: Option<&Value>| {
            left.zip(right).is_some_and(|(left, right)| is_less(left, right))
        };
        match comparison {
            Comparison::Eq(..) => equal(),
            Comparison::Ne(..) => !equal(),
            Comparison::Lt(..) => less(left, right),
            Comparison::Gt(..) => less(right, left),
            Comparison::Lte(..) => less(left, right) || equal(),
            Comparison::Gte(..) => less(right, left) || equal(),
        }
    }

    fn operand(&self, comparable: &Comparable, at: &'a Value) -> Operand<'a> {
        match comparable {
            Comparable::Literal(literal) => Some(Cow::Owned(value(literal))),
            Comparable::Function(function) => self.result(function, at),
            Comparable::SingularQuery(SingularQuery::Current(steps)) => walk(steps, at),
            Comparable::SingularQuery(SingularQuery::Root(steps)) => walk(steps, self.root),
        }
    }
}

fn walk<'a>(steps: &[SingularQuerySegment], from: &'a Value) -> Operand<'a> {
    let found = steps.iter().try_fold(from, |value, step| match step {
        SingularQuerySegment::Name(name) => member(value, name),
        SingularQuerySegment::Index(index) => element(value, *index),
    });
    found.map(Cow::Borrowed)
}

/// The value that a literal stands for.
pub fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Int(number) => (*number).into(),
        Literal::Float(number) => (*number).into(),
        Literal::String(text) => text.as_str().into(),
        Literal::Bool(truth) => (*truth).into(),
        Literal::Null => Value::Null,
    }
}
