//! What an organization asks of its members.

use tracker_domain::{error::AppError, factor::SignInRules};

use crate::{
    session::SessionHash,
    storage::{Member, Tx, db, frame::PageRow},
};

/// The page of it, in one statement; the policy has still to be asked.
pub async fn rules(
    tx: &mut Tx,
    (flash, owner): (&str, Option<SessionHash>),
) -> Result<PageRow<SignInRules>, AppError> {
    let owner = owner.map(|hash| hash.0.to_vec());
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
                  coalesce((SELECT o.require_factor FROM organizations o WHERE o.id = tracker_org()), false) AS "require_factor!",
                  tracker_unsecured() AS "without_factor!",
                  coalesce(tracker_has_factor(tracker_user()), false) AS "viewer_has_factor!""#,
        flash,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let view = SignInRules {
        require_factor: row.require_factor,
        without_factor: row.without_factor,
        viewer_has_factor: row.viewer_has_factor,
    };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

/// Sets it; `false` when it was so already.
pub async fn set_required(tx: &mut Tx, member: &Member, required: bool) -> Result<bool, AppError> {
    let changed = sqlx::query!(
        "UPDATE organizations SET require_factor = $2 WHERE id = $1 AND require_factor <> $2",
        member.org.0,
        required
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(changed.rows_affected() > 0)
}
