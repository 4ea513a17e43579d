//! Teams.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    org::Framed,
    team::{ChangeTeam, CreateTeam, DeleteTeam, TeamChanged, TeamView},
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Teams: Send + Sync {
    /// All teams, for ADMINs.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Vec<TeamView>>, AppError>;
    /// Makes a team.
    async fn create(&self, caller: &Caller, command: CreateTeam) -> Result<TeamChanged, AppError>;
    /// Changes its names or its people.
    async fn change(&self, caller: &Caller, command: ChangeTeam) -> Result<TeamChanged, AppError>;
    /// Dissolves it.
    async fn delete(&self, caller: &Caller, command: DeleteTeam) -> Result<TeamChanged, AppError>;
}
