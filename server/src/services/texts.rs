//! Texts.

use app::ports::{Caller, Texts};
use async_trait::async_trait;
use tracker_domain::{error::AppError, text::Markdown};

use crate::{markdown, state::App};

/// See the port.
#[derive(Debug)]
pub struct TextsService(pub App);

#[async_trait]
impl Texts for TextsService {
    async fn preview(&self, caller: &Caller, text: &str) -> Result<String, AppError> {
        self.require_signed_in(caller).await?;
        let text = Markdown::parse("text", text)?;
        markdown::render_apart(&text).await
    }
}

impl TextsService {
    async fn require_signed_in(&self, caller: &Caller) -> Result<(), AppError> {
        let app = &self.0;
        let identity = app.identity_in(caller, app.settings.org.clone());
        app.db.read(&identity).await?.user().await.map(|_| ())
    }
}
