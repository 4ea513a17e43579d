//! Signing in by a provider: out to it, back once, and what it says of somebody turned into an account.
//!
//! What comes back counts only in the browser that went out: its cookie has a random token, the database has the hashes of
//! token and state, and PKCE's verifier and the nonce are made of both with the key, so that no copy of anything is enough.

use app::ports::Caller;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use time::Duration;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    provider::ProviderTrouble,
    text::{OrgSlug, Secret},
};

use super::{
    arrival,
    entrance::{self, Proof},
};
use crate::{
    App,
    config::Protocol,
    http::cookies,
    providers::{Failed, Identity, Keys, Provider},
    session::{new_token, random_text},
    storage::{
        Credential, Identity as Asker, Tx, audit,
        providers::{self, Elsewhere, Journey, Purpose},
    },
};

/// How long somebody may be away; the cookie lasts as long.
const AWAY: Duration = Duration::minutes(10);

/// What the provider sent along.
#[derive(Debug, Default)]
pub struct Back {
    /// Which journey it ends.
    pub state: Option<String>,
    /// What the identity is redeemed with.
    pub code: Option<Secret>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// Why somebody is not in.
#[derive(Debug)]
pub enum Stop {
    /// They or the provider are the reason.
    Trouble(Failed),
    /// We are.
    Fault(AppError),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Fault(error)
    }
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Trouble(failed)
    }
}

/// A reason that needs no more words in the log.
pub(super) fn stop<T>(trouble: ProviderTrouble) -> Result<T, Stop> {
    Err(Stop::Trouble(Failed { trouble, why: trouble.label().to_owned() }))
}

/// A journey that has begun.
pub(super) struct Begun {
    /// What it will be known by.
    pub keys: Keys,
    /// For the browser.
    pub cookie: String,
}

/// Begins one and ends the transaction; with `link_in` it links an account to the person whom that speaks for.
pub(super) async fn begin(
    app: &App,
    mut tx: Tx,
    provider: &Provider,
    link_in: Option<&OrgSlug>,
) -> Result<Begun, AppError> {
    let browser = new_token();
    let keys = keys(app, random_text(32), &browser);
    let until = tracker_domain::time::Timestamp(app.clock.now().0 + AWAY);
    providers::begin(&mut tx, &journey(app, provider, &keys.state, &browser), link_in, until).await?;
    tx.end().await?;
    Ok(Begun { keys, cookie: cookies::provider(&app.settings, &browser, AWAY.whole_seconds()) })
}

/// Out to the provider, to sign in: where to, and the cookie for the way back.
pub async fn set_out(app: &App, provider: &Provider) -> Result<(String, String), Stop> {
    let tx = app.db.write(&nobody(app)).await?;
    let begun = begin(app, tx, provider, None).await?;
    Ok((provider.authorize_url(&begun.keys, app.clock.now()).await?, begun.cookie))
}

/// Out to the provider on a journey that this browser has begun.
pub async fn go_on(
    app: &App,
    provider: &Provider,
    state: String,
    browser: Option<&Secret>,
) -> Result<String, Stop> {
    let Some(browser) = browser else { return stop(ProviderTrouble::Expired) };
    let now = app.clock.now();
    let mut tx = app.db.read(&nobody(app)).await?;
    if !providers::is_pending(&mut tx, &journey(app, provider, &state, browser), now).await? {
        return stop(ProviderTrouble::Expired);
    }
    drop(tx);
    Ok(provider.authorize_url(&keys(app, state, browser), now).await?)
}

