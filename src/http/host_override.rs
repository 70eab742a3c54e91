//! `--resolve HOST:PORT:ADDRESS`: another address for a host than the one it has.

use std::net::IpAddr;

use super::url::Target;

/// Where connections to a host and port really go. All else, the certificate among it, is still
/// that of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOverride {
    /// The host, lower case.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The address.
    pub address: IpAddr,
}

impl HostOverride {
    /// Reads `HOST:PORT:ADDRESS`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<HostOverride, String> {
        let form = "write HOST:PORT:ADDRESS, such as api.example.com:443:127.0.0.1";
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(port), Some(address)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(form.into());
        };
        if host.is_empty() || text.starts_with('[') || host.parse::<IpAddr>().is_ok() {
            return Err(format!("HOST is a name, as it stands in URLs: {form}"));
        }
        let target = Target::parse(&format!("http://{host}:{port}/"))?;
        let bare = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
        let address: IpAddr = bare
            .unwrap_or(address)
            .parse()
            .map_err(|_| format!("`{address}` is no address: {form}"))?;
        let origin = target.origin();
        // What goes to `localhost` may hold credentials, unencrypted.
        if origin.is_loopback() && !address.is_loopback() {
            return Err(format!("{host} is always this machine: give {address} another name"));
        }
        Ok(HostOverride { host: origin.host.clone(), port: origin.port, address })
    }
}

impl std::fmt::Display for HostOverride {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{}:{}:{address}", self.host, self.port),
            IpAddr::V6(address) => write!(f, "{}:{}:[{address}]", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HostOverride;

    #[test]
    fn an_override_names_a_host_a_port_and_an_address() {
        let good = [
            ("API.test:443:127.0.0.1", "api.test:443:127.0.0.1"),
            ("api.test:443:[::1]", "api.test:443:[::1]"),
            ("api.test:443:::1", "api.test:443:[::1]"),
            ("localhost:80:127.0.0.2", "localhost:80:127.0.0.2"),
        ];
        for (text, read) in good {
            assert_eq!(HostOverride::parse(text).map(|o| o.to_string()).as_deref(), Ok(read));
        }
        let bad = [
            ("api.test:443", "write HOST:PORT:ADDRESS"),
            (":443:127.0.0.1", "HOST is a name"),
            ("192.0.2.1:443:127.0.0.1", "HOST is a name"),
            ("[::1]:443:127.0.0.1", "HOST is a name"),
            ("api.test:0:127.0.0.1", "not between 1 and 65535"),
            ("api.test:x:127.0.0.1", "is not a port"),
            ("api.test:443:other.test", "is no address"),
            ("localhost:80:192.0.2.1", "always this machine"),
        ];
        for (text, reason) in bad {
            let why = HostOverride::parse(text).unwrap_err();
            assert!(why.contains(reason), "{text}: {why}");
        }
    }
}
