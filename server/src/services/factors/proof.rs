//! What somebody proves themselves with beside a passkey: a code of the authenticator, a recovery code, the password.

use tracker_domain::{error::AppError, id::UserId, text::Secret};

use crate::{
    App,
    factors::{patience, recovery, totp::Authenticator},
    storage::{Tx, factors},
};

/// What the authenticator's secret is sealed as.
pub(super) const TOTP: &str = "totp";
/// What new recovery codes are sealed as.
pub(super) const SHEET: &str = "recovery";

/// A code that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Totp,
    Recovery,
}

/// Refuses to look at anything while the wait after wrong tries lasts.
pub(super) async fn wait(app: &App, tx: &mut Tx, user: UserId) -> Result<(), AppError> {
    let now = app.clock.now();
    let (wrong, last) = factors::wrong_tries(tx, user, now).await?;
    match patience::wait(wrong, last, now) {
        Some(retry_after) => Err(AppError::RateLimited { retry_after }),
        None => Ok(()),
    }
}

/// Takes a code, and uses it up. `None`: it is not right; the caller ends the transaction, so that it counts.
pub(super) async fn take_code(
    app: &App,
    tx: &mut Tx,
    user: UserId,
    typed: &Secret,
) -> Result<Option<Code>, AppError> {
    let now = app.clock.now();
    let code = recovery::meant(typed.reveal());
    if code.len() == 6 && code.chars().all(|c| c.is_ascii_digit()) {
        return Ok(take_totp(app, tx, user, &code).await?.then_some(Code::Totp));
    }
    let hash = recovery::hash(&app.key, user, &code);
    Ok(factors::use_recovery_code(tx, user, hash, now).await?.then_some(Code::Recovery))
}

async fn take_totp(app: &App, tx: &mut Tx, user: UserId, code: &str) -> Result<bool, AppError> {
    let Some(sealed) = factors::totp(tx, user).await? else { return Ok(false) };
    let Some(secret) = app.key.open(TOTP, &user.0.to_be_bytes(), &sealed) else {
        tracing::error!(%user, "an authenticator's secret does not open: was SECRET_KEY changed?");
        return Ok(false);
    };
    match Authenticator::new(secret, "", "")?.step_of(code, app.clock.now()) {
        Some(step) => factors::use_step(tx, user, step).await,
        None => Ok(false),
    }
}

/// Holds that it is really them who want to change their factors: by the password, or a code of a factor that is there.
/// An account without both has nothing to prove itself with but its session.
pub(super) async fn require(
    app: &App,
    mut tx: Tx,
    user: UserId,
    proof: Option<Secret>,
) -> Result<(Tx, String), AppError> {
    let own = factors::provable(&mut tx, user).await?;
    if own.password_hash.is_none() && !own.factor {
        return Ok((tx, own.email));
    }
    let proof = proof.filter(|proof| !proof.reveal().is_empty());
    let Some(proof) = proof else {
        return Err(AppError::invalid("proof", "Say that it is really you: this is missing."));
    };
    wait(app, &mut tx, user).await?;
    let by_password = match own.password_hash {
        Some(hash) => app.passwords.check(proof.clone(), Some(hash)).await?.is_some(),
        None => false,
    };
    let right = by_password || (own.factor && take_code(app, &mut tx, user, &proof).await?.is_some());
    factors::count_try(&mut tx, user, right, app.clock.now()).await?;
    if right {
        return Ok((tx, own.email));
    }
    tx.end().await?;
    Err(AppError::invalid("proof", "This is not right. Nothing was changed."))
}