/// Back from the provider: the page to go to, once everything holds.
pub async fn come_back(
    app: &App,
    caller: &Caller,
    provider: &Provider,
    browser: Option<&Secret>,
    back: Back,
) -> Result<String, Stop> {
    let Some((state, browser)) = back.state.clone().zip(browser) else {
        return stop(ProviderTrouble::Expired);
    };
    let mut tx = app.db.write(&nobody(app)).await?;
    let taken = providers::take(&mut tx, &journey(app, provider, &state, browser), app.clock.now()).await?;
    tx.end().await?;
    let Some(purpose) = taken else { return stop(ProviderTrouble::Expired) };
    let identity = match identity(app, provider, &keys(app, state, browser), back).await {
        Ok(identity) => identity,
        Err(failed) => return Err(note(app, caller, provider, None, failed).await?.into()),
    };
    let account = Elsewhere {
        provider: &provider.settings.name,
        issuer: &provider.settings.issuer,
        subject: &identity.subject,
        email: identity.email.as_deref().or(identity.name.as_deref()).unwrap_or_default(),
    };
    match purpose {
        Purpose::Link(user, org) => arrival::link(app, caller, (user, &org), &account).await,
        Purpose::SignIn => match arrival::settle(app, caller, provider, &identity, &account).await {
            Ok(user) => {
                let tx = app.db.write(&nobody(app)).await?;
                let admitted = entrance::admit(app, caller, tx, user, Proof::Provider).await;
                match admitted {
                    Ok(signed_in) => Ok(format!("/{}", signed_in.org)),
                    Err(AppError::Forbidden { .. }) => stop(ProviderTrouble::ShutOut),
                    Err(error) => Err(error.into()),
                }
            }
            Err(Stop::Trouble(failed)) => {
                Err(note(app, caller, provider, Some(&identity), failed).await?.into())
            }
            Err(fault) => Err(fault),
        },
    }
}

/// What the provider says of somebody, if it is the provider that says it.
async fn identity(app: &App, provider: &Provider, keys: &Keys, back: Back) -> Result<Identity, Failed> {
    let refused = |why: &str| Err(Failed { trouble: ProviderTrouble::Refused, why: why.to_owned() });
    let ours = |issuer: &String| *issuer == provider.settings.issuer;
    if provider.settings.protocol == Protocol::OpenId && !back.issuer.as_ref().is_none_or(ours) {
        return refused("the answer names another issuer");
    }
    if let Some(error) = back.error {
        return Err(declined(&error));
    }
    let Some(code) = back.code else { return refused("the answer has no code") };
    let identity = provider.redeem(&code, keys, app.clock.now()).await?;
    if identity.subject.is_empty() || identity.subject.len() > 255 {
        return refused("the subject has no or more than 255 characters");
    }
    Ok(identity)
}

/// The words that RFC 6749 knows; what else was written goes nowhere.
fn declined(error: &str) -> Failed {
    let trouble = match error {
        "access_denied" => ProviderTrouble::Cancelled,
        "server_error" | "temporarily_unavailable" => ProviderTrouble::Unreachable,
        _ => ProviderTrouble::Refused,
    };
    let plain: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
    Failed { trouble, why: format!("the provider answered with the error {plain}") }
}

/// The audit trail has who came to the door and was not let in.
async fn note(
    app: &App,
    caller: &Caller,
    provider: &Provider,
    identity: Option<&Identity>,
    failed: Failed,
) -> Result<Failed, AppError> {
    if failed.trouble == ProviderTrouble::Cancelled {
        return Ok(failed);
    }
    let name = &provider.settings.name;
    let entry = audit::Entry {
        at: app.clock.now(),
        action: AuditAction::SignInFailed,
        target: identity.and_then(|identity| identity.email.as_deref()).unwrap_or(name),
        client: &caller.client,
        details: json!({ "provider": name, "why": failed.trouble }),
    };
    let mut tx = app.db.write(&nobody(app)).await?;
    audit::record_account(&mut tx, None, &app.settings.org, &entry).await?;
    tx.end().await?;
    Ok(failed)
}

/// Whoever comes by a provider is nobody until it has said who they are, whatever session their browser has.
pub(super) fn nobody(app: &App) -> Asker {
    Asker { credential: Credential::Nobody, org: app.settings.org.clone(), now: app.clock.now() }
}

fn keys(app: &App, state: String, browser: &Secret) -> Keys {
    let made = |what: &str| {
        let of = format!("provider {what} {state} {}", browser.reveal());
        URL_SAFE_NO_PAD.encode(app.key.hash(of.as_bytes()).0)
    };
    Keys { verifier: Secret::new(made("verifier")), nonce: made("nonce"), state }
}

fn journey<'a>(app: &App, provider: &'a Provider, state: &str, browser: &Secret) -> Journey<'a> {
    Journey {
        state: app.key.hash(state.as_bytes()),
        browser: app.key.session(browser),
        provider: &provider.settings.name,
    }
}
