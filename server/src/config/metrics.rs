//! Numbers for Prometheus.

use tracker_domain::text::Secret;

use super::{
    Environment,
    reader::{Reader, Setting},
};

/// The section.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Whether `/metrics` exists.
    pub enabled: bool,
    /// What a reader of it must send as `Authorization: Bearer …`.
    pub token: Option<Secret>,
}

const ENABLED: Setting = Setting::new(
    "TRACKER_METRICS",
    "true in development or with a token, else false",
    "Whether `/metrics` exists. Without a token anybody who reaches the server can read it: keep it behind the proxy.",
);
const TOKEN: Setting = Setting::secret(
    "TRACKER_METRICS_TOKEN",
    "none",
    "What Prometheus must send as `Authorization: Bearer …`, at least 16 characters.",
);
pub(super) const SETTINGS: &[Setting] = &[ENABLED, TOKEN];

impl Metrics {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let token = reader.secret(&TOKEN);
        if token.as_ref().is_some_and(|token| token.reveal().len() < 16) {
            reader.problem(&TOKEN, "needs at least 16 characters");
        }
        let fallback = environment == Environment::Development || token.is_some();
        Self { enabled: reader.flag(&ENABLED, fallback), token }
    }
}
