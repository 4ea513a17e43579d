//! Access tokens: who a request is from, signed, so that it is known before the database is asked anything.
//!
//! A token is a JWT with EdDSA and good for a quarter of an hour. It names a session and its account, and nothing that can
//! change: whether the session has ended, which organization its person belongs to and in which role is found out by the
//! database at the beginning of each transaction. See [`keys`] for what it is signed with, and `docs/adr/0015` for why.

mod ed25519;
pub mod keys;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
pub use keys::Keys;
use serde::{Deserialize, Serialize};
use tracker_domain::{
    error::AppError,
    id::{SessionId, UserId},
    session::Session,
    text::Secret,
};

use crate::{App, fault::fault, session::ACCESS_SECONDS};

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    /// Who made it: this installation.
    iss: String,
    /// Whom it is for: the same.
    aud: String,
    /// Whose session it is.
    sub: String,
    /// Which session.
    sid: i64,
    /// When it was made, in seconds since 1970.
    iat: i64,
    /// From when on it is not good any more.
    exp: i64,
}

/// A token of a session.
pub async fn issue(app: &App, session: Session) -> Result<Secret, AppError> {
    let key = app.keys.newest(app).await?;
    let now = app.clock.now().0.unix_timestamp();
    let url = &app.settings.public_url;
    let claims = Claims {
        iss: url.clone(),
        aud: url.clone(),
        sub: session.user.to_string(),
        sid: session.id.0,
        iat: now,
        exp: now + ACCESS_SECONDS,
    };
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, &claims, &key.private).map(Secret::new).map_err(|error| fault(&error))
}

/// The session that a token is good for; `None` for whatever we did not sign, not for us, not with a key that we know, or
/// too long ago. Whether the session is still one is not known here.
pub async fn verify(app: &App, token: &Secret) -> Result<Option<Session>, AppError> {
    let Ok(Header { alg: Algorithm::EdDSA, kid: Some(kid), .. }) = decode_header(token.reveal()) else {
        return Ok(None);
    };
    let Some(key) = app.keys.find(app, &kid).await? else { return Ok(None) };
    let token = token.reveal();
    let claims = key.claims(token, || decode(token, &key.public, &rules(app)).map(|token| token.claims).ok());
    let now = app.clock.now().0.unix_timestamp();
    Ok(claims.filter(|claims| now < claims.exp).and_then(|claims| session(&claims)))
}

/// What is checked beside the signature. The time is not: the library would ask the system for it.
fn rules(app: &App) -> Validation {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    rules.set_issuer(&[&app.settings.public_url]);
    rules.set_audience(&[&app.settings.public_url]);
    rules.validate_exp = false;
    rules
}

fn session(claims: &Claims) -> Option<Session> {
    let user = claims.sub.parse().ok()?;
    Some(Session { id: SessionId(claims.sid), user: UserId(user) })
}
