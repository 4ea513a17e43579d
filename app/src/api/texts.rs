//! Texts.

use leptos::prelude::*;

use super::{Api, ApiError};

/// Markdown as safe HTML, for the preview.
#[server(prefix = "/api/v1", endpoint = "texts/preview", protocol = Api)]
pub async fn preview_text(#[server(default)] text: String) -> Result<String, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.texts.preview(&caller, &text).await?)
}
