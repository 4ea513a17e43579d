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
    /// Requests a minute that one address may send to functions without a token; 0: no limit.
    pub address: u32,
    /// Whether wrong passwords make the next attempt wait.
    pub delay: bool,
    /// The proxies whose word about the client's address is taken.
    pub proxies: Vec<IpNet>,
    /// The origins whose pages may call the API by a token.
    pub origins: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sign_in: 30, token: 600, address: 1200, delay: true, proxies: Vec::new(), origins: Vec::new() }
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
const ADDRESS: Setting = Setting::new(
    "TRACKER_RATE_ADDRESS",
    "1200",
    "How many requests a minute one address may send to the API without a token, which the browsers of everybody there share, 0 to 1000000. 0: no limit. The machine itself has none.",
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
const ORIGINS: Setting = Setting::new(
    "TRACKER_CORS_ORIGINS",
    "none",
    "Origins of other sites whose pages may call the API with a token, separated by commas: `https://board.example.org`. Cookies are never accepted from them.",
);
pub(super) const SETTINGS: &[Setting] = &[SIGN_IN, TOKEN, ADDRESS, DELAY, PROXIES, ORIGINS];

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let usual = Self::default();
        let expected = "addresses or networks like 127.0.0.1 or 10.1.0.0/16, separated by commas";
        Self {
            sign_in: reader.number(&SIGN_IN, usual.sign_in, 0..=100_000),
            token: reader.number(&TOKEN, usual.token, 0..=1_000_000),
            address: reader.number(&ADDRESS, usual.address, 0..=1_000_000),
            delay: reader.flag(&DELAY, usual.delay),
            proxies: reader.parse(&PROXIES, usual.proxies, expected, networks),
            origins: reader.parse(
                &ORIGINS,
                usual.origins,
                "origins like https://board.example.org, separated by commas; not *",
                origins,
            ),
        }
    }
}

fn networks(text: &str) -> Option<Vec<IpNet>> {
    text.split(',').map(|part| network(part.trim())).collect()
}

fn origins(text: &str) -> Option<Vec<String>> {
    text.split(',').map(|part| super::web::origin(part.trim())).collect()
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_named_one_by_one() {
        let found = origins("https://board.example.org, http://LOCALHOST:8080/").unwrap();
        assert_eq!(found, ["https://board.example.org", "http://localhost:8080"]);
        for wrong in ["*", "null", "board.example.org", "https://*.example.org", "https://a.example/path", ""]
        {
            assert!(origins(wrong).is_none(), "{wrong}");
        }
    }

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
