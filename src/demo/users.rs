//! The people and the OAuth client that the demo knows, and how a password is checked.

use ring::digest::{SHA256, digest};

/// May list and read one's own orders.
pub const READ: &str = "orders:read";
/// May create and delete one's own orders.
pub const WRITE: &str = "orders:write";

/// Somebody with a name, a password and what they may do.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The user name, or the client id.
    pub name: &'static str,
    /// The password, or the client secret.
    pub password: &'static str,
    /// The scopes that a token of theirs may have.
    pub scopes: &'static [&'static str],
}

/// Has three orders, reads and writes.
pub const ALICE: Account =
    Account { name: "alice", password: "wonderland-7Qx2", scopes: &[READ, WRITE] };
/// Has two orders, reads and writes.
pub const BOB: Account = Account { name: "bob", password: "builder-4Tz9", scopes: &[READ, WRITE] };
/// Has one order and may only read.
pub const READER: Account = Account { name: "reader", password: "library-3Kp8", scopes: &[READ] };
/// The one OAuth client; by `client_credentials` it acts for itself and has no orders at first.
pub const CLIENT: Account = Account {
    name: "demo-client",
    password: "demo-client-secret-6b1e9c42",
    scopes: &[READ, WRITE],
};
/// What `/api-key` asks for in `X-Api-Key`.
pub const API_KEY: &str = "demo-key-41d7c0a95e";

/// Who may log in.
pub const USERS: [Account; 3] = [ALICE, BOB, READER];

impl Account {
    /// The scopes of a new token: what was asked for, or all the account may have. `None` when one
    /// of them is not the account's to ask for, or none was named.
    pub(super) fn allow(&self, asked: Option<&str>) -> Option<Vec<String>> {
        let all = || self.scopes.iter().map(|&s| s.to_owned()).collect();
        asked.map_or_else(|| Some(all()), |asked| narrowed(asked, self.scopes))
    }
}

/// The scopes that were asked for, if there are some and all of them are among the allowed ones.
pub(super) fn narrowed(asked: &str, allowed: &[impl AsRef<str>]) -> Option<Vec<String>> {
    let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    let known = |scope: &String| allowed.iter().any(|a| a.as_ref() == scope);
    (!asked.is_empty() && asked.iter().all(known)).then_some(asked)
}

/// The user whose name and password these are.
pub(super) fn authenticate(name: &str, password: &str) -> Option<Account> {
    let user = USERS.into_iter().find(|u| u.name == name);
    // An unknown name costs a comparison too, or the time would tell which names exist.
    let right = same_secret(password, user.map_or("", |u| u.password));
    user.filter(|_| right)
}

/// The user or client that a token names as its subject.
pub(super) fn by_name(name: &str) -> Option<Account> {
    USERS.into_iter().chain([CLIENT]).find(|u| u.name == name)
}

/// Compares two secrets in a time that says nothing about where they differ: their digests are
/// compared to the end, and how far two digests agree tells nothing about the texts.
pub(super) fn same_secret(one: &str, other: &str) -> bool {
    let (one, other) = (digest(&SHA256, one.as_bytes()), digest(&SHA256, other.as_bytes()));
    one.as_ref().iter().zip(other.as_ref()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_known_by_name_and_password_together() {
        assert_eq!(authenticate("alice", ALICE.password).map(|u| u.name), Some("alice"));
        let wrong =
            [("alice", BOB.password), ("alice", ""), ("nobody", ""), ("Alice", ALICE.password)];
        for (name, password) in wrong {
            assert!(authenticate(name, password).is_none(), "{name} {password}");
        }
    }
}
