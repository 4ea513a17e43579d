//! Secrets that the program has to read again lie sealed in the database (XChaCha20-Poly1305, a random nonce before each).
//! The key follows from `SECRET_KEY`; whose secret it is and what it is for is sealed in, so that one that was moved to
//! another row does not open.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng;
use tracker_domain::{error::AppError, id::UserId};

use crate::{fault::fault, session::HashKey};

const NONCE: usize = 24;

impl HashKey {
    fn cipher(&self, what: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.hash(format!("seal {what}").as_bytes()).0.into())
    }

    /// Seals something of `owner`.
    pub fn seal(&self, what: &str, owner: UserId, plain: &[u8]) -> Result<Vec<u8>, AppError> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: &owner.0.to_be_bytes() };
        let sealed =
            self.cipher(what).encrypt(&XNonce::from(nonce), payload).map_err(|error| fault(&error))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens it again. `None`: it was sealed under another `SECRET_KEY`, for somebody else, or changed.
    pub fn open(&self, what: &str, owner: UserId, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &owner.0.to_be_bytes() };
        self.cipher(what).decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::text::Secret;

    #[test]
    fn only_the_same_key_owner_and_purpose_open_it() {
        let key = HashKey::new(Secret::new("one key"));
        let (me, other) = (UserId(1), UserId(2));
        let sealed = key.seal("totp", me, b"plain").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"plain"));
        assert_eq!(key.open("totp", me, &sealed).unwrap(), b"plain");
        assert_ne!(key.seal("totp", me, b"plain").unwrap(), sealed, "the nonce is another one each time");
        assert_eq!(key.open("totp", other, &sealed), None);
        assert_eq!(key.open("codes", me, &sealed), None);
        assert_eq!(HashKey::new(Secret::new("another")).open("totp", me, &sealed), None);
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("totp", me, &bent), None);
        assert_eq!(key.open("totp", me, b"short"), None);
    }
}
