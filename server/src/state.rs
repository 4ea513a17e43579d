//! What every part of the running program shares.

use std::{fmt, sync::Arc};
use time::OffsetDateTime;
use tracker_domain::{
    text::OrgSlug,
    time::{Clock, Timestamp},
};

use crate::{
    access::Keys, config, files::Files, live::Bell, mail::Mailer, passwords::Passwords, providers::Providers,
    session::HashKey, storage::Db,
};

/// Cheap to clone; every service holds one.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The key of session tokens.
    pub key: HashKey,
    /// The keys that sign access tokens.
    pub keys: Keys,
    /// Password hashing, bounded.
    pub passwords: Passwords,
    /// Where mail goes out.
    pub mailer: Arc<dyn Mailer>,
    /// Files that people attach.
    pub files: Files,
    /// Rung after every commit that wrote events.
    pub bell: Bell,
    /// Providers that people sign in by.
    pub providers: Providers,
    /// What the operator chose.
    pub settings: Arc<Settings>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the operator chose, as far as services need it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The organization that new accounts join.
    pub org: OrgSlug,
    /// Whether anybody may create an account.
    pub signup_open: bool,
    /// How many days a key signs access tokens.
    pub key_days: u32,
    /// Whether an address must be confirmed before one may sign in.
    pub verify: bool,
    /// Where browsers reach the program: `https://tracker.example.org`, without a slash at the end.
    pub public_url: String,
    /// How much may be asked, and which proxies are believed.
    pub limits: config::Limits,
}

impl Settings {
    /// Whether browsers come over TLS: cookies then get the `__Host-` prefix and `Secure`.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The system's clock, to the microsecond that the database keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else takes")]
    fn now(&self) -> Timestamp {
        let now = OffsetDateTime::now_utc();
        Timestamp(now.replace_microsecond(now.microsecond()).unwrap_or(now))
    }
}
