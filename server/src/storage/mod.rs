//! PostgreSQL: the only place with SQL. One file a noun.
//!
//! Reads and writes go through a [`Tx`] that speaks for one person in one organization; row-level security does the
//! rest. To add a noun, add a migration (table, policy, grants), a file here, and run `scripts/sqlx-cache.sh` for the
//! offline cache of the checked queries.
#![expect(
    deprecated,
    reason = "sqlx 0.9 warns at every query with a time because the job queue switches its chrono on; time comes first"
)]

pub mod accounts;
pub mod admin;
pub mod admin_invite;
pub mod attachments;
pub mod attempts;
pub mod audit;
pub mod audit_page;
pub mod cells;
pub mod comments;
pub mod complete;
pub mod demo;
pub mod doctor;
pub mod events;
pub mod explain;
pub mod export;
mod export_files;
pub mod factors;
pub mod flash;
pub mod follow;
pub mod frame;
pub mod health;
pub mod idempotency;
pub mod import;
pub mod import_dump;
pub mod import_dump_files;
pub mod import_dump_log;
pub mod import_issues;
pub mod insights;
pub mod invitations;
pub mod issue_page;
pub mod issues;
pub mod jobs;
pub mod kept_files;
pub mod keys;
mod keyset;
pub mod list;
pub mod live;
pub mod mail;
pub mod members;
pub mod profile;
pub mod projects;
pub mod providers;
pub mod query;
pub mod readers;
mod search;
pub mod sessions;
pub mod spells;
pub mod teams;
pub mod tokens;
mod tx;

use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, sync::LazyLock, time::Duration};
use tracker_domain::{error::AppError, text::Secret};
pub use tx::{Credential, Identity, Member, NewEvent, Tx};

use crate::fault::{fault, unavailable};

/// The migrations of this version of the program. A newer version may have added some already: each is compatible with
/// the version before it, so this one goes on beside it.
pub static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("../migrations");
    migrator.set_ignore_missing(true);
    migrator
});

/// The two doors to the database.
#[derive(Clone, Debug)]
pub struct Db {
    /// As `tracker_app`: serves people, under row-level security.
    pub app: PgPool,
    /// As `tracker_system`: readers of the log and jobs.
    pub system: PgPool,
}

/// Why the database cannot be used; each reads as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be read.
    #[error("DATABASE_URL is not a PostgreSQL address: {0}")]
    Url(sqlx::Error),
    /// Nobody answers, or not to us.
    #[error("the database cannot be reached: {0}")]
    Unreachable(sqlx::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    /// The role that would serve people may see everything.
    #[error("the database role {0} is a superuser or bypasses row-level security; it must be neither")]
    TooPowerful(String),
}

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

fn options(url: &Secret) -> Result<PgConnectOptions, ConnectError> {
    let options = PgConnectOptions::from_str(url.reveal()).map_err(ConnectError::Url)?;
    Ok(options.application_name("tracker").options([
        ("timezone", "UTC"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "60s"),
    ]))
}

async fn pool(url: &Secret, size: u32, set_role: &'static str) -> Result<PgPool, ConnectError> {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A broken connection shows at its first use; asking before each one would be a round trip a page.
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(set_role).execute(connection).await.map(|_| ()) })
        })
        .connect_with(options(url)?)
        .await
        .map_err(ConnectError::Unreachable)
}

/// Brings the schema up to date, as the owner. Processes that start together do it one after the other.
pub async fn migrate(url: &Secret) -> Result<(), ConnectError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options(url)?)
        .await
        .map_err(ConnectError::Unreachable)?;
    MIGRATOR.run(&pool).await.map_err(ConnectError::Migrate)?;
    pool.close().await;
    Ok(())
}

/// Row-level security does not bind every role, not even when it is forced.
pub async fn refuse_unbound(pool: &PgPool) -> Result<(), ConnectError> {
    let unbound = sqlx::query_scalar!(
        r#"SELECT rolname::text AS "name!" FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"#
    );
    match unbound.fetch_optional(pool).await.map_err(ConnectError::Unreachable)? {
        Some(name) => Err(ConnectError::TooPowerful(name)),
        None => Ok(()),
    }
}

impl Db {
    /// Connects both pools and refuses a role that row-level security does not bind.
    pub async fn connect(url: &Secret, size: u32) -> Result<Self, ConnectError> {
        let app = pool(url, size, "SET ROLE tracker_app").await?;
        let system = pool(url, (size / 2).max(3), "SET ROLE tracker_system").await?;
        refuse_unbound(&app).await?;
        refuse_unbound(&system).await?;
        Ok(Self { app, system })
    }

    /// Ends all connections, after the work on them is done.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }

    /// Begins a transaction that reads at one position of the log, as `identity`.
    pub async fn read(&self, identity: &Identity) -> Result<Tx, AppError> {
        Tx::begin(&self.app, format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {}", identity.sql()))
            .await
    }

    /// Begins a transaction that writes, as `identity`.
    pub async fn write(&self, identity: &Identity) -> Result<Tx, AppError> {
        Tx::begin(&self.app, format!("BEGIN; {}", identity.sql())).await
    }
}

/// A driver's error as ours: the log has it under the reference, a person never sees it.
#[track_caller]
pub(crate) fn db(error: sqlx::Error) -> AppError {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed => unavailable(&error),
        error => fault(&error),
    }
}
