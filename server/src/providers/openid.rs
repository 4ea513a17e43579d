//! OpenID Connect: the authorization code flow with PKCE (S256), for any provider with a discovery document.
//!
//! An ID token counts when one of the provider's keys signed it (never a shared secret, never nobody), it names issuer and
//! audience as they are configured, is of now, and carries our nonce. What a token leaves out, `userinfo` is asked for.

use chrono::{DateTime, Utc};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm as Alg,
        CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use time::Duration;
use tokio::sync::Mutex;
use tracker_domain::{provider::ProviderTrouble, text::Secret, time::Timestamp};

use super::{Failed, Identity, Keys, Provider, web::WebError};

/// How long what a provider says about itself is believed.
const FRESH: Duration = Duration::hours(1);
/// It is not asked again sooner, whoever sends what.
const PATIENCE: Duration = Duration::minutes(1);
/// How old an ID token may be, and how far ahead its clock.
const AGE: Duration = Duration::minutes(10);
const AHEAD: Duration = Duration::minutes(1);

/// Only a provider's own keys sign.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// Claims beyond the standard ones: groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct More(Map<String, Value>);
impl AdditionalClaims for More {}

type Fields =
    IdTokenFields<More, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Alg>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Alg>;
type Claims = IdTokenClaims<More, CoreGenderClaim>;
type Ours = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What stands in a token or in the answer of `userinfo`, which have the same methods and no trait.
macro_rules! identity {
    ($claims:ident, $provider:ident) => {{
        let name = $claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        Identity {
            subject: $claims.subject().to_string(),
            email: $claims.email().map(|email| email.to_string()),
            verified: $claims.email_verified() == Some(true),
            name: name.or_else(|| $claims.preferred_username().map(|name| name.to_string())),
            groups: $claims
                .additional_claims()
                .0
                .get(&$provider.settings.groups_claim)
                .map(groups)
                .unwrap_or_default(),
        }
    }};
}

/// What a provider says about itself: its endpoints and keys, kept for a while.
#[derive(Default)]
pub(super) struct About(Mutex<Option<Kept>>);

struct Kept {
    metadata: Arc<CoreProviderMetadata>,
    read: Timestamp,
    tried: Timestamp,
}

impl Kept {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.0 - self.read.0 < FRESH || self.is_new(now)
    }

    fn is_new(&self, now: Timestamp) -> bool {
        now.0 - self.tried.0 < PATIENCE
    }
}

impl Provider {
    pub(super) async fn openid_about(&self, now: Timestamp) -> Result<Arc<CoreProviderMetadata>, Failed> {
        self.about(now, |kept| kept.is_fresh(now)).await
    }

