//! What an organization asks of its members.

use app::ports::Caller;
use serde_json::json;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    factor::{RuleSet, SignInRules},
    org::Framed,
    policy::OrgAction,
};

use super::FactorsService;
use crate::policy::decide_org;
use crate::storage::{audit, factors};

impl FactorsService {
    pub(super) async fn rules_page(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<SignInRules>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let (framed, actor) = factors::rules(&mut tx, (flash, app.flash_owner(caller))).await?.framed()?;
        decide_org(actor, OrgAction::ManageSignIn).require()?;
        Ok(framed)
    }

    pub(super) async fn set_rule(
        &self,
        caller: &Caller,
        org: &str,
        required: bool,
    ) -> Result<RuleSet, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        decide_org(member.actor, OrgAction::ManageSignIn).require()?;
        // Whoever asks it of others is not the first one who is kept out.
        if required && !factors::has_factor(&mut tx, member.actor.user).await? {
            let first = "Add a second factor to your own account first.";
            return Err(AppError::invalid("required", first));
        }
        if factors::set_required(&mut tx, &member, required).await? {
            let entry = audit::Entry {
                at: app.clock.now(),
                action: AuditAction::SettingsChanged,
                target: "second factor",
                client: &caller.client,
                details: json!({ "required": required }),
            };
            audit::record(&mut tx, &entry).await?;
        }
        tx.end().await?;
        Ok(RuleSet { require_factor: required })
    }
}
