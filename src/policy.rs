//! Who may do what: the only place that decides. Pure, so that the whole matrix can be printed and tested.
//!
//! A service asks [`decide`] before it acts; a view carries [`ViewerCan`], the same answers for the buttons. What a
//! viewer may not see does not exist for them ([`Decision::Hide`], 404); what they see but may not do is refused with
//! a reason ([`Decision::Refuse`], 403). To add an action, add it to [`Action`] or [`OrgAction`] and look at the snapshot's
//! difference. A test in `server` holds that roles are compared nowhere else.

use serde::{Deserialize, Serialize};

use crate::{attachment::FileState, error::AppError, id::UserId, org::Role, words::words, workflow::Status};

/// Who asks: a member of the organization that the question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// Their role there, now.
    pub role: Role,
}

/// What of an issue the policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueFacts {
    /// Who reported it.
    pub reporter: UserId,
    /// Where it stands.
    pub status: Status,
}

words! {
    /// What can be asked about an issue.
    Action as "action" {
        /// See it, its comments, history and live events; find it; count it.
        See = "SEE", "see";
        /// Change its title and description.
        Edit = "EDIT", "edit";
        /// Comment on it.
        Comment = "COMMENT", "comment";
        /// Set status, severity, assignee and tags; make new tags.
        Triage = "TRIAGE", "triage";
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go ahead.
    Allow,
    /// As if it did not exist.
    Hide,
    /// No, and this is who may.
    Refuse(&'static str),
}

impl Decision {
    /// The refusal as an error.
    pub fn require(self) -> Result<(), AppError> {
        match self {
            Self::Allow => Ok(()),
            Self::Hide => Err(AppError::NotFound),
            Self::Refuse(why) => Err(AppError::forbidden(why)),
        }
    }
}

/// Whether `actor` may do `action` with the issue.
pub fn decide(actor: Actor, action: Action, issue: IssueFacts) -> Decision {
    if actor.role != Role::Reporter {
        return Decision::Allow;
    }
    if issue.reporter != actor.user {
        return Decision::Hide;
    }
    match action {
        Action::See | Action::Comment => Decision::Allow,
        Action::Edit if issue.status == Status::Done => {
            Decision::Refuse("This issue is done. Add a comment, or ask a maintainer to reopen it.")
        }
        Action::Edit => Decision::Allow,
        Action::Triage => Decision::Refuse("Only maintainers set status, severity, assignee and tags."),
    }
}

words! {
    /// What can be asked about the organization itself.
    OrgAction as "action" {
        /// Report an issue.
        CreateIssue = "CREATE_ISSUE", "report an issue";
        /// Be given an issue to work on.
        TakeIssues = "TAKE_ISSUES", "be given issues";
        /// Invite members, set their roles, shut them out.
        ManageMembers = "MANAGE_MEMBERS", "manage members";
        /// Make teams and say who is in them and which projects are theirs.
        ManageTeams = "MANAGE_TEAMS", "manage teams";
        /// Make and rename projects.
        ManageProjects = "MANAGE_PROJECTS", "manage projects";
        /// Make and revoke tokens of services.
        ManageServices = "MANAGE_SERVICES", "manage services";
        /// Say how members sign in.
        ManageSignIn = "MANAGE_SIGN_IN", "manage sign-in";
        /// Read and take out the audit trail.
        ReadAudit = "READ_AUDIT", "read the audit trail";
        /// Take everything out.
        ExportAll = "EXPORT_ALL", "export everything";
    }
}

/// Whether `actor` may do `action` in the organization. That it has settings is no secret, so nothing is hidden.
pub fn decide_org(actor: Actor, action: OrgAction) -> Decision {
    match (action, actor.role) {
        (_, Role::Admin) | (OrgAction::CreateIssue, _) | (OrgAction::TakeIssues, Role::Maintainer) => {
            Decision::Allow
        }
        (OrgAction::TakeIssues, Role::Reporter) => {
            Decision::Refuse("Issues are given to maintainers and admins.")
        }
        (_, Role::Reporter | Role::Maintainer) => Decision::Refuse("Only admins manage the organization."),
    }
}

words! {
    /// What can be asked about a file of an issue. Adding one is commenting.
    FileAction as "action" {
        /// Know that it is there.
        See = "SEE", "see";
        /// Get it.
        Fetch = "FETCH", "fetch";
        /// Take it away.
        Remove = "REMOVE", "remove";
        /// Hide it from reporters.
        Hide = "HIDE", "hide";
    }
}

/// What of a file the policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Who added it.
    pub uploader: UserId,
    /// Whether that was within [`crate::attachment::REMOVABLE_MINUTES`].
    pub recent: bool,
    /// Whether a maintainer has hidden it.
    pub hidden: bool,
    /// Whether it may be fetched.
    pub state: FileState,
}

/// Whether `actor` may do `action` with a file of the issue.
pub fn decide_file(actor: Actor, action: FileAction, issue: IssueFacts, file: FileFacts) -> Decision {
    let seen = decide(actor, Action::See, issue);
    if seen != Decision::Allow {
        return seen;
    }
    if file.hidden && actor.role == Role::Reporter {
        return Decision::Hide;
    }
    let own = file.uploader == actor.user;
    match (action, actor.role) {
        (FileAction::See, _) => Decision::Allow,
        (FileAction::Fetch, _) => match file.state {
            FileState::Clean => Decision::Allow,
            FileState::Checking => Decision::Refuse("This file is being checked. Try again in a moment."),
            FileState::Infected => Decision::Refuse("This file is infected and is given to nobody."),
        },
        (FileAction::Remove, Role::Admin) => Decision::Allow,
        (FileAction::Remove, Role::Maintainer) if own => Decision::Allow,
        (FileAction::Remove, Role::Reporter) if own && file.recent => Decision::Allow,
        (FileAction::Remove, Role::Reporter) if own => {
            Decision::Refuse("A file can be taken back for 15 minutes. Ask a maintainer to hide it.")
        }
        (FileAction::Remove, _) => Decision::Refuse("Only who added a file, or an admin, removes it."),
        (FileAction::Hide, Role::Reporter) => Decision::Refuse("Only maintainers hide files."),
        (FileAction::Hide, _) if file.hidden => Decision::Refuse("This file is hidden already."),
        (FileAction::Hide, _) => Decision::Allow,
    }
}

/// Which issues a reader sees, as storage needs it to build its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of the organization.
    All,
    /// Those that this person reported.
    ReportedBy(UserId),
}

