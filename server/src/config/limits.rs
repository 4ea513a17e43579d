//! How much may be asked, and whom the program believes about where a request came from.

use ipnet::IpNet;
use std::net::IpAddr;

use super::reader::{Reader, Setting};

/// The section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Attempts a minute to sign in, of one address; 0: no limit. Other ways in have a share of it.
    pub sign_in: u32,
    /// Requests a minute of one token; 0: no limit.
    pub token: u32,
    /// Whether wrong passwords make the next attempt wait.
    pub delay: bool,
    /// The proxies whose word about the client's address is taken.
    pub proxies: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sign_in: 30, token: 600, delay: true, proxies: Vec::new() }
    }
}

const SIGN_IN: Setting = Setting::new(
    "TRACKER_RATE_SIGN_IN",
    "30",
    "How often a minute one address may try to sign in, 0 to 100000; signing up and asking for a mail have a fraction of it. 0: no limit. The machine itself has none.",
);
const TOKEN: Setting = Setting::new(
    "TRACKER_RATE_TOKEN",
    "600",
    "How many requests a minute one token may send, 0 to 1000000. 0: no limit.",
);
const DELAY: Setting = Setting::new(
    "TRACKER_RATE_DELAY",
    "true",
    "Whether the fifth wrong password from one network, and each one after it, makes the next attempt wait, longer each time.",
);
const PROXIES: Setting = Setting::new(
    "TRACKER_TRUSTED_PROXIES",
    "none",
    "Addresses or networks of the proxies in front, separated by commas: `127.0.0.1, 10.1.0.0/16`. Only they are believed about where a request came from.",
);
pub(super) const SETTINGS: &[Setting] = &[SIGN_IN, TOKEN, DELAY, PROXIES];

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let usual = Self::default();
        let expected = "addresses or networks like 127.0.0.1 or 10.1.0.0/16, separated by commas";
        Self {
            sign_in: reader.number(&SIGN_IN, usual.sign_in, 0..=100_000),
            token: reader.number(&TOKEN, usual.token, 0..=1_000_000),
            delay: reader.flag(&DELAY, usual.delay),
            proxies: reader.parse(&PROXIES, usual.proxies, expected, networks),
        }
    }
}

fn networks(text: &str) -> Option<Vec<IpNet>> {
    text.split(',').map(|part| network(part.trim())).collect()
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_and_networks() {
        let found = networks("127.0.0.1, 10.1.0.0/16,fd00::/8").unwrap();
        assert_eq!(
            found.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["127.0.0.1/32", "10.1.0.0/16", "fd00::/8"]
        );
        assert!(networks("proxy.example.org").is_none() && networks("10.0.0.0/33").is_none());
    }
}
