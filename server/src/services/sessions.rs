//! Sessions: exchanged for new tokens, listed, ended.

use app::ports::{Caller, Client, Sessions};
use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    id::SessionId,
    org::Framed,
    session::{SecurityView, Session, SessionRow, SessionsEnded},
    text::Secret,
    time::Timestamp,
};

use super::page::tell;
use crate::{
    App, device,
    http::cookies,
    session::{SESSION_DAYS, new_salt},
    storage::{
        Tx, audit,
        sessions::{self, Exchange, Exchanged, StoredSession},
    },
};

/// Until when a session is good that is used now.
pub(super) fn until(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + Duration::days(SESSION_DAYS))
}

/// Exchanges a refresh token; gives the session, and the token to show next time. `None`: it is good for nothing.
pub async fn refresh(
    app: &App,
    client: &Client,
    token: &Secret,
) -> Result<Option<(Session, Secret)>, AppError> {
    let (salt, now) = (new_salt(), app.clock.now());
    let next = app.key.successor(token, &salt);
    let exchange = Exchange {
        presented: app.key.session(token),
        successor: app.key.session(&next),
        salt,
        client,
        now,
        until: until(now),
    };
    Ok(match sessions::exchange(&app.db, &exchange).await? {
        Exchanged::Kept(session) => Some((session, token.clone())),
        Exchanged::Rotated(session) => Some((session, next)),
        Exchanged::Raced(session, salt) => Some((session, app.key.successor(token, &salt))),
        Exchanged::Reused(session) => {
            tracing::warn!(user = %session.user, session = %session.id, "a spent refresh token was used again; its session was ended");
            None
        }
        Exchanged::Unknown => None,
    })
}

/// Ends the session that asks, if there is one.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), AppError> {
    match begin(app, caller).await {
        Ok((mut tx, own)) => {
            sessions::end(&mut tx, own.id).await?;
            finish(app, caller, tx, own, (AuditAction::SignedOut, "", 1)).await?;
        }
        Err(AppError::Unauthenticated) => {}
        Err(error) => return Err(error),
    }
    forget(app, caller);
    Ok(())
}

/// Begins what somebody does to their own sessions, which takes a session: no program does it with a token.
async fn begin(app: &App, caller: &Caller) -> Result<(Tx, Session), AppError> {
    let own = caller.session.ok_or(AppError::Unauthenticated)?;
    let mut tx = app.db.write(&app.identity_in(caller, app.settings.org.clone())).await?;
    tx.user().await?;
    Ok((tx, own))
}

/// Records what was done, and ends the transaction.
async fn finish(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    own: Session,
    (action, target, ended): (AuditAction, &str, u64),
) -> Result<(), AppError> {
    let details = json!({ "ended": ended });
    let entry = audit::Entry { at: app.clock.now(), action, target, client: &caller.client, details };
    audit::record_account(&mut tx, Some(own.user), &app.settings.org, &entry).await?;
    tx.end().await
}

/// Takes the cookies away.
fn forget(app: &App, caller: &Caller) {
    cookies::session_over(&app.settings).into_iter().for_each(|cookie| caller.reply.cookie(cookie));
}

/// See the port.
#[derive(Debug)]
pub struct SessionsService(pub App);

#[async_trait]
impl Sessions for SessionsService {
    async fn security(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<SecurityView>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn end(&self, caller: &Caller, session: SessionId) -> Result<SessionsEnded, AppError> {
        let app = &self.0;
        let (mut tx, own) = begin(app, caller).await?;
        let agent = sessions::end(&mut tx, session).await?.ok_or(AppError::NotFound)?;
        let which = device::describe(&agent);
        finish(app, caller, tx, own, (AuditAction::SessionsEnded, &which, 1)).await?;
        if session == own.id {
            forget(app, caller);
        }
        Ok(SessionsEnded { ended: 1 })
    }

    async fn end_others(&self, caller: &Caller) -> Result<SessionsEnded, AppError> {
        let app = &self.0;
        let (mut tx, own) = begin(app, caller).await?;
        let ended = sessions::end_others(&mut tx, own).await?;
        finish(app, caller, tx, own, (AuditAction::SessionsEnded, "all others", ended)).await?;
        Ok(SessionsEnded { ended })
    }

    async fn end_all(&self, caller: &Caller) -> Result<(), AppError> {
        let app = &self.0;
        let (mut tx, own) = begin(app, caller).await?;
        let ended = sessions::end_all(&mut tx, own.user).await?;
        finish(app, caller, tx, own, (AuditAction::SessionsEnded, "all", ended)).await?;
        forget(app, caller);
        Ok(())
    }
}

impl SessionsService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<SecurityView>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let row = sessions::page(&mut tx, app.clock.now(), (flash, app.flash_owner(caller))).await?;
        let (Framed { frame, view }, _) = row.framed()?;
        let own = caller.session.map(|session| session.id);
        let mut sessions: Vec<_> = view.into_iter().map(|stored| shown(stored, own)).collect();
        sessions.sort_by_key(|session| !session.current);
        Ok(Framed { frame, view: SecurityView { sessions } })
    }
}

fn shown(stored: StoredSession, own: Option<SessionId>) -> SessionRow {
    SessionRow {
        id: stored.id,
        device: device::describe(&stored.agent),
        address: stored.address,
        created_at: stored.created_at,
        used_at: stored.used_at,
        current: Some(stored.id) == own,
    }
}