impl Actor {
    /// The issues that exist for this actor; always the same set as [`decide`] shows with [`Action::See`].
    pub fn scope(self) -> Scope {
        match self.role {
            Role::Reporter => Scope::ReportedBy(self.user),
            Role::Maintainer | Role::Admin => Scope::All,
        }
    }
}

/// The server's own answer to what this viewer may do with an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ViewerCan {
    /// Change title and description.
    pub edit: bool,
    /// Comment.
    pub comment: bool,
    /// Set status, severity, assignee and tags.
    pub triage: bool,
}

impl ViewerCan {
    /// All the answers for one issue.
    pub fn of(actor: Actor, issue: IssueFacts) -> Self {
        let may = |action| decide(actor, action, issue) == Decision::Allow;
        Self { edit: may(Action::Edit), comment: may(Action::Comment), triage: may(Action::Triage) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ME: UserId = UserId(1);

    #[test]
    fn the_whole_matrix() {
        let mut lines = Vec::new();
        for action in Action::ALL {
            for role in Role::ALL {
                for (whose, reporter) in [("own", ME), ("other's", UserId(2))] {
                    for status in Status::ALL {
                        let issue = IssueFacts { reporter, status: *status };
                        let answer = decide(Actor { user: ME, role: *role }, *action, issue);
                        lines.push(format!("{action:8} {role:10} {whose:7} {status:11} {answer:?}"));
                    }
                }
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn the_whole_matrix_of_the_organization() {
        let mut lines = Vec::new();
        for action in OrgAction::ALL {
            for role in Role::ALL {
                let answer = decide_org(Actor { user: ME, role: *role }, *action);
                lines.push(format!("{action:16} {role:10} {answer:?}"));
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn the_whole_matrix_of_files() {
        let mut lines = Vec::new();
        let cases = [
            (false, FileState::Clean),
            (true, FileState::Clean),
            (false, FileState::Checking),
            (false, FileState::Infected),
        ];
        for action in FileAction::ALL {
            for role in Role::ALL {
                for (whose, uploader) in [("own", ME), ("other's", UserId(2))] {
                    for recent in [true, false] {
                        for (hidden, state) in cases {
                            let issue = IssueFacts { reporter: ME, status: Status::Done };
                            let file = FileFacts { uploader, recent, hidden, state };
                            let answer = decide_file(Actor { user: ME, role: *role }, *action, issue, file);
                            let age = if recent { "new" } else { "old" };
                            let hidden = if hidden { "hidden" } else { "" };
                            lines.push(format!(
                                "{action:7} {role:10} {whose:7} {age} {hidden:6} {state:8} {answer:?}"
                            ));
                        }
                    }
                }
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_file_of_an_issue_that_is_not_seen_is_not_there() {
        let issue = IssueFacts { reporter: UserId(2), status: Status::Open };
        let file = FileFacts { uploader: ME, recent: true, hidden: false, state: FileState::Clean };
        for action in FileAction::ALL {
            let answer = decide_file(Actor { user: ME, role: Role::Reporter }, *action, issue, file);
            assert_eq!(answer, Decision::Hide, "{action}");
        }
    }

    proptest! {
        #[test]
        fn scope_is_what_can_be_seen_and_more_power_never_loses_a_right(
            user in 1..4i64, reporter in 1..4i64,
            status in proptest::sample::select(Status::ALL),
            action in proptest::sample::select(Action::ALL),
        ) {
            let issue = IssueFacts { reporter: UserId(reporter), status };
            let mut before = false;
            for role in Role::ALL {
                let actor = Actor { user: UserId(user), role: *role };
                let in_scope = match actor.scope() {
                    Scope::All => true,
                    Scope::ReportedBy(who) => who == issue.reporter,
                };
                prop_assert_eq!(in_scope, decide(actor, Action::See, issue) == Decision::Allow);
                let now = decide(actor, action, issue) == Decision::Allow;
                prop_assert!(now || !before);
                before = now;
            }
        }
    }
}
