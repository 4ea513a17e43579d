//! The tables of the job queue: `graphile_worker` makes them in a schema of its own, and the system role works there.

use graphile_worker::WorkerUtils;
use sqlx::{
    PgPool,
    postgres::{PgPoolOptions, PgQueryResult},
};
use tracker_domain::{text::Secret, time::Timestamp};

use super::{ACQUIRE_TIMEOUT, ConnectError, options};
use crate::session::SESSION_DAYS;

/// Where the queue lives.
pub const SCHEMA: &str = "tracker_jobs";

/// The library's tables have row-level security on and no policy, so that only their owner would see anything.
const GRANTS: &str = "
    DO $$
    DECLARE
        name text;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('tracker_jobs', 0));
        GRANT USAGE ON SCHEMA tracker_jobs TO tracker_system;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tracker_jobs TO tracker_system;
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA tracker_jobs TO tracker_system;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tracker_jobs TO tracker_system;
        FOR name IN SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'tracker_jobs'::regnamespace AND c.relrowsecurity
                AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'system')
        LOOP
            EXECUTE format('CREATE POLICY system ON tracker_jobs.%I TO tracker_system USING (true) WITH CHECK (true)', name);
        END LOOP;
    END
    $$";

/// Makes the queue's tables or brings them up to date, as the owner.
pub async fn migrate(url: &Secret) -> Result<(), ConnectError> {
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options(url)?)
        .await
        .map_err(ConnectError::Unreachable)?;
    let made = WorkerUtils::new(pool.clone(), SCHEMA).migrate().await;
    made.map_err(|error| ConnectError::Migrate(sqlx::migrate::MigrateError::Source(error.into())))?;
    let granted = sqlx::raw_sql(GRANTS).execute(&pool).await;
    granted.map_err(|error| ConnectError::Migrate(error.into()))?;
    pool.close().await;
    Ok(())
}

/// Removes what nobody needs any more; gives how many rows went.
pub async fn clean_up(pool: &PgPool, now: Timestamp) -> Result<u64, sqlx::Error> {
    let sessions = sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now.0).execute(pool).await?;
    // By then the token would have been over anyway, spent or not.
    let spent = sqlx::query!(
        "DELETE FROM spent_tokens WHERE spent_at < $1::timestamptz - make_interval(days => $2)",
        now.0,
        SESSION_DAYS as i32
    )
    .execute(pool)
    .await?;
    let links = sqlx::query!("DELETE FROM mail_tokens WHERE expires_at <= $1", now.0).execute(pool).await?;
    let flashes =
        sqlx::query!("DELETE FROM flashes WHERE created_at < $1::timestamptz - interval '1 hour'", now.0)
            .execute(pool)
            .await?;
    let logins =
        sqlx::query!("DELETE FROM provider_logins WHERE expires_at <= $1", now.0).execute(pool).await?;
    let keys = sqlx::query!(
        "DELETE FROM idempotency_keys WHERE created_at < $1::timestamptz - interval '24 hours'",
        now.0
    )
    .execute(pool)
    .await?;
    let attempts =
        sqlx::query!("DELETE FROM attempts WHERE last_at < $1::timestamptz - interval '1 day'", now.0)
            .execute(pool)
            .await?;
    let challenges =
        sqlx::query!("DELETE FROM factor_challenges WHERE expires_at <= $1", now.0).execute(pool).await?;
    let sheets =
        sqlx::query!("DELETE FROM recovery_sheets WHERE expires_at <= $1", now.0).execute(pool).await?;
    let rows = [sessions, spent, links, logins, flashes, keys, attempts, challenges, sheets];
    Ok(rows.iter().map(PgQueryResult::rows_affected).sum())
}
