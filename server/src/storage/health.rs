//! What the health of the program is read from.

use sqlx::PgPool;

/// Whether the database answers.
pub async fn answers(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("SELECT 1 AS one").fetch_one(pool).await?;
    Ok(())
}

/// The migrations that were applied, in order.
pub async fn migrations(pool: &PgPool) -> Result<Vec<i64>, sqlx::Error> {
    // Not a checked query: the table belongs to the migrator and is not there before its first run.
    sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
        .fetch_all(pool)
        .await
}

/// How far a reader of the log is behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lag {
    /// Events that it has not seen, of all organizations.
    pub events: i64,
    /// For how long the oldest of them has been waiting.
    pub seconds: f64,
}

/// Measures it by the database's own clock, which stamped the events.
pub async fn lag(pool: &PgPool, reader: &str) -> Result<Lag, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT coalesce(sum(h.seq - coalesce(c.seq, 0)), 0)::bigint AS "events!",
                  coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0)::float8 AS "seconds!"
           FROM org_heads h
           LEFT JOIN reader_cursors c ON c.org_id = h.org_id AND c.reader = $1
           LEFT JOIN events e ON e.org_id = h.org_id AND e.seq = coalesce(c.seq, 0) + 1
           WHERE h.seq > coalesce(c.seq, 0)"#,
        reader
    )
    .fetch_one(pool)
    .await?;
    Ok(Lag { events: row.events, seconds: row.seconds.max(0.0) })
}
