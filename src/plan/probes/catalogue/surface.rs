//! The set `surface`: the same thing asked for in another way, without any credential.

use super::{BARE, BROKEN_AUTHENTICATION};
use crate::auth::answer::{Answer, Oracle};
use crate::plan::probes::make::surface as make;
use crate::plan::probes::{Needs, Probe};

const SET: &str = "surface";
const UNDECLARED: Answer = Answer { statuses: &[], oracle: Oracle::ClientError, ..BARE };
const UNSERVED: Answer = Answer { oracle: Oracle::NoSuccess, ..UNDECLARED };
const ELSEWHERE: Answer = Answer { oracle: Oracle::OtherBody, ..UNDECLARED };

const BROKEN_FUNCTION_AUTHORIZATION: &str = "API5:2023";
const MISCONFIGURATION: &str = "API8:2023";

pub const HEAD: Probe = Probe {
    id: "head",
    set: SET,
    sent: "HEAD in place of GET, and no Authorization field",
    needs: Needs::Get,
    answer: Answer { statuses: &[401, 405], ..BARE },
    standard: "RFC 9110 §9.3.2, §15.5.2",
    owasp: BROKEN_AUTHENTICATION,
    why: "A guard that is bound to a list of methods leaves out the ones that a framework adds.",
    known: "Frameworks that answer HEAD by the route of GET, behind a filter for GET alone.",
    make: make::head,
};

pub const OTHER_METHODS: Probe = Probe {
    id: "other-methods",
    set: SET,
    sent: "GET, HEAD, POST, PUT, PATCH and DELETE, but for those that a test uses at this path, \
           and no Authorization field",
    needs: Needs::Leave,
    answer: UNDECLARED,
    standard: "RFC 9110 §15.5.2, §15.5.6, §15.6.2",
    owasp: BROKEN_FUNCTION_AUTHORIZATION,
    why: "A framework may offer methods that nobody wrote, and a guard that is bound to a list of \
          methods does not see them.",
    known: "Routes generated from a model or a folder; handlers registered for every method; Java's \
            `<http-method>` constraints, which leave open what they do not name.",
    make: make::other_methods,
};

pub const METHOD_OVERRIDE: Probe = Probe {
    id: "method-override",
    set: SET,
    sent: "POST with the test's own method in `X-HTTP-Method-Override`, and no Authorization field",
    needs: Needs::LeaveAndNoPost,
    answer: UNSERVED,
    standard: "RFC 9110 §9.1, §15.5.2",
    owasp: MISCONFIGURATION,
    why: "A guard that looks at the method of the request and a router that looks at the field do \
          not speak of the same request.",
    known: "Rack, Symfony, Laravel, ASP.NET and Express read the field where that is switched on, \
            and the order of the middleware decides.",
    make: make::method_override,
};

pub const PATH_VARIANTS: Probe = Probe {
    id: "path-variants",
    set: SET,
    sent: "the path with a slash at its end (or without), a double slash, in upper case, with \
           `%2e`, with `;a=b` and with `.json`, and no Authorization field",
    needs: Needs::Body,
    answer: ELSEWHERE,
    standard: "RFC 9110 §7.1, §15.5.2, RFC 3986 §6.2",
    owasp: MISCONFIGURATION,
    why: "A guard that compares paths letter by letter and a router that is more generous do not \
          speak of the same resource.",
    known: "CVE-2020-1957 (Apache Shiro), CVE-2016-5007 (Spring), the trailing slash of Spring \
            before 6, Express without `strict routing` and `case sensitive routing`.",
    make: make::path_variants,
};
