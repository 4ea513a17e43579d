//! The providers that people sign in by, as the network shows them: where they are, what they sign with, and what they
//! say of somebody. What that means here is decided in `services/providers.rs`.
//!
//! `openid` speaks OpenID Connect with any provider that has a discovery document, `github` what GitHub has instead. A new
//! protocol is a variant of [`Protocol`], a file here, and an arm in [`Provider`].

mod github;
mod openid;
mod web;

use std::{fmt, sync::Arc};
use tracker_domain::{
    provider::{ProviderName, ProviderTrouble},
    text::Secret,
    time::Timestamp,
};

use crate::config::{self, Protocol};
use openid::About;
use web::Web;

/// All of them; cheap to clone.
#[derive(Clone, Default)]
pub struct Providers(Arc<Vec<Provider>>);

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|provider| &provider.settings.name)).finish()
    }
}

/// One of them.
pub struct Provider {
    /// What the operator said.
    pub settings: config::Provider,
    redirect: String,
    web: Web,
    about: About,
}

/// What is made anew for every sign-in.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Comes back with the browser.
    pub state: String,
    /// Shown to the provider when the code is redeemed (RFC 7636).
    pub verifier: Secret,
    /// Stands in the ID token.
    pub nonce: String,
}

/// What a provider says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Their id there; it never changes.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether the provider has verified it.
    pub verified: bool,
    /// How they are called.
    pub name: Option<String>,
    /// Their groups.
    pub groups: Vec<String>,
}

/// Why a provider could not say it.
#[derive(Debug)]
pub struct Failed {
    /// For the person.
    pub trouble: ProviderTrouble,
    /// For the log; never shown.
    pub why: String,
}

impl Failed {
    fn new(trouble: ProviderTrouble, error: &(dyn std::error::Error + 'static)) -> Self {
        Self { trouble, why: web::told(error) }
    }

    fn refused(why: impl Into<String>) -> Self {
        Self { trouble: ProviderTrouble::Refused, why: why.into() }
    }
}

impl Providers {
    /// From the settings; `public_url` is where providers send people back to.
    pub fn new(settings: &[config::Provider], public_url: &str) -> Result<Self, String> {
        if settings.is_empty() {
            return Ok(Self::default());
        }
        let web = Web::new(settings.iter().any(|provider| provider.issuer.starts_with("http://")))
            .map_err(|error| web::told(&error))?;
        let all = settings.iter().map(|settings| Provider {
            settings: settings.clone(),
            redirect: format!("{public_url}/login/{}/callback", settings.name),
            web: web.clone(),
            about: About::default(),
        });
        Ok(Self(Arc::new(all.collect())))
    }

    /// One by its name in URLs.
    pub fn get(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.settings.name == name)
    }

    /// All of them.
    pub fn all(&self) -> &[Provider] {
        &self.0
    }

    /// As the buttons name them.
    pub fn names(&self) -> Vec<ProviderName> {
        self.0.iter().map(Provider::name).collect()
    }
}

impl Provider {
    /// As its button names it.
    pub fn name(&self) -> ProviderName {
        ProviderName { name: self.settings.name.clone(), label: self.settings.label.clone() }
    }

    /// Where the browser goes to.
    pub async fn authorize_url(&self, keys: &Keys, now: Timestamp) -> Result<String, Failed> {
        match self.settings.protocol {
            Protocol::OpenId => self.openid_url(keys, now).await,
            Protocol::GitHub => self.github_url(keys),
        }
    }

    /// Redeems a code; whatever the provider gave for it is forgotten at the end.
    pub async fn redeem(&self, code: &Secret, keys: &Keys, now: Timestamp) -> Result<Identity, Failed> {
        match self.settings.protocol {
            Protocol::OpenId => self.openid_redeem(code, keys, now).await,
            Protocol::GitHub => self.github_redeem(code, keys).await,
        }
    }

    /// Whether it answers, for the doctor.
    pub async fn answers(&self, now: Timestamp) -> Result<(), Failed> {
        match self.settings.protocol {
            Protocol::OpenId => self.openid_about(now).await.map(|_| ()),
            Protocol::GitHub => self.github_answers().await,
        }
    }
}
