//! The keys that sign access tokens: rows of the database, of which each process knows those that are good.
//!
//! A key is made of the key of the program and a salt that its row has, so that neither a copy of the database nor the
//! other alone can sign anything. The newest one signs. The one before stays good for as long as what it has signed, so
//! that nobody notices a new one; whose token is signed by a key that is gone gets another token in the same request.
//!
//! Each process reads them anew every half a minute, and at once when it meets a name that it does not know.

use jsonwebtoken::{DecodingKey, EncodingKey};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};
use time::Duration;
use tracker_domain::{error::AppError, time::Timestamp};

use super::{Claims, ed25519};
use crate::{
    App,
    fault::fault,
    session::{HashKey, new_salt, random_text},
    storage::keys::{self, StoredKey},
};

/// How old may be what a process knows.
const READ_AGAIN: Duration = Duration::seconds(30);

/// A key.
pub(super) struct SigningKey {
    /// Its name in tokens.
    pub kid: String,
    /// Signs.
    pub private: EncodingKey,
    /// Checks.
    pub public: DecodingKey,
    /// What it has signed, as far as that was checked since the keys were read: a browser sends the same token for a
    /// quarter of an hour, and checking a signature takes longer than anything else before the page begins.
    checked: RwLock<HashMap<String, Claims>>,
}

/// So many tokens are remembered; whoever has more people than that in half a minute checks some of them again.
const CHECKED: usize = 4_096;

impl SigningKey {
    /// What a token says that this key has signed; `check` finds that out when it is not known yet.
    pub(super) fn claims(&self, token: &str, check: impl FnOnce() -> Option<Claims>) -> Option<Claims> {
        let known = self.checked.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
        if known.is_some() {
            return known;
        }
        let claims = check()?;
        let mut checked = self.checked.write().unwrap_or_else(PoisonError::into_inner);
        if checked.len() >= CHECKED {
            checked.clear();
        }
        checked.insert(token.to_owned(), claims.clone());
        Some(claims)
    }
}

#[derive(Default)]
struct Ring {
    /// The newest first.
    keys: Vec<Arc<SigningKey>>,
    read_at: Option<Timestamp>,
}

/// See the module. Clones are the same keys.
#[derive(Clone, Default)]
pub struct Keys(Arc<RwLock<Ring>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// The key that signs. The first one is made when it is needed.
    pub(super) async fn newest(&self, app: &App) -> Result<Arc<SigningKey>, AppError> {
        let newest = |keys: &[Arc<SigningKey>]| keys.first().cloned();
        if let Some(key) = self.look(app, newest).await? {
            return Ok(key);
        }
        turn(app).await.map_err(|error| fault(&error))?;
        self.look(app, newest).await?.ok_or_else(|| fault(&"there is no key to sign with"))
    }

    /// The key of that name, if it is good.
    pub(super) async fn find(&self, app: &App, kid: &str) -> Result<Option<Arc<SigningKey>>, AppError> {
        self.look(app, |keys| keys.iter().find(|key| key.kid == kid).cloned()).await
    }

    /// Looks at what is known, and when it is not there at what there is.
    async fn look<T>(
        &self,
        app: &App,
        pick: impl Fn(&[Arc<SigningKey>]) -> Option<T>,
    ) -> Result<Option<T>, AppError> {
        let now = app.clock.now();
        if let Some(found) = self.known(now, &pick) {
            return Ok(Some(found));
        }
        let stored = keys::read(&app.db.system, now).await.map_err(crate::storage::db)?;
        let read = stored.iter().map(|stored| key(&app.key, stored).map(Arc::new));
        let keys = read.collect::<Result<Vec<_>, _>>()?;
        let found = pick(&keys);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Ring { keys, read_at: Some(now) };
        Ok(found)
    }

    fn known<T>(&self, now: Timestamp, pick: impl Fn(&[Arc<SigningKey>]) -> Option<T>) -> Option<T> {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = ring.read_at.is_some_and(|at| (now.0 - at.0).abs() < READ_AGAIN);
        if fresh { pick(&ring.keys) } else { None }
    }
}

fn key(program: &HashKey, stored: &StoredKey) -> Result<SigningKey, AppError> {
    let (private, public) = ed25519::keys(&program.seed(&stored.salt)).map_err(|error| fault(&error))?;
    Ok(SigningKey { kid: stored.kid.clone(), private, public, checked: RwLock::default() })
}

/// What a new key is made of.
pub fn fresh(now: Timestamp) -> StoredKey {
    StoredKey { kid: random_text(12), salt: new_salt().to_vec(), created_at: now }
}

/// Makes a new key when the newest one is old enough, or there is none, and forgets those that are not needed any more;
/// gives how many those were.
pub async fn turn(app: &App) -> Result<u64, sqlx::Error> {
    let (pool, now) = (&app.db.system, app.clock.now());
    let days = Duration::days(app.settings.key_days.into());
    let newest = keys::read(pool, now).await?.into_iter().next();
    if newest.is_none_or(|newest| now.0 - newest.created_at.0 >= days) {
        keys::add(&mut *pool.acquire().await?, &fresh(now)).await?;
    }
    keys::drop_old(pool, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::text::Secret;

    fn claims(exp: i64) -> Claims {
        Claims { iss: String::new(), aud: String::new(), sub: "1".to_owned(), sid: 1, iat: 0, exp }
    }

    #[test]
    fn what_a_key_has_signed_is_checked_once_and_what_it_has_not_each_time() {
        let stored = fresh(Timestamp::from_micros(0).unwrap());
        let key = key(&HashKey::new(Secret::new("k")), &stored).unwrap();
        for _ in 0..2 {
            let mut asked = false;
            let refused = key.claims("forged", || {
                asked = true;
                None
            });
            assert!(refused.is_none() && asked);
        }
        assert_eq!(key.claims("signed", || Some(claims(5))).unwrap().exp, 5);
        assert_eq!(key.claims("signed", || unreachable!()).unwrap().exp, 5);
        assert!(key.claims("Signed", || None).is_none());
        for n in 0..=CHECKED {
            key.claims(&n.to_string(), || Some(claims(6)));
        }
        assert!(key.checked.read().unwrap().len() <= CHECKED);
    }
}
