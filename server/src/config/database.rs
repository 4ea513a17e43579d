//! The database.

use sqlx::postgres::PgConnectOptions;
use std::{str::FromStr, time::Duration};
use tracker_domain::text::Secret;

use super::reader::{Reader, Setting};

/// The section.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where it is, and as whom to go there.
    pub url: Secret,
    /// Most connections that serve people; background work has half as many beside them.
    pub pool_size: u32,
    /// Whether `serve` and `worker` bring the schema up to date when they start.
    pub migrate: bool,
    /// How long a start waits for a database that does not answer yet.
    pub wait: Duration,
}

const URL: Setting = Setting::secret(
    "DATABASE_URL",
    "none; it must be set",
    "The PostgreSQL database: `postgres://user:password@host/name`. Its user owns the database.",
);
const POOL_SIZE: Setting = Setting::new(
    "TRACKER_POOL_SIZE",
    "10",
    "Most connections that serve people, 2 to 200; background work has half as many beside them.",
);
const MIGRATE: Setting = Setting::new(
    "TRACKER_MIGRATE",
    "true",
    "Whether `serve` and `worker` bring the database up to date when they start. With `false`, run `tracker migrate`.",
);
const WAIT: Setting = Setting::new(
    "TRACKER_DATABASE_WAIT_SECONDS",
    "5",
    "How long a start waits for a database that does not answer yet, 0 to 300 seconds.",
);
pub(super) const SETTINGS: &[Setting] = &[URL, POOL_SIZE, MIGRATE, WAIT];

impl Database {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let url = reader.secret(&URL);
        Self::validate(reader, url.as_ref());
        Self {
            url: url.unwrap_or_else(|| Secret::new("")),
            pool_size: reader.number(&POOL_SIZE, 10, 2..=200),
            migrate: reader.flag(&MIGRATE, true),
            wait: Duration::from_secs(reader.number(&WAIT, 5, 0..=300).into()),
        }
    }

    fn validate(reader: &mut Reader, url: Option<&Secret>) {
        let Some(url) = url else {
            return reader.problem(&URL, "is missing; set it to postgres://user:password@host/name");
        };
        let scheme = ["postgres://", "postgresql://"].iter().any(|scheme| url.reveal().starts_with(scheme));
        if !scheme || PgConnectOptions::from_str(url.reveal()).is_err() {
            reader.problem(&URL, "is not an address like postgres://user:password@host/name");
        }
    }
}
