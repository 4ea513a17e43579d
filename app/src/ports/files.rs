//! Files that were attached. They come in and go out by routes of their own, in `server`.

use async_trait::async_trait;
use tracker_domain::{
    attachment::{ChangeFile, FileChanged},
    error::AppError,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait FilesPort: Send + Sync {
    /// Takes a file away.
    async fn remove(&self, caller: &Caller, command: ChangeFile) -> Result<FileChanged, AppError>;
    /// Hides a file from reporters.
    async fn hide(&self, caller: &Caller, command: ChangeFile) -> Result<FileChanged, AppError>;
}
