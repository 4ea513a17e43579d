//! Tokens that are 256 random bits: the refresh token of a session, and what else is handed out and shown again. The
//! database has only a keyed hash of them, so that neither a copy of the database nor one of the key alone lets anybody in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use std::{fmt, sync::Arc};
use tracker_domain::{session::Session, text::Secret};

/// How long a session lasts that is not used.
pub const SESSION_DAYS: i64 = 30;
/// How long an access token is good.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// For so long a refresh token that was spent may be shown again: by another tab, or after an answer that was lost.
pub const GRACE_SECONDS: i64 = 10;

/// What the database knows of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHash(pub [u8; 32]);

impl SessionHash {
    /// As PostgreSQL writes a `bytea`: only hexadecimal digits, so it can stand in a statement.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The key that tokens and fingerprints are hashed with.
#[derive(Clone)]
pub struct HashKey(Arc<Secret>);

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(…)")
    }
}

impl HashKey {
    /// From `SECRET_KEY`.
    pub fn new(secret: Secret) -> Self {
        Self(Arc::new(secret))
    }

    /// The keyed hash of anything.
    pub fn hash(&self, what: &[u8]) -> SessionHash {
        // HMAC takes a key of any length, so that this arm is never reached.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.reveal().as_bytes()) else {
            return SessionHash([0; 32]);
        };
        mac.update(what);
        SessionHash(mac.finalize().into_bytes().into())
    }

    /// The hash of a token.
    pub fn session(&self, token: &Secret) -> SessionHash {
        self.hash(token.reveal().as_bytes())
    }

    /// The owner of what is kept for a session for a while. It stays the same while the session's tokens change.
    pub fn owner(&self, session: Session) -> SessionHash {
        self.hash(format!("the session {}", session.id).as_bytes())
    }

    /// The refresh token that a token is exchanged for: as random as the salt, and made again by whoever has all three.
    pub fn successor(&self, token: &Secret, salt: &[u8]) -> Secret {
        let made_of = [b"the successor of ".as_slice(), token.reveal().as_bytes(), b" by ", salt].concat();
        Secret::new(URL_SAFE_NO_PAD.encode(self.hash(&made_of).0))
    }

    /// What a signing key is made of.
    pub fn seed(&self, salt: &[u8]) -> [u8; 32] {
        self.hash(&[b"the signing key of ".as_slice(), salt].concat()).0
    }
}

/// A new token.
pub fn new_token() -> Secret {
    Secret::new(random_text(32))
}

/// That many random bytes, as text that is safe in a URL.
pub fn random_text(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    rand::rng().fill_bytes(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}

/// A new salt.
pub fn new_salt() -> [u8; 32] {
    let mut salt = [0; 32];
    rand::rng().fill_bytes(&mut salt);
    salt
}
