//! The one way in: whoever has proved who they are, by whatever means, gets a session here and nowhere else.
//!
//! A new way to prove it is a new [`Proof`]; what every way in needs (a second step, the audit trail) is done here.

use app::ports::Caller;
use serde_json::json;
use tracker_domain::{account::SignedIn, audit::AuditAction, error::AppError, id::UserId, time::Timestamp};

use super::{factors, sessions::until};
use crate::{
    App, access,
    http::cookies,
    mail::Kind,
    session::new_token,
    storage::{
        Tx, accounts, audit, factors as stored, mail, profile,
        sessions::{self, NewSession},
    },
};

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By their password.
    Password,
    /// By an account at a provider.
    Provider,
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
            Self::Provider => "provider",
            Self::Code => "password and code",
            Self::RecoveryCode => "password and recovery code",
            Self::Passkey => "passkey",
        }
    }

    /// Whether it is enough where the account has a second factor.
    const fn is_enough(self) -> bool {
        match self {
            Self::Password => false,
            // What a provider asks for is the provider's business, and its word is enough.
            Self::Code | Self::RecoveryCode | Self::Passkey | Self::Provider => true,
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
    if app.settings.verify && proof != Proof::Provider && !profile::is_verified(&mut tx, user).await? {
        return ask_for_proof(tx, user).await;
    }
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

/// Sends the mail that proves the address, and lets nobody in.
async fn ask_for_proof(mut tx: Tx, user: UserId) -> Result<SignedIn, AppError> {
    mail::queue(&mut tx, Kind::Verify, Some(user)).await?;
    tx.end().await?;
    Err(AppError::forbidden("Confirm your address first: a link to do so is on its way to you."))
}

/// Starts a session and hands its tokens to the answer; the transaction speaks for its person from here on. The one that
/// this browser had before is over.
pub async fn start_session(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    user: UserId,
    now: Timestamp,
) -> Result<(), AppError> {
    if let Some(before) = caller.session {
        sessions::end(tx, before.id).await?;
    }
    let refresh = new_token();
    let token = app.key.session(&refresh);
    let new = NewSession { user, token, client: &caller.client, now, until: until(now) };
    let session = sessions::start(tx, &new).await?;
    let access = access::issue(app, session).await?;
    let cookies = cookies::session(&app.settings, &access, &refresh);
    cookies.into_iter().for_each(|cookie| caller.reply.cookie(cookie));
    Ok(())
}
