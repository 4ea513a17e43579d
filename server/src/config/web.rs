//! The web server.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::reader::{Reader, Setting};

/// The section.
#[derive(Debug, Clone)]
pub struct Web {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end.
    pub public_url: String,
    /// The built browser side: scripts, styles, icons.
    pub site_root: PathBuf,
    /// How long requests may go on after the signal to stop.
    pub shutdown: Duration,
}

const LISTEN: Setting = Setting::new("TRACKER_LISTEN", "127.0.0.1:3000", "Address and port to listen on.");
const PUBLIC_URL: Setting = Setting::new(
    "TRACKER_PUBLIC_URL",
    "`http://` and the address it listens on",
    "How people reach it, for instance `https://issues.example.org`. Forms from any other origin are refused; with `https` cookies are sent over TLS only.",
);
const SITE_ROOT: Setting = Setting::new(
    "TRACKER_SITE_ROOT",
    "`site` beside the program, else `target/site`",
    "The folder of the built browser side.",
);
const SHUTDOWN: Setting = Setting::new(
    "TRACKER_SHUTDOWN_SECONDS",
    "10",
    "How long requests may go on after the signal to stop, 1 to 300 seconds.",
);
pub(super) const SETTINGS: &[Setting] = &[LISTEN, PUBLIC_URL, SITE_ROOT, SHUTDOWN];

impl Web {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let fallback = SocketAddr::from((Ipv4Addr::LOCALHOST, 3000));
        let listen = reader.parse(&LISTEN, fallback, "an address and a port like 127.0.0.1:3000", |text| {
            text.replace("localhost:", "127.0.0.1:").parse().ok()
        });
        let expected = "http:// or https:// and a host, without a path";
        Self {
            listen,
            public_url: reader.parse(&PUBLIC_URL, local_url(listen), expected, origin),
            site_root: reader.text(&SITE_ROOT).map_or_else(default_site_root, PathBuf::from),
            shutdown: Duration::from_secs(reader.number(&SHUTDOWN, 10, 1..=300).into()),
        }
    }

    /// Whether people reach it over TLS, so that cookies can insist on it.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Where this machine itself reaches it.
    pub fn local_url(&self) -> String {
        local_url(self.listen)
    }
}

/// An address that listens everywhere is reached on the loopback.
pub(crate) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn local_url(listen: SocketAddr) -> String {
    format!("http://{}", reachable(listen))
}

/// An origin as browsers write it.
pub(super) fn origin(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/').to_ascii_lowercase();
    let uri: http::Uri = text.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let bare = uri.path() == "/" && uri.query().is_none() && !text.contains(['@', '*']);
    (known && bare && uri.host().is_some_and(|host| !host.is_empty())).then_some(text)
}

fn default_site_root() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("site")));
    beside.filter(|folder| folder.is_dir()).unwrap_or_else(|| "target/site".into())
}
