//! What a token looks like: `trk_pat_` or `trk_svc_`, 40 random letters and digits, 6 of a checksum. The beginning lets
//! secret scanners and people recognise one; by the checksum they tell a token from something that only looks like one,
//! and we refuse a mistyped one without asking the database.

use rand::distr::{Alphanumeric, SampleString};
use tracker_domain::text::Secret;

/// As whom a token acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As the person who made it.
    Personal,
    /// As a service.
    Service,
}

impl Kind {
    /// How such a token begins.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Personal => "trk_pat_",
            Self::Service => "trk_svc_",
        }
    }
}

const RANDOM: usize = 40;
const CHECK: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new token.
pub fn new(kind: Kind) -> Secret {
    let body = format!("{}{}", kind.prefix(), Alphanumeric.sample_string(&mut rand::rng(), RANDOM));
    let check = check(&body);
    Secret::new(body + &check)
}

/// Whether this can be a token at all.
pub fn well_formed(token: &Secret) -> bool {
    let text = token.reveal();
    let ours = [Kind::Personal, Kind::Service].iter().any(|kind| text.starts_with(kind.prefix()));
    let split = text.len().checked_sub(CHECK).and_then(|at| text.split_at_checked(at));
    ours && split
        .is_some_and(|(body, end)| body.len() == Kind::Personal.prefix().len() + RANDOM && check(body) == end)
}

/// Whether a text, a URL for instance, has something of ours in it.
pub fn mentioned(text: &str) -> bool {
    [Kind::Personal, Kind::Service].iter().any(|kind| text.contains(kind.prefix()))
}

/// The last characters of a token, by which people tell it from their others.
pub fn ending(token: &Secret) -> &str {
    let text = token.reveal();
    text.get(text.len().saturating_sub(4)..).unwrap_or_default()
}

/// The CRC-32 of a text in base 62.
fn check(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = [b'0'; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_and_a_slip_is_too() {
        for kind in [Kind::Personal, Kind::Service] {
            let token = new(kind);
            let text = token.reveal();
            assert!(
                well_formed(&token) && mentioned(&format!("/x?key={text}")) && text.len() == 54,
                "{text}"
            );
            assert!(text.ends_with(ending(&token)) && ending(&token).len() == 4);
            let slip = text.replace(&text[20..21], if &text[20..21] == "x" { "y" } else { "x" });
            assert!(!well_formed(&Secret::new(slip)));
            assert!(!well_formed(&Secret::new(&text[..53])));
            assert!(!well_formed(&Secret::new(text.replace("trk_", "ghp_"))));
        }
        assert_ne!(new(Kind::Personal).reveal(), new(Kind::Personal).reveal());
        for other in ["", "trk_pat_", "trk_pat_ä", "hunter2"] {
            assert!(!well_formed(&Secret::new(other)), "{other}");
        }
    }

    #[test]
    fn the_checksum_is_one_that_others_can_compute() {
        // CRC-32 (ISO-HDLC) of "123456789" is CBF43926.
        assert_eq!(check("123456789"), "3jZRME");
    }
}
