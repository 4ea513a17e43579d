//! Sessions: started, exchanged, listed, ended.

use app::ports::Client;
use serde::Deserialize;
use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{SessionId, UserId},
    session::Session,
    time::Timestamp,
};

use super::{Db, Tx, db, frame::PageRow};
use crate::{
    fault::fault,
    session::{GRACE_SECONDS, SessionHash},
};

/// A session that begins.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Whose.
    pub user: UserId,
    /// Its first token.
    pub token: SessionHash,
    /// From where.
    pub client: &'a Client,
    /// When.
    pub now: Timestamp,
    /// Until when it is good if it is not used.
    pub until: Timestamp,
}

/// Starts a session; the transaction speaks for its person from here on.
pub async fn start(tx: &mut Tx, new: &NewSession<'_>) -> Result<Session, AppError> {
    let id = sqlx::query_scalar!(
        "WITH me AS (SELECT set_config('tracker.user', $2::bigint::text, true))
         INSERT INTO sessions (token_hash, user_id, created_at, used_at, expires_at, address, agent)
         SELECT $1, $2, $3, $3, $4, left($5, 64), left($6, 300) FROM me
         RETURNING id",
        &new.token.0[..],
        new.user.0,
        new.now.0,
        new.until.0,
        new.client.address,
        new.client.agent
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(Session { id: SessionId(id), user: new.user })
}

/// A token that shall be exchanged.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The token that was shown.
    pub presented: SessionHash,
    /// The one that shall take its place.
    pub successor: SessionHash,
    /// What that one was made with.
    pub salt: [u8; 32],
    /// Who shows it.
    pub client: &'a Client,
    /// When.
    pub now: Timestamp,
    /// Until when the next one is good.
    pub until: Timestamp,
}

/// What became of it; see `tracker_refresh`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// Nobody's, or of a session that is over.
    Unknown,
    /// It stays: it is young.
    Kept(Session),
    /// The successor took its place.
    Rotated(Session),
    /// It was exchanged just now, for what is made with this salt.
    Raced(Session, Vec<u8>),
    /// It was spent before; the session has been ended.
    Reused(Session),
}

/// Exchanges a token, in one statement of its own.
pub async fn exchange(pool: &Db, exchange: &Exchange<'_>) -> Result<Exchanged, AppError> {
    let row = sqlx::query!(
        r#"SELECT session_id AS "session_id!", user_id AS "user_id!", outcome AS "outcome!", salt
           FROM tracker_refresh($1, $2, $3, $4, $5, make_interval(secs => $6), $7, $8)"#,
        &exchange.presented.0[..],
        &exchange.successor.0[..],
        &exchange.salt[..],
        exchange.now.0,
        exchange.until.0,
        GRACE_SECONDS as f64,
        exchange.client.address,
        exchange.client.agent
    )
    .fetch_optional(&pool.app)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(Exchanged::Unknown) };
    let session = Session { id: SessionId(row.session_id), user: UserId(row.user_id) };
    match (row.outcome.as_str(), row.salt) {
        ("KEPT", _) => Ok(Exchanged::Kept(session)),
        ("ROTATED", _) => Ok(Exchanged::Rotated(session)),
        ("RACED", Some(salt)) => Ok(Exchanged::Raced(session, salt)),
        ("REUSED", _) => Ok(Exchanged::Reused(session)),
        (other, _) => Err(fault(&format!("an exchange ended with {other}"))),
    }
}

/// A session as its row says it.
#[derive(Debug, Deserialize)]
pub struct StoredSession {
    /// Which.
    pub id: SessionId,
    /// What the browser or program calls itself.
    pub agent: String,
    /// The address that it was last used from.
    pub address: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When its token was last exchanged.
    pub used_at: Timestamp,
}

/// The page with the sessions of the person, the last used first, in one statement.
pub async fn page(
    tx: &mut Tx,
    now: Timestamp,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Vec<StoredSession>>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT flash FROM flashes WHERE id = $2 AND owner = $3) AS flash,
                  (SELECT coalesce(json_agg(json_build_object(
                       'id', s.id, 'agent', s.agent, 'address', s.address,
                       'created_at', s.created_at, 'used_at', s.used_at) ORDER BY s.used_at DESC, s.id DESC), '[]')
                   FROM sessions s
                   WHERE s.user_id = tracker_user() AND s.expires_at > $1) AS "sessions!: Json<Vec<StoredSession>>""#,
        now.0,
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view: row.sessions.0 })
}

/// Ends one session of the person that the transaction speaks for; gives what it called itself, if there was one.
pub async fn end(tx: &mut Tx, session: SessionId) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "DELETE FROM sessions WHERE id = $1 AND user_id = tracker_user() RETURNING agent",
        session.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// Ends the sessions of a person, all or all but one; gives how many there were. The transaction speaks for them from
/// here on, so whoever calls this has found out that it may.
async fn end_of(tx: &mut Tx, user: UserId, keep: Option<SessionId>) -> Result<u64, AppError> {
    sqlx::query_scalar!("SELECT set_config('tracker.user', $1::bigint::text, true)", user.0)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)?;
    let ended = sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2",
        user.0,
        keep.map(|session| session.0)
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(ended.rows_affected())
}

/// Ends all sessions of a person, for instance because the password was set anew; gives how many there were. The
/// transaction speaks for them from here on.
pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, AppError> {
    end_of(tx, user, None).await
}

/// Ends all sessions of a person but one; gives how many there were.
pub async fn end_others(tx: &mut Tx, keep: Session) -> Result<u64, AppError> {
    end_of(tx, keep.user, Some(keep.id)).await
}
