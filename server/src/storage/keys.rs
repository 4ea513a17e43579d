//! What the keys are made of that sign access tokens; see `crate::access`. Read as the system role: no statement of a
//! person comes near it.

use sqlx::{PgConnection, PgPool};
use tracker_domain::time::Timestamp;

/// How long a key is needed after there is a newer one: as long as what it has signed is good, and a little for a process
/// that has not heard of the newer one and still signs with it.
const NEEDED_MINUTES: i32 = 20;

/// What a key is made of, beside the key of the program.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its name in tokens.
    pub kid: String,
    /// What makes it another one than those before.
    pub salt: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The keys that are good, the newest first.
pub async fn read(pool: &PgPool, now: Timestamp) -> Result<Vec<StoredKey>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT kid, salt, created_at FROM signing_keys k
         WHERE NOT EXISTS (SELECT FROM signing_keys n
                           WHERE n.created_at > k.created_at
                               AND n.created_at < $1::timestamptz - make_interval(mins => $2))
         ORDER BY created_at DESC, kid",
        now.0,
        NEEDED_MINUTES
    )
    .fetch_all(pool)
    .await?;
    let key = |kid, salt, created_at| StoredKey { kid, salt, created_at: Timestamp(created_at) };
    Ok(rows.into_iter().map(|row| key(row.kid, row.salt, row.created_at)).collect())
}

/// Adds a key: it signs from now on, and those before are good until what they have signed is over.
pub async fn add(connection: &mut PgConnection, key: &StoredKey) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO signing_keys (kid, salt, created_at) VALUES ($1, $2, $3)",
        key.kid,
        key.salt,
        key.created_at.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets all keys but one; gives how many there were.
pub async fn drop_others(connection: &mut PgConnection, keep: &StoredKey) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!("DELETE FROM signing_keys WHERE kid <> $1", keep.kid).execute(connection).await?;
    Ok(gone.rows_affected())
}

/// Forgets the keys that are not needed any more; gives how many there were.
pub async fn drop_old(pool: &PgPool, now: Timestamp) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!(
        "DELETE FROM signing_keys k
         WHERE EXISTS (SELECT FROM signing_keys n
                       WHERE n.created_at > k.created_at
                           AND n.created_at < $1::timestamptz - make_interval(mins => $2))",
        now.0,
        NEEDED_MINUTES
    )
    .execute(pool)
    .await?;
    Ok(gone.rows_affected())
}
