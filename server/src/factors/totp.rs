//! The codes of an authenticator: RFC 6238 with what every app understands, SHA-1, six digits, thirty seconds. The code
//! before and the one after are taken too, for clocks that differ; that none is taken twice is the caller's to hold, by
//! the step that [`Authenticator::step_of`] gives.

use fast_qr::{ECL, QRBuilder};
use rand::Rng;
use std::fmt::{self, Write};
use totp_rs::{Builder, Totp};
use tracker_domain::{error::AppError, factor::TotpSetup, time::Timestamp};

use crate::fault::fault;

/// Bytes of a secret, as the RFC recommends.
const SECRET: usize = 20;
/// Squares around a QR code that a camera needs.
const QUIET: usize = 4;

/// A new secret.
pub fn new_secret() -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// One account's authenticator.
pub struct Authenticator(Totp);

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator(…)")
    }
}

impl Authenticator {
    /// With the secret that it shares with us; the names are what its app shows.
    pub fn new(secret: Vec<u8>, issuer: &str, account: &str) -> Result<Self, AppError> {
        // A colon separates the two in the URL.
        let plain = |name: &str| name.replace(':', " ");
        let builder = Builder::new().with_secret(secret).with_account_name(plain(account));
        builder.with_issuer(Some(plain(issuer))).build().map(Self).map_err(|error| fault(&error))
    }

    /// The step whose code this is, if it is a code of about now.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let now = u64::try_from(now.0.unix_timestamp()).ok()?;
        self.0.check(code, now).and_then(|step| i64::try_from(step).ok())
    }

    /// What its app needs to know.
    pub fn setup(&self) -> Result<TotpSetup, AppError> {
        let url = self.0.to_url().map_err(|error| fault(&error))?;
        let base32 = self.0.secret().to_base32();
        let letters: Vec<char> = base32.trim_end_matches('=').chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        let (qr, qr_size) = squares(&url)?;
        Ok(TotpSetup { secret: groups.join(" "), qr, qr_size })
    }
}

/// The dark squares of a QR code as an SVG path, row by row, and its width.
fn squares(text: &str) -> Result<(String, usize), AppError> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|error| fault(&format!("{error:?}")))?;
    let mut path = String::new();
    for y in 0..code.size {
        let dark = |x: usize| x < code.size && code[y][x].value();
        let mut x = 0;
        while x < code.size {
            let width = (x..code.size).take_while(|x| dark(*x)).count();
            if width > 0 {
                write!(path, "M{} {}h{width}v1h-{width}z", x + QUIET, y + QUIET)
                    .map_err(|error| fault(&error))?;
            }
            x += width.max(1);
        }
    }
    Ok((path, code.size + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    /// The RFC's own vectors for SHA-1, of which the last six digits are ours.
    #[test]
    fn codes_are_those_of_the_rfc_and_of_the_steps_beside() {
        let app = Authenticator::new(b"12345678901234567890".to_vec(), "Main", "ana@example.org").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(app.step_of(code, at(seconds)), Some(seconds / 30), "{seconds}");
        }
        let (step, code) = (1_111_111_109 / 30, "081804");
        let seen: Vec<_> = [-2, -1, 0, 1, 2].map(|away| app.step_of(code, at((step + away) * 30))).into();
        assert_eq!(seen, [None, Some(step), Some(step), Some(step), None]);
        for nonsense in ["", "28708", "2870822", "abcdef", "-87082"] {
            assert_eq!(app.step_of(nonsense, at(59)), None, "{nonsense}");
        }
    }

    #[test]
    fn an_app_is_told_the_secret_as_text_and_as_squares() {
        let app = Authenticator::new(b"12345678901234567890".to_vec(), "A: B", "ana@example.org").unwrap();
        let setup = app.setup().unwrap();
        assert_eq!(setup.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(setup.qr.starts_with("M4 4h7v1h-7z"), "{}", setup.qr);
        assert!((33..90).contains(&setup.qr_size));
        assert!(setup.qr.chars().all(|c| c.is_ascii_digit() || "Mhvz -".contains(c)));
    }
}
