//! How providers are asked: by TLS with the certificates of the system, no longer than ten seconds, no more than a
//! mebibyte, and never where an answer redirects to.

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, redirect::Policy};
use std::{error::Error, future::Future, pin::Pin, time::Duration};

/// The largest answer that is read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Web(Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    #[error("the provider could not be asked")]
    Network(#[source] reqwest::Error),
    #[error("the answer has more than a mebibyte")]
    TooLarge,
    #[error("the answer cannot be read")]
    Unreadable(#[from] http::Error),
}

impl From<reqwest::Error> for WebError {
    /// A URL can carry what is secret.
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

impl Web {
    /// `plain`: a provider on one's own machine is reached without TLS, and not by a proxy.
    pub(super) fn new(plain: bool) -> Result<Self, WebError> {
        // Another part of the program may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .user_agent(concat!("issues-insights-tracker/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER);
        let builder = if plain { builder.no_proxy() } else { builder.https_only(true) };
        Ok(Self(builder.build()?))
    }

    /// Asks one question.
    pub(super) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        let (parts, body) = request.into_parts();
        let asked = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let mut answer = asked.send().await?;
        let mut read = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if read.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(WebError::TooLarge);
            }
            read.extend_from_slice(&chunk);
        }
        let mut response = http::Response::builder().status(answer.status()).body(read)?;
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Web {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// An error with its causes, on one line.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let (mut told, mut next) = (Vec::new(), Some(error));
    while let Some(error) = next {
        told.push(error.to_string());
        next = error.source();
    }
    told.dedup();
    told.join(": ").chars().filter(|c| !c.is_control()).take(500).collect()
}
