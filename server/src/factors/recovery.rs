//! Recovery codes: ten of fifty random bits each, for the day on which the other factor is lost.

use rand::Rng;
use tracker_domain::{factor::RECOVERY_CODES, id::UserId};

use crate::session::{HashKey, SessionHash};

/// Without letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 10;

/// New codes, as people see them: `7k2mf-x90qd`.
pub fn new_codes() -> Vec<String> {
    let code = |_| {
        let mut bytes = [0; LENGTH];
        rand::rng().fill_bytes(&mut bytes);
        let text: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        format!("{}-{}", &text[..LENGTH / 2], &text[LENGTH / 2..])
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// A code as it was meant: without what was typed to make it readable, and with what looks alike as one sign.
pub fn meant(typed: &str) -> String {
    let sign = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(sign).collect()
}

/// What the database knows of a code.
pub fn hash(key: &HashKey, owner: UserId, code: &str) -> SessionHash {
    key.hash(format!("recovery {owner} {}", meant(code)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tracker_domain::text::Secret;

    #[test]
    fn codes_differ_and_are_read_however_they_are_typed() {
        let codes: BTreeSet<_> = new_codes().into_iter().collect();
        assert_eq!(codes.len(), RECOVERY_CODES);
        assert!(codes.iter().all(|code| code.len() == LENGTH + 1 && meant(code).len() == LENGTH));
        let key = HashKey::new(Secret::new("k"));
        let same = |a, b| hash(&key, UserId(1), a) == hash(&key, UserId(1), b);
        assert!(same("7k2mf-x90q1", " 7K2MF X9OQL "));
        assert!(!same("7k2mf-x90q1", "7k2mf-x90q2"));
        assert_ne!(hash(&key, UserId(1), "7k2mf-x90q1"), hash(&key, UserId(2), "7k2mf-x90q1"));
    }
}
