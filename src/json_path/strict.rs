//! What the parser of the JSONPath crate accepts but RFC 9535 does not, and what would take too
//! long, refused when a spec is read.
//!
//! The parser reads `$.a b` as one name, and accepts functions that are not well-typed (RFC 9535
//! §2.4.3). Each would make an expectation mean something else than it says.

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, Test,
    TestFunction,
};

/// How many `..` a query may have: each one multiplies what is found by the depth of the value.
const MOST_DESCENTS: usize = 2;

/// How deep brackets may be nested in a query: the parser reads them by recursion.
const MOST_BRACKETS: usize = 32;

/// How many of its nodes a query may find several times over, as `[*,*][*,*]` does.
const MOST_REPEATED: usize = 1024;

/// The longest query, in bytes.
const LONGEST: usize = 64 * 1024;

/// Refuses by the text what the parsed query no longer shows.
///
/// # Errors
/// What is wrong, in words.
pub fn check_text(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {} KiB", LONGEST / 1024));
    }
    let (mut quote, mut brackets) = (None, 0_usize);
    let mut descents = 0;
    let mut chars = text.char_indices().peekable();
    let mut previous = ' ';
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') if brackets == MOST_BRACKETS => {
                return Err(format!("brackets nested more than {MOST_BRACKETS} deep"));
            }
            (None, '[' | '(') => brackets += 1,
            (None, ']' | ')') => brackets = brackets.saturating_sub(1),
            (None, '.') if previous == '.' => descents += 1,
            (None, _) if c.is_whitespace() => {
                let is_odd = !matches!(c, ' ' | '\t' | '\n' | '\r');
                let next = text[at..].trim_start().chars().next().unwrap_or(' ');
                if is_odd || previous == '.' || (is_name_char(previous) && is_name_char(next)) {
                    return Err("a name with a space in it is written ['like this']".into());
                }
            }
            _ => {}
        }
        if quote.is_none() && !c.is_whitespace() {
            previous = c;
        }
    }
    if descents > MOST_DESCENTS {
        return Err(format!("more than {MOST_DESCENTS} times `..`: name what lies between"));
    }
    Ok(())
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Why a function of this name is compared with nothing.
pub fn not_compared(name: &str) -> String {
    match name {
        "match" | "search" => format!("`{name}()` is a test by itself: compare it with nothing"),
        _ => {
            format!(
                "`{name}()` is not a function of RFC 9535 (length, count, value, match, search)"
            )
        }
    }
}

/// What a function takes that looks at what a query finds.
pub fn takes_a_query(name: &str) -> String {
    format!("`{name}()` takes a query, such as `@.*`")
}

/// Refuses functions that are not well-typed, not in the standard, or hold a broken pattern.
///
/// # Errors
/// What is wrong, in words.
pub fn check_query(query: &JpQuery) -> Result<(), String> {
    check_segments(&query.segments, 0)
}

/// `filters` is how many filters they stand in.
fn check_segments(segments: &[Segment], filters: usize) -> Result<(), String> {
    let several = segments.iter().map(|segment| match segment {
        Segment::Selectors(selectors) => selectors.len(),
        Segment::Descendant(_) | Segment::Selector(_) => 1,
    });
    if several.fold(1, usize::saturating_mul) > MOST_REPEATED {
        return Err("too many combinations of what stands in its brackets".into());
    }
    segments.iter().try_for_each(|segment| check_segment(segment, filters))
}

fn check_segment(segment: &Segment, filters: usize) -> Result<(), String> {
    match segment {
        Segment::Descendant(inner) => check_segment(inner, filters),
        Segment::Selector(selector) => check_selector(selector, filters),
        Segment::Selectors(selectors) => {
            selectors.iter().try_for_each(|selector| check_selector(selector, filters))
        }
    }
}

fn check_selector(selector: &Selector, filters: usize) -> Result<(), String> {
    match selector {
        Selector::Filter(filter) => check_filter(filter, filters + 1),
        _ => Ok(()),
    }
}

fn check_filter(filter: &Filter, filters: usize) -> Result<(), String> {
    match filter {
        Filter::Or(all) | Filter::And(all) => {
            all.iter().try_for_each(|filter| check_filter(filter, filters))
        }
        Filter::Atom(FilterAtom::Filter { expr, .. }) => check_filter(expr, filters),
        Filter::Atom(FilterAtom::Test { expr, .. }) => check_test(expr, filters),
        Filter::Atom(FilterAtom::Comparison(comparison)) => check_comparison(comparison, filters),
    }
}

