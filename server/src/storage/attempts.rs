//! Proofs of identity that were tried: how long the next one has to wait.

use tracker_domain::{error::AppError, time::Timestamp};

use super::{Db, db};
use crate::session::SessionHash;

/// What is tried on, as tried from one network and from anywhere.
#[derive(Debug, Clone, Copy)]
pub struct Subjects {
    /// From this network.
    pub here: SessionHash,
    /// From anywhere.
    pub anywhere: SessionHash,
}

/// Begins an attempt, which counts from now on; `Some` is how many seconds to wait instead.
pub async fn begin(pool: &Db, subjects: &Subjects, now: Timestamp) -> Result<Option<u32>, AppError> {
    let wait = sqlx::query_scalar!(
        r#"SELECT tracker_attempt($1, $2, $3) AS "wait!""#,
        &subjects.here.0[..],
        &subjects.anywhere.0[..],
        now.0
    )
    .fetch_one(&pool.app)
    .await
    .map_err(db)?;
    Ok(u32::try_from(wait).ok().filter(|seconds| *seconds > 0))
}

/// The proof was right: nothing that was tried from this network counts any more.
pub async fn right(pool: &Db, subjects: &Subjects) -> Result<(), AppError> {
    sqlx::query!("SELECT tracker_attempt_right($1, $2)", &subjects.here.0[..], &subjects.anywhere.0[..])
        .execute(&pool.app)
        .await
        .map_err(db)?;
    Ok(())
}