    /// What is kept if it is good enough, else read anew; one that does not answer now is believed a little longer.
    async fn about(
        &self,
        now: Timestamp,
        good: impl Fn(&Kept) -> bool,
    ) -> Result<Arc<CoreProviderMetadata>, Failed> {
        let mut kept = self.about.0.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| good(kept)) {
            return Ok(kept.metadata.clone());
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| Failed::refused(error.to_string()))?;
        match (CoreProviderMetadata::discover_async(issuer, &self.web).await, kept.as_mut()) {
            (Ok(metadata), _) => {
                let metadata = Arc::new(metadata);
                *kept = Some(Kept { metadata: metadata.clone(), read: now, tried: now });
                Ok(metadata)
            }
            (Err(error), Some(kept)) => {
                kept.tried = now;
                let why = super::web::told(&error);
                tracing::warn!(
                    provider = self.settings.name,
                    why,
                    "the provider's discovery does not answer"
                );
                Ok(kept.metadata.clone())
            }
            (Err(error), None) => Err(undiscovered(&error)),
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Result<Ours, Failed> {
        let (id, secret) = (self.settings.client_id.clone(), self.settings.client_secret.reveal().to_owned());
        let redirect =
            RedirectUrl::new(self.redirect.clone()).map_err(|error| Failed::refused(error.to_string()))?;
        let client = Ours::from_provider_metadata(
            metadata.clone(),
            ClientId::new(id),
            Some(ClientSecret::new(secret)),
        );
        Ok(client.set_redirect_uri(redirect).set_auth_type(auth_type(metadata)))
    }

    pub(super) async fn openid_url(&self, keys: &Keys, now: Timestamp) -> Result<String, Failed> {
        let metadata = self.openid_about(now).await?;
        let client = self.client(&metadata)?;
        let verifier = PkceCodeVerifier::new(keys.verifier.reveal().to_owned());
        let (state, nonce) = (CsrfToken::new(keys.state.clone()), Nonce::new(keys.nonce.clone()));
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid");
        let (url, _, _) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(scopes.cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    pub(super) async fn openid_redeem(
        &self,
        code: &Secret,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Identity, Failed> {
        let metadata = self.openid_about(now).await?;
        let client = self.client(&metadata)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.reveal().to_owned()))
            .map_err(|error| Failed::new(ProviderTrouble::Refused, &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(keys.verifier.reveal().to_owned()))
            .request_async(&self.web)
            .await
            .map_err(|error| unredeemed(&error))?;
        let token = tokens.id_token().ok_or_else(|| Failed::refused("there is no ID token"))?;
        let claims = self.claims(&client, token, &keys.nonce, now).await?;
        let mut identity = identity!(claims, self);
        let wanting =
            identity.email.is_none() || (!self.settings.roles.is_empty() && identity.groups.is_empty());
        if wanting && client.user_info_url().is_some() {
            let more = self.user_info(&client, &tokens, claims.subject()).await?;
            identity.fill(identity!(more, self));
        }
        Ok(identity)
    }

    /// The claims of a token that counts. One that is signed by an unknown key makes us ask for the keys anew.
    async fn claims(
        &self,
        client: &Ours,
        token: &Token,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Claims, Failed> {
        match verify(client, token, nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let metadata = self.about(now, |kept| kept.is_new(now)).await?;
                verify(&self.client(&metadata)?, token, nonce, now)
            }
            verified => verified,
        }
        .map_err(|error| Failed::new(ProviderTrouble::Refused, &error))
    }

    async fn user_info(
        &self,
        client: &Ours,
        tokens: &Tokens,
        subject: &openidconnect::SubjectIdentifier,
    ) -> Result<UserInfoClaims<More, CoreGenderClaim>, Failed> {
        let request = client.user_info(tokens.access_token().clone(), Some(subject.clone()));
        let request = request.map_err(|error| Failed::new(ProviderTrouble::Refused, &error))?;
        request.request_async(&self.web).await.map_err(|error| {
            let unreachable = matches!(error, openidconnect::UserInfoError::Request(_));
            let trouble = if unreachable { ProviderTrouble::Unreachable } else { ProviderTrouble::Refused };
            Failed::new(trouble, &error)
        })
    }
}

impl Identity {
    /// Takes what is wanting from what `userinfo` said; an address and whether it is verified belong together.
    fn fill(&mut self, more: Self) {
        if self.email.is_none() {
            (self.email, self.verified) = (more.email, more.verified);
        }
        self.name = self.name.take().or(more.name);
        if self.groups.is_empty() {
            self.groups = more.groups;
        }
    }
}

fn verify(
    client: &Ours,
    token: &Token,
    nonce: &str,
    now: Timestamp,
) -> Result<Claims, ClaimsVerificationError> {
    let present = DateTime::<Utc>::from_timestamp_micros(now.micros()).unwrap_or_default();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || present)
        .set_issue_time_verifier_fn(move |issued| {
            let age = (present - issued).num_seconds();
            let near = (-AHEAD.whole_seconds()..=AGE.whole_seconds()).contains(&age);
            near.then_some(()).ok_or_else(|| format!("it was issued {age} seconds ago"))
        });
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    // The library leaves this one to its users.
    if claims.authorized_party().is_some_and(|party| party != client.client_id()) {
        return Err(ClaimsVerificationError::InvalidAudience("it was made for another party".to_owned()));
    }
    Ok(claims.clone())
}

/// A list, or a single word.
fn groups(claim: &Value) -> Vec<String> {
    match claim {
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// In a header, as every provider must understand, unless it says that it only takes the secret in the form.
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let known = metadata.token_endpoint_auth_methods_supported();
    let knows = |method: &CoreClientAuthMethod| known.is_some_and(|known| known.contains(method));
    if knows(&CoreClientAuthMethod::ClientSecretPost) && !knows(&CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

fn undiscovered(error: &DiscoveryError<WebError>) -> Failed {
    let unreachable = matches!(error, DiscoveryError::Request(_) | DiscoveryError::Response(..));
    let trouble = if unreachable { ProviderTrouble::Unreachable } else { ProviderTrouble::Refused };
    Failed::new(trouble, error)
}

/// What the provider wrote stays out of the log: it can repeat what was sent.
pub(super) fn unredeemed(
    error: &RequestTokenError<WebError, StandardErrorResponse<CoreErrorResponseType>>,
) -> Failed {
    match error {
        RequestTokenError::Request(error) => Failed::new(ProviderTrouble::Unreachable, error),
        RequestTokenError::ServerResponse(answer) => {
            Failed::refused(format!("it answered {}", answer.error()))
        }
        RequestTokenError::Parse(..) => Failed::refused("its answer to the code cannot be read"),
        RequestTokenError::Other(_) => Failed::refused("its answer to the code is not what was expected"),
    }
}
