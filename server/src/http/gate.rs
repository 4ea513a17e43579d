//! Before a server function runs: floods are refused, and a token shows what it may do. Who a token acts as, and what
//! exists for it, is found out again inside the function's transaction; this only says no earlier.

use app::ports::Caller;
use http::{HeaderMap, Uri, header};
use serde::Deserialize;
use tracker_domain::{error::AppError, text::Secret};

use super::{Http, scopes};
use crate::{
    limits::{self, Class, Counted, Left},
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

/// Whether the function may run; what is left of each limit that was asked is put into `left`.
pub(super) async fn pass(
    http: &Http,
    caller: &Caller,
    asked: &Asked<'_>,
    left: &mut Vec<Left>,
) -> Result<(), AppError> {
    if asked.uri.query().is_some_and(tokens::mentioned) {
        return Err(AppError::invalid(
            "authorization",
            "A token belongs into the header Authorization. This one stood in an address, where others can read it: revoke it.",
        ));
    }
    let endpoint = asked.uri.path().strip_prefix("/api/v1/").unwrap_or_default();
    admit(http, caller, endpoint, left).await?;
    match limits::class(endpoint) {
        Some(class) => {
            count(http.limits.entrance(class, &caller.client.address, mailbox(http, class, asked)), left)
        }
        None => Ok(()),
    }
}

/// Counts the request for its token or its address, and asks whether the token is good for the endpoint.
pub(super) async fn admit(
    http: &Http,
    caller: &Caller,
    endpoint: &str,
    left: &mut Vec<Left>,
) -> Result<(), AppError> {
    match &caller.token {
        Some(token) => by_token(http, caller, token, endpoint, left).await,
        None => count(http.limits.address(&caller.client.address), left),
    }
}

fn count(counted: Counted, left: &mut Vec<Left>) -> Result<(), AppError> {
    left.extend(counted.left);
    counted.outcome
}

async fn by_token(
    http: &Http,
    caller: &Caller,
    token: &Secret,
    endpoint: &str,
    left: &mut Vec<Left>,
) -> Result<(), AppError> {
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
    count(http.limits.token(shown.id), left)?;
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
