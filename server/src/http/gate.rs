//! Before a server function runs: floods are refused, and a token shows what it may do. Who a token acts as, and what
//! exists for it, is found out again inside the function's transaction; this only says no earlier.

use app::ports::Caller;
use http::{HeaderMap, Uri, header};
use serde::Deserialize;
use tracker_domain::{error::AppError, text::Secret};

use super::{Http, scopes};
use crate::{
    limits::{self, Class},
    session::SessionHash,
    storage::tokens as storage,
    tokens,
};

/// A request for a server function.
pub(super) struct Asked<'a> {
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// Whether the function may run.
pub(super) async fn pass(http: &Http, caller: &Caller, asked: &Asked<'_>) -> Result<(), AppError> {
    if asked.uri.query().is_some_and(tokens::mentioned) {
        return Err(AppError::invalid(
            "authorization",
            "A token belongs into the header Authorization. This one stood in an address, where others can read it: revoke it.",
        ));
    }
    let endpoint = asked.uri.path().strip_prefix("/api/v1/").unwrap_or_default();
    token(http, caller, endpoint).await?;
    match limits::class(endpoint) {
        Some(class) => http.limits.entrance(class, &caller.client.address, mailbox(http, class, asked)),
        None => Ok(()),
    }
}

/// Whether a token that was shown may do what `endpoint` stands for in [`scopes`]; nobody needs to show one.
pub(super) async fn token(http: &Http, caller: &Caller, endpoint: &str) -> Result<(), AppError> {
    match &caller.token {
        Some(token) => by_token(http, caller, token, endpoint).await,
        None => Ok(()),
    }
}

async fn by_token(http: &Http, caller: &Caller, token: &Secret, endpoint: &str) -> Result<(), AppError> {
    let app = &http.app;
    let shown = if tokens::well_formed(token) {
        storage::show(&app.db, app.key.session(token), app.clock.now()).await?
    } else {
        None
    };
    let Some(shown) = shown else {
        http.limits.stray(&caller.client.address)?;
        return Err(AppError::Unauthenticated);
    };
    http.limits.token(shown.id)?;
    scopes::require(endpoint, &shown.scopes)
}

/// Whom a mail would go to, as a hash.
fn mailbox(http: &Http, class: Class, asked: &Asked<'_>) -> Option<SessionHash> {
    #[derive(Deserialize)]
    struct To {
        email: String,
    }
    if class != Class::Mail {
        return None;
    }
    let kind =
        asked.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let to: Option<To> = if kind.starts_with("application/json") {
        serde_json::from_slice(asked.body).ok()
    } else {
        serde_qs::from_bytes(asked.body).ok()
    };
    to.map(|to| http.app.key.hash(to.email.trim().to_lowercase().as_bytes()))
}
