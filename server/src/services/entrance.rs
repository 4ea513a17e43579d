//! The one way in: whoever has proved who they are, by whatever means, gets a session here and nowhere else.
//!
//! A new way to prove it is a new [`Proof`]; what every way in needs (a second step, the audit trail) is done here.

use app::ports::Caller;
use serde_json::json;
use tracker_domain::{account::SignedIn, audit::AuditAction, error::AppError, id::UserId, time::Timestamp};

use super::factors;
use crate::{
    App,
    http::cookies,
    session::{SESSION_DAYS, new_token},
    storage::{Tx, accounts, audit, factors as stored},
};

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By their password.
    Password,
    /// By their password and a code of their authenticator.
    Code,
    /// By their password and a recovery code.
    RecoveryCode,
    /// By a passkey, whose device knows its owner: both factors at once.
    Passkey,
}

impl Proof {
    /// As the audit trail names it.
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "password and code",
            Self::RecoveryCode => "password and recovery code",
            Self::Passkey => "passkey",
        }
    }

    /// Whether it is enough where the account has a second factor.
    const fn is_enough(self) -> bool {
        match self {
            Self::Password => false,
            Self::Code | Self::RecoveryCode | Self::Passkey => true,
        }
    }
}

/// Lets an account in and ends the transaction: a session, and where to go. Where the proof is not enough for the
/// account there is no session yet, and the way leads to the second step.
pub async fn admit(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    user: UserId,
    proof: Proof,
) -> Result<SignedIn, AppError> {
    if !proof.is_enough() && stored::has_factor(&mut tx, user).await? {
        return factors::ask(app, caller, tx, user).await;
    }
    let now = app.clock.now();
    start_session(app, caller, &mut tx, user, now).await?;
    let entry = audit::Entry {
        at: now,
        action: AuditAction::SignedIn,
        target: proof.word(),
        client: &caller.client,
        details: json!({}),
    };
    audit::record_account(&mut tx, Some(user), &app.settings.org, &entry).await?;
    let org = accounts::home(&mut tx, &app.settings.org).await?;
    tx.end().await?;
    org.map(SignedIn::to)
        .ok_or_else(|| AppError::forbidden("This account belongs to no organization any more."))
}

/// Starts a session; the transaction speaks for its person from here on.
pub async fn start_session(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    user: UserId,
    now: Timestamp,
) -> Result<(), AppError> {
    let token = new_token();
    let until = Timestamp(now.0 + time::Duration::days(SESSION_DAYS));
    accounts::start_session(tx.connection()?, user, app.key.session(&token), now, until).await?;
    caller.reply.cookie(cookies::session(&app.settings, &token));
    Ok(())
}