fn check_test(test: &Test, filters: usize) -> Result<(), String> {
    match test {
        Test::RelQuery(segments) => check_segments(segments, filters),
        // Each of the filters around it would ask for all values of the document again.
        Test::AbsQuery(query) if filters > 1 && !is_singular(&query.segments) => {
            Err("in a filter in a filter, what begins with `$` leads to one value".into())
        }
        Test::AbsQuery(query) => check_segments(&query.segments, filters),
        Test::Function(function) => match &**function {
            TestFunction::Match(..) | TestFunction::Search(..) | TestFunction::Custom(..) => {
                check_function(function, filters)
            }
            _ => {
                Err(format!("the result of `{}` must be compared with something", called(function)))
            }
        },
    }
}

fn check_comparison(comparison: &Comparison, filters: usize) -> Result<(), String> {
    let (Comparison::Eq(left, right)
    | Comparison::Ne(left, right)
    | Comparison::Gt(left, right)
    | Comparison::Gte(left, right)
    | Comparison::Lt(left, right)
    | Comparison::Lte(left, right)) = comparison;
    [left, right].into_iter().try_for_each(|side| match side {
        Comparable::Function(function) => check_function(function, filters),
        Comparable::Literal(literal) => check_literal(literal),
        Comparable::SingularQuery(_) => Ok(()),
    })
}

fn check_function(function: &TestFunction, filters: usize) -> Result<(), String> {
    match function {
        TestFunction::Custom(name, _) => Err(not_compared(name)),
        TestFunction::Length(value) => check_value(value, function, filters),
        TestFunction::Count(nodes) | TestFunction::Value(nodes) => {
            check_nodes(nodes, function, filters)
        }
        TestFunction::Match(value, pattern) | TestFunction::Search(value, pattern) => {
            check_value(value, function, filters)?;
            check_value(pattern, function, filters)?;
            match pattern {
                FnArg::Literal(Literal::String(pattern)) => check_pattern(pattern),
                _ => Ok(()),
            }
        }
    }
}

fn check_literal(literal: &Literal) -> Result<(), String> {
    match literal {
        Literal::Float(number) if number.is_infinite() => Err("a number in it is too large".into()),
        _ => Ok(()),
    }
}

fn check_pattern(pattern: &str) -> Result<(), String> {
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "`{pattern}` is not a regex: {}",
            error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ")
        )),
    }
}

fn check_value(argument: &FnArg, function: &TestFunction, filters: usize) -> Result<(), String> {
    let is_value = match argument {
        FnArg::Literal(literal) => return check_literal(literal),
        FnArg::Test(test) => match &**test {
            Test::RelQuery(segments) => is_singular(segments),
            Test::AbsQuery(query) => is_singular(&query.segments),
            Test::Function(inner) => {
                check_function(inner, filters)?;
                !matches!(**inner, TestFunction::Match(..) | TestFunction::Search(..))
            }
        },
        FnArg::Filter(_) => false,
    };
    if is_value {
        return Ok(());
    }
    Err(format!(
        "`{}` takes one value, and a query in it can find several: a singular query is needed",
        called(function)
    ))
}

fn check_nodes(argument: &FnArg, function: &TestFunction, filters: usize) -> Result<(), String> {
    match argument {
        FnArg::Test(test) if !matches!(**test, Test::Function(_)) => check_test(test, filters),
        _ => Err(takes_a_query(called(function).trim_end_matches("()"))),
    }
}

fn is_singular(segments: &[Segment]) -> bool {
    segments
        .iter()
        .all(|segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_))))
}

/// A function as a message names it; the crate spells its arguments in a way of its own.
fn called(function: &TestFunction) -> String {
    match function {
        TestFunction::Custom(name, _) => format!("{name}()"),
        TestFunction::Length(_) => "length()".into(),
        TestFunction::Count(_) => "count()".into(),
        TestFunction::Value(_) => "value()".into(),
        TestFunction::Match(..) => "match()".into(),
        TestFunction::Search(..) => "search()".into(),
    }
}
