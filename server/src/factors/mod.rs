//! What second factors are made of: codes, seals and passkeys. No SQL and no request; `services/factors` has the stories,
//! `storage/factors` the tables.
//!
//! To add a kind of factor, put what it computes here and its table there.

pub mod passkeys;
pub mod patience;
pub mod recovery;
pub mod totp;

/// How long a sign-in waits for its second step, and a browser for a passkey.
pub const CHALLENGE_MINUTES: i64 = 10;

/// How long an authenticator that was not confirmed is shown.
pub const SETUP_MINUTES: i64 = 30;

/// How long new recovery codes are shown, if their owner does not say earlier that they are kept.
pub const SHEET_MINUTES: i64 = 10;
