//! Secrets that must be kept for a while and read again: encrypted and authenticated (XChaCha20-Poly1305, a random nonce
//! before each) under `SECRET_KEY`, so that a copy of the database does not tell them. Each purpose has a key of its own;
//! whose secret it is is sealed in, so that one that was moved to another row does not open.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng;
use tracker_domain::error::AppError;

use crate::{fault::fault, session::HashKey};

const NONCE: usize = 24;

impl HashKey {
    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.hash(format!("seal {purpose}").as_bytes()).0.into())
    }

    /// Seals something for one purpose; `about` says whose it is, and must be said again to open it.
    pub fn seal(&self, purpose: &str, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, AppError> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: about };
        let sealed =
            self.cipher(purpose).encrypt(&XNonce::from(nonce), payload).map_err(|error| fault(&error))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens it again. `None`: it was sealed under another key, for another purpose, for somebody else, or changed.
    pub fn open(&self, purpose: &str, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: about };
        self.cipher(purpose).decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::text::Secret;

    #[test]
    fn only_the_same_key_owner_and_purpose_open_it() {
        let key = HashKey::new(Secret::new("one key"));
        let sealed = key.seal("totp", b"me", b"plain").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"plain"));
        assert_eq!(key.open("totp", b"me", &sealed).unwrap(), b"plain");
        assert_ne!(key.seal("totp", b"me", b"plain").unwrap(), sealed, "the nonce is another one each time");
        assert_eq!(key.open("totp", b"other", &sealed), None);
        assert_eq!(key.open("codes", b"me", &sealed), None);
        assert_eq!(HashKey::new(Secret::new("another")).open("totp", b"me", &sealed), None);
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("totp", b"me", &bent), None);
        assert_eq!(key.open("totp", b"me", b"short"), None);
    }
}
