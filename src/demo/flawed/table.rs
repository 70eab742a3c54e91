//! The table of flaws: name, what is wrong in a sentence, and where that is done.
//!
//! `docs/enforcement.md` has the same names and sentences, and the probes that find each.

use super::Wrong::{Answers, LetsIn, Refuses, Strays, Widens};
use super::{Flaw, Wrong, claims, forged, intruder, misplaced, refusals, strays};

const fn flaw(name: &'static str, says: &'static str, wrong: Wrong) -> Flaw {
    Flaw { name, says, wrong }
}

/// All flaws.
#[rustfmt::skip] // A table is read by its columns.
pub const FLAWS: &[Flaw] = &[
    // Who is let in without a token that is good.
    flaw("no-guard", "Everybody is let in.", LetsIn(intruder::everybody)),
    flaw("anonymous", "Who sends no Authorization is let in.", LetsIn(intruder::nobody)),
    flaw("empty-value", "An empty Authorization is let in.", LetsIn(intruder::empty_value)),
    flaw("scheme-only", "`Bearer` without a token is let in.", LetsIn(intruder::scheme_only)),
    flaw("basic-user", "Any user is let in by Basic.", LetsIn(intruder::basic_user)),
    flaw("any-token", "Any token is let in: only its presence is checked.", LetsIn(intruder::any_token)),
    flaw("null-token", "The tokens `null` and `undefined` are good.", LetsIn(intruder::null_token)),
    flaw("look-alike", "A token with the right length and beginning is good.", LetsIn(intruder::look_alike)),
    flaw("prefix-match", "The beginning of a good token is good.", LetsIn(intruder::prefix_match)),
    flaw("overlong-match", "A good token with more behind it is good.", LetsIn(intruder::overlong_match)),
    flaw("guest", "A bad token or none gets a 200 with an empty list.", LetsIn(intruder::guest)),
    flaw("identity-headers", "A user named in X-User-Id or X-Forwarded-User is let in.", LetsIn(intruder::identity_headers)),
    // Who made a JWT is not checked well.
    flaw("alg-none", "A JWT with `alg: none` needs no signature.", LetsIn(forged::alg_none)),
    flaw("signature-ignored", "The signature of a JWT is not checked.", LetsIn(forged::signature_ignored)),
    flaw("signature-missing", "A JWT whose signature is missing is good.", LetsIn(forged::signature_missing)),
    flaw("key-confusion", "A JWT signed by HS256 with the public key as its secret is good.", LetsIn(forged::key_confusion)),
    flaw("embedded-key", "The key is taken from the `jwk` in a JWT's own header.", LetsIn(forged::embedded_key)),
    flaw("weak-secret", "A common word is a secret of HS256.", LetsIn(forged::weak_secret)),
    flaw("empty-secret", "An empty secret of HS256 is good.", LetsIn(forged::empty_secret)),
    flaw("zero-signature", "An ES256 signature of zeros is good.", LetsIn(forged::zero_signature)),
    // What a token says is not judged well.
    flaw("exp-ignored", "No token expires.", LetsIn(claims::exp_ignored)),
    flaw("exp-as-text", "An `exp` that is text is taken for none.", LetsIn(claims::exp_as_text)),
    flaw("nbf-ignored", "`nbf` is not looked at.", LetsIn(claims::nbf_ignored)),
    flaw("aud-ignored", "`aud` is not looked at.", LetsIn(claims::aud_ignored)),
    flaw("iss-ignored", "`iss` is not looked at.", LetsIn(claims::iss_ignored)),
    flaw("scope-ignored", "Scopes are not looked at.", Widens(claims::scope_ignored)),
    flaw("any-owner", "An order is shown to every user, and deleted by every user.", Widens(claims::any_owner)),
    flaw("revoked-accepted", "A revoked token is good.", LetsIn(claims::revoked_accepted)),
    // A good token is taken where it does not belong.
    flaw("any-scheme", "A good token is taken behind any scheme.", LetsIn(misplaced::any_scheme)),
    flaw("embedded-scheme", "A good token is taken behind another scheme and `Bearer`.", LetsIn(misplaced::embedded_scheme)),
    flaw("no-scheme", "A good token is taken without a scheme.", LetsIn(misplaced::no_scheme)),
    flaw("trailing-junk", "A good token is taken with a word behind it.", LetsIn(misplaced::trailing_junk)),
    flaw("query", "A good token is taken in the query.", LetsIn(misplaced::query)),
    flaw("two-places", "A good token in the query overrules a bad one in the header.", LetsIn(misplaced::two_places)),
    flaw("cookie", "A good token is taken in a cookie.", LetsIn(misplaced::cookie)),
    flaw("other-header", "A good token is taken in X-Access-Token and X-Auth-Token.", LetsIn(misplaced::other_header)),
    flaw("last-header", "The last of several Authorization fields counts.", LetsIn(misplaced::last_header)),
    flaw("case-sensitive-scheme", "`bearer` and `BEARER` are refused.", Refuses(misplaced::case_sensitive_scheme)),
    // The guard does not see every request.
    flaw("unguarded-head", "HEAD is not guarded.", LetsIn(intruder::head)),
    flaw("undeclared-put", "PUT, which nobody declared, shows what GET does, without a guard.", Strays(strays::undeclared_put)),
    flaw("method-override", "The method in X-HTTP-Method-Override is not guarded.", Strays(strays::method_override)),
    flaw("trailing-slash", "The path with a slash at its end is not guarded.", Strays(strays::trailing_slash)),
    flaw("double-slash", "The path with two slashes for one is not guarded.", Strays(strays::double_slash)),
    flaw("upper-case", "The path in upper case is not guarded.", Strays(strays::upper_case)),
    flaw("dot-segment", "The path with an encoded dot for a segment is not guarded.", Strays(strays::dot_segment)),
    flaw("path-parameter", "The path with a parameter behind `;` is not guarded.", Strays(strays::path_parameter)),
    flaw("suffix", "The path with `.json` behind it is not guarded.", Strays(strays::suffix)),
    // Who is refused is right, and how is wrong.
    flaw("leak", "A 401 has the protected orders in its body.", Answers(refusals::leak)),
    flaw("no-challenge", "A 401 has no challenge.", Answers(refusals::no_challenge)),
    flaw("forbidden", "A 401 is a 403.", Answers(refusals::forbidden)),
    flaw("redirect", "A 401 is a redirect to a login page.", Answers(refusals::redirect)),
    flaw("crash", "An opaque token that nobody knows gets a 500.", Answers(refusals::crash)),
    flaw("crash-on-long", "A long token gets a 500.", Answers(refusals::crash_on_long)),
    flaw("crash-on-deep", "A JWT whose claims are nested deep gets a 500.", Answers(refusals::crash_on_deep)),
    flaw("token-echo", "The refusal of a token repeats it.", Answers(refusals::token_echo)),
    flaw("no-commas", "The challenge lacks its commas.", Answers(refusals::no_commas)),
    flaw("wrong-scheme", "The challenge asks for Basic.", Answers(refusals::wrong_scheme)),
    flaw("no-error-code", "The challenge to a bad token has no error code.", Answers(refusals::no_error_code)),
    flaw("wrong-error-code", "The challenge to a bad token says `insufficient_scope`.", Answers(refusals::wrong_error_code)),
    flaw("public-cache", "Caches may keep the orders and show them to others.", Answers(refusals::public_cache)),
];
