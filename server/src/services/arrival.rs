//! Who somebody is whom a provider vouches for: an account that is linked, one with the same address if both sides have
//! verified it, or a new one; and the role that their groups give them.

use app::ports::Caller;
use serde_json::json;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::UserId,
    org::Role,
    provider::ProviderTrouble,
    text::{DisplayName, Email},
};

use super::{
    accounts::AccountsService,
    journey::{Stop, nobody, stop},
};
use crate::{
    App,
    providers::{Identity, Provider},
    storage::{
        NewEvent, Tx, accounts, audit,
        providers::{self, Elsewhere},
    },
};

/// Finds or makes the account of somebody who signs in, and keeps its role in step with their groups.
pub(super) async fn settle(
    app: &App,
    caller: &Caller,
    provider: &Provider,
    identity: &Identity,
    account: &Elsewhere<'_>,
) -> Result<UserId, Stop> {
    let mut tx = app.db.write(&nobody(app)).await?;
    let known = providers::owner(&mut tx, account).await?;
    let user = match known {
        Some(user) => {
            providers::speak_for(&mut tx, user).await?;
            providers::used(&mut tx, account, app.clock.now()).await?;
            user
        }
        None => {
            let Some(email) = verified(identity) else { return stop(ProviderTrouble::Unverified) };
            match providers::at_address(&mut tx, &email, account).await? {
                None => return sign_up(app, caller, tx, provider, (identity, &email), account).await,
                Some(found) if !found.verified => return stop(ProviderTrouble::LinkFirst),
                Some(found) if found.has_another => return stop(ProviderTrouble::Another),
                Some(found) => {
                    providers::speak_for(&mut tx, found.user).await?;
                    tie(app, caller, &mut tx, found.user, account).await?;
                    found.user
                }
            }
        }
    };
    match provider.settings.role(&identity.groups) {
        Some(role) => keep_role(app, caller, tx, role, account).await?,
        None => tx.end().await?,
    }
    Ok(user)
}

/// Links an account elsewhere to whoever is signed in, if that is still who began it; gives the page to go back to.
pub(super) async fn link(
    app: &App,
    caller: &Caller,
    (user, org): (UserId, &str),
    account: &Elsewhere<'_>,
) -> Result<String, Stop> {
    let Ok((mut tx, member)) = app.write(caller, org).await else { return stop(ProviderTrouble::Changed) };
    if member.actor.user != user {
        return stop(ProviderTrouble::Changed);
    }
    match providers::owner(&mut tx, account).await? {
        Some(owner) if owner != user => return stop(ProviderTrouble::Taken),
        Some(_) => providers::used(&mut tx, account, app.clock.now()).await?,
        None => tie(app, caller, &mut tx, user, account).await?,
    }
    tx.end().await?;
    Ok(format!("/{org}/settings/providers"))
}

/// The address, if the provider has verified it.
fn verified(identity: &Identity) -> Option<Email> {
    let email = identity.email.as_deref().filter(|_| identity.verified)?;
    Email::parse(email).ok()
}

/// Ties the account elsewhere to the person that the transaction speaks for.
async fn tie(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    user: UserId,
    account: &Elsewhere<'_>,
) -> Result<(), Stop> {
    if !providers::link(tx, account, app.clock.now()).await? {
        return stop(ProviderTrouble::Another);
    }
    let entry = entry(
        app,
        caller,
        AuditAction::ProviderLinked,
        account.provider,
        json!({ "account": account.email }),
    );
    Ok(audit::record_account(tx, Some(user), &app.settings.org, &entry).await?)
}

async fn sign_up(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    provider: &Provider,
    (identity, email): (&Identity, &Email),
    account: &Elsewhere<'_>,
) -> Result<UserId, Stop> {
    if !provider.settings.admits(email.as_str()) {
        return stop(ProviderTrouble::Domain);
    }
    let door = accounts::door(&mut tx, &app.settings.org, "", None).await?;
    if !provider.settings.signup && door.has_accounts {
        return stop(ProviderTrouble::Closed);
    }
    let (now, name) = (app.clock.now(), called(identity, email)?);
    let role = provider.settings.role(&identity.groups).unwrap_or(Role::Reporter);
    let made = providers::sign_up(&mut tx, (&name, email), &app.settings.org, role, now).await?;
    // Somebody who came at the same moment has it.
    let Some(member) = made else { return stop(ProviderTrouble::Expired) };
    if !providers::link(&mut tx, account, now).await? {
        return stop(ProviderTrouble::Expired);
    }
    let events = AccountsService(app.clone()).welcome(&mut tx, &member, now).await?;
    let details = json!({ "role": member.actor.role, "provider": account.provider });
    let entry = entry(app, caller, AuditAction::SignedUp, email.as_str(), details);
    audit::record(&mut tx, &entry).await?;
    app.commit(tx, &member, &events).await?;
    Ok(member.actor.user)
}

/// Gives the person that the transaction speaks for the role of their groups, and ends it.
async fn keep_role(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    to: Role,
    account: &Elsewhere<'_>,
) -> Result<(), AppError> {
    let Some(from) = providers::set_role(&mut tx, &app.settings.org, to).await? else {
        return tx.end().await;
    };
    let member = tx.member().await?;
    let details = json!({ "from": from, "to": to, "provider": account.provider });
    audit::record(&mut tx, &entry(app, caller, AuditAction::RoleChanged, &member.name, details)).await?;
    let change = Change::RoleChanged { user: member.actor.user, from, to };
    let event = NewEvent { at: app.clock.now(), issue: None, change };
    app.commit(tx, &member, &[event]).await
}

fn entry<'a>(
    app: &App,
    caller: &'a Caller,
    action: AuditAction,
    target: &'a str,
    details: serde_json::Value,
) -> audit::Entry<'a> {
    audit::Entry { at: app.clock.now(), action, target, client: &caller.client, details }
}

/// How somebody is called: as the provider says, else as the address begins.
fn called(identity: &Identity, email: &Email) -> Result<DisplayName, AppError> {
    let of_address = email.as_str().split('@').next().unwrap_or_default();
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
    let named = identity.name.as_deref().map(clean).and_then(|name| DisplayName::parse(&name).ok());
    named.map_or_else(|| DisplayName::parse(&clean(of_address)), Ok)
}
