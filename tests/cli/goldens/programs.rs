//! Programs and files that give no token.

use super::told;
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

const TOKENS: &str = "\
tokens:
  missing: {command: [./no-such-program]}
  failing: {command: [sh, -c, 'echo who are you? >&2; exit 3']}
  bytes: {command: [sh, -c, \"printf '\\\\377'\"]}
  endless: {command: ['yes']}
  silent: {command: ['true']}
  bearer: {command: [echo, 'Bearer a-token-of-it']}
  quoted: {command: [echo, '\"a-token-of-it\"']}
  page: {command: [echo, '<html>']}
  lines: {command: [printf, 'a-token\\nof-it']}
  swaps: {command: [sh, -c, 'rm key; mkdir key; rm token; mkdir token; echo a-token-of-it']}
  file: {file: token}
  minted: {jwt: {alg: HS256, key: {file: key}, claims: {sub: alice}}}
tests:
";

#[test]
fn a_source_that_gives_no_token_is_told_whole() {
    let server = Server::answering(200, &[], "{}");
    let names = [
        "missing", "failing", "bytes", "endless", "silent", "bearer", "quoted", "page", "lines",
        "swaps", "file", "minted",
    ];
    let tests = names
        .map(|name| format!("  - {{name: {name}, request: GET /, auth: {name}, expect: 200}}\n"));
    let spec = format!("base_url: {}\nserial: true\n{TOKENS}{}", server.url(), tests.concat());
    let sandbox = Sandbox::new()
        .file("a.yaml", spec)
        .file("token", "a-token-of-it")
        .file("key", "a-key-of-a-jwt-that-is-long-enough");
    golden("fixtures/console/programs.txt", &told(&sandbox, &[]));
}
