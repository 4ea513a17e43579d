//! Settings that are allowed and risky.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{net::IpAddr, str::FromStr};

use super::{Level, Report};
use crate::config::{Config, Environment};

pub(super) fn look(config: &Config, report: &mut Report) {
    report.look("settings");
    let production = config.environment == Environment::Production;
    let outside = !config.web.listen.ip().is_loopback();
    if !production && (outside || config.web.is_secure()) {
        report.find(
            Level::Risk,
            "others can reach this tracker, and TRACKER_ENV is development",
            "set TRACKER_ENV=production, which demands what development makes up",
        );
    }
    if !production && outside && config.accounts.secret_key.is_none() {
        report.find(
            Level::Risk,
            "SECRET_KEY is not set: the one in the data folder signs the sessions of this machine only",
            "set SECRET_KEY (openssl rand -hex 32), the same for every process",
        );
    }
    if production && !config.web.is_secure() && !is_local(&config.web.public_url) {
        report.find(
            Level::Risk,
            format!(
                "TRACKER_PUBLIC_URL is {}: passwords and sessions travel in the clear",
                config.web.public_url
            ),
            "put a proxy with TLS in front and set TRACKER_PUBLIC_URL to its https address",
        );
    }
    if config.metrics.enabled && config.metrics.token.is_none() && outside {
        report.find(
            Level::Risk,
            "/metrics can be read by anybody who reaches the server",
            "set TRACKER_METRICS_TOKEN, or keep /metrics behind the proxy",
        );
    }
    if !is_safe_way(config.database.url.reveal()) {
        report.find(
            Level::Risk,
            "the database is on another machine and DATABASE_URL does not insist on TLS",
            "add sslmode=verify-full (or at least require) to DATABASE_URL",
        );
    }
}

fn is_local(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.split(']').next())
        .unwrap_or_else(|| host.split(':').next().unwrap_or_default());
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// On this machine, or by TLS that is demanded.
fn is_safe_way(url: &str) -> bool {
    PgConnectOptions::from_str(url).is_ok_and(|options| {
        let here = options.get_socket().is_some() || options.get_host().starts_with('/');
        let demanded =
            !matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer);
        here || demanded || is_local(&format!("x://{}", options.get_host()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;
    use std::path::Path;

    fn found(settings: &[(&str, &str)]) -> Vec<String> {
        let all = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let url = [("DATABASE_URL".to_owned(), "postgres://tracker@localhost/tracker".to_owned())];
        let config = Config::read(Source::new(url.into_iter().chain(all), Path::new("none.toml"))).unwrap();
        let mut report = Report::default();
        look(&config, &mut report);
        assert!(report.is_well());
        report.findings.into_iter().map(|finding| finding.what).collect()
    }

    const KEY: (&str, &str) = ("SECRET_KEY", "0123456789abcdef0123456789abcdef");
    const PRODUCTION: (&str, &str) = ("TRACKER_ENV", "production");

    #[test]
    fn a_local_run_and_a_proper_installation_are_fine() {
        assert_eq!(found(&[]), [""; 0]);
        assert_eq!(found(&[PRODUCTION, KEY, ("TRACKER_PUBLIC_URL", "https://issues.example.org")]), [""; 0]);
    }

    #[test]
    fn what_is_risky_is_said() {
        let open = found(&[("TRACKER_LISTEN", "0.0.0.0:3000")]);
        assert_eq!(open.len(), 3, "{open:?}");
        let clear = found(&[PRODUCTION, KEY, ("TRACKER_PUBLIC_URL", "http://issues.example.org")]);
        assert!(clear.len() == 1 && clear[0].contains("in the clear"), "{clear:?}");
        let metrics = found(&[
            PRODUCTION,
            KEY,
            ("TRACKER_LISTEN", "0.0.0.0:80"),
            ("TRACKER_METRICS", "true"),
            ("TRACKER_PUBLIC_URL", "https://issues.example.org"),
        ]);
        assert!(metrics.len() == 1 && metrics[0].starts_with("/metrics"), "{metrics:?}");
        let far = found(&[("DATABASE_URL", "postgres://tracker@db.example.org/tracker")]);
        assert!(far.len() == 1 && far[0].contains("TLS"), "{far:?}");
        assert_eq!(
            found(&[("DATABASE_URL", "postgres://tracker@db.example.org/tracker?sslmode=require")]),
            [""; 0]
        );
    }
}
