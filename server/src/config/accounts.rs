//! Accounts and sessions.

use tracker_domain::text::{OrgSlug, Secret};

use super::{
    Environment,
    reader::{Reader, Setting},
};

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUps {
    /// Anybody.
    Open,
    /// Nobody but the very first one.
    Closed,
}

/// The section.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// The organization that one signs up to.
    pub org: OrgSlug,
    /// Who may create an account.
    pub signup: SignUps,
    /// How many days a key signs access tokens.
    pub key_days: u32,
    /// What signs sessions; `None` when a local run keeps its own, see [`super::Config::secret_key`].
    pub secret_key: Option<Secret>,
}

/// Fewest bytes of the secret key.
pub(super) const MIN_KEY_BYTES: usize = 32;

const ORG: Setting = Setting::new(
    "TRACKER_ORG",
    "main",
    "The organization that one signs up to, as its URLs name it; made with the first account.",
);
const SIGNUP: Setting = Setting::new(
    "TRACKER_SIGNUP",
    "open",
    "`open`: anybody may create an account and becomes a REPORTER. `closed`: nobody after the first one.",
);
const SECRET_KEY: Setting = Setting::secret(
    "SECRET_KEY",
    "made and kept in the data folder; in production it must be set",
    "At least 32 random bytes behind every session (`openssl rand -hex 32`). All processes need the same one; another one signs everybody out.",
);
const KEY_DAYS: Setting = Setting::new(
    "TRACKER_KEY_DAYS",
    "30",
    "After how many days another key signs access tokens, 1 to 365. Nobody is signed out by it; `tracker admin keys rotate` does it at once.",
);
pub(super) const SETTINGS: &[Setting] = &[ORG, SIGNUP, SECRET_KEY, KEY_DAYS];

impl Accounts {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let secret_key = reader.secret(&SECRET_KEY);
        Self::validate(reader, secret_key.as_ref(), environment);
        Self {
            org: Self::org(reader),
            signup: reader.choice(
                &SIGNUP,
                SignUps::Open,
                &[("open", SignUps::Open), ("closed", SignUps::Closed)],
            ),
            key_days: reader.number(&KEY_DAYS, 30, 1..=365),
            secret_key,
        }
    }

    fn org(reader: &mut Reader) -> OrgSlug {
        let expected = "2 to 40 of a-z, 0-9 and -, and no page of the program itself";
        reader.parse(&ORG, OrgSlug::default(), expected, |text| OrgSlug::parse(text).ok())
    }

    fn validate(reader: &mut Reader, key: Option<&Secret>, environment: Environment) {
        match key.map(|key| key.reveal().len()) {
            None if environment == Environment::Production => {
                reader.problem(&SECRET_KEY, "is missing; production needs one (openssl rand -hex 32)");
            }
            Some(length) if length < MIN_KEY_BYTES => {
                reader.problem(&SECRET_KEY, format!("has {length} bytes; it needs at least {MIN_KEY_BYTES}"));
            }
            _ => {}
        }
    }
}
