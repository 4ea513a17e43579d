//! The address that a request came from. What a header says about it is believed only when the machine that sent the
//! header is a proxy of the operator; then the nearest address that is not one of theirs is the client.

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, as far as it can be believed.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let ours = |ip: &IpAddr| proxies.iter().any(|network| network.contains(ip));
    let mut client = peer.to_canonical();
    if !ours(&client) {
        mention(client, headers);
        return client;
    }
    // Each proxy adds whom it heard from at the end; what stands before the last one that is ours could be invented.
    for hop in hops(headers).into_iter().rev() {
        let Some(hop) = hop else { break };
        client = hop;
        if !ours(&client) {
            break;
        }
    }
    client
}

/// Who is said to have passed it on, the farthest first; what cannot be read is `None`.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let list =
        |name| headers.get_all(name).into_iter().flat_map(|value| value.to_str().unwrap_or("?").split(','));
    if headers.contains_key(FORWARDED_FOR) {
        return list(FORWARDED_FOR).map(|hop| node(hop.trim())).collect();
    }
    list(header::FORWARDED).map(|element| forwarded(element).and_then(node)).collect()
}

/// The `for` of one element of `Forwarded` (RFC 7239).
fn forwarded(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named.next().map(|(_, value)| value.trim().trim_matches('"'))
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|node| node.ip())).map(|ip| ip.to_canonical())
}

/// A proxy that nobody told us about makes everybody look like one client; the operator should know once.
fn mention(peer: IpAddr, headers: &HeaderMap) {
    static ONCE: Once = Once::new();
    if headers.contains_key(FORWARDED_FOR) || headers.contains_key(header::FORWARDED) {
        ONCE.call_once(|| {
            tracing::warn!(%peer, "a request says whom it was forwarded for, and is not believed; if this is your proxy, set TRACKER_TRUSTED_PROXIES");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let proxies: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|n| n.parse().unwrap()).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        address(peer.parse().unwrap(), &map, &proxies).to_string()
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed_and_only_about_the_nearest_stranger() {
        let forged = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(client("203.0.113.9", &forged), "203.0.113.9", "a stranger says anything");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &forged), "198.51.100.7");
        let chain = [("x-forwarded-for", "198.51.100.7, 203.0.113.9, 10.2.0.1")];
        assert_eq!(
            client("10.0.0.1", &chain),
            "203.0.113.9",
            "what the client wrote itself stands further left"
        );
        let two = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(client("10.0.0.1", &two), "203.0.113.9");
        let inside = [("x-forwarded-for", "10.3.0.3, 10.2.0.1")];
        assert_eq!(client("10.0.0.1", &inside), "10.3.0.3");
        let nonsense = [("x-forwarded-for", "198.51.100.7, unknown, 10.2.0.1")];
        assert_eq!(client("10.0.0.1", &nonsense), "10.2.0.1", "nothing is read past what cannot be read");
    }

    #[test]
    fn both_headers_and_every_way_to_write_an_address_are_understood() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "203.0.113.9:4711")]), "203.0.113.9");
        let quoted = [("forwarded", "for=\"[2001:db8::7]:80\";proto=https, for=10.2.0.1;by=10.0.0.1")];
        assert_eq!(client("10.0.0.1", &quoted), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[("forwarded", "For=203.0.113.9")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[("forwarded", "for=_hidden")]), "10.0.0.1");
        let both = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(client("10.0.0.1", &both), "203.0.113.9");
    }
}
