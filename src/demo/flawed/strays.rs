//! Flaws of where a request goes: methods and spellings of a path that the router knows and the
//! guard does not see.

use super::{Line, Owned};
use crate::demo::request::Request;

/// PUT, which nobody declared, goes where GET does.
pub fn undeclared_put(_: &Request, (method, path): Line) -> Option<Owned> {
    (method == "PUT").then(|| ("GET".to_owned(), path.to_owned()))
}

/// The method is taken from a field after the guard looked at the one of the request.
pub fn method_override(request: &Request, (method, path): Line) -> Option<Owned> {
    let other = request.value("x-http-method-override").filter(|_| method == "POST")?;
    Some((other.to_ascii_uppercase(), path.to_owned()))
}

/// A slash at the end is dropped after the guard looked at the path.
pub fn trailing_slash(_: &Request, (method, path): Line) -> Option<Owned> {
    path.strip_suffix('/').map(|path| (method.to_owned(), path.to_owned()))
}

/// Two slashes are taken for one after the guard looked at the path.
pub fn double_slash(_: &Request, (method, path): Line) -> Option<Owned> {
    path.contains("//").then(|| (method.to_owned(), path.replace("//", "/")))
}

/// Routes are found in any case, behind a guard that knows them in one.
pub fn upper_case(_: &Request, (method, path): Line) -> Option<Owned> {
    let lower = path.to_ascii_lowercase();
    (lower != path).then(|| (method.to_owned(), lower))
}

/// A segment that is an encoded dot is dropped after the guard looked at the path.
pub fn dot_segment(_: &Request, (method, path): Line) -> Option<Owned> {
    path.contains("/%2e/").then(|| (method.to_owned(), path.replace("/%2e/", "/")))
}

/// What stands behind a semicolon is dropped after the guard looked at the path.
pub fn path_parameter(_: &Request, (method, path): Line) -> Option<Owned> {
    path.split_once(';').map(|(path, _)| (method.to_owned(), path.to_owned()))
}

/// `.json` at the end asks for a format, and the guard does not know.
pub fn suffix(_: &Request, (method, path): Line) -> Option<Owned> {
    path.strip_suffix(".json").map(|path| (method.to_owned(), path.to_owned()))
}
