//! Accounts elsewhere: the page of them, and linking and unlinking by a signed-in person. How somebody comes in by one is
//! in [`super::journey`].

use app::ports::{Caller, ProvidersPort};
use async_trait::async_trait;
use serde_json::json;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    org::Framed,
    provider::{ChooseProvider, LinkBegun, LinkedProvider, ProviderName, ProvidersView, Unlinked},
    text::OrgSlug,
};

use super::{journey, page::tell};
use crate::{
    App,
    providers::Providers,
    storage::{
        audit,
        providers::{self, LinkedRow, Ways},
    },
};

/// See the port.
#[derive(Debug)]
pub struct ProvidersService(pub App);

#[async_trait]
impl ProvidersPort for ProvidersService {
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProvidersView>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn link(&self, caller: &Caller, command: ChooseProvider) -> Result<LinkBegun, AppError> {
        let app = &self.0;
        let (tx, _) = app.write(caller, &command.org).await?;
        let provider = app.providers.get(&command.provider).ok_or(AppError::NotFound)?;
        let org = OrgSlug::parse(&command.org)?;
        let begun = journey::begin(app, tx, provider, Some(&org)).await?;
        caller.reply.cookie(begun.cookie);
        Ok(LinkBegun { provider: command.provider, state: begun.keys.state })
    }

    async fn unlink(&self, caller: &Caller, command: ChooseProvider) -> Result<Unlinked, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let ways = providers::ways(&mut tx).await?;
        let name = &command.provider;
        let done = Unlinked { org: command.org };
        let Some(linked) = ways.linked.iter().find(|row| row.provider == *name) else { return Ok(done) };
        if !can_unlink(&app.providers, &ways, name) {
            return Err(AppError::forbidden(
                "This is the only way that you can sign in. Set a password, add a passkey or link another provider first.",
            ));
        }
        providers::unlink(&mut tx, name).await?;
        let entry = audit::Entry {
            at: app.clock.now(),
            action: AuditAction::ProviderUnlinked,
            target: name,
            client: &caller.client,
            details: json!({ "account": linked.email }),
        };
        audit::record_account(&mut tx, Some(member.actor.user), &app.settings.org, &entry).await?;
        tx.end().await?;
        Ok(done)
    }
}

impl ProvidersService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProvidersView>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let row = providers::page(&mut tx, (flash, app.flash_owner(caller))).await?;
        let (Framed { frame, view }, _) = row.framed()?;
        Ok(Framed { frame, view: shown(&app.providers, &view) })
    }
}

/// Those that are linked, whether they are configured any more or not, and the others.
fn shown(all: &Providers, ways: &Ways) -> ProvidersView {
    let is_linked = |name: &ProviderName| ways.linked.iter().any(|row| row.provider == name.name);
    let linked = ways.linked.iter().map(|row| LinkedProvider {
        name: row.provider.clone(),
        label: all
            .get(&row.provider)
            .map_or_else(|| row.provider.clone(), |known| known.settings.label.clone()),
        email: row.email.clone(),
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        can_unlink: can_unlink(all, ways, &row.provider),
    });
    let others = all.names().into_iter().filter(|name| !is_linked(name));
    ProvidersView { linked: linked.collect(), others: others.collect() }
}

/// Whether there is another way to sign in than by this provider.
fn can_unlink(all: &Providers, ways: &Ways, name: &str) -> bool {
    let leads_in =
        |row: &LinkedRow| all.get(&row.provider).is_some_and(|known| known.settings.issuer == row.issuer);
    ways.has_password
        || ways.has_passkey
        || ways.linked.iter().any(|row| row.provider != name && leads_in(row))
}
