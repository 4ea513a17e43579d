//! Secrets that must be kept for a while and read again: encrypted and authenticated under `SECRET_KEY`, so that a copy
//! of the database does not tell them. Each purpose has a key of its own.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng;
use tracker_domain::{error::AppError, text::Secret};

use crate::{fault::fault, session::HashKey};

const NONCE: usize = 24;

fn cipher(key: &HashKey, purpose: &str) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.hash(format!("seal\n{purpose}").as_bytes()).0.into())
}

/// Seals a secret for one purpose; `about` says whose it is, and must be said again to open it.
pub fn seal(key: &HashKey, purpose: &str, about: &[u8], secret: &Secret) -> Result<String, AppError> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let payload = Payload { msg: secret.reveal().as_bytes(), aad: about };
    let sealed =
        cipher(key, purpose).encrypt(&XNonce::from(nonce), payload).map_err(|error| fault(&error))?;
    Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

/// Opens what was sealed; `None` when it was sealed otherwise, or changed.
pub fn open(key: &HashKey, purpose: &str, about: &[u8], sealed: &str) -> Option<Secret> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: text, aad: about };
    let text = cipher(key, purpose).decrypt(&XNonce::from(*nonce), payload).ok()?;
    String::from_utf8(text).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_purpose_and_owner_open_it() {
        let key = HashKey::new(Secret::new("a key for tests only"));
        let sealed = seal(&key, "token", b"ana", &Secret::new("hunter2")).unwrap();
        assert!(!sealed.contains("hunter2"));
        assert_eq!(open(&key, "token", b"ana", &sealed).unwrap().reveal(), "hunter2");
        assert!(open(&key, "code", b"ana", &sealed).is_none());
        assert!(open(&key, "token", b"ben", &sealed).is_none());
        assert!(open(&HashKey::new(Secret::new("another")), "token", b"ana", &sealed).is_none());
        let end = if sealed.ends_with('A') { "B" } else { "A" };
        let changed = format!("{}{end}", &sealed[..sealed.len() - 1]);
        assert!(open(&key, "token", b"ana", &changed).is_none());
        assert!(open(&key, "token", b"ana", "short").is_none());
    }
}
