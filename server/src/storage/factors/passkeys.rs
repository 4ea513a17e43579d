//! The passkeys of a person.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{PasskeyId, UserId},
    text::DisplayName,
    time::Timestamp,
};
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use crate::{
    fault::fault,
    storage::{Tx, db},
};

/// All of them.
pub async fn passkeys(tx: &mut Tx, user: UserId) -> Result<Vec<Passkey>, AppError> {
    let rows = sqlx::query_scalar!(
        r#"SELECT credential AS "credential: Json<Passkey>" FROM passkeys WHERE user_id = $1 ORDER BY id"#,
        user.0
    );
    let rows = rows.fetch_all(tx.connection()?).await.map_err(db)?;
    Ok(rows.into_iter().map(|json| json.0).collect())
}

/// Adds one; `false` when somebody has it already.
pub async fn add_passkey(
    tx: &mut Tx,
    user: UserId,
    (name, passkey): (&DisplayName, &Passkey),
    now: Timestamp,
) -> Result<bool, AppError> {
    let credential = serde_json::to_value(passkey).map_err(|error| fault(&error))?;
    let id: &[u8] = passkey.cred_id().as_ref();
    let added = sqlx::query!(
        "INSERT INTO passkeys (user_id, name, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (credential_id) DO NOTHING",
        user.0,
        name.as_str(),
        id,
        credential,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(added.rows_affected() > 0)
}

/// Notes that one was used. `false` when it is gone, or when its counter has not moved since somebody else's use, which
/// a copy of it would do.
pub async fn note_use(
    tx: &mut Tx,
    user: UserId,
    used: &AuthenticationResult,
    now: Timestamp,
) -> Result<bool, AppError> {
    let id: &[u8] = used.cred_id().as_ref();
    let row = sqlx::query!(
        r#"SELECT id, credential AS "credential: Json<Passkey>", (credential -> 'cred' ->> 'counter')::bigint AS counter
           FROM passkeys WHERE user_id = $1 AND credential_id = $2 FOR UPDATE"#,
        user.0,
        id
    );
    let Some(row) = row.fetch_optional(tx.connection()?).await.map_err(db)? else { return Ok(false) };
    let (before, present) = (row.counter.unwrap_or_default(), i64::from(used.counter()));
    if (before > 0 || present > 0) && present <= before {
        return Ok(false);
    }
    let mut passkey = row.credential.0;
    passkey.update_credential(used);
    let credential = serde_json::to_value(&passkey).map_err(|error| fault(&error))?;
    sqlx::query!(
        "UPDATE passkeys SET credential = $2, last_used_at = $3 WHERE id = $1",
        row.id,
        credential,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(true)
}

/// Gives one another name; the name before, if it is theirs.
pub async fn rename_passkey(
    tx: &mut Tx,
    user: UserId,
    passkey: PasskeyId,
    name: &DisplayName,
) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "UPDATE passkeys p SET name = $3 FROM (SELECT id, name FROM passkeys WHERE id = $2 AND user_id = $1 FOR UPDATE) before
         WHERE p.id = before.id RETURNING before.name",
        user.0,
        passkey.0,
        name.as_str()
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// Removes one; its name, if it was theirs.
pub async fn remove_passkey(
    tx: &mut Tx,
    user: UserId,
    passkey: PasskeyId,
) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "DELETE FROM passkeys WHERE id = $2 AND user_id = $1 RETURNING name",
        user.0,
        passkey.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}
