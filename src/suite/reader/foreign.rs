//! Keys that people write who know other tools, and what is written here.

/// What they write, and what it is called here.
const SYNONYMS: [(&str, &str); 85] = [
    ("env", "vars"),
    ("testname", "name"),
    ("title", "name"),
    ("statuscode", "status"),
    ("code", "status"),
    ("validate", "expect"),
    ("check", "expect"),
    ("payload", "json"),
    ("apikey", "header"),
    ("user", "username"),
    ("pass", "password"),
    ("variables", "vars"),
    ("params", "query"),
    ("assert", "expect"),
    ("asserts", "expect"),
    ("response", "expect"),
    ("url", "request"),
    ("method", "request"),
    ("authorization", "auth"),
    ("jsonpath", "json"),
    ("jsonbody", "json"),
    ("eq", "equals"),
    ("eql", "equals"),
    ("==", "equals"),
    ("toequal", "equals"),
    ("tobe", "equals"),
    ("isequalto", "equals"),
    ("ne", "not"),
    ("regex", "matches"),
    ("regexp", "matches"),
    ("pattern", "matches"),
    ("size", "length"),
    ("len", "length"),
    ("count", "length"),
    ("haslength", "length"),
    ("oneof", "in"),
    ("anyof", "in"),
    ("substring", "contains"),
    ("greaterthan", "gt"),
    (">", "gt"),
    ("atleast", "gte"),
    ("min", "gte"),
    ("minimum", "gte"),
    (">=", "gte"),
    ("lessthan", "lt"),
    ("<", "lt"),
    ("atmost", "lte"),
    ("max", "lte"),
    ("maximum", "lte"),
    ("<=", "lte"),
    ("above", "gt"),
    ("below", "lt"),
    ("wwwauthenticate", "challenge"),
    ("time", "duration"),
    ("responsetime", "duration"),
    ("elapsed", "duration"),
    ("text", "body"),
    ("token", "bearer"),
    ("cacert", "ca"),
    ("cafile", "ca"),
    ("clientcert", "cert"),
    ("clientkey", "key"),
    ("verify", "insecure"),
    ("proxies", "proxy"),
    ("files", "multipart"),
    ("formdata", "multipart"),
    ("parametrize", "data"),
    ("parameters", "data"),
    ("examples", "data"),
    ("foreach", "data"),
    ("retries", "retry"),
    ("save", "capture"),
    ("extract", "capture"),
    ("store", "capture"),
    ("scenario", "steps"),
    ("stages", "steps"),
    ("requests", "steps"),
    ("sleep", "wait"),
    ("delay", "wait"),
    ("pause", "wait"),
    ("include", "use"),
    ("before", "setup"),
    ("beforeall", "setup"),
    ("after", "teardown"),
    ("afterall", "teardown"),
];

/// Operators of other tools that are made of ours.
const OPERATORS: [(&str, &str); 39] = [
    ("notequals", "not: …"),
    ("notequal", "not: …"),
    ("isnot", "not: …"),
    ("neq", "not: …"),
    ("!=", "not: …"),
    ("notcontains", "not: {contains: …}"),
    ("notcontain", "not: {contains: …}"),
    ("doesnotcontain", "not: {contains: …}"),
    ("notinclude", "not: {contains: …}"),
    ("notmatches", "not: {matches: …}"),
    ("notmatch", "not: {matches: …}"),
    ("doesnotmatch", "not: {matches: …}"),
    ("notin", "not: {in: […]}"),
    ("nin", "not: {in: […]}"),
    ("notexists", "exists: false"),
    ("doesnotexist", "exists: false"),
    ("absent", "exists: false"),
    ("missing", "exists: false"),
    ("present", "exists: true"),
    ("isdefined", "exists: true"),
    ("defined", "exists: true"),
    ("isnull", "equals: null"),
    ("notnull", "not: null"),
    ("isnotnull", "not: null"),
    ("isempty", "empty: true"),
    ("notempty", "empty: false"),
    ("isnotempty", "empty: false"),
    ("isinteger", "type: integer"),
    ("isnumber", "type: number"),
    ("isfloat", "type: number"),
    ("isstring", "type: string"),
    ("isboolean", "type: boolean"),
    ("iscollection", "type: array"),
    ("isarray", "type: array"),
    ("isobject", "type: object"),
    ("between", "gte: …, lte: …"),
    ("minlength", "length: {gte: …}"),
    ("maxlength", "length: {lte: …}"),
    ("haskey", "json: {$.name: {exists: true}}"),
];

