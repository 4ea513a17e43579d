//! The audit trail: written by two functions of the database, changed by nobody.

use app::ports::Client;
use serde_json::Value;
use tracker_domain::{audit::AuditAction, error::AppError, id::UserId, text::OrgSlug, time::Timestamp};

use super::{Tx, db};

/// What happened.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: AuditAction,
    /// To whom or what, in words that stay readable: an address, a name, a key. Never a secret.
    pub target: &'a str,
    /// From where.
    pub client: &'a Client,
    /// What else there is to know, as an object.
    pub details: Value,
}

/// In the organization of the transaction, by the person that it speaks for.
pub async fn record(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), AppError> {
    sqlx::query!(
        "SELECT tracker_audit($1, $2, $3, $4, $5, $6)",
        entry.at.0,
        entry.action.word(),
        entry.target,
        entry.client.address,
        entry.client.agent,
        entry.details
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// To an account, in every organization that it belongs to. `None` stands for an address that has no account; that is
/// recorded in `org`, which one signs in to.
pub async fn record_account(
    tx: &mut Tx,
    account: Option<UserId>,
    org: &OrgSlug,
    entry: &Entry<'_>,
) -> Result<(), AppError> {
    sqlx::query!(
        "SELECT tracker_audit_account($1, $2, $3, $4, $5, $6, $7, $8)",
        account.map(|user| user.0),
        org.as_str(),
        entry.at.0,
        entry.action.word(),
        entry.target,
        entry.client.address,
        entry.client.agent,
        entry.details
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
