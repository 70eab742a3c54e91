//! The same thing asked for in another way: by another method, at another path. None carries a
//! credential.

use super::{Absent, Good, Made, Probe, Variant};
use crate::http::message::{Header, Request};

/// The methods that mean something to most servers (RFC 9110 §9.3, RFC 5789), the ones that only
/// read first. OPTIONS is open by design, and TRACE and CONNECT are not for resources.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

const OVERRIDE: &str = "X-HTTP-Method-Override";

pub fn head(_: &Probe, good: &Good) -> Made {
    Ok(vec![bare(by(good, "HEAD"), "HEAD")])
}

pub fn other_methods(_: &Probe, good: &Good) -> Made {
    let is_declared = |method: &str| {
        // Where there is a GET, HEAD is a probe of its own.
        let names = |name: &str| name == method || (name == "GET" && method == "HEAD");
        names(&good.bare.method) || good.supplies.declared.iter().any(|used| names(&used.method))
    };
    let others = METHODS.iter().filter(|method| !is_declared(method));
    let variants: Vec<Variant> = others.map(|method| bare(by(good, method), method)).collect();
    match variants.is_empty() {
        true => Err(Absent::NotApplicable("tests use every method at this path".into())),
        false => Ok(variants),
    }
}

pub fn method_override(_: &Probe, good: &Good) -> Made {
    if good.supplies.declared.iter().any(|used| &*used.method == "POST" && used.open) {
        let reason = "a test is served here by POST without a token: the field makes no difference";
        return Err(Absent::NotApplicable(reason.into()));
    }
    let mut request = Request { method: "POST".to_owned(), ..good.bare.clone() };
    let (name, value) = (OVERRIDE.to_owned(), good.bare.method.clone());
    let label = format!("POST, `{OVERRIDE}: {value}`");
    request.headers.retain(|header| !header.name.eq_ignore_ascii_case(OVERRIDE));
    request.headers.push(Header { name, value, credential: false });
    Ok(vec![bare(request, &label)])
}

pub fn path_variants(_: &Probe, good: &Good) -> Made {
    let target = &good.bare.target;
    let variant = |path: String| {
        let target = target.with_path(&path).map_err(Absent::NotApplicable)?;
        Ok(bare(Request { target, ..good.bare.clone() }, &format!("the path `{path}`")))
    };
    paths(target.path()).into_iter().map(variant).collect()
}

/// The request by another method, with its body where that method may have one.
fn by(good: &Good, method: &str) -> Request {
    let mut request = Request { method: method.to_owned(), ..good.bare.clone() };
    if matches!(method, "GET" | "HEAD" | "DELETE") {
        request.body = None;
        request.headers.retain(|header| !header.name.eq_ignore_ascii_case("content-type"));
    }
    request
}

fn bare(request: Request, what: &str) -> Variant {
    Variant { label: format!("{what} and no Authorization field"), request, derived: None }
}

/// Other spellings of a path, each once. What goes before a segment goes before the first and
/// before the last: a guard may look at how a path begins, and a gateway may need that beginning.
fn paths(path: &str) -> Vec<String> {
    let mut all =
        vec![format!("/{path}"), upper(path), format!("/%2e{path}"), format!("{path};a=b")];
    let (trimmed, end) = match path.strip_suffix('/') {
        Some(trimmed) => (trimmed, "/"),
        None => (path, ""),
    };
    if let Some((before, last)) = trimmed.rsplit_once('/') {
        all.extend([
            if end.is_empty() { format!("{path}/") } else { trimmed.to_owned() },
            format!("{before}//{last}{end}"),
            format!("{before}/{}{end}", upper(last)),
            format!("{before}/%2e/{last}{end}"),
            format!("{trimmed}.json"),
        ]);
    }
    let mut others: Vec<String> = Vec::new();
    for other in all {
        if other != path && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// In upper case, but for segments with a digit: they are the names of things.
fn upper(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| match segment.bytes().any(|b| b.is_ascii_digit()) {
            true => segment.to_owned(),
            false => segment.to_ascii_uppercase(),
        });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn a_path_is_spelled_in_each_way_once() {
        let expected = [
            ("/orders", "//orders /ORDERS /%2e/orders /orders;a=b /orders/ /orders.json"),
            (
                "/api/orders/1001",
                "//api/orders/1001 /API/ORDERS/1001 /%2e/api/orders/1001 /api/orders/1001;a=b \
                 /api/orders/1001/ /api/orders//1001 /api/orders/%2e/1001 /api/orders/1001.json",
            ),
            (
                "/api/me/",
                "//api/me/ /API/ME/ /%2e/api/me/ /api/me/;a=b /api/me /api//me/ /api/ME/ \
                 /api/%2e/me/ /api/me.json",
            ),
            ("/", "// /%2e/ /;a=b"),
        ];
        for (path, spelled) in expected {
            let spelled: Vec<&str> = spelled.split(' ').collect();
            assert_eq!(paths(path), spelled, "{path}");
        }
    }
}
