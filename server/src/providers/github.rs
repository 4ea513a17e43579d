//! GitHub, which speaks OAuth 2.0 only: who somebody is its API says, and which of their addresses it has verified. A GitHub
//! Enterprise Server is the same at another address.

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl, basic::BasicClient,
};
use serde::{Deserialize, de::DeserializeOwned};
use tracker_domain::{provider::ProviderTrouble, text::Secret};

use super::{Failed, Identity, Keys, Provider, openid::unredeemed};

type Ours = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl Provider {
    fn github(&self) -> Result<Ours, Failed> {
        let at = |path: &str| format!("{}/login/oauth/{path}", self.settings.issuer.trim_end_matches('/'));
        let wrong = |error: oauth2::url::ParseError| Failed::refused(error.to_string());
        Ok(BasicClient::new(ClientId::new(self.settings.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.settings.client_secret.reveal().to_owned()))
            .set_auth_uri(AuthUrl::new(at("authorize")).map_err(wrong)?)
            .set_token_uri(TokenUrl::new(at("access_token")).map_err(wrong)?)
            .set_redirect_uri(RedirectUrl::new(self.redirect.clone()).map_err(wrong)?))
    }

    pub(super) fn github_url(&self, keys: &Keys) -> Result<String, Failed> {
        let (client, state) = (self.github()?, CsrfToken::new(keys.state.clone()));
        let verifier = PkceCodeVerifier::new(keys.verifier.reveal().to_owned());
        let (url, _) = client
            .authorize_url(|| state)
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    pub(super) async fn github_redeem(&self, code: &Secret, keys: &Keys) -> Result<Identity, Failed> {
        let tokens = self
            .github()?
            .exchange_code(AuthorizationCode::new(code.reveal().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(keys.verifier.reveal().to_owned()))
            .request_async(&self.web)
            .await
            .map_err(|error| unredeemed(&error))?;
        let token = tokens.access_token().secret();
        let user: User = self.github_get("/user", token).await?;
        let addresses: Vec<Address> = self.github_get("/user/emails", token).await?;
        let address = addresses.into_iter().find(|address| address.primary && address.verified);
        Ok(Identity {
            subject: user.id.to_string(),
            verified: address.is_some(),
            email: address.map(|address| address.email),
            name: user.name.filter(|name| !name.trim().is_empty()).or(Some(user.login)),
            groups: Vec::new(),
        })
    }

    pub(super) async fn github_answers(&self) -> Result<(), Failed> {
        let request = http::Request::get(format!("{}/meta", self.github_api())).body(Vec::new());
        let request = request.map_err(|error| Failed::new(ProviderTrouble::Refused, &error))?;
        let answer = self.web.ask(request).await;
        answer.map(|_| ()).map_err(|error| Failed::new(ProviderTrouble::Unreachable, &error))
    }

    fn github_api(&self) -> String {
        match self.settings.issuer.trim_end_matches('/') {
            "https://github.com" => "https://api.github.com".to_owned(),
            server => format!("{server}/api/v3"),
        }
    }

    async fn github_get<T: DeserializeOwned>(&self, path: &str, token: &str) -> Result<T, Failed> {
        let request = http::Request::get(format!("{}{path}", self.github_api()))
            .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
            .header(http::header::ACCEPT, "application/vnd.github+json")
            .body(Vec::new());
        let request = request.map_err(|error| Failed::new(ProviderTrouble::Refused, &error))?;
        let answer = self.web.ask(request).await;
        let answer = answer.map_err(|error| Failed::new(ProviderTrouble::Unreachable, &error))?;
        if !answer.status().is_success() {
            return Err(Failed::refused(format!("{path} answered {}", answer.status())));
        }
        serde_json::from_slice(answer.body()).map_err(|_| Failed::refused(format!("{path} cannot be read")))
    }
}
