//! What a form left behind for a browser without JavaScript.

use tracker_domain::{account::Flash, error::AppError, time::Timestamp};

use super::{Db, db};
use crate::{fault::fault, session::SessionHash};

/// Keeps what came of a form under an id that only its owner can use.
pub async fn keep(
    db_: &Db,
    id: &str,
    owner: SessionHash,
    flash: &Flash,
    now: Timestamp,
) -> Result<(), AppError> {
    let flash = serde_json::to_value(flash).map_err(|error| fault(&error))?;
    sqlx::query!(
        "INSERT INTO flashes (id, owner, flash, created_at) VALUES ($1, $2, $3, $4)",
        id,
        &owner.0[..],
        flash,
        now.0
    )
    .execute(&db_.app)
    .await
    .map_err(db)?;
    Ok(())
}
