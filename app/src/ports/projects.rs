//! Projects.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    org::Framed,
    project::{ProjectChanged, ProjectList, SaveProject},
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Projects: Send + Sync {
    /// All projects with their owners, for ADMINs.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProjectList>, AppError>;
    /// Makes a project.
    async fn create(&self, caller: &Caller, command: SaveProject) -> Result<ProjectChanged, AppError>;
    /// Gives a project another name and owner.
    async fn edit(&self, caller: &Caller, command: SaveProject) -> Result<ProjectChanged, AppError>;
}
