//! What is under way: sign-ins that wait for their second step, passkeys that were asked for.

use serde_json::Value;
use sqlx::types::Json;
use tracker_domain::{account::Flash, error::AppError, id::UserId, text::Email, time::Timestamp};
use webauthn_rs::prelude::Passkey;

use crate::{
    session::SessionHash,
    storage::{Tx, db},
};

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A sign-in whose password was right.
    SecondStep,
    /// A sign-in by a passkey alone.
    SignIn,
    /// A new passkey.
    AddPasskey,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::SecondStep => "SECOND_STEP",
            Self::SignIn => "SIGN_IN",
            Self::AddPasskey => "ADD_PASSKEY",
        }
    }
}

/// A challenge that is still open.
#[derive(Debug)]
pub struct Challenge {
    /// Whose; nobody's when the address has no account.
    pub owner: Option<(UserId, String)>,
    /// What was remembered.
    pub state: Value,
}

/// Keeps one. From here on the transaction speaks for its person.
pub async fn begin(
    tx: &mut Tx,
    user: Option<UserId>,
    (token, purpose): (SessionHash, Purpose),
    state: Value,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), AppError> {
    sqlx::query!(
        "WITH me AS (SELECT set_config('tracker.user', coalesce($2::bigint::text, ''), true))
         INSERT INTO factor_challenges (token_hash, user_id, purpose, state, created_at, expires_at)
         SELECT $1, $2, $3, $4, $5, $6 FROM me",
        &token.0[..],
        user.map(|user| user.0),
        purpose.word(),
        state,
        now.0,
        until.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// One try at it; `None` when it is over. From here on the transaction speaks for its person, in no organization.
pub async fn try_challenge(
    tx: &mut Tx,
    token: SessionHash,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Challenge>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id, email, state AS "state!" FROM tracker_challenge($1, $2, $3)"#,
        &token.0[..],
        purpose.word(),
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(row.map(|row| Challenge { owner: row.user_id.map(UserId).zip(row.email), state: row.state }))
}

/// Ends one.
pub async fn end_challenge(tx: &mut Tx, token: SessionHash) -> Result<(), AppError> {
    sqlx::query!("SELECT tracker_challenge_over($1)", &token.0[..])
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Whose passkeys can be asked for.
#[derive(Debug)]
pub struct Asked {
    /// Who; nobody when the address has no account.
    pub user: Option<UserId>,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
}

/// Those of an address, or of the sign-in that waits under a token.
pub async fn to_ask(
    tx: &mut Tx,
    email: Option<&Email>,
    pending: Option<SessionHash>,
    now: Timestamp,
) -> Result<Asked, AppError> {
    let pending = pending.map(|hash| hash.0.to_vec()).unwrap_or_default();
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", credentials AS "credentials: Json<Vec<Passkey>>" FROM tracker_passkeys($1, $2, $3)"#,
        email.map(Email::as_str).unwrap_or_default(),
        pending,
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(match row {
        Some(row) => Asked {
            user: Some(UserId(row.user_id)),
            passkeys: row.credentials.map(|json| json.0).unwrap_or_default(),
        },
        None => Asked { user: None, passkeys: Vec::new() },
    })
}

/// What the page of the second step shows: whether an authenticator and a passkey can be used, if a sign-in waits; and
/// what a form left behind.
pub async fn second_step(
    tx: &mut Tx,
    pending: Option<SessionHash>,
    (flash, owner): (&str, Option<SessionHash>),
    now: Timestamp,
) -> Result<(Option<(bool, bool)>, Option<Flash>), AppError> {
    let (pending, owner) = (pending.map(|hash| hash.0.to_vec()), owner.map(|hash| hash.0.to_vec()));
    let row = sqlx::query!(
        r#"SELECT s.totp, s.passkeys, (SELECT flash FROM flashes WHERE id = $3 AND owner = $4) AS flash
           FROM (VALUES (1)) AS one LEFT JOIN tracker_second_step($1, $2) s ON true"#,
        pending,
        now.0,
        flash,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let flash = row.flash.and_then(|value| serde_json::from_value(value).ok());
    Ok((row.totp.zip(row.passkeys), flash))
}

/// Whether an account has a second factor.
pub async fn has_factor(tx: &mut Tx, user: UserId) -> Result<bool, AppError> {
    sqlx::query_scalar!(r#"SELECT tracker_has_factor($1) AS "has!""#, user.0)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)
}
