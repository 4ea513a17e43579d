//! The daily statistics: what a reader of the log adds, and what the insights page reads.

use sqlx::{PgConnection, types::Json};
use tracker_domain::{
    error::AppError,
    id::{OrgId, Seq},
    insight::{DayCounts, Stock},
    time::Day,
};

use super::{Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// The reader of the log that keeps the statistics.
pub const READER: &str = "stats";

/// Rows to be added to the statistics, column by column.
#[derive(Debug, Default)]
pub struct Additions {
    /// Which day, UTC.
    pub days: Vec<time::Date>,
    /// Which project.
    pub projects: Vec<i64>,
    /// Reported by whom.
    pub reporters: Vec<i64>,
    /// How severe.
    pub severities: Vec<String>,
    /// In which status.
    pub statuses: Vec<String>,
    /// So many more or fewer.
    pub deltas: Vec<i64>,
    /// Reported.
    pub opened: Vec<i64>,
    /// Entered DONE.
    pub closed: Vec<i64>,
    /// Left DONE.
    pub reopened: Vec<i64>,
}

/// Adds them; each row at most once in one call.
pub async fn add(connection: &mut PgConnection, org: OrgId, new: &Additions) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO daily_stats AS s
             (org_id, day, project_id, reporter_id, severity, status, delta, opened, closed, reopened)
         SELECT $1, n.* FROM unnest(
             $2::date[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
             $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) AS n
         ON CONFLICT (org_id, day, project_id, reporter_id, severity, status) DO UPDATE SET
             delta = s.delta + excluded.delta, opened = s.opened + excluded.opened,
             closed = s.closed + excluded.closed, reopened = s.reopened + excluded.reopened",
        org.0,
        &new.days,
        &new.projects,
        &new.reporters,
        &new.severities,
        &new.statuses,
        &new.deltas,
        &new.opened,
        &new.closed,
        &new.reopened,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the statistics of an organization, to be built anew.
pub async fn clear(connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM daily_stats WHERE org_id = $1", org.0).execute(connection).await?;
    Ok(())
}

/// What the insights page shows.
#[derive(Debug)]
pub struct StatsPage {
    /// The position that the statistics have reached.
    pub seq: Seq,
    /// Days on which something happened.
    pub days: Vec<DayCounts>,
    /// How many issues there are now.
    pub stock: Vec<Stock>,
}

/// Reads the page from `since` on, in one statement: all issues for those who see all, else those that they reported.
pub async fn page(
    tx: &mut Tx,
    since: Day,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<StatsPage>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let row = sqlx::query_file!("src/storage/stats.sql", since.0, flash.0, owner, READER,)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)?;
    let view = StatsPage { seq: Seq(row.seq), days: row.days.0, stock: row.stock.0 };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}
