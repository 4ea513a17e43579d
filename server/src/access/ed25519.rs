//! Ed25519 for `jsonwebtoken`, by `ring`, which the program has for TLS anyway. The crate's own choices are a second
//! library in C, or one with RSA and five curves that nobody asks for.

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use ring::{
    error::KeyRejected,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use signature::{Error, Signer, Verifier};
use std::sync::Once;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};
static INSTALLED: Once = Once::new();

/// The pair of keys that a seed makes.
pub(super) fn keys(seed: &[u8; 32]) -> std::result::Result<(EncodingKey, DecodingKey), KeyRejected> {
    // The library has one provider a process; a second call would find this one.
    INSTALLED.call_once(|| {
        let _ = PROVIDER.install_default();
    });
    let public = Ed25519KeyPair::from_seed_unchecked(seed)?.public_key().as_ref().to_vec();
    Ok((EncodingKey::from_ed_der(seed), DecodingKey::from_ed_der(&public)))
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let pair = Ed25519KeyPair::from_seed_unchecked(key.as_bytes()).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    only_eddsa(algorithm).map(|()| Box::new(Ours(pair)) as Box<dyn JwtSigner>)
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let public = key.try_get_as_bytes()?.to_vec();
    only_eddsa(algorithm).map(|()| Box::new(Theirs(public)) as Box<dyn JwtVerifier>)
}

fn only_eddsa(algorithm: &Algorithm) -> Result<()> {
    if *algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::UnsupportedAlgorithm.into()) }
}

struct Ours(Ed25519KeyPair);

impl Signer<Vec<u8>> for Ours {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Ours {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Theirs(Vec<u8>);

impl Verifier<Vec<u8>> for Theirs {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Theirs {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::crypto::{sign, verify};

    /// The first test of RFC 8032, section 7.1: so it is the signature that others know by this name.
    #[test]
    fn it_signs_as_the_standard_says() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let (private, public) = keys(&seed.try_into().unwrap()).unwrap();
        let signature = sign(b"", &private, Algorithm::EdDSA).unwrap();
        let expected =
            "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw";
        assert_eq!(signature, expected);
        assert!(verify(&signature, b"", &public, Algorithm::EdDSA).unwrap());
        assert!(!verify(&signature, b"x", &public, Algorithm::EdDSA).unwrap());
        assert!(sign(b"", &private, Algorithm::HS256).is_err());
    }
}
