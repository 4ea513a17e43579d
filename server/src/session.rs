//! Session tokens: 256 random bits in a cookie; the database has only a keyed hash of them, so that neither a copy of
//! the database nor one of the key alone lets anybody in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use std::{fmt, sync::Arc};
use tracker_domain::text::Secret;

/// How long a session lasts.
pub const SESSION_DAYS: i64 = 30;

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
