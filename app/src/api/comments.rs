//! Comments.

use leptos::prelude::*;
use tracker_domain::comment::CommentAdded;

use super::{Api, ApiError};

/// Adds a comment to an issue.
#[server(prefix = "/api/v1", endpoint = "comments/add", protocol = Api)]
pub async fn add_comment(
    org: String,
    key: String,
    body: String,
    #[server(default)] files: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<CommentAdded, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::comment::AddComment { org, key, body, files, idempotency_key };
    Ok(ports.comments.add(&caller, command).await?)
}