/// As [`OPERATORS`], for what else stands somewhere else here, each for the mappings that end so.
const FORMS: [(&str, &str, &str); 17] = [
    ("`expect`", "contenttype", "write `headers: {content-type: …}`"),
    ("`expect`", "bodycontains", "write `body: {contains: …}`"),
    ("`expect`", "jsonschema", "write `json: {$: {schema: …}}`"),
    ("`expect`", "conformstoschema", "write `json: {$: {schema: …}}`"),
    ("`expect`", "xpath", "only JSON is looked into: for other text, write `body: {matches: …}`"),
    ("a spec", "requirelevel", "it is an option of the command line: `--require-level L3`"),
    ("`enforce`", "requirelevel", "it is an option of the command line: `--require-level L3`"),
    ("a test", "only", "run one test alone with `apitest FILE:LINE`"),
    ("a test", "dependson", "make both requests `steps` of one test"),
    ("a test", "sleep", "make it a step before the request: `- wait: 2s`"),
    ("a test", "delay", "make it a step before the request: `- wait: 2s`"),
    ("a test", "verify", "write `tls: {insecure: true}`"),
    ("a spec", "verify", "write `tls: {insecure: true}`"),
    ("a step", "http", "write `request: METHOD URL`, and the rest beside it"),
    ("a step", "login", "a step sends a request: write `request: POST …`"),
    ("`auth`", "oauth2", "define it under `tokens:`, and write its name: `auth: NAME`"),
    ("`auth`", "login", "define it under `tokens:`, and write its name: `auth: NAME`"),
];

/// What a key is called here, when it is what other tools call that.
pub(super) fn synonym(written: &str) -> Option<&'static str> {
    let bare = bare(written);
    SYNONYMS.iter().find(|(other, _)| *other == bare).map(|(_, here)| *here)
}

/// What is written here instead of a key in a mapping of this kind, in words.
pub(super) fn advice(written: &str, what: &str) -> Option<String> {
    let bare = bare(written);
    if written.starts_with("$.") || written.starts_with("$[") {
        return Some("it is a JSONPath: it belongs under `json`, and deeper than that".into());
    }
    if what == "an operator" {
        let known = OPERATORS.iter().find(|(other, _)| *other == bare);
        return known.map(|(_, here)| format!("write `{here}`"));
    }
    let known = FORMS.iter().find(|(place, other, _)| what.ends_with(place) && *other == bare);
    known.map(|(.., words)| (*words).to_owned())
}

/// A name without what other tools write otherwise in it.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_told_of_in_two_ways() {
        for (at, (name, _)) in SYNONYMS.iter().enumerate() {
            assert_eq!(bare(name), *name);
            assert!(SYNONYMS[..at].iter().all(|(other, _)| other != name), "{name}");
            assert!(OPERATORS.iter().all(|(other, _)| other != name), "{name}");
        }
    }

    #[test]
    fn the_opposite_of_an_operator_is_not_taken_for_it() {
        for (written, here) in [
            ("not_equals", "not: …"),
            ("notContains", "not: {contains: …}"),
            ("notExists", "exists: false"),
            ("isNull", "equals: null"),
        ] {
            assert_eq!(advice(written, "an operator"), Some(format!("write `{here}`")));
        }
        assert_eq!(advice("not_equals", "a key of a test"), None);
        assert!(advice("depends_on", "a key of a test").is_some());
    }
}
