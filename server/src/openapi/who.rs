//! Who may call a function, in the words of the policy.

use tracker_domain::{
    id::UserId,
    org::Role,
    policy::{Action, Actor, Decision, IssueFacts, OrgAction},
    workflow::Status,
};

use crate::policy::{decide, decide_org};

/// Who may call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody: the doors.
    Anybody,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever gave a right password, and is asked for the second step.
    Waiting,
    /// Every member of the organization.
    Member,
    /// Whom the policy allows this with the issue.
    Issue(Action),
    /// Whom the policy allows this in the organization.
    Org(OrgAction),
}

/// How far a role may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// With their own issues.
    Own,
    /// With everything.
    All,
}

impl Who {
    /// The roles that may, and how far; empty when no role is asked for.
    pub fn roles(self) -> Vec<(Role, Power)> {
        Role::ALL.iter().filter_map(|role| self.power(*role).map(|power| (*role, power))).collect()
    }

    fn power(self, role: Role) -> Option<Power> {
        let (me, other) = (UserId(1), UserId(2));
        let actor = Actor { user: me, role };
        let issue = |reporter| IssueFacts { reporter, status: Status::Open };
        match self {
            Self::Anybody | Self::SignedIn | Self::Waiting => None,
            Self::Member => Some(Power::All),
            Self::Org(action) => (decide_org(actor, action) == Decision::Allow).then_some(Power::All),
            Self::Issue(action) if decide(actor, action, issue(other)) == Decision::Allow => Some(Power::All),
            Self::Issue(action) => {
                (decide(actor, action, issue(me)) == Decision::Allow).then_some(Power::Own)
            }
        }
    }

    /// The same as a sentence.
    pub fn sentence(self) -> String {
        match self {
            Self::Anybody => "Anybody may.".to_owned(),
            Self::SignedIn => "Whoever is signed in may.".to_owned(),
            Self::Waiting => "For whoever gave a right password and is asked for the second step.".to_owned(),
            Self::Member => "Every member of the organization may, and sees what they may see.".to_owned(),
            Self::Issue(_) | Self::Org(_) => {
                let roles = self.roles();
                let words = roles.iter().map(|(role, power)| match power {
                    Power::All => role.to_string(),
                    Power::Own => format!("{role} (own issues)"),
                });
                format!("Who may: {}.", words.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_is_what_the_policy_says() {
        assert_eq!(
            Who::Issue(Action::Comment).sentence(),
            "Who may: REPORTER (own issues), MAINTAINER, ADMIN."
        );
        assert_eq!(Who::Issue(Action::Triage).sentence(), "Who may: MAINTAINER, ADMIN.");
        assert_eq!(Who::Org(OrgAction::ReadAudit).roles(), [(Role::Admin, Power::All)]);
        assert_eq!(Who::Anybody.roles(), []);
    }
}
