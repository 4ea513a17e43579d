//! What `tracker admin factors` does, as the owner of the database.

use serde_json::json;
use sqlx::{Connection, PgConnection};
use tracker_domain::{audit::AuditAction, id::UserId, text::Email, time::Timestamp};

/// Removes every second factor of an account and says so in the audit trail of its organizations; gives how many there
/// were.
pub async fn remove_all(
    connection: &mut PgConnection,
    (user, email): (UserId, &Email),
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut tx = connection.begin().await?;
    let totp = sqlx::query!("DELETE FROM totp WHERE user_id = $1", user.0).execute(&mut *tx).await?;
    let passkeys = sqlx::query!("DELETE FROM passkeys WHERE user_id = $1", user.0).execute(&mut *tx).await?;
    let removed = totp.rows_affected() + passkeys.rows_affected();
    for table in ["recovery_codes", "recovery_sheets", "factor_tries", "factor_challenges"] {
        let sql = format!("DELETE FROM {table} WHERE user_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(user.0).execute(&mut *tx).await?;
    }
    if removed > 0 {
        sqlx::query!(
            "INSERT INTO audit (org_id, at, actor_id, action, target, address, agent, details)
             SELECT m.org_id, $2, NULL, $3, $4, '', 'tracker admin', $5 FROM memberships m WHERE m.user_id = $1",
            user.0,
            now.0,
            AuditAction::FactorRemoved.word(),
            email.as_str(),
            json!({ "removed": removed })
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(removed)
}
