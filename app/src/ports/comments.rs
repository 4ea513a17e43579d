//! Comments.

use async_trait::async_trait;
use tracker_domain::{
    comment::{AddComment, CommentAdded},
    error::AppError,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Comments: Send + Sync {
    /// Adds a comment to an issue.
    async fn add(&self, caller: &Caller, command: AddComment) -> Result<CommentAdded, AppError>;
}
